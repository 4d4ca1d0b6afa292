"""The reading path of a topic: its order and reasons, its glossary, its questions and answers."""

from __future__ import annotations

import json

import pytest

from reviewer.library import Library
from reviewer.render import render
from reviewer.settings import Settings
from reviewer.tasks import learn_topic
from reviewer.tasks.topics.learn import LearnOptions, plan_calls
from reviewer.writers import Extractive
from reviewer.writers.prompted.answers import JudgeReply
from reviewer.writers.prompted.quiz import QuizReply
from tests.conftest import write_listing
from tests.support.scripted import judges, quizzes
from tests.support.scripted import writer as scripted_writer

RECORDS = [
    {
        "title": "PondNet++: Counting frogs at night",
        "abstract": "We propose PondNet++, a model that extends PondNet to frogs at night. "
        "Experiments show that it finds 12% more frogs in ponds than PondNet does.",
        "year": 2021,
    },
    {
        "title": "PondNet: Counting frogs by their calls",
        "abstract": "Frog counting is the task of estimating how many frogs live in a pond. "
        "We propose PondNet, a network that counts frogs by their calls. "
        "Results show that PondNet counts frogs with an error of 4.5%.",
        "year": 2021,
    },
    {
        "title": "Frogs in ponds: A survey",
        "abstract": "This survey orders 40 works on frogs in ponds. PondNet is compared.",
        "year": 2023,
    },
    {
        "title": "Frogs and lilies",
        "abstract": "We study frog counting in ponds with lilies. We find that lilies hide frogs.",
        "year": 2019,
    },
    {
        "title": "What frogs eat",
        "abstract": "We ask what frogs in ponds eat; frog counting needs it. We find: flies.",
        "year": 2022,
    },
    {
        "title": "Reward models",
        "abstract": "We train models that score replies of language models.",
        "year": 2020,
    },
]
TOPIC = "frogs in ponds"


@pytest.fixture(scope="module")
def shelf(tmp_path_factory):
    folder = tmp_path_factory.mktemp("learnt")
    with Library(folder / "shelf", Settings(embedding="none")) as opened:
        opened.add([write_listing(folder / "papers.jsonl", *RECORDS)])
        yield opened


def learnt(library, writer=None, **options):
    return learn_topic(TOPIC, library, writer or Extractive(), LearnOptions(**options))


def titles(path):
    return [step.paper.title for step in path.steps]


def step_of(path, title):
    return next(step for step in path.steps if step.paper.title.startswith(title))


def test_a_survey_comes_first_then_definitions_and_a_paper_after_what_it_builds_on(shelf):
    found = titles(learnt(shelf))
    assert found[0] == "Frogs in ponds: A survey"
    assert found[1].startswith("PondNet:")
    assert found.index("PondNet: Counting frogs by their calls") < found.index(
        "PondNet++: Counting frogs at night"
    )
    assert "Reward models" not in found


def test_each_reason_is_shown_by_a_sentence_that_stands_in_its_paper(shelf):
    path = learnt(shelf)
    builds = next(
        reason for reason in step_of(path, "PondNet++").reasons if reason.kind == "builds on"
    )
    assert builds.text == "names PondNet, of paper 2"
    assert builds.citation is not None
    assert "extends PondNet" in builds.citation.quote
    defines = step_of(path, "PondNet:").reasons[0]
    assert defines.kind == "defines"
    assert "which 2 other papers on the topic use" in defines.text
    for step in path.steps:
        own = [reason.citation for reason in step.reasons if reason.citation]
        for cited in filter(None, [*own, step.says, step.finds]):
            assert step.paper.text_of(cited.part)[cited.start : cited.end] == cited.quote


def test_a_list_of_references_links_papers_that_name_nobody(tmp_path):
    records = [
        {"title": "Calls of the frogs of ponds", "abstract": "Frogs call in ponds.", "year": 2022},
        {"title": "Ponds of frogs", "abstract": "Ponds have frogs that call.", "year": 2022},
    ]
    with Library(tmp_path / "shelf", Settings(embedding="none")) as library:
        library.add([write_listing(tmp_path / "papers.jsonl", *records)])

        def cite(paper):
            part = type(paper.parts[0])(name="references", text="[1] Ponds of Frogs of the North.")
            other = part.model_copy(update={"text": "[1] A. Author. Calls of the Frogs of Ponds."})
            return paper.model_copy(update={"parts": (*paper.parts, other)})

        key = next(p.key for p in library.papers() if p.title == "Ponds of frogs")
        library.change([key], cite)
        path = learn_topic("frogs", library, Extractive())
    assert titles(path) == ["Calls of the frogs of ponds", "Ponds of frogs"]
    assert path.steps[1].reasons[0].text == "cites paper 1"


