"""Ways drafts get written: one file each. A writer quotes and drafts; it never makes citations."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from reviewer.records import AnswerDraft, Evidence, Reading


class Writer(Protocol):
    """What every writer can be asked for. Tags are those of the evidence it was shown."""

    name: str

    def read(self, question: str, evidence: Sequence[Evidence]) -> tuple[Reading, ...]:
        """One Reading a paper, in the evidence's order."""
        ...

    def write_answer(
        self, question: str, readings: Sequence[Reading], evidence: Sequence[Evidence]
    ) -> AnswerDraft:
        """A draft that rests on the readings' quotes."""
        ...
