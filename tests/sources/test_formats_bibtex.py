"""BibTeX: which entries a file names, whatever else it holds."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reviewer.sources.formats.bibtex import references
from reviewer.types import Paper
from reviewer.types.papers import Remark, Skipped

FILE = """
@string{acl = "ACL"}
@comment{ nothing }
@article{guo25, title = {{RL} Teaches {N}ew Skills}, doi = {10.1000/X1}, year = 2025}
@misc{lee24, title = "Search Agents", eprint = {2409.00001v2}, archiveprefix = {arXiv}}
@misc{kim24, title = {Judges}, journal = {arXiv preprint arXiv:2410.12345}}
@misc{old, title = {Old}, url = {https://arxiv.org/abs/cs/0112017}}
@online{bare, note = {no title}}
"""


def read(text):
    found = list(references(text, "x.bib"))
    papers = [entry for entry in found if isinstance(entry, Paper)]
    return papers, [entry for entry in found if isinstance(entry, Skipped)]


def test_keys_titles_and_identifiers_are_read():
    papers, skipped = read(FILE)
    assert skipped == []
    assert [(p.key, p.title, p.doi, p.arxiv_id) for p in papers] == [
        ("guo25", "RL Teaches New Skills", "10.1000/X1", ""),
        ("lee24", "Search Agents", "", "2409.00001v2"),
        ("kim24", "Judges", "", "2410.12345"),
        ("old", "Old", "", "cs/0112017"),
        ("bare", "", "", ""),
    ]
    assert papers[0].origins[0].position == 4


def test_a_damaged_entry_is_named_and_the_others_are_read(capfd):
    papers, skipped = read("@misc{a, title={A}}\n@misc{b, title={B\n\n@misc{c, title={C}}\n")
    assert [paper.key for paper in papers] == ["a", "c"]
    assert [(s.file, s.position) for s in skipped] == [("x.bib", 2)]
    assert capfd.readouterr() == ("", "")


def test_entries_with_one_key_are_all_read_and_the_key_is_named():
    papers, skipped = read("@misc{a, title={A}}\n@misc{a, title={B}}\n")
    assert [paper.title for paper in papers] == ["A", "B"]
    assert [(type(s), s.position) for s in skipped] == [(Remark, 2)]
    assert "twice" in skipped[0].reason


@pytest.mark.parametrize("text", ["", "no entries here", "{}", "@", "\0\0", "@misc{"])
def test_what_is_no_bibtex_gives_no_paper(text):
    assert read(text)[0] == []


@given(st.text(st.sampled_from('@misc{a,b}="\\\n doi#%é'), max_size=60))
def test_no_text_makes_it_raise(text):
    read(text)
