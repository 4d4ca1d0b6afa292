"""The geometry of a page's drawings: the map of papers and the years. Numbers only."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from reviewer.text import clean
from reviewer.text.views import shorten
from reviewer.types import Paper
from reviewer.types.maps import PaperMap

MOST_COLOURS = 8  # of the page's style; more themes share them, and differ by their names
LEAST_YEARS = 3  # with fewer a drawing shows nothing
_WIDTH, _HEIGHT, _EDGE = 760, 460, 44
_ROUND = 19  # from a paper's middle to the edge of its theme's shape
_CORNERS = 10  # of the circle around a paper that the shape goes by
_DOT = 11  # its radius
_LABEL_CHARS = 38
_LABEL_STEP = 15
_CHAR_WIDTH = 8.4  # of a label's letters, at most of them


@dataclass(frozen=True)
class Dot:
    """A paper on the map; `x` and `y` are in the drawing's units."""

    number: int
    title: str
    x: float
    y: float
    colour: int


@dataclass(frozen=True)
class Region:
    """A theme on the map: its shape as the points of an SVG polygon, its label with the middle of
    the label's base line (`bottom` is its y below the shape), and the numbers of its papers."""

    name: str
    label: str
    outline: str
    x: float
    y: float
    bottom: float
    colour: int
    numbers: tuple[int, ...]


@dataclass(frozen=True)
class DrawnMap:
    width: int
    height: int
    regions: tuple[Region, ...]
    dots: tuple[Dot, ...]


@dataclass(frozen=True)
class Year:
    """How many papers a year has. `share` is `count` by that of the year with most papers, 0 for
    papers of unknown year."""

    name: str
    count: int
    share: float


def draw_map(where: PaperMap, numbers: Mapping[str, int], papers: Iterable[Paper]) -> DrawnMap:
    """The map of the papers that have a number. Without such papers there are no dots."""
    titles = {paper.id: clean(paper.title) for paper in papers if paper.id in numbers}
    by_theme: dict[int, list[Dot]] = {}
    for point in where.points:
        if point.paper_id in titles:
            x = round(_EDGE + point.x * (_WIDTH - 2 * _EDGE), 1)
            y = round(_EDGE + point.y * (_HEIGHT - 2 * _EDGE), 1)
            number, title = numbers[point.paper_id], titles[point.paper_id]
            dot = Dot(number, title, x, y, colour=point.theme % MOST_COLOURS)
            by_theme.setdefault(point.theme, []).append(dot)
    dots = sorted((dot for own in by_theme.values() for dot in own), key=lambda dot: dot.number)
    named = enumerate(where.themes)
    regions = [_region(clean(name), by_theme[n]) for n, name in named if n in by_theme]
    return DrawnMap(_WIDTH, _HEIGHT, tuple(_labels_apart(regions, dots)), tuple(dots))


def _region(name: str, dots: Sequence[Dot]) -> Region:
    turns = [2 * math.pi * n / _CORNERS for n in range(_CORNERS)]
    hull = _hull(
        (dot.x + _ROUND * math.cos(t), dot.y + _ROUND * math.sin(t)) for dot in dots for t in turns
    )
    return Region(
        name=name,
        label=shorten(name, _LABEL_CHARS),
        outline=" ".join(f"{x:.1f},{y:.1f}" for x, y in hull),
        x=round(sum(dot.x for dot in dots) / len(dots), 1),
        y=round(min(y for _, y in hull) - 5, 1),
        bottom=round(max(y for _, y in hull) + 13, 1),
        colour=dots[0].colour,
        numbers=tuple(sorted(dot.number for dot in dots)),
    )


def _hull(points: Iterable[tuple[float, float]]) -> list[tuple[float, float]]:
    """The convex hull, by Andrew's monotone chain (1979)."""

    def half(ordered: Iterable[tuple[float, float]]) -> list[tuple[float, float]]:
        chain: list[tuple[float, float]] = []
        for x, y in ordered:
            while len(chain) > 1:
                (ax, ay), (bx, by) = chain[-2:]
                if (bx - ax) * (y - ay) - (by - ay) * (x - ax) > 0:
                    break
                chain.pop()
            chain.append((x, y))
        return chain[:-1]

    ordered = sorted(set(points))
    return half(ordered) + half(reversed(ordered))


def _labels_apart(regions: Sequence[Region], dots: Sequence[Dot]) -> list[Region]:
    """The regions, each label above or below its shape, or a little to a side, where it covers the
    fewest papers and labels."""
    placed: list[Region] = []
    for region in sorted(regions, key=lambda region: (region.y, region.x)):
        half = len(region.label) * _CHAR_WIDTH / 2 + 4
        spots = [
            (min(max(region.x + aside, half), _WIDTH - half), min(max(y, 12), _HEIGHT - 6))
            for aside in (0, -50, 50, -100, 100)
            for far in (0, _LABEL_STEP, 2 * _LABEL_STEP)
            for y in (region.y - far, region.bottom + far)
        ]
        covered = [_covered(half, spot, dots, placed) for spot in spots]
        x, y = spots[covered.index(min(covered))]
        placed.append(replace(region, x=round(x, 1), y=round(y, 1)))
    return placed


def _covered(
    half: float, spot: tuple[float, float], dots: Sequence[Dot], placed: Sequence[Region]
) -> int:
    """How many papers a label of that half width covers at the spot; a label counts as three."""
    x, y = spot
    papers = sum(abs(dot.x - x) < half + _DOT and abs(dot.y - y + 4) < _DOT + 7 for dot in dots)
    labels = sum(
        abs(y - other.y) < _LABEL_STEP
        and abs(x - other.x) < half + len(other.label) * _CHAR_WIDTH / 2 + 8
        for other in placed
    )
    return papers + 3 * labels


def years_of(papers: Iterable[Paper], numbers: Mapping[str, int]) -> tuple[Year, ...]:
    """The years of the papers that have a number: each from the first known one to the last, also
    those without papers, and at the end one for papers of unknown year, if there are such."""
    years = [paper.year for paper in papers if paper.id in numbers]
    count = Counter(year for year in years if year is not None)
    most = max(count.values(), default=1)
    span = range(min(count), max(count) + 1) if count else ()
    known = [Year(str(year), count[year], count[year] / most) for year in span]
    return (*known, *([Year("unknown", years.count(None), 0.0)] if None in years else []))
