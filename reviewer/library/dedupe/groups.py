"""Which entries are the same paper, and the paper that they make. Pure; order never matters."""

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


def group_same(entries: Sequence[Paper], pairs: Iterable[Pair] = ()) -> list[list[int]]:
    """Indices of the entries of each paper.

    One DOI, arXiv id or PMID: one paper. One normalised title, or a pair that is `same` by a rule:
    one paper, unless that would join two values of one kind of identifier, a preprint's and a
    publisher's, or lists of authors that share nobody. A person's decision on two entries goes
    before all of these. The result is a function of the sets of entries and pairs.
    """
    order = sorted(range(len(entries)), key=lambda i: _content(entries[i]))
    known = list(pairs)
    apart = {(p.one, p.other) for p in known if p.verdict == "apart"}
    apart |= {(other, one) for one, other in apart}
    groups = _Groups(_Cluster(i, entries[i], apart) for i in order)
    same = sorted((p.one, p.other, p.is_decided) for p in known if p.verdict == "same")
    groups.join_pairs([(one, other) for one, other, is_decided in same if is_decided])
    groups.join_by_identifiers()
    groups.join_by_titles()
    groups.join_pairs([(o, t) for o, t, is_decided in same if not is_decided], is_rule=True)
    return [sorted(cluster.members) for cluster in groups.clusters]


class _Cluster:
    """Entries known to be one paper, while groups are made."""

    def __init__(self, index: int, entry: Paper, apart: set[tuple[str, str]]) -> None:
        self.members = [index]
        self.names = identities(entry)
        self.signs = {origin.sha256 for origin in entry.origins}
        self.families = set(families_of(entry))
        self.apart = apart

    def rank(self) -> tuple[bool, list[Identity], list[str]]:
        """Clusters with identifiers come first; ties go by content."""
        return not self.identifiers(), sorted(self.names), sorted(self.signs)

    def identifiers(self) -> set[Identity]:
        return {name for name in self.names if name[0] != "title"}

    def is_kept_apart(self, other: _Cluster) -> bool:
        """True when a person said that two of their entries are two papers."""
        pairs = ((a, b) for a in self.signs for b in other.signs) if self.apart else ()
        return any(pair in self.apart for pair in pairs)

    def conflicts(self, other: _Cluster) -> bool:
        """True when a title alone cannot make one paper of both."""
        mine, theirs = self.identifiers(), other.identifiers()
        if _kinds(mine) & _kinds(theirs) - _kinds(mine & theirs):
            return True
        if {self.is_published(), other.is_published()} == {True, False}:
            return True
        if self.families and other.families and self.families.isdisjoint(other.families):
            return True
        return self.is_kept_apart(other)

    def is_published(self) -> bool | None:
        return is_published(f"{kind}:{value}" for kind, value in self.identifiers())

    def absorb(self, other: _Cluster) -> None:
        self.members = [*self.members, *other.members]
        self.names |= other.names
        self.signs |= other.signs
        self.families |= other.families


class _Groups:
    """Clusters while they are joined. `_into` has each absorbed one, by its id, and what absorbed
    it."""

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
            present = {id(cluster): cluster for cluster in map(self._now, members)}
            for cluster in sorted(present.values(), key=_Cluster.rank):
                fitting = next((k for k in kept if not k.conflicts(cluster)), None)
                if fitting is None:
                    kept.append(cluster)
                else:
                    self._join(fitting, cluster)


def _kinds(names: Iterable[Identity]) -> set[str]:
    return {kind for kind, _ in names}


def _content(entry: Paper) -> str:
    """The entry without its place, as canonical JSON, by which ties are broken."""
    fields = entry.model_dump(exclude={"origins", "id", "key", "aliases", "tags", "notes"})
    return json.dumps(fields, sort_keys=True, ensure_ascii=True)


def merge_entries(entries: Sequence[Paper]) -> Paper:
    """One paper out of its entries: the richest value of each field, ties by content.

    `id`, `key`, `aliases`, `tags` and `notes` stay empty: the library gives them.
    """
    ordered = sorted(entries, key=_content)
    own = {f"{kind}:{value}" for e in ordered for kind, value in identities(e)}
    dates = [e for e in ordered if e.date or e.year]
    dated = max(dates, key=lambda e: _date_worth(e.date), default=ordered[0])
    years = [e.year for e in ordered if e.year is not None]
    return Paper(
        parts=tuple(p for name in _PART_ORDER if (p := _richest_part(ordered, name))),
        authors=max((e.authors for e in ordered), key=lambda a: (len(a), len("".join(a)), a)),
        author_note=_longest(e.author_note for e in ordered),
        organisation=_longest(e.organisation for e in ordered),
        date=dated.date,
        year=dated.year if dated.year is not None else min(years, default=None),
        venue=_longest(e.venue for e in ordered),
        doi=max((e.doi for e in ordered), key=_doi_worth),
        arxiv_id=_longest(e.arxiv_id for e in ordered),
        pmid=_longest(e.pmid for e in ordered),
        url=_longest(e.url for e in ordered),
        keywords=tuple(sorted({word for e in ordered for word in e.keywords})),
        extra={name: value for e in ordered for name, value in sorted(e.extra.items())},
        origins=tuple(
            sorted({o for e in ordered for o in e.origins}, key=lambda o: (o.file, o.position))
        ),
        versions=tuple(
            sorted({v for e in ordered for v in e.versions if _bare_name(v) not in own})
        ),
        retracted=any(e.retracted for e in ordered),
    )


def _bare_name(version: str) -> str:
    """A version as an identity: small letters, an arXiv id without its version number."""
    name = version.lower()
    return without_version(name) if name.startswith("arxiv:") else name


def _doi_worth(doi: str) -> tuple[bool, int, str]:
    """The order of DOIs: a publisher's is worth more than the one that arXiv gives to every
    preprint."""
    return bool(doi) and not arxiv_id_of_doi(without_doi_address(doi)), len(doi), doi


def _longest(values: Iterable[str]) -> str:
    return max(values, key=lambda v: (len(v), v))


def _date_worth(date: str) -> tuple[bool, int, str]:
    """The order of dates: with a year before without, a fuller one before a shorter, else the
    earlier."""
    return date[:1].isdigit(), len(date), "".join(chr(0x10FFFF - ord(c)) for c in date)


def _richest_part(entries: Sequence[Paper], name: str) -> Part | None:
    parts = [part for e in entries for part in e.parts if part.name == name and part.text.strip()]
    return max(parts, key=lambda p: (len(p.text), p.text), default=None)
