"""Fixes of a check: which are offered, what they change, and that nothing else changes."""

import pytest

from reviewer.errors import UsageError
from reviewer.library import Library
from reviewer.settings import Settings
from reviewer.sources.text_file import TextFile
from reviewer.tasks.checks.bibliography import read_bibliography
from reviewer.tasks.checks.check import check_bibliography, check_draft
from reviewer.tasks.checks.fixes import apply_fixes, fixed_name, sure_fixes
from reviewer.writers import Extractive
from tests.conftest import write_listing

LISTED = [
    {
        "title": "Pears Learn to Fall",
        "authors": ["Anna Fox", "Bert Elk"],
        "venue": "Journal of Orchards",
        "abstract": "Pears that are shaken fall sooner than others. The yield rises by 14 percent.",
        "year": 2021,
        "doi": "10.1000/pears",
    },
    {
        "title": "Apples Under Snow",
        "authors": ["Carla Ant"],
        "venue": "Journal of Orchards",
        "abstract": "Apples that lie under snow keep their colour through the whole winter.",
        "year": 2022,
        "doi": "10.1000/apples",
    },
]
BIB = """@article{foxpears,
  title = {Pears Learn to Fall},
  author = "Fox, Anna and Elk, Bert",
  journal = {Journal of Orchards},
  year = 2019,
  doi = {10.1000/pears},
}
"""


@pytest.fixture
def orchard(tmp_path):
    with Library(tmp_path / "orchard", Settings(embedding="none")) as shelf:
        shelf.add([write_listing(tmp_path / "listed.jsonl", *LISTED)])
        yield shelf


def check(text, shelf, tmp_path, bib="", name="draft.md"):
    files = []
    if bib:
        (tmp_path / "refs.bib").write_text(bib)
        files = [str(tmp_path / "refs.bib")]
    return check_draft(TextFile(name, text), shelf, Extractive(), read_bibliography(files))


def after(text, report, numbers, name="draft.md", **others):
    changed = apply_fixes({name: text, **others}, report.fixes, numbers)
    return {fixed.file: fixed.text for fixed in changed}


def key_of(title, shelf):
    return next(paper.key for paper in shelf.papers() if paper.title == title)


@pytest.mark.parametrize(
    ("name", "mark"), [("draft.md", "[@{0}, p. 3]"), ("draft.tex", r"\citep[p.~3]{{{0}}}")]
)
def test_a_mistyped_key_is_replaced_in_its_mark_and_only_there(orchard, tmp_path, name, mark):
    pears = key_of("Pears Learn to Fall", orchard)
    text = f"The word {pears}x stands here. Shaken pears fall sooner {mark.format(pears + 'x')}.\n"
    report = check(text, orchard, tmp_path, name=name)
    (fix,) = [f for f in report.fixes if f.kind == "unknown key"]
    assert not fix.is_sure
    fixed = after(text, report, [fix.number], name)[name]
    assert fixed == text.replace(mark.format(pears + "x"), mark.format(pears))


def test_words_of_another_paper_move_their_citation_to_it(orchard, tmp_path):
    pears, apples = (key_of(t, orchard) for t in ("Pears Learn to Fall", "Apples Under Snow"))
    text = f'They "keep their colour through the whole winter" [@{pears}].\n'
    report = check(text, orchard, tmp_path)
    fixed = after(text, report, sure_fixes(report.fixes))["draft.md"]
    assert fixed == text.replace(pears, apples)


def test_a_quote_without_a_key_gets_one_before_the_full_stop(orchard, tmp_path):
    apples = key_of("Apples Under Snow", orchard)
    text = "It is known that they “keep their colour through the whole winter”.\nNext line.\n"
    report = check(text, orchard, tmp_path)
    fixed = after(text, report, sure_fixes(report.fixes))["draft.md"]
    assert fixed == text.replace("winter”.", f"winter” [@{apples}].")


def test_a_figure_without_a_key_is_offered_a_paper_that_has_it_and_is_not_sure(orchard, tmp_path):
    text = "The yield of shaken pears rises by 14 percent in the orchard.\n"
    report = check(text, orchard, tmp_path)
    (fix,) = report.fixes
    assert fix.kind == "missing citation"
    assert not fix.is_sure
    assert key_of("Pears Learn to Fall", orchard) in after(text, report, [1])["draft.md"]


