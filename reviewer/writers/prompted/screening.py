"""Lets a model compare records with the criteria of a systematic review.

It gives no overall verdict, and its replies are not trusted here.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Annotated, Literal, get_args

from pydantic import BeforeValidator, WithJsonSchema

from reviewer.errors import ModelError
from reviewer.grounding import Numbers
from reviewer.llm import in_short
from reviewer.llm.form import Form, at_most_items, with_choices
from reviewer.types import Evidence
from reviewer.types.evidence import by_paper
from reviewer.types.frozen import Frozen
from reviewer.types.progress import Progress, silent
from reviewer.types.screening import (
    Criterion,
    CriterionAnswer,
    CriterionVerdict,
    LocatedQuote,
    RecordVerdicts,
)
from reviewer.writers.prompted.numbered_texts import (
    fence_numbered,
    numbered_batches,
    smaller_batches,
)
from reviewer.writers.prompted.reading import (
    Item,
    Numbered,
    ReadingWriter,
    in_words,
    tag_of,
    with_tag,
)

RECORDS_A_CALL = 5
ANSWER_TOKENS = 45  # of one criterion in a reply
SENTENCES_OF_AN_ANSWER = 2
_SPARE_TOKENS = 300
_ROOM = 4000.0  # tokens of a call's records: five of 300 words, with room to spare
_NEGATED = re.compile(r"(?:not|un)[\s_-]?(?:met|fulfilled|satisfied)|violated|no|false")
_MET = frozenset({"met", "yes", "true", "fulfilled", "satisfied"})


def _answer(value: object) -> object:
    """A verdict as models write it: `Not_met.` is `not met`. Any other word is unclear."""
    said = in_words(str(value)) if isinstance(value, str | bool) else value
    if not isinstance(said, str):
        return "unclear"
    if _NEGATED.fullmatch(said):
        return "not met"
    return "met" if said in _MET else "unclear"


class CriterionReply(Item):
    criterion: Annotated[int | str, WithJsonSchema({"type": "integer"})]
    verdict: Annotated[Literal["met", "not met", "unclear"], BeforeValidator(_answer)]
    sentences: Annotated[Numbered, at_most_items(SENTENCES_OF_AN_ANSWER)] = ()


class ScreenReply(Frozen):
    answers: tuple[CriterionReply, ...]


class ScreeningWriter(ReadingWriter):
    """The part of a `Writer` that compares records with criteria."""

    def screen_records(
        self,
        question: str,
        criteria: Sequence[Criterion],
        evidence: Sequence[Evidence],
        progress: Progress = silent,
    ) -> tuple[RecordVerdicts, ...]:
        """The verdicts on one record a paper, in the evidence's order: several short records a
        call, side by side; a paper of several texts has a call of its own. A record of which a
        reply leaves something out is asked for once more, alone.

        A verdict without a sentence that is there is `unclear`, and says why. Raises the first
        ModelError of a provider if every call fails, and LimitError where nothing more may be
        spent.
        """
        own = by_paper(evidence)
        whole = [items for items in own.values() if len(items) > 1]
        short = [items[0] for items in own.values() if len(items) == 1]
        batches = numbered_batches(short, RECORDS_A_CALL, min(_ROOM, self.room()))
        done: list[int] = []

        def call(batch: list[Evidence]) -> ScreenReply:
            is_one = len(by_paper(batch)) == 1
            reply = self.ask(
                "screen",
                _screen_form(criteria, batch, is_one=is_one),
                question=question,
                criteria=criteria_lines(criteria),
                is_one_record=is_one,
                evidence=self.fit([fence_numbered(self, item) for item in batch]),
            )
            done.append(len(by_paper(batch)))
            progress("Comparing with the criteria", sum(done), len(own))
            return reply

        def smaller(batch: list[Evidence]) -> list[list[Evidence]]:
            return smaller_batches(batch, self.room())

        found: dict[str, RecordVerdicts] = {}
        for batch, reply in self.each(call, [*batches, *whole], smaller):
            found |= _verdicts_of(batch, reply, criteria)
        missing = [own[p] for p in own if _is_incomplete(found[p])]
        if missing:
            done.clear()
            again = self.each(call, missing, smaller, may_all_fail=True)
            for batch, reply in again:
                for paper_id, second in _verdicts_of(batch, reply, criteria).items():
                    found[paper_id] = _completed(found[paper_id], second)
        return tuple(found[paper_id] for paper_id in own)


def criteria_lines(criteria: Sequence[Criterion]) -> list[str]:
    """The criteria as a prompt shows them, a number before each."""
    return [f"{n}. {own.text}" for n, own in enumerate(criteria, 1)]


def _is_incomplete(own: RecordVerdicts) -> bool:
    return bool(own.unread) or any(v.fault == _MISSING for v in own.verdicts)


_MISSING = "it was not answered"


def _completed(first: RecordVerdicts, second: RecordVerdicts) -> RecordVerdicts:
    """The first verdicts, with those of the second where the first has none."""
    if second.unread:
        return first
    if first.unread:
        return second
    pairs = zip(first.verdicts, second.verdicts, strict=True)
    return first.model_copy(
        update={"verdicts": tuple(b if a.fault == _MISSING else a for a, b in pairs)}
    )


def _verdicts_of(
    batch: Sequence[Evidence], reply: ScreenReply | ModelError, criteria: Sequence[Criterion]
) -> dict[str, RecordVerdicts]:
    """The verdicts of a reply on the records of its batch, by paper."""
    own = by_paper(batch)
    if isinstance(reply, ModelError):
        return {p: RecordVerdicts(paper_id=p, unread=in_short(reply)) for p in own}
    found = {}
    for paper_id, items in own.items():
        tags = {item.tag for item in items}
        answers = [a for a in reply.answers if not a.fault and tag_of(a.tag) in tags]
        numbers = Numbers(items)
        found[paper_id] = RecordVerdicts(
            paper_id=paper_id,
            verdicts=tuple(
                _verdict(criterion, [a for a in answers if _place(a.criterion) == n], numbers)
                for n, criterion in enumerate(criteria, 1)
            ),
        )
    return found


def _place(said: int | str) -> int:
    """The number of a criterion: 2 for 2, "2", "2." and "criterion 2"; 0 for anything else."""
    found = re.findall(r"\d{1,3}", str(said))
    return int(found[0]) if len(found) == 1 and len(str(said)) < 40 else 0


def _verdict(
    criterion: Criterion, answers: Sequence[CriterionReply], numbers: Numbers
) -> CriterionVerdict:
    """The checked verdict on one criterion of one record."""
    made = CriterionVerdict(key=criterion.key, kind=criterion.kind)
    said: set[CriterionAnswer] = {answer.verdict for answer in answers}
    if not said:
        return made.model_copy(update={"fault": _MISSING})
    if len(said) > 1:
        return made.model_copy(update={"fault": "it was answered in two ways"})
    (verdict,) = said
    if verdict == "unclear":
        return made
    named = " , ".join(with_tag(one, tag_of(a.tag)) for a in answers for one in a.sentences)
    known, _ = numbers.read(named)
    cited = [numbers.cite(number) for number in known[:SENTENCES_OF_AN_ANSWER]]
    quotes = tuple(
        LocatedQuote(part=c.part, start=c.start, end=c.end, text=c.quote, page=c.page)
        for c in cited
        if c is not None
    )
    if not quotes:
        return made.model_copy(update={"fault": f"'{verdict}' named no sentence of the record"})
    return made.model_copy(update={"verdict": verdict, "quotes": quotes})


def _screen_form(
    criteria: Sequence[Criterion], batch: Sequence[Evidence], *, is_one: bool
) -> Form[ScreenReply]:
    tags = [item.tag for item in batch][: 1 if is_one else None]
    answers = len(tags) * len(criteria)
    choices = {
        "tag": tags,
        "verdict": list(get_args(CriterionAnswer)),
        "sentences": Numbers(batch).all(),
    }
    schema = with_choices(ScreenReply, choices, {"answers": answers})
    return Form(ScreenReply, schema, ANSWER_TOKENS * answers + _SPARE_TOKENS)
