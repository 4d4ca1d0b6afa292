"""suggest_citations: which papers a draft's sentences could cite, and which citations are odd."""

from __future__ import annotations

import math
import re
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from reviewer.grounding import Numbers
from reviewer.grounding.sentence_numbers import cite_span
from reviewer.library import Library
from reviewer.search import SearchOptions, find, find_for_sentence
from reviewer.search.for_sentence import NearPaper
from reviewer.sources.text_file import TextFile
from reviewer.tasks.checks.bibliography import Bibliography, Named, name_keys
from reviewer.tasks.checks.check import is_word_draft
from reviewer.tasks.checks.manuscript import read_draft
from reviewer.tasks.checks.relation import relate
from reviewer.tasks.checks.stating import is_statement
from reviewer.tasks.paper_chunks import beginning_of
from reviewer.text import counted
from reviewer.text.draft_prose import blanked, hidden_spans, is_latex_draft
from reviewer.text.sanitize import without_addresses
from reviewer.types import Citation, Claim, Evidence
from reviewer.types.checks import Draft, DraftSentence
from reviewer.types.claims import NeedsModel, Verdict
from reviewer.types.progress import Progress, silent
from reviewer.types.searches import Filters
from reviewer.types.suggestions import (
    CitedPaper,
    CitingSentence,
    Purpose,
    SuggestedSentence,
    Suggestion,
    Suggestions,
)
from reviewer.types.writer import SENTENCES_A_CALL, Writer

# What the first paper's score has more than the second's: 9 of 10 such papers are the one that the
# sentence's author cites, of all first ones 6 of 10 (docs/quality.md).
CLEAR_MARGIN = 0.25
LOOKED_AT = 20  # papers: a cited one that is not among them is odd
MOST_SUGGESTED = 3
MOST_NEARER = 3
_GAP = re.compile(
    r"[~ \t]*(?:\[\?+\]|\(\?+\)|\\cite[a-z]*\*?(?:\[[^\]]*\])?\{\s*\??\s*\}|\[@\?+\]"
    r"|\[(?:citation needed|cite|citation|ref)\](?![(:\[]))",
    re.IGNORECASE,
)
_OF_OUR_OWN = re.compile(
    r"(?:in (?:this|our) (?:paper|work|study|article|thesis),?\s)?(?:we|our|ours|I|my)\b"
    r"|(?:this|the present) (?:paper|work|study|article|thesis)\b|in (?:this|our) (?:paper|work)\b",
    re.IGNORECASE,
)
# Words by which a sentence says why it cites (the classes of CitePrompt). Their right share was
# not measured.
_COMPARISON = re.compile(
    r"\b(?:unlike|in contrast|by contrast|compared (?:to|with)|contrary to|whereas|outperform\w*"
    r"|better than|worse than|similar(?:ly)? to|differ\w* from|however)\b",
    re.IGNORECASE,
)
_METHOD = re.compile(
    r"\b(?:(?:we|I) (?:use|follow|adopt|apply|employ|build on|extend|fine-tune|train|evaluate)"
    r"|following|based on|builds? (?:up)?on|is trained with|implemented (?:with|in))\b",
    re.IGNORECASE,
)


@dataclass
class _Shown:
    """The texts that suggestions stand on, each once, under tags E1, E2, ..."""

    by_place: dict[tuple[str, str], Evidence] = field(default_factory=dict)

    def tagged(self, item: Evidence) -> Evidence:
        place = (item.paper.id, item.chunk.id)
        tag = f"E{len(self.by_place) + 1}"
        return self.by_place.setdefault(place, item.model_copy(update={"tag": tag}))


def suggest_citations(
    opened: TextFile,
    library: Library,
    writer: Writer,
    bibliography: Bibliography | None = None,
    progress: Progress = silent,
    *,
    is_own: bool = False,
) -> Suggestions:
    """Up to three papers for each sentence that states something and cites nothing, and for each
    mark such as `[?]`; and for each citing sentence, whether a paper that it cites is among the 20
    of the library that are nearest to it.

    Without a model a suggestion is what search finds. With one, the judge says of each whether the
    paper's text carries the sentence, and what it calls unsupported is left out. If the text
    `is_own`, such as the abstract of a paper that is being written, the question is who says it
    already: every sentence that states something is searched for, and nothing is left out that a
    judge read. Raises ModelError when a model fails.
    """
    started = time.monotonic()
    is_word = is_word_draft(opened.file)
    is_latex = not is_word and is_latex_draft(opened.text, opened.file)
    gaps = _gaps_in(opened.text, is_latex=is_latex)
    draft = read_draft(_without_marks(opened.text, gaps), is_latex=is_latex)
    named = name_keys(draft, bibliography or Bibliography(), library)
    shown = _Shown()
    lacking, citing = [], []
    for n, sentence in enumerate(draft.sentences):
        progress("Searching", n, len(draft.sentences))
        own = _gaps_of(n, draft, gaps)
        before = _before(n, draft, opened.text)
        if own or (is_statement(sentence) if is_own else _lacks_citation(sentence)):
            near = find_for_sentence(sentence.text, before, library, LOOKED_AT)
            chosen = tuple(_suggested(sentence, near, library, shown))
            purpose = purpose_of(sentence.text)
            lacking.append(
                SuggestedSentence(
                    sentence=sentence, gaps=tuple(own), purpose=purpose, suggestions=chosen
                )
            )
        if not is_own and (compared := _compared(sentence, before, named, library)):
            citing.append(compared)
    progress("Searching", len(draft.sentences), len(draft.sentences))
    judged = _judged(lacking, shown, writer, progress)
    settle = _related if is_own else _without_unsupported
    judged = [settle(item) for item in judged]
    return Suggestions(
        file=opened.file,
        is_own=is_own,
        sentences_read=len(draft.sentences),
        lacking=_numbered(judged),
        citing=tuple(citing),
        notes=tuple(_notes(opened, draft, named, library, writer)),
        judge=writer.judge_name,
        usage=writer.usage().model_copy(update={"seconds": round(time.monotonic() - started, 3)}),
    )


