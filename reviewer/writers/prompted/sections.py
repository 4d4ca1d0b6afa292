"""Lets a model plan and write the sections of a draft. Its replies are not trusted here."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import get_args

from reviewer.errors import ModelError
from reviewer.llm import Asking, in_short, is_form_fault
from reviewer.llm.prompts import FencedText
from reviewer.text import clean
from reviewer.text.views import shorten
from reviewer.types import Evidence
from reviewer.types.claims import AnswerDraft, ClaimDraft, Quote, Reading
from reviewer.types.drafts import (
    MOST_THEMES,
    Brief,
    Intent,
    Relation,
    Role,
    SectionDraft,
    StatementDraft,
    Theme,
)
from reviewer.types.evidence import by_paper
from reviewer.types.frozen import Frozen
from reviewer.types.progress import Progress

MOST_NAME_CHARS = 80
MOST_ADDED = 2  # sentences added to a user's paragraph
SECTION_CHARS = 600  # of one text's quotes in the prompt of a section
_PLANNED_CHARS = 500  # of a paper's text in the prompt of the plan
_OTHER_SENTENCES = 3  # the topic, what is open, the user's own work
_ROLES: tuple[Role, ...] = ("topic", "comparison", "open", "difference")
_RELATIONS: dict[str, Relation] = {relation: relation for relation in get_args(Relation)}
_INTENTS: dict[str, Intent] = {intent: intent for intent in get_args(Intent)}
_INTENTS["result"] = "result comparison"


class SaidSentence(Frozen):
    """A sentence of a reply, and the words that it says it rests on."""

    text: str
    quotes: tuple[Quote, ...] = ()


class ThemeIdea(Frozen):
    name: str
    tags: tuple[str, ...]


class PlanReply(Frozen):
    themes: tuple[ThemeIdea, ...]


class SentenceReply(Frozen):
    role: str
    text: str
    relation: str = ""
    intent: str = ""
    quotes: tuple[Quote, ...] = ()


class SectionReply(Frozen):
    sentences: tuple[SentenceReply, ...]


class AdditionReply(Frozen):
    additions: tuple[SaidSentence, ...]


class SectionWriter(Asking):
    """The part of a `Writer` that plans and writes sections, and extends paragraphs."""

    def plan_sections(
        self,
        question: str,
        groups: Sequence[Theme],
        readings: Sequence[Reading],
        evidence: Sequence[Evidence],
    ) -> tuple[Theme, ...]:
        """The model's own themes, as many as `groups` or MOST_THEMES at most. A paper counts once;
        tags that the model invents are ignored, papers that it leaves out are in no theme. Without
        a reply that can be read the groups themselves."""
        texts = _texts_by_tag(readings, evidence)
        most = max(MOST_THEMES, len(groups))
        fenced, paper_of = [], dict[str, str]()
        for items in by_paper(evidence).values():
            said = clean(" ".join(text for item in items for text in texts[item.tag]))
            fenced.append(self.fence(items[0], shorten(said, _PLANNED_CHARS)))
            paper_of[items[0].tag] = items[0].paper.id
        try:
            reply = self.narrowing(
                lambda: self.ask(
                    "plan",
                    PlanReply,
                    question=question,
                    evidence=self.fit(fenced),
                    most_themes=most,
                )
            )
        except ModelError as error:
            if not is_form_fault(error):
                raise
            self.note(f"papers are grouped by their words, without the model: {in_short(error)}")
            return tuple(groups)
        themes, placed = [], set[str]()
        for idea in reply.themes:
            named = dict.fromkeys(paper_of[tag] for tag in idea.tags if tag in paper_of)
            own = [paper_id for paper_id in named if paper_id not in placed]
            placed |= named.keys()
            if own:
                name = shorten(clean(idea.name), MOST_NAME_CHARS)
                themes.append(Theme(name=name, paper_ids=tuple(own)))
        return tuple(themes[:most])

    def write_sections(
        self,
        brief: Brief,
        themes: Sequence[Theme],
        readings: Sequence[Reading],
        evidence: Sequence[Evidence],
        progress: Progress,
    ) -> tuple[SectionDraft, ...]:
        """One draft a theme, in their order; a call each, side by side. A call that fails leaves
        its section `failed`; raises the first ModelError if all fail."""
        texts = _texts_by_tag(readings, evidence)
        own = by_paper(evidence)
        total = sum(len(theme.paper_ids) for theme in themes)
        done: list[Theme] = []

        def call(theme: Theme) -> SectionDraft:
            return self.narrowing(lambda: write(theme))

        def write(theme: Theme) -> SectionDraft:
            items = [item for i in dict.fromkeys(theme.paper_ids) for item in own.get(i, ())]
            shown = self.fit([self.fence(i, *texts[i.tag]) for i in items if texts[i.tag]])
            own_work = [self.fence(brief.own)] if brief.own else []
            most = len(theme.paper_ids) + _OTHER_SENTENCES
            reply = self.ask(
                "section",
                SectionReply,
                question=brief.question,
                theme=theme.name,
                evidence=shown,
                own=own_work,
                words=max(60, round(brief.words * (len(theme.paper_ids) / max(1, total)))),
                order=brief.order,
                most_sentences=most,
            )
            tags = {item.tag for item in (*shown, *own_work)}
            return SectionDraft(
                statements=_statements(reply.sentences[:most], tags, has_own=bool(own_work))
            )

        def ended(theme: Theme) -> None:
            done.append(theme)
            progress("Writing", len(done), len(themes))

        return tuple(
            SectionDraft(failed=draft.message) if isinstance(draft, ModelError) else draft
            for draft in self.tried(call, themes, ended)
        )

    def extend_paragraph(self, paragraph: str, evidence: Sequence[Evidence]) -> AnswerDraft:
        """One or two sentences about the evidence's paper, for the end of the paragraph."""

        def write() -> AnswerDraft:
            fitting = self.fit([self.fence(item) for item in evidence])
            reply = self.ask(
                "add_paper",
                AdditionReply,
                paragraph=[self.prompts.fence("DRAFT", "", None, paragraph)],
                evidence=fitting,
                most_sentences=MOST_ADDED,
            )
            return AnswerDraft(claims=drafts_of_prompt(reply.additions[:MOST_ADDED], fitting))

        return self.narrowing(write)


