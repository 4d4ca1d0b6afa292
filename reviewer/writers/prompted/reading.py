"""Lets a model read papers in batches: relevance, stance, and which sentences bear on a question.

A batch whose reply cannot be used costs its own papers alone: they are named as not read.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from typing import Annotated, Any, TypeVar

from pydantic import (
    BeforeValidator,
    Field,
    ValidationError,
    ValidatorFunctionWrapHandler,
    model_validator,
)
from pydantic.json_schema import SkipJsonSchema

from reviewer.errors import ModelError
from reviewer.grounding import Numbers
from reviewer.grounding.sentence_numbers import read_numbers
from reviewer.llm import Asking, in_short, is_form_fault
from reviewer.llm.form import Form, at_most, at_most_items, with_choices
from reviewer.text import clean, counted
from reviewer.text.views import shorten
from reviewer.types import Citation, Evidence
from reviewer.types.claims import Basis, Reading, Stance
from reviewer.types.evidence import by_paper
from reviewer.types.frozen import Frozen
from reviewer.types.writer import PAPERS_A_CALL
from reviewer.writers.prompted.numbered_texts import (
    fence_numbered,
    numbered_batches,
    smaller_batches,
)

A = TypeVar("A")
B = TypeVar("B")

SENTENCES_OF_A_TEXT = 5
MOST_FINDING_CHARS = 400
READING_TOKENS = 220  # of one text in a reply
_SPARE_TOKENS = 300
_MOST_FAULTS = 4  # that a model is told


# What models write where nothing is to be said.
_NOTHING = frozenset({"n/a", "na", "none", "null", "nil", "-", "", "not applicable", "no stance"})


def in_words(value: object) -> object:
    """A word of a fixed list as models write it: ` Yes.` is `yes`."""
    return value.strip(" .\"'`*").casefold() if isinstance(value, str) else value


def _stance(value: object) -> object:
    said = in_words(value)
    return "none" if said is None or said in _NOTHING else said


def _basis(value: object) -> object:
    """What is nothing, as it may be without a stance, is the default."""
    said = in_words(value)
    return "tests" if said is None or said in _NOTHING else said


def _truth(value: object) -> object:
    """What is neither true nor false, such as "N/A", is false."""
    said = in_words(value)
    return said in (True, "true", "yes", 1)


def _text(value: object) -> object:
    """A text that a model gave as null is empty."""
    return "" if value is None else value


def _number(value: object) -> object:
    """`8/10` and `8` are 8."""
    found = (
        re.fullmatch(r"\s*(\d+(?:\.\d+)?)\s*(?:/\s*10)?\s*", value)
        if isinstance(value, str)
        else None
    )
    return float(found[1]) if found else value


def as_list(value: object) -> object:
    """A list that a model left out, gave as one value, or gave as null."""
    if value is None:
        return []
    return [value] if isinstance(value, str) else value


Numbered = Annotated[tuple[str, ...], BeforeValidator(as_list)]


class Item(Frozen):
    """An item of a reply's list. One that does not fit has its `fault` in words, and its tag."""

    tag: str = ""
    fault: SkipJsonSchema[str] = ""

    @model_validator(mode="wrap")
    @classmethod
    def _with_fault(cls, data: Any, handler: ValidatorFunctionWrapHandler) -> Any:  # noqa: ANN401  whatever a model wrote
        known = (
            {k: v for k, v in data.items() if k in cls.model_fields}
            if isinstance(data, dict)
            else data
        )
        try:
            return handler(known)
        except ValidationError as error:
            first = error.errors(include_url=False, include_input=False)[0]
            place = ".".join(str(part) for part in first["loc"])
            tag = str(known.get("tag", "")) if isinstance(known, dict) else ""
            return cls.model_construct(tag=tag, fault=f"{place}: {first['msg'].lower()}")


