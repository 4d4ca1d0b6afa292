"""Long work that goes on while others ask: its state and its events."""

from __future__ import annotations

from typing import Any, Literal

from pydantic import Field

from reviewer.types.frozen import Frozen

JobState = Literal["waiting", "running", "done", "failed", "stopped", "interrupted"]
ENDED: frozenset[JobState] = frozenset({"done", "failed", "stopped", "interrupted"})


class Record(Frozen):
    """The result of a job that is no run, as `--json` has it: the kind of its schema, and its
    fields. The job keeps it."""

    kind: str
    fields: dict[str, Any]

    @property
    def run_id(self) -> str:
        return ""


class Job(Frozen):
    """A piece of long work. `asked` is what it was asked for, as JSON; `owner` names the process
    that does it. `stage`, `done` and `total` are its last progress; `place` is its place among
    those that wait, from 1. `run_id` is the run that keeps its result, or `record` is the result;
    `error` and `hint` say why it failed. `interrupted`: its process ended before it did; nothing
    starts it again by itself."""

    id: str
    kind: str
    title: str
    asked: dict[str, Any] = Field(default_factory=dict)
    state: JobState = "waiting"
    owner: str = ""
    made: str = ""
    started: str = ""
    finished: str = ""
    stage: str = ""
    done: int = 0
    total: int = 0
    place: int = 0
    run_id: str = ""
    record: Record | None = None
    error: str = ""
    hint: str = ""

    @property
    def has_ended(self) -> bool:
        return self.state in ENDED


class JobEvent(Frozen):
    """Something that happened in a job. `number` counts from 1 within it, so that a reader who was
    away goes on after the last one that was seen. `kind`: progress, message, the state that the job
    came into, or a name of the work's own, as `claims`, whose `data` are parts of the result."""

    number: int
    kind: str
    text: str = ""
    done: int = 0
    total: int = 0
    data: dict[str, Any] = Field(default_factory=dict)
