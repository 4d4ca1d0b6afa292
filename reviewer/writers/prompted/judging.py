"""Lets a model judge the sentences of an answer, and write failing ones again. Not trusted here."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Mapping, Sequence
from types import MappingProxyType
from typing import Annotated, Literal, TypeVar

from pydantic import BeforeValidator

from reviewer.errors import ModelError
from reviewer.grounding import Numbers
from reviewer.grounding.sentence_numbers import read_numbers
from reviewer.llm import in_short
from reviewer.llm.ask import tokens
from reviewer.llm.form import Form, at_most, at_most_items, with_choices
from reviewer.llm.prompts import FencedText
from reviewer.text import clean, counted
from reviewer.text.views import shorten
from reviewer.types import Citation, Claim, Evidence
from reviewer.types.claims import ClaimDraft, Fault, Support, Verdict
from reviewer.types.frozen import Frozen
from reviewer.types.writer import SENTENCES_A_CALL
from reviewer.writers.prompted.numbered_texts import fence_numbered, tokens_of
from reviewer.writers.prompted.prose import END, sentence_of, text_before_end
from reviewer.writers.prompted.reading import Item, Numbered, ReadingWriter, in_words

LEAST_BEARING = 3  # sentences of a text that stand for the whole of it
VERDICT_TOKENS = 120
REPAIR_TOKENS = 220
_SPARE_TOKENS = 300
_MOST_OF_ROOM = 0.25  # that an answer may take beside the sentences that are judged
_MOST_REASON_CHARS = 200
_MOST_WORDS_CHARS = 200
_MOST_NUMBERS = 4
_NONE_BEARING: Mapping[str, Collection[str]] = MappingProxyType({})
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
        self,
        claims: Sequence[Claim],
        evidence: Sequence[Evidence],
        *,
        question: str = "",
        swapped: bool = False,
        beside: Sequence[Citation] = (),
    ) -> tuple[Verdict, ...]:
        """A verdict for each claim. One that is not unchecked, and one without a verdict that can
        be read, has a verdict that says `unchecked`; so has a gap that is called supported by a
        judge who is not shown all texts that the claims cite."""
        numbers = Numbers(evidence)
        bearing = bearing_of(beside, evidence, numbers)
        own = [_named(claim, numbers) for claim in claims]
        by_all = set[str]().union(*own)
        all_fit = self._size(by_all, evidence) + 2 * _size_of(claims) <= self.room()
        named = [
            by_all if claim.kind == "gap" and all_fit else by_one
            for claim, by_one in zip(claims, own, strict=True)
        ]

        def named_by(places: list[int]) -> set[str]:
            return set[str]().union(*(named[n] for n in places))

        def left(places: list[int]) -> float:
            context = _size_of(claims) if self._shows_all(claims, question) else 0
            return self.room() - context - _size_of([claims[n] for n in places])

        def fits(places: list[int]) -> bool:
            return self._size(named_by(places), evidence) <= left(places)

        def call(places: list[int]) -> dict[int, Verdict]:
            shown = range(len(claims)) if self._shows_all(claims, question) else places
            reply = self.ask(
                "examine",
                _examine_form(places, numbers),
                question=question,
                sentences=[self._sentence(n, claims[n], numbers, n in places) for n in shown],
                evidence=self._texts(named_by(places), evidence, left(places), bearing),
                swapped=swapped,
            )
            said = _verdicts(reply, places, numbers, swapped=swapped)
            if all_fit and fits(places):
                return said
            return {n: v for n, v in said.items() if not _is_proven_gap(claims[n], v)}

        found: dict[int, Verdict] = {}
        asked = [n for n, claim in enumerate(claims) if claim.support == "unchecked"]
        for places, made in self.each(call, _batches(asked, fits), halves, may_all_fail=True):
            if isinstance(made, ModelError):
                self.note(f"{counted(len(places), 'sentence')} not checked: {in_short(made)}")
                continue
            found |= made
        return tuple(found.get(n, Verdict()) for n in range(len(claims)))

    def repair(
        self,
        claims: Sequence[Claim],
        faults: Sequence[Fault],
        evidence: Sequence[Evidence],
        *,
        beside: Sequence[Citation] = (),
    ) -> tuple[ClaimDraft | None, ...]:
        """One call for the faults whose texts fit together: those that the sentence or the reason
        of its fault names, else those of its paragraph. None for a sentence that was not written
        again; one without any text is not asked for."""
        numbers = Numbers(evidence)
        bearing = bearing_of(beside, evidence, numbers)
        by_place = {fault.place: fault for fault in faults}
        tags = {item.tag for item in evidence}
        named = {place: _bearing_on(f, claims, numbers, tags) for place, f in by_place.items()}

        def named_by(places: list[int]) -> set[str]:
            return set[str]().union(*(named[n] for n in places))

        def left(places: list[int]) -> float:
            return self.room() - _size_of([claims[n] for n in places])

        def fits(places: list[int]) -> bool:
            return self._size(named_by(places), evidence) <= left(places)

        def call(places: list[int]) -> RepairText:
            return self.ask(
                "repair",
                _repair_form(places, numbers),
                sentences=[self._fault(by_place[n], claims, numbers) for n in places],
                evidence=self._texts(named_by(places), evidence, left(places), bearing),
            )

        batches = _batches([place for place in by_place if named[place]], fits)
        written: dict[int, ClaimDraft] = {}
        for _, reply in self.each(call, batches, halves, may_all_fail=True):
            if not isinstance(reply, ModelError):
                written |= _lines(reply, numbers)
        return tuple(written.get(fault.place) for fault in faults)

    def _shows_all(self, claims: Sequence[Claim], question: str) -> bool:
        """Whether each call shows the whole answer: not for claims that answer no question, and not
        where little room would be left for texts."""
        return bool(question) and _size_of(claims) <= self.room() * _MOST_OF_ROOM

    def _size(self, named: Collection[str], evidence: Sequence[Evidence]) -> float:
        """The tokens of the whole texts that these numbers name."""
        tags = _tags(named)
        return sum(tokens_of(item) for item in evidence if item.tag in tags)

    def _texts(
        self,
        named: Collection[str],
        evidence: Sequence[Evidence],
        room: float,
        bearing: Mapping[str, Collection[str]] = _NONE_BEARING,
    ) -> list[FencedText]:
        """The texts that these numbers name, whole, or their `bearing` sentences beside the named
        ones; just the named sentences where they do not fit, except of a text that is named as a
        whole."""
        tags = _tags(named)
        fits = self._size(named, evidence) <= room

        def shown(item: Evidence) -> Collection[str] | None:
            if item.tag in named or (fits and item.tag not in bearing):
                return None
            return {*named, *bearing[item.tag]} if fits else named

        return [fence_numbered(self, i, shown(i)) for i in evidence if i.tag in tags]

    def _sentence(self, place: int, claim: Claim, numbers: Numbers, is_asked: bool) -> FencedText:
        if is_asked:
            return self.prompts.fence(f"S{place + 1}", "", None, with_anchors(claim, numbers))
        tag = "failed" if claim.support in _FAILED else "context"
        return self.prompts.fence(tag, "", None, claim.text)

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


def bearing_of(
    beside: Sequence[Citation], evidence: Sequence[Evidence], numbers: Numbers
) -> dict[str, set[str]]:
    """The numbers of these sentences by the tags of their texts; nothing of a text of which there
    are fewer than LEAST_BEARING."""
    found: dict[str, set[str]] = {}
    chunks = {item.chunk.id for item in evidence}
    for citation in beside:
        number = numbers.number_of(citation) if citation.chunk_id in chunks else ""
        if number:
            found.setdefault(number.split(".")[0], set()).add(number)
    return {tag: own for tag, own in found.items() if len(own) >= LEAST_BEARING}


def _named(claim: Claim, numbers: Numbers) -> set[str]:
    """The numbers of the sentences that the claim cites."""
    return {numbers.number_of(citation) for citation in claim.citations} - {""}


def _bearing_on(
    fault: Fault, claims: Sequence[Claim], numbers: Numbers, tags: Collection[str]
) -> set[str]:
    """The numbers and texts that a sentence or the reason of its fault names, else those that its
    paragraph cites."""
    claim = claims[fault.place]
    of_reason = [n for n in read_numbers(fault.reason) if n.split(".")[0] in tags]
    if own := {*of_reason, *_named(claim, numbers)}:
        return own
    beside = (c for c in claims if c.paragraph == claim.paragraph)
    return set[str]().union(*(_named(c, numbers) for c in beside))


def _tags(named: Collection[str]) -> set[str]:
    """The texts that these numbers name."""
    return {number.split(".")[0] for number in named}


def _size_of(claims: Sequence[Claim]) -> float:
    """The tokens of the claims with their numbers, rather too many than too few."""
    return sum(2 * tokens(claim.text) for claim in claims)


def _batches(places: Sequence[int], fits: Callable[[list[int]], bool]) -> list[list[int]]:
    """The places in order, as many a call as fit with their texts."""
    batches: list[list[int]] = []
    for n in places:
        more = [*batches[-1], n] if batches else []
        if more and len(more) <= SENTENCES_A_CALL and fits(more):
            batches[-1].append(n)
        else:
            batches.append([n])
    return batches


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


def _is_proven_gap(claim: Claim, verdict: Verdict) -> bool:
    return claim.kind == "gap" and verdict.support == "supported"


def _verdicts(
    reply: ExamineReply, places: Collection[int], numbers: Numbers, *, swapped: bool
) -> dict[int, Verdict]:
    """The verdicts of a reply on the sentences at these places; the first on each counts."""
    found: dict[int, Verdict] = {}
    for said in reply.verdicts:
        place = _place_of(said.tag)
        if place in places and not said.fault:
            found.setdefault(place, _verdict(_turned(said) if swapped else said, numbers))
    return found


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
