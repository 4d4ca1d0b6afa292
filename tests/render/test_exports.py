"""Exports of each program and database, each with what must be read from it."""

from __future__ import annotations

import io
import json
import zipfile

import pytest

from reviewer.sources import ReadOptions, read_bytes, read_file
from reviewer.sources.parsing.linked_pdfs import FILES, find_linked, linked_pdfs, own_folders
from tests.conftest import ROOT

EXPORTS = ROOT / "fixtures" / "exports"
EXPECTED = json.loads((EXPORTS / "expected.json").read_text(encoding="utf-8"))
FIELDS = ("title", "authors", "year", "doi", "abstract", "arxiv_id", "pmid", "venue", "body")


def facts(paper):
    found = {
        "title": paper.title, "authors": list(paper.authors), "year": paper.year, "doi": paper.doi,
        "abstract": paper.abstract, "arxiv_id": paper.arxiv_id, "pmid": paper.pmid,
        "venue": paper.venue, "body": paper.text_of("body"), "versions": list(paper.versions),
        "retracted": paper.retracted,
        "journal_reference": paper.extra.get("journal_reference", ""),
    }  # fmt: skip
    return {name: value for name, value in found.items() if value}


def test_every_export_has_its_expected_records():
    names = {path.name for path in EXPORTS.iterdir()} - {"expected.json"}
    assert names == EXPECTED.keys()
    assert len(names) >= 25


@pytest.mark.parametrize("name", sorted(EXPECTED))
def test_an_export_gives_every_record_with_every_field(name):
    entries = read_file(str(EXPORTS / name), ReadOptions())
    assert (entries.skipped, entries.notes) == ((), ())
    wanted = [{n: v for n, v in record.items() if v} for record in EXPECTED[name]]
    assert [facts(paper) for paper in entries.papers] == wanted


@pytest.mark.parametrize("change", ["crlf", "cr", "bom", "utf-16", "utf-16-le"])
@pytest.mark.parametrize("name", sorted(EXPECTED))
def test_line_ends_and_encodings_change_nothing(name, change):
    text = (EXPORTS / name).read_text(encoding="utf-8")
    data = {
        "crlf": text.replace("\n", "\r\n").encode(),
        "cr": text.replace("\n", "\r").encode(),
        "bom": text.encode("utf-8-sig"),
        "utf-16": text.encode("utf-16"),
        "utf-16-le": text.encode("utf-16-le"),
    }[change]
    entries = read_bytes(data, name, ReadOptions())
    assert entries.skipped == ()
    wanted = [" ".join(record["title"].split()) for record in EXPECTED[name]]
    assert [" ".join(paper.title.split()) for paper in entries.papers] == wanted
    authors = [record["authors"] for record in EXPECTED[name]]
    assert [list(paper.authors) for paper in entries.papers] == authors


@pytest.mark.parametrize(
    ("field", "links"),
    [
        (":Lee2023.pdf:PDF", ["Lee2023.pdf"]),
        ("Full Text PDF:files/12/Lee - 2023.pdf:application/pdf;Snapshot:files/13/x.html:text/html",
         ["files/12/Lee - 2023.pdf"]),
        ("Full Text:/home/me/Zotero/storage/ABCD2345/a\\; b.pdf:application/pdf",
         ["/home/me/Zotero/storage/ABCD2345/a; b.pdf"]),
        ("/a/b.pdf;/a/c.html", ["/a/b.pdf"]),
        (":C\\:/papers/x.pdf:PDF", ["C:/papers/x.pdf"]),
        ("C:\\papers\\x.pdf", ["C:\\papers\\x.pdf"]),
        ("", []),
        (":x.docx:Word", []),
    ],
)  # fmt: skip
def test_links_are_read_as_each_program_writes_them(field, links):
    assert linked_pdfs(field) == links


def test_linked_files_are_found_where_programs_keep_them(tmp_path, monkeypatch):
    monkeypatch.setattr("pathlib.Path.home", lambda: tmp_path / "home")
    bib = str(tmp_path / "refs.bib")
    for place in ("files/12/a.pdf", "pdfs/b.pdf", "home/Zotero/storage/ABCD2345/c.pdf",
                  "refs.Data/PDF/123/d.pdf"):  # fmt: skip
        (tmp_path / place).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / place).write_bytes(b"%PDF-1.7")
    folders = tuple(own_folders("@Comment{jabref-meta: fileDirectory:pdfs;}"))
    assert find_linked("files/12/a.pdf", bib) == tmp_path / "files/12/a.pdf"
    assert find_linked(str(tmp_path / "files/12/a.pdf"), bib) == tmp_path / "files/12/a.pdf"
    assert find_linked("b.pdf", bib) is None
    assert find_linked("b.pdf", bib, folders) == tmp_path / "pdfs/b.pdf"
    elsewhere = "/home/other/Zotero/storage/ABCD2345/c.pdf"
    assert find_linked(elsewhere, bib) == tmp_path / "home/Zotero/storage/ABCD2345/c.pdf"
    assert find_linked("internal-pdf://123/d.pdf", bib) == tmp_path / "refs.Data/PDF/123/d.pdf"
    assert find_linked("x" * 5000 + ".pdf", bib) is None


