"""Drafts in Markdown, LaTeX and JSON: cited in the reader's system, text stays text."""

import json
import re
import shutil
import subprocess

import pytest
from markdown_it import MarkdownIt

from reviewer.render import reference_list
from reviewer.render.bibtex import bibtex
from reviewer.render.claim_notes import cited_papers
from reviewer.render.in_text import LATEX_STYLES, STYLES
from reviewer.render.json import draft_json
from reviewer.render.latex_draft import draft_latex
from reviewer.render.markdown_draft import draft_markdown
from reviewer.types import Citation, Paper, RelatedWork
from reviewer.types.drafts import Section, Statement
from reviewer.types.papers import Part
from reviewer.types.runs import Coverage

HOSTILE = (
    "Pears [click](http://evil.example) <script>x</script> \\input{x} $x^2$ @who 100% & #1 _a_ ~b"
)


def paper(key, title, authors=(), year=2025, **more):
    parts = (Part(name="title", text=title), Part(name="abstract", text=f"{title} is so. Yes."))
    return Paper(id=f"id-{key}", key=key, parts=parts, authors=authors, year=year, **more)


GUO = paper("guo-2025-pears", "Pears Learn", ("Ada Guo", "Bo Li", "Cy Wu"))
NOTE = paper("pears-forget-nd", "Pears Forget", year=None, author_note="10 authors")
EVIL = paper("evil-2025", HOSTILE)


def citing(*papers):
    return tuple(
        Citation(paper_id=p.id, chunk_id="c", part="abstract", start=0, end=9, quote=p.abstract[:9])
        for p in papers
    )


def said(text, *papers, support="supported", **more):
    return Statement(text=text, citations=citing(*papers), support=support, **more)


def work(*claims, writer="openai/x", papers=(GUO, NOTE, EVIL), title="pears, learning", **more):
    ids = tuple(p.id for p in papers)
    sections = (Section(title=title, paper_ids=ids, claims=claims),) if claims else ()
    fields = {
        "question": "do pears learn?",
        "sections": sections,
        "papers": papers,
        "coverage": Coverage(papers=9, matched=5, read=4, cited=3),
        "writer": writer,
    }
    return RelatedWork(**{**fields, **more})


WRITTEN = work(
    said("Pears are in dispute.", GUO, NOTE, role="topic"),
    said("They learn.", GUO, role="comparison", support="unchecked"),
    said("Do yours?", role="question", support="uncited"),
    said("All gain 9%.", NOTE, support="unsupported", unproven=("9%",)),
    said("Nothing holds it.", support="uncited", dropped=("E9 was not among the evidence",)),
)
MARKS = {
    "pandoc": ("[@guo-2025-pears; @pears-forget-nd]", "[@guo-2025-pears]"),
    "numeric": ("[1, 2]", "[1]"),
    "author-year": ('(Guo et al., 2025; "Pears Forget", n.d.)', "(Guo et al., 2025)"),
}


@pytest.mark.parametrize("style", MARKS)
def test_markdown_cites_in_the_readers_system_and_says_what_is_not_proven(style):
    both, one = MARKS[style]
    text = draft_markdown(WRITTEN, style)
    assert text.startswith("# Related work: do pears learn?\n\nWritten by openai/x from 3 papers;")
    assert "## Pears, learning\n" in text
    assert f"Pears are in dispute {both}. They learn {one}. *(not checked)*" in text
    assert "Do yours? *(question to the author)*" in text
    assert "All gain 9%" in text
    assert "*(figures not in its quotes: 9%)*" in text
    assert "Nothing holds it. *(uncited; 1 citation dropped)*" in text
    assert "10 authors" not in text.split("## References")[0]
    assert text.rstrip().endswith("9 papers in the library, 5 matched, 4 read, 3 cited.")


def test_references_stand_by_key_by_number_or_in_a_named_style():
    assert "- guo-2025-pears · Pears Learn · Ada Guo, Bo Li, Cy Wu · 2025" in draft_markdown(
        WRITTEN
    )
    assert "[2] pears-forget-nd · Pears Forget · 10 authors" in draft_markdown(WRITTEN, "numeric")
    harvard = draft_markdown(WRITTEN, "author-year", listed=reference_list)
    listed = harvard.split("## References\n")[1]
    assert re.search(r"- Guo, A\., Li, B\., & Wu, C\. \(2025\)\. Pears Learn\.", listed)
    assert "10 authors" not in listed
    quoted = draft_markdown(WRITTEN, with_quotes=True)
    assert '> "Pears Lea" (abstract, characters 0 to 9)' in quoted


ANNOTATED = work(
    said("Pears Lea", GUO, role="quote"),
    said("rn is so.", GUO, role="quote"),
    said("Pears For", NOTE, role="quote"),
    said("How does it differ?", role="question", support="uncited"),
    writer="extractive",
    notes=("1 paper of unknown year come last",),
)


