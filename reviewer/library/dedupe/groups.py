"""Which entries are the same paper, and the paper that they make. Pure; order never matters."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from reviewer.library.dedupe.compare import families_of, is_published
from reviewer.library.dedupe.works import (
    Look,
    Work,
    fits_title,
    is_telling,
    share_identifier,
    share_title,
)
from reviewer.text import bare_doi, normalise_title
from reviewer.text.identifiers import (
    arxiv_id_of_doi,
    bare_arxiv_id,
    bare_pmid,
    without_version,
)
from reviewer.text.names import GROUPS, MORE_AUTHORS
from reviewer.types import Paper
from reviewer.types.duplicates import Pair
from reviewer.types.papers import Part

_PART_ORDER = ("title", "abstract", "body", "references")

Identity = tuple[str, str]
"""A kind (`doi`, `arxiv`, `pmid`, `title`) and a normalised value."""

_KINDS = {"doi": "DOI", "arxiv": "arXiv id", "pmid": "PMID"}
_DIFFER = "but they differ in title and in authors, year or text"
MOST_OF_ONE_IDENTIFIER = 200  # different works: an identifier of more distinguishes nothing
_LEAST_WORKS = 3  # two titles on one DOI may be a translation, three are of several works
_MOST_LOOKS = 20  # of a cluster's entries that are compared


@dataclass(frozen=True)
class Groups:
    """Indices of the entries of each paper. `doubtful`: entries that an identifier or a title would
    join and something else speaks against, for a person to decide."""

    groups: list[list[int]]
    doubtful: list[Pair]


def identities(paper: Paper) -> frozenset[Identity]:
    """Everything by which this paper can be recognised, its normalised title included. An `N/A` in
    the place of an identifier is not one."""
    doi = bare_doi(paper.doi).casefold()
    arxiv = bare_arxiv_id(paper.arxiv_id).casefold()
    if named := arxiv_id_of_doi(doi):
        arxiv, doi = arxiv or named, ""
    found = {
        ("doi", doi),
        ("arxiv", without_version(arxiv)),
        ("pmid", bare_pmid(paper.pmid)),
        ("title", normalise_title(paper.title)),
    }
    return frozenset((kind, value) for kind, value in found if value)


def group_same(entries: Sequence[Paper], pairs: Iterable[Pair] = ()) -> list[list[int]]:
    """The `groups` of `group_entries`."""
    return group_entries(entries, pairs).groups


def group_entries(entries: Sequence[Paper], pairs: Iterable[Pair] = ()) -> Groups:
    """The entries of each paper.

    One DOI, arXiv id or PMID: one paper, unless titles, authors and texts say that it is given to
    several works. One normalised title, or a pair that is `same` by a rule: one paper, unless that
    would join two values of one kind of identifier, a preprint's and a publisher's, lists of
    authors that share nobody, or texts that have nothing in common. A title that is a guess joins
    only where something else agrees too. A person's decision on two entries goes before all of
    these. The result is a function of the sets of entries and pairs.
    """
    known = list(pairs)
    apart = {(p.one, p.other) for p in known if p.verdict == "apart"}
    apart |= {(other, one) for one, other in apart}
    clusters = [_Cluster(i, entry, apart) for i, entry in enumerate(entries)]
    groups = _Groups(sorted(clusters, key=lambda cluster: cluster.content))
    same = sorted((p.one, p.other, p.is_decided) for p in known if p.verdict == "same")
    groups.join_equal()
    groups.join_pairs([(one, other) for one, other, is_decided in same if is_decided])
    groups.join_by_identifiers()
    groups.join_by_titles()
    groups.join_pairs([(o, t) for o, t, is_decided in same if not is_decided], is_rule=True)
    found = [sorted(cluster.members) for cluster in groups.clusters]
    return Groups(found, groups.doubtful)


class _Cluster:
    """Entries known to be one paper, while groups are made."""

    def __init__(self, index: int, entry: Paper, apart: set[tuple[str, str]]) -> None:
        self.members = [index]
        self.names = identities(entry)
        self.signs = {origin.sha256 for origin in entry.origins}
        self.families = set(families_of(entry))
        self.looks = [Look(entry)]
        self.content = _content(entry)
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

    def work(self, other: _Cluster, judge: Callable[[Look, Look], Work]) -> Work:
        """Whether both are of one work: what any two of their entries have in common counts."""
        mine, theirs = self.looks[:_MOST_LOOKS], other.looks[:_MOST_LOOKS]
        seen = set[Work]()
        for one in mine:
            for two in theirs:
                if (said := judge(one, two)) == "same":
                    return said
                seen.add(said)
        return "other" if "other" in seen else "unknown"

    @property
    def is_sure(self) -> bool:
        """True when an entry has a title that was not guessed."""
        return any(look.title.whole and not look.is_guess for look in self.looks)

    def fits_title(self, other: _Cluster) -> bool:
        mine, theirs = self.looks[:_MOST_LOOKS], other.looks[:_MOST_LOOKS]
        return any(fits_title(one.title, two.title) for one in mine for two in theirs)

    def is_guess(self, title: str) -> bool:
        """True when no entry is sure that this is its title."""
        return all(look.is_guess for look in self.looks if look.title.whole == title)

    def is_published(self) -> bool | None:
        return is_published(f"{kind}:{value}" for kind, value in self.identifiers())

    def absorb(self, other: _Cluster) -> None:
        self.members = [*self.members, *other.members]
        self.names |= other.names
        self.signs |= other.signs
        self.families |= other.families
        self.looks += other.looks


class _Groups:
    """Clusters while they are joined. `_into` has each absorbed one, by its id, and what absorbed
    it."""

    def __init__(self, clusters: Iterable[_Cluster]) -> None:
        self._all = list(clusters)
        self._home = {sign: c for c in self._all for sign in c.signs}
        self._into: dict[int, _Cluster] = {}
        self.doubtful: list[Pair] = []

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

    def join_equal(self) -> None:
        """Entries of the same words become one, and count as one in what follows."""
        first: dict[str, _Cluster] = {}
        for cluster in self.clusters:
            before = first.setdefault(cluster.content, cluster)
            if before is not cluster and cluster.names and not before.is_kept_apart(cluster):
                cluster.looks = []
                self._join(before, cluster)

    def join_by_identifiers(self) -> None:
        """Clusters that share an identifier, by rank, become one; where it is given to several
        works, only those do that are of one work. Identifiers in alphabetical order."""
        sharing: dict[Identity, list[_Cluster]] = defaultdict(list)
        for cluster in self.clusters:
            for name in cluster.identifiers():
                sharing[name].append(cluster)
        for (kind, _), members in sorted(sharing.items()):
            works, is_shared = self._works(self._present(members))
            for work in works[1:]:
                if works[0].is_kept_apart(work):
                    continue
                if is_shared:
                    self._ask(works[0], work, f"one {_KINDS[kind]}, {_DIFFER}")
                else:
                    self._join(works[0], work)

    def _works(self, clusters: Iterable[_Cluster]) -> tuple[list[_Cluster], bool]:
        """These clusters after those of one work are joined, as far as they are compared, and
        whether it is certain that they are several works."""
        works: list[_Cluster] = []
        is_shared = False
        for cluster in clusters:
            if len(works) >= MOST_OF_ONE_IDENTIFIER:
                break
            is_shared |= self._join_work(works, cluster)
        return works, is_shared or sum(work.is_sure for work in works) >= _LEAST_WORKS

    def _join_work(self, works: list[_Cluster], cluster: _Cluster) -> bool:
        """Join the cluster to its work, best by its title, or put it last as a work of its own.
        True when it is clearly another work than one of these."""
        said = [(work, work.work(cluster, share_identifier)) for work in works]
        same = [w for w, what in said if what == "same" and not w.is_kept_apart(cluster)]
        if same:
            home = next((work for work in same if work.fits_title(cluster)), same[0])
            more = [w for w in same if w is not home and not w.is_kept_apart(home)]
            more = [w for w in more if home.work(w, share_identifier) != "other"]
            self._join(home, cluster)
            for work in more:
                self._join(home, work)
                works.remove(work)
        else:
            works.append(cluster)
        return any(what == "other" for _, what in said)

    def _present(self, members: Iterable[_Cluster]) -> list[_Cluster]:
        """What these clusters are by now, each once, by rank."""
        present = {id(cluster): cluster for cluster in map(self._now, members)}
        return sorted(present.values(), key=_Cluster.rank)

    def _ask(self, one: _Cluster, other: _Cluster, reason: str) -> None:
        first, second = sorted((min(one.signs), min(other.signs)))
        self.doubtful.append(Pair(one=first, other=second, verdict="doubtful", reason=reason))

    def join_pairs(self, pairs: Sequence[tuple[str, str]], *, is_rule: bool = False) -> None:
        for one, other in pairs:
            if not {one, other} <= self._home.keys():
                continue
            ends = [self._now(self._home[one]), self._now(self._home[other])]
            kept, gone = sorted(ends, key=_Cluster.rank)
            if kept is gone or kept.is_kept_apart(gone):
                continue
            if not is_rule or not (kept.conflicts(gone) or kept.work(gone, share_title) == "other"):
                self._join(kept, gone)

    def join_by_titles(self) -> None:
        """Clusters that share a title join the first one, by rank, that they do not conflict with;
        titles in alphabetical order."""
        sharing: dict[str, list[_Cluster]] = defaultdict(list)
        for cluster in self.clusters:
            for kind, title in cluster.names:
                if kind == "title":
                    sharing[title].append(cluster)
        for title, members in sorted(sharing.items()):
            kept: list[_Cluster] = []
            for cluster in self._present(members):
                free = [k for k in kept if not k.conflicts(cluster)]
                fitting = next((k for k in free if self._against(k, cluster, title) == ""), None)
                if fitting is not None:
                    self._join(fitting, cluster)
                    continue
                kept.append(cluster)
                if free and is_telling(free[0].looks[0], cluster.looks[0]):
                    self._ask(free[0], cluster, self._against(free[0], cluster, title))

    @staticmethod
    def _against(one: _Cluster, other: _Cluster, title: str) -> str:
        """Why a title that both have does not make one paper of them; empty if it does."""
        work = one.work(other, share_title)
        if work == "other":
            return "same title, but texts that have nothing in common"
        if work == "unknown" and (one.is_guess(title) or other.is_guess(title)):
            return "same title, which is a guess, and nothing else that agrees"
        return ""


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
    listed = max(ordered, key=lambda e: (len(e.authors), len("".join(e.authors)), e.authors))
    return Paper(
        parts=tuple(p for name in _PART_ORDER if (p := _richest_part(ordered, name))),
        authors=listed.authors,
        author_note=_longest(e.author_note for e in ordered),
        organisation=_longest(e.organisation for e in ordered),
        date=dated.date,
        year=dated.year if dated.year is not None else min(years, default=None),
        venue=_longest(e.venue for e in ordered),
        doi=max((e.doi for e in ordered if bare_doi(e.doi)), key=_doi_worth, default=""),
        arxiv_id=_longest(e.arxiv_id for e in ordered if bare_arxiv_id(e.arxiv_id)),
        pmid=_longest(e.pmid for e in ordered if bare_pmid(e.pmid)),
        url=_longest(e.url for e in ordered),
        keywords=tuple(sorted({word for e in ordered for word in e.keywords})),
        extra=_merged_extra(ordered, listed),
        origins=tuple(
            sorted(
                {o for e in ordered for o in e.origins},
                key=lambda o: (o.file, o.position, o.sha256),
            )
        ),
        versions=tuple(
            sorted({v for e in ordered for v in e.versions if _bare_name(v) not in own})
        ),
        retracted=any(e.retracted for e in ordered),
        references=tuple(dict.fromkeys(r for e in ordered for r in e.references)),
    )


def _merged_extra(ordered: Sequence[Paper], listed: Paper) -> dict[str, Any]:
    """The further fields of all entries. Whether there are more authors is said by the entry whose
    authors count; groups are groups wherever one entry says so."""
    extra = {name: value for e in ordered for name, value in sorted(e.extra.items())}
    groups = [
        name
        for e in ordered
        if isinstance(named := e.extra.get(GROUPS), list)
        for name in named
        if isinstance(name, str)
    ]
    own = {GROUPS: sorted(set(groups)), MORE_AUTHORS: listed.extra.get(MORE_AUTHORS)}
    extra |= {name: value for name, value in own.items() if value}
    if not own[MORE_AUTHORS]:
        extra.pop(MORE_AUTHORS, None)
    return extra


def _bare_name(version: str) -> str:
    """A version as an identity: small letters, an arXiv id without its version number."""
    name = version.lower()
    return without_version(name) if name.startswith("arxiv:") else name


def _doi_worth(doi: str) -> tuple[bool, int, str]:
    """The order of DOIs: a publisher's is worth more than the one that arXiv gives to every
    preprint."""
    return bool(doi) and not arxiv_id_of_doi(bare_doi(doi)), len(doi), doi


def _longest(values: Iterable[str]) -> str:
    return max(values, key=lambda v: (len(v), v), default="")


def _date_worth(date: str) -> tuple[bool, int, str]:
    """The order of dates: with a year before without, a fuller one before a shorter, else the
    earlier."""
    return date[:1].isdigit(), len(date), "".join(chr(0x10FFFF - ord(c)) for c in date)


def _richest_part(entries: Sequence[Paper], name: str) -> Part | None:
    parts = [part for e in entries for part in e.parts if part.name == name and part.text.strip()]
    return max(parts, key=lambda p: (len(p.text), p.text), default=None)
