"""Answers without a model: whole sentences of papers, chosen and ordered, never rephrased."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import reviewer.writers.extractive.surveys as surveys
import reviewer.writers.extractive.tables as tables
from reviewer.grounding.columns import DEFAULT
from reviewer.grounding.sentence_numbers import cite_span
from reviewer.text.keywords import word_overlap
from reviewer.text.unspaced import count_words
from reviewer.types import Citation, Claim, Evidence
from reviewer.types.claims import (
    AnswerDraft,
    Fault,
    NeedsModel,
    Quote,
    Reading,
    Support,
)
from reviewer.types.drafts import Brief, Card, Theme
from reviewer.types.evidence import Sentence, SentencePart, by_paper
from reviewer.types.progress import Progress, silent
from reviewer.types.runs import Usage
from reviewer.types.screening import Criterion
from reviewer.types.surveys import GivenSection, SummaryDraft, SurveyBrief, SurveySection
from reviewer.types.tables import Column, CorrectedCell, RowDraft
from reviewer.types.writer import OnClaim, OnRow, unseen
from reviewer.writers.extractive.entailment import Entailment
from reviewer.writers.extractive.surveys import OPEN, quoted_claim

MOST_SENTENCES = 8
SENTENCES_OF_A_PAPER = 3
LEAST_PAPERS = 2
# What a paper beyond the first LEAST_PAPERS needs (`Score.relevance`): the first with
# SHARE_OF_BEST_PAPER, the second without.
RELEVANT_BESIDE, CLEARLY_RELEVANT = 0.62, 0.8
SENTENCES_OF_A_DRAFTS_PAPER = 2
# Shares of the best one's: of the score of a paper, beyond the first LEAST_PAPERS; of a sentence's
# worth among those of its paper; of its nearness to the question among all that are quoted.
SHARE_OF_BEST_PAPER, SHARE_OF_BEST, SHARE_OF_NEAREST = 0.9, 0.5, 0.5
# Of words that two sentences share, from which one repeats the other: of all, of the shorter one's.
REPEAT, REPEAT_WITHIN = 0.5, 0.85
_WEIGHT_WORDS, _WEIGHT_WORDS_ALONE = 0.35, 1.0  # beside a similarity that counts 1; without one
# What a sentence's part is worth, and what its saying a finding adds, whatever its part.
_PART_WORTH: Mapping[SentencePart | None, float] = {
    "result": 0.05,
    "method": -0.1,
    "objective": -0.1,
    "background": -0.1,
    "other": -0.3,
    None: 0.0,
}
_METHOD_ASKED_FOR = -0.05  # instead, where the question asks how something is done
_FINDING, _QUESTION, _LEANING, _LENGTH = 0.12, 0.3, 0.12, 0.12
_ANNOUNCED = 0.3  # a study that is announced, without what it found
_SHORT_WORDS, _LONG_WORDS = 6, 60

_ASKS_HOW = re.compile(
    r"^\W*(?:how (?:are|can|could|do|does|is|should|to)|ways? (?:to|of)"
    r"|(?:which|what) (?:\w+ ){0,2}?(?:methods?|approaches|techniques|strateg(?:y|ies)|ways?))\b",
    re.IGNORECASE,
)
_FINDINGS = re.compile(
    r"\b(?:we (?:\w+ )?(?:find|found|show|demonstrate|observe|prove|discover|reveal|conclude)"
    r"|(?:results?|experiments?|analys[ie]s|findings?|evidence|evaluations?) "
    r"(?:\w+ ){0,3}?(?:show|suggest|indicate|reveal|demonstrate|confirm)\w*"
    r"|(?:been|is|are|was|were) (?:\w+ )?(?:found|shown|proven) to)\b",
    re.IGNORECASE,
)
_ANNOUNCES = re.compile(
    r"\b(?:we (?:\w+ )?(?:(?:will|further|also|then|aim to|seek to|attempt to) )*"
    r"(?:review|discuss|survey|study|investigate|explore|examine|analy[sz]e|outlook|ask whether"
    r"|(?:conduct|perform|carry out|present|provide|undertake) (?:an?|the|extensive|several)"
    r" (?:\w+ ){0,4}?(?:study|survey|review|investigation|evaluation|analysis|experiments?"
    r"|overview))"
    r"|address (?:this|these)\b.{0,30}\bby (?:\w+ )?(?:evaluating|studying|investigating"
    r"|analy[sz]ing)"
    r"|(?:has|have) undergone (?:\w+ )?evaluations?"
    r"|this (?:paper|work|study|survey|article) (?:\w+ )?(?:reviews|studies|investigates|explores"
    r"|examines|surveys|discusses))\b",
    re.IGNORECASE,
)
_DOUBTS = re.compile(
    r"^(?:however|yet|but|unfortunately|nevertheless|nonetheless|in contrast|by contrast)\b",
    re.IGNORECASE,
)
_LEANS_ON_OTHERS = re.compile(
    r"^(?:(?:it|they|those|that|such|he|she|the latter|the former|for example|for instance|here)\b"
    r"|th(?:is|ese)\b(?! (?:\w+ )?(?:work|paper|study|article|survey|review|thesis|results?"
    r"|findings?|experiments?)\b))",
    re.IGNORECASE,
)


@dataclass(frozen=True)
class _Scored:
    """A quotable sentence, its worth as part of an answer, its paper's score as a share of the best
    paper's, and its longer words."""

    item: Evidence
    sentence: Sentence
    worth: float
    paper_share: float
    words: frozenset[str]

    def __lt__(self, other: _Scored) -> bool:
        return self._place < other._place

    @property
    def _place(self) -> tuple[float, str, float, int]:
        """The best paper's sentences first, each paper's best one first."""
        return -self.paper_share, self.item.paper.id, -self.worth, self.sentence.start

    @property
    def quote(self) -> Quote:
        return Quote(tag=self.item.tag, quote=self.sentence.text)

    @property
    def citation(self) -> Citation:
        sentence = self.sentence
        return cite_span(self.item, self.item.chunk.part, sentence.start, sentence.end)