def test_an_annotated_bibliography_says_that_it_is_one():
    text = draft_markdown(ANNOTATED)
    assert "A themed annotated bibliography of 3 papers, not a written section: no model" in text
    assert "1 paper of unknown year come last." in text
    assert '- **Pears Learn** (2025) [@guo-2025-pears]: "Pears Lea" "rn is so."' in text
    assert '- **Pears Forget** (year unknown) [@pears-forget-nd]: "Pears For"' in text
    assert "How does it differ? *(question to the author)*" in text


def test_nothing_found_names_the_nearest():
    empty = work(papers=(), nearest=(GUO,), coverage=Coverage(papers=9, matched=0, read=0, cited=0))
    assert "Not enough evidence in this library to write a section." in draft_markdown(empty)
    assert "- guo-2025-pears · Pears Learn" in draft_markdown(empty)
    assert "% Not enough evidence" in draft_latex(empty)


def test_a_failed_section_says_why():
    failed = work(said("So.", GUO)).model_copy(
        update={"sections": (Section(title="t", failed="the <b>provider</b> is down"),)}
    )
    assert "could not be written: the \\<b\\>provider\\</b\\> is down" in draft_markdown(failed)
    assert r"\textless{}b\textgreater{}" in draft_latex(failed)


def hostile_work():
    return work(
        said(HOSTILE, EVIL),
        said("Pears Lea", GUO, role="quote"),
        said(HOSTILE, EVIL, role="quote"),
        title=HOSTILE,
        question=HOSTILE,
        notes=(HOSTILE,),
        writer=HOSTILE,
        is_weak=True,
    )


@pytest.mark.parametrize("style", [style for style in STYLES if style not in LATEX_STYLES])
def test_no_text_can_be_markup_in_markdown(style):
    text = draft_markdown(hostile_work(), style, with_quotes=True)
    tokens = MarkdownIt("commonmark").parse(text)
    inline = [child for token in tokens for child in token.children or ()]
    assert {t.type for t in tokens}.isdisjoint({"html_block", "fence", "code_block"})
    links = [t for t in inline if t.type in ("link_open", "image", "html_inline", "code_inline")]
    assert links == []
    # What pandoc reads beyond that: only our own marks may begin with a bare @.
    bare = re.findall(r"(?<![\w\\])@[\w-]+", text)
    own = {"@evil-2025", "@guo-2025-pears"} if style == "pandoc" else set()
    assert set(bare) <= own
    assert not re.search(r"(?<!\\)\$", text)


TEX = r"""\documentclass{article}
\usepackage[utf8]{inputenc}\usepackage[T1]{fontenc}\usepackage{natbib}
\begin{document}
\input{draft}
\bibliographystyle{plainnat}\bibliography{draft}
\end{document}
"""


def test_latex_cites_with_natbib_and_comments_stay_comments():
    text = draft_latex(WRITTEN, "draft.bib")
    assert r"Pears are in dispute \citep{guo-2025-pears,pears-forget-nd}." in text
    assert r"They learn \citep{guo-2025-pears}. \emph{(not checked)}" in text
    assert r"\bibliography{draft}" in text.splitlines()[0]
    for line in draft_latex(hostile_work()).splitlines():
        assert line.startswith("%") or "evil.example) <script>" not in line
    assert "\\input{x}" not in re.sub(r"(?m)^%.*$", "", draft_latex(hostile_work()))


@pytest.mark.parametrize("made", [WRITTEN, ANNOTATED, hostile_work()], ids=["w", "a", "hostile"])
def test_latex_compiles_with_its_bibliography(tmp_path, made):
    if shutil.which("pdflatex") is None or shutil.which("bibtex") is None:
        pytest.skip("TeX is not installed")
    (tmp_path / "main.tex").write_text(TEX, encoding="utf-8")
    (tmp_path / "draft.tex").write_text(draft_latex(made, "draft.bib"), encoding="utf-8")
    (tmp_path / "draft.bib").write_text(bibtex(cited_papers(made)), encoding="utf-8")
    latex = ["pdflatex", "-interaction=nonstopmode", "-halt-on-error", "main"]
    for command in (latex, ["bibtex", "main"], latex, latex):
        done = subprocess.run(command, cwd=tmp_path, capture_output=True, check=False)
        assert done.returncode == 0, done.stdout[-2000:]
    log = (tmp_path / "main.log").read_text(errors="replace")
    assert "undefined citations" not in log
    assert "Citation `" not in log


def test_json_holds_every_sentence_with_its_place():
    document = json.loads(draft_json(WRITTEN))
    assert document["schema"] == "review/draft/1"
    claims = document["sections"][0]["claims"]
    assert [claim["role"] for claim in claims][:3] == ["topic", "comparison", "question"]
    assert claims[0]["citations"][0]["paper_id"] == GUO.id
    assert {p["key"] for p in document["papers"]} == {GUO.key, NOTE.key, EVIL.key}
    assert document["usage"]["run_id"] == ""
    assert "abstract" not in document["papers"][0]
