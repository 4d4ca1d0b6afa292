"""Word files: what python-docx, pandoc and an XML reader find in them."""

from __future__ import annotations

import io
import json
import re
import shutil
import subprocess
import zipfile

import docx
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from lxml import etree

from reviewer.errors import UsageError
from reviewer.render import render
from reviewer.render.styles import CitationStyle, citation_style
from reviewer.render.word.document import word_file
from reviewer.text import clean
from reviewer.types import Citation, Claim, Paper, RelatedWork
from reviewer.types.claims import Anchor
from reviewer.types.drafts import Section
from reviewer.types.papers import Part
from reviewer.types.runs import Coverage
from tests.render.test_answers import written
from tests.render.test_tables import ALL, HOSTILE
from tests.render.test_tables import made as made_table

W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
R = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}"


def paper(key, title, authors=(), year=2025):
    parts = (Part(name="title", text=title), Part(name="abstract", text=f"{title} is so. Yes."))
    return Paper(id=f"id-{key}", key=key, parts=parts, authors=authors, year=year)


GUO = paper("guo-2025-pears", "Pears Learn", ("Ada Guo", "Bo Li", "Cy Wu"))
SKR = paper("skr-nd", "SKR: Self-Knowledge", year=None)
BY_YEAR = CitationStyle("author-year", "apa")


def citing(*papers):
    return tuple(
        Citation(paper_id=p.id, chunk_id="c", part="abstract", start=0, end=9, quote=p.abstract[:9])
        for p in papers
    )


def said(text, *papers, **more):
    return Claim(text=text, citations=citing(*papers), **{"support": "supported", **more})


def work(*claims, papers):
    section = Section(title="pears, learning", paper_ids=tuple(p.id for p in papers), claims=claims)
    return RelatedWork(
        question="do pears learn?",
        sections=(section,),
        papers=papers,
        coverage=Coverage(papers=9, matched=5, read=4, cited=3),
        writer="openai/x",
    )


def parts(made: bytes) -> dict[str, bytes]:
    with zipfile.ZipFile(io.BytesIO(made)) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def body(made: bytes) -> etree._Element:
    return etree.fromstring(parts(made)["word/document.xml"])


def text_of(made: bytes) -> list[tuple[str, str]]:
    """The paragraphs with the names of their styles."""
    return [(p.style.name, p.text) for p in docx.Document(io.BytesIO(made)).paragraphs]


def notes_of(made: bytes) -> list[str]:
    root = etree.fromstring(parts(made)["word/footnotes.xml"])
    said = ["".join(t.text or "" for t in note.iter(f"{W}t")) for note in root]
    return [clean(text) for text in said[2:]]


def codes(root: etree._Element) -> list[dict]:
    """The citations that the fields of a text hold."""
    found = [c.text for c in root.iter(f"{W}instrText") if "CSL_CITATION" in c.text]
    return [json.loads(text.split("CSL_CITATION", 1)[1]) for text in found]


def clauses():
    text = "SKR asks itself, whereas others guess."
    anchors = (
        Anchor(at=text.index(","), citations=(0,)),
        Anchor(at=len(text) - 1, citations=(1, 0)),
    )
    claim = said(text, SKR, GUO).model_copy(update={"anchors": anchors})
    return work(claim, papers=(SKR, GUO))


@pytest.mark.parametrize(
    ("style", "sentence", "first"),
    [
        (
            "author-year",
            "SKR (n.d.) asks itself, whereas others guess (Guo et al., 2025; SKR, n.d.).",
            "Guo, A., Li, B., & Wu, C. (2025). Pears Learn.",
        ),
        (
            "numeric",
            "SKR asks itself [1], whereas others guess [1, 2].",
            "[1] “SKR: Self-Knowledge”.",
        ),
        ("note", "SKR asks itself, whereas others guess.", "Guo, A., B. Li, and C. Wu."),
    ],
)
def test_a_draft_has_headings_marks_at_their_clauses_and_its_references(style, sentence, first):
    made = render(clauses(), "docx", style=citation_style(style))
    found = text_of(made)
    assert found[0] == ("Title", "Related work: do pears learn?")
    assert ("Heading 1", "Pears, learning") in found
    assert ("Heading 1", "References") in found
    assert sentence in [text for _, text in found]
    listed = [text for name, text in found if name == "Bibliography"]
    assert listed[0].startswith(first)
    assert len(listed) == 2


