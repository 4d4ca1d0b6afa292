"""Reads a model's reply: JSON out of code fences, thoughts and prose, or why it does not fit.

Slips of form are mended (`slips`, `fields`). Nothing is guessed: what then does not fit the reply
type is refused.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator
from contextlib import AbstractContextManager, suppress
from functools import cache
from threading import Event
from typing import Any, Generic, NamedTuple, Protocol, TypeVar

from pydantic import BaseModel, ValidationError

from reviewer.errors import ModelError
from reviewer.llm.deadline import DeadlineError, OnText
from reviewer.llm.fields import in_form, joined
from reviewer.llm.slips import VALUE_BEGINS, Mended, mended, with_sound_escapes
from reviewer.text.redact import excerpt, redact_so_far

R = TypeVar("R", bound=BaseModel)

# How models mark their thoughts: DeepSeek and Qwen, Seed, Magistral, Kimi, Sky-T1, Command A.
_THOUGHTS = re.compile(
    r"<(?:\w+:)?(?:think|thinking|thoughts?|reasoning)>|\[THINK\]|◁think▷"
    r"|<\|begin_of_thought\|>|<\|START_THINKING\|>",
    re.IGNORECASE,
)
_END_OF_THOUGHTS = re.compile(
    r"</(?:\w+:)?(?:think|thinking|thoughts?|reasoning)>|\[/THINK\]|◁/think▷"
    r"|<\|end_of_thought\|>|<\|END_THINKING\|>",
    re.IGNORECASE,
)
# gpt-oss's channels (harmony), whole or with their marks lost on the way
_CHANNELS = re.compile(r"<\|channel\|>|^\s*analysis(?=.*assistant\s?final)", re.DOTALL)
_FINAL_CHANNEL = re.compile(
    r"(?:<\|channel\|>\s*final[^<]*(?:<\|constrain\|>[^<]*)?<\|message\|>|assistant\s?final)"
)
_END_MARKS = re.compile(
    r"<\|(?:end|return|im_end|(?:begin|end)_of_solution|START_RESPONSE"
    r"|END_RESPONSE)\|>"
)
_ERROR_CODES = {
    "insufficient_quota": 429, "invalid_api_key": 401, "model_not_found": 404,
    "context_length_exceeded": 400, "unavailable_error": 503,
}  # fmt: skip
_WRONG_PATH = re.compile(r"unexpected endpoint|endpoint is not|no such endpoint|not found", re.I)
_SPARE_COMMA = re.compile(r'("(?:[^"\\]|\\.)*")|,(?=\s*[}\]])', re.DOTALL)
_DECODER = json.JSONDecoder(strict=False)  # models put bare line breaks into strings
_MOST_REASONS = 3
_KEPT_IN_SCHEMA = frozenset(
    "type properties items enum const anyOf $ref $defs description required".split()
)
BOUNDS = frozenset("maxLength maxItems minItems".split())


class DamagedReplyError(ModelError, code="model_damaged_reply"):
    """A reply that must not be used as an answer: cut, empty, or the model declined."""

    def __init__(self, message: str, *, hint: str, may_pass: bool) -> None:
        super().__init__(message, hint=hint)
        self.may_pass = may_pass


class CutReplyError(DamagedReplyError, code="model_cut_reply"):
    """A reply that is longer than it may be."""


class DeclinedError(DamagedReplyError, code="model_declined"):
    """A model, or its provider, declined to answer."""


class TooLargeError(ModelError, code="model_too_large"):
    """A prompt has more tokens than the model, its server or the account's limit takes at once: a
    smaller one may pass. `most_tokens` is the limit that the provider names, if it names one."""

    def __init__(self, message: str, *, hint: str = "", most_tokens: int | None = None) -> None:
        super().__init__(message, hint=hint)
        self.most_tokens = most_tokens


class MisfitError(ValueError):
    """A reply does not fit its type; the text says why, so that the model can correct it."""


class CutTextError(MisfitError):
    """A reply whose end is lost; `reply` has what came whole."""

    def __init__(self, reply: BaseModel) -> None:
        super().__init__("it breaks off before its end")
        self.reply = reply


class ModelReplyError(ModelError, code="model_reply"):
    """A model did not answer in the asked form, also not after a message on what was wrong."""


class ProviderReply(NamedTuple):
    """A provider's reply, whole or not. `finish` is None if the provider gave no reason for the
    end; `thoughts` are what it sent apart from the text."""

    text: str | None
    finish: str | None
    refusal: str | None
    tokens_in: int
    tokens_out: int
    thoughts: str = ""


class ReplyCache(Protocol):
    """Keeps replies between runs. Called by one thread at a time."""

    def find(self, key: str) -> str | None: ...

    def keep(self, key: str, reply: str, model: str) -> None: ...

    def turn(self, key: str, ended: Event) -> AbstractContextManager[bool]:
        """Holds the key among all processes that share these replies, after waiting for its holder.
        Gives False, without it, when `ended` is set before. Called by many threads at a time."""
        ...


def whole_text(reply: ProviderReply, model: str) -> str:
    """The reply's text. Raises DamagedReplyError if it must not be used as an answer."""
    if reply.refusal or reply.finish in ("refusal", "content_filter"):
        said = f": {excerpt(reply.refusal)}" if reply.refusal else ""
        raise DeclinedError(
            f"{model} declined to answer{said}",
            hint="Ask in other words, or choose another --model.",
            may_pass=False,
        )
    if reply.finish == "length":
        raise CutReplyError(
            f"{model}'s reply was cut at the model's longest length",
            hint="Ask for less, or choose a --model that may write more.",
            may_pass=False,
        )
    if reply.finish is not None and not (reply.text or "").strip() and reply.thoughts.strip():
        return f"<think>{reply.thoughts}</think>"
    if not (reply.text or "").strip():
        raise DamagedReplyError(f"{model} sent an empty reply", hint="Run it again.", may_pass=True)
    if reply.finish is None:
        raise DamagedReplyError(f"{model}'s reply broke off", hint="Run it again.", may_pass=True)
    return str(reply.text)


