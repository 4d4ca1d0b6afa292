"""Reads an edit of a draft's plan from words: `merge 2 3`, `place KEY 1`, `out KEY too old`."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from reviewer.errors import UsageError
from reviewer.types import Paper
from reviewer.types.drafts import DraftPlan, EditKind, PlanEdit

WAYS = (
    "rename N NAME, thesis N TEXT, up N, down N, to N PLACE, merge N INTO, add NAME, remove N, "
    "place KEY N [AT], out KEY [WHY], words N"
)
_KINDS: dict[str, EditKind] = {
    "rename": "rename", "thesis": "thesis", "up": "up", "down": "down", "to": "to",
    "merge": "merge", "add": "add", "remove": "remove", "place": "place", "out": "leave_out",
    "words": "words",
}  # fmt: skip


def read_edit(
    words: Sequence[str], plan: DraftPlan, paper_named: Callable[[str], Paper]
) -> PlanEdit:
    """The edit that these words ask for. `paper_named` gives the paper of a key. A paper that is
    placed leaves the paragraph that it stands in, if that is one alone.

    Raises UsageError for words that are not understood, NotFoundError for an unknown key.
    """
    action, *rest = words
    kind = _KINDS.get(action)
    if kind is None:
        raise UsageError(f"unknown edit '{action}'", hint=f"Use one of: {WAYS}.")
    reader = _Words(action, rest)
    if kind in ("rename", "thesis"):
        return PlanEdit(do=kind, theme=reader.number(0), text=" ".join(rest[1:]))
    if kind in ("add", "words"):
        return PlanEdit(do=kind, text=" ".join(rest))
    if kind == "leave_out":
        return PlanEdit(do=kind, paper_id=paper_named(reader.word(0)).id, text=" ".join(rest[1:]))
    if kind == "place":
        paper_id = paper_named(reader.word(0)).id
        holding = [n for n, t in enumerate(plan.themes, start=1) if paper_id in t.paper_ids]
        came_from = holding[0] if len(holding) == 1 else 0
        at = reader.number(2) if len(rest) > 2 else 0
        return PlanEdit(do=kind, paper_id=paper_id, theme=came_from, to=reader.number(1), at=at)
    to = reader.number(1) if kind in ("to", "merge") else 0
    return PlanEdit(do=kind, theme=reader.number(0), to=to)


class _Words:
    """The words behind an action."""

    def __init__(self, action: str, words: Sequence[str]) -> None:
        self._action = action
        self._words = words

    def word(self, n: int) -> str:
        if n >= len(self._words):
            raise UsageError(f"'{self._action}' lacks a value", hint=f"Use one of: {WAYS}.")
        return self._words[n]

    def number(self, n: int) -> int:
        said = self.word(n)
        if not said.isdecimal() or len(said) > 6:
            raise UsageError(
                f"'{said[:40]}' is not a number of a paragraph", hint=f"Use one of: {WAYS}."
            )
        return int(said)
