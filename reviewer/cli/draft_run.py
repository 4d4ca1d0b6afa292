"""`review draft`: checks its options, makes what is asked for, and writes it where it belongs."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar, get_args

from reviewer.cli.library import file_named, words_alone_note
from reviewer.cli.model import cost_line, say_cost, say_planned, strict_code, warm_up
from reviewer.cli.options import unknown_value
from reviewer.cli.output import deliver, print_error, print_out
from reviewer.errors import SourceError, UsageError
from reviewer.render import choose_format, render, write_whole
from reviewer.render.bibtex import bibtex
from reviewer.render.claim_notes import cited_papers, failing_claims, is_annotated, remarks_on
from reviewer.render.in_text import LATEX_STYLES, STYLES
from reviewer.render.json import revision_json
from reviewer.render.styles import style_for
from reviewer.tasks import plan_related_work
from reviewer.tasks.drafts.kept import keep_made
from reviewer.tasks.drafts.own_work import HINT, own_work
from reviewer.tasks.drafts.related_work import estimate_calls, write_planned
from reviewer.tasks.drafts.revise import ReviseOptions, diff_of, revise_draft
from reviewer.tasks.yaml_plan import ORDERS, plan_yaml, read_plan
from reviewer.text import counted
from reviewer.text.draft_prose import is_latex_draft
from reviewer.text.views import shorten
from reviewer.types.drafts import Position

if TYPE_CHECKING:
    from reviewer.cli.commands.draft import DraftFlags, DraftOutput
    from reviewer.library import Library
    from reviewer.tasks.drafts.outline import DraftOptions, PlannedDraft
    from reviewer.types import Paper, RelatedWork
    from reviewer.types.drafts import KeptDraft
    from reviewer.types.progress import Progress
    from reviewer.types.writer import Writer

F = TypeVar("F", bound="DraftOutput")

POSITIONS: tuple[Position, ...] = get_args(Position)
FORMS = ("markdown", "latex", "docx", "json", "html")
REVISION_FORMS = ("markdown", "latex", "json")
_STYLED = "Use it in Markdown and Word; in LaTeX the document's bibliography style sets references."
_MOST_NAMED, _NAMED_CHARS = 8, 100  # sentences that are named as not proven
BIB_HEAD = "% Made by review: the papers cited in "


def checked(flags: DraftFlags) -> DraftFlags:
    """The flags with their format and style chosen. Raises UsageError, before any work, for flags
    that cannot be combined."""
    if flags.order is not None and flags.order not in ORDERS:
        raise unknown_value("order", flags.order, ORDERS)
    if flags.position and flags.position not in POSITIONS:
        raise unknown_value("position", flags.position, POSITIONS)
    if flags.revise:
        return _checked_revision(flags)
    _check_together(flags)
    if flags.plan_only:
        choose_format("markdown", flags.output)
        return replace(flags, form="yaml")
    return checked_output(flags)


def checked_output(flags: F) -> F:
    """The flags with their format and style chosen. Raises UsageError for what cannot be
    combined."""
    is_latex = flags.style in (*LATEX_STYLES, "natbib") and not flags.output
    form = choose_format(flags.named_form or ("latex" if is_latex else ""), flags.output, FORMS)
    if form in ("json", "html") and (flags.style or flags.csl):
        raise UsageError(f"--style cannot be used in {form}", hint=_STYLED)
    if form == "latex" and flags.csl:
        raise UsageError("--csl cannot be used in latex", hint=_STYLED)
    if form not in ("json", "html"):
        style_for(form, flags.style, flags.csl)  # raises for one that is not there
    check_bibliography(bibliography_of(flags.output, form))
    return replace(flags, form=form)


def _check_together(flags: DraftFlags) -> None:
    if flags.add:
        raise UsageError("--add needs a draft to add to", hint="Name it: --revise draft.md")
    if flags.plan_only and flags.plan:
        raise UsageError("--plan-only and --plan cannot be combined", hint="Use one of them.")
    if not flags.question.strip() and not flags.plan:
        raise UsageError(
            "nothing says what to draft about", hint='Example: review draft "does RL help?"'
        )


def _checked_revision(flags: DraftFlags) -> DraftFlags:
    if flags.style and flags.style not in STYLES:
        raise unknown_value("style", flags.style, STYLES)
    for flag, value in (
        ("--plan", flags.plan), ("--plan-only", flags.plan_only), ("--for", flags.own),
        ("a question", flags.question.strip()), ("--words", flags.words),
        ("--order", flags.order), ("--csl", flags.csl),
    ):  # fmt: skip
        if value:
            raise UsageError(
                f"--revise and {flag} cannot be combined",
                hint="Example: review draft --revise draft.md --add key1",
            )
    keys = [key.strip() for listed in flags.add or () for key in listed.split(",")]
    if not any(keys):
        raise UsageError("no paper to add is named", hint="Name them: --add key1,key2")
    form = choose_format(flags.named_form or "markdown", flags.output, REVISION_FORMS)
    return replace(
        flags, add=[key for key in keys if key], form="json" if form == "json" else "diff"
    )


def bibliography_of(output: str, form: str) -> str:
    """The .bib file beside the output; empty where none is written."""
    if form in ("json", "html") or output in ("", "-"):
        return ""
    return str(Path(output).with_suffix(".bib"))


def proof_of(flags: DraftOutput, work: RelatedWork) -> dict[str, str]:
    """The files beside a written text that prove it, each with its form: every sentence with its
    quotes and its verdict. None for a form that has them itself, or for quotes."""
    if not bibliography_of(flags.output, flags.form) or is_annotated(work) or not work.sections:
        return {}
    stem = Path(flags.output).with_suffix("")
    return {f"{stem}.proof.html": "html", f"{stem}.proof.json": "json"}


def check_bibliography(beside: str) -> None:
    """Raises UsageError when there is a .bib file that review did not make where ours would go."""
    if not beside or not Path(beside).exists():
        return
    try:
        begin = Path(beside).read_text(encoding="utf-8", errors="replace")[: len(BIB_HEAD)]
    except OSError:
        begin = ""
    if begin != BIB_HEAD:
        raise UsageError(
            f"{beside} exists and was not made by review",
            hint="Name another file with -o: its .bib is written beside it.",
        )


def own_options(file: str, *, quiet: bool) -> dict[str, Any]:
    """The draft options for the user's own paper in `file`. Raises SourceError when it cannot be
    read."""
    if not file:
        return {}
    return {"own": own_work(file_named(file, HINT, SourceError, quiet=quiet)), "own_file": file}


def plan_of(flags: DraftFlags, options: DraftOptions, shelf: Library) -> DraftOptions:
    """The options with the given plan; flags go before what the plan says.

    Raises UsageError that names the line of what is wrong in the plan.
    """
    if flags.plan:
        if not options.filters.is_empty:
            raise UsageError(
                "--keys, --tag, --year and --venue cannot be combined with a plan",
                hint="Leave them out: a plan names its papers.",
            )
        hint = "Make a plan with: review draft QUESTION --plan-only"
        text = file_named(flags.plan, hint, SourceError, quiet=flags.quiet).text
        plan = read_plan(text, flags.plan, shelf.paper)
        options = replace(options, plan=plan, words=plan.words, order=plan.order)
    order = next((order for order in ORDERS if order == flags.order), options.order)
    position = next((place for place in POSITIONS if place == flags.position), options.position)
    words = options.words if flags.words is None else flags.words
    return replace(options, words=words, order=order, position=position)


def make(
    flags: DraftFlags, options: DraftOptions, shelf: Library, writer: Writer, progress: Progress
) -> int:
    """Make and show a draft, a plan or a revision; gives the exit code."""
    from reviewer.tasks import with_known_keys

    options = plan_of(flags, options, shelf)
    options = replace(options, filters=with_known_keys(options.filters, shelf))
    about = flags.question or (options.plan.question if options.plan else "")
    if flags.dry_run:
        model = shelf.settings.model
        if flags.revise and model:
            most = 2 * len(flags.add or ())
            said = f"At most {most} calls to {model}: 1 to write and 1 to judge for each paper."
        else:
            said = estimate_calls(about, shelf, model, options, writer)
        return say_planned(said, shelf.settings)
    warm_up(about, shelf, writer, use_cache=flags.use_cache)
    if flags.revise:
        return _show_revision(flags, shelf, writer, options, progress)
    started = time.monotonic()
    planned = plan_related_work(about, shelf, writer, options, progress)
    if flags.plan_only:
        may_keep = bool(planned.plan.themes) and not flags.at_hand
        kept = keep_made(planned, options, "", shelf, progress) if may_keep else None
        return _show_plan(flags, planned, kept)
    work = write_planned(planned, shelf, writer, options, progress, started)
    note = words_alone_note(shelf, is_at_hand=flags.at_hand)
    show_draft(flags, work)
    code = say_summary(flags, work, note, has_budget=shelf.settings.budget_usd is not None)
    if not flags.at_hand and work.sections:
        kept = keep_made(planned, options, work.run_id, shelf, progress)
        say_kept(kept, quiet=flags.quiet)
    return code


def say_kept(kept: KeptDraft | None, *, quiet: bool) -> None:
    """Print how the draft is taken up again."""
    if kept is not None and not quiet:
        print_error(f"Kept as a draft: review drafts show {kept.id}")


def _show_plan(flags: DraftFlags, planned: PlannedDraft, kept: KeptDraft | None) -> int:
    """Write the plan as YAML. Gives the exit code."""
    if not planned.plan.themes:
        print_error("Nothing in this library is near the question, so there is nothing to plan.")
        return 0
    text = plan_yaml(planned.plan, planned.all_papers)
    deliver(text, flags.output, quiet=flags.quiet)
    if not flags.quiet:
        for note in planned.plan.notes:
            print_error(f"Note: {note}")
        named = flags.output if flags.output not in ("", "-") else "FILE"
        print_error(
            f"{counted(len(planned.plan.themes), 'paragraph')}, "
            f"{counted(len(planned.papers), 'paper')}. Edit them, then: review draft --plan {named}"
        )
        say_kept(kept, quiet=False)
    return 0


def show_draft(flags: DraftOutput, work: RelatedWork) -> None:
    """Write the draft to a file or to standard output, and its .bib and its proof beside the
    file."""
    beside = bibliography_of(flags.output, flags.form)
    options: dict[str, Any] = {}
    if flags.form not in ("json", "html"):
        style = style_for(flags.form, flags.style, flags.csl)
        options = {"style": style, "with_marks": flags.marks}
    if flags.form == "latex":
        options["bibliography"] = Path(beside).name if beside else ""
    elif flags.form == "markdown":
        options["with_quotes"] = flags.quotes
    deliver(render(work, flags.form, **options), flags.output, flags.form, quiet=flags.quiet)
    for file, form in proof_of(flags, work).items():
        write_whole(Path(file), render(work, form))
    if beside and (papers := cited_papers(work)):
        write_bibliography(beside, flags.output, papers)


def write_bibliography(beside: str, output: str, papers: Sequence[Paper]) -> None:
    """Write the .bib file of what the output cites."""
    write_whole(Path(beside), f"{BIB_HEAD}{Path(output).name}\n\n{bibtex(papers)}")


def add_to_bibliography(beside: str, output: str, papers: Sequence[Paper]) -> None:
    """Add papers to the .bib file beside a revised draft, which keeps its other entries. One that
    review did not make stays as it is: what is added to it is its owner's choice."""
    if not Path(beside).exists():
        return write_bibliography(beside, output, papers)
    known = Path(beside).read_text(encoding="utf-8", errors="replace")
    if known.startswith(BIB_HEAD):
        write_whole(Path(beside), f"{known.rstrip()}\n\n{bibtex(papers)}")
    return None


