"""Starts an answer from the checked claims of a kept run, and reads only what came since."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from reviewer.library import Library
from reviewer.tasks.answers.gather import Gathered, GatherOptions, gather
from reviewer.tasks.memory.earlier import papers_since
from reviewer.tasks.memory.standing import Standing, passed_gate
from reviewer.tasks.paper_chunks import chunks_of, evidence_of
from reviewer.text import clean, counted
from reviewer.text.views import shorten
from reviewer.types import Citation, Claim, Evidence
from reviewer.types.answers import StanceTaken
from reviewer.types.claims import Reading
from reviewer.types.evidence import tagged
from reviewer.types.papers import Chunk
from reviewer.types.progress import Progress
from reviewer.types.runs import Run
from reviewer.types.searches import Found
from reviewer.types.writer import Writer

_RELEVANCE = 10.0  # of a paper that a checked claim rests on
_NAMED = 3  # claims that are named as left out
_CLAIM_CHARS = 80


@dataclass(frozen=True)
class Reused:
    """What of a run still stands in a library of `papers` papers, and `news`, what was gathered of
    the papers that came since (None where none came). `evidence` has the texts that the claims
    cite, still without tags; `left_out` names what is not reused."""

    question: str
    papers: int
    claims: tuple[Claim, ...]
    stances: tuple[StanceTaken, ...]
    evidence: tuple[Evidence, ...]
    news: Gathered | None
    left_out: tuple[str, ...] = ()

    @property
    def has_news(self) -> bool:
        """True when a paper that came since bears on the question."""
        return self.news is not None and bool(self.news.evidence)

    def gathered(self) -> Gathered:
        """All of it as one: the papers of the claims first, then the new ones."""
        found = Found(question=self.question) if self.news is None else self.news.found
        news = self.news or Gathered(found)
        fresh = tagged(news.evidence, len(self.evidence))
        known = tuple(_reading(paper_id, self) for paper_id in _papers_of(self.evidence))
        return replace(
            news,
            found=found.model_copy(update={"papers": self.papers}),
            evidence=(*tagged(self.evidence), *fresh),
            readings=(*known, *news.readings),
            all_readings=(*known, *news.all_readings),
            left_out=(*self.left_out, *news.left_out),
        )


def reuse(
    run: Run,
    question: str,
    library: Library,
    writer: Writer,
    options: GatherOptions,
    progress: Progress,
) -> Reused:
    """The claims of this run that passed the gate and still stand, and what the papers that came
    since say on the question. Its other sentences are prose and are not reused."""
    standing = Standing(library)
    kept = [Claim.model_validate(claim) for claim in run.result.get("claims", [])]
    checked = [claim for claim in kept if passed_gate(claim)]
    found = [(claim, standing.claim(claim)) for claim in checked]
    claims = tuple(now for _, now in found if now is not None)
    gone = [claim.text for claim, now in found if now is None]
    came = papers_since(run, library)
    news = None
    if came:
        cited = {citation.paper_id for claim in claims for citation in claim.citations}
        papers = library.catalogue.papers_numbered(came).values()
        keys = tuple(paper.key for paper in papers if paper.id not in cited)
        only_new = options.filters.model_copy(update={"keys": keys})
        if keys:
            news = gather(question, library, writer, replace(options, filters=only_new), progress)
    return Reused(
        question=question,
        papers=library.catalogue.count(),
        claims=claims,
        stances=_stances(run, standing),
        evidence=_evidence(claims, standing, library),
        news=news,
        left_out=(_left_out(gone),) if gone else (),
    )


def _left_out(gone: Sequence[str]) -> str:
    named = "; ".join(f"'{shorten(clean(text), _CLAIM_CHARS)}'" for text in gone[:_NAMED])
    more = ", ..." if len(gone) > _NAMED else ""
    return f"{counted(len(gone), 'earlier claim')} citing a sentence that is gone: {named}{more}"


def _stances(run: Run, standing: Standing) -> tuple[StanceTaken, ...]:
    """The stances whose sentences still stand."""
    kept = [StanceTaken.model_validate(stance) for stance in run.result.get("stances", [])]
    found = []
    for stance in kept:
        if stance.citation is None:
            if standing.paper(stance.paper_id) is not None:
                found.append(stance)
            continue
        shown = standing.claim(Claim(text="", citations=(stance.citation,)))
        if shown is not None:
            (citation,) = shown.citations
            now = {"citation": citation, "paper_id": citation.paper_id}
            found.append(stance.model_copy(update=now))
    return tuple(found)


def _evidence(
    claims: Sequence[Claim], standing: Standing, library: Library
) -> tuple[Evidence, ...]:
    """The chunks that hold what the claims cite, paper by paper."""
    cited: dict[str, list[Citation]] = {}
    for citation in (c for claim in claims for c in claim.citations):
        cited.setdefault(citation.paper_id, []).append(citation)
    found = []
    for paper_id, own in cited.items():
        paper = standing.paper(paper_id)
        assert paper is not None  # the claim stands
        chunks = chunks_of(paper, library)
        holding = [chunk for chunk in chunks if any(_is_in(c, chunk) for c in own)]
        found += [evidence_of(paper, chunk) for chunk in holding or chunks[:1]]
    return tuple(found)


def _is_in(citation: Citation, chunk: Chunk) -> bool:
    is_near = chunk.start < citation.end and citation.start < chunk.end
    return citation.part == chunk.part and is_near


def _papers_of(evidence: Sequence[Evidence]) -> list[str]:
    return list(dict.fromkeys(item.paper.id for item in evidence))


def _reading(paper_id: str, reused: Reused) -> Reading:
    """What the earlier run found in a paper: the sentences that its claims cite, and its stance."""
    cited = [c for claim in reused.claims for c in claim.citations if c.paper_id == paper_id]
    reading = Reading(
        paper_id=paper_id, relevance=_RELEVANCE, citations=tuple(dict.fromkeys(cited))
    )
    stance = next((s for s in reused.stances if s.paper_id == paper_id), None)
    if stance is None:
        return reading
    taken = {"stance": stance.stance, "basis": stance.basis, "shows": stance.citation}
    return reading.model_copy(update=taken)
