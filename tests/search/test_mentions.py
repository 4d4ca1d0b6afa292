"""Papers that a list of references names, and papers that name a paper."""

from __future__ import annotations

import pytest

from reviewer.library import Library
from reviewer.search.mentions import named_papers, papers_naming
from reviewer.settings import Settings
from reviewer.types import Paper
from reviewer.types.papers import Origin, Part

LONG = "The Slow Decay of Exploration Bonuses"
OTHER = "Rewards that Arrive Late and Often"


def entry(title, references="", **fields):
    parts = [Part(name="title", text=title), Part(name="abstract", text=f"About {title.lower()}.")]
    if references:
        parts.append(Part(name="references", text=references))
    origin = Origin(file="made", position=1, sha256=title)
    return Paper(parts=tuple(parts), origins=(origin,), **fields)


@pytest.fixture
def shelf(tmp_path):
    references = (
        "[1] B. Birch. Rewards that arrive\nlate and often. 2020.\n"
        "[2] A. Ash. The slow de-\ncay of exploration bonuses. 2021. doi:10.1000/slow"
    )
    entries = (
        entry("A Citing Paper with a Title of its Own", references),
        entry(LONG, doi="10.1000/slow"),
        entry(OTHER),
        entry("Late"),
    )
    with Library(tmp_path, Settings(library=str(tmp_path), embedding="none")) as library:
        library.add_found([entries])
        yield library


def titles(papers):
    return [paper.title for paper in papers]


def test_held_papers_that_the_references_name_come_in_their_order(shelf):
    citing = next(p for p in shelf.papers() if p.title.startswith("A Citing"))
    assert titles(named_papers(shelf, citing)) == [OTHER, LONG]  # "Late" is too short to say


def test_papers_that_name_the_doi_are_found_and_never_the_paper_itself(shelf):
    cited = next(p for p in shelf.papers() if p.title == LONG)
    assert titles(papers_naming(shelf, cited)) == ["A Citing Paper with a Title of its Own"]
    without_ids = next(p for p in shelf.papers() if p.title == OTHER)
    assert papers_naming(shelf, without_ids) == []
