"""What a journal prints on a first page, and headings of sections, are not titles of papers."""

from __future__ import annotations

import pytest

from reviewer.sources import ReadOptions, read_file
from reviewer.sources.pdf.titles import is_no_title
from tests.support.pdfs import column, make_pdf, paper_page, words

TITLE = "On the Taste of Round Apples"
TEXT = "Apples fall from old trees in autumn, and people who walk by may eat them. " * 9
BADGES = (
    "OPEN", "Open Access", "ARTICLE", "Article OPEN", "Research Article",
    "RESEARCH ARTICLE  Open Access", "ORIGINAL ARTICLE", "Original Research",
    "Original Investigation | Public Health",
    "Contents lists available at ScienceDirect", "Journal of Round Fruit", "Review Article",
    "Full-Length Article", "Short Communication", "Case Report", "Brief Report", "Mini-Review",
    "Letter to the Editor", "Editorial", "Perspective", "Author's Accepted Manuscript",
    "Article in Press", "Supplementary Material", "Supporting Information", "Table of Contents",
    "Check for updates", "www.fruit.example", "Volume 12", "Received: 3 May 2020",
    "This article was downloaded from a shelf",
)  # fmt: skip
HEADINGS = (
    "1 Introduction", "1. Introduction", "1 | INTRODUCTION", "I. INTRODUCTION", "2.1 Related Work",
    "Materials and Methods", "Related Work", "Chapter 3", "CHAPTER ONE", "A. Background",
)  # fmt: skip
TITLES = (
    TITLE, "Annual Report", "Open Problems in Pomology", "Review of Deep Pruning",
    "Open Access and its Critics", "Methods for Pears", "Research Articles on Pears: A Corpus",
    "Background Noise in Orchards", "3 Ways to Peel", "Letters Home", "Volume of a Pear",
    "Contents of a Pear",
    "Part-based Pears", "A Systematic Review of Pears",
)  # fmt: skip


@pytest.mark.parametrize("text", [*BADGES, *HEADINGS])
def test_badges_and_headings_are_not_titles(text):
    assert is_no_title(text)


@pytest.mark.parametrize("text", TITLES)
def test_titles_with_words_of_badges_are_titles(text):
    assert not is_no_title(text)


def read_page(tmp_path, drawn, **options):
    file = tmp_path / "paper.pdf"
    file.write_bytes(make_pdf([drawn], **options))
    (paper,) = read_file(str(file), ReadOptions()).papers
    return paper


@pytest.mark.parametrize("badge", BADGES[:6])
def test_the_title_is_found_under_a_badge_in_larger_letters(tmp_path, badge):
    above = words(60, 765, badge, 24, "F3")
    assert read_page(tmp_path, paper_page([TEXT], above=above)).title == TITLE


@pytest.mark.parametrize("heading", [*HEADINGS, "1 The Orchard", "2.3 Pears and Plums"])
def test_a_page_that_begins_with_a_section_has_no_title(tmp_path, heading):
    drawn = words(60, 730, heading, 16, "F2") + column(60, 700, TEXT, width=80)[0]
    for info in ({}, {"Title": heading}):
        paper = read_page(tmp_path, drawn, info=info)
        assert paper.title.startswith("paper (")
        assert paper.extra["certainty"]["title"] == "guess"
        assert heading in paper.text_of("body")


def test_numbered_sections_of_one_look_are_not_titles_whatever_their_number(tmp_path):
    drawn = words(60, 750, "4 Growing Pears", 16, "F2") + column(60, 720, TEXT, width=80)[0]
    drawn += words(60, 560, "5 Selling Pears", 16, "F2") + column(60, 540, TEXT, width=80)[0]
    assert read_page(tmp_path, drawn).title.startswith("paper (")


def test_a_title_that_begins_with_a_number_is_a_title(tmp_path):
    page = paper_page([TEXT], title="10 Years of Round Apples")
    assert read_page(tmp_path, page).title == "10 Years of Round Apples"


def test_a_manuscripts_line_numbers_are_not_in_its_title(tmp_path):
    drawn = words(60, 730, "1 On the Taste of Round", 18, "F3")
    drawn += words(60, 706, "2 Apples", 18, "F3")
    for number, start in enumerate(range(0, 400, 70), start=3):
        drawn += words(60, 680 - 12 * number, f"{number} {TEXT[start : start + 70]}")
    assert read_page(tmp_path, drawn).title == TITLE
