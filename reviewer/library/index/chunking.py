"""Cuts a paper's parts into chunks with character offsets. Pure."""

from __future__ import annotations

import hashlib
import re
from bisect import bisect_right
from collections.abc import Iterator
from itertools import pairwise

from reviewer.text import sentence_spans
from reviewer.types import Paper
from reviewer.types.papers import Chunk, Part

WHOLE_CHARS = 2600  # an abstract-sized part stays one chunk: 99 % of abstracts are shorter
CHUNK_CHARS = 1200
_LEAST_SECTION_CHARS = 200  # a heading right above another does not begin a chunk
_PARAGRAPH_END = re.compile(r"\n[^\S\n]*\n")
_LAST_SPACE = re.compile(r".*(\s)", re.DOTALL)


def chunk_paper(paper: Paper) -> tuple[Chunk, ...]:
    """The chunks of abstract and body, in order; always `part.text[start:end] == text`.

    No chunk goes past a section's heading; each has its page and section. A paper without any text
    but its title gets one empty chunk, so that its title can be found.
    """
    chunks = []
    for part in paper.own_parts:
        if part.name != "title":
            for first, last in _sections(part):
                spans = chunk_spans(part.text[first:last])
                chunks += [_chunk(paper, part, first + start, first + end) for start, end in spans]
    return tuple(chunks) or (_chunk(paper, Part(name="abstract", text=""), 0, 0),)


def _sections(part: Part) -> list[tuple[int, int]]:
    starts = [0]
    for heading in part.headings:
        if heading.start - starts[-1] >= _LEAST_SECTION_CHARS:
            starts.append(heading.start)
    return list(pairwise([*starts, len(part.text)]))


def chunk_spans(text: str) -> list[tuple[int, int]]:
    """Half-open ranges that hold every sentence of `text`: one range if it is abstract-sized, else
    runs of whole sentences up to CHUNK_CHARS (a longer sentence is cut), each beginning with the
    last sentence of the one before unless a paragraph ends there."""
    stripped = text.strip()
    if not stripped:
        return []
    if len(stripped) <= WHOLE_CHARS:
        start = text.index(stripped[0])
        return [(start, start + len(stripped))]
    spans: list[tuple[int, int]] = []
    run: list[tuple[int, int]] = []
    for sentence in _short_sentences(text):
        if run and sentence[1] - run[0][0] > CHUNK_CHARS:
            spans.append((run[0][0], run[-1][1]))
            is_paragraph_end = _PARAGRAPH_END.search(text, run[-1][1], sentence[0]) is not None
            fits = len(run) > 1 and sentence[1] - run[-1][0] <= CHUNK_CHARS
            run = run[-1:] if fits and not is_paragraph_end else []
        run.append(sentence)
    spans.append((run[0][0], run[-1][1]))
    return spans


def _short_sentences(text: str) -> Iterator[tuple[int, int]]:
    """The sentences; one longer than a chunk is cut at white space, or anywhere without it."""
    for start, end in sentence_spans(text):
        while end - start > CHUNK_CHARS:
            space = _LAST_SPACE.match(text, start + CHUNK_CHARS // 2, start + CHUNK_CHARS)
            cut = space.start(1) if space else start + CHUNK_CHARS
            yield start, start + len(text[start:cut].rstrip())
            start = end - len(text[cut:end].lstrip())
        yield start, end


def _chunk(paper: Paper, part: Part, start: int, end: int) -> Chunk:
    """The chunk of this span. Its id is a hash over everything that its vector depends on, and over
    its place, so that an unchanged chunk keeps its vector and a changed one never does."""
    text = part.text[start:end]
    sign = "\0".join((paper.id, paper.title, part.name, str(start), text))
    digest = hashlib.sha256(sign.encode("utf-8", errors="surrogatepass")).hexdigest()
    own = bisect_right([heading.start for heading in part.headings], start)
    page = bisect_right(part.page_starts, start) + 1 if part.page_starts else None
    return Chunk(
        id=digest[:20],
        paper_id=paper.id,
        part=part.name,
        section=part.headings[own - 1].text if own else "",
        page=page,
        start=start,
        end=end,
        text=text,
    )


def embedding_text(title: str, text: str) -> str:
    """What a chunk is embedded as: its paper's title and its text."""
    return f"{title}\n{text}" if text else title
