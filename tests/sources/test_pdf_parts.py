"""What parts of a PDF's page are: dates, lists of references, line numbers, tables, columns."""

from __future__ import annotations

import pytest

from reviewer.sources import ReadOptions, read_file
from reviewer.sources.pdf.dates import printed_date
from reviewer.sources.pdf.glyphs import Page, Word
from reviewer.sources.pdf.line_numbers import without_line_numbers
from reviewer.sources.pdf.lines import ends_sentence
from reviewer.sources.pdf.reference_lists import list_start
from tests.support.pdfs import column, make_pdf, paper_page, words

SAID = [f"The sentence of number {n} tells of apples and of pears in a garden." for n in range(30)]


@pytest.mark.parametrize(
    ("front", "page", "date"),
    [
        ([], "Received: 3 January 2015 Published: 12 April 2015", "2015-04-12"),
        (["March 1, 2010"], "", "2010-03-01"),
        (["(Dated: 12 May 2009)"], "(Dated: 12 May 2009)", "2009-05-12"),
        ([], "Accepted 2012 May 3. Received 2012 May 1", "2012-05-03"),
        ([], "Copyright © 2018 held by the owner. Earlier work (Ash, 2016) differs.", "2018"),
        ([], "33rd Conference on Late Rewards (CLR 2019), Oslo, Norway.", "2019"),
        ([], "Journal of Late Rewards 12 (2021) 1-9", "2021"),
        ([], "We follow Ash (2016) and use data of 2014.", ""),
        ([], "© 2018 by one publisher. © 2020 by another.", ""),
    ],
)  # fmt: skip
def test_a_date_is_read_where_the_page_says_what_it_is_of(front, page, date):
    assert printed_date(front, page)[0] == date


NUMBERED = [
    f"[{n}] A. Bell, C. Dorn. On decay at pace {n}. Journal of Things, 19{n}0." for n in range(1, 8)
]
NAMED = [f"Bell, A. and Dorn, C. ({1990 + n}). On decay. Journal of Things, {n}." for n in range(7)]
PROSE = [f"We found that 1 of {n} agents learns." for n in range(20)]


@pytest.mark.parametrize("entries", [NUMBERED, NAMED])
def test_a_list_of_references_without_a_heading_is_found_by_its_entries(entries):
    assert list_start([*PROSE, *entries]) == len(PROSE)


@pytest.mark.parametrize(
    "lines", [PROSE, [*PROSE, *(f"{n}. Take the lid off the jar." for n in range(1, 8))]]
)
def test_prose_and_steps_are_no_references(lines):
    assert list_start(lines) is None


def _word(text, x0, base, x1=None):
    return Word(text, x0, base - 2, x1 or x0 + 5 * len(text), base + 8, base, 10.0)


def test_line_numbers_go_and_a_column_of_figures_stays():
    rows = range(1, 21)
    text = [_word("words", 100 + 40 * i, 700 - 12 * n) for n in rows for i in range(6)]
    numbers = [_word(str(n), 80 - 5 * len(str(n)), 700 - 12 * n) for n in rows]
    ranks = [_word(str(n), 200, 400 - 12 * n) for n in range(1, 7)]
    page = Page(612, 792, (*text, *numbers, *ranks))
    (kept,) = without_line_numbers([page])
    assert [w.text for w in kept if w.text.isdecimal()] == ["1", "2", "3", "4", "5", "6"]


@pytest.mark.parametrize(
    ("text", "is_end"),
    [("It ends.", True), ("It ends.3", True), ("we reach 81.2", False), ("(see above)", False)],
)
def test_a_number_at_a_lines_end_is_no_sentences_end(text, is_end):
    assert ends_sentence(text) is is_end


def _read(tmp_path, pages):
    file = tmp_path / "paper.pdf"
    file.write_bytes(make_pdf(pages))
    return read_file(str(file), ReadOptions())


def test_rows_of_a_table_say_their_row_and_column_and_interrupt_no_sentence(tmp_path):
    text, at = column(60, 700, " ".join(SAID[:5]), width=80)
    drawn = text.rsplit("garden.", 1)[0] + "garden" + text.rsplit("garden.", 1)[1]
    drawn += words(60, at - 20, "Table 2: Return and memory of both methods.", 9)
    for n, row in enumerate((("Method", "Return", "Memory"), ("Ours", "81.2", "3.1 GB"),
                             ("Baseline", "77.9", ""))):  # fmt: skip
        for x, cell in zip((80, 200, 320), row, strict=True):
            drawn += words(x, at - 38 - 12 * n, cell, 9, "F3")
    found = _read(
        tmp_path, [drawn, column(60, 700, f"of roses. {' '.join(SAID[5:9])}", width=80)[0]]
    )
    body = found.papers[0].text_of("body")
    assert "Table 2, Ours: Return 81.2; Memory 3.1 GB." in body
    assert "Table 2, Baseline: Return 77.9." in body
    assert "in a garden of roses." in " ".join(body.split())


def test_lines_that_may_be_of_two_columns_are_not_quotable_and_that_is_said(tmp_path):
    beside = words(60, 150, "These are four words here") + words(
        300, 150, "and four others over there"
    )
    found = _read(tmp_path, [paper_page(SAID[:6]) + beside])
    paper = found.papers[0]
    assert "four words" not in paper.text_of("body")
    assert "four words here" in paper.extra["doubtful_text"]
    assert "1 line on page 1 may be of two columns side by side" in found.notes[0].reason
