"""`review screen init`, `criteria`, `rule`, `stage`: how a screening is made and changed."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from reviewer.cli.library import opened
from reviewer.cli.options import (
    EmbeddingOptions,
    FileOption,
    LibraryOptions,
    QuietOption,
    command,
    filters_of,
    option,
    settings_of,
)
from reviewer.cli.output import print_error, print_out
from reviewer.cli.progress import ShownProgress
from reviewer.errors import UsageError
from reviewer.text import counted

if TYPE_CHECKING:
    from reviewer.library import Library
    from reviewer.types.screening import Criterion

ScreenOption = Annotated[str, option("--screen", help="The screening, where there are several.")]
ScreenArgument = Annotated[str, typer.Argument(help="The screening, where there are several.")]
AsOption = Annotated[str, option("--as", help="Who decides, where there are several reviewers.")]
SourcesOption = Annotated[
    list[str] | None,
    option(
        "--source", help="What a file was: embase.ris=Embase, or =CENTRAL:register (website, ...)."
    ),
]
WhyOption = Annotated[str, option("--why", help="The reason, which is kept.")]


@dataclass(frozen=True)
class ScopeOptions:
    """Which papers are screened; all of the library without these."""

    tag: Annotated[list[str] | None, option(help="Only papers with this tag.")] = None
    file: FileOption = None
    keys: Annotated[str, option(help="Only these papers, keys with commas.")] = ""


def prepare_numpy() -> None:
    """Before numpy loads: these products are small, and threads would wait for one another."""
    import os

    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")


@command(
    "init", "review screen init fatigue --question 'exercise for fatigue' --criteria rules.yaml"
)
def init_screening(
    name: Annotated[str, typer.Argument(help="A name for the screening.")],
    question: Annotated[str, option(help="The review's question.")] = "",
    criteria: Annotated[
        Path | None, option(help="YAML with criteria, or a text file with one a line.")
    ] = None,
    known: Annotated[str, option(help="Keys of papers known to be included, with commas.")] = "",
    stop: Annotated[
        str, typer.Option(help="normal, strict, budget:500, budget:50%, row:100 or row:5%.")
    ] = "normal",
    seed: Annotated[int, typer.Option(help="For what is drawn at random.")] = 0,
    reviewers: Annotated[str, typer.Option(help="Their names, with commas.")] = "me",
    double: Annotated[
        str, typer.Option(help="Which records two reviewers read: none, all, included or 20%.")
    ] = "none",
    source: SourcesOption = None,
    quiet: QuietOption = False,
    *,
    scope: ScopeOptions,
    common: EmbeddingOptions,
) -> None:
    """Begin to screen the library's papers, or some of them, for a systematic review.

    What was identified is counted now, by source, and the rule that says when to stop is chosen
    now. Then read: review screen next.
    """
    from reviewer.tasks import with_known_keys
    from reviewer.tasks.screening.make import ScreenOptions, make_screening, read_source

    prepare_numpy()
    own, rules = _read_criteria(criteria) if criteria else ("", ())
    options = ScreenOptions(
        question=question or own,
        criteria=rules,
        known=_listed(known),
        stop=stop,
        seed=seed,
        reviewers=_listed(reviewers),
        double=double,
        sources=tuple(map(read_source, source or ())),
    )
    with ShownProgress(quiet=quiet) as progress, opened(settings_of(common), progress) as shelf:
        filters = with_known_keys(filters_of(**vars(scope)), shelf)
        made = make_screening(shelf, name, filters, options, progress)
        sources, records = _made(shelf, name)
    if not quiet:
        _print_sources(made.name, sources, f"{counted(records, 'record')}; rule {made.stop}")
        if not made.question and not known:
            print_error("Without a question or --known the first records come in random order.")


def _print_sources(name: str, sources: list[tuple[str, int]], came: str) -> None:
    """What was identified, by source, and what came of it."""
    entries = sum(number for _, number in sources)
    print_error(
        f"{name}: {counted(entries, 'entry', 'entries')} from "
        f"{counted(len(sources), 'source')}, {came}. Read them: review screen next"
    )
    for label, number in sources:
        print_error(f"  {label}: {number:,}")


@command("update", "review screen update --file new.ris --source new.ris=Embase --as ann")
def update_records(
    name: ScreenArgument = "",
    source: SourcesOption = None,
    dry_run: Annotated[
        bool, option("--dry-run", help="Say what is new, and keep nothing.")
    ] = False,
    as_: AsOption = "",
    quiet: QuietOption = False,
    *,
    scope: ScopeOptions,
    common: EmbeddingOptions,
) -> None:
    """Take records that the library has gained into a screening under way, as a search run again
    gives them: those that --tag, --file or --keys leave, else those that init would take now.

    What was decided, and its order, stays as it was. The flow is that of an updated review.
    """
    from reviewer.tasks import with_known_keys
    from reviewer.tasks.screening.flow import make_flow
    from reviewer.tasks.screening.make import read_source
    from reviewer.tasks.screening.screening import Screening
    from reviewer.tasks.screening.update import plan_update, update_screening

    prepare_numpy()
    named = [read_source(words) for words in source or ()]
    with ShownProgress(quiet=quiet) as progress, opened(settings_of(common), progress) as shelf:
        screening = Screening(shelf, name)
        by = screening.reviewer_named(as_) if as_ else ""
        found = plan_update(screening, with_known_keys(filters_of(**vars(scope)), shelf), named)
        if not dry_run:
            update_screening(screening, found, by, progress)
        is_one_review = not dry_run and make_flow(screening).wave == 1
    came = f"{counted(len(found.papers), 'new record')}"
    _print_sources(
        screening.name,
        [(own.label, own.entries) for own in found.sources],
        f"{came}, nothing kept" if dry_run else came,
    )
    if is_one_review and not quiet:
        print_error(
            "Records of earlier searches still wait: until all are decided, the flow counts the "
            "searches as one review."
        )


def _read_criteria(file: Path) -> tuple[str, tuple[Criterion, ...]]:
    """The question and the criteria of a file, without double negatives; each change is said."""
    from reviewer.tasks.screening.criteria import read_criteria, without_double_negative

    question, written = read_criteria(file)
    rules = tuple(map(without_double_negative, written))
    for before, after in zip(written, rules, strict=True):
        if before != after:
            print_error(
                f"{before.key}: 'exclude: {before.text}' is kept as 'include: {after.text}'"
            )
    return question, rules


def _made(shelf: Library, name: str) -> tuple[list[tuple[str, int]], int]:
    from reviewer.library.screen_store import ScreenStore

    store = ScreenStore(shelf.database)
    return [(s.label, s.entries) for s in store.sources(name)], len(store.records(name))


def _listed(words: str) -> tuple[str, ...]:
    return tuple(dict.fromkeys(word.strip() for word in words.split(",") if word.strip()))


@command("criteria", "review screen criteria rules.yaml --why 'adults only, agreed 3 May'")
def change_criteria(
    file: Annotated[
        Path | None, typer.Argument(help="The new criteria; without a file they are shown.")
    ] = None,
    why: WhyOption = "",
    as_: AsOption = "",
    screen: ScreenOption = "",
    *,
    common: LibraryOptions,
) -> None:
    """Show the criteria, or change them for a reason. A decision keeps its version."""
    from reviewer.tasks.screening.screening import Screening

    rules = _read_criteria(file)[1] if file else ()
    with opened(settings_of(common)) as shelf:
        screening = Screening(shelf, screen)
        if rules:
            screening.change_criteria(rules, as_, why)
        for version in screening.store.criteria(screening.name):
            print_out(f"version {version.version}, {version.at[:10]} {version.why}\n")
            for own in version.criteria:
                print_out(f"  {own.kind} {own.key}: {own.text}\n")


@command("rule", "review screen rule strict --why 'the protocol asks for it'")
def change_rule(
    rule: Annotated[str, typer.Argument(help="normal, strict, budget:500, row:100, ...")],
    why: WhyOption = "",
    as_: AsOption = "",
    screen: ScreenOption = "",
    *,
    common: LibraryOptions,
) -> None:
    """Change the stopping rule, for a reason that is kept."""
    from reviewer.tasks.screening.screening import Screening
    from reviewer.tasks.screening.stopping import rule_named

    _require_why(why, "a stopping rule changes")
    prepare_numpy()
    with opened(settings_of(common)) as shelf:
        screening = Screening(shelf, screen)
        rule_named(rule, len(screening.papers))
        screening.change("rule", rule, as_, why)
    print_error(f"{screening.name}: the rule is {rule} now.")


@command("stage", "review screen stage full-text")
def change_stage(
    stage: Annotated[str, typer.Argument(help="title or full-text.")],
    why: WhyOption = "",
    as_: AsOption = "",
    screen: ScreenOption = "",
    *,
    common: LibraryOptions,
) -> None:
    """Go on to full texts, or back to titles and abstracts."""
    from reviewer.cli.options import unknown_value
    from reviewer.tasks.screening.screening import Screening

    if stage not in Screening.STAGES:
        raise unknown_value("stage", stage, Screening.STAGES)
    with opened(settings_of(common)) as shelf:
        screening = Screening(shelf, screen)
        screening.change("stage", stage, as_, why)
        sought = len(screening.sought())
    print_error(f"{screening.name}: {stage}; {counted(sought, 'paper')} passed title and abstract.")


def _require_why(why: str, what: str) -> None:
    if not why.strip():
        raise UsageError(f"{what} only for a reason", hint="Say it: --why '...'")
