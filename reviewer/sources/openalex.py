"""OpenAlex: its works as papers, from files and from its API (developers.openalex.org)."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from reviewer.identifiers import arxiv_id_in, bare_doi, date_in, without_version, year_of
from reviewer.json_values import json_items
from reviewer.kinds import KIND
from reviewer.lookups import Identifier, Wanted, with_origin
from reviewer.loose_json import list_at, objects_at, text_at, texts_at, value_at, year_at
from reviewer.names import read_names, split_name
from reviewer.records import Paper, Skipped
from reviewer.sources import ReadOptions, origin_of, parts_of

if TYPE_CHECKING:
    from reviewer.web import Web

BATCH = 1
MOST_JOINED = 50  # identifiers that one filter takes; the published limit is 100
_PAGE = 100
_FIELDS = (
    "id,doi,ids,title,publication_year,publication_date,authorships,primary_location,locations,"
    "biblio,type,is_retracted,abstract_inverted_index,keywords,language"
)
_MOST_WORDS = 20_000
_WORK = "https://openalex.org/W"
_KINDS = {
    "article": "article", "preprint": "misc", "book-chapter": "incollection", "book": "book",
    "dissertation": "phdthesis", "report": "techreport", "review": "article", "letter": "article",
}  # fmt: skip


def matches(text: str) -> bool:
    head = text[:200_000]
    return head.lstrip()[:1] in ("{", "[") and _WORK in head and '"authorships"' in head


def _is_work(value: Any) -> bool:  # noqa: ANN401  anything JSON can hold
    return isinstance(value, dict) and str(value.get("id", "")).startswith(_WORK)


def read(text: str, file: str, options: ReadOptions) -> Iterator[Paper | Skipped]:
    """One Paper a work of a page of results, a list, one work, or one a line; one without a title
    is Skipped."""
    for found in json_items(text, "results", _is_work):
        paper = paper_of(found.value) if isinstance(found.value, dict) else None
        if found.fault or paper is None:
            reason = found.fault or "the work has no title"
            yield Skipped(file=file, position=found.line, reason=reason)
        else:
            origin = origin_of(found.raw, file, found.line)
            yield paper.model_copy(update={"origins": (origin,)})


def paper_of(work: Mapping[str, Any]) -> Paper | None:
    """A paper without origin; None when the work has no title. A work that OpenAlex knows both at a
    publisher and at arXiv is the published paper, with the preprint in `versions`."""
    title = text_at(work, "title") or text_at(work, "display_name")
    if not title:
        return None
    authors, groups = read_names([split_name(name) for name in _authors(work)])
    date = date_in(text_at(work, "publication_date"))
    doi, arxiv = _identifiers(work)
    return Paper(
        parts=parts_of(title, abstract_of(value_at(work, "abstract_inverted_index"))),
        authors=authors,
        date=date,
        year=year_at(work, "publication_year") or year_of(date),
        venue=text_at(work, "primary_location", "source", "display_name"),
        doi=doi or bare_doi(text_at(work, "doi")),
        arxiv_id="" if doi else arxiv,
        pmid=text_at(work, "ids", "pmid").rpartition("/")[2],
        url=_address(work, doi, arxiv),
        keywords=tuple(text for k in objects_at(work, "keywords")
                       if (text := text_at(k, "display_name"))),
        extra={**_details(work), **groups},
        versions=(f"arxiv:{arxiv}",) if doi and arxiv else (),
        retracted=value_at(work, "is_retracted") is True,
    )  # fmt: skip


def abstract_of(index: Any) -> str:  # noqa: ANN401  anything JSON can hold
    """The text that an inverted index was made of: every word at each of its positions."""
    if not isinstance(index, dict):
        return ""
    placed = [
        (position, str(word))
        for word, positions in index.items()
        for position in (positions if isinstance(positions, list) else [])
        if isinstance(position, int) and not isinstance(position, bool) and position >= 0
    ]
    return " ".join(word for _, word in sorted(placed)[:_MOST_WORDS])


def _authors(work: Mapping[str, Any]) -> list[str]:
    names = [
        text_at(a, "author", "display_name") or text_at(a, "raw_author_name")
        for a in objects_at(work, "authorships")
    ]
    return [name for name in names if name]


def _identifiers(work: Mapping[str, Any]) -> tuple[str, str]:
    """A publisher's DOI and an arXiv id, as far as the work has them."""
    doi = bare_doi(text_at(work, "doi"))
    if arxiv := arxiv_id_in(doi):
        return "", arxiv
    addresses = [text_at(place, "landing_page_url") for place in objects_at(work, "locations")]
    return doi, next((arxiv for a in addresses if (arxiv := arxiv_id_in(a))), "")


