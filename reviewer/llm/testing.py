"""A model with scripted replies, for tests: it reads the real prompt and contacts nobody.

A test gives a reply for each reply type, and a writer takes this model like any other:

    def claims(call: ModelCall) -> dict[str, object]:
        quotes = [{"tag": text.tag, "quote": text.sentences[0]} for text in call.texts]
        return {"claims": [{"text": "This holds.", "quotes": quotes}]}

    model = ScriptedLLM({AnswerReply: claims, JudgeReply: ...})
    writer = Prompted(model, Prompts(secret="secret"))
"""

from __future__ import annotations

import json
import re
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError

from reviewer.errors import ModelError
from reviewer.text import sentence_spans
from reviewer.types.runs import Usage

R = TypeVar("R", bound=BaseModel)

FENCED = re.compile(
    r'<data tag="(?P<tag>[^"\n]*)" marker="(?P<marker>\w+)">\n'
    r"(?:Title: (?P<title>[^\n]*) \((?P<year>[^()\n]*)\)\n)?"
    r'(?P<body>.*?)\n</data marker="(?P=marker)">',
    re.DOTALL,
)
_COLUMN = re.compile(r"^\d+\. (.*?) \((?:text|number|yes/no|one of.*?)\)", re.MULTILINE)
_QUESTION = re.compile(r"^(?:NEW )?QUESTION: (.*)$", re.MULTILINE)


@dataclass(frozen=True)
class PromptText:
    """A text between its fences, as it is in the prompt."""

    tag: str
    marker: str
    title: str
    year: str
    body: str

    @property
    def sentences(self) -> list[str]:
        return [self.body[start:end] for start, end in sentence_spans(self.body)]


@dataclass(frozen=True)
class ModelCall:
    """One call: the prompt, the reply type, and the hash of the prompt's file."""

    prompt: str
    into: type[BaseModel]
    hash: str

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


Script = Mapping[type[BaseModel], Callable[[ModelCall], Any]]
"""The reply for each reply type: a value that JSON can hold, or the text of the reply."""


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
        self._script = dict(script)
        self._lock = threading.Lock()

    def ask(self, prompt: str, into: type[R], *, prompt_hash: str = "") -> R:
        """The scripted reply. Raises ModelError if it does not fit its type, LookupError if the
        script has no reply for this type, and what the script raises."""
        call = ModelCall(prompt, into, prompt_hash)
        with self._lock:
            self.asked.append(call)
        if into not in self._script:
            raise LookupError(f"the script has no reply for {into.__name__}")
        reply = self._script[into](call)
        try:
            return into.model_validate_json(reply if isinstance(reply, str) else json.dumps(reply))
        except ValidationError as error:
            raise ModelError("scripted did not answer in the asked form") from error

    def usage(self) -> Usage:
        """The number of calls so far; they cost nothing."""
        return Usage(model=self.model, calls=len(self.asked))

    def close(self, *, at_once: bool = True) -> None:
        self.is_closed = True

    def calls(self, into: type[BaseModel]) -> list[ModelCall]:
        """The calls for this reply type."""
        return [call for call in self.asked if call.into is into]
