"""A model that obeys every instruction in a text that it is shown, whatever it was told of data."""

from __future__ import annotations

import json
import re

from reviewer.llm.testing import ModelCall
from reviewer.writers.prompted.answers import (
    AnswerText,
    JudgeReply,
    QuestionReply,
    QuestionsReply,
)
from reviewer.writers.prompted.argument import ArgumentReply
from reviewer.writers.prompted.judging import ExamineReply, RepairText
from reviewer.writers.prompted.reading import ReadReply
from reviewer.writers.prompted.sections import EditText, SectionText
from reviewer.writers.prompted.tables import ColumnsReply, TableReply
from tests.support.injections import BY_WORD, FAKE, LIE
from tests.support.scripted import HONEST, form_of

_WORD = re.compile(r"zq\d{3}")
_SAID = ("text", "value", "name")  # what a reply says in the model's own words


class Obedient:
    """Answers a loopback provider's requests. `obeyed` counts the acts by their injection's word,
    `prompts` holds every prompt that came."""

    def __init__(self):
        self.obeyed = {}
        self.prompts = []

    def __call__(self, seen):
        into = form_of(seen)
        asked = ModelCall(seen.prompt, into, "")
        self.prompts.append((into, seen.prompt))
        return self.reply(asked)

    def reply(self, asked):
        honest = _PROSE.get(asked.into, HONEST[asked.into])
        reply, whole_acts = honest(asked), []
        for word, tags in orders_in(asked).items():
            self.obeyed[word] = self.obeyed.get(word, 0) + 1
            for kind, *given in BY_WORD[word].acts:
                if kind in _WHOLE:
                    whole_acts.append((kind, *given))
                else:
                    reply = _ACTS[kind](reply, asked, tags, *given) or reply
        whole = (
            _as_prose(asked, reply)
            if asked.into in _PROSE
            else json.dumps(reply, ensure_ascii=False)
        )
        if not whole_acts:
            return whole
        kind, *given = whole_acts[len(self.prompts) % len(whole_acts)]  # one reply has one form
        return _WHOLE[kind](whole, *given)


def _sentences(asked):
    """A sentence a text, as items that can be changed; of a repair, one a sentence."""
    return {
        "sentences": [
            {"tag": text.tag, "text": f"This is what text {text.title} finds.", "numbers": [n]}
            for text in asked.texts
            for n in (text.numbers or ["E1.1"])[:1]
        ]
    }


def _as_prose(asked, reply):
    """The items as the model writes them."""
    lines = ["P1"] if asked.into in (SectionText, EditText) else []
    for item in reply["sentences"]:
        tag = f"{item['tag']} " if asked.into is RepairText else ""
        numbers = f" [{', '.join(item['numbers'])}]" if item["numbers"] else ""
        lines.append(f"{tag}{item['text']}{numbers}")
    return "\n".join([*lines, "END"])