def test_the_links_of_exports_are_kept():
    def files_of(name):
        return [p.extra.get(FILES) for p in read_file(str(EXPORTS / name), ReadOptions()).papers]

    assert files_of("jabref.bib") == [
        ["Mueller2021 - Grafting Pears onto Quince.pdf"], ["berg/Berg2023.pdf"]
    ]  # fmt: skip
    assert files_of("zotero.ris")[0] == [
        "files/12/Müller and Östberg - 2021 - Grafting Pears onto Quince.pdf"
    ]
    assert files_of("endnote.xml")[0] == ["internal-pdf://2890176512/Muller-2021-Grafting.pdf"]
    assert files_of("zotero.bib")[1][0].startswith("/home/someone/Zotero/storage/ABCD2345/")


PARAGRAPH = "<w:p>{style}<w:r>{props}<w:t>{text}</w:t></w:r></w:p>"


def word(*paragraphs, title="", more=None):
    """A Word document of (style, text, properties)."""
    space = 'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'
    body = "".join(
        PARAGRAPH.format(
            style=f'<w:pPr><w:pStyle w:val="{style}"/></w:pPr>' if style else "",
            props=f"<w:rPr>{props}</w:rPr>" if props else "", text=text,
        )
        for style, text, props in paragraphs
    )  # fmt: skip
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        document = f'<?xml version="1.0"?><w:document {space}><w:body>{body}</w:body></w:document>'
        archive.writestr("word/document.xml", document)
        facts = f'<cp:x xmlns:cp="a" xmlns:dc="b"><dc:title>{title}</dc:title></cp:x>'
        archive.writestr("docProps/core.xml", facts)
        for name, data in (more or {}).items():
            archive.writestr(name, data)
    return out.getvalue()


def test_a_word_document_is_read_and_what_is_hidden_in_it_is_not():
    data = word(
        ("Title", "Grafting Pears onto Quince", ""),
        ("Author", "Jürgen Müller", ""),
        ("Heading1", "Abstract", ""),
        ("", "We grafted 400 pear trees.", ""),
        ("Heading1", "Introduction", ""),
        ("", "Pears grow tall.", ""),
        ("", "Hidden words.", "<w:vanish/>"),
        ("", "White words.", '<w:color w:val="FFFFFF"/>'),
        ("", "Tiny words.", '<w:sz w:val="2"/>'),
    )
    (paper,) = read_bytes(data, "x.docx", ReadOptions()).papers
    assert (paper.title, paper.authors) == ("Grafting Pears onto Quince", ("Jürgen Müller",))
    assert paper.abstract == "We grafted 400 pear trees."
    assert paper.text_of("body") == "Introduction\n\nPears grow tall."


def test_a_table_is_read_by_the_columns_that_the_user_names():
    text = "Titel;Kurzfassung;Wer\nVon Birnen;Birnen sind gut.;Müller, J.\n"
    assert read_bytes(text.encode(), "x.csv", ReadOptions()).papers == ()
    columns = (("Titel", "title"), ("Kurzfassung", "abstract"), ("Wer", "authors"))
    (paper,) = read_bytes(text.encode(), "x.csv", ReadOptions(columns=columns)).papers
    assert (paper.title, paper.abstract) == ("Von Birnen", "Birnen sind gut.")
    assert paper.authors == ("J. Müller",)


def test_a_row_that_does_not_fit_is_named_and_the_others_are_read():
    text = 'title,year\n"One, two",2020\nThree,2021,extra\n"Four,2022\nFive,2023\n,2024\n'
    entries = read_bytes(text.encode(), "x.csv", ReadOptions())
    assert [paper.title for paper in entries.papers] == ["One, two", "Five"]
    assert [skipped.position for skipped in entries.skipped] == [3, 4, 6]


@pytest.mark.parametrize(
    ("text", "title", "abstract", "body"),
    [
        ("# A Title\n\n## Abstract\n\nIt is short.\n\n## 1 Introduction\n\nMore words.\n",
         "A Title", "It is short.", "## 1 Introduction\n\nMore words."),
        ("# A Title\n\nA paper without an abstract, but with words enough to be read as one.\n",
         "A Title", "", "A paper without an abstract, but with words enough to be read as one."),
        ("Title: A Title\nAuthors: Ann Lee; Bo Li\nAbstract: It is short, but\nit goes on.\n",
         "A Title", "It is short, but it goes on.", ""),
    ],
)  # fmt: skip
def test_texts_are_papers(text, title, abstract, body):
    (paper,) = read_bytes(text.encode(), "x", ReadOptions()).papers
    assert (paper.title, paper.abstract, paper.text_of("body")) == (title, abstract, body)


@pytest.mark.parametrize(
    "text",
    [
        "just some words\n", "MIT License\n\nshort", "import os\n\nprint('x')\n" * 20,
        "a = 1\nb = 2\n\nc = {1. }\n" * 30, "[section]\n\nkey = value. More.\n" * 20,
        "2020-01-01 12:00 start\n2020-01-01 12:01 stop\n" * 50,
    ],
)  # fmt: skip
def test_other_texts_are_no_papers(text):
    entries = read_bytes(text.encode(), "x", ReadOptions())
    assert entries.papers == ()
    assert "its format is unknown" in entries.skipped[0].reason
