"""Lets records that were read join the papers of the catalogue, and cuts the papers into chunks."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from reviewer.library.catalogue import Catalogue, KeptRecord
from reviewer.library.citekeys import is_key_of, key_base
from reviewer.library.dedupe.groups import group_same, identities, merge
from reviewer.library.index.chunking import chunk_paper
from reviewer.library.index.chunks import ChunkStore
from reviewer.library.pair_store import Matcher, link_names, signs_of
from reviewer.library.storage.database import Database
from reviewer.types import Paper
from reviewer.types.duplicates import Pair


@dataclass(frozen=True)
class Joined:
    """Ids of papers that came or changed, and how many records changed nothing."""

    added: tuple[str, ...]
    updated: tuple[str, ...]
    unchanged: int


@dataclass(frozen=True)
class _Group:
    """The records of one paper: those kept before and those new. `heir_of`: numbers of papers of
    which a record was replaced by one of the new ones, so that this paper goes on with them."""

    kept: tuple[KeptRecord, ...]
    new: tuple[Paper, ...]
    heir_of: frozenset[int] = frozenset()

    def papers(self) -> set[int]:
        return {record.paper for record in self.kept} | self.heir_of


class Joiner:
    """Works on one open database."""

    def __init__(self, database: Database, chunks: ChunkStore) -> None:
        self._database = database
        self._catalogue = Catalogue(database)
        self._chunks = chunks
        self.matcher = Matcher(database)
        self._links: dict[str, set[str]] = {}
        self._given: set[str] = set()

    def join(
        self, records: Sequence[Paper], replaced: Mapping[str, KeptRecord] | None = None
    ) -> Joined:
        """One transaction: when this returns, the records are acknowledged. `replaced` names, by
        the hash of a new record, the kept record in whose place it comes."""
        with self._database.transaction():
            fresh = self._fresh(records)
            gone = {sign: r for sign, r in (replaced or {}).items() if sign in set(signs_of(fresh))}
            pairs = self.matcher.match(fresh)
            groups = self._groups(fresh, gone, self.matcher.papers_of(_ends(pairs)).values())
            if groups:
                self._database.next_generation()
            joined = self._save(groups, len(records) - len(fresh))
            self._catalogue.remove_records([record.number for record in gone.values()])
            self.matcher.keep(fresh)
            self._link(groups)
            self._chunks.index_words()
            return joined

    def regroup(self, papers: Sequence[int]) -> Joined:
        """Put the records of these papers together anew, after a decision on them."""
        with self._database.transaction():
            groups = self._groups([], {}, papers)
            self._database.next_generation()
            joined = self._save(groups, 0)
            self._link(groups)
            self._chunks.index_words()
            return joined

    def remake(self, number: int) -> None:
        """Make a kept paper anew from its records; its names, tags and notes stay."""
        with self._database.transaction():
            before = self._catalogue.papers_numbered([number])[number]
            self._save_group(_Group(tuple(self._catalogue.records_of(number)), ()), before, [])

    def _fresh(self, records: Sequence[Paper]) -> list[Paper]:
        """Records not kept yet; the same entry of the same file counts once."""
        seen: set[tuple[str, str]] = set()
        fresh = []
        for record in records:
            origin = record.origins[0]
            sign = (origin.sha256, origin.file)
            if sign not in seen and not self._catalogue.has_record(origin):
                fresh.append(record)
            seen.add(sign)
        return fresh

    def _groups(
        self, fresh: Sequence[Paper], gone: Mapping[str, KeptRecord], near: Iterable[int]
    ) -> list[_Group]:
        """All groups that the new records and these papers touch, oldest paper first. Records that
        are gone are in none."""
        self._links = link_names(self.matcher.pairs_of(signs_of(fresh)))
        names = {name for record in fresh for name in self._names(record)}
        papers = {*near, *(record.paper for record in gone.values())}
        if not (names or papers):
            return []
        numbers = {record.number for record in gone.values()}
        found = self._catalogue.records_near(names, papers)
        kept = [k for k in found if k.number not in numbers]
        pairs = self.matcher.pairs_of([*signs_of(kept), *signs_of(fresh)])
        self._links = link_names(pairs)
        members = group_same([k.record for k in kept] + list(fresh), pairs)
        members.sort(key=lambda group: group[0])
        return [
            _Group(
                tuple(kept[i] for i in group if i < len(kept)),
                new := tuple(fresh[i - len(kept)] for i in group if i >= len(kept)),
                frozenset(gone[sign].paper for sign in signs_of(new) if sign in gone),
            )
            for group in members
        ]

    def _save(self, groups: Sequence[_Group], already: int) -> Joined:
        """Give each group the oldest paper of its records; papers left over become aliases."""
        owners = self._claim(groups)
        before = self._catalogue.papers_numbered(sorted(set().union(*(g.papers() for g in groups))))
        for group, owner in zip(groups, owners, strict=True):
            if owner is not None:
                self._catalogue.move_records(owner, [r.number for r in group.kept])
        self._given = set()
        split_off = [g for g, owner in zip(groups, owners, strict=True) if owner is None and g.kept]
        bases = {
            owner: key_base(merge([*(k.record for k in group.kept), *group.new]))
            for group, owner in zip(groups, owners, strict=True)
            if owner is not None and split_off
        }
        added = [self._save_split(group, before, bases) for group in split_off]
        gone = {number: p for number, p in before.items() if number not in owners}
        for number in gone:
            self._catalogue.remove_paper(number)
        updated, unchanged = [], already
        for group, owner in zip(groups, owners, strict=True):
            if owner is not None:
                absorbed = [gone[n] for n in sorted(group.papers() & gone.keys())]
                paper_id = self._save_group(group, before[owner], absorbed)
                if self._changed(before[owner], owner):
                    updated.append(paper_id)
                    unchanged += max(0, len(group.new) - 1)
                else:
                    unchanged += len(group.new)
            elif not group.kept:
                added.append(self._save_group(group, None, []))
                unchanged += len(group.new) - 1
        return Joined(tuple(added), tuple(updated), unchanged)

    def _save_split(
        self, group: _Group, before: Mapping[int, Paper], bases: Mapping[int, str]
    ) -> str:
        """A paper that goes its own way takes back the key and the id that it had before it was
        merged, also a key that the others go by now and leave."""
        base, own_id = key_base(merge([k.record for k in group.kept])), self._own_id(group.kept)
        for number, paper in before.items():
            self._given |= {n for n in paper.aliases if is_key_of(n, base) or n == own_id}
            if is_key_of(paper.key, base) and not is_key_of(paper.key, bases.get(number, base)):
                self._given.add(paper.key)
                self._catalogue.save_paper(paper.model_copy(update={"key": paper.id}))
        self._catalogue.remove_aliases(sorted(self._given))
        return self._save_group(group, None, [])

    def _own_id(self, kept: Sequence[KeptRecord]) -> str:
        return _id_of(origin.sha256 for origin in merge([k.record for k in kept]).origins)

    @staticmethod
    def _claim(groups: Sequence[_Group]) -> list[int | None]:
        """The paper number that each group goes on with; None: it is a new paper."""
        taken: set[int] = set()
        owners: list[int | None] = []
        for group in groups:
            free = sorted(group.papers() - taken)
            owners.append(free[0] if free else None)
            taken |= set(free[:1])
        return owners

    def _changed(self, before: Paper, number: int) -> bool:
        after = self._catalogue.papers_numbered([number])[number]
        return after.model_copy(update={"origins": before.origins}) != before

    def _save_group(self, group: _Group, before: Paper | None, absorbed: list[Paper]) -> str:
        records = [*(k.record for k in group.kept), *group.new]
        paper = self._named(merge(records), before, absorbed)
        paper = self._also_called(paper, {record.key for record in records})
        number = self._catalogue.save_paper(paper)
        self._catalogue.save_records(number, group.new)
        self._catalogue.move_records(number, [r.number for r in group.kept])
        self._catalogue.set_identities(
            number, {n for record in records for n in self._names(record)}
        )
        self._chunks.replace_chunks(number, paper, chunk_paper(paper))
        return paper.id

    def _named(self, merged: Paper, before: Paper | None, absorbed: list[Paper]) -> Paper:
        """The merged paper with its id, key and what its user gave it. Old names stay aliases."""
        sources = [p for p in (before, *absorbed) if p is not None]
        paper_id = before.id if before else self._new_id(merged)
        key = self._key(merged, before.key if before else "", paper_id)
        names = {n for p in sources for n in (p.key, p.id, *p.aliases)} - {key, paper_id}
        names -= self._given
        return merged.model_copy(
            update={
                "id": paper_id,
                "key": key,
                "aliases": tuple(sorted(names)),
                "tags": tuple(sorted({tag for p in sources for tag in p.tags})),
                "notes": "\n\n".join(p.notes for p in sources if p.notes),
            }
        )

    def _also_called(self, paper: Paper, keys: set[str]) -> Paper:
        """With the keys of its entries in bibliographies, so that a draft's citations find it. A
        number alone is no name."""
        own = {
            key
            for key in keys - {"", paper.key, paper.id, *paper.aliases}
            if not key.isdecimal() and self._catalogue.key_is_free(key, paper.id)
        }
        return paper.model_copy(update={"aliases": tuple(sorted({*paper.aliases, *own}))})

    def _key(self, merged: Paper, old: str, paper_id: str) -> str:
        base = key_base(merged)
        if is_key_of(old, base):
            return old
        number, key = 1, base
        while not self._catalogue.key_is_free(key, paper_id):
            number += 1
            key = f"{base}-{number}"
        return key

    def _new_id(self, merged: Paper) -> str:
        paper_id = _id_of(origin.sha256 for origin in merged.origins)
        while self._catalogue.number_of(paper_id) is not None:
            paper_id = _id_of([paper_id])
        return paper_id

    def _names(self, record: Paper) -> set[str]:
        own = {f"{kind}:{value}" for kind, value in identities(record)}
        return own.union(*(self._links.get(sign, set()) for sign in signs_of([record])))

    def _link(self, groups: Sequence[_Group]) -> None:
        """Let each preprint name what it was published as, and the other way round."""
        signs = [s for group in groups for s in signs_of([*group.kept, *group.new])]
        pairs = [p for p in self.matcher.pairs_of(signs) if p.verdict == "versions"]
        numbers = self.matcher.papers_of(_ends(pairs))
        ends = {n for g in groups for n in self.matcher.papers_of(signs_of(g.new)).values()}
        ends |= {record.paper for group in groups for record in group.kept}
        linked: dict[int, set[int]] = {number: set() for number in numbers.values()}
        for pair in pairs:
            one, other = numbers.get(pair.one), numbers.get(pair.other)
            if one is not None and other is not None and one != other:
                linked[one].add(other)
                linked[other].add(one)
        papers = self._catalogue.papers_numbered(sorted(linked))
        for number, others in linked.items():
            versions = tuple(sorted(papers[n].id for n in others))
            if number not in ends:  # links to papers that are not touched here stay
                versions = tuple(sorted({*versions, *papers[number].versions}))
            named = {v for v in papers[number].versions if ":" in v}  # by sources, as `doi:10...`
            versions = tuple(sorted({*versions, *named}))
            if versions != papers[number].versions:
                self._catalogue.save_paper(papers[number].model_copy(update={"versions": versions}))


def _ends(pairs: Iterable[Pair]) -> set[str]:
    return {sign for pair in pairs for sign in (pair.one, pair.other)}


def _id_of(signs: Iterable[str]) -> str:
    return "p" + hashlib.sha256("\0".join(signs).encode()).hexdigest()[:12]
