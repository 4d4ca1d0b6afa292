"""Lays papers out on a plane: those that are alike lie near each other. No model, no chance."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from reviewer.library import Library
from reviewer.search.clusters import vectors_of
from reviewer.types import Paper
from reviewer.types.drafts import Theme
from reviewer.types.maps import MapPoint, PaperMap

LEAST_PAPERS = 4  # fewer make no map
_WITHIN_THEME = 0.16  # of the squared distance between two papers of one theme is drawn
_ASPECT = 1.6  # a map is that much wider than high
_GAP = 0.066  # between the middles of two papers, as a share of the map's height
_WEIGHT = 4.0  # of a distance within a theme beside one between two
_START = 0.05  # of the way from its theme's middle a paper is set out at first
_ROUNDS = 200


def map_papers(papers: Sequence[Paper], themes: Sequence[Theme], library: Library) -> PaperMap:
    """The papers that have a theme, by multidimensional scaling of the distances between their unit
    vectors, those within a theme shortened: the classical one (Torgerson 1952), the papers of a
    theme drawn together, then majorized (SMACOF, de Leeuw 1977), which keeps more than three themes
    apart; then moved until none covers another. Empty below LEAST_PAPERS. Same papers, same map,
    whatever their order."""
    theme_by_id = {i: n for n, theme in enumerate(themes) for i in reversed(theme.paper_ids)}
    placed = sorted((p for p in papers if p.id in theme_by_id), key=lambda paper: paper.id)
    if len(placed) < LEAST_PAPERS:
        return PaperMap()
    groups = [theme_by_id[paper.id] for paper in placed]
    squared = _distances(vectors_of(placed, library), groups)
    begun = _gathered(_scaled(squared), groups)
    spots = _apart(_stretched(_majorized(begun, squared, groups)))
    points = tuple(
        MapPoint(paper_id=p.id, x=round(float(x), 4), y=round(float(y), 4), theme=theme)
        for p, (x, y), theme in zip(placed, spots, groups, strict=True)
    )
    by = "vectors" if library.has_vectors else "words"
    return PaperMap(themes=tuple(theme.name for theme in themes), points=points, by=by)


def _distances(vectors: Any, groups: Sequence[int]) -> Any:  # noqa: ANN401  arrays
    """Squared distances between unit vectors, rounded so that no last digit turns a map over."""
    import numpy as np

    own = np.asarray(groups)
    squared = np.maximum(2 - 2 * (vectors @ vectors.T).astype(np.float64), 0.0).round(6)
    return np.where(own[:, None] == own[None, :], _WITHIN_THEME * squared, squared)


def _scaled(squared: Any) -> Any:  # noqa: ANN401  arrays
    """Two coordinates a row: the first two axes of the centred distances, each turned so that its
    largest value is positive."""
    import numpy as np

    count = len(squared)
    centring = np.eye(count) - 1.0 / count
    values, axes = np.linalg.eigh(-0.5 * centring @ squared @ centring)
    spots = axes[:, [-1, -2]] * np.sqrt(np.maximum(values[[-1, -2]], 1e-12))
    largest = np.abs(spots).argmax(axis=0)
    return spots * np.where(spots[largest, [0, 1]] < 0, -1.0, 1.0)


def _gathered(spots: Any, groups: Sequence[int]) -> Any:  # noqa: ANN401  arrays
    """The spots nearer to the middle of their theme, so that no theme is torn in two on the way."""
    import numpy as np

    own = np.asarray(groups)
    middles = {theme: spots[own == theme].mean(axis=0) for theme in set(groups)}
    centre = np.stack([middles[theme] for theme in groups])
    return centre + _START * (spots - centre)


def _majorized(spots: Any, squared: Any, groups: Sequence[int]) -> Any:  # noqa: ANN401  arrays
    """The spots after _ROUNDS Guttman transforms, each of which lowers the stress; distances within
    a theme weigh _WEIGHT times."""
    import numpy as np

    own = np.asarray(groups)
    weight = np.where(own[:, None] == own[None, :], _WEIGHT, 1.0)
    weighed = weight * np.sqrt(squared)
    laplacian = np.diag(weight.sum(axis=1)) - weight
    inverse = np.linalg.pinv(laplacian)
    for _ in range(_ROUNDS):
        far = np.sqrt(((spots[:, None] - spots[None, :]) ** 2).sum(axis=2))
        share = np.divide(weighed, far, out=np.zeros_like(far), where=far > 1e-9)
        turned = -share
        np.fill_diagonal(turned, share.sum(axis=1))
        spots = inverse @ (turned @ spots)
    return spots


def _stretched(spots: Any) -> Any:  # noqa: ANN401  arrays
    low, high = spots.min(axis=0), spots.max(axis=0)
    return (spots - low) / (high - low).clip(1e-9)


def _apart(spots: Any) -> Any:  # noqa: ANN401  arrays
    """Moved in small steps until no two are nearer than _GAP, or _ROUNDS are over. Two in one spot
    are set beside each other first."""
    import numpy as np

    count = len(spots)
    turn = np.arange(count) * 2.399963  # the golden angle: no two lie in one direction
    around = np.stack([np.cos(turn), np.sin(turn)], axis=1)
    at = spots * [_ASPECT, 1.0] + 1e-3 * around
    for _ in range(_ROUNDS):
        between = at[:, None] - at[None, :]
        far = np.sqrt((between**2).sum(axis=2)) + np.eye(count)
        push = np.maximum(_GAP - far, 0.0) / far
        if not push.any():
            break
        at = at + 0.5 * (between * push[:, :, None]).sum(axis=1)
    return _stretched(at)
