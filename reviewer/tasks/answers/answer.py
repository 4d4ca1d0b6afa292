"""answer_question: from a question to an answer whose citations were made by code."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from reviewer.errors import UsageError
from reviewer.grounding import pass_gate, take_stances, verdict_of
from reviewer.grounding.claims import FAILING
from reviewer.library import Library, keep_run
from reviewer.library.run_log import Request, new_run_id
from reviewer.search import SearchOptions, find
from reviewer.search.search import NEAREST_NAMED
from reviewer.tasks.answers.gather import Gathered, Reads, coverage_of, gather
from reviewer.text import counted
from reviewer.text.views import one_line
from reviewer.types import Answer, Claim
from reviewer.types.answers import StanceTaken
from reviewer.types.progress import Progress, silent
from reviewer.types.searches import Filters
from reviewer.types.writer import PAPERS_A_CALL, Writer


@dataclass(frozen=True)
class AskOptions:
    """How to answer. `papers` is how many the writer reads; `effort` is quick, normal or thorough;
    `is_strict` leaves out claims without proof; `asked` is the follow-up that the question was made
    of; `resolved` is told of claims as soon as their citations stand."""

    papers: int = 12
    filters: Filters = field(default_factory=Filters)
    effort: str = "normal"
    is_strict: bool = False
    asked: str = ""
    resolved: Callable[[Sequence[Claim]], None] | None = None


def answer_question(
    question: str,
    library: Library,
    writer: Writer,
    options: AskOptions | None = None,
    progress: Progress = silent,
) -> Answer:
    """Search, read, write, and turn the draft into located and checked claims.

    When nothing in the library is above the relevance floor the writer is not asked; when nothing
    it read is relevant it writes nothing. Then the answer has no claims and names the nearest
    papers. Raises UsageError for an empty question, ModelError when a model fails.
    """
    options = options or AskOptions()
    started = time.monotonic()
    question = one_line(question)
    if not question:
        raise UsageError("the question is empty", hint='For example: review ask "does RL help?"')
    reads = Reads(options.papers, options.filters, options.effort)
    gathered = gather(question, library, writer, reads, progress)
    claims = _write(question, gathered, writer, options, progress)
    kept, without_proof = _strict(claims) if options.is_strict else (claims, [])
    stances, verdict = _verdict(gathered, writer) if kept else ((), "")
    cited = {citation.paper_id for claim in kept for citation in claim.citations}
    answer = Answer(
        question=question,
        asked=options.asked,
        claims=kept,
        stances=stances,
        verdict=verdict,
        is_weak=gathered.found.is_weak,
        nearest=() if claims else tuple(h.paper for h in gathered.found.hits[:NEAREST_NAMED]),
        evidence=gathered.evidence,
        coverage=coverage_of(gathered, len(cited), [*writer.notes(), *without_proof]),
        writer=writer.name,
        effort=options.effort,
        run_id=new_run_id(),
        usage=writer.usage().model_copy(update={"seconds": round(time.monotonic() - started, 3)}),
    )
    keep_run(answer, _request(answer, writer, options), library, progress)
    return answer


def _write(
    question: str, gathered: Gathered, writer: Writer, options: AskOptions, progress: Progress
) -> tuple[Claim, ...]:
    """The checked claims; none when there is nothing to write from."""
    if gathered.is_empty:
        return ()
    progress("Writing", 0, 0)
    draft = writer.write_answer(question, gathered.readings, gathered.evidence)
    progress("Checking", 0, 0)
    return pass_gate(
        draft,
        gathered.evidence,
        writer,
        may_judge=options.effort != "quick",
        may_revise=options.effort == "thorough",
        resolved=options.resolved,
    )


def _verdict(gathered: Gathered, writer: Writer) -> tuple[tuple[StanceTaken, ...], str]:
    """Stances and their count, where the writer takes stances and the question has two answers."""
    if not writer.is_yes_no:
        return (), ""
    stances = take_stances(gathered.all_readings, gathered.evidence)
    return stances, verdict_of(stances)


def _strict(claims: Sequence[Claim]) -> tuple[tuple[Claim, ...], list[str]]:
    """Claims that stay under `--strict`, and what is said of the others."""
    bad = [claim for claim in claims if claim.support in FAILING]
    kept = tuple(claim for claim in claims if claim not in bad)
    return kept, [f"{counted(len(bad), 'claim')} without proof (strict)"] if bad else []


def planned_calls(question: str, library: Library, model: str, options: AskOptions) -> str:
    """What asking would take, in words. Searches, and contacts nobody."""
    found = find(question, library, SearchOptions(options.papers, filters=options.filters))
    if not model:
        return "No model is set: 0 calls."
    if not found.evidence:
        return "Nothing in the library is near this question: 0 calls."
    texts = sum(len(item.chunk.text) + len(item.paper.title) for item in found.evidence)
    papers = len({item.paper.id for item in found.evidence})
    reading = 0 if options.effort == "quick" else -(-papers // PAPERS_A_CALL)
    least = reading + (1 if options.effort == "quick" else 2)
    said = (
        f"{counted(least, 'call')} to {model}: {reading} to read {counted(papers, 'paper')}, "
        "1 to write" + (", 1 to judge" if reading else "")
    )
    if options.effort == "thorough":
        said += "; then up to 9 more to ask further, search again, rerank and rewrite"
    return f"{said}. About {texts // 4 + 700 * least:,} tokens of input."


def _request(answer: Answer, writer: Writer, options: AskOptions) -> Request:
    settings = {
        "papers": options.papers,
        "filters": options.filters.model_dump(),
        "strict": options.is_strict,
    }
    return Request("ask", answer.question, settings, writer.prompt_hashes())
