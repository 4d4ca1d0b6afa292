"""A paper's beginning as evidence, for a paper that no search ranked."""

from __future__ import annotations

from reviewer.library.index.chunking import chunk_paper
from reviewer.search.sentences import sentences_of
from reviewer.types import Evidence, Paper
from reviewer.types.evidence import Score


def beginning_of(paper: Paper) -> Evidence:
    """The paper's first chunk as evidence, still without a tag."""
    chunk = chunk_paper(paper)[0]
    sentences = tuple(sentences_of(chunk))
    return Evidence(tag="", paper=paper, chunk=chunk, score=Score(total=0.0), sentences=sentences)
