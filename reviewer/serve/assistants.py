"""The server of `review mcp` over HTTP, at /mcp, with the page's own library and jobs."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import anyio.to_thread
from starlette.types import ASGIApp, Receive, Scope, Send

from reviewer.serve.access import Access
from reviewer.tasks.jobs.desk import Desk


class Assistants:
    """Answers at /mcp. Its libraries take most of a second to import, so they are imported in a
    thread after what a search needs; a request that comes before waits for them."""

    def __init__(self, desk: Desk, access: Access) -> None:
        self._desk, self._access = desk, access
        self._is_there = asyncio.Event()
        self._answer: ASGIApp | None = None
        self._task: asyncio.Task[None] | None = None
        self._loop: asyncio.AbstractEventLoop | None = None

    @asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        """Serve for as long as this is open."""
        self._loop = asyncio.get_running_loop()
        self._task = asyncio.create_task(self._run())
        try:
            yield
        finally:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)

    def end(self) -> None:
        """End all streams. Any thread may call this."""
        if self._loop is not None and self._task is not None:
            self._loop.call_soon_threadsafe(self._task.cancel)

    async def _run(self) -> None:
        manager = await anyio.to_thread.run_sync(self._make, abandon_on_cancel=True)
        async with manager.run():
            self._answer = manager.handle_request
            self._is_there.set()
            await asyncio.Event().wait()

    def _make(self) -> Any:  # noqa: ANN401  a type of a library that is imported late
        """Made after what a search needs is loaded: two threads that import the same libraries at
        once find them half imported."""
        self._desk.wait_until_warm()
        from reviewer.mcp import over_http

        return over_http(self._desk, self._access.hosts, self._access.origins)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        await self._is_there.wait()
        assert self._answer is not None
        await self._answer(scope, receive, send)
