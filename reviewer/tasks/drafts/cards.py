"""Has a card made of each paper, once: kept in the library by text, prompt and model."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from reviewer.library import Library
from reviewer.library.storage.steps import Steps, key_of
from reviewer.types import Evidence
from reviewer.types.claims import NeedsModel
from reviewer.types.drafts import Card
from reviewer.types.evidence import by_paper
from reviewer.types.progress import Progress, silent
from reviewer.types.writer import CARDS_A_CALL, Writer


def cards_of(
    evidence: Sequence[Evidence], library: Library, writer: Writer, progress: Progress = silent
) -> dict[str, Card]:
    """One card a paper, by its id, in the evidence's order; none without a model.

    A card that was made of the same texts with the same prompt and model is taken from the library,
    whichever draft or survey paid for it. The others are made in batches, side by side, and kept as
    soon as all are there; from then on a search finds papers by their questions too. Raises
    ModelError where no paper could be read for a fault of the provider's.
    """
    own = by_paper(evidence)
    steps = Steps(library.database)
    key_by_id = _keys(evidence, writer)
    known = _known(key_by_id, steps)
    missing = [item for i, items in own.items() if i not in known for item in items]
    if missing:
        count = len(own) - len(known)
        progress("Reading", 0, count)
        made = writer.read_cards(missing)
        if isinstance(made, NeedsModel):
            return {}
        steps.keep_all("card", [(key_by_id[c.paper_id], c) for c in made if not c.unread])
        library.keep_questions(made)
        known |= {card.paper_id: card for card in made}
    return {i: known[i] for i in own if i in known}


def known_cards(evidence: Sequence[Evidence], library: Library, writer: Writer) -> dict[str, Card]:
    """The cards that the library keeps of these texts for this writer, by paper; asks nobody."""
    return _known(_keys(evidence, writer), Steps(library.database))


def _keys(evidence: Sequence[Evidence], writer: Writer) -> dict[str, str]:
    """The key of each paper's card, by the paper's id."""
    hashes = writer.prompt_hashes(("cards",))
    return {
        i: key_of("card", [writer.name, hashes, sorted(item.chunk.id for item in items)])
        for i, items in by_paper(evidence).items()
    }


def _known(key_by_id: Mapping[str, str], steps: Steps) -> dict[str, Card]:
    return {i: card for i, key in key_by_id.items() if (card := steps.find(key, Card))}


def expected_calls(papers: int) -> int:
    """How many calls the cards of so many papers take."""
    return -(-papers // CARDS_A_CALL)