def _address(work: Mapping[str, Any], doi: str, arxiv: str) -> str:
    if doi:
        return f"https://doi.org/{doi}"
    if arxiv:
        return f"https://arxiv.org/abs/{arxiv}"
    return text_at(work, "primary_location", "landing_page_url") or text_at(work, "id")


def _details(work: Mapping[str, Any]) -> dict[str, Any]:
    first, last = text_at(work, "biblio", "first_page"), text_at(work, "biblio", "last_page")
    kind = _KINDS.get(text_at(work, "type"), "")
    if text_at(work, "primary_location", "source", "type") == "conference":
        kind = "inproceedings"
    details = {
        KIND: kind,
        "volume": text_at(work, "biblio", "volume"),
        "number": text_at(work, "biblio", "issue"),
        "pages": f"{first}--{last}" if last and last != first else first,
        "language": text_at(work, "language"),
        "openalex": work_id(work),
    }
    return {name: value for name, value in details.items() if value}


def work_id(work: Mapping[str, Any]) -> str:
    """`W123`."""
    return text_at(work, "id").rpartition("/")[2]


def _read(work: Mapping[str, Any]) -> Paper | Skipped:
    name = Identifier(kind="openalex", value=work_id(work) or "W0").shown
    paper = paper_of(work)
    return with_origin(paper, name) if paper else Skipped(file=name, reason="it has no title")


def fetch(web: Web, values: Sequence[str]) -> list[Paper | Skipped]:
    """The work of one id: `W123`, `doi:10...` or `pmid:123`. Raises NotThereError."""
    return [_read(_work(web, value)) for value in values]


def _work(web: Web, value: str, fields: str = _FIELDS) -> Mapping[str, Any]:
    found = web.json("openalex", f"/works/{quote(value, safe=':')}", {"select": fields})
    return found if isinstance(found, dict) else {}


def search(web: Web, wanted: Wanted) -> Iterator[list[Paper | Skipped]]:
    """Pages of papers, the most relevant first."""
    parameters = {"search": wanted.text}
    if filters := _years(wanted):
        parameters["filter"] = filters
    yield from _pages(web, parameters, wanted.limit)


def _years(wanted: Wanted) -> str:
    first = [f"from_publication_date:{wanted.year_from}-01-01"] if wanted.year_from else []
    last = [f"to_publication_date:{wanted.year_to}-12-31"] if wanted.year_to else []
    return ",".join([*first, *last])


def with_title(web: Web, title: str) -> list[Paper | Skipped]:
    """Papers whose title has these words, a few."""
    words = " ".join(re.findall(r"\w+", title))
    return next(_pages(web, {"filter": f"title.search:{words}"}, 5), [])


def name_of(known: Identifier) -> str:
    """What OpenAlex calls a paper with this identifier."""
    if known.kind == "arxiv":
        return f"doi:10.48550/arxiv.{without_version(known.value)}"
    return known.value if known.kind == "openalex" else known.shown


def references(web: Web, known: Identifier, limit: int) -> Iterator[list[Paper | Skipped]]:
    """What the paper cites, as far as OpenAlex knows. Raises NotThereError."""
    work = _work(web, name_of(known), "id,referenced_works")
    ids = [text.rpartition("/")[2] for text in texts_at(work, "referenced_works")][:limit]
    for start in range(0, len(ids), MOST_JOINED):
        piece = ids[start : start + MOST_JOINED]
        yield from _pages(web, {"filter": f"openalex:{'|'.join(piece)}"}, len(piece))


def cited_by(web: Web, known: Identifier, limit: int) -> Iterator[list[Paper | Skipped]]:
    """What cites the paper, as far as OpenAlex knows. Raises NotThereError."""
    work = _work(web, name_of(known), "id")
    yield from _pages(web, {"filter": f"cites:{work_id(work)}"}, limit)


def works_with(web: Web, kind: str, values: Sequence[str]) -> list[Mapping[str, Any]]:
    """The works of at most MOST_JOINED DOIs or PMIDs that OpenAlex knows, asked for today."""
    from reviewer.kept_answers import DAY_S

    parameters = {
        "filter": f"{kind}:{'|'.join(values)}", "per_page": str(_PAGE), "select": _FIELDS,
    }  # fmt: skip
    return objects_at(web.json("openalex", "/works", parameters, DAY_S), "results")


def _pages(web: Web, parameters: Mapping[str, str], limit: int) -> Iterator[list[Paper | Skipped]]:
    cursor, given = "*", 0
    while given < limit and cursor:
        rows = min(_PAGE, limit - given)
        asked = {**parameters, "per_page": str(rows), "cursor": cursor, "select": _FIELDS}
        found = web.json("openalex", "/works", asked)
        works = objects_at(found, "results")[:rows]
        if works:
            yield [_read(work) for work in works]
        given += len(works)
        cursor = text_at(found, "meta", "next_cursor") if list_at(found, "results") else ""
