"""Pages of papers' PDFs: their pictures, and where a quote stands on them."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Path, Query, Request
from starlette.responses import Response

from reviewer.errors import NotFoundError
from reviewer.render.quote_pages import on_pages_json
from reviewer.serve.desk import AtDesk
from reviewer.serve.documents import document, gives
from reviewer.tasks.pages import find_on_pages, picture_of
from reviewer.types.pages import QuotePiece

router = APIRouter(tags=["pages"])

Number = Annotated[int, Path(ge=1, le=100_000)]
Place = Annotated[int, Query(ge=0, le=1_000_000_000)]
PartName = Annotated[str, Query(max_length=20)]


@router.get(
    "/papers/{key}/pages/{number}.png",
    response_class=Response,
    responses={200: {"content": {"image/png": {}}}},
)
def picture(desk: AtDesk, key: str, number: Number) -> Response:
    """The picture of a page, two pixels a point."""
    library = desk.at_hand
    drawn = picture_of(library, library.paper(key), number)[1]
    return Response(drawn, media_type="image/png")


@router.get("/papers/{key}/pages/{number}/boxes")
def boxes(
    desk: AtDesk, key: str, number: Number, part: PartName, start: Place, end: Place
) -> QuotePiece:
    """The rectangles of some characters of a part on one page."""
    library = desk.at_hand
    found = find_on_pages(library, library.paper(key), part, start, end)
    piece = next((piece for piece in found.pieces if piece.page == number), None)
    if piece is None:
        reason = found.reason or f"these words are not on page {number}"
        raise NotFoundError(reason, hint="Leave the page out: GET /papers/KEY/quote")
    return piece


@router.get("/papers/{key}/quote", responses=gives("quote_on_pages"))
def quote(
    request: Request, desk: AtDesk, key: str, part: PartName, start: Place, end: Place
) -> Response:
    """Where some characters of a part stand in the PDF, page by page: what `open --json` prints."""
    library = desk.at_hand
    found = find_on_pages(library, library.paper(key), part, start, end)
    return document(request, on_pages_json(found))