class Extractive:
    """Quotes. Makes no statement of its own and takes no stance. Verdicts on claims are those of a
    small model, if it has one."""

    name = "extractive"
    is_yes_no = False

    def __init__(self, entailment: Entailment | None = None) -> None:
        self._entailment = entailment
        self.judge_name = entailment.name if entailment else ""

    def read(self, question: str, evidence: Sequence[Evidence]) -> tuple[Reading, ...]:
        """A paper's relevance, by its search score, is 3 (above the search's floor) to 10 (the best
        paper); its quotes are its best sentences, best first."""
        ranked = sorted(_score(question, evidence), key=lambda s: (-s.worth, s.sentence.start))
        top = max((item.score.total for item in evidence), default=0.0) or 1.0
        readings = []
        for paper_id, items in by_paper(evidence).items():
            total = max(0.0, *(item.score.total for item in items))
            own = [scored.citation for scored in ranked if scored.item.paper.id == paper_id]
            readings.append(
                Reading(
                    paper_id=paper_id,
                    relevance=round(3 + 7 * total / top, 2),
                    citations=tuple(own[:SENTENCES_OF_A_PAPER]),
                )
            )
        return tuple(readings)

    def write_answer(
        self,
        question: str,
        readings: Sequence[Reading],
        evidence: Sequence[Evidence],
        on_claim: OnClaim | None = None,
    ) -> AnswerDraft:
        """At most MOST_SENTENCES sentences, the best paper's first, without near-repeats; fewer if
        fewer are good enough."""
        readings = readings or self.read(question, evidence)
        cited = {citation for reading in readings for citation in reading.citations}
        chosen: list[_Scored] = []
        for scored in _in_order(s for s in _score(question, evidence) if s.citation in cited):
            if len(chosen) < MOST_SENTENCES and _is_wanted(scored, chosen):
                chosen.append(scored)
        claims = tuple(quoted_claim(scored.quote) for scored in sorted(chosen))
        if on_claim is not None:
            for claim in claims:
                on_claim(claim)
        return AnswerDraft(claims=claims)

    def judge(self, claims: Sequence[Claim]) -> tuple[Support, ...] | NeedsModel:
        """By the small model of entailment, if there is one."""
        if self._entailment is None:
            return NeedsModel(step="judging claims")
        return self._entailment.judge(claims)

    def examine(
        self,
        claims: Sequence[Claim],
        evidence: Sequence[Evidence],
        *,
        question: str = "",
        swapped: bool = False,
        beside: Sequence[Citation] = (),
    ) -> NeedsModel:
        return NeedsModel(step="judging an answer")

    def repair(
        self,
        claims: Sequence[Claim],
        faults: Sequence[Fault],
        evidence: Sequence[Evidence],
        *,
        beside: Sequence[Citation] = (),
    ) -> NeedsModel:
        return NeedsModel(step="repairing an answer")

    def expand(self, question: str, known: Sequence[Claim]) -> NeedsModel:
        return NeedsModel(step="asking further questions")

    def rerank(self, question: str, evidence: Sequence[Evidence]) -> NeedsModel:
        return NeedsModel(step="reranking")

    def stand_alone(self, question: str, earlier: Sequence[str]) -> NeedsModel:
        return NeedsModel(step="a follow-up question")

    def fill_rows(
        self,
        topic: str,
        columns: Sequence[Column],
        evidence: Sequence[Evidence],
        progress: Progress,
        on_row: OnRow = unseen,
        *,
        examples: Sequence[CorrectedCell] = (),
    ) -> tuple[RowDraft, ...]:
        """Only sentences, and parts of them, that name what the column asks for. Rules do not learn
        from examples."""
        return tables.fill_rows(columns, evidence, progress, on_row)

    def suggest_columns(
        self, topic: str, evidence: Sequence[Evidence], most: int
    ) -> tuple[Column, ...]:
        """The default columns, those first that most papers can fill."""
        filled = {
            column.name: sum(bool(row.cells) for row in tables.fill_rows([column], evidence))
            for column in DEFAULT
        }
        return tuple(sorted(DEFAULT, key=lambda column: -filled[column.name])[:most])

    def screen_records(
        self,
        question: str,
        criteria: Sequence[Criterion],
        evidence: Sequence[Evidence],
        progress: Progress = silent,
    ) -> NeedsModel:
        return NeedsModel(step="comparing records with criteria")

    def read_cards(self, evidence: Sequence[Evidence]) -> NeedsModel:
        return NeedsModel(step="making cards")

    def plan_argument(
        self, brief: Brief, cards: Sequence[Card], evidence: Sequence[Evidence], stress: str = ""
    ) -> NeedsModel:
        return NeedsModel(step="planning an argument")

    def write_section(
        self,
        brief: Brief,
        themes: Sequence[Theme],
        cards: Sequence[Card],
        evidence: Sequence[Evidence],
    ) -> AnswerDraft:
        """An annotated bibliography: each paper's best sentences, as quotes."""
        quotes = _quotes_by_paper(self.read(brief.question, evidence), evidence)
        return AnswerDraft(
            claims=tuple(
                quoted_claim(quote).model_copy(update={"paragraph": n})
                for n, theme in enumerate(themes, start=1)
                for paper_id in theme.paper_ids
                for quote in quotes.get(paper_id, ())[:SENTENCES_OF_A_DRAFTS_PAPER]
            )
        )

    def edit(
        self, paragraphs: Sequence[Sequence[Claim]], evidence: Sequence[Evidence]
    ) -> NeedsModel:
        return NeedsModel(step="editing a text")

    def extend_paragraph(self, paragraph: str, evidence: Sequence[Evidence]) -> AnswerDraft:
        """The paper's best sentence, as a quote."""
        quotes = _quotes_by_paper(self.read(paragraph, evidence), evidence)
        best = [quote for own in quotes.values() for quote in own][:1]
        return AnswerDraft(claims=tuple(map(quoted_claim, best)))

    def rewrite(
        self,
        claims: Sequence[Claim],
        place: int | None,
        evidence: Sequence[Evidence],
        *,
        wish: str = "",
        refused: Sequence[str] = (),
        beside: Sequence[Citation] = (),
    ) -> NeedsModel:
        return NeedsModel(step="writing a sentence again")

    def view_questions(self, topic: str) -> NeedsModel:
        return NeedsModel(step="points of view")

    def write_quiz(self, topic: str, evidence: Sequence[Evidence], most: int) -> NeedsModel:
        return NeedsModel(step="questions on papers")

    def sort_terms(self, topic: str, terms: Sequence[str]) -> NeedsModel:
        return NeedsModel(step="sorting terms")

    def outline_survey(
        self,
        brief: SurveyBrief,
        given: Sequence[GivenSection],
        cards: Sequence[Card],
        evidence: Sequence[Evidence],
    ) -> NeedsModel:
        return NeedsModel(step="planning a survey")

    def write_frame(
        self,
        brief: SurveyBrief,
        taxonomy: str,
        sections: Sequence[SurveySection],
        evidence: Sequence[Evidence],
    ) -> NeedsModel:
        return NeedsModel(step="writing an introduction")

    def write_summary(
        self,
        brief: SurveyBrief,
        sections: Sequence[SurveySection],
        evidence: Sequence[Evidence],
    ) -> SummaryDraft:
        """Only quotes."""
        return surveys.summary_of(sections, evidence)

    def usage(self) -> Usage:
        return Usage()

    def notes(self) -> tuple[str, ...]:
        return ()

    def prompt_hashes(self, names: Sequence[str] = ()) -> dict[str, str]:
        return {}

    def close(self, *, at_once: bool = True) -> None:
        """Nothing is running."""


