"""Sentences that an earlier release split in another way are brought up by the next writer."""

import numpy as np
import pytest

from reviewer.library import Library
from reviewer.library.index import vector_index
from reviewer.search import find
from reviewer.text import sentence_spans
from tests.conftest import WordEmbedding, write_listing

ON_BOTH_DATABASES = True

GLUED = (
    "We ask two things about agents. (1) Do shaped rewards help agents? They help in mazes. "
    "(2) Do they last? We find that shaped rewards fade. Our code is open."
)
PLAIN = "Agents learn from rewards. Rewards may be sparse. We find that agents wait for them."


def spans_of(library):
    """The kept spans and vectors of each chunk with sentences, by its text."""
    kept = library.chunks.with_sentences_after(0, 100)
    stored = library.chunks.sentences([k.number for k in kept])
    return {k.chunk.text: stored[k.number] for k in kept}


def as_older(library, text, embedding):
    """Keep the chunk's sentences as one glued one, as an older release might."""
    (kept,) = [k for k in library.chunks.with_sentences_after(0, 100) if k.chunk.text == text]
    first = sentence_spans(text)[0]
    spans = [first, (first[1] + 1, len(text))]
    vectors = embedding.embed([text[a:b] for a, b in spans])
    with library.database.transaction():
        library.database.next_generation()
        library.chunks.save_sentences(kept.number, spans, vectors)
        library.database.run("DELETE FROM state WHERE name = 'sentence_rules'")


@pytest.fixture
def older(library, tmp_path, embedding):
    records = [
        {"title": f"Paper {n}", "abstract": text, "doi": f"10.1000/{n}"}
        for n, text in enumerate((GLUED, PLAIN))
    ]
    library.add([write_listing(tmp_path / "papers.jsonl", *records)])
    as_older(library, GLUED, embedding)
    assert len(spans_of(library)[GLUED][0]) == 2
    return library


def test_a_library_with_older_sentences_still_answers(older):
    found = find("do shaped rewards help agents?", older)
    assert found.hits[0].best_sentence.text in GLUED


def test_the_next_writer_splits_again_and_embeds_only_what_is_new(older, tmp_path, embedding):
    embedding.texts, said = 0, []
    record = {"title": "A third", "abstract": "One more sentence on mazes.", "doi": "10.1000/9"}
    older.add(
        [write_listing(tmp_path / "third.jsonl", record)], progress=lambda *step: said.append(step)
    )
    spans, vectors = spans_of(older)[GLUED]
    assert spans == sentence_spans(GLUED)
    wanted = WordEmbedding().embed([GLUED[a:b] for a, b in spans])
    assert np.allclose(vectors, wanted, atol=1e-3)
    new_texts = 2  # of the third paper: its chunk and its sentence
    assert embedding.texts == len(spans) - 1 + new_texts  # the first sentence kept its vector
    assert any("sentences" in words for words, *_ in said)
    assert older.index.is_in_step()
    assert not older.index.is_split_by_older_rules
    embedding.texts = 0
    older.reindex()
    assert embedding.texts == 0


def test_what_was_split_again_is_kept_when_it_is_stopped(older, embedding, monkeypatch):
    as_older(older, PLAIN, embedding)
    monkeypatch.setattr(vector_index, "SPLIT_BATCH", 1)

    class Stopped(WordEmbedding):
        def embed(self, texts):
            if self.texts:
                raise KeyboardInterrupt
            return super().embed(texts)

    with pytest.raises(KeyboardInterrupt):
        older.index.split_again(Stopped())
    assert older.index.is_split_by_older_rules
    assert [len(spans) for spans, _ in spans_of(older).values()] == [len(sentence_spans(GLUED)), 2]
    embedding.texts = 0
    older.reindex()
    assert embedding.texts == 2  # only those of the second paper
    assert len(spans_of(older)[PLAIN][0]) == 3


def test_a_new_library_is_of_todays_rules(sample_library, places):
    assert not sample_library.index.is_split_by_older_rules
    with Library(places("empty"), embedding=WordEmbedding()) as empty:
        assert not empty.index.is_split_by_older_rules
