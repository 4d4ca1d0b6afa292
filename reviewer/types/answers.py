"""The result of `ask`."""

from __future__ import annotations

from reviewer.types.claims import Citation, Claim, Stance
from reviewer.types.evidence import Evidence
from reviewer.types.frozen import Frozen
from reviewer.types.papers import Paper
from reviewer.types.runs import Coverage, Usage


class StanceTaken(Frozen):
    paper_id: str
    stance: Stance
    citation: Citation | None = None


class Answer(Frozen):
    """The result of `ask`. `is_weak`: nothing clearly answers, so the nearest sentences are shown.
    `asked` is a follow-up question as the user typed it; `question` is then made from it. `sides`
    are those of a comparison, where the claims are given side by side."""

    question: str
    asked: str = ""
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
    run_id: str = ""
    usage: Usage = Usage()
