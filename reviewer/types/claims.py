"""What writers draft and what grounding makes of it: quotes, readings, citations, claims."""

from __future__ import annotations

from typing import Literal

from reviewer.types.frozen import Frozen


class Quote(Frozen):
    """Words that a writer says stand in the evidence `tag`. Not trusted until located."""

    tag: str
    quote: str


Stance = Literal["yes", "no", "mixed", "none"]


class Reading(Frozen):
    """What a writer found in one paper: relevance 0 to 10, stance on a yes/no question, quotes."""

    paper_id: str
    relevance: float
    stance: Stance = "none"
    quotes: tuple[Quote, ...] = ()


class ClaimDraft(Frozen):
    text: str
    quotes: tuple[Quote, ...] = ()


class AnswerDraft(Frozen):
    claims: tuple[ClaimDraft, ...] = ()


class Expanded(Frozen):
    """More to search for: other questions, and an imagined abstract of a paper that answers.
    The abstract only steers the search by meaning; it is never evidence."""

    questions: tuple[str, ...] = ()
    abstract: str = ""


class NeedsModel(Frozen):
    """What a writer returns for a step that it cannot do without a model."""

    step: str


class Citation(Frozen):
    """A located quote: `paper.text_of(part)[start:end] == quote`. Only `grounding` makes it."""

    paper_id: str
    chunk_id: str
    part: str
    page: int | None = None
    start: int
    end: int
    quote: str


Support = Literal["unchecked", "supported", "partial", "contradicted", "unsupported", "uncited"]


class Claim(Frozen):
    """A sentence of a result. `dropped` says which citations were not found, and why; `unproven`
    are figures that are in none of its quotes. `side` is the side of a comparison that it is
    for."""

    text: str
    citations: tuple[Citation, ...] = ()
    support: Support = "unchecked"
    dropped: tuple[str, ...] = ()
    unproven: tuple[str, ...] = ()
    side: str = ""
