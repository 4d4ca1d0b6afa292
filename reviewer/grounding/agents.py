"""The gate for assistants: their claims are drafts like those of any other writer."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from reviewer.grounding.claims import FAILING, checked_claims, judge_claims
from reviewer.grounding.near_quotes import locate_nearly, shared_words
from reviewer.grounding.quotes import SHOWN_CHARS, cite
from reviewer.grounding.word_verdicts import features_of, is_contradiction, judge_by_words
from reviewer.text import clean, sentence_spans
from reviewer.text.views import shorten
from reviewer.types import Citation, Claim, Evidence, Paper
from reviewer.types.agents import CheckedClaim, GivenClaim, GivenQuote, Objection
from reviewer.types.checks import Outcome
from reviewer.types.claims import AnswerDraft, ClaimDraft, NumberedAnchor, Quote
from reviewer.types.evidence import Score
from reviewer.types.papers import Chunk
from reviewer.types.searches import QuotePlace
from reviewer.types.writer import Writer

_NUMBER = re.compile(r"\s*@?(?P<key>.+)\.(?P<first>\d{1,6})(?:\s*[-–]\s*(?P<last>\d{1,6}))?\s*")
_MOST_OF_A_RANGE = 20
_LEAST_SHARED = 0.4  # of a quote's words, in the sentence that is named as the nearest


@dataclass(frozen=True)
class PaperSentence:
    """A sentence of a paper under its number: `paper.text_of(part)[start:end]`. `evidence` is its
    number among the sentences of its part."""

    number: int
    part: str
    start: int
    end: int
    in_part: int


def number_sentences(paper: Paper) -> tuple[PaperSentence, ...]:
    """The paper's title as number 0, then the sentences of its abstract and of its body, counted
    through. Numbers stay the same as long as the paper's texts do."""
    found = [PaperSentence(0, "title", 0, len(paper.title), 0)] if paper.title else []
    for part in paper.own_parts:
        if part.name != "title":
            for in_part, (start, end) in enumerate(sentence_spans(part.text), start=1):
                number = found[-1].number + 1 if found else 1
                found.append(PaperSentence(number, part.name, start, end, in_part))
    return tuple(found)


def check_claims(
    given: Sequence[GivenClaim],
    papers: Mapping[str, Paper],
    writer: Writer,
    *,
    may_judge: bool = True,
) -> tuple[CheckedClaim, ...]:
    """Each claim with located citations, and every objection to it.

    `papers` has those papers that the keys name, by the keys as they are given. Every quote must be
    in its paper, every number must name a sentence, every figure of the claim must be in what it
    cites, and the words must name no other citation. The writer judges what code cannot, if it
    `may_judge`; without a judge, words that oppose each other are named as doubts.
    """
    sources = {key: _Source(paper, n) for n, (key, paper) in enumerate(papers.items())}
    checked = [_checked(claim, sources) for claim in given]
    if may_judge:
        claims = judge_claims(tuple(item.claim for item in checked), writer)
        checked = [
            item.model_copy(update={"claim": claim})
            for item, claim in zip(checked, claims, strict=True)
        ]
    return tuple(map(_weighed, checked))


def outcome_of(claims: Sequence[CheckedClaim]) -> Outcome:
    """FAILS if a claim fails or there is none; PASSES if each is its papers' own words, or a judge
    says that its quotes support it; else PASSES UNJUDGED."""
    if not claims or any(item.fails for item in claims):
        return "FAILS"
    is_judged = all(item.claim.support == "supported" for item in claims)
    return "PASSES" if is_judged else "PASSES UNJUDGED"