def vectors_of(reply: Any, count: int, model: str) -> list[list[float]]:  # noqa: ANN401  litellm's
    """An embedding reply's vectors in the texts' order. Raises ModelError if one is missing."""
    rows = reply.data or []
    by_index = {row.get("index"): row.get("embedding") for row in rows}
    vectors = [vector for number in range(count) if (vector := by_index.get(number))]
    if len(rows) != count or len(vectors) != count:
        raise ModelError(
            f"{model} gave {len(rows)} vectors for {count} texts", hint="Run it again."
        )
    return vectors


def reply_of(reply: Any, body: str) -> ProviderReply:  # noqa: ANN401  litellm's own reply type
    """litellm's reply; `body` is what the provider sent, because litellm reports a missing end as a
    proper one."""
    usage = getattr(reply, "usage", None)
    tokens_in = int(getattr(usage, "prompt_tokens", 0) or 0)
    tokens_out = int(getattr(usage, "completion_tokens", 0) or 0)
    if not reply.choices:
        return ProviderReply(None, None, None, tokens_in, tokens_out)
    message = reply.choices[0].message
    refusal = (getattr(message, "provider_specific_fields", None) or {}).get("refusal")
    finish = None if _has_no_end(body) else reply.choices[0].finish_reason
    text, thoughts = message.content, getattr(message, "reasoning_content", None) or ""
    if not text and len(calls := getattr(message, "tool_calls", None) or []) == 1:
        text = calls[0].function.arguments  # some servers make a tool call of an asked schema
    return ProviderReply(text, finish, refusal, tokens_in, tokens_out, thoughts)


def mend_body(body: bytes) -> tuple[int, bytes]:
    """The HTTP status that fits a JSON body which was sent with 200, and the body as litellm reads
    it. OpenRouter and LM Studio send errors with 200; Mistral's servers send a text in parts."""
    if b'"error"' not in body[:2000] and b'"content":[' not in body.replace(b" ", b""):
        return 200, body
    try:
        whole = json.loads(body)
    except ValueError:
        return 200, body
    if not isinstance(whole, dict):
        return 200, body
    if "choices" not in whole:
        return _status_of(whole.get("error")), body
    messages = [
        choice.get("message") for choice in whole["choices"] or () if isinstance(choice, dict)
    ]
    parted = [m for m in messages if isinstance(m, dict) and isinstance(m.get("content"), list)]
    for message in parted:
        parts = [part for part in message["content"] if isinstance(part, dict)]
        message["content"] = "".join(str(p["text"]) for p in parts if p.get("type") == "text")
    return 200, json.dumps(whole).encode() if parted else body


def _status_of(error: Any) -> int:  # noqa: ANN401  any JSON
    """The HTTP status of an error that was sent in a body; 200 if there is none."""
    if not error:
        return 200
    said = error if isinstance(error, dict) else {"message": str(error)}
    for name in ("code", "status", "type"):
        code = said.get(name)
        if isinstance(code, int) and 400 <= code <= 599:
            return code
        if isinstance(code, str) and code in _ERROR_CODES:
            return _ERROR_CODES[code]
        if isinstance(code, str) and "rate_limit" in code:
            return 429
    return 404 if _WRONG_PATH.search(str(said.get("message"))) else 500