def _statements(
    sentences: Sequence[SentenceReply], tags: set[str], *, has_own: bool
) -> tuple[StatementDraft, ...]:
    """The sentences in the order of a paragraph. A second topic sentence, or a second one of
    another role, becomes a comparison."""
    statements, taken = [], set[Role]()
    for sentence in sentences:
        said = sentence.role.strip().casefold()
        role: Role = next((known for known in _ROLES if known == said), "comparison")
        if role in taken or (role == "difference" and not has_own):
            role = "comparison"
        if role != "comparison":
            taken.add(role)
        statements.append(
            StatementDraft(
                text=sentence.text,
                quotes=quotes_of_prompt(sentence.quotes, tags),
                role=role,
                relation=_RELATIONS.get(sentence.relation.strip().casefold().removesuffix("s"), ""),
                intent=_INTENTS.get(sentence.intent.strip().casefold(), ""),
            )
        )
    return tuple(sorted(statements, key=lambda statement: _ROLES.index(statement.role)))


def quotes_of_prompt(quotes: Sequence[Quote], tags: Collection[str]) -> tuple[Quote, ...]:
    """The quotes; a tag that the prompt did not show becomes one that no evidence has."""
    return tuple(
        quote
        if quote.tag in tags or not quote.tag
        else quote.model_copy(update={"tag": f"{quote.tag} (not in the prompt)"})
        for quote in quotes
    )


def drafts_of_prompt(
    sentences: Sequence[SaidSentence], shown: Sequence[FencedText]
) -> tuple[ClaimDraft, ...]:
    """The sentences as drafts, with `quotes_of_prompt`; `shown` are the texts of the prompt."""
    tags = {text.tag for text in shown}
    return tuple(
        ClaimDraft(text=sentence.text, quotes=quotes_of_prompt(sentence.quotes, tags))
        for sentence in sentences
    )


def _texts_by_tag(
    readings: Sequence[Reading], evidence: Sequence[Evidence]
) -> dict[str, list[str]]:
    """What a draft's prompts show of the evidence: its quotes; of a paper without quotes, the whole
    texts."""
    quotes = _quotes_by_tag(readings, evidence, SECTION_CHARS)
    quoted = {item.paper.id for item in evidence if item.tag in quotes}
    return {
        item.tag: quotes.get(item.tag, []) if item.paper.id in quoted else [item.chunk.text]
        for item in evidence
    }


def _quotes_by_tag(
    readings: Sequence[Reading], evidence: Sequence[Evidence], most_chars: int
) -> dict[str, list[str]]:
    """The sentences that the readings cite, by the tag of their text, up to `most_chars` characters
    of one text; its first one is always there."""
    tags = {item.chunk.id: item.tag for item in evidence}
    quotes: dict[str, list[str]] = {}
    for citation in (citation for reading in readings for citation in reading.citations):
        if citation.chunk_id in tags and citation.part != "title":
            own = quotes.setdefault(tags[citation.chunk_id], [])
            if not own or sum(map(len, own)) + len(citation.quote) <= most_chars:
                own.append(citation.quote)
    return quotes
