"""The chunks of a paper as the library stores them, so that its text is not cut again."""

from __future__ import annotations

from reviewer.library import Library
from reviewer.library.index.chunking import chunk_paper
from reviewer.search.sentence_parts import with_parts
from reviewer.text import sentence_spans
from reviewer.types import Evidence, Paper
from reviewer.types.evidence import Score, Sentence
from reviewer.types.papers import Chunk


def chunks_of(paper: Paper, library: Library) -> tuple[Chunk, ...]:
    """The paper's stored chunks, in the order of its text. The text of an entry that the library
    does not hold is cut now."""
    number = library.catalogue.number_of(paper.id) if paper.id else None
    stored = [kept.chunk for kept in library.chunks.of_paper(number)] if number is not None else []
    if not stored:
        return chunk_paper(paper)
    place: dict[str, int] = {part.name: n for n, part in enumerate(paper.own_parts)}
    return tuple(sorted(stored, key=lambda chunk: (place.get(chunk.part, 0), chunk.start)))


def beginning_of(paper: Paper, library: Library) -> Evidence:
    """The paper's first chunk as evidence, still without a tag, for a paper that search did not
    rank."""
    return evidence_of(paper, chunks_of(paper, library)[0])


def evidence_of(paper: Paper, chunk: Chunk) -> Evidence:
    """A chunk of the paper as evidence, without a tag and a score."""
    sentences = [
        Sentence(start=chunk.start + a, end=chunk.start + b, text=chunk.text[a:b])
        for a, b in sentence_spans(chunk.text)
    ]
    own = tuple(with_parts(sentences, None, is_abstract=chunk.part == "abstract"))
    return Evidence(tag="", paper=paper, chunk=chunk, score=Score(total=0.0), sentences=own)
