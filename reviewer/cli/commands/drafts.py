"""`review drafts`: drafts that are kept: their plans edited, their texts written and redone."""

from __future__ import annotations

from contextlib import closing
from dataclasses import replace
from typing import TYPE_CHECKING, Annotated

import typer

from reviewer.cli.commands.draft import DraftOutput
from reviewer.cli.library import file_named, opened
from reviewer.cli.options import (
    DryRunOption,
    JsonOption,
    LibraryOptions,
    ModelOptions,
    OutputOption,
    QuietOption,
    RerankerOptions,
    RunOptions,
    command,
    option,
    settings_of,
)
from reviewer.cli.output import deliver, print_error, print_out
from reviewer.errors import SourceError
from reviewer.text import clean, counted
from reviewer.text.views import shorten

if TYPE_CHECKING:
    from collections.abc import Callable

    from reviewer.library import Library
    from reviewer.types import RelatedWork
    from reviewer.types.drafts import KeptDraft
    from reviewer.types.progress import Progress
    from reviewer.types.writer import Writer

DraftArgument = Annotated[str, typer.Argument(help="The draft, as review drafts list shows it.")]


@command("list", "review drafts list")
def list_drafts(
    count: Annotated[int, typer.Option("-n", help="How many to list.", min=1)] = 20,
    json: JsonOption = False,
    *,
    common: LibraryOptions,
) -> None:
    """List the drafts of this library, the latest changed first."""
    from reviewer.render.json import kept_drafts_json

    with opened(settings_of(common)) as shelf:
        found = shelf.drafts.all(count)
    if json:
        print_out(kept_drafts_json(found))
        return
    for draft in found:
        themes = len(draft.plan.themes) if draft.plan else 0
        state = f"written, {counted(len(draft.run_ids), 'version')}" if draft.run_ids else "planned"
        print_out(
            f"{draft.id}  {shorten(clean(draft.question), 80)}  "
            f"({counted(themes, 'paragraph')}, {state})\n"
        )
    if not found:
        print_error('There are no drafts. Begin one: review draft "QUESTION" --plan-only')


@command("show", "review drafts show 20261130-101500 -o related.docx", has_page=True)
def show_draft(
    draft: DraftArgument,
    version: Annotated[str, option(help="The run of an earlier version.")] = "",
    quiet: QuietOption = False,
    *,
    flags: DraftOutput,
    common: LibraryOptions,
) -> int:
    """Show the latest version of a draft, or its plan before it is written. Calls no model."""
    from reviewer.cli import draft_run
    from reviewer.tasks.drafts.kept import latest_of, work_of

    flags = draft_run.checked_output(replace(flags, quiet=quiet))
    with opened(settings_of(common)) as shelf:
        kept = shelf.drafts.find(draft)
        work = work_of(shelf.ledger.run(version), shelf) if version else latest_of(kept, shelf)
        if work is None:
            print_out(_plan_text(kept, shelf))
            return 0
        draft_run.show_draft(flags, work)
    if not quiet:
        _say_versions(kept, work)
    return 0


def _say_versions(kept: KeptDraft, work: RelatedWork) -> None:
    """Print what the versions of a draft are, and what became of each part that was redone."""
    for run_id in kept.run_ids:
        shown = " (this one)" if run_id == work.run_id else ""
        print_error(f"Version {run_id}{shown}")
    for redone in work.redone:
        place = f"{redone.section}.{redone.sentence}" if redone.sentence else str(redone.section)
        came = f"kept as it was: {redone.refused}" if redone.refused else "written again"
        print_error(f"{place}: {came}")


@command("plan", "review drafts plan 20261130-101500 -o plan.yaml")
def show_plan(
    draft: DraftArgument,
    output: OutputOption = "",
    *,
    common: LibraryOptions,
) -> None:
    """Give the plan of a draft as YAML: its paragraphs, and who is left out and why."""
    with opened(settings_of(common)) as shelf:
        text = _plan_text(shelf.drafts.find(draft), shelf)
    deliver(text, output)


def _plan_text(kept: KeptDraft, shelf: Library) -> str:
    from reviewer.tasks.drafts.kept import papers_of, plan_of
    from reviewer.tasks.yaml_plan import plan_yaml

    return plan_yaml(plan_of(kept), list(papers_of(kept, shelf).values()))