def _quotes_by_paper(
    readings: Sequence[Reading], evidence: Sequence[Evidence]
) -> dict[str, list[Quote]]:
    """What the readings cite, as quotes, by the paper's id."""
    tags = {item.chunk.id: item.tag for item in evidence}
    return {
        reading.paper_id: [
            Quote(tag=tags[c.chunk_id], quote=c.quote)
            for c in reading.citations
            if c.chunk_id in tags
        ]
        for reading in readings
    }


def _in_order(scored: Iterable[_Scored]) -> list[_Scored]:
    """The best sentence of each paper that is clearly relevant, so that all are heard; then
    all sentences, the best paper's first."""
    ordered = sorted(scored)
    best = {one.item.paper.id: one for one in reversed(ordered)}
    first = [one for one in ordered if one is best[one.item.paper.id] and _is_clear(one)]
    return [*first, *(one for one in ordered if one not in first)]


def _is_wanted(scored: _Scored, chosen: Sequence[_Scored]) -> bool:
    if not chosen:
        return True
    papers = {c.item.paper.id for c in (scored, *chosen)}
    if len(papers) > LEAST_PAPERS and not _is_sure(scored):
        return False
    if _match(scored.sentence) < SHARE_OF_NEAREST * max(_match(c.sentence) for c in chosen):
        return False
    own = [c for c in chosen if c.item.paper.id == scored.item.paper.id]
    if own and scored.worth < SHARE_OF_BEST * own[0].worth:
        return False
    if any(_overlap(scored, c) for c in own):
        return False
    return not any(_repeats(scored.words, c.words) for c in chosen)


