"""Makes what `review draft` is asked for, and takes it where it is wanted."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from reviewer.cli.draft_inputs import BIB_HEAD, Wanted, bibliography_of, plan_of
from reviewer.cli.output import deliver, print_error, print_out

if TYPE_CHECKING:
    from collections.abc import Sequence

    from reviewer.library import Library
    from reviewer.tasks.drafts.options import DraftOptions
    from reviewer.tasks.drafts.outline import PlannedDraft
    from reviewer.types import Paper, RelatedWork
    from reviewer.types.progress import Progress
    from reviewer.types.writer import Writer


def make(
    wanted: Wanted, options: DraftOptions, shelf: Library, writer: Writer, progress: Progress
) -> int:
    """A draft, a plan or a revision, shown; gives the exit code."""
    from reviewer.cli.library import with_known_keys, words_alone_note
    from reviewer.cli.model import say_planned, warm_up
    from reviewer.tasks import draft_related_work, plan_related_work
    from reviewer.tasks.drafts.related_work import estimate_calls

    options = plan_of(wanted, options, shelf)
    options = replace(options, filters=with_known_keys(options.filters, shelf))
    about = wanted.question or (options.plan.question if options.plan else "")
    if wanted.dry_run:
        model = shelf.settings.model
        if wanted.revise and model:
            most = 2 * len(wanted.add)
            said = f"At most {most} calls to {model}: 1 to write and 1 to judge for each paper."
        else:
            said = estimate_calls(about, shelf, model, options)
        return say_planned(said, shelf.settings)
    warm_up(about, shelf, writer, use_cache=wanted.use_cache)
    if wanted.revise:
        return _show_revision(wanted, shelf, writer, options, progress)
    if wanted.plan_only:
        return _show_plan(wanted, plan_related_work(about, shelf, writer, options, progress))
    work = draft_related_work(about, shelf, writer, options, progress)
    note = words_alone_note(shelf, is_at_hand=wanted.at_hand)
    _show_draft(wanted, work)
    return _say_summary(wanted, work, note, has_budget=shelf.settings.budget_usd is not None)


def _show_plan(wanted: Wanted, planned: PlannedDraft) -> int:
    """The plan as YAML. Gives the exit code."""
    from reviewer.tasks.yaml_plan import plan_yaml
    from reviewer.text import counted

    if not planned.plan.themes:
        print_error("Nothing in this library is near the question, so there is nothing to plan.")
        return 0
    text = plan_yaml(planned.plan, planned.papers)
    deliver(text, wanted.output)
    if not wanted.quiet:
        for note in planned.plan.notes:
            print_error(f"Note: {note}")
        named = wanted.output if wanted.output not in ("", "-") else "FILE"
        print_error(
            f"{counted(len(planned.plan.themes), 'theme')}, "
            f"{counted(len(planned.papers), 'paper')}. Edit them, then: review draft --plan {named}"
        )
    return 0


def _show_draft(wanted: Wanted, work: RelatedWork) -> None:
    """The draft to a file or to standard output, and its .bib beside the file."""
    from pathlib import Path

    from reviewer.render import render, write_whole
    from reviewer.render.bibtex import bibtex
    from reviewer.render.claim_notes import cited_papers

    beside = bibliography_of(wanted.output, wanted.form)
    options: dict[str, Any] = {}
    if wanted.form == "latex":
        options = {"bibliography": Path(beside).name if beside else ""}
    elif wanted.form == "markdown":
        options = {"style": wanted.style, "with_quotes": wanted.quotes, "listed": _listed(wanted)}
    deliver(render(work, wanted.form, **options), wanted.output, wanted.form)
    papers = cited_papers(work)
    if beside and papers:
        head = f"{BIB_HEAD}{Path(wanted.output).name}\n\n"
        write_whole(Path(beside), head + bibtex(papers))


def _listed(wanted: Wanted) -> Any:  # noqa: ANN401  a Listed, or None
    """What formats the references: the style that is named, and for author-year marks one that
    begins with authors and years."""
    if not wanted.csl and wanted.style != "author-year":
        return None
    from reviewer.render import reference_list
    from reviewer.render.references import DEFAULT_STYLE

    def listed(papers: Sequence[Paper]) -> list[str]:
        return reference_list(papers, wanted.csl or DEFAULT_STYLE)

    return listed


def _say_summary(wanted: Wanted, work: RelatedWork, note: str, *, has_budget: bool) -> int:
    """What was written, what failed and what it cost, to standard error. Gives the exit code: 1
    when a section failed, 3 when --strict left something out."""
    from reviewer.cli.model import say_cost
    from reviewer.text import counted

    failed = [section for section in work.sections if section.failed]
    if not wanted.quiet:
        if note:
            print_error(note)
        if not work.coverage.papers:
            print_error("The library is empty. Add papers: review add PATH")
        beside = bibliography_of(wanted.output, wanted.form)
        if beside and work.coverage.cited:
            print_error(f"Its bibliography: {beside}")
        say_cost(work.coverage, work.usage, has_budget=has_budget)
    if failed:
        print_error(f"{counted(len(failed), 'section')} failed: {failed[0].failed}")
        print_error("The same command tries them again; what was answered is kept.")
        return 1
    return 3 if any("(strict)" in reason for reason in work.coverage.left_out) else 0


def _show_revision(
    wanted: Wanted, shelf: Library, writer: Writer, options: DraftOptions, progress: Progress
) -> int:
    """What was changed, as a diff; the new draft goes to -o alone. Gives the exit code."""
    from pathlib import Path

    from reviewer.cli.library import file_named
    from reviewer.cli.model import cost_line
    from reviewer.errors import SourceError
    from reviewer.render import write_whole
    from reviewer.render.json import revision_json
    from reviewer.tasks.drafts.own_work import HINT
    from reviewer.tasks.drafts.revise import ReviseOptions, diff_of, revise_draft
    from reviewer.text import counted

    wish = ReviseOptions(wanted.add, wanted.style, options.effort, options.is_strict)
    text = file_named(wanted.revise, HINT, SourceError, quiet=wanted.quiet).text
    made = revise_draft(wanted.revise, text, shelf, writer, wish, progress)
    written = wanted.output not in ("", "-")
    diff = diff_of(made, wanted.output if written else "")
    print_out(revision_json(made, diff) if wanted.form == "json" else diff)
    if written:
        write_whole(Path(wanted.output), made.after)
    if not wanted.quiet:
        for reason in made.left_out:
            print_error(f"Left out: {reason}")
        if made.additions:
            where = wanted.output if written else "nowhere yet: name a file with -o"
            added = counted(len(made.additions), "paper")
            print_error(f"{added} added, written {_to(where, written)}")
        print_error(f"{cost_line(made.usage)}, {made.usage.seconds:.1f} s")
    return 3 if any("(strict)" in reason for reason in made.left_out) else 0


def _to(where: str, written: bool) -> str:
    return f"to {where}" if written else where
