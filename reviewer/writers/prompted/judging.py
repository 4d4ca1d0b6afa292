"""Lets a model judge the sentences of an answer, and write failing ones again. Not trusted here."""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from typing import Annotated, Literal, TypeVar

from pydantic import BeforeValidator

from reviewer.errors import ModelError
from reviewer.grounding import Numbers
from reviewer.llm import in_short
from reviewer.llm.ask import tokens
from reviewer.llm.form import Form, at_most, at_most_items, with_choices
from reviewer.llm.prompts import FencedText
from reviewer.text import clean, counted
from reviewer.text.views import shorten
from reviewer.types import Claim, Evidence
from reviewer.types.claims import ClaimDraft, Fault, Support, Verdict
from reviewer.types.frozen import Frozen
from reviewer.writers.prompted.numbered_texts import fence_numbered, tokens_of
from reviewer.writers.prompted.prose import END, sentence_of, text_before_end
from reviewer.writers.prompted.reading import Item, Numbered, ReadingWriter, in_words

SENTENCES_A_CALL = 20
VERDICT_TOKENS = 120
REPAIR_TOKENS = 220
_SPARE_TOKENS = 300
_MOST_REASON_CHARS = 200
_MOST_WORDS_CHARS = 200
_MOST_NUMBERS = 4
_FAILED = ("uncited", "unsupported", "contradicted")
_LINE = re.compile(r"^\W{0,4}[Ss](?P<place>\d{1,3})\b[\s:.)\]*-]*(?P<said>\S.*)$", re.MULTILINE)

A = TypeVar("A")
Judged = Literal["supported", "elsewhere", "partial", "contradicted", "unsupported"]


# Verdicts as models write them.
_VERDICTS = {
    "fully supported": "supported",
    "partially supported": "partial",
    "partly supported": "partial",
    "not supported": "unsupported",
    "contradiction": "contradicted",
}


def as_verdict(value: object) -> object:
    """A verdict as models write it: `Fully supported` is `supported`."""
    said = in_words(value)
    return _VERDICTS.get(said, said) if isinstance(said, str) else said


def halves(batch: list[A]) -> list[list[A]]:
    """The batch in two; one item stays alone."""
    middle = len(batch) // 2
    return [batch[:middle], batch[middle:]] if middle else [batch]


class SentenceVerdict(Item):
    support: Annotated[Judged, BeforeValidator(as_verdict)]
    words: Annotated[str, at_most(_MOST_WORDS_CHARS)] = ""
    numbers: Annotated[Numbered, at_most_items(_MOST_NUMBERS)] = ()
    reason: Annotated[str, at_most(_MOST_REASON_CHARS)] = ""


class ExamineReply(Frozen):
    verdicts: tuple[SentenceVerdict, ...]


class RepairText(str):
    """A line for each sentence that is written again, its tag first; the last line is END."""

    __slots__ = ()


