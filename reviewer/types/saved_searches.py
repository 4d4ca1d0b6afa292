"""Saved searches: questions that are asked repeatedly, and the new papers for them."""

from __future__ import annotations

from reviewer.types.frozen import Frozen
from reviewer.types.papers import Paper, Skipped
from reviewer.types.searches import Filters

LIMIT, MOST = 100, 50  # papers requested from an online source, papers looked at


class SavedSearch(Frozen):
    """A question that is asked repeatedly. Before each time, `inputs` are read again (files,
    folders, globs, whatever `review add` takes) and an online `source` is searched for `limit`
    papers. `seen` are ids of papers that are not reported as new."""

    name: str
    question: str
    filters: Filters = Filters()
    inputs: tuple[str, ...] = ()
    source: str = ""
    limit: int = LIMIT
    most: int = MOST
    seen: frozenset[str] = frozenset()


class SearchNews(Frozen):
    """The new papers of one run of a saved search, best first, and what could not be read."""

    name: str
    question: str
    papers: tuple[Paper, ...] = ()
    matched: int = 0
    skipped: tuple[Skipped, ...] = ()
