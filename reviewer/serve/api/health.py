"""How the server and its library are."""

from __future__ import annotations

from importlib import metadata

from fastapi import APIRouter, Request
from starlette.responses import Response

from reviewer.render.json import findings_json
from reviewer.serve.desk import AtDesk
from reviewer.serve.documents import document, gives
from reviewer.serve.problems import in_public
from reviewer.tasks.doctor import examine

router = APIRouter(tags=["health"])


@router.get("/health")
def health(desk: AtDesk) -> dict[str, str | float | bool | None]:
    """The version, how many papers there are, the embedding's and the model's name, whether a
    search need not wait, and whether the library was restored or repaired since the start; what
    all jobs since then have cost (null where a price is not known), and what they may."""
    library = desk.at_hand
    return {
        "version": metadata.version("reviewer"),
        "papers": library.catalogue.count(),
        "embedding": library.embedding_name if library.has_vectors else "",
        "model": desk.settings.model,
        "is_ready": desk.is_ready,
        "was_replaced": desk.was_replaced,
        "spent_usd": desk.usage.cost_usd,
        "budget_usd": desk.settings.budget_usd,
    }


@router.get("/doctor", responses=gives("doctor"))
def doctor(request: Request, desk: AtDesk) -> Response:
    """What works here, and what to do about what does not."""
    text = findings_json(examine(desk.settings))
    is_local = request.app.state.access.is_local
    return document(request, text if is_local else in_public(text, request))
