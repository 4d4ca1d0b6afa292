"""Drafted sections as LaTeX, cited with natbib's commands; the head and the quotes are comments."""

from __future__ import annotations

import re

from reviewer.render.cited_sentence import marked_sentence
from reviewer.render.claim_notes import (
    WEAK_DRAFT,
    citations_of,
    cited_papers,
    draft_citations,
    draft_head,
    draft_title,
    is_annotated,
    nothing_drafted,
    quoted_papers,
    remarks_on,
    without_marks,
)
from reviewer.render.describe import quoted_place
from reviewer.render.escape import OTHER_SCRIPT_DEFINITION, escape_comment, escape_latex
from reviewer.render.in_text import Marks
from reviewer.render.provenance import coverage_line
from reviewer.text.entry_types import marked_title
from reviewer.types import Claim, RelatedWork
from reviewer.types.drafts import Section

_NO_NAME = re.compile(r"[^\w./-]", re.ASCII)


def draft_latex(work: RelatedWork, bibliography: str = "", *, with_marks: bool = True) -> str:
    """A section for `\\input`. `bibliography` is the file of its entries. Text from papers and
    writers stays text. Without marks a written section is clean text, without comments but the
    first two lines."""
    is_clean = not with_marks and bool(work.sections) and not is_annotated(work)
    work = without_marks(work) if is_clean else work
    name = _NO_NAME.sub("-", bibliography.removesuffix(".bib")) or "FILE"
    lines = [
        "% Made by review. Needs \\usepackage[T1]{fontenc}, \\usepackage{natbib}, and at the end "
        f"\\bibliographystyle{{plainnat}} \\bibliography{{{name}}}",
        f"% {escape_comment(draft_title(work))}",
        OTHER_SCRIPT_DEFINITION,
        r"\section{Related work}",
    ]
    head = draft_head(work) if work.sections else nothing_drafted(work)
    lines += [] if is_clean else [f"% {escape_comment(head)}"]
    lines += [f"% {WEAK_DRAFT}"] if work.sections and work.is_weak else []
    for section in work.sections:
        lines += ["", *_section(section, work)]
    if is_clean:
        return "\n".join([*lines, ""])
    lines += ["", f"% {escape_comment(coverage_line(work.coverage))}"]
    for paper in cited_papers(work):
        for cited in draft_citations(work):
            if cited.paper_id == paper.id:
                quote = f'{paper.key}: "{cited.quote}" ({quoted_place(cited)})'
                lines.append(f"% {escape_comment(quote)}")
    return "\n".join([*lines, ""])


def _section(section: Section, work: RelatedWork) -> list[str]:
    marks = Marks("latex", work.papers)
    title = escape_latex(section.title[:1].upper() + section.title[1:])
    lines = [rf"\paragraph{{{title}.}}"]
    if section.failed:
        remark = escape_latex(f"(This section could not be written: {section.failed}.)")
        return [*lines, rf"\emph{{{remark}}}"]
    if quoted := quoted_papers(section, work.papers):
        lines += [r"\begin{itemize}"]
        for paper, quotes in quoted:
            title = rf"\emph{{{escape_latex(marked_title(paper))}}}"
            said = " ".join(_quoted(claim.text) for claim in quotes)
            lines.append(rf"\item {title} {marks.of(citations_of(quotes))}: {said}")
        lines += [r"\end{itemize}"]
    return lines + [sentence_latex(c, marks) for c in section.claims if c.kind != "quote"]


def sentence_latex(claim: Claim, marks: Marks) -> str:
    """One sentence with its mark, and a remark where it is not proven. A quote is in quotation
    marks."""
    remarks = remarks_on(claim)
    remark = rf" \emph{{({escape_latex(remarks)})}}" if remarks else ""
    return marked_sentence(claim, marks, escape_latex, _quoted) + remark


def _quoted(text: str) -> str:
    return f"``{escape_latex(text)}''"
