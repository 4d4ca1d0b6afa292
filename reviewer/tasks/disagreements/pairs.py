"""find_disagreements: pairs of findings that may contradict each other, and a judge's word."""

from __future__ import annotations

import math
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace

from reviewer.grounding import Numbers
from reviewer.grounding.oppositions import compare_findings
from reviewer.library import Library
from reviewer.search import SearchOptions, find
from reviewer.tasks.disagreements.findings import (
    Stated,
    about,
    claims_in,
    conditions_of,
    findings_of,
    matrix_of,
    names_of,
    stated_in,
)
from reviewer.tasks.paper_chunks import evidence_of
from reviewer.text import counted
from reviewer.text.sanitize import without_addresses
from reviewer.types import Claim, Evidence
from reviewer.types.claims import NeedsModel, Support, Verdict
from reviewer.types.disagreements import Disagreements, Finding, FindingPair
from reviewer.types.drafts import OWN_ID
from reviewer.types.progress import Progress, silent
from reviewer.types.searches import Filters
from reviewer.types.writer import SENTENCES_A_CALL, Writer

MOST_PAIRS = 100
MOST_JUDGED = 60
PAPERS_OF_A_TOPIC = 25  # with the most judged pairs among the first 100 (docs/quality.md)
_LEAST_NEAR = 0.4  # the cosine of two findings on one matter
_NEAREST = 12  # findings of other papers that each is compared with
_BLOCK = 1000  # findings whose cosines are held at once
OF_OPPOSITION = 0.4  # what signs add to a pair's nearness at most
_OF_CONTEST = 1.5  # by which the score of a sentence that contests a view is multiplied
_MOST_SHARED = 6


@dataclass(frozen=True)
class DisagreementOptions:
    """What is compared: the papers nearest to a `topic`, else all that pass the `filters`. With
    `with_key` only pairs with this paper count, with `own` (a file's text) only pairs with it.
    `most` is how many pairs are wanted."""

    topic: str = ""
    with_key: str = ""
    own: Evidence | None = None
    filters: Filters = field(default_factory=Filters)
    most: int = MOST_PAIRS


@dataclass(frozen=True, eq=False)
class _Pair:
    """Two findings, how near they are (0 to 1), the signs that they oppose, and the score."""

    first: Stated
    second: Stated
    nearness: float
    signs: tuple[str, ...]
    score: float

    @property
    def papers(self) -> frozenset[str]:
        return frozenset((self.first.paper.id, self.second.paper.id))


def find_disagreements(
    library: Library,
    writer: Writer,
    options: DisagreementOptions | None = None,
    progress: Progress = silent,
) -> Disagreements:
    """Pairs of findings of different papers that may contradict each other, the likeliest first.

    Without a model they are candidates: near each other, with a sign by words that they oppose.
    Every sentence that says itself that it contests a view is one, with the finding nearest to it.
    With a model the judge says of the first 60 whether one text says the opposite of the other's
    finding. Raises NotFoundError for an unknown key, ModelError when a model fails.
    """
    started = time.monotonic()
    options = options or DisagreementOptions()
    found = _findings(library, options, progress)
    pairs = _chosen(found, library, options, progress)
    made, texts = _with_numbers(pairs)
    judged = _judged(made, texts, writer, progress)
    papers = {one.paper.id for one in found if one.paper.id != OWN_ID}
    return Disagreements(
        topic=options.topic,
        with_key=options.with_key,
        file=options.own.paper.title if options.own else "",
        papers_read=len(papers),
        findings_read=len(found),
        pairs=judged,
        notes=tuple(_notes(library, judged, writer)),
        judge=writer.judge_name,
        usage=writer.usage().model_copy(update={"seconds": round(time.monotonic() - started, 3)}),
    )


def own_text(opened_own: Evidence) -> Evidence:
    """The user's own work with its sentences cut, as `DisagreementOptions.own`."""
    return evidence_of(opened_own.paper, opened_own.chunk).model_copy(update={"tag": "W"})


def _findings(library: Library, options: DisagreementOptions, progress: Progress) -> list[Stated]:
    found: list[Stated] = []
    if options.topic:
        found = _on_topic(library, options)
    else:
        papers = library.papers(options.filters)
        for n, paper in enumerate(papers):
            progress("Reading findings", n, len(papers))
            found += findings_of(paper, library)
        progress("Reading findings", len(papers), len(papers))
    if options.with_key:
        paper = library.paper(options.with_key)
        if all(one.paper.id != paper.id for one in found):
            own = findings_of(paper, library)
            found += about(own, options.topic, library) if options.topic else own
    if options.own is not None:
        own = claims_in(options.own)
        found += about(own, options.topic, library) if options.topic else own
    return found


