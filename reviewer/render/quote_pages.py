"""Where a quote stands on the pages of its PDF, as text and as JSON."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from reviewer.render.json import dump
from reviewer.text import clean
from reviewer.text.invisible import visible
from reviewer.types.pages import QuoteOnPages, QuotePiece, QuoteState

STATE_WORDS: dict[QuoteState, str] = {
    "placed": "",
    "in part": "only a part of the words was found on the page",
    "not found": "the words were not found on the page",
}


_EXCERPT_RATIO = 1.6  # width to height
_EXCERPT_WIDTH_PT = 250.0  # at least: about a column
_MARGIN_PT = 16.0


@dataclass(frozen=True)
class Excerpt:
    """A rectangle of a page, in points from its upper left corner."""

    left: float
    top: float
    width: float
    height: float


def excerpt_of(piece: QuotePiece) -> Excerpt | None:
    """The place of the page with all boxes and what is near them, 1.6 times as wide as high, within
    the page as far as it goes; None without boxes."""
    if not piece.boxes:
        return None
    left, right = min(b.left for b in piece.boxes), max(b.right for b in piece.boxes)
    top, bottom = min(b.top for b in piece.boxes), max(b.bottom for b in piece.boxes)
    needed = (bottom - top + 2 * _MARGIN_PT) * _EXCERPT_RATIO
    width = max(right - left + 2 * _MARGIN_PT, needed, _EXCERPT_WIDTH_PT)
    height = width / _EXCERPT_RATIO
    x = _within((left + right - width) / 2, width, piece.width)
    y = _within((top + bottom - height) / 2, height, piece.height)
    return Excerpt(round(x, 1), round(y, 1), round(width, 1), round(height, 1))


def _within(start: float, size: float, whole: float) -> float:
    """Where a stretch of this size begins that lies in the whole, in its middle if it is larger."""
    return (whole - size) / 2 if size > whole else min(max(0.0, start), whole - size)


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
