"""Papers that may be one, and what the user decides about them."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Request
from pydantic import BaseModel, ConfigDict, Field
from starlette.responses import Response

from reviewer.errors import UsageError
from reviewer.library import merge_papers
from reviewer.library.decisions import keep_apart, paper_pairs, split_paper
from reviewer.render.json import papers_json, records_json
from reviewer.serve.desk import AtDesk
from reviewer.serve.documents import document, gives

router = APIRouter(tags=["duplicates"])
Two = Annotated[list[str] | None, Field(default=None, min_length=2, max_length=2)]


class DecisionIn(BaseModel):
    """One decision: these two are the same paper, or different ones, or the entries `take` are
    taken out of the paper `split`."""

    model_config = ConfigDict(extra="forbid")

    same: Two
    different: Two
    split: str = Field(default="", max_length=300)
    take: list[int] = Field(default=[], max_length=500)


@router.get("/duplicates", responses=gives("pairs"))
def waiting(request: Request, desk: AtDesk, versions: bool = False) -> Response:
    """Papers that may be one and wait for a decision; or preprints and their published papers."""
    pairs = paper_pairs(desk.at_hand, "versions" if versions else "doubtful")
    return document(request, records_json("pairs", pairs))


@router.post("/duplicates", responses=gives("papers"))
def decide(request: Request, desk: AtDesk, decision: DecisionIn) -> Response:
    """Decide. Gives the papers that there are then; the decision is remembered."""
    given = [bool(decision.same), bool(decision.different), bool(decision.split)]
    if sum(given) != 1 or bool(decision.take) != bool(decision.split):
        raise UsageError(
            "give one decision", hint="Use same or different with two keys, or split with take."
        )
    with desk.shared.writing() as library:
        if decision.same:
            papers = [merge_papers(library, decision.same)]
        elif decision.different:
            papers = list(keep_apart(library, *decision.different))
        else:
            papers = list(split_paper(library, decision.split, decision.take))
    return document(request, papers_json(papers))
