"""Where some words stand in the library, as text and as JSON."""

from __future__ import annotations

from typing import Any

from reviewer.render.escape import escape
from reviewer.render.json import dump
from reviewer.text import clean, counted
from reviewer.text.views import shorten
from reviewer.types.searches import Difference, QuoteFound, QuotePlace

_QUOTE_CHARS = 400
NOT_FOUND = "No paper says this, word for word or nearly."


def places_json(found: QuoteFound) -> str:
    """The places, those that are word for word as `exact`; without any, the nearest sentences."""
    return dump("where", places_fields(found))


def places_fields(found: QuoteFound) -> dict[str, Any]:
    """The content of the JSON document."""
    return {
        "words": found.words,
        "found": [_fields(place) for place in found.found],
        "has_more": found.has_more,
        "nearest": [_fields(place) for place in found.nearest],
    }


def _fields(place: QuotePlace) -> dict[str, Any]:
    fields = place.model_dump(mode="json")
    return {"exact": fields.pop("is_exact"), **fields}


def places_markdown(found: QuoteFound) -> str:
    """A paragraph a place: how the words stand, in which paper and on which page, and each slip."""
    if not found.found:
        nearest = [_line(place, "nearest") for place in found.nearest]
        return "\n\n".join([NOT_FOUND, *nearest]) + "\n"
    lines = [_line(place, standing(place)) for place in found.found]
    if found.has_more:
        lines.append(f"More than {counted(len(lines), 'paper')} have these words.")
    return "\n\n".join(lines) + "\n"


def standing(place: QuotePlace) -> str:
    """How exactly the words stand there, in words: `word for word`, `nearly (...)`."""
    if place.is_exact:
        return "word for word"
    said = ", ".join(map(difference_words, place.differences))
    return f"nearly: {said or 'other punctuation or case'}"


def difference_words(difference: Difference) -> str:
    """One slip, in words."""
    asked, there = (shorten(clean(t), 80) for t in (difference.asked, difference.there))
    kind = {"figure": "another figure: ", "negation": "a negation: "}.get(difference.kind, "")
    if not asked:
        return f'{kind}the paper also has "{there}"'
    if not there:
        return f'{kind}the paper has no "{asked}"'
    return f'{kind}"{asked}" is "{there}" there'


def place_words(place: QuotePlace) -> str:
    """The part and the page, in words."""
    return f"{place.part}, page {place.page}" if place.page is not None else place.part


def _line(place: QuotePlace, how: str) -> str:
    quote = escape(shorten(clean(place.quote), _QUOTE_CHARS))
    title = escape(clean(place.title))
    return f"**{place.key}** ({place_words(place)}; {how}): {title}\n\n> {quote}"
