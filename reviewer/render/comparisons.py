"""A comparison of two or three papers as Markdown and as JSON."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from reviewer.grounding.oppositions import Opposition, compare_findings
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

_NEAR = "on one matter, by nearness alone"
NOTHING_ALONE = "Nothing: each sentence has a near one in another paper."


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
    shared = [line for p in made.shared if not may_disagree(p) for line in _shared(p)]
    apart = [line for p in made.shared if may_disagree(p) for line in _shared(p)]
    names = [f"- Named in each: {escape(', '.join(made.names))}"] if made.names else []
    yield "What they share", [*names, *shared] or ["Nothing: no two sentences are near."]
    if apart:
        yield "Where they may disagree", apart
    for paper in made.papers:
        lines = [f"- {_said(one)}" for one in paper.only]
        yield f"Only {escape(paper.key)}", lines or [NOTHING_ALONE]
    none = [f"- {escape(matter)}" for matter in made.neither]
    yield none_title(made), none or ["Each usual matter is in one of the texts."]


def may_disagree(point: SharedPoint) -> bool:
    """True where a judge says that two near sentences are opposite, or, where none was asked, where
    their words are a clear sign of it."""
    if point.support != "unchecked":
        return point.support == "contradicted"
    return _opposed(point).is_clear


def none_title(made: Comparison) -> str:
    """The title of what no compared paper says."""
    return "What neither says" if len(made.papers) == 2 else "What none of them says"


def judged_words(point: SharedPoint) -> str:
    """How the two sentences stand to each other, and who says so."""
    signs = "; ".join(_opposed(point).signs) if may_disagree(point) else ""
    nearness = f"on one matter, with signs of a disagreement: {signs}" if signs else _NEAR
    return _SAYS.get(point.support, nearness)


def _opposed(point: SharedPoint) -> Opposition:
    return compare_findings(point.first.citation.quote, point.second.citation.quote)


def _shared(point: SharedPoint) -> Iterator[str]:
    judged = judged_words(point)
    reason = f": {escape(point.reason)}" if point.reason else ""
    yield f"- *{judged}*{reason}"
    yield f"  - {_said(point.first)}"
    yield f"  - {_said(point.second)}"


def _said(one: Said) -> str:
    quote = escape(shorten(clean(one.citation.quote), _QUOTE_CHARS))
    names = f" [named only here: {escape(', '.join(one.names))}]" if one.names else ""
    place = quoted_place(one.citation)
    return f'**{escape(one.key)}** "{quote}" ({one.number}, {place}){names}'
