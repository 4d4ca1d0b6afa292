"""Lists of references become entries, and entries say what they name."""

from __future__ import annotations

import pytest

from reviewer.text.references import listed_references, reference_in, split_entries
from reviewer.types import Paper
from reviewer.types.papers import Part, Reference

STYLES = {
    "apa": "Ash, B., & Elm, C. D. (2017). {title}. Journal of Rewards, 30, 5998–6008.",
    "acl": "Bo Ash and Cato D. Elm. 2017. {title}. In Proceedings of REWARD, pages 1–12.",
    "ieee": "B. Ash and C. D. Elm, “{title},” in Proc. REWARD, 2017, pp. 1–12.",
    "plain": "Bo Ash and Cato D. Elm. {title}. In REWARD, pages 1–12, 2017.",
    "vancouver": "Ash B, Elm CD. {title}. J Rewards. 2017;53(282):457-481.",
    "icml": "Ash, B. and Elm, C. D. {title}. Journal of rewards, 9(11), 2017.",
    "many": "Bo Ash, Cato Elm, et al. {title}. CoRR abs/1701.00001 (2017).",
}


@pytest.mark.parametrize("style", STYLES)
def test_title_author_and_year_are_read_in_each_style(style):
    title = "Bonuses decay slowly in sparse worlds"
    found = reference_in(STYLES[style].format(title=title))
    assert (found.title, found.family, found.year) == (title, "Ash", 2017)


def test_identifiers_are_read_and_an_arxiv_doi_is_an_arxiv_id():
    found = reference_in(
        "B. Ash. Bonuses. 2017. doi:10.1000/slow.17 arXiv:1701.00001v2 PMID: 123456"
    )
    assert (found.doi, found.arxiv_id, found.pmid) == ("10.1000/slow.17", "1701.00001", "123456")
    found = reference_in("B. Ash. Bonuses. https://doi.org/10.48550/arXiv.1701.00002")
    assert (found.doi, found.arxiv_id) == ("", "1701.00002")


def test_an_entry_without_a_title_has_none():
    found = reference_in(
        "J. Bardeen, L. N. Cooper, and J. R. Schrieffer, Phys. Rev. 108, 1175 (1957)."
    )
    assert (found.title, found.family, found.year) == ("", "Bardeen", 1957)


def test_numbered_entries_end_where_the_next_number_begins():
    text = "References\n\n[1] B. Ash. One thing\nof 2001. 2017.\n[2] C. Elm. Two\nthings. 2018.\n"
    assert split_entries(text) == ["B. Ash. One thing of 2001. 2017.", "C. Elm. Two things. 2018."]


def test_entries_by_name_are_told_apart_without_empty_lines_between():
    text = (
        "B. Ash, C. Elm (2017). On the bonus and\nthe baseline. Journal of Rewards, 1(0):2–9.\n"
        "C. Elm, D. Oak (2018). On the reward. Journal of\nRewards, 2(1):3–8.\n"
    )
    assert len(split_entries(text)) == 2


def test_an_entry_that_a_page_breaks_is_one():
    text = (
        "B. Ash (2017). On the bonus. Journal of Rewards.\n\nC. Elm, D. Oak. On the\n\n"
        "reward. Journal of Rewards, 2018.\n\nD. Oak (2019). On the baseline. Rewards 3.\n"
    )
    assert len(split_entries(text)) == 3


def test_an_address_that_a_line_breaks_is_whole():
    text = "[1] B. Ash. One. 2017. https://doi.org/10.1000/\nslow.17\n[2] C. Elm. Two things. 2018."
    assert reference_in(split_entries(text)[0]).doi == "10.1000/slow.17"


def test_a_paper_lists_what_its_records_and_its_own_list_say_each_once():
    own = "[1] B. Ash. One thing here. 2017.\n[2] C. Elm. Two things here. 2018."
    record = Reference(openalex="W1")
    paper = Paper(
        parts=(Part(name="title", text="A"), Part(name="references", text=own)),
        references=(record, Reference(text="B. Ash. One thing here. 2017.")),
    )
    assert [r.openalex or r.family for r in listed_references(paper)] == ["W1", "Ash", "Elm"]