class JudgingWriter(ReadingWriter):
    """The part of a `Writer` that judges and repairs an answer."""

    def examine(
        self, claims: Sequence[Claim], evidence: Sequence[Evidence], *, swapped: bool = False
    ) -> tuple[Verdict, ...]:
        """A verdict for each claim. One that is not unchecked, and one without a verdict that can
        be read, has a verdict that says `unchecked`."""
        numbers = Numbers(evidence)
        asked = [n for n, claim in enumerate(claims) if claim.support not in _FAILED]
        found: dict[int, Verdict] = {}

        def call(places: list[int]) -> ExamineReply:
            shown = self._texts([claims[n] for n in places], evidence)
            return self.ask(
                "examine",
                _examine_form(places, numbers),
                sentences=[self._sentence(n, claims[n], numbers) for n in places],
                evidence=shown,
                swapped=swapped,
            )

        batches = [
            places
            for places in self._batches(asked, claims, evidence)
            if any(claims[n].support == "unchecked" for n in places)
        ]
        for places, reply in self.each(call, batches, halves, may_all_fail=True):
            if isinstance(reply, ModelError):
                self.note(f"{counted(len(places), 'sentence')} not checked: {in_short(reply)}")
                continue
            for verdict in reply.verdicts:
                place = _place_of(verdict.tag)
                if place in places and not verdict.fault:
                    meant = _turned(verdict) if swapped else verdict
                    found.setdefault(place, _verdict(meant, numbers))
        return tuple(
            found.get(n, Verdict()) if claim.support == "unchecked" else Verdict()
            for n, claim in enumerate(claims)
        )

    def repair(
        self, claims: Sequence[Claim], faults: Sequence[Fault], evidence: Sequence[Evidence]
    ) -> tuple[ClaimDraft | None, ...]:
        """One call for the faults whose texts fit together. None for a sentence that was not
        written again."""
        numbers = Numbers(evidence)
        by_place = {fault.place: fault for fault in faults}

        def call(places: list[int]) -> RepairText:
            near = {claims[n].paragraph for n in places}
            beside = [claim for claim in claims if claim.paragraph in near]
            return self.ask(
                "repair",
                _repair_form(places, numbers),
                sentences=[self._fault(by_place[n], claims, numbers) for n in places],
                evidence=self._texts(beside, evidence),
            )

        batches = self._batches(list(by_place), claims, evidence)
        written: dict[int, ClaimDraft] = {}
        for _, reply in self.each(call, batches, halves, may_all_fail=True):
            if not isinstance(reply, ModelError):
                written |= _lines(reply, numbers)
        return tuple(written.get(fault.place) for fault in faults)

    def _batches(
        self, places: Sequence[int], claims: Sequence[Claim], evidence: Sequence[Evidence]
    ) -> list[list[int]]:
        """The places in order, as many a call as fit with the texts that they cite."""
        batches: list[list[int]] = []
        for n in places:
            more = [*batches[-1], n] if batches else []
            fits = more and len(more) <= SENTENCES_A_CALL
            if fits and self._size([claims[m] for m in more], evidence) <= self.room():
                batches[-1].append(n)
            else:
                batches.append([n])
        return batches

    def _size(self, claims: Sequence[Claim], evidence: Sequence[Evidence]) -> float:
        cited = {citation.chunk_id for claim in claims for citation in claim.citations}
        texts = sum(tokens_of(item) for item in evidence if item.chunk.id in cited)
        return texts + sum(2 * tokens(claim.text) for claim in claims)

    def _texts(self, claims: Sequence[Claim], evidence: Sequence[Evidence]) -> list[FencedText]:
        """The texts that the claims cite, whole; just the cited sentences where they do not fit."""
        cited = [citation for claim in claims for citation in claim.citations]
        own = [item for item in evidence if item.chunk.id in {c.chunk_id for c in cited}]
        only: Collection[str] | None = None
        if self._size(claims, evidence) > self.room():
            numbers = Numbers(own)
            only = {numbers.number_of(citation) for citation in cited}
        return [fence_numbered(self, item, only) for item in own]

    def _sentence(self, place: int, claim: Claim, numbers: Numbers) -> FencedText:
        return self.prompts.fence(f"S{place + 1}", "", None, with_anchors(claim, numbers))

    def _fault(self, fault: Fault, claims: Sequence[Claim], numbers: Numbers) -> FencedText:
        claim = claims[fault.place]
        beside = [c for c in claims if c.paragraph == claim.paragraph]
        lines = [
            f"Paragraph: {' '.join(with_anchors(c, numbers) for c in beside)}",
            f"Sentence: {with_anchors(claim, numbers)}",
            f"Fails: {fault.failing}" if fault.failing else "",
            f"Reason: {fault.reason}" if fault.reason else "",
        ]
        return self.prompts.fence(f"S{fault.place + 1}", "", None, *filter(None, lines))


