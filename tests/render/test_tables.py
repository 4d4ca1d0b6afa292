"""Tables in every form: real readers open them, and whatever a cell holds stays text."""

import csv
import html
import io
import json
import re
import shutil
import subprocess
from html.parser import HTMLParser

import openpyxl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from reviewer.errors import ReviewError, UsageError
from reviewer.grounding import read_column
from reviewer.grounding.cells import with_computed
from reviewer.grounding.columns import measured
from reviewer.render import choose_format, forms_of, write_whole
from reviewer.render.bibtex import bibtex
from reviewer.render.csv import table_csv
from reviewer.render.describe import cell_text, tally_line
from reviewer.render.escape import escape_formula, escape_latex
from reviewer.render.html.table import table_html
from reviewer.render.json import read_table, table_json
from reviewer.render.latex import cited_in_table, table_latex
from reviewer.render.markdown_table import table_markdown
from reviewer.render.table_words import row_names
from reviewer.render.xlsx import MOST_CHARS, table_xlsx
from reviewer.text import clean
from reviewer.text.spreadsheet import unescape_formula
from reviewer.types import Citation, Paper, Table
from reviewer.types.papers import Part
from reviewer.types.runs import Coverage
from reviewer.types.sound import sound_text
from reviewer.types.tables import Cell, Column, Row, Value
from tests.support.browser import DESKTOP, PHONE

HOSTILE = {
    "formula": '=HYPERLINK("http://evil.example","click")',
    "plus": "+1+cmd|' /C calc'!A0",
    "minus": "-2+3+cmd|' /C calc'!A0",
    "at": "@SUM(1+1)*cmd|' /C calc'!A0",
    "tab": "\t=1+1",
    "full width": "＝1+1",
    "dde": '=cmd|"/C calc"!A1',
    "latex": r"\input{/etc/passwd} \write18{ls} $x^2$ 50% & #1 {brace _under ^^41 ~",
    "comment": "50\\% % \\end{tabular}\n\\input{x}",
    "row end": r"a \\ [1ex] & b",
    "html": "<script>alert(1)</script><img src=x onerror=alert(1)>",
    "attribute": '" onmouseover="alert(1)" x=\'y',
    "entity": "&lt;b&gt; &#60;script&#62;",
    "template": "{{ 7*7 }} {% raw %} ${7*7}",
    "script end": "</script></style></title></template><!-- -->",
    "pipe": "a | b |\n| c || d",
    "footnote": "x [^1] [^2]: y",
    "link": "[click](javascript:alert(1)) <https://evil.example> https://evil.example",
    "lines": "one\ntwo\r\nthree\u2028four\x0bfive",
    "long": "very long words here " * 500,
    "unbroken": "x" * 10_000,
    "right to left": "التعلم المعزز \u202eevil\u202c עברית",
    "chinese": "强化学习 提高 8.4%",
    "greek": "α → β, γ ≤ δ ± 0.5 × 10⁻³ … “quoted” – dash — é ß Ł",
    "steering": "\x1b[31mred\x07 \x00 \ufffe \U000e0041",
    "quotes": '"; DROP TABLE papers; --',
    "combining": "Z͑ͫ̓ͪ̂ͫ̽͏̴̙̤̞͉͚̯̞̠͍A̴̵̜̰͔ͫ͗͢",
}

HOSTILE = {name: sound_text(text) for name, text in HOSTILE.items()}  # as papers hold them


def made(texts, *, columns=2, is_strict=False):
    """A table whose papers, columns and cells hold these texts: a row each, in every place."""
    named = tuple(Column(name=f"column {n}", question=f"Q{n}") for n in range(1, columns + 1))
    papers, rows = [], []
    for number, text in enumerate(texts, start=1):
        parts = (
            Part(name="title", text=f"Title {text}"),
            Part(name="abstract", text=f"Before it. {text} After it."),
        )
        paper = Paper(id=f"p{number}", key=f"key-{number}", parts=parts, year=2000 + number)
        papers.append(paper)
        values = [value(paper, text, number + place) for place in range(columns)]
        cells = [
            Cell(column=c.name, state="no proof" if v.doubts else "filled", values=(v,))
            for c, v in zip(named, values, strict=True)
        ]
        rows.append(Row(paper_id=paper.id, key=paper.key, cited_as=paper.key, cells=tuple(cells)))
    return Table(
        topic=f"Topic {texts[0]}" if texts else "Topic",
        columns=named,
        rows=tuple(rows),
        papers=tuple(papers),
        is_strict=is_strict,
        coverage=Coverage(papers=9, matched=len(rows), read=len(rows), cited=len(rows)),
        writer="scripted",
    )


