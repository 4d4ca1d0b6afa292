"""The citations of a page: numbered papers, each text once, every quote in its place."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain, count, pairwise

from reviewer.render.answer_parts import (
    failed_words,
    is_failed,
    paragraphs_of,
    proof_words,
    why_failed,
)
from reviewer.render.bibtex import bibtex
from reviewer.render.cited_sentence import is_quote, pieces_of
from reviewer.render.claim_notes import citations_of, quoted_papers
from reviewer.render.describe import joined_spans, quoted_place
from reviewer.render.references import references_in
from reviewer.text import clean
from reviewer.text.views import clean_view
from reviewer.types import Citation, Claim, Paper
from reviewer.types.answers import StanceTaken
from reviewer.types.drafts import Section
from reviewer.types.papers import Part
from reviewer.types.surveys import StanceCount

_WHOLE_CHARS = 4000  # a text up to here is shown whole: every abstract is
_AROUND_CHARS = 700  # on each side of a quote in a longer one
_STYLE = "ieee"  # of the references to copy: numbered, as the marks of a page are
_NUMBER = re.compile(r"^\[\d+\]\s*")
_SHORT = {
    "partial": "partly supported",
    "contradicted": "contradicted",
    "unsupported": "not supported",
    "uncited": "no source",
}
_FIGURES = "figure not in its quotes"


@dataclass(frozen=True)
class QuoteStart:
    """Where a quote begins: its id on the page, and its place in the paper in words."""

    anchor: str
    place: str


@dataclass(frozen=True)
class TextPiece:
    """A piece of a cleaned text. `quotes` are the ids of the quotes that it belongs to, with spaces
    between, empty where nothing is quoted."""

    text: str
    begins: tuple[QuoteStart, ...] = ()
    quotes: str = ""


@dataclass(frozen=True)
class ShownText:
    """One part of a paper, or of a long one the text around its quotes."""

    name: str
    pieces: tuple[TextPiece, ...]


@dataclass(frozen=True)
class ShownPaper:
    """A cited paper with its number on this page. `quotes` counts its quoted places; `reference`
    and `bibtex` are what a reader copies to cite it."""

    number: int
    paper: Paper
    texts: tuple[ShownText, ...]
    quotes: int
    reference: str
    bibtex: str


@dataclass(frozen=True)
class PageCitations:
    """The papers that a page cites, numbered in order, and the ids of their quotes."""

    papers: tuple[ShownPaper, ...]
    numbers: Mapping[str, int]
    anchors: Mapping[Citation, str]

    @property
    def quotes(self) -> dict[str, str]:
        """The cleaned quotes by their ids."""
        return {anchor: clean(citation.quote) for citation, anchor in self.anchors.items()}


@dataclass(frozen=True)
class ShownMark:
    """One mark after a sentence: the paper's number and title, and the ids of its quotes."""

    number: int
    title: str
    quotes: tuple[str, ...]


@dataclass(frozen=True)
class ShownPiece:
    """A piece of a sentence, and the marks that stand behind it. A piece that `fails` is of the
    words that are not proven."""

    text: str
    marks: tuple[ShownMark, ...] = ()
    fails: bool = False


@dataclass(frozen=True)
class ShownClaim:
    """A sentence with its marks. `pieces` are the sentence cut at its marks and at the words that
    fail. `state` names its colour, `proof` says how it stands; `place` is its number on the page,
    from 1. Of a sentence that is not proven, `failed_words` are those words, `why` says why,
    `label` says it in a few words, and `failed` is the id of the place that says so; of others they
    are empty. `dropped` says which citations were left out, and why."""

    text: str
    is_quote: bool
    state: str
    marks: tuple[ShownMark, ...]
    place: int
    dropped: tuple[str, ...] = ()
    pieces: tuple[ShownPiece, ...] = ()
    proof: str = ""
    label: str = ""
    why: str = ""
    failed_words: str = ""
    failed: str = ""

    @property
    def quotes(self) -> str:
        """The ids of its quotes, with spaces between."""
        return " ".join(quote for mark in self.marks for quote in mark.quotes)


