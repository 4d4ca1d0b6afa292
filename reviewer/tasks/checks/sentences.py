"""Verifies a draft's sentence against the papers that it cites: quotes, figures and subject."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence, Set
from dataclasses import dataclass
from itertools import groupby, islice
from typing import Literal

from reviewer.grounding import locate
from reviewer.grounding.word_verdicts import features_of
from reviewer.library import Library
from reviewer.render.citation_syntax import pandoc_key
from reviewer.render.in_text import citation_key
from reviewer.search import SearchOptions, find
from reviewer.tasks.checks.named_things import unknown_names
from reviewer.tasks.paper_chunks import chunks_of
from reviewer.text import clean, figures_without_proof, sentence_spans
from reviewer.text.keywords import query_terms
from reviewer.text.numbers import figure_spans
from reviewer.text.views import clean_view
from reviewer.types import Citation, Paper
from reviewer.types.checks import (
    CheckedSentence,
    DraftSentence,
    FoundQuote,
    Problem,
    ProblemKind,
    Signal,
)
from reviewer.types.papers import Chunk
from reviewer.types.searches import Filters, Found

_NEAREST_PAPERS = 20  # a true citation is outside of them in 12 % of cases, a random one in 98.8 %
MOST_NEAREST = 3  # sentences of a paper that are shown
_LEAST_QUOTED_WORDS = 3  # fewer are a way to speak ("skills"), not a quotation
_LEAST_OWN_WORDS = 5  # of a paper's words without its citation; fewer may be a common phrase
_TERMS_TO_SUSPECT = 6
_TERMS, _TERM_LETTERS = 3, 3  # what a sentence must hold to be compared with a whole paper
_FAR = 0.2  # a cosine below it: 3 % of true citations, 42 % of random ones (docs/quality.md)
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
    is_quote = _is_quote(sentence, quotes)
    problems = [_lost_quote(said, papers, library) for said in lost]
    problems += _figures(sentence, papers)
    problems += _names(sentence, papers, library)
    abstract = "" if _has_body(papers) else _ABSTRACT
    nearest: list[Citation] = []
    signals: list[Signal] = []
    near = None if is_quote else _near(sentence.text, papers.values(), library)
    for key, paper in papers.items() if not is_quote else ():
        has_quote = any(c.paper_id == paper.id for q in quotes for c in q.citations)
        found = _bearing(sentence.text, paper, library, near)
        nearest += found.nearest
        is_near = near.has(paper) if near and near.tells and paper.id else None
        denied = _denied_in(sentence.text, found.nearest)
        signals.append(Signal(key=key, is_near=is_near, cosine=found.cosine, denied_in=denied))
        if found.is_far and not has_quote:
            detail = f"nothing in {paper.key or key} bears on this sentence"
            meant = _nearest_keys(near)
            problems.append(Problem(kind="nothing bears", detail=detail, about=key, meant=meant))
        elif not (found.bears or has_quote):
            detail = (
                f"what is known of {paper.key or key} is not clearly on this sentence{abstract}"
            )
            problems.append(Problem(kind="may not bear", detail=detail, about=key))
        elif near and is_near is False and not has_quote and _says_enough(sentence.text):
            problems.append(_not_near(paper.key or key, near))
    return CheckedSentence(
        sentence=sentence,
        problems=tuple(problems),
        quotes=tuple(quotes),
        nearest=tuple(nearest),
        signals=tuple(signals),
        support="supported" if is_quote else "unchecked",
    )


def quotes_of_nobody(sentence: DraftSentence, library: Library) -> list[Problem]:
    """A problem for each quote of a sentence that cites nothing: words that a paper of the library
    has lack its citation; others are of nobody that is known."""
    problems = []
    for said in sentence.quotes:
        if len(said.split()) < _LEAST_QUOTED_WORDS:
            continue
        paper, part = _holder_of(said, library, set())
        if paper is None:
            detail = "no paper is cited for these words, and none of the library has them"
            problems.append(Problem(kind="uncited quote", detail=detail, about=said))
            continue
        is_short = part == "title" or len(said.split()) < _LEAST_OWN_WORDS
        kind: ProblemKind = "uncited quote" if is_short else "missing citation"
        detail = f"these words are in {paper.key}: add [{pandoc_key(citation_key(paper.key))}]"
        problems.append(Problem(kind=kind, detail=detail, about=said, meant=(paper.key,)))
    return problems


def holders_of(sentence: DraftSentence, library: Library) -> tuple[str, ...]:
    """The keys of papers near a sentence that cites nothing whose texts have its figures, the
    nearest first."""
    options = SearchOptions(_NEAREST_PAPERS, is_plain=True, sentences_of=frozenset())
    found = find(_OWN_NUMBER.sub(" ", sentence.text), library, options)
    near = [hit.paper for hit in found.hits if not hit.is_weak]
    return tuple(paper.key for paper in near if not _figures(sentence, {paper.key: paper}))


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
        by_ocr=paper.is_ocr(part, chunk.page if chunk else None),
    )


def _lost_quote(said: str, papers: Mapping[str, Paper], library: Library) -> Problem:
    """The problem of words that no cited paper has, with the key of another paper of the library
    that has them."""
    names = " or ".join(paper.key or key for key, paper in papers.items())
    detail = f"these words are not in {names}"
    cited = {paper.id for paper in papers.values()}
    other, _ = _holder_of(said, library, cited)
    if other is not None:
        detail += f", but in {other.key}"
    meant = () if other is None else (other.key,)
    return Problem(kind="quote not found", detail=detail, about=said, meant=meant)


def _holder_of(said: str, library: Library, cited: Set[str]) -> tuple[Paper | None, str]:
    """The paper of the library that has these words, and the part that has them; `cited` papers
    are not looked into."""
    options = SearchOptions(
        papers=_ELSEWHERE, abstains=False, is_plain=True, sentences_of=frozenset()
    )
    for hit in find(said, library, options).hits:
        if hit.paper.id in cited:
            continue
        part, spans = _located(said, hit.paper)
        if spans:
            return hit.paper, part
    return None, ""


def _names(sentence: DraftSentence, papers: Mapping[str, Paper], library: Library) -> list[Problem]:
    """Names outside quotation marks that stand in no cited paper."""
    text = sentence.text
    for said in sentence.quotes:
        text = text.replace(said, " ")
    names = " or ".join(paper.key or key for key, paper in papers.items())
    held = "" if _has_body(papers) else _ABSTRACT
    lost = unknown_names(text, list(papers.values()), lambda word: _is_word(word, library))
    return [
        Problem(kind="name not found", detail=f"{name} is not in {names}{held}", about=name)
        for name in lost
    ]


def _has_body(papers: Mapping[str, Paper]) -> bool:
    return any(part.name == "body" for paper in papers.values() for part in paper.parts)


def _is_word(word: str, library: Library) -> bool:
    """Whether any paper of the library has the word."""
    stems = [stem for stems in library.words.texts([word]) for stem in stems]
    return not stems or any(count.chunks for count in library.words.counts(stems).values())


def _figures(sentence: DraftSentence, papers: Mapping[str, Paper]) -> list[Problem]:
    """Figures outside quotation marks that no cited text holds."""
    text = sentence.text
    for said in sentence.quotes:
        text = text.replace(said, " ")
    # `1B--7B` is a range, and not minus 7 billion.
    texts = [_in_signs(part.text) for paper in papers.values() for part in paper.own_parts]
    years = [paper.year for paper in papers.values() if paper.year is not None]
    own = {str(len(papers)), "1"}
    plain = _FEW.sub(" ", _OWN_NUMBER.sub(" ", text))
    missing = figures_without_proof(plain, texts, years, len(papers))
    names = " or ".join(paper.key or key for key, paper in papers.items())
    held = "" if _has_body(papers) else _ABSTRACT
    return [
        Problem(kind="figure not found", detail=f"{figure} is not in {names}{held}", about=figure)
        for figure in missing
        if figure not in own
    ]


@dataclass(frozen=True)
class _Bearing:
    """Whether search finds the paper for a sentence, and whether it is far from it; the paper's
    sentences, those nearest to it first; the best cosine of one of them."""

    bears: bool
    nearest: tuple[Citation, ...] = ()
    cosine: float | None = None
    is_far: bool = False


@dataclass(frozen=True)
class _Near:
    """The papers of the library that are nearest to a sentence. It `tells` something where the
    library has many more."""

    found: Found
    tells: bool

    def has(self, paper: Paper) -> bool:
        return any(hit.paper.id == paper.id for hit in self.found.hits)


def _near(text: str, cited: Iterable[Paper], library: Library) -> _Near:
    """What is nearest to a text; of the `cited` papers alone with their sentences."""
    keys = frozenset(paper.key for paper in cited)
    options = SearchOptions(_NEAREST_PAPERS, abstains=False, is_plain=True, sentences_of=keys)
    found = find(_OWN_NUMBER.sub(" ", text), library, options)
    return _Near(found, found.papers > _NEAREST_PAPERS)


def _says_enough(text: str) -> bool:
    """Whether a sentence has the words by which papers can be told apart."""
    return len({t for t in query_terms(text) if len(t) >= _TERM_LETTERS}) >= _TERMS_TO_SUSPECT


def _not_near(key: str, near: _Near) -> Problem:
    nearest = _nearest_keys(near)
    detail = (
        f"{key} is not among the {_NEAREST_PAPERS} papers of the library that are nearest to this "
        f"sentence; nearest: {', '.join(nearest)}"
    )
    return Problem(kind="may not bear", detail=detail, about=key, meant=nearest)


def _nearest_keys(near: _Near | None) -> tuple[str, ...]:
    """The papers that may be meant in place of one that is far; none where the library is small."""
    return tuple(hit.paper.key for hit in near.found.hits[:2]) if near and near.tells else ()


def _denied_in(text: str, nearest: Sequence[Citation]) -> Literal["", "draft", "paper"]:
    """Which of the sentence and the one nearest to it denies something alone."""
    if not nearest:
        return ""
    (features,) = features_of(text, [nearest[0].quote])
    if features["claim denies"]:
        return "draft"
    return "paper" if features["sentence denies"] else ""


def _bearing(text: str, paper: Paper, library: Library, near: _Near | None) -> _Bearing:
    """What search says of the paper and this sentence: of `near`, which has the sentence's nearest
    papers, else of a search in this paper alone."""
    if sum(len(term) >= _TERM_LETTERS and term.isalpha() for term in query_terms(text)) < _TERMS:
        return _Bearing(
            bears=True
        )  # "It reaches 99.9%" says too little to be compared with anything
    if not paper.id:
        return _bearing_by_words(text, paper, library)
    if near is not None and near.has(paper):
        found = near.found
    else:
        filters = Filters(keys=(paper.key,))
        options = SearchOptions(papers=1, filters=filters, abstains=False, is_plain=True)
        found = find(_OWN_NUMBER.sub(" ", text), library, options)
    hits = [hit for hit in found.hits if hit.paper.id == paper.id]
    own = [item for item in found.evidence if item.paper.id == paper.id]
    pairs = [(s, item) for item in own for s in item.sentences]
    pairs.sort(key=lambda pair: -(pair[0].similarity or 0.0) - pair[0].lexical / 2)
    shared = max((len(hit.score.terms) for hit in hits), default=0)
    bears = any(not hit.is_weak for hit in hits) or shared >= _SHARED_TERMS
    nearest = [_citation(paper, item.chunk, item.chunk.part, s.start, s.end) for s, item in pairs]
    cosine = max((s.similarity for s, _ in pairs if s.similarity is not None), default=None)
    is_far = not bears and (shared <= 1 if cosine is None else cosine < _FAR)
    return _Bearing(bears, tuple(nearest), None if cosine is None else round(cosine, 3), is_far)


def _bearing_by_words(text: str, paper: Paper, library: Library) -> _Bearing:
    """The same for an entry that the library does not hold, by the words that both share."""
    wanted = set(query_terms(text))
    ranked = []
    for part in paper.own_parts:
        for start, end in sentence_spans(part.text):
            shared = len(wanted & set(query_terms(part.text[start:end])))
            ranked.append((shared, -start, (part.name, start, end)))
    best = sorted((r for r in ranked if r[0]), key=lambda r: r[:2], reverse=True)
    nearest = _citations(paper, [place for *_, place in best], library)
    return _Bearing(bool(best), nearest, is_far=not best)


def _is_quote(sentence: DraftSentence, quotes: Sequence[FoundQuote]) -> bool:
    """True when the sentence is nothing but quoted words of the paper."""
    text = sentence.text
    for quote in quotes:
        text = text.replace(quote.said, "")
    return bool(quotes) and not re.search(r"\w", clean(text))
