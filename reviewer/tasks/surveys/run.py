"""run_survey: from a plan to its reports, side by side under one budget, every step kept."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor, as_completed, wait
from dataclasses import replace
from functools import partial
from typing import TypeVar

from reviewer.errors import ModelError
from reviewer.library import Library, keep_run
from reviewer.library.run_log import Request
from reviewer.library.storage.steps import Steps, key_of
from reviewer.llm import LimitError, StoppedError
from reviewer.search import map_papers
from reviewer.tasks.answers.gather import reads
from reviewer.tasks.surveys.cards import make_cards
from reviewer.tasks.surveys.collect import collect
from reviewer.tasks.surveys.context import (
    Board,
    Latest,
    PreparedReport,
    SectionCount,
    SurveyRun,
    tried,
)
from reviewer.tasks.surveys.context import SurveyOptions as SurveyOptions
from reviewer.tasks.surveys.outline import make_outline
from reviewer.tasks.surveys.report import expected_sections, points_of_view, write_report
from reviewer.text.filenames import file_names
from reviewer.types import SurveyReport
from reviewer.types.drafts import Theme
from reviewer.types.maps import PaperMap
from reviewer.types.progress import Progress, silent
from reviewer.types.surveys import Batch, Made, Methods, ReportPlan, SectionPlan, SurveyPlan
from reviewer.types.writer import Writer

A = TypeVar("A")
R = TypeVar("R")

GRACE_S = 5.0  # that calls in flight have to end after an interrupt
_NAME_CHARS = 60
_UNKEPT = {"papers": (), "map": PaperMap(), "made": Made()}
_OWN_NAMES = ("index", "survey", "plan")


def run_survey(
    plan: SurveyPlan,
    library: Library,
    writer: Writer,
    options: SurveyOptions | None = None,
    progress: Progress = silent,
) -> Batch:
    """Write the plan's reports, from the steps that are kept and those that are made now.

    A part of a report that fails is named there, a report that fails as a whole has no section,
    and the others stay. Raises LimitError or StoppedError when a limit or too many failures end
    the run, ModelError when every report fails; what was finished is kept, and the same run goes
    on. At an interrupt calls in flight have GRACE_S to end; at the next one it ends at once.
    """
    batch = write_reports(plan, library, writer, options, progress)
    kept = tuple(report.model_copy(update=_UNKEPT) for report in batch.reports)
    settings = {"plan": key_of("plan", [plan])[:16], "reports": len(plan.reports)}
    request = Request("survey", batch.title, settings, writer.prompt_hashes())
    keep_run(batch.model_copy(update={"reports": kept}), request, library, progress)
    return batch


def write_reports(
    plan: SurveyPlan,
    library: Library,
    writer: Writer,
    options: SurveyOptions | None = None,
    progress: Progress = silent,
) -> Batch:
    """As `run_survey`, without a run that the library keeps."""
    options = options or SurveyOptions()
    run = _begun(library, writer, options, progress)

    def write(prepared: PreparedReport) -> SurveyReport:
        run.check()
        return write_report(prepared)

    def ended(found: SurveyReport | ModelError) -> SurveyReport | ModelError:
        if isinstance(found, ModelError):
            return found
        themes = [Theme(name=s.title, paper_ids=s.paper_ids) for s in found.sections]
        laid_out = map_papers(found.papers, themes, library)
        whole = found.model_copy(update={"map": laid_out, "made": run.made()})
        options.done(whole)
        run.board.end(whole.name, is_whole=not whole.failed)
        return whole

    results = _side_by_side(write, _prepared(plan, run), run, ended)
    errors = [found for found in results if isinstance(found, ModelError)]
    if errors and len(errors) == len(results):
        raise errors[0]
    reports = []
    for own, name, found in zip(plan.reports, names_of(plan), results, strict=True):
        if isinstance(found, ModelError):  # the report failed as a whole: it has no section
            run.count.say(f"The report '{own.title}' failed: {found.message}")
            methods = Methods(writer=writer.name, depth=own.depth)
            found = SurveyReport(
                name=name, title=own.title, topic=own.topic, methods=methods, failed=1
            )
        reports.append(found)
    return Batch(title=plan.title, reports=tuple(reports), made=run.made())


def _begun(
    library: Library, writer: Writer, options: SurveyOptions, progress: Progress
) -> SurveyRun:
    steps = Steps(library.database)
    return SurveyRun(library, writer, options, steps, SectionCount(progress), Board(options.told))


def plan_survey(
    plan: SurveyPlan,
    library: Library,
    writer: Writer,
    options: SurveyOptions | None = None,
    progress: Progress = silent,
) -> SurveyPlan:
    """The plan with the questions and sections that its reports would have, to be looked at. What
    is read for it is kept, and not read again when the plan is run."""
    options = options or SurveyOptions()
    run = _begun(library, writer, options, progress)

    def outlined(prepared: PreparedReport) -> ReportPlan:
        own, papers = prepared.plan, prepared.collected.papers
        if own.sections or not papers:
            return own
        made = make_outline(replace(prepared, latest=None), make_cards(prepared).by_id).outline
        key_by_id = {paper.id: paper.key for paper in papers}
        sections = tuple(
            SectionPlan(title=s.title, keys=tuple(key_by_id[i] for i in s.paper_ids))
            for s in made.sections
        )
        return own.model_copy(update={"questions": prepared.questions, "sections": sections})

    found = _all_of(_side_by_side(outlined, _prepared(plan, run), run))
    return plan.model_copy(update={"reports": tuple(found)})


def _prepared(plan: SurveyPlan, run: SurveyRun) -> list[PreparedReport]:
    """Every report's questions, asked side by side, and then its papers. All searches are made
    before anything is read: they take the processor, which calls side by side need, and contact no
    service but an embedding's provider."""
    for name, own in zip(names_of(plan), plan.reports, strict=True):
        run.board.begin(name, own.title)
    asked = _side_by_side(lambda own: points_of_view(own, run), plan.reports, run)
    made: list[PreparedReport] = []
    for name, own, found in zip(names_of(plan), plan.reports, asked, strict=True):
        questions, missing = own.questions, tuple[str, ...]()
        if isinstance(found, ModelError):
            missing = (f"no questions from points of view: {found.message}",)
        else:
            questions = found
        run.count.progress("Searching", len(made), len(plan.reports))
        latest = run.steps.find(run.latest_key(own), Latest) if run.options.is_update else None
        collected = collect(
            own,
            questions,
            run.library,
            latest.read_ids if latest else (),
            has_floor=not reads(run.writer),
        )
        made.append(PreparedReport(run, own, name, questions, collected, latest, missing))
    run.count.add(expected=sum(expected_sections(p) for p in made))
    return made


