"""Screenings in the library's database. Decisions and events are only added."""

from __future__ import annotations

import json
import secrets
from collections.abc import Iterable, Sequence

from reviewer.errors import NotFoundError, UsageError
from reviewer.library.storage.bounds import digest
from reviewer.library.storage.database import Database
from reviewer.types.screening import (
    CriteriaVersion,
    Decision,
    Ranking,
    Screen,
    ScreenEvent,
    ScreenRecord,
    ScreenSource,
    Suggestion,
)

MOST_NAME_CHARS = 80


def new_id() -> str:
    """The id of a decision or an event: random, so that logs of two people can be put together."""
    return secrets.token_hex(8)


def _features_key(name: str, wave: int) -> str:
    """Under what the features of a wave are kept: no name of a screening has a blank."""
    return name if wave == 1 else f"{name} {wave}"


class ScreenStore:
    """Keeps screenings and finds them. Each method that writes is one transaction."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def names(self) -> list[str]:
        return self._database.column("SELECT name FROM screens ORDER BY made, name")

    def make(
        self,
        screen: Screen,
        criteria: CriteriaVersion,
        sources: Sequence[ScreenSource],
        records: Sequence[ScreenRecord],
        features: bytes,
    ) -> None:
        """Keep a new screening, whole or not at all. Raises UsageError for a name that is taken."""
        with self._database.transaction():
            if screen.name in self.names():
                raise UsageError(
                    f"there is a screening '{screen.name}' already", hint="Give another name."
                )
            self._database.run(
                "INSERT INTO screens VALUES (?,?,?)",
                (screen.name, screen.made, screen.model_dump_json()),
            )
            self._add_sources(screen.name, sources)
            self._add_records(screen.name, records)
            self._database.run("INSERT INTO screen_features VALUES (?,?)", (screen.name, features))
            self.add_criteria(screen.name, criteria)

    def screen(self, name: str = "") -> Screen:
        """The screening of this name; without a name the only one. Raises NotFoundError when there
        is none, UsageError when there are several."""
        names = self.names()
        if not names:
            raise NotFoundError(
                "this library has no screening",
                hint="Make one: review screen init NAME --question '...' --criteria FILE",
            )
        if not name and len(names) > 1:
            raise UsageError(
                f"there are {len(names)} screenings",
                hint=f"Name one: {', '.join(names[:10])}. After a paper's key: --screen NAME.",
            )
        if name and name not in names:
            raise NotFoundError(
                f"no screening '{name[:80]}' in this library",
                hint=f"There is: {', '.join(names[:10])}",
            )
        found = self._database.value(
            "SELECT screen FROM screens WHERE name = ?", (name or names[0],)
        )
        return Screen.model_validate_json(found)

    def sources(self, name: str) -> list[ScreenSource]:
        statement = "SELECT source FROM screen_sources WHERE screen = ? ORDER BY position"
        return [
            ScreenSource.model_validate_json(t) for t in self._database.column(statement, (name,))
        ]

    def records(self, name: str) -> list[ScreenRecord]:
        """The records in the order in which they were when the screening was made."""
        rows = self._database.rows(
            "SELECT position, paper, signs FROM screen_records WHERE screen = ? ORDER BY position",
            (name,),
        )
        return [
            ScreenRecord(position=position, paper_id=paper, signs=tuple(json.loads(signs)))
            for position, paper, signs in rows
        ]

    def features(self, name: str, wave: int = 1) -> bytes:
        """What the records up to this wave are compared by."""
        found = self._database.column(
            "SELECT features FROM screen_features WHERE screen = ?", (_features_key(name, wave),)
        )
        return bytes(found[0]) if found else b""

    def update(
        self,
        name: str,
        event: ScreenEvent,
        sources: Sequence[ScreenSource],
        records: Sequence[ScreenRecord],
        features: bytes,
    ) -> None:
        """Keep the records of an update, whole or not at all; `sources` have its wave. Raises
        UsageError when another update came before it."""
        with self._database.transaction():
            first = int(event.value.split()[0])
            if len(self.records(name)) != first:
                raise UsageError(
                    f"{name} was updated a moment ago", hint="See: review screen status"
                )
            wave = 2 + sum(own.kind == "update" for own in self.events(name))
            self._add_records(name, records)
            self._add_sources(name, sources)
            self._database.run(
                "INSERT INTO screen_features VALUES (?,?)", (_features_key(name, wave), features)
            )
            self.add_event(name, event)

    def _add_records(self, name: str, records: Sequence[ScreenRecord]) -> None:
        self._database.run_many(
            "INSERT INTO screen_records VALUES (?,?,?,?)",
            [(name, r.position, r.paper_id, json.dumps(r.signs)) for r in records],
        )

    def _add_sources(self, name: str, sources: Sequence[ScreenSource]) -> None:
        known = len(self.sources(name))
        self._database.run_many(
            "INSERT INTO screen_sources VALUES (?,?,?)",
            [(name, n, s.model_dump_json()) for n, s in enumerate(sources, known)],
        )

    def criteria(self, name: str) -> list[CriteriaVersion]:
        """All versions, oldest first."""
        statement = "SELECT criteria FROM screen_criteria WHERE screen = ? ORDER BY version"
        return [
            CriteriaVersion.model_validate_json(t)
            for t in self._database.column(statement, (name,))
        ]

    def add_criteria(self, name: str, criteria: CriteriaVersion) -> None:
        with self._database.transaction():
            self._database.run(
                "INSERT INTO screen_criteria VALUES (?,?,?)",
                (name, criteria.version, criteria.model_dump_json()),
            )

    def decisions(self, name: str, after: int = 0) -> list[tuple[int, Decision]]:
        """Decisions, notes and undos with their numbers above `after`, as they were kept."""
        rows = self._database.rows(
            "SELECT number, decision FROM screen_decisions WHERE screen = ? AND number > ? "
            "ORDER BY number",
            (name, after),
        )
        return [(number, Decision.model_validate_json(text)) for number, text in rows]

    def decide(self, name: str, decision: Decision, ranking: Ranking | None = None) -> None:
        """Keep a decision: when this returns, it is on the disk."""
        with self._database.transaction():
            self.add_decisions(name, [decision])
            if ranking is not None:
                self._database.run(
                    "INSERT INTO screen_rankings VALUES (?,?)",
                    (decision.id, ranking.model_dump_json()),
                )

    def add_decisions(self, name: str, decisions: Iterable[Decision]) -> int:
        """Keep those that are not there yet, by their ids; gives how many."""
        with self._database.transaction():
            before = self._database.value("SELECT count(*) FROM screen_decisions")
            self._database.run_many(
                "INSERT INTO screen_decisions (id, screen, paper, decision) VALUES (?,?,?,?) "
                "ON CONFLICT DO NOTHING",
                [(d.id, name, d.paper_id, d.model_dump_json()) for d in decisions],
            )
            return int(self._database.value("SELECT count(*) FROM screen_decisions") - before)

    def kept_elsewhere(self, name: str, ids: Iterable[str]) -> set[str]:
        """Those of these ids of decisions and events that another screening has."""
        wanted = sorted(set(ids))
        found = set[str]()
        for table in ("screen_decisions", "screen_events"):
            rows = self._database.rows_in(
                f"SELECT id, screen FROM {table} WHERE id IN (?)",
                wanted,
            )
            found |= {own for own, screen in rows if screen != name}
        return found

    def rankings(self, name: str) -> dict[str, Ranking]:
        """By the id of the decision on the record that was shown."""
        rows = self._database.rows(
            "SELECT decision, ranking FROM screen_rankings WHERE decision IN "
            "(SELECT id FROM screen_decisions WHERE screen = ?)",
            (name,),
        )
        return {decision: Ranking.model_validate_json(text) for decision, text in rows}

    def add_suggestions(self, name: str, suggestions: Iterable[Suggestion]) -> None:
        """Keep what a model suggests: when this returns, it is on the disk."""
        with self._database.transaction():
            self._database.run_many(
                "INSERT INTO screen_suggestions (id, screen, suggestion) VALUES (?,?,?)",
                [(own.id, name, own.model_dump_json()) for own in suggestions],
            )

    def suggestions(self, name: str, after: int = 0) -> list[tuple[int, Suggestion]]:
        """Suggestions of models with their numbers above `after`, as they were kept."""
        rows = self._database.rows(
            "SELECT number, suggestion FROM screen_suggestions WHERE screen = ? AND number > ? "
            "ORDER BY number",
            (name, after),
        )
        return [(number, Suggestion.model_validate_json(text)) for number, text in rows]

    def events(self, name: str) -> list[ScreenEvent]:
        """All events in the order in which they were kept."""
        statement = "SELECT event FROM screen_events WHERE screen = ? ORDER BY number"
        return [
            ScreenEvent.model_validate_json(t) for t in self._database.column(statement, (name,))
        ]

    def add_event(self, name: str, event: ScreenEvent) -> None:
        with self._database.transaction():
            self._database.run(
                "INSERT INTO screen_events (id, screen, kind, event) VALUES (?,?,?,?) "
                "ON CONFLICT DO NOTHING",
                (event.id, name, event.kind, event.model_dump_json()),
            )

    def paper_ids_now(self, ids: Iterable[str]) -> dict[str, str]:
        """For each id the id of the paper that has it now, or had it: of a merged paper that of the
        one it became. An id whose paper was removed is left out."""
        wanted = sorted(set(ids))
        own = {
            row[0]: row[0]
            for row in self._database.rows_in("SELECT id FROM papers WHERE id IN (?)", wanted)
        }
        by_digest = {digest(name): name for name in wanted if name not in own}
        rows = self._database.rows_in(
            "SELECT aliases.alias, papers.id FROM aliases JOIN papers "
            "ON papers.number = aliases.paper WHERE aliases.alias IN (?)",
            sorted(by_digest),
        )
        return own | {by_digest[alias]: paper for alias, paper in rows}

    def papers_with(self, signs: Iterable[str]) -> dict[str, str]:
        """For each hash of an entry the id of the paper that it is part of now."""
        rows = self._database.rows_in(
            "SELECT records.sha256, papers.id FROM records JOIN papers "
            "ON papers.number = records.paper WHERE records.sha256 IN (?)",
            sorted(set(signs)),
        )
        return dict(rows)
