"""Papers: lists, one, its text, what is like it, tags and notes, bibliographies."""

from __future__ import annotations

from collections import Counter
from typing import Annotated

from fastapi import APIRouter, Query, Request
from pydantic import BaseModel, ConfigDict, Field, StringConstraints
from starlette.responses import Response

from reviewer.errors import NotFoundError
from reviewer.library.decisions import list_entries
from reviewer.library.listing import ListOptions, list_papers
from reviewer.render import render
from reviewer.render.json import paper_json, papers_json, records_json
from reviewer.render.registry import FORMATS
from reviewer.search import find_similar
from reviewer.serve.desk import AtDesk
from reviewer.serve.documents import document, gives
from reviewer.serve.queries import FiltersAsked, Names, Words, one_page, say_next
from reviewer.types import Paper

router = APIRouter(tags=["papers"])
_EXPORTS = {
    "bib": "bibtex", "ris": "ris", "json": "csl-json", "jsonl": "jsonl", "csv": "csv"
}  # fmt: skip
_MOST_TEXT = 100_000


class PaperIn(BaseModel):
    """What a user writes on a paper. What is left out stays as it is."""

    model_config = ConfigDict(extra="forbid")

    tags: list[Annotated[str, StringConstraints(strip_whitespace=True, min_length=1)]] | None = (
        Field(default=None, max_length=100)
    )
    notes: str | None = Field(default=None, max_length=100_000)


class PapersAsked(FiltersAsked):
    """What `review papers` takes, and which page of the list."""

    author: Words = ""
    title: Words = ""
    has: Names = Field(default=[])
    lacks: Names = Field(default=[])
    sort: Words = "added"
    reverse: bool = False
    limit: int = Field(default=1000, ge=1, le=10_000)
    after: Words = ""


class SimilarAsked(FiltersAsked):
    """Which papers to look among, and how many to give."""

    limit: int = Field(default=10, ge=1, le=200)


class ExportAsked(FiltersAsked):
    """Which papers, and by which keys they are named."""

    made_keys: bool = False


@router.get("/papers", responses=gives("papers"))
def listed(request: Request, desk: AtDesk, asked: Annotated[PapersAsked, Query()]) -> Response:
    """The papers that pass, as `review papers` lists them. `Link` names the next page."""
    options = ListOptions(
        asked.author,
        asked.title,
        tuple(asked.has),
        tuple(asked.lacks),
        asked.sort,
        asked.reverse,
    )
    found = list_papers(desk.at_hand.papers(asked.filters(desk.at_hand)), options)
    shown = one_page(found, [paper.key for paper in found], asked.limit, asked.after)
    response = document(request, papers_json(shown))
    has_more = bool(shown) and shown[-1] is not found[-1]
    return say_next(request, response, shown[-1].key if shown else "", has_more=has_more)


@router.get("/papers/{key}", responses=gives("paper"))
def show(request: Request, desk: AtDesk, key: str) -> Response:
    """One paper with its texts, and what was quoted from it."""
    paper = desk.at_hand.paper(key)
    return document(request, paper_json(paper, desk.at_hand.ledger.quotes_of(paper.id)))


@router.get("/papers/{key}/text")
def text(
    desk: AtDesk,
    key: str,
    part: Annotated[str, Query(pattern="^(title|abstract|body|references)$")] = "abstract",
    offset: Annotated[int, Query(ge=0)] = 0,
    most: Annotated[int, Query(ge=1, le=_MOST_TEXT)] = 8000,
) -> dict[str, str | int | None]:
    """A piece of a paper's text as it was read, from character `offset` on; `next_offset` is null
    at its end."""
    paper = desk.at_hand.paper(key)
    whole = paper.text_of(part)
    end = min(offset + most, len(whole))
    return {
        "key": paper.key,
        "part": part,
        "offset": offset,
        "text": whole[offset:end],
        "characters": len(whole),
        "next_offset": end if end < len(whole) else None,
    }


@router.get("/papers/{key}/similar", responses=gives("search"))
def similar(
    request: Request, desk: AtDesk, key: str, asked: Annotated[SimilarAsked, Query()]
) -> Response:
    """The papers that are most like one."""
    library = desk.library
    found = find_similar(library.paper(key).key, library, asked.limit, asked.filters(library))
    return document(request, str(render(found, "json")))


@router.get("/papers/{key}/entries", responses=gives("entries"))
def entries(request: Request, desk: AtDesk, key: str) -> Response:
    """The entries that a paper is made of."""
    return document(request, records_json("entries", list_entries(desk.at_hand, key)))


@router.patch("/papers/{key}", responses=gives("paper"))
def change(request: Request, desk: AtDesk, key: str, given: PaperIn) -> Response:
    """Put tags and a note on a paper, in the place of those that it has."""

    def changed(paper: Paper) -> Paper:
        update: dict[str, object] = {}
        if given.tags is not None:
            update["tags"] = tuple(sorted(set(given.tags)))
        if given.notes is not None:
            update["notes"] = given.notes
        return paper.model_copy(update=update)

    with desk.shared.writing() as library:
        paper = library.change([key], changed)[0]
    return document(request, paper_json(paper, desk.at_hand.ledger.quotes_of(paper.id)))


@router.delete("/papers/{key}", status_code=204)
def remove(desk: AtDesk, key: str) -> None:
    """Take a paper out of the library."""
    with desk.shared.writing() as library:
        library.remove(key)


@router.get("/tags")
def tags(desk: AtDesk) -> dict[str, dict[str, int]]:
    """All tags, and how many papers have each."""
    counts = Counter(tag for paper in desk.at_hand.papers() for tag in paper.tags)
    return {"tags": dict(sorted(counts.items()))}


@router.get("/export.{suffix}")
def export(desk: AtDesk, suffix: str, asked: Annotated[ExportAsked, Query()]) -> Response:
    """Papers as a bibliography, as `review export` writes it: bib, ris, json (CSL), jsonl, csv."""
    if suffix not in _EXPORTS:
        raise NotFoundError(f"no form '{suffix[:20]}'", hint=f"Use {', '.join(_EXPORTS)}.")
    form = _EXPORTS[suffix]
    papers = desk.at_hand.papers(asked.filters(desk.at_hand))
    if not asked.made_keys and form != "jsonl":
        papers = desk.at_hand.with_own_keys(papers)
    headers = {"Content-Disposition": f'attachment; filename="papers{FORMATS[form][0]}"'}
    return Response(render(papers, form), headers=headers, media_type="text/plain; charset=utf-8")