def read_stream(stream: Any, on_text: OnText, client: Any) -> ProviderReply:  # noqa: ANN401  litellm's own types
    """A whole stream; it and its `client` are closed. litellm ends every stream with "stop"; the
    end that the provider gave is in the stream's own fields."""
    text, thoughts, tokens_in, tokens_out = "", "", 0, 0
    try:
        for chunk in stream:
            if chunk.choices and chunk.choices[0].delta.content:
                text += chunk.choices[0].delta.content
                on_text(redact_so_far(text))
            elif chunk.choices:
                thoughts += getattr(chunk.choices[0].delta, "reasoning_content", None) or ""
            usage = getattr(chunk, "usage", None)
            if usage is not None:
                tokens_in, tokens_out = usage.prompt_tokens or 0, usage.completion_tokens or 0
    finally:
        # httpcore waits for itself, forever, if the garbage collector ends a stream while the same
        # pool is asked for a connection: 1 of 50 damaged streams on a busy machine.
        own = getattr(
            client, "client", None
        )  # litellm's handler closes no client that it was given
        for held in (getattr(stream, "completion_stream", None), own):
            close = getattr(held, "close", None)
            if close is not None:
                close()
    finish = stream.received_finish_reason or stream.intermittent_finish_reason
    return ProviderReply(text, finish, None, tokens_in, tokens_out, thoughts)


def read_reply(text: str, into: type[R]) -> R:
    """The reply as this type, from what is not a model's thoughts, with its slips mended. Of
    several objects in it that fit, the longest is used.

    Raises CutTextError if the end of the only one that fits is lost, MisfitError if none fits.
    """
    reasons: list[str] = []
    cut: list[_Fit[R]] = []
    for view in _views(mend(text)):
        said = with_sound_escapes(_decoded(view))
        fitting = _fitting(_objects(said, reasons), into, reasons)
        fitting = fitting or _fitting(mended(said), into, reasons)
        if whole := [fit for fit in fitting if not fit.is_cut]:
            return max(whole, key=lambda fit: fit.length).reply
        cut += fitting
    if cut:
        raise CutTextError(max(cut, key=lambda fit: fit.length).reply)
    raise MisfitError(reasons[0] if reasons else "it holds no JSON object")


def read_thoughts(text: str, into: type[R]) -> R:
    """The last object in the model's thoughts that fits, for a reply that has none after them.

    Raises MisfitError if there is none, or if the thoughts have no end: then the reply is cut.
    """
    thoughts, _ = split_thoughts(mend(text))
    fitting = _fitting(_objects(with_sound_escapes(thoughts), []), into, [])
    if not fitting:
        raise MisfitError("its thoughts hold no JSON object that fits")
    return fitting[-1].reply


class _Fit(NamedTuple, Generic[R]):
    length: int
    reply: R
    is_cut: bool


def _fitting(values: Iterable[Mended], into: type[R], reasons: list[str]) -> list[_Fit[R]]:
    """The values that fit; `reasons` gets why others do not."""
    fitting: list[_Fit[R]] = []
    found = list(values)
    if lines := joined([value for value, _, _ in found], into):
        is_cut = any(is_cut for _, _, is_cut in found)
        found = [Mended(lines, sum(length for _, length, _ in found), is_cut)]
    for value, length, is_cut in found:
        formed = in_form(value, into)
        if isinstance(formed, list):
            reasons.append("it is a list, not an object")
            continue
        try:
            as_json = mend(json.dumps(formed, ensure_ascii=False))
            fitting.append(_Fit(length, into.model_validate_json(as_json), is_cut))
        except ValidationError as error:
            reasons.append(_reason(error))
        except RecursionError:
            reasons.append("it is nested too deeply")
    return fitting


def _decoded(text: str) -> str:
    """The JSON of a reply that was written as one JSON string."""
    if text.lstrip()[:1] != '"':
        return text
    with suppress(ValueError):
        inner = json.loads(text)
        return inner if isinstance(inner, str) else text
    return text


@cache
def schema_of(into: type[BaseModel]) -> dict[str, Any]:
    """The JSON schema of a reply type in the strict form that providers take: every field required,
    no others, no defaults; of bounds those of `BOUNDS`, which `unbounded` takes out. Made once, as
    pydantic takes 2 ms and every call needs it twice; not to be changed."""
    strict: dict[str, Any] = _strict(into.model_json_schema())
    return strict


def unbounded(node: Any) -> Any:  # noqa: ANN401  any part of a JSON schema
    """The schema without bounds, for providers that refuse them."""
    if isinstance(node, list):
        return [unbounded(part) for part in node]
    if not isinstance(node, dict):
        return node
    return {name: unbounded(part) for name, part in node.items() if name not in BOUNDS}


def mend(text: str) -> str:
    """The text with U+FFFD for half characters (lone surrogates), which cannot be stored."""
    return text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")


