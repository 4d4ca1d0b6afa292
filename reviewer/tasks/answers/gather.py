"""Gathers the evidence for a question: one search, or several rounds for a thorough answer."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from itertools import zip_longest

from reviewer.grounding import cite
from reviewer.library import Library
from reviewer.search import EVIDENCE_CUT, SearchOptions, find
from reviewer.text import counted
from reviewer.types import Citation, Claim, Evidence
from reviewer.types.claims import NeedsModel, Quote, Reading
from reviewer.types.evidence import tagged
from reviewer.types.progress import Progress
from reviewer.types.runs import Coverage
from reviewer.types.searches import Filters, Found
from reviewer.types.writer import Writer

RELEVANT = 3.0  # a reading below is not evidence; the prompt asks for no quotes from it
MOST_ROUNDS = 3
RERANKED = 30  # texts that the writer is shown to put in order
EFFORTS = ("quick", "normal", "thorough")


@dataclass(frozen=True)
class GatherOptions:
    """How much is gathered: at most `papers` papers are read, of those that pass the `filters`;
    `effort` is quick, normal or thorough."""

    papers: int = 12
    filters: Filters = field(default_factory=Filters)
    effort: str = "normal"


@dataclass(frozen=True)
class Gathered:
    """`evidence` is what the writer may cite, `readings` what it found there; `all_readings` are
    those of every paper that was read, relevant or not."""

    found: Found
    evidence: tuple[Evidence, ...] = ()
    readings: tuple[Reading, ...] = ()
    all_readings: tuple[Reading, ...] = ()
    left_out: tuple[str, ...] = ()


def gather(
    question: str, library: Library, writer: Writer, options: GatherOptions, progress: Progress
) -> Gathered:
    """Search and read, for the relevant readings and those of their quotes that are found. With
    effort `quick` nothing is read: the writer gets the whole texts."""
    progress("Searching", 0, 0)
    found = find(question, library, _search_options(options))
    evidence = found.evidence
    if not evidence or options.effort == "quick":
        return Gathered(found, evidence)
    if options.effort == "thorough":
        evidence = _wider(question, library, writer, options, evidence)
    progress("Reading", 0, 0)
    readings = writer.read(question, evidence)
    if options.effort == "thorough":
        evidence, readings = _deeper(question, library, writer, options, evidence, readings)
    shown = {item.tag: item for item in evidence}
    weighed = [reading for reading in readings if reading.relevance >= RELEVANT]
    sifted = [with_located_quotes(reading, shown) for reading in weighed]
    lost = sum(len(r.quotes) for r in weighed) - sum(len(r.quotes) for r in sifted)
    relevant = {reading.paper_id for reading in sifted}
    left_out = []
    if useless := len(readings) - len(relevant):
        left_out.append(f"{counted(useless, 'paper')} read and found irrelevant")
    if lost:
        left_out.append(f"{counted(lost, 'quote')} not found in the paper")
    kept = tuple(item for item in evidence if item.paper.id in relevant)
    quoted = tuple(reading for reading in sifted if reading.quotes)
    return Gathered(found, kept, quoted, readings, tuple(left_out))


def coverage_of(gathered: Gathered, cited: int, notes: Sequence[str]) -> Coverage:
    """The coverage of a result that was made of this and cites this many papers. `notes` say what
    was left out after gathering."""
    found = gathered.found
    shown = {item.paper.id for item in gathered.evidence}
    return Coverage(
        papers=found.papers,
        matched=found.considered,
        read=len(gathered.all_readings) or len(shown),
        cited=cited,
        left_out=(*found.left_out, *gathered.left_out, *notes),
        reason=found.reason,
        understood=found.understood.notes,
    )


def with_located_quotes(reading: Reading, shown: dict[str, Evidence]) -> Reading:
    """The reading with just those quotes that are found in its own paper, as they are there."""
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
    options: GatherOptions,
    evidence: tuple[Evidence, ...],
) -> tuple[Evidence, ...]:
    """The evidence of the question and of its parts, the most helpful first."""
    parts = writer.expand(question, ())
    if not isinstance(parts, NeedsModel):
        others = _searched(parts.questions, library, options)
        if parts.abstract:
            others = [*_searched([question], library, options, parts.abstract), *others]
        evidence = _joined(evidence, others)
    ranked = writer.rerank(question, evidence[:RERANKED])
    if isinstance(ranked, NeedsModel) or not ranked:
        ranked = evidence
    return tagged(ranked[: 2 * options.papers])


def _deeper(
    question: str,
    library: Library,
    writer: Writer,
    options: GatherOptions,
    evidence: tuple[Evidence, ...],
    readings: tuple[Reading, ...],
) -> tuple[tuple[Evidence, ...], tuple[Reading, ...]]:
    """Ask what is missing and search again, until nothing new comes or after MOST_ROUNDS."""
    for _ in range(MOST_ROUNDS - 1):
        missing = writer.expand(question, _as_claims(readings, evidence))
        if isinstance(missing, NeedsModel) or not missing.questions:
            break
        wider = _joined(evidence, _searched(missing.questions, library, options))
        known = {item.paper.id for item in evidence}
        fresh = tuple(item for item in wider if item.paper.id not in known)[: options.papers]
        if not fresh:
            break
        fresh = tagged(fresh, len(evidence))
        evidence = (*evidence, *fresh)
        readings = (*readings, *writer.read(question, fresh))
    return evidence, readings


def _as_claims(readings: Sequence[Reading], evidence: Sequence[Evidence]) -> tuple[Claim, ...]:
    """What was read so far, as the claims that a writer is shown."""
    shown = {item.tag: item for item in evidence}
    claims = []
    for reading in readings:
        located = [c for q in reading.quotes if isinstance(c := cite(q, shown), Citation)]
        if located:
            paper = shown[reading.quotes[0].tag].paper
            claims.append(Claim(text=paper.title, citations=tuple(located)))
    return tuple(claims)


def _search_options(options: GatherOptions) -> SearchOptions:
    return SearchOptions(options.papers, filters=options.filters, cut=EVIDENCE_CUT)


def _searched(
    questions: Sequence[str], library: Library, options: GatherOptions, imagined: str = ""
) -> list[tuple[Evidence, ...]]:
    """The evidence of each question of a writer, which has no constructions. An imagined abstract
    steers the search by meaning."""
    search = replace(_search_options(options), imagined=imagined, is_plain=True)
    with library.alone:  # one state of the library for all of them
        return [find(question, library, search).evidence for question in questions]


def _joined(
    evidence: tuple[Evidence, ...], others: Sequence[tuple[Evidence, ...]]
) -> tuple[Evidence, ...]:
    """Each chunk once, old ones first, then the first of each search, the second, and so on; tagged
    in this order."""
    in_turn = (item for row in zip_longest(*others) for item in row if item is not None)
    joined: dict[str, Evidence] = {}
    for item in (*evidence, *in_turn):
        joined.setdefault(item.chunk.id, item)
    return tagged(joined.values())
