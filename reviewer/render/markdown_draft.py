"""Drafted sections and revised drafts as Markdown, cited in the reader's own system."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence

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
from reviewer.render.escape import escape_pandoc, for_pandoc, quoted_pandoc
from reviewer.render.in_text import Marks
from reviewer.render.markdown import paper_line
from reviewer.render.provenance import coverage_line
from reviewer.text.entry_types import marked_title
from reviewer.types import Claim, Paper, RelatedWork
from reviewer.types.drafts import Section

FormatReferences = Callable[[Sequence[Paper]], list[str]]
"""Formats the papers of a bibliography, given in the order of their marks, one line each."""


def draft_markdown(
    work: RelatedWork,
    style: str = "pandoc",
    *,
    with_quotes: bool = False,
    with_marks: bool = True,
    listed: FormatReferences | None = None,
) -> str:
    """The whole section: head, themes, references, coverage. `listed` formats the references.
    Without it they have their keys, as those of `ask` do. Without marks a written section is clean
    text: its paragraphs with their heads run in, and its references."""
    is_clean = not with_marks and bool(work.sections) and not is_annotated(work)
    work = without_marks(work) if is_clean else work
    papers = cited_papers(work)
    marks = Marks(style, papers, escape=escape_pandoc)
    lines = [f"# {escape_pandoc(draft_title(work))}", ""]
    if not work.sections:
        lines += [nothing_drafted(work), "", *nearest_markdown(work.nearest)]
        return "\n".join([*lines, coverage_line(work.coverage), ""])
    lines = ["# Related work", ""] if is_clean else [*lines, escape_pandoc(draft_head(work)), ""]
    lines += [WEAK_DRAFT, ""] if work.is_weak else []
    for section in work.sections:
        title = escape_pandoc(section.title[:1].upper() + section.title[1:])
        body = section_markdown(section, work.papers, marks)
        if is_clean:
            lines += [f"**{title.rstrip('.')}.** {' '.join(body)}", ""]
        else:
            lines += [f"## {title}", "", *body, ""]
    lines += ["## References", ""]
    for line, paper in _references(papers, marks, listed):
        lines += [line, ""]
        if with_quotes and paper is not None:
            quotes = (c for c in draft_citations(work) if c.paper_id == paper.id)
            lines += [*(f"> {quoted_pandoc(c.quote)} ({quoted_place(c)})" for c in quotes), ""]
    end = [] if is_clean else [escape_pandoc(coverage_line(work.coverage)), ""]
    return "\n".join([*lines, *end])


def nearest_markdown(papers: Sequence[Paper]) -> list[str]:
    """What is shown where nothing could be written."""
    if not papers:
        return []
    lines = (f"- {for_pandoc(paper_line(paper))}" for paper in papers)
    return ["Nearest papers, which may not help:", "", *lines, ""]


def section_markdown(section: Section, papers: Iterable[Paper], marks: Marks) -> list[str]:
    """The papers that a section quotes, each with its quotes, then its own sentences."""
    if section.failed:
        return [f"*(This section could not be written: {escape_pandoc(section.failed)}.)*"]
    lines = []
    for paper, quotes in quoted_papers(section, papers):
        title, year = escape_pandoc(marked_title(paper)), paper.year or "year unknown"
        quoted = " ".join(quoted_pandoc(claim.text) for claim in quotes)
        lines.append(f"- **{title}** ({year}) {marks.of(citations_of(quotes))}: {quoted}")
    others = [sentence_markdown(claim, marks) for claim in section.claims if claim.kind != "quote"]
    if others:
        lines += [*([""] if lines else []), " ".join(others)]
    return lines


def sentence_markdown(claim: Claim, marks: Marks) -> str:
    """One sentence with its mark, and a remark where it is not proven. A quote is in quotation
    marks."""
    remarks = remarks_on(claim)
    remark = f" *({escape_pandoc(remarks)})*" if remarks else ""
    return marked_sentence(claim, marks, escape_pandoc, quoted_pandoc) + remark


def reference_markdown(paper: Paper, marks: Marks) -> str:
    """The paper's line in a list of references."""
    head = f"[{marks.number_of(paper.id)}] " if marks.style == "numeric" else "- "
    return head + for_pandoc(paper_line(paper))


def _references(
    papers: Sequence[Paper], marks: Marks, listed: FormatReferences | None
) -> list[tuple[str, Paper | None]]:
    """Each line with its paper, which is None where a style may have sorted the lines."""
    if listed is None:
        return [(reference_markdown(paper, marks), paper) for paper in papers]
    if marks.style == "numeric":
        lines = [f"[{marks.number_of(p.id)}] {escape_pandoc(listed([p])[0])}" for p in papers]
    else:
        lines = [f"- {escape_pandoc(line)}" for line in listed(papers)]
    return [(line, None) for line in lines]