def with_anchors(claim: Claim, numbers: Numbers) -> str:
    """The claim's text with the numbers of what it cites in square brackets."""
    groups = [
        (anchor.at, [claim.citations[i] for i in anchor.citations]) for anchor in claim.anchors
    ]
    if not groups and claim.citations:
        groups = [(len(claim.text.rstrip(".!?")), list(claim.citations))]
    text = claim.text
    for at, own in sorted(groups, key=lambda group: -group[0]):
        named = [number for c in own if (number := numbers.number_of(c))]
        if named:
            text = f"{text[:at].rstrip()} [{', '.join(dict.fromkeys(named))}]{text[at:]}"
    return text


def _place_of(tag: str) -> int:
    """The place of the sentence that a tag names: 0 for S1, `[s1]` and `Sentence S1`; -1 where it
    names none or several."""
    found = re.findall(r"(?<!\w)[Ss]\.?\s?(\d{1,4})(?!\w)", tag)
    return int(found[0]) - 1 if len(found) == 1 else -1


def _turned(said: SentenceVerdict) -> SentenceVerdict:
    """The verdict of a judge who was given the definitions of two labels the other way round."""
    turned: dict[Judged, Judged] = {"supported": "unsupported", "unsupported": "supported"}
    return said.model_copy(update={"support": turned.get(said.support, said.support)})


def _verdict(said: SentenceVerdict, numbers: Numbers) -> Verdict:
    named, _ = numbers.read(" , ".join(said.numbers))
    support: Support = "supported" if said.support == "elsewhere" else said.support
    if said.support == "elsewhere" and not named:
        support = "unsupported"
    if said.support == "supported":
        named = []
    return Verdict(
        support=support,
        failing=clean(said.words) if support not in ("supported",) or named else "",
        reason="" if support == "supported" else shorten(clean(said.reason), _MOST_REASON_CHARS),
        numbers=tuple(named),
    )


def _examine_form(places: Sequence[int], numbers: Numbers) -> Form[ExamineReply]:
    tags = [f"S{n + 1}" for n in places]
    choices = {"tag": tags, "numbers": numbers.all()}
    schema = with_choices(ExamineReply, choices, {"verdicts": len(tags)})

    def fault_of(reply: ExamineReply) -> str:
        faults = [f"the verdict on {v.tag}: {v.fault}" for v in reply.verdicts if v.fault]
        named = {_place_of(v.tag) for v in reply.verdicts}
        missing = [f"S{n + 1}" for n in places if n not in named]
        if missing:
            faults.append(f"there is no verdict on {', '.join(missing)}")
        return "; ".join(faults[:3])

    return Form(ExamineReply, schema, VERDICT_TOKENS * len(places) + _SPARE_TOKENS, fault_of)


def _repair_form(places: Sequence[int], numbers: Numbers) -> Form[RepairText]:
    def fault_of(reply: RepairText) -> str:
        body, is_whole = text_before_end(reply)
        found = _lines(RepairText(body), numbers)
        missing = [f"S{n + 1}" for n in places if n not in found]
        unknown = [number for draft in found.values() for number in draft.unknown]
        faults = [] if is_whole else [f"it does not end with the line {END}"]
        if missing:
            faults.append(f"there is no line of {', '.join(missing)}")
        if unknown:
            faults.append(f"{', '.join(unknown[:3])} named no sentence")
        return "; ".join(faults)

    return Form(RepairText, None, REPAIR_TOKENS * len(places) + _SPARE_TOKENS, fault_of)


def _lines(reply: RepairText, numbers: Numbers) -> dict[int, ClaimDraft]:
    """The sentences of a reply by their places; the first of each counts."""
    body, _ = text_before_end(reply)
    found: dict[int, ClaimDraft] = {}
    for match in _LINE.finditer(body):
        draft = sentence_of(match["said"], numbers)
        if draft is not None:
            found.setdefault(int(match["place"]) - 1, draft)
    return found