def test_the_key_of_the_draft_s_own_bibliography_is_used(orchard, tmp_path):
    text = 'Pears "that are shaken fall sooner than others" every year, they say.\n'
    report = check(text, orchard, tmp_path, BIB)
    fixed = after(text, report, sure_fixes([f for f in report.fixes if f.sentence is not None]))
    assert "[@foxpears]" in fixed["draft.md"]


def test_a_paper_that_the_bibliography_lacks_gets_an_entry_there(orchard, tmp_path):
    apples = key_of("Apples Under Snow", orchard)
    text = f"Apples under snow keep their colour [@{apples}].\n"
    report = check(text, orchard, tmp_path, BIB)
    # The key is right already: only the entry is missing.
    (fix,) = [f for f in report.fixes if f.kind == "unknown key"]
    bib = str(tmp_path / "refs.bib")
    fixed = after(text, report, [fix.number], **{bib: BIB})
    assert set(fixed) == {bib}
    assert fixed[bib].startswith(BIB.rstrip())
    (tmp_path / "new.bib").write_text(fixed[bib])
    assert {e.title for e in read_bibliography([str(tmp_path / "new.bib")]).entries} == {
        "Pears Learn to Fall", "Apples Under Snow",
    }  # fmt: skip


def test_an_altered_field_takes_the_library_s_value_and_the_rest_of_the_file_stays(
    orchard, tmp_path
):
    altered = BIB.replace("Pears Learn to Fall", "Pears {L}earn to Fly").replace(
        "Elk, Bert", "Owl, Dora"
    )
    (tmp_path / "refs.bib").write_text(altered)
    bib = str(tmp_path / "refs.bib")
    report = check_bibliography(read_bibliography([bib]), orchard)
    assert {fix.field for fix in report.fixes} == {"title", "authors", "year"}
    (fixed,) = apply_fixes({bib: altered}, report.fixes, sure_fixes(report.fixes))
    (tmp_path / "refs.bib").write_text(fixed.text)
    again = check_bibliography(read_bibliography([bib]), orchard)
    assert [entry.verdict for entry in again.entries] == ["ok"]
    assert "journal = {Journal of Orchards}" in fixed.text
    assert "doi = {10.1000/pears}" in fixed.text


@pytest.mark.parametrize(
    "entry",
    [
        "@article{a, title = {Pears {Learn} (to) Fall)}, year = {2019}, doi={10.1000/pears}}",
        "@article(a, title = {Pears) Learn to Fall}, year = 2019, doi={10.1000/pears})",
        '@article{a, title = "Pears {"}Learn{"} to Fall", year = "20" # "19", doi={10.1000/pears}}',
    ],
)
def test_a_field_is_replaced_whole_whatever_stands_around_it(orchard, tmp_path, entry):
    bib = tmp_path / "refs.bib"
    bib.write_text(f"@comment{{title = {{no}}}}\n{entry}\n")
    report = check_bibliography(read_bibliography([str(bib)]), orchard)
    (fix,) = [f for f in report.fixes if f.field == "year"]
    (fixed,) = apply_fixes({str(bib): bib.read_text()}, report.fixes, [fix.number])
    before, _, after_it = bib.read_text().partition("year = ")
    assert fixed.text.startswith(before + "year = {2021}, doi")
    assert fixed.text.endswith(after_it.partition(", doi")[2])


def test_a_draft_that_cites_by_numbers_gets_no_fix_for_its_marks(orchard, tmp_path):
    said = 'They "keep their colour through the whole winter" [1].'
    text = f"{said}\n\n# References\n\n[1] Fox. Pears Learn to Fall. 2021.\n"
    report = check(text, orchard, tmp_path)
    assert any(p.kind == "quote not found" for s in report.sentences for p in s.problems)
    assert report.fixes == ()


def test_fixes_that_do_not_exist_or_meet_are_refused(orchard, tmp_path):
    text = "The yield of shaken pears rises by 14 percent in the orchard.\n"
    report = check(text, orchard, tmp_path)
    with pytest.raises(UsageError, match="there is no fix 9"):
        apply_fixes({"draft.md": text}, report.fixes, [9])
    twice = [report.fixes[0], report.fixes[0].model_copy(update={"number": 2})]
    with pytest.raises(UsageError, match="change the same place"):
        apply_fixes({"draft.md": text}, twice, [1, 2])


def test_a_copy_is_named_for_its_draft():
    assert fixed_name("a/draft.md") == "a/draft.fixed.md"
