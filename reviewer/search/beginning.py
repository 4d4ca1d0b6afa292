"""A paper's beginning as evidence, for a paper that no search ranked."""

from __future__ import annotations

from reviewer.library.index.chunking import chunk_paper
from reviewer.text import sentence_spans
from reviewer.types import Evidence, Paper
from reviewer.types.evidence import Score, Sentence


def beginning_of(paper: Paper) -> Evidence:
    """The paper's first chunk as evidence, still without a tag."""
    chunk = chunk_paper(paper)[0]
    sentences = tuple(
        Sentence(start=chunk.start + a, end=chunk.start + b, text=chunk.text[a:b])
        for a, b in sentence_spans(chunk.text)
    )
    return Evidence(tag="", paper=paper, chunk=chunk, score=Score(total=0.0), sentences=sentences)
