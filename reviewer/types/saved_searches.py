"""Records of saved searches: what is asked again and again, and what came new."""

from __future__ import annotations

from reviewer.types.frozen import Frozen
from reviewer.types.papers import Paper, Skipped
from reviewer.types.searches import Filters

LIMIT, MOST = 100, 50  # papers asked of an online source, papers looked at


class SavedSearch(Frozen):
    """A question that is asked again and again. `inputs` are read anew before: files, folders,
    globs, whatever `review add` takes; an online `source` is searched for `limit` papers. `seen`
    are ids of papers that need no naming."""

    name: str
    question: str
    filters: Filters = Filters()
    inputs: tuple[str, ...] = ()
    source: str = ""
    limit: int = LIMIT
    most: int = MOST
    seen: frozenset[str] = frozenset()


class News(Frozen):
    """What one run of a saved search found new, best first, and what could not be read for it."""

    name: str
    question: str
    papers: tuple[Paper, ...] = ()
    matched: int = 0
    skipped: tuple[Skipped, ...] = ()
