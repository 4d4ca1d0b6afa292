"""Reads works as OpenAlex gives them: a page of results, a list, one work, or one a line."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from reviewer.identifiers import arxiv_id_in, bare_doi, date_in, year_of
from reviewer.json_values import JsonValue, json_items, list_of, text_of
from reviewer.kinds import KIND
from reviewer.names import read_names, split_name
from reviewer.records import Paper, Skipped
from reviewer.sources import ReadOptions, origin_of, parts_of

_WORK = "https://openalex.org/W"
_KINDS = {"article": "article", "book": "book", "book-chapter": "incollection",
          "dissertation": "phdthesis", "report": "techreport", "preprint": "misc"}  # fmt: skip
_MOST_WORDS = 20_000  # of an inverted abstract


def matches(text: str) -> bool:
    head = text[:200_000]
    return head.lstrip()[:1] in ("{", "[") and _WORK in head and '"authorships"' in head


def _is_work(value: Any) -> bool:  # noqa: ANN401  anything JSON can hold
    return isinstance(value, dict) and str(value.get("id", "")).startswith(_WORK)


def read(text: str, file: str, options: ReadOptions) -> Iterator[Paper | Skipped]:
    """One Paper a work; one without a title is Skipped."""
    for found in json_items(text, "results", _is_work):
        title = text_of(found.value, "title") or text_of(found.value, "display_name")
        if found.fault or not title:
            reason = found.fault or "the work has no title"
            yield Skipped(file=file, position=found.line, reason=reason)
        else:
            yield _paper(title, found, file)


def _paper(title: str, found: JsonValue, file: str) -> Paper:
    work = found.value
    names = [
        text_of(a, "raw_author_name") or text_of(a, "author", "display_name")
        for a in list_of(work, "authorships")
    ]
    authors, groups = read_names([split_name(name) for name in names if name])
    date = date_in(text_of(work, "publication_date")) or date_in(text_of(work, "publication_year"))
    biblio = {
        "volume": text_of(work, "biblio", "volume"),
        "number": text_of(work, "biblio", "issue"),
        "pages": "--".join(
            p for n in ("first_page", "last_page") if (p := text_of(work, "biblio", n))
        ),
        "language": text_of(work, "language"),
        "openalex": text_of(work, "id").rpartition("/")[2],
    }
    places = [work.get("primary_location"), *list_of(work, "locations")]
    address = text_of(work, "primary_location", "landing_page_url")
    doi = bare_doi(text_of(work, "doi"))
    kind = _KINDS.get(text_of(work, "type"), "")
    return Paper(
        parts=parts_of(title, _abstract(work)),
        authors=authors,
        date=date,
        year=year_of(date),
        venue=text_of(work, "primary_location", "source", "display_name"),
        doi=doi,
        arxiv_id=arxiv_id_in(doi)
        or next((i for p in places if (i := arxiv_id_in(text_of(p, "landing_page_url")))), ""),
        pmid=text_of(work, "ids", "pmid").rpartition("/")[2],
        url=address,
        keywords=tuple(k for w in list_of(work, "keywords") if (k := text_of(w, "display_name"))),
        extra={
            **({KIND: kind} if kind else {}),
            **{name: value for name, value in biblio.items() if value},
            **groups,
        },
        origins=(origin_of(found.raw, file, found.line),),
        retracted=work.get("is_retracted") is True,
    )


def _abstract(work: Any) -> str:  # noqa: ANN401
    """The words put back at the places that the inverted index gives them."""
    index = work.get("abstract_inverted_index")
    if not isinstance(index, dict):
        return text_of(work, "abstract")
    placed = {
        place: str(word)
        for word, places in index.items()
        for place in (places if isinstance(places, list) else [])
        if isinstance(place, int) and 0 <= place < _MOST_WORDS
    }
    return " ".join(placed[place] for place in sorted(placed))
