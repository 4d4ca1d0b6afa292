"""Cuts text into the stemmed words that are searched, just as SQLite's FTS5 does."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from threading import Lock

from reviewer.database import Database

_MOST_KNOWN = 300_000  # words remembered: about 60 MB


class Stems:
    """Porter's stems (1980) of words without case and accents, by FTS5's own tokenizer.

    White space always parts words there, so each piece between it is handed over once and
    remembered: SQLite is asked about new pieces only.
    """

    def __init__(self, database: Database) -> None:
        self._database = database
        self._known: dict[str, tuple[str, ...]] = {}
        self._lock = Lock()

    def of(self, texts: Sequence[str]) -> list[list[str]]:
        """For each text its stems in order, as often as they stand there."""
        pieces = [text.split() for text in texts]
        with self._lock:
            if len(self._known) > _MOST_KNOWN:
                self._known.clear()
            self._learn({piece for own in pieces for piece in own} - self._known.keys())
            return [[stem for piece in own for stem in self._known[piece]] for own in pieces]

    def _learn(self, unknown: Iterable[str]) -> None:
        words = sorted(unknown)
        if not words:
            return
        self._make_scratch()
        self._database.run("INSERT INTO temp.scratch (scratch) VALUES ('delete-all')")
        self._database.run_many("INSERT INTO temp.scratch (rowid, text) VALUES (?, ?)",
                                list(enumerate(words)))  # fmt: skip
        found: list[list[tuple[int, str]]] = [[] for _ in words]
        for number, place, stem in self._database.rows(
            'SELECT doc, "offset", term FROM temp.scratch_words'
        ):
            found[number].append((place, stem))
        for word, stems in zip(words, found, strict=True):
            self._known[word] = tuple(stem for _, stem in sorted(stems))

    def _make_scratch(self) -> None:
        self._database.run(
            "CREATE VIRTUAL TABLE IF NOT EXISTS temp.scratch USING fts5 "
            "(text, content='', tokenize='porter unicode61 remove_diacritics 2')"
        )
        self._database.run(
            "CREATE VIRTUAL TABLE IF NOT EXISTS temp.scratch_words "
            "USING fts5vocab ('temp', 'scratch', 'instance')"
        )
