"""Cuts text into the stemmed words that are searched, just as SQLite's FTS5 does."""

from __future__ import annotations

import sqlite3
from collections.abc import Collection, Sequence, Set
from functools import cached_property
from threading import Lock

from reviewer.library.storage.bounds import MOST_TERM_CHARS
from reviewer.text.invisible import visible
from reviewer.text.unspaced import in_pairs
from reviewer.text.views import mended

_MOST_KNOWN = 300_000  # words remembered: about 60 MB
_MARK = "0x0"  # between the words that are handed over; it is its own stem


class Stemmer:
    """Porter's stems (1980) of words without case and accents, by FTS5's own tokenizer.

    White space always separates words there, so each piece between it is handed over once, all new
    pieces as one text, and remembered. Hidden characters, such as soft hyphens, do not separate. Of
    a stem only the first MOST_TERM_CHARS count. Chinese, Japanese and Korean count as pairs of
    letters (`text/unspaced`).
    Why not a stemming library: docs/decisions/stemming.md.
    """

    def __init__(self) -> None:
        self._known: dict[str, tuple[str, ...]] = {}
        self._lock = Lock()

    def of(self, texts: Sequence[str]) -> list[list[str]]:
        """For each text its stems in order, as often as they appear; words that a line's end breaks
        are whole."""
        pieces = [in_pairs(mended(text)).split() for text in texts]
        with self._lock:
            self._learn({piece for own in pieces for piece in own})
            return [[stem for piece in own for stem in self._known[piece]] for own in pieces]

    def known(self, words: Collection[str]) -> dict[str, tuple[str, ...]]:
        """The stems of each word: one for most, none for a mere mark, several for `co-author`."""
        pieces = {word: in_pairs(word).split() for word in words}
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
        mark, plain = _MARK, [visible(piece) for piece in unknown]
        while any(mark in piece for piece in plain):
            mark += _MARK
        self._scratch.execute("INSERT INTO scratch (scratch) VALUES ('delete-all')")
        self._scratch.execute(
            "INSERT INTO scratch (rowid, text) VALUES (1, ?)", (f" {mark} ".join(plain),)
        )
        found = self._scratch.execute('SELECT "offset", term FROM words').fetchall()
        stems: list[list[str]] = [[]]
        for _, term in sorted(found):
            if term == mark:
                stems.append([])
            else:
                stems[-1].append(term[:MOST_TERM_CHARS])
        self._known |= zip(unknown, map(tuple, stems), strict=True)

    @cached_property
    def _scratch(self) -> sqlite3.Connection:
        """A database in memory: writing to the library's own, even for a moment, would make what is
        kept of it between questions look outdated."""
        made = sqlite3.connect(":memory:", isolation_level=None, check_same_thread=False)
        made.execute(
            "CREATE VIRTUAL TABLE scratch USING fts5 "
            "(text, content='', tokenize='porter unicode61 remove_diacritics 2')"
        )
        made.execute("CREATE VIRTUAL TABLE words USING fts5vocab ('scratch', 'instance')")
        return made
