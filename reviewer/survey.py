"""run_survey: from a plan to its reports, side by side under one budget, every step kept."""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor, wait
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import TypeVar

from reviewer.collecting import collect
from reviewer.desk import Desk, Progress
from reviewer.errors import ModelError
from reviewer.keeping import keep_run, new_run_id
from reviewer.library import Library
from reviewer.maps import PaperMap
from reviewer.pacing import LimitError, StoppedError
from reviewer.records import Report, silent
from reviewer.reports import (
    Batch,
    Flow,
    Made,
    Methods,
    ReportPlan,
    SectionPlan,
    SurveyPlan,
    SurveyReport,
)
from reviewer.results import Run
from reviewer.sectioning import outline
from reviewer.steps import Steps, key_of
from reviewer.surveying import points_of_view, read_report, write_report
from reviewer.writers import Writer

R = TypeVar("R")

GRACE_S = 5.0  # that calls in flight have to end after an interrupt
_NAME_CHARS = 60
_UNKEPT = {"papers": (), "map": PaperMap(), "made": Made()}
_RESERVED = re.compile(r"index|survey|plan|con|prn|aux|nul|(?:com|lpt)\d")


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
    report: Report = silent,
) -> Batch:
    """Write the plan's reports, from the steps that are kept and those that are made now.

    A part of a report that fails is named there, a report that fails as a whole has no section,
    and the others stand. Raises LimitError or StoppedError when a limit or too many failures end
    the run, ModelError when every report fails; what was finished is kept, and the same run goes
    on. At an interrupt calls in flight have GRACE_S to end; at the next one it ends at once.
    """
    options = options or SurveyOptions()
    began, clock = datetime.now(UTC), time.monotonic()
    desk = _desk(library, writer, options, report)
    run_id = new_run_id()

    def made() -> Made:
        spent = round(time.monotonic() - clock, 3)
        return Made(
            run_id=run_id,
            started=began.isoformat(timespec="seconds"),
            finished=datetime.now(UTC).isoformat(timespec="seconds"),
            usage=writer.usage().model_copy(update={"seconds": spent}),
        )

    def write(named: tuple[str, ReportPlan]) -> SurveyReport:
        desk.check()
        whole = write_report(named[1], named[0], desk).model_copy(update={"made": made()})
        with desk.progress.alone:
            options.done(whole)
        return whole

    pairs = list(zip(names_of(plan), plan.reports, strict=True))
    results = _side_by_side(write, pairs, desk)
    errors = [found for found in results if isinstance(found, ModelError)]
    if errors and len(errors) == len(results):
        raise errors[0]
    reports = tuple(
        _fallen(pair, found, desk) if isinstance(found, ModelError) else found
        for pair, found in zip(pairs, results, strict=True)
    )
    batch = Batch(title=plan.title, reports=reports, made=made())
    _keep(batch, plan, library, writer, report)
    return batch


def plan_survey(
    plan: SurveyPlan,
    library: Library,
    writer: Writer,
    options: SurveyOptions | None = None,
    report: Report = silent,
) -> SurveyPlan:
    """The plan with the questions and sections that its reports would have, to be looked at. What
    is read for it is kept, and not read again when the plan is run."""
    desk = _desk(library, writer, options or SurveyOptions(), report)

    def outlined(named: tuple[str, ReportPlan]) -> ReportPlan:
        own = named[1]
        if own.sections:
            return own
        questions = points_of_view(own, desk)
        report("Searching", 0, 0)
        collected = collect(own, questions, library)
        if not collected.papers:
            return own
        readings = read_report(own, questions, collected, desk)
        made = outline(own, collected, readings, desk, None)
        key_by_id = {paper.id: paper.key for paper in collected.papers}
        sections = tuple(
            SectionPlan(title=s.title, keys=tuple(key_by_id[i] for i in s.paper_ids))
            for s in made.sections
        )
        return own.model_copy(update={"questions": tuple(questions), "sections": sections})

    found = _side_by_side(outlined, list(zip(names_of(plan), plan.reports, strict=True)), desk)
    for error in found:
        if isinstance(error, ModelError):
            raise error
    return plan.model_copy(update={"reports": tuple(found)})


