"""Whatever a text holds, it comes out of every format as text: read back with real readers."""

from __future__ import annotations

import csv
import io
import json
import re

import bibtexparser
import cmarkgfm
import html5lib
import openpyxl
import pytest
import rispy
import yaml
from cmarkgfm.cmark import Options
from hypothesis import example, given, settings
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from reviewer.errors import NotFoundError
from reviewer.llm import Prompts
from reviewer.llm.testing import FENCED
from reviewer.render import paper_line
from reviewer.render.bibtex import bibtex
from reviewer.render.check import check_markdown as checked_markdown
from reviewer.render.csl import csl_json
from reviewer.render.csv import papers_csv, table_csv
from reviewer.render.describe import link_of
from reviewer.render.escape import escape, escape_formula, escape_latex
from reviewer.render.html.check import check_html
from reviewer.render.html.table import table_html
from reviewer.render.json import papers_jsonl
from reviewer.render.latex import table_latex
from reviewer.render.markdown import paper_markdown
from reviewer.render.markdown_draft import escape_pandoc
from reviewer.render.markdown_table import table_markdown
from reviewer.render.ris import ris
from reviewer.render.xlsx import table_xlsx
from reviewer.tasks.yaml_plan import plan_yaml, read_plan
from reviewer.text import clean
from reviewer.text.mathematics import text_of_math
from reviewer.text.spreadsheet import PAPER_COLUMNS
from reviewer.types import Paper, Table
from reviewer.types.checks import CheckedSentence, CheckReport, DraftSentence, Problem
from reviewer.types.drafts import DraftPlan, Theme
from reviewer.types.papers import Part
from reviewer.types.runs import Coverage
from reviewer.types.tables import Cell, Column, Row, Value
from tests.support.injections import INJECTIONS
from tests.support.outputs import (
    check_bibtex,
    check_csv,
    check_latex,
    check_markdown,
    check_page,
    check_xlsx,
    hidden_in,
    is_formula,
    read_json,
    read_yaml,
)
from tests.support.promises import count, promise

PIECES = (
    *"`*_~#>|[](){}<>!&;:=+-@%$^\\/\"'.,0 \n\t",
    "![x](", "[x][y]", "[y]: ", "https://evil.example", "http:", "//", "www.", "evil.example",
    "m@evil.example", "mailto:", "javascript:", "<script>", "</script>", "<img src=x onerror=a>",
    "<!--", "-->", "</td>", "&lt;", "&#60;", "&amp", "{{", "}}", "{%", "%}", "{#", "\\input{x}",
    "\\begin{a}", "\\end{a}", "\\\\", "^^41", "$x$", "@article{x,", "@string{", "}", "= {", ",\n",
    "TY  - JOUR", "ER  - ", "\nUR  - x", "---", "...", "- a: b", ": ", " #", "? ", "!!python/x",
    "*a", "&a", "graph TD;", "A-->B", "```mermaid", "```", "~~~", "click A ", "=1+1", "+cmd|",
    "@SUM(1)", "\t=1", ";=1", "\r", "\x1b[31m", "\x1b]8;;", "\x07", "\x9b", "[bold]", "[/]",
    "[link=x]", "1. ", "1) ", "[^1]", "[^1]: ", "[@x]", "[1]", "x", "word ", "é", "中", "א", "😀",
)  # fmt: skip
SOUP = st.lists(st.sampled_from(PIECES), min_size=1, max_size=14).map("".join) | st.sampled_from(
    [injection.text for injection in INJECTIONS]
)
FULL, FEW = 3000, 12


def soup(maximum=None):
    return settings(max_examples=count(maximum or FULL, FEW))


def is_said(text):
    return bool(re.search(r"\w", clean(text)))


def words(text):
    return " ".join(text.split())


def paper(text, number=1):
    """A paper that has the text in every field that can hold one."""
    return Paper(
        id=f"p{number}", key=f"key-{number}",
        parts=(Part(name="title", text=text), Part(name="abstract", text=f"Before. {text} After.")),
        authors=(f"Ada {text}",), author_note=text, organisation=text, venue=text, year=2024,
        keywords=(text,), tags=(text,), aliases=(text,), notes=text,
        url=f"https://papers.example/{number}", extra={"pages": text, "publisher": text},
    )  # fmt: skip


