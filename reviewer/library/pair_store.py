"""Finds what may be one paper among the catalogue's records, and keeps what is said of it."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import astuple

from reviewer.library.catalogue import Catalogue, KeptRecord
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
from reviewer.types.duplicates import Pair

_FILL_BATCH = 2000


class Matcher:
    """Works on one open database. Writing methods are to be called inside a transaction."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._catalogue = Catalogue(database)
        self._known: dict[int, Likeness] = {}
        self._is_filled = False

    def match(self, fresh: Sequence[Paper]) -> list[Pair]:
        """Compare new records with one another and with all kept ones; keep what is said."""
        self._fill()
        likenesses = {like.sign: like for like in map(_likeness, fresh)}
        signs = list(likenesses)
        likenesses |= self._near(set().union(*(blocks_of(likenesses[s]) for s in signs)))
        pairs = list(pairs_between(likenesses, signs))
        self._database.run_many(
            "INSERT OR IGNORE INTO pairs VALUES (?,?,?,?,0)",
            [(p.one, p.other, p.verdict, p.reason) for p in pairs],
        )
        return pairs

    def _near(self, blocks: Iterable[int]) -> dict[str, Likeness]:
        """The kept records in these blocks; blocks that hold too many tell nothing apart."""
        found: dict[int, list[int]] = {}
        for name, record in self._database.rows_in(
            "SELECT name, record FROM blocks WHERE name IN (?)", sorted(blocks)
        ):
            found.setdefault(name, []).append(record)
        wanted = {r for records in found.values() if len(records) <= MOST_IN_BLOCK for r in records}
        missing = sorted(wanted - self._known.keys())
        for record, text in self._database.rows_in(
            "SELECT record, likeness FROM likenesses WHERE record IN (?)", missing
        ):
            self._known[record] = self._read(text)
        return {self._known[r].sign: self._known[r] for r in wanted if r in self._known}

    def _read(self, text: str) -> Likeness:
        try:
            sign, title, main, families, year, identifiers, abstract = json.loads(text)
        except ValueError as error:
            raise damaged(self._database.path, "a comparison cannot be read") from error
        return Likeness(sign, title, main, tuple(families), year, tuple(identifiers), abstract)

    def keep(self, fresh: Sequence[Paper]) -> None:
        """Remember what new records, saved by now, are compared by."""
        origins = {(o.sha256, o.file): record for record in fresh for o in record.origins}
        rows = self._database.rows_in(
            "SELECT number, sha256, file FROM records WHERE sha256 IN (?)",
            sorted({sign for sign, _ in origins}),
        )
        self._save([(n, origins[sign, file]) for n, sign, file in rows if (sign, file) in origins])

    def _save(self, numbered: Sequence[tuple[int, Paper]]) -> None:
        likenesses = [(number, _likeness(record)) for number, record in numbered]
        self._database.run_many(
            "INSERT OR REPLACE INTO likenesses VALUES (?,?)",
            [(number, json.dumps(astuple(like))) for number, like in likenesses],
        )
        self._database.run_many(
            "INSERT OR IGNORE INTO blocks VALUES (?,?)",
            [(name, number) for number, like in likenesses for name in sorted(blocks_of(like))],
        )
        self._known |= dict(likenesses)

    def _fill(self) -> None:
        """Records that an earlier release kept are compared from now on too."""
        while not self._is_filled:
            kept = self._catalogue.records_never_compared(_FILL_BATCH)
            self._save([(record.number, record.record) for record in kept])
            self._is_filled = len(kept) < _FILL_BATCH

    def pairs_of(self, signs: Iterable[str]) -> list[Pair]:
        """All that is said of these records."""
        wanted = sorted(set(signs))
        columns = "SELECT one, other, verdict, reason, is_decided FROM pairs WHERE"
        rows = {
            row
            for column in ("one", "other")
            for row in self._database.rows_in(f"{columns} {column} IN (?)", wanted)
        }
        return [_pair(row) for row in sorted(rows)]

    def pairs_that_are(self, verdict: str) -> list[Pair]:
        """All pairs of one verdict."""
        rows = self._database.rows(
            "SELECT one, other, verdict, reason, is_decided FROM pairs WHERE verdict = ? "
            "ORDER BY one, other",
            (verdict,),
        )
        return [_pair(row) for row in rows]

    def decide(self, pairs: Iterable[Pair]) -> None:
        """Keep what a person said, in place of what was said before."""
        self._database.run_many(
            "INSERT OR REPLACE INTO pairs VALUES (?,?,?,?,1)",
            [(p.one, p.other, p.verdict, p.reason) for p in pairs],
        )

    def papers_of(self, signs: Iterable[str]) -> dict[str, int]:
        """The number of the paper that each record is part of."""
        rows = self._database.rows_in(
            "SELECT sha256, paper FROM records WHERE sha256 IN (?)", sorted(set(signs))
        )
        return {sign: int(paper) for sign, paper in rows}


def link_names(pairs: Iterable[Pair]) -> dict[str, set[str]]:
    """For each sign the identities by which pairs that are one paper find each other."""
    names: dict[str, set[str]] = {}
    for pair in pairs:
        if pair.verdict == "same":
            for sign in (pair.one, pair.other):
                names.setdefault(sign, set()).add(f"pair:{pair.one}:{pair.other}")
    return names


def signs_of(records: Iterable[KeptRecord | Paper]) -> list[str]:
    papers = (r.record if isinstance(r, KeptRecord) else r for r in records)
    return [origin.sha256 for paper in papers for origin in paper.origins]


def _likeness(record: Paper) -> Likeness:
    return likeness_of(record, [name for name in identities(record) if name[0] != "title"])


def _pair(row: tuple[str, str, str, str, int]) -> Pair:
    one, other, verdict, reason, is_decided = row
    return Pair.model_validate(
        {"one": one, "other": other, "verdict": verdict, "reason": reason,
         "is_decided": bool(is_decided)}
    )  # fmt: skip
