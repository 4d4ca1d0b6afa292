"""Edits a draft's plan by hand, paragraph by paragraph and paper by paper. Pure."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from reviewer.errors import UsageError
from reviewer.tasks.yaml_plan import LEAST_WORDS, MOST_WORDS
from reviewer.text.views import one_line, shorten
from reviewer.types.drafts import DraftPlan, EditKind, LeftOutPaper, PlanEdit, Theme

MOST_NAME_CHARS = 200
MOST_THESIS_CHARS = 600
BY_HAND = "left out by hand"

Themes = list[Theme]


def edited(plan: DraftPlan, edit: PlanEdit) -> DraftPlan:
    """The plan after the edit. A paper that stands in no paragraph any more is among those that are
    left out, and one that is placed again is not.

    Raises UsageError for a paragraph that is not there, and for a change that cannot be.
    """
    if edit.do == "words":
        return plan.model_copy(update={"words": _words(edit.text)})
    if edit.do == "leave_out":
        return _leave_out(plan, edit)
    themes = list(plan.themes)
    _EDITS[edit.do](themes, edit)
    if not any(theme.paper_ids for theme in themes):
        raise UsageError(
            "a plan needs a paragraph with a paper", hint="Put a paper into one first."
        )
    return _settled(plan, themes, "its paragraph was removed")


def _words(text: str) -> int:
    said = text.strip()
    if not said.isdecimal() or not LEAST_WORDS <= int(said[:9]) <= MOST_WORDS:
        raise UsageError(
            f"'{shorten(said, 40)}' is not a length",
            hint=f"Use {LEAST_WORDS} to {MOST_WORDS} words.",
        )
    return int(said)


def _place(themes: Sequence[Theme], number: int) -> int:
    """The place from 0 of the paragraph with this number."""
    if not 1 <= number <= len(themes):
        raise UsageError(f"the plan has no paragraph {number}", hint=f"It has 1 to {len(themes)}.")
    return number - 1


def _rename(themes: Themes, edit: PlanEdit) -> None:
    n, name = _place(themes, edit.theme), one_line(edit.text)[:MOST_NAME_CHARS]
    if not name:
        raise UsageError("a paragraph needs a name", hint="Give it one, in a few words.")
    themes[n] = themes[n].model_copy(update={"name": name})


def _state(themes: Themes, edit: PlanEdit) -> None:
    n, thesis = _place(themes, edit.theme), one_line(edit.text)[:MOST_THESIS_CHARS]
    themes[n] = themes[n].model_copy(update={"thesis": thesis})


def _up(themes: Themes, edit: PlanEdit) -> None:
    n = _place(themes, edit.theme)
    themes.insert(max(0, n - 1), themes.pop(n))


def _down(themes: Themes, edit: PlanEdit) -> None:
    n = _place(themes, edit.theme)
    themes.insert(n + 1, themes.pop(n))


def _to(themes: Themes, edit: PlanEdit) -> None:
    n, to = _place(themes, edit.theme), _place(themes, edit.to)
    themes.insert(to, themes.pop(n))


def _merge(themes: Themes, edit: PlanEdit) -> None:
    """The papers of one paragraph join those of the other, which keeps its name and thesis."""
    n, to = _place(themes, edit.theme), _place(themes, edit.to)
    if n == to:
        raise UsageError("a paragraph cannot be merged into itself", hint="Name two of them.")
    parts = _parts_of(themes[to]) | {
        i: part for i, part in _parts_of(themes[n]).items() if i not in themes[to].paper_ids
    }
    themes[to] = _with_parts(themes[to], parts)
    del themes[n]


def _add(themes: Themes, edit: PlanEdit) -> None:
    name = one_line(edit.text)[:MOST_NAME_CHARS]
    if not name:
        raise UsageError("a paragraph needs a name", hint="Give it one, in a few words.")
    themes.append(Theme(name=name, paper_ids=()))


def _remove(themes: Themes, edit: PlanEdit) -> None:
    del themes[_place(themes, edit.theme)]


def _place_paper(themes: Themes, edit: PlanEdit) -> None:
    """Put a paper into a paragraph, and take it out of the one that it came from: `theme`, or
    none where that is 0."""
    to = _place(themes, edit.to)
    part = ""
    if edit.theme:
        n = _place(themes, edit.theme)
        parts = _parts_of(themes[n])
        if edit.paper_id not in parts:
            raise UsageError(
                f"paragraph {edit.theme} does not have this paper", hint="Look at the plan again."
            )
        part = parts.pop(edit.paper_id)
        themes[n] = _with_parts(themes[n], parts)
    own = [(i, said) for i, said in _parts_of(themes[to]).items() if i != edit.paper_id]
    at = len(own) if edit.at < 1 else min(edit.at - 1, len(own))
    own.insert(at, (edit.paper_id, part))
    themes[to] = _with_parts(themes[to], dict(own))


_EDITS: dict[EditKind, Callable[[Themes, PlanEdit], None]] = {
    "rename": _rename, "thesis": _state, "up": _up, "down": _down, "to": _to, "merge": _merge,
    "add": _add, "remove": _remove, "place": _place_paper,
}  # fmt: skip


def _leave_out(plan: DraftPlan, edit: PlanEdit) -> DraftPlan:
    """The plan without the paper in any paragraph."""
    themes = []
    for theme in plan.themes:
        parts = _parts_of(theme)
        parts.pop(edit.paper_id, None)
        themes.append(_with_parts(theme, parts))
    if not any(theme.paper_ids for theme in themes):
        raise UsageError("this is the plan's last paper", hint="Put another one into it first.")
    why = one_line(edit.text)[:MOST_THESIS_CHARS] or BY_HAND
    left = [own for own in plan.left_out if own.paper_id != edit.paper_id]
    left.append(LeftOutPaper(paper_id=edit.paper_id, why=why))
    return plan.model_copy(update={"themes": tuple(themes), "left_out": tuple(left)})


def _settled(plan: DraftPlan, themes: Sequence[Theme], why: str) -> DraftPlan:
    """The plan with these paragraphs; each of its papers is in one of them, or left out."""
    placed = {i for theme in themes for i in theme.paper_ids}
    before = dict.fromkeys(i for theme in plan.themes for i in theme.paper_ids)
    left = [own for own in plan.left_out if own.paper_id not in placed]
    known = {own.paper_id for own in left}
    left += [
        LeftOutPaper(paper_id=i, why=why) for i in before if i not in placed and i not in known
    ]
    return plan.model_copy(update={"themes": tuple(themes), "left_out": tuple(left)})


def _parts_of(theme: Theme) -> dict[str, str]:
    """The part that each paper of the paragraph plays, empty where none is given."""
    parts = [*theme.parts, *[""] * len(theme.paper_ids)]
    return dict(zip(theme.paper_ids, parts, strict=False))


def _with_parts(theme: Theme, parts: dict[str, str]) -> Theme:
    said = tuple(parts.values()) if any(parts.values()) else ()
    return theme.model_copy(update={"paper_ids": tuple(parts), "parts": said})
