"""Papers from online sources: by identifier, by search, and along citations."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from importlib import import_module
from itertools import groupby
from pathlib import Path
from typing import Any

from reviewer.errors import OnlineError, UsageError
from reviewer.hosts import UnreachableError
from reviewer.http import PassingError
from reviewer.sources.online.client import NotThereError, Web
from reviewer.sources.online.services import require_searched
from reviewer.sources.online.types import (
    Identifier,
    Kind,
    OnlineQuery,
    Page,
    identifiers_of,
    read_identifier,
)
from reviewer.types import Paper
from reviewer.types.papers import Skipped
from reviewer.types.progress import Progress, silent

CHASED = ("openalex", "semantic_scholar")
"""The services that know who cites whom."""
SOURCES: dict[Kind, str] = {
    "arxiv": "arxiv", "doi": "crossref", "pmid": "pubmed", "openalex": "openalex",
    "s2": "semantic_scholar", "daily": "daily_listing",
}  # fmt: skip


def source_named(name: str) -> Any:  # noqa: ANN401  a module of this package
    """The client of the service."""
    return import_module(f"reviewer.sources.online.{name}")


def split_named(names: Sequence[str]) -> tuple[list[Identifier], list[Skipped], list[str]]:
    """The identifiers, the slips, and the files among these names. A name of a file that exists is
    that file."""
    identifiers: list[Identifier] = []
    slips: list[Skipped] = []
    files: list[str] = []
    for name in names:
        found = None if _is_there(Path(name)) else read_identifier(name)
        if isinstance(found, Identifier):
            identifiers.append(found)
        elif isinstance(found, Skipped):
            slips.append(found)
        else:
            files.append(name)
    return list(dict.fromkeys(identifiers)), slips, files


def _is_there(path: Path) -> bool:
    try:
        return path.exists()
    except (OSError, ValueError):  # too long, or with a null byte
        return False


def find_identified(
    web: Web, identifiers: Sequence[Identifier], progress: Progress = silent
) -> Iterator[Page]:
    """Pages of the papers that the identifiers name. What fails is Skipped with its
    reason, and the others go on."""
    done = 0
    ordered = sorted(identifiers, key=lambda i: list(SOURCES).index(i.kind))
    for kind, group in groupby(ordered, key=lambda i: i.kind):
        members = list(group)
        size = source_named(SOURCES[kind]).BATCH
        for start in range(0, len(members), size):
            progress("Asking online sources", done, len(identifiers))
            batch = members[start : start + size]
            yield _found(web, batch)
            done += len(batch)
    progress("Asking online sources", done, len(identifiers))


def _found(web: Web, batch: Sequence[Identifier]) -> Page:
    try:
        return fetch_papers(web, batch)
    except OnlineError as error:
        may_be_one = not isinstance(error, PassingError | UnreachableError)
        if may_be_one and len(batch) > 1:  # one bad id can make a service refuse the whole list
            return [entry for one in batch for entry in _found(web, [one])]
        return [Skipped(file=i.shown, reason=in_one_line(error)) for i in batch]


def fetch_papers(web: Web, batch: Sequence[Identifier]) -> Page:
    """The papers that identifiers of one kind name, in one request where the service allows it.

    A DOI that Crossref did not register is asked for at OpenAlex. Raises OnlineError.
    """
    kind, values = batch[0].kind, [identifier.value for identifier in batch]
    page: Page
    try:
        page = source_named(SOURCES[kind]).fetch(web, values)
    except NotThereError:
        if kind != "doi":
            raise
        try:
            page = source_named("openalex").fetch(web, [f"doi:{doi}" for doi in values])
        except NotThereError as error:
            raise NotThereError("neither Crossref nor OpenAlex knows this DOI") from error
    return page


def find_by_words(
    web: Web, source: str, query: OnlineQuery, progress: Progress = silent
) -> Iterator[Page]:
    """Pages of the papers that a search finds. Raises UsageError for a source that cannot
    be searched; a fault in the middle is Skipped, so that the pages before it are kept."""
    service = require_searched(source)
    place = f"{service.label}, search '{query.text}'"
    return _reported(source_named(service.name).search(web, query), place, query.limit, progress)


def find_along(
    web: Web, source: str, paper: Paper, direction: str, limit: int, progress: Progress = silent
) -> Iterator[Page]:
    """Pages of the papers that a paper cites (`references`) or that cite it (`cited_by`).

    Raises UsageError for a source that does not know citations, and OnlineError for a paper without
    identifiers.
    """
    service = require_searched(source)
    if service.name not in CHASED:
        raise UsageError(
            f"{service.label} does not know citations", hint=f"Use --source {' or '.join(CHASED)}."
        )
    identifiers = identifiers_of(paper)
    if not identifiers:
        raise OnlineError(
            f"{paper.key} has no DOI, arXiv id or PMID to be looked up by",
            hint=f"Find them: review enrich {paper.key}",
        )
    place = f"{service.label}, {direction.replace('_', ' ')} {paper.key}"
    module = source_named(service.name)
    pages = _first_known([getattr(module, direction)(web, known, limit) for known in identifiers])
    return _reported(pages, place, limit, progress)


def _first_known(ways: Sequence[Iterator[Page]]) -> Iterator[Page]:
    """The pages under the first name of a paper that the service knows."""
    for place, way in enumerate(ways):
        try:
            yield from way
        except NotThereError:
            if place == len(ways) - 1:
                raise
        else:
            return


def _reported(pages: Iterator[Page], place: str, limit: int, progress: Progress) -> Iterator[Page]:
    """The pages, with a Skipped in place of a fault."""
    done = 0
    progress("Asking online sources", 0, limit)
    try:
        for page in pages:
            yield page
            done += len(page)
            progress("Asking online sources", done, limit)
    except OnlineError as error:
        yield [Skipped(file=place, reason=in_one_line(error))]


def in_one_line(error: OnlineError) -> str:
    return f"{error.message}. {error.hint}".rstrip(" .") if error.hint else error.message
