"""Lets a model make a card of each paper, in batches. Its replies are not trusted here."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Annotated

from pydantic import BeforeValidator

from reviewer.errors import ModelError
from reviewer.grounding import Numbers
from reviewer.grounding.sentence_numbers import read_numbers
from reviewer.llm import in_short
from reviewer.llm.form import Form, at_most, with_choices
from reviewer.text import clean, counted
from reviewer.text.terms import term_key
from reviewer.text.views import shorten
from reviewer.types import Evidence
from reviewer.types.concepts import ConceptKind
from reviewer.types.drafts import Card, CardConcept, CardLine
from reviewer.types.evidence import by_paper
from reviewer.types.frozen import Frozen
from reviewer.types.writer import CARDS_A_CALL
from reviewer.writers.prompted.numbered_texts import (
    fence_numbered,
    numbered_batches,
    smaller_batches,
)
from reviewer.writers.prompted.reading import Item, ReadingWriter, tag_of

CARD_TOKENS = 520  # of one card in a reply
MOST_NAME_CHARS = 60
_MOST_LINE_CHARS = 200
_MOST_QUESTIONS, _MOST_CONCEPTS = 3, 6
_SPARE_TOKENS = 200
_LINES = ("problem", "approach", "data", "result", "limit")
# What models write where a text says nothing.
_NOTHING = re.compile(
    r"\W*(?:none|n/?a|null|not (?:stated|given|mentioned|said|reported|specified)"
    r"|empty|unknown|the text does not say)?\W*",
    re.IGNORECASE,
)
_BARE = re.compile(r"\s*\d+(?:\s*[,;]\s*\d+)*\s*")  # numbers of sentences without their text's tag
_BRACKETS = re.compile(r"\s*[\[(]([^\[\]()]*)[\])]")


def _words(value: object) -> object:
    """The text of a line; empty for null, joined for a list."""
    if value is None:
        return ""
    return " ".join(map(str, value)) if isinstance(value, list) else value


Line = Annotated[str, BeforeValidator(_words), at_most(_MOST_LINE_CHARS)]


def _kind(value: object) -> object:
    """The kind of a concept; empty for a word that is none of them."""
    said = str(value or "").strip().casefold().replace("dataset", "data set")
    return said if said in ("method", "data set", "task") else ""


class ConceptReply(Frozen):
    name: Annotated[str, BeforeValidator(_words), at_most(MOST_NAME_CHARS)] = ""
    kind: Annotated[ConceptKind, BeforeValidator(_kind)] = ""
    sentence: Annotated[str, BeforeValidator(_words)] = ""


class CardReply(Item):
    name: Annotated[str, BeforeValidator(_words), at_most(MOST_NAME_CHARS)] = ""
    problem: Line = ""
    approach: Line = ""
    data: Line = ""
    result: Line = ""
    limit: Line = ""
    questions: tuple[Line, ...] = ()
    concepts: tuple[ConceptReply, ...] = ()


class CardsReply(Frozen):
    cards: tuple[CardReply, ...]


class CardWriter(ReadingWriter):
    """The part of a `Writer` that makes cards."""

    def read_cards(self, evidence: Sequence[Evidence]) -> tuple[Card, ...]:
        """One card a paper, in the evidence's order; several papers a call, side by side. A paper
        without a usable card says why in `unread`.

        Raises the first ModelError of a provider if every call fails and none for form alone.
        """
        batches = numbered_batches(evidence, CARDS_A_CALL, self.room())

        def call(batch: list[Evidence]) -> CardsReply:
            texts = self.fit([fence_numbered(self, item) for item in batch])
            return self.ask("cards", _cards_form(batch), evidence=texts)

        replies = self.each(call, batches, lambda batch: smaller_batches(batch, self.room()))
        cards: dict[str, Card] = {}
        for batch, reply in replies:
            for paper_id, items in by_paper(batch).items():
                if isinstance(reply, ModelError):
                    cards[paper_id] = Card(paper_id=paper_id, unread=in_short(reply))
                else:
                    cards[paper_id] = self._card(paper_id, items, reply)
        return tuple(cards[paper_id] for paper_id in by_paper(evidence))

    def _card(self, paper_id: str, items: Sequence[Evidence], reply: CardsReply) -> Card:
        """The card of one paper, from those of its texts: the first text that says something
        counts."""
        tags = {item.tag for item in items}
        own = [said for said in reply.cards if tag_of(said.tag) in tags and not said.fault]
        if not own:
            return Card(paper_id=paper_id, unread="the reply has no card of it")
        numbers = Numbers(items)
        lines: dict[str, CardLine] = {}
        for name in _LINES:
            found = (self._line(getattr(said, name), tag_of(said.tag), numbers) for said in own)
            lines[name] = next((line for line in found if line.text), CardLine())
        names = (shorten(clean(_without_brackets(said.name)), MOST_NAME_CHARS) for said in own)
        return Card.model_validate(
            {
                "paper_id": paper_id,
                "name": next(filter(None, names), ""),
                **lines,
                "questions": self._questions(own, numbers),
                "concepts": self._concepts(own, numbers),
            }
        )

    def _questions(self, own: Sequence[CardReply], numbers: Numbers) -> tuple[CardLine, ...]:
        """The questions whose sentences are named, each once."""
        lines = (self._line(q, tag_of(said.tag), numbers) for said in own for q in said.questions)
        by_text = {line.text.casefold(): line for line in lines if line.text}
        return tuple(by_text.values())[:_MOST_QUESTIONS]

    def _concepts(self, own: Sequence[CardReply], numbers: Numbers) -> tuple[CardConcept, ...]:
        """The concepts that stand in the sentence that is named for them: a model adds others."""
        found: dict[str, CardConcept] = {}
        for said in own:
            for concept in said.concepts:
                line = self._line(f"{concept.name} [{concept.sentence}]", tag_of(said.tag), numbers)
                quoted = " ".join(term_key(citation.quote) for citation in line.citations)
                if line.text and term_key(line.text) in quoted:
                    found.setdefault(
                        term_key(line.text),
                        CardConcept(name=line.text, kind=concept.kind, citations=line.citations),
                    )
        return tuple(found.values())[:_MOST_CONCEPTS]

    def _line(self, said: str, tag: str, numbers: Numbers) -> CardLine:
        """A line without its brackets, and the sentences that they name; empty if none does."""
        inside = " , ".join(
            f"{tag}.{part.strip()}" if part.strip().isdecimal() else part
            for group in _BRACKETS.findall(said)
            for part in re.split(r"[,;]", group)
        )
        known, unknown = numbers.read(inside)
        if unknown:
            self.note(f"{counted(len(unknown), 'number')} that named no sentence")
        text = shorten(clean(_without_brackets(said)).rstrip(" ."), _MOST_LINE_CHARS)
        if not known or _NOTHING.fullmatch(text):
            return CardLine()
        cited = (numbers.cite(number) for number in known)
        return CardLine(text=text, citations=tuple(c for c in cited if c is not None))


def _without_brackets(said: str) -> str:
    """The text without brackets that name sentences."""
    return _BRACKETS.sub(
        lambda match: "" if read_numbers(match[1]) or _BARE.fullmatch(match[1]) else match[0],
        said,
    )


def _cards_form(batch: Sequence[Evidence]) -> Form[CardsReply]:
    tags = [item.tag for item in batch]
    schema = with_choices(CardsReply, {"tag": tags}, {"cards": len(tags)})
    by_tag = {item.tag: item.paper.id for item in batch}

    def fault_of(reply: CardsReply) -> str:
        faults = [f"the card of {card.tag}: {card.fault}" for card in reply.cards if card.fault]
        made = {by_tag.get(tag_of(card.tag)) for card in reply.cards}
        missing = [items[0].tag for i, items in by_paper(batch).items() if i not in made]
        if missing:
            faults.append(f"there is no card of {', '.join(missing)}")
        return "; ".join(faults[:3])

    return Form(CardsReply, schema, CARD_TOKENS * len(batch) + _SPARE_TOKENS, fault_of)