def test_a_list_has_the_numbers_of_its_marks_whatever_its_style():
    for name in ("numeric", "ieee", "nature"):
        made = text_of(render(clauses(), "docx", style=citation_style(name)))
        listed = [text for style, text in made if style == "Bibliography"]
        assert [line[:4] for line in listed] == ["[1] ", "[2] "], name
        text = str(render(clauses(), "markdown", style=CitationStyle("numeric", "nature")))
        assert "\n[1] SKR: Self-Knowledge" in text


def test_each_citation_links_to_the_entry_of_its_paper():
    root = body(render(clauses(), "docx"))
    marks = {m.get(f"{W}name"): m.getparent() for m in root.iter(f"{W}bookmarkStart")}
    linked = [
        ("".join(link.itertext()), "".join(marks[link.get(f"{W}anchor")].itertext()))
        for link in root.iter(f"{W}hyperlink")
        if link.get(f"{W}anchor")
    ]
    assert [text for text, _ in linked] == ["n.d.", "Guo et al., 2025", "SKR, n.d."]
    assert ["Self-Knowledge" in entry for _, entry in linked] == [True, False, True]
    numbers = [m.get(f"{W}id") for m in root.iter(f"{W}bookmarkStart")]
    assert len(set(numbers)) == len(numbers)


def test_a_citation_is_a_field_that_zotero_reads():
    claim = said("So.", GUO).model_copy(
        update={"citations": tuple(c.model_copy(update={"page": 3}) for c in citing(GUO))}
    )
    root = body(render(work(claim, papers=(GUO,)), "docx"))
    (code,) = codes(root)
    (item,) = code["citationItems"]
    assert code["schema"].endswith("csl-citation.json")
    assert code["properties"]["plainCitation"] == "(Guo et al., 2025, p. 3)"
    assert item["itemData"]["title"] == "Pears Learn"
    assert [name["family"] for name in item["itemData"]["author"]] == ["Guo", "Li", "Wu"]
    assert (item["locator"], item["label"], item["id"]) == ("3", "page", GUO.key)
    assert item["uris"]
    assert "abstract" not in item["itemData"]
    kinds = [mark.get(f"{W}fldCharType") for mark in root.iter(f"{W}fldChar")]
    assert kinds == ["begin", "separate", "end"] * 2
    (listed,) = [c.text for c in root.iter(f"{W}instrText") if "ZOTERO_BIBL" in c.text]
    assert listed.strip().endswith("CSL_BIBLIOGRAPHY")


def test_pandoc_reads_the_fields_back_as_citations(tmp_path):
    pandoc = shutil.which("pandoc")
    version = subprocess.run([pandoc or "true", "--version"], capture_output=True, text=True).stdout
    if int((re.search(r"pandoc (\d+)", version) or [0, 0])[1]) < 3:
        pytest.skip("pandoc 3, which reads these fields, is not installed")
    (tmp_path / "x.docx").write_bytes(render(clauses(), "docx"))
    command = [pandoc, "-s", "-f", "docx+citations", "-t", "markdown", "--wrap=none", "x.docx"]
    read = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=True).stdout
    assert "SKR [-@skr-nd] asks itself, whereas others guess [@guo-2025-pears; @skr-nd]." in read
    assert "title: Pears Learn" in read


def test_notes_are_footnotes_with_the_whole_reference_first():
    made = render(clauses(), "docx", style=citation_style("note"))
    first, second = notes_of(made)
    assert first == "“SKR: Self-Knowledge”. n.d."
    assert second.startswith("Guo, A., B. Li, and C. Wu. “Pears Learn”")
    assert second.endswith("; SKR.")
    root = etree.fromstring(parts(made)["word/footnotes.xml"])
    assert [code["properties"]["noteIndex"] for code in codes(root)] == [1, 2]


def test_the_quotes_of_a_table_are_its_footnotes_and_its_head_is_repeated():
    made = render(ALL, "docx")
    document = docx.Document(io.BytesIO(made))
    (table,) = document.tables
    assert [cell.text for cell in table.rows[0].cells][:2] == ["Paper", "Year"]
    assert table.rows[0]._tr.find(f".//{W}tblHeader") is not None
    values = [v for row in ALL.rows for c in row.cells for v in c.values]
    notes = notes_of(made)
    assert len(notes) == len(values)
    assert all(clean(v.quote) in note for v, note in zip(values, notes, strict=True))
    marks = [int(m.get(f"{W}id")) for m in body(made).iter(f"{W}footnoteReference")]
    assert marks == list(range(1, len(values) + 1))


