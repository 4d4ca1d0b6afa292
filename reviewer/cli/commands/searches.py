"""`review searches`: searches that are kept, and run again to hear what is new."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from reviewer.cli.library import opened
from reviewer.cli.options import (
    SEARCHED,
    EmbeddingOptions,
    FilterOptions,
    JsonOption,
    OfflineOption,
    QuietOption,
    command,
    filters_of,
    option,
    settings_of,
)
from reviewer.cli.output import print_error, print_out
from reviewer.cli.progress import ShownProgress
from reviewer.errors import UsageError
from reviewer.text import clean, counted

if TYPE_CHECKING:
    from collections.abc import Sequence

    from reviewer.library import Library
    from reviewer.types.progress import Progress
    from reviewer.types.saved_searches import SavedSearch, SearchNews


@command(
    "searches",
    "review searches add skills 'RL teaches new skills' --source openalex --year 2025:   "
    "then in cron: review searches run --quiet",
)
def searches(
    action: Annotated[str, typer.Argument(help="list, add, run or remove.")] = "list",
    names: Annotated[
        list[str] | None,
        typer.Argument(help="A name, and for add the question; for run names, or none for all."),
    ] = None,
    inputs: Annotated[
        list[str] | None, option("--from", help="With add: read these again before.")
    ] = None,
    source: Annotated[str, option(help=f"With add: search this source before: {SEARCHED}")] = "",
    limit: Annotated[
        int | None, option(help="With --source: this many papers online at most, else 100.", min=1)
    ] = None,
    count: Annotated[
        int | None, option("-k", help="With add: papers to look at, else 50.", min=1)
    ] = None,
    json: JsonOption = False,
    offline: OfflineOption = None,
    quiet: QuietOption = False,
    *,
    filters: FilterOptions,
    common: EmbeddingOptions,
) -> int:
    """Keep searches, and name what is new when they are run again. With --quiet nothing is printed
    when nothing is new. Exit code 1 when something that was to be read could not be."""
    from reviewer.library import Library
    from reviewer.tasks.alerts.saved_searches import remove_search
    from reviewer.types.saved_searches import LIMIT, MOST, SavedSearch

    words = names or []
    given = {"--from": inputs, "--source": source, "--limit": limit, "-k": count}
    given |= {f"--{name}": value for name, value in vars(filters).items()}
    _check_options([name for name, value in given.items() if value], action)
    settings = settings_of(common, offline=offline)
    with ShownProgress(quiet=quiet) as progress:
        if action == "add" and len(words) >= 2:
            search = SavedSearch(
                name=words[0],
                question=" ".join(words[1:]),
                filters=filters_of(**vars(filters)),
                # cron runs in another folder
                inputs=tuple(str(Path.cwd() / Path(path).expanduser()) for path in inputs or ()),
                source=source,
                limit=limit or LIMIT,
                most=count or MOST,
            )
            made = Library(settings.library, settings) if inputs or source else None
            with made or opened(settings, progress) as shelf:
                return _add(shelf, search, progress)
        with opened(settings, progress) as shelf:
            _take_over(shelf, progress, quiet=quiet)
            if action == "run":
                return _run(shelf, words, progress, as_json=json, quiet=quiet)
            if action == "list" and not words:
                return _list(shelf, as_json=json)
            if action == "remove" and len(words) == 1:
                remove_search(shelf, words[0])
                print_out(f"Removed the search {words[0]}\n")
                return 0
    raise UsageError(
        f"review searches {' '.join([action, *words])} is not understood",
        hint="Use: review searches list, add NAME QUESTION, run [NAME ...], or remove NAME.",
    )


def _take_over(shelf: Library, progress: Progress, *, quiet: bool) -> None:
    """Make searches of questions that an earlier release kept, and say how they are named."""
    from reviewer.tasks.alerts.saved_searches import take_over_questions

    for search in take_over_questions(shelf, progress):
        if not quiet:
            print_error(f"The saved question is now a search: {search.name}  {search.question}")


def _check_options(given: Sequence[str], action: str) -> None:
    """Raises UsageError for an option that would be ignored."""
    if given and action != "add":
        raise UsageError(
            f"{given[0]} needs the action add",
            hint="A search keeps the options it was added with: remove it and add it again.",
        )
    if "--limit" in given and "--source" not in given:
        raise UsageError(
            "--limit needs --source: it is how many papers to ask an online source for",
            hint="Add --source openalex, or use -k for papers of the library.",
        )


def _add(shelf: Library, search: SavedSearch, progress: Progress) -> int:
    from reviewer.tasks.alerts.saved_searches import add_search

    news = add_search(shelf, search, progress)
    found = counted(len(news.papers), "paper")
    print_out(f"Saved {search.name}. {found} it finds now count as known.\n")
    return _say_skipped([news])


def _run(
    shelf: Library, names: Sequence[str], progress: Progress, *, as_json: bool, quiet: bool
) -> int:
    from reviewer.render import paper_line
    from reviewer.render.json import records_json
    from reviewer.tasks.alerts.saved_searches import run_searches

    found = run_searches(shelf, names, progress)
    if as_json:
        print_out(records_json("news", found))
        return _say_skipped(found)
    for news in found:
        if news.papers or not quiet:
            print_out(f"{news.name}: {counted(len(news.papers), 'new paper')}\n")
        for paper in news.papers:
            print_out(f"  {paper.key}  {clean(paper_line(paper))}\n")
    if not found and not quiet:
        print_error("There are no saved searches. Make one: review searches add NAME QUESTION")
    return _say_skipped(found)


def _say_skipped(found: Sequence[SearchNews]) -> int:
    """Name what could not be read. Gives the exit code: 1 for inputs that gave nothing."""
    for news in found:
        for skipped in news.skipped:
            print_error(f"{news.name}: skipped {skipped.file}: {skipped.reason}")
    return 1 if any(news.skipped for news in found) else 0


def _list(shelf: Library, *, as_json: bool) -> int:
    from reviewer.render.json import records_json
    from reviewer.tasks.alerts.saved_searches import saved_searches

    found = saved_searches(shelf)
    if as_json:
        print_out(records_json("searches", found))
        return 0
    for search in found:
        read = ", ".join([*search.inputs, *([search.source] if search.source else [])])
        after = f"  (reads {read})" if read else ""
        print_out(f"{search.name}  {search.question}{after}\n")
    if not found:
        print_error("There are no saved searches. Make one: review searches add NAME QUESTION")
    return 0
