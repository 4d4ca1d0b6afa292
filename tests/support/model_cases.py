"""What people's models and their servers really send: slips of a reply, faults of a server.

Ported from a server of cases to numbered sentences, and to prose with anchors. `JSON_SLIPS`,
`READ_SLIPS`, `VERDICT_SLIPS` and `PROSE_SLIPS` turn an honest reply into what a model writes;
`FAULTS` say what a server sends instead, or around it.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from tests.support.fake_provider import Reply, Seen, answer, completion, refused, sent, streamed

Honest = dict[str, Any]
DRAFT = "DRAFT words that no result may have"
JSON_TYPE = {"Content-Type": "application/json"}


def plain(reply: Honest) -> str:
    return json.dumps(reply, ensure_ascii=False)


def pretty(reply: Honest) -> str:
    return json.dumps(reply, ensure_ascii=False, indent=2)


def items(reply: Honest) -> list[Any]:
    """The readings or verdicts."""
    return list(reply.values())[-1]


def changed(reply: Honest, change: Callable[[dict[str, Any]], dict[str, Any]]) -> Honest:
    """The reply with each of its items changed."""
    name = list(reply)[-1]
    return {**reply, name: [{**item, **change(item)} for item in reply[name]]}


def retagged(say: Callable[[str], Any]) -> Callable[[Honest], str]:
    return lambda reply: plain(changed(reply, lambda item: {"tag": say(item["tag"])}))


def with_field(name: str, value: Any) -> Callable[[Honest], str]:
    def say(reply: Honest) -> str:
        return plain(changed(reply, lambda i: {name: value(i) if callable(value) else value}))

    return say


LATEX = r"\(\pi_\theta\) with $\frac{a}{b}$, $\beta$, $\tau$, $\nabla J$, $\rho$ and \text{x}"


def raw_latex(reply: Honest) -> str:
    """Single backslashes, as small models copy them."""
    return re.sub(r'("(?:finding|reason)": ")[^"]*', lambda m: m[1] + LATEX, plain(reply))


def unsupported(reply: Honest) -> Honest:
    return changed(reply, lambda item: {"support": "unsupported", "reason": "x"})


def draft_of(reply: Honest) -> str:
    """A longer reply in the thoughts, which says something else."""
    other = changed(
        reply, lambda item: {"stance": "no", "support": "unsupported", "finding": DRAFT}
    )
    return plain({**other, "is_yes_no": False}) + " and more, so that it is long"


def in_python(reply: Honest) -> str:
    return repr(reply)


def cut(text: str) -> str:
    """The text up to the middle of an item past its half."""
    at = text.index('"tag"', len(text) // 2)
    return text[: at + 8]


JSON_SLIPS: dict[str, Callable[[Honest], str]] = {
    "think": lambda r: f'<think>\nMaybe {{"claims": []}}?\n</think>\n\n{plain(r)}',
    "think, end mark only": lambda r: f'It wants JSON, {{"claims": []}}.\n</think>\n{plain(r)}',
    "think after a greeting": lambda r: f"Sure!\n<think>{draft_of(r)}</think>\n{plain(r)}",
    "think and a fence": lambda r: f"<think>hm</think>\n```json\n{pretty(r)}\n```",
    "think, empty": lambda r: f"<think>\n\n</think>\n\n{plain(r)}",
    "thoughts of Magistral": lambda r: f"[THINK]Draft: {draft_of(r)}[/THINK]{plain(r)}",
    "thoughts of Seed": lambda r: f"<seed:think>{draft_of(r)}</seed:think>{plain(r)}",
    "thoughts of Kimi": lambda r: f"◁think▷{draft_of(r)}◁/think▷{plain(r)}",
    "thoughts of Sky": lambda r: (
        f"<|begin_of_thought|>{draft_of(r)}<|end_of_thought|>"
        f"<|begin_of_solution|>{plain(r)}<|end_of_solution|>"
    ),
    "harmony": lambda r: (
        f"<|channel|>analysis<|message|>{draft_of(r)}<|end|><|start|>assistant"
        f"<|channel|>final<|message|>{plain(r)}"
    ),
    "harmony without marks": lambda r: (
        f'analysisWe need JSON {{"claims": []}}.assistantfinal{plain(r)}'
    ),
    "a fence": lambda r: f"```json\n{pretty(r)}\n```",
    "a fence in prose": lambda r: (
        f"Here is the JSON:\n\n```json\n{pretty(r)}\n```\n\nDo you want {{anything}} else?"
    ),
    "a fence in capitals": lambda r: f"```JSON\n{pretty(r)}\n```",
    "the word json": lambda r: f"json\n{plain(r)}",
    "a byte order mark": lambda r: f"\ufeff{plain(r)}",
    "a note behind": lambda r: f'{plain(r)}\n\nNote: I used E1 and {{"E2"}} only.',
    "a brace too many": lambda r: f"{plain(r)}}}",
    "a brace too few": lambda r: plain(r)[:-1],
    "trailing commas": lambda r: pretty(r).replace("}\n  ]", "},\n  ],"),
    "comments": lambda r: pretty(r).replace("{\n", "{\n  // asked\n", 1).replace("],", "], # x", 1),
    "a block comment": lambda r: pretty(r).replace("{\n", "{ /* as asked */\n", 1),
    "Python literals": in_python,
    "single quotes": lambda r: plain(r).replace("'", "").replace('"', "'"),
    "quotation marks of print": lambda r: re.sub(r'"([^"]*)"', r"“\1”", plain(r)),
    "opening marks of print": lambda r: plain(r).replace('"', "“"),
    "names without quotes": lambda r: re.sub(r'"(\w+)": ', r"\1: ", plain(r)),
    "a comma missing": lambda r: plain(r).replace('", "', '" "', 1),
    "quotes in a text": lambda r: re.sub(
        r'("(?:finding|reason|words)": ")', r'\1a "strong" result, "so": ', plain(r)
    ),
    "a line break in a text": lambda r: re.sub(
        r'("(?:finding|reason)": ")', "\\1two\nlines\tof ", plain(r)
    ),
    "LaTeX": raw_latex,
    "wrapped": lambda r: plain({"response": r}),
    "wrapped twice": lambda r: plain({"result": {"output": r, "status": "ok"}}),
    "wrapped in its type": lambda r: plain({"ReadReply" if "readings" in r else "Reply": r}),
    "its own schema": lambda r: plain({"type": "object", "properties": r}),
    "a bare list": lambda r: json.dumps(items(r)),
    "a list of one": lambda r: json.dumps([r]),
    "JSON Lines": lambda r: "\n".join(json.dumps(item) for item in items(r)),
    "by tag": lambda r: plain(
        {**r, list(r)[-1]: {i["tag"]: {k: v for k, v in i.items() if k != "tag"} for i in items(r)}}
    ),
    "a JSON string": lambda r: json.dumps(plain(r)),
    "extra keys": lambda r: plain({"notes": "x", **changed(r, lambda i: {"confidence": "high"})}),
    "names in capitals": lambda r: plain(
        {k.title(): v for k, v in changed(r, lambda i: {}).items()}
    ).replace('"tag"', '"Tag"'),
    "null for what may be empty": lambda r: plain(
        changed(r, lambda i: {k: None for k in ("finding", "shown_by", "reason") if k in i})
    ),
    "cut, then whole": plain,  # a test has its first attempt cut
    "cut": lambda r: cut(plain(r)),
    "prose": lambda r: "They all look fine to me, I think.",
    "refused": lambda r: "I'm sorry, but I can't help with that.",
    "empty": lambda r: "",
    "blank": lambda r: "   \n",
    "thoughts that do not end": lambda r: f"<think>I go on and on about {draft_of(r)}",
    "tags in small letters": retagged(str.lower),
    "tags in brackets": retagged(lambda tag: f"[{tag}]"),
    "tags as marks": retagged(lambda tag: f'<data tag="{tag}">'),
    "tags with spaces": retagged(lambda tag: f" {tag} "),
    "one item alone": lambda r: plain({**r, list(r)[-1]: items(r)[:1]}),
    "no items": lambda r: plain({**r, list(r)[-1]: []}),
}  # fmt: skip
READ_SLIPS: dict[str, Callable[[Honest], str]] = {
    "tags as numbers": retagged(lambda tag: int(tag[1:])),
    "tags as words": retagged(lambda tag: f"Text {tag}"),
    "two tags in one": retagged(lambda tag: f"{tag}, E2"),
    "relevance 8/10": with_field("relevance", "8/10"),
    "relevance '8'": with_field("relevance", "8"),
    "relevance 85": with_field("relevance", 85),
    "relevance high": with_field("relevance", "high"),
    "relevance 0.9": with_field("relevance", 0.9),
    "relevance null": with_field("relevance", None),
    "stance Yes.": with_field("stance", "Yes."),
    "stance null": with_field("stance", None),
    "stance N/A": with_field("stance", "N/A"),
    "basis null": with_field("basis", None),
    "sentences null": with_field("sentences", None),
    "sentences one text": with_field("sentences", lambda i: i["sentences"][0]),
    "sentences bare numbers": with_field("sentences", lambda i: [1]),
    "sentences objects": with_field("sentences", lambda i: [{"number": i["sentences"][0]}]),
    "sentences unknown": with_field("sentences", ["E99.7"]),
    "is_yes_no N/A": lambda r: plain({**r, "is_yes_no": "N/A"}),
    "is_yes_no 'true'": lambda r: plain({**r, "is_yes_no": "True"}),
    "nothing relevant": with_field("relevance", 0),
}
VERDICT_SLIPS: dict[str, Callable[[Honest], str]] = {
    "support Supported": with_field("support", "Supported"),
    "support fully supported": with_field("support", "fully supported"),
    "support not supported": with_field("support", "Not supported."),
    "support null": with_field("support", None),
    "support good": with_field("support", "good"),
    "numbers null": with_field("numbers", None),
}


def _in_json(prose: str) -> str:
    return json.dumps({"answer": prose})


def _anchored(change: Callable[[str], str]) -> Callable[[str], str]:
    """The prose with each of its anchors changed."""
    return lambda prose: re.sub(r"\[(E\d+\.\d+)\]", lambda m: change(m[1]), prose)


PROSE_SLIPS: dict[str, Callable[[str], str]] = {
    "think": lambda p: f"<think>{DRAFT} [E1.1]. END</think>\n{p}",
    "think, end mark only": lambda p: f"{DRAFT} [E1.1].\n</think>\n{p}",
    "thoughts of Magistral": lambda p: f"[THINK]{DRAFT} [E1.1].[/THINK]{p}",
    "harmony": lambda p: (
        f"<|channel|>analysis<|message|>{DRAFT} [E1.1].<|end|><|start|>assistant"
        f"<|channel|>final<|message|>{p}<|return|>"
    ),
    "a fence": lambda p: f"```\n{p}\n```",
    "a heading": lambda p: f"## Answer\n\n{p}",
    "a greeting": lambda p: f"Here is the answer:\n\n{p}",
    "bold END": lambda p: p.replace("END", "**END**"),
    "END on the last line": lambda p: p.replace("\nEND", " END"),
    "no END": lambda p: p.removesuffix("\nEND"),
    "a note behind END": lambda p: f"{p}\n\nNote: {DRAFT} [E1.1].",
    "a list": lambda p: re.sub(r"(?<=\]\.) ", "\n- ", f"- {p}"),
    "a numbered list": lambda p: re.sub(r"(?<=\]\.) ", "\n1. ", f"1. {p}"),
    "bold": lambda p: re.sub(r"(This is)", r"**\1**", p),
    "anchors in round brackets": _anchored(lambda n: f"({n})"),
    "anchors in wide brackets": _anchored(lambda n: f"【{n}】"),
    "anchors in double brackets": _anchored(lambda n: f"[[{n}]]"),
    "anchors in small letters": _anchored(lambda n: f"[{n.lower()}]"),
    "anchors with a hash": _anchored(lambda n: f"[#{n}]"),
    "anchors in words": _anchored(lambda n: f"[see {n}]"),
    "anchors without brackets": _anchored(lambda n: n),
    "anchors behind the stop": lambda p: re.sub(r" (\[E\d+\.\d+\])\.", r". \1", p),
    "LaTeX": lambda p: p.replace("This is", r"With $\frac{\beta}{\tau}$, \(\nabla\) this is"),
    "Chinese": lambda p: re.sub(r"This is what text [^\[]*finds", "这是该论文的发现", p),
    "quotation marks": lambda p: p.replace("This is", 'This "is"'),
    "JSON": _in_json,
    "numbers of no sentence": _anchored(lambda n: "[E99.7]"),
    "numbers of papers": _anchored(lambda n: "[3]"),
    "tags alone": _anchored(lambda n: f"[{n.split('.')[0]}]"),
    "no anchors": _anchored(lambda n: ""),
    "NO ANSWER": lambda p: "NO ANSWER\nEND",
    "refused": lambda p: "I'm sorry, but I can't help with that.",
    "empty": lambda p: "",
    "cut": lambda p: p[: p.index("]", len(p) // 2) + 12],
    "thoughts alone": lambda p: f"<think>{p}</think>",
    "the prompt again": lambda p: f'<data tag="E1" marker="x">\nE1.1 {DRAFT}\n</data marker="x">',
}


@dataclass(frozen=True)
class Turn:
    """A request at a server with a fault: what is honestly answered, and how many came before."""

    seen: Seen
    text: str
    count: int

    @property
    def schema(self) -> dict[str, Any] | None:
        return self.seen.schema


def _message(turn: Turn, finish: str = "stop", **fields: Any) -> Reply:
    body = completion(turn.text, finish_reason=finish)
    body["choices"][0]["message"] |= fields
    return sent(body)


def _thoughts_only(turn: Turn, content: Any) -> Reply:
    return _message(turn, content=content, reasoning_content=turn.text)


def _tool_call(turn: Turn) -> Reply:
    call = {"id": "1", "type": "function", "function": {"name": "x", "arguments": turn.text}}
    is_json = turn.text.startswith("{")
    return (
        _message(turn, "tool_calls", content=None, tool_calls=[call]) if is_json else honest(turn)
    )


def _parts(turn: Turn, *first: Any) -> Reply:
    return _message(turn, content=[*first, {"type": "text", "text": turn.text}])


def honest(turn: Turn) -> Reply:
    return streamed(turn.text) if turn.seen.is_streamed else answer(turn.text)


def _page(status: int, title: str) -> Reply:
    page = f"<html><head><title>{status} {title}</title></head><body><h1>{title}</h1></body></html>"
    return Reply(page.encode(), status=status, headers={"Content-Type": "text/html"})


def _larger_than(most_papers: int, fault: Reply) -> Callable[[Turn], Reply]:
    """The fault for prompts with more texts than these."""
    return lambda turn: fault if turn.seen.prompt.count("<data tag") > most_papers else honest(turn)


TPM = refused(
    413, "Request too large: TPM limit 6000, requested 8451; send a smaller message.", "tokens"
)
CONTEXT = refused(
    400, "The prompt has 5857 tokens, and the model is loaded with a context length of 4096 tokens."
)
FAULTS: dict[str, Callable[[Turn], Reply]] = {
    "429 try again in 7m12.5s": lambda t: refused(
        429, "Too many tokens today. Please try again in 7m12.5s.", "rate_limit_exceeded"
    ),
    "429, then right": lambda t: refused(429, "slow down") if t.count < 2 else honest(t),
    "413, larger than 3 texts": _larger_than(3, TPM),
    "413, always": lambda t: TPM,
    "429 too large, larger than 4 texts": _larger_than(
        4, refused(429, "Request too large: TPM limit 30000, requested 38451.", "rate_limit")
    ),
    "400 context, larger than 2 texts": _larger_than(2, CONTEXT),
    "400 context, without a number": _larger_than(
        4, refused(400, "The input is too long for this model.")
    ),
    "400 context, always": lambda t: CONTEXT,
    "404 a page": lambda t: _page(404, "Not Found"),
    "502 a page": lambda t: _page(502, "Bad Gateway"),
    "200 a page": lambda t: _page(200, "Welcome"),
    "200 with an error": lambda t: sent({"error": "Unexpected endpoint (POST /chat/completions)"}),
    "200 with 429 inside": lambda t: sent(
        {"error": {"message": "Provider returned error", "code": 429,
                   "metadata": {"raw": "x is limited upstream"}}}
    ),
    "401": lambda t: refused(401, "Incorrect API key provided", "invalid_api_key"),
    "402": lambda t: refused(402, "Insufficient credits; add some in the settings"),
    "403": lambda t: refused(403, "Country not supported"),
    "404 data policy": lambda t: refused(404, "No endpoint fits your data policy"),
    "429 no credit": lambda t: refused(
        429, "You exceeded your current quota, check your billing.", "insufficient_quota"
    ),
    "no schema": lambda t: refused(400, "this response_format is not available")
    if t.schema else honest(t),
    "no schema, 500": lambda t: refused(500, "grammar: failed to parse json schema")
    if t.schema else honest(t),
    "503 loading, then right": lambda t: refused(503, "Loading model", "unavailable_error")
    if t.count < 3 else honest(t),
    "500, then right": lambda t: refused(500, "oops") if t.count < 2 else honest(t),
    "500": lambda t: refused(500, "CUDA error: out of memory"),
    "529 overloaded": lambda t: refused(529, "Overloaded"),
    "a reset": lambda t: Reply(reset_after=0),
    "a reset in the body": lambda t: Reply(json.dumps(completion(t.text)).encode(), reset_after=40),
    "too short a body": lambda t: Reply(b'{"id": "x"', said_length=4000),
    "no JSON": lambda t: Reply(b"OK", headers=JSON_TYPE),
    "an empty body": lambda t: Reply(b"", headers=JSON_TYPE),
    "a list": lambda t: sent([1, 2]),
    "no choices": lambda t: sent(completion(t.text) | {"choices": []}),
    "choices null": lambda t: sent(completion(t.text) | {"choices": None}),
    "content null": lambda t: _message(t, content=None),
    "a redirect": lambda t: Reply(status=307, headers={"Location": "http://192.0.2.1/v1"}),
    "too slow": lambda t: Reply(json.dumps(completion(t.text)).encode(), wait_s=30.0),
    "thoughts apart alone": lambda t: _thoughts_only(t, ""),
    "thoughts apart alone, null": lambda t: _thoughts_only(t, None),
    "thoughts apart": lambda t: _message(t, reasoning_content=DRAFT),
    "a tool call": _tool_call,
    "cut by length": lambda t: _message(t, "length", content=t.text[: len(t.text) // 2]),
    "cut by length, empty": lambda t: _message(t, "length", content=""),
    "no end": lambda t: sent(completion(t.text, finish_reason=None)),
    "content filter": lambda t: _message(t, "content_filter"),
    "a refusal apart": lambda t: _message(t, content=None, refusal="I can't assist with that."),
    "a text in parts": lambda t: _parts(t),
    "thoughts in parts": lambda t: _parts(t, {"type": "thinking", "thinking": [
        {"type": "text", "text": DRAFT}]}),
    "no usage": lambda t: sent(completion(t.text, usage=None)),
    "usage null": lambda t: sent(completion(t.text) | {"usage": None}),
}  # fmt: skip
STREAM_FAULTS: dict[str, Callable[[Turn], Reply]] = {
    "comments": lambda t: _events(t, first=b": OPENROUTER PROCESSING\n\n"),
    "line ends of Windows": lambda t: _events(t, end=b"\r\n\r\n"),
    "no DONE": lambda t: _events(t, last=0),
    "broken off": lambda t: _events(t, keep=4),
    "an error in the middle": lambda t: _events(t, keep=4, error=True),
}


def _events(
    turn: Turn, first: bytes = b"", end: bytes = b"", last: int = 1, keep: int = 0,
    error: bool = False,
) -> Reply:  # fmt: skip
    """The stream, with something before it, with other line ends, without its last events, or
    just its first `keep` events; then an error."""
    if not turn.seen.is_streamed:
        return honest(turn)
    whole = streamed(turn.text)
    events = list(whole.events)
    if not last:
        events.pop()
    if keep:
        events = events[:keep]
    if error:
        fault = {"error": {"message": "Provider disconnected", "code": 502}, "choices": [
            {"index": 0, "delta": {"content": ""}, "finish_reason": "error"}]}  # fmt: skip
        events.append(b"data: " + json.dumps(fault).encode() + b"\n\n")
    if end:
        events = [event.replace(b"\n\n", end) for event in events]
    return Reply(events=tuple([first] * bool(first) + events), headers=whole.headers)
