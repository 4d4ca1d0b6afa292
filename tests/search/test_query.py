"""How questions are read: constructions where they are, and the question itself where not."""

import time
from dataclasses import replace

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from reviewer.search.phrasing import Sides, Years
from reviewer.search.query import Query, read_query

PLAIN = [
    "does RL teach new skills?",
    "does RL work without human feedback?",
    "can LLMs reason without chain of thought",
    "models that do not need labels",
    "ways to give a model outside knowledge that do not need a separate retriever",
    "RLVR without a verifier or labels - what takes the place of the reward?",
    "learning without forgetting",
    "translation without using parallel text",
    "men with and without depressive symptoms",
    "which methods help but not always?",
    "Does RL improve pass@1 but not pass@k?",
    "why do models know but not say the answer",
    "do all methods except distillation fail?",
    "GPT-4 - a review",
    "chain-of-thought, self-correction and fine-tuning",
    "sourdough starter not rising after a week",
    "Sudden death can occur in patients with hypertension without cardiac abnormalities.",
    "Incidence of heart failure increased by 10% in women since 1979.",
    "did machine translation exist before 1950?",
    "does RL NOT teach new skills",
    "Large Models Reason Often but not Always in Practice",
    "LEARNING TO RETRIEVE AND GENERATE WITH LANGUAGE MODELS",
    "Dropout: a simple way to prevent neural networks from overfitting",
    "Recent Advances in Language Processing via Large Language Models: A Survey",
    "Investigating Pre-Training Dynamics: Task Recognition vs. Task Learning",
    "Knowledge graph or plain passages: which grounds an LLM's answers better?",
    "large language models (LLMs) in http://example.org at 10:30, see arxiv:2401.00001",
    "std::vector of M{\\\"o}bius transforms",
    "a 5\" screen",
    "a tumor necrosis factor alpha -based sample purification in serum of treated patients",
    "",
    "-",
    "-medical",
    "not",
    "AND",
]  # fmt: skip


@pytest.mark.parametrize("question", PLAIN)
def test_an_ordinary_question_comes_out_as_it_was_written(question):
    query = read_query(question)
    assert query.text == question
    assert replace(query, slip="") == Query(question, question)


@pytest.mark.parametrize(
    ("question", "text", "excluded"),
    [
        ("retrieval augmented generation but not medical", "retrieval augmented generation",
         ("medical",)),
        ("RAG without medical", "RAG", ("medical",)),
        ("active learning, except for medical images", "active learning", ("medical images",)),
        ("continual learning excluding those on language models", "continual learning",
         ("language models",)),
        ("curriculum learning but not child-directed language, BabyLM", "curriculum learning",
         ("child-directed language", "BabyLM")),
        ("RAG but not medicine, law or finance", "RAG", ("medicine", "law", "finance")),
        ("which papers study RAG but not in medicine?", "which papers study RAG", ("medicine",)),
        ("machine learning but not fine-tuning", "machine learning", ("fine-tuning",)),
        ("Postmenopausal Hormone Replacement Therapy but not estrogen",
         "Postmenopausal Hormone Replacement Therapy", ("estrogen",)),
        ("rag -medical", "rag", ("medical",)),
        ("-medical rag -law", "rag", ("medical", "law")),
        ('rag -"question answering" evaluation', "rag evaluation", ("question answering",)),
        ("rag -“question answering”", "rag", ("question answering",)),
        ("does rag help? -medical", "does rag help?", ("medical",)),
    ],
)  # fmt: skip
def test_what_a_question_excludes_is_read(question, text, excluded):
    query = read_query(question)
    assert (query.text, query.excluded) == (text, excluded)


def test_a_marked_phrase_at_the_end_of_an_abstract_is_excluded_and_nothing_else_is_read():
    abstract = "We study models. " * 30 + 'They are "large" AND title:new but not small.'
    assert read_query(abstract).is_plain
    query = read_query(f'{abstract} -"medical images" -"law"')
    assert query == Query(query.question, abstract, excluded=("medical images", "law"))


@pytest.mark.parametrize(
    ("question", "text"),
    [
        ("latest on RAG", "RAG"),
        ("the most recent papers about curriculum learning", "curriculum learning"),
        ("what is the state of the art in active learning?", "active learning"),
        ("recent RAG methods", "RAG methods"),
        ("newest self-correction papers", "self-correction papers"),
        ("grokking, newest first", "grokking"),
        ("what's new in RAG?", "RAG"),
    ],
)
def test_a_question_for_the_latest_is_read(question, text):
    query = read_query(question)
    assert query.wants_latest
    assert query.text == text


@pytest.mark.parametrize(
    ("question", "text", "years"),
    [
        ("RAG since 2023", "RAG", Years(2023)),
        ("What came out since mid-2025 on RL?", "What came out on RL?", Years(2025)),
        ("work on translation before 2017", "work on translation", Years(None, 2016)),
        ("RAG after 2020", "RAG", Years(2021)),
        ("RAG until 2020", "RAG", Years(None, 2020)),
        ("RAG between 2019 and 2022", "RAG", Years(2019, 2022)),
        ("RAG from 2022 to 2019", "RAG", Years(2019, 2022)),
        ("RAG papers published in 2021", "RAG papers", Years(2021, 2021)),
    ],
)
def test_years_in_a_question_are_read(question, text, years):
    query = read_query(question)
    assert (query.text, query.years) == (text, years)


