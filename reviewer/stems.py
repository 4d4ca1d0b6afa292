"""Cuts text into the stemmed words that are searched, just as SQLite's FTS5 does."""

from __future__ import annotations

from collections.abc import Collection, Sequence, Set
from threading import Lock

from reviewer.database import Database
from reviewer.visible import visible

_MOST_KNOWN = 300_000  # words remembered: about 60 MB
_MARK = "0x0"  # stands between words that are handed over; it is its own stem


class Stems:
    """Porter's stems (1980) of words without case and accents, by FTS5's own tokenizer.

    White space always parts words there, so each piece between it is handed over once, all new ones
    as one text, and remembered. Hidden characters, such as soft hyphens, part no word.
    """

    def __init__(self, database: Database) -> None:
        self._database = database
        self._known: dict[str, tuple[str, ...]] = {}
        self._lock = Lock()

    def of(self, texts: Sequence[str]) -> list[list[str]]:
        """For each text its stems in order, as often as they stand there."""
        pieces = [text.split() for text in texts]
        with self._lock:
            self._learn({piece for own in pieces for piece in own})
            return [[stem for piece in own for stem in self._known[piece]] for own in pieces]

    def known(self, words: Collection[str]) -> dict[str, tuple[str, ...]]:
        """The stems of each word: one for most, none for a mere mark, several for `co-author`."""
        pieces = {word: word.split() for word in words}
        with self._lock:
            self._learn({piece for own in pieces.values() for piece in own})
            return {
                word: self._known[word]
                if own == [word]
                else tuple(stem for piece in own for stem in self._known[piece])
                for word, own in pieces.items()
            }

    def _learn(self, pieces: Set[str]) -> None:
        if len(self._known) > _MOST_KNOWN:
            self._known.clear()
        unknown = sorted(piece for piece in pieces if piece not in self._known)
        if not unknown:
            return
        mark, plain = _MARK, [visible(word) for word in unknown]
        while any(mark in word for word in plain):
            mark += _MARK
        self._make_scratch()
        self._database.run("INSERT INTO temp.scratch (scratch) VALUES ('delete-all')")
        self._database.run(
            "INSERT INTO temp.scratch (rowid, text) VALUES (1, ?)", (f" {mark} ".join(plain),)
        )
        found = self._database.rows('SELECT term, "offset" FROM temp.scratch_words')
        stems: list[list[str]] = [[]]
        for term, _ in sorted(found, key=_offset):
            if term == mark:
                stems.append([])
            else:
                stems[-1].append(term)
        self._known |= zip(unknown, map(tuple, stems), strict=True)

    def _make_scratch(self) -> None:
        self._database.run(
            "CREATE VIRTUAL TABLE IF NOT EXISTS temp.scratch USING fts5 "
            "(text, content='', tokenize='porter unicode61 remove_diacritics 2')"
        )
        self._database.run(
            "CREATE VIRTUAL TABLE IF NOT EXISTS temp.scratch_words "
            "USING fts5vocab ('temp', 'scratch', 'instance')"
        )


def _offset(row: tuple[str, int]) -> int:
    return row[1]
