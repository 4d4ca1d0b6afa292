"""The waves of a screening: the records of its first search, then those of each update."""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass

from reviewer.types.screening import ScreenEvent


@dataclass(frozen=True)
class Wave:
    """Records from the position `first` to before `end`. Before they came `decided` decisions and
    `happened` events had been kept; `at` is the time, empty for the first search."""

    number: int
    first: int
    end: int
    decided: int = 0
    happened: int = 0
    at: str = ""

    def __contains__(self, position: int) -> bool:
        return self.first <= position < self.end


def waves_of(events: Sequence[ScreenEvent], records: int) -> list[Wave]:
    """The waves, the first search first. `records` counts the records of a screening without an
    update."""
    updates = [(n, event) for n, event in enumerate(events, 1) if event.kind == "update"]
    bounds = [tuple(map(int, event.value.split())) for _, event in updates]
    waves = [Wave(1, 0, bounds[0][0] if bounds else records)]
    for number, ((happened, event), (first, end)) in enumerate(
        zip(updates, bounds, strict=True), 2
    ):
        waves.append(Wave(number, first, end, event.read, happened, event.at))
    return waves


def read_twice(waves: Sequence[Wave], double: str, seed: int) -> frozenset[int]:
    """The positions of the records that two reviewers read whatever the first decides: of each wave
    the share that `double` says, drawn at random. An update changes nothing in earlier draws."""
    if double in ("none", "included"):
        return frozenset()
    share = 1.0 if double == "all" else int(double.removesuffix("%")) / 100
    found: list[int] = []
    for wave in waves:
        name = f"{seed} double" if wave.number == 1 else f"{seed} double {wave.number}"
        size = wave.end - wave.first
        found += random.Random(name).sample(range(wave.first, wave.end), round(share * size))
    return frozenset(found)