def _gaps_in(text: str, *, is_latex: bool) -> list[tuple[int, int]]:
    """The marks that say that a paper is missing, outside code and comments."""
    visible = blanked(text, hidden_spans(text, is_latex=is_latex))
    return [found.span() for found in _GAP.finditer(visible) if found[0].strip()]


def _without_marks(text: str, gaps: Sequence[tuple[int, int]]) -> str:
    """The text with spaces in place of the marks, so that `[?]` ends no sentence."""
    for start, end in gaps:
        text = text[:start] + " " * (end - start) + text[end:]
    return text


def _gaps_of(n: int, draft: Draft, gaps: Sequence[tuple[int, int]]) -> list[tuple[int, int]]:
    """The marks without a paper that belong to the sentence: in it, or behind its stop."""
    start = draft.sentences[n].start
    stop = draft.sentences[n + 1].start if n + 1 < len(draft.sentences) else math.inf
    return [gap for gap in gaps if start <= gap[0] < stop]


def _before(n: int, draft: Draft, text: str) -> str:
    """The sentence before it in its paragraph; empty for the first one."""
    if not n:
        return ""
    earlier, sentence = draft.sentences[n - 1], draft.sentences[n]
    is_near = not re.search(r"\n[ \t]*\n|\n[ \t]*#", text[earlier.end : sentence.start])
    return earlier.text if is_near else ""


def _lacks_citation(sentence: DraftSentence) -> bool:
    has_mark = bool(sentence.keys) or sentence.has_other_mark
    return not has_mark and is_statement(sentence) and not _OF_OUR_OWN.match(sentence.text)


def purpose_of(text: str) -> Purpose:
    """Why a sentence cites, by its words: to compare, for a method that it uses, else as
    background."""
    if _COMPARISON.search(text):
        return "comparison"
    return "method" if _METHOD.search(text) else "background"


def _suggested(
    sentence: DraftSentence, near: Sequence[NearPaper], library: Library, shown: _Shown
) -> Iterator[Suggestion]:
    """The first papers that reach the relevance floor, each with its nearest sentence."""
    chosen = [item for item in near[:MOST_SUGGESTED] if not item.is_weak]
    if not chosen:
        return
    keys = tuple(item.paper.key for item in chosen)
    options = SearchOptions(len(keys), filters=Filters(keys=keys), abstains=False, is_plain=True)
    found = find(sentence.text, library, options)
    hits = {hit.paper.id: hit for hit in found.hits}
    by_chunk = {item.chunk.id: item for item in found.evidence}
    for place, item in enumerate(chosen):
        hit = hits.get(item.paper.id)
        text = by_chunk.get(hit.chunk.id) if hit else None
        evidence = shown.tagged(text or beginning_of(item.paper, library))
        best = hit.best_sentence if hit and text else None
        if best:
            citation = cite_span(evidence, evidence.chunk.part, best.start, best.end)
        else:
            citation = cite_span(evidence, "title", 0, len(item.paper.title))
        yield Suggestion(
            number=0,
            key=item.paper.key,
            title=item.paper.title,
            year=item.paper.year,
            citation=citation,
            is_clear=place == 0 and item is near[0] and is_clear(near),
        )


def is_clear(near: Sequence[NearPaper]) -> bool:
    """Whether the first of the nearest papers answers the sentence and stands out."""
    second = near[1].score if len(near) > 1 else 0.0
    return bool(near) and near[0].is_strong and near[0].score - second >= CLEAR_MARGIN


