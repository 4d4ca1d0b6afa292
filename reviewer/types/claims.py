"""What writers draft and what grounding makes of it: quotes, readings, citations, claims."""

from __future__ import annotations

from typing import Any, Literal

from pydantic import SerializerFunctionWrapHandler, model_serializer

from reviewer.types.frozen import Frozen


class Quote(Frozen):
    """Words that a writer says stand in the evidence `tag`. Not trusted until located."""

    tag: str
    quote: str


Stance = Literal["yes", "no", "mixed", "none"]
Basis = Literal["tests", "uses"]
"""Whether a paper's own findings test what was asked, or the paper merely uses or assumes it."""


class Citation(Frozen):
    """A located quote: `paper.text_of(part)[start:end] == quote`. Only `grounding` makes it. `key`
    is the paper's key when it was cited; `by_ocr` is true of a scanned page that a program read."""

    paper_id: str
    key: str = ""
    chunk_id: str
    part: str
    page: int | None = None
    start: int
    end: int
    quote: str
    by_ocr: bool = False

    @model_serializer(mode="wrap")
    def _without_false(self, made: SerializerFunctionWrapHandler) -> dict[str, Any]:
        """Without `by_ocr` where it is false, as nearly always."""
        found: dict[str, Any] = made(self)
        if not self.by_ocr:
            found.pop("by_ocr", None)
        return found


class Reading(Frozen):
    """What a writer found in one paper: relevance 0 to 10, the sentences that bear on the question,
    and on a yes/no question its stance with the sentence that shows it. `finding` is what the
    paper found, in one line of the writer's own words. `unread` says why the paper was not read;
    then nothing else is known of it."""

    paper_id: str
    relevance: float
    stance: Stance = "none"
    basis: Basis = "tests"
    shows: Citation | None = None
    citations: tuple[Citation, ...] = ()
    finding: str = ""
    unread: str = ""


class NumberedAnchor(Frozen):
    """Where in a sentence of a draft which numbers of sentences (`E4.2`) stand. `at` counts
    characters of the sentence without its anchors, from 0 to its length."""

    at: int
    numbers: tuple[str, ...]


Kind = Literal["fact", "synthesis", "gap", "quote"]
"""What a sentence of an answer is. A fact cites sentences of papers. A synthesis (thesis,
comparison, transition) rests on the facts around it, a gap says what the papers do not tell: both
may stand without a citation. A quote is a sentence of a paper."""


class ClaimDraft(Frozen):
    """A sentence of a draft. Its proof is quoted by words (`quotes`) or by numbers (`anchors`).
    `paragraph` is the number of its paragraph, from 1; `unknown` has numbers that name nothing."""

    text: str
    quotes: tuple[Quote, ...] = ()
    anchors: tuple[NumberedAnchor, ...] = ()
    kind: Kind = "fact"
    paragraph: int = 1
    unknown: tuple[str, ...] = ()


class AnswerDraft(Frozen):
    """Sentences in their order. `is_refusal`: the writer said that the texts do not answer."""

    claims: tuple[ClaimDraft, ...] = ()
    is_refusal: bool = False


class Expanded(Frozen):
    """More to search for: other wordings, and an imagined abstract of a paper that answers. The
    abstract only steers the search by meaning; it is never evidence."""

    questions: tuple[str, ...] = ()
    abstract: str = ""


class NeedsModel(Frozen):
    """What a writer returns for a step that it cannot do without a model."""

    step: str


Support = Literal["unchecked", "supported", "partial", "contradicted", "unsupported", "uncited"]


class Anchor(Frozen):
    """Where in a claim's text which of its citations stand: `at` counts characters of the text,
    `citations` are places in the claim's citations."""

    at: int
    citations: tuple[int, ...]


class Claim(Frozen):
    """A sentence of a result. `anchors` say at which clauses its citations stand, in order; a claim
    without them has its citations at its end. `dropped` says which citations were not found, and
    why; `unproven` are figures that are in none of its quotes; `failing` are the words of the text
    that a judge says its quotes do not carry, and `reason` why. `paragraph` is the number of its
    paragraph, from 1, `side` the side of a comparison that it is for. A claim that `is_repaired`
    was written again after a verdict."""

    text: str
    citations: tuple[Citation, ...] = ()
    support: Support = "unchecked"
    dropped: tuple[str, ...] = ()
    unproven: tuple[str, ...] = ()
    anchors: tuple[Anchor, ...] = ()
    kind: Kind = "fact"
    paragraph: int = 1
    side: str = ""
    failing: str = ""
    reason: str = ""
    is_repaired: bool = False


class Verdict(Frozen):
    """What a judge says of one claim. `failing` are words of the claim that its sentences do not
    carry; `numbers` name sentences that carry the claim instead, or contradict it."""

    support: Support = "unchecked"
    failing: str = ""
    reason: str = ""
    numbers: tuple[str, ...] = ()


class Fault(Frozen):
    """A claim that is to be written again: its place among the claims, the words of it that fail,
    and why."""

    place: int
    failing: str = ""
    reason: str = ""