def value(paper, text, number):
    """In turn the paper's words, the writer's own words, and without proof."""
    text = sound_text(text)  # as a paper keeps it
    start = paper.abstract.index(text)
    citation = Citation(
        paper_id=paper.id, chunk_id="c", part="abstract", start=start, end=start + len(text),
        quote=text,
    )  # fmt: skip
    if number % 3 == 0:
        return Value(text=text, quote=text, support="unsupported", doubts=("it is made up",))
    support = "supported" if number % 3 == 1 else "unchecked"
    return Value(text=text, normal="", quote=text, citation=citation, support=support)


ALL = made(list(HOSTILE.values()))
STATES = made(["short", "other", "third"])


def shown(text):
    """As a reader sees it, without what cannot be seen."""
    return clean(text).strip()


# Choosing a form


@pytest.mark.parametrize(
    ("output", "form"),
    [
        ("t.csv", "csv"), ("t.XLSX", "xlsx"), ("t.tex", "latex"), ("t.html", "html"),
        ("t.htm", "html"), ("t.json", "json"), ("t.md", "markdown"), ("t.txt", "markdown"),
        ("", "markdown"),
    ],
)  # fmt: skip
def test_a_tables_form_is_told_by_the_files_suffix(output, form):
    assert choose_format("", output, forms_of("Table")) == form


def test_a_form_that_a_command_does_not_have_is_told():
    with pytest.raises(UsageError, match=r"this command does not write a \.csv file") as error:
        choose_format("", "answer.csv")
    assert error.value.hint == "Use --format markdown or json."
    with pytest.raises(UsageError, match="this command does not write --format html"):
        choose_format("html", "")
    with pytest.raises(UsageError, match="unknown format 'odt'"):
        choose_format("odt", "", forms_of("Table"))


def test_a_file_of_bytes_is_written_whole(tmp_path):
    write_whole(tmp_path / "t.bin", b"\x00\xff")
    assert (tmp_path / "t.bin").read_bytes() == b"\x00\xff"
    with pytest.raises(ReviewError, match="cannot be written"):
        write_whole(tmp_path, b"")


# Markdown


def markdown_rows(table):
    tokens = (
        MarkdownIt("commonmark", {"html": True})
        .enable(["table", "strikethrough"])
        .parse(table_markdown(table))
    )
    inline = [child for token in tokens for child in token.children or []]
    cells = [
        "".join(c.content for c in t.children or [])
        for n, t in enumerate(tokens)
        if t.type == "inline" and tokens[n - 1].type in ("td_open", "th_open")
    ]
    return cells, {t.type for t in [*tokens, *inline]}, inline


def test_markdown_keeps_every_hostile_text_in_its_own_cell():
    cells, kinds, inline = markdown_rows(ALL)
    width = len(ALL.columns) + 2
    assert len(cells) == width * (len(ALL.rows) + 1)
    markup = "html_block html_inline image code_inline fence hr s_open strong_open".split()
    assert not kinds & {*markup}
    assert [t.attrs["href"] for t in inline if t.type == "link_open"] == []
    for n, text in enumerate(HOSTILE.values(), start=1):
        for cell in cells[n * width + 2 : (n + 1) * width]:
            assert re.sub(r"\[\^\d+\](?: \(no proof\))?$", "", cell) == shown(text)


def test_markdown_names_proof_place_and_standing_in_a_footnote_for_each_value():
    text = table_markdown(STATES)
    notes = re.findall(r"^\[\^(\d+)\]: (.*)$", text, re.MULTILINE)
    assert [int(number) for number, _ in notes] == [1, 2, 3, 4, 5, 6]
    assert notes[0][1] == '"short" (abstract, characters 11 to 16): the paper\'s words.'
    assert notes[1][1].endswith("the writer's own words, not judged.")
    assert notes[3][1] == '"other": no proof: it is made up.'
    assert "other[^4] *(no proof)* |" in text
    assert tally_line(STATES) in text
    assert text.endswith(".\n")


# CSV and Excel


