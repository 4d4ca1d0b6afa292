"""RIS, CSL-JSON and BibTeX as sources: dialects, damage, and what the library makes of them."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

import reviewer.sources.formats.bibtex as bibtex_source
import reviewer.sources.formats.csl_json as csl_source
import reviewer.sources.formats.ris as ris_source
from reviewer.sources import ReadOptions, read_file
from reviewer.text.entry_types import KIND
from reviewer.types import Paper
from reviewer.types.papers import Skipped

RIS = """Provider: A Database
Content: text/plain

TY  - JOUR
A1  - Guo, Jane B.
A1  - van der Berg, Jan
AU  - The ATLAS Collaboration
T1  - Rewards & Skills: A Study
JF  - Journal of Pears
VL  - 12
IS  - 3
SP  - 10
EP  - 19
Y1  - 2024/05/07/
DO  - https://doi.org/10.1000/x_1
UR  - https://arxiv.org/abs/2405.00001v2
KW  - rl
KW  - skills, new
SN  - 1234-5678
N2  - We show a thing.
  It goes on here.
ER  -

TY - CONF
AU - Kim, A.
TI - Short Spaces
PY - 2023
T2 - Proc. of Pears
AN - 12345678
DB - PubMed
TY  - GEN
TI  - No End Before
AB  - Text.
"""
CSL = [
    {
        "id": 7,
        "citation-key": "guo24",
        "type": "paper-conference",
        "title": "On <i>Pears</i> and <span class=\"nocase\">RL</span>",
        "author": [
            {"family": "Berg", "given": "Jan", "non-dropping-particle": "van der"},
            {"literal": "Google Brain"},
            {"family": "Plato"},
        ],
        "issued": {"date-parts": [["2024", 5]]},
        "container-title": "ACL",
        "DOI": "10.1000/X",
        "URL": "https://arxiv.org/abs/2405.00001",
        "keyword": "rl; skills, new",
        "abstract": "We show a thing.",
        "page": "1-9",
        "volume": 4,
    },
    {"id": "x", "type": "book", "title": "Raw Date", "issued": {"raw": "2020-03-01"}},
]  # fmt: skip


def read(source, text):
    found = list(source.read(text, "x", ReadOptions()))
    papers = [entry for entry in found if isinstance(entry, Paper)]
    return papers, [entry for entry in found if isinstance(entry, Skipped)]


def test_ris_of_two_dialects_is_read_and_a_record_without_its_end_too():
    papers, skipped = read(ris_source, RIS)
    assert skipped == []
    assert [paper.title for paper in papers] == [
        "Rewards & Skills: A Study", "Short Spaces", "No End Before"
    ]  # fmt: skip
    first, second, _ = papers
    assert first.authors == ("The ATLAS Collaboration", "Jane B. Guo", "Jan van der Berg")
    assert (first.date, first.year, first.venue) == ("2024-05-07", 2024, "Journal of Pears")
    assert (first.doi, first.arxiv_id) == ("10.1000/x_1", "2405.00001v2")
    assert first.keywords == ("rl", "skills, new")
    assert first.abstract == "We show a thing. It goes on here."
    assert first.extra == {
        KIND: "article", "volume": "12", "number": "3", "pages": "10--19", "issn": "1234-5678"
    }  # fmt: skip
    assert first.origins[0].position == 4
    assert (second.pmid, second.venue, second.year) == ("12345678", "Proc. of Pears", 2023)


def test_ris_without_a_title_is_named():
    papers, skipped = read(ris_source, "TY  - JOUR\nAU  - Kim, A.\nER  - \n")
    assert papers == []
    assert skipped[0].position == 1
    assert "title" in skipped[0].reason


def test_csl_json_is_read():
    text = json.dumps(CSL, indent=1)
    papers, skipped = read(csl_source, text)
    assert skipped == []
    first, second = papers
    assert (first.key, first.title) == ("guo24", "On Pears and RL")
    assert first.authors == ("Jan van der Berg", "Google Brain", "Plato")
    assert (first.date, first.year, first.venue) == ("2024-05", 2024, "ACL")
    assert (first.doi, first.arxiv_id) == ("10.1000/X", "2405.00001")
    assert first.keywords == ("rl", "skills, new")
    assert first.extra[KIND] == "inproceedings"
    assert (first.extra["pages"], first.extra["volume"]) == ("1--9", "4")
    assert second.date == "2020-03-01"
    assert [paper.origins[0].position for paper in papers] == [
        2,
        text[: text.index('"id": "x"')].count("\n"),
    ]


def test_a_csl_json_list_that_is_cut_keeps_what_came_before():
    whole = json.dumps(CSL, indent=1)
    papers, skipped = read(csl_source, whole[: whole.index('"Raw Date"')])
    assert [paper.key for paper in papers] == ["guo24"]
    assert "not JSON" in skipped[0].reason


def test_bibtex_and_biblatex_fields_are_read():
    text = r"""@String{jp = "Journal of Pears"}