def page_citations(citations: Iterable[Citation], papers: Iterable[Paper]) -> PageCitations:
    """The cited papers among these, in the order in which they are first cited. A citation of
    another paper (the work at hand) has no number and no id."""
    known = {paper.id: paper for paper in papers}
    cited: dict[str, dict[Citation, str]] = {}
    anchors: dict[Citation, str] = {}
    for citation in citations:
        if citation.paper_id in known and citation not in anchors:
            anchors[citation] = f"q{len(anchors) + 1}"
            cited.setdefault(citation.paper_id, {})[citation] = anchors[citation]
    listed = references_in([known[paper_id] for paper_id in cited], _STYLE)
    references = {paper.id: _NUMBER.sub("", line) for paper, line in listed}
    shown = tuple(
        _shown_paper(number, known[paper_id], own, references[paper_id])
        for number, (paper_id, own) in enumerate(cited.items(), start=1)
    )
    return PageCitations(shown, {item.paper.id: item.number for item in shown}, anchors)


def _shown_paper(
    number: int, paper: Paper, anchors: Mapping[Citation, str], reference: str
) -> ShownPaper:
    """The paper as the page lists it. Its BibTeX has no abstract: the page shows that already."""
    titles = tuple(part for part in paper.parts if part.name == "title")
    return ShownPaper(
        number,
        paper,
        _texts(paper, anchors),
        quotes=len(anchors),
        reference=reference,
        bibtex=bibtex([paper.model_copy(update={"parts": titles})]).strip(),
    )


def marks_of(citations: Sequence[Citation], cited: PageCitations) -> tuple[ShownMark, ...]:
    """One mark for each paper, in the order of the citations."""
    by_paper: dict[str, list[str]] = {}
    for citation in citations:
        if citation in cited.anchors:
            by_paper.setdefault(citation.paper_id, []).append(cited.anchors[citation])
    titles = {
        item.paper.id: clean(item.paper.title) for item in cited.papers if item.paper.id in by_paper
    }
    return tuple(
        ShownMark(cited.numbers[paper_id], titles[paper_id], tuple(dict.fromkeys(anchors)))
        for paper_id, anchors in by_paper.items()
    )


def shown_claim(claim: Claim, cited: PageCitations, place: int) -> ShownClaim:
    """The claim for a page, where it is the sentence of this number."""
    whole = is_quote(claim)
    fails = is_failed(claim)
    label = _FIGURES if claim.unproven else _SHORT.get(claim.support, "")
    return ShownClaim(
        text=clean(claim.text),
        is_quote=whole,
        state="quote" if whole else claim.support,
        marks=marks_of(claim.citations, cited),
        place=place,
        dropped=tuple(map(clean, claim.dropped)),
        pieces=tuple(_shown_pieces(claim, cited, fails)),
        proof=proof_words(claim),
        label=label if fails else "",
        why=why_failed(claim) if fails else "",
        failed_words=failed_words(claim) if fails else "",
        failed=f"f{place}" if fails else "",
    )


def _shown_pieces(claim: Claim, cited: PageCitations, fails: bool) -> Iterator[ShownPiece]:
    """The pieces of the sentence, cut also where its failing words begin and end. The whole
    sentence fails where those words do not stand in it."""
    pieces = pieces_of(claim)
    text = "".join(piece.text for piece in pieces)
    spans = [found.span() for found in _failing(claim).finditer(text)] or [(0, len(text))]
    cuts = {place for span in spans for place in span}
    start = 0
    for piece in pieces:
        end = start + len(piece.text)
        inside = sorted({start, end, *(cut for cut in cuts if start < cut < end)})
        for first, last in pairwise(inside):
            marks = _by_number(marks_of(piece.citations, cited)) if last == end else ()
            own = fails and any(a <= first and last <= b for a, b in spans)
            yield ShownPiece(text[first:last], marks, own)
        start = end


