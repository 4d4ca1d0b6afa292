"""What questions with constructions find: excluded concepts, dates, years, sides, conditions."""

import json

import pytest

from reviewer.library import Library
from reviewer.render.markdown import found_markdown
from reviewer.search import SearchOptions, find
from reviewer.settings import Settings
from reviewer.text import normalise_title
from reviewer.types.searches import Filters
from tests.conftest import SHARED, WordEmbedding, write_listing
from tests.search.test_query import PLAIN

PAPERS = [
    {"title": "Retrieval augmented generation for open questions", "year": 2021,
     "authors": ["Jane Smith"], "tags": ["core"],
     "abstract": "Retrieval augmented generation answers open questions with passages."},
    {"title": "Better retrieval augmented generation", "date": "2024-03-01",
     "authors": ["Ana Müller", "Bo Li"],
     "abstract": "Retrieval augmented generation improves when the passages are ranked."},
    {"title": "Retrieval augmented generation in clinics", "date": "2024-06-02",
     "abstract": "Retrieval augmented generation helps medical doctors with medical records."},
    {"title": "Graphs for retrieval augmented generation",
     "abstract": "Knowledge graphs ground retrieval augmented generation in facts."},
    {"title": "Fine-tuning language models", "year": 2022, "venue": "Letters on Learning",
     "abstract": "Fine-tuning adapts language models. It is learning, and learners learned."},
    {"title": "Fine-tuning without labels", "year": 2023,
     "abstract": "We show fine-tuning without labels. Fine-tuning needs no annotation then."},
    {"title": "In-context learning", "year": 2020,
     "abstract": "In-Context learning: models learn in\ncontext. Learners of context differ."},
    {"title": "Contexts of learning", "year": 2019,
     "abstract": "Learning happens in many a context. Context is what learning is in."},
]  # fmt: skip


@pytest.fixture(scope="module", params=["by words", "with vectors"])
def shelf(request, tmp_path_factory):
    folder = tmp_path_factory.mktemp("constructions")
    if request.param == "by words":
        library = Library(folder / "library", Settings(embedding="none"))
    else:
        library = Library(folder / "library", embedding=WordEmbedding())
    with library:
        library.add([write_listing(folder / "papers.jsonl", *PAPERS)])
        number = library.catalogue.number_of(library.papers()[0].key)
        with library.database.transaction():
            library.database.next_generation()
            library.database.run("INSERT OR IGNORE INTO tags VALUES (?, ?)", (number, "core"))
        yield library


def titles(found):
    return [hit.paper.title for hit in found.hits]


def notes(found):
    return " ".join(found.understood.notes)


CLINICS = "Retrieval augmented generation in clinics"


@pytest.mark.parametrize("how", ["{} but not medical", "{} without medical", "{} -medical",
                                 '{} -"medical"', "{}, except for medical"])  # fmt: skip
def test_papers_on_an_excluded_concept_come_last_and_are_named_but_not_evidence(shelf, how):
    found = find(how.format("retrieval augmented generation"), shelf)
    plain = find("retrieval augmented generation", shelf)
    assert CLINICS in titles(plain)[:4]
    relevant = [hit.paper.title for hit in found.hits if not hit.is_weak]
    assert relevant[-1] == CLINICS
    assert sorted(titles(found)) == sorted(titles(plain))
    key = next(hit.paper.key for hit in found.hits if hit.paper.title == CLINICS)
    assert found.understood.pushed_down == (key,)
    assert key not in {item.paper.key for item in found.evidence}
    assert key in notes(found)
    assert "on what the question excludes" in found_markdown(found)


def test_without_is_part_of_a_topic_that_papers_name_so(shelf):
    question = "fine-tuning of models without labels"
    found, plain = find(question, shelf), find(question, shelf, SearchOptions(is_plain=True))
    assert found.hits == plain.hits
    assert found.understood.excluded == ()
    assert '-"labels"' in notes(found)


def test_other_constructions_hold_where_without_is_part_of_the_topic(shelf):
    found = find("latest on fine-tuning of models without labels", shelf)
    assert found.understood.text == "fine-tuning of models without labels"
    assert found.understood.sorted_by == "date"


def test_the_title_of_a_paper_that_is_here_is_searched_as_it_stands(shelf):
    found = find("Fine-tuning without labels", shelf)
    assert titles(found)[0] == "Fine-tuning without labels"
    assert found.understood.notes == ()


@pytest.mark.parametrize("question", PLAIN)
def test_an_ordinary_question_finds_just_what_it_found(shelf, question):
    found = find(question, shelf)
    plain = find(question, shelf, SearchOptions(is_plain=True))
    assert (found.hits, found.evidence, found.reason) == (plain.hits, plain.evidence, plain.reason)