def say_summary(flags: DraftOutput, work: RelatedWork, note: str, *, has_budget: bool) -> int:
    """Print what was written, what failed and what it cost to standard error. Gives the exit code:
    1 when a section failed, 3 when --strict left something out."""
    if not flags.quiet:
        if note:
            print_error(note)
        if not work.coverage.papers:
            print_error("The library is empty. Add papers: review add PATH")
        beside = bibliography_of(flags.output, flags.form)
        for question in work.questions:
            print_error(f"Look at this: {question}")
        if beside and work.coverage.cited:
            print_error(f"Its bibliography: {beside}")
        if proof := list(proof_of(flags, work)):
            print_error(f"Its proof: {' and '.join(proof)}")
        _say_failing(work, is_marked=flags.marks)
        say_cost(work.coverage, work.usage, has_budget=has_budget)
    failed = [section.failed for section in work.sections if section.failed]
    if failed:
        print_error(f"{counted(len(failed), 'section')} failed: {failed[0]}")
        print_error("The same command tries them again; what was answered is kept.")
        return 1
    return strict_code(work.coverage.left_out)


def _say_failing(work: RelatedWork, *, is_marked: bool) -> None:
    """Name the sentences of a written text that are not proven: they stand in it unmarked."""
    failing = failing_claims(work) if not is_annotated(work) else []
    if work.sections and not is_annotated(work):
        for note in work.notes:
            print_error(f"Note: {note}")
    if failing and not is_marked:
        sentences = sum(len(section.claims) for section in work.sections)
        print_error(f"{len(failing)} of {counted(sentences, 'sentence')} not proven (--marks):")
        for claim in failing[:_MOST_NAMED]:
            print_error(f"  {shorten(claim.text, _NAMED_CHARS)} ({remarks_on(claim)})")
        if len(failing) > _MOST_NAMED:
            print_error(f"  and {len(failing) - _MOST_NAMED} more")


