"""digest_library: what came into the library lately, and which saved questions it bears on."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta

from reviewer.errors import UsageError
from reviewer.library import Library, Saved
from reviewer.search import SearchOptions, find
from reviewer.types.searches import Filters, Hit
from reviewer.types.surveys import Arrival, Digest, QuestionNews

DAYS = 7  # without a day of the user's
HITS_A_QUESTION = 10
_FILTERED = 500  # more new papers are looked for among the best of all


def digest_library(since: str, library: Library) -> Digest:
    """The papers that came on the day `since` (ISO 8601; without one the last DAYS days) or later,
    and for each saved question those of them that search finds above its floor.

    Raises UsageError for a day that is none. Papers of a library from before its form 3 have no
    known day and do not count.
    """
    day = _day(since)
    saved = Saved(library.database)
    came = dict(saved.arrivals(day))
    papers = library.catalogue.papers_numbered(list(came))
    arrivals = tuple(Arrival(paper=papers[n], came=came[n]) for n in came if n in papers)
    questions = tuple(
        QuestionNews(question=question, hits=_bearing(question, arrivals, library))
        for question in saved.questions()
    )
    return Digest(
        since=day, arrivals=arrivals, questions=questions, papers=library.catalogue.count()
    )


def _day(since: str) -> str:
    if not since:
        return (datetime.now(UTC) - timedelta(days=DAYS)).date().isoformat()
    try:
        if not re.fullmatch(r"\d{4}-\d\d-\d\d", since):
            raise ValueError
        return date.fromisoformat(since).isoformat()
    except ValueError:
        raise UsageError(f"--since '{since}' is no day", hint="Use 2025-10-01.") from None


def _bearing(question: str, arrivals: Sequence[Arrival], library: Library) -> tuple[Hit, ...]:
    if not arrivals:
        return ()
    keys = tuple(arrival.paper.key for arrival in arrivals)
    if len(keys) <= _FILTERED:
        found = find(question, library, SearchOptions(HITS_A_QUESTION, filters=Filters(keys=keys)))
        return found.hits if found.matched else ()
    found = find(question, library, SearchOptions(len(keys)))
    new = {arrival.paper.id for arrival in arrivals}
    hits = found.hits if found.matched else ()
    return tuple(hit for hit in hits if hit.paper.id in new)[:HITS_A_QUESTION]