def test_csv_is_read_back_and_holds_no_formula():
    rows = list(csv.reader(io.StringIO(table_csv(ALL), newline="")))
    assert rows[0][:5] == ["key", "title", "year", "column 1", "column 2"]
    assert rows[0][5:] == [f"column {n}: {what}" for n in (1, 2) for what in ("quote", "support")]
    assert len(rows) == len(HOSTILE) + 1
    assert all(len(row) == len(rows[0]) for row in rows)
    for row, text in zip(rows[1:], HOSTILE.values(), strict=True):
        cells = [cell.removeprefix("'").removesuffix(" (no proof)") for cell in row[3:5]]
        assert cells == [shown(text)] * 2
    assert not [c for row in rows for c in row if re.match(r"\s*[=+@＝\t\r-]", c)]
    assert [row[6] for row in rows[1:4]] == [
        "the paper's words", "the writer's own words, not judged", "no proof: it is made up",
    ]  # fmt: skip


@pytest.mark.parametrize("text", ["-3.2", "+8.4%", "-1,000", "−5"])
def test_a_signed_number_in_csv_stays_a_number(text):
    assert escape_formula(text) == text


@given(st.text(st.sampled_from("=+-@\t\r\n '\"1A＝|!"), max_size=8))
def test_no_text_is_a_formula_to_a_spreadsheet(text):
    made_safe = escape_formula(text)
    is_number = re.fullmatch(r"[-+−]\d[\d.,]*\s?%?", made_safe)
    assert is_number or not re.match(r"\s*[=+@＝−\t\r-]", made_safe)


def workbook(table):
    return openpyxl.load_workbook(io.BytesIO(table_xlsx(table)))


def test_a_workbook_is_read_back_with_its_quotes_and_holds_no_formula():
    book = workbook(ALL)
    assert book.sheetnames == ["Table", "Quotes"]
    sheet, quotes = book["Table"], book["Quotes"]
    every = [cell for s in book for row in s.iter_rows() for cell in row]
    assert {cell.data_type for cell in every} <= {"s", "inlineStr", "n"}
    assert all(cell.quotePrefix for cell in every if str(cell.value).startswith("="))
    for n, text in enumerate(HOSTILE.values(), start=2):
        wanted = re.sub("[\x00-\x08\ufffe\ud800-\udfff]", "", shown(text))
        assert str(sheet.cell(n, 4).value).removesuffix(" (no proof)") == wanted
    assert sheet.cell(len(HOSTILE) + 3, 1).value == tally_line(ALL)
    assert quotes.max_row == 2 * len(HOSTILE) + 1
    first = [cell.value for cell in quotes[2]]
    assert first[:3] == ["key-1", "column 1", HOSTILE["formula"]]
    assert first[4:] == [
        "the paper's words", HOSTILE["formula"], "abstract", None, 11, 11 + len(HOSTILE["formula"])
    ]  # fmt: skip
    assert sheet.freeze_panes == "B2"


def numbered(texts, states, name="gain"):
    """A table with one number column, whose cells have these texts."""
    column = Column(name=name, kind="number")
    table = made(["a", "b", "c", "d", "e"][: len(texts)], columns=1)
    rows = []
    for row, text, state in zip(table.rows, texts, states, strict=True):
        number, unit = measured(text, column)
        old = row.cells[0].values[0]
        new = {"text": text, "number": number, "unit": unit, "doubts": ()}
        values = (old.model_copy(update=new),) if text else ()
        cell = Cell(column=name, state=state, values=values)
        rows.append(row.model_copy(update={"cells": (cell,)}))
    return table.model_copy(update={"columns": (column,), "rows": tuple(rows)})


def test_a_workbook_has_values_as_people_write_them_and_numbers_beside_them():
    states = ["filled", "filled", "not stated", "no proof"]
    sheet = workbook(numbered(["8.4 %", "9.1 percent", "", "3%"], states))["Table"]
    cells = [sheet.cell(n, 4) for n in range(2, 6)]
    assert [c.value for c in cells] == ["8.4 %", "9.1 percent", "not stated", "3% (no proof)"]
    assert sheet.cell(1, 5).value == "gain: number (%)"
    assert [sheet.cell(n, 5).value for n in range(2, 6)] == [0.084, 0.091, None, None]
    assert sheet.cell(2, 5).number_format == "0.##%"
    assert len({c.fill.start_color.rgb for c in cells}) == 4


