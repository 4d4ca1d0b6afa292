"""Writes accepted suggestions into a copy of a draft, as marks in the draft's own style. Pure."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass

from reviewer.errors import UsageError
from reviewer.render.bibtex import bibtex
from reviewer.render.citation_syntax import pandoc_key, style_of
from reviewer.render.in_text import citation_key
from reviewer.sources.text_file import TextFile
from reviewer.tasks.checks.check import is_word_draft
from reviewer.tasks.checks.fixes import KeysOf, place_of_mark
from reviewer.text.draft_prose import is_latex_draft
from reviewer.types.checks import Fix
from reviewer.types.suggestions import SuggestedSentence, Suggestion, Suggestions

_COMMAND = re.compile(r"\\(cite[a-z]*\*?)")


@dataclass(frozen=True)
class Accepted:
    """The draft with its new marks, and the suggestions that they cite."""

    text: str
    suggestions: tuple[Suggestion, ...]


def clear_numbers(made: Suggestions) -> list[int]:
    """The number of the first suggestion of each sentence, where that is clear."""
    first = [item.suggestions[0] for item in made.lacking if item.suggestions]
    return [suggestion.number for suggestion in first if suggestion.is_clear]


def accept_suggestions(
    text: str,
    made: Suggestions,
    wanted: Collection[int],
    written: Callable[[str], str] = citation_key,
) -> Accepted:
    """The draft's text with a mark for the `wanted` suggestions: in place of the sentence's first
    `[?]`, else in front of the sign that ends it. Nothing else is changed. `written` gives the key
    by which the draft cites the paper of a library's key.

    Raises UsageError for a number that no suggestion has, and for a draft that cites by numbers.
    """
    known = {s.number for item in made.lacking for s in item.suggestions}
    for number in wanted:
        if number not in known:
            hint = f"Suggestions: 1 to {len(known)}." if known else "There is none."
            raise UsageError(f"there is no suggestion {number}", hint=hint)
    style = style_of(text, is_latex=is_latex_draft(text, made.file))
    if style == "numeric":
        raise UsageError(
            f"{made.file} cites by numbers, which have no keys to write",
            hint="Add the papers with: review draft --revise DRAFT --add KEY",
        )
    after = text
    taken: list[Suggestion] = []
    for item in reversed(made.lacking):
        chosen = [s for s in item.suggestions if s.number in wanted]
        if chosen:
            keys = list(dict.fromkeys(written(s.key) for s in chosen))
            after = _with_mark(after, item, keys, style)
            taken += reversed(chosen)
    return Accepted(after, tuple(reversed(taken)))


def suggestion_fixes(
    opened: TextFile, made: Suggestions, keys: KeysOf, after: int
) -> dict[int, Fix]:
    """A fix for each suggestion, by its number, that puts its mark into the draft and its entry
    into the bibliography. They are numbered from `after` + 1. A Word file, and a draft that cites
    by numbers, get none."""
    text = opened.text
    style = style_of(text, is_latex=is_latex_draft(text, opened.file))
    if style == "numeric" or is_word_draft(opened.file):
        return {}
    fixes: dict[int, Fix] = {}
    for item in made.lacking:
        for suggestion in item.suggestions:
            key, lacking = keys.cited_as(suggestion.key)
            start, end, mark = _mark_of(text, item, [key], style)
            fixes[suggestion.number] = Fix(
                number=after + len(fixes) + 1,
                file=opened.file,
                start=start,
                end=end,
                new=mark,
                said=f"cite {key}{', and add its entry' if lacking else ''}",
                kind="missing citation",
                entry_file=keys.bib if lacking else "",
                entry_text=bibtex([lacking]) if lacking else "",
            )
    return fixes


def _with_mark(text: str, item: SuggestedSentence, keys: Sequence[str], style: str) -> str:
    start, end, mark = _mark_of(text, item, keys, style)
    return text[:start] + mark + text[end:]


def _mark_of(
    text: str, item: SuggestedSentence, keys: Sequence[str], style: str
) -> tuple[int, int, str]:
    """Where the mark goes, from start to end, and the mark."""
    gap = text[slice(*item.gaps[0])] if item.gaps else ""
    if style == "latex":
        own = _COMMAND.search(gap)
        mark = rf"~\{own[1] if own else 'cite'}{{{','.join(map(citation_key, keys))}}}"
    else:
        mark = f" [{'; '.join(map(pandoc_key, keys))}]"
    if item.gaps:
        start, end = item.gaps[0]
        return start, end, mark
    at = place_of_mark(text, item.sentence.start, item.sentence.end)
    return at, at, mark
