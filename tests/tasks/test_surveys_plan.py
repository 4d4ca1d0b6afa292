"""A survey's plan file: what is read, what is refused by its line, and the published schema."""

import json
import re

import jsonschema
import pytest
from ruamel.yaml import YAML

from reviewer.errors import NotFoundError, UsageError
from reviewer.tasks.surveys.plan import (
    FIELDS,
    read_survey_plan,
    survey_yaml,
    template,
    topics_plan,
)
from reviewer.types import Paper
from reviewer.types.papers import Part
from reviewer.types.searches import Filters
from reviewer.types.surveys import ReportPlan, SectionPlan, SurveyPlan, ViewQuestion
from tests.conftest import ROOT

SCHEMA = json.loads((ROOT / "docs" / "survey-plan.schema.json").read_text(encoding="utf-8"))
ONE = Paper(id="p1", key="one-2025-paper", parts=(Part(name="title", text="One: a # paper"),))
WHOLE = """\
title: Reasoning
scope: {years: "2023:2025", tags: [rl], venue: NeurIPS, files: [a.txt]}
settings: {papers: 40, words: 2000, depth: quick}
reports:
  - search agents
  - topic: memory
    title: Memory of agents
    questions:
      - What is kept?
      - {question: Where does it fail?, view: sceptic}
    sections:
      - what is stored
      - title: what is read
        questions: [How is it found?]
        keys: [one-2025-paper]
        words: 300
        papers: 5
    tables:
      - columns: [data, "gain (number): how much?"]
        papers: 7
      - topic: agents
    scope: {years: 2024}
    depth: thorough
    papers: 9
    words: 900
"""


def paper_named(key):
    if key != ONE.key:
        raise NotFoundError(f"there is no paper '{key}'", hint="Did you mean one-2025-paper?")
    return ONE


def read(text):
    return read_survey_plan(text, "plan.yaml", paper_named)


def by_schema(text):
    """The schema's word on the plan: None, or what is wrong."""
    held = YAML(typ="safe", pure=True).load(text)
    error = jsonschema.exceptions.best_match(
        jsonschema.Draft202012Validator(SCHEMA).iter_errors(held)
    )
    return error and error.message


def test_every_field_is_read_and_a_report_goes_before_what_is_shared():
    plan = read(WHOLE)
    assert plan.title == "Reasoning"
    first, second = plan.reports
    shared = Filters(year_from=2023, year_to=2025, venue="NeurIPS", tags=("rl",), files=("a.txt",))
    assert first == ReportPlan(
        title="Search agents", topic="search agents", filters=shared, papers=40, words=2000,
        depth="quick",
    )  # fmt: skip
    assert (second.title, second.topic, second.depth) == ("Memory of agents", "memory", "thorough")
    assert second.filters == Filters(year_from=2024, year_to=2024)
    assert (second.papers, second.words) == (9, 900)
    assert second.questions[1] == ViewQuestion(question="Where does it fail?", view="sceptic")
    assert second.sections[1] == SectionPlan(
        title="what is read", questions=("How is it found?",), keys=("one-2025-paper",),
        papers=5, words=300,
    )  # fmt: skip
    assert [column.kind for column in second.tables[0].columns] == ["text", "number"]
    assert (second.tables[0].papers, second.tables[1].topic) == (7, "agents")
    assert by_schema(WHOLE) is None


@pytest.mark.parametrize(
    ("old", "new", "line", "said", "schema_sees_it"),
    [
        ("depth: quick", "depht: quick", 3, "no field 'depht'. Did you mean depth?", True),
        ("depth: quick", "depth: deep", 3, "unknown depth 'deep'", True),
        ("papers: 40", "papers: many", 3, "papers 'many' is not valid. Use 1 to 500", True),
        ("papers: 40", "papers: 0", 3, "Use 1 to 500", True),
        ("words: 2000", "words: 3", 3, "Use 50 to 50000", True),
        ('"2023:2025"', '"2025:2023"', 2, "'2025:2023' is not a range of years", False),
        ('"2023:2025"', "soon", 2, "'soon' is not a range of years", True),
        ("view: sceptic", "view: skeptic", 10, "Did you mean sceptic?", True),
        ("keys: [one-2025-paper]", "keys: [one-2025]", 15, "there is no paper 'one-2025'", False),
        ("  - search agents", "  - {words: 900}", 5, "a report has no topic", True),
        ("- title: what is read\n        q", "- q", 13, "a section has no title", True),
        ("gain (number)", "gain (numbr)", 19, "Did you mean (number)?", False),
        ("[data, ", "[key, ", 19, "a column cannot be called 'key'", False),
        ("[data, ", "[gain, gain, ", 19, "the column 'gain' is there twice", False),
        ("title: Reasoning", "title: a: b", 1, "this is not YAML", True),
        ("title: Reasoning", "title: Reasoning\ntitle: Again", 2, "title is given twice", True),
        ("tables:\n      - columns", "tables:\n      - colums", 19, "Did you mean columns?", True),
        ("tags: [rl]", "tags: rl", 2, "tags is not a list", True),
    ],
)  # fmt: skip
def test_a_fault_is_told_by_its_line(old, new, line, said, schema_sees_it):
    assert old in WHOLE
    text = WHOLE.replace(old, new, 1)
    with pytest.raises(UsageError) as caught:
        read(text)
    whole = f"{caught.value.message}. {caught.value.hint}"
    assert whole.startswith(f"plan.yaml, line {line}: "), whole
    assert said in whole
    if schema_sees_it and "YAML" not in said and "twice" not in said:
        assert by_schema(text)


