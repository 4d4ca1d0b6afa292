"""Survey reports as Markdown: clean text, run-in heads, tables in groups, what is not proven."""

import re

import pytest

from reviewer.render.markdown_survey import survey_markdown
from reviewer.render.methods import flow_steps
from reviewer.types import Citation, Claim, Paper, Table
from reviewer.types.claims import Anchor
from reviewer.types.drafts import LeftOutPaper
from reviewer.types.papers import Part
from reviewer.types.runs import Coverage
from reviewer.types.surveys import Finding, Flow, Methods, SurveyReport, SurveySection
from reviewer.types.tables import Cell, Column, Row, Value

ABSTRACT = "Alpha halves the error. Beta does not."
PAPERS = tuple(
    Paper(
        id=f"p{n}",
        key=f"key-{n}",
        parts=(Part(name="title", text=f"Title {n}"), Part(name="abstract", text=ABSTRACT)),
    )
    for n in (1, 2, 3)
)


def citation(n, start=0, end=23):
    return Citation(
        paper_id=f"p{n}", chunk_id=f"c{n}", part="abstract", start=start, end=end,
        quote=ABSTRACT[start:end],
    )  # fmt: skip


def said(text, n=1, paragraph=1, **fields):
    given = {"support": "supported", "citations": (citation(n),)} | fields
    anchors = (Anchor(at=len(text) - 1, citations=(0,)),) if given["citations"] else ()
    return Claim(text=text, paragraph=paragraph, anchors=anchors, **given)


def table():
    value = Value(text="halving", quote=ABSTRACT[:23], citation=citation(1), support="unchecked")
    cells = (Cell(column="method", state="filled", values=(value,)), Cell(column="limits"))
    rows = tuple(
        Row(paper_id=f"p{n}", key=f"key-{n}", group=group, cells=cells)
        for n, group in ((1, "one thing"), (2, "one thing"), (3, "another"))
    )
    return Table(
        columns=(Column(name="method"), Column(name="limits")), rows=rows, papers=PAPERS,
        coverage=Coverage(papers=9, matched=3, read=3, cited=3), writer="m",
    )  # fmt: skip


@pytest.fixture
def report():
    return SurveyReport(
        name="r", title="Errors", topic="errors",
        abstract=(said("Alpha halves it."),),
        findings=(Finding(**said("Half is gone.").model_dump(), section=1),),
        introduction=(said("Errors are many."), said("Some are halved.", paragraph=2)),
        sections=(
            SurveySection(
                title="one thing", heads=("Halving.", ""), paper_ids=("p1", "p2"),
                claims=(
                    said("Alpha halves every error."),
                    said("It is faster.", 2, support="unsupported", reason="nobody says so"),
                    said("Beta does not.", 2, paragraph=2),
                ),
                asked=("'None reports cost' may not hold",),
            ),
            SurveySection(title="another", failed="the provider is down"),
        ),
        closing=(said("None of these 2 abstracts reports cost.", citations=(), kind="gap"),),
        tables=(table(),), papers=PAPERS,
        left_out=(LeftOutPaper(paper_id="p3", why="on pears"),),
        missing=("no questions from points of view: the provider is down",), failed=2,
        flow=Flow(library=9, not_found=5, searches=2, found=6, duplicates=2, nearest=4, not_read=1,
                  read=3, not_cited=1, cited=2, reasons=("1 paper beyond the 3 to be read",),
                  uncited=("1 paper not on this topic, by the plan",)),
        methods=Methods(writer="openai/name", library_papers=9),
    )  # fmt: skip


def test_the_parts_stand_in_the_order_in_which_they_are_read(report):
    text = survey_markdown(report)
    heads = re.findall(r"^## (.*)$", text, re.MULTILINE)
    assert heads == [
        "Abstract", "At a glance", "Introduction", "1. One thing", "2. Another",
        "Table 1. The papers by section", "Across the sections, and what is open",
        "What is not proven", "How papers came here", "Methods", "References",
    ]  # fmt: skip
    assert "**One thing.** Half is gone [@key-1]." in text
    assert "*(Missing: no questions from points of view: the provider is down.)*" in text


def test_paragraphs_have_their_run_in_heads_and_the_text_has_no_remarks(report):
    text = survey_markdown(report)
    section = text.split("## 1. One thing")[1].split("## 2.")[0].strip()
    assert section == (
        "**Halving.** Alpha halves every error [@key-1]. It is faster [@key-2].\n\n"
        "Beta does not [@key-2]."
    )
    assert "*(This section could not be written: the provider is down.)*" in text


def test_what_is_not_proven_is_listed_with_its_reason(report):
    text = survey_markdown(report)
    listed = text.split("## What is not proven")[1].split("\n## ")[0]
    assert "one thing: It is faster. *not supported by its quotes* (nobody says so)" in listed
    assert "one thing, left out: 'None reports cost' may not hold" in listed
    assert "Alpha halves" not in listed


def test_the_table_of_all_papers_has_a_row_for_each_section_and_no_footnotes(report):
    text = survey_markdown(report)
    rows = [line for line in text.splitlines() if line.startswith("|")]
    assert rows[2:] == [
        "| **One thing** |  |  |",
        "| [@key-1] | halving |  |",
        "| [@key-2] | halving |  |",
        "| **Another** |  |  |",
        "| [@key-3] | halving |  |",
    ]
    assert "[^1-" not in text


def test_papers_come_by_rank_and_what_nobody_looked_at_is_counted(report):
    text = survey_markdown(report)
    listed = text.split("## How papers came here")[1].split("\n## ")[0]
    assert listed.split("\n")[2:6] == [
        "- 9 in the library (5 not looked at)",
        "- 4 nearest by rank in 2 searches (1 paper beyond the 3 to be read)",
        "- 3 read by the model (1 paper not on this topic, by the plan)",
        "- 2 cited",
    ]
    assert "- on pears: *Title 3*" in listed
    assert "3 of 9 papers in the library were read, those nearest by rank." in text


@pytest.mark.parametrize("is_quoted", [False, True])
def test_nobody_screened_anything(report, is_quoted):
    steps = flow_steps(report.flow, is_quoted=is_quoted)
    assert not any("screen" in step.name for step in steps)
    assert ("read" in steps[2].name) is not is_quoted
    assert "screen" not in survey_markdown(report).casefold()
