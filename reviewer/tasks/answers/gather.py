"""Gathers what is read for a question: one search, or several rounds for a thorough answer."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from reviewer.grounding import cite
from reviewer.library import Library
from reviewer.search import SearchOptions, find
from reviewer.text import counted
from reviewer.types import Citation, Claim, Evidence
from reviewer.types.claims import NeedsModel, Quote, Reading
from reviewer.types.evidence import tagged
from reviewer.types.progress import Progress
from reviewer.types.runs import Coverage
from reviewer.types.searches import Filters, Found
from reviewer.types.writer import Writer

RELEVANT = 3.0  # readings below are not evidence; the prompt asks for no quotes from them
MOST_ROUNDS = 3
RERANKED = 30
EFFORTS = ("quick", "normal", "thorough")


@dataclass(frozen=True)
class Reads:
    """How much is gathered: papers to read, which may be found, and how hard to look."""

    papers: int = 12
    filters: Filters = field(default_factory=Filters)
    effort: str = "normal"


@dataclass(frozen=True)
class Gathered:
    """`evidence` is what the writer may cite, `readings` what it found there. `read` counts papers
    that were read, relevant or not."""

    found: Found
    evidence: tuple[Evidence, ...] = ()
    readings: tuple[Reading, ...] = ()
    all_readings: tuple[Reading, ...] = ()
    left_out: tuple[str, ...] = ()

    @property
    def is_empty(self) -> bool:
        return not self.evidence


def gather(
    question: str, library: Library, writer: Writer, reads: Reads, progress: Progress
) -> Gathered:
    """Search and read. Quick reads nothing: the writer gets the evidence's whole texts."""
    progress("Searching", 0, 0)
    found = find(question, library, SearchOptions(reads.papers, filters=reads.filters))
    if not found.evidence:
        return Gathered(found)
    if reads.effort == "quick":
        return Gathered(found, found.evidence)
    evidence = found.evidence
    if reads.effort == "thorough":
        evidence = _wider(question, library, writer, reads, evidence)
    progress("Reading", 0, 0)
    readings = writer.read(question, evidence)
    if reads.effort == "thorough":
        evidence, readings = _deeper(question, library, writer, reads, (evidence, readings))
    return _sifted(found, evidence, readings)


def coverage_of(gathered: Gathered, cited: int, notes: Sequence[str]) -> Coverage:
    """What a result that was made of this looked at, when it cites this many papers. `notes` say
    what was left out after gathering."""
    found = gathered.found
    shown = {item.paper.id for item in gathered.evidence}
    return Coverage(
        papers=found.papers,
        matched=found.matched,
        read=len(gathered.all_readings) or len(shown),
        cited=cited,
        left_out=(*found.left_out, *gathered.left_out, *notes),
        reason=found.reason,
    )


def _sifted(
    found: Found, evidence: tuple[Evidence, ...], readings: tuple[Reading, ...]
) -> Gathered:
    """Readings that are relevant, with the quotes that stand where they should."""
    shown = {item.tag: item for item in evidence}
    sifted = [with_located_quotes(r, shown) for r in readings if r.relevance >= RELEVANT]
    lost = sum(len(r.quotes) for r in readings if r.relevance >= RELEVANT) - sum(
        len(r.quotes) for r in sifted
    )
    relevant = {reading.paper_id for reading in sifted}
    left_out = []
    if useless := len(readings) - len(relevant):
        left_out.append(f"{counted(useless, 'paper')} read and found irrelevant")
    if lost == 1:
        left_out.append("1 quote that does not stand in its paper")
    elif lost:
        left_out.append(f"{lost} quotes that do not stand in their papers")
    quoted = tuple(reading for reading in sifted if reading.quotes)
    return Gathered(
        found,
        tuple(item for item in evidence if item.paper.id in relevant),
        quoted,
        readings,
        tuple(left_out),
    )


def with_located_quotes(reading: Reading, shown: dict[str, Evidence]) -> Reading:
    """The reading with just those quotes that stand in its own paper, as they stand there."""
    located = []
    for quote in reading.quotes:
        found = cite(quote, shown)
        if isinstance(found, Citation) and found.paper_id == reading.paper_id:
            located.append(Quote(tag=quote.tag, quote=found.quote))
    return reading.model_copy(update={"quotes": tuple(located)})


def _wider(
    question: str,
    library: Library,
    writer: Writer,
    reads: Reads,
    evidence: tuple[Evidence, ...],
) -> tuple[Evidence, ...]:
    """The evidence of the question and of its parts, the most helpful first."""
    parts = writer.expand(question, ())
    if not isinstance(parts, NeedsModel):
        others = _searched(parts.questions, library, reads)
        if parts.abstract:
            others = [_steered(question, parts.abstract, library, reads), *others]
        evidence = _joined(evidence, others)
    ranked = writer.rerank(question, evidence[:RERANKED])
    if isinstance(ranked, NeedsModel) or not ranked:
        ranked = evidence
    return tagged(ranked[: 2 * reads.papers])


def _deeper(
    question: str,
    library: Library,
    writer: Writer,
    reads: Reads,
    sofar: tuple[tuple[Evidence, ...], tuple[Reading, ...]],
) -> tuple[tuple[Evidence, ...], tuple[Reading, ...]]:
    """Ask what is missing and search again, until nothing new comes."""
    evidence, readings = sofar
    for _ in range(MOST_ROUNDS - 1):
        missing = writer.expand(question, _as_claims(readings, evidence))
        if isinstance(missing, NeedsModel) or not missing.questions:
            break
        wider = _joined(evidence, _searched(missing.questions, library, reads))
        known = {item.paper.id for item in evidence}
        fresh = tuple(item for item in wider if item.paper.id not in known)[: reads.papers]
        if not fresh:
            break
        fresh = tagged(fresh, len(evidence))
        evidence = (*evidence, *fresh)
        readings = (*readings, *writer.read(question, fresh))
    return evidence, readings


def _as_claims(readings: Sequence[Reading], evidence: Sequence[Evidence]) -> tuple[Claim, ...]:
    """What was read so far, in the form in which a writer is shown claims."""
    shown = {item.tag: item for item in evidence}
    claims = []
    for reading in readings:
        located = [c for q in reading.quotes if isinstance(c := cite(q, shown), Citation)]
        if located:
            paper = shown[reading.quotes[0].tag].paper
            claims.append(Claim(text=paper.title, citations=tuple(located)))
    return tuple(claims)


def _searched(
    questions: Sequence[str], library: Library, reads: Reads
) -> list[tuple[Evidence, ...]]:
    options = SearchOptions(reads.papers, filters=reads.filters)
    return [find(question, library, options).evidence for question in questions]


def _steered(question: str, abstract: str, library: Library, reads: Reads) -> tuple[Evidence, ...]:
    """What the question finds when an imagined abstract steers the search by meaning."""
    options = SearchOptions(reads.papers, filters=reads.filters, imagined=abstract)
    return find(question, library, options).evidence


def _joined(
    evidence: tuple[Evidence, ...], others: Sequence[tuple[Evidence, ...]]
) -> tuple[Evidence, ...]:
    """Each chunk once, old ones first, new ones in turn; tagged in this order."""
    joined = list(evidence)
    known = {item.chunk.id for item in evidence}
    longest = max((len(found) for found in others), default=0)
    for place in range(longest):
        for found in others:
            if place < len(found) and found[place].chunk.id not in known:
                known.add(found[place].chunk.id)
                joined.append(found[place])
    return tagged(joined)
