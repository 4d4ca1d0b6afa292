"""What a library remembers of earlier questions: the questions, and the claims of all runs."""

from __future__ import annotations

from reviewer.types.claims import Claim
from reviewer.types.frozen import Frozen


class EarlierQuestion(Frozen):
    """A kept run that asked the same, or nearly (`likeness` 0 to 1, 1 for the same words). `who`
    asked it, empty for the user; `came` papers have come since."""

    run_id: str
    question: str
    started: str
    who: str = ""
    likeness: float = 1.0
    came: int = 0


class RecalledClaim(Frozen):
    """A claim of a kept run that still stands, with the run and what it was made for. `score` is 0
    to 2: the share of the words that it has, and its cosine where there are vectors."""

    claim: Claim
    run_id: str
    command: str
    question: str
    started: str
    who: str = ""
    score: float


class Recalled(Frozen):
    """What `review recall` finds, the best first, of `runs` runs. `gone` claims were found too, but
    a sentence that they cite is gone or changed."""

    words: str
    claims: tuple[RecalledClaim, ...] = ()
    runs: int = 0
    gone: int = 0