def _show_revision(
    flags: DraftFlags, shelf: Library, writer: Writer, options: DraftOptions, progress: Progress
) -> int:
    """Print what changed as a diff; the new draft goes to -o only. Gives the exit code."""
    revise = ReviseOptions(tuple(flags.add or ()), flags.style, options.effort, options.is_strict)
    text = file_named(flags.revise, HINT, SourceError, quiet=flags.quiet).text
    made = revise_draft(flags.revise, text, shelf, writer, revise, progress)
    written = flags.output not in ("", "-")
    diff = diff_of(made, flags.output if written else "")
    print_out(revision_json(made, diff) if flags.form == "json" else diff)
    if written:
        write_whole(Path(flags.output), made.after)
        if made.papers and is_latex_draft(made.after, flags.output):
            add_to_bibliography(bibliography_of(flags.output, "latex"), flags.output, made.papers)
    if not flags.quiet:
        for reason in made.left_out:
            print_error(f"Left out: {reason}")
        if made.additions:
            where = f"to {flags.output}" if written else "nowhere yet: name a file with -o"
            print_error(f"{counted(len(made.additions), 'paper')} added, written {where}")
        print_error(f"{cost_line(made.usage)}, {made.usage.seconds:.1f} s")
    return strict_code(made.left_out)
