"""Finished steps of long runs, kept by a hash of everything that they depend on."""

from __future__ import annotations

import hashlib
import json
import threading
from collections.abc import Callable, Iterable
from contextlib import suppress
from datetime import UTC, datetime
from typing import Any, TypeVar

from pydantic import ValidationError

from reviewer.errors import LibraryError
from reviewer.library.storage.database import Database
from reviewer.library.storage.keeping import keep_rows
from reviewer.types.frozen import Frozen, OfState

R = TypeVar("R", bound=Frozen)
S = TypeVar("S", bound=OfState)


class Steps:
    """Keeps what steps gave; a kept step is committed. Several threads may use it."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._alone = threading.RLock()

    def done(
        self,
        kind: str,
        parts: Iterable[Any],
        into: type[R],
        make: Callable[[], R],
        is_whole: Callable[[R], bool] = lambda made: True,
    ) -> R:
        """What the step of this kind gave for these parts (values that JSON can hold), made and
        committed now if it is not kept yet. Nothing is kept of a step that raises, or whose result
        is not whole."""
        key = key_of(kind, parts)
        kept = self.find(key, into)
        if kept is not None:
            return kept
        made = make()
        if is_whole(made):
            self.keep(key, kind, made)
        return made

    def latest(
        self, kind: str, into: type[S], state: Callable[[], str], make: Callable[[str], S]
    ) -> S:
        """What this kind gave in the library's present state, in one row a kind: made and kept now
        if the row is of another state. The state is read and the value made in one snapshot. Who
        may only read makes it each time."""
        key = hashlib.sha256(kind.encode()).hexdigest()
        with self._database.snapshot():
            now = state()
            kept = self.find(key, into)
            if kept is not None and kept.state == now:
                return kept
            made = make(now)
        with suppress(LibraryError):
            self.keep(key, kind, made)
        return made

    def find(self, key: str, into: type[R]) -> R | None:
        """The kept value; None also where an earlier release kept another form."""
        with self._alone:
            values = self._database.column("SELECT value FROM steps WHERE key = ?", (key,))
        try:
            return into.model_validate_json(values[0]) if values else None
        except ValidationError:
            return None

    def keep(self, key: str, kind: str, value: Frozen) -> None:
        self.keep_all(kind, [(key, value)])

    def keep_all(self, kind: str, values: Iterable[tuple[str, Frozen]]) -> None:
        """Keep these values by their keys, in one commit: all or none."""
        made = datetime.now(UTC).isoformat(timespec="seconds")
        rows = [(key, kind, made, value.model_dump_json()) for key, value in values]
        with self._alone:
            keep_rows(self._database, "steps", ("key", "kind", "made", "value"), rows)

    def forget(self, keys: Iterable[str]) -> None:
        """Forget these steps: they are made again at their next use."""
        with self._alone, self._database.transaction():
            self._database.run_many("DELETE FROM steps WHERE key = ?", [(key,) for key in keys])


def key_of(kind: str, parts: Iterable[Any]) -> str:
    """A SHA-256 over the step's kind and its parts as JSON."""
    text = json.dumps(
        [kind, *parts],
        ensure_ascii=False,
        sort_keys=True,
        default=lambda value: value.model_dump(mode="json"),
    )
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()