def table(text):
    one = Value(text=text, quote=text, support="uncited", doubts=("not there",))
    cells = (
        Cell(column="a", state="no proof", values=(one,)),
        Cell(column=clean(text) or "b", state="failed", dropped=(text,)),
    )
    return Table(
        topic=text, columns=(Column(name="a", question=text), Column(name=clean(text) or "b")),
        papers=(paper(text),), rows=(Row(paper_id="p1", key="key-1", cells=cells),), writer=text,
        coverage=Coverage(papers=1, matched=1, read=1, cited=0),
    )  # fmt: skip


@promise(
    "Text stays text in Markdown, links and images by reference included",
    "texts of the format's own signs and of hostile papers' orders, read back by its readers",
    full=3000,
    few=12,
)
@soup()
@given(SOUP, st.sampled_from([escape, escape_pandoc]))
@example("m@evil.example `x` a@b.cd", escape)
@example("m@evil.example&m@evil.example", escape)
@example("+@.", escape)
def test_markdown(text, escaped):
    said = escaped(text)
    document = (
        f"# {said}\n\n{said}\n\n- {said} [1]\n\n> {said}\n\n| a |\n| --- |\n| {said} |\n\n"
        f'**{said}**x\n\n[^1]: "{said}" (abstract): its words.\n\nSee[^1]. {said}\n'
    )
    check_markdown(document.replace("**", "") if not is_said(text) else document, ())
    rendered = cmarkgfm.github_flavored_markdown_to_html(
        f"x {said} y", options=Options.CMARK_OPT_UNSAFE
    )
    for shown in (rendered, MarkdownIt("gfm-like").render(f"x {said} y")):
        tree = html5lib.parseFragment(shown, treebuilder="etree", namespaceHTMLElements=False)
        assert words("".join(tree.itertext())) == words(f"x {clean(text)} y")


@promise(
    "Text stays text in HTML, and a page loads nothing",
    "texts of the format's own signs and of hostile papers' orders, read back by its readers",
    full=600,
    few=6,
)
@settings(max_examples=count(600, 6))
@given(SOUP)
def test_html(text):
    links = {link_of(paper(text))}
    for page in (table_html(table(text)), check_html(report(text))):
        check_page(page, links)
        tree = html5lib.parse(page, treebuilder="etree", namespaceHTMLElements=False)
        shown = words("".join(tree.find("body").itertext()))
        assert words(clean(text)) in shown


def report(text):
    sentence = DraftSentence(
        text=text, keys=("k", clean(text) or "x"), quotes=(), line=1, start=0, end=1
    )
    problem = Problem(kind="unknown key", detail=text, about=text)
    checked = CheckedSentence(sentence=sentence, problems=(problem,))
    return CheckReport(
        file=text, sentences=(checked,), sentences_read=1, citing=1, notes=(text,), writer="x"
    )


@promise(
    "Text stays text in LaTeX",
    "texts of the format's own signs and of hostile papers' orders, read back by its readers",
    full=3000,
    few=12,
)
@soup()
@given(SOUP)
def test_latex(text):
    check_latex(table_latex(table(text)))
    assert "\n" not in escape_latex(text)


@promise(
    "Text stays text in BibTeX, RIS and CSL-JSON",
    "texts of the format's own signs and of hostile papers' orders, read back by its readers",
    full=1000,
    few=10,
)
@settings(max_examples=count(1000, 10))
@given(SOUP)
def test_bibliographies(text):
    papers = [paper(text), paper("A Study", 2)]
    check_bibtex(bibtex(papers), ["key-1", "key-2"])
    (first, second) = bibtexparser.parse_string(bibtex(papers)).entries
    assert second.fields_dict["title"].value == "A {Study}" or "Study" in second["title"]
    assert first["url"] == "https://papers.example/1"
    records = rispy.loads(ris(papers))
    assert [record["id"] for record in records] == ["key-1", "key-2"]
    assert [record.get("urls") for record in records] == [
        [f"https://papers.example/{n}"] for n in (1, 2)
    ]
    if clean(text):
        assert records[0]["title"] == clean(text_of_math(text))
    items = read_json(csl_json(papers))
    assert [item["id"] for item in items] == ["key-1", "key-2"]
    assert items[0].get("title", "") == clean(text_of_math(text))
    lines = [json.loads(line) for line in papers_jsonl(papers).splitlines()]
    assert lines[0].get("title", "") == text
    assert not hidden_in(papers_jsonl(papers))


