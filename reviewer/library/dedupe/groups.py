"""Which records are the same paper, and what one paper they make. Pure; order never matters."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterable, Sequence

from reviewer.library.dedupe.compare import families_of, is_published
from reviewer.text import normalise_title
from reviewer.text.identifiers import (
    arxiv_id_of_doi,
    without_arxiv_address,
    without_doi_address,
    without_version,
)
from reviewer.types import Paper
from reviewer.types.duplicates import Pair
from reviewer.types.papers import Part

_PART_ORDER = ("title", "abstract", "body", "references")

Identity = tuple[str, str]
"""A kind (`doi`, `arxiv`, `pmid`, `title`) and a normalised value."""


def identities(paper: Paper) -> frozenset[Identity]:
    """Everything by which this paper can be recognised, its normalised title included."""
    doi = without_doi_address(paper.doi.strip()).casefold()
    arxiv = without_arxiv_address(paper.arxiv_id.strip()).casefold()
    if named := arxiv_id_of_doi(doi):
        arxiv, doi = arxiv or named, ""
    found = {
        ("doi", doi),
        ("arxiv", without_version(arxiv)),
        ("pmid", paper.pmid.strip().lstrip("0")),
        ("title", normalise_title(paper.title)),
    }
    return frozenset((kind, value) for kind, value in found if value)


def group_same(records: Sequence[Paper], pairs: Iterable[Pair] = ()) -> list[list[int]]:
    """Indices of the records of each paper.

    One DOI, arXiv id or PMID: one paper. One normalised title, or a pair that is `same` by a rule:
    one paper, unless that would put together two values of one kind of identifier, a preprint's and
    a publisher's, or authors of whom none is shared. What a person decided of two records goes
    before all of these. The result is a function of the sets of records and pairs.
    """
    order = sorted(range(len(records)), key=lambda i: _content(records[i]))
    known = list(pairs)
    apart = {(p.one, p.other) for p in known if p.verdict == "apart"}
    apart |= {(other, one) for one, other in apart}
    groups = _Groups(_Cluster([i], records[i], apart) for i in order)
    same = sorted((p.one, p.other, p.is_decided) for p in known if p.verdict == "same")
    groups.join_pairs([(one, other) for one, other, is_decided in same if is_decided])
    groups.join_by_identifiers()
    groups.join_by_titles()
    groups.join_pairs([(o, t) for o, t, is_decided in same if not is_decided], is_rule=True)
    return [sorted(cluster.members) for cluster in groups.clusters]


class _Cluster:
    """Records known to be one paper, while groups are being made."""

    def __init__(self, members: list[int], record: Paper, apart: set[tuple[str, str]]) -> None:
        self.members = members
        self.names = identities(record)
        self.signs = {origin.sha256 for origin in record.origins}
        self.families = set(families_of(record))
        self.apart = apart

    def rank(self) -> tuple[bool, list[Identity], list[str]]:
        """Clusters with identifiers come first; ties go by content."""
        return not self.identifiers(), sorted(self.names), sorted(self.signs)

    def identifiers(self) -> set[Identity]:
        return {name for name in self.names if name[0] != "title"}

    def is_kept_apart(self, other: _Cluster) -> bool:
        """True when a person said that two of their records are two papers."""
        return bool(self.apart) and any(
            (a, b) in self.apart for a in self.signs for b in other.signs
        )

    def conflicts(self, other: _Cluster) -> bool:
        """True when a title alone cannot make one paper of both."""
        mine, theirs = _by_kind(self.identifiers()), _by_kind(other.identifiers())
        if any(mine[kind].isdisjoint(theirs[kind]) for kind in mine.keys() & theirs.keys()):
            return True
        if {self.is_published(), other.is_published()} == {True, False}:
            return True
        has_authors = bool(self.families and other.families)
        is_other = has_authors and self.families.isdisjoint(other.families)
        return is_other or self.is_kept_apart(other)

    def is_published(self) -> bool | None:
        return is_published(f"{kind}:{value}" for kind, value in self.identifiers())

    def absorb(self, other: _Cluster) -> None:
        self.members = [*self.members, *other.members]
        self.names |= other.names
        self.signs |= other.signs
        self.families |= other.families


class _Groups:
    """Clusters while they are put together. One that is absorbed stays in `_into`, with where."""

    def __init__(self, clusters: Iterable[_Cluster]) -> None:
        self._all = list(clusters)
        self._home = {sign: c for c in self._all for sign in c.signs}
        self._into: dict[int, _Cluster] = {}

    @property
    def clusters(self) -> list[_Cluster]:
        return [c for c in self._all if id(c) not in self._into]

    def _now(self, cluster: _Cluster) -> _Cluster:
        while id(cluster) in self._into:
            cluster = self._into[id(cluster)]
        return cluster

    def _join(self, kept: _Cluster, gone: _Cluster) -> None:
        kept.absorb(gone)
        self._into[id(gone)] = kept

    def join_by_identifiers(self) -> None:
        """Clusters that share an identifier become one, through any number of others."""
        first: dict[Identity, _Cluster] = {}
        for cluster in self.clusters:
            for name in sorted(cluster.identifiers()):
                own, before = self._now(cluster), self._now(first.setdefault(name, cluster))
                if before is not own and not before.is_kept_apart(own):
                    self._join(before, own)

    def join_pairs(self, pairs: Sequence[tuple[str, str]], *, is_rule: bool = False) -> None:
        for one, other in pairs:
            if not {one, other} <= self._home.keys():
                continue
            ends = [self._now(self._home[one]), self._now(self._home[other])]
            kept, gone = sorted(ends, key=_Cluster.rank)
            is_apart = kept.conflicts(gone) if is_rule else kept.is_kept_apart(gone)
            if kept is not gone and not is_apart:
                self._join(kept, gone)

    def join_by_titles(self) -> None:
        """Clusters that share a title join the first one, by rank, that they do not conflict with;
        titles in alphabetical order."""
        sharing: dict[str, list[_Cluster]] = defaultdict(list)
        for cluster in self.clusters:
            for kind, title in cluster.names:
                if kind == "title":
                    sharing[title].append(cluster)
        for _, members in sorted(sharing.items()):
            kept: list[_Cluster] = []
            for cluster in sorted({id(n): n for n in map(self._now, members)}.values(),
                                  key=_Cluster.rank):  # fmt: skip
                fitting = next((k for k in kept if not k.conflicts(cluster)), None)
                if fitting is None:
                    kept.append(cluster)
                else:
                    self._join(fitting, cluster)


def _by_kind(names: Iterable[Identity]) -> dict[str, set[str]]:
    kinds: dict[str, set[str]] = defaultdict(set)
    for kind, value in names:
        kinds[kind].add(value)
    return kinds


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
    return without_version(name) if name.startswith("arxiv:") else name


def _doi_worth(doi: str) -> tuple[bool, int, str]:
    """A publisher's DOI before the one that arXiv gives to every preprint."""
    return bool(doi) and not arxiv_id_of_doi(without_doi_address(doi)), len(doi), doi


def _longest(values: Iterable[str]) -> str:
    return max(values, key=lambda v: (len(v), v))


def _date_worth(date: str) -> tuple[bool, int, str]:
    """A date with its year before one without, a fuller one before a shorter, else the earlier."""
    return date[:1].isdigit(), len(date), "".join(chr(0x10FFFF - ord(c)) for c in date)


def _richest_part(records: Sequence[Paper], name: str) -> Part | None:
    parts = [part for r in records for part in r.parts if part.name == name and part.text.strip()]
    return max(parts, key=lambda p: (len(p.text), p.text), default=None)
