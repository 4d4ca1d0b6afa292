"""From a question to evidence: any text is a question, and the order, floor and limits hold."""

from dataclasses import replace

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from reviewer.library import Library
from reviewer.library.index.scoring import Weights
from reviewer.render.markdown import found_markdown
from reviewer.search import SearchOptions, find
from reviewer.settings import Settings
from reviewer.text.keywords import query_terms
from reviewer.types.searches import Filters
from tests.conftest import SAMPLES, WordEmbedding, write_listing

QUESTION = "does RL teach new skills?"
OFF_TOPIC = (
    "how long does sourdough bread need to prove?",
    "best knee surgery recovery exercises",
    "which bees pollinate apple orchards in spring?",
)


def opened(folder, way):
    if way == "lexical":
        return Library(folder, Settings(embedding="none"))
    return Library(folder, embedding=WordEmbedding())


@pytest.fixture(scope="module", params=["lexical", "dense"])
def samples(request, tmp_path_factory):
    """The sample library, searched by words alone and with vectors."""
    with opened(tmp_path_factory.mktemp("samples"), request.param) as library:
        library.add([str(SAMPLES)])
        yield library


def small(folder, *records, way="lexical"):
    library = opened(folder / "library", way)
    library.add([write_listing(folder / "papers.jsonl", *records)])
    return library


def titles(found):
    return [hit.paper.title for hit in found.hits]


OPERATORS = st.lists(
    st.sampled_from(
        ["AND", "OR", "NOT", "NEAR", "NEAR(a b, 2)", '"', "'", "*", "^", "(", ")", "{", "}", ":",
         "-", "+", "title:", "words", ";", "--", "%", "_", "\\", "\0", "\ud800", "reward", "RL"]
    )
).map(" ".join)  # fmt: skip


@given(st.text(st.characters()) | OPERATORS)
@example("")
@example("\ud800")
@example('"reward" OR NOT title:rl*')
@example("_")
@example("a\0b")
def test_any_text_is_a_question(samples, text):
    found = find(text, samples)
    assert len(found.hits) <= 12
    totals = [hit.score.total for hit in found.hits]
    understood = found.understood
    if not (understood.sides or understood.years or understood.sorted_by == "date"):
        assert totals == sorted(totals, reverse=True)
    assert [item.tag for item in found.evidence] == [
        f"E{n}" for n in range(1, len(found.evidence) + 1)
    ]
    assert len({item.paper.id for item in found.evidence}) <= found.considered <= found.papers
    assert found.matched <= found.considered


def test_a_question_of_very_many_words_is_a_question(samples):
    words = " ".join(f"word{n}" for n in range(3000))
    assert find(f"{words} reward", samples).hits


def check_places(found):
    assert found.evidence
    for item in found.evidence:
        text = item.paper.text_of(item.chunk.part)
        assert text[item.chunk.start : item.chunk.end] == item.chunk.text
        assert item.sentences
        assert all(text[s.start : s.end] == s.text for s in item.sentences)
        assert all(item.chunk.start <= s.start < s.end <= item.chunk.end for s in item.sentences)


@pytest.mark.parametrize("question", [QUESTION, "retrieval", "the of and", "forgetting, again"])
def test_evidence_and_sentences_stand_where_they_say(samples, question):
    found = find(question, samples)
    check_places(found)
    for hit in found.hits:
        sentence = hit.best_sentence
        assert hit.paper.abstract[sentence.start : sentence.end] == sentence.text


def test_the_same_question_has_the_same_answer_in_another_library(samples, tmp_path):
    way = "dense" if samples.has_vectors else "lexical"
    with opened(tmp_path / "again", way) as again:
        again.add([str(SAMPLES)])
        for question in (QUESTION, "retrieval", "the of and"):
            one, two = find(question, samples), find(question, again)
            assert [hit.paper.key for hit in one.hits] == [hit.paper.key for hit in two.hits]
            assert [e.chunk for e in one.evidence] == [e.chunk for e in two.evidence]
            assert find(question, samples) == one


def test_papers_that_are_equally_good_come_in_the_order_of_adding(tmp_path):
    records = [{"title": "Reward", "abstract": "Same text.", "doi": f"10.1000/{n}"} for n in "cab"]
    with small(tmp_path, *records) as library:
        assert [hit.paper.doi for hit in find("reward", library).hits] == [
            "10.1000/c",
            "10.1000/a",
            "10.1000/b",
        ]


def test_a_word_in_the_title_counts_more_than_one_in_the_text(tmp_path):
    records = [
        {"title": "A study of beetles", "abstract": "Frogs are named here once, in passing."},
        {"title": "A study of frogs", "abstract": "Beetles are named here once, in passing."},
    ]
    with small(tmp_path, *records) as library:
        assert titles(find("frogs", library)) == ["A study of frogs", "A study of beetles"]
        assert titles(find("beetles", library)) == ["A study of beetles", "A study of frogs"]


