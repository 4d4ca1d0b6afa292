"""The application: routes behind a guard, with a library that opens while the first page shows."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from importlib import metadata

import anyio.to_thread
from fastapi import FastAPI
from starlette.routing import Route

from reviewer.errors import ReviewError
from reviewer.serve import api, pages
from reviewer.serve.access import Access
from reviewer.serve.assistants import Assistants
from reviewer.serve.events import Streams
from reviewer.serve.guard import Guard
from reviewer.serve.problems import add_handlers
from reviewer.serve.screens import Screens
from reviewer.serve.session import Sessions
from reviewer.settings import Settings
from reviewer.tasks.jobs.desk import Desk


def create_app(
    settings: Settings, access: Access, on_fault: Callable[[ReviewError], None] | None = None
) -> FastAPI:
    """The page and the API for the library of the settings, which is made where there is none.
    `on_fault` is called, in a thread, where the library cannot be opened."""
    desk = Desk(settings, makes=True, on_fault=on_fault)
    assistants, streams = Assistants(desk, access), Streams()
    screens = Screens(desk)

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        desk.begin()
        async with assistants.running():
            yield
        await anyio.to_thread.run_sync(screens.close)
        await anyio.to_thread.run_sync(desk.close)

    app = FastAPI(
        title="review",
        version=metadata.version("reviewer"),
        lifespan=lifespan,
        docs_url=None,
        redoc_url=None,
        openapi_url="/api/v1/openapi.json",
    )
    app.state.desk, app.state.access = desk, access
    app.state.sessions, app.state.streams = Sessions(access.cookie), streams
    app.state.screens = screens
    app.state.leaving = (streams.end, assistants.end)
    app.include_router(pages.router)
    app.include_router(api.router)
    app.router.routes.append(Route("/mcp", endpoint=assistants))
    add_handlers(app)
    app.add_middleware(Guard, access=access, sessions=app.state.sessions)
    return app


def leave(app: FastAPI) -> None:
    """End all streams, because the server is ending: it waits for them."""
    for end in app.state.leaving:
        end()
