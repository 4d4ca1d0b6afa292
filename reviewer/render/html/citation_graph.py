"""A citation graph as a page: papers by year as a drawing, and all of it as lists."""

from __future__ import annotations

import math
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from reviewer.render.citation_graph import (
    cited_by_key,
    cites_by_key,
    graph_summary,
    graph_title,
    work_words,
)
from reviewer.render.html.page import render_page
from reviewer.text import clean
from reviewer.types import Paper
from reviewer.types.citations import CitationGraph

MOST_DRAWN = 60  # papers; more lines can be followed by nobody
_WIDTH, _EDGE, _TOP = 900, 40, 30
_ROW = 44  # between papers of one column
_MOST_IN_COLUMN = 10
_LEAST_RADIUS, _MOST_RADIUS = 11.0, 19.0
_SWEEPS = 4  # in which columns are ordered by their neighbours


@dataclass(frozen=True)
class Node:
    """A paper in the drawing; `x`, `y` and `radius` are in its units."""

    number: int
    title: str
    cited: int
    x: float
    y: float
    radius: float


@dataclass(frozen=True)
class Arrow:
    """A citation, from the one who cites: the path of its curve, and the papers' numbers."""

    path: str
    citing: int
    cited: int


@dataclass(frozen=True)
class Drawing:
    """The drawing: columns with their names (a year) and places, papers and citations."""

    width: int
    height: int
    columns: tuple[tuple[str, float], ...]
    nodes: tuple[Node, ...]
    arrows: tuple[Arrow, ...]


@dataclass(frozen=True)
class ShownPaper:
    """A paper of the list, with the numbers of those that it cites and that cite it."""

    number: int
    paper: Paper
    cites: tuple[int, ...]
    cited_by: tuple[int, ...]
    is_drawn: bool


def graph_html(graph: CitationGraph) -> str:
    """The page. Papers that no citation links are counted, not listed."""
    cited, cites = cited_by_key(graph), cites_by_key(graph)
    linked = [paper for paper in graph.papers if paper.key in cited or paper.key in cites]
    linked.sort(key=lambda p: (-len(cited.get(p.key, ())), -len(cites.get(p.key, ())), p.key))
    numbers = {paper.key: number for number, paper in enumerate(linked, 1)}
    drawn = linked[:MOST_DRAWN]

    def numbered(keys: Sequence[str]) -> tuple[int, ...]:
        return tuple(sorted(numbers[key] for key in keys))

    return render_page(
        "graph",
        {
            "title": graph_title(graph),
            "summary": graph_summary(graph),
            "drawing": draw_graph(graph, drawn, numbers) if drawn else None,
            "papers": [
                ShownPaper(
                    numbers[paper.key],
                    paper,
                    numbered(cites.get(paper.key, ())),
                    numbered(cited.get(paper.key, ())),
                    numbers[paper.key] <= len(drawn),
                )
                for paper in linked
            ],
            "drawn": len(drawn),
            "unlinked": len(graph.papers) - len(linked),
            "lacking": [
                (work_words(work), work, [(key, numbers.get(key)) for key in work.cited_by])
                for work in graph.lacking
            ],
            "more_lacking": graph.lacking_in_all - len(graph.lacking),
        },
        styles=("graph",),
    )


def draw_graph(
    graph: CitationGraph, papers: Sequence[Paper], numbers: Mapping[str, int]
) -> Drawing:
    """The papers in columns by year, the earliest on the left, those of unknown year at the right;
    within a column each is near those that it is linked to."""
    columns = _columns(papers)
    links = [
        (link.citing, link.cited)
        for link in graph.links
        if numbers[link.citing] <= len(papers) and numbers[link.cited] <= len(papers)
    ]
    rows = _rows(columns, links)
    step = (_WIDTH - 2 * _EDGE) / max(1, len(columns) - 1)
    deepest = max(len(own) for _, own in columns)
    height = _TOP + _ROW * deepest + _ROW
    cited = Counter(other for _, other in links)
    nodes: dict[str, Node] = {}
    for place, (_, own) in enumerate(columns):
        x = _EDGE + step * place if len(columns) > 1 else _WIDTH / 2
        for paper in own:
            spread = (deepest - len(own)) / 2
            y = _TOP + _ROW * (rows[paper.key] + spread + 0.8) + 12 * (place % 2)
            radius = min(_MOST_RADIUS, _LEAST_RADIUS + 1.8 * math.sqrt(cited[paper.key]))
            nodes[paper.key] = Node(
                numbers[paper.key], clean(paper.title), cited[paper.key],
                round(x, 1), round(y, 1), round(radius, 1),
            )  # fmt: skip
    arrows = [_arrow(nodes[one], nodes[other]) for one, other in links]
    return Drawing(
        _WIDTH,
        round(height),
        tuple(
            (name, round(_EDGE + step * place if len(columns) > 1 else _WIDTH / 2, 1))
            for place, (name, _) in enumerate(columns)
        ),
        tuple(nodes.values()),
        tuple(arrows),
    )


def _columns(papers: Sequence[Paper]) -> list[tuple[str, list[Paper]]]:
    """The papers of each year; those of a full year go on in a column without a name."""
    by_year: dict[int, list[Paper]] = defaultdict(list)
    for paper in papers:
        by_year[paper.year or 10_000].append(paper)
    columns: list[tuple[str, list[Paper]]] = []
    for year, own in sorted(by_year.items()):
        name = str(year) if year < 10_000 else "year unknown"
        for start in range(0, len(own), _MOST_IN_COLUMN):
            columns.append(("" if start else name, own[start : start + _MOST_IN_COLUMN]))
    return columns


def _rows(
    columns: Sequence[tuple[str, list[Paper]]], links: Sequence[tuple[str, str]]
) -> dict[str, int]:
    """The row of each paper: columns are ordered by the mean row of what their papers are linked
    to, in some sweeps (Sugiyama, Tagawa and Toda 1981)."""
    near: dict[str, list[str]] = defaultdict(list)
    for one, other in links:
        near[one].append(other)
        near[other].append(one)
    rows = {paper.key: row for _, own in columns for row, paper in enumerate(own)}
    for sweep in range(_SWEEPS):
        for _, own in columns if sweep % 2 == 0 else reversed(columns):
            own.sort(key=lambda p: (_mean([rows[key] for key in near[p.key]], rows[p.key]), p.key))
            rows |= {paper.key: row for row, paper in enumerate(own)}
    return rows


def _mean(values: Sequence[int], otherwise: int) -> float:
    return sum(values) / len(values) if values else otherwise


def _arrow(citing: Node, cited: Node) -> Arrow:
    """A curve from rim to rim, bent so that papers of one column are linked beside it."""
    dx, dy = cited.x - citing.x, cited.y - citing.y
    length = math.hypot(dx, dy) or 1.0
    bend = 0.35 if abs(dx) < 1 else 0.08
    mx = (citing.x + cited.x) / 2 - bend * dy
    my = (citing.y + cited.y) / 2 + bend * dx
    start = _rim(citing, mx, my, 0)
    end = _rim(cited, mx, my, 4 if length > 1 else 0)
    path = f"M{start[0]} {start[1]} Q{mx:.1f} {my:.1f} {end[0]} {end[1]}"
    return Arrow(path, citing.number, cited.number)


def _rim(node: Node, x: float, y: float, apart: float) -> tuple[float, float]:
    """The point on the rim of a paper, or this far from it, in the direction of (x, y)."""
    length = math.hypot(x - node.x, y - node.y) or 1.0
    share = (node.radius + apart) / length
    return round(node.x + share * (x - node.x), 1), round(node.y + share * (y - node.y), 1)
