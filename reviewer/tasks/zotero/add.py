"""add_zotero: papers of a Zotero library, kept in step with it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field

from reviewer.library import Library
from reviewer.library.source_files import remember, remembered
from reviewer.sources import ReadOptions
from reviewer.sources.parsing.json_path import text_at
from reviewer.sources.zotero import entries_of, read_name, read_zotero
from reviewer.sources.zotero.entries import ITEM_KEY
from reviewer.sources.zotero.names import SCHEME
from reviewer.sources.zotero.snapshot import Item, Snapshot
from reviewer.tasks.joined import join
from reviewer.text import counted
from reviewer.types import Paper
from reviewer.types.papers import Added, Skipped
from reviewer.types.progress import Progress, silent

_MOST_NAMED = 5


@dataclass
class _Wanted:
    """A library as it is now, and the items of it that are asked for, by their keys."""

    snapshot: Snapshot
    items: dict[str, Item] = field(default_factory=dict)
    named: set[str] = field(default_factory=set)  # items that are asked for one by one


def add_zotero(
    library: Library,
    names: Sequence[str],
    options: ReadOptions | None = None,
    progress: Progress = silent,
) -> Added:
    """Add what is named in Zotero, as `zotero:` or `zotero:collection/NAME`. An item that has
    changed since takes its own place; one that is gone from Zotero stays, and is said.

    Raises UsageError, NotFoundError, SourceError or OnlineError, before anything is added.
    """
    added = Added(papers=library.catalogue.count())
    for wanted in _read(library, names, progress):
        added = join(added, _add(library, wanted, options or ReadOptions(), progress))
    return added


def _read(library: Library, names: Sequence[str], progress: Progress) -> list[_Wanted]:
    """What is asked for of each library; each library is read once."""
    found: dict[str, _Wanted] = {}
    for name in [read_name(name) for name in dict.fromkeys(names)]:
        if name.group not in found:
            progress("Reading Zotero", 0, 0)
            found[name.group] = _Wanted(read_zotero(library.settings, name.group))
        wanted = found[name.group]
        found_here = {text_at(i, "key"): i for i in wanted.snapshot.select(name)}
        wanted.items |= found_here
        wanted.named |= set(found_here) if name.item else set()
    return list(found.values())


def _add(library: Library, wanted: _Wanted, options: ReadOptions, progress: Progress) -> Added:
    snapshot = wanted.snapshot
    file = f"{SCHEME}{snapshot.library}"
    entries = entries_of(snapshot, list(wanted.items.values()), file)
    notes = [Skipped(file=snapshot.way, reason=note) for note in snapshot.notes]
    notes += [
        Skipped(file=file, reason=f"{counted(count, 'PDF')} not read: {reason}")
        for reason, count in Counter(entries.without_file).items()
    ]
    if gone := _gone(library, file, snapshot):
        named = ", ".join(gone[:_MOST_NAMED]) + (" ..." if len(gone) > _MOST_NAMED else "")
        reason = (
            f"{counted(len(gone), 'paper')} {'is' if len(gone) == 1 else 'are'} no longer in "
            f"Zotero and kept here: {named} (take out: review remove KEY)"
        )
        notes.append(Skipped(file=file, reason=reason))
    removed = _removed(library, file, entries.papers, wanted.named)
    if removed:
        count, example = counted(len(removed), "paper"), removed[0].extra[ITEM_KEY]
        reason = (
            f"{count} that you removed here left out (take back: review add zotero:item/{example})"
        )
        notes.append(Skipped(file=file, reason=reason))
    papers = [paper for paper in entries.papers if paper not in removed]
    added = library.add_items(file, papers, ITEM_KEY, options, progress)
    if entries.files:
        added = join(added, library.add(entries.files, options, progress))
    return added.model_copy(
        update={
            "skipped": (*added.skipped, *entries.skipped),
            "notes": (*notes, *added.notes),
            "files_read": added.files_read + 1,  # a library that is empty was read too
        }
    )


def _removed(
    library: Library, file: str, papers: Sequence[Paper], named: Collection[str]
) -> list[Paper]:
    """Those of the papers that the user removed from this library, and did not name one by one."""
    signs = remembered(library.folder).get(file)
    if signs is None:  # so that removals are noted from now on
        remember(library.folder, [file])
    if not signs:
        return []
    kept = {k.sign for k in library.catalogue.entries_in_file(file)}
    return [
        paper
        for paper in papers
        if paper.origins[0].sha256 in signs - kept and paper.extra[ITEM_KEY] not in named
    ]


def _gone(library: Library, file: str, snapshot: Snapshot) -> list[str]:
    """Keys of the papers whose items are no longer in Zotero, or in its trash."""
    kept = library.catalogue.entries_in_file(file)
    numbers = [k.paper for k in kept if k.entry.extra.get(ITEM_KEY) not in snapshot.items]
    return [paper.key for paper in library.catalogue.papers_numbered(numbers).values()]