@article{guo, author = "Guo, Jane and Jan van der Berg", title = {{RL} and Pears},
  subtitle = {A Study}, journaltitle = jp, date = {2024-05-07}, doi = {10.1000/x\_1},
  keywords = {rl, skills}, abstract = {50% of pears
     ripen \& fall.}, url = {https://example.org/a_b}, volume = 4, pages = {1--9}}
@inproceedings{kim, title = {Judges}, booktitle = {Proc. of Pears}, year = 2023, month = may,
  url = {https://a.org}, url = {https://b.org}}
@misc{note, title = {At}, howpublished = {\url{https://c.org/d}}}
"""
    papers, skipped = read(bibtex_source, text)
    assert skipped == []
    guo, kim, note = papers
    assert (guo.title, guo.venue, guo.date) == ("RL and Pears: A Study", "Journal of Pears",
                                               "2024-05-07")  # fmt: skip
    assert guo.authors == ("Jane Guo", "Jan van der Berg")
    assert (guo.doi, guo.abstract) == ("10.1000/x_1", "50% of pears ripen & fall.")
    assert (guo.url, guo.keywords) == ("https://example.org/a_b", ("rl", "skills"))
    assert (kim.venue, kim.date, kim.url) == ("Proc. of Pears", "2023-05", "https://a.org")
    assert note.url == "https://c.org/d"


def test_an_entry_without_a_title_is_skipped_as_a_paper():
    papers, skipped = read(bibtex_source, "@misc{a, year = 2020}\n@misc{b, title = {B}}\n")
    assert [paper.key for paper in papers] == ["b"]
    assert "'a' has no title" in skipped[0].reason


@pytest.mark.parametrize(
    ("name", "text", "count"),
    [
        ("a.txt", RIS, 3),
        ("b.txt", json.dumps(CSL, indent=2), 2),
        ("c.txt", "% made by x\n\n@misc{b, title = {B}}\n", 1),
        ("d.txt", '{"title": "A line"}\n{"title": "Another @misc{x, y}"}\n', 2),
    ],
)
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig"])
@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_files_are_recognised_by_content(tmp_path, name, text, count, encoding, end):
    path = tmp_path / name
    path.write_bytes(text.replace("\n", end).encode(encoding))
    found = read_file(str(path), ReadOptions())
    assert (len(found.papers), found.skipped) == (count, ())
    assert {paper.origins[0].file for paper in found.papers} == {str(path)}


@pytest.mark.parametrize("source", [ris_source, csl_source, bibtex_source])
@pytest.mark.parametrize("whole", [RIS, json.dumps(CSL), "@misc{b, title={B}, author={A and {C}}}"])
@given(data=st.data())
def test_no_damage_makes_a_source_raise(source, whole, data):
    cut = data.draw(st.integers(0, len(whole)))
    put = data.draw(st.text(st.sampled_from('{}[]",\\@-\n TY\0é'), max_size=6))
    text = whole[:cut] + put + whole[cut + data.draw(st.integers(0, 9)) :]
    if source.matches(text):
        read(source, text)


def test_deep_json_is_refused_in_words():
    text = '[{"type": "book", "title": "A"}, ' + "[" * 100_000
    papers, skipped = read(csl_source, text)
    assert len(papers) == 1
    assert skipped


def test_the_library_knows_a_paper_by_its_key_in_the_bibliography(library, tmp_path):
    path = tmp_path / "refs.bib"
    path.write_text("@misc{mine24, title = {Pears and Plums}, year = 2024}", encoding="utf-8")
    library.add([str(path)])
    (paper,) = library.papers()
    assert paper.key == "pears-plums-2024"
    assert library.paper("mine24").id == paper.id
