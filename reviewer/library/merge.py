"""Merges imported entries into papers, and cuts the papers into chunks."""

from __future__ import annotations

import hashlib
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations

from reviewer.library.catalogue import Catalogue, KeptEntry
from reviewer.library.citekeys import is_key_of, key_base
from reviewer.library.dedupe.groups import group_entries, identities, merge_entries
from reviewer.library.index.chunking import chunk_paper
from reviewer.library.index.chunks import ChunkStore
from reviewer.library.pair_store import PairStore, ends_of, link_names, signs_of
from reviewer.library.storage.database import Database
from reviewer.text import normalise_title
from reviewer.types import Paper
from reviewer.types.duplicates import Pair
from reviewer.types.papers import MergedPaper


@dataclass(frozen=True)
class Merged:
    """Ids of papers that are new or changed, how many entries changed nothing, and the papers that
    new entries were merged into."""

    added: tuple[str, ...]
    updated: tuple[str, ...]
    unchanged: int
    merged: tuple[MergedPaper, ...] = ()


@dataclass(frozen=True)
class _Group:
    """The entries of one paper: those kept before and those new. `heir_of`: numbers of papers of
    which a new entry here replaces one, so that this paper continues them."""

    kept: tuple[KeptEntry, ...]
    new: tuple[Paper, ...]
    heir_of: frozenset[int] = frozenset()

    @property
    def entries(self) -> list[Paper]:
        return [*(kept.entry for kept in self.kept), *self.new]

    @property
    def is_merged(self) -> bool:
        """True when a new entry joined another one, and did not only take the place of one."""
        kept, new = {k.sign for k in self.kept}, set(signs_of(self.new))
        is_heir = len(self.papers) == 1 and len(self.heir_of) == len(new)
        return bool(new - kept) and len(kept | new) > 1 and not is_heir

    @property
    def papers(self) -> set[int]:
        return {kept.paper for kept in self.kept} | self.heir_of


@dataclass
class _NewPapers:
    """What a row of new papers needs to know, read once for all of them: the next free numbers of a
    paper and of a chunk, and whose the names are that they may take."""

    number: int
    chunk: int
    owners: dict[str, set[str]]
    asked: set[str]