@pytest.mark.parametrize("way", ["lexical", "dense"])
def test_a_paper_without_an_abstract_is_found_by_its_title(tmp_path, way):
    records = [{"title": "On frogs"}, {"title": "On beetles", "abstract": "They crawl."}]
    with small(tmp_path, *records, way=way) as library:
        found = find("frogs", library)
        assert found.hits[0].paper.title == "On frogs"
        assert found.hits[0].best_sentence is None


def test_a_question_of_stop_words_searches_for_those(samples):
    assert query_terms("the of and") == ["the", "of", "and"]
    assert query_terms("the reward of the Reward") == ["reward"]
    assert find("the of and", samples).hits


@pytest.mark.parametrize("way", ["lexical", "dense"])
def test_an_empty_library_finds_nothing(tmp_path, way):
    with opened(tmp_path, way) as library:
        found = find(QUESTION, library)
    assert (found.hits, found.evidence, found.papers, found.matched) == ((), (), 0, 0)
    assert not found.is_weak


@pytest.mark.parametrize("question", OFF_TOPIC)
def test_nothing_above_the_floor_is_evidence_by_words(tmp_path, question):
    with opened(tmp_path, "lexical") as library:
        library.add([str(SAMPLES)])
        found = find(question, library)
    assert (found.matched, found.evidence) == (0, ())


def test_nothing_above_the_floor_is_evidence_and_the_nearest_are_named(tmp_path):
    with Library(tmp_path, Settings()) as library:
        library.add([str(SAMPLES)])
        for question in OFF_TOPIC:
            found = find(question, library)
            assert (found.matched, found.evidence) == (0, ()), question
            assert len(found.hits) == 12
        assert find(QUESTION, library).matched >= 4


def test_one_shared_word_of_several_is_chance_and_its_paper_is_named_as_near(tmp_path):
    others = [{"title": f"Paper {n}", "abstract": "On frogs."} for n in range(20)]
    records = [{"title": "Reward models", "abstract": "They score replies."}]
    with small(tmp_path, *records, *others) as library:
        found = find("is there a reward for a cat?", library)
        assert (found.matched, found.evidence, titles(found)) == (0, (), ["Reward models"])
        assert find("reward?", library).matched == 1
        assert find("do reward models score replies?", library).matched == 1


LONG = " ".join(f"Sentence {n} speaks of frogs in pond {n}." for n in range(200))


@pytest.mark.parametrize("most", [1, 2, 3])
@pytest.mark.parametrize("way", ["lexical", "dense"])
def test_a_paper_gives_at_most_so_many_chunks(tmp_path, most, way):
    records = [{"title": "Ponds", "abstract": LONG}, {"title": "On frogs", "abstract": "Frogs."}]
    with small(tmp_path, *records, way=way) as library:
        found = find("frogs in a pond", library, SearchOptions(chunks_per_paper=most))
    check_places(found)
    assert [item.paper.title for item in found.evidence].count("Ponds") == most
    assert len({item.chunk.id for item in found.evidence}) == len(found.evidence)
    assert len(found.hits) == len({hit.paper.id for hit in found.hits})


@pytest.mark.parametrize("papers", [1, 3, 50])
def test_so_many_papers_are_given_and_those_below_the_floor_are_weak(samples, papers):
    found = find(QUESTION, samples, SearchOptions(papers=papers))
    assert len(found.hits) == min(papers, found.considered)
    assert found.matched == find(QUESTION, samples).matched
    everything = find(QUESTION, samples, SearchOptions(papers=62))
    assert sum(not hit.is_weak for hit in everything.hits) == found.matched
    assert any(hit.is_weak for hit in everything.hits)


def test_a_cut_leaves_out_the_papers_that_are_below_it(samples):
    everything = find(QUESTION, samples, SearchOptions(papers=62))
    strong = find(QUESTION, samples, SearchOptions(papers=62, cut=1.0))
    assert titles(strong) == [hit.paper.title for hit in everything.hits if not hit.is_weak]
    assert strong.considered == strong.matched == everything.matched
    softer = find(QUESTION, samples, SearchOptions(papers=62, cut=0.5))
    assert set(titles(strong)) <= set(titles(softer)) <= set(titles(everything))


@pytest.mark.parametrize("question", OFF_TOPIC[1:])
def test_a_search_that_does_not_abstain_gives_its_nearest_as_evidence(samples, question):
    found = find(question, samples, SearchOptions(abstains=False))
    nearest = find(question, samples)
    assert (nearest.considered, nearest.evidence) == (0, ())
    assert titles(found) == titles(nearest)
    assert {item.paper.id for item in found.evidence} == {hit.paper.id for hit in found.hits}
    assert all(hit.is_weak for hit in found.hits)


