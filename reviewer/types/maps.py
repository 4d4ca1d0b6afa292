"""The map of a report's papers."""

from __future__ import annotations

from reviewer.types.frozen import Frozen


class MapPoint(Frozen):
    """A paper on the map: `x` to the right and `y` down, 0 to 1; `theme` is a number from 0."""

    paper_id: str
    x: float
    y: float
    theme: int


class PaperMap(Frozen):
    """Similar papers are near each other. `by` says what is compared: their stored `vectors` or
    their `words`."""

    themes: tuple[str, ...] = ()
    points: tuple[MapPoint, ...] = ()
    by: str = "vectors"
