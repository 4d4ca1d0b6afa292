"""What a route needs: the desk, with the library, the jobs, the settings and writers."""

from __future__ import annotations

from typing import Annotated

from fastapi import Depends, Request

from reviewer.tasks.jobs.desk import Desk


def desk_of(request: Request) -> Desk:
    """The desk of the application that the request reached."""
    desk: Desk = request.app.state.desk
    return desk


AtDesk = Annotated[Desk, Depends(desk_of)]
