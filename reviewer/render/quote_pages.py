"""Where a quote stands on the pages of its PDF, as text and as JSON."""

from __future__ import annotations

from typing import Any

from reviewer.render.json import dump
from reviewer.text import clean
from reviewer.text.invisible import visible
from reviewer.types.pages import QuoteOnPages, QuoteState

STATE_WORDS: dict[QuoteState, str] = {
    "placed": "",
    "in part": "only a part of the words was found on the page",
    "not found": "the words were not found on the page",
}


def on_pages_fields(found: QuoteOnPages) -> dict[str, Any]:
    """The content of the JSON document."""
    return found.model_dump(mode="json")


def on_pages_json(found: QuoteOnPages) -> str:
    """Each page with its size in points and the boxes, from its upper left corner."""
    return dump("quote_on_pages", on_pages_fields(found))


def on_pages_text(found: QuoteOnPages) -> str:
    """A line a page: part, page, what of it was found, and its words; else why no page is shown."""
    if not found.pieces:
        return f"{found.part}: {_shown(found.quote)}\n({_shown(found.reason)})\n"
    lines = []
    for piece in found.pieces:
        state = STATE_WORDS[piece.state]
        place = f"{found.part}, page {piece.page} of {found.file}"
        lines.append(f"{place}{f' ({state})' * bool(state)}: {_shown(piece.quote)}")
    if found.remark:
        lines.append(f"({_shown(found.remark)})")
    return "\n".join(map(visible, lines)) + "\n"


def _shown(text: str) -> str:
    return visible(clean(text))