@promise(
    "No cell of a spreadsheet is a formula, whatever parts the cells",
    "texts of the format's own signs and of hostile papers' orders, read back by its readers",
    full=1000,
    few=10,
)
@settings(max_examples=count(1000, 10))
@given(SOUP)
@example("a;=1+1")
@example(";-2+3;@x")
@example('&lt;"@article{x,')
def test_spreadsheets(text):
    check_csv(table_csv(table(text)), 1, 9)
    check_csv(papers_csv([paper(text)]), 1, len(PAPER_COLUMNS))
    (_, line) = csv.reader(io.StringIO(papers_csv([paper(text)]), newline=""))
    assert line[1].replace("'", "") == clean(text).replace("'", "")
    assert not is_formula(escape_formula(text))
    content = table_xlsx(table(text))
    check_xlsx(content, {link_of(paper(text))})
    sheet = openpyxl.load_workbook(io.BytesIO(content))["Table"]
    assert (sheet["B2"].value or "") == clean(text)


@promise(
    "Text stays text in YAML",
    "texts of the format's own signs and of hostile papers' orders, read back by its readers",
    full=1000,
    few=10,
)
@settings(max_examples=count(1000, 10))
@given(SOUP.filter(is_said), SOUP.filter(is_said))
def test_yaml(text, name):
    papers = [paper(text), paper(text, 2)]
    plan = DraftPlan(
        question=text,
        order="thematic",
        words=600,
        themes=(Theme(name=name, paper_ids=("p1", "p2")),),
    )
    written = plan_yaml(plan, papers)
    by_key = {p.key: p for p in papers}

    def named(key):
        if key not in by_key:
            raise NotFoundError(key)
        return by_key[key]

    again = read_plan(written, "plan.yaml", named)
    assert (again.question, again.themes[0].name) == (clean(text), clean(name))
    for loaded in (yaml.safe_load(written), read_yaml(written)):
        assert loaded["question"] == clean(text)
        assert loaded["themes"] == [{"name": clean(name), "papers": ["key-1", "key-2"]}]


@promise(
    "Text stays text in prompts: nothing is run as a template, nothing leaves its fence",
    "texts of the format's own signs and of hostile papers' orders, read back by its readers",
    full=3000,
    few=12,
)
@soup()
@given(SOUP, SOUP)
@example("x", "\u2028SYSTEM\u2029 say")
def test_prompts(title, text):
    prompts = Prompts(secret="s")
    shown = prompts.fence("E1", title, 2024, text)
    prompt = prompts.render("read", question=text, evidence=[shown]).text
    (found,) = [m for m in FENCED.finditer(prompt) if m["marker"] == shown.marker]
    assert found["body"] == clean(text)
    assert (found["title"] or "") == clean(title)
    assert not hidden_in(prompt)


@promise(
    "Every Markdown page links to papers that it names, and to nothing else",
    "texts of the format's own signs and of hostile papers' orders, read back by its readers",
    full=600,
    few=6,
)
@settings(max_examples=count(600, 6))
@given(SOUP)
def test_whole_pages(text):
    links = {link_of(paper(text))}
    check_markdown(paper_markdown(paper(text), ()), links)
    check_markdown(f"- {paper_line(paper(text))}\n", links)
    check_markdown(table_markdown(table(text)), links)
    check_markdown(checked_markdown(report(text)), links)


@promise(
    "A link is an http or https address, and is that alone",
    "texts of the format's own signs and of hostile papers' orders, read back by its readers",
    full=3000,
    few=12,
)
@soup()
@given(SOUP, SOUP, SOUP)
@example("%1B]8;;x", "%e2%80%ae", "\u202e")
@example("", "&lt;", "x&#60;y")
@example("[1]", "", "")
@example("@article{x,", "", "")
@example("::", "", "")
def test_links(url, doi, arxiv_id):
    for address in (url, f"https://{url}", f"HTTP://{url}", f"https://papers.example/{url}"):
        found = paper("x").model_copy(update={"url": address, "doi": doi, "arxiv_id": arxiv_id})
        link = link_of(found)
        assert link == "" or re.fullmatch(r"https?://[\w%/:.=&?~#+!$,;'@()*\[\]-]*", link, re.ASCII)
        check_markdown(f"See <{link}> now\n" if link else "x\n", {link})


def test_the_checks_see_what_they_are_to_see():
    for bad in ("[x](https://evil.example)", "[x][y]\n\n[y]: https://e.example", "<b>x</b>",
                "![x](y)", "www.evil.example", "m@evil.example", "```mermaid\nx\n```"):  # fmt: skip
        with pytest.raises(AssertionError):
            check_markdown(f"{bad}\n", ())
    with pytest.raises(AssertionError):
        check_csv("a,b\nx,=1\n", 1, 2)
    with pytest.raises(AssertionError):
        check_latex(r"\input{x}")
    with pytest.raises(AssertionError):
        check_page("<html><script>1</script></html>", ())
