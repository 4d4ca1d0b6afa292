"""compare_texts: what two or three papers share, what only one has, and what none says."""

from __future__ import annotations

import re
import time
from collections.abc import Iterator, Sequence
from itertools import combinations

from reviewer.errors import UsageError
from reviewer.grounding import Numbers
from reviewer.library import Library
from reviewer.tasks.disagreements.findings import Stated, matrix_of, names_of, stated_in
from reviewer.tasks.paper_chunks import beginning_of
from reviewer.text import clean, counted
from reviewer.text.sanitize import without_addresses
from reviewer.types import Claim, Evidence
from reviewer.types.claims import NeedsModel
from reviewer.types.comparisons import Comparison, PaperAlone, Said, SharedPoint
from reviewer.types.evidence import tagged
from reviewer.types.progress import Progress, silent
from reviewer.types.writer import Writer

FEWEST, MOST = 2, 3
_LEAST_NEAR = 0.45  # the cosine of two sentences on one matter
_OWN_PARTS = ("objective", "method", "result")
# Usual matters that a text may be silent about, and words by which it speaks of them.
_MATTERS = {
    "data or participants": r"data ?sets?|corp(?:us|ora)|benchmarks?|participants|patients|samples?"
    r"|records|documents|cohorts?|mice|images",
    "figures": r"\d",
    "a comparison with other work": r"outperform\w*|baselines?|compared|than|state-of-the-art"
    r"|versus|control groups?",
    "limits": r"limit\w*|however|fail\w*|only when|caveats?|drawbacks?|weakness\w*|unable",
    "cost or time": r"costs?|faster|cheaper|slower|expensive|efficien\w*|hours|memory|comput\w*",
    "code or data to download": r"code|github|open[- ]sourced?|publicly|released?|available",
    "how sure it is (intervals, repeated runs, tests)": r"confidence|intervals?|significan\w*"
    r"|p\s?[<=]|standard deviation|seeds|variance",
    "what comes next": r"future|open questions?|remain\w*|next steps?|pave\w*",
}


def compare_texts(
    keys: Sequence[str], library: Library, writer: Writer, progress: Progress = silent
) -> Comparison:
    """What two or three papers share and what only one has, by their abstracts, else by the
    beginnings of their texts.

    Without a model two sentences share a matter if their vectors are near. With one, the judge says
    of each such pair whether the second paper says the same or the opposite. Raises UsageError for
    another number of papers or one named twice, NotFoundError for an unknown key, and ModelError
    when a model fails.
    """
    started = time.monotonic()
    papers = {paper.id: paper for paper in map(library.paper, keys)}
    if len(papers) != len(keys) or not FEWEST <= len(papers) <= MOST:
        raise UsageError(
            f"{counted(len(papers), 'paper')} cannot be compared",
            hint="Name two or three different ones: review compare KEY KEY. For more: review "
            "table --keys A,B,C,D.",
        )
    texts = tagged(beginning_of(paper, library) for paper in papers.values())
    found = [one for item in texts for one in stated_in(item, only_results=False)]
    numbers = Numbers(texts)
    names = {item.paper.id: names_of(item) for item in texts}
    matrix = matrix_of([one.sentence.text for one in found], library) if found else None
    cosines = matrix @ matrix.T if matrix is not None else None

    def near(i: int, j: int) -> float:
        return float(cosines[i, j]) if cosines is not None else 0.0

    def said(one: Stated) -> Said:
        others = set[str]().union(*(own for key, own in names.items() if key != one.paper.id))
        own = [n for n in names[one.paper.id] if n not in others and n in clean(one.sentence.text)]
        citation = one.citation
        return Said(
            number=numbers.number_of(citation),
            key=one.paper.key,
            citation=citation,
            names=tuple(own),
        )

    pairs = [
        (near(i, j), i, j)
        for i, j in combinations(range(len(found)), 2)
        if found[i].paper.id != found[j].paper.id
    ]
    best = _best(pairs)
    shared = [
        SharedPoint(first=said(found[i]), second=said(found[j]), nearness=round(value, 4))
        for value, i, j in best
    ]
    with_near = {n for value, i, j in pairs if value >= _LEAST_NEAR for n in (i, j)}
    alone = [
        one for n, one in enumerate(found) if n not in with_near and one.sentence.part in _OWN_PARTS
    ]
    in_all = [
        name for name in names[texts[0].paper.id] if all(name in own for own in names.values())
    ]
    return Comparison(
        papers=tuple(
            PaperAlone(
                key=item.paper.key,
                title=item.paper.title,
                year=item.paper.year,
                only=tuple(said(one) for one in alone if one.paper.id == item.paper.id),
            )
            for item in texts
        ),
        names=tuple(in_all),
        shared=tuple(_judged(shared, texts, writer, progress)),
        neither=tuple(_neither(texts)),
        notes=tuple(_notes(texts, library, writer)),
        judge=writer.judge_name,
        usage=writer.usage().model_copy(update={"seconds": round(time.monotonic() - started, 3)}),
    )


def _best(pairs: Sequence[tuple[float, int, int]]) -> list[tuple[float, int, int]]:
    """The nearest pairs, each sentence in one of them."""
    used: set[int] = set()
    best = []
    for value, i, j in sorted(pairs, reverse=True):
        if value >= _LEAST_NEAR and not used & {i, j}:
            used |= {i, j}
            best.append((value, i, j))
    return best


def _judged(
    shared: Sequence[SharedPoint], texts: Sequence[Evidence], writer: Writer, progress: Progress
) -> list[SharedPoint]:
    """The pairs with the judge's word on whether the second paper says what the first says."""
    claims = [Claim(text=p.first.citation.quote, citations=(p.second.citation,)) for p in shared]
    if claims and writer.judge_name:
        progress(f"{counted(len(claims), 'pair')} to judge: at least 1 call", -1, 0)
    verdicts = writer.examine(claims, texts) if claims else ()
    if isinstance(verdicts, NeedsModel):
        return list(shared)
    return [
        point.model_copy(
            update={"support": verdict.support, "reason": without_addresses(verdict.reason)}
        )
        for point, verdict in zip(shared, verdicts, strict=True)
    ]


def _neither(texts: Sequence[Evidence]) -> Iterator[str]:
    whole = clean(" ".join(item.chunk.text for item in texts))
    for matter, words in _MATTERS.items():
        if not re.search(rf"\b(?:{words})" if words != r"\d" else words, whole, re.IGNORECASE):
            yield matter


def _notes(texts: Sequence[Evidence], library: Library, writer: Writer) -> Iterator[str]:
    parts = {item.chunk.part for item in texts}
    read = "abstracts" if parts == {"abstract"} else "abstracts or the beginnings of the texts"
    yield f"Read: the {read}. What none says there may stand further on."
    if not library.has_vectors:
        yield "This library has no vectors: sentences are compared by their words alone."
    yield from writer.notes()