def _on_topic(library: Library, options: DisagreementOptions) -> list[Stated]:
    """The findings of the papers nearest to the topic, in the texts that were found."""
    wanted = SearchOptions(PAPERS_OF_A_TOPIC, filters=options.filters)
    hits = find(options.topic, library, wanted)
    ranks = {hit.paper.id: hit.score.total for hit in hits.hits}
    stated = [one for item in hits.evidence for one in stated_in(item, only_results=False)]
    return [
        replace(one, topic=(one.topic + ranks[one.paper.id]) / 2)
        for one in about(stated, options.topic, library)
    ]


def _chosen(
    found: Sequence[Stated], library: Library, options: DisagreementOptions, progress: Progress
) -> list[_Pair]:
    """The likeliest pairs, one for two papers, and one for each sentence that contests a view."""
    compared = [
        _compared(found[i], found[j], near, is_on_topic=bool(options.topic))
        for i, j, near in _near_pairs(found, library, options, progress)
    ]
    ordered = sorted((pair for pair in compared if pair.signs), key=lambda pair: -pair.score)
    contested: dict[int, _Pair] = {}
    for pair in ordered:
        for one in (pair.first, pair.second):
            if one.contests and (not options.topic or pair.nearness >= _LEAST_NEAR):
                contested.setdefault(id(one), pair)
    first = dict.fromkeys(contested.values())
    papers = {pair.papers for pair in first}
    rest = []
    for pair in ordered:
        if pair.papers not in papers:
            rest.append(pair)
            papers.add(pair.papers)
    raised = [replace(pair, score=round(pair.score * _OF_CONTEST, 6)) for pair in first]
    return sorted([*raised, *rest], key=lambda pair: -pair.score)[: options.most]


def _near_pairs(
    found: Sequence[Stated], library: Library, options: DisagreementOptions, progress: Progress
) -> Iterator[tuple[int, int, float]]:
    """Places of findings of two papers, and how near they are: on a topic all pairs, else for each
    finding those of others that are nearest to it."""
    import numpy as np

    if len(found) < 2:
        return
    papers = np.unique([one.paper.id for one in found], return_inverse=True)[1]
    matrix = matrix_of([one.sentence.text for one in found], library)
    is_fixed = np.array([_is_fixed(one, options) for one in found])
    contests = np.array([bool(one.contests) for one in found])
    seen: set[tuple[int, int]] = set()
    for start in range(0, len(found), _BLOCK):
        progress("Comparing findings", start, len(found))
        cosines = matrix[start : start + _BLOCK] @ matrix.T
        cosines[papers[start : start + _BLOCK, None] == papers[None, :]] = -1.0
        for row, own in enumerate(cosines):
            place = start + row
            others = np.where(is_fixed | is_fixed[place], own, -1.0)
            nearest = np.argsort(-others, kind="stable")
            is_any = bool(options.topic) or (is_fixed.all() and contests[place])
            least = 0.0 if is_any else _LEAST_NEAR
            most = len(found) if options.topic else _NEAREST
            for other in nearest[:most].tolist():
                if others[other] < least:
                    break
                pair = (min(place, other), max(place, other))
                if pair not in seen:
                    seen.add(pair)
                    yield (*pair, float(others[other]))
    progress("Comparing findings", len(found), len(found))


def _is_fixed(one: Stated, options: DisagreementOptions) -> bool:
    """Whether every pair with this finding counts."""
    if options.own is not None:
        return one.paper.id == OWN_ID
    return not options.with_key or one.paper.key == options.with_key


def _compared(first: Stated, second: Stated, nearness: float, *, is_on_topic: bool) -> _Pair:
    """The pair with its signs. On a topic both are near it, which counts as much as their being
    near each other: findings on two sides of a question share few words."""
    opposed = compare_findings(first.sentence.text, second.sentence.text)
    near = (first.topic + second.topic) / 2 if is_on_topic else nearness
    said = tuple(dict.fromkeys(_contest_sign(one) for one in (first, second) if one.contests))
    score = near + OF_OPPOSITION * opposed.weight
    return _Pair(first, second, nearness, (*said, *opposed.signs), round(score, 6))


