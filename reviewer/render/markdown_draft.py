"""Drafted sections and revised drafts as Markdown, cited in the reader's own system."""

from __future__ import annotations

from collections.abc import Callable, Sequence

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
from reviewer.render.escape import escape_pandoc, for_pandoc, quoted_pandoc
from reviewer.render.in_text import Marks
from reviewer.render.markdown import paper_line
from reviewer.text.entry_types import marked_title
from reviewer.types import Claim, Paper, RelatedWork
from reviewer.types.drafts import Section

Listed = Callable[[Sequence[Paper]], list[str]]
"""Gives one line a paper of a bibliography; the papers are in the order of their marks."""


def draft_markdown(
    work: RelatedWork,
    style: str = "pandoc",
    *,
    with_quotes: bool = False,
    listed: Listed | None = None,
) -> str:
    """The whole section: head, themes, references, coverage. `listed` formats the references;
    without it they stand with their keys, as `ask` has them."""
    papers = cited_papers(work)
    marks = Marks(style, papers, escape=escape_pandoc)
    lines = [f"# {escape_pandoc(draft_title(work))}", ""]
    if not work.sections:
        lines += [nothing_drafted(work), ""]
        if work.nearest:
            lines += ["Nearest papers, which may not help:", ""]
            lines += [*(f"- {for_pandoc(paper_line(paper))}" for paper in work.nearest), ""]
        return "\n".join([*lines, coverage_line(work), ""])
    lines += [escape_pandoc(draft_head(work)), ""]
    if work.is_weak:
        lines += [weak_line(work), ""]
    for section in work.sections:
        lines += [*_section(section, work, marks), ""]
    lines += ["## References", ""]
    for line, paper in zip(
        _references(papers, marks, listed), _sorted(papers, listed), strict=True
    ):
        lines += [line, ""]
        if with_quotes and paper is not None:
            lines += [*_quotes(work, paper), ""]
    return "\n".join([*lines, escape_pandoc(coverage_line(work)), ""])


def _section(section: Section, work: RelatedWork, marks: Marks) -> list[str]:
    lines = [f"## {escape_pandoc(section.title[:1].upper() + section.title[1:])}", ""]
    if section.failed:
        return [*lines, f"*(This section could not be written: {escape_pandoc(section.failed)}.)*"]
    known = {paper.id: paper for paper in work.papers}
    for paper_id, quotes in quotes_by_paper(section).items():
        paper = known[paper_id]
        said = " ".join(quoted_pandoc(claim.text) for claim in quotes)
        mark = marks.mark([paper_id], pages_of(citations_of(quotes)))
        year = f" ({paper.year})" if paper.year else " (year unknown)"
        title = escape_pandoc(marked_title(paper))
        lines.append(f"- **{title}**{year} {mark}: {said}")
    others = [claim for claim in section.claims if claim.role != "quote"]
    if others and len(lines) > 2:
        lines.append("")
    if others:
        lines.append(" ".join(sentence_markdown(claim, marks) for claim in others))
    return lines


def sentence_markdown(claim: Claim, marks: Marks) -> str:
    """One sentence with its mark and, where it is not proven, what is said of that; a quote stands
    in quotation marks."""
    remarks = remarks_on(claim)
    remark = f" *({escape_pandoc(remarks)})*" if remarks else ""
    if is_quote(claim):
        return f"{quoted_pandoc(claim.text)} {mark_of(claim, marks)}{remark}"
    return with_mark(escape_pandoc(claim.text), mark_of(claim, marks)) + remark


def reference_markdown(paper: Paper, marks: Marks) -> str:
    """The paper's line in a list of references."""
    head = f"[{marks.number_of(paper.id)}] " if marks.style == "numeric" else "- "
    return head + for_pandoc(paper_line(paper))


def _references(papers: Sequence[Paper], marks: Marks, listed: Listed | None) -> list[str]:
    if listed is None:
        return [reference_markdown(paper, marks) for paper in papers]
    if marks.style == "numeric":
        return [f"[{marks.number_of(p.id)}] {escape_pandoc(listed([p])[0])}" for p in papers]
    return [f"- {escape_pandoc(line)}" for line in listed(papers)]


def _sorted(papers: Sequence[Paper], listed: Listed | None) -> Sequence[Paper | None]:
    """The papers beside their references; not known where a style has sorted them."""
    return papers if listed is None else [None] * len(papers)


def _quotes(work: RelatedWork, paper: Paper) -> list[str]:
    every = [c for s in work.sections for c in citations_of(s.claims) if c.paper_id == paper.id]
    return [f"> {quoted_pandoc(c.quote)} ({quoted_place(c)})" for c in dict.fromkeys(every)]
