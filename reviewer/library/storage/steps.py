"""Steps of long runs that are done, kept by a hash of all that went into them."""

from __future__ import annotations

import hashlib
import json
import threading
from collections.abc import Callable, Iterable
from datetime import UTC, datetime
from typing import Any, TypeVar

from pydantic import ValidationError

from reviewer.library.storage.database import Database
from reviewer.types.frozen import Frozen

R = TypeVar("R", bound=Frozen)


class Steps:
    """Keeps what steps gave; a step that is kept is committed. Safe to use from several threads."""

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
        committed now if it is not there. Nothing is kept of a step that raises, or that gave what
        is not whole."""
        key = key_of(kind, parts)
        kept = self.find(key, into)
        if kept is not None:
            return kept
        made = make()
        if is_whole(made):
            self.keep(key, kind, made)
        return made

    def find(self, key: str, into: type[R]) -> R | None:
        """The kept value; None also where an earlier release kept another form."""
        with self._alone:
            rows = self._database.rows("SELECT value FROM steps WHERE key = ?", (key,))
        try:
            return into.model_validate_json(rows[0][0]) if rows else None
        except ValidationError:
            return None

    def keep(self, key: str, kind: str, value: Frozen) -> None:
        self.keep_all(kind, [(key, value)])

    def keep_all(self, kind: str, values: Iterable[tuple[str, Frozen]]) -> None:
        """Commit them together: all are kept, or none."""
        made = datetime.now(UTC).isoformat(timespec="seconds")
        rows = [(key, kind, made, value.model_dump_json()) for key, value in values]
        with self._alone, self._database.transaction():
            self._database.run_many("INSERT OR REPLACE INTO steps VALUES (?, ?, ?, ?)", rows)

    def forget(self, keys: Iterable[str]) -> None:
        """These steps are made again when they are asked for."""
        with self._alone, self._database.transaction():
            self._database.run_many("DELETE FROM steps WHERE key = ?", [(key,) for key in keys])


def key_of(kind: str, parts: Iterable[Any]) -> str:
    """A SHA-256 over the step's kind and its parts as JSON."""
    said = json.dumps([kind, *parts], ensure_ascii=False, sort_keys=True, default=_plain)
    return hashlib.sha256(said.encode("utf-8", "surrogatepass")).hexdigest()


def _plain(value: Any) -> Any:  # noqa: ANN401  a record
    return value.model_dump(mode="json")
