"""`review duplicates`: papers that may be one, and what the user decides about them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

from reviewer.cli.library import opened
from reviewer.cli.options import JsonOption, LibraryOptions, command, option, settings_of
from reviewer.cli.output import print_error, print_out
from reviewer.errors import UsageError
from reviewer.text import clean, counted
from reviewer.text.views import shorten

if TYPE_CHECKING:
    from reviewer.library import Library
    from reviewer.types import Paper

_TITLE_CHARS = 100


@command("duplicates", "review duplicates --same gonsior-2021-imital gonsior-2022-imital")
def duplicates(
    same: Annotated[
        tuple[str, str] | None, option(metavar="KEY KEY", help="These are one: merge them.")
    ] = None,
    different: Annotated[
        tuple[str, str] | None, option(metavar="KEY KEY", help="These are two.")
    ] = None,
    entries: Annotated[str, option(help="Show the entries that a paper is made of.")] = "",
    split: Annotated[str, option(help="Take entries out of this paper again.")] = "",
    take: Annotated[str, option(help="With --split: the entries' numbers, 2 or 2,3.")] = "",
    versions: Annotated[bool, option(help="List preprints and their published papers.")] = False,
    decided: Annotated[bool, option(help="List what you decided.")] = False,
    undo: Annotated[
        tuple[str, str] | None, option(metavar="KEY KEY", help="Take back a decision on these.")
    ] = None,
    json: JsonOption = False,
    *,
    common: LibraryOptions,
) -> None:
    """List papers that may be one and wait for a decision, or decide. What is certain was merged
    when it was added: --entries shows of what, --split undoes it. Decisions are remembered."""
    if sum(map(bool, (same, different, entries, split, versions, decided, undo))) > 1:
        raise UsageError("these options cannot be combined", hint="Decide one thing at a time.")
    if bool(take) != bool(split):
        raise UsageError(
            "--split (a paper) and --take (its entries) are needed together",
            hint="See: review duplicates --entries KEY",
        )
    with opened(settings_of(common)) as shelf:
        if same or different or undo:
            _decide(shelf, same, different, undo)
        elif split:
            _split(shelf, split, take)
        elif entries:
            _show_entries(shelf, entries, as_json=json)
        elif decided:
            _list_settled(shelf, as_json=json)
        else:
            _list(shelf, versions=versions, as_json=json)


def _decide(
    shelf: Library,
    same: tuple[str, str] | None,
    different: tuple[str, str] | None,
    undo: tuple[str, str] | None,
) -> None:
    from reviewer.library import merge_papers
    from reviewer.library.decisions import keep_apart, undo_decision

    if same:
        print_out(f"Merged into {merge_papers(shelf, same).key}\n")
    elif different:
        one, other = keep_apart(shelf, *different)
        print_out(f"{one.key} and {other.key} stay two papers\n")
    elif undo:
        undo_decision(shelf, *undo)
        print_out(f"Taken back: the rules decide on {undo[0]} and {undo[1]} again\n")


def _show_entries(shelf: Library, name: str, *, as_json: bool) -> None:
    from reviewer.library.decisions import list_entries
    from reviewer.render.json import records_json

    found = list_entries(shelf, name)
    if as_json:
        print_out(records_json("entries", found))
        return
    for entry in found:
        print_out(f"{entry.number}  {shorten(clean(entry.title), _TITLE_CHARS)}\n")
        why = f"; put here because of {entry.reason}" if entry.reason else ""
        print_out(f"   {entry.file}, line {entry.position}{why}\n")


def _split(shelf: Library, name: str, take: str) -> None:
    from reviewer.library.decisions import split_paper

    numbers = [number.strip() for number in take.split(",")]
    if not all(number.isdecimal() for number in numbers):
        raise UsageError(
            f"--take '{take}' is not a list of entries", hint="Use numbers, as 2 or 2,3."
        )
    stays, new = split_paper(shelf, name, [int(number) for number in numbers])
    print_out(f"{stays.key} stays; what was taken out is {new.key}\n")


def _list_settled(shelf: Library, *, as_json: bool) -> None:
    from reviewer.library.decisions import settled
    from reviewer.render.json import records_json

    found = settled(shelf)
    if as_json:
        print_out(records_json("settled", found))
        return
    for decision in found:
        said = "one paper" if decision.verdict == "same" else "two papers"
        lines = [_line(paper) for paper in decision.papers]
        lines += [f"    {shorten(clean(title), _TITLE_CHARS)}" for title in decision.titles]
        print_out("\n".join([f"{said}:", *(f"  {line}" for line in lines)]) + "\n")
    if not found:
        print_error("Nothing was decided.")


def _list(shelf: Library, *, versions: bool, as_json: bool) -> None:
    from reviewer.library.decisions import paper_pairs
    from reviewer.render.json import records_json

    pairs = paper_pairs(shelf, "versions" if versions else "doubtful")
    if as_json:
        print_out(records_json("pairs", pairs))
        return
    for pair in pairs:
        print_out(f"{pair.reason}:\n  {_line(pair.one)}\n  {_line(pair.other)}\n")
    if versions:
        print_error(f"{counted(len(pairs), 'preprint')} with a published paper; both can be cited.")
    elif pairs:
        print_error(
            f"{counted(len(pairs), 'pair')} to decide: review duplicates --same KEY KEY, or "
            "--different KEY KEY"
        )
    else:
        print_error("Nothing to decide.")


def _line(paper: Paper) -> str:
    from reviewer.render import byline, readable_date

    facts = " · ".join(x for x in (clean(byline(paper)), readable_date(paper)) if x)
    return f"{paper.key}  {shorten(clean(paper.title), _TITLE_CHARS)}{' · ' * bool(facts)}{facts}"
