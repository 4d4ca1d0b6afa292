"""run_survey: from a plan to its reports, side by side under one budget, every step kept."""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor, as_completed, wait
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import NamedTuple, TypeVar

from reviewer.errors import ModelError
from reviewer.library import Library, keep_run
from reviewer.library.run_log import Request, new_run_id
from reviewer.library.storage.steps import Steps, key_of
from reviewer.llm import LimitError, StoppedError
from reviewer.tasks.surveys.context import Desk, SectionCount
from reviewer.tasks.surveys.report import (
    Prepared,
    expected_sections,
    points_of_view,
    prepare,
    read_report,
    with_map,
    write_report,
)
from reviewer.tasks.surveys.sections import outline
from reviewer.text.filenames import file_names
from reviewer.types import SurveyReport
from reviewer.types.maps import PaperMap
from reviewer.types.progress import Progress, silent
from reviewer.types.surveys import Batch, Flow, Made, Methods, ReportPlan, SectionPlan, SurveyPlan
from reviewer.types.writer import Writer

A = TypeVar("A")
R = TypeVar("R")

GRACE_S = 5.0  # that calls in flight have to end after an interrupt
_NAME_CHARS = 60
_UNKEPT = {"papers": (), "map": PaperMap(), "made": Made()}
_OWN_NAMES = ("index", "survey", "plan")


@dataclass(frozen=True)
class SurveyOptions:
    """How a run goes: calls at a time, and what becomes of sections. `done` is told of each report
    as soon as it is whole, by one thread at a time."""

    jobs: int = 8
    is_strict: bool = False
    is_update: bool = False
    is_retry: bool = False
    done: Callable[[SurveyReport], None] = field(default=lambda report: None)


def run_survey(
    plan: SurveyPlan,
    library: Library,
    writer: Writer,
    options: SurveyOptions | None = None,
    progress: Progress = silent,
) -> Batch:
    """Write the plan's reports, from the steps that are kept and those that are made now.

    A part of a report that fails is named there, a report that fails as a whole has no section,
    and the others stand. Raises LimitError or StoppedError when a limit or too many failures end
    the run, ModelError when every report fails; what was finished is kept, and the same run goes
    on. At an interrupt calls in flight have GRACE_S to end; at the next one it ends at once.
    """
    options = options or SurveyOptions()
    began, clock = datetime.now(UTC), time.monotonic()
    desk = _desk(library, writer, options, progress)
    run_id = new_run_id()

    def made() -> Made:
        spent = round(time.monotonic() - clock, 3)
        return Made(
            run_id=run_id,
            started=began.isoformat(timespec="seconds"),
            finished=datetime.now(UTC).isoformat(timespec="seconds"),
            usage=writer.usage().model_copy(update={"seconds": spent}),
        )

    def write(planned: _Planned) -> SurveyReport:
        desk.check()
        return write_report(planned.plan, planned.name, planned.prepared, desk)

    def ended(found: SurveyReport | ModelError) -> SurveyReport | ModelError:
        if isinstance(found, ModelError):
            return found
        whole = with_map(found, desk).model_copy(update={"made": made()})
        options.done(whole)
        return whole

    results = _side_by_side(write, _planned(plan, desk, progress), desk, ended)
    errors = [found for found in results if isinstance(found, ModelError)]
    if errors and len(errors) == len(results):
        raise errors[0]
    reports = tuple(
        _fallen(pair, found, desk) if isinstance(found, ModelError) else found
        for pair, found in zip(zip(names_of(plan), plan.reports, strict=True), results, strict=True)
    )
    batch = Batch(title=plan.title, reports=reports, made=made())
    _keep(batch, plan, library, writer, progress)
    return batch


def plan_survey(
    plan: SurveyPlan,
    library: Library,
    writer: Writer,
    options: SurveyOptions | None = None,
    progress: Progress = silent,
) -> SurveyPlan:
    """The plan with the questions and sections that its reports would have, to be looked at. What
    is read for it is kept, and not read again when the plan is run."""
    desk = _desk(library, writer, options or SurveyOptions(), progress)

    def outlined(planned: _Planned) -> ReportPlan:
        own, (questions, collected, _) = planned.plan, planned.prepared
        if own.sections or not collected.papers:
            return own
        readings = read_report(own, questions, collected, desk)
        made = outline(own, collected, readings, desk, None)
        key_by_id = {paper.id: paper.key for paper in collected.papers}
        sections = tuple(
            SectionPlan(title=s.title, keys=tuple(key_by_id[i] for i in s.paper_ids))
            for s in made.sections
        )
        return own.model_copy(update={"questions": tuple(questions), "sections": sections})

    found = _all_of(_side_by_side(outlined, _planned(plan, desk, progress), desk))
    return plan.model_copy(update={"reports": tuple(found)})