def _is_sure(scored: _Scored) -> bool:
    """Whether the paper is relevant enough to be quoted beside better ones."""
    relevance = scored.item.score.relevance
    is_near_best = scored.paper_share >= SHARE_OF_BEST_PAPER and relevance >= RELEVANT_BESIDE
    return is_near_best or _is_clear(scored)


def _is_clear(scored: _Scored) -> bool:
    return scored.item.score.relevance >= CLEARLY_RELEVANT


def _repeats(one: frozenset[str], other: frozenset[str]) -> bool:
    """Whether two sentences say the same: as two versions of a paper do, one at more length."""
    shorter = min(len(one), len(other))
    is_within = shorter >= _SHORT_WORDS and len(one & other) >= REPEAT_WITHIN * shorter
    return is_within or word_overlap(one, other) >= REPEAT


def _overlap(one: _Scored, other: _Scored) -> bool:
    """Whether two sentences of a paper share characters: one may have been quoted with another."""
    first, second = one.sentence, other.sentence
    return one.item.tag == other.item.tag and first.start < second.end and second.start < first.end


def _score(question: str, evidence: Sequence[Evidence]) -> list[_Scored]:
    """Every sentence that may stand for its paper, with its worth."""
    part_worth = dict(_PART_WORTH)
    if _ASKS_HOW.search(question):
        part_worth["method"] = _METHOD_ASKED_FOR
    top = max((item.score.total for item in evidence), default=0.0) or 1.0
    scored = []
    for own in by_paper(evidence).values():
        share = max(item.score.total for item in own) / top
        for item, n in _eligible(own):
            sentence = _with_one_before(n, item)
            worth = _match(sentence) + part_worth[sentence.part] + _manner(sentence)
            words = _words(item.sentences[n].text)
            scored.append(_Scored(item, sentence, worth, share, words))
    return scored