@pytest.mark.parametrize(
    "text", ["", "[]", "title: x", "reports: []", "reports:", "reports: {a: 1}", "\t", "# a"]
)
def test_what_is_no_plan_is_refused_with_what_to_compare_it_with(text):
    with pytest.raises(UsageError) as caught:
        read(text)
    assert "plan.yaml" in caught.value.message
    assert "--init" in caught.value.hint or "reports:" in caught.value.hint


@pytest.mark.parametrize(
    ("file", "text"),
    [
        ("plan.yaml", "- search agents\n- memory: of agents\n".replace("memory: of", "memory of")),
        ("plan.yaml", "search agents\nmemory of agents\n"),
        ("plan.yaml", "- topic: search agents\n- memory of agents"),
        ("topics.txt", "# mine\n\nsearch agents\n  memory of   agents\n"),
        ("topics", "1. search agents\n2) memory of agents"),
        ("topics.md", "\ufeff- search agents\r\n* memory of agents\r\n"),
    ],
)
def test_a_plan_may_be_a_plain_list_of_topics(file, text):
    plan = read_survey_plan(text, file, paper_named)
    assert [report.topic for report in plan.reports] == ["search agents", "memory of agents"]
    assert plan.reports[1] == ReportPlan(title="Memory of agents", topic="memory of agents")
    assert plan.title == "Search agents, and 1 more topic"


def test_a_list_of_reports_may_name_all_that_a_report_has():
    plan = read("- topic: memory\n  words: 900\n  sections: [what is stored]\n- agents\n")
    assert plan.reports[0].words == 900
    assert plan.reports[0].sections == (SectionPlan(title="what is stored"),)
    assert by_schema("- topic: memory\n  words: 900\n- agents\n") is None


@pytest.mark.parametrize(
    ("file", "text", "said"),
    [
        ("t.txt", "agents\n\nAgents\n", "t.txt, line 3: the topic 'Agents' is given twice"),
        ("t.txt", "agents\n---\n", "t.txt, line 2: a topic has no word"),
        ("t.txt", "# agents\n\n", "t.txt names no topic"),
        ("t.txt", "a b\n" + "long " * 200, "t.txt, line 2: a topic has more than 500 characters"),
        ("t.txt", "\n".join(f"topic {n}" for n in range(300)), "t.txt has more than 200 topics"),
        ("t.yaml", "- agents\n- topic: b\n  wrods: 9\n", "t.yaml, line 3: a report has no field"),
        ("t.yaml", "- agents\n- '--'\n", "t.yaml, line 2: a topic has no word"),
        ("t.yaml", "- agents\n- [a, b]\n", "t.yaml, line 2: a report has the fields title:"),
    ],
)
def test_a_fault_in_a_list_is_told_by_its_line(file, text, said):
    with pytest.raises(UsageError) as caught:
        read_survey_plan(text, file, paper_named)
    assert caught.value.message.startswith(said)


def test_topics_of_a_command_are_a_report_each_and_words_without_quotation_marks_are_told():
    plan = topics_plan(["continual  learning", "analogical reasoning"])
    assert [report.title for report in plan.reports] == [
        "Continual learning",
        "Analogical reasoning",
    ]
    with pytest.raises(UsageError) as caught:
        topics_plan(["reasoning", "in", "LLMs"])
    assert "'in' is not a topic of its own" in caught.value.message
    assert 'review survey "reasoning in LLMs"' in caught.value.hint
    for topics in (["agents", "Agents"], ["agents", " "], ["?"]):
        with pytest.raises(UsageError):
            topics_plan(topics)


def test_nothing_in_a_plan_makes_an_object():
    plan = read("reports: !!python/object/apply:os.system ['touch made']")
    assert plan.reports[0].topic == "touch made"


def test_a_plan_that_refers_to_itself_is_refused():
    with pytest.raises(UsageError):
        read("reports: &a [*a]")


def test_a_written_plan_is_read_back_and_fits_the_schema():
    plan = SurveyPlan(
        title='A "title": with # marks',
        reports=(
            ReportPlan(
                title="Über Lernen",
                topic="learning: how?",
                filters=Filters(year_from=2023, tags=("a b", "c")),
                questions=(ViewQuestion(question="Why, then?", view="newcomer"),),
                sections=(SectionPlan(title="- one", keys=(ONE.key,), questions=("a: b?",)),),
                papers=33,
            ),
        ),
    )
    text = survey_yaml(plan, [ONE])
    assert read(text) == plan
    assert by_schema(text) is None
    assert "  # One: a # paper (year unknown)" in text


def test_the_template_is_a_plan_and_says_each_field():
    text = template("reasoning: in LLMs")
    assert read(text).reports[0].topic == "reasoning: in LLMs"
    assert by_schema(text) is None
    head, body = text.split("title:", 1)
    whole = head + "title:" + re.sub(r"(?m)^( *)# ", r"\1", body)
    assert len(read(whole).reports) == 2
    assert read(whole).reports[0].tables[0].papers == 12
    assert by_schema(whole) is None


def test_the_schema_has_the_readers_fields():
    definitions = SCHEMA["$defs"]

    def fields_of(node):
        objects = [node, *node.get("anyOf", [])]
        return next(set(found["properties"]) for found in objects if "properties" in found)

    assert fields_of(SCHEMA) == set(FIELDS["plan"])
    settings = SCHEMA["anyOf"][0]["properties"]["settings"]
    assert fields_of(settings) == set(FIELDS["settings"])
    for name in ("scope", "report", "question", "section", "table"):
        assert fields_of(definitions[name]) == set(FIELDS[name]), name
