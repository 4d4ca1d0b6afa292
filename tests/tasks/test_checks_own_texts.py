"""A check finds nothing in what this program writes, and finds what is changed in it."""

from __future__ import annotations

import io
import re
import zipfile

import pytest

from reviewer.grounding import read_column
from reviewer.library import Library
from reviewer.render import reference_list, render
from reviewer.settings import Settings
from reviewer.sources.text_file import TextFile
from reviewer.tasks import answer_question, check_draft, compare_papers, draft_related_work
from reviewer.tasks.checks.check import CheckOptions, failures, open_draft
from reviewer.tasks.drafts.outline import DraftOptions
from reviewer.tasks.tables.table import TableOptions
from reviewer.types.checks import CheckReport
from reviewer.writers import Extractive
from reviewer.writers.prompted.sections import SectionText
from tests.conftest import SAMPLES, SHARED
from tests.support.scripted import writer as scripted_writer

STYLES = ("pandoc", "numeric", "author-year", "latex")
QUESTIONS = ("Does reinforcement learning teach new skills?", "search agents that retrieve")
LISTED = (*QUESTIONS, "in-context learning", "multi-agent debate", "continual learning")
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


def in_their_words(asked):
    """A paragraph for each of the plan: of each text its first sentence, almost as it is."""
    said = []
    texts = {text.tag: text for text in asked.texts if text.sentences}
    for plan in (text for text in asked.texts if text.tag.startswith("P")):
        own = [
            texts[tag] for tag in re.findall(r"^(E\d+)", plan.body, re.MULTILINE) if tag in texts
        ]
        lines = [
            f"{re.sub(r'[][]', '', t.sentences[0]).rstrip('.')} [{t.numbers[0]}]." for t in own
        ]
        said.append(f"{plan.tag} These papers stand beside one another. {' '.join(lines)}")
    return "\n\n".join([*said, "END"])


def by(has_model):
    if not has_model:
        return Extractive()
    return scripted_writer({SectionText: in_their_words}, context=128_000)[0]


def checked(text, library, form="markdown") -> CheckReport:
    file = {"markdown": "own.md", "latex": "own.tex"}[form]
    return check_draft(TextFile(file, text), library, Extractive(), None, CheckOptions())


def findings(report: CheckReport) -> list[tuple[str, str, str]]:
    return [(p.kind, p.detail, p.about) for s in report.sentences for p in s.problems]


def drafted(work, style):
    if style == "latex":
        return render(work, "latex"), "latex"
    listed = reference_list if style == "author-year" else None
    return render(work, "markdown", style=style, listed=listed), "markdown"


def assert_clean(library, question, *, has_model):
    """No finding in an answer, a draft in all styles, and a table; each of them cites."""
    work = draft_related_work(question, library, by(has_model), DraftOptions())
    answer = answer_question(question, library, by(has_model))
    table = compare_papers(question, library, by(has_model), TableOptions(columns=COLUMNS))
    texts = {style: drafted(work, style) for style in STYLES}
    texts["answer"] = (render(answer, "markdown"), "markdown")
    texts["table"] = (render(table, "markdown"), "markdown")
    texts["table.tex"] = (render(table, "latex"), "latex")
    for name, (text, form) in texts.items():
        report = checked(text, library, form)
        assert findings(report) == [], (question, name)
        assert report.citing > 0, (question, name)


@pytest.mark.parametrize("has_model", [False, True], ids=["no model", "a model"])
@pytest.mark.parametrize("question", QUESTIONS)
def test_what_the_program_writes_has_no_finding(shelf, question, has_model):
    assert_clean(shelf, question, has_model=has_model)


@pytest.mark.parametrize("question", LISTED)
def test_what_the_program_writes_of_the_listings_has_no_finding(seeds, question):
    assert_clean(seeds, question, has_model=False)


@pytest.mark.parametrize("style", STYLES)
def test_a_changed_word_a_changed_figure_and_a_changed_mark_are_found(seeds, style):
    work = draft_related_work(LISTED[0], seeds, Extractive(), DraftOptions())
    text, form = drafted(work, style)
    quote = next(c for s in work.sections for c in s.claims if len(c.text.split()) > 12)
    word = next(w for w in quote.text.split() if w.isalpha() and len(w) > 6)
    changed = text.replace(word, "hardly", 1) if text.count(word) == 1 else None
    places = [m.start() for m in re.finditer(re.escape(word), text)]
    after = next(p for p in places if p > text.find(quote.text.split()[0]))
    changed = changed or text[:after] + "hardly" + text[after + len(word) :]
    assert "quote not found" in {p.kind for p in failures(checked(changed, seeds, form))}
    planted = f"\n\nIt gains 97.31% in all.\n\n{text}"
    assert form == "latex" or "missing citation" in {
        p.kind for p in failures(checked(planted, seeds, form))
    }


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


@pytest.mark.parametrize("style", ["pandoc", "numeric", "author-year"])
def test_the_text_of_a_draft_in_a_word_file_has_no_finding(shelf, tmp_path, style):
    """As a word processor sets it: no marks of Markdown."""
    work = draft_related_work(QUESTIONS[0], shelf, Extractive(), DraftOptions())
    text, _ = drafted(work, style)
    plain = re.sub(r"\\([!-/:-@\[-`{-~])", r"\1", text.replace("**", ""))
    blocks = []
    for line in filter(None, plain.splitlines()):
        style_name = "Heading1" if line.startswith("#") else ""
        line = re.sub(r"^(?:#+|-) ", "", line)
        blocks.append(paragraph(line.replace("&", "&amp;").replace("<", "&lt;"), style_name))
    file = word_file(tmp_path, "".join(blocks))
    report = check_draft(open_draft(file), shelf, Extractive(), None, CheckOptions())
    assert findings(report) == []
    assert report.citing > 0
