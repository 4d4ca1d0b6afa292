"""The page on which a reader says whether two papers are one, and takes that back."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Literal
from urllib.parse import urlencode

from fastapi import APIRouter, Form, Request
from pydantic import BaseModel, ConfigDict, Field
from starlette.responses import RedirectResponse, Response

from reviewer.library import merge_papers
from reviewer.library.decisions import keep_apart, paper_pairs, settled, undo_decision
from reviewer.render import byline, readable_date
from reviewer.serve.desk import AtDesk
from reviewer.serve.pages.frame import page
from reviewer.serve.pages.library import library_values, names_of
from reviewer.text import clean
from reviewer.text.views import shorten
from reviewer.types import Paper
from reviewer.types.duplicates import PaperPair

router = APIRouter(include_in_schema=False)

_ABSTRACT_CHARS = 420
_A_PAGE = 20
_DONE = {
    "same": "They are one paper now.",
    "different": "They stay two papers, and nobody asks again.",
    "undo": "That is taken back.",
}


@dataclass(frozen=True)
class Fact:
    """What two papers say of one thing; they `differ` where both say something, and not the
    same."""

    name: str
    one: str
    other: str

    @property
    def differs(self) -> bool:
        return bool(self.one and self.other and self.one.casefold() != self.other.casefold())


@router.get("/library/duplicates")
def show(
    request: Request, desk: AtDesk, done: str = "", one: str = "", other: str = ""
) -> Response:
    """Pairs that wait for a decision, side by side, then what was decided."""
    pairs = paper_pairs(desk.at_hand, "doubtful")
    return page(
        request,
        "live/duplicates.html.jinja",
        **library_values(desk, "/library/duplicates"),
        pairs=[(pair, _facts(pair)) for pair in pairs[:_A_PAGE]],
        more=max(0, len(pairs) - _A_PAGE),
        settled=[
            (decision, [name for paper in decision.papers for name in _names(paper)][:2])
            for decision in settled(desk.at_hand)
        ],
        said=_DONE.get(done, ""),
        undo=(one, other) if done in ("same", "different") and one and other else None,
    )


class Decided(BaseModel):
    """A decision on two papers."""

    model_config = ConfigDict(extra="ignore")

    one: str = Field(max_length=300)
    other: str = Field(max_length=300)
    verdict: Literal["same", "different", "undo"]


@router.post("/library/duplicates")
def decide(desk: AtDesk, form: Annotated[Decided, Form()]) -> Response:
    """Keep the decision, or take it back."""
    with desk.shared.writing() as library:
        if form.verdict == "same":
            merge_papers(library, (form.one, form.other))
        elif form.verdict == "different":
            keep_apart(library, form.one, form.other)
        else:
            undo_decision(library, form.one, form.other)
    said = urlencode({"done": form.verdict, "one": form.one, "other": form.other})
    return RedirectResponse(f"/library/duplicates?{said}", 303)


def _names(paper: Paper) -> list[str]:
    """Two names for a paper that was made of two, one for another."""
    return [paper.key, *paper.aliases[:1]]


def _facts(pair: PaperPair) -> list[Fact]:
    facts = [
        Fact("Authors", clean(byline(pair.one)), clean(byline(pair.other))),
        Fact("Date", readable_date(pair.one), readable_date(pair.other)),
        Fact("Venue", clean(pair.one.venue), clean(pair.other.venue)),
        Fact("DOI", pair.one.doi, pair.other.doi),
        Fact("arXiv", pair.one.arxiv_id, pair.other.arxiv_id),
        Fact("File", _files(pair.one), _files(pair.other)),
        Fact("Abstract", _abstract(pair.one), _abstract(pair.other)),
    ]
    return [fact for fact in facts if fact.one or fact.other]


def _files(paper: Paper) -> str:
    return ", ".join(dict.fromkeys(names_of([origin.file for origin in paper.origins])))


def _abstract(paper: Paper) -> str:
    return shorten(clean(paper.abstract), _ABSTRACT_CHARS)
