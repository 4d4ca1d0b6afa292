"""What models suggest on the records of a screening, and what that may do: order, and no more."""

from __future__ import annotations

import hashlib
import math
from collections.abc import Callable, Iterable, Mapping, Sequence

from reviewer.library.screen_store import ScreenStore
from reviewer.types.screening import (
    MODEL,
    CriterionVerdict,
    Outcome,
    Stage,
    Suggested,
    Suggestion,
)

SIGNS = {"include": 1.0, "maybe": 0.0, "exclude": -1.0}
DRAWN_SHARE, LEAST_DRAWN = 0.05, 20  # of the records that a model alone would drop


def suggested(verdicts: Iterable[CriterionVerdict]) -> Suggested:
    """What code makes of a model's verdicts.

    To exclude: a criterion that includes is not met, or one that excludes is met, each with a
    sentence that is there. To include: all that include are met, none that excludes is met or in
    doubt for a fault; where only criteria that exclude are known, all are not met. Else maybe.
    """
    own = list(verdicts)
    against = [v.key for v in own if v.quotes and v.verdict == _REFUTES[v.kind]]
    if against:
        return Suggested(verdict="exclude", reasons=tuple(against))
    wanted = [v for v in own if v.kind == "include"]
    others = [v for v in own if v.kind == "exclude"]
    if wanted:
        is_met = all(v.verdict == "met" for v in wanted) and not any(v.fault for v in others)
    else:
        is_met = bool(others) and all(v.verdict == "not met" for v in others)
    return Suggested(verdict="include" if is_met else "maybe")


_REFUTES = {"include": "not met", "exclude": "met"}


def model_of(reviewer: str) -> str:
    """The model that a reviewer is: `gpt` of `model:gpt`; empty for a person."""
    return reviewer.removeprefix(MODEL) if reviewer.startswith(MODEL) else ""


def beside_model(found: Outcome, reviewer: str, said: Suggested | None) -> Outcome:
    """The outcome of people's decisions beside a model that is the second reviewer.

    The model reads nothing alone: before a person decided it does not count. What one person
    excluded and it does not is a conflict; what a person lets go on goes on, whatever it says.
    """
    if said is None or not found.readers or found.is_resolved or found.is_conflict:
        return found
    if found.verdict == "duplicate":
        return found
    readers = (*found.readers, reviewer)
    if found.verdict == "exclude" and said.verdict != "exclude" and len(found.readers) == 1:
        return Outcome(readers=readers, is_conflict=True)
    return found.model_copy(update={"readers": readers})


class Suggestions:
    """The last suggestions on each paper of one screening, by stage and model."""

    def __init__(self, store: ScreenStore, screen: str) -> None:
        self._store = store
        self._screen = screen
        self._rows: list[tuple[int, Suggestion]] = []
        self._last: dict[tuple[str, Stage, str], Suggestion] = {}
        self._made: dict[str, Suggested] = {}  # by the id of the suggestion
        self.number = 0  # of the last one that was taken in

    def refresh(self, present: Callable[[str], str]) -> None:
        """Take in what was kept since the last call; `present` gives the present id of a paper."""
        known = self._rows[-1][0] if self._rows else 0
        self._rows += self._store.suggestions(self._screen, known)
        self.take(self._rows[-1][0] if self._rows else 0, present)

    def take(self, number: int, present: Callable[[str], str]) -> None:
        """Count those up to this number, and no later ones."""
        self.number = number
        self._last = {
            (present(own.paper_id), own.stage, own.model): own
            for n, own in self._rows
            if n <= number
        }

    @property
    def all(self) -> Mapping[tuple[str, Stage, str], Suggestion]:
        """The last suggestion by paper, stage and model."""
        return self._last

    def models(self, stage: Stage) -> list[str]:
        return sorted({model for _, at, model in self._last if at == stage})

    def of(self, paper_id: str, stage: Stage, model: str) -> Suggestion | None:
        return self._last.get((paper_id, stage, model))

    def said(self, paper_id: str, stage: Stage, model: str) -> Suggested | None:
        """What the model's last verdicts on the paper come to; None before it saw the paper."""
        own = self.of(paper_id, stage, model)
        if own is not None and own.id not in self._made:
            self._made[own.id] = suggested(own.verdicts)
        return self._made[own.id] if own else None


def drawn(dropped: Sequence[str], seed: int) -> list[str]:
    """The records that a person reads of those that only a model would drop, at random: 5 %, at
    least 20. The same papers are drawn whatever their order, and more where more are dropped."""
    most = max(LEAST_DRAWN, math.ceil(DRAWN_SHARE * len(dropped)))
    return sorted(dropped, key=lambda paper: _lot(paper, seed))[:most]


def _lot(paper: str, seed: int) -> str:
    return hashlib.sha256(f"{seed} drawn {paper}".encode()).hexdigest()
