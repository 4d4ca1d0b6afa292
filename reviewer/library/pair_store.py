"""Finds which kept entries may be one paper, and keeps the verdict on each pair."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import astuple

from reviewer.library.catalogue import Catalogue
from reviewer.library.dedupe.compare import (
    MOST_IN_BLOCK,
    Likeness,
    blocks_of,
    likeness_of,
    pairs_between,
)
from reviewer.library.dedupe.groups import identities
from reviewer.library.storage.database import Database, damaged
from reviewer.types import Paper
from reviewer.types.duplicates import Pair, Verdict

_FILL_BATCH = 2000
_COLUMNS = "SELECT one, other, verdict, reason, is_decided FROM pairs WHERE"


class PairStore:
    """Works on one open database. Call methods that write inside a transaction."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._catalogue = Catalogue(database)
        self._known: dict[int, Likeness] = {}
        self._is_filled = False

    def match(self, fresh: Sequence[Paper]) -> list[Pair]:
        """Compare new entries with one another and with all kept ones; keep the verdicts."""
        self._fill()
        likenesses = {like.sign: like for like in map(_likeness, fresh)}
        signs = list(likenesses)
        likenesses |= self._near(set().union(*(blocks_of(likenesses[s]) for s in signs)))
        pairs = list(pairs_between(likenesses, signs))
        self.ask(pairs)
        return pairs

    def ask(self, pairs: Iterable[Pair]) -> None:
        """Keep the verdicts of rules. What a person decided, or a rule said before, stays."""
        self._database.run_many(
            "INSERT OR IGNORE INTO pairs VALUES (?,?,?,?,0)",
            [(p.one, p.other, p.verdict, p.reason) for p in pairs],
        )

    def _near(self, blocks: Iterable[int]) -> dict[str, Likeness]:
        """The kept entries in these blocks; a block with too many entries is passed over."""
        found: dict[int, list[int]] = {}
        for name, entry in self._database.rows_in(
            "SELECT name, record FROM blocks WHERE name IN (?)", sorted(blocks)
        ):
            found.setdefault(name, []).append(entry)
        near = {e for entries in found.values() if len(entries) <= MOST_IN_BLOCK for e in entries}
        for entry, text in self._database.rows_in(
            "SELECT record, likeness FROM likenesses WHERE record IN (?)",
            sorted(near - self._known.keys()),
        ):
            self._known[entry] = self._read(text)
        return {self._known[e].sign: self._known[e] for e in near if e in self._known}

    def _read(self, text: str) -> Likeness:
        try:
            sign, title, main, families, year, identifiers, abstract = json.loads(text)
        except ValueError as error:
            raise damaged(self._database.path, "a comparison cannot be read") from error
        return Likeness(sign, title, main, tuple(families), year, tuple(identifiers), abstract)

    def keep(self, fresh: Sequence[Paper]) -> None:
        """Keep what new entries, saved by now, are compared by."""
        origins = {(o.sha256, o.file): entry for entry in fresh for o in entry.origins}
        rows = self._database.rows_in(
            "SELECT number, sha256, file FROM records WHERE sha256 IN (?)",
            sorted({sign for sign, _ in origins}),
        )
        self._save([(n, origins[sign, file]) for n, sign, file in rows if (sign, file) in origins])

    def _save(self, numbered: Sequence[tuple[int, Paper]]) -> None:
        likenesses = {number: _likeness(entry) for number, entry in numbered}
        self._database.run_many(
            "INSERT OR REPLACE INTO likenesses VALUES (?,?)",
            [(number, json.dumps(astuple(like))) for number, like in likenesses.items()],
        )
        self._database.run_many(
            "INSERT OR IGNORE INTO blocks VALUES (?,?)",
            [(name, n) for n, like in likenesses.items() for name in sorted(blocks_of(like))],
        )
        self._known |= likenesses

    def _fill(self) -> None:
        """Let entries that an earlier release kept be compared from now on too."""
        while not self._is_filled:
            kept = self._catalogue.entries_never_compared(_FILL_BATCH)
            self._save([(k.number, k.entry) for k in kept])
            self._is_filled = len(kept) < _FILL_BATCH

    def pairs_of(self, signs: Iterable[str]) -> list[Pair]:
        """All pairs that have one of these entries in them."""
        wanted = sorted(set(signs))
        rows = self._database.rows_in(f"{_COLUMNS} one IN (?)", wanted)
        rows += self._database.rows_in(f"{_COLUMNS} other IN (?)", wanted)
        return [_pair(row) for row in sorted(set(rows))]

    def pairs_that_are(self, verdict: str) -> list[Pair]:
        """All pairs with this verdict."""
        rows = self._database.rows(f"{_COLUMNS} verdict = ? ORDER BY one, other", (verdict,))
        return [_pair(row) for row in rows]

    def decide(self, pairs: Iterable[Pair]) -> None:
        """Keep a person's verdicts, in place of earlier ones."""
        self._database.run_many(
            "INSERT OR REPLACE INTO pairs VALUES (?,?,?,?,1)",
            [(p.one, p.other, p.verdict, p.reason) for p in pairs],
        )

    def forget(self, pairs: Iterable[Pair]) -> None:
        """Drop what is kept of these pairs, also what a person decided."""
        self._database.run_many(
            "DELETE FROM pairs WHERE one = ? AND other = ?", [(p.one, p.other) for p in pairs]
        )

    def papers_of(self, signs: Iterable[str]) -> dict[str, int]:
        """The number of the paper that each entry is part of."""
        return dict(
            self._database.rows_in(
                "SELECT sha256, paper FROM records WHERE sha256 IN (?)", sorted(set(signs))
            )
        )


def link_names(pairs: Iterable[Pair]) -> dict[str, set[str]]:
    """For each sign the identities by which pairs that are one paper find each other."""
    names: dict[str, set[str]] = {}
    for pair in pairs:
        if pair.verdict == "same":
            for sign in (pair.one, pair.other):
                names.setdefault(sign, set()).add(f"pair:{pair.one}:{pair.other}")
    return names


def signs_of(entries: Iterable[Paper]) -> list[str]:
    """The hashes of the texts that these entries, or papers, were read from."""
    return [origin.sha256 for entry in entries for origin in entry.origins]


def ends_of(pairs: Iterable[Pair]) -> set[str]:
    """The signs of all entries in these pairs."""
    return {sign for pair in pairs for sign in (pair.one, pair.other)}


def _likeness(entry: Paper) -> Likeness:
    return likeness_of(entry, [name for name in identities(entry) if name[0] != "title"])


def _pair(row: tuple[str, str, Verdict, str, int]) -> Pair:
    return Pair(one=row[0], other=row[1], verdict=row[2], reason=row[3], is_decided=bool(row[4]))
