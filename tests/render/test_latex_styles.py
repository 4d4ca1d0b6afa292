"""Citations of natbib and biblatex, set by TeX where it is installed."""

from __future__ import annotations

import shutil
import subprocess

import pytest

from reviewer.render import render
from reviewer.render.bibtex import bibtex
from reviewer.render.styles import CitationStyle
from tests.render.test_word import GUO, SKR, citing, paper, said, work

ODD = paper("odd_key-nd", "50% of $x^2$ & #1 ~a_b: Odd {Braces} \\input{x}", year=None)
NATBIB = r"""\documentclass{article}
\usepackage[T1]{fontenc}\usepackage[OPTIONS]{natbib}
\begin{document}
\input{draft}
\bibliographystyle{plainnat}\bibliography{draft}
\end{document}
"""
BIBLATEX = r"""\documentclass{article}
\usepackage[T1]{fontenc}\usepackage[OPTIONS]{biblatex}\addbibresource{draft.bib}
\begin{document}
\input{draft}
\printbibliography
\end{document}
"""


def drafted():
    paged = tuple(c.model_copy(update={"page": 3}) for c in citing(GUO))
    both = said("Both look inside.", GUO, SKR).model_copy(
        update={"citations": (*paged, *citing(SKR))}
    )
    return work(both, said('Others -- ~50% & "more" -- don\'t.', ODD, SKR), papers=(GUO, SKR, ODD))


@pytest.mark.parametrize(
    ("marks", "document", "options", "processor", "shown"),
    [
        ("latex", NATBIB, "round", "bibtex", "(Guo et al., 2025, p. 3; SKR)"),
        ("latex", NATBIB, "numbers", "bibtex", "[2, p. 3; 3]"),
        ("biblatex", BIBLATEX, "style=numeric", "biber", "[2, p. 3, 3]"),
        ("biblatex", BIBLATEX, "style=authoryear", "biber", "Guo, Li, and Wu 2025, p. 3"),
        ("biblatex", BIBLATEX, "style=verbose", "biber", "Ada Guo, Bo Li, and Cy Wu."),
    ],
)
def test_a_draft_is_set_with_its_marks(tmp_path, marks, document, options, processor, shown):
    for program in ("pdflatex", processor, "pdftotext"):
        if shutil.which(program) is None:
            pytest.skip(f"{program} is not installed")
    text = render(drafted(), "latex", style=CitationStyle(marks), bibliography="draft.bib")
    (tmp_path / "main.tex").write_text(document.replace("OPTIONS", options), encoding="utf-8")
    (tmp_path / "draft.tex").write_text(str(text), encoding="utf-8")
    (tmp_path / "draft.bib").write_text(bibtex([GUO, SKR, ODD]), encoding="utf-8")
    latex = ["pdflatex", "-interaction=nonstopmode", "-halt-on-error", "main"]
    for command in (latex, [processor, "main"], latex, latex, ["pdftotext", "-layout", "main.pdf"]):
        done = subprocess.run(command, cwd=tmp_path, capture_output=True, check=False)
        assert done.returncode == 0, done.stdout[-2000:]
    log = (tmp_path / "main.log").read_text(errors="replace")
    assert "undefined citations" not in log
    read = " ".join((tmp_path / "main.txt").read_text(encoding="utf-8").split())
    assert shown in read, read
    assert "[?" not in read
