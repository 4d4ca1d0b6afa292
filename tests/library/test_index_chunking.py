"""Chunks: exact slices that hold every sentence, with ids that follow what they hold."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reviewer.library.index.chunking import (
    CHUNK_CHARS,
    WHOLE_CHARS,
    chunk_paper,
    chunk_spans,
    embedding_text,
)
from reviewer.text import sentence_spans
from reviewer.types import Paper
from reviewer.types.papers import Part

SENTENCES = st.lists(
    st.tuples(st.integers(1, 200), st.sampled_from([". ", ".\n\n", ".  ", ".\r\n\r\n", "? "])),
    min_size=25,
    max_size=60,
)
LONG = " ".join(f"Sentence number {n} says something of its own kind." for n in range(100))


def written(sentences):
    return "".join("Word " + "word " * n + f"{i}{end}" for i, (n, end) in enumerate(sentences))


def paper(*parts, title="A Title", paper_id="p1"):
    texts = (Part(name="title", text=title), *(Part(name=n, text=t) for n, t in parts))
    return Paper(id=paper_id, parts=texts)


@given(st.text(max_size=300), st.integers(0, 30), SENTENCES)
def test_every_chunk_is_an_exact_slice(junk, times, sentences):
    one = paper(("abstract", junk * times), ("body", written(sentences)))
    chunks = chunk_paper(one)
    assert chunks
    for chunk in chunks:
        assert one.text_of(chunk.part)[chunk.start : chunk.end] == chunk.text
        assert chunk.text.strip() or not (junk * times + written(sentences)).strip()
    assert len({chunk.id for chunk in chunks}) == len(chunks)


@given(st.text(" \n\tab.", max_size=40), st.integers(0, 200))
def test_all_that_is_not_white_space_is_in_a_chunk(piece, times):
    text = piece * times
    spans = chunk_spans(text)
    held = set().union(*(range(a, b) for a, b in spans))
    assert all(i in held for i, c in enumerate(text) if not c.isspace())
    assert all(text[a:b].strip() for a, b in spans)


@given(SENTENCES)
def test_long_texts_are_cut_between_sentences_into_chunks_of_bounded_size(sentences):
    text = written(sentences)
    spans = chunk_spans(text)
    if len(text.strip()) > WHOLE_CHARS:
        assert all(b - a <= CHUNK_CHARS for a, b in spans)
    for start, end in sentence_spans(text):
        assert any(a <= start and end <= b for a, b in spans)


@given(SENTENCES)
def test_chunks_share_one_sentence_unless_a_paragraph_ends(sentences):
    text = written(sentences)
    places = sentence_spans(text)
    for (first, end), (start, _) in pairwise(chunk_spans(text)):
        shared = [(a, b) for a, b in places if start <= a and b <= end]
        gap = text[end:].partition("Word")[0]
        if "\n\n" in gap.replace("\r", ""):
            assert not shared
        else:
            following = next(b for a, b in places if a >= end)
            last = next(a for a, b in places if b == end)
            fits = following - last <= CHUNK_CHARS and last > first
            assert shared == ([(last, end)] if fits else [])


def test_an_abstract_stays_whole_without_the_white_space_around_it():
    text = "\n " + LONG[: WHOLE_CHARS - 1].strip() + ". \n"
    assert chunk_spans(text) == [(2, len(text.rstrip()))]


def test_a_longer_text_is_cut():
    assert len(chunk_spans(LONG)) > 1


@pytest.mark.parametrize("space", [" ", "\n", "\t", "\u00a0", "   "])
def test_a_sentence_longer_than_a_chunk_is_cut_at_white_space(space):
    text = space.join(["word"] * 2000)
    for start, end in chunk_spans(text):
        assert end - start <= CHUNK_CHARS
        assert set(text[start:end].split()) == {"word"}


def test_a_sentence_without_white_space_is_cut_anywhere():
    text = "x" * 5000
    spans = chunk_spans(text)
    assert "".join(text[a:b] for a, b in spans) == text
    assert all(b - a <= CHUNK_CHARS for a, b in spans)


def test_long_white_space_makes_no_chunk_of_its_own():
    text = "a" + " " * 9000 + "b." + " " * 9000
    assert [text[a:b] for a, b in chunk_spans(text)] == ["a", "b."]


@pytest.mark.parametrize("parts", [(), (("abstract", ""),), (("abstract", " \n"), ("body", "\t"))])
def test_a_paper_with_a_title_alone_gets_one_empty_chunk(parts):
    (chunk,) = chunk_paper(paper(*parts))
    assert (chunk.part, chunk.start, chunk.end, chunk.text) == ("abstract", 0, 0, "")


def test_the_title_is_in_no_chunk_and_stands_before_what_is_embedded():
    (chunk,) = chunk_paper(paper(("abstract", "The abstract.")))
    assert chunk.text == "The abstract."
    assert embedding_text("A Title", chunk.text) == "A Title\nThe abstract."
    assert embedding_text("A Title", "") == "A Title"


def test_parts_keep_their_order():
    chunks = chunk_paper(paper(("abstract", "Short."), ("body", LONG)))
    assert [c.part for c in chunks] == ["abstract"] + ["body"] * (len(chunks) - 1)
    assert [c.start for c in chunks[1:]] == sorted(c.start for c in chunks[1:])


def test_a_chunk_names_the_page_that_it_begins_on():
    part = Part(name="body", text=LONG, page_starts=(1000, 2000))
    chunks = chunk_paper(Paper(id="p1", parts=(part,)))
    assert [c.page for c in chunks] == [1 + (c.start >= 1000) + (c.start >= 2000) for c in chunks]
    assert chunk_paper(paper(("abstract", LONG)))[0].page is None


def ids(one):
    return [chunk.id for chunk in chunk_paper(one)]


def test_the_same_paper_has_the_same_ids():
    assert ids(paper(("abstract", LONG))) == ids(paper(("abstract", LONG)))


@pytest.mark.parametrize(
    "other",
    [
        paper(("abstract", "The abstract!")),
        paper(("abstract", " The abstract.")),
        paper(("body", "The abstract.")),
        paper(("abstract", "The abstract."), title="Another Title"),
        paper(("abstract", "The abstract."), paper_id="p2"),
    ],
)
def test_another_text_place_title_or_paper_has_another_id(other):
    assert ids(other) != ids(paper(("abstract", "The abstract.")))


def test_a_change_in_one_chunk_leaves_the_ids_of_those_before_it():
    changed = LONG.replace("number 90", "number XC")
    before, after = ids(paper(("body", LONG))), ids(paper(("body", changed)))
    assert before[:3] == after[:3]
    assert before[-1] != after[-1]


def test_what_is_not_in_a_chunk_does_not_change_its_id():
    one = paper(("abstract", "The abstract."))
    assert ids(one) == ids(one.model_copy(update={"year": 2025, "tags": ("new",), "notes": "x"}))
