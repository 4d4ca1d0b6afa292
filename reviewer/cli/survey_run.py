"""The options of `review survey`, how it comes to a plan, and how the plan is run."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from reviewer.cli.library import file_named, words_alone_note
from reviewer.cli.model import cost_line, strict_code
from reviewer.cli.options import effort_of
from reviewer.cli.output import open_page, print_error, print_out
from reviewer.cli.survey_files import ReportFiles, summary_lines
from reviewer.errors import LibraryError, SourceError, UsageError
from reviewer.render import write_whole
from reviewer.render.json import batch_json
from reviewer.tasks.surveys.kept import keep_plan, plan_of, run_kept
from reviewer.tasks.surveys.lengths import survey_calls
from reviewer.tasks.surveys.plan import (
    MOST_REPORT_WORDS,
    plan_lines,
    read_survey_plan,
    survey_yaml,
    template,
    topics_plan,
)
from reviewer.tasks.surveys.run import SurveyOptions, names_of, plan_survey
from reviewer.tasks.yaml_plan import LEAST_WORDS
from reviewer.text import counted
from reviewer.types.searches import Filters
from reviewer.types.surveys import Batch, KeptSurvey, ReportPlan, SurveyPlan
from reviewer.types.writer import Writer

if TYPE_CHECKING:
    from reviewer.cli.commands.survey import SurveyFlags
    from reviewer.cli.progress import SurveyProgress
    from reviewer.library import Library


def init_plan(topic: str, output: str, *, quiet: bool) -> int:
    """Write a plan for the user to edit. Raises UsageError when the file exists."""
    path = Path(output or f"{_stem([topic])}.yaml")
    _save_plan(path, template(" ".join(topic.split())))
    if not quiet:
        print_error(f"Written to {path}. Edit it, then: review survey {path}")
    return 0


def run_plan(
    about: Sequence[str],
    flags: SurveyFlags,
    filters: Filters,
    shelf: Library,
    writer: Writer,
    options: SurveyOptions,
    progress: SurveyProgress,
) -> int:
    """Write the reports of `about`, which is a plan file or topics, or only show or save their
    plan, as the flags say. Gives the exit code.

    Raises UsageError for what cannot be combined and for a plan with a fault, named by its line.
    """
    if not any(topic.strip() for topic in about):
        raise UsageError(
            "nothing says what to survey",
            hint='Give a topic or a plan: review survey "reasoning in LLMs"',
        )
    file = next(filter(_is_plan_file, about), "")
    if file and len(about) > 1:
        raise UsageError(
            f"the plan {file} cannot be combined with other topics or plans",
            hint=f"Add them to the plan, or run it alone: review survey {file}",
        )
    if file:
        given, text = _read_plan(file, filters, shelf, progress)
        stem = Path(file).stem
    else:
        given, text, stem = topics_plan(about), "", _stem(about)
    plan = _with_flags(given, flags, filters)
    if not shelf.catalogue.count():
        raise LibraryError("the library is empty", hint="Add papers: review add PATH")
    if flags.dry_run:
        print_out("\n".join([*plan_lines(plan), survey_calls(plan, writer.name)]) + "\n")
        return 0
    if file or flags.yes:
        files = _files(plan, flags.output or stem, flags)
        is_as_given = bool(text) and plan == given
        kept = keep_plan(plan, text if is_as_given else survey_yaml(plan, ()), shelf)
        return _write_kept(kept.id, plan, files, flags, shelf, writer, options, progress)
    path = Path(f"{stem}.yaml")
    _check_free(path)
    plan = plan_survey(plan, shelf, writer, options, progress)
    if not any(own.sections for own in plan.reports):
        near = "the topics" if len(plan.reports) > 1 else "the topic"
        print_error(f"Nothing in this library is near {near}, so there is nothing to plan.")
        return 0
    text = survey_yaml(plan, shelf.papers())
    _save_plan(path, text)
    keep_plan(plan, text, shelf)
    print_out("\n".join(plan_lines(plan)) + "\n")
    progress(f"Written to {path}. Look at it, edit it, then: review survey {path}", -1, 0)
    return 0


def run_again(
    kept: KeptSurvey,
    flags: SurveyFlags,
    shelf: Library,
    writer: Writer,
    options: SurveyOptions,
    progress: SurveyProgress,
) -> int:
    """Write the reports of a kept survey into its folder; gives the exit code."""
    given = plan_of(kept, shelf)
    plan = _with_flags(given, flags, Filters())
    if flags.dry_run:
        print_out("\n".join([*plan_lines(plan), survey_calls(plan, writer.name)]) + "\n")
        return 0
    stem = _stem([report.topic for report in plan.reports])
    files = _files(plan, flags.output or stem, flags)
    return _write_kept(kept.id, plan, files, flags, shelf, writer, options, progress)


def _files(plan: SurveyPlan, folder: str, flags: SurveyFlags) -> ReportFiles:
    """The folder of the reports, marked as ours. Raises UsageError for one that holds others."""
    if folder.lower().endswith(".docx") and len(plan.reports) > 1:
        raise UsageError(
            f"{folder} holds one report, and this plan has {len(plan.reports)}",
            hint="Name a folder with -o, and add --docx for Word files.",
        )
    files = ReportFiles(folder, with_docx=flags.docx, style=flags.style)
    files.begin(Batch(title=plan.title))
    return files


def _write_kept(
    survey_id: str,
    plan: SurveyPlan,
    files: ReportFiles,
    flags: SurveyFlags,
    shelf: Library,
    writer: Writer,
    options: SurveyOptions,
    progress: SurveyProgress,
) -> int:
    """Write the reports of a kept survey, by this plan, and say how they are; gives the exit
    code."""
    if shelf.settings.ray:
        _spread(plan, shelf, options, progress)
    told = replace(options, done=files.write)
    batch = run_kept(survey_id, shelf, writer, told, progress, plan)
    files.finish(batch)
    progress.stop()
    print_out(batch_json(batch) if flags.json else f"{files.folder / 'index.html'}\n")
    if flags.open_page:
        open_page(files.folder / "index.html")
    sections = [(report, section) for report in batch.reports for section in report.sections]
    news = [words_alone_note(shelf, is_at_hand=False), *summary_lines(batch)]
    news += [f"{cost_line(batch.made.usage)}, {batch.made.usage.seconds:.1f} s"]
    news += [f"Failed: {r.title}, {s.title}: {s.failed}" for r, s in sections if s.failed]
    news += [f"Missing in {r.title}: {why}" for r in batch.reports for why in r.missing]
    failed = sum(report.failed for report in batch.reports)
    if failed:
        news.append(f"{failed} failed; the others are written. Try them again with --retry")
    for line in filter(None, news):
        progress(line, -1, 0)
    return 1 if failed else strict_code(said for _, s in sections for said in s.left_out)


def _spread(
    plan: SurveyPlan, shelf: Library, options: SurveyOptions, progress: SurveyProgress
) -> None:
    """Have the reports' steps made on a Ray cluster, and say what that cost."""
    from reviewer.tasks.spread import spread_reports

    done = spread_reports(plan, shelf, options, progress)
    for failure in done.failures:
        progress(f"Left for this machine by Ray: {failure}", -1, 0)
    reports = counted(len(plan.reports), "report")
    machines = counted(done.machines, "machine")
    progress(f"On Ray: {reports} on {machines}, {cost_line(done.usage)}", -1, 0)