def names_of(plan: SurveyPlan) -> list[str]:
    """A stem of file names for each report: its title's words with hyphens, each name once."""
    names: list[str] = []
    for report in plan.reports:
        words = re.findall(r"[^\W_]+", report.title.casefold())
        stem = "-".join(words)[:_NAME_CHARS].rstrip("-") or "report"
        stem = f"{stem}-report" if _RESERVED.fullmatch(stem) else stem
        name, number = stem, 1
        while name in names:
            number += 1
            name = f"{stem}-{number}"
        names.append(name)
    return names


def _desk(library: Library, writer: Writer, options: SurveyOptions, report: Report) -> Desk:
    return Desk(
        library=library,
        writer=writer,
        steps=Steps(library.database),
        jobs=1 if writer.name == "extractive" else options.jobs,
        is_strict=options.is_strict,
        is_update=options.is_update,
        is_retry=options.is_retry,
        now=datetime.now(UTC).isoformat(timespec="seconds"),
        progress=Progress(report),
    )


def _side_by_side(
    work: Callable[[tuple[str, ReportPlan]], R], pairs: Sequence[tuple[str, ReportPlan]], desk: Desk
) -> list[R | ModelError]:
    """What the work gives for each report, or the ModelError that it ended with."""
    if desk.jobs == 1:
        return [_tried(work, pair) for pair in pairs]
    pool = ThreadPoolExecutor(max(1, min(desk.jobs, len(pairs))))
    futures: list[Future[R | ModelError]] = [pool.submit(_tried, work, pair) for pair in pairs]
    try:
        results = [future.result() for future in futures]
    except BaseException as error:
        desk.ending.set()
        is_stopped = isinstance(error, KeyboardInterrupt | LimitError | StoppedError)
        desk.writer.close(at_once=not is_stopped)
        pool.shutdown(wait=False, cancel_futures=True)
        if is_stopped:
            _let_end(futures, desk)
        raise
    pool.shutdown()
    return results


def _let_end(futures: Sequence[Future[R]], desk: Desk) -> None:
    """Wait for the calls in flight, so that what they cost is kept. A second interrupt ends it."""
    desk.progress.report(f"Ending: calls in flight have {GRACE_S:g} s; Ctrl-C again: none", -1, 0)
    wait(futures, GRACE_S)


def _tried(
    work: Callable[[tuple[str, ReportPlan]], R], pair: tuple[str, ReportPlan]
) -> R | ModelError:
    try:
        return work(pair)
    except (LimitError, StoppedError):
        raise
    except ModelError as error:
        return error


def _fallen(pair: tuple[str, ReportPlan], error: ModelError, desk: Desk) -> SurveyReport:
    desk.progress.say(f"The report '{pair[1].title}' failed: {error.message}")
    return SurveyReport(
        name=pair[0],
        title=pair[1].title,
        topic=pair[1].topic,
        flow=Flow(),
        methods=Methods(writer=desk.writer.name, depth=pair[1].depth),
        failed=1,
    )


def _keep(batch: Batch, plan: SurveyPlan, library: Library, writer: Writer, report: Report) -> None:
    kept = batch.model_copy(
        update={"reports": tuple(r.model_copy(update=_UNKEPT) for r in batch.reports)}
    )
    run = Run(
        id=batch.made.run_id,
        command="survey",
        question=batch.title,
        writer=writer.name,
        prompt_hashes=writer.prompt_hashes(),
        usage=batch.made.usage,
        result=kept.model_dump(mode="json", exclude={"made"}),
    )
    settings = {"plan": key_of("plan", [plan])[:16], "reports": len(plan.reports)}
    keep_run(run, library, report, settings)
