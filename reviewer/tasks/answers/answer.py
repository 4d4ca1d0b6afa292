"""answer_question: from a question to an answer whose citations are made by code."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from reviewer.errors import ModelError, UsageError
from reviewer.grounding import check_answer, take_stances, verdict_of
from reviewer.grounding.answers import Checks, resolving
from reviewer.grounding.sentence_numbers import numbered
from reviewer.library import Library, keep_run
from reviewer.library.run_log import Request, new_run_id
from reviewer.llm import in_short, is_form_fault
from reviewer.search import SearchOptions, find
from reviewer.search.search import NEAREST_NAMED
from reviewer.tasks.answers.gather import (
    PAPERS_BY_EFFORT,
    Gathered,
    GatherOptions,
    coverage_of,
    gather,
    reads,
)
from reviewer.tasks.answers.sides import draft_by_side, sides_of, with_sides
from reviewer.tasks.memory.reuse import Reused, reuse
from reviewer.text import counted
from reviewer.text.views import one_line
from reviewer.types import Answer, Claim, Evidence, Paper
from reviewer.types.answers import Outcome
from reviewer.types.claims import AnswerDraft, ClaimDraft, NumberedAnchor
from reviewer.types.evidence import by_paper, tagged
from reviewer.types.memory import EarlierQuestion
from reviewer.types.progress import Progress, silent
from reviewer.types.writer import PAPERS_A_CALL, Writer
from reviewer.writers import Extractive

# At which efforts failing sentences are written again; none switches repair off.
REPAIRED_AT = frozenset({"normal", "thorough"})
SAID_NO_ANSWER = "the model says that what it read does not answer the question"


@dataclass(frozen=True)
class AskOptions(GatherOptions):
    """What to gather and how to answer. `is_strict` leaves out claims without proof; `asked` is the
    follow-up that the question was made of; `resolved` is called with the claims as soon as their
    citations are located. `earlier` is a run that asked nearly the same; where `reuses` its checked
    claims are the beginning and only papers that came since are read."""

    may_refuse: bool = True
    is_strict: bool = False
    asked: str = ""
    resolved: Callable[[Sequence[Claim]], None] | None = None
    earlier: EarlierQuestion | None = None
    reuses: bool = False


def answer_question(
    question: str,
    library: Library,
    writer: Writer,
    options: AskOptions | None = None,
    progress: Progress = silent,
) -> Answer:
    """Search, read, write, and turn the draft into checked claims with located citations.

    Without a model nothing below the relevance floor is read. When nothing that was read is
    relevant the writer writes nothing; then, and when a model says that the texts do not answer,
    the answer has no claims and names the nearest papers. A slip in the form of a reply never ends
    in that: what could not be read is named. Raises UsageError for an empty question, ModelError
    when a model cannot be reached.
    """
    options = options or AskOptions()
    started = time.monotonic()
    question = one_line(question)
    if not question:
        raise UsageError("the question is empty", hint='For example: review ask "does RL help?"')
    reused = _reused(question, library, writer, options, progress)
    if reused is None:
        gathered = gather(question, library, writer, options, progress)
        written = _written(question, gathered, writer, options, progress)
    else:
        gathered = reused.gathered()
        written = _written_again(question, reused, writer, options, progress)
    claims = written.claims
    without_proof = (
        [f"{counted(written.left_out, 'claim')} without proof (strict)"] if written.left_out else []
    )
    # The stances are counted where the writer takes them and the question has two answers.
    has_stances = claims and (writer.is_yes_no or (reused is not None and reused.stances))
    stances = take_stances(gathered.all_readings, gathered.evidence) if has_stances else ()
    has_sides = any(claim.side for claim in claims)
    cited = {citation.paper_id for claim in claims for citation in claim.citations}
    answer = Answer(
        question=question,
        asked=options.asked,
        outcome=written.outcome,
        sides=tuple(s.name for s in gathered.found.understood.sides) if has_sides else (),
        claims=claims,
        stances=stances,
        verdict=verdict_of(stances),
        is_weak=gathered.found.is_weak and not reads(writer),
        nearest=() if written.is_answered else _nearest(gathered),
        evidence=gathered.evidence,
        coverage=coverage_of(
            gathered, len(cited), [*written.notes, *writer.notes(), *without_proof]
        ),
        writer=writer.name,
        effort=options.effort,
        earlier=options.earlier,
        is_reused=reused is not None,
        run_id=new_run_id(),
        usage=writer.usage().model_copy(update={"seconds": round(time.monotonic() - started, 3)}),
    )
    settings = {
        "papers": options.most_papers(writer),
        "filters": options.filters.model_dump(),
        "strict": options.is_strict,
    }
    request = Request("ask", question, settings, writer.prompt_hashes())
    keep_run(answer, request, library, progress)
    return answer


@dataclass(frozen=True)
class _Written:
    """The checked sentences of an answer. `is_answered`: there was at least one before those
    without proof were left out."""

    outcome: Outcome
    claims: tuple[Claim, ...] = ()
    left_out: int = 0
    is_answered: bool = False
    notes: tuple[str, ...] = ()


def _written(
    question: str, gathered: Gathered, writer: Writer, options: AskOptions, progress: Progress
) -> _Written:
    """The answer that is written of what was gathered. Where the model gives none that can be read,
    sentences of the papers stand in for it, and that is said."""
    evidence, readings = gathered.evidence, gathered.readings
    if not evidence:
        return _Written("no evidence")
    progress("Writing", 0, 0)
    outcome: Outcome = "answer"
    notes: tuple[str, ...] = ()
    on_claim = resolving(evidence, options.resolved) if options.resolved is not None else None
    by: Writer = writer
    side_of = {} if reads(writer) else sides_of(gathered)
    try:
        draft = draft_by_side(question, gathered, writer, side_of, on_claim)
    except ModelError as error:
        if not is_form_fault(error):
            raise
        notes = (f"the model gave no readable answer, so papers are quoted: {in_short(error)}",)
        by, outcome = Extractive(), "quotes"
        draft = by.write_answer(question, readings, evidence)
        if not draft.claims:  # no sentence that the model named can be quoted alone
            draft = by.write_answer(question, (), evidence)
        draft = draft if draft.claims else _first_sentences(evidence)
    if draft.is_refusal:
        return _Written("no evidence", notes=(SAID_NO_ANSWER,))
    progress("Checking", 0, 0)
    checks = Checks(
        may_judge=options.effort != "quick",
        may_repair=options.effort in REPAIRED_AT,
        judges_again=options.effort == "thorough",
        is_strict=options.is_strict,
    )
    checked = check_answer(draft, evidence, by, checks, question)
    claims = with_sides(checked.claims, side_of)
    return _Written(outcome, claims, checked.left_out, bool(draft.claims), notes)


def _reused(
    question: str, library: Library, writer: Writer, options: AskOptions, progress: Progress
) -> Reused | None:
    """What the earlier run gives; None where nothing is to be reused, or no claim of it stands."""
    if options.earlier is None or not options.reuses:
        return None
    run = library.ledger.run(options.earlier.run_id)
    found = reuse(run, question, library, writer, options, progress)
    if not found.claims:
        progress("No claim of the earlier run stands any more, so all is read again", -1, 0)
        return None
    return found


def _written_again(
    question: str, reused: Reused, writer: Writer, options: AskOptions, progress: Progress
) -> _Written:
    """The earlier claims as they are, where no new paper bears on the question. With a model they
    and the new papers are written together; without one the new quotes come after the claims."""
    claims = reused.claims
    if not reused.has_news or reused.news is None:
        return _Written("answer", claims, is_answered=True)
    if reads(writer):
        return _written(question, reused.gathered(), writer, options, progress)
    news = replace(reused.news, evidence=tagged(reused.news.evidence, len(reused.evidence)))
    added = _written(question, news, writer, options, progress)
    return replace(added, outcome="answer", claims=(*claims, *added.claims), is_answered=True)


def _first_sentences(evidence: Sequence[Evidence]) -> AnswerDraft:
    """The first sentence of each of the first papers, where no other sentence can be quoted."""
    firsts = [numbered(items[0])[:2][-1] for items in by_paper(evidence).values()][:NEAREST_NAMED]
    return AnswerDraft(
        claims=tuple(
            ClaimDraft(
                text=sentence.text,
                anchors=(NumberedAnchor(at=len(sentence.text), numbers=(sentence.number,)),),
                kind="quote",
            )
            for sentence in firsts
        )
    )


def _nearest(gathered: Gathered) -> tuple[Paper, ...]:
    """The papers that are named where there is no answer: the most relevant that were read, else
    the first that were found."""
    papers = {item.paper.id: item.paper for item in gathered.evidence}
    read = [papers[r.paper_id] for r in gathered.readings if r.paper_id in papers]
    return tuple(read or [hit.paper for hit in gathered.found.hits])[:NEAREST_NAMED]


def estimate_calls(question: str, library: Library, model: str, options: AskOptions) -> str:
    """How many model calls an answer would take, in words. Searches, but calls no model."""
    if not model:
        return "No model is set: 0 calls."
    most = options.papers or PAPERS_BY_EFFORT[options.effort]
    search = SearchOptions(most, filters=options.filters, abstains=False)
    found = find(question, library, search)
    if not found.evidence:
        return "Nothing in the library can be read for this question: 0 calls."
    texts = sum(len(item.chunk.text) + len(item.paper.title) for item in found.evidence)
    papers = counted(len({item.paper.id for item in found.evidence}), "paper")
    if options.effort == "quick":
        size = f"About {texts // 3 + 700:,} tokens of input."
        return f"1 call to {model}: 1 to write from {papers}. {size}"
    reading = -(-len({item.paper.id for item in found.evidence}) // PAPERS_A_CALL)
    least = reading + 2
    said = (
        f"{counted(least, 'call')} to {model}: {reading} to read {papers}, 1 to write, 1 to judge; "
        "up to 3 more for other wordings, a second batch and repairs"
    )
    if options.effort == "thorough":
        said += "; then up to 20 more to put papers in order, ask further, read and judge again"
    return f"{said}. About {texts // 3 + 700 * least:,} tokens of input."