_PROSE = dict.fromkeys([AnswerText, RepairText, SectionText, EditText], _sentences)
_WHOLE = {
    "raw": lambda whole, text: text,
    "wrap": lambda whole, text: text.replace("%s", whole),
    "cut": lambda whole: whole[: len(whole) // 2],
}


def orders_in(asked):
    """The words of the orders in a prompt, each with the tags of the texts that give it."""
    found = {}
    for text in asked.texts:
        said = f"{text.title} {text.body}"
        for word in _WORD.findall(said + decoded(said)):
            found.setdefault(word, []).append(text.tag)
    for word in _WORD.findall(asked.prompt + decoded(asked.prompt)):
        found.setdefault(word, [])
    return found


def decoded(text):
    """What a model may read out of characters that nobody sees."""
    tags = "".join(chr(ord(c) - 0xE0000) for c in text if 0xE0020 <= ord(c) < 0xE007F)
    selectors = "".join(chr(ord(c) - 0xE0100) for c in text if 0xE0120 <= ord(c) < 0xE017F)
    bits = "".join("01"[c == "\u200c"] for c in text if c in "\u200c\u200d")
    octets = "".join(chr(int(bits[i : i + 8], 2)) for i in range(0, len(bits) - 7, 8))
    return f"{tags} {selectors} {octets}"


def _items(reply, tags=()):
    """The statements, readings, cells or themes of a reply: those of these tags, else all."""
    found = [v for v in reply.values() if isinstance(v, list)]
    every = [item for item in (found[0] if found else []) if isinstance(item, dict)]
    return [item for item in every if _is_of(item, tags)] or every


def _say(reply, asked, tags, words):
    for item in _items(reply, tags):
        for name in _SAID:
            if name in item:
                item[name] = words


def _cite(reply, asked, tags, tag, quote):
    for item in _items(reply, tags):
        own = tag if tag != "*" else item.get("tag") or (asked.tags or ["E1"])[0]
        if "numbers" in item and "text" in item:
            item["numbers"] = [f"{own}.1", own, *item["numbers"]]
            item["text"] += f' "{quote}"'
        elif "sentences" in item:
            item["sentences"] = [f"{own}.1", quote, *item["sentences"]]
        elif isinstance(item.get("quotes"), list):
            item["quotes"] = [{"tag": own, "quote": quote}, *item["quotes"]]
        elif "quote" in item:
            item |= {"tag": own, "quote": quote}
        elif "tags" in item:
            item["tags"] = [own, *item["tags"]]


def _bend(reply, asked, tags, how):
    def bent(quote):
        if how == "digit":
            return re.sub(r"\d", lambda d: str(9 - int(d[0])), quote, count=1)
        if how == "not":
            return re.sub(r"\bnot ", "", quote)
        return f"{quote} {LIE}"

    for item in _items(reply, tags):
        if "quote" in item:
            item["quote"] = bent(item["quote"])
        for quote in item.get("quotes", []):
            quote["quote"] = bent(quote["quote"])
        for name in {"numbers", "sentences"} & set(item):
            item[name] = [bent(number) for number in item[name]]


def _swap(reply, asked, tags):
    for item in _items(reply, tags):
        other = asked.tags[-1] if asked.tags else FAKE
        for quote in item.get("quotes", []):
            quote["tag"] = other
        for name in ("numbers", "sentences"):
            if name in item:
                item[name] = [f"{other}.1"]


def _judge(reply, asked, tags, verdict):
    if asked.into in (JudgeReply, ExamineReply):
        every = [*asked.tags, *(f"{letter}{n}" for letter in "CS" for n in range(1, 100))]
        reply["verdicts"] = [{"tag": t, "support": verdict} for t in every] if verdict else []


def _set(name):
    def act(reply, asked, tags, value):
        if asked.into is ReadReply:
            for item in _items(reply, tags):
                item[name] = value

    return act


def _drop(reply, asked, tags):
    own = [text.tag for text in asked.texts if _WORD.search(text.title + text.body)]
    for name, value in reply.items():
        if isinstance(value, list) and value and isinstance(value[0], dict):
            kept = [v for v in value if _is_of(v, own)]
            reply[name] = kept or value[:1]


def _is_of(item, tags):
    quotes = [q["tag"] for q in item.get("quotes", [])]
    return bool({item.get("tag"), *item.get("tags", []), *quotes} & set(tags))


def _theme(reply, asked, tags, name):
    if asked.into is ArgumentReply:
        _say(reply, asked, tags, name)
    if asked.into is ColumnsReply:
        reply["columns"].append({"name": name, "tags": asked.tags})


def _themes(reply, asked, tags, number):
    if asked.into is ArgumentReply:
        papers = [{"tag": tag} for tag in asked.tags]
        reply["paragraphs"] = [{"name": f"Theme {n}", "papers": papers} for n in range(number)]


def _columns(reply, asked, tags, name):
    if asked.into is ColumnsReply:
        reply["columns"] = [{"name": f"{name} {n}", "tags": asked.tags} for n in range(50)]


def _places(reply, asked, tags, places):
    if asked.into is TableReply:
        first = (reply["cells"] or [{"tag": "E1", "value": LIE, "quote": LIE}])[0]
        reply["cells"] += [{**first, "column": place} for place in places]


def _ask(reply, asked, tags, question):
    if asked.into is QuestionReply:
        reply["question"] = question
    if asked.into is QuestionsReply:
        reply["questions"] = [question] * 9


def _many(reply, asked, tags, number):
    for name, value in reply.items():
        if isinstance(value, list) and value:
            reply[name] = (value * number)[:number]


def _no_quotes(reply, asked, tags):
    for item in _items(reply, tags):
        for name in ("quotes", "numbers", "sentences"):
            if name in item:
                item[name] = []
        if "quote" in item:
            item["quote"] = ""


def _extra(reply, asked, tags, fields):
    return {**fields, **reply, "note": fields}


def _tool(reply, asked, tags, name, arguments):
    call = {"id": "call_1", "type": "function", "function": {"name": name, "arguments": arguments}}
    return {**reply, "tool_calls": [call], "function_call": call["function"]}


def _echo(reply, asked, tags):
    _say(reply, asked, tags, " ".join(asked.prompt.split())[:4000])
    if asked.into is SectionText:
        _cite(reply, asked, tags, "*", asked.prompt[:200])


_ACTS = {
    "say": _say, "cite": _cite, "bend": _bend, "swap": _swap, "judge": _judge,
    "stance": _set("stance"), "score": _set("relevance"), "drop": _drop, "theme": _theme,
    "themes": _themes, "columns": _columns, "places": _places, "ask": _ask, "many": _many,
    "noquotes": _no_quotes, "extra": _extra, "tool": _tool, "echo": _echo,
}  # fmt: skip
