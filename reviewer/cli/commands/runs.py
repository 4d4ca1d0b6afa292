"""`review runs`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from reviewer.cli.options import JsonOption, LibraryOption, settings_of
from reviewer.cli.output import print_error, print_out

if TYPE_CHECKING:
    from collections.abc import Sequence

    from reviewer.types.runs import Run


def register(app: typer.Typer) -> None:
    app.command("runs", epilog="Example: review runs diff 20251001-0930 20251002-0715")(runs)


def runs(
    which: Annotated[
        list[str] | None,
        typer.Argument(help="ID or show ID: one run, whole; diff A B: two.", show_default=False),
    ] = None,
    count: Annotated[int, typer.Option("-n", help="How many runs to list.", min=1)] = 20,
    json: JsonOption = False,
    library: LibraryOption = None,
) -> None:
    """List past runs, newest first, show one whole, or say how two differ."""
    from reviewer.cli.library import opened
    from reviewer.render.diff import differences
    from reviewer.render.json import run_json, runs_json
    from reviewer.types.progress import silent

    wanted = _checked(which or [])
    with opened(settings_of(library=library), None, None, silent) as shelf:
        named = [shelf.ledger.run(run_id) for run_id in wanted]
        found = [] if named else shelf.ledger.runs(count)
    if len(named) == 2:
        print_out("\n".join(differences(named[0], named[1])) + "\n")
    elif named:
        print_out(run_json(named[0]))
    elif json:
        print_out(runs_json(found))
    else:
        _list(found)


def _checked(which: Sequence[str]) -> list[str]:
    """The runs that are named. Raises UsageError for anything else."""
    from reviewer.errors import UsageError

    first, *rest = which or [""]
    if first == "diff":
        if len(rest) != 2:
            raise UsageError("two runs are compared", hint="Example: review runs diff A B")
        return rest
    if first == "show":
        if len(rest) != 1:
            raise UsageError("one run is shown", hint="Example: review runs show ID")
        return rest
    if rest:
        raise UsageError(
            f"'{first}' is nothing to do with runs", hint="Use: review runs, show ID, or diff A B."
        )
    return [first] if first else []


def _list(found: Sequence[Run]) -> None:
    from reviewer.text import clean, counted
    from reviewer.text.views import shorten

    for run in found:
        question = shorten(clean(run.question), 90)
        print_out(f"{run.id}  {run.command}  {question}  ({_cited(run)} cited, {run.writer})\n")
    print_error(counted(len(found), "run"))


def _cited(run: Run) -> int:
    reports = run.result.get("reports", [])
    of_reports = sum(report.get("flow", {}).get("cited", 0) for report in reports)
    return int(run.result.get("coverage", {}).get("cited", of_reports))