class Merger:
    """Works on one open database."""

    def __init__(self, database: Database, chunks: ChunkStore) -> None:
        self._database = database
        self._catalogue = Catalogue(database)
        self._chunks = chunks
        self.pairs = PairStore(database)
        self._links: dict[str, set[str]] = {}
        self._given: set[str] = set()
        self._doubtful: list[Pair] = []
        self._new: _NewPapers | None = None  # until something else than a new paper is saved

    def merge(
        self, entries: Sequence[Paper], replaced: Mapping[str, KeptEntry] | None = None
    ) -> Merged:
        """One transaction: when this returns, the entries are kept. `replaced` gives, by the hash
        of a new entry, the kept entry whose place it takes."""
        with self._database.transaction():
            fresh = self._fresh(entries)
            own = set(signs_of(fresh))
            gone = {sign: kept for sign, kept in (replaced or {}).items() if sign in own}
            near = self.pairs.papers_of(ends_of(self.pairs.match(fresh))).values()
            groups = self._groups(fresh, gone, near)
            if groups:
                self._database.next_generation()
            merged = self._save(groups, len(entries) - len(fresh))
            self._catalogue.remove_entries(kept.number for kept in gone.values())
            self.pairs.keep(fresh)
            self.pairs.ask(self._doubtful)
            self._link(groups)
            self._chunks.index_words()
            return merged

    def regroup(self, papers: Iterable[int]) -> None:
        """Group the entries of these papers again, after a decision on them."""
        with self._database.transaction():
            groups = self._groups([], {}, papers)
            self._database.next_generation()
            self._save(groups, 0)
            self.pairs.ask(self._doubtful)
            self._link(groups)
            self._chunks.index_words()

    def remake(self, number: int) -> None:
        """Make a kept paper again from its entries; its names, tags and notes stay."""
        with self._database.transaction():
            before = self._catalogue.papers_numbered([number])[number]
            self._save_group(_Group(tuple(self._catalogue.entries_of(number)), ()), before, [])

    def _fresh(self, entries: Sequence[Paper]) -> list[Paper]:
        """Entries not kept yet; the same entry of the same file counts once."""
        first: dict[tuple[str, str], Paper] = {}
        for entry in entries:
            first.setdefault((entry.origins[0].sha256, entry.origins[0].file), entry)
        kept = self._catalogue.kept_of(entry.origins[0] for entry in first.values())
        return [entry for name, entry in first.items() if name not in kept]

    def _groups(
        self, fresh: Sequence[Paper], gone: Mapping[str, KeptEntry], near: Iterable[int]
    ) -> list[_Group]:
        """All groups that the new entries and the papers `near` touch, oldest paper first. Entries
        that are gone are in no group."""
        self._links = link_names(self.pairs.pairs_of(signs_of(fresh)))
        names = {name for entry in fresh for name in self._names(entry)}
        papers = {*near, *(kept.paper for kept in gone.values())}
        self._doubtful = []
        if not (fresh or papers):
            return []
        numbers = {kept.number for kept in gone.values()}
        found = self._catalogue.entries_near(names, papers)
        kept = [k for k in found if k.number not in numbers]
        entries = [*(k.entry for k in kept), *fresh]
        pairs = self.pairs.pairs_of(signs_of(entries))
        self._links = link_names(pairs)
        grouped = group_entries(entries, [*pairs, *_kept_together(found, pairs)])
        self._doubtful = grouped.doubtful
        return [
            _Group(
                tuple(kept[i] for i in group if i < len(kept)),
                new := tuple(entries[i] for i in group if i >= len(kept)),
                frozenset(gone[sign].paper for sign in signs_of(new) if sign in gone),
            )
            for group in sorted(grouped.groups, key=lambda group: group[0])
        ]

    def _save(self, groups: Sequence[_Group], already: int) -> Merged:
        """Give each group the oldest paper of its entries; papers left over become aliases.
        `already` counts entries that were kept before."""
        owners = _owners(groups)
        owned = [(group, n) for group, n in zip(groups, owners, strict=True) if n is not None]
        new = [group for group, n in zip(groups, owners, strict=True) if n is None]
        split_off = [group for group in new if group.kept]
        before = self._catalogue.papers_numbered(set().union(*(g.papers for g in groups)))
        for group, number in owned:
            self._catalogue.move_entries(number, [kept.number for kept in group.kept])
        self._given = set()
        bases = {n: key_base(merge_entries(g.entries)) for g, n in owned} if split_off else {}
        added = [self._save_split(group, before, bases) for group in split_off]
        gone = {number: paper for number, paper in before.items() if number not in owners}
        for number in gone:
            self._catalogue.remove_paper(number)
        updated, unchanged = [], already
        merged: list[MergedPaper] = []
        self._new = self._of_new(groups)
        for group, owner in zip(groups, owners, strict=True):
            if owner is not None:
                absorbed = [gone[n] for n in sorted(group.papers & gone.keys())]
                paper_id = self._save_group(group, before[owner], absorbed)
                after = self._catalogue.papers_numbered([owner])[owner]
                place = {"origins": before[owner].origins}
                is_changed = after.model_copy(update=place) != before[owner]
                updated += [paper_id] * is_changed
                unchanged += max(0, len(group.new) - is_changed)
            elif not group.kept:
                added.append(self._save_group(group, None, []))
                paper_id = added[-1]
                unchanged += len(group.new) - 1
            if group.is_merged:
                merged.append(self._merged(paper_id, group))
        self._new = None
        return Merged(tuple(added), tuple(updated), unchanged, tuple(merged))

    def _of_new(self, groups: Sequence[_Group]) -> _NewPapers | None:
        """What the new papers among these need to know; None where there is none."""
        new = [merge_entries(group.entries) for group in groups if not group.kept]
        if not new:
            return None
        names = {name for paper in new for name in (key_base(paper), _id_of(signs_of([paper])))}
        names |= {entry.key for group in groups for entry in group.new} - {""}
        return _NewPapers(
            self._catalogue.next_number(),
            self._chunks.words.next_chunk(),
            self._catalogue.owners_of(names),
            names,
        )

    def _is_free(self, name: str, paper_id: str) -> bool:
        """True when no other paper has, or had, this name as its key."""
        if self._new is not None and name in self._new.asked:
            return self._new.owners.get(name, set()) <= {paper_id}
        return self._catalogue.key_is_free(name, paper_id)

    def _merged(self, paper_id: str, group: _Group) -> MergedPaper:
        paper = self._catalogue.paper_named(paper_id)
        assert paper is not None
        signs, titles = signs_of(group.entries), {normalise_title(e.title) for e in group.entries}
        return MergedPaper(
            id=paper_id,
            key=paper.key,
            title=paper.title,
            entries=len(set(signs)),
            titles=len(titles),
        )

    def _save_split(
        self, group: _Group, before: Mapping[int, Paper], bases: Mapping[int, str]
    ) -> str:
        """A paper that is split off takes back the key and the id that it had before it was
        merged, also a key that the others have now and leave."""
        merged = merge_entries(group.entries)
        base, own_id = key_base(merged), _id_of(signs_of([merged]))
        for number, paper in before.items():
            self._given |= {n for n in paper.aliases if is_key_of(n, base) or n == own_id}
            if is_key_of(paper.key, base) and not is_key_of(paper.key, bases.get(number, base)):
                self._given.add(paper.key)
                self._catalogue.save_paper(paper.model_copy(update={"key": paper.id}))
        self._catalogue.remove_aliases(self._given)
        return self._save_group(group, None, [])

    def _save_group(self, group: _Group, before: Paper | None, absorbed: list[Paper]) -> str:
        entries = group.entries
        paper = self._named(entries, before, absorbed)
        if self._new is not None and before is None and not group.kept:
            self._save_new(paper, group, self._new)
            return paper.id
        self._new = None
        number = self._catalogue.save_paper(paper)
        self._catalogue.save_entries(number, group.new)
        self._catalogue.move_entries(number, [kept.number for kept in group.kept])
        self._catalogue.set_identities(number, set().union(*map(self._names, entries)))
        self._chunks.replace_chunks(number, paper, chunk_paper(paper))
        return paper.id

    def _save_new(self, paper: Paper, group: _Group, new: _NewPapers) -> None:
        """Keep a paper that nothing is known of yet."""
        chunks = chunk_paper(paper)
        self._catalogue.save_new_paper(paper, new.number)
        self._catalogue.save_entries(new.number, group.new)
        self._catalogue.add_identities(new.number, set().union(*map(self._names, group.new)))
        self._chunks.add_chunks(new.number, paper, chunks, new.chunk)
        new.number, new.chunk = new.number + 1, new.chunk + len(chunks)
        for name in (paper.key, paper.id, *paper.aliases):
            new.owners.setdefault(name, set()).add(paper.id)
            new.asked.add(name)

    def _named(self, entries: list[Paper], before: Paper | None, absorbed: list[Paper]) -> Paper:
        """The merged paper with its id, key and what its user gave it. Old names are aliases, and
        so are the keys of its entries in bibliographies, so that a draft's citations find it; a
        number alone is not a name."""
        merged = merge_entries(entries)
        sources = [p for p in (before, *absorbed) if p is not None]
        paper_id = before.id if before else self._new_id(merged)
        key = self._key(merged, before.key if before else "", paper_id)
        old = {n for p in sources for n in (p.key, p.id, *p.aliases)} - {key, paper_id}
        names = old - self._given
        names |= {
            name
            for name in {entry.key for entry in entries} - {"", key, paper_id, *names}
            if not name.isdecimal() and self._is_free(name, paper_id)
        }
        return merged.model_copy(
            update={
                "id": paper_id,
                "key": key,
                "aliases": tuple(sorted(names)),
                "tags": tuple(sorted({tag for p in sources for tag in p.tags})),
                "notes": "\n\n".join(p.notes for p in sources if p.notes),
            }
        )

    def _key(self, merged: Paper, old: str, paper_id: str) -> str:
        base = key_base(merged)
        if is_key_of(old, base):
            return old
        number, key = 1, base
        while not self._is_free(key, paper_id):
            number += 1
            key = f"{base}-{number}"
        return key

    def _new_id(self, merged: Paper) -> str:
        paper_id = _id_of(signs_of([merged]))
        while self._is_taken(paper_id):
            paper_id = _id_of([paper_id])
        return paper_id

    def _is_taken(self, name: str) -> bool:
        if self._new is not None and name in self._new.asked:
            return bool(self._new.owners.get(name))
        return self._catalogue.number_of(name) is not None

    def _names(self, entry: Paper) -> set[str]:
        own = {f"{kind}:{value}" for kind, value in identities(entry)}
        return own.union(*(self._links.get(sign, set()) for sign in signs_of([entry])))

    def _link(self, groups: Sequence[_Group]) -> None:
        """Let each preprint name what it was published as, and the other way round."""
        signs = signs_of(entry for group in groups for entry in group.entries)
        pairs = [p for p in self.pairs.pairs_of(signs) if p.verdict == "versions"]
        numbers = self.pairs.papers_of(ends_of(pairs))
        touched = set(self.pairs.papers_of(signs_of(e for g in groups for e in g.new)).values())
        touched |= {kept.paper for group in groups for kept in group.kept}
        linked: dict[int, set[int]] = defaultdict(set)
        for pair in pairs:
            one, other = numbers.get(pair.one), numbers.get(pair.other)
            if one is not None and other is not None and one != other:
                linked[one].add(other)
                linked[other].add(one)
        papers = self._catalogue.papers_numbered({*numbers.values()})
        for number, paper in papers.items():
            # Sources name versions as `doi:10...`. Links to papers not touched here stay.
            stay = (v for v in paper.versions if ":" in v or number not in touched)
            versions = tuple(sorted({*stay, *(papers[n].id for n in linked[number])}))
            if versions != paper.versions:
                self._catalogue.save_paper(paper.model_copy(update={"versions": versions}))


