"""The citations of a page: numbered papers, each text once, every quote in its place."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain, pairwise

from reviewer.render.answer_parts import (
    failed_words,
    is_failed,
    proof_words,
    why_failed,
)
from reviewer.render.cited_sentence import is_quote, pieces_of
from reviewer.render.claim_notes import citations_of, quoted_papers, remarks_on
from reviewer.render.describe import joined_spans, quoted_place
from reviewer.text import clean
from reviewer.text.views import clean_view
from reviewer.types import Citation, Claim, Paper
from reviewer.types.answers import StanceTaken
from reviewer.types.drafts import Section
from reviewer.types.papers import Part
from reviewer.types.surveys import StanceCount

_WHOLE_CHARS = 4000  # a text up to here is shown whole: every abstract is
_AROUND_CHARS = 700  # on each side of a quote in a longer one


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
    """A cited paper with its number on this page. `quotes` counts its quoted places."""

    number: int
    paper: Paper
    texts: tuple[ShownText, ...]
    quotes: int


@dataclass(frozen=True)
class PageCitations:
    """The papers that a page cites, numbered in order, and the ids of their quotes."""

    papers: tuple[ShownPaper, ...]
    numbers: Mapping[str, int]
    anchors: Mapping[Citation, str]


@dataclass(frozen=True)
class ShownMark:
    """One mark after a sentence: the paper's number and title, and the ids of its quotes."""

    number: int
    title: str
    quotes: tuple[str, ...]


@dataclass(frozen=True)
class ShownPiece:
    """A piece of a sentence, and the marks that stand behind it."""

    text: str
    marks: tuple[ShownMark, ...] = ()


@dataclass(frozen=True)
class ShownClaim:
    """A sentence with its marks. `label` says in words how well its quotes support it (a quote of a
    paper needs none), `state` names its colour. `dropped` says what was left out, and why. `pieces`
    are the sentence cut at its marks, and `proof` how it stands. Of a sentence that failed its
    check, `failed_words` are not proven, `why` says why, and `failed` is the id of the place that
    says so; of others they are empty."""

    text: str
    is_quote: bool
    label: str
    state: str
    marks: tuple[ShownMark, ...]
    dropped: tuple[str, ...] = ()
    pieces: tuple[ShownPiece, ...] = ()
    proof: str = ""
    why: str = ""
    failed_words: str = ""
    failed: str = ""


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
    shown = tuple(
        ShownPaper(number, known[paper_id], _texts(known[paper_id], own), len(own))
        for number, (paper_id, own) in enumerate(cited.items(), start=1)
    )
    return PageCitations(shown, {item.paper.id: item.number for item in shown}, anchors)


def marks_of(citations: Sequence[Citation], cited: PageCitations) -> tuple[ShownMark, ...]:
    """One mark for each paper, in the order of the citations."""
    by_paper: dict[str, list[str]] = {}
    for citation in citations:
        if citation in cited.anchors:
            by_paper.setdefault(citation.paper_id, []).append(cited.anchors[citation])
    titles = {item.paper.id: clean(item.paper.title) for item in cited.papers}
    return tuple(
        ShownMark(cited.numbers[paper_id], titles[paper_id], tuple(dict.fromkeys(anchors)))
        for paper_id, anchors in by_paper.items()
    )


def shown_claim(claim: Claim, cited: PageCitations, place: int = 0) -> ShownClaim:
    """The claim for a page. A sentence that a judge found supported has a label that says so. One
    that failed its check has an id of its `place` among all sentences."""
    whole, label = is_quote(claim), remarks_on(claim)
    if not label and not whole and claim.support == "supported":
        label = proof_words(claim)
    return ShownClaim(
        text=clean(claim.text),
        is_quote=whole,
        label=clean(label),
        state="unproven" if claim.unproven else "quote" if whole else claim.support,
        marks=marks_of(claim.citations, cited),
        dropped=tuple(map(clean, claim.dropped)),
        pieces=tuple(
            ShownPiece(p.text, _by_number(marks_of(p.citations, cited))) for p in pieces_of(claim)
        ),
        proof=proof_words(claim),
        why=why_failed(claim) if is_failed(claim) else "",
        failed_words=failed_words(claim) if is_failed(claim) else "",
        failed=f"f{place}" if is_failed(claim) else "",
    )


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
    """A section on a page. In a report it has `counts` in words (the papers it cites, and its
    sentences by their support), its yes/no questions with their bars, and the numbers of other
    sections with the marks of the papers that both cite."""

    anchor: str
    title: str
    written: Section
    quoted: tuple[QuotedPaper, ...]
    claims: tuple[ShownClaim, ...]
    counts: str = ""
    verdicts: tuple[tuple[StanceCount, tuple[Bar, ...]], ...] = ()
    see_also: tuple[tuple[int, tuple[ShownMark, ...]], ...] = ()


def shown_section(
    number: int, section: Section, papers: Iterable[Paper], cited: PageCitations
) -> ShownSection:
    """The section of this number with the papers that it quotes, in order, and its sentences."""
    quoted = []
    for paper, own in quoted_papers(section, papers):
        said = tuple(shown_claim(claim, cited) for claim in own)
        quoted.append(QuotedPaper(paper, marks_of(citations_of(own), cited), said))
    others = (claim for claim in section.claims if claim.kind != "quote" or not claim.citations)
    return ShownSection(
        anchor=f"s{number}",
        title=clean(section.title[:1].upper() + section.title[1:]),
        written=section,
        quoted=tuple(quoted),
        claims=tuple(shown_claim(claim, cited) for claim in others),
    )