class TagReading(Item):
    relevance: Annotated[float, BeforeValidator(_number)] = Field(ge=0, le=10)
    sentences: Annotated[Numbered, at_most_items(SENTENCES_OF_A_TEXT)] = ()
    finding: Annotated[str, BeforeValidator(_text), at_most(MOST_FINDING_CHARS)] = ""
    stance: Annotated[Stance, BeforeValidator(_stance)] = "none"
    basis: Annotated[Basis, BeforeValidator(_basis)] = "tests"
    shown_by: Annotated[str, BeforeValidator(_text)] = ""


class ReadReply(Frozen):
    is_yes_no: Annotated[bool, BeforeValidator(_truth)] = False
    readings: tuple[TagReading, ...]

    @model_validator(mode="after")
    def _of_ten(self) -> ReadReply:
        """Relevance from 0 to 10 also where a model gave all of it from 0 to 1."""
        found = [r.relevance for r in self.readings if not r.fault]
        if any(0 < n < 1 for n in found) and max(found) <= 1:
            of_ten = tuple(
                r if r.fault else r.model_copy(update={"relevance": round(10 * r.relevance, 2)})
                for r in self.readings
            )
            object.__setattr__(self, "readings", of_ten)
        return self


class ReadingWriter(Asking):
    """The part of a `Writer` that reads papers."""

    def __init__(self, *given: Any) -> None:  # noqa: ANN401  a model and prompts
        super().__init__(*given)
        self._asked = ""
        self._says_yes_no: list[bool] = []
        self.is_yes_no = False

    def read(self, question: str, evidence: Sequence[Evidence]) -> tuple[Reading, ...]:
        """Several papers a call, side by side. A paper's stance and first sentences come from its
        most relevant text. `is_yes_no` is then what most calls said about the question.

        A paper without a usable reading says why in `unread`. Raises the first ModelError of a
        provider if every call fails and none for form alone.
        """
        batches = numbered_batches(evidence, PAPERS_A_CALL, self.room())

        def call(batch: list[Evidence]) -> ReadReply:
            return self.ask(
                "read",
                read_form(batch),
                question=question,
                evidence=self.fit([fence_numbered(self, item) for item in batch]),
            )

        replies = self.each(call, batches, lambda batch: smaller_batches(batch, self.room()))
        if question != self._asked:  # else what earlier rounds said counts too
            self._asked, self._says_yes_no = question, []
        self._says_yes_no += [_says_yes_no(r) for _, r in replies if isinstance(r, ReadReply)]
        self.is_yes_no = 2 * sum(self._says_yes_no) > len(self._says_yes_no)
        own = by_paper(evidence)
        readings: dict[str, Reading] = {}
        for batch, reply in replies:
            for paper_id, items in by_paper(batch).items():
                readings[paper_id] = (
                    _unread(paper_id, in_short(reply))
                    if isinstance(reply, ModelError)
                    else self._reading(paper_id, items, reply)
                )
        return tuple(readings[paper_id] for paper_id in own)

    def each(
        self,
        call: Callable[[list[A]], B],
        batches: Sequence[list[A]],
        split: Callable[[list[A]], list[list[A]]],
        *,
        may_all_fail: bool = False,
    ) -> list[tuple[list[A], B | ModelError]]:
        """Each batch with what `call` returns for it, side by side, or with the error of a call
        that failed; a batch that is too large for the model comes as the parts that `split` makes
        of it. Raises the error where the run may spend no more, and, unless `may_all_fail`, where
        every call failed and one not for the form of its reply."""

        room = self.room()

        def attempt(batch: list[A]) -> list[tuple[list[A], B | ModelError]]:
            return self.in_parts(call, batch, split, room)

        found = self.side_by_side(attempt, batches) if batches else []
        results = [one for own in found for one in own]
        failed = [result for _, result in results if isinstance(result, ModelError)]
        if failed and len(failed) == len(results) and not may_all_fail:
            causes = [error for error in failed if not is_form_fault(error)]
            if causes:
                raise causes[0]
        return results

    def _reading(self, paper_id: str, items: Sequence[Evidence], reply: ReadReply) -> Reading:
        """The reading of one paper from those of its texts."""
        tags = {item.tag for item in items}
        by_tag: dict[str, TagReading] = {}
        for reading in reply.readings:
            meant = tag_of(reading.tag)
            if meant in tags and not reading.fault:
                by_tag.setdefault(meant, reading)
        found = sorted(by_tag.items(), key=lambda pair: -pair[1].relevance)
        if not found:
            return _unread(paper_id, "the reply has no reading of it")
        numbers = Numbers(items)
        citations: list[Citation] = []
        for tag, reading in found:
            named = self._known(reading.sentences, tag, numbers)[:SENTENCES_OF_A_TEXT]
            citations += [c for n in named if (c := numbers.cite(n)) is not None]
        tag, first = found[0]
        shown = self._known([first.shown_by], tag, numbers) if first.shown_by.strip() else []
        shows = numbers.cite(shown[0]) if shown else None
        if shows is None and first.stance != "none":
            shows = next(iter(citations), None)
        return Reading(
            paper_id=paper_id,
            relevance=first.relevance,
            stance=first.stance,
            basis=first.basis,
            shows=shows if first.stance != "none" else None,
            citations=tuple(dict.fromkeys(citations)),
            finding=shorten(clean(first.finding), MOST_FINDING_CHARS),
        )

    def _known(self, said: Sequence[str], tag: str, numbers: Numbers) -> list[str]:
        """The numbers that name sentences; others are dropped and counted."""
        known, unknown = numbers.read(" ".join(with_tag(one, tag) for one in said))
        if unknown:
            self.note(f"{counted(len(unknown), 'number')} that named no sentence")
        return known


