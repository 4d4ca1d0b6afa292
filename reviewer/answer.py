"""answer_question: from a question to an answer whose citations were made by code."""

from __future__ import annotations

import secrets
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from reviewer.citing import resolve
from reviewer.errors import LibraryError, UsageError
from reviewer.library import Library
from reviewer.records import (
    Answer,
    Claim,
    Coverage,
    Filters,
    Found,
    Report,
    Run,
    Usage,
    silent,
)
from reviewer.search import SearchOptions, find
from reviewer.writers import Writer

NEAREST_NAMED = 3


@dataclass(frozen=True)
class AskOptions:
    """`papers` is how many papers the writer reads. `is_strict` leaves out claims without proof."""

    papers: int = 12
    filters: Filters = field(default_factory=Filters)
    is_strict: bool = False


def answer_question(
    question: str,
    library: Library,
    writer: Writer,
    options: AskOptions | None = None,
    report: Report = silent,
) -> Answer:
    """Search, read, write, and turn the draft into located citations.

    When nothing in the library is above the relevance floor the answer has no claims and names the
    nearest papers; the writer is not asked. Raises UsageError for an empty question.
    """
    options = options or AskOptions()
    started = time.monotonic()
    question = " ".join(question.split())
    if not question:
        raise UsageError("the question is empty", hint='For example: review ask "does RL help?"')
    report("Searching", 0, 0)
    found = find(question, library, SearchOptions(options.papers, filters=options.filters))
    claims: tuple[Claim, ...] = ()
    left_out: list[str] = list(found.left_out)
    if found.evidence:
        report("Writing", 0, 0)
        readings = writer.read(question, found.evidence)
        draft = writer.write_answer(question, readings, found.evidence)
        claims = resolve(draft, found.evidence)
        if options.is_strict:
            claims, without_proof = _strict(claims)
            left_out += without_proof
    answer = Answer(
        question=question,
        claims=claims,
        is_weak=found.is_weak,
        nearest=() if claims else tuple(hit.paper for hit in found.hits[:NEAREST_NAMED]),
        evidence=found.evidence,
        coverage=_coverage(found, claims, left_out),
        writer=writer.name,
        run_id=new_run_id(),
        usage=Usage(seconds=round(time.monotonic() - started, 3)),
    )
    _keep(answer, library, options, report)
    return answer


def new_run_id() -> str:
    """The time in UTC, to be read, and four letters, to be unique."""
    return f"{datetime.now(UTC):%Y%m%d-%H%M%S}-{secrets.token_hex(2)}"


def _keep(answer: Answer, library: Library, options: AskOptions, report: Report) -> None:
    """Keep the run. A library that cannot be written still answers, and says that it keeps none."""
    finished = datetime.now(UTC)
    run = Run(
        id=answer.run_id,
        command="ask",
        question=answer.question,
        settings={
            "papers": options.papers,
            "filters": options.filters.model_dump(),
            "strict": options.is_strict,
            "embedding": library.index.embedding_name,
        },
        writer=answer.writer,
        generation=library.database.generation,
        started=(finished - timedelta(seconds=answer.usage.seconds)).isoformat(timespec="seconds"),
        finished=finished.isoformat(timespec="seconds"),
        usage=answer.usage,
        result=answer.model_dump(mode="json", exclude={"evidence", "usage"}),
    )
    try:
        library.ledger.save(run)
    except LibraryError as error:
        report(f"This answer is not kept: {error.message}", -1, 0)


def _strict(claims: Sequence[Claim]) -> tuple[tuple[Claim, ...], list[str]]:
    """Claims that stay under `--strict`, and what is said of the others."""
    bad = [c for c in claims if c.support in ("uncited", "unsupported", "contradicted")]
    kept = tuple(claim for claim in claims if claim not in bad)
    return kept, [f"{len(bad)} claims without proof (strict)"] if bad else []


def _coverage(found: Found, claims: Sequence[Claim], left_out: Sequence[str]) -> Coverage:
    return Coverage(
        papers=found.papers,
        matched=found.matched,
        read=len({item.paper.id for item in found.evidence}),
        cited=len({citation.paper_id for claim in claims for citation in claim.citations}),
        left_out=tuple(left_out),
    )
