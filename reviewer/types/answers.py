"""The result of `ask`."""

from __future__ import annotations

from itertools import groupby
from typing import Literal

from reviewer.types.claims import Basis, Citation, Claim, Stance
from reviewer.types.evidence import Evidence
from reviewer.types.frozen import Frozen
from reviewer.types.memory import EarlierQuestion
from reviewer.types.papers import Paper
from reviewer.types.runs import Coverage, Usage
from reviewer.types.shown import Shown

Outcome = Literal["answer", "quotes", "no evidence"]
"""`answer`: the writer's own sentences, or the extractive writer's quotes. `quotes`: sentences of
papers, because the model gave no readable answer. `no evidence`: no claim, because nothing was
found, or because the model said that what it read does not answer."""


class StanceTaken(Frozen):
    """A paper's stance, and the sentence that shows it. `basis`: its own findings test what was
    asked, or it merely uses it."""

    paper_id: str
    stance: Stance
    basis: Basis = "tests"
    citation: Citation | None = None


class Answer(Shown):
    """The result of `ask`. `is_weak`: nothing clearly answers, so the nearest sentences are shown.
    `asked` is a follow-up question as the user typed it; `question` is then made from it. `sides`
    are those of a comparison, where the claims are given side by side. `claims` are the sentences
    in their order, `paragraphs` the same ones by paragraph. `earlier` asked the same or nearly;
    where `is_reused` the answer starts from its claims."""

    question: str
    asked: str = ""
    outcome: Outcome = "answer"
    sides: tuple[str, ...] = ()
    claims: tuple[Claim, ...] = ()
    stances: tuple[StanceTaken, ...] = ()
    verdict: str = ""
    is_weak: bool = False
    nearest: tuple[Paper, ...] = ()
    evidence: tuple[Evidence, ...] = ()
    coverage: Coverage
    writer: str
    effort: str = "quick"
    earlier: EarlierQuestion | None = None
    is_reused: bool = False
    run_id: str = ""
    usage: Usage = Usage()

    @property
    def paragraphs(self) -> tuple[tuple[Claim, ...], ...]:
        """The claims of each paragraph, in order."""
        grouped = groupby(self.claims, key=lambda claim: claim.paragraph)
        return tuple(tuple(own) for _, own in grouped)
