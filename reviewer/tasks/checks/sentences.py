"""Verifies a draft's sentence against the papers that it cites: quotes, figures and subject."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby, islice
from typing import Literal

from reviewer.grounding import locate
from reviewer.grounding.word_verdicts import features_of
from reviewer.library import Library
from reviewer.search import SearchOptions, find
from reviewer.tasks.paper_chunks import chunks_of
from reviewer.text import clean, figures_without_proof, sentence_spans
from reviewer.text.keywords import query_terms
from reviewer.text.numbers import figure_spans
from reviewer.text.views import clean_view
from reviewer.types import Citation, Paper
from reviewer.types.checks import CheckedSentence, DraftSentence, FoundQuote, Problem, Signal
from reviewer.types.papers import Chunk
from reviewer.types.searches import Filters

_NEAREST_PAPERS = 20  # a true citation is outside of them in 12 % of cases, a random one in 98.8 %
MOST_NEAREST = 3  # sentences of a paper that are shown
_LEAST_QUOTED_WORDS = 3  # fewer are a way to speak ("skills"), not a quotation
_TERMS, _TERM_LETTERS = 3, 3  # what a sentence must hold to be compared with a whole paper
_SHARED_TERMS = 4  # texts with this many words in common bear on each other, however long
_ELSEWHERE = 20  # other papers in which lost words are looked for
_OMISSION = re.compile(r"\s*(?:\[[^\[\]]*\]\w*|\(?(?:\.\s?){3,4}\)?|…)\s*")
_OWN_NUMBER = re.compile(
    r"\b(?:Sections?|Secs?\.|Tables?|Tabs?\.|Figures?|Figs?\.|Eqs?\.|Equations?|Chapters?|Chap\."
    r"|Appendix|Algorithms?|Theorems?|Lemmas?|Definitions?|Steps?|Stages?|pp?\.|pages?|§§?)"
    r"\s*~?\(?[A-Z]?\d+(?:[.–-]\d+)*\)?"
)
_ABSTRACT = ", of which only the abstract is known"
# "Two models" counts what the draft speaks of; "two million" and "three times" are figures.
_FEW = re.compile(
    r"\b(?:two|three|four|five|six|seven|eight|nine|ten|eleven|twelve)\b"
    r"(?![\s-](?:dozen|hundred|thousand|million|billion|trillion|per ?cent|times|fold|points?)\b)",
    re.IGNORECASE,
)
_NO_SOURCE = re.compile(r"(?:19|20)\d\d|\d|1[0-2]")


def verify_sentence(
    sentence: DraftSentence, papers: Mapping[str, Paper], library: Library
) -> CheckedSentence:
    """What of a citing sentence is in the papers that it cites, given by key, and what is not.

    Quoted words must be in one of the papers as they are (an omission may be marked), figures in
    one of their texts; each paper must bear on the sentence, by search's own measure. `nearest` has
    all sentences of each paper's best texts.
    """
    quotes, lost = _quotes(sentence, papers, library)
    problems = [_lost_quote(said, papers, library) for said in lost]
    problems += _figures(sentence, papers)
    nearest: list[Citation] = []
    signals: list[Signal] = []
    near_ids = _near_ids(sentence.text, library)
    for key, paper in papers.items():
        has_quote = any(c.paper_id == paper.id for q in quotes for c in q.citations)
        found = _bearing(sentence.text, paper, library)
        nearest += found.nearest
        is_near = paper.id in near_ids if near_ids and paper.id else None
        denied = _denied_in(sentence.text, found.nearest)
        signals.append(Signal(key=key, is_near=is_near, cosine=found.cosine, denied_in=denied))
        if not found.bears and not has_quote:
            detail = f"nothing in {paper.key or key} bears on this sentence"
            problems.append(Problem(kind="nothing bears", detail=detail, about=key))
    return CheckedSentence(
        sentence=sentence,
        problems=tuple(problems),
        quotes=tuple(quotes),
        nearest=tuple(nearest),
        signals=tuple(signals),
        support="supported" if _is_quote(sentence, quotes) else "unchecked",
    )


def trimmed(checked: CheckedSentence) -> CheckedSentence:
    """The sentence with the nearest MOST_NEAREST sentences of each paper alone."""
    papers = groupby(checked.nearest, key=lambda citation: citation.paper_id)
    nearest = (citation for _, own in papers for citation in islice(own, MOST_NEAREST))
    return checked.model_copy(update={"nearest": tuple(nearest)})


def stated_figures(sentence: DraftSentence) -> list[str]:
    """The figures in digits that need a source. Years, the draft's own numbering and counts of a
    few things ("6 papers") do not."""
    text = _OWN_NUMBER.sub(" ", sentence.text)
    spans = [text[a:b].strip() for a, b in figure_spans(text)]
    return [said for said in spans if not _NO_SOURCE.fullmatch(said)]


def _quotes(
    sentence: DraftSentence, papers: Mapping[str, Paper], library: Library
) -> tuple[list[FoundQuote], list[str]]:
    """The quotes that are in a cited paper, and those that are in none."""
    found, lost = [], []
    for said in sentence.quotes:
        ways = dict.fromkeys((said, _in_signs(said), _in_hyphens(said)))
        placed = ((p, *_located(way, p)) for way in ways for p in papers.values())
        paper, part, spans = next((place for place in placed if place[2]), (None, "", []))
        if paper is not None:
            citations = _citations(paper, [(part, *span) for span in spans], library)
            found.append(FoundQuote(said=said, citations=citations))
        elif len(said.split()) >= _LEAST_QUOTED_WORDS:
            lost.append(said)
    return found, lost


def _in_signs(said: str) -> str:
    """With dashes as Markdown and LaTeX print them."""
    return said.replace("---", "—").replace("--", "–")


def _in_hyphens(said: str) -> str:
    """With dashes as they are written in the sources of Markdown and LaTeX, and in abstracts."""
    return said.replace("—", "---").replace("–", "--")


def _located(said: str, paper: Paper) -> tuple[str, list[tuple[int, int]]]:
    """The part of the paper that has the quoted words, and the span of each piece of them, in
    order; no part and no spans if one piece is missing."""
    pieces = [piece for piece in _OMISSION.split(said) if re.search(r"\w", piece)]
    for part in paper.own_parts:
        if spans := _spans(pieces, part.text):
            return part.name, spans
        view = clean_view(part.text)  # a draft shows a text cleaned: `a~b` as "a b"
        if view.text != part.text and (spans := _spans(pieces, view.text)):
            return part.name, [view.original_span(a, b) for a, b in spans]
    return "", []


def _spans(pieces: Sequence[str], text: str) -> list[tuple[int, int]]:
    """The span of each piece, in order; empty if one is missing."""
    spans: list[tuple[int, int]] = []
    for piece in pieces:
        span = _place(piece, text, spans[-1][1] if spans else 0)
        if span is None:
            return []
        spans.append(span)
    return spans


def _place(piece: str, text: str, start: int) -> tuple[int, int] | None:
    """The first span of the piece from `start` on; its first letter may be large or small."""
    first = re.search(r"[^\W\d_]", piece)
    other = piece
    if first:
        at = first.start()
        other = piece[:at] + piece[at].swapcase() + piece[at + 1 :]
    for wanted in (piece, other):
        for begin in dict.fromkeys((start, 0)):
            span = locate(wanted, text[begin:])
            if span and span[0] + begin >= start:
                return span[0] + begin, span[1] + begin
    return None


def _citations(
    paper: Paper, places: Sequence[tuple[str, int, int]], library: Library
) -> tuple[Citation, ...]:
    """One citation a place (part, start, end), with the chunk that holds its beginning, and the
    page where there are pages."""
    chunks = chunks_of(paper, library)
    citations = []
    for part, start, end in places:
        holding = (c for c in chunks if c.part == part and c.start <= start < c.end)
        citations.append(_citation(paper, next(holding, None), part, start, end))
    return tuple(citations)


def _citation(paper: Paper, chunk: Chunk | None, part: str, start: int, end: int) -> Citation:
    return Citation(
        paper_id=paper.id,
        key=paper.key,
        chunk_id=chunk.id if chunk else "",
        part=part,
        page=chunk.page if chunk else None,
        start=start,
        end=end,
        quote=paper.text_of(part)[start:end],
    )


def _lost_quote(said: str, papers: Mapping[str, Paper], library: Library) -> Problem:
    """The problem of words that no cited paper has, with the key of another paper of the library
    that has them."""
    names = " or ".join(paper.key or key for key, paper in papers.items())
    detail = f"these words are not in {names}"
    cited = {paper.id for paper in papers.values()}
    options = SearchOptions(papers=_ELSEWHERE, abstains=False, is_plain=True)
    hits = find(said, library, options).hits
    others = (hit.paper for hit in hits if hit.paper.id not in cited)
    if other := next((paper.key for paper in others if _located(said, paper)[1]), ""):
        detail += f", but in {other}"
    return Problem(kind="quote not found", detail=detail, about=said)


def _figures(sentence: DraftSentence, papers: Mapping[str, Paper]) -> list[Problem]:
    """Figures outside quotation marks that no cited text holds."""
    text = sentence.text
    for said in sentence.quotes:
        text = text.replace(said, " ")
    texts = [part.text for paper in papers.values() for part in paper.own_parts]
    years = [paper.year for paper in papers.values() if paper.year is not None]
    own = {str(len(papers)), "1"}
    plain = _FEW.sub(" ", _OWN_NUMBER.sub(" ", text))
    missing = figures_without_proof(plain, texts, years, len(papers))
    names = " or ".join(paper.key or key for key, paper in papers.items())
    held = "" if any(p.name == "body" for x in papers.values() for p in x.parts) else _ABSTRACT
    return [
        Problem(kind="figure not found", detail=f"{figure} is not in {names}{held}", about=figure)
        for figure in missing
        if figure not in own
    ]


@dataclass(frozen=True)
class _Bearing:
    """Whether search finds the paper for a sentence; the paper's sentences, those nearest to it
    first; the best cosine of one of them."""

    bears: bool
    nearest: tuple[Citation, ...] = ()
    cosine: float | None = None


def _near_ids(text: str, library: Library) -> set[str]:
    """The ids of the papers that are nearest to the sentence; none where that tells nothing, as the
    library has hardly more."""
    if len(library.catalogue.keys()) <= _NEAREST_PAPERS:
        return set()
    options = SearchOptions(papers=_NEAREST_PAPERS, abstains=False)
    hits = find(_OWN_NUMBER.sub(" ", text), library, options).hits
    return {hit.paper.id for hit in hits}


def _denied_in(text: str, nearest: Sequence[Citation]) -> Literal["", "draft", "paper"]:
    """Which of the sentence and the one nearest to it denies something alone."""
    if not nearest:
        return ""
    (features,) = features_of(text, [nearest[0].quote])
    if features["claim denies"]:
        return "draft"
    return "paper" if features["sentence denies"] else ""


def _bearing(text: str, paper: Paper, library: Library) -> _Bearing:
    """What search says of the paper and this sentence."""
    if sum(len(term) >= _TERM_LETTERS and term.isalpha() for term in query_terms(text)) < _TERMS:
        return _Bearing(
            bears=True
        )  # "It reaches 99.9%" says too little to be compared with anything
    if not paper.id:
        return _bearing_by_words(text, paper, library)
    text, filters = _OWN_NUMBER.sub(" ", text), Filters(keys=(paper.key,))
    options = SearchOptions(papers=1, filters=filters, abstains=False, is_plain=True)
    found = find(text, library, options)
    pairs = [(s, item) for item in found.evidence for s in item.sentences]
    pairs.sort(key=lambda pair: -(pair[0].similarity or 0.0) - pair[0].lexical / 2)
    shared = max((len(hit.score.terms) for hit in found.hits), default=0)
    bears = found.matched > 0 or shared >= _SHARED_TERMS
    nearest = [_citation(paper, item.chunk, item.chunk.part, s.start, s.end) for s, item in pairs]
    cosine = max((s.similarity for s, _ in pairs if s.similarity is not None), default=None)
    return _Bearing(bears, tuple(nearest), None if cosine is None else round(cosine, 3))


def _bearing_by_words(text: str, paper: Paper, library: Library) -> _Bearing:
    """The same for an entry that the library does not hold, by the words that both share."""
    wanted = set(query_terms(text))
    ranked = []
    for part in paper.own_parts:
        for start, end in sentence_spans(part.text):
            shared = len(wanted & set(query_terms(part.text[start:end])))
            ranked.append((shared, -start, (part.name, start, end)))
    best = sorted((r for r in ranked if r[0]), key=lambda r: r[:2], reverse=True)
    return _Bearing(bool(best), _citations(paper, [place for *_, place in best], library))


def _is_quote(sentence: DraftSentence, quotes: Sequence[FoundQuote]) -> bool:
    """True when the sentence is nothing but quoted words of the paper."""
    text = sentence.text
    for quote in quotes:
        text = text.replace(quote.said, "")
    return bool(quotes) and not re.search(r"\w", clean(text))