@pytest.mark.parametrize(
    ("texts", "head", "numbers"),
    [
        (["175 billion", "7B", "500 million"], "gain: number", ["175000000000", "7000000000",
                                                                 "500000000"]),
        (["2 hours", "90 minutes", "1.5 hours"], "gain: number (hours)", ["2", "1.5", "1.5"]),
        (["-0.5 points", "3 to 5", "8.4%"], "gain: number (points)", ["-0.5", "", ""]),
    ],
)  # fmt: skip
def test_a_csv_has_comparable_numbers_beside_the_values(texts, head, numbers):
    rows = list(csv.reader(io.StringIO(table_csv(numbered(texts, ["filled"] * 3)))))
    assert rows[0][3:5] == ["gain", head]
    assert [unescape_formula(row[3]) for row in rows[1:]] == texts
    assert [row[4] for row in rows[1:]] == numbers


def test_json_has_the_number_and_the_unit_of_each_value():
    document = json.loads(table_json(numbered(["2 hours", "7B"], ["filled"] * 2)))
    values = [row["cells"][0]["values"][0] for row in document["rows"]]
    assert [(v["text"], v["number"], v["unit"]) for v in values] == [
        ("2 hours", 2.0, "hours"), ("7B", 7e9, ""),
    ]  # fmt: skip


def computed_table():
    """A table with a computed column: its value, and one that could not be computed."""
    table = numbered(["10", "0"], ["filled"] * 2)
    ratio = read_column("ratio = 5 / gain")
    columns = (*table.columns, ratio)
    rows = [
        row.model_copy(
            update={"cells": tuple(with_computed({"gain": row.cells[0]}, columns).values())}
        )
        for row in table.rows
    ]
    return table.model_copy(update={"columns": columns, "rows": tuple(rows)})


def test_a_computed_value_says_so_in_every_form():
    table = computed_table()
    assert [cell_text(row.cells[1]) for row in table.rows] == [
        "0.5 (computed)", "not computed: it would divide by zero",
    ]  # fmt: skip
    text = table_markdown(table)
    assert "| 0.5[^2] *(computed)* |" in text
    assert "computed: 5 / gain = 5 / 10." in text
    assert "not computed: it would divide by zero" in text
    assert "1 not computed" in text
    rows = list(csv.reader(io.StringIO(table_csv(table))))
    assert rows[1][5:7] == ["0.5 (computed)", "0.5"]
    assert "computed: 5 / gain = 5 / 10" in table_latex(table)
    assert "computed: 5 / gain = 5 / 10" in table_html(table)
    assert workbook(table)["Table"].cell(2, 7).value == 0.5
    assert read_table(table_json(table), "t").rows == table.rows


def test_rows_are_named_by_their_short_title_and_not_by_their_key():
    titles = ["Anchor: A Method", "Anchor: Another", "A Very Long Title " * 5, "Short One"]
    table = made(["a", "b", "c", "d"])
    papers = tuple(
        paper.model_copy(update={"parts": (Part(name="title", text=title), paper.parts[1])})
        for paper, title in zip(table.papers, titles, strict=True)
    )
    table = table.model_copy(update={"papers": papers})
    names = list(row_names(table).values())
    assert names[:2] == ["Anchor: A Method", "Anchor: Another"]
    assert names[2].startswith("A Very Long Title")
    assert len(names[2]) <= 41
    assert names[3] == "Short One"
    lines = [line for line in table_markdown(table).splitlines() if line.startswith("| ")]
    assert lines[-1].startswith("| Short One | 2004 |")
    assert r"Short One~\cite{key-4}" in table_latex(table)


def test_a_text_that_is_too_long_for_a_cell_is_cut_and_says_so():
    text = "word " * 10_000
    found = workbook(made([text], columns=1))["Table"].cell(2, 4).value
    assert len(found) == MOST_CHARS
    assert found.endswith("[cut: the whole text is in the JSON]")


# LaTeX


def test_latex_has_a_citation_a_row_and_quotes_as_comments():
    text = table_latex(STATES)
    assert re.findall(r"\\cite\{(.*?)\}", text) == ["key-1", "key-2", "key-3"]
    assert text.count("\\toprule") == text.count("\\midrule") == 2  # of the first page and of more
    assert '% key-1, column 1: "short" (abstract, characters 11 to 16; the paper\'s words)' in text
    assert text.count(r"\textsuperscript{$\circ$}") == 2
    assert r"\textit{other (no proof)}" in text
    assert escape_latex(tally_line(STATES)) in text


