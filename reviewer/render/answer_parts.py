"""What all forms of an answer share: its sentences, and how they stand.

Which sentences are not proven and why, and which papers a verdict counts. Pure.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import groupby

from reviewer.render.cited_sentence import is_quote, marked_sentence
from reviewer.render.claim_notes import remarks_on
from reviewer.render.in_text import Marks
from reviewer.render.provenance import references_of
from reviewer.text import clean, counted
from reviewer.types import Answer, Citation, Claim

NOT_PROVEN = "†"
"""Stands behind a sentence that failed its check."""
_FAILED = ("partial", "contradicted", "unsupported", "uncited")
_KINDS = ("yes", "no", "mixed")


def reads_as_list(answer: Answer) -> bool:
    """True for an answer of quotes alone, which stand side by side and make no text."""
    return all(map(is_quote, answer.claims))


def paragraphs_of(claims: Iterable[Claim]) -> list[list[Claim]]:
    """The sentences of each paragraph, in order."""
    return [list(own) for _, own in groupby(claims, key=lambda claim: claim.paragraph)]


def is_failed(claim: Claim) -> bool:
    """True for a sentence that failed a check. One that nobody judged did not fail."""
    return claim.support in _FAILED


def failed_claims(answer: Answer) -> list[Claim]:
    """The sentences that failed a check, in order."""
    return [claim for claim in answer.claims if is_failed(claim)]


def failed_words(claim: Claim) -> str:
    """The words of a failed sentence that are not proven: those that a judge named, else all."""
    return clean(claim.failing) or clean(claim.text)


def why_failed(claim: Claim) -> str:
    """Why a sentence failed its check: what was found, and the judge's reason."""
    return "; ".join(filter(None, (remarks_on(claim), clean(claim.reason).rstrip("."))))


def proof_words(claim: Claim) -> str:
    """How a sentence stands by what it cites, in a few words."""
    if is_failed(claim):
        words = f'"{clean(claim.failing)}": ' if claim.failing else ""
        return f"not proven: {words}{why_failed(claim)}"
    if is_quote(claim):
        return "the paper's words"
    if not claim.citations and claim.kind == "gap":
        said = "says what the papers do not tell"
    elif not claim.citations:
        said = "rests on the sentences around it"
    else:
        said = "supported by its quotes" if claim.support == "supported" else ""
    judged = "by the model's word" if claim.support == "supported" else "not judged"
    dropped = f"{counted(len(claim.dropped), 'citation')} dropped" if claim.dropped else ""
    return "; ".join(filter(None, (", ".join(filter(None, (said, judged))), dropped)))


def checks_line(answer: Answer) -> str:
    """How the written sentences stand, as a sentence: `12 sentences: 9 supported, 2 not judged,
    1 not proven.` Empty for quotes alone."""
    own = [claim for claim in answer.claims if not is_quote(claim)]
    failed = sum(map(is_failed, own))
    supported = sum(claim.support == "supported" for claim in own)
    counts = {"supported": supported, "not judged": len(own) - supported - failed}
    said = [f"{n} {name}" for name, n in {**counts, "not proven": failed}.items() if n]
    return f"{counted(len(own), 'sentence')}: {', '.join(said)}." if own else ""


def verdict_papers(answer: Answer) -> list[tuple[str, list[Citation]]]:
    """`yes`, `no`, `mixed` and `merely use it`, each with the sentences that show it, one a paper;
    without those that no paper takes."""
    tested = [stance for stance in answer.stances if stance.basis == "tests"]
    using = [s for s in answer.stances if s.basis == "uses" and s.stance != "none"]
    groups = [(kind, [s for s in tested if s.stance == kind]) for kind in _KINDS]
    named = [*groups, ("merely use it", using)]
    shown = [(name, [s.citation for s in own if s.citation is not None]) for name, own in named]
    return [(name, own) for name, own in shown if own]


def numeric_marks(answer: Answer) -> Marks:
    """The numbered marks of the answer's references."""
    return Marks("numeric", [reference.paper for reference in references_of(answer)])


def answer_text(answer: Answer) -> str:
    """The sentences as plain text with numbered marks, paragraphs parted by blank lines."""
    marks = numeric_marks(answer)
    paragraphs = paragraphs_of(answer.claims)
    if reads_as_list(answer):
        paragraphs = [[claim] for claim in answer.claims]
    return "\n\n".join(" ".join(_plain(claim, marks) for claim in own) for own in paragraphs)


def _plain(claim: Claim, marks: Marks) -> str:
    said = marked_sentence(claim, marks, clean, lambda text: f'"{clean(text)}"')
    return said + NOT_PROVEN * (is_failed(claim) and not is_quote(claim))


def quotes_by_paper(citations: Sequence[Citation]) -> list[list[Citation]]:
    """The citations of each paper, in order."""
    own: dict[str, list[Citation]] = {}
    for citation in citations:
        own.setdefault(citation.paper_id, []).append(citation)
    return list(own.values())
