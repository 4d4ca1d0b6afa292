"""The page of a paper: its text, its PDF's pages, what was quoted from it, what is near to it."""

from __future__ import annotations

from typing import Annotated, Any
from urllib.parse import quote as quoted_in_address
from urllib.parse import urlencode

from fastapi import APIRouter, Form, Query, Request
from pydantic import BaseModel, ConfigDict, Field
from starlette.responses import RedirectResponse, Response

from reviewer.errors import ReviewError
from reviewer.library import Library
from reviewer.render.describe import link_of
from reviewer.render.html.live_paper import quoted_in, shown_sections
from reviewer.render.json import paper_json
from reviewer.render.quote_pages import STATE_WORDS, excerpt_of
from reviewer.search import find_similar, find_words
from reviewer.serve.desk import AtDesk
from reviewer.serve.documents import document
from reviewer.serve.pages.frame import page
from reviewer.serve.pages.library import EXPORTS, names_of
from reviewer.tasks.citation_graph import linked_papers
from reviewer.tasks.pages import files_of, find_on_pages, picture_of
from reviewer.text import clean
from reviewer.types import Paper
from reviewer.types.pages import QuoteOnPages
from reviewer.types.searches import QuotePlace

router = APIRouter(include_in_schema=False)

_SIMILAR = 6
_PAGE_SIZE = (612.0, 792.0)  # of a page before one is drawn


class Asked(BaseModel):
    """The words that the reader wants to see: by their place, or as a quote."""

    model_config = ConfigDict(extra="ignore")

    quote: str = Field(default="", max_length=10_000)
    part: str = Field(default="", max_length=20)
    start: int = Field(default=0, ge=0, le=1_000_000_000)
    end: int = Field(default=0, ge=0, le=1_000_000_000)
    done: str = Field(default="", max_length=20)


_DONE = {"tags": "The tags are kept.", "notes": "The notes are kept."}


@router.get("/papers/{key}.json")
def as_json(request: Request, desk: AtDesk, key: str) -> Response:
    """The same record as `show --json`."""
    library = desk.at_hand
    paper = library.paper(key)
    written = paper_json(paper, library.ledger.quotes_of(paper.id))
    return document(request, written)


@router.get("/papers/{key}")
def show(request: Request, desk: AtDesk, key: str, asked: Annotated[Asked, Query()]) -> Response:
    """The paper, opened at the words that are asked for."""
    library = desk.at_hand
    paper = library.paper(key)
    quoted = library.ledger.quoted_from(paper.id)
    found, fault = _found(library, paper, asked)
    span = (found.start, found.end) if found else None

    def sections(name: str) -> Any:  # noqa: ANN401  a template's value
        own = span if found and found.part == name else None
        return shown_sections(paper, name, quoted, own)

    return page(
        request,
        "live/paper.html.jinja",
        here="/library",
        paper=paper,
        link=link_of(paper),
        ids=_ids(paper),
        certainty=_certainty(paper),
        files=names_of(sorted({origin.file for origin in paper.origins})),
        abstract=sections("abstract"),
        body=sections("body"),
        references=clean(paper.text_of("references")),
        quoted=quoted_in(quoted),
        found=found,
        fault=fault,
        state_words=STATE_WORDS,
        pdf=_pdf(library, paper, found),
        versions=[v for name in paper.versions if (v := library.catalogue.paper_named(name))],
        exports=EXPORTS,
        said=_DONE.get(asked.done, ""),
        address=f"/papers/{quoted_in_address(paper.key, safe='')}",
    )


@router.get("/papers/{key}/source")
def source(request: Request, desk: AtDesk, key: str, asked: Annotated[Asked, Query()]) -> Response:
    """The picture of the PDF's page with the words marked, for a place beside an answer."""
    library = desk.at_hand
    paper = library.paper(key)
    found = find_on_pages(library, paper, asked.part, asked.start, asked.end)
    return page(
        request,
        "live/source.html.jinja",
        here="/library",
        paper=paper,
        found=found,
        state_words=STATE_WORDS,
        excerpt=excerpt_of(found.pieces[0]) if found.pieces else None,
    )


