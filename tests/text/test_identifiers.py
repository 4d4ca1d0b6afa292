"""DOIs, arXiv ids and months, told in one place."""

import pytest

from reviewer.sources import ReadOptions, read_bytes
from reviewer.text.identifiers import (
    arxiv_id_of_doi,
    bare_arxiv_id,
    bare_doi,
    bare_pmid,
    month_number,
    without_doi_address,
    without_version,
)


@pytest.mark.parametrize(
    ("text", "left"),
    [("https://doi.org/10.1/a", "10.1/a"), ("http://dx.doi.org/10.1/a", "10.1/a"),
     ("https://www.doi.org/10.1/a", "10.1/a"), ("DOI: 10.1/a", "10.1/a"), ("10.1/a", "10.1/a"),
     ("doing nothing", "doing nothing")],
)  # fmt: skip
def test_only_what_is_before_a_doi_is_taken_away(text, left):
    assert without_doi_address(text) == left


PLACEHOLDERS = (
    "", " ", "-", "--", "?", ".", "N/A", "n.a.", "NA", "none", "null", "nan", "DOI", "doi:", "0",
    "TBD", "unknown", "not available", "to appear", "https://doi.org/", "http://dx.doi.org/",
)  # fmt: skip


@pytest.mark.parametrize("text", PLACEHOLDERS)
@pytest.mark.parametrize("bare", [bare_doi, bare_arxiv_id, bare_pmid])
def test_what_only_fills_the_place_of_an_identifier_is_not_one(bare, text):
    assert bare(text) == ""


@pytest.mark.parametrize(
    "text",
    ["10.", "10/abc", "10.1/a", "10.0000/a", "10.1145/nnnnnnn.nnnnnnn", "10.1145/XXXXXXX.XXXXXXX",
     "https://doi.org/10.1109/TXXX.20XX.XXXXXXX", "10.1109/ACCESS.2017.DOI", "10.1234/0000",
     "10.1000/xyz123", "10.xxxx/xxxx"],
)  # fmt: skip
def test_what_a_template_prints_is_not_a_doi(text):
    assert bare_doi(text) == ""


@pytest.mark.parametrize(
    "text",
    ["10.1234/ab.c-1", "doi:10.1234/ab.c-1", "DOI 10.1234/ab.c-1.", "doi.org/10.1234/ab.c-1",
     "http://dx.doi.org/10.1234/ab.c-1", "https://www.doi.org/10.1234/ab.c-1"],
)  # fmt: skip
def test_a_doi_is_found_behind_whatever_names_it(text):
    assert bare_doi(text) == "10.1234/ab.c-1"


def test_dois_that_look_like_templates_are_dois():
    for doi in ("10.1000.10/123", "10.1016/j.xxen.2020.1", "10.1234/maxxx", "10.1000/xyz"):
        assert bare_doi(doi) == doi


@pytest.mark.parametrize(
    ("text", "left"),
    [("https://arxiv.org/pdf/2405.00001.pdf", "2405.00001"), ("arXiv: cs/0112017", "cs/0112017"),
     ("2405.00001v2", "2405.00001v2"), ("2405.00001v2.pdf", "2405.00001v2"), ("1234.56789", ""),
     ("XXXX.XXXXX", ""), ("math.GT/0309136", "math.GT/0309136")],
)  # fmt: skip
def test_an_arxiv_id_begins_with_a_year_and_a_month(text, left):
    assert bare_arxiv_id(text) == left


@pytest.mark.parametrize(
    ("text", "left"),
    [("007", "7"), ("PMID: 12345678", "12345678"), ("123456789", ""), ("PMC123", ""),
     ("https://pubmed.ncbi.nlm.nih.gov/123/", "123")],
)  # fmt: skip
def test_a_pmid_is_a_number_of_up_to_eight_digits(text, left):
    assert bare_pmid(text) == left


def test_the_doi_of_arxiv_names_the_preprint_and_others_name_nothing():
    assert arxiv_id_of_doi("10.48550/arXiv.2405.00001v2") == "2405.00001v2"
    assert arxiv_id_of_doi("10.48550/arxiv.") == arxiv_id_of_doi("10.1/arxiv.2405.00001") == ""
    assert without_version("2405.00001v12") == without_version("2405.00001") == "2405.00001"


@pytest.mark.parametrize(
    ("text", "number"),
    [("sep", 9), ("September", 9), (" 09 ", 9), ("12", 12), ("13", 0), ("0", 0), ("", 0),
     ("Spring", 0)],
)  # fmt: skip
def test_a_month_is_a_name_or_a_number(text, number):
    assert month_number(text) == number


ADDRESSES = ("https://arxiv.org/abs/2405.00001v2", "https://arxiv.org/html/2405.00001v2",
             "https://arxiv.org/pdf/2405.00001v2.pdf",
             "https://doi.org/10.48550/arXiv.2405.00001v2")  # fmt: skip


@pytest.mark.parametrize("address", ADDRESSES)
@pytest.mark.parametrize(
    "text",
    ["@misc{a,\n  title = {On Pears},\n  url = {ADDRESS}\n}\n",
     "TY  - GEN\nTI  - On Pears\nUR  - ADDRESS\nER  - \n",
     '[{"id": "a", "type": "article", "title": "On Pears", "URL": "ADDRESS"}]'],
)  # fmt: skip
def test_every_bibliography_finds_an_arxiv_id_in_the_same_addresses(text, address):
    (paper,) = read_bytes(text.replace("ADDRESS", address).encode(), "x", ReadOptions()).papers
    assert paper.arxiv_id == "2405.00001v2"
