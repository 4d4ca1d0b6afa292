"""add_watched: what came into watched folders, and what went from them."""

from __future__ import annotations

from dataclasses import dataclass

from reviewer.library import Library
from reviewer.sources import ReadOptions
from reviewer.sources.watching import Batch
from reviewer.types.papers import Added
from reviewer.types.progress import Progress, silent


@dataclass(frozen=True)
class Watched:
    """What a batch did. `moved` pairs old and new places of one file; `gone` files are no longer
    there, each with the keys of the papers read from it, which stay."""

    added: Added
    moved: tuple[tuple[str, str], ...] = ()
    gone: tuple[tuple[str, tuple[str, ...]], ...] = ()


def add_watched(
    library: Library,
    batch: Batch,
    options: ReadOptions | None = None,
    progress: Progress = silent,
) -> Watched:
    """Add the batch's files, and tell apart files that were moved and files that are gone. No paper
    is removed."""
    old = library.catalogue.hashes_of_files(batch.gone)
    added = Added(papers=library.catalogue.count())
    if batch.files:
        added = library.add(batch.files, options or ReadOptions(), progress)
    places = {sha: file for file, sha in library.catalogue.hashes_of_files(batch.files).items()}
    moved = {file: places[sha] for file, sha in old.items() if sha in places}
    gone = [(file, _keys(library, file)) for file in batch.gone if file not in moved]
    return Watched(added, tuple(moved.items()), tuple((f, keys) for f, keys in gone if keys))


def _keys(library: Library, file: str) -> tuple[str, ...]:
    numbers = {kept.paper for kept in library.catalogue.entries_in_file(file)}
    return tuple(paper.key for paper in library.catalogue.papers_numbered(numbers).values())
