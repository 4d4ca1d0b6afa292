"""add_papers: files, and papers of online sources by identifier, search or citation."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import chain

from reviewer.errors import UsageError
from reviewer.library import Library
from reviewer.sources import ReadOptions
from reviewer.sources.online import Web, find_along, find_by_words, find_identified
from reviewer.sources.online.cache import DAY_S
from reviewer.sources.online.fetch import split_named
from reviewer.sources.online.services import require_searched
from reviewer.sources.online.types import Identifier, OnlineQuery
from reviewer.sources.zotero import is_zotero
from reviewer.tasks.joined import join
from reviewer.tasks.zotero import add_zotero
from reviewer.types import Paper
from reviewer.types.papers import Added, Skipped
from reviewer.types.progress import Progress, silent
from reviewer.types.searches import Filters


@dataclass(frozen=True)
class Wanted:
    """What is to be added. `names` are files and identifiers; `references` and `cited_by` are keys
    of papers whose citations are followed; `years` limit a search, both inclusive."""

    names: tuple[str, ...] = ()
    search: str = ""
    references: str = ""
    cited_by: str = ""
    source: str = "openalex"
    limit: int = 100
    years: tuple[int | None, int | None] = (None, None)

    @property
    def is_online(self) -> bool:
        return bool(self.search.strip() or self.references or self.cited_by)


def require_wanted(wanted: Wanted) -> None:
    """Raises UsageError when nothing is named, and for a source that cannot be searched."""
    if not (wanted.names or wanted.is_online):
        raise UsageError(
            "nothing to add is named",
            hint="Name files or identifiers, or use --search, --references or --cited-by.",
        )
    require_searched(wanted.source)


def add_papers(
    library: Library,
    wanted: Wanted,
    options: ReadOptions | None = None,
    progress: Progress = silent,
) -> Added:
    """Read Zotero, then the files, then ask the online sources. A bad one never stops the others.

    Raises an error when Zotero cannot be read, before anything else is."""
    own = [name for name in wanted.names if is_zotero(name)]
    identifiers, slips, files = split_named([n for n in wanted.names if n not in own])
    added = Added(papers=library.catalogue.count())
    if own:
        added = add_zotero(library, own, options or ReadOptions(), progress)
    if files:
        added = join(added, library.add(files, options or ReadOptions(), progress))
    if not (identifiers or slips or wanted.is_online):
        return added
    # A stopped search continues from what is kept; tomorrow's must find what is new.
    with Web(library.settings, most_age_s=DAY_S) as web:
        pages = _pages(web, library, wanted, identifiers, progress)
        found = library.add_found(chain([list(slips)] if slips else [], pages), progress)
    return join(added, found)


def _pages(
    web: Web, library: Library, wanted: Wanted, identifiers: list[Identifier], progress: Progress
) -> Iterator[list[Paper | Skipped]]:
    chased = [
        (library.paper(key), direction)
        for key, direction in ((wanted.references, "references"), (wanted.cited_by, "cited_by"))
        if key
    ]
    yield from find_identified(web, identifiers, progress)
    if wanted.search.strip():
        first, last = wanted.years
        years = Filters(year_from=first, year_to=last)
        query = OnlineQuery.within(years, wanted.search, wanted.limit)
        yield from find_by_words(web, wanted.source, query, progress)
    for paper, direction in chased:
        yield from find_along(web, wanted.source, paper, direction, wanted.limit, progress)
