"""The geometry of a page's drawings: the map of papers and the years. Numbers only."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from textwrap import wrap
from unicodedata import east_asian_width

from reviewer.text import clean
from reviewer.text.views import shorten
from reviewer.types import Paper
from reviewer.types.maps import PaperMap

MOST_COLOURS = 8  # of the page's style; more themes share them, and differ by their names
LEAST_YEARS = 3  # with fewer a drawing shows nothing
_WIDTH, _HEIGHT, _EDGE = 760, 500, 44
_TOP_EDGE = 60  # above and below: room for labels
_ROUND = 19  # from a paper's middle to the edge of its theme's shape
_CORNERS = 10  # of the circle around a paper that the shape goes by
_DOT = 11  # its radius
_LINE_CHARS = 24  # of a label's line
_MOST_LINES = 2
_LINE = 15  # its height
_LETTER = 12.5  # the size of a label's letters
_NARROW, _BROAD = frozenset("ijlIftr.,:;'|!()[] "), frozenset("mwMW@%&")
_STEP = 20  # between the places that are tried for a label
_LEADER = 34  # a label farther from its shape has a line to it


@dataclass(frozen=True)
class Dot:
    """A paper on the map; `x` and `y` are in the drawing's units."""

    number: int
    title: str
    x: float
    y: float
    colour: int


@dataclass(frozen=True)
class Box:
    """A rectangle of the drawing; y grows downwards."""

    left: float
    top: float
    right: float
    bottom: float

    def meets(self, other: Box, apart: float = 0) -> bool:
        """True when the two are less than `apart` from each other in both directions."""
        return (
            self.left < other.right + apart
            and other.left < self.right + apart
            and self.top < other.bottom + apart
            and other.top < self.bottom + apart
        )


@dataclass(frozen=True)
class Label:
    """The name of a theme in lines, each with the y of its base line, around the middle `x`.
    `leader` is a line (x1, y1, x2, y2) to the shape of a label that is not beside it."""

    lines: tuple[tuple[str, float], ...]
    x: float
    leader: tuple[float, float, float, float] | None


@dataclass(frozen=True)
class Region:
    """A theme on the map: its shape as the points of an SVG polygon, its label (None where the
    drawing has no room for it), and the numbers of its papers."""

    name: str
    outline: str
    label: Label | None
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
            y = round(_TOP_EDGE + point.y * (_HEIGHT - 2 * _TOP_EDGE), 1)
            number, title = numbers[point.paper_id], titles[point.paper_id]
            dot = Dot(number, title, x, y, colour=point.theme % MOST_COLOURS)
            by_theme.setdefault(point.theme, []).append(dot)
    dots = sorted((dot for own in by_theme.values() for dot in own), key=lambda dot: dot.number)
    named = enumerate(where.themes)
    shown = [(clean(name), by_theme[n]) for n, name in named if n in by_theme]
    hulls = [_shape(own) for _, own in shown]
    labels = _place_labels([name for name, _ in shown], hulls, dots)
    regions = tuple(
        Region(
            name=name,
            outline=" ".join(f"{x:.1f},{y:.1f}" for x, y in hull),
            label=label,
            colour=own[0].colour,
            numbers=tuple(sorted(dot.number for dot in own)),
        )
        for (name, own), hull, label in zip(shown, hulls, labels, strict=True)
    )
    return DrawnMap(_WIDTH, _HEIGHT, regions, tuple(dots))