def _contest_sign(one: Stated) -> str:
    if one.sentence.is_reported:
        return f"“{one.contests}” names a view that the paper takes up and may doubt"
    return f"“{one.contests}” goes against a view"


def _with_numbers(pairs: Sequence[_Pair]) -> tuple[list[FindingPair], list[Evidence]]:
    """The pairs with numbered sentences, and the texts that have the numbers."""
    texts: dict[str, Evidence] = {}
    for pair in pairs:
        for one in (pair.first, pair.second):
            tag = "W" if one.paper.id == OWN_ID else f"E{len(texts) + 1}"
            item = one.evidence.model_copy(update={"tag": tag})
            texts.setdefault(one.evidence.chunk.id, item)
    numbers = Numbers([*texts.values()])
    names = {chunk: names_of(item) for chunk, item in texts.items()}
    made = []
    for n, pair in enumerate(pairs, start=1):
        own, others = (names[one.evidence.chunk.id] for one in (pair.first, pair.second))
        made.append(
            FindingPair(
                number=n,
                first=_finding(pair.first, numbers),
                second=_finding(pair.second, numbers),
                signs=pair.signs,
                score=pair.score,
                nearness=round(pair.nearness, 4),
                shared=tuple(name for name in own if name in others)[:_MOST_SHARED],
            )
        )
    return made, [*texts.values()]


def _finding(one: Stated, numbers: Numbers) -> Finding:
    citation = one.citation
    return Finding(
        number=numbers.number_of(citation),
        key="W" if one.paper.id == OWN_ID else one.paper.key,
        title=one.paper.title,
        year=one.paper.year,
        citation=citation,
        conditions=conditions_of(one),
        contests=one.contests,
    )


def _judged(
    pairs: Sequence[FindingPair], texts: Sequence[Evidence], writer: Writer, progress: Progress
) -> tuple[FindingPair, ...]:
    """The pairs with the judge's word on the first 60: whether the second paper's text says the
    opposite of the first one's finding. Contradictions come first."""
    asked = pairs[:MOST_JUDGED]
    claims = [
        Claim(text=pair.first.citation.quote, citations=(pair.second.citation,)) for pair in asked
    ]
    if claims and writer.judge_name:
        calls = counted(math.ceil(len(claims) / SENTENCES_A_CALL), "call")
        progress(f"{counted(len(claims), 'pair')} to judge: at least {calls}", -1, 0)
    verdicts = writer.examine(claims, texts) if claims else ()
    if isinstance(verdicts, NeedsModel):
        said = writer.judge(claims)
        if isinstance(said, NeedsModel):
            return tuple(pairs)
        verdicts = tuple(Verdict(support=support) for support in said)
    numbers = Numbers(texts)
    judged = [_by_verdict(*own, numbers) for own in zip(asked, verdicts, strict=True)]
    ordered = sorted([*judged, *pairs[MOST_JUDGED:]], key=_after_judging)
    return tuple(p.model_copy(update={"number": n}) for n, p in enumerate(ordered, start=1))


def _after_judging(pair: FindingPair) -> int:
    order: tuple[Support, ...] = ("contradicted", "unchecked", "partial")
    return order.index(pair.support) if pair.support in order else len(order)


def _by_verdict(pair: FindingPair, verdict: Verdict, numbers: Numbers) -> FindingPair:
    """The pair with the verdict. The judge names the sentence of the second paper that says the
    opposite."""
    second = pair.second
    if verdict.support == "contradicted":
        named = [(i, c) for i in verdict.numbers if (c := numbers.cite(i)) is not None]
        own = [(i, c) for i, c in named if c.paper_id == second.citation.paper_id]
        if own:
            second = second.model_copy(update={"number": own[0][0], "citation": own[0][1]})
    return pair.model_copy(
        update={
            "second": second,
            "support": verdict.support,
            "reason": without_addresses(verdict.reason),
        }
    )


def _notes(library: Library, pairs: Sequence[FindingPair], writer: Writer) -> Iterator[str]:
    if not library.has_vectors:
        yield "This library has no vectors: findings are compared by their words alone."
    if writer.judge_name and len(pairs) > MOST_JUDGED:
        yield f"The first {MOST_JUDGED} of {len(pairs)} pairs were judged."
    yield from writer.notes()
