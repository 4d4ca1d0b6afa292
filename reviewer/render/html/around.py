"""The text around a quote, as pages show it."""

from __future__ import annotations

from bisect import bisect_left

from reviewer.text import clean
from reviewer.text.views import clean_view
from reviewer.types import Citation, Paper

_SHOWN_AROUND = 220  # characters on each side of a quote


def words_around(citation: Citation, paper: Paper | None) -> tuple[str, str, str]:
    """The cleaned text before the quote, the quote, and the text after it, cut at words."""
    if paper is None:
        return "", clean(citation.quote), ""
    view = clean_view(paper.text_of(citation.part))
    first, last = (bisect_left(view.offsets, place) for place in (citation.start, citation.end))
    before, after = view.text[:first], view.text[last:]
    if len(before) > _SHOWN_AROUND:
        before = "… " + before[-_SHOWN_AROUND:].partition(" ")[2]
    if len(after) > _SHOWN_AROUND:
        after = after[:_SHOWN_AROUND].rpartition(" ")[0] + " …"
    return before, view.text[first:last], after
