"""A paper's chunks come from the library, in the order of its text."""

from __future__ import annotations

from reviewer.library.index.chunking import chunk_paper
from reviewer.sources.online.types import with_origin
from reviewer.tasks.paper_chunks import beginning_of, chunks_of
from reviewer.types import Paper
from reviewer.types.papers import Part


def test_stored_chunks_are_those_of_the_text_and_the_first_is_the_beginning(sample_library):
    papers = sample_library.papers()
    assert papers
    for paper in papers:
        assert chunks_of(paper, sample_library) == chunk_paper(paper)
        assert beginning_of(paper, sample_library).chunk == chunk_paper(paper)[0]


def test_chunks_that_came_later_are_put_in_the_order_of_the_text(sample_library):
    title = Part(name="title", text="Pears grow slowly")
    body = Part(name="body", text="Pears were weighed in one orchard. " * 60)
    abstract = Part(name="abstract", text="Pears grow slowly in every orchard that we measured.")
    for text in (body, abstract):
        entry = Paper(parts=(title, text), doi="10.1000/pears")
        sample_library.add_found(iter([[with_origin(entry, f"made:{text.name}")]]))
    (paper,) = (p for p in sample_library.papers() if p.doi == "10.1000/pears")
    assert chunks_of(paper, sample_library) == chunk_paper(paper)
    assert beginning_of(paper, sample_library).chunk.part == paper.own_parts[1].name


def test_an_entry_that_the_library_does_not_hold_is_cut(sample_library):
    entry = Paper(parts=(Part(name="title", text="A"), Part(name="abstract", text="Pears grow.")))
    assert [chunk.text for chunk in chunks_of(entry, sample_library)] == ["Pears grow."]
