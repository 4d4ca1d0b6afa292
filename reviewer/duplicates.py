"""Which records are the same paper, and what one paper they make. Pure; order never matters."""

from __future__ import annotations

import json
import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence

from reviewer.records import Paper, Part
from reviewer.text import normalise_title

_ARXIV_DOI = re.compile(r"^10\.48550/arxiv\.", re.IGNORECASE)
_ARXIV_VERSION = re.compile(r"v\d+$")
_DOI_ADDRESS = re.compile(r"^(?:https?://(?:dx\.)?doi\.org/|doi:\s*)", re.IGNORECASE)
_ARXIV_ADDRESS = re.compile(
    r"^(?:https?://(?:www\.)?arxiv\.org/(?:abs|pdf)/|arxiv:\s*)", re.IGNORECASE
)
_PART_ORDER = ("title", "abstract", "body")

Identity = tuple[str, str]
"""A kind (`doi`, `arxiv`, `pmid`, `title`) and a normalised value."""


def identities(paper: Paper) -> frozenset[Identity]:
    """Everything by which this paper can be recognised, its normalised title included."""
    doi = _DOI_ADDRESS.sub("", paper.doi.strip()).casefold()
    arxiv = _ARXIV_ADDRESS.sub("", paper.arxiv_id.strip()).removesuffix(".pdf").casefold()
    if _ARXIV_DOI.match(doi):
        arxiv, doi = arxiv or _ARXIV_DOI.sub("", doi), ""
    found = {
        ("doi", doi),
        ("arxiv", _ARXIV_VERSION.sub("", arxiv)),
        ("pmid", paper.pmid.strip().lstrip("0")),
        ("title", normalise_title(paper.title)),
    }
    return frozenset((kind, value) for kind, value in found if value)


def group_same(records: Sequence[Paper]) -> list[list[int]]:
    """Indices of the records of each paper.

    One DOI, arXiv id or PMID: one paper. One normalised title: one paper, unless that would put
    two values of one kind of identifier together. The result is a function of the set of records.
    """
    order = sorted(range(len(records)), key=lambda i: _content(records[i]))
    clusters: list[_Cluster] = []
    home: dict[Identity, _Cluster] = {}
    for i in order:
        cluster = _Cluster([i], identities(records[i]))
        for known in {id(c): c for n in cluster.identifiers() if (c := home.get(n))}.values():
            cluster.absorb(known)
            clusters.remove(known)
        clusters.append(cluster)
        home |= dict.fromkeys(cluster.identifiers(), cluster)
    titles = Counter(n for cluster in clusters for n in cluster.names if n[0] == "title")
    for title in sorted(name for name, count in titles.items() if count > 1):
        clusters = _join_by_title(clusters, title)
    return [sorted(cluster.members) for cluster in clusters]


class _Cluster:
    """Records known to be one paper, while groups are being made."""

    def __init__(self, members: list[int], names: frozenset[Identity]) -> None:
        self.members = members
        self.names = names

    def rank(self) -> tuple[bool, list[Identity]]:
        """Clusters with identifiers come first; ties go by content."""
        return not self.identifiers(), sorted(self.names)

    def identifiers(self) -> set[Identity]:
        return {name for name in self.names if name[0] != "title"}

    def conflicts(self, other: _Cluster) -> bool:
        """True when both carry different values of one kind of identifier."""
        mine, theirs = _by_kind(self.identifiers()), _by_kind(other.identifiers())
        return any(mine[kind].isdisjoint(theirs[kind]) for kind in mine.keys() & theirs.keys())

    def absorb(self, other: _Cluster) -> None:
        self.members = [*self.members, *other.members]
        self.names |= other.names


def _by_kind(names: Iterable[Identity]) -> dict[str, set[str]]:
    kinds: dict[str, set[str]] = defaultdict(set)
    for kind, value in names:
        kinds[kind].add(value)
    return kinds


def _join_by_title(clusters: list[_Cluster], title: Identity) -> list[_Cluster]:
    """Clusters that share the title join the first one, by rank, that they do not conflict with."""
    kept: list[_Cluster] = []
    for cluster in sorted((c for c in clusters if title in c.names), key=_Cluster.rank):
        fitting = next((k for k in kept if not k.conflicts(cluster)), None)
        if fitting is None:
            kept.append(cluster)
        else:
            fitting.absorb(cluster)
    return [c for c in clusters if title not in c.names] + kept


def _content(record: Paper) -> str:
    """The record without its place, as canonical JSON: what ties are broken by."""
    fields = record.model_dump(exclude={"origins", "id", "key", "aliases", "tags", "notes"})
    return json.dumps(fields, sort_keys=True, ensure_ascii=True)


def merge(records: Sequence[Paper]) -> Paper:
    """One paper out of the records of it: the richest value of each field, ties by content.

    `id`, `key`, `aliases`, `tags` and `notes` are the library's to give and stay empty.
    """
    ordered = sorted(records, key=_content)
    dates = [r for r in ordered if r.date or r.year]
    own = {f"{kind}:{value}" for r in ordered for kind, value in identities(r)}
    dated = max(dates, key=lambda r: _date_worth(r.date), default=ordered[0])
    years = [r.year for r in ordered if r.year is not None]
    return Paper(
        parts=tuple(p for name in _PART_ORDER if (p := _richest_part(ordered, name))),
        authors=max((r.authors for r in ordered), key=lambda a: (len(a), len("".join(a)), a)),
        author_note=_longest(r.author_note for r in ordered),
        organisation=_longest(r.organisation for r in ordered),
        date=dated.date,
        year=dated.year if dated.year is not None else min(years, default=None),
        venue=_longest(r.venue for r in ordered),
        doi=max((r.doi for r in ordered), key=_doi_worth),
        arxiv_id=_longest(r.arxiv_id for r in ordered),
        pmid=_longest(r.pmid for r in ordered),
        url=_longest(r.url for r in ordered),
        keywords=tuple(sorted({word for r in ordered for word in r.keywords})),
        extra={name: value for r in ordered for name, value in sorted(r.extra.items())},
        origins=tuple(
            sorted({o for r in ordered for o in r.origins}, key=lambda o: (o.file, o.position))
        ),
        versions=tuple(
            sorted({v for r in ordered for v in r.versions if _bare_name(v) not in own})
        ),
        retracted=any(r.retracted for r in ordered),
    )


def _bare_name(version: str) -> str:
    """As an identity: small letters, an arXiv id without its version."""
    name = version.lower()
    return _ARXIV_VERSION.sub("", name) if name.startswith("arxiv:") else name


def _doi_worth(doi: str) -> tuple[bool, int, str]:
    """A publisher's DOI before the one that arXiv gives to every preprint."""
    return bool(doi) and not _ARXIV_DOI.match(_DOI_ADDRESS.sub("", doi)), len(doi), doi


def _longest(values: Iterable[str]) -> str:
    return max(values, key=lambda v: (len(v), v))


def _date_worth(date: str) -> tuple[bool, int, str]:
    """A date with its year before one without, a fuller one before a shorter, else the earlier."""
    return date[:1].isdigit(), len(date), "".join(chr(0x10FFFF - ord(c)) for c in date)


def _richest_part(records: Sequence[Paper], name: str) -> Part | None:
    parts = [part for r in records for part in r.parts if part.name == name and part.text.strip()]
    return max(parts, key=lambda p: (len(p.text), p.text), default=None)
