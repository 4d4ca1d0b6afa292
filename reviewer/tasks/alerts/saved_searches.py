"""Saved searches: kept in the library and run again; each run gives what is new since the last."""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import chain, count

from reviewer.errors import NotFoundError, UsageError
from reviewer.library import Library, Saved
from reviewer.library.saved_searches import SavedSearchStore
from reviewer.search import AT_FLOOR, SearchOptions, find
from reviewer.sources import ReadOptions
from reviewer.sources.online import Web, find_by_words
from reviewer.sources.online.services import require_searched
from reviewer.sources.online.types import OnlineQuery
from reviewer.types import Paper
from reviewer.types.papers import Skipped
from reviewer.types.progress import Progress, silent
from reviewer.types.saved_searches import SavedSearch, SearchNews

_FRESH_S = 3600.0  # older answers of a source are asked again: cron runs once a day or more often
_NAMED = 40  # letters of a question that name its search
_NAME = re.compile(r"[\w][\w.-]{0,63}")


def saved_searches(library: Library) -> list[SavedSearch]:
    """The library's saved searches by name. Raises LibraryError for one that cannot be read."""
    return SavedSearchStore(library.database).searches()


def add_search(library: Library, search: SavedSearch, progress: Progress = silent) -> SearchNews:
    """Save a search. What it finds now is given, and counts as seen. Raises UsageError for a name
    that is taken or not allowed, for a question without words, and for an unknown source."""
    if not _NAME.fullmatch(search.name):
        raise UsageError(
            f"a search cannot be named '{search.name}'", hint="Use letters, digits, - and _."
        )
    if not search.question.strip():
        raise UsageError("there is nothing to look for", hint="review searches add NAME 'words'")
    if search.source:
        require_searched(search.source)
    if any(known.name == search.name for known in saved_searches(library)):
        raise UsageError(
            f"there is a search '{search.name}' already",
            hint=f"Remove it first: review searches remove {search.name}",
        )
    return _run(library, search, progress)


def take_over_questions(library: Library, progress: Progress = silent) -> list[SavedSearch]:
    """Make searches of the questions that `review digest --save` kept, named by their first words.
    What each finds now counts as seen. Gives the new searches. A question is forgotten only once it
    is a search; one that cannot be looked for stays as it is."""
    earlier = Saved(library.database)
    made = []
    for question in earlier.questions():
        known = saved_searches(library)
        if not any(s.question == question and s.filters.is_empty for s in known):
            search = SavedSearch(name=_free_name(question, known), question=question)
            try:
                add_search(library, search, progress)
            except UsageError:
                continue
            made.append(search)
        with library.writing():
            earlier.forget(question)
    return made


def _free_name(question: str, known: Sequence[SavedSearch]) -> str:
    """A name of the question's first words that no search has."""
    words = "-".join(re.findall(r"\w+", question.lower()))
    short = words if len(words) <= _NAMED else words[:_NAMED].rpartition("-")[0] or words[:_NAMED]
    taken = {search.name for search in known}
    numbered = (f"{short or 'question'}-{number}" for number in count(2))
    return next(name for name in chain([short or "question"], numbered) if name not in taken)


def remove_search(library: Library, name: str) -> None:
    """Forget a saved search. Raises NotFoundError for an unknown name."""
    _named(library, [name])
    with library.writing():
        SavedSearchStore(library.database).forget(name)


def run_searches(
    library: Library, names: Sequence[str], progress: Progress = silent
) -> list[SearchNews]:
    """Run these searches, or all: read their inputs again, search their source, search the library,
    and remember what was named. A run that stops before that names the same papers next time: none
    is lost."""
    return [_run(library, search, progress) for search in _named(library, names)]


def _named(library: Library, names: Sequence[str]) -> list[SavedSearch]:
    known = saved_searches(library)
    missing = [name for name in names if name not in {search.name for search in known}]
    if missing:
        shown = ", ".join(search.name for search in known) or "none"
        raise NotFoundError(f"no saved search '{missing[0]}'", hint=f"Saved searches: {shown}")
    return [search for search in known if not names or search.name in names]


def _run(library: Library, search: SavedSearch, progress: Progress) -> SearchNews:
    skipped: tuple[Skipped, ...] = ()
    if search.inputs:
        skipped += library.add(search.inputs, ReadOptions(), progress).skipped
    if search.source:
        wanted = OnlineQuery.within(search.filters, search.question, search.limit)
        with Web(library.settings, most_age_s=_FRESH_S) as web:
            papers_found = find_by_words(web, search.source, wanted, progress)
            skipped += library.add_found(papers_found, progress).skipped
    options = SearchOptions(papers=search.most, filters=search.filters, cut=AT_FLOOR)
    found = find(search.question, library, options)
    papers = [hit.paper for hit in found.wanted] if found.matched else []
    fresh = tuple(paper for paper in papers if not _ids(paper) & search.seen)
    seen = search.seen.union(*(_ids(paper) for paper in papers))
    with library.writing():
        SavedSearchStore(library.database).save(search, seen)
    return SearchNews(
        name=search.name,
        question=search.question,
        papers=fresh,
        matched=found.matched,
        skipped=skipped,
    )


def _ids(paper: Paper) -> frozenset[str]:
    """The ids of the paper and of those merged into it: a merged paper is not news."""
    merged = (name for name in paper.aliases if re.fullmatch("p[0-9a-f]{12}", name))
    return frozenset({paper.id, *merged})
