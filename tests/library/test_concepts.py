"""Methods, data sets and tasks link the papers that name them, without a model."""

from __future__ import annotations

import json

import pytest

from reviewer.library import Library
from reviewer.library.concept_counts import ConceptCounts
from reviewer.library.storage.steps import Steps
from reviewer.render import render
from reviewer.settings import Settings
from reviewer.tasks.citation_graph import GraphOptions
from reviewer.tasks.concept_graph import graph_concepts
from reviewer.types import Paper
from reviewer.types.drafts import Card, CardConcept
from reviewer.types.papers import Origin, Part

TEXTS = {
    "A loud title": "We propose retrieval-augmented generation (RAG) with SearchBot. It wins on "
    "the HotpotQA dataset.",
    "A calm title": "RAG with rewards gains 3% on HotpotQA. Machine translation is left out.",
    "A third title": "We use retrieval-augmented generation for machine translation by SearchBot",
    "A fourth title": "Machine translation needs rewards.",
}


def paper(title, text):
    parts = (Part(name="title", text=title), Part(name="abstract", text=text))
    return Paper(parts=parts, origins=(Origin(file="made", position=1, sha256=title),))


@pytest.fixture
def shelf(tmp_path):
    with Library(tmp_path, Settings(library=str(tmp_path), embedding="none")) as library:
        library.add_found([tuple(paper(*own) for own in TEXTS.items())])
        yield library


def named(concepts):
    return {concept.name: concept for concept in concepts}


def test_papers_that_write_a_term_short_or_long_are_linked_by_one_concept(shelf):
    found = named(shelf.concepts.found().concepts)
    rag = found["retrieval-augmented generation"]
    assert len(rag.papers) == 3
    assert rag.aliases == ("RAG",)


def test_the_words_around_a_name_say_what_it_is(shelf):
    found = named(shelf.concepts.found().concepts)
    assert found["HotpotQA"].kind == "data set"
    assert found["machine translation"].kind == "task"
    assert found["SearchBot"].kind == "method"


def test_what_one_paper_names_is_no_concept(shelf):
    assert all(len(concept.papers) > 1 for concept in shelf.concepts.found().concepts)


def test_a_paper_that_is_added_or_removed_counts_at_once(shelf):
    before = named(shelf.concepts.found().concepts)["HotpotQA"]
    shelf.add_found([(paper("A late title", "We test on HotpotQA."),)])
    after = named(shelf.concepts.found().concepts)["HotpotQA"]
    assert len(after.papers) == len(before.papers) + 1
    shelf.remove(shelf.papers()[0].key)
    assert len(named(shelf.concepts.found().concepts)["HotpotQA"].papers) == len(before.papers)


def test_a_card_names_what_rules_do_not_find(shelf):
    ids = [p.id for p in shelf.papers()[:2]]
    concept = CardConcept(name="quiet rewarding", kind="method")
    cards = [(f"key {i}", Card(paper_id=i, concepts=(concept,))) for i in ids]
    assert "quiet rewarding" not in named(shelf.concepts.found().concepts)
    Steps(shelf.database).keep_all("card", cards)
    found = named(shelf.concepts.found().concepts)["quiet rewarding"]
    assert (found.kind, found.on_cards, len(found.papers)) == ("method", True, 2)


def test_the_graph_names_the_papers_of_each_concept_and_what_goes_together(shelf):
    graph = graph_concepts(shelf)
    keys = {p.key for p in shelf.papers()}
    assert all(set(concept.papers) <= keys for concept in graph.concepts)
    pairs = {frozenset((link.one, link.other)) for link in graph.links}
    assert frozenset(("SearchBot", "retrieval-augmented generation")) in pairs


def test_the_graph_of_a_topic_has_its_papers_alone(shelf):
    graph = graph_concepts(shelf, GraphOptions("machine translation", most=2))
    assert len(graph.papers) == 2
    assert all(len(concept.papers) == 2 for concept in graph.concepts)


def test_the_graph_is_written_in_each_form(shelf):
    networkx = pytest.importorskip("networkx")
    graph = graph_concepts(shelf)
    assert "HotpotQA: 2 papers" in render(graph, "markdown")
    data = json.loads(render(graph, "json"))
    assert {c["name"] for c in data["concepts"]} == {c.name for c in graph.concepts}
    made = networkx.parse_graphml(render(graph, "graphml"))
    names = [node for node, facts in made.nodes(data=True) if facts["node_type"] == "concept"]
    assert len(names) == len(graph.concepts)


def test_a_term_of_most_papers_tells_nothing_of_any():
    counts = ConceptCounts()
    for number in range(30):
        more = "GoodBot too." if number < 4 else ""
        counts.add(number, paper(f"Title {number}", f"We use BigNet. {more}"))
    assert [concept.name for concept in counts.all()] == ["GoodBot"]
