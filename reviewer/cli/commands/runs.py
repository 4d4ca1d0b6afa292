"""`review runs`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from reviewer.cli.library import opened
from reviewer.cli.options import JsonOption, LibraryOptions, command, settings_of
from reviewer.cli.output import print_error, print_out
from reviewer.errors import UsageError
from reviewer.text import clean, counted
from reviewer.text.views import shorten

if TYPE_CHECKING:
    from collections.abc import Sequence

    from reviewer.settings import Settings


@command("runs", "review runs diff 20251001-0930 20251002-0715")
def runs(
    which: Annotated[
        list[str] | None,
        typer.Argument(help="ID or show ID: one run, whole; diff A B; remove ID."),
    ] = None,
    count: Annotated[int, typer.Option("-n", help="How many runs to list.", min=1)] = 20,
    json: JsonOption = False,
    *,
    common: LibraryOptions,
) -> None:
    """List past runs, newest first, show one whole, say how two differ, or remove one."""
    from reviewer.render.diff import differences
    from reviewer.render.json import run_json, runs_json

    if which and which[0] == "remove":
        _remove(which[1:], settings_of(common))
        return
    run_ids = _named(which or [])
    with opened(settings_of(common)) as shelf:
        named = [shelf.ledger.run(run_id) for run_id in run_ids]
        found = [] if named else shelf.ledger.runs(count)
    if len(named) == 2:
        print_out("\n".join(differences(*named)) + "\n")
    elif named:
        print_out(run_json(named[0]))
    elif json:
        print_out(runs_json(found))
    else:
        for run in found:
            reports = run.result.get("reports", [])
            of_reports = sum(report.get("flow", {}).get("cited", 0) for report in reports)
            cited = run.result.get("coverage", {}).get("cited", of_reports)
            said = f"{run.command}  {shorten(clean(run.question), 90)}"
            print_out(f"{run.id}  {said}  ({cited} cited, {run.writer})\n")
        print_error(counted(len(found), "run"))


def _remove(run_ids: Sequence[str], settings: Settings) -> None:
    if len(run_ids) != 1:
        raise UsageError("remove needs one run", hint="Give one: review runs remove ID")
    with opened(settings) as shelf:
        print_out(f"Removed the run {shelf.ledger.remove(run_ids[0]).id}\n")


def _named(which: Sequence[str]) -> list[str]:
    """The runs that are named. Raises UsageError for anything else."""
    match list(which):
        case ["diff", *named]:
            if len(named) != 2:
                raise UsageError("diff needs two runs", hint="Give two: review runs diff A B")
        case ["show", *named]:
            if len(named) != 1:
                raise UsageError("show needs one run", hint="Give one: review runs show ID")
        case [first, _, *_]:
            raise UsageError(
                f"unknown action '{first}'",
                hint="Use: review runs, show ID, diff A B, or remove ID.",
            )
        case named:
            pass
    return [name for name in named if name]
