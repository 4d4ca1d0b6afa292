"""A check finds nothing in what this program writes of many topics, and reads Word files."""

from __future__ import annotations

import io
import zipfile

import pytest

from reviewer.grounding import read_column
from reviewer.library import Library
from reviewer.render import render
from reviewer.render.in_text import LATEX_STYLES, STYLES
from reviewer.render.styles import style_for
from reviewer.settings import Settings
from reviewer.sources.text_file import TextFile
from reviewer.tasks import answer_question, check_draft, compare_papers, draft_related_work
from reviewer.tasks.checks.check import CheckOptions, open_draft
from reviewer.tasks.drafts.outline import DraftOptions
from reviewer.tasks.tables.table import TableOptions
from reviewer.types.checks import CheckReport
from reviewer.writers import Extractive
from tests.conftest import SAMPLES, SHARED

LISTED = (
    "Does reinforcement learning teach new skills?",
    "search agents that retrieve",
    "in-context learning",
    "multi-agent debate",
    "continual learning",
)
COLUMNS = tuple(map(read_column, ("method", "data set", "result")))
SEED_LISTINGS = SHARED / "seeds"


@pytest.fixture(scope="module")
def shelf(tmp_path_factory):
    with Library(tmp_path_factory.mktemp("own"), Settings(embedding="none")) as opened:
        opened.add([str(SAMPLES)])
        yield opened


@pytest.fixture(scope="module")
def seeds(tmp_path_factory):
    files = sorted(map(str, SEED_LISTINGS.glob("*.txt")))
    if not files:
        pytest.skip("the listings are not beside the checkout")
    with Library(tmp_path_factory.mktemp("seeds"), Settings(embedding="none")) as opened:
        opened.add(files)
        yield opened


def checked(text, library, form="markdown") -> CheckReport:
    file = {"markdown": "own.md", "latex": "own.tex"}[form]
    return check_draft(TextFile(file, text), library, Extractive(), None, CheckOptions())


def findings(report: CheckReport) -> list[tuple[str, str, str]]:
    return [(p.kind, p.detail, p.about) for s in report.sentences for p in s.problems]


def drafted(work, style):
    form = "latex" if style in LATEX_STYLES else "markdown"
    return render(work, form, style=style_for(form, style)), form


@pytest.mark.parametrize("question", LISTED)
def test_what_the_program_writes_of_the_listings_has_no_finding(seeds, question):
    """An answer, a draft in all styles, and a table; each of them cites."""
    work = draft_related_work(question, seeds, Extractive(), DraftOptions())
    answer = answer_question(question, seeds, Extractive())
    table = compare_papers(question, seeds, Extractive(), TableOptions(columns=COLUMNS))
    texts = {style: drafted(work, style) for style in STYLES}
    texts["answer"] = (render(answer, "markdown"), "markdown")
    texts["table"] = (render(table, "markdown"), "markdown")
    texts["table.tex"] = (render(table, "latex"), "latex")
    for name, (text, form) in texts.items():
        report = checked(text, seeds, form)
        assert findings(report) == [], name
        assert report.citing > 0, name


def word_file(tmp_path, body, notes=""):
    """A document of Word with this XML in its body."""
    space = 'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'
    data = io.BytesIO()
    with zipfile.ZipFile(data, "w") as archive:
        archive.writestr(
            "word/document.xml", f"<w:document {space}><w:body>{body}</w:body></w:document>"
        )
        if notes:
            archive.writestr("word/footnotes.xml", f"<w:footnotes {space}>{notes}</w:footnotes>")
    place = tmp_path / "draft.docx"
    place.write_bytes(data.getvalue())
    return str(place)


def paragraph(text, style="", more=""):
    kind = f'<w:pPr><w:pStyle w:val="{style}"/></w:pPr>' if style else ""
    return f"<w:p>{kind}<w:r><w:t>{text}</w:t></w:r>{more}</w:p>"


def test_a_word_file_is_read_with_its_list_its_table_and_its_footnotes(shelf, tmp_path):
    paper = shelf.paper("from-fx-gx-2025")
    field = "<w:r><w:instrText>ADDIN ZOTERO_ITEM 12%</w:instrText></w:r>"
    note = '<w:r><w:footnoteReference w:id="2"/></w:r>'
    cells = "".join(f"<w:tc>{paragraph(t)}</w:tc>" for t in ("From f [1]", "83% gain"))
    file = word_file(
        tmp_path,
        paragraph("A draft with a heading of 5%", "Heading1")
        + paragraph("RL can “teach a language model new skills” [1].", more=field)
        + paragraph("It gains 47%.", more=note)
        + f"<w:tbl><w:tr>{cells}</w:tr></w:tbl>"
        + paragraph("References", "Heading1")
        + paragraph(f"[1] {paper.title}"),
        f'<w:footnote w:id="2">{paragraph("As @from-fx-gx-2025 has it.")}</w:footnote>',
    )
    report = check_draft(open_draft(file), shelf, Extractive(), None, CheckOptions())
    found = [(s.sentence.line, p.kind, p.about) for s in report.sentences for p in s.problems]
    assert (3, "figure not found", "47%") in found
    assert (4, "figure not found", "83%") in found
    assert all(kind == "figure not found" for _, kind, _ in found), found
    assert [q.said for s in report.sentences for q in s.quotes] == [
        "teach a language model new skills"
    ]
    assert "Its lines are the paragraphs of the Word file." in report.notes