@pytest.mark.parametrize(
    ("question", "sides"),
    [
        ("supervised fine-tuning versus RL", Sides(("supervised fine-tuning", "RL"))),
        ("RAG vs. fine-tuning vs prompting", Sides(("RAG", "fine-tuning", "prompting"))),
        ("compare RAG and fine-tuning for knowledge injection",
         Sides(("RAG", "fine-tuning"), "for knowledge injection")),
        ("comparison of RAG with long context", Sides(("RAG", "long context"))),
        ("What is the difference between SFT and RL in math?", Sides(("SFT", "RL"), "in math")),
        ("how does RAG differ from long context?", Sides(("RAG", "long context"))),
        ("facts in the weights versus a lookup tool: which scales better?",
         Sides(("facts in the weights", "a lookup tool"))),
    ],
)  # fmt: skip
def test_the_sides_of_a_comparison_are_read(question, sides):
    assert read_query(question).sides == sides


def test_constructions_are_read_together():
    query = read_query("latest on RAG and also knowledge graphs but not medical since 2023")
    assert query.wants_latest
    assert query.years == Years(2023)
    assert query.excluded == ("medical",)
    assert query.required == ("RAG", "knowledge graphs")


@pytest.mark.parametrize(
    ("question", "condition", "text"),
    [
        ('title:retrieval AND "question answering"', 'title:retrieval AND "question answering"',
         "retrieval question answering"),
        ("(RAG OR retrieval) NOT title:(medical OR clinical)",
         "(RAG OR retrieval) AND NOT (title:medical OR title:clinical)", "RAG retrieval"),
        ("learn* AND the curriculum", "learn* AND curriculum", "learn the curriculum"),
        ("author:smith year:2019-2022 reward models", "author:smith AND year:2019-2022",
         "reward models"),
        ("RAG OR search AND reward", "RAG OR (search AND reward)", "RAG search reward"),
        ('what is "in-context learning" (ICL)?', '"in-context learning"',
         "what is in-context learning (ICL)?"),
        ('Title:"a survey" tag:to-read', 'title:"a survey" AND tag:to-read', "a survey"),
    ],
)  # fmt: skip
def test_the_syntax_of_librarians_is_read(question, condition, text):
    query = read_query(question)
    assert str(query.condition) == condition
    assert query.text == text


@pytest.mark.parametrize(
    ("question", "slip"),
    [
        ('title:"question answering', "a quotation mark is not closed"),
        ("(RAG OR retrieval AND x", "a parenthesis is not closed"),
        ("RAG OR retrieval) AND x", "a parenthesis is not opened"),
        ("RAG AND", "AND joins nothing on one side"),
        ("OR RAG", "OR joins nothing on one side"),
        ("NOT medical", "NOT has nothing to leave papers out of"),
        ("RAG NOT", "NOT joins nothing"),
        ("journal:nature RAG",
         "there is no field journal: (use title:, author:, abstract:, venue:, year:, tag:)"),
        ("year:soon RAG", "year:soon is not a year (use year:2024, year:2019-2022 or year:2019:)"),
        ("year:2022-2019 RAG", "year:2022-2019 ends before it begins"),
        ("title: AND RAG", "title: is followed by nothing to look for"),
        ("title:author:x", "title: is followed by nothing to look for"),
        ("le* AND x", "le* has fewer than 3 letters before its star"),
    ],
)  # fmt: skip
def test_a_slip_of_syntax_is_said_in_one_line_and_the_words_are_kept(question, slip):
    query = read_query(question)
    assert query.slip == slip
    assert query.text == question
    assert query.condition is None


PIECES = st.sampled_from(
    """AND OR NOT ( ) " “ ” - -x -"x * learn* : title: author: year:2020 year: tag:a journal:x but
    not without except excluding and also latest on since 2023 before between versus vs. compare
    difference what does is in , ; ? . RAG Medical models""".split()
)


@given(st.text() | st.lists(PIECES, max_size=14).map(" ".join))
@example("\ud800")
@example("(" * 500 + "a AND b")
@example("NOT " * 39 + "a")
@example("title:" * 60)
def test_any_text_can_be_read_and_keeps_something_to_search_for(question):
    query = read_query(question)
    assert query.question == question
    if any(character.isalnum() for character in question):
        has_words = any(character.isalnum() for character in query.text)
        assert has_words or query.condition is not None
    if query.slip:
        assert query.condition is None


@given(st.lists(st.from_regex(r"[a-z]{2,9}", fullmatch=True), min_size=1, max_size=30))
def test_words_without_a_sign_of_a_construction_stay_as_they_are(words):
    signs = set(
        "not no except excluding without also latest newest recent state sota new since from after"
        " before prior until till up between published written versus vs".split()
    )
    kept = [w for w in words if w not in signs and not w.startswith(("compar", "differ", "trade"))]
    question = " ".join(kept)
    assert read_query(question) == Query(question, question)


def test_a_very_long_text_takes_no_time():
    started = time.process_time()
    for text in ("a but not " * 100_000, '"' * 200_000, "x" * 1_000_000 + " vs y", "(" * 100_000):
        assert read_query(text).text == text
    assert time.process_time() - started < 3