def _read_plan(
    file: str, filters: Filters, shelf: Library, progress: SurveyProgress
) -> tuple[SurveyPlan, str]:
    """The plan of a file, and its text."""
    if not filters.model_copy(update={"keys": ()}).is_empty:
        raise UsageError(
            "--tag, --year and --venue cannot be combined with a plan",
            hint="Leave them out: a plan names its own.",
        )
    hint = "Make a plan with: review survey --init TOPIC"
    text = file_named(file, hint, SourceError, quiet=progress.is_quiet).text
    return read_survey_plan(text, file, shelf.paper), text


def _is_plan_file(about: str) -> bool:
    return about.lower().endswith((".yaml", ".yml", ".txt")) or Path(about).is_file()


def _with_flags(plan: SurveyPlan, flags: SurveyFlags, filters: Filters) -> SurveyPlan:
    """The plan with what the flags say instead."""
    changes: dict[str, Any] = {}
    if flags.effort is not None:
        changes["depth"] = effort_of(flags.effort)
    if flags.count is not None:
        changes["papers"] = flags.count
    if flags.words is not None:
        if not LEAST_WORDS <= flags.words <= MOST_REPORT_WORDS:
            raise UsageError(
                f"--words {flags.words} is out of bounds",
                hint=f"Use {LEAST_WORDS} to {MOST_REPORT_WORDS}.",
            )
        changes["words"] = flags.words
    scope = {name: getattr(filters, name) for name in filters.model_dump(exclude_defaults=True)}
    reports: tuple[ReportPlan, ...] = tuple(
        r.model_copy(update={**changes, "filters": r.filters.model_copy(update=scope)})
        for r in plan.reports
    )
    return plan.model_copy(update={"reports": reports})


def _stem(topics: Sequence[str]) -> str:
    """The name of the files of these topics, from their words."""
    return names_of(topics_plan([" and ".join(topics)]))[0]


def _check_free(path: Path) -> None:
    if path.exists():
        raise UsageError(
            f"{path} already exists", hint=f"Run it: review survey {path}, or move it away."
        )


def _save_plan(path: Path, text: str) -> None:
    _check_free(path)
    write_whole(path, text)
