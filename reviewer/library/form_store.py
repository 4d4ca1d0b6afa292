"""Forms of screenings and what is filled in, in the library's database. Both are only added to."""

from __future__ import annotations

from collections.abc import Iterable

from reviewer.errors import NotFoundError
from reviewer.library.storage.database import Database
from reviewer.types.forms import Entry, Form


class FormStore:
    """Keeps the forms of one screening and finds them. Each method that writes is one
    transaction."""

    def __init__(self, database: Database, screen: str) -> None:
        self._database = database
        self._screen = screen

    def forms(self) -> list[Form]:
        """The last version of each form, by name."""
        rows = self._database.column(
            "SELECT form FROM screen_forms WHERE screen = ? ORDER BY name, version", (self._screen,)
        )
        found = [Form.model_validate_json(text) for text in rows]
        return list({form.name: form for form in found}.values())

    def form(self, name: str) -> Form:
        """The last version of this form. Raises NotFoundError without one."""
        known = {form.name: form for form in self.forms()}
        if name not in known:
            names = ", ".join(known) or "none yet"
            raise NotFoundError(
                f"{self._screen} has no form '{name[:60]}'",
                hint=f"Forms: {names}. Add one: review screen form FILE",
            )
        return known[name]

    def add_form(self, form: Form) -> Form:
        """Keep a form, or a new version of the one of its name; gives it with its version."""
        with self._database.transaction():
            known = {own.name: own.version for own in self.forms()}
            made = form.model_copy(update={"version": known.get(form.name, 0) + 1})
            self._database.run(
                "INSERT INTO screen_forms VALUES (?,?,?,?)",
                (self._screen, made.name, made.version, made.model_dump_json()),
            )
        return made

    def add_entries(self, form: str, entries: Iterable[Entry]) -> None:
        """Keep what was filled in: when this returns, it is on the disk."""
        with self._database.transaction():
            self._database.run_many(
                "INSERT INTO screen_entries (id, screen, form, entry) VALUES (?,?,?,?)",
                [(own.id, self._screen, form, own.model_dump_json()) for own in entries],
            )

    def entries(self, form: str) -> list[Entry]:
        """All that was filled in, oldest first."""
        rows = self._database.column(
            "SELECT entry FROM screen_entries WHERE screen = ? AND form = ? ORDER BY number",
            (self._screen, form),
        )
        return [Entry.model_validate_json(text) for text in rows]
