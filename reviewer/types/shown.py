"""Results that show themselves: printed, and in a notebook."""

from __future__ import annotations

from collections.abc import Callable
from typing import ClassVar

from reviewer.types.frozen import Frozen


class Shown(Frozen):
    """A result that reads as Markdown when it is printed, and that a notebook shows.

    Values know no forms: `form_of` is set by the package that hands results to users. It takes a
    result and `markdown` or `html`, and gives None for a result that has no such form.
    """

    form_of: ClassVar[Callable[[Shown, str], str | None] | None] = None

    def __str__(self) -> str:
        return self._repr_markdown_() or super().__str__()

    def _repr_markdown_(self) -> str | None:
        return None if Shown.form_of is None else Shown.form_of(self, "markdown")

    def _repr_html_(self) -> str | None:
        return None if Shown.form_of is None else Shown.form_of(self, "html")
