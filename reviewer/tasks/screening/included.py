"""The papers that a screening included: what a review goes on with."""

from __future__ import annotations

from reviewer.tasks.screening.screening import Screening
from reviewer.types import Paper


def included_papers(screening: Screening) -> list[Paper]:
    """The papers that are included at the last stage: by full text where the screening is there,
    else by title and abstract. What is open, in conflict or a `maybe` is not among them."""
    screening.refresh()
    stage = screening.stage
    return [
        screening.library.paper(paper)
        for paper in screening.papers
        if screening.outcome(paper, stage).verdict == "include"
    ]