def _eligible(evidence: Sequence[Evidence]) -> list[tuple[Evidence, int]]:
    """The sentences of one paper that may be quoted as what it says, each with its number in its
    evidence: never a view of others that the paper takes up. Of the background only what doubts
    ("However, retrieval often harms ..."), unless the paper says nothing else."""
    own = [
        (item, n)
        for item in evidence
        for n, sentence in enumerate(item.sentences)
        if _is_quotable(sentence.text) and not sentence.is_reported
    ]
    return [(item, n) for item, n in own if not _is_setting(item.sentences[n])] or own


def _is_finding(sentence: Sentence) -> bool:
    return sentence.part == "result" or bool(_FINDINGS.search(sentence.text))


def _is_setting(sentence: Sentence) -> bool:
    """True of background that says what the field does or holds."""
    is_doubt = _DOUBTS.search(sentence.text) and not OPEN.search(sentence.text)
    return sentence.part == "background" and not (is_doubt or _is_finding(sentence))


def _with_one_before(number: int, item: Evidence) -> Sentence:
    """The sentence; one that leans on others ("This ...") together with the one before it, where
    both are short and that one stands alone."""
    sentence = item.sentences[number]
    if number == 0 or not _LEANS_ON_OTHERS.search(sentence.text):
        return sentence
    before = item.sentences[number - 1]
    start, end = before.start - item.chunk.start, sentence.end - item.chunk.start
    both = item.chunk.text[start:end]
    stands = not (before.is_reported or _LEANS_ON_OTHERS.search(before.text))
    if not stands or count_words(both) > _LONG_WORDS:
        return sentence
    return sentence.model_copy(update={"start": before.start, "text": both})


def _match(sentence: Sentence) -> float:
    """How similar the sentence is to the question, by meaning and by words."""
    if sentence.similarity is None:
        return _WEIGHT_WORDS_ALONE * sentence.lexical
    return sentence.similarity + _WEIGHT_WORDS * sentence.lexical


def _manner(sentence: Sentence) -> float:
    """The worth of this kind of sentence: more for a finding, less for a question, for one that
    announces a study, for one that leans on others, and for a very long one."""
    text = sentence.text
    has_finding = bool(_FINDINGS.search(text))
    return (
        _FINDING * has_finding
        - _ANNOUNCED * (not has_finding and bool(_ANNOUNCES.search(text)))
        - _QUESTION * (text.rstrip().endswith("?") or bool(OPEN.search(text)))
        - _LEANING * bool(_LEANS_ON_OTHERS.search(text))
        - _LENGTH * (count_words(text) > _LONG_WORDS)
    )


def _is_quotable(text: str) -> bool:
    """True for a whole sentence without an address, which a reader could take for our own link."""
    is_whole = count_words(text) >= _SHORT_WORDS and "://" not in text
    return is_whole and text.rstrip()[-1:] in ".!?)\"'”’。！？」）"


def _words(text: str) -> frozenset[str]:
    return frozenset(word for word in re.findall(r"\w+", text.casefold()) if len(word) > 3)