def _all_of(results: Sequence[R | ModelError]) -> list[R]:
    """The results. Raises the first ModelError among them."""
    for found in results:
        if isinstance(found, ModelError):
            raise found
    return [found for found in results if not isinstance(found, ModelError)]


def names_of(plan: SurveyPlan) -> list[str]:
    """A stem of file names for each report: its title's words with hyphens, each name once."""
    stems: list[str] = []
    for report in plan.reports:
        words = re.findall(r"[^\W_]+", report.title.casefold())
        stem = "-".join(words)[:_NAME_CHARS].rstrip("-") or "report"
        stems.append(f"{stem}-report" if stem in _OWN_NAMES else stem)
    return file_names(stems, "")


def _side_by_side(
    work: Callable[[A], R],
    items: Sequence[A],
    run: SurveyRun,
    ended: Callable[[R | ModelError], R | ModelError] = lambda found: found,
) -> list[R | ModelError]:
    """What `ended` makes of each item's result, or of the ModelError that it ended with. It is
    called in this thread, as soon as the result is there."""
    if run.jobs == 1:
        return [ended(tried(partial(work, item))) for item in items]
    pool = ThreadPoolExecutor(max(1, min(run.jobs, len(items))))
    futures: list[Future[R | ModelError]]
    futures = [pool.submit(tried, partial(work, item)) for item in items]
    try:
        made = {future: ended(future.result()) for future in as_completed(futures)}
    except BaseException as error:
        run.ending.set()
        is_stopped = isinstance(error, KeyboardInterrupt | LimitError | StoppedError)
        run.writer.close(at_once=not is_stopped)
        pool.shutdown(wait=False, cancel_futures=True)
        if is_stopped:  # what the calls in flight cost is kept; a second interrupt ends the wait
            news = f"Ending: calls in flight have {GRACE_S:g} s; Ctrl-C again: none"
            run.count.progress(news, -1, 0)
            wait(futures, GRACE_S)
        raise
    pool.shutdown()
    return [made[future] for future in futures]
