"""The parts of sentences: the shipped models, what they need, and how search uses them."""

import json

import numpy as np
import pytest

from reviewer.library import Library
from reviewer.library.embeddings.minilm import open_built_in
from reviewer.search import find
from reviewer.search.sentence_parts import CUES, MODEL, features_of, part_of_each, with_parts
from reviewer.settings import Settings
from reviewer.types.evidence import PARTS, Sentence
from tests.conftest import SHARED, WordEmbedding, write_listing

ABSTRACT = (
    "Dropout has become a standard regulariser of deep networks in recent years.",
    "However, its effect on small networks remains unclear.",
    "In this paper, we investigate whether dropout helps small networks.",
    "We train 400 networks with and without it, using three datasets.",
    "Results show that dropout lowers the accuracy of small networks by 3 points.",
    "Our code is available at https://example.org/dropout.",
)
USUAL = ["background", "background", "objective", "method", "result", "other"]


def test_place_and_words_alone_tell_the_parts_of_a_plain_abstract():
    found = part_of_each(ABSTRACT, None)
    agreed = [one == other for one, other in zip(found, USUAL, strict=True)]
    assert sum(agreed) >= 5, found


def test_the_same_sentence_is_something_else_in_another_place():
    sentence = "Dropout lowers accuracy."
    first = part_of_each([sentence, *ABSTRACT[2:]], None)[0]
    last = part_of_each([*ABSTRACT[:5], sentence], None)[-1]
    assert (first, last) == ("background", "result")


def test_outside_an_abstract_the_place_says_nothing():
    texts = ["Dropout lowers accuracy."] * 3
    assert len(set(part_of_each(texts, None, is_abstract=False))) == 1
    assert len(set(part_of_each(texts, None))) > 1


def test_no_sentences_have_no_parts():
    assert part_of_each([], None) == []
    assert with_parts([], None) == []


def test_vectors_of_another_length_are_left_out():
    assert part_of_each(ABSTRACT, np.ones((len(ABSTRACT), 4), np.float32)) == part_of_each(
        ABSTRACT, None
    )


def test_the_shipped_models_fit_the_features():
    kept = json.loads(MODEL.read_text(encoding="utf-8"))
    assert "Apache-2.0" in kept["source"]
    assert tuple(kept["parts"]) == PARTS
    own = features_of(ABSTRACT, None)
    assert own.shape == (len(ABSTRACT), 6 + len(CUES) + 1)
    assert np.array(kept["alone"]["weights"]).shape == (len(PARTS), own.shape[1])
    assert np.array(kept["vectors"]["weights"]).shape == (len(PARTS), 384 + own.shape[1])


def test_each_sentence_keeps_its_place_and_gets_its_part():
    sentences = [Sentence(start=n, end=n + 1, text=text) for n, text in enumerate(ABSTRACT)]
    found = with_parts(sentences, None)
    assert [s.model_copy(update={"part": None, "is_reported": False}) for s in found] == sentences
    assert [s.part for s in found] == part_of_each(ABSTRACT, None)


@pytest.mark.parametrize("embedding", [None, WordEmbedding()], ids=["none", "unknown"])
def test_search_gives_parts_with_no_vectors_and_with_those_of_an_unknown_model(tmp_path, embedding):
    settings = Settings(embedding="" if embedding else "none")
    record = {"title": "On dropout", "abstract": " ".join(ABSTRACT), "doi": "10.1000/1"}
    with Library(tmp_path / "library", settings, embedding) as library:
        library.add([write_listing(tmp_path / "papers.jsonl", record)])
        (item,) = find("does dropout help small networks?", library).evidence
    assert [s.part for s in item.sentences] == part_of_each(ABSTRACT, None)


def accuracy(embedding):
    """The share of the sentences of CSAbstruct's dev set whose part is the one readers gave."""
    lines = (SHARED / "eval/csabstruct/dev.jsonl").read_text(encoding="utf-8").splitlines()
    rows = [json.loads(line) for line in lines]
    vectors, at, right, count = None, 0, 0, 0
    if embedding is not None:
        kept = embedding.embed([text for row in rows for text in row["sentences"]])
        vectors = kept.astype("<f2").astype("<f4")  # as a library keeps them
    for row in rows:
        own = None if vectors is None else vectors[at : (at := at + len(row["labels"]))]
        found = part_of_each(row["sentences"], own)
        right += sum(a == b for a, b in zip(found, row["labels"], strict=True))
        count += len(found)
    return right / count


@pytest.mark.seeds
def test_parts_agree_with_readers_without_vectors_and_more_with_them():
    if not (SHARED / "eval/csabstruct").is_dir():
        pytest.skip("the judged sets are not beside this checkout")
    alone = accuracy(None)
    assert alone >= 0.65
    assert accuracy(open_built_in()) >= max(alone, 0.67)
