"""Does jobs in threads: a few at once, with events, and a stop that ends model calls at once."""

from __future__ import annotations

import logging
import secrets
import time
from collections import deque
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from queue import SimpleQueue
from threading import Condition, Event, Thread
from typing import Any, Literal, Protocol

from reviewer.errors import LibraryError, ReviewError, UsageError
from reviewer.library.job_store import JobStore
from reviewer.llm import StoppedError
from reviewer.types.jobs import Job, JobEvent, JobState, Record
from reviewer.types.writer import Writer

Need = Literal["model", "words", "writing"]
AT_ONCE: dict[Need, int] = {"model": 2, "words": 2, "writing": 1}
MOST_EVENTS = 2000  # of a job that are kept
_MOST_KEPT = 50  # ended jobs whose results and events stay in memory
_LEAST_GAP_S = 0.1  # between two events of progress
_SAVED_EVERY_S = 2.0  # progress in the database
_JOIN_S = 10.0


class HasRun(Protocol):
    """A result that is kept as a run."""

    @property
    def run_id(self) -> str: ...


@dataclass(frozen=True)
class Work:
    """What a job does. `do` is given a Control and returns the result; `asked` is what it was asked
    for, to be kept; `need` says which jobs it waits for: those that call a model, those that do
    not, or those that write papers."""

    kind: str
    title: str
    do: Callable[[Control], HasRun]
    asked: dict[str, Any] = field(default_factory=dict)
    need: Need = "words"


class Jobs:
    """The jobs of one process. Any thread may call these.

    Stopping a job closes its writer, which ends model calls at once; work without a model stops
    where it next reports its progress.
    """

    def __init__(self, store: JobStore) -> None:
        """Jobs that an earlier process left unfinished become `interrupted`; none is started."""
        self._store = store
        self._changed = Condition()
        self._running: dict[str, _Running] = {}  # by id, also those that have ended
        self._queues: dict[Need, SimpleQueue[_Running | None]] = {}
        self._threads: list[Thread] = []
        self._is_closed = False
        with suppress(LibraryError):  # a library that cannot be written can still be asked
            self._store.mark_interrupted()

    def start(self, work: Work) -> Job:
        """Begin the work, or let it wait for its turn. Where the library cannot be written the job
        is known to this process alone. Raises LibraryError after `close`."""
        if self._is_closed:
            raise LibraryError("no more jobs are taken: the program is ending", hint="Start again.")
        job = Job(
            id=f"{datetime.now(UTC):%Y%m%d-%H%M%S}-{secrets.token_hex(4)}",
            kind=work.kind,
            title=work.title,
            asked=work.asked,
            owner=self._store.owner,
            made=_now(),
        )
        with suppress(LibraryError):
            self._store.own()
            self._store.save(job)
        running = _Running(job, work, self._changed, self._store)
        with self._changed:
            self._forget_oldest()
            self._running[job.id] = running
        self._queue(work.need).put(running)
        return self.job(job.id)

    def job(self, job_id: str) -> Job:
        """The job as it is now. Raises NotFoundError."""
        with self._changed:
            if running := self._running.get(job_id):
                return running.job.model_copy(update={"place": self._place(running)})
        return self._store.job(job_id)

    def jobs(self, most: int = 20) -> list[Job]:
        """The newest jobs of the library, also those of other processes."""
        return [self.job(job.id) for job in self._store.jobs(most)]

    def own(self) -> list[Job]:
        """The jobs of this process that are kept in memory, oldest first."""
        with self._changed:
            return [running.job for running in self._running.values()]

    def result(self, job_id: str) -> HasRun | None:
        """What the job gave; None while it works, and for a job of an earlier process, whose result
        is a run of the library."""
        running = self._running.get(job_id)
        return running.result if running else None

    def events(self, job_id: str, after: int = 0, wait_s: float = 0.0) -> list[JobEvent]:
        """The job's events after the number `after`, oldest first. With none yet it waits for one,
        at most `wait_s` and not after the job's end. Those of an earlier process are not kept."""
        running = self._running.get(job_id)
        if running is None:
            self._store.job(job_id)
            return []

        def is_there() -> bool:
            return running.job.has_ended or running.last_number > after

        with self._changed:
            self._changed.wait_for(is_there, wait_s)
            return [event for event in running.events if event.number > after]

    def wait(self, job_id: str, most_s: float) -> Job:
        """The job when it has ended, or as it is after `most_s` seconds."""
        running = self._running.get(job_id)
        if running is not None:
            with self._changed:
                self._changed.wait_for(lambda: running.job.has_ended, most_s)
        return self.job(job_id)

    def stop(self, job_id: str) -> Job:
        """End the job: one that waits never begins. What was paid for is kept. Raises UsageError
        for one that runs in another process."""
        running = self._running.get(job_id)
        if running is None:
            job = self._store.job(job_id)
            if not job.has_ended and self._store.lives(job.owner):
                raise UsageError(f"job {job_id} runs in another process", hint="Stop it there.")
            self._store.mark_interrupted()
            return self._store.job(job_id)
        running.stop()
        return self.job(job_id)

    def close(self, wait_s: float = _JOIN_S) -> None:
        """Take no more jobs, stop all, and wait for them. Close the library only after this."""
        self._is_closed = True
        for running in list(self._running.values()):
            running.stop()
        for queue in self._queues.values():
            for _ in self._threads:
                queue.put(None)
        end = time.monotonic() + wait_s
        for thread in self._threads:
            thread.join(max(0.0, end - time.monotonic()))
        self._store.leave()

    def _queue(self, need: Need) -> SimpleQueue[_Running | None]:
        with self._changed:
            if need not in self._queues:
                queue = self._queues[need] = SimpleQueue()
                for number in range(AT_ONCE[need]):
                    name = f"jobs-{need}-{number}"
                    thread = Thread(target=_serve, args=(queue,), name=name, daemon=True)
                    self._threads.append(thread)
                    thread.start()
            return self._queues[need]

    def _place(self, running: _Running) -> int:
        """The place of a job that waits, among those that wait for the same."""
        if running.job.state != "waiting":
            return 0
        same = [r for r in self._running.values() if r.work.need == running.work.need]
        return 1 + [r for r in same if r.job.state == "waiting"].index(running)

    def _forget_oldest(self) -> None:
        ended = [job_id for job_id, running in self._running.items() if running.job.has_ended]
        for job_id in ended[: max(0, len(ended) - _MOST_KEPT)]:
            del self._running[job_id]