@pytest.mark.parametrize(
    "filters",
    [{"year_from": 2025}, {"year_to": 2021}, {"venue": "iclr"}, {"year_from": 2022, "venue": "a"}],
)
def test_only_papers_that_pass_the_filter_are_found(samples, filters):
    wanted = Filters(**filters)
    passing = {paper.id for paper in samples.papers(wanted)}
    found = find("language models", samples, SearchOptions(papers=62, filters=wanted))
    assert found.hits
    assert {hit.paper.id for hit in found.hits} <= passing
    assert {item.paper.id for item in found.evidence} <= passing
    assert found.matched <= len(passing)


def test_papers_of_unknown_year_are_counted_where_a_year_is_asked_for(samples):
    unknown = sum(paper.year is None for paper in samples.papers())
    by_year = find(QUESTION, samples, SearchOptions(filters=Filters(year_from=2020)))
    assert by_year.left_out == (f"{unknown} papers of unknown year",)
    assert find(QUESTION, samples, SearchOptions(filters=Filters(venue="iclr"))).left_out == ()


def test_only_the_papers_that_were_named_are_found(samples):
    keys = tuple(samples.catalogue.keys()[:3])
    found = find("language models", samples, SearchOptions(filters=Filters(keys=keys)))
    assert {hit.paper.key for hit in found.hits} <= set(keys)
    nobody = find("language models", samples, SearchOptions(filters=Filters(keys=("nobody",))))
    assert (nobody.hits, nobody.matched) == ((), 0)


@pytest.mark.parametrize("way", ["lexical", "dense"])
def test_a_paper_that_went_meanwhile_is_left_out(tmp_path, way):
    """As when another process removes it between two reads of one question."""
    records = [{"title": "Frogs", "abstract": "A."}, {"title": "Frogs too", "abstract": "B."}]
    with small(tmp_path, *records, way=way) as library:
        library.database.run("PRAGMA foreign_keys = OFF")
        library.database.run("DELETE FROM papers WHERE title = 'Frogs'")
        assert titles(find("frogs", library)) == ["Frogs too"]


def test_a_score_says_why_a_paper_was_found(samples):
    for hit in find(QUESTION, samples).hits:
        assert set(hit.score.terms) <= set(query_terms(QUESTION))
        assert 0 <= hit.score.coverage <= 1
        assert 0 <= hit.score.lexical <= 1
        assert (hit.score.cosine is not None) == samples.has_vectors


def test_each_part_of_a_score_is_explained(samples):
    found = find(QUESTION, samples)
    printed = found_markdown(found, explained=True)
    assert printed.count("the weighted mean of:") == len(found.hits)
    assert ("meaning" in printed) == samples.has_vectors
    for hit in found.hits:
        parts = [hit.score.lexical, hit.score.dense, hit.score.sentence, hit.score.feedback,
                 hit.score.rocchio, hit.score.neighbours]  # fmt: skip
        for part in (p for p in parts if p is not None):
            assert f" {part:.3f}" in printed
    assert "weighted mean" not in found_markdown(found)


def test_feedback_terms_stand_in_the_best_papers_and_not_in_the_question(samples):
    found = find("reward models for reasoning", samples, SearchOptions(explained=True))
    named = {term for hit in found.hits for term in hit.score.feedback_terms}
    assert named
    assert not named & set(query_terms("reward models for reasoning"))
    for hit in found.hits:
        assert set(hit.score.feedback_terms) <= named


@pytest.mark.parametrize("part", ["feedback", "rocchio", "neighbours", "bursts", "lexical"])
def test_a_part_that_is_switched_off_changes_no_set_of_candidates(samples, part):
    weights = replace(Weights(), **{part: 0.0})
    usual = find(QUESTION, samples, SearchOptions(papers=62, abstains=False))
    other = find(QUESTION, samples, SearchOptions(papers=62, abstains=False, weights=weights))
    assert {h.paper.id for h in usual.hits} == {h.paper.id for h in other.hits}


def test_a_word_that_names_matter_counts_more_than_one_of_form(tmp_path):
    """Both words stand in as many papers; one comes again where it stands."""
    matter = [{"title": f"Note {n}", "abstract": f"Newts {n}. Newts swim."} for n in range(3)]
    form = [{"title": f"Study {n}", "abstract": f"We describe pond {n}."} for n in range(3)]
    with small(tmp_path, *form, *matter) as library:
        assert titles(find("describe newts", library))[0][:4] == "Note"