def _compared(
    sentence: DraftSentence, before: str, named: Named, library: Library
) -> CitingSentence | None:
    """A citing sentence with the ranks of its papers; None where the library has none of them, or
    too few papers for a rank to say anything."""
    known = {**named.papers, **named.title_only}
    papers = {key: known[key] for key in sentence.keys if key in known and known[key].id}
    if not papers or library.catalogue.count() <= LOOKED_AT:
        return None
    near = find_for_sentence(sentence.text, before, library, LOOKED_AT)
    places = {item.paper.id: n for n, item in enumerate(near, start=1)}
    cited = [CitedPaper(key=key, rank=places.get(paper.id)) for key, paper in papers.items()]
    ranks = [item.rank for item in cited if item.rank is not None]
    ahead = near[: min(ranks) - 1] if ranks else near
    all_known = len(papers) == len(sentence.keys)
    return CitingSentence(
        sentence=sentence,
        cited=tuple(cited),
        is_odd=not ranks and all_known,
        nearer=tuple(item.paper.key for item in ahead[:MOST_NEARER]),
    )


def _judged(
    lacking: Sequence[SuggestedSentence], shown: _Shown, writer: Writer, progress: Progress
) -> list[SuggestedSentence]:
    """The sentences with the judge's word on each suggestion, those that carry them first."""
    claims = [
        Claim(text=item.sentence.text, citations=(suggestion.citation,))
        for item in lacking
        for suggestion in item.suggestions
    ]
    if not claims:
        return list(lacking)
    if writer.judge_name:
        calls = counted(math.ceil(len(claims) / SENTENCES_A_CALL), "call")
        progress(f"{counted(len(claims), 'suggestion')} to judge: at least {calls}", -1, 0)
    texts = [*shown.by_place.values()]
    verdicts = writer.examine(claims, texts)
    if isinstance(verdicts, NeedsModel):
        said = writer.judge(claims)
        if isinstance(said, NeedsModel):
            return list(lacking)
        verdicts = tuple(Verdict(support=support) for support in said)
    numbers = Numbers(texts)
    waiting = iter(verdicts)
    return [
        item.model_copy(
            update={"suggestions": tuple(_by_verdict(item.suggestions, waiting, numbers))}
        )
        for item in lacking
    ]


def _by_verdict(
    suggestions: Sequence[Suggestion], verdicts: Iterator[Verdict], numbers: Numbers
) -> list[Suggestion]:
    """The suggestions with their verdicts, those that carry the sentence whole first. The judge
    names the sentence of the same paper that does."""
    kept = []
    for suggestion in suggestions:
        verdict = next(verdicts)
        named = [c for i in verdict.numbers if (c := numbers.cite(i)) is not None]
        own = [c for c in named if c.paper_id == suggestion.citation.paper_id]
        citation: Citation = own[0] if own else suggestion.citation
        is_unjudged = verdict.support == "unchecked"
        kept.append(
            suggestion.model_copy(
                update={
                    "citation": citation,
                    "support": verdict.support,
                    "reason": without_addresses(verdict.reason),
                    "failing": verdict.failing,
                    "is_clear": suggestion.is_clear
                    if is_unjudged
                    else verdict.support == "supported",
                }
            )
        )
    order = ("supported", "partial", "contradicted", "unchecked", "unsupported", "uncited")
    return sorted(kept, key=lambda suggestion: order.index(suggestion.support))


def _related(item: SuggestedSentence) -> SuggestedSentence:
    """The sentence of one's own work with its relation to each paper's sentence."""
    own = item.sentence.text
    kept = tuple(
        s.model_copy(update={"relation": relate(own, s.citation.quote, s.support, s.failing)})
        for s in item.suggestions
    )
    return item.model_copy(update={"suggestions": kept})


def _without_unsupported(item: SuggestedSentence) -> SuggestedSentence:
    kept = tuple(s for s in item.suggestions if s.support != "unsupported")
    return item.model_copy(update={"suggestions": kept})


def _numbered(lacking: Sequence[SuggestedSentence]) -> tuple[SuggestedSentence, ...]:
    """With the suggestions numbered through, from 1."""
    number = 0
    made = []
    for item in lacking:
        own = []
        for suggestion in item.suggestions:
            number += 1
            own.append(suggestion.model_copy(update={"number": number}))
        made.append(item.model_copy(update={"suggestions": tuple(own)}))
    return tuple(made)


def _notes(
    opened: TextFile, draft: Draft, named: Named, library: Library, writer: Writer
) -> Iterator[str]:
    """What bounds the suggestions, in words."""
    if opened.remark:
        yield opened.remark
    papers = library.catalogue.count()
    if draft.keys and papers <= LOOKED_AT:
        yield (
            f"The library has {counted(papers, 'paper')}: too few to say of a citation that "
            "others are nearer."
        )
    known = {**named.papers, **named.title_only}
    if outside := [key for key in draft.keys if key not in known or not known[key].id]:
        yield f"Cited and not in the library, so not compared: {', '.join(outside)}"
    yield from writer.notes()