class Control:
    """What working code is given: it reports through this, and is stopped through this."""

    def __init__(self, running: _Running) -> None:
        self._running = running

    def progress(self, stage: str, done: int, total: int) -> None:
        """A `Progress`. Raises StoppedError when the job was stopped."""
        self.go_on()
        self._running.report(stage, done, total)

    def tell(self, kind: str, data: dict[str, Any]) -> None:
        """Hand on a part of the result as soon as it stands, as an event of this kind. Raises
        StoppedError when the job was stopped."""
        self.go_on()
        self._running.tell(kind, data)

    def go_on(self) -> None:
        """Raises StoppedError when the job was stopped."""
        if self._running.is_stopped.is_set():
            raise StoppedError("the job was stopped", hint="Ask again; what was paid for is kept.")

    def use(self, writer: Writer) -> Writer:
        """Let a stop end this writer's calls."""
        self._running.writers.append(writer)
        self.go_on()
        return writer


class _Running:
    """A job of this process. What changes in it changes under `changed`."""

    def __init__(self, job: Job, work: Work, changed: Condition, store: JobStore) -> None:
        self.job, self.work = job, work
        self.events: deque[JobEvent] = deque(maxlen=MOST_EVENTS)
        self.last_number = 0
        self.is_stopped = Event()
        self.writers: list[Writer] = []
        self._changed, self._store = changed, store
        self._reported = self._saved = 0.0
        self.result: HasRun | None = None

    def do(self) -> None:
        """Work, and keep how that ended. Nothing that the work raises ends the thread."""
        if self.is_stopped.is_set():
            return
        self._become("running", started=_now())
        try:
            result = self.work.do(Control(self))
        except StoppedError as error:
            state: JobState = "stopped" if self.is_stopped.is_set() else "failed"
            self._become(state, finished=_now(), error=error.message, hint=error.hint)
        except ReviewError as error:
            self._become("failed", finished=_now(), error=error.message, hint=error.hint)
        except Exception as error:  # a bug: the job says so, the log has the rest
            logging.getLogger(__name__).exception("a job of kind %s failed", self.job.kind)
            said = f"a fault of the program: {type(error).__name__}"
            self._become("failed", finished=_now(), error=said, hint="Please report it.")
        else:
            self.result = result
            record = result if isinstance(result, Record) else None
            self._become("done", finished=_now(), run_id=result.run_id, record=record)

    def stop(self) -> None:
        self.is_stopped.set()
        for writer in self.writers:
            writer.close()
        if self.job.state == "waiting":
            self._become("stopped", finished=_now())

    def report(self, stage: str, done: int, total: int) -> None:
        now = time.monotonic()
        is_message = done < 0
        if not is_message and stage == self.job.stage and now - self._reported < _LEAST_GAP_S:
            return
        self._reported = now
        with self._changed:
            if not is_message:
                changed = {"stage": stage, "done": done, "total": total}
                self.job = self.job.model_copy(update=changed)
            self._tell("message" if is_message else "progress", stage, max(done, 0), total)
            if now - self._saved > _SAVED_EVERY_S:
                self._saved = now
                self._keep()

    def tell(self, kind: str, data: dict[str, Any]) -> None:
        with self._changed:
            self._tell(kind, "", self.job.done, self.job.total, data)

    def _become(self, state: JobState, **fields: Any) -> None:  # noqa: ANN401  fields of any type
        with self._changed:
            if self.job.has_ended:
                return
            self.job = self.job.model_copy(update={"state": state, **fields})
            self._tell(state, fields.get("error", ""), self.job.done, self.job.total)
            self._keep()

    def _tell(
        self, kind: str, text: str, done: int, total: int, data: dict[str, Any] | None = None
    ) -> None:
        self.last_number += 1
        event = JobEvent(
            number=self.last_number, kind=kind, text=text, done=done, total=total, data=data or {}
        )
        self.events.append(event)
        self._changed.notify_all()

    def _keep(self) -> None:
        """Keep the state; a library that cannot be written must not end the work."""
        with suppress(LibraryError):
            self._store.save(self.job)


def _serve(queue: SimpleQueue[_Running | None]) -> None:
    while (running := queue.get()) is not None:
        running.do()


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="milliseconds")
