"""Counts candidates by paper, so that one with very many chunks does not hide the others. Pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence

Scored = list[tuple[int, float]]
_MORE = 4  # times as many chunks are asked for where a few papers hold most of them
_ENOUGH = 0.5  # of the papers wanted


def few_of_each(
    search: Callable[[int], Scored],
    papers_of: Callable[[Sequence[int]], Mapping[int, int]],
    papers: int,
    each: int,
) -> Scored:
    """The best chunks of at most so many papers, at most `each` of one paper, best first.

    `search` gives up to that many chunks by number with their scores, best first. It is asked for
    more until half of the papers are there or it has no more.
    """
    most = papers
    while True:
        found = search(most)
        paper_of = papers_of([number for number, _ in found])
        taken: Counter[int] = Counter()
        kept: Scored = []
        for number, score in found:
            paper = paper_of.get(number)  # None when another process has just removed it
            if paper is not None and taken.get(paper, 0 if len(taken) < papers else each) < each:
                taken[paper] += 1
                kept.append((number, score))
        if len(found) < most or len(taken) >= _ENOUGH * papers:
            return kept
        most *= _MORE
