"""Gathers the evidence for a question: searches, other wordings, reading, rounds."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from typing import TypeVar

from reviewer.errors import ModelError
from reviewer.grounding.claims import is_of
from reviewer.library import Library
from reviewer.llm import LimitError, StoppedError
from reviewer.search import EVIDENCE_CUT, SearchOptions, find
from reviewer.text import counted
from reviewer.text.views import shorten
from reviewer.types import Claim, Evidence
from reviewer.types.claims import Expanded, NeedsModel, Reading
from reviewer.types.evidence import by_paper, tagged
from reviewer.types.progress import Progress
from reviewer.types.runs import Coverage
from reviewer.types.searches import Filters, Found
from reviewer.types.writer import PAPERS_A_CALL, Writer

A = TypeVar("A")
B = TypeVar("B")

RELEVANT = 3.0  # a reading below is not evidence; the prompt asks for no sentences from it
MOST_ROUNDS = 3
# Of reciprocal rank fusion (Cormack and others 2009); their 60 is for lists of a thousand.
RANK_CONSTANT = 10
EFFORTS = ("quick", "normal", "thorough")
# Papers that are read unless -k says otherwise.
PAPERS_WITHOUT_MODEL = 12
PAPERS_BY_EFFORT = {"quick": 12, "normal": 30, "thorough": 40}
READ_BESIDE = 2 * PAPERS_A_CALL  # papers that are read while other wordings are thought of
RERANKED = 60  # papers of a thorough search that the writer puts in order
# A question of so many words says all that other wordings would.
LONG_QUESTION = 40
_NAMED = 6  # papers that are named as not read


@dataclass(frozen=True)
class GatherOptions:
    """How much is gathered: at most `papers` papers are read, of those that pass the `filters`; as
    many as the effort takes if it is None. `effort` is quick, normal or thorough. `may_refuse`: who
    writes of whole texts may say that they do not answer, so that no floor is needed."""

    papers: int | None = None
    filters: Filters = field(default_factory=Filters)
    effort: str = "normal"
    may_refuse: bool = False

    def most_papers(self, writer: Writer) -> int:
        """How many papers this writer reads."""
        if self.papers is not None:
            return self.papers
        return PAPERS_BY_EFFORT[self.effort] if reads(writer) else PAPERS_WITHOUT_MODEL

    def has_floor(self, writer: Writer) -> bool:
        """Whether code alone says which papers are relevant."""
        return not reads(writer) or (self.effort == "quick" and not self.may_refuse)


def reads(writer: Writer) -> bool:
    """True for a writer with a model, which itself says what is relevant."""
    return writer.name != "extractive"


@dataclass(frozen=True)
class Gathered:
    """`evidence` is what the writer may cite, `readings` what it found there, the most relevant
    first; `all_readings` are those of every paper that was read, relevant or not."""

    found: Found
    evidence: tuple[Evidence, ...] = ()
    readings: tuple[Reading, ...] = ()
    all_readings: tuple[Reading, ...] = ()
    left_out: tuple[str, ...] = ()


def gather(
    question: str, library: Library, writer: Writer, options: GatherOptions, progress: Progress
) -> Gathered:
    """Search and read, for the relevant readings. With effort `quick` nothing is read: the writer
    gets the whole texts.

    A writer with a model gets papers below the relevance floor too, and other wordings of the
    question are searched for. A paper whose reading failed is named and is no evidence, unless
    nothing could be read: then all texts are.
    """
    progress("Searching", 0, 0)
    search = QuestionSearch(question, library, writer, options)
    found = search.first()
    # A model may know the words that the papers have for this, whatever the question's language.
    may_widen = bool(found.papers) and not options.has_floor(writer)
    if options.effort == "quick" or not (found.evidence or may_widen):
        return Gathered(found, found.evidence)
    progress("Reading", 0, 0)
    read = _thorough(search, found) if options.effort == "thorough" else _normal(search, found)
    return _sifted(found, read)


@dataclass(frozen=True)
class _Read:
    """Evidence in the order of its tags, and a reading for each of its papers."""

    evidence: tuple[Evidence, ...] = ()
    readings: tuple[Reading, ...] = ()


@dataclass(frozen=True)
class _Ranked:
    """What one search found, the best first, and how much its ranks count."""

    evidence: tuple[Evidence, ...]
    weight: float = 1.0


class QuestionSearch:
    """One question's searches in one library; what several of them find is fused."""

    def __init__(
        self, question: str, library: Library, writer: Writer, options: GatherOptions
    ) -> None:
        self.question = question
        self.writer = writer
        self.most = options.most_papers(writer)
        self._library = library
        self._filters = options.filters
        self._has_floor = options.has_floor(writer)
        self._has_constructions = False
        self._ranked: list[_Ranked] = []

    def first(self) -> Found:
        """What the question itself finds."""
        found = find(self.question, self._library, self._options(self.most))
        self._ranked = [_Ranked(found.evidence)]
        self._has_constructions = bool(found.understood.notes)
        return found

    def widen(self, expanded: Expanded) -> None:
        """Search for other wordings, and for what an imagined abstract is near to."""
        with self._library.alone:  # one state of the library for all of them
            options = self._options(self.most, expanded.abstract)
            if expanded.abstract:
                self._ranked.append(_Ranked(find(self.question, self._library, options).evidence))
            options = replace(self._options(self.most), is_plain=True)
            for wording in expanded.questions:
                self._ranked.append(_Ranked(find(wording, self._library, options).evidence))

    def near(self, text: str, weight: float) -> list[str]:
        """Search for what is near to a whole text, whose ranks then count `weight` times; gives the
        ids of the papers, the nearest first."""
        options = replace(self._options(self.most), is_plain=True)
        found = find(text, self._library, options).evidence
        self._ranked.append(_Ranked(found, weight))
        return list(by_paper(found))

    def fused(self) -> list[list[Evidence]]:
        """The texts of each paper that was found, the best first: papers are fused by their ranks
        in all searches, and a paper's texts are those of the search that ranked it best."""
        worth: dict[str, float] = {}
        best: dict[str, tuple[int, list[Evidence]]] = {}
        for ranked in self._ranked:
            for rank, (paper_id, items) in enumerate(by_paper(ranked.evidence).items()):
                own = ranked.weight / (RANK_CONSTANT + rank)
                worth[paper_id] = worth.get(paper_id, 0.0) + own
                if paper_id not in best or rank < best[paper_id][0]:
                    best[paper_id] = rank, items
        order = sorted(worth, key=lambda paper_id: -worth[paper_id])
        return [best[paper_id][1] for paper_id in order]

    def read(self, texts: Iterable[Sequence[Evidence]], known: _Read) -> _Read:
        """What is known, and the readings of these texts of papers after it."""
        fresh = tagged((item for own in texts for item in own), len(known.evidence))
        if not fresh:
            return known
        readings = self.writer.read(self.question, fresh)
        sound = [with_own_citations(reading, fresh) for reading in readings]
        return _Read((*known.evidence, *fresh), (*known.readings, *sound))

    def expand(self, known: Sequence[Claim] = ()) -> Expanded:
        """Other wordings; none where the writer has no model or gave no readable reply, nor for a
        question with constructions, which says itself what to find ("X but not Y")."""
        if self._has_constructions:
            return Expanded()
        try:
            expanded = self.writer.expand(self.question, known)
        except (LimitError, StoppedError):
            raise
        except ModelError:
            return Expanded()
        return Expanded() if isinstance(expanded, NeedsModel) else expanded

    def _options(self, papers: int, imagined: str = "") -> SearchOptions:
        options = SearchOptions(papers, filters=self._filters, imagined=imagined)
        if self._has_floor:
            return replace(options, cut=EVIDENCE_CUT)
        return replace(options, abstains=False)