def test_the_glossary_quotes_the_sentence_that_defines_a_term(shelf):
    term = next(term for term in learnt(shelf).glossary if term.term == "frog counting")
    assert term.kind == "defined"
    assert term.used_by == 3
    assert term.citation.quote.startswith("Frog counting is the task of estimating")


def test_answers_are_numbers_of_sentences_of_the_papers_to_read(shelf):
    path = learnt(shelf)
    kinds = {question.kind for question in path.questions}
    assert kinds == {"term", "figure", "finding"}
    by_tag = {step.tag: step.paper for step in path.steps}
    asked = set()
    for question in path.questions:
        (number,), (cited,) = question.numbers, question.citations
        assert by_tag[number.partition(".")[0]].id == cited.paper_id
        assert number not in asked
        asked.add(number)
    figure = next(q for q in path.questions if q.kind == "figure")
    assert figure.answer in figure.citations[0].quote
    assert figure.answer not in figure.question


def test_a_models_questions_come_first_and_those_that_fail_the_gate_are_left_out(shelf):
    writer, model = scripted_writer()
    path = learnt(shelf, writer)
    written = [question for question in path.questions if question.kind == "written"]
    assert len(written) == len(path.steps)
    assert written[0].numbers == ("E1.1",)
    assert len(model.calls(QuizReply)) == 1
    assert len(model.calls(JudgeReply)) == 1
    failing, _ = scripted_writer({JudgeReply: lambda asked: judges(asked, "unsupported")})
    path = learnt(shelf, failing)
    assert path.questions
    assert all(question.kind != "written" for question in path.questions)
    assert any("0 questions of the model passed the gate" in note for note in path.notes)


@pytest.mark.parametrize(
    "change", [{"sentences": ["E9.99"]}, {"sentences": []}, {"answer": "It costs 77% less."}]
)
def test_an_answer_without_its_sentence_or_with_an_invented_figure_is_left_out(shelf, change):
    writer, _ = scripted_writer({QuizReply: lambda asked: quizzes(asked, **change)})
    path = learnt(shelf, writer)
    assert all(question.kind != "written" for question in path.questions)


def test_a_reply_that_cannot_be_read_leaves_the_questions_of_code(shelf):
    writer, _ = scripted_writer({QuizReply: lambda _: "I would rather talk about ponds."})
    path = learnt(shelf, writer)
    assert path.questions
    assert any("no questions of the model" in note for note in path.notes)


def test_a_topic_that_nothing_bears_on_says_so(shelf):
    path = learn_topic("quantum chromodynamics lattices", shelf, Extractive())
    assert path.steps == ()
    assert path.questions == ()
    assert "None of the 6 papers bears on this topic." in render(path, "markdown")
    assert "0 calls" in plan_calls("quantum chromodynamics", shelf, "m", LearnOptions())


def test_answers_can_be_kept_from_the_text_and_are_folded_on_the_page(shelf):
    path = learnt(shelf)
    shown = render(path, "markdown", with_answers=False)
    assert "## Test yourself" in shown
    assert "## Answers" not in shown
    assert "## Answers" in render(path, "markdown")
    page = render(path, "html")
    assert page.count("<details>") == len(path.questions)
    assert "<script" not in page
    made = json.loads(render(path, "json"))
    assert made["schema"] == "review/learning/1"
    assert [step["tag"] for step in made["steps"]] == [step.tag for step in path.steps]


def test_words_of_a_paper_stay_text(tmp_path):
    record = {
        "title": "<script>alert(1)</script> frogs",
        "abstract": "Frog *counting* is the task of [counting](http://x.example) frogs in ponds. "
        "We find that <b>ponds</b> have frogs.",
    }
    with Library(tmp_path / "shelf", Settings(embedding="none")) as library:
        library.add([write_listing(tmp_path / "papers.jsonl", record)])
        path = learn_topic("frogs", library, Extractive())
    page, text = render(path, "html"), render(path, "markdown")
    assert "<script>" not in page
    assert "<b>ponds" not in page
    assert "](http" not in text
    assert "<b>" not in text
