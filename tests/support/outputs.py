"""Reads every kind of output with a real reader, and says what in it is more than text."""

from __future__ import annotations

import base64
import csv
import hashlib
import io
import json
import re
from urllib.parse import unquote

import bibtexparser
import cmarkgfm
import html5lib
import openpyxl
from cmarkgfm.cmark import Options
from markdown_it import MarkdownIt
from ruamel.yaml import YAML

from reviewer.text.invisible import is_hidden

_OURS = frozenset(  # what our own Markdown is made of; a mail address stands as code
    "h1 h2 p ul li ol em strong a blockquote hr br pre code table thead tbody tr th td sup section "
    "html head body".split()
)
_PAGE = frozenset(
    "html head meta title style body header main h1 h2 h3 p div span label input select option ul "
    "li table thead tbody tr th td button a small details summary article blockquote mark dialog "
    "script fieldset legend section code strong pre".split()
)
_REPORT = _PAGE | frozenset(  # beside them: verdict bars, the flow of papers, and drawings
    "nav h4 figure figcaption caption ol dl dt dd sup em svg g rect circle line path polygon "
    "text tspan".split()
)
_COMMANDS = frozenset(  # of LaTeX, that our own files use
    "providecommand reviewother ifdefined Umathchar else textit fi begin end centering scriptsize "
    "footnotesize caption linewidth toprule midrule bottomrule par smallskip raggedright cite "
    "citep citet emph section paragraph item textsuperscript circ label begingroup endgroup "
    "endfirsthead endhead endfoot makeatletter makeatother if onecolumn twocolumn let "
    "reviewcolumns relax".split()
)
_ESCAPES = frozenset(  # of single characters
    "textbackslash textasciicircum textasciitilde textless textgreater textbar char textasciigrave "
    "ldots textbullet textdegree texteuro ss textcopyright textregistered times pm leq geq approx "
    "neq rightarrow leftarrow uparrow downarrow infty in sum surd cdot mu neg div "
    "alpha beta gamma delta epsilon zeta eta theta iota kappa lambda nu xi pi rho varsigma sigma "
    "tau upsilon phi chi psi omega Gamma Delta Theta Lambda Xi Pi Sigma Upsilon Phi Psi "
    "Omega".split()
)
_GFM = MarkdownIt("gfm-like", {"html": True})
_GFM.linkify.set({"fuzzy_link": False})


def hidden_in(text):
    """The hidden characters of a text, each with what stands around it; a line may end."""
    return [
        (f"U+{ord(c):04X}", text[max(0, i - 20) : i + 20])
        for i, c in enumerate(text)
        if c != "\r" and (is_hidden(text, i) or c in "\u2028\u2029")
    ]


def nodes(html):
    """Every element of a page as a browser reads it: its name and its attributes."""
    tree = html5lib.parse(html, treebuilder="etree", namespaceHTMLElements=False)
    return [
        (
            str(node.tag).rpartition("}")[2],
            {str(name): value for name, value in node.attrib.items()},
            node,
        )
        for node in tree.iter()
        if isinstance(node.tag, str)
    ]


def check_rendered(html, links, allowed=_OURS):
    """Only our own elements, no attribute that acts, and links to nothing but `links`."""
    known = {unquote(link) for link in links}  # renderers differ in what they encode
    for tag, attributes, _ in nodes(html):
        assert tag in allowed, (tag, attributes)
        assert not [name for name in attributes if name.startswith("on")], attributes
        assert "src" not in attributes, attributes
        href = attributes.get("href", "#")
        assert href.startswith("#") or unquote(href) in known, href


def check_markdown(text, links):
    """As GitHub and as an editor show it."""
    assert not hidden_in(text)
    assert not text.startswith(("---", "+++", "%"))  # front matter
    rendered = cmarkgfm.github_flavored_markdown_to_html(
        text, options=Options.CMARK_OPT_FOOTNOTES | Options.CMARK_OPT_UNSAFE
    )
    check_rendered(rendered, links)
    check_rendered(_GFM.render(text), links)
    assert "mermaid" not in [token.info.strip() for token in _GFM.parse(text)]


def check_page(text, links, *, is_report=False):
    """As a browser reads it: its only script is the one that its policy names."""
    assert not hidden_in(text)
    check_rendered(text, links, _REPORT if is_report else _PAGE)
    found = nodes(text)
    policies = [
        a["content"] for t, a, _ in found if a.get("http-equiv") == "Content-Security-Policy"
    ]
    assert len(policies) == 1
    assert "default-src 'none'" in policies[0]
    for tag, _, node in found:
        if tag in ("script", "style"):
            digest = base64.b64encode(hashlib.sha256(node.text.encode()).digest()).decode()
            assert f"'sha256-{digest}'" in policies[0]
    assert sum(tag == "script" for tag, _, _ in found) <= 1
    assert [
        a for t, a, _ in found if t == "meta" and a.get("http-equiv", "").lower() == "refresh"
    ] == []


def check_latex(text):
    """No command but our own, and groups that close."""
    assert not hidden_in(text)
    body = "\n".join(line for line in text.split("\n") if not line.startswith("%"))
    assert not re.search(r"(?<!\\)%", body)
    found = set(re.findall(r"\\([A-Za-z]+)", body))
    assert found <= _COMMANDS | _ESCAPES, found - _COMMANDS - _ESCAPES
    assert "^^" not in body
    depth = 0
    for brace in re.findall(r"\\.|[{}]", body, re.DOTALL):
        depth += (brace == "{") - (brace == "}")
        assert depth >= 0
    assert depth == 0
    environments = re.findall(r"\\(?:begin|end)\{([^}]*)\}", body)
    assert set(environments) <= {"longtable", "itemize"}


def check_bibtex(text, keys):
    """Just these entries, none damaged, and no string, preamble or comment."""
    assert not hidden_in(text)
    found = bibtexparser.parse_string(text)
    assert [entry.key for entry in found.entries] == list(keys)
    assert not found.failed_blocks
    assert not found.strings
    assert not found.preambles


def check_csv(text, rows, columns):
    """So many rows and columns, and no cell that a spreadsheet takes for a formula, whichever of
    comma, semicolon and tab parts its cells."""
    assert not hidden_in(text)
    read = list(csv.reader(io.StringIO(text, newline="")))
    assert [len(line) for line in read] == [columns] * (rows + 1)
    for mark in ",;\t":
        for line in csv.reader(io.StringIO(text, newline=""), delimiter=mark):
            assert not [cell for cell in line if is_formula(cell)]


def is_formula(cell):
    return bool(re.match(r"[=+@\-＝＋＠－\t\r]", cell)) and not re.fullmatch(
        r"[-+]\d[\d.,]*\s?%?", cell.strip()
    )


def check_xlsx(content, links):
    """Texts and numbers, no formula, and links to nothing but `links`."""
    book = openpyxl.load_workbook(io.BytesIO(content))
    for sheet in book:
        for cell in (cell for line in sheet.iter_rows() for cell in line):
            assert cell.data_type in ("s", "n", "inlineStr"), (cell.coordinate, cell.data_type)
            if isinstance(cell.value, str):
                assert not hidden_in(cell.value)
            if cell.hyperlink is not None:
                assert cell.hyperlink.target in links
    assert not book.defined_names


def read_json(text):
    """The document; nothing in it steers the terminal that shows it."""
    assert not hidden_in(text)
    return json.loads(text)


def read_yaml(text):
    """Plain lists, mappings, texts and numbers, as the safe loader makes them."""
    assert not hidden_in(text)
    return YAML(typ="safe", pure=True).load(text)