def _shape(dots: Sequence[Dot]) -> list[tuple[float, float]]:
    """The corners of a theme's shape: the hull of circles around its papers."""
    turns = [2 * math.pi * n / _CORNERS for n in range(_CORNERS)]
    return _hull(
        (dot.x + _ROUND * math.cos(t), dot.y + _ROUND * math.sin(t)) for dot in dots for t in turns
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


def _place_labels(
    names: Sequence[str], hulls: Sequence[Sequence[tuple[float, float]]], dots: Sequence[Dot]
) -> list[Label | None]:
    """A label for each shape, None where there is no room: no label meets another. Each is where it
    covers the fewest papers near its shape; the shapes with least room around them choose first."""
    papers = [Box(d.x - _DOT, d.y - _DOT, d.x + _DOT, d.y + _DOT) for d in dots]
    bounds = [
        Box(min(x for x, _ in h), min(y for _, y in h), max(x for x, _ in h), max(y for _, y in h))
        for h in hulls
    ]
    labels: list[Label | None] = [None] * len(names)
    taken: list[Box] = []
    for n in sorted(range(len(names)), key=lambda n: (bounds[n].top, bounds[n].left, n)):
        lines = _lines_of(names[n])
        width, height = max(map(_width, lines), default=0) + 6, _LINE * len(lines) + 4
        free = [
            box
            for box in _places(bounds[n], width, height)
            if not any(box.meets(other, 2) for other in taken)
        ]
        if free:
            others = [*bounds[:n], *bounds[n + 1 :]]
            best = min(free, key=lambda box: _cost(box, hulls[n], papers, others))
            taken.append(best)
            labels[n] = _label(lines, best, hulls[n])
    return labels


def _places(shape: Box, width: float, height: float) -> list[Box]:
    """Where a label of that size may stand: above, below and beside its shape, then anywhere."""
    middle = (shape.left + shape.right) / 2 - width / 2
    level = (shape.top + shape.bottom) / 2 - height / 2
    levels = (shape.top - height, shape.bottom)
    near = [(middle + aside, y) for aside in (0, -25, 25, -50, 50, -90, 90) for y in levels]
    near += [(shape.left - width, level), (shape.right, level)]
    rows, columns = range(0, _HEIGHT, _STEP), range(0, _WIDTH, _STEP)
    corners = [*near, *((float(x), float(y)) for y in rows for x in columns)]
    held = [(min(max(x, 0), _WIDTH - width), min(max(y, 0), _HEIGHT - height)) for x, y in corners]
    return [Box(x, y, x + width, y + height) for x, y in dict.fromkeys(held)]


def _cost(
    box: Box, hull: Sequence[tuple[float, float]], papers: Sequence[Box], others: Sequence[Box]
) -> float:
    """How far a label in the box is from its shape (an edge counts wholly, the middle by a fifth),
    with 150 units for each paper and 20 for each other shape that it covers."""
    x1, y1, x2, y2 = _line_to(box, hull)
    middle_x = sum(x for x, _ in hull) / len(hull) - (box.left + box.right) / 2
    middle_y = sum(y for _, y in hull) / len(hull) - (box.top + box.bottom) / 2
    covered = 150 * sum(map(box.meets, papers)) + 20 * sum(map(box.meets, others))
    return math.hypot(x2 - x1, y2 - y1) + math.hypot(middle_x, middle_y) / 5 + covered


def _line_to(box: Box, hull: Sequence[tuple[float, float]]) -> tuple[float, float, float, float]:
    """From the box to the nearest corner of the shape."""

    def ends(corner: tuple[float, float]) -> tuple[float, float, float, float]:
        x, y = corner
        return (min(max(x, box.left), box.right), min(max(y, box.top), box.bottom), x, y)

    return min(map(ends, hull), key=lambda e: math.hypot(e[2] - e[0], e[3] - e[1]))


def _label(lines: Sequence[str], box: Box, hull: Sequence[tuple[float, float]]) -> Label:
    base = box.top + 2 + _LINE * 0.78
    x1, y1, x2, y2 = (round(place, 1) for place in _line_to(box, hull))
    return Label(
        lines=tuple((line, round(base + _LINE * n, 1)) for n, line in enumerate(lines)),
        x=round((box.left + box.right) / 2, 1),
        leader=(x1, y1, x2, y2) if math.hypot(x2 - x1, y2 - y1) > _LEADER else None,
    )


def _lines_of(name: str) -> list[str]:
    """The name in at most two lines; the rest is cut."""
    lines = wrap(name, _LINE_CHARS) or [name]
    kept = lines[: _MOST_LINES - 1]
    return [*kept, shorten(" ".join(lines[_MOST_LINES - 1 :]), _LINE_CHARS)][:_MOST_LINES]


def _width(line: str) -> float:
    """At most how wide a line is, in bold letters of the broadest usual font (DejaVu Sans)."""
    return _LETTER * sum(
        1.1 if char in _BROAD or east_asian_width(char) in "WF"
        else 0.5 if char in _NARROW
        else 0.84 if char.isupper() or not char.isascii()
        else 0.74
        for char in line
    )  # fmt: skip


def years_of(papers: Iterable[Paper], numbers: Mapping[str, int]) -> tuple[Year, ...]:
    """The years of the papers that have a number: each from the first known one to the last, also
    those without papers, and at the end one for papers of unknown year, if there are such."""
    years = [paper.year for paper in papers if paper.id in numbers]
    count = Counter(year for year in years if year is not None)
    most = max(count.values(), default=1)
    span = range(min(count), max(count) + 1) if count else ()
    known = [Year(str(year), count[year], count[year] / most) for year in span]
    return (*known, *([Year("unknown", years.count(None), 0.0)] if None in years else []))
