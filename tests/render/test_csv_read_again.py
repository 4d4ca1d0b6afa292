"""A list of papers that was exported as CSV, and read again."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reviewer.render.csv import papers_csv
from reviewer.sources import ReadOptions, read_bytes
from reviewer.text import clean
from reviewer.text.spreadsheet import escape_formula, unescape_formula
from reviewer.types import Paper
from reviewer.types.papers import Part

TITLES = [
    "=SUM of its parts: a study", "-omics in medicine", "+1 for open review", "@home testing",
    "'-omics' and other words", "''=twice", "One;=two", "One; -two;-three;'=four", "−5 degrees",
    "-5%", "'tis the season", "Who asks \"why?\"", "\"=quoted\"", "A, B; C | D\tE", "＝wide",
    "O'Brien's law", "- a list", "Café ; +x",
]  # fmt: skip


def again(*papers):
    found = read_bytes(papers_csv(papers).encode(), "a.csv", ReadOptions())
    assert not found.skipped
    return found.papers


def titled(title, **facts):
    return Paper(key="k", parts=(Part(name="title", text=title),), **facts)


def test_titles_are_read_again_as_they_were():
    assert [p.title for p in again(*map(titled, TITLES))] == [clean(t).strip() for t in TITLES]


@given(st.text(st.sampled_from("=+-@'＇;\"\t ,a1−＝é|"), min_size=1, max_size=12))
def test_what_was_escaped_is_undone(text):
    assert unescape_formula(escape_formula(text)) == clean(text)


def test_authors_are_those_that_were_exported():
    authors = ("Ann Lee", "Society of Frogs and Toads", "-Omics Group")
    [paper] = again(titled("A", authors=authors[1:2]))
    assert paper.authors == authors[1:2]
    [paper] = again(titled("A", authors=authors))
    assert paper.authors == authors


@pytest.mark.parametrize("head", ["Title,Year", "key,title,year"])
def test_a_quotation_mark_of_another_program_stays(head):
    row = ",".join({"Title": "'-omics' today", "title": "'-omics' today", "Year": "2020",
                    "year": "2020", "key": "k"}[name] for name in head.split(","))  # fmt: skip
    [paper] = read_bytes(f"{head}\n{row}\n".encode(), "a.csv", ReadOptions()).papers
    assert paper.title == "'-omics' today"