def test_latex_cites_the_users_own_key():
    rows = (STATES.rows[0].model_copy(update={"cited_as": "Guo:2025}\\input{x"}),)
    text = table_latex(STATES.model_copy(update={"rows": rows}))
    assert r"\cite{Guo:2025--input-x}" in text


@given(st.text(st.sampled_from("\\{}$&#%_^~ab[]\"<>|é强ع\n\r*`'-"), max_size=30))
def test_no_text_holds_a_command_of_latex(text):
    escaped = escape_latex(text)
    commands = set(re.findall(r"\\([a-zA-Z]+)", escaped))
    assert commands <= {
        "textbackslash", "textasciicircum", "textasciitilde", "textless", "textgreater", "textbar",
        "char", "textasciigrave", "reviewother",
    }  # fmt: skip
    assert not re.search(r"(?<!\\)[%&#$_]", escaped)
    assert escaped.count("\n") == 0
    depth = 0
    for piece in re.findall(r"\\.|[{}]", escaped):
        depth += (piece == "{") - (piece == "}")
        assert depth >= 0
    assert depth == 0


def test_latex_runs_with_every_hostile_text(tmp_path):
    pdflatex = shutil.which("pdflatex")
    if pdflatex is None:
        pytest.skip("no LaTeX is installed here")
    texts = [text for name, text in HOSTILE.items() if name != "unbroken"]
    accents = " ".join(chr(point) for point in range(0xC0, 0x180))
    (tmp_path / "table.tex").write_text(table_latex(made([*texts[:12]])), encoding="utf-8")
    (tmp_path / "more.tex").write_text(table_latex(made([*texts[12:], accents])), encoding="utf-8")
    (tmp_path / "page.tex").write_text(
        "\\documentclass[twocolumn]{article}\\usepackage{booktabs,longtable}\n"
        "\\usepackage[T1]{fontenc}\\begin{document}Text.\\input{table.tex}\\clearpage\\input{more.tex}\\end{document}\n"
    )
    done = subprocess.run(
        [pdflatex, "-interaction=nonstopmode", "-halt-on-error", "-no-shell-escape", "page.tex"],
        cwd=tmp_path, capture_output=True, text=True, errors="replace", timeout=300,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout[-2000:]
    assert "Undefined control sequence" not in done.stdout
    assert (tmp_path / "page.pdf").stat().st_size > 5_000


@pytest.mark.parametrize("columns", ["onecolumn", "twocolumn"])
def test_a_table_of_forty_rows_loses_none_and_its_papers_are_listed(tmp_path, columns):
    commands = [shutil.which(name) for name in ("pdflatex", "bibtex", "pdftotext")]
    if not all(commands):
        pytest.skip("no LaTeX is installed here")
    table = made([f"value number {n} of the row" for n in range(40)])
    (tmp_path / "table.tex").write_text(table_latex(table), encoding="utf-8")
    (tmp_path / "table.bib").write_text(bibtex(cited_in_table(table)), encoding="utf-8")
    (tmp_path / "page.tex").write_text(
        f"\\documentclass[{columns}]{{article}}\\usepackage{{booktabs,longtable}}\n"
        "\\usepackage[T1]{fontenc}\\begin{document}Text before.\\input{table.tex}Text after.\n"
        "\\bibliographystyle{plain}\\bibliography{table}\\end{document}\n"
    )
    run = ["pdflatex", "-interaction=nonstopmode", "-halt-on-error", "page.tex"]
    for command in (run, ["bibtex", "page"], run, run, ["pdftotext", "-layout", "page.pdf"]):
        done = subprocess.run(command, cwd=tmp_path, capture_output=True, timeout=300)
        assert done.returncode == 0, done.stdout.decode(errors="replace")[-2000:]
    text = " ".join((tmp_path / "page.txt").read_text(encoding="utf-8").split())
    seen = {int(n) for n in re.findall(r"value number\D{0,40}?(\d+)", text)}
    assert seen == set(range(40))
    assert "Text after." in text
    assert (tmp_path / "page.bbl").read_text().count("\\bibitem") == len(table.rows)
    assert "Citation" not in (tmp_path / "page.log").read_text(errors="replace")


# HTML


class Read(HTMLParser):
    """The page's elements, with attributes, and the text of each value."""

    def __init__(self):
        super().__init__(convert_charrefs=True)
        self.elements, self.attributes, self.texts, self._open = [], [], [], []

    def handle_starttag(self, tag, attrs):
        self.elements.append(tag)
        self.attributes.append((tag, dict(attrs)))
        if tag == "span" and dict(attrs).get("class") == "value":
            self.texts.append("")
            self._open.append(tag)

    def handle_data(self, data):
        if self._open:
            self.texts[-1] += data

    def handle_endtag(self, tag):
        if self._open and tag == "span":
            self._open.pop()


def test_html_holds_its_own_elements_only_and_every_text_as_text():
    page = table_html(ALL)
    read = Read()
    read.feed(page)
    assert read.elements.count("script") == read.elements.count("style") == 1
    assert not {"img", "iframe", "object", "embed", "base", "form", "svg", "link"} & {
        *read.elements
    }
    names = {name for _, attributes in read.attributes for name in attributes}
    assert not [name for name in names if name.startswith("on") or name == "style"]
    texts = iter(read.texts)
    for text in HOSTILE.values():
        for _ in ALL.columns:
            assert next(texts) == shown(text)
    hrefs = [a["href"] for tag, a in read.attributes if tag == "a"]
    assert hrefs
    assert all(re.fullmatch(r"#[qo]\d+", href) for href in hrefs)


def test_html_forbids_every_script_but_its_own_and_every_request():
    page = table_html(STATES)
    policy = html.unescape(re.search(r'Content-Security-Policy" content="([^"]*)"', page)[1])
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy
    assert len(re.findall(r"'sha256-[\w+/=]+'", policy)) == 2
    assert not re.search(r"(?:src|href)=[\"']?(?:https?:)?//", page)


def test_html_marks_each_quote_in_its_abstract():
    page = table_html(STATES)
    marked = re.sub(r'<span class="begin" id="q\d+" data-place="([^"]*)"></span>', r"{\1}", page)
    assert (
        'Before it. {abstract, characters 11 to 16}<mark data-q="q1">short</mark> After it.'
    ) in marked


def test_html_tells_a_quote_that_was_not_located_apart():
    rows = STATES.rows[0]
    value = (
        rows.cells[0]
        .values[0]
        .model_copy(
            update={"citation": None, "quote": "made <b>up</b>", "doubts": ("it is not there",)}
        )
    )
    cell = Cell(column="column 1", state="no proof", values=(value,))
    page = table_html(
        STATES.model_copy(
            update={
                "columns": STATES.columns[:1],
                "rows": (rows.model_copy(update={"cells": (cell,)}),),
            }
        )
    )
    assert '<a class="cell no-proof" href="#o1"' in page
    assert '<span class="offered-text">made &lt;b&gt;up&lt;/b&gt;</span>' in page
    assert "not located in the paper" in page


def test_html_shows_of_a_long_text_what_stands_around_the_quote():
    long = "Word after word. " * 2000
    table = made(["short"], columns=1)
    paper = table.papers[0]
    parts = (paper.parts[0], Part(name="abstract", text=long + "short" + long))
    old = table.rows[0].cells[0].values[0]
    place = old.citation.model_copy(update={"start": len(long), "end": len(long) + 5})
    cell = Cell(
        column="column 1", state="filled", values=(old.model_copy(update={"citation": place}),)
    )
    row = table.rows[0].model_copy(update={"cells": (cell,)})
    page = table_html(
        table.model_copy(
            update={"papers": (paper.model_copy(update={"parts": parts}),), "rows": (row,)}
        )
    )
    assert len(page) < 40_000
    assert re.search("Word after word. <span [^>]*></span><mark [^>]*>short</mark>Word", page)


HOW_IT_SORTS = """(() => {
const out = {};
const rows = () => [...document.querySelectorAll("tbody tr")];
out.rows = rows().length;
document.querySelectorAll("thead button")[1].click();
out.ascending = rows().map((r) => r.cells[1].textContent.trim());
document.querySelectorAll("thead button")[1].click();
out.descending = rows().map((r) => r.cells[1].textContent.trim());
out.sorted = document.querySelectorAll("th")[1].getAttribute("aria-sort");
const field = document.querySelector(".filter input");
field.value = "short"; field.dispatchEvent(new Event("input"));
out.left = rows().filter((r) => !r.hidden).map((r) => r.querySelector("small").textContent);
out.count = document.querySelector(".tally-now").textContent;
field.value = ""; field.dispatchEvent(new Event("input"));
const cell = [...document.querySelectorAll("a.cell")].find((a) => a.textContent.includes("short"));
cell.focus(); cell.click();
out.open = document.getElementById("panel").open;
out.mark = document.querySelector("#shown mark").textContent;
out.marks = document.querySelectorAll("#shown mark").length;
out.says = document.querySelector("#shown .stands").textContent;
document.getElementById("close").click();
out.closed = !document.getElementById("panel").open;
out.focused = document.activeElement === cell;
out.wide = document.documentElement.scrollWidth <= window.innerWidth;
return out;
})()"""


@pytest.mark.parametrize("size", [DESKTOP, PHONE])
def test_in_a_browser_the_table_sorts_filters_and_opens_quotes(browser, tmp_path, size):
    (tmp_path / "page.html").write_text(table_html(STATES), encoding="utf-8")
    assert browser.open(tmp_path / "page.html", size).run(HOW_IT_SORTS) == {
        "rows": 3, "ascending": ["2001", "2002", "2003"],
        "descending": ["2003", "2002", "2001"], "sorted": "descending", "left": ["key-1"],
        "count": "1 of 3 papers", "open": True, "mark": "short", "marks": 1,
        "says": "the paper's words", "closed": True, "focused": True, "wide": True,
    }  # fmt: skip


def test_in_a_browser_no_hostile_text_runs_nor_any_script_but_the_pages_own(browser, tmp_path):
    page = table_html(ALL).replace("alert(1)", "document.title='hit'")
    (tmp_path / "page.html").write_text(page, encoding="utf-8")
    assert browser.open(tmp_path / "page.html").run("document.title").startswith("Topic =HYPERLINK")
    foreign = page.replace("</body>", "<script>document.title='hit'</script></body>")
    (tmp_path / "foreign.html").write_text(foreign, encoding="utf-8")
    assert browser.open(tmp_path / "foreign.html").run("document.title") != "hit"


# JSON


def test_json_is_read_back_as_the_table_it_was():
    text = table_json(ALL)
    again = read_table(text, "t.json")
    assert again.rows == ALL.rows
    assert again.columns == ALL.columns
    assert json.loads(text)["cells"]["filled"] == 36
    assert not re.search("[\x00-\x09\x0b-\x1f\u202e]", text)


@settings(max_examples=40)
@given(st.lists(st.text(max_size=30), min_size=1, max_size=4))
def test_any_text_goes_through_every_form(texts):
    texts = [f"x{text}y".encode("utf-8", "replace").decode() for text in texts]
    table = made(texts)
    rows = list(csv.reader(io.StringIO(table_csv(table), newline="")))
    assert len(rows) == len(texts) + 1
    cells, _, _ = markdown_rows(table)
    assert len(cells) == 4 * (len(texts) + 1)
    assert workbook(table)["Table"].max_row == len(texts) + 5
    read = Read()
    read.feed(table_html(table))
    assert len(read.texts) == 2 * len(texts)
    assert table_latex(table).count(r"\cite{") == len(texts)
    assert read_table(table_json(table), "t").rows == table.rows


def test_a_table_without_rows_says_so_and_names_the_nearest():
    empty = STATES.model_copy(update={"rows": ()})
    assert "No paper in this library is near the topic." in table_markdown(empty)
    assert "- key-1 · Title short" in table_markdown(empty)
    assert "No paper in this library is near the topic." in table_html(empty)
    assert table_csv(empty).startswith("key,title,year,column 1")
    assert workbook(empty)["Table"].max_row == 5
    assert r"\bottomrule" in table_latex(empty)
    assert len(json.loads(table_json(empty))["nearest"]) == 3


def test_the_state_of_a_cell_can_be_read_in_every_form():
    _in_every_form((Cell(column="column 1"), Cell(column="column 2", state="failed")))


def test_what_rules_did_not_find_is_called_that_in_every_form():
    first, second = "not found by rules", "needs a model"
    _in_every_form((Cell(column="column 1", state=first), Cell(column="column 2", state=second)))


def _in_every_form(cells):
    rows = (STATES.rows[0].model_copy(update={"cells": cells}),)
    table = STATES.model_copy(update={"rows": rows})
    for text in (
        table_markdown(table), table_csv(table), table_html(table), table_latex(table),
        json.dumps([c.value for r in workbook(table)["Table"].iter_rows() for c in r]),
    ):  # fmt: skip
        assert all(cell.state in text for cell in cells)
    assert [cell_text(cell) for cell in cells] == [cell.state for cell in cells]