class _Source:
    """A paper, each of its parts as a piece of evidence with a tag of its own."""

    def __init__(self, paper: Paper, place: int) -> None:
        self.paper = paper
        parts = [part for part in paper.own_parts if part.name != "title"] or paper.own_parts
        self.evidence = tuple(
            Evidence(
                tag=f"E{place}-{part.name}",
                paper=paper,
                chunk=Chunk(
                    paper_id=paper.id, part=part.name, start=0, end=len(part.text), text=part.text
                ),
                score=Score(total=0.0),
            )
            for part in parts
        )
        self._sentences: tuple[PaperSentence, ...] | None = None

    def quote(self, words: str) -> Quote | str:
        """The quote under the tag of the part that has it, or why none does."""
        reason = f"{self.paper.key} has no text"
        for item in self.evidence:
            quote = Quote(tag=item.tag, quote=words)
            found = cite(quote, {item.tag: item})
            if isinstance(found, Citation):
                return quote
            reason = found
        return reason

    def number(self, number: int) -> str | None:
        """The number of a sentence, as `numbered` counts those of the evidence."""
        if self._sentences is None:
            self._sentences = number_sentences(self.paper)
        sentence = next((s for s in self._sentences if s.number == number), None)
        if sentence is None:
            return None
        part = next((e for e in self.evidence if e.chunk.part == sentence.part), self.evidence[0])
        return f"{part.tag}.{sentence.in_part}"

    @property
    def last_number(self) -> int:
        sentences = self._sentences or number_sentences(self.paper)
        return sentences[-1].number if sentences else 0

    def near(self, words: str) -> QuotePlace | None:
        """The words of the paper that are nearest to a quote that it does not have."""
        for item in self.evidence:
            if found := locate_nearly(words, item.chunk.text):
                place = self._place(item, found.start, found.end)
                return place.model_copy(update={"differences": found.differences})
        rated = [
            (shared_words(words, item.chunk.text[a:b]), item, a, b)
            for item in self.evidence
            for a, b in sentence_spans(item.chunk.text)
        ]
        best = max(rated, key=lambda r: r[0], default=None)
        if best is None or best[0] < _LEAST_SHARED:
            return None
        return self._place(*best[1:])

    def _place(self, item: Evidence, start: int, end: int) -> QuotePlace:
        return QuotePlace(
            key=self.paper.key,
            title=self.paper.title,
            paper_id=self.paper.id,
            part=item.chunk.part,
            page=_page_of(self.paper, item.chunk.part, start),
            start=start,
            end=end,
            quote=item.chunk.text[start:end],
            is_exact=False,
        )


def _checked(given: GivenClaim, sources: Mapping[str, _Source]) -> CheckedClaim:
    """The claim with what code can say of it."""
    objections: list[Objection] = []
    quotes: list[Quote] = []
    numbers: list[str] = []
    for quote in given.quotes:
        found = _quoted(quote, sources)
        quotes += [found] if isinstance(found, Quote) else []
        objections += [found] if isinstance(found, Objection) else []
    for said in given.sentences:
        own, wrong = _numbered(said, sources)
        numbers += own
        objections += wrong
    tags = {*(q.tag for q in quotes), *(n.rpartition(".")[0] for n in numbers)}
    evidence = [item for source in sources.values() for item in source.evidence if item.tag in tags]
    anchors = (NumberedAnchor(at=len(given.text), numbers=tuple(numbers)),) if numbers else ()
    draft = ClaimDraft(text=given.text, quotes=tuple(quotes), anchors=anchors)
    claims = checked_claims(AnswerDraft(claims=(draft,)), evidence)
    if not claims:
        claim = Claim(text=clean(given.text), support="uncited")
        return CheckedClaim(claim=claim, objections=(Objection(reason="the claim has no words"),))
    papers = {source.paper.id: source.paper for source in sources.values()}
    claim = _with_pages(claims[0], papers)
    if not (given.quotes or given.sentences):
        objections.append(Objection(reason="the claim gives no quote and no sentence number"))
    objections += [Objection(reason=reason) for reason in claim.dropped]
    if claim.unproven:
        figures = ", ".join(claim.unproven)
        objections.append(Objection(reason=f"{figures} is in none of the words that it cites"))
    elif claim.support in FAILING and not objections:
        objections.append(Objection(reason="nothing that it cites was found"))
    return CheckedClaim(claim=claim, objections=tuple(objections))