@command("edit", "review drafts edit 20261130-101500 merge 2 3")
def edit_draft(
    draft: DraftArgument,
    change: Annotated[
        list[str] | None,
        typer.Argument(
            help="rename N NAME, thesis N TEXT, up N, down N, to N PLACE, merge N INTO, add NAME, "
            "remove N, place KEY N [AT], out KEY [WHY], or words N."
        ),
    ] = None,
    plan: Annotated[str, option(help="Take the whole plan from this file instead.")] = "",
    quiet: QuietOption = False,
    *,
    common: LibraryOptions,
) -> None:
    """Change the plan of a draft: one edit, or a whole YAML file. Gives the plan as it is then."""
    from reviewer.cli.draft_edits import WAYS, read_edit
    from reviewer.errors import UsageError
    from reviewer.tasks.drafts.kept import edit_kept, plan_of, take_plan
    from reviewer.tasks.yaml_plan import read_plan

    if bool(change) == bool(plan):
        raise UsageError("say one edit, or give a --plan", hint=f"Edits: {WAYS}.")
    with opened(settings_of(common)) as shelf:
        kept = shelf.drafts.find(draft)
        if plan:
            hint = f"Write one with: review drafts plan {kept.id} -o plan.yaml"
            text = file_named(plan, hint, SourceError, quiet=quiet).text
            kept = take_plan(kept.id, read_plan(text, plan, shelf.paper), shelf)
        else:
            edit = read_edit(change or [], plan_of(kept), shelf.paper)
            kept = edit_kept(kept.id, [edit], shelf, kept.version)
        print_out(_plan_text(kept, shelf))


@command("write", "review drafts write 20261130-101500 -o related.tex", has_page=True)
def write_draft(
    draft: DraftArgument,
    dry_run: DryRunOption = False,
    *,
    flags: DraftOutput,
    model: ModelOptions,
    reranking: RerankerOptions,
    common: RunOptions,
) -> int:
    """Write a draft by its plan. The versions before stay."""
    from reviewer.cli.model import say_planned
    from reviewer.tasks.drafts.kept import options_of, write_kept
    from reviewer.tasks.drafts.related_work import estimate_calls

    if dry_run:
        settings = settings_of(common, model, reranking)
        with opened(settings) as shelf:
            kept = shelf.drafts.find(draft)
            said = estimate_calls(kept.question, shelf, settings.model, options_of(kept))
        return say_planned(said, settings)

    def write(shelf: Library, writer: Writer, progress: Progress) -> RelatedWork:
        return write_kept(draft, shelf, writer, progress)

    return _made(write, flags, model, reranking, common)


@command(
    "redo", "review drafts redo 20261130-101500 2.3 'more careful, and shorter'", has_page=True
)
def redo_draft(
    draft: DraftArgument,
    part: Annotated[str, typer.Argument(help="2.3: sentence 3 of section 2; 2: all of it.")],
    wish: Annotated[str, typer.Argument(help="What you ask for, in words.")] = "",
    *,
    flags: DraftOutput,
    model: ModelOptions,
    reranking: RerankerOptions,
    common: RunOptions,
) -> int:
    """Have a sentence or a section written again. It passes the same checks; the rest stays word
    for word. Exit code 1 where the new version was not taken."""
    from reviewer.tasks.drafts.kept import redo_kept
    from reviewer.tasks.drafts.redo import read_part

    asked = read_part(part, wish)
    refused = ""

    def write(shelf: Library, writer: Writer, progress: Progress) -> RelatedWork:
        nonlocal refused
        work = redo_kept(draft, asked, shelf, writer, progress)
        refused = work.redone[-1].refused
        if refused and not common.quiet:
            progress(f"{asked.place} stays as it was: {refused}", -1, 0)
        return work

    return _made(write, flags, model, reranking, common) or int(bool(refused))


def _made(
    write: Callable[[Library, Writer, Progress], RelatedWork],
    flags: DraftOutput,
    model: ModelOptions,
    reranking: RerankerOptions,
    common: RunOptions,
) -> int:
    """Show what is written. Gives the exit code."""
    from reviewer.cli import draft_run
    from reviewer.writers import writer_of

    flags = draft_run.checked_output(replace(flags, quiet=common.quiet))
    settings = settings_of(common, model, reranking)
    with (
        common.progress() as progress,
        opened(settings, progress) as shelf,
        closing(writer_of(settings, shelf, use_cache=not model.no_cache)) as writer,
    ):
        work = write(shelf, writer, progress)
        draft_run.show_draft(flags, work)
        has_budget = settings.budget_usd is not None
        return draft_run.say_summary(flags, work, "", has_budget=has_budget)


@command("back", "review drafts back 20261130-101500 20261130-093000-ab12")
def back_draft(
    draft: DraftArgument,
    version: Annotated[str, typer.Argument(help="The run of the version.")],
    *,
    common: LibraryOptions,
) -> None:
    """Make an earlier version of a draft the latest one. No version is lost."""
    from reviewer.tasks.drafts.kept import go_back

    with opened(settings_of(common)) as shelf:
        kept = go_back(shelf.drafts.find(draft).id, version, shelf)
    print_out(f"{kept.id}  {kept.run_ids[-1]}\n")


@command("remove", "review drafts remove 20261130-101500")
def remove_draft(draft: DraftArgument, *, common: LibraryOptions) -> None:
    """Forget a draft and its plan. Its versions stay as runs."""
    with opened(settings_of(common)) as shelf:
        kept = shelf.drafts.remove(draft)
    print_out(f"Removed the draft {kept.id}\n")
