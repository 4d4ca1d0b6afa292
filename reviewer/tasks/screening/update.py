"""Updates a screening: what the library has gained since enters as one more wave of records."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from reviewer.errors import UsageError
from reviewer.library.screen_store import new_id
from reviewer.tasks.screening.kept_features import features_of, packed
from reviewer.tasks.screening.make import TEXT_FILES, is_named, records_of, sources_of
from reviewer.tasks.screening.screening import Screening, now, require_person
from reviewer.types import Paper
from reviewer.types.papers import Part
from reviewer.types.progress import Progress, silent
from reviewer.types.screening import ScreenEvent, ScreenSource
from reviewer.types.searches import Filters


@dataclass(frozen=True)
class Update:
    """What an update adds: papers that the screening did not have, and what each source gave since
    it was last counted, also entries that are records of papers that were there."""

    papers: tuple[Paper, ...]
    sources: tuple[ScreenSource, ...]


def plan_update(
    screening: Screening, filters: Filters, named: Sequence[tuple[str, str, str]] = ()
) -> Update:
    """What an update by these filters would add; empty filters are those of the first search.
    `named` gives sources a label and a kind, as in `ScreenOptions`. Raises UsageError when nothing
    is new."""
    screening.refresh()
    library = screening.library
    scope = library.papers(screening.screen.scope if filters.is_empty else filters)
    fresh = tuple(paper for paper in scope if paper.id not in screening.papers)
    sources = _fresh_sources(screening, scope, fresh, filters, named)
    if not fresh and not sources:
        raise UsageError(
            f"nothing is new for {screening.name}",
            hint="First: review add FILE. Which papers come in: --file, --tag or --keys.",
        )
    return Update(fresh, tuple(sources))


def update_screening(
    screening: Screening, update: Update, by: str = "", progress: Progress = silent
) -> None:
    """Keep the update, whole or not at all. Earlier records keep their positions and what they were
    compared by, so that every earlier ranking can be made again."""
    require_person(by)
    first = len(screening.records)
    papers = [*_present_papers(screening), *update.papers]
    features = features_of(papers, screening.screen.question, screening.library, progress)
    event = ScreenEvent(
        id=new_id(), kind="update", at=now(), by=by, value=f"{first} {len(papers)}",
        read=len(screening.decisions),
    )  # fmt: skip
    wave = len(screening.waves) + 1
    screening.store.update(
        screening.name,
        event,
        [source.model_copy(update={"wave": wave}) for source in update.sources],
        records_of(update.papers, first),
        packed(features),
    )
    screening.refresh()


def _present_papers(screening: Screening) -> list[Paper]:
    """The paper of each record as it is now, by position; one without words for a removed one."""
    held: dict[int, str] = {}
    for paper, positions in screening.papers.items():
        held = dict.fromkeys(positions, paper) | held
    nothing = Paper(parts=(Part(name="title", text="(removed)"),))
    return [
        screening.library.paper(held[own.position]) if own.position in held else nothing
        for own in screening.records
    ]


def _fresh_sources(
    screening: Screening,
    scope: Sequence[Paper],
    fresh: Sequence[Paper],
    filters: Filters,
    named: Sequence[tuple[str, str, str]],
) -> list[ScreenSource]:
    """What each file gave since it was last counted. A file that gave only records of papers that
    were there is a source too, if its papers are in scope."""
    library = screening.library
    known = [library.paper(paper) for paper in screening.papers]
    every = list({paper.id: paper for paper in (*known, *scope)}.values())
    before = _counted_before(screening)
    new_rows = {source.file: source.entries for source in sources_of(library, fresh, ())}
    in_scope = {source.file for source in sources_of(library, scope, ())}
    found = []
    for source in sources_of(library, every, named):
        file = source.file
        is_meant = not filters.files or any(is_named(own, file) for own in filters.files)
        if file not in in_scope or not (is_meant or file == TEXT_FILES):
            continue
        entries, unread = before.get(file, (0, 0))
        least = new_rows.get(file, 0) if file in before else 0
        added = max(source.entries - entries, least)
        if added > 0:
            lost = min(added, max(0, source.unread - unread))
            found.append(source.model_copy(update={"entries": added, "unread": lost}))
    return found


def _counted_before(screening: Screening) -> dict[str, tuple[int, int]]:
    """By file the entries, and those that could not be read, that were counted before."""
    found: dict[str, tuple[int, int]] = {}
    for source in screening.store.sources(screening.name):
        entries, unread = found.get(source.file, (0, 0))
        found[source.file] = (entries + source.entries, unread + source.unread)
    return found
