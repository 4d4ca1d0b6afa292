"""Methods by problems as one HTML page; a full cell opens its papers."""

from __future__ import annotations

from reviewer.render.gaps import cell_of, gaps_line, none_words
from reviewer.render.html.page import render_page
from reviewer.types.gaps import Gaps


def gaps_html(gaps: Gaps) -> str:
    """The page. It has no script: each cell opens by itself."""
    rows = [
        (method, [cell_of(gaps, method.name, problem.name) for problem in gaps.problems])
        for method in gaps.methods
    ]
    values = {
        "gaps": gaps,
        "line": gaps_line(gaps),
        "rows": rows,
        "empty": [(cell, none_words(cell, gaps)) for cell in gaps.empty],
    }
    return render_page("gaps", values, styles=("gaps",))