def _failing(claim: Claim) -> re.Pattern[str]:
    """Finds the words that a judge named, else the figures that no quote has."""
    named = [clean(claim.failing)] if clean(claim.failing) else list(map(clean, claim.unproven))
    words = "|".join(re.escape(word) for word in named if word)
    return re.compile(rf"(?<!\w)(?:{words})(?!\w)" if words else r"(?!)")


def _by_number(marks: Iterable[ShownMark]) -> tuple[ShownMark, ...]:
    return tuple(sorted(marks, key=lambda mark: mark.number))


def _texts(paper: Paper, anchors: Mapping[Citation, str]) -> tuple[ShownText, ...]:
    """The quoted parts, and always the abstract."""
    quoted = {citation.part for citation in anchors}
    return tuple(
        ShownText(part.name, _pieces(part, [c for c in anchors if c.part == part.name], anchors))
        for part in paper.parts
        if part.text.strip() and (part.name in quoted or part.name == "abstract")
    )


def _pieces(
    part: Part, citations: Sequence[Citation], anchors: Mapping[Citation, str]
) -> tuple[TextPiece, ...]:
    """The cleaned text, cut wherever a quote begins or ends, so that quotes may overlap."""
    view = clean_view(part.text)
    spans = {
        c: (bisect_left(view.offsets, c.start), bisect_left(view.offsets, c.end)) for c in citations
    }
    pieces: list[TextPiece] = []
    for first, last in _windows(len(view.text), list(spans.values())):
        if first > 0:
            pieces.append(TextPiece("… "))
        cuts = {first, last, *chain.from_iterable(spans.values())}
        for start, end in pairwise(sorted(cut for cut in cuts if first <= cut <= last)):
            inside = [c for c, (a, b) in spans.items() if a <= start and end <= b]
            begin = [c for c in inside if spans[c][0] == start]
            begins = tuple(QuoteStart(anchors[c], quoted_place(c)) for c in begin)
            quotes = " ".join(anchors[c] for c in inside)
            pieces.append(TextPiece(view.text[start:end], begins, quotes))
        if last < len(view.text):
            pieces.append(TextPiece(" …"))
    return tuple(pieces)


def _windows(length: int, spans: Sequence[tuple[int, int]]) -> list[tuple[int, int]]:
    """The ranges of a text of this many characters that are shown; no two of them touch."""
    if length <= _WHOLE_CHARS or not spans:
        return [(0, min(length, _WHOLE_CHARS))]
    return joined_spans(
        (max(0, start - _AROUND_CHARS), min(length, end + _AROUND_CHARS)) for start, end in spans
    )


@dataclass(frozen=True)
class Bar:
    """The papers that take one stance, a mark for each; `rest` counts those without a quote."""

    kind: str
    count: int
    marks: tuple[ShownMark, ...]
    rest: int


def verdict_bars(stances: Sequence[StanceTaken], cited: PageCitations) -> tuple[Bar, ...]:
    """A bar for each of yes, no and mixed that a paper's own findings say, one for papers that
    merely use what was asked, and one for no stance. Empty when no paper takes one. The counts add
    up to the number of stances."""
    groups: dict[str, list[StanceTaken]] = {
        "yes": [], "no": [], "mixed": [], "merely use it": [], "no stance": [],
    }  # fmt: skip
    for stance in stances:
        taken = "no stance" if stance.stance == "none" else stance.stance
        is_use = stance.basis == "uses" and stance.stance != "none"
        groups["merely use it" if is_use else taken].append(stance)
    bars = []
    for name, own in groups.items():
        if own:
            marks = marks_of([s.citation for s in own if s.citation is not None], cited)
            bars.append(Bar(name, len(own), marks, len(own) - len(marks)))
    return () if [bar.kind for bar in bars] == ["no stance"] else tuple(bars)