@router.get("/papers/{key}/near")
def near(request: Request, desk: AtDesk, key: str) -> Response:
    """Similar papers, those of the library that it cites, and those that cite it: fills a place on
    the paper's own page."""
    library = desk.library
    paper = library.paper(key)
    similar = find_similar(paper.id, library, _SIMILAR)
    cites, cited_by = linked_papers(library, paper)
    groups = [
        ("Similar papers", [hit.paper for hit in similar.hits]),
        ("Cites, of this library", cites),
        ("Cited by, in this library", cited_by),
    ]
    held = [(title, papers) for title, papers in groups if papers]
    return page(request, "live/near.html.jinja", here="/library", paper=paper, groups=held)


class Words(BaseModel):
    """A field of the form of tags, or of notes."""

    model_config = ConfigDict(extra="ignore")

    text: str = Field(default="", max_length=100_000)


@router.post("/papers/{key}/tags")
def set_tags(desk: AtDesk, key: str, form: Annotated[Words, Form()]) -> Response:
    """Give the paper these tags, which commas separate, and no others."""
    tags = tuple(sorted({tag.strip() for tag in form.text.split(",") if tag.strip()}))
    return _changed(desk, key, "tags", {"tags": tags})


@router.post("/papers/{key}/notes")
def set_notes(desk: AtDesk, key: str, form: Annotated[Words, Form()]) -> Response:
    """Give the paper these notes in place of those that it has."""
    text = form.text.replace("\r\n", "\n").strip()
    return _changed(desk, key, "notes", {"notes": text})


def _changed(desk: AtDesk, key: str, done: str, update: dict[str, Any]) -> Response:
    with desk.shared.writing() as library:
        (paper,) = library.change([key], lambda own: own.model_copy(update=update))
    address = quoted_in_address(paper.key, safe="")
    return RedirectResponse(f"/papers/{address}?{urlencode({'done': done})}#{done}", 303)


def _found(library: Library, paper: Paper, asked: Asked) -> tuple[QuoteOnPages | None, str]:
    """Where the words that are asked for stand, and what is wrong with them, in words."""
    if asked.quote:
        places = find_words(asked.quote, library, key=paper.key).found
        if not places:
            return None, "The paper does not say these words."
        place: QuotePlace | Asked = places[0]
    elif asked.part:
        place = asked
    else:
        return None, ""
    try:
        return find_on_pages(library, paper, place.part, place.start, place.end), ""
    except ReviewError as error:
        return None, error.message


def _pdf(library: Library, paper: Paper, found: QuoteOnPages | None) -> dict[str, Any]:
    """What the page shows of the PDF: how many pages, their size, or why there is none."""
    held = files_of(library, paper)
    if not held:
        return {"pages": 0, "fault": ""}
    if held[0].path is None:
        return {"pages": 0, "fault": f"{held[0].fault}, so its pages cannot be shown."}
    first = found.pieces[0] if found and found.pieces else None
    try:
        if first:
            width, height = first.width, first.height
        else:
            view, _ = picture_of(library, paper, 1)
            width, height = view.width, view.height
    except ReviewError as error:
        return {"pages": 0, "fault": f"{error.message}."}
    pieces = {piece.page: piece for piece in found.pieces} if found else {}
    return {
        "pages": held[0].pages,
        "fault": "",
        "width": round(width),
        "height": round(height),
        "pieces": pieces,
        "name": held[0].name,
    }


def _ids(paper: Paper) -> list[tuple[str, str, str]]:
    """Each identifier: its name, itself, and the address that it leads to."""
    ids = [
        ("DOI", paper.doi, f"https://doi.org/{paper.doi}"),
        ("arXiv", paper.arxiv_id, f"https://arxiv.org/abs/{paper.arxiv_id}"),
        ("PubMed", paper.pmid, f"https://pubmed.ncbi.nlm.nih.gov/{paper.pmid}/"),
    ]
    return [(name, value, address) for name, value, address in ids if value]


def _certainty(paper: Paper) -> list[tuple[str, str]]:
    """The fields that rules found in the PDF, and how sure each is."""
    found = paper.extra.get("certainty", {})
    names = {"doi": "DOI", "arxiv_id": "arXiv number"}
    return [(names.get(name, name), str(how)) for name, how in sorted(found.items())]