def test_two_concepts_have_to_come_together(shelf):
    found = find("retrieval augmented generation and also knowledge graphs", shelf)
    assert titles(found)[0] == "Graphs for retrieval augmented generation"
    assert found.understood.required == ("retrieval augmented generation", "knowledge graphs")


def test_the_latest_papers_come_first_and_those_without_a_year_after_them(shelf):
    found = find("latest on retrieval augmented generation", shelf)
    assert titles(found)[:4] == [
        CLINICS,
        "Better retrieval augmented generation",
        "Retrieval augmented generation for open questions",
        "Graphs for retrieval augmented generation",
    ]
    assert (found.understood.sorted_by, found.understood.undated) == ("date", 1)
    assert "1 without a year come after these" in notes(found)


def test_the_order_that_is_given_is_the_order(shelf):
    by_date = find("retrieval augmented generation", shelf, SearchOptions(sort="date"))
    assert titles(by_date)[0] == CLINICS
    topic = find("retrieval augmented generation", shelf)
    by_rank = find("latest on retrieval augmented generation", shelf,
                   SearchOptions(sort="relevance"))  # fmt: skip
    assert titles(by_rank) == titles(topic)


def test_years_in_a_question_leave_out_papers_of_other_years_and_count_unknown_ones(shelf):
    found = find("retrieval augmented generation since 2024", shelf)
    years = [hit.paper.year for hit in found.hits]
    assert set(years) == {2024, None}
    assert years[:2] == [2024, 2024]
    assert (found.understood.years, found.understood.unknown_year) == ("since 2024", 1)
    assert found.left_out == ("5 papers of other years",)
    assert "--year 2024: would leave out" in notes(found)


def test_a_filter_of_years_counts_more_than_the_question(shelf):
    options = SearchOptions(filters=Filters(year_to=2021))
    found = find("retrieval augmented generation since 2024", shelf, options)
    assert {hit.paper.year for hit in found.hits} <= {2019, 2020, 2021}


def test_both_sides_of_a_comparison_are_found_and_shown(shelf):
    found = find("fine-tuning versus retrieval augmented generation", shelf, SearchOptions(4))
    one, other = found.understood.sides
    assert (one.name, other.name) == ("fine-tuning", "retrieval augmented generation")
    assert min(len(one.keys), len(other.keys)) >= 2
    assert len({*one.keys, *other.keys}) == 4
    assert [item.tag for item in found.evidence] == ["E1", "E2", "E3", "E4"]
    text = found_markdown(found)
    assert "## Side: fine-tuning" in text
    assert "## Side: retrieval augmented generation" in text
    assert [f"\n{n}. " in text for n in range(1, 6)] == [True] * 4 + [False]


def test_a_side_that_nothing_matches_is_said(shelf):
    found = find("retrieval augmented generation versus quicksort", shelf)
    assert found.understood.sides[1].keys == ()
    assert 'Side "quicksort": nothing here matches it.' in notes(found)
    assert "Nothing here matches this side." in found_markdown(found)


def test_a_comparison_of_what_is_not_here_is_not_answered(shelf):
    found = find("difference between a viola and a cello", shelf)
    assert (found.matched, found.evidence) == (0, ())
    assert [side.keys for side in found.understood.sides] == [(), ()]


@pytest.mark.parametrize(
    ("question", "expected", "counts"),
    [
        ('"in-context learning"', ["In-context learning"], [1]),
        ('"IN CONTEXT"', ["In-context learning"], [1]),
        ('"learning in context"', None, None),
        ("title:retrieval", None, [4]),
        ("title:retrieval AND clinics", [CLINICS], [4, 1]),
        ("retrieval AND NOT medical", None, [4, 3]),
        ("retrieval NOT (medical OR graphs)", None, [4, 2]),
        ("abstract:medical", [CLINICS], [1]),
        ("title:medical", [], [0]),
        ("author:smith", ["Retrieval augmented generation for open questions"], [1]),
        ('author:"jane smith" AND retrieval', ["Retrieval augmented generation for open questions"],
         [1, 1]),
        ("author:muller", ["Better retrieval augmented generation"], [1]),
        ("author:smi", [], [0]),
        ("author:smi*", ["Retrieval augmented generation for open questions"], [1]),
        ("venue:letters", ["Fine-tuning language models"], [1]),
        ("tag:Core", ["Retrieval augmented generation for open questions"], [1]),
        ("year:2024", None, [2]),
        ("year:2019-2020", ["In-context learning", "Contexts of learning"], [2]),
        ("learner*", None, [2]),
        ("learne* AND year:2022", ["Fine-tuning language models"], [2, 1]),
        ("studie* AND learning", [], [0, 0]),
        ("graphs OR medical", None, [2]),
    ],
)  # fmt: skip
def test_conditions_are_met_and_counted(shelf, question, expected, counts):
    found = find(question, shelf)
    if counts is None:  # a phrase that no paper has
        assert "No paper has" in notes(found)
        assert found.hits
        return
    assert [step.papers for step in found.understood.steps] == counts
    if expected is not None:
        assert titles(found) == expected
    if found.understood.steps and not question.startswith('"'):
        assert len(found.hits) == found.matched == counts[-1]
        assert not any(hit.is_weak for hit in found.hits)


