"""`review tag` and `review note`: what the user writes on papers."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import TYPE_CHECKING, Annotated

import typer

from reviewer.cli.library import opened
from reviewer.cli.options import (
    EmbeddingOptions,
    KeyArgument,
    LibraryOptions,
    command,
    option,
    settings_of,
)
from reviewer.cli.output import print_error, print_out
from reviewer.errors import UsageError
from reviewer.text import clean, counted
from reviewer.text.views import shorten

if TYPE_CHECKING:
    from reviewer.library import Library
    from reviewer.types import Paper

_TITLE_CHARS = 60


@command(
    "tag",
    "review tag from-fx-gx-2025 --add rl   or: review tag --search rewards --add rl --dry-run",
)
def tag(
    keys: Annotated[
        list[str] | None, typer.Argument(help="Keys of papers; none lists all tags.")
    ] = None,
    add: Annotated[list[str] | None, option(help="A tag to put on them.")] = None,
    remove: Annotated[list[str] | None, option(help="A tag to take off them.")] = None,
    search: Annotated[
        str, option(help="Papers that this search finds, in place of their keys.")
    ] = "",
    count: Annotated[
        int, typer.Option("-k", help="With --search: the best so many papers.", min=1)
    ] = 50,
    dry_run: Annotated[bool, option(help="Name what would change; change nothing.")] = False,
    *,
    common: EmbeddingOptions,
) -> None:
    """Put tags on papers or take them off, also on all that a search finds; without flags, show
    them."""
    on, off = ([t.strip() for t in tags or ()] for tags in (add, remove))
    _check(keys or [], on, off, search=search, dry_run=dry_run)
    with opened(settings_of(common)) as shelf:
        if not keys and not search:
            _list_tags(shelf)
            return
        if search:
            keys = _found(search, shelf, count)
            more = f"; -k {2 * count} looks further" if len(keys) == count else ""
            print_error(f"{counted(len(keys), 'paper')} found{more}")
        before = [shelf.paper(key) for key in dict.fromkeys(keys or ())]
        after = [_tagged(paper, on, off) for paper in before]
        changing = [new for new, old in zip(after, before, strict=True) if new.tags != old.tags]
        if changing and not dry_run:
            shelf.change([paper.key for paper in changing], lambda paper: _tagged(paper, on, off))
    for paper in after if not search else changing:
        title = f"  {shorten(clean(paper.title), _TITLE_CHARS)}" if search else ""
        print_out(f"{paper.key}  {', '.join(paper.tags) or '(no tags)'}{title}\n")
    if dry_run:
        print_error(f"{counted(len(changing), 'paper')} would change. Nothing was changed.")
    elif search:
        back = _way_back(changing, on, off, common.library)
        print_error(f"{counted(len(changing), 'paper')} changed.{back}")


def _check(
    keys: Sequence[str], on: Sequence[str], off: Sequence[str], *, search: str, dry_run: bool
) -> None:
    """Raises UsageError for tags and papers that do not go together."""
    if not all([*on, *off]) or set(on) & set(off):
        raise UsageError(
            "a tag is empty, or put on and taken off at once", hint="Name each tag once."
        )
    if search and keys:
        raise UsageError(
            "papers are named by --search and by keys", hint="Use one: review tag --search WORDS"
        )
    if (search or dry_run) and not (on or off):
        raise UsageError(
            "no tag is named for these papers",
            hint="Name one: review tag --search WORDS --add TAG",
        )
    if (on or off) and not keys and not search:
        raise UsageError(
            "no paper is named",
            hint="Name one: review tag KEY --add TAG, or: review tag --search WORDS --add TAG",
        )


def _list_tags(shelf: Library) -> None:
    counts = Counter(tag for paper in shelf.papers() for tag in paper.tags)
    print_out("".join(f"{name}  {count}\n" for name, count in sorted(counts.items())))
    if not counts:
        print_error("No paper has a tag. Put one on: review tag KEY --add TAG")


def _found(words: str, shelf: Library, count: int) -> list[str]:
    """Keys of the papers that the search finds, without those that are only weakly related."""
    from reviewer.search import SearchOptions, find

    found = find(words, shelf, SearchOptions(papers=count))
    return [hit.paper.key for hit in found.hits if not hit.is_weak]


def _tagged(paper: Paper, on: Sequence[str], off: Sequence[str]) -> Paper:
    kept = {*paper.tags, *on} - {*off}
    return paper.model_copy(update={"tags": tuple(sorted(kept))})


def _way_back(
    changed: Sequence[Paper], on: Sequence[str], off: Sequence[str], library: str | None
) -> str:
    """The command that takes the change back, for a change of one tag; else words on it."""
    if not changed:
        return ""
    import shlex

    if len(on) + len(off) == 1:
        flags = [("--remove", tag) for tag in on] + [("--add", tag) for tag in off]
        flags += [("--library", library)] if library else []
        words = [paper.key for paper in changed] + [word for flag in flags for word in flag]
        return f" Take it back: review tag {shlex.join(words)}"
    return " Take it back: review tag KEY ... with --add and --remove the other way round"


@command("note", "review note from-fx-gx-2025 'compare with ProRL'")
def note(
    key: KeyArgument,
    words: Annotated[
        list[str] | None, typer.Argument(help="What to note; none shows the note.")
    ] = None,
    replace: Annotated[
        bool, option(help="In place of the note; without words, none is left.")
    ] = False,
    *,
    common: LibraryOptions,
) -> None:
    """Note something about a paper, under what was noted before; or show it."""
    text = " ".join(words or []).strip()

    def noted(paper: Paper) -> Paper:
        before = "" if replace else paper.notes
        return paper.model_copy(update={"notes": "\n\n".join(n for n in (before, text) if n)})

    with opened(settings_of(common)) as shelf:
        paper = shelf.change([key], noted)[0] if text or replace else shelf.paper(key)
    print_out(f"{paper.notes}\n" if paper.notes else "")
    if not paper.notes:
        print_error(f"{paper.key} has no note.")
