"""What a small local model that reads two texts at once can do."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol


class PairModel(Protocol):
    """A cross-encoder: it reads two texts together and gives numbers for the pair."""

    name: str
    labels: tuple[str, ...]
    """What each number is for; empty if the model's files do not say it."""

    def score(self, pairs: Sequence[tuple[str, str]]) -> list[list[float]]:
        """For each pair of texts the model's numbers (logits), as many as it has outputs."""
        ...