def _normal(search: QuestionSearch, found: Found) -> _Read:
    """The best papers of the first search are read while other wordings are thought of; then the
    best of all searches that are left."""
    if not reads(search.writer) or not _needs_wordings(search.question, found, search.most):
        return search.read(by_paper(found.evidence).values(), _Read())
    own = list(by_paper(found.evidence).values())
    first = own[: min(READ_BESIDE, search.most // 2)]
    known, expanded = beside(lambda: search.read(first, _Read()), search.expand)
    search.widen(expanded)
    seen = {items[0].paper.id for items in first}
    left = [items for items in search.fused() if items[0].paper.id not in seen]
    return search.read(left[: search.most - len(first)], known)


def _needs_wordings(question: str, found: Found, most: int) -> bool:
    """False where other wordings would add little: the question is long, or all that the library
    has is found already."""
    return len(question.split()) < LONG_QUESTION and found.papers > most


def _thorough(search: QuestionSearch, found: Found) -> _Read:
    """Other wordings first, then rounds of asking for what is missing, until nothing new comes or
    after MOST_ROUNDS."""
    if not reads(search.writer):
        return search.read(by_paper(found.evidence).values(), _Read())
    search.widen(search.expand())
    known = search.read(reranked(search)[: search.most], _Read())
    for _ in range(MOST_ROUNDS - 1):
        missing = search.expand(_as_claims(known))
        if not missing.questions:
            break
        search.widen(missing.model_copy(update={"abstract": ""}))  # it steers the first ones only
        seen = {item.paper.id for item in known.evidence}
        fresh = [items for items in search.fused() if items[0].paper.id not in seen]
        if not fresh:
            break
        before = _relevant(known.readings)
        known = search.read(fresh[: search.most // 2 or 1], known)
        if len(_relevant(known.readings)) == len(before):
            break
    return known


def reranked(search: QuestionSearch) -> list[list[Evidence]]:
    """The texts of each paper, the first RERANKED papers in the order that the writer fuses with
    theirs."""
    fused = search.fused()
    head, tail = fused[:RERANKED], fused[RERANKED:]
    own = by_paper(tagged(item for items in head for item in items))
    firsts = [items[0] for items in own.values()]
    ranked = search.writer.rerank(search.question, firsts)
    if isinstance(ranked, NeedsModel):
        return fused
    order = [item.paper.id for item in ranked]
    return [*(own[paper_id] for paper_id in order), *tail]


def _sifted(found: Found, read: _Read) -> Gathered:
    """The relevant papers, the most relevant first, and in words what became of the others."""
    unread = [reading for reading in read.readings if reading.unread]
    relevant = _relevant(read.readings)
    kept = {reading.paper_id for reading in relevant}
    useless = len(read.readings) - len(unread) - len(relevant)
    left_out = []
    if useless:
        left_out.append(f"{counted(useless, 'paper')} read and found irrelevant")
    if unread:
        left_out.append(_not_read(unread, read.evidence))
    if unread and len(unread) == len(read.readings):
        kept = {reading.paper_id for reading in unread}
    return Gathered(
        found,
        evidence=tuple(item for item in read.evidence if item.paper.id in kept),
        readings=tuple(relevant),
        all_readings=tuple(reading for reading in read.readings if not reading.unread),
        left_out=tuple(left_out),
    )


def _relevant(readings: Iterable[Reading]) -> list[Reading]:
    read = [reading for reading in readings if not reading.unread]
    relevant = [reading for reading in read if reading.relevance >= RELEVANT]
    return sorted(relevant, key=lambda reading: -reading.relevance)


def _not_read(unread: Sequence[Reading], evidence: Sequence[Evidence]) -> str:
    """Which papers were not read, and the first reason."""
    keys = {item.paper.id: item.paper.key for item in evidence}
    named = [keys[reading.paper_id] for reading in unread[:_NAMED]]
    more = f" and {len(unread) - _NAMED} more" if len(unread) > _NAMED else ""
    why = shorten(unread[0].unread, 160)
    return f"{counted(len(unread), 'paper')} not read ({', '.join(named)}{more}): {why}"


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


def with_own_citations(reading: Reading, evidence: Sequence[Evidence]) -> Reading:
    """The reading with just those citations whose words stand in its own paper."""
    own = [item for item in evidence if item.paper.id == reading.paper_id]
    citations = tuple(c for c in reading.citations if is_of(reading, c, own))
    shows = reading.shows if reading.shows and is_of(reading, reading.shows, own) else None
    return reading.model_copy(update={"citations": citations, "shows": shows})


def _as_claims(read: _Read) -> tuple[Claim, ...]:
    """What was read so far, as the claims that a writer is shown, the most relevant first."""
    titles = {item.paper.id: item.paper.title for item in read.evidence}
    return tuple(
        Claim(text=r.finding or titles[r.paper_id], citations=r.citations)
        for r in _relevant(read.readings)
        if r.citations
    )


def beside(first: Callable[[], A], second: Callable[[], B]) -> tuple[A, B]:
    """What two calls return that run at the same time; raises the first one's error first."""
    pool = ThreadPoolExecutor(1)
    try:
        waiting = pool.submit(second)
        return first(), waiting.result()
    finally:
        pool.shutdown(wait=False, cancel_futures=True)
