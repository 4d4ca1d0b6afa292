"""Files are read once: what changed is read again, what failed is tried again."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import pytest

import reviewer.library.importer as reading
from reviewer.library import Library
from reviewer.settings import Settings
from tests.conftest import ROOT, SAMPLES

ON_BOTH_DATABASES = True

BY_WORDS = Settings(embedding="none")
BIB = "@article{{{key},\n title = {{{title}}},\n author = {{Lee, Ann}}, year = {{{year}}}\n}}\n"


@pytest.fixture
def shelf(places):
    with Library(places("library"), BY_WORDS) as opened:
        yield opened


@pytest.fixture
def parsed(monkeypatch):
    """The names of the files that were parsed, as they are."""
    names = []
    real = reading.read_bytes

    def counted(data, file, options):
        names.append(Path(file).name)
        return real(data, file, options)

    monkeypatch.setattr(reading, "read_bytes", counted)
    return names


def test_what_has_not_changed_is_not_parsed_again(shelf, tmp_path, parsed):
    folder = tmp_path / "papers"
    shutil.copytree(SAMPLES, folder)
    first = shelf.add([str(folder)])
    assert len(parsed) == 3
    second = shelf.add([str(folder)])
    assert len(parsed) == 3
    assert (second.entries, second.unchanged, second.files_read) == (64, 64, 3)
    assert second.papers == first.papers
    touched = folder / "reasoning.txt"
    os.utime(touched, (1, 1))
    assert shelf.add([str(folder)]).unchanged == 64
    assert len(parsed) == 3  # its time changed, its content did not


def test_a_changed_file_is_read_again_and_its_entry_is_replaced(shelf, tmp_path):
    bib = tmp_path / "refs.bib"
    bib.write_text(BIB.format(key="lee", title="On Pares", year=2020))
    shelf.add([str(bib)])
    (paper,) = shelf.papers()
    shelf.change([paper.key], lambda p: p.model_copy(update={"tags": ("fruit",), "notes": "n"}))
    bib.write_text(BIB.format(key="lee", title="On Pears and Quinces", year=2021))
    shelf.add([str(bib)])
    (now,) = shelf.papers()
    assert (now.title, now.year, now.tags, now.notes) == (
        "On Pears and Quinces", 2021, ("fruit",), "n"
    )  # fmt: skip
    assert now.id == paper.id
    assert shelf.paper(paper.key).id == paper.id
    assert len(now.origins) == 1


def test_an_entry_that_is_gone_from_its_file_stays_in_the_library(shelf, tmp_path):
    bib = tmp_path / "refs.bib"
    entries = [BIB.format(key=f"k{n}", title=f"Title number {n}", year=2020) for n in (1, 2)]
    bib.write_text("".join(entries))
    shelf.add([str(bib)])
    bib.write_text(entries[0])
    shelf.add([str(bib)])
    assert len(shelf.papers()) == 2


def test_a_file_that_could_not_be_read_is_tried_again(shelf, tmp_path, parsed):
    (tmp_path / "refs.bib").write_text("@article{lee, title = {On Pears")
    first = shelf.add([str(tmp_path / "refs.bib")])
    assert first.skipped
    assert shelf.add([str(tmp_path / "refs.bib")]).skipped == first.skipped
    assert len(parsed) == 2


def test_a_removed_paper_comes_back_when_its_file_is_added_again(shelf, tmp_path):
    (tmp_path / "refs.bib").write_text(BIB.format(key="lee", title="On Pears", year=2020))
    shelf.add([str(tmp_path / "refs.bib")])
    shelf.remove(shelf.papers()[0].key)
    assert len(shelf.add([str(tmp_path / "refs.bib")]).added) == 1


def test_a_run_over_many_files_that_is_stopped_goes_on_where_it_stopped(shelf, tmp_path, parsed):
    folder = tmp_path / "many"
    folder.mkdir()
    for number in range(60):
        text = (
            f"Orchard number {number}\n\nPears grow in orchard {number}, and they grow well. " * 2
        )
        (folder / f"{number:03}.txt").write_text(text)

    def stop(stage, done, total):
        if done == 40:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        shelf.add([str(folder)], progress=stop)
    assert (len(parsed), len(shelf.papers())) == (40, 40)
    added = shelf.add([str(folder)])
    assert (len(parsed), added.papers, len(added.added)) == (60, 60, 20)


def test_a_linked_text_becomes_the_text_of_its_entry(shelf, tmp_path):
    """Until PDFs are read, a text under a PDF's name stands for one."""
    (tmp_path / "files").mkdir()
    text = "Some Other Title\n\nPears grow tall on their own roots. Quince keeps them small. " * 3
    (tmp_path / "files" / "pears.pdf").write_text(text)
    (tmp_path / "broken.pdf").write_bytes(b"")
    bib = tmp_path / "refs.bib"
    bib.write_text(
        "@article{lee,\n title = {On Pears}, author = {Lee, Ann},\n"
        " file = {Full Text:files/pears.pdf:application/pdf;Other:gone.pdf:application/pdf;"
        "Broken:broken.pdf:application/pdf}\n}\n"
    )
    added = shelf.add([str(bib), str(tmp_path / "files")])
    (paper,) = shelf.papers()
    assert (paper.title, paper.authors) == ("On Pears", ("Ann Lee",))
    assert "Quince keeps them small." in paper.text_of("body")
    assert {Path(origin.file).name for origin in paper.origins} == {"refs.bib", "pears.pdf"}
    assert [note.reason for note in added.notes] == ["1 linked PDF is not where the entry says"]
    assert [Path(s.file).name for s in added.skipped] == ["broken.pdf"]
    again = shelf.add([str(bib), str(tmp_path / "files")])
    assert len(shelf.papers()) == 1
    assert again.added == ()


def test_all_exports_make_their_few_papers(shelf):
    """Every dialect of one paper with its DOI is that paper."""
    shelf.add([str(ROOT / "fixtures" / "exports")])
    pears = [p for p in shelf.papers() if p.doi.casefold() == "10.5555/jos.2021.0103"]
    assert len(pears) == 1
    assert len({Path(origin.file).name for origin in pears[0].origins}) >= 20
