"""Papers, and the entries they are made of, in the library's database."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from pydantic import ValidationError

from reviewer.library.dedupe.groups import identities
from reviewer.library.storage.bounds import MOST_VENUE_CHARS, digest
from reviewer.library.storage.database import Database
from reviewer.library.storage.filters import DISTINCT_FILES, paper_condition
from reviewer.library.storage.query_cache import QueryCache
from reviewer.types import Paper
from reviewer.types.papers import Origin, ReadFile
from reviewer.types.searches import Filters


@dataclass(frozen=True)
class KeptEntry:
    """An entry as it was read, and the number of the paper that it is part of."""

    number: int
    paper: int
    entry: Paper

    @property
    def sign(self) -> str:
        """The hash of the entry's text as read."""
        return self.entry.origins[0].sha256


class Catalogue:
    """Saves and finds papers. Call methods that write inside a transaction."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._counts = QueryCache(database)

    def count_entries(self) -> int:
        """Entries as they were read; several may be one paper."""
        return int(self._database.value("SELECT count(*) FROM records"))

    def count(self) -> int:
        return self.count_passing(Filters())

    def count_passing(self, filters: Filters) -> int:
        return self._count(*paper_condition(filters))

    def count_unknown_year(self, filters: Filters) -> int:
        """Papers that only a year filter leaves out because their year is not known."""
        without = filters.model_copy(update={"year_from": None, "year_to": None})
        where, values = paper_condition(without)
        return self._count(f"year IS NULL AND {where}", values)

    def count_lacking(self, ids: Sequence[str]) -> tuple[int, int]:
        """How many of the papers with these ids have no year, and how many no author."""
        rows = self._database.rows_in(
            "SELECT year IS NULL, coalesce(json_array_length(paper, '$.authors'), 0) = 0 "
            "FROM papers WHERE id IN (?)",
            list(ids),
        )
        return sum(year for year, _ in rows), sum(author for _, author in rows)

    def _count(self, where: str, values: Sequence[Any]) -> int:
        """Papers that meet the condition; 2 ms for 100,000 papers, 40 ms for a venue."""
        statement = f"SELECT count(*) FROM papers WHERE {where}"
        name = (where, tuple(values))
        return int(self._counts.get(name, lambda: self._database.value(statement, values)))

    def has_papers(self, filters: Filters) -> bool:
        where, values = paper_condition(filters)
        return bool(self._database.rows(f"SELECT 1 FROM papers WHERE {where} LIMIT 1", values))

    def numbers_passing(self, filters: Filters) -> set[int]:
        """The numbers of the papers that pass."""
        where, values = paper_condition(filters)
        statement = f"SELECT number FROM papers WHERE {where}"
        return set(self._database.numbers(statement, values).tolist())

    def authors_by_number(self) -> list[tuple[int, list[str]]]:
        """The authors of each paper that has some, by the paper's number; a second for 100,000."""
        rows = self._database.rows("SELECT number, json_extract(paper, '$.authors') FROM papers")
        return [(number, json.loads(names)) for number, names in rows if names and names != "[]"]

    def years_of(self, numbers: Iterable[int]) -> dict[int, int | None]:
        """The year of each of these papers."""
        statement = "SELECT number, year FROM papers WHERE number IN (?)"
        return dict(self._database.rows_in(statement, sorted(numbers)))

    def tags(self) -> list[str]:
        """All tags of papers, in alphabetical order."""
        return self._database.column("SELECT DISTINCT tag FROM tags ORDER BY 1")

    def venues(self) -> list[str]:
        """All venues of papers, in alphabetical order."""
        return self._database.column(
            "SELECT DISTINCT venue FROM papers WHERE venue <> '' ORDER BY 1"
        )

    def count_with_text(self) -> int:
        """Papers with more than an abstract."""
        statement = "SELECT count(DISTINCT paper) FROM chunks WHERE part = 'body'"
        return int(self._counts.get(statement, lambda: self._database.value(statement)))

    def titles_that_ask(self, most: int) -> list[str]:
        """Titles that are questions, the newest arrivals first."""
        statement = "SELECT title FROM papers WHERE title LIKE '%?' ORDER BY number DESC LIMIT ?"
        return self._database.column(statement, (most,))

    def keys(self) -> list[str]:
        return self._database.column("SELECT key FROM papers ORDER BY number")

    def files(self) -> list[str]:
        """The files that papers were read from, as they were given."""
        return self._database.column(DISTINCT_FILES)

    def read_files(self) -> list[ReadFile]:
        """The files that were read last, those of which something was skipped first."""
        rows = self._database.rows("SELECT file, entries, skipped FROM files ORDER BY file")
        found = [
            ReadFile(file=file, entries=entries, skipped=tuple(json.loads(skipped)))
            for file, entries, skipped in rows
        ]
        return sorted(found, key=lambda read: not read.skipped)

    def hashes_of_files(self, files: Sequence[str]) -> dict[str, str]:
        """The SHA-256 of those of these files that were read, as they were then."""
        rows = self._database.rows_in(
            "SELECT file, sha256 FROM files WHERE file IN (?)", sorted(set(files))
        )
        return {file: sha256 for file, sha256 in rows if sha256}

    def papers(self, filters: Filters | None = None) -> list[Paper]:
        """All papers that pass the filters, in the order in which they came."""
        where, values = paper_condition(filters or Filters())
        statement = f"SELECT paper FROM papers WHERE {where} ORDER BY number"
        return [self._read(text) for text in self._database.column(statement, values)]

    def in_batches(self, size: int) -> Iterator[dict[int, Paper]]:
        """All papers by their numbers, in the order in which they came, some at once."""
        last = 0
        statement = "SELECT number, paper FROM papers WHERE number > ? ORDER BY number LIMIT ?"
        while rows := self._database.rows(statement, (last, size)):
            yield {number: self._read(text) for number, text in rows}
            last = rows[-1][0]

    def newest(self, filters: Filters, most: int, after: int = 0) -> list[Paper]:
        """The papers that pass and came last, without the `after` first ones of them."""
        where, values = paper_condition(filters)
        statement = f"SELECT paper FROM papers WHERE {where} ORDER BY number DESC LIMIT ? OFFSET ?"
        return [self._read(t) for t in self._database.column(statement, (*values, most, after))]

    def papers_numbered(self, numbers: Iterable[int]) -> dict[int, Paper]:
        rows = self._database.rows_in(
            "SELECT number, paper FROM papers WHERE number IN (?)", sorted(numbers)
        )
        return {number: self._read(text) for number, text in rows}

    def _read(self, text: str | None) -> Paper:
        try:
            return Paper.from_json(text or "")
        except ValidationError as error:
            raise self._database.damaged("a paper cannot be read") from error

    def paper_named(self, name: str) -> Paper | None:
        """The paper with this key or id, or that once had it."""
        number = self.number_of(name)
        return self.papers_numbered([number]).get(number) if number is not None else None

    def number_of(self, name: str) -> int | None:
        numbers = self._database.column(
            "SELECT number FROM papers WHERE key = ? OR id = ? UNION ALL "
            "SELECT paper FROM aliases WHERE alias = ?",
            (name, name, digest(name)),
        )
        return int(numbers[0]) if numbers else None

    def numbers_known_as(self, names: Iterable[str]) -> list[int]:
        """The papers that have one of these identities, in the order in which they came."""
        return self._numbers_with(map(digest, names))

    def _numbers_with(self, digests: Iterable[str]) -> list[int]:
        rows = self._database.rows_in(
            "SELECT DISTINCT paper FROM identities WHERE name IN (?)", sorted(digests)
        )
        return sorted({row[0] for row in rows})

    def paper_like(self, entry: Paper) -> Paper | None:
        """The paper that an entry of a bibliography names: by DOI, arXiv id or PMID, else by title,
        else by its key. Of several papers with one identifier it is the one with the title."""
        known = [f"{kind}:{value}" for kind, value in identities(entry)]
        titled = self.numbers_known_as(name for name in known if name.startswith("title:"))
        numbers = self.numbers_known_as(name for name in known if not name.startswith("title:"))
        for number in [*(n for n in numbers if n in titled), *numbers, *titled]:
            if paper := self.papers_numbered([number]).get(number):
                return paper
        return self.paper_named(entry.key)

    def key_is_free(self, key: str, paper_id: str) -> bool:
        """True when no other paper has, or had, this key."""
        ids = self._database.column(
            "SELECT id FROM papers WHERE key = ? UNION SELECT papers.id FROM aliases "
            "JOIN papers ON papers.number = aliases.paper WHERE alias = ?",
            (key, digest(key)),
        )
        return all(owner == paper_id for owner in ids)

    def owners_of(self, names: Collection[str]) -> dict[str, set[str]]:
        """By each of these names that is, or was, a paper's key or id: the ids of those papers."""
        found: dict[str, set[str]] = {}
        wanted, by_digest = sorted(names), {digest(name): name for name in names}
        rows = self._database.rows_in("SELECT key, id FROM papers WHERE key IN (?)", wanted)
        rows += self._database.rows_in("SELECT id, id FROM papers WHERE id IN (?)", wanted)
        for name, paper_id in rows:
            found.setdefault(name, set()).add(paper_id)
        for alias, paper_id in self._database.rows_in(
            "SELECT alias, papers.id FROM aliases JOIN papers ON papers.number = aliases.paper "
            "WHERE alias IN (?)",
            sorted(by_digest),
        ):
            found.setdefault(by_digest[alias], set()).add(paper_id)
        return found

    def kept_of(self, origins: Iterable[Origin]) -> set[tuple[str, str]]:
        """The hash and the file of those of these entries that are kept."""
        wanted = {(origin.sha256, origin.file) for origin in origins}
        rows = self._database.rows_in(
            "SELECT sha256, file FROM records WHERE sha256 IN (?)",
            sorted({sha256 for sha256, _ in wanted}),
        )
        return wanted & {(sha256, file) for sha256, file in rows}

    def state_of_entries(self, form: int) -> str:
        """A hash of which entries there are and which paper each is part of; `form` is that of what
        is made of them."""
        rows = self._database.rows("SELECT paper, sha256 FROM records ORDER BY paper, sha256, file")
        return hashlib.sha256(json.dumps([form, rows]).encode()).hexdigest()

    def entries_near(self, names: Iterable[str], near: Iterable[int] = ()) -> list[KeptEntry]:
        """All entries of the papers that can be reached from these identities, and from the papers
        `near`, through shared identities."""
        papers = set(near)
        known = "SELECT DISTINCT name FROM identities WHERE paper IN (?)"
        waiting = {
            *map(digest, names),
            *(row[0] for row in self._database.rows_in(known, sorted(papers))),
        }
        seen = set[str]()
        while waiting:
            seen |= waiting
            fresh = set(self._numbers_with(waiting)) - papers
            papers |= fresh
            waiting = {row[0] for row in self._database.rows_in(known, sorted(fresh))} - seen
        rows = self._database.rows_in(
            "SELECT number, paper, record FROM records WHERE paper IN (?)", sorted(papers)
        )
        return self._entries(sorted(rows))

    def entries_of(self, paper: int) -> list[KeptEntry]:
        """A paper's entries, oldest first."""
        return self._entries_where("paper = ? ORDER BY number", paper)

    def entries_in_file(self, file: str) -> list[KeptEntry]:
        """The entries that were read from a file, in the order in which they came."""
        return self._entries_where("file = ? ORDER BY number", file)

    def entries_never_compared(self, most: int) -> list[KeptEntry]:
        """Entries without a kept likeness, as an earlier release left them."""
        return self._entries_where(
            "number NOT IN (SELECT record FROM likenesses) ORDER BY number LIMIT ?", most
        )

    def _entries_where(self, condition: str, value: Any) -> list[KeptEntry]:  # noqa: ANN401  a column's value
        statement = f"SELECT number, paper, record FROM records WHERE {condition}"
        return self._entries(self._database.rows(statement, (value,)))

    def _entries(self, rows: Iterable[tuple[Any, ...]]) -> list[KeptEntry]:
        return [KeptEntry(number, paper, self._read(text)) for number, paper, text in rows]

    def next_number(self) -> int:
        """A number that no paper has."""
        return int(self._database.value("SELECT coalesce(max(number), 0) + 1 FROM papers"))

    def save_new_paper(self, paper: Paper, number: int) -> None:
        """Insert the paper, whose id no other one has, under a number that is free."""
        self._database.run_many(
            "INSERT INTO papers (number, id, key, title, year, date, venue, paper) "
            "VALUES (?,?,?,?,?,?,?,?)",
            [(number, *_columns(paper))],
        )
        self._save_names(paper, number)

    def save_paper(self, paper: Paper) -> int:
        """Keep the paper in the place of the one with its id, or as a new one; gives its number."""
        found = self._database.column("SELECT number FROM papers WHERE id = ?", (paper.id,))
        if not found:
            number = self.next_number()
            self.save_new_paper(paper, number)
            return number
        self._database.run(
            "UPDATE papers SET id = ?, key = ?, title = ?, year = ?, date = ?, venue = ?, "
            "paper = ? WHERE number = ?",
            (*_columns(paper), found[0]),
        )
        self._database.run("DELETE FROM tags WHERE paper = ?", (found[0],))
        self._save_names(paper, found[0])
        return int(found[0])

    def _save_names(self, paper: Paper, number: int) -> None:
        """Keep the paper's tags and aliases."""
        self._database.run_many(
            "INSERT INTO tags VALUES (?, ?) ON CONFLICT DO NOTHING",
            [(number, tag) for tag in paper.tags],
        )
        self._database.run_many(
            "INSERT INTO aliases VALUES (?, ?) "
            "ON CONFLICT (alias) DO UPDATE SET paper = excluded.paper",
            [(digest(alias), number) for alias in paper.aliases],
        )

    def save_entries(self, paper: int, entries: Sequence[Paper]) -> None:
        """Keep new entries of a paper. Each has exactly one origin."""
        self._database.run_many(
            "INSERT INTO records (paper, file, position, sha256, record) VALUES (?,?,?,?,?) "
            "ON CONFLICT DO NOTHING",
            [
                (paper, origin.file, origin.position, origin.sha256, entry.model_dump_json())
                for entry in entries
                for origin in entry.origins
            ],
        )

    def move_entries(self, paper: int, numbers: Iterable[int]) -> None:
        """Make these kept entries part of this paper."""
        self._database.run_many(
            "UPDATE records SET paper = ? WHERE number = ?", [(paper, n) for n in numbers]
        )

    def bibliography_keys(self) -> dict[str, str]:
        """The key that each paper has in the first bibliography that gives it one, by the paper's
        id."""
        rows = self._database.rows(
            "SELECT papers.id, json_extract(record, '$.key') FROM records "
            "JOIN papers ON papers.number = records.paper ORDER BY records.number DESC"
        )
        return {paper_id: key for paper_id, key in rows if key}

    def origins_of(self, paper: int) -> list[tuple[str, str]]:
        """The file and the hash of each entry of this paper."""
        return self._database.rows("SELECT file, sha256 FROM records WHERE paper = ?", (paper,))

    def forget_files_of(self, paper: int) -> None:
        """Let the files that the paper's entries came from be read again when they are added."""
        self._database.run(
            "DELETE FROM files WHERE file IN (SELECT file FROM records WHERE paper = ?)", (paper,)
        )

    def remove_entries(self, numbers: Iterable[int]) -> None:
        self._database.run_many("DELETE FROM records WHERE number = ?", [(n,) for n in numbers])

    def remove_aliases(self, names: Iterable[str]) -> None:
        self._database.run_many(
            "DELETE FROM aliases WHERE alias = ?", [(digest(n),) for n in names]
        )

    def set_identities(self, paper: int, names: Iterable[str]) -> None:
        self._database.run("DELETE FROM identities WHERE paper = ?", (paper,))
        self.add_identities(paper, names)

    def add_identities(self, paper: int, names: Iterable[str]) -> None:
        """Keep the identities of a new paper."""
        self._database.run_many(
            "INSERT INTO identities VALUES (?, ?)",
            [(name, paper) for name in sorted(map(digest, names))],
        )

    def remove_paper(self, number: int) -> None:
        """Delete the paper with its entries, chunks and vectors."""
        self._database.run("DELETE FROM chunks WHERE paper = ?", (number,))
        self._database.run("DELETE FROM papers WHERE number = ?", (number,))


def _columns(paper: Paper) -> tuple[str | int | None, ...]:
    """What the table of papers keeps beside the number."""
    return (
        paper.id, paper.key, paper.title, paper.year, paper.date,
        paper.venue[:MOST_VENUE_CHARS], paper.model_dump_json(),
    )  # fmt: skip
