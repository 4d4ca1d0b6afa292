"""`review screen form`, `fill`, `sheet`, `compare` and more: forms on included papers."""

from __future__ import annotations

from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from reviewer.cli.library import opened
from reviewer.cli.options import (
    DryRunOption,
    KeyArgument,
    LibraryOptions,
    ModelOptions,
    OutputOption,
    RunOptions,
    command,
    option,
    settings_of,
)
from reviewer.cli.output import deliver, print_error, print_out
from reviewer.cli.screen_making import AsOption, ScreenOption
from reviewer.errors import UsageError
from reviewer.text import clean, counted

if TYPE_CHECKING:
    from reviewer.library import Library
    from reviewer.tasks.extraction.filling import Filling
    from reviewer.types.forms import Difference, FieldAgreement

FormArgument = Annotated[str, typer.Argument(help="The form's name.")]
ValuesArgument = Annotated[
    list[str], typer.Argument(help="FIELD=VALUE, again for each; of the risk of bias 1.1=PY.")
]


def _filling(shelf: Library, screen: str, form: str) -> Filling:
    from reviewer.tasks.extraction.filling import Filling
    from reviewer.tasks.screening.screening import Screening

    return Filling(Screening(shelf, screen), form)


@command("form", "review screen form rob2")
def add_form(
    file: Annotated[
        str, typer.Argument(help="YAML with columns or domains, rob2 or robins-i; else all forms.")
    ] = "",
    screen: ScreenOption = "",
    *,
    common: LibraryOptions,
) -> None:
    """Add a form that is filled in on included papers: data by a protocol's columns, or the risk of
    bias. The same name again makes a new version; what was filled in stays. Without a file the
    forms are listed."""
    from reviewer.library.form_store import FormStore
    from reviewer.tasks.extraction.form_files import known_forms, read_form
    from reviewer.tasks.screening.screening import Screening

    read = read_form(file) if file else None
    with opened(settings_of(common)) as shelf:
        screening = Screening(shelf, screen)
        store = FormStore(shelf.database, screening.name)
        made = [store.add_form(read)] if read else store.forms()
    for form in made:
        kind = counted(len(form.domains), "domain") if form.domains else "data"
        print_out(f"{form.name}, version {form.version}: {kind}, {len(form.fields)} fields\n")
    if not made:
        print_error(f"No form yet. Add a YAML file, or one of {', '.join(known_forms())}.")


@command("fill", "review screen fill smith-2020-rest rob2 1.1=Y 1.2=PY --quote 'drawn by computer'")
def fill_form(
    key: KeyArgument,
    form: FormArgument,
    values: ValuesArgument,
    quote: Annotated[str, option("--quote", help="Words of the paper that show it.")] = "",
    note: Annotated[str, option("--note", help="Why; needed against the rules.")] = "",
    as_: AsOption = "",
    screen: ScreenOption = "",
    *,
    common: LibraryOptions,
) -> None:
    """Fill in fields of one paper. A later value takes the place of an earlier one. D1=High judges
    a domain yourself; where the rules give a judgement, that needs a --note."""
    with opened(settings_of(common)) as shelf:
        filling = _filling(shelf, screen, form)
        reviewer = filling.screening.reviewer_named(as_)
        paper = filling.paper_named(key)
        entries = [filling.made_entry(paper, p, reviewer, quote, note) for p in _pairs(values)]
        filling.keep(entries)
    print_out(f"{paper.key}  {', '.join(f'{own.field}={own.value}' for own in entries)}\n")


def _pairs(values: list[str]) -> list[tuple[str, str]]:
    pairs = [value.partition("=") for value in values]
    if wrong := [name for name, mark, _ in pairs if not mark]:
        raise UsageError(f"'{wrong[0][:60]}' has no value", hint="Write FIELD=VALUE.")
    return [(name, said) for name, _, said in pairs]


@command("sheet", "review screen sheet data --as ann -o ann.csv")
def make_form_sheet(
    form: FormArgument,
    read: Annotated[
        Path | None, option("--read", help="Take what is filled in in this file.")
    ] = None,
    as_: AsOption = "",
    output: OutputOption = "",
    screen: ScreenOption = "",
    *,
    common: LibraryOptions,
) -> None:
    """Write a form as CSV, a field of a paper a line, to be filled in with any program; --read
    takes it back, whole or not at all. It shows your own values and what a model suggests, nothing
    of other reviewers."""
    from reviewer.render import render
    from reviewer.tasks.extraction.sheets import make_sheet, read_sheet

    with opened(settings_of(common)) as shelf:
        filling = _filling(shelf, screen, form)
        reviewer = filling.screening.reviewer_named(as_)
        if read:
            entries = read_sheet(filling, read, reviewer)
            filling.keep(entries)
            print_error(f"{counted(len(entries), 'value')} taken from {read}")
            return
        sheet = make_sheet(filling, reviewer)
    deliver(render(sheet, "csv"), output, "csv")
    print_error(counted(len(sheet.rows), "line"))


