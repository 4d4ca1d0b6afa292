"""Answers without a model: whole sentences of papers, chosen and ordered, never rephrased."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import reviewer.writers.extractive.surveys as surveys
import reviewer.writers.extractive.tables as tables
from reviewer.grounding.columns import DEFAULT
from reviewer.grounding.sentence_numbers import cite_span
from reviewer.text import clean
from reviewer.text.keywords import word_overlap
from reviewer.types import Citation, Claim, Evidence
from reviewer.types.claims import AnswerDraft, Fault, NeedsModel, Quote, Reading
from reviewer.types.drafts import Brief, SectionDraft, StatementDraft, Theme
from reviewer.types.evidence import Sentence, by_paper
from reviewer.types.progress import Progress
from reviewer.types.runs import Usage
from reviewer.types.surveys import SummaryDraft, SurveySection
from reviewer.types.tables import Column, RowDraft
from reviewer.types.writer import OnClaim
from reviewer.writers.extractive.surveys import quoted_claim

MOST_SENTENCES = 8
SENTENCES_OF_A_PAPER = 2
SHARE_OF_BEST = 0.6  # a sentence worth less than this share of the best one is left out
SHARE_OF_NEAREST = 0.6  # the same for its similarity to the question alone
SECOND_SHARE = 0.97  # a paper's second sentence must have this share of its first one's worth
REPEAT = 0.5  # word overlap (Jaccard) from which a sentence is a repeat
_WEIGHT_SIMILARITY, _WEIGHT_WORDS, _WEIGHT_PAPER, _WEIGHT_CENTRALITY = 1.0, 0.35, 0.35, 0.3
_FINDING, _BOILERPLATE, _QUESTION, _BACKGROUND = 0.12, 0.3, 0.3, 0.15
_EARLY, _LEANING, _LENGTH = 0.1, 0.06, 0.12
_SHORT_WORDS, _LONG_WORDS = 6, 60
_EARLY_PART = 0.35  # the part of an abstract with its background

_FINDINGS = re.compile(
    r"\b(?:we (?:find|found|show|demonstrate|observe|prove|discover|reveal|conclude)"
    r"|(?:results?|experiments?|analys[ie]s|findings?|evidence|evaluations?) "
    r"(?:\w+ ){0,3}?(?:show|suggest|indicate|reveal|demonstrate|confirm)\w*"
    r"|outperform\w*|improv\w+|achiev\w+|reduc\w+|increas\w+|fails? to|leads? to|enabl\w+"
    r"|provides? (?:concrete )?evidence|surprisingly|in contrast|however|rather than)\b",
    re.IGNORECASE,
)
_BOILERPLATES = re.compile(
    r"\b(?:in this (?:paper|work|study|article)|this (?:paper|work|study) "
    r"(?:presents|introduces|proposes|investigates|explores|examines|studies)|we (?:propose|present"
    r"|introduce) (?:a|an|the)\b|(?:code|data|models?|dataset)[\w, ]* (?:is|are|will be) "
    r"(?:publicly |made |open)?\s*(?:available|released|open)|https?://|github|our contributions"
    r"|remains? (?:unclear|an open|unexplored|underexplored)|little is known|has attracted"
    r"|have attracted|we (?:study|investigate|explore|examine|ask|aim)\b|extensive experiments"
    r"|to (?:address|tackle|bridge|fill|this end)\b)",
    re.IGNORECASE,
)
_BACKGROUNDS = re.compile(
    r"\b(?:(?:prior|previous|recent|existing|earlier|past|current|traditional|most) (?:\w+ ){0,2}?"
    r"(?:research|works?|stud(?:y|ies)|advance(?:s|ments)|methods?|approaches|literature|efforts|"
    r"models|breakthroughs|progress|success)|recently|have (?:shown|demonstrated|achieved|emerged"
    r"|become)|has (?:shown|emerged|become|been)|(?:is|are) often|is widely"
    r"|growing (?:body|interest)"
    r"|remains? (?:an? |\w+ ){0,4}?(?:challeng\w+|debate|question|problem|limited|difficult|scarce)"
    r"|challenges?\b.{0,30}\bremain)\b",
    re.IGNORECASE,
)
_LEANS_ON_OTHERS = re.compile(
    r"^(?:it|they|these|this|that|those|such|he|she|then|also|moreover|furthermore|additionally"
    r"|specifically|to do so|for example|for instance|the latter|the former|here|thus|therefore"
    r"|first|second|third|finally)\b",
    re.IGNORECASE,
)


@dataclass(frozen=True)
class _Scored:
    """A quotable sentence, its worth as part of an answer, and its longer words."""

    item: Evidence
    sentence: Sentence
    worth: float
    words: frozenset[str]

    @property
    def quote(self) -> Quote:
        return Quote(tag=self.item.tag, quote=self.sentence.text)

    @property
    def citation(self) -> Citation:
        sentence = self.sentence
        return cite_span(self.item, self.item.chunk.part, sentence.start, sentence.end)


class Extractive:
    """Quotes. Makes no statement of its own, takes no stance and gives no verdict."""

    name = "extractive"
    is_yes_no = False

    def read(self, question: str, evidence: Sequence[Evidence]) -> tuple[Reading, ...]:
        """A paper's relevance, by its search score, is 3 (above the search's floor) to 10 (the best
        paper); its quotes are its best sentences, best first."""
        ranked = sorted(_score(evidence), key=lambda s: (-s.worth, s.sentence.start))
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
        """At most MOST_SENTENCES sentences, best first, without near-repeats; fewer if fewer are
        good enough."""
        readings = readings or self.read(question, evidence)
        cited = {citation for reading in readings for citation in reading.citations}
        ranked = sorted(
            (s for s in _score(evidence) if s.citation in cited),
            key=lambda s: (-s.worth, s.item.tag, s.sentence.start),
        )
        chosen: list[_Scored] = []
        for scored in ranked:
            if len(chosen) < MOST_SENTENCES and _is_wanted(scored, chosen):
                chosen.append(scored)
        claims = tuple(quoted_claim(scored.quote) for scored in chosen)
        if on_claim is not None:
            for claim in claims:
                on_claim(claim)
        return AnswerDraft(claims=claims)

    def judge(self, claims: Sequence[Claim]) -> NeedsModel:
        return NeedsModel(step="judging claims")

    def revise(self, claims: Sequence[Claim], evidence: Sequence[Evidence]) -> NeedsModel:
        return NeedsModel(step="rewriting claims")

    def examine(self, claims: Sequence[Claim], evidence: Sequence[Evidence]) -> NeedsModel:
        return NeedsModel(step="judging an answer")

    def repair(
        self, claims: Sequence[Claim], faults: Sequence[Fault], evidence: Sequence[Evidence]
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
    ) -> tuple[RowDraft, ...]:
        """Only sentences, and parts of them, that name what the column asks for."""
        return tables.fill_rows(columns, evidence)

    def suggest_columns(
        self, topic: str, evidence: Sequence[Evidence], most: int
    ) -> tuple[Column, ...]:
        """The default columns, those first that most papers can fill."""
        filled = {
            column.name: sum(bool(row.cells) for row in tables.fill_rows([column], evidence))
            for column in DEFAULT
        }
        return tuple(sorted(DEFAULT, key=lambda column: -filled[column.name])[:most])

    def plan_sections(
        self,
        question: str,
        groups: Sequence[Theme],
        readings: Sequence[Reading],
        evidence: Sequence[Evidence],
    ) -> tuple[Theme, ...]:
        """The groups, unchanged."""
        return tuple(groups)

    def write_sections(
        self,
        brief: Brief,
        themes: Sequence[Theme],
        readings: Sequence[Reading],
        evidence: Sequence[Evidence],
        progress: Progress,
    ) -> tuple[SectionDraft, ...]:
        """An annotated bibliography: each paper's best sentences, as quotes."""
        readings = readings or self.read(brief.question, evidence)
        quotes = _quotes_by_paper(readings, evidence)
        return tuple(
            SectionDraft(
                statements=tuple(
                    StatementDraft(text=clean(quote.quote), quotes=(quote,), role="quote")
                    for paper_id in theme.paper_ids
                    for quote in quotes.get(paper_id, ())
                )
            )
            for theme in themes
        )

    def extend_paragraph(self, paragraph: str, evidence: Sequence[Evidence]) -> AnswerDraft:
        """The paper's best sentence, as a quote."""
        quotes = _quotes_by_paper(self.read(paragraph, evidence), evidence)
        best = [quote for own in quotes.values() for quote in own][:1]
        return AnswerDraft(claims=tuple(map(quoted_claim, best)))

    def view_questions(self, topic: str) -> NeedsModel:
        return NeedsModel(step="points of view")

    def write_summary(
        self, topic: str, sections: Sequence[SurveySection], evidence: Sequence[Evidence]
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


def _is_wanted(scored: _Scored, chosen: Sequence[_Scored]) -> bool:
    if not chosen:
        return True
    if scored.worth < SHARE_OF_BEST * chosen[0].worth:
        return False
    if _match(scored.sentence) < SHARE_OF_NEAREST * max(_match(c.sentence) for c in chosen):
        return False
    own = [c for c in chosen if c.item.paper.id == scored.item.paper.id]
    if own and scored.worth < SECOND_SHARE * own[0].worth:
        return False
    return all(word_overlap(scored.words, c.words) < REPEAT for c in chosen)


def _score(evidence: Sequence[Evidence]) -> list[_Scored]:
    """Every quotable sentence with its worth."""
    top = max((item.score.total for item in evidence), default=0.0) or 1.0
    words = {(item.tag, s.start): _words(s.text) for item in evidence for s in item.sentences}
    common = Counter(word for own in words.values() for word in own)
    return [
        _Scored(
            item=item,
            sentence=sentence,
            worth=_match(sentence)
            + _WEIGHT_PAPER * item.score.total / top
            + _WEIGHT_CENTRALITY * _centrality(words[item.tag, sentence.start], common)
            + _manner(sentence.text, _place(sentence, item)),
            words=words[item.tag, sentence.start],
        )
        for item in evidence
        for sentence in item.sentences
        if _is_quotable(sentence.text)
    ]


def _match(sentence: Sentence) -> float:
    """How similar the sentence is to the question, by meaning and by words."""
    return _WEIGHT_SIMILARITY * (sentence.similarity or 0.0) + _WEIGHT_WORDS * sentence.lexical


def _centrality(words: frozenset[str], common: Mapping[str, int]) -> float:
    """How many of the evidence's sentences have the sentence's words, on average, 0 to 1."""
    most = max(common.values(), default=1)
    return sum(common[word] for word in words) / (len(words) * most) if words else 0.0


def _place(sentence: Sentence, item: Evidence) -> float:
    """Where in its chunk the sentence begins: 0 at the start, 1 at the end."""
    return (sentence.start - item.chunk.start) / max(1, len(item.chunk.text))


def _manner(text: str, place: float) -> float:
    """The worth of this kind of sentence: more for a finding, less for background, advertising,
    questions, and sentences that depend on others."""
    count = len(text.split())
    return (
        _FINDING * bool(_FINDINGS.search(text))
        - _BOILERPLATE * bool(_BOILERPLATES.search(text))
        - _QUESTION * text.rstrip().endswith("?")
        - _BACKGROUND * bool(_BACKGROUNDS.search(text))
        - _EARLY * (place < _EARLY_PART)
        - _LEANING * bool(_LEANS_ON_OTHERS.search(text))
        - _LENGTH * (count > _LONG_WORDS)
    )


def _is_quotable(text: str) -> bool:
    """True for a whole sentence without an address, which a reader could take for our own link."""
    is_whole = len(text.split()) >= _SHORT_WORDS and "://" not in text
    return is_whole and text.rstrip()[-1:] in ".!?)\"'”’"


def _words(text: str) -> frozenset[str]:
    return frozenset(word for word in re.findall(r"\w+", text.casefold()) if len(word) > 3)
