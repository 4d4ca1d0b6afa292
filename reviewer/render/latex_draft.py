"""Drafted sections as LaTeX, cited with natbib's commands; the head and the quotes are comments."""

from __future__ import annotations

import re

from reviewer.render.claim_notes import (
    citations_of,
    cited_papers,
    coverage_line,
    draft_head,
    draft_title,
    is_quote,
    mark_of,
    nothing_drafted,
    pages_of,
    quotes_by_paper,
    remarks_on,
    weak_line,
    with_mark,
)
from reviewer.render.describe import quoted_place
from reviewer.render.escape import OTHER_SCRIPT_DEFINITION, escape_comment, escape_latex
from reviewer.render.in_text import Marks
from reviewer.text.entry_types import marked_title
from reviewer.types import Claim, RelatedWork
from reviewer.types.drafts import Section

_NO_NAME = re.compile(r"[^\w./-]", re.ASCII)


def draft_latex(work: RelatedWork, bibliography: str = "") -> str:
    """A section to be read in with `\\input`; `bibliography` is the file of its entries. Text from
    papers and writers stays text."""
    name = _NO_NAME.sub("-", bibliography.removesuffix(".bib")) or "FILE"
    lines = [
        "% Made by review. Needs \\usepackage[T1]{fontenc}, \\usepackage{natbib}, and at the end "
        f"\\bibliographystyle{{plainnat}} \\bibliography{{{name}}}",
        f"% {escape_comment(draft_title(work))}",
        OTHER_SCRIPT_DEFINITION,
        r"\section{Related work}",
    ]
    if work.sections:
        lines.append(f"% {escape_comment(draft_head(work))}")
        lines += [f"% {weak_line(work)}"] if work.is_weak else []
        for section in work.sections:
            lines += ["", *_section(section, work)]
    else:
        lines.append(f"% {nothing_drafted(work)}")
    return "\n".join([*lines, "", f"% {escape_comment(coverage_line(work))}", *_comments(work), ""])


def _section(section: Section, work: RelatedWork) -> list[str]:
    marks = Marks("latex", work.papers)
    title = escape_latex(section.title[:1].upper() + section.title[1:])
    head = rf"\paragraph{{{title}.}}"
    if section.failed:
        said = escape_latex(f"(This section could not be written: {section.failed}.)")
        return [head, rf"\emph{{{said}}}"]
    lines = [head]
    known = {paper.id: paper for paper in work.papers}
    if quotes := quotes_by_paper(section):
        lines += [r"\begin{itemize}"]
        for paper_id, claims in quotes.items():
            said = " ".join(f"``{escape_latex(claim.text)}''" for claim in claims)
            mark = marks.mark([paper_id], pages_of(citations_of(claims)))
            title = rf"\emph{{{escape_latex(marked_title(known[paper_id]))}}}"
            lines.append(rf"\item {title} {mark}: {said}")
        lines += [r"\end{itemize}"]
    others = [claim for claim in section.claims if claim.role != "quote"]
    return [*lines, *(sentence_latex(claim, marks) for claim in others)]


def sentence_latex(claim: Claim, marks: Marks) -> str:
    """One sentence with its mark and, where it is not proven, what is said of that; a quote stands
    in quotation marks."""
    text = with_mark(escape_latex(claim.text), mark_of(claim, marks))
    if is_quote(claim):
        text = f"``{escape_latex(claim.text)}'' {mark_of(claim, marks)}"
    remarks = remarks_on(claim)
    return text + (rf" \emph{{({escape_latex(remarks)})}}" if remarks else "")


def _comments(work: RelatedWork) -> list[str]:
    lines = []
    for paper in cited_papers(work):
        every = [c for s in work.sections for c in citations_of(s.claims) if c.paper_id == paper.id]
        for c in dict.fromkeys(every):
            said = f'{paper.key}: "{c.quote}" ({quoted_place(c)})'
            lines.append(f"% {escape_comment(said)}")
    return lines
