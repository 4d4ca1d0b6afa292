"""The events of a job as a stream of server-sent events (HTML Standard, 9.2)."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator
from functools import partial

import anyio
import anyio.to_thread
from starlette.responses import StreamingResponse

from reviewer.errors import ReviewError
from reviewer.tasks.jobs.desk import Desk
from reviewer.types.jobs import Job, JobEvent

MOST_STREAMS = 64
_LOOK_S = 0.1
_COMMENT_S = 15.0  # a line that keeps a proxy from closing a silent stream


class TooManyStreamsError(ReviewError, code="busy"):
    """More streams of events are open than the server has."""


class Streams:
    """The open streams of one server. They end when the server does."""

    def __init__(self) -> None:
        self.open = 0
        self.are_ending = False
        self._threads = anyio.CapacityLimiter(4)

    def end(self) -> None:
        """Let all of them end."""
        self.are_ending = True

    async def of_job(self, desk: Desk, job_id: str, after: int) -> StreamingResponse:
        """The events of a job after number `after`, as they come, then `end` with the job. Raises
        NotFoundError, and TooManyStreamsError where MOST_STREAMS are open."""
        await anyio.to_thread.run_sync(desk.jobs.job, job_id)
        if self.open >= MOST_STREAMS:
            raise TooManyStreamsError(
                f"{MOST_STREAMS} streams of events are open", hint="Close a page, or ask later."
            )
        return StreamingResponse(
            self._events(desk, job_id, after),
            media_type="text/event-stream",
            headers={"X-Accel-Buffering": "no"},
        )

    async def _events(self, desk: Desk, job_id: str, after: int) -> AsyncIterator[str]:
        self.open += 1
        try:
            spoke = time.monotonic()
            while not self.are_ending:
                look = partial(_look, desk, job_id, after)
                job, found = await anyio.to_thread.run_sync(look, limiter=self._threads)
                for event in found:
                    after, spoke = event.number, time.monotonic()
                    data = event.model_dump_json()
                    yield f"id: {event.number}\nevent: {event.kind}\ndata: {data}\n\n"
                if job.has_ended:
                    yield f"event: end\ndata: {job.model_dump_json(exclude={'owner'})}\n\n"
                    return
                if time.monotonic() - spoke > _COMMENT_S:
                    spoke = time.monotonic()
                    yield ": still working\n\n"
                await asyncio.sleep(_LOOK_S)
        finally:
            self.open -= 1


def _look(desk: Desk, job_id: str, after: int) -> tuple[Job, list[JobEvent]]:
    """The job, and then its events: one that ends in between has all of them next time."""
    return desk.jobs.job(job_id), desk.jobs.events(job_id, after)