def test_a_wide_table_turns_the_page():
    (section,) = docx.Document(io.BytesIO(render(made_table(["x"], columns=4), "docx"))).sections
    assert section.page_width > section.page_height
    (section,) = docx.Document(io.BytesIO(render(made_table(["x"]), "docx"))).sections
    assert section.page_width < section.page_height


def test_an_answer_has_its_list_and_numbers():
    made = render(written(), "docx")
    texts = [text for _, text in text_of(made)]
    assert "Apples are round [1], whereas pears are not [2]. Fruit differs." in texts
    listed = render(written(), "docx", as_list=True)
    assert [name for name, _ in text_of(listed)].count("List Bullet") == 4


def test_each_numbered_list_begins_at_one():
    made = word_file("1. a\n2. b\n\ntext\n\n1. c\n", [], BY_YEAR)
    ids = [
        p._p.pPr.numPr.numId.val
        for p in docx.Document(io.BytesIO(made)).paragraphs
        if p._p.pPr is not None
    ]
    assert ids[0] == ids[1] != ids[2]


@pytest.mark.parametrize("style", ["author-year", "numeric", "note"])
def test_no_text_of_papers_or_models_is_markup_of_word(style):
    hostile = " ".join(HOSTILE.values())
    evil = paper("evil-2025", hostile, ("<b>Evil</b> & Co.",))
    made = render(work(said(hostile, evil), papers=(evil,)), "docx", style=citation_style(style))
    document = docx.Document(io.BytesIO(made))
    texts = [p.text for p in document.paragraphs]
    plain = re.sub(r"\s", "", "".join(texts))
    assert re.sub(r"\s", "", clean(hostile))[:200] in plain
    addresses = {r.target_ref for r in document.part.rels.values() if r.is_external}
    assert addresses <= {"http://evil.example", "https://evil.example", "http://evil.example%22"}


def test_a_word_file_takes_nothing_from_the_disk(tmp_path):
    picture = tmp_path / "picture.png"
    picture.write_bytes(b"pixels of the disk")
    hostile = f"A claim.\n\n![words]({picture})\n\n```{{=openxml}}\n<w:p>RAW</w:p>\n```\n"
    made = word_file(hostile, [], BY_YEAR)
    assert b"pixels of the disk" not in b"".join(parts(made).values())
    assert "<w:p>RAW</w:p>" in "".join(text for _, text in text_of(made))
    document = docx.Document(io.BytesIO(made))
    assert not any(relation.is_external for relation in document.part.rels.values())


NAMES = st.lists(st.text(min_size=1, max_size=12), max_size=3).map(tuple)


@settings(max_examples=40, deadline=None)
@given(title=st.text(max_size=60), authors=NAMES, text=st.text(min_size=1, max_size=80))
def test_any_text_makes_a_file_that_opens(title, authors, text):
    odd = paper("odd", title, authors)
    for style in ("author-year", "numeric", "note"):
        claim = Claim(text=text, citations=citing(odd))
        made = render(work(said(text, odd), papers=(odd, SKR)), "docx", style=citation_style(style))
        assert docx.Document(io.BytesIO(made)).paragraphs, claim


def test_a_style_that_is_not_there_is_named_with_those_that_are():
    with pytest.raises(UsageError) as told:
        citation_style("apaa")
    assert "unknown citation style 'apaa'" in told.value.message
    assert (
        "apa, chicago-notes-bibliography, harvard-cite-them-right, ieee, nature" in told.value.hint
    )


@pytest.mark.parametrize(
    ("name", "marks", "references"),
    [
        ("apa", "author-year", "apa"),
        ("ieee", "numeric", "ieee"),
        ("chicago", "note", "chicago-notes-bibliography"),
        ("nature", "numeric", "nature"),
        ("natbib", "latex", ""),
        ("numeric", "numeric", ""),
        ("note", "note", "chicago-notes-bibliography"),
    ],
)
def test_a_style_says_how_it_marks(name, marks, references):
    assert citation_style(name) == CitationStyle(marks, references)


def test_what_is_not_proven_has_a_remark_only_with_marks():
    drafted = work(said("All gain 9%.", GUO, unproven=("9%",)), papers=(GUO,))
    marked = [text for _, text in text_of(render(drafted, "docx"))]
    assert any("(figures not in its quotes: 9%)" in text for text in marked)
    clean_text = [text for _, text in text_of(render(drafted, "docx", with_marks=False))]
    assert "Pears, learning. All gain 9% (Guo et al., 2025)." in clean_text
    assert clean_text[0] == "Related work"