def _says_yes_no(reply: ReadReply) -> bool:
    """Whether yes or no can answer, as the reply says; as its stances show, if it does not say."""
    if "is_yes_no" in reply.model_fields_set:
        return reply.is_yes_no
    return any(r.stance in ("yes", "no") for r in reply.readings if not r.fault)


def with_tag(said: str, tag: str) -> str:
    """`E4.2` for a bare `2` in the reading of E4."""
    return f"{tag}.{said.strip()}" if said.strip().isdecimal() else said


def tag_of(said: str) -> str:
    """The tag that a reply means: `e4`, `[E4]`, `E4.0` and `4` are E4."""
    names = read_numbers(f"E{said.strip()}" if said.strip().isdecimal() else said)
    return names[0].split(".")[0] if len(names) == 1 else said.strip()


def _unread(paper_id: str, why: str) -> Reading:
    return Reading(paper_id=paper_id, relevance=0, unread=why)


def read_form(batch: Sequence[Evidence]) -> Form[ReadReply]:
    """The form of the reply on these texts."""
    numbers = Numbers(batch)
    tags = [item.tag for item in batch]
    known = numbers.all()
    choices = {"sentences": known, "shown_by": ["", *known], "tag": tags}
    schema = with_choices(ReadReply, choices, {"readings": len(tags)})

    def fault_of(reply: ReadReply) -> str:
        faults = [f"the reading of {r.tag}: {r.fault}" for r in reply.readings if r.fault]
        named = {tag_of(r.tag) for r in reply.readings}
        missing = [tag for tag in tags if tag not in named]
        if missing:
            faults.append(f"there is no reading of {', '.join(missing)}")
        said = [
            with_tag(one, tag_of(r.tag))
            for r in reply.readings
            for one in (*r.sentences, r.shown_by)
        ]
        if unknown := numbers.read(" , ".join(said))[1]:
            faults.append(f"{', '.join(unknown)} named no sentence")
        return "; ".join(faults[:_MOST_FAULTS])

    most = READING_TOKENS * len(batch) + _SPARE_TOKENS
    return Form(ReadReply, schema, most, fault_of)