@command("extract", "review screen extract data --model ollama/llama3")
def extract_by_model(
    form: FormArgument,
    dry_run: DryRunOption = False,
    screen: ScreenOption = "",
    *,
    model: ModelOptions,
    common: RunOptions,
) -> int:
    """Let a model fill in a form beside the reviewers, with the sentence of each value. What it
    says stands in sheets as a suggestion and counts for nothing."""
    from reviewer.cli.model import cost_line, say_planned
    from reviewer.tasks.extraction.suggest import fields_of_calls, fill_by_model
    from reviewer.writers import writer_of

    settings = settings_of(common, model)
    if not settings.model:
        raise UsageError("suggestions need a model", hint="Name one with --model.")
    with common.progress() as progress, opened(settings, progress) as shelf:
        filling = _filling(shelf, screen, form)
        papers, parts = filling.papers(), len(fields_of_calls(filling))
        if dry_run:
            said = (
                f"{counted(len(papers), 'included paper')}: about {len(papers) * parts * 2} calls"
            )
            return say_planned(f"{said}, half of them to judge what was found.", settings)
        with closing(writer_of(settings, shelf, use_cache=not model.no_cache)) as writer:
            kept = fill_by_model(filling, writer, settings.model, papers, progress)
            usage = writer.usage()
    print_error(
        f"{counted(kept, 'value')} suggested with a sentence of its paper, {cost_line(usage)}. "
        "See: review screen sheet"
    )
    return 0


@command("compare", "review screen compare data")
def compare_forms(
    form: FormArgument,
    screen: ScreenOption = "",
    *,
    common: LibraryOptions,
) -> None:
    """How far reviewers agree on each field of a form, and where they differ. End a difference
    with: review screen settle."""
    with opened(settings_of(common)) as shelf:
        filling = _filling(shelf, screen, form)
        agreements, differences = filling.agreements(), filling.differences()
    for own in agreements:
        print_out(f"{_agreement_line(own)}\n")
    for difference in differences:
        print_out(f"{_difference_line(difference)}\n")
    print_error(counted(len(differences), "difference"))


def _agreement_line(own: FieldAgreement) -> str:
    kappa = "" if own.kappa is None else f", kappa {own.kappa:.2f}"
    return f"{own.field}: {own.one} and {own.other} agree on {own.agreed} of {own.papers}{kappa}"


def _difference_line(own: Difference) -> str:
    said = "; ".join(
        f"{entry.reviewer} {entry.value}"
        + (f' "{clean(entry.quote.text)}"' if entry.quote else "")
        + (f" - {entry.note}" if entry.note else "")
        for entry in own.entries
    )
    return f"{own.key}, {own.field}: {said}"


@command("settle", "review screen settle smith-2020-rest data participants=40 --as cem")
def settle_difference(
    key: KeyArgument,
    form: FormArgument,
    values: ValuesArgument,
    quote: Annotated[str, option("--quote", help="Words of the paper that show it.")] = "",
    note: Annotated[str, option("--note", help="Why.")] = "",
    as_: Annotated[str, option("--as", help="Who settles it: any name.")] = "",
    screen: ScreenOption = "",
    *,
    common: LibraryOptions,
) -> None:
    """End a difference. Anyone may, also who is no reviewer; what each had filled in is kept."""
    from reviewer.tasks.extraction.filling import SETTLE

    if not as_.strip():
        raise UsageError("who settles the difference?", hint="Say it: --as NAME")
    with opened(settings_of(common)) as shelf:
        filling = _filling(shelf, screen, form)
        paper = filling.paper_named(key)
        entries = [
            filling.made_entry(paper, pair, as_, quote, note, SETTLE) for pair in _pairs(values)
        ]
        filling.keep(entries)
    print_out(f"{paper.key}  {', '.join(f'{own.field}={own.value}' for own in entries)}\n")


@command("filled", "review screen filled rob2 -o robvis.csv", has_page=True)
def show_filled(
    form: FormArgument,
    kind: Annotated[
        str, option("--format", "-f", help="markdown, csv, html, json; else by the suffix of -o.")
    ] = "",
    output: OutputOption = "",
    screen: ScreenOption = "",
    *,
    common: LibraryOptions,
) -> None:
    """The form over all included papers: agreed and settled values. The risk of bias comes as
    traffic lights (html, markdown), and as the CSV that the R package robvis reads."""
    from reviewer.render import choose_format, forms_of, render

    chosen = choose_format(kind, output, forms_of("FilledForm"))
    with opened(settings_of(common)) as shelf:
        filled = _filling(shelf, screen, form).filled()
    deliver(render(filled, chosen), output, chosen)
    states = [field.state for paper in filled.papers for field in paper.fields]
    print_error(
        f"{counted(len(filled.papers), 'paper')}, {states.count('differs')} differences, "
        f"{states.count('by one')} values by one reviewer alone, {states.count('open')} open"
    )
