"""`review tag` and `review note`: what the user writes on papers."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Annotated

import typer

from reviewer.cli.library import opened
from reviewer.cli.options import KeyArgument, LibraryOptions, command, option, settings_of
from reviewer.cli.output import print_error, print_out
from reviewer.errors import UsageError

if TYPE_CHECKING:
    from reviewer.types import Paper


@command("tag", "review tag from-fx-gx-2025 --add rl --add to-read")
def tag(
    keys: Annotated[
        list[str] | None, typer.Argument(help="Keys of papers; none lists all tags.")
    ] = None,
    add: Annotated[list[str] | None, option(help="A tag to put on them.")] = None,
    remove: Annotated[list[str] | None, option(help="A tag to take off them.")] = None,
    *,
    common: LibraryOptions,
) -> None:
    """Put tags on papers or take them off; without flags, show them."""
    on, off = ([t.strip() for t in tags or ()] for tags in (add, remove))
    if not all([*on, *off]) or set(on) & set(off):
        raise UsageError(
            "a tag is empty, or put on and taken off at once", hint="Name each tag once."
        )
    if (on or off) and not keys:
        raise UsageError("no paper is named", hint="Name one: review tag KEY --add TAG")

    def tagged(paper: Paper) -> Paper:
        kept = {*paper.tags, *on} - {*off}
        return paper.model_copy(update={"tags": tuple(sorted(kept))})

    with opened(settings_of(common)) as shelf:
        if not keys:
            counts = Counter(tag for paper in shelf.papers() for tag in paper.tags)
            print_out("".join(f"{name}  {count}\n" for name, count in sorted(counts.items())))
            if not counts:
                print_error("No paper has a tag. Put one on: review tag KEY --add TAG")
            return
        papers = shelf.change(keys, tagged) if on or off else [shelf.paper(key) for key in keys]
    for paper in papers:
        print_out(f"{paper.key}  {', '.join(paper.tags) or '(no tags)'}\n")


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
