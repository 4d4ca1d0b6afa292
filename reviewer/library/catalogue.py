"""Papers and the records they are made of, in the library's database."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from pydantic import ValidationError

from reviewer.library.dedupe.groups import identities
from reviewer.library.storage.database import Database, damaged
from reviewer.library.storage.filters import DISTINCT_FILES, paper_condition
from reviewer.library.storage.query_cache import KeptValues
from reviewer.types import Paper
from reviewer.types.papers import Origin
from reviewer.types.searches import Filters


@dataclass(frozen=True)
class KeptRecord:
    """An entry as it was read, and the number of the paper that it is part of."""

    number: int
    paper: int
    record: Paper


class Catalogue:
    """Saves and finds papers. Writing methods are to be called inside a transaction."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._counted = KeptValues(database)

    def count_entries(self) -> int:
        """Entries as they were read, of which several may be one paper."""
        return int(self._database.rows("SELECT count(*) FROM records")[0][0])

    def count(self) -> int:
        return self._count("1", ())

    def _count(self, where: str, values: Sequence[Any]) -> int:
        """Papers of which this holds; 2 ms at 100,000 of them, 40 ms for a venue."""
        statement = f"SELECT count(*) FROM papers WHERE {where}"
        found = self._counted.get(
            (where, tuple(values)), lambda: self._database.rows(statement, values)[0][0]
        )
        return int(found)

    def has_papers(self, filters: Filters) -> bool:
        where, values = paper_condition(filters)
        return bool(self._database.rows(f"SELECT 1 FROM papers WHERE {where} LIMIT 1", values))

    def count_passing(self, filters: Filters) -> int:
        return self._count(*paper_condition(filters))

    def tags(self) -> list[str]:
        """Every tag that a paper has, by the alphabet."""
        return [row[0] for row in self._database.rows("SELECT DISTINCT tag FROM tags ORDER BY 1")]

    def venues(self) -> list[str]:
        """Every venue that a paper has, by the alphabet."""
        statement = "SELECT DISTINCT venue FROM papers WHERE venue <> '' ORDER BY venue"
        return [row[0] for row in self._database.rows(statement)]

    def papers(self, filters: Filters | None = None) -> list[Paper]:
        """All papers that pass, in the order in which they came."""
        where, values = paper_condition(filters or Filters())
        rows = self._database.rows(
            f"SELECT paper FROM papers WHERE {where} ORDER BY number", values
        )
        return [self._read(row[0]) for row in rows]

    def papers_numbered(self, numbers: Sequence[int]) -> dict[int, Paper]:
        rows = self._database.rows_in(
            "SELECT number, paper FROM papers WHERE number IN (?)", list(numbers)
        )
        return {number: self._read(text) for number, text in rows}

    def _read(self, text: str | None) -> Paper:
        try:
            return Paper.model_validate_json(text or "")
        except ValidationError as error:
            raise damaged(self._database.path, "a paper cannot be read") from error

    def paper_named(self, name: str) -> Paper | None:
        """The paper with this key or id, or that once had it."""
        number = self.number_of(name)
        return self.papers_numbered([number])[number] if number is not None else None

    def number_of(self, name: str) -> int | None:
        rows = self._database.rows(
            "SELECT number FROM papers WHERE key = ? OR id = ? UNION ALL "
            "SELECT paper FROM aliases WHERE alias = ?",
            (name, name, name),
        )
        return int(rows[0][0]) if rows else None

    def numbers_known_as(self, names: Iterable[str]) -> list[int]:
        """The papers that have one of these identities, in the order in which they came."""
        rows = self._database.rows_in(
            "SELECT DISTINCT paper FROM identities WHERE name IN (?)", sorted(names)
        )
        return sorted(row[0] for row in rows)

    def paper_like(self, entry: Paper) -> Paper | None:
        """The paper that an entry of a bibliography names: by DOI, arXiv id or PMID, else by title,
        else by its key."""
        known = [f"{kind}:{value}" for kind, value in identities(entry)]
        by_title = [name for name in known if name.startswith("title:")]
        for names in ([name for name in known if name not in by_title], by_title):
            if numbers := self.numbers_known_as(names):
                return self.papers_numbered(numbers[:1])[numbers[0]]
        return self.paper_named(entry.key)

    def keys(self) -> list[str]:
        return [row[0] for row in self._database.rows("SELECT key FROM papers ORDER BY number")]

    def files(self) -> list[str]:
        """The files that papers were read from, as they were given."""
        return [row[0] for row in self._database.rows(DISTINCT_FILES)]

    def key_is_free(self, key: str, paper_id: str) -> bool:
        """True when no other paper has, or had, this key."""
        rows = self._database.rows(
            "SELECT id FROM papers WHERE key = ? UNION SELECT papers.id FROM aliases "
            "JOIN papers ON papers.number = aliases.paper WHERE alias = ?",
            (key, key),
        )
        return all(row[0] == paper_id for row in rows)

    def count_unknown_year(self, filters: Filters) -> int:
        """Papers that only a year filter leaves out because their year is not known."""
        without = filters.model_copy(update={"year_from": None, "year_to": None})
        where, values = paper_condition(without)
        return self._count(f"year IS NULL AND {where}", values)

    def has_record(self, origin: Origin) -> bool:
        rows = self._database.rows(
            "SELECT 1 FROM records WHERE sha256 = ? AND file = ?", (origin.sha256, origin.file)
        )
        return bool(rows)

    def records_near(self, names: Iterable[str], near: Iterable[int] = ()) -> list[KeptRecord]:
        """All records of the papers reachable from these identities, and from the papers `near`,
        through shared ones."""
        papers = set(near)
        known = "SELECT DISTINCT name FROM identities WHERE paper IN (?)"
        waiting = {*names, *(row[0] for row in self._database.rows_in(known, sorted(papers)))}
        seen_names = set[str]()
        while waiting:
            rows = self._database.rows_in(
                "SELECT DISTINCT paper FROM identities WHERE name IN (?)", sorted(waiting)
            )
            seen_names |= waiting
            fresh = {row[0] for row in rows} - papers
            papers |= fresh
            rows = self._database.rows_in(known, sorted(fresh))
            waiting = {row[0] for row in rows} - seen_names
        found = self._database.rows_in(
            "SELECT number, paper, record FROM records WHERE paper IN (?)", sorted(papers)
        )
        return [KeptRecord(n, p, self._read(text)) for n, p, text in sorted(found)]

    def records_of(self, paper: int) -> list[KeptRecord]:
        """A paper's records, oldest first."""
        rows = self._database.rows(
            "SELECT number, record FROM records WHERE paper = ? ORDER BY number", (paper,)
        )
        return [KeptRecord(number, paper, self._read(text)) for number, text in rows]

    def save_paper(self, paper: Paper) -> int:
        """Insert the paper, or replace the one with its id; gives its number."""
        self._database.run(
            "INSERT INTO papers (id, key, title, year, date, venue, paper) VALUES (?,?,?,?,?,?,?) "
            "ON CONFLICT (id) DO UPDATE SET key=excluded.key, title=excluded.title, "
            "year=excluded.year, date=excluded.date, venue=excluded.venue, paper=excluded.paper",
            (paper.id, paper.key, paper.title, paper.year, paper.date, paper.venue,
             paper.model_dump_json()),
        )  # fmt: skip
        number = int(
            self._database.rows("SELECT number FROM papers WHERE id = ?", (paper.id,))[0][0]
        )
        self._database.run("DELETE FROM tags WHERE paper = ?", (number,))
        self._database.run_many(
            "INSERT OR IGNORE INTO tags VALUES (?, ?)", [(number, tag) for tag in paper.tags]
        )
        self._database.run_many(
            "INSERT OR REPLACE INTO aliases VALUES (?, ?)", [(a, number) for a in paper.aliases]
        )
        return number

    def save_records(self, paper: int, records: Sequence[Paper]) -> None:
        """Keep new entries of a paper. Each has exactly one origin."""
        rows = [
            (paper, o.file, o.position, o.sha256, record.model_dump_json())
            for record in records
            for o in record.origins
        ]
        self._database.run_many(
            "INSERT OR IGNORE INTO records (paper, file, position, sha256, record) "
            "VALUES (?,?,?,?,?)",
            rows,
        )

    def move_records(self, paper: int, numbers: Sequence[int]) -> None:
        """Kept records that now belong to this paper."""
        self._database.run_many(
            "UPDATE records SET paper = ? WHERE number = ?", [(paper, n) for n in numbers]
        )

    def entries_of(self, paper: int) -> list[tuple[str, str]]:
        """The file and the hash of each entry of this paper."""
        return self._database.rows("SELECT file, sha256 FROM records WHERE paper = ?", (paper,))

    def forget_files_of(self, paper: int) -> None:
        """Let the files that the paper's entries came from be read again when they are added."""
        self._database.run(
            "DELETE FROM files WHERE file IN (SELECT file FROM records WHERE paper = ?)", (paper,)
        )

    def remove_records(self, numbers: Sequence[int]) -> None:
        self._database.run_many("DELETE FROM records WHERE number = ?", [(n,) for n in numbers])

    def remove_aliases(self, names: Sequence[str]) -> None:
        self._database.run_many("DELETE FROM aliases WHERE alias = ?", [(n,) for n in names])

    def records_never_compared(self, most: int) -> list[KeptRecord]:
        """Entries that no likeness is kept of, as an earlier release left them."""
        rows = self._database.rows(
            "SELECT number, paper, record FROM records WHERE number NOT IN "
            "(SELECT record FROM likenesses) ORDER BY number LIMIT ?",
            (most,),
        )
        return [KeptRecord(n, p, self._read(text)) for n, p, text in rows]

    def records_in_file(self, file: str) -> list[KeptRecord]:
        """The entries that were read from a file, in the order in which they came."""
        rows = self._database.rows(
            "SELECT number, paper, record FROM records WHERE file = ? ORDER BY number", (file,)
        )
        return [KeptRecord(n, p, self._read(text)) for n, p, text in rows]

    def set_identities(self, paper: int, names: Iterable[str]) -> None:
        self._database.run("DELETE FROM identities WHERE paper = ?", (paper,))
        self._database.run_many(
            "INSERT INTO identities VALUES (?, ?)", [(name, paper) for name in sorted(names)]
        )

    def remove_paper(self, number: int) -> None:
        """Delete the paper with its records, chunks and vectors."""
        self._database.run("DELETE FROM chunks WHERE paper = ?", (number,))
        self._database.run("DELETE FROM papers WHERE number = ?", (number,))