class _Planned(NamedTuple):
    plan: ReportPlan
    name: str
    prepared: Prepared


def _planned(plan: SurveyPlan, desk: Desk, progress: Progress) -> list[_Planned]:
    """Every report's questions, asked side by side, and then its papers. All searches are made
    before anything is read: they take the processor, which calls side by side need."""
    asked = _all_of(_side_by_side(lambda own: points_of_view(own, desk), plan.reports, desk))
    made: list[_Planned] = []
    for name, own, questions in zip(names_of(plan), plan.reports, asked, strict=True):
        progress("Searching", len(made), len(plan.reports))
        made.append(_Planned(own, name, prepare(own, questions, desk)))
    desk.count.expect(sum(expected_sections(p.plan, p.prepared.collected) for p in made))
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


def _desk(library: Library, writer: Writer, options: SurveyOptions, progress: Progress) -> Desk:
    return Desk(
        library=library,
        writer=writer,
        steps=Steps(library.database),
        jobs=1 if writer.name == "extractive" else options.jobs,
        is_strict=options.is_strict,
        is_update=options.is_update,
        is_retry=options.is_retry,
        now=datetime.now(UTC).isoformat(timespec="seconds"),
        count=SectionCount(progress),
    )


def _side_by_side(
    work: Callable[[A], R],
    items: Sequence[A],
    desk: Desk,
    ended: Callable[[R | ModelError], R | ModelError] = lambda found: found,
) -> list[R | ModelError]:
    """What `ended` makes of each item's result, or of the ModelError that it ended with. It is
    called in this thread, as soon as the result is there."""
    if desk.jobs == 1:
        return [ended(_tried(work, item)) for item in items]
    pool = ThreadPoolExecutor(max(1, min(desk.jobs, len(items))))
    futures: list[Future[R | ModelError]] = [pool.submit(_tried, work, item) for item in items]
    try:
        made = {future: ended(future.result()) for future in as_completed(futures)}
    except BaseException as error:
        desk.ending.set()
        is_stopped = isinstance(error, KeyboardInterrupt | LimitError | StoppedError)
        desk.writer.close(at_once=not is_stopped)
        pool.shutdown(wait=False, cancel_futures=True)
        if is_stopped:
            _let_end(futures, desk)
        raise
    pool.shutdown()
    return [made[future] for future in futures]


def _let_end(futures: Sequence[Future[R]], desk: Desk) -> None:
    """Wait for the calls in flight, so that what they cost is kept. A second interrupt ends it."""
    desk.count.progress(f"Ending: calls in flight have {GRACE_S:g} s; Ctrl-C again: none", -1, 0)
    wait(futures, GRACE_S)


def _tried(work: Callable[[A], R], item: A) -> R | ModelError:
    try:
        return work(item)
    except (LimitError, StoppedError):
        raise
    except ModelError as error:
        return error


def _fallen(pair: tuple[str, ReportPlan], error: ModelError, desk: Desk) -> SurveyReport:
    desk.count.say(f"The report '{pair[1].title}' failed: {error.message}")
    return SurveyReport(
        name=pair[0],
        title=pair[1].title,
        topic=pair[1].topic,
        flow=Flow(),
        methods=Methods(writer=desk.writer.name, depth=pair[1].depth),
        failed=1,
    )


def _keep(
    batch: Batch, plan: SurveyPlan, library: Library, writer: Writer, progress: Progress
) -> None:
    kept = batch.model_copy(
        update={"reports": tuple(r.model_copy(update=_UNKEPT) for r in batch.reports)}
    )
    settings = {"plan": key_of("plan", [plan])[:16], "reports": len(plan.reports)}
    request = Request("survey", batch.title, settings, writer.prompt_hashes())
    keep_run(kept, request, library, progress)
