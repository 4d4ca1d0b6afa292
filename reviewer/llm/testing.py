"""A model with scripted replies, for tests: it reads the real prompt and contacts nobody.

A test gives a reply for each reply type, by its name (docs/prompts.md has them) or the type itself.
A reply is a text, a value that JSON can hold, or a function that makes one of the call. A writer
takes this model like any other:

    def answer(call: ModelCall) -> str:
        return f"This holds [{call.texts[0].numbers[0]}].\\nEND"

    model = ScriptedLLM({"AnswerText": answer})
    writer = Prompted(model)
"""

from __future__ import annotations

import json
import re
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, TypeVar, cast

from pydantic import BaseModel

from reviewer.llm.deadline import OnText, ignore_text
from reviewer.llm.form import Form
from reviewer.llm.replies import ModelReplyError
from reviewer.text import sentence_spans
from reviewer.types.runs import Usage

R = TypeVar("R", bound=BaseModel | str)

FENCED = re.compile(
    r'<data tag="(?P<tag>[^"\n]*)" marker="(?P<marker>\w+)">\n'
    r"(?:(?:Title:|\w+\.0) (?P<title>[^\n]*) \((?P<year>[^()\n]*)\)(?=\n))?\n?"
    r'(?P<body>.*?)\n</data marker="(?P=marker)">',
    re.DOTALL,
)
_NUMBERED = re.compile(r"^(\w+\.\d+) (.*)$", re.MULTILINE)
_COLUMN = re.compile(r"^\d+\. (.*?) \((?:text|number|yes/no|one of.*?)\)", re.MULTILINE)
_QUESTION = re.compile(r"^(?:NEW )?QUESTION: (.*)$", re.MULTILINE)


@dataclass(frozen=True)
class PromptText:
    """A text between its fences, as it is in the prompt. The sentences of a numbered text are those
    of its lines, `numbers` their numbers."""

    tag: str
    marker: str
    title: str
    year: str
    body: str

    @property
    def numbers(self) -> list[str]:
        return [number for number, _ in self._numbered]

    @property
    def sentences(self) -> list[str]:
        if self._numbered:
            return [sentence for _, sentence in self._numbered]
        return [self.body[start:end] for start, end in sentence_spans(self.body)]

    @property
    def _numbered(self) -> list[tuple[str, str]]:
        found = _NUMBERED.findall(self.body)
        return [(n, said) for n, said in found if n.split(".")[0] == self.tag]


@dataclass(frozen=True)
class ModelCall:
    """One call: the prompt, the reply type (a kind of `str` for prose), the hash of the prompt's
    file, and how many tokens the reply may have."""

    prompt: str
    into: type[Any]
    hash: str
    most_tokens: int | None = None

    @property
    def texts(self) -> list[PromptText]:
        """The fenced texts in the prompt, in its order."""
        found = FENCED.finditer(self.prompt)
        return [PromptText(**match.groupdict(default="")) for match in found]

    @property
    def tags(self) -> list[str]:
        return [text.tag for text in self.texts]

    @property
    def columns(self) -> list[str]:
        """The names of the columns to fill."""
        return _COLUMN.findall(self.prompt.split("COLUMNS:\n")[-1].split("\n\n")[0])

    @property
    def question(self) -> str:
        """The question in the prompt; empty if it has none."""
        found = _QUESTION.search(self.prompt)
        return found.group(1) if found else ""


Script = Mapping[Any, Callable[[ModelCall], Any] | Any]
"""For each reply type, or its name, the reply or what makes it of the call: a value that JSON can
hold, or the text of the reply."""


class ScriptedLLM:
    """Takes the place of `LLM` in a writer. Safe to use from a pool of threads.

    `asked` has every call in the order in which they came, `is_closed` says if it was closed.
    """

    model = "scripted"
    jobs = 8

    def __init__(self, script: Script, context_tokens: int = 32_000) -> None:
        self.context_tokens = context_tokens
        self.asked: list[ModelCall] = []
        self.is_closed = False
        self.notes: dict[str, None] = {}
        self._script = {_name(into): reply for into, reply in script.items()}
        self._lock = threading.Lock()

    def ask(
        self,
        prompt: str,
        into: type[R] | Form[R],
        *,
        prompt_hash: str = "",
        on_text: OnText = ignore_text,
    ) -> R:
        """The scripted reply, asked for once more if it has a fault, as the real model is. Raises
        ModelReplyError if it does not fit its type, LookupError if the script has no reply for this
        type, and what the script raises."""
        form = into if isinstance(into, Form) else Form(into)
        text = self._replied(prompt, form, prompt_hash)
        on_text(text)
        reply, fault = form.weigh(text)
        if reply is not None and not fault:
            return reply
        again = self._replied(f"{prompt}\n{form.correction(fault)}", form, prompt_hash)
        second, fault_of_second = form.weigh(again)
        if second is None and reply is None:
            raise ModelReplyError(f"scripted did not answer in the asked form: {fault_of_second}")
        if second is None or (reply is not None and form.is_worse(second, reply)):
            return cast(R, reply)
        return second

    def _replied(self, prompt: str, form: Form[R], prompt_hash: str) -> str:
        call = ModelCall(prompt, form.into, prompt_hash, form.most_tokens)
        with self._lock:
            self.asked.append(call)
        name = _name(form.into)
        if name not in self._script:
            raise LookupError(f"the script has no reply for {name}")
        scripted = self._script[name]
        reply = scripted(call) if callable(scripted) else scripted
        return reply if isinstance(reply, str) else json.dumps(reply)

    def usage(self) -> Usage:
        """The number of calls so far; they cost nothing."""
        return Usage(model=self.model, calls=len(self.asked))

    def close(self, *, at_once: bool = True) -> None:
        self.is_closed = True

    def calls(self, into: type[Any] | str) -> list[ModelCall]:
        """The calls for this reply type, or for the one of this name."""
        return [call for call in self.asked if _name(call.into) == _name(into)]


def _name(into: type[Any] | str) -> str:
    return into if isinstance(into, str) else into.__name__
