"""Lets a model plan the argument of a section from cards. Its replies are not trusted here."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import Annotated

from pydantic import BeforeValidator

from reviewer.grounding import Numbers
from reviewer.grounding.sentence_numbers import numbered
from reviewer.llm.form import Form, at_most
from reviewer.llm.prompts import FencedText
from reviewer.text import clean
from reviewer.text.views import shorten
from reviewer.types import Evidence
from reviewer.types.drafts import (
    MOST_THEMES,
    OWN_TAG,
    Argument,
    Brief,
    Card,
    LeftOutPaper,
    OwnClaim,
    Theme,
)
from reviewer.types.evidence import by_paper
from reviewer.types.frozen import Frozen
from reviewer.writers.prompted.cards import CardWriter
from reviewer.writers.prompted.numbered_texts import fence_numbered
from reviewer.writers.prompted.reading import Item, Numbered, as_list, tag_of

WORDS_A_PARAGRAPH = 170  # a paragraph that compares three to six papers has about so many
MOST_NAME_CHARS = 80
_MOST_THESIS_CHARS = 300
_MOST_PART_CHARS = 120
_MOST_OWN = 6
_PLAN_TOKENS = 1200
_PAPER_TOKENS = 50  # of a paper in the reply
_SHORT_CHARS = 300  # of the text of a paper without a card


def as_words(value: object) -> object:
    return "" if value is None else value


def as_part(value: object) -> object:
    """A paper that is given as its tag alone."""
    return {"tag": value} if isinstance(value, str) else value


class PartReply(Item):
    part: Annotated[str, BeforeValidator(as_words), at_most(_MOST_PART_CHARS)] = ""


class ParagraphReply(Frozen):
    name: Annotated[str, at_most(MOST_NAME_CHARS)]
    thesis: Annotated[str, BeforeValidator(as_words), at_most(_MOST_THESIS_CHARS)] = ""
    axis: Annotated[str, BeforeValidator(as_words), at_most(_MOST_PART_CHARS)] = ""
    papers: Annotated[
        tuple[Annotated[PartReply, BeforeValidator(as_part)], ...], BeforeValidator(as_list)
    ] = ()
    link: Annotated[str, BeforeValidator(as_words), at_most(_MOST_THESIS_CHARS)] = ""


class LeftOutReply(Item):
    why: Annotated[str, BeforeValidator(as_words), at_most(_MOST_PART_CHARS)] = ""


class OwnReply(Frozen):
    sentence: Annotated[str, BeforeValidator(as_words)] = ""
    nearest: Annotated[str, BeforeValidator(as_words)] = ""
    difference: Annotated[str, BeforeValidator(as_words), at_most(_MOST_THESIS_CHARS)] = ""
    contradicted_by: Numbered = ()
    conflict: Annotated[str, BeforeValidator(as_words), at_most(_MOST_THESIS_CHARS)] = ""


class ArgumentReply(Frozen):
    paragraphs: tuple[ParagraphReply, ...]
    left_out: Annotated[
        tuple[Annotated[LeftOutReply, BeforeValidator(as_part)], ...], BeforeValidator(as_list)
    ] = ()
    own: Annotated[tuple[OwnReply, ...], BeforeValidator(as_list)] = ()


class ArgumentWriter(CardWriter):
    """The part of a `Writer` that plans an argument."""

    def plan_argument(
        self, brief: Brief, cards: Sequence[Card], evidence: Sequence[Evidence], stress: str = ""
    ) -> Argument:
        """The paragraphs that the model plans, at most MOST_THEMES; tags that it invents are left
        out, and so is a paragraph without a paper, unless it places the work at hand.

        Raises ModelReplyError for a reply that cannot be read.
        """
        by_id = {card.paper_id: card for card in cards}
        numbers = Numbers([*evidence, *([brief.own] if brief.own else [])])
        paper_of, fenced = dict[str, str](), list[FencedText]()
        for paper_id, items in by_paper(evidence).items():
            paper_of |= {item.tag: paper_id for item in items}
            named = numbers if brief.own is not None else None
            fenced.append(self.fence_card(items[0], by_id.get(paper_id), named))
        count = min(MOST_THEMES, max(1, round(brief.words / WORDS_A_PARAGRAPH)))
        form = Form(
            ArgumentReply,
            most_tokens=_PLAN_TOKENS + _PAPER_TOKENS * len(fenced),
            fault_of=lambda reply: _fault_of(reply, paper_of),
        )

        def call() -> ArgumentReply:
            own = [fence_numbered(self, brief.own)] if brief.own else []
            return self.ask(
                "argument",
                form,
                question=brief.question,
                cards=self.fit(fenced),
                own=own,
                length=f"{count} paragraph{'s' * (count > 1)}",
                order=brief.order,
                stress=stress,
                position=brief.position,
            )

        reply = self.narrowing(call)
        told = {paper_of.get(tag_of(p.tag), "") for own in reply.paragraphs for p in own.papers}
        return Argument(
            themes=tuple(themes_of(reply.paragraphs, paper_of, has_own=brief.own is not None)),
            left_out=tuple(left_out_of(reply.left_out, paper_of, told)),
            own_claims=tuple(_own_claims(reply, paper_of, brief.own, numbers)),
        )

    def fence_card(self, item: Evidence, card: Card | None, numbers: Numbers | None) -> FencedText:
        """The card as lines, with their numbers if those are given; of a paper without one, the
        beginning of its text."""
        paper = item.paper
        if card is None or card.unread or not card.lines:
            said = shorten(clean(item.chunk.text), _SHORT_CHARS)
            return self.prompts.fence(item.tag, paper.title, paper.year, said)
        lines = [f"name: {card.name}"] if card.name else []
        for name, line in card.lines.items():
            cited = [n for c in line.citations if numbers and (n := numbers.number_of(c))]
            where = f" [{', '.join(cited)}]" if cited else ""
            lines.append(f"{name}: {line.text}{where}")
        return self.prompts.fence(item.tag, paper.title, paper.year, *lines)


def _fault_of(reply: ArgumentReply, paper_of: Mapping[str, str]) -> str:
    named = [tag_of(paper.tag) for own in reply.paragraphs for paper in own.papers]
    faults = []
    if not any(tag in paper_of for tag in named):
        faults.append("no paragraph names a paper by its tag")
    if unknown := [tag for tag in dict.fromkeys(named) if tag not in paper_of and tag != OWN_TAG]:
        faults.append(f"there is no paper {', '.join(unknown[:4])}")
    placed = {*named, *(tag_of(left.tag) for left in reply.left_out)}
    known = {paper_id: tag for tag, paper_id in reversed(list(paper_of.items()))}
    told = {paper_of[tag] for tag in placed if tag in paper_of}
    if forgotten := [tag for paper_id, tag in known.items() if paper_id not in told]:
        faults.append(
            f"{', '.join(forgotten[:8])} {'is' if len(forgotten) == 1 else 'are'} in no paragraph "
            'and not in "left_out"'
        )
    return "; ".join(faults)


def themes_of(
    paragraphs: Sequence[ParagraphReply], paper_of: Mapping[str, str], *, has_own: bool = False
) -> list[Theme]:
    """The paragraphs of a reply, at most MOST_THEMES: each paper once, tags that are invented left
    out, and with them a paragraph without a paper, unless it places the work at hand."""
    themes = []
    for said in paragraphs:
        parts: dict[str, str] = {}
        for paper in said.papers:
            if (tag := tag_of(paper.tag)) in paper_of:
                parts.setdefault(paper_of[tag], shorten(clean(paper.part), _MOST_PART_CHARS))
        is_on_own = has_own and any(tag_of(paper.tag) == OWN_TAG for paper in said.papers)
        if not parts and not is_on_own:
            continue
        themes.append(
            Theme(
                name=shorten(clean(said.name), MOST_NAME_CHARS).rstrip("."),
                paper_ids=tuple(parts),
                thesis=shorten(clean(said.thesis), _MOST_THESIS_CHARS),
                axis=shorten(clean(said.axis), _MOST_PART_CHARS),
                parts=tuple(parts.values()),
                link=shorten(clean(said.link), _MOST_THESIS_CHARS),
            )
        )
    return themes[:MOST_THEMES]


def left_out_of(
    said: Sequence[LeftOutReply], paper_of: Mapping[str, str], told: Collection[str]
) -> list[LeftOutPaper]:
    """The papers that are left out, each once, without those that are `told`."""
    found: dict[str, LeftOutPaper] = {}
    for left in said:
        paper_id = paper_of.get(tag_of(left.tag), "")
        if paper_id and paper_id not in told:
            why = shorten(clean(left.why), _MOST_PART_CHARS)
            found.setdefault(paper_id, LeftOutPaper(paper_id=paper_id, why=why))
    return list(found.values())


def _own_claims(
    reply: ArgumentReply, paper_of: Mapping[str, str], own: Evidence | None, numbers: Numbers
) -> list[OwnClaim]:
    """The claims of the work at hand that name one of its sentences, each sentence once."""
    if own is None:
        return []
    sentences = {sentence.number for sentence in numbered(own)}
    found: dict[str, OwnClaim] = {}
    for said in reply.own:
        number = f"{OWN_TAG}.{said.sentence}" if said.sentence.isdecimal() else said.sentence
        known = [n for n in numbers.read(number)[0] if n in sentences]
        claim = numbers.cite(known[0]) if known else None
        if claim is None:
            continue
        against, _ = numbers.read(" , ".join(said.contradicted_by))
        cited = (numbers.cite(n) for n in against if n not in sentences)
        found.setdefault(
            known[0],
            OwnClaim(
                claim=claim,
                nearest_id=paper_of.get(tag_of(said.nearest), ""),
                difference=shorten(clean(said.difference), _MOST_THESIS_CHARS),
                contradicted_by=tuple(c for c in cited if c is not None),
                conflict=shorten(clean(said.conflict), _MOST_THESIS_CHARS),
            ),
        )
    return list(found.values())[:_MOST_OWN]
