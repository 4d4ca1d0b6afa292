"""`review screen import` and `export`: decisions from other tools and for them."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

import typer

from reviewer.cli.library import opened
from reviewer.cli.options import (
    LibraryOptions,
    OutputOption,
    command,
    option,
    settings_of,
    unknown_value,
)
from reviewer.cli.output import deliver, print_error
from reviewer.cli.screen_making import AsOption, ScreenArgument, ScreenOption
from reviewer.cli.screen_reading import reader_named
from reviewer.errors import UsageError
from reviewer.text import counted
from reviewer.text.views import shorten

_MOST_SHOWN = 10


@command("import", "review screen import rayyan.csv --as ann")
def import_decisions(
    file: Annotated[
        Path,
        typer.Argument(help="Of Rayyan, ASReview, Covidence, EPPI-Reviewer, review; or a table."),
    ],
    as_: AsOption = "",
    columns: Annotated[
        list[str] | None,
        option("--map", help="What a column (of RIS a tag) holds: decision=verdict, why=reason."),
    ] = None,
    every: Annotated[
        str, option("--every", help="The verdict of all records of a file without one.")
    ] = "",
    stage: Annotated[
        str, typer.Option(help="title or full-text, where the file does not say it.")
    ] = "title",
    screen: ScreenOption = "",
    *,
    common: LibraryOptions,
) -> None:
    """Take the decisions of a file. Its papers must be in the screening: review add reads the same
    file. What has no paper here, and what is not understood, is named."""
    from reviewer.tasks.screening.import_labels import import_labels
    from reviewer.tasks.screening.labels import read_labels
    from reviewer.tasks.screening.screening import Screening

    if stage not in Screening.STAGES:
        raise unknown_value("stage", stage, Screening.STAGES)
    if every not in ("", "include", "exclude", "maybe"):
        raise unknown_value("verdict", every, ("include", "exclude", "maybe"))
    found = read_labels(file, _mapped(columns or ()), every)
    with opened(settings_of(common)) as shelf:
        screening = Screening(shelf, screen)
        needs_name = any(not label.reviewer for label in found.labels)
        reviewer = screening.reviewer_named(as_) if needs_name or as_ else ""
        done = import_labels(
            screening, file, found, reviewer, "full-text" if stage == "full-text" else "title"
        )
    print_error(
        f"{file.name} ({found.kind}): {counted(done.new, 'decision')} taken, {done.known:,} known "
        f"before, {counted(found.unlabelled, 'record')} without one"
    )
    if done.events:
        print_error(
            f"{counted(done.events, 'grouping or retrieval', 'groupings or retrievals')} taken"
        )
    _name("No paper of this screening", done.unmatched)
    _name("Not understood", found.unknown)
    _name("Reviewers that the screening does not name", done.reviewers)
    _name("Reasons that are no criterion, kept as they are", done.reasons)


def _name(what: str, words: Sequence[str]) -> None:
    if words:
        shown = "; ".join(shorten(word, 80) for word in words[:_MOST_SHOWN])
        more = f"; and {len(words) - _MOST_SHOWN:,} more" if len(words) > _MOST_SHOWN else ""
        print_error(f"{what} ({len(words):,}): {shown}{more}")


def _mapped(pairs: Sequence[str]) -> dict[str, str]:
    from reviewer.tasks.screening.labels import MAPPED

    found = {}
    for pair in pairs:
        name, _, what = pair.rpartition("=")
        if not name or what not in MAPPED:
            raise UsageError(
                f"--map '{pair[:60]}' cannot be read",
                hint=f"Write COLUMN=WHAT; what it may hold: {', '.join(MAPPED)}.",
            )
        found[name] = what
    return found


@command("export", "review screen export -o decisions.csv")
def export_decisions(
    name: ScreenArgument = "",
    form: Annotated[
        str, option("--format", "-f", help="csv, ris or jsonl (the log); else by the suffix of -o.")
    ] = "",
    output: OutputOption = "",
    as_: AsOption = "",
    *,
    common: LibraryOptions,
) -> None:
    """Write all records with what was decided on them; --as leaves out what a reviewer may not see.
    review screen import reads all three back; ASReview and Rayyan find their own marks in CSV and
    RIS."""
    from reviewer.render import choose_format, forms_of, render
    from reviewer.tasks.screening.screened_records import screened_records
    from reviewer.tasks.screening.screening import Screening

    chosen = choose_format(form, output, forms_of("ScreenedRecords"))
    with opened(settings_of(common)) as shelf:
        screening = Screening(shelf, name)
        found = screened_records(screening, reader_named(screening, as_))
    deliver(render(found, chosen), output, chosen)
    print_error(counted(len(found.records), "record"))
