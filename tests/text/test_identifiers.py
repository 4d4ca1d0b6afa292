"""DOIs, arXiv ids and months, told in one place."""

import pytest

from reviewer.sources import ReadOptions, read_bytes
from reviewer.text.identifiers import (
    arxiv_id_of_doi,
    month_number,
    without_arxiv_address,
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


@pytest.mark.parametrize(
    ("text", "left"),
    [("https://arxiv.org/pdf/2405.00001.pdf", "2405.00001"), ("arXiv: cs/0112017", "cs/0112017"),
     ("2405.00001v2", "2405.00001v2")],
)  # fmt: skip
def test_only_what_is_around_an_arxiv_id_is_taken_away(text, left):
    assert without_arxiv_address(text) == left


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