def _has_no_end(raw: str) -> bool:
    """True for an OpenAI-like body, as received, without a reason why the reply ended: litellm
    turns that into "stop". False for bodies of other shapes."""
    try:
        choice = json.loads(raw)["choices"][0]
        return not (choice.get("finish_reason") or choice.get("finish_details"))
    except (ValueError, LookupError, TypeError, AttributeError):
        return False


def split_thoughts(text: str) -> tuple[str, str]:
    """A model's whole thoughts, and the reply without any thoughts: what comes before and after
    them. Thoughts that do not end are in neither, as their reply is cut."""
    if text.lstrip().startswith(("{", "```")):
        return "", text  # a mark further on is a word of the reply
    if _CHANNELS.search(text):
        *_, final = [None, *_FINAL_CHANNEL.finditer(text)]
        if final is None:
            return "", ""
        return text[: final.start()], _END_MARKS.sub("", text[final.end() :])
    thoughts, replied, at = "", "", 0
    while begins := _THOUGHTS.search(text, at):
        ends = _END_OF_THOUGHTS.search(text, begins.end())
        replied += text[at : begins.start()]
        if ends is None:
            return thoughts, _END_MARKS.sub("", replied)
        thoughts += text[begins.end() : ends.start()]
        at = ends.end()
    return thoughts, _END_MARKS.sub("", replied + text[at:])


def without_thoughts(text: str) -> str:
    """The reply without the thoughts before it; empty if it has nothing else."""
    return next(_views(mend(text)))


def prose_in(text: str) -> str:
    """The prose of a reply; that in a JSON object, where a model put it into one with one text."""
    if not text.lstrip().startswith(("{", "```json")):
        return text
    found = [m.value for m in _objects(with_sound_escapes(text), [])]
    texts = [v for v in found[0].values() if isinstance(v, str)] if _is_one_object(found) else []
    return texts[0] if len(texts) == 1 else text


def _is_one_object(found: list[Any]) -> bool:
    return len(found) == 1 and isinstance(found[0], dict)


def is_form_fault(error: ModelError) -> bool:
    """True for a reply that came and cannot be used; False where a provider failed or declined."""
    return isinstance(error, ModelReplyError | DamagedReplyError) and not isinstance(
        error, DeclinedError
    )


def in_short(error: ModelError) -> str:
    """What became of a call, without a word of the model's or the provider's, for a result."""
    said = {
        ModelReplyError: "the reply could not be read",
        CutReplyError: "the reply was cut",
        DamagedReplyError: "the reply was empty or broke off",
        DeclinedError: "the model declined to answer",
        DeadlineError: "no answer came in time",
        TooLargeError: "the texts are longer than the model takes at once",
    }
    return said.get(type(error), "the provider failed")


def _views(text: str) -> Iterator[str]:
    """The text without a model's thoughts, which may have drafts. Some models leave out the
    opening mark; then the closing mark may also be a word of the answer, so the whole text
    follows."""
    _, replied = split_thoughts(text)
    end = _END_OF_THOUGHTS.search(replied)
    if end and not replied.lstrip().startswith(("{", "```")):
        yield replied[end.end() :]
    yield replied


def _objects(text: str, reasons: list[str]) -> Iterator[Mended]:
    """The objects and lists in the text that are JSON. Nothing is read from inside a broken one, or
    a reply that was cut would be read as its own last detail."""
    found: list[Mended] = []
    at = 0
    while begins := VALUE_BEGINS.search(text, at):
        start = begins.start()
        try:
            value, at = _DECODER.raw_decode(text, start)
        except (ValueError, RecursionError):
            text = text[:start] + _SPARE_COMMA.sub(lambda m: m[1] or "", text[start:])
            try:
                value, at = _DECODER.raw_decode(text, start)
            except (ValueError, RecursionError) as error:
                reasons.append(f"it is not JSON: {error}")
                return
        found.append(Mended(value, at - start, is_cut=False))
    yield from found


def _reason(error: ValidationError) -> str:
    """The first misfits, each with its place in the reply."""
    found = error.errors(include_url=False, include_input=False, include_context=False)
    named = [
        f"{'.'.join(str(part) for part in one['loc']) or 'the object'}: {one['msg'].lower()}"
        for one in found[:_MOST_REASONS]
    ]
    more = len(found) - _MOST_REASONS
    return "; ".join(named) + (f"; and {more} more" if more > 0 else "")


def _strict(node: Any) -> Any:  # noqa: ANN401  any part of a JSON schema
    if isinstance(node, list):
        return [_strict(part) for part in node]
    if not isinstance(node, dict):
        return node
    kept = {
        name: {key: _strict(part) for key, part in value.items()}
        if name in ("properties", "$defs")
        else _strict(value)
        for name, value in node.items()
        if name in _KEPT_IN_SCHEMA or name in BOUNDS
    }
    if kept.get("type") == "object":
        kept["required"] = list(kept.setdefault("properties", {}))
        kept["additionalProperties"] = False
    return kept
