"""The pages of the library: its papers, what is done with chosen ones, and their files."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated, Any
from urllib.parse import urlencode

from fastapi import APIRouter, Form, Query, Request
from pydantic import BaseModel, ConfigDict, Field
from starlette.concurrency import run_in_threadpool
from starlette.responses import RedirectResponse, Response

from reviewer.errors import UsageError
from reviewer.library import Library
from reviewer.library.decisions import paper_pairs
from reviewer.library.listing import ListOptions, list_papers
from reviewer.render import render
from reviewer.render.json import papers_json
from reviewer.render.registry import FORMATS
from reviewer.search import SearchOptions, find
from reviewer.serve.desk import AtDesk
from reviewer.serve.documents import document
from reviewer.serve.forms import add_form
from reviewer.serve.pages.frame import page
from reviewer.serve.works.adds import add_work
from reviewer.serve.works.enrich import EnrichIn, enrich_work
from reviewer.tasks.alerts.saved_searches import saved_searches
from reviewer.tasks.jobs.desk import Desk
from reviewer.text import clean, counted
from reviewer.types import Paper
from reviewer.types.searches import Filters

router = APIRouter(include_in_schema=False)

_A_PAGE = 100
_MOST_FOUND = 50  # papers that a search shows
HELD = {
    "": "anything",
    "text": "full text",
    "pdf": "a PDF",
    "abstract": "an abstract only",
    "title": "a title only",
}
_HELD: dict[str, tuple[tuple[str, ...], tuple[str, ...]]] = {  # what papers must have, and lack
    "": ((), ()),
    "text": (("text",), ()),
    "pdf": (("pdf",), ()),
    "abstract": (("abstract",), ("text",)),
    "title": ((), ("abstract", "text")),
}
SORTS = {
    "": "Newest arrivals",
    "year": "Newest papers",
    "title": "Title",
    "author": "Author",
    "venue": "Venue",
}
LACKS = ("year", "authors", "abstract", "doi")
EXPORTS = {"bibtex": "BibTeX", "ris": "RIS", "csl-json": "CSL-JSON", "csv": "CSV"}
_DONE = {
    "tag": "{} tagged.",
    "untag": "The tag is off {}.",
    "removed": "{} removed. To get them back, add the files again that they came from.",
}


class Wanted(BaseModel):
    """Which papers the list shows, as the address says it."""

    model_config = ConfigDict(extra="ignore")

    q: str = Field(default="", max_length=1000)
    first_year: str = Field(default="", pattern=r"^\s*(\d{4})?\s*$")
    last_year: str = Field(default="", pattern=r"^\s*(\d{4})?\s*$")
    tag: str = Field(default="", max_length=300)
    venue: str = Field(default="", max_length=300)
    held: str = Field(default="", max_length=20)
    lacks: str = Field(default="", max_length=20)
    retracted: str = Field(default="", max_length=5)
    sort: str = Field(default="", max_length=20)
    after: int = Field(default=0, ge=0)

    def filters(self) -> Filters:
        first, last = self.first_year.strip(), self.last_year.strip()
        return Filters(
            year_from=int(first) if first else None,
            year_to=int(last) if last else None,
            venue=self.venue.strip(),
            tags=(self.tag,) if self.tag else (),
        )

    def listing(self) -> ListOptions:
        """Raises UsageError for a word that the page does not offer."""
        if self.held not in _HELD:
            raise UsageError(f"'{self.held}' is not known here", hint="Choose it on the page.")
        has, lacks = _HELD[self.held]
        if self.retracted:
            has = (*has, "retraction")
        if self.lacks:
            lacks = (*lacks, self.lacks)
        sort = self.sort or "added"
        return ListOptions("", "", has, lacks, sort, is_reversed=sort == "added")

    def limits(self) -> list[tuple[str, str]]:
        """Each limit in words, with the names of the fields that it is made of."""
        years = f"{self.first_year or 'any'} to {self.last_year or 'any'}"
        said = [
            (years, "first_year last_year", self.first_year or self.last_year),
            (f"tag {self.tag}", "tag", self.tag),
            (f"venue {self.venue}", "venue", self.venue),
            (HELD.get(self.held, ""), "held", self.held),
            (f"lacks {self.lacks}", "lacks", self.lacks),
            ("retracted", "retracted", self.retracted),
        ]
        return [(words, names) for words, names, value in said if value]

    def address(self, **changed: str | int) -> str:
        """The address of this list with some fields changed."""
        fields = {**self.model_dump(), "after": 0, **changed}
        given = {name: value for name, value in fields.items() if value}
        return f"/library?{urlencode(given)}" if given else "/library"


@dataclass(frozen=True)
class ShownPaper:
    """A paper of the list, and the sentence that a search found in it."""

    paper: Paper
    said: str = ""


@router.get("/library")
def show(
    request: Request,
    desk: AtDesk,
    wanted: Annotated[Wanted, Query()],
    done: str = "",
    count: int = 0,
) -> Response:
    """The papers, or those that are searched for."""
    found, total, note = _searched(desk, wanted) if wanted.q.strip() else _listed(desk, wanted)
    chips = [
        (words, wanted.address(**dict.fromkeys(names.split(), "")))
        for words, names in wanted.limits()
    ]
    last = wanted.after + len(found)
    return page(
        request,
        "live/library.html.jinja",
        **library_values(desk, "/library"),
        wanted=wanted,
        chips=chips,
        found=found,
        note=note,
        counts=_counts(wanted, total, len(found)),
        earlier=wanted.address(after=max(0, wanted.after - _A_PAGE)) if wanted.after else "",
        later=wanted.address(after=last) if last < total and not wanted.q.strip() else "",
        range=f"{wanted.after + 1} to {last} of {total:,}",
        held=HELD,
        sorts=SORTS,
        lacking=LACKS,
        exports=EXPORTS,
        said=_DONE[done].format(counted(count, "paper")) if done in _DONE else "",
        can_look_up=wanted.lacks == "year" and bool(found),
    )


@router.get("/library.json")
def twin(request: Request, desk: AtDesk, wanted: Annotated[Wanted, Query()]) -> Response:
    """The same papers as `review papers --json` and `review search --json` have them."""
    if wanted.q.strip():
        options = SearchOptions(papers=_MOST_FOUND, filters=wanted.filters())
        shown = str(render(find(wanted.q.strip(), desk.library, options), "json"))
    else:
        papers = list_papers(desk.at_hand.papers(wanted.filters()), wanted.listing())
        shown = papers_json(papers)
    return document(request, shown)


def library_values(desk: Desk, tab: str) -> dict[str, Any]:
    """What all pages of the library show: its size, its tabs with their counts, its tags."""
    library = desk.at_hand
    papers = library.catalogue.count()
    without_year = library.catalogue.count_unknown_year(Filters(year_from=1))
    read = library.catalogue.read_files()
    tabs = [
        ("Papers", "/library", papers),
        ("Duplicates", "/library/duplicates", len(paper_pairs(library, "doubtful"))),
        ("Searches", "/library/searches", len(saved_searches(library))),
        ("Files", "/library/files", len(read)),
    ]
    return {
        "here": "/library",
        "tab": tab,
        "tabs": tabs,
        "with_text": library.catalogue.count_with_text(),
        "without_year": without_year,
        "tags": library.catalogue.tags(),
        "venues": library.catalogue.venues()[:500],
    }


def _listed(desk: Desk, wanted: Wanted) -> tuple[list[ShownPaper], int, str]:
    library, options = desk.at_hand, wanted.listing()
    if options == ListOptions(is_reversed=True):  # a long library is not read whole for a page
        total = library.catalogue.count_passing(wanted.filters())
        papers = library.catalogue.newest(wanted.filters(), _A_PAGE, wanted.after)
        return [ShownPaper(paper) for paper in papers], total, ""
    papers = list_papers(library.papers(wanted.filters()), options)
    shown = papers[wanted.after : wanted.after + _A_PAGE]
    return [ShownPaper(paper) for paper in shown], len(papers), ""


def _searched(desk: Desk, wanted: Wanted) -> tuple[list[ShownPaper], int, str]:
    """The papers for a question, best first, with how it was understood."""
    options = SearchOptions(papers=_MOST_FOUND, filters=wanted.filters())
    found = find(wanted.q.strip(), desk.library, options)
    hits = [hit for hit in found.hits if not hit.is_weak] or list(found.hits)
    passing = {paper.id for paper in list_papers([hit.paper for hit in hits], wanted.listing())}
    shown = [
        ShownPaper(hit.paper, clean(hit.best_sentence.text) if hit.best_sentence else "")
        for hit in hits
        if hit.paper.id in passing
    ]
    notes = [*found.understood.notes]
    if shown and (found.is_weak or not found.matched):
        notes.append("Nothing clearly bears on this; these papers are the nearest.")
    return shown, len(shown), " ".join(notes)


def _counts(wanted: Wanted, total: int, shown: int) -> str:
    if wanted.q.strip():
        return f"{counted(shown, 'paper')}, best first"
    if wanted.limits():
        return f"{counted(total, 'paper')} of the library"
    return counted(total, "paper")


@router.post("/library/adds")
async def add(request: Request, desk: AtDesk) -> Response:
    """Add the files that are sent, and the identifiers that are named."""
    asked = await add_form(request, desk)
    job = await run_in_threadpool(desk.jobs.start, add_work(desk, asked))
    return RedirectResponse(f"/jobs/{job.id}", 303)


@router.post("/library/enrich")
def enrich(desk: AtDesk) -> Response:
    """Look up online what papers lack: only a reader starts this."""
    job = desk.jobs.start(enrich_work(desk, EnrichIn()))
    return RedirectResponse(f"/jobs/{job.id}", 303)


class Chosen(BaseModel):
    """Papers that were chosen, and what to do with them."""

    model_config = ConfigDict(extra="ignore")

    key: list[str] = Field(default=[], max_length=2000)
    do: str = Field(default="", max_length=20)
    tag: str = Field(default="", max_length=200)
    form: str = Field(default="bibtex", max_length=20)
    back: str = Field(default="/library", max_length=2000)


@router.post("/library/chosen")
def chosen(request: Request, desk: AtDesk, form: Annotated[Chosen, Form()]) -> Response:
    """Tag, export or remove the chosen papers, or go to a table or a question of them."""
    if not form.key:
        raise UsageError("no paper is chosen", hint="Go back and choose some.")
    match form.do:
        case "tag" | "untag":
            return _tagged(desk, form)
        case "table" | "ask":
            place = "/tables" if form.do == "table" else "/ask"
            return RedirectResponse(f"{place}?{urlencode({'keys': ','.join(form.key)})}", 303)
        case "export":
            return _export(desk.at_hand, form)
        case "remove":
            papers = [desk.at_hand.paper(key) for key in form.key]
            files = sorted({origin.file for paper in papers for origin in paper.origins})
            values = library_values(desk, "/library")
            return page(
                request, "live/remove.html.jinja", **values, chosen=papers, files=names_of(files)
            )
    raise UsageError(f"'{form.do}' cannot be done with papers", hint="Go back to the list.")


def _tagged(desk: Desk, form: Chosen) -> Response:
    tag = form.tag.strip()
    if not tag:
        raise UsageError("no tag is given", hint="Go back and write one beside the button.")

    def changed(paper: Paper) -> Paper:
        kept = {*paper.tags, tag} if form.do == "tag" else {*paper.tags} - {tag}
        return paper.model_copy(update={"tags": tuple(sorted(kept))})

    with desk.shared.writing() as library:
        library.change(form.key, changed)
    return _back(form.back, form.do, len(form.key))


def _export(library: Library, form: Chosen) -> Response:
    if form.form not in EXPORTS:
        raise UsageError(f"papers have no form '{form.form}'", hint="Choose one on the page.")
    papers = library.with_own_keys([library.paper(key) for key in form.key])
    name = f"review-papers{FORMATS[form.form][0]}"
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    return Response(render(papers, form.form), headers=headers, media_type="text/plain")


@router.post("/library/remove")
def remove(desk: AtDesk, form: Annotated[Chosen, Form()]) -> Response:
    """Remove papers; the page before said which and how they come back."""
    with desk.shared.writing() as library:
        for key in form.key:
            library.remove(key)
    return _back("/library", "removed", len(form.key))


@router.get("/library/files")
def files(request: Request, desk: AtDesk) -> Response:
    """What papers were read from, and what was skipped."""
    read = [
        (names_of([file.file])[0], file.entries, file.skipped)
        for file in desk.at_hand.catalogue.read_files()
    ]
    return page(
        request, "live/files.html.jinja", **library_values(desk, "/library/files"), read=read
    )


def names_of(files: Sequence[str]) -> list[str]:
    """The names of files without the folders that they are in."""
    return [file.replace("\\", "/").rstrip("/").rpartition("/")[2] or file for file in files]


def _back(address: str, done: str, count: int) -> Response:
    """To the list again, which says what was done."""
    own = address if address.startswith("/library") and address.isprintable() else "/library"
    joint = "&" if "?" in own else "?"
    return RedirectResponse(f"{own}{joint}{urlencode({'done': done, 'count': count})}", 303)
