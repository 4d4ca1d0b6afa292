"""What every form of a result says of how it was made: who wrote it, from what, at what cost."""

from __future__ import annotations

from dataclasses import dataclass

from reviewer.text import counted
from reviewer.types import Answer
from reviewer.types.runs import Coverage, Usage


@dataclass(frozen=True)
class Fact:
    """A name and what is said to it, a line each."""

    name: str
    said: tuple[str, ...]


@dataclass(frozen=True)
class Step:
    """A number of papers on their way into a result. `out` counts those that go no further, `why`
    says the reasons in words: this step less `out` is the next one."""

    name: str
    count: int
    out: int = 0
    why: tuple[str, ...] = ()


def answer_title(answer: Answer) -> str:
    return answer.question[:1].upper() + answer.question[1:]


def answer_head(answer: Answer) -> str:
    """Who wrote the answer, and from how many papers."""
    papers = counted(answer.coverage.cited, "paper")
    if answer.writer == "extractive":
        return (
            f"Quoted from {papers}; no model is set, so nothing is rephrased and no verdict is "
            "given."
        )
    asked = f' Asked as "{answer.asked}".' if answer.asked else ""
    return f"Written by {answer.writer} from {papers}; citations by code.{asked}"


def flow_of(coverage: Coverage) -> tuple[Step, ...]:
    """The way of the papers from the library to the citations, after the flow diagram of PRISMA
    2020 (Page and others 2021). Reasons are those of all steps from matching on, told where papers
    leave between being matched and being read."""
    matched = min(coverage.matched, coverage.papers)
    read = min(coverage.read, matched)
    cited = min(coverage.cited, read)
    return (
        Step(
            "in the library", coverage.papers, coverage.papers - matched, ("not near the question",)
        ),
        Step(
            "matched", matched, matched - read, coverage.left_out or ("beyond those that are read",)
        ),
        Step("read", read, read - cited, ("nothing of them is quoted",)),
        Step("cited", cited),
    )


def facts_of(usage: Usage, writer: str, effort: str = "") -> tuple[Fact, ...]:
    """The writer, its effort, its calls and what they cost."""
    facts = [Fact("Writer", ("sentences quoted, no model" if writer == "extractive" else writer,))]
    if effort and writer != "extractive":
        facts.append(Fact("Effort", (effort,)))
    return (*facts, *cost_facts(usage))


def cost_facts(usage: Usage) -> tuple[Fact, ...]:
    """Calls of a model, tokens and money; none without a call."""
    if not usage.calls and not usage.cached_calls:
        return ()
    cached = f", {usage.cached_calls} from the cache" if usage.cached_calls else ""
    price = "not known" if usage.cost_usd is None else f"${usage.cost_usd:.4f}"
    tokens = f"{usage.tokens_in:,} in, {usage.tokens_out:,} out"
    calls = f"{counted(usage.calls, 'call')}{cached}"
    return (Fact("Calls", (calls,)), Fact("Tokens", (tokens,)), Fact("Cost", (price,)))
