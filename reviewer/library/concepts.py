"""The methods, data sets and tasks that papers of a library share, by their words and by cards."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from contextlib import suppress

from pydantic import ValidationError

from reviewer.library.card_questions import CARDS
from reviewer.library.catalogue import Catalogue
from reviewer.library.concept_counts import ConceptCounts
from reviewer.library.storage.database import Database
from reviewer.library.storage.query_cache import QueryCache
from reviewer.library.storage.steps import Steps
from reviewer.types.concepts import FoundConcepts
from reviewer.types.drafts import Card
from reviewer.types.progress import Progress, silent

_FORM = 1  # of what is kept: other rules find other concepts
_KIND = "concepts"
_AT_ONCE = 200  # papers


class Concepts:
    """Finds the concepts of an open library, and keeps them until papers or cards change."""

    def __init__(self, database: Database, catalogue: Catalogue) -> None:
        self._database = database
        self._catalogue = catalogue
        self._steps = Steps(database)
        self._cache = QueryCache(database)

    def found(self, progress: Progress = silent) -> FoundConcepts:
        """All concepts that at least two papers share. The first call after a change reads all
        papers again: about 2 ms a paper."""
        cards = self._database.state(CARDS)
        kept: FoundConcepts = self._cache.get((_KIND, cards), lambda: self._kept(progress))
        return kept

    def cards(self) -> dict[int, list[Card]]:
        """The cards that the library keeps, by the numbers of their papers."""
        numbers: dict[str, int] = dict(self._database.rows("SELECT id, number FROM papers"))
        found: dict[int, list[Card]] = {}
        for card in self._read_cards():
            if card.paper_id in numbers:
                found.setdefault(numbers[card.paper_id], []).append(card)
        return found

    def _read_cards(self) -> Iterator[Card]:
        statement = "SELECT value FROM steps WHERE kind = 'card' ORDER BY made, key"
        for value in self._database.column(statement):
            with suppress(ValidationError):  # of an earlier release
                yield Card.model_validate_json(value)

    def _kept(self, progress: Progress) -> FoundConcepts:
        return self._steps.latest(
            _KIND, FoundConcepts, self._state, lambda state: self._find(state, progress)
        )

    def _state(self) -> str:
        rows = self._database.column("SELECT key FROM steps WHERE kind = 'card' ORDER BY key")
        cards = hashlib.sha256("".join(rows).encode()).hexdigest() if rows else ""
        return self._catalogue.state_of_entries(_FORM) + cards

    def _find(self, state: str, progress: Progress) -> FoundConcepts:
        counts, total, done = ConceptCounts(), self._catalogue.count(), 0
        for some in self._catalogue.in_batches(_AT_ONCE):
            progress("Reading terms", done, total)
            for number, paper in some.items():
                counts.add(number, paper)
            done += len(some)
        progress("Reading terms", total, total)
        for number, cards in self.cards().items():
            for card in cards:
                counts.add_card(number, card)
        return FoundConcepts(state=state, concepts=counts.all())
