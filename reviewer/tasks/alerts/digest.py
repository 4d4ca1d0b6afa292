"""digest_library: papers new in the library, and the saved questions that they bear on."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta

from reviewer.errors import UsageError
from reviewer.library import Library, Saved
from reviewer.library.saved_searches import SavedSearchStore
from reviewer.search import AT_FLOOR, SearchOptions, find
from reviewer.types.saved_searches import SavedSearch
from reviewer.types.searches import Hit
from reviewer.types.surveys import Arrival, Digest, QuestionNews

DAYS = 7  # looked back where the user gives no day
HITS_A_QUESTION = 10
_FILTERED = 500  # of more new papers, those among the best of all papers are taken


def digest_library(since: str, library: Library) -> Digest:
    """The papers that came on the day `since` (ISO 8601; without one the last DAYS days) or later,
    and for each saved question or search those of them that search finds above its floor and that
    pass the filters of the search. A saved question that is a search too is named once.

    Raises UsageError for a day that does not exist. Papers of a library from before its schema 3
    have no known day and do not count.
    """
    day = _day(since)
    saved = Saved(library.database)
    with library.alone:  # one state of the library for all that is read
        came = dict(saved.arrivals(day))
        papers = library.catalogue.papers_numbered(list(came))
        arrivals = tuple(Arrival(paper=papers[n], came=came[n]) for n in came if n in papers)
        questions = tuple(
            QuestionNews(
                question=search.question, name=search.name, hits=_bearing(search, arrivals, library)
            )
            for search in saved_questions(library)
        )
        count = library.catalogue.count()
    return Digest(since=day, arrivals=arrivals, questions=questions, papers=count)


def saved_questions(library: Library) -> list[SavedSearch]:
    """The questions of earlier releases that no search has, as searches without a name, and then
    the saved searches by name."""
    searches = SavedSearchStore(library.database).searches()
    searched = {search.question for search in searches if search.filters.is_empty}
    earlier = Saved(library.database).questions()
    alone = [SavedSearch(name="", question=q) for q in earlier if q not in searched]
    return [*alone, *searches]


def _day(since: str) -> str:
    if not since:
        return (datetime.now(UTC) - timedelta(days=DAYS)).date().isoformat()
    try:
        if not re.fullmatch(r"\d{4}-\d\d-\d\d", since):
            raise ValueError
        return date.fromisoformat(since).isoformat()
    except ValueError:
        raise UsageError(f"--since '{since}' is not a day", hint="Use 2025-10-01.") from None


def _bearing(search: SavedSearch, arrivals: Sequence[Arrival], library: Library) -> tuple[Hit, ...]:
    wanted = search.filters
    keys = tuple(arrival.paper.key for arrival in arrivals)
    if wanted.keys:
        keys = tuple(key for key in keys if key in wanted.keys)
    if not keys:
        return ()
    filters = wanted.model_copy(update={"keys": keys})
    options = SearchOptions(HITS_A_QUESTION, filters=filters, cut=AT_FLOOR)
    if len(keys) > _FILTERED:
        options = SearchOptions(len(keys), filters=wanted, cut=AT_FLOOR)
    found = find(search.question, library, options)
    new = {arrival.paper.id for arrival in arrivals}
    hits = found.wanted if found.matched else ()
    return tuple(hit for hit in hits if hit.paper.id in new)[:HITS_A_QUESTION]
