"""What every step of a survey run works with, and how far the run has come."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import TypeVar

from pydantic import Field

from reviewer.errors import ModelError
from reviewer.library import Library
from reviewer.library.run_log import new_run_id
from reviewer.library.storage.steps import Steps, key_of
from reviewer.llm import LimitError, StoppedError
from reviewer.tasks.surveys.collect import Collected
from reviewer.types import Evidence, SurveyReport, Table
from reviewer.types.drafts import LeftOutPaper, Theme
from reviewer.types.frozen import Frozen
from reviewer.types.progress import Progress
from reviewer.types.surveys import (
    Made,
    ReportPlan,
    ReportProgress,
    SectionProgress,
    ViewQuestion,
)
from reviewer.types.writer import Writer

R = TypeVar("R")


class OutlinedSection(Frozen):
    """A section before it is written: its title, what it is to show, the questions it answers, and
    its paragraphs with their papers. `words` of None: its share of the report's."""

    title: str
    lead: str = ""
    themes: tuple[Theme, ...] = ()
    questions: tuple[str, ...] = ()
    words: int | None = None

    @property
    def paper_ids(self) -> tuple[str, ...]:
        return tuple(dict.fromkeys(i for theme in self.themes for i in theme.paper_ids))


class Outline(Frozen):
    """A report's sections in order, by what they divide the field, and the papers that are in none.
    `notes` say in words what had to be changed of a plan."""

    taxonomy: str = ""
    sections: tuple[OutlinedSection, ...] = ()
    left_out: tuple[LeftOutPaper, ...] = ()
    notes: tuple[str, ...] = ()


class Latest(Frozen):
    """A report as its last whole run left it, for an update: `section_keys` are those of its
    sections' steps, `read_ids` its papers; `titles` names them, in case one goes."""

    made: str
    outline: Outline
    section_keys: tuple[str, ...] = ()
    read_ids: tuple[str, ...] = ()
    titles: dict[str, str] = Field(default_factory=dict)
    tables: tuple[Table, ...] = ()


@dataclass(frozen=True)
class SurveyOptions:
    """How a run goes: `jobs` is calls at a time; the flags say how sections are treated; a retry
    tries failed sections again, with a `retry_title` only those of this title. `done` is called
    with each report as soon as it is whole, and `told` with how far a report is whenever that
    changes, both by one thread at a time."""

    jobs: int = 8
    is_strict: bool = False
    is_update: bool = False
    is_retry: bool = False
    retry_title: str = ""
    done: Callable[[SurveyReport], None] = field(default=lambda report: None)
    told: Callable[[ReportProgress], None] = field(default=lambda report: None)

    def tries_again(self, title: str) -> bool:
        """Whether a section of this title that failed is tried again."""
        return self.is_retry and self.retry_title in ("", title)


@dataclass
class SectionCount:
    """Counts sections over all reports, and shows the count as progress. Threads may share it."""

    progress: Progress
    done: int = 0
    total: int = 0
    alone: threading.RLock = field(default_factory=threading.RLock)

    def add(self, *, done: int = 0, expected: int = 0) -> None:
        with self.alone:
            self.done += done
            self.total += expected
            self.progress("Writing", self.done, self.total)

    def say(self, news: str) -> None:
        with self.alone:
            self.progress(news, -1, 0)


@dataclass
class Board:
    """How far each report of a run is, by its name, and who is told when that changes. Threads may
    share it."""

    told: Callable[[ReportProgress], None]
    reports: dict[str, ReportProgress] = field(default_factory=dict)
    alone: threading.RLock = field(default_factory=threading.RLock)

    def begin(self, name: str, title: str, sections: Iterable[str] = ()) -> None:
        """The report waits, or its sections are known."""
        waiting = tuple(SectionProgress(title=section) for section in sections)
        self._tell(ReportProgress(name=name, title=title, sections=waiting))

    def section(self, name: str, place: int, progress: SectionProgress) -> None:
        """The section at this place, from 0, is so far."""
        with self.alone:
            own = self.reports.get(name)
            if own is not None and place < len(own.sections):
                sections = (*own.sections[:place], progress, *own.sections[place + 1 :])
                self._tell(own.model_copy(update={"sections": sections}))

    def end(self, name: str, *, is_whole: bool) -> None:
        """The report is done; it is whole where nothing of it failed."""
        with self.alone:
            if is_whole and name in self.reports:
                self._tell(self.reports[name].model_copy(update={"is_whole": True}))

    def _tell(self, report: ReportProgress) -> None:
        with self.alone:
            self.reports[report.name] = report
            self.told(report)


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="seconds")


@dataclass(frozen=True)
class SurveyRun:
    """The library, the writer, the kept steps and the options of a run, and when it began:
    `started` in ISO 8601 (UTC), `clock` in seconds of the monotonic clock."""

    library: Library
    writer: Writer
    options: SurveyOptions
    steps: Steps
    count: SectionCount
    board: Board
    run_id: str = field(default_factory=new_run_id)
    started: str = field(default_factory=_now)
    clock: float = field(default_factory=time.monotonic)
    ending: threading.Event = field(default_factory=threading.Event)

    @property
    def jobs(self) -> int:
        return 1 if self.writer.name == "extractive" else self.options.jobs

    def made(self) -> Made:
        """When the run was made, if it ends now, and what it has cost so far."""
        spent = {"seconds": round(time.monotonic() - self.clock, 3)}
        usage = self.writer.usage().model_copy(update=spent)
        return Made(run_id=self.run_id, started=self.started, finished=_now(), usage=usage)

    def check(self) -> None:
        """Raises StoppedError when the run is ending."""
        if self.ending.is_set():
            raise StoppedError("the run was ended", hint="Run it again.")

    def latest_key(self, plan: ReportPlan) -> str:
        """Names the last whole run of a report of this title, topic, scope, depth and writer."""
        parts = [plan.title, plan.topic, plan.filters, plan.depth, self.writer.name]
        return key_of("latest", parts)


@dataclass(frozen=True)
class PreparedReport:
    """A report of a run before anything is read: its plan, the stem of its files' names, its
    questions and its papers. `latest` is what an update continues from, else None; `missing` says
    in words which steps failed so far."""

    run: SurveyRun
    plan: ReportPlan
    name: str
    questions: tuple[ViewQuestion, ...]
    collected: Collected
    latest: Latest | None
    missing: tuple[str, ...] = ()


def texts_in(evidence: Iterable[Evidence]) -> list[tuple[str, int | None]]:
    """What a model is shown of the evidence, for the key of a step: the ids of the chunks, each a
    hash over title and text, and the years. In no order of a search: a paper that joins the
    library may change the order of the others."""
    return sorted({item.chunk.id: item.paper.year for item in evidence}.items())


def tried(work: Callable[[], R]) -> R | ModelError:
    """What the work gives, or the ModelError that ended it: the other parts of a run go on. Raises
    LimitError and StoppedError, which end the run."""
    try:
        return work()
    except (LimitError, StoppedError):
        raise
    except ModelError as error:
        return error
