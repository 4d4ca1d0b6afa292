"""Has a card made of each paper of a report, once for all reports and drafts of the library."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from reviewer.errors import ModelError
from reviewer.llm import side_by_side
from reviewer.tasks.answers.gather import reads
from reviewer.tasks.drafts.cards import cards_of
from reviewer.tasks.surveys.context import PreparedReport, tried
from reviewer.text import counted
from reviewer.types.drafts import Card
from reviewer.types.evidence import by_paper
from reviewer.types.writer import CARDS_A_CALL


@dataclass(frozen=True)
class Cards:
    """The cards of a report's papers by their ids, none without a model; `missing` says in words
    what could not be read."""

    by_id: dict[str, Card]
    missing: tuple[str, ...] = ()


def make_cards(prepared: PreparedReport) -> Cards:
    """A card a paper, CARDS_A_CALL papers a call, side by side. Each call's cards are kept as soon
    as they are there, so that a run that was stopped pays for none of them again. A paper whose
    call fails has no card: its text stands for it. Raises LimitError and StoppedError."""
    run, own = prepared.run, by_paper(prepared.collected.evidence)
    if not reads(run.writer):
        return Cards({})
    ids = list(own)
    batches = [ids[n : n + CARDS_A_CALL] for n in range(0, len(ids), CARDS_A_CALL)]

    def read(batch: Sequence[str]) -> dict[str, Card] | ModelError:
        run.check()
        texts = [item for paper_id in batch for item in own[paper_id]]
        return tried(lambda: cards_of(texts, run.library, run.writer))

    cards: dict[str, Card] = {}
    why = ""
    for made in side_by_side(read, batches, run.jobs):
        if isinstance(made, ModelError):
            why = why or made.message
        else:
            cards |= made
    why = why or next((card.unread for card in cards.values() if card.unread), "")
    made_of = [i for i in ids if i in cards and not cards[i].unread]
    without = len(ids) - len(made_of)
    missing = (f"no card of {counted(without, 'paper')}: {why}",) if without else ()
    return Cards(cards, missing)
