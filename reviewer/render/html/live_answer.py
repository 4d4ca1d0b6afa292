"""What the page of an answer shows: its sentences with their marks, and one quote in its paper."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from reviewer.render.describe import quoted_place
from reviewer.render.html.answer import answer_values
from reviewer.render.html.cited_papers import PageCitations, ShownPaper, ShownText
from reviewer.types import Answer, Citation


@dataclass(frozen=True)
class ShownQuote:
    """A quote of a page in its paper: its id, its number among `of` quotes, the ids of the quotes
    before and after it (empty at the ends), and the texts of the paper that have it."""

    anchor: str
    number: int
    of: int
    earlier: str
    later: str
    citation: Citation
    shown: ShownPaper
    texts: tuple[ShownText, ...]

    @property
    def place(self) -> str:
        """Where it stands in the paper, in words."""
        return quoted_place(self.citation)


def shown_quote(cited: PageCitations, anchor: str) -> ShownQuote | None:
    """The quote with this id, or the first one; None where nothing is cited."""
    quotes = list(cited.anchors.items())
    if not quotes:
        return None
    at = next((n for n, (_, own) in enumerate(quotes) if own == anchor), 0)
    citation, own = quotes[at]
    shown = next(item for item in cited.papers if item.paper.id == citation.paper_id)
    return ShownQuote(
        anchor=own,
        number=at + 1,
        of=len(quotes),
        earlier=quotes[at - 1][1] if at else "",
        later=quotes[at + 1][1] if at + 1 < len(quotes) else "",
        citation=citation,
        shown=shown,
        texts=tuple(text for text in shown.texts if text.name == citation.part),
    )


def live_answer(answer: Answer, quote: str = "") -> dict[str, Any]:
    """What the template `live/answer` shows of an answer, with the quote of this id beside it."""
    values = answer_values(answer)
    return {**values, "quote": shown_quote(values["cited"], quote)}
