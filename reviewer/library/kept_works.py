"""Drafts and surveys on their way, in the library's database."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Generic, TypeVar

from reviewer.errors import NotFoundError, UsageError
from reviewer.library.storage.database import Database
from reviewer.types.drafts import KeptDraft
from reviewer.types.surveys import KeptSurvey

K = TypeVar("K", KeptDraft, KeptSurvey)


class KeptWorks(Generic[K]):
    """Keeps works of one kind, a draft or a survey, and finds them, the latest changed first."""

    def __init__(self, database: Database, kind: type[K]) -> None:
        self._database = database
        self._kind: type[K] = kind
        self._name = "draft" if kind is KeptDraft else "survey"
        self._save = (
            f"INSERT INTO {self._name}s VALUES (?, ?, ?) ON CONFLICT (id) DO UPDATE SET "
            f"changed = excluded.changed, {self._name} = excluded.{self._name}"
        )

    def save(self, work: K) -> K:
        """Keep the work, with the time of now; gives it as it is kept."""
        now = datetime.now(UTC).isoformat(timespec="milliseconds")
        kept = work.model_copy(update={"changed": now, "made": work.made or now})
        with self._database.transaction():
            self._database.run(self._save, (kept.id, now, kept.model_dump_json()))
        return kept

    def all(self, most: int = 50) -> list[K]:
        """The works that changed last."""
        statement = f"SELECT {self._name} FROM {self._name}s ORDER BY changed DESC, id DESC LIMIT ?"
        return [
            self._kind.model_validate_json(t) for t in self._database.column(statement, (most,))
        ]

    def find(self, work_id: str) -> K:
        """The work whose id begins so. Raises NotFoundError unless exactly one does."""
        found = self._database.column(
            f"SELECT {self._name} FROM {self._name}s WHERE substr(id, 1, length(?)) = ? LIMIT 2",
            (work_id, work_id),
        )
        if len(found) != 1 or not work_id:
            raise NotFoundError(
                f"not exactly one {self._name} begins with '{work_id[:80]}'",
                hint=f"See them: review {self._name}s list",
            )
        return self._kind.model_validate_json(found[0])

    def change(self, work_id: str, update: Callable[[K], K], version: int | None = None) -> K:
        """The work after this change, which counts as one. Nobody else changes it meanwhile.

        Raises NotFoundError, and UsageError where it is no longer of this `version`: whoever asks
        looks at an older one.
        """
        with self._database.transaction():
            now = self.find(work_id)
            if version is not None and version != now.version:
                raise UsageError(
                    f"the plan of this {self._name} was changed elsewhere",
                    hint="Look at it again, then make your change.",
                )
            changed = update(now)
            if changed == now:
                return now
            return self.save(changed.model_copy(update={"version": now.version + 1}))

    def note(self, work_id: str, update: Callable[[K], K]) -> K:
        """The work after this change, which is none of its plan. Raises NotFoundError."""
        with self._database.transaction():
            now = self.find(work_id)
            changed = update(now)
            return now if changed == now else self.save(changed)

    def remove(self, work_id: str) -> K:
        """Forget the work; its runs stay. Raises NotFoundError."""
        with self._database.transaction():
            kept = self.find(work_id)
            self._database.run(f"DELETE FROM {self._name}s WHERE id = ?", (kept.id,))
        return kept
