"""What to look up online and what is found there: identifiers, queries, audits, enrichment."""

from __future__ import annotations

import re
from typing import Literal

from reviewer.sources.entries import hash_of
from reviewer.text import bare_doi
from reviewer.text.identifiers import arxiv_id_in, arxiv_id_of_doi, bare_arxiv_id
from reviewer.types import Paper
from reviewer.types.frozen import Frozen
from reviewer.types.papers import Origin, Skipped
from reviewer.types.searches import Filters

_PREFIXED = re.compile(r"(arxiv|doi|pmid|openalex|s2|daily):\s*(.*)", re.IGNORECASE | re.DOTALL)
_DAY = r"\d{4}-\d\d-\d\d"
_FORMS = {
    "pmid": re.compile(r"0*([1-9]\d{0,8})"),
    "openalex": re.compile(r"(W\d{1,12})", re.IGNORECASE),
    "s2": re.compile(r"([0-9a-f]{40}|CorpusId:\d{1,12})", re.IGNORECASE),
    "daily": re.compile(rf"({_DAY}(?::{_DAY})?)"),
}
_ADDRESSES = (
    ("openalex", re.compile(r"https?://(?:api\.)?openalex\.org/(?:works/)?(W\d+)", re.IGNORECASE)),
    ("pmid", re.compile(r"https?://pubmed\.ncbi\.nlm\.nih\.gov/(\d+)")),
    ("s2", re.compile(r"https?://www\.semanticscholar\.org/paper/(?:[^/]+/)?([0-9a-f]{40})")),
    ("daily", re.compile(rf"https?://huggingface\.co/papers/date/({_DAY})")),
    ("arxiv", re.compile(r"https?://huggingface\.co/papers/(\d{4}\.\d{4,5})")),
)
_USER = re.compile(r"(?<=://)[^/\s]*@")  # with a password, perhaps
_BARE_ARXIV = re.compile(r"\d{4}\.\d{4,5}(?:v\d+)?")
FORMS_SHOWN = "arxiv:2509.25123, doi:10.1000/xyz, pmid:123, openalex:W123, s2:..., daily:2025-09-29"

Kind = Literal["arxiv", "doi", "pmid", "openalex", "s2", "daily"]


Page = list[Paper | Skipped]
"""Entries that came with one answer of a service."""


class Identifier(Frozen):
    """The name of one paper (`daily`: of one day's listing) at an online source."""

    kind: Kind
    value: str

    @property
    def shown(self) -> str:
        return f"{self.kind}:{self.value}"


class OnlineQuery(Frozen):
    """A search of an online source. Years are inclusive; `limit` papers at most."""

    text: str
    limit: int = 100
    year_from: int | None = None
    year_to: int | None = None

    @classmethod
    def within(cls, filters: Filters, text: str, limit: int) -> OnlineQuery:
        """A search within the filters' years."""
        return cls(
            text=text.strip(), limit=limit, year_from=filters.year_from, year_to=filters.year_to
        )


class Match(Frozen):
    """A record of an online source that may be the paper. `title` and `abstract` are similarities
    from 0 to 1; None without an abstract to compare."""

    identifier: str
    paper: Paper
    title: float
    abstract: float | None = None


class Enriched(Frozen):
    """What was found for papers of the library. Papers with keys in `enriched` got what they
    lacked; those in `doubtful` have matches to decide on, best first; of those in `not_asked` no
    source said anything. `faults` name the sources that failed."""

    enriched: tuple[str, ...] = ()
    doubtful: tuple[tuple[str, tuple[Match, ...]], ...] = ()
    not_found: tuple[str, ...] = ()
    not_asked: tuple[str, ...] = ()
    faults: tuple[Skipped, ...] = ()


Event = Literal["retracted", "concern", "corrected", "published", "preprint"]


class AuditFinding(Frozen):
    """What a source says of a paper. `identifier`: of the notice, or of the other version; `other`:
    the key of that version where the library holds it."""

    key: str
    event: Event
    detail: str
    source: str
    identifier: str = ""
    other: str = ""


class Audited(Frozen):
    """`checked` papers were looked up by a source that knows them; `unknown` have no identifier."""

    checked: int = 0
    findings: tuple[AuditFinding, ...] = ()
    unknown: tuple[str, ...] = ()
    faults: tuple[Skipped, ...] = ()


def read_identifier(text: str) -> Identifier | Skipped | None:
    """The identifier or address that a user gave; Skipped for one that looks like an identifier and
    is not a valid one; None for what may be a file's name."""
    text = text.strip()
    for kind, form in _ADDRESSES:
        if found := form.match(text):
            return Identifier(kind=kind, value=found[1])  # type: ignore[arg-type]
    if prefixed := _PREFIXED.fullmatch(text):
        return _prefixed(prefixed[1].lower(), prefixed[2].strip(), text)
    if re.match(r"https?://", text, re.IGNORECASE):
        doi = bare_doi(text)
        if arxiv := arxiv_id_in(text):
            return Identifier(kind="arxiv", value=arxiv)
        if doi:
            return _of_doi(doi)
        reason = f"web pages cannot be read, only identifiers: {FORMS_SHOWN}"
        return Skipped(file=_USER.sub("", text), reason=reason)
    if _BARE_ARXIV.fullmatch(text):
        return Identifier(kind="arxiv", value=text)
    return _of_doi(bare_doi(text)) if bare_doi(text) == text else None


def _prefixed(kind: str, value: str, text: str) -> Identifier | Skipped:
    if kind == "arxiv" and (arxiv := bare_arxiv_id(value)):
        return Identifier(kind="arxiv", value=arxiv)
    if kind == "doi" and (doi := bare_doi(value)):
        return _of_doi(doi)
    if kind in _FORMS and (found := _FORMS[kind].fullmatch(value)):
        return Identifier(kind=kind, value=found[1])  # type: ignore[arg-type]
    return Skipped(file=text, reason=f"this is not an identifier; they look like {FORMS_SHOWN}")


def _of_doi(doi: str) -> Identifier:
    arxiv = arxiv_id_of_doi(doi)
    if bare_arxiv_id(arxiv):
        return Identifier(kind="arxiv", value=arxiv)
    return Identifier(kind="doi", value=doi)


def identifiers_of(paper: Paper) -> list[Identifier]:
    """Names under which online sources may know this paper, the publisher's DOI first."""
    doi = bare_doi(paper.doi)
    found = [_of_doi(doi)] if doi else []
    if paper.arxiv_id and (arxiv := bare_arxiv_id(paper.arxiv_id)):
        found.append(Identifier(kind="arxiv", value=arxiv))
    if paper.pmid.strip().isdecimal():
        found.append(Identifier(kind="pmid", value=paper.pmid.strip().lstrip("0") or "0"))
    return list(dict.fromkeys(found))


def with_origin(paper: Paper, name: str) -> Paper:
    """The paper as an entry that was read from the online source under this name. Its hash is of
    what was understood, so that a new count of citations makes no new entry."""
    more = set() if paper.references else {"references"}  # so that a hash of before still holds
    read = paper.model_copy(update={"origins": ()}).model_dump_json(exclude=more)
    digest = hash_of(read.encode("utf-8", errors="replace"))
    return paper.model_copy(update={"origins": (Origin(file=name, position=1, sha256=digest),)})


def as_entry(paper: Paper | None, name: str, position: int = 0) -> Paper | Skipped:
    """A paper with its origin; Skipped for a record without a title, of which no paper was made."""
    if paper:
        return with_origin(paper, name)
    return Skipped(file=name, position=position, reason="it has no title")
