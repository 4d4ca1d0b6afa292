"""Makes a map of papers: similar papers are near each other. No model, no random numbers."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from reviewer.library import Library
from reviewer.search.clusters import vectors_of
from reviewer.types import Paper
from reviewer.types.drafts import Theme
from reviewer.types.maps import MapPoint, PaperMap

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]

LEAST_PAPERS = 4  # a map needs this many
_WITHIN_THEME = 0.16  # the share of the squared distance between two papers of one theme
_ASPECT = 1.6  # the map's width divided by its height
_GAP = 0.066  # between the centres of two papers, as a share of the map's height
_WEIGHT = 4.0  # of a distance within a theme; 1 for other distances
_START = 0.05  # a paper's first distance to its theme's centre, as a share of the whole distance
_ROUNDS = 200


def map_papers(papers: Sequence[Paper], themes: Sequence[Theme], library: Library) -> PaperMap:
    """A map of the papers that have a theme, by multidimensional scaling of the distances between
    their unit vectors, with shorter distances within a theme: first classical scaling (Torgerson
    1952), then the papers of a theme moved together, then SMACOF (de Leeuw 1977), which separates
    more than three themes; last the papers are moved until none covers another. Empty for fewer
    than LEAST_PAPERS. The same papers give the same map in any order."""
    import numpy as np

    theme_by_id = {i: n for n, theme in enumerate(themes) for i in reversed(theme.paper_ids)}
    placed = sorted((p for p in papers if p.id in theme_by_id), key=lambda paper: paper.id)
    if len(placed) < LEAST_PAPERS:
        return PaperMap()
    groups = np.array([theme_by_id[paper.id] for paper in placed])
    is_within = groups[:, None] == groups[None, :]
    vectors = vectors_of(placed, library)
    # Rounded so that no last digit turns the map over.
    squared = np.maximum(2 - 2 * (vectors @ vectors.T).astype(np.float64), 0.0).round(6)
    squared = np.where(is_within, _WITHIN_THEME * squared, squared)
    spots = _scaled(squared)
    centres = np.stack([spots[groups == theme].mean(axis=0) for theme in groups])
    gathered = centres + _START * (spots - centres)  # so that no theme is split later
    spots = _apart(_stretched(_majorized(gathered, squared, is_within)))
    points = tuple(
        MapPoint(paper_id=p.id, x=round(float(x), 4), y=round(float(y), 4), theme=theme)
        for p, (x, y), theme in zip(placed, spots, groups.tolist(), strict=True)
    )
    by = "vectors" if library.has_vectors else "words"
    return PaperMap(themes=tuple(theme.name for theme in themes), points=points, by=by)


def _scaled(squared: Floats) -> Floats:
    """Coordinates, (papers, 2): the first two axes of the centred distances, each turned so that
    its largest value is positive."""
    import numpy as np

    count = len(squared)
    centring = np.eye(count) - 1.0 / count
    values, axes = np.linalg.eigh(-0.5 * centring @ squared @ centring)
    spots: Floats = axes[:, [-1, -2]] * np.sqrt(np.maximum(values[[-1, -2]], 1e-12))
    largest = np.abs(spots).argmax(axis=0)
    return spots * np.where(spots[largest, [0, 1]] < 0, -1.0, 1.0)


def _majorized(spots: Floats, squared: Floats, is_within: NDArray[np.bool_]) -> Floats:
    """The spots after _ROUNDS Guttman transforms, each of which lowers the stress; distances within
    a theme have the weight _WEIGHT."""
    import numpy as np

    weight = np.where(is_within, _WEIGHT, 1.0)
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


def _stretched(spots: Floats) -> Floats:
    """The spots scaled to 0 to 1 on both axes."""
    low, high = spots.min(axis=0), spots.max(axis=0)
    stretched: Floats = (spots - low) / (high - low).clip(1e-9)
    return stretched


def _apart(spots: Floats) -> Floats:
    """The spots moved in small steps until no two are nearer than _GAP, at most _ROUNDS times. Two
    papers in one spot are first moved next to each other."""
    import numpy as np

    count = len(spots)
    turn = np.arange(count) * 2.399963  # the golden angle: no two have the same direction
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
