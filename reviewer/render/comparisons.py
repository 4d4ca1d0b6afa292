"""A comparison of two or three papers as Markdown and as JSON."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from reviewer.render.describe import quoted_place
from reviewer.render.escape import escape
from reviewer.render.json import dump
from reviewer.text import clean
from reviewer.text.views import shorten
from reviewer.types.comparisons import Comparison, Said, SharedPoint

_QUOTE_CHARS = 400
_SAYS = {
    "supported": "say the same, says the judge",
    "partial": "say the same in part, says the judge",
    "contradicted": "say the opposite, says the judge",
    "unsupported": "on one matter, and do not say the same, says the judge",
}


def comparison_json(made: Comparison) -> str:
    """The comparison as it was made."""
    return dump("comparison", made.model_dump(mode="json"))


def comparison_markdown(made: Comparison) -> str:
    """What is shared, what each paper alone says, and what none says."""
    lines = [f"# {escape(' and '.join(paper.key for paper in made.papers))}", ""]
    lines += [f"- **{escape(p.key)}** {escape(clean(p.title))}" for p in made.papers]
    lines += [f"\n> {escape(note)}" for note in made.notes]
    for title, own in comparison_parts(made):
        lines += ["", f"## {title}", "", *own]
    return "\n".join([*lines, ""])


def comparison_parts(made: Comparison) -> Iterator[tuple[str, Sequence[str]]]:
    """The parts with their titles and lines, those without a line too."""
    shared = [line for point in made.shared for line in _shared(point)]
    names = [f"- Named in each: {escape(', '.join(made.names))}"] if made.names else []
    yield "What they share", [*names, *shared] or ["Nothing: no two sentences are near."]
    for paper in made.papers:
        lines = [f"- {_said(one)}" for one in paper.only]
        yield f"Only {escape(paper.key)}", lines or ["Nothing: each sentence has a near one."]
    none = [f"- {escape(matter)}" for matter in made.neither]
    yield "What neither says", none or ["Each usual matter is in one of the texts."]


def judged_words(point: SharedPoint) -> str:
    """How the two sentences stand to each other, and who says so."""
    return _SAYS.get(point.support, "on one matter, by nearness alone")


def _shared(point: SharedPoint) -> Iterator[str]:
    judged = judged_words(point)
    reason = f": {escape(point.reason)}" if point.reason else ""
    yield f"- *{judged}*{reason}"
    yield f"  - {_said(point.first)}"
    yield f"  - {_said(point.second)}"


def _said(one: Said) -> str:
    quote = escape(shorten(clean(one.citation.quote), _QUOTE_CHARS))
    names = f" [only here: {escape(', '.join(one.names))}]" if one.names else ""
    place = quoted_place(one.citation)
    return f'**{escape(one.key)}** "{quote}" ({one.number}, {place}){names}'
