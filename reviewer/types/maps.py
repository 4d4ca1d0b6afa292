"""Where papers lie on a map of a report: values only."""

from __future__ import annotations

from reviewer.types.frozen import Frozen


class MapPoint(Frozen):
    """A paper on the map: `x` to the right and `y` down, from 0 to 1; `theme` counts from 0."""

    paper_id: str
    x: float
    y: float
    theme: int


class PaperMap(Frozen):
    """Papers that are alike lie near each other. `by` says whether likeness is that of their stored
    vectors or of their words."""

    themes: tuple[str, ...] = ()
    points: tuple[MapPoint, ...] = ()
    by: str = "vectors"
