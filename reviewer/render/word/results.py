"""Answers, tables, drafts and surveys as Word files."""

from __future__ import annotations

from reviewer.render.claim_notes import cited_papers
from reviewer.render.markdown_answer import answer_markdown
from reviewer.render.markdown_draft import draft_markdown
from reviewer.render.markdown_survey import survey_markdown, survey_papers
from reviewer.render.markdown_table import table_markdown
from reviewer.render.provenance import references_of
from reviewer.render.styles import CitationStyle
from reviewer.render.word.document import word_file
from reviewer.types import Answer, RelatedWork, SurveyReport, Table

_NUMERIC = CitationStyle("numeric", "ieee")
_AUTHOR_YEAR = CitationStyle("author-year", "apa")


def answer_docx(
    answer: Answer,
    *,
    as_list: bool = False,
    with_proof: bool = False,
    style: CitationStyle = _NUMERIC,
) -> bytes:
    """The answer as its Markdown has it."""
    text = answer_markdown(
        answer, as_list=as_list, with_proof=with_proof, style=style, for_word=True
    )
    papers = [one.paper for one in references_of(answer)] if answer.claims else []
    return word_file(text, papers, style)


def table_docx(table: Table, style: CitationStyle = _NUMERIC) -> bytes:
    """The table with the quote of each value in a footnote, and the papers as references."""
    papers = {paper.id: paper for paper in table.papers}
    own = [papers[row.paper_id] for row in table.rows]
    return word_file(table_markdown(table, style, for_word=True), own, style)


def draft_docx(
    work: RelatedWork, style: CitationStyle = _AUTHOR_YEAR, *, with_marks: bool = True
) -> bytes:
    """The section with its references; `with_marks` as in Markdown."""
    papers = cited_papers(work) if work.sections else []
    text = draft_markdown(work, style, with_marks=with_marks, for_word=True)
    return word_file(text, papers, style)


def survey_docx(report: SurveyReport, style: CitationStyle = _AUTHOR_YEAR) -> bytes:
    """The whole report."""
    return word_file(survey_markdown(report, style, for_word=True), survey_papers(report), style)