@dataclass(frozen=True)
class QuotedPaper:
    """A paper of an annotated section with the sentences that are quoted from it."""

    paper: Paper
    marks: tuple[ShownMark, ...]
    quotes: tuple[ShownClaim, ...]


@dataclass(frozen=True)
class ShownSection:
    """A section on a page: the papers that it quotes, and its paragraphs. In a report it has the
    run-in heads of its paragraphs (empty for one without), what it finds, `counts` in words (the
    papers it cites, and its sentences by their support), its yes/no questions with their bars, and
    the numbers of other sections with the marks of the papers that both cite."""

    anchor: str
    title: str
    written: Section
    quoted: tuple[QuotedPaper, ...]
    paragraphs: tuple[tuple[ShownClaim, ...], ...]
    heads: tuple[str, ...] = ()
    finding: ShownClaim | None = None
    counts: str = ""
    verdicts: tuple[tuple[StanceCount, tuple[Bar, ...]], ...] = ()
    see_also: tuple[tuple[int, tuple[ShownMark, ...]], ...] = ()

    @property
    def sentences(self) -> tuple[ShownClaim, ...]:
        """The sentences of its paragraphs, in order."""
        return tuple(said for own in self.paragraphs for said in own)

    @property
    def first_finding(self) -> ShownClaim | None:
        """The first sentence of the section that cites a paper and is not doubted."""
        first = (said for item in self.quoted for said in item.quotes)
        known = (said for said in (*self.sentences, *first) if said.marks and not said.failed)
        return next(known, None)


def shown_section(
    number: int, section: Section, papers: Iterable[Paper], cited: PageCitations, *, after: int = 0
) -> ShownSection:
    """The section of this number with the papers that it quotes, in order, and its sentences,
    which are numbered behind the `after` sentences of the page before it."""
    places = {id(claim): n for n, claim in enumerate(section.claims, start=after + 1)}
    quoted = []
    for paper, own in quoted_papers(section, papers):
        said = tuple(shown_claim(claim, cited, places[id(claim)]) for claim in own)
        quoted.append(QuotedPaper(paper, marks_of(citations_of(own), cited), said))
    written = written_paragraphs(section)
    return ShownSection(
        anchor=f"s{number}",
        title=clean(section.title[:1].upper() + section.title[1:]),
        written=section,
        quoted=tuple(quoted),
        paragraphs=tuple(
            tuple(shown_claim(claim, cited, places[id(claim)]) for claim in own) for own in written
        ),
    )


def written_paragraphs(section: Section) -> list[list[Claim]]:
    """The paragraphs of a section, without the sentences that it quotes paper by paper."""
    others = [claim for claim in section.claims if claim.kind != "quote" or not claim.citations]
    return paragraphs_of(others)


def shown_paragraphs(
    claims: Iterable[Claim], cited: PageCitations, after: int
) -> tuple[tuple[ShownClaim, ...], ...]:
    """The sentences by paragraph, numbered behind the `after` sentences of the page before them."""
    numbers = count(after + 1)
    return tuple(
        tuple(shown_claim(claim, cited, next(numbers)) for claim in own)
        for own in paragraphs_of(claims)
    )


def shown_sections(
    sections: Sequence[Section], papers: Sequence[Paper], cited: PageCitations, *, after: int = 0
) -> list[ShownSection]:
    """The sections, numbered from 1, their sentences numbered through, behind the `after` first
    ones of the page."""
    shown = []
    for number, section in enumerate(sections, start=1):
        shown.append(shown_section(number, section, papers, cited, after=after))
        after += len(section.claims)
    return shown


def not_proven(sentences: Iterable[ShownClaim]) -> tuple[ShownClaim, ...]:
    """The sentences that are not proven, in order."""
    return tuple(said for said in sentences if said.failed)
