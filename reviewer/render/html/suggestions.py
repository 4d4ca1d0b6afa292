"""Suggested citations as one HTML page."""

from __future__ import annotations

from reviewer.render.html.page import render_page
from reviewer.render.suggestions import (
    STANDINGS,
    judge_line,
    said_of,
    standing_of,
    suggestions_line,
)
from reviewer.text import clean
from reviewer.types.suggestions import SuggestedSentence, Suggestions


def suggestions_html(made: Suggestions) -> str:
    """The page. It has no script."""
    values = {
        "title": f"{'What the library says of' if made.is_own else 'Suggested citations for'} "
        f"{clean(made.file)}",
        "line": suggestions_line(made),
        "judge": judge_line(made) if made.lacking else "",
        "notes": [clean(note) for note in made.notes],
        "parts": [(title, own) for title, own in _parts(made) if own],
        "odd": [item for item in made.citing if item.is_odd],
        "others": [item for item in made.citing if not item.is_odd],
        "said_of": said_of,
        "is_own": made.is_own,
    }
    return render_page("suggestions", values, styles=("pairs",))


def _parts(made: Suggestions) -> list[tuple[str, list[SuggestedSentence]]]:
    """The sentences that lack a citation under their titles; of one's own work by whether somebody
    says them already."""
    if made.is_own:
        return [
            (name, [item for item in made.lacking if standing_of(item) == name])
            for name in STANDINGS
        ]
    with_papers = [item for item in made.lacking if item.suggestions]
    without = [item for item in made.lacking if not item.suggestions]
    return [
        ("Sentences that could cite", with_papers),
        ("Nothing in the library is near enough", without),
    ]