def _owners(groups: Sequence[_Group]) -> list[int | None]:
    """The number of the paper that each group continues; None: it is a new paper."""
    taken: set[int | None] = set()
    owners: list[int | None] = []
    for group in groups:
        owners.append(min(group.papers - taken, default=None))
        taken.add(owners[-1])
    return owners


def _kept_together(kept: Sequence[KeptEntry], pairs: Iterable[Pair]) -> list[Pair]:
    """Pairs that hold together what is one paper and would not become one by today's rules, as an
    earlier release merged it: only a person splits a paper that they may have cited."""
    papers = Counter(k.paper for k in kept)
    if not any(count > 1 for count in papers.values()):
        return []
    grouped = group_entries([k.entry for k in kept], [p for p in pairs if p.verdict == "same"])
    parts: dict[int, list[str]] = defaultdict(list)
    for group in grouped.groups:
        firsts = {kept[i].paper: kept[i].sign for i in reversed(group)}
        for paper, sign in firsts.items():
            parts[paper].append(sign)
    return [
        Pair(one=min(ends), other=max(ends), verdict="same", is_decided=True)
        for signs in parts.values()
        for ends in combinations(signs, 2)
    ]


def _id_of(signs: Iterable[str]) -> str:
    return "p" + hashlib.sha256("\0".join(signs).encode()).hexdigest()[:12]
