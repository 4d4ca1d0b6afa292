"""What a survey's run works with, and how far it has come. Handed to every step of it."""

from __future__ import annotations

import threading
from dataclasses import dataclass, field

from pydantic import Field

from reviewer.library import Library
from reviewer.library.storage.steps import Steps, key_of
from reviewer.llm import StoppedError
from reviewer.types import Table
from reviewer.types.frozen import Frozen
from reviewer.types.progress import Progress, silent
from reviewer.types.surveys import ReportPlan
from reviewer.types.writer import Writer


class OutlinedSection(Frozen):
    """A section before it is written: what it is called, answers, and is made of."""

    title: str
    paper_ids: tuple[str, ...]
    questions: tuple[str, ...] = ()
    words: int | None = None


class Outline(Frozen):
    """A report's sections in order, and what had to be changed of a plan, in words."""

    sections: tuple[OutlinedSection, ...] = ()
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


@dataclass
class SectionCount:
    """Counts sections over all reports, and reports them. Threads may share it."""

    progress: Progress = silent
    done: int = 0
    total: int = 0
    alone: threading.RLock = field(default_factory=threading.RLock)

    def expect(self, sections: int) -> None:
        with self.alone:
            self.total += sections
            self.progress("Writing", self.done, self.total)

    def ended(self) -> None:
        with self.alone:
            self.done += 1
            self.progress("Writing", self.done, self.total)

    def say(self, news: str) -> None:
        with self.alone:
            self.progress(news, -1, 0)


@dataclass(frozen=True)
class Desk:
    """The library, the writer, the steps that are kept, how the run was told to go,
    and when it began."""

    library: Library
    writer: Writer
    steps: Steps
    jobs: int = 1
    is_strict: bool = False
    is_update: bool = False
    is_retry: bool = False
    now: str = ""
    count: SectionCount = field(default_factory=SectionCount)
    ending: threading.Event = field(default_factory=threading.Event)

    def check(self) -> None:
        """Raises StoppedError when the run is to end."""
        if self.ending.is_set():
            raise StoppedError("the run was ended", hint="Run it again.")

    def latest_key(self, plan: ReportPlan) -> str:
        """Of the last whole run of a report of this topic, scope and writer."""
        parts = [plan.title, plan.topic, plan.filters, plan.depth, self.writer.name]
        return key_of("latest", parts)

    def latest(self, plan: ReportPlan) -> Latest | None:
        return self.steps.find(self.latest_key(plan), Latest) if self.is_update else None