@pytest.mark.parametrize(
    ("question", "number"),
    [
        ('"检索增强"', 0),
        ('title:"deja vu"', 1),
        ('"K NEAREST neighbours"', 1),
        ('"learning with care"', 1),
        ("neighbo*", 1),
    ],
)
def test_a_phrase_is_found_in_any_script_and_behind_markup(tmp_path, question, number):
    papers = [
        {"title": "检索增强生成研究", "abstract": "本文研究检索增强生成的方法。"},
        {
            "title": "Déjà vu",
            "abstract": "Learn-\ning \\textit{with} care: $k$-nearest neighbours.",
        },
        {"title": "Another paper", "abstract": "Learning without any of these words here."},
    ]
    with Library(tmp_path / "library", Settings(embedding="none")) as library:
        library.add([write_listing(tmp_path / "papers.jsonl", *papers)])
        found = find(question, library)
        assert [step.papers for step in found.understood.steps] == [1]
        assert titles(found) == [papers[number]["title"]]


def test_conditions_hold_within_the_filters(shelf):
    found = find("title:retrieval", shelf, SearchOptions(filters=Filters(year_from=2024)))
    assert [step.papers for step in found.understood.steps] == [2]


def test_papers_that_meet_conditions_alone_come_newest_first(shelf):
    found = find("year:2020-2023", shelf)
    assert [hit.paper.year for hit in found.hits] == [2023, 2022, 2021, 2020]
    assert len(found.evidence) == 4
    assert all(item.sentences for item in found.evidence)


def test_a_phrase_in_a_plain_question_is_required(shelf):
    found = find('what is "in-context learning" good for in models?', shelf)
    assert titles(found) == ["In-context learning"]
    assert notes(found) == '"in-context learning": 1 paper.'


def test_of_several_phrases_only_those_that_no_paper_has_are_dropped(shelf):
    found = find('is "knowledge graphs" or "quantum cats" good?', shelf)
    assert [step.condition for step in found.understood.steps] == ['"knowledge graphs"']
    assert 'No paper has "quantum cats" in these words' in notes(found)
    found = find('do "knowledge graphs" help "language models"?', shelf)
    assert found.understood.steps == ()
    assert "No paper has all of these words" in notes(found)


def test_a_slip_is_said_and_the_words_are_searched(shelf):
    found = find('title:"retrieval augmented generation', shelf)
    assert titles(found)[0] in {paper["title"] for paper in PAPERS[:4]}
    assert notes(found) == "A quotation mark is not closed: searched as plain words."


def test_conditions_that_nothing_meets_find_nothing_and_say_so(shelf):
    found = find("title:retrieval AND zebra", shelf)
    assert (found.hits, found.matched) == ((), 0)
    assert found.reason == "No paper meets the conditions of the question."
    assert "title:retrieval: 4 papers; AND zebra: 0 papers." in notes(found)


@pytest.mark.seeds
def test_kept_papers_stand_above_excluded_ones_in_the_listings(seeds, tmp_path):
    judged = json.loads((SHARED / "eval" / "concepts.json").read_text(encoding="utf-8"))["but_not"]
    with Library(tmp_path / "library", Settings(embedding="none")) as library:
        library.add([str(seeds)])
        for pair in judged:
            question = f"{pair['topic']} but not {pair['without']}"
            found = find(question, library, SearchOptions(500, abstains=False))
            places = {normalise_title(title): n for n, title in enumerate(titles(found))}
            right = [
                places[normalise_title(kept)] < places[normalise_title(excluded)]
                for kept in pair["kept"]
                for excluded in pair["excluded"]
                if normalise_title(excluded) in places and normalise_title(kept) in places
            ]
            assert sum(right) >= 0.8 * len(right)
            assert right
