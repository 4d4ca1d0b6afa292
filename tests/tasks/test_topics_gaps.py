"""Methods by problems: full cells have their papers, empty ones say only what was read."""

from __future__ import annotations

import json
import math

import numpy as np
import pytest

from reviewer.library import Library
from reviewer.render import render
from reviewer.settings import Settings
from reviewer.tasks import find_gaps
from reviewer.tasks.topics.gap_scores import empty_cells, score_cells, shared_terms
from reviewer.tasks.topics.gaps import GapOptions, choose_terms
from reviewer.tasks.topics.terms import Term, find_topic_terms
from reviewer.writers import Extractive
from reviewer.writers.prompted.terms import SortReply
from tests.conftest import WordEmbedding, write_listing
from tests.support.scripted import terms_in
from tests.support.scripted import writer as scripted_writer

PAIRS = [
    ("contrastive learning", "frog detection"),
    ("contrastive learning", "frog detection"),
    ("contrastive learning", "toad recognition"),
    ("active sampling", "frog detection"),
    ("active sampling", "frog detection"),
    ("graph distillation", "toad recognition"),
    ("graph distillation", "toad recognition"),
]
RECORDS = [
    {
        "title": f"Amphibians of pond number {n}",
        "abstract": f"We study amphibians in ponds using {method} for {problem}. "
        f"However, {problem} remains costly at night.",
        "year": 2020 + n,
    }
    for n, (method, problem) in enumerate(PAIRS)
]
TOPIC = "amphibians in ponds"


@pytest.fixture(scope="module", params=["words", "vectors"])
def shelf(request, tmp_path_factory):
    folder = tmp_path_factory.mktemp("gaps")
    by_words = {"settings": Settings(embedding="none")}
    options = by_words if request.param == "words" else {"embedding": WordEmbedding()}
    with Library(folder / "shelf", **options) as opened:
        opened.add([write_listing(folder / "papers.jsonl", *RECORDS)])
        yield opened


def gaps_of(library, writer=None, **options):
    return find_gaps(TOPIC, library, writer or Extractive(), GapOptions(**options))


def term(name, kind, *papers):
    return Term(name, name, kind, frozenset(papers))


def test_terms_are_methods_or_problems_by_the_words_around_them(shelf):
    found = gaps_of(shelf)
    assert {one.name for one in found.methods} == {
        "contrastive learning",
        "active sampling",
        "graph distillation",
    }
    assert {one.name for one in found.problems} == {"frog detection", "toad recognition"}


def test_full_and_empty_cells_are_those_of_the_papers(shelf):
    found = gaps_of(shelf)
    full = {(cell.method, cell.problem): len(cell.papers) for cell in found.full}
    assert full == {pair: PAIRS.count(pair) for pair in set(PAIRS)}
    empty = {(cell.method, cell.problem) for cell in found.empty}
    assert empty == {
        ("active sampling", "toad recognition"),
        ("graph distillation", "frog detection"),
    }
    assert found.empty_cells == 2


def test_an_empty_cell_shows_the_nearest_of_both_sides_and_a_limit(shelf):
    papers = {paper.key: paper for paper in shelf.papers()}
    for cell in gaps_of(shelf).empty:
        for name, near in ((cell.method, cell.of_method), (cell.problem, cell.of_problem)):
            assert near
            for one in near:
                cited = one.citation
                assert name in cited.quote
                assert papers[one.key].text_of(cited.part)[cited.start : cited.end] == cited.quote
        assert cell.problem in cell.limits[0].quote
        assert "remains costly" in cell.limits[0].quote


def test_the_text_says_what_was_read_and_never_nobody(shelf):
    found = gaps_of(shelf, shown=1)
    text = render(found, "markdown")
    assert f"None of the {found.looked_at} abstracts has both" in text
    assert "of 2\n" in text
    assert "obody" not in text
    page = render(found, "html")
    assert page.count("<details>") == len(found.full)
    assert "<script" not in page
    assert json.loads(render(found, "json"))["schema"] == "review/gaps/1"


def test_a_model_names_the_kinds_and_what_means_the_same(shelf):
    def sorts(asked):
        names = terms_in(asked)
        kinds = {"frog detection": "problem", "toad recognition": "problem"}
        place = names.index("frog detection") + 1
        return {
            "terms": [
                {
                    "number": n,
                    "kind": kinds.get(name, "method"),
                    "same_as": place if name == "toad recognition" else 0,
                }
                for n, name in enumerate(names, start=1)
            ]
        }

    writer, model = scripted_writer({SortReply: sorts})
    found = gaps_of(shelf, writer)
    assert [(one.name, one.papers) for one in found.problems] == [("frog detection", len(RECORDS))]
    assert found.empty == ()
    assert len(model.calls(SortReply)) == 1


def test_a_reply_that_cannot_be_read_leaves_the_terms_as_code_sorts_them(shelf):
    writer, _ = scripted_writer({SortReply: lambda _: "Frogs."})
    found = gaps_of(shelf, writer)
    assert found.full == gaps_of(shelf).full
    assert any("terms were sorted by code" in note for note in found.notes)


def test_too_few_papers_give_a_reason_and_no_table(shelf):
    found = find_gaps("quantum chromodynamics lattices", shelf, Extractive())
    assert found.full == ()
    assert found.empty == ()
    assert "too few" in found.reason
    assert "too few" in render(found, "markdown")


def test_an_abbreviation_counts_as_the_words_that_it_stands_for():
    texts = [
        "We use graph neural networks (GNN) for fraud detection.",
        "Using GNNs for fraud detection is costly.",
        "A GNN is used for traffic forecasting.",
    ] + ["Nothing is said here."] * 6
    found = {one.name: one for one in find_topic_terms(texts)}
    gnn = found["graph neural network"]
    assert gnn.papers == {0, 1, 2}
    assert gnn.kind == "method"
    assert gnn.is_in("It needs GNNs.")
    assert gnn.is_in("a Graph Neural Network here")
    assert not gnn.is_in("graph neural nets")


def test_a_term_inside_a_longer_one_and_the_topic_are_no_rows():
    terms = [
        term("graph convolution", "method", 0, 1, 2),
        term("graph convolutional network", "method", 0, 1),
        term("frog detection", "problem", 1),
        term("recommendation model", "problem", 1),
    ]
    methods, problems = choose_terms(terms, "recommender systems", 5)
    assert [one.name for one in methods] == ["graph convolution"]
    assert [one.name for one in problems] == ["frog detection"]


def test_the_score_prefers_terms_of_many_papers_that_are_near_each_other():
    near = term("a x", "method", 0, 1), term("b y", "problem", 2, 3)
    far = term("c z", "method", 4), term("d w", "problem", 5)
    vectors = np.array([[1, 0], [1, 0], [1, 0], [0.8, 0.6], [1, 0], [0, 1]], dtype=np.float32)
    assert score_cells([near, far], [*near, *far], vectors) == [1.0, 0.0]
    assert empty_cells([near[0]], [near[1], term("e x", "problem", 4)]) == [near]


def test_a_rare_shared_term_counts_more():
    method, problem = term("a x", "method", 0), term("b y", "problem", 1)
    shared = term("s t", "method", 0, 1)
    (value,) = shared_terms([(method, problem)], [method, problem, shared])
    assert value == pytest.approx(1 / math.log(4))
