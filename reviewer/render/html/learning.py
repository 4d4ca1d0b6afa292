"""A reading path as one HTML page; the answers are folded."""

from __future__ import annotations

from reviewer.render.html.page import render_page
from reviewer.render.learning import answers_note, learning_line, term_head, term_words
from reviewer.types.learning import LearningPath


def learning_html(path: LearningPath) -> str:
    """The page. It has no script: each answer opens by itself."""
    values = {
        "path": path,
        "line": learning_line(path),
        "note": answers_note(path) if path.questions else "",
        "terms": [(term_head(term), term, term_words(term)) for term in path.glossary],
    }
    return render_page("learning", values, styles=("learning",))
