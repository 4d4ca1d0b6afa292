"""answer_question: from a question to an answer whose citations are made by code."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from reviewer.errors import UsageError
from reviewer.grounding import pass_gate, take_stances, verdict_of
from reviewer.grounding.claims import FAILING
from reviewer.library import Library, keep_run
from reviewer.library.run_log import Request, new_run_id
from reviewer.search import EVIDENCE_CUT, SearchOptions, find
from reviewer.search.search import NEAREST_NAMED
from reviewer.tasks.answers.gather import GatherOptions, coverage_of, gather
from reviewer.tasks.answers.sides import draft_by_side, sides_of, with_sides
from reviewer.text import counted
from reviewer.text.views import one_line
from reviewer.types import Answer, Claim
from reviewer.types.progress import Progress, silent
from reviewer.types.writer import PAPERS_A_CALL, Writer


@dataclass(frozen=True)
class AskOptions(GatherOptions):
    """What to gather and how to answer. `is_strict` leaves out claims without proof; `asked` is the
    follow-up that the question was made of; `resolved` is called with the claims as soon as their
    citations are located."""

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
    """Search, read, write, and turn the draft into checked claims with located citations.

    When nothing in the library is above the relevance floor the writer is not asked; when nothing
    it read is relevant it writes nothing. Then the answer has no claims and names the nearest
    papers. Raises UsageError for an empty question, ModelError when a model fails.
    """
    options = options or AskOptions()
    started = time.monotonic()
    question = one_line(question)
    if not question:
        raise UsageError("the question is empty", hint='For example: review ask "does RL help?"')
    gathered = gather(question, library, writer, options, progress)
    claims: tuple[Claim, ...] = ()
    if gathered.evidence:
        progress("Writing", 0, 0)
        side_of = sides_of(gathered) if writer.name == "extractive" else {}
        draft = draft_by_side(question, gathered, writer, side_of)
        progress("Checking", 0, 0)
        claims = with_sides(
            pass_gate(
                draft,
                gathered.evidence,
                writer,
                may_judge=options.effort != "quick",
                may_revise=options.effort == "thorough",
                resolved=options.resolved,
            ),
            side_of,
        )
    bad = [claim for claim in claims if options.is_strict and claim.support in FAILING]
    kept = tuple(claim for claim in claims if claim not in bad)
    without_proof = [f"{counted(len(bad), 'claim')} without proof (strict)"] if bad else []
    # The stances are counted where the writer takes them and the question has two answers.
    has_stances = kept and writer.is_yes_no
    stances = take_stances(gathered.all_readings, gathered.evidence) if has_stances else ()
    has_sides = any(claim.side for claim in kept)
    cited = {citation.paper_id for claim in kept for citation in claim.citations}
    answer = Answer(
        question=question,
        asked=options.asked,
        sides=tuple(s.name for s in gathered.found.understood.sides) if has_sides else (),
        claims=kept,
        stances=stances,
        verdict=verdict_of(stances),
        is_weak=gathered.found.is_weak,
        nearest=() if claims else tuple(h.paper for h in gathered.found.hits[:NEAREST_NAMED]),
        evidence=gathered.evidence,
        coverage=coverage_of(gathered, len(cited), [*writer.notes(), *without_proof]),
        writer=writer.name,
        effort=options.effort,
        run_id=new_run_id(),
        usage=writer.usage().model_copy(update={"seconds": round(time.monotonic() - started, 3)}),
    )
    settings = {
        "papers": options.papers,
        "filters": options.filters.model_dump(),
        "strict": options.is_strict,
    }
    request = Request("ask", question, settings, writer.prompt_hashes())
    keep_run(answer, request, library, progress)
    return answer


def estimate_calls(question: str, library: Library, model: str, options: AskOptions) -> str:
    """How many model calls an answer would take, in words. Searches, but calls no model."""
    found = find(
        question, library, SearchOptions(options.papers, filters=options.filters, cut=EVIDENCE_CUT)
    )
    if not model:
        return "No model is set: 0 calls."
    if not found.evidence:
        return "Nothing in the library is near this question: 0 calls."
    texts = sum(len(item.chunk.text) + len(item.paper.title) for item in found.evidence)
    papers = len({item.paper.id for item in found.evidence})
    reading = 0 if options.effort == "quick" else -(-papers // PAPERS_A_CALL)
    least = reading + 1 + bool(reading)
    said = (
        f"{counted(least, 'call')} to {model}: {reading} to read {counted(papers, 'paper')}, "
        "1 to write" + (", 1 to judge" if reading else "")
    )
    if options.effort == "thorough":
        said += "; then up to 9 more to ask further, search again, rerank and rewrite"
    return f"{said}. About {texts // 4 + 700 * least:,} tokens of input."