def _quoted(given: GivenQuote, sources: Mapping[str, _Source]) -> Quote | Objection:
    source = sources.get(given.key)
    if source is None:
        return Objection(reason=_unknown(given.key), quote=given.quote)
    found = source.quote(given.quote)
    if isinstance(found, Quote):
        return found
    return Objection(reason=found, quote=given.quote, near=source.near(given.quote))


def _numbered(said: str, sources: Mapping[str, _Source]) -> tuple[list[str], list[Objection]]:
    """The sentences that a number or a range of numbers names, and what is wrong with it."""
    match = _NUMBER.fullmatch(said)
    shown = shorten(clean(said), SHOWN_CHARS)
    if match is None:
        reason = f"'{shown}' is not the number of a sentence, such as KEY.3"
        return [], [Objection(reason=reason)]
    source = sources.get(match["key"])
    if source is None:
        return [], [Objection(reason=_unknown(match["key"]))]
    first, last = int(match["first"]), int(match["last"] or match["first"])
    if not first <= last < first + _MOST_OF_A_RANGE:
        reason = f"'{shown}' is not a range of at most {_MOST_OF_A_RANGE} sentences"
        return [], [Objection(reason=reason)]
    found = [source.number(n) for n in range(first, last + 1)]
    if None in found:
        reason = f"{shown} names no sentence: {source.paper.key} has them to {source.last_number}"
        return [], [Objection(reason=reason)]
    return [number for number in found if number is not None], []


def keys_of(claims: Sequence[GivenClaim]) -> list[str]:
    """The keys that the claims name, as they are given, each once."""
    keys = [quote.key for claim in claims for quote in claim.quotes]
    named = (_NUMBER.fullmatch(said) for claim in claims for said in claim.sentences)
    return list(dict.fromkeys([*keys, *(match["key"] for match in named if match)]))


def _unknown(key: str) -> str:
    return f"no paper has the key '{shorten(clean(key), SHOWN_CHARS)}'"


def _with_pages(claim: Claim, papers: Mapping[str, Paper]) -> Claim:
    citations = tuple(
        c.model_copy(update={"page": _page_of(papers[c.paper_id], c.part, c.start)})
        for c in claim.citations
    )
    return claim.model_copy(update={"citations": citations})


def _page_of(paper: Paper, part: str, start: int) -> int | None:
    """The page, from 1, on which this character of a part is; None where pages are not known."""
    pages = next((p.page_starts for p in paper.parts if p.name == part), ())
    return bisect_right(pages, start) + 1 if pages else None


def _weighed(checked: CheckedClaim) -> CheckedClaim:
    """The claim with what a judge says against it, and without one with the doubts of its words."""
    claim = checked.claim
    if checked.fails:
        return checked
    if claim.support in FAILING:
        reason = claim.reason or f"a judge says that its quotes leave it {claim.support}"
        return checked.model_copy(update={"objections": (Objection(reason=reason),)})
    if claim.support == "partial":
        doubt = "a judge says that its quotes carry a part of it alone"
        return checked.model_copy(update={"doubts": (doubt,)})
    return checked.model_copy(update={"doubts": tuple(_doubts(claim))})


def _doubts(claim: Claim) -> list[str]:
    if claim.support != "unchecked":
        return []
    quotes = [citation.quote for citation in claim.citations]
    verdicts = judge_by_words(claim.text, quotes)
    against = [verdict.against for verdict in verdicts if is_contradiction(verdict)]
    if against:
        return [f"it seems to say the opposite of its quote: {against[0]}"]
    features = features_of(claim.text, quotes)
    if all(own["claim denies"] for own in features):
        return ["it denies something, and its quotes do not"]
    if all(own["sentence denies"] for own in features):
        return ["its quotes deny something, and it does not"]
    if not any(own["coverage"] for own in features):
        return ["it shares no word with its quotes"]
    return []
