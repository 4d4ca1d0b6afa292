"""Makes what `review draft` is asked for, and writes it where the user wants it."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from reviewer.cli.draft_inputs import BIB_HEAD, DraftFlags, bibliography_of, plan_of
from reviewer.cli.library import file_named, with_known_keys, words_alone_note
from reviewer.cli.model import cost_line, say_cost, say_planned, strict_code, warm_up
from reviewer.cli.output import deliver, print_error, print_out
from reviewer.errors import SourceError
from reviewer.render import reference_list, render, write_whole
from reviewer.render.bibtex import bibtex
from reviewer.render.claim_notes import cited_papers
from reviewer.render.json import revision_json
from reviewer.render.references import DEFAULT_STYLE
from reviewer.text import counted

if TYPE_CHECKING:
    from reviewer.library import Library
    from reviewer.render.markdown_draft import FormatReferences
    from reviewer.tasks.drafts.options import DraftOptions
    from reviewer.tasks.drafts.outline import PlannedDraft
    from reviewer.types import RelatedWork
    from reviewer.types.progress import Progress
    from reviewer.types.writer import Writer


def make(
    flags: DraftFlags, options: DraftOptions, shelf: Library, writer: Writer, progress: Progress
) -> int:
    """Make and show a draft, a plan or a revision; gives the exit code."""
    from reviewer.tasks import draft_related_work, plan_related_work
    from reviewer.tasks.drafts.related_work import estimate_calls

    options = plan_of(flags, options, shelf)
    options = replace(options, filters=with_known_keys(options.filters, shelf))
    about = flags.question or (options.plan.question if options.plan else "")
    if flags.dry_run:
        model = shelf.settings.model
        if flags.revise and model:
            most = 2 * len(flags.add or ())
            said = f"At most {most} calls to {model}: 1 to write and 1 to judge for each paper."
        else:
            said = estimate_calls(about, shelf, model, options)
        return say_planned(said, shelf.settings)
    warm_up(about, shelf, writer, use_cache=flags.use_cache)
    if flags.revise:
        return _show_revision(flags, shelf, writer, options, progress)
    if flags.plan_only:
        return _show_plan(flags, plan_related_work(about, shelf, writer, options, progress))
    work = draft_related_work(about, shelf, writer, options, progress)
    note = words_alone_note(shelf, is_at_hand=flags.at_hand)
    _show_draft(flags, work)
    return _say_summary(flags, work, note, has_budget=shelf.settings.budget_usd is not None)


def _show_plan(flags: DraftFlags, planned: PlannedDraft) -> int:
    """Write the plan as YAML. Gives the exit code."""
    from reviewer.tasks.yaml_plan import plan_yaml

    if not planned.plan.themes:
        print_error("Nothing in this library is near the question, so there is nothing to plan.")
        return 0
    text = plan_yaml(planned.plan, planned.papers)
    deliver(text, flags.output)
    if not flags.quiet:
        for note in planned.plan.notes:
            print_error(f"Note: {note}")
        named = flags.output if flags.output not in ("", "-") else "FILE"
        print_error(
            f"{counted(len(planned.plan.themes), 'theme')}, "
            f"{counted(len(planned.papers), 'paper')}. Edit them, then: review draft --plan {named}"
        )
    return 0


def _show_draft(flags: DraftFlags, work: RelatedWork) -> None:
    """Write the draft to a file or to standard output, and its .bib beside the file."""
    from pathlib import Path

    beside = bibliography_of(flags.output, flags.form)
    options: dict[str, Any] = {}
    if flags.form == "latex":
        options = {"bibliography": Path(beside).name if beside else ""}
    elif flags.form == "markdown":
        options = {"style": flags.style, "with_quotes": flags.quotes, "listed": _listed(flags)}
    deliver(render(work, flags.form, **options), flags.output, flags.form)
    papers = cited_papers(work)
    if beside and papers:
        head = f"{BIB_HEAD}{Path(flags.output).name}\n\n"
        write_whole(Path(beside), head + bibtex(papers))


def _listed(flags: DraftFlags) -> FormatReferences | None:
    """What formats the references: the named style, and for author-year marks one that begins with
    authors and years."""
    if not flags.csl and flags.style != "author-year":
        return None
    return lambda papers: reference_list(papers, flags.csl or DEFAULT_STYLE)


def _say_summary(flags: DraftFlags, work: RelatedWork, note: str, *, has_budget: bool) -> int:
    """Print what was written, what failed and what it cost to standard error. Gives the exit code:
    1 when a section failed, 3 when --strict left something out."""
    failed = [section for section in work.sections if section.failed]
    if not flags.quiet:
        if note:
            print_error(note)
        if not work.coverage.papers:
            print_error("The library is empty. Add papers: review add PATH")
        beside = bibliography_of(flags.output, flags.form)
        if beside and work.coverage.cited:
            print_error(f"Its bibliography: {beside}")
        say_cost(work.coverage, work.usage, has_budget=has_budget)
    if failed:
        print_error(f"{counted(len(failed), 'section')} failed: {failed[0].failed}")
        print_error("The same command tries them again; what was answered is kept.")
        return 1
    return strict_code(work.coverage.left_out)


def _show_revision(
    flags: DraftFlags, shelf: Library, writer: Writer, options: DraftOptions, progress: Progress
) -> int:
    """Print what changed as a diff; the new draft goes to -o only. Gives the exit code."""
    from pathlib import Path

    from reviewer.tasks.drafts.own_work import HINT
    from reviewer.tasks.drafts.revise import ReviseOptions, diff_of, revise_draft

    revise = ReviseOptions(tuple(flags.add or ()), flags.style, options.effort, options.is_strict)
    text = file_named(flags.revise, HINT, SourceError, quiet=flags.quiet).text
    made = revise_draft(flags.revise, text, shelf, writer, revise, progress)
    written = flags.output not in ("", "-")
    diff = diff_of(made, flags.output if written else "")
    print_out(revision_json(made, diff) if flags.form == "json" else diff)
    if written:
        write_whole(Path(flags.output), made.after)
    if not flags.quiet:
        for reason in made.left_out:
            print_error(f"Left out: {reason}")
        if made.additions:
            where = f"to {flags.output}" if written else "nowhere yet: name a file with -o"
            print_error(f"{counted(len(made.additions), 'paper')} added, written {where}")
        print_error(f"{cost_line(made.usage)}, {made.usage.seconds:.1f} s")
    return strict_code(made.left_out)
