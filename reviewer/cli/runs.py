"""`review runs`."""

from __future__ import annotations

from typing import Annotated

import typer

from reviewer.cli import JsonOption, LibraryOption, print_error, print_out, settings_of


def register(app: typer.Typer) -> None:
    app.command("runs", epilog="Example: review runs -n 5")(runs)


def runs(
    run_id: Annotated[str, typer.Argument(help="One run, whole, by its id.")] = "",
    count: Annotated[int, typer.Option("-n", help="How many runs to list.", min=1)] = 20,
    json: JsonOption = False,
    library: LibraryOption = None,
) -> None:
    """List past runs, newest first, or show one whole."""
    from reviewer.cli.opening import opened
    from reviewer.formats.json import run_json, runs_json
    from reviewer.records import silent
    from reviewer.text import clean, counted, shorten

    with opened(settings_of(library=library), None, None, silent) as shelf:
        if run_id:
            print_out(run_json(shelf.ledger.run(run_id)))
            return
        found = shelf.ledger.runs(count)
    if json:
        print_out(runs_json(found))
        return
    for run in found:
        cited = run.result.get("coverage", {}).get("cited", 0)
        question = shorten(clean(run.question), 90)
        print_out(f"{run.id}  {run.command}  {question}  ({cited} cited, {run.writer})\n")
    print_error(counted(len(found), "run"))
