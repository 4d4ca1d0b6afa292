"""Lets records that were read join the papers of the catalogue, and cuts the papers into chunks."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass

from reviewer.catalogue import Catalogue, KeptRecord
from reviewer.chunk_store import ChunkStore
from reviewer.chunking import chunk_paper
from reviewer.database import Database
from reviewer.duplicates import group_same, identities, merge
from reviewer.keys import is_key_of, key_base
from reviewer.records import Paper, Skipped
from reviewer.results import Added


@dataclass(frozen=True)
class Joined:
    """Ids of papers that came or changed, and how many records changed nothing."""

    added: tuple[str, ...]
    updated: tuple[str, ...]
    unchanged: int


@dataclass(frozen=True)
class _Group:
    """The records of one paper: those kept before and those new."""

    kept: tuple[KeptRecord, ...]
    new: tuple[Paper, ...]


class Joiner:
    """Works on one open database."""

    def __init__(self, database: Database, chunks: ChunkStore) -> None:
        self._database = database
        self._catalogue = Catalogue(database)
        self._chunks = chunks

    def join(self, records: Sequence[Paper]) -> Joined:
        """One transaction: when this returns, the records are acknowledged."""
        with self._database.transaction():
            fresh = self._fresh(records)
            groups = self._groups(fresh)
            if groups:
                self._database.next_generation()
            joined = self._save(groups, len(records) - len(fresh))
            self._chunks.index_words()
            return joined

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

    def _groups(self, fresh: Sequence[Paper]) -> list[_Group]:
        """All groups that the new records touch, oldest paper first."""
        if not fresh:
            return []
        kept = self._catalogue.records_near({n for record in fresh for n in _names(record)})
        members = group_same([k.record for k in kept] + list(fresh))
        members.sort(key=lambda group: group[0])
        return [
            _Group(
                tuple(kept[i] for i in group if i < len(kept)),
                tuple(fresh[i - len(kept)] for i in group if i >= len(kept)),
            )
            for group in members
        ]

    def _save(self, groups: Sequence[_Group], already: int) -> Joined:
        """Give each group the oldest paper of its records; papers left over become aliases."""
        owners = self._claim(groups)
        before = self._catalogue.papers_numbered(
            sorted({record.paper for group in groups for record in group.kept})
        )
        for group, owner in zip(groups, owners, strict=True):
            if owner is not None:
                self._catalogue.move_records(owner, [r.number for r in group.kept])
        split_off = [g for g, owner in zip(groups, owners, strict=True) if owner is None and g.kept]
        added = [self._save_group(group, None, []) for group in split_off]
        gone = {number: p for number, p in before.items() if number not in owners}
        for number in gone:
            self._catalogue.remove_paper(number)
        updated, unchanged = [], already
        for group, owner in zip(groups, owners, strict=True):
            if owner is not None:
                absorbed = [gone[n] for n in sorted({r.paper for r in group.kept} & gone.keys())]
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

    @staticmethod
    def _claim(groups: Sequence[_Group]) -> list[int | None]:
        """The paper number that each group goes on with; None: it is a new paper."""
        taken: set[int] = set()
        owners: list[int | None] = []
        for group in groups:
            free = sorted({record.paper for record in group.kept} - taken)
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
        self._catalogue.set_identities(number, {n for record in records for n in _names(record)})
        self._chunks.replace_chunks(number, paper, chunk_paper(paper))
        return paper.id

    def _named(self, merged: Paper, before: Paper | None, absorbed: list[Paper]) -> Paper:
        """The merged paper with its id, key and what its user gave it. Old names stay aliases."""
        sources = [p for p in (before, *absorbed) if p is not None]
        paper_id = before.id if before else self._new_id(merged)
        key = self._key(merged, before.key if before else "", paper_id)
        names = {n for p in sources for n in (p.key, p.id, *p.aliases)} - {key, paper_id}
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
        sign = "\0".join(origin.sha256 for origin in merged.origins)
        paper_id = "p" + hashlib.sha256(sign.encode()).hexdigest()[:12]
        while self._catalogue.number_of(paper_id) is not None:
            paper_id = "p" + hashlib.sha256(paper_id.encode()).hexdigest()[:12]
        return paper_id


def _names(record: Paper) -> set[str]:
    return {f"{kind}:{value}" for kind, value in identities(record)}


def summed(
    joined: Sequence[Joined],
    entries: int,
    skipped: Sequence[Skipped],
    notes: Sequence[Skipped],
    files_read: int,
) -> Added:
    """What several batches did: a paper that one added and another updated was added."""
    added = tuple(dict.fromkeys(i for j in joined for i in j.added))
    updated = tuple(dict.fromkeys(i for j in joined for i in j.updated if i not in added))
    return Added(
        entries=entries,
        added=added,
        updated=updated,
        unchanged=entries - len(added) - len(updated),
        skipped=tuple(skipped),
        notes=tuple(notes),
        files_read=files_read,
    )
