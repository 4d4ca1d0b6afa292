"""`review tag` and `review note`: what the user writes on papers."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated

import typer

from reviewer.cli.options import LibraryOption, settings_of
from reviewer.cli.output import print_error, print_out

if TYPE_CHECKING:
    from reviewer.types import Paper


def register(app: typer.Typer) -> None:
    app.command("tag", epilog="Example: review tag from-fx-gx-2025 --add rl --add to-read")(tag)
    app.command("note", epilog="Example: review note from-fx-gx-2025 'compare with ProRL'")(note)


@dataclass(frozen=True)
class _Tags:
    """Tags to put on and to take off."""

    on: tuple[str, ...]
    off: tuple[str, ...]

    def of(self, paper: Paper) -> Paper:
        kept = {*paper.tags, *self.on} - set(self.off)
        return paper.model_copy(update={"tags": tuple(sorted(kept))})


def tag(
    keys: Annotated[
        list[str] | None, typer.Argument(help="Keys of papers; none lists all tags.")
    ] = None,
    add: Annotated[
        list[str] | None, typer.Option(help="A tag to put on them.", show_default=False)
    ] = None,
    remove: Annotated[
        list[str] | None, typer.Option(help="A tag to take off them.", show_default=False)
    ] = None,
    library: LibraryOption = None,
) -> None:
    """Put tags on papers or take them off; without flags, show them."""
    from reviewer.cli.library import opened
    from reviewer.errors import UsageError
    from reviewer.types.progress import silent

    on, off = ([t.strip() for t in tags or ()] for tags in (add, remove))
    if not all([*on, *off]) or set(on) & set(off):
        raise UsageError(
            "a tag is empty, or put on and taken off at once", hint="Name each tag once."
        )
    if (on or off) and not keys:
        raise UsageError("no papers are named", hint="review tag KEY --add TAG")
    with opened(settings_of(library=library), None, None, silent) as shelf:
        if not keys:
            _list_tags(shelf.papers())
            return
        if on or off:
            papers = shelf.change(keys, _Tags(tuple(on), tuple(off)).of)
        else:
            papers = [shelf.paper(key) for key in keys]
    for paper in papers:
        print_out(f"{paper.key}  {', '.join(paper.tags) or '(no tags)'}\n")


def _list_tags(papers: list[Paper]) -> None:
    from collections import Counter

    counts = Counter(tag for paper in papers for tag in paper.tags)
    for name, count in sorted(counts.items()):
        print_out(f"{name}  {count}\n")
    if not counts:
        print_error("No paper has a tag. Put one on: review tag KEY --add TAG")


def note(
    key: Annotated[str, typer.Argument(help="The paper's key, as review papers shows it.")],
    words: Annotated[
        list[str] | None, typer.Argument(help="What to note; none shows the note.")
    ] = None,
    replace: Annotated[
        bool, typer.Option("--replace", help="In place of the note; without words, none is left.")
    ] = False,
    library: LibraryOption = None,
) -> None:
    """Note something about a paper, under what was noted before; or show it."""
    from reviewer.cli.library import opened
    from reviewer.types.progress import silent

    text = " ".join(words or []).strip()

    def noted(paper: Paper) -> Paper:
        before = "" if replace else paper.notes
        return paper.model_copy(update={"notes": "\n\n".join(n for n in (before, text) if n)})

    with opened(settings_of(library=library), None, None, silent) as shelf:
        paper = shelf.change([key], noted)[0] if text or replace else shelf.paper(key)
    print_out(f"{paper.notes}\n" if paper.notes else "")
    if not paper.notes:
        print_error(f"{paper.key} has no note.")
