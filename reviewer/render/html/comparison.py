"""A comparison of two or three papers as one HTML page, what is shared side by side."""

from __future__ import annotations

from reviewer.render.comparisons import NOTHING_ALONE, judged_words, may_disagree, none_title
from reviewer.render.html.page import render_page
from reviewer.text import clean
from reviewer.types.comparisons import Comparison


def comparison_html(made: Comparison) -> str:
    """The page. It has no script."""
    values = {
        "title": " and ".join(paper.key for paper in made.papers),
        "made": made,
        "notes": [clean(note) for note in made.notes],
        "shared": [(judged_words(p), p) for p in made.shared if not may_disagree(p)],
        "apart": [(judged_words(p), p) for p in made.shared if may_disagree(p)],
        "nothing_alone": NOTHING_ALONE,
        "none_title": none_title(made),
    }
    return render_page("comparison", values, styles=("pairs",))
