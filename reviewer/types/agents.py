"""What an assistant gives as claims, and what the gate makes of them."""

from __future__ import annotations

from reviewer.types.checks import Outcome
from reviewer.types.claims import Claim
from reviewer.types.frozen import Frozen
from reviewer.types.papers import Paper
from reviewer.types.runs import Usage
from reviewer.types.searches import QuotePlace


class GivenQuote(Frozen):
    """Words that an assistant says a paper has. Not trusted until located."""

    key: str
    quote: str


class GivenClaim(Frozen):
    """A sentence of an assistant, with its proof: `quotes`, or `sentences` of papers by their
    numbers (`guo-2025-skills.3`). Not trusted."""

    text: str
    quotes: tuple[GivenQuote, ...] = ()
    sentences: tuple[str, ...] = ()


class Objection(Frozen):
    """Why a claim fails. Where its quote is not in the paper, `near` is the place with the nearest
    words there, `elsewhere` the keys of other papers that have the quote word for word."""

    reason: str
    quote: str = ""
    near: QuotePlace | None = None
    elsewhere: tuple[str, ...] = ()


class CheckedClaim(Frozen):
    """A claim after the gate. It fails if there are objections; `doubts` name what its words alone
    say against it, and fail nothing."""

    claim: Claim
    objections: tuple[Objection, ...] = ()
    doubts: tuple[str, ...] = ()

    @property
    def fails(self) -> bool:
        return bool(self.objections)


class CitedText(Frozen):
    """The result of `cite`: the claims in their order, and the papers that those cite which
    passed, in the order of their first citation. `judge` is the model that gave verdicts, if one
    did."""

    claims: tuple[CheckedClaim, ...] = ()
    papers: tuple[Paper, ...] = ()
    outcome: Outcome = "PASSES"
    style: str = "pandoc"
    writer: str = ""
    judge: str = ""
    run_id: str = ""
    usage: Usage = Usage()

    @property
    def passing(self) -> tuple[Claim, ...]:
        """The claims that passed."""
        return tuple(item.claim for item in self.claims if not item.fails)
