"""Pairs of findings that may contradict each other, as one HTML page, side by side."""

from __future__ import annotations

from reviewer.render.disagreements import (
    disagreements_line,
    how_found,
    parts_of,
    reasons_of,
)
from reviewer.render.html.page import render_page
from reviewer.text import clean
from reviewer.text.option_notes import without_options
from reviewer.types.disagreements import Disagreements


def disagreements_html(made: Disagreements) -> str:
    """The page. It has no script."""
    about = made.topic or made.file or made.with_key
    values = {
        "about": clean(about),
        "line": disagreements_line(made),
        "how": without_options(how_found(made)),
        "notes": [clean(note) for note in made.notes],
        "parts": [
            (title, [(pair, list(reasons_of(pair))) for pair in pairs])
            for title, pairs in parts_of(made)
        ],
    }
    return render_page("disagreements", values, styles=("pairs",))
