"""The filters and pages of lists, as parameters of an address."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, TypeVar
from urllib.parse import urlencode

from fastapi import Request, Response
from pydantic import BaseModel, ConfigDict, Field

from reviewer.errors import NotFoundError
from reviewer.library import Library
from reviewer.serve.works.asks import FiltersIn
from reviewer.types.searches import Filters

T = TypeVar("T")
Words = Annotated[str, Field(max_length=300)]
Names = Annotated[list[str], Field(max_length=500)]


class FiltersAsked(BaseModel):
    """The filters of an address: `year=2024:&tag=rl&tag=new`."""

    model_config = ConfigDict(extra="forbid")

    year: str = Field(default="", max_length=40, description="2024, 2023:2025, 2024: or :2020.")
    venue: Words = ""
    tag: Names = []
    key: Names = []
    file: Names = []

    def filters(self, library: Library) -> Filters:
        """Raises UsageError and NotFoundError, as those of a request's body do."""
        asked = FiltersIn(
            year=self.year, venue=self.venue, tags=self.tag, keys=self.key, files=self.file
        )
        return asked.filters(library)


def one_page(items: Sequence[T], names: Sequence[str], limit: int, after: str) -> Sequence[T]:
    """The items after the one with the name `after`, at most `limit`. Raises NotFoundError."""
    start = 0
    if after:
        if after not in names:
            raise NotFoundError(f"nothing here is named '{after[:80]}'", hint="Begin without it.")
        start = names.index(after) + 1
    return items[start : start + limit]


def say_next(request: Request, response: Response, last: str, *, has_more: bool) -> Response:
    """Name the address of the next page (RFC 8288), where there is one."""
    if has_more:
        asked = [(n, v) for n, v in request.query_params.multi_items() if n != "after"]
        address = f"{request.scope['path']}?{urlencode([*asked, ('after', last)])}"
        response.headers["Link"] = f'<{address}>; rel="next"'
    return response
