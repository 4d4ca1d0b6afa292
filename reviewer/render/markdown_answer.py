"""Answers as Markdown. Text from papers stays text: nothing in it can be markup."""

from __future__ import annotations

from collections.abc import Sequence

from reviewer.render.answer_parts import (
    NOT_PROVEN,
    checks_line,
    failed_claims,
    failed_words,
    is_failed,
    paragraphs_of,
    proof_words,
    quotes_by_paper,
    reads_as_list,
    verdict_papers,
    why_failed,
)
from reviewer.render.cited_sentence import is_quote, joined, marked_sentence
from reviewer.render.citing import NUMERIC, Citing
from reviewer.render.claim_notes import remarks_on
from reviewer.render.describe import quoted_place
from reviewer.render.escape import escape
from reviewer.render.in_text import Marks
from reviewer.render.markdown import paper_line
from reviewer.render.provenance import (
    answer_head,
    answer_title,
    claims_by_side,
    coverage_line,
    references_of,
)
from reviewer.render.styles import CitationStyle
from reviewer.types import Answer, Citation, Claim


def answer_markdown(
    answer: Answer,
    *,
    as_list: bool = False,
    with_proof: bool = False,
    style: CitationStyle = NUMERIC,
    for_word: bool = False,
) -> str:
    """The answer as text with marks in `style`, the verdict, what is not proven, and references.

    `as_list` gives each sentence a line of its own with its remark, and each stance its sentence.
    `with_proof` adds each sentence with its quotes and how it stands by them. `for_word` as for
    Citing.
    """
    lines = [f"# {escape(answer_title(answer))}", ""]
    if not answer.claims:
        coverage = escape(coverage_line(answer.coverage))
        return "\n".join([*lines, *_nothing(answer), coverage, ""])
    citing = Citing([one.paper for one in references_of(answer)], style, for_word=for_word)
    marks = citing.marks
    is_written = not reads_as_list(answer)
    made = [line for line in (answer_head(answer), checks_line(answer) * is_written) if line]
    # What is quoted is said first: it is not what a reader of an answer expects.
    lines += [] if is_written and not as_list else [escape(made.pop(0)), ""]
    lines += ["## Nearest, may not answer", ""] if answer.is_weak else []
    for title, claims in claims_by_side(answer):
        lines += [f"## {escape(title)}", ""] if title else []
        if not claims:
            lines += ["Nothing here matches this side.", ""]
        elif as_list or not is_written:
            lines += [*(_claim(claim, marks) for claim in claims), ""]
        else:
            lines += _paragraphs(claims, marks)
    lines += _verdict(answer, marks)
    lines += [] if as_list or not is_written else _not_proven(answer)
    lines += _stances(answer, marks) if as_list else []
    lines += ["## References", ""]
    for line, _ in citing.references():
        lines += [line, ""]
    lines += _proof(answer, marks) if with_proof else []
    lines += _stances(answer, marks) if with_proof and not as_list else []
    last = map(escape, [*made, coverage_line(answer.coverage)])
    return "\n".join([*lines, " ".join(last), "", *citing.note_lines()])


def _nothing(answer: Answer) -> list[str]:
    """That there is no answer, why, and the nearest papers."""
    lines = ["Not enough evidence in this library to answer.", ""]
    lines += [escape(answer.coverage.reason), ""] if answer.coverage.reason else []
    if answer.nearest:
        near = (f"- {paper_line(paper)}" for paper in answer.nearest)
        lines += ["Nearest papers, which may not answer:", "", *near, ""]
    return lines


def _paragraphs(claims: Sequence[Claim], marks: Marks) -> list[str]:
    """The sentences as text, an empty line behind each paragraph."""
    return [
        line
        for own in paragraphs_of(claims)
        for line in (" ".join(_sentence(claim, marks) for claim in own), "")
    ]


def _sentence(claim: Claim, marks: Marks) -> str:
    """The escaped sentence with its marks at their clauses. No mark can be read as a link."""
    said = marked_sentence(claim, marks, escape, lambda text: f'"{escape(text)}"')
    return said + NOT_PROVEN * (is_failed(claim) and not is_quote(claim))


def _verdict(answer: Answer, marks: Marks) -> list[str]:
    """The count of stances, and which papers take each."""
    if not answer.verdict:
        return []
    papers = (
        joined([(name.capitalize(), marks.of(own)), (".", "")], marks)
        for name, own in verdict_papers(answer)
    )
    return [" ".join([f"**{answer.verdict}.**", *papers]), ""]


def _not_proven(answer: Answer) -> list[str]:
    """The sentences that failed a check, each with the reason."""
    failed = failed_claims(answer)
    lines = [
        f'- {NOT_PROVEN} "{escape(failed_words(c))}": {escape(why_failed(c))}.' for c in failed
    ]
    return ["## Not proven", "", *lines, ""] if lines else []


def _proof(answer: Answer, marks: Marks) -> list[str]:
    """Each sentence with how it stands, and under it what it quotes and where."""
    lines = ["## Proof", ""]
    for n, claim in enumerate(answer.claims, start=1):
        said = f"{escape(claim.text)} *({escape(proof_words(claim))})*"
        lines.append(f"{n}. {said}" if not is_quote(claim) else f"{n}. {_quoted(claim, marks)}")
        quotes = () if is_quote(claim) else claim.citations
        lines += [f"   - {_quote(c, marks)}" for c in quotes]
    return [*lines, ""]


def _quoted(claim: Claim, marks: Marks) -> str:
    return "; ".join(_quote(citation, marks) for citation in claim.citations)


def _quote(citation: Citation, marks: Marks) -> str:
    """`[1] "Apples are round." (abstract, characters 0 to 17)`."""
    said = f'"{escape(citation.quote)}" ({quoted_place(citation)})'
    return f"{marks.mark([citation.paper_id])} {said}"


def _stances(answer: Answer, marks: Marks) -> list[str]:
    """Each stance that was taken, with the sentence that shows it."""
    lines = [
        f'- {joined([(name, marks.of([c])), (":", "")], marks)} "{escape(c.quote)}"'
        for name, own in verdict_papers(answer)
        for c in own
    ]
    return ["## Stances", "", *lines, ""] if lines else []


def _claim(claim: Claim, marks: Marks) -> str:
    """The sentence as a point of a list, with the mark of each paper behind it."""
    text = f'"{escape(claim.text)}"' if is_quote(claim) else escape(claim.text)
    each = [("", marks.of(own)) for own in quotes_by_paper(claim.citations)]
    said = f"- {joined([(text, ''), *each], marks)}"
    remarks = remarks_on(claim)
    return f"{said} *({escape(remarks)})*" if remarks else said
