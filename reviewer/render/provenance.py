"""What all forms say about an answer, and about how a result was made and what it cost."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from reviewer.text import clean, counted
from reviewer.text.option_notes import without_options
from reviewer.types import Answer, Citation, Claim, Paper
from reviewer.types.runs import Coverage, Usage

Facts = dict[str, list[str]]
"""Names, each with its values, which are shown one on each line."""


@dataclass(frozen=True)
class Reference:
    """A cited paper with its number in this result, and every citation of it in order."""

    number: int
    paper: Paper
    citations: tuple[Citation, ...]


@dataclass(frozen=True)
class Step:
    """A number of papers on their way into a result. `out` counts those that go no further, `why`
    gives the reasons in words. This step less `out` is the next one."""

    name: str
    count: int
    out: int = 0
    why: tuple[str, ...] = ()


def answer_title(answer: Answer) -> str:
    return answer.question[:1].upper() + answer.question[1:]


def answer_citations(answer: Answer) -> list[Citation]:
    """The citations of all claims, then of all stances."""
    of_claims = [citation for claim in answer.claims for citation in claim.citations]
    return of_claims + [stance.citation for stance in answer.stances if stance.citation is not None]


def references_of(answer: Answer) -> list[Reference]:
    """The cited papers, numbered in the order in which claims, then stances, first cite them."""
    papers = {item.paper.id: item.paper for item in answer.evidence}
    cited: dict[str, list[Citation]] = {}
    for citation in dict.fromkeys(answer_citations(answer)):
        cited.setdefault(citation.paper_id, []).append(citation)
    return [
        Reference(number, papers[paper_id], tuple(citations))
        for number, (paper_id, citations) in enumerate(cited.items(), start=1)
    ]


def claims_by_side(answer: Answer) -> list[tuple[str, list[Claim]]]:
    """The claims under the head of their side, `Side: ...`; all under none where nothing is
    compared. A side may have no claim."""
    if not answer.sides:
        return [("", list(answer.claims))]
    other = [claim for claim in answer.claims if claim.side not in answer.sides]
    sides = [(f"Side: {s}", [c for c in answer.claims if c.side == s]) for s in answer.sides]
    return [*sides, *([("On neither side", other)] if other else [])]


def answer_head(answer: Answer) -> str:
    """Who wrote the answer, and from how many papers."""
    papers = counted(answer.coverage.cited, "paper")
    if answer.writer == "extractive":
        return (
            f"Quoted from {papers}; no model is set, so nothing is rephrased and no verdict is "
            "given."
        )
    asked = f' Asked as "{answer.asked}".' if answer.asked else ""
    if answer.outcome == "quotes":
        return f"Quoted from {papers}; {answer.writer} gave no readable answer.{asked}"
    return f"Written by {answer.writer} from {papers}; citations by code.{asked}"


def coverage_line(coverage: Coverage) -> str:
    """How many papers there were at each step, and what was left out."""
    return (
        f"{counted(coverage.papers, 'paper')} in the library, {coverage.matched} matched, "
        f"{coverage.read} read, {coverage.cited} cited.{left_out_words(coverage)}"
    )


def left_out_words(coverage: Coverage) -> str:
    """` Left out: 2 papers without text.`, empty where nothing was left out; and how the question
    was understood, where it has constructions."""
    left_out = f" Left out: {'; '.join(coverage.left_out)}." if coverage.left_out else ""
    return f"{left_out}{''.join(f' {said}' for said in coverage.understood)}"


def flow_of(coverage: Coverage) -> tuple[Step, ...]:
    """The papers from the library to the citations, after the flow diagram of PRISMA 2020 (Page and
    others 2021). The reasons of all steps from matching on are given where papers leave between
    being matched and being read."""
    papers = coverage.papers
    matched = min(coverage.matched, papers)
    read = min(coverage.read, matched)
    cited = min(coverage.cited, read)
    reasons = tuple(map(without_options, coverage.left_out)) or ("beyond the number to read",)
    return (
        Step("in the library", papers, papers - matched, ("not near the question",)),
        Step("matched", matched, matched - read, reasons),
        Step("read", read, read - cited, ("not quoted",)),
        Step("cited", cited),
    )


def known_facts(facts: Mapping[str, Sequence[str]]) -> Facts:
    """The facts that have a value, cleaned."""
    return {name: [clean(v) for v in values] for name, values in facts.items() if any(values)}


def facts_of(usage: Usage, writer: str, effort: str = "") -> Facts:
    """The writer, its effort, its calls and their cost."""
    if writer == "extractive":
        writer, effort = "sentences quoted, no model", ""
    return known_facts({"Writer": [writer], "Effort": [effort]}) | cost_facts(usage)


def cost_facts(usage: Usage) -> Facts:
    """Calls of a model, tokens and money in US dollars. Empty without a call."""
    if not usage.calls and not usage.cached_calls:
        return {}
    cached = f", {usage.cached_calls} from the cache" if usage.cached_calls else ""
    return {
        "Calls": [f"{counted(usage.calls, 'call')}{cached}"],
        "Tokens": [f"{usage.tokens_in:,} in, {usage.tokens_out:,} out"],
        "Cost": ["not known" if usage.cost_usd is None else f"${usage.cost_usd:.4f}"],
    }
