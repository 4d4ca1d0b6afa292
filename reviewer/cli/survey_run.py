"""What `review survey` is told, how it comes to a plan, and how the plan is run."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from reviewer.cli.output import print_error, print_out

if TYPE_CHECKING:
    from reviewer.cli.progress import SurveyProgress
    from reviewer.library import Library
    from reviewer.tasks.surveys.run import SurveyOptions
    from reviewer.types.searches import Filters
    from reviewer.types.surveys import Batch, ReportPlan, SurveyPlan
    from reviewer.types.writer import Writer

_SUFFIXES = (".yaml", ".yml")


@dataclass(frozen=True)
class Asked:
    """The flags of one command that say what is written and where."""

    about: str
    output: str
    effort: str | None
    papers: int | None
    words: int | None
    filters: Filters
    with_docx: bool
    is_json: bool
    quiet: bool
    stops: bool
    dry_run: bool

    @property
    def is_file(self) -> bool:
        return self.about.lower().endswith(_SUFFIXES) or Path(self.about).is_file()


@dataclass(frozen=True)
class Made:
    """A plan and the stem of its file, which names the folder of the reports."""

    plan: SurveyPlan
    stem: str


def init_plan(topic: str, output: str, *, quiet: bool) -> int:
    """Write a plan to be edited; a file that is there stays as it is."""
    from reviewer.tasks.surveys.plan import template

    path = Path(output or f"{_stem(topic)}.yaml")
    _save_plan(path, template(" ".join(topic.split())))
    if not quiet:
        print_error(f"Written to {path}. Edit it, then: review survey {path}")
    return 0


def planned(
    asked: Asked,
    shelf: Library,
    writer: Writer,
    options: SurveyOptions,
    progress: SurveyProgress,
) -> Made | None:
    """The plan that is to be run; None where it was only to be looked at.

    Raises UsageError for what does not go together and for a plan with a fault, named by its line.
    """
    from reviewer.errors import LibraryError, UsageError
    from reviewer.tasks.surveys.plan import plan_lines

    if not asked.about.strip():
        raise UsageError(
            "it is not said what to survey",
            hint='Give a topic or a plan: review survey "reasoning in LLMs"',
        )
    if asked.is_file:
        made = Made(_with_flags(_read(asked, shelf), asked), Path(asked.about).stem)
    else:
        made = Made(_with_flags(_of_topic(asked.about), asked), _stem(asked.about))
    if not shelf.catalogue.count():
        raise LibraryError("the library is empty", hint="Add papers: review add PATH")
    if asked.dry_run:
        print_out("\n".join([*plan_lines(made.plan), _calls(made.plan, writer)]) + "\n")
        return None
    if asked.is_file or not asked.stops:
        return made
    _looked_at(made, asked, shelf, writer, options, progress)
    return None


def _looked_at(
    made: Made,
    asked: Asked,
    shelf: Library,
    writer: Writer,
    options: SurveyOptions,
    progress: SurveyProgress,
) -> None:
    """Outline the topic, save the plan and show it."""
    from reviewer.tasks.surveys.plan import plan_lines, survey_yaml
    from reviewer.tasks.surveys.run import plan_survey

    path = Path(f"{made.stem}.yaml")
    _check_free(path)
    plan = plan_survey(made.plan, shelf, writer, options, progress)
    if not any(own.sections for own in plan.reports):
        print_error("Nothing in this library is near the topic, so there is nothing to plan.")
        return
    _save_plan(path, survey_yaml(plan, shelf.papers()))
    print_out("\n".join(plan_lines(plan)) + "\n")
    if not asked.quiet:
        print_error(f"Written to {path}. Look at it, edit it, then: review survey {path}")


def write_reports(
    made: Made,
    asked: Asked,
    at_hand: tuple[Library, Writer],
    options: SurveyOptions,
    progress: SurveyProgress,
) -> int:
    """Run the plan into its folder; gives the exit code."""
    from reviewer.cli.library import words_alone_note
    from reviewer.cli.survey_files import ReportFiles
    from reviewer.tasks import run_survey
    from reviewer.types.surveys import Batch

    shelf, writer = at_hand
    files = ReportFiles(asked.output or made.stem, with_docx=asked.with_docx)
    files.begin(Batch(title=made.plan.title))
    batch = run_survey(made.plan, shelf, writer, replace(options, done=files.write), progress)
    files.finish(batch)
    progress.stop()
    return _told(batch, files.folder, asked, words_alone_note(shelf, is_at_hand=False))


def _told(batch: Batch, folder: Path, asked: Asked, note: str) -> int:
    from reviewer.cli.model import cost_line
    from reviewer.cli.survey_files import summary_lines
    from reviewer.render.json import batch_json

    print_out(batch_json(batch) if asked.is_json else f"{folder / 'index.html'}\n")
    failed = sum(report.failed for report in batch.reports)
    if not asked.quiet:
        for line in (note, *summary_lines(batch)):
            if line:
                print_error(line)
        print_error(f"{cost_line(batch.made.usage)}, {batch.made.usage.seconds:.1f} s")
        for report in batch.reports:
            for section in report.sections:
                if section.failed:
                    print_error(f"Failed: {report.title}, {section.title}: {section.failed}")
        if failed:
            print_error(f"{failed} failed; the others stand. Try them again with --retry")
    left_out = [said for r in batch.reports for s in r.sections for said in s.left_out]
    return 1 if failed else 3 if any("(strict)" in said for said in left_out) else 0


def _read(asked: Asked, shelf: Library) -> SurveyPlan:
    from reviewer.cli.library import file_named
    from reviewer.errors import SourceError, UsageError
    from reviewer.tasks.surveys.plan import read_survey_plan

    if not asked.filters.is_empty:
        raise UsageError("a plan names its scope", hint="Leave out --tag, --year and --venue.")
    hint = "Make a plan with: review survey --init TOPIC"
    text = file_named(asked.about, hint, SourceError, quiet=asked.quiet).text
    return read_survey_plan(text, asked.about, shelf.paper)


def _of_topic(topic: str) -> SurveyPlan:
    from reviewer.types.surveys import ReportPlan, SurveyPlan

    said = " ".join(topic.split())
    title = said[:1].upper() + said[1:]
    return SurveyPlan(title=title, reports=(ReportPlan(title=title, topic=said),))


def _with_flags(plan: SurveyPlan, asked: Asked) -> SurveyPlan:
    """Flags go before what stands in the plan."""
    changes: dict[str, Any] = {}
    if asked.effort is not None:
        from reviewer.cli.commands.ask import effort_of

        changes["depth"] = effort_of(asked.effort)
    if asked.papers is not None:
        changes["papers"] = asked.papers
    if asked.words is not None:
        changes["words"] = _checked_words(asked.words)
    if not asked.filters.is_empty:
        changes["filters"] = asked.filters
    reports: tuple[ReportPlan, ...] = tuple(r.model_copy(update=changes) for r in plan.reports)
    return plan.model_copy(update={"reports": reports})


def _checked_words(words: int) -> int:
    from reviewer.errors import UsageError
    from reviewer.tasks.surveys.plan import MOST_REPORT_WORDS
    from reviewer.tasks.yaml_plan import LEAST_WORDS

    if not LEAST_WORDS <= words <= MOST_REPORT_WORDS:
        raise UsageError(
            f"--words {words} is out of bounds", hint=f"Use {LEAST_WORDS} to {MOST_REPORT_WORDS}."
        )
    return words


def _calls(plan: SurveyPlan, writer: Writer) -> str:
    """What a run would take at most, in words."""
    from reviewer.types.writer import JUDGED_A_CALL, PAPERS_A_CALL

    if writer.name == "extractive":
        return "No model is set: 0 calls."
    calls = 0
    for report in plan.reports:
        sections = len(report.sections) or round(report.papers / 7.5)
        calls += -(-report.papers // PAPERS_A_CALL) + sections + 1
        calls += 0 if report.sections else 2
        if report.depth != "quick":
            calls += -(-10 * sections // JUDGED_A_CALL) + 1
    return (
        f"About {calls} calls to {writer.name}, without tables; fewer where fewer papers are found."
    )


def _stem(topic: str) -> str:
    from reviewer.tasks.surveys.run import names_of
    from reviewer.types.surveys import ReportPlan, SurveyPlan

    return names_of(SurveyPlan(title=topic, reports=(ReportPlan(title=topic, topic=topic),)))[0]


def _check_free(path: Path) -> None:
    from reviewer.errors import UsageError

    if path.exists():
        raise UsageError(
            f"{path} is there already", hint=f"Run it: review survey {path}, or move it away."
        )


def _save_plan(path: Path, text: str) -> None:
    from reviewer.render import write_whole

    _check_free(path)
    write_whole(path, text)
