"""Lets a model plan and write the sections of a draft. What it says is not trusted here."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from reviewer.errors import ModelError
from reviewer.llm import Asking
from reviewer.llm.prompts import Shown
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
from reviewer.types.frozen import Frozen
from reviewer.types.progress import Progress

MOST_NAME_CHARS = 80
MOST_ADDED = 2  # sentences to a paragraph of the user's
SECTION_CHARS = 600  # of one text's quotes in a section's prompt
_PLANNED_CHARS = 500  # of a paper's text in the plan's prompt
_OTHER_SENTENCES = 3  # topic, what is open, the work at hand
_ROLES: tuple[Role, ...] = ("topic", "comparison", "open", "difference")
_RELATIONS: dict[str, Relation] = {
    "agree": "agree", "agrees": "agree", "extend": "extend", "extends": "extend",
    "contradict": "contradict", "contradicts": "contradict",
}  # fmt: skip
_INTENTS: dict[str, Intent] = {
    "background": "background", "method": "method", "result": "result comparison",
    "result comparison": "result comparison",
}  # fmt: skip
Texts = Mapping[str, Sequence[str]]
"""What is shown of each piece of evidence, by its tag."""


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


class AddedSentence(Frozen):
    text: str
    quotes: tuple[Quote, ...] = ()


class AdditionReply(Frozen):
    additions: tuple[AddedSentence, ...]


def plan_sections(
    asking: Asking,
    question: str,
    texts: Texts,
    evidence: Sequence[Evidence],
    most: int = MOST_THEMES,
) -> tuple[Theme, ...]:
    """At most so many themes of the model's, with those papers that it was shown; a paper counts
    once. Tags that it invents are ignored; papers that it leaves out are in no theme."""
    shown, paper_of = [], dict[str, str]()
    for item in evidence:
        if item.paper.id not in paper_of.values():
            own = [t for e in evidence if e.paper.id == item.paper.id for t in texts[e.tag]]
            said = shorten(clean(" ".join(own)), _PLANNED_CHARS)
            shown.append(_shown(asking, item, [said]))
            paper_of[item.tag] = item.paper.id
    reply = asking.ask(
        "plan", PlanReply, question=question, evidence=asking.fit(shown), most_themes=most
    )
    themes, placed = [], set[str]()
    for idea in reply.themes:
        own = [paper_of[tag] for tag in dict.fromkeys(idea.tags) if tag in paper_of]
        own = [paper_id for paper_id in own if paper_id not in placed]
        placed |= set(own)
        if own:
            name = shorten(clean(idea.name), MOST_NAME_CHARS)
            themes.append(Theme(name=name, paper_ids=tuple(own)))
    return tuple(themes[:most])


def write_sections(
    asking: Asking,
    brief: Brief,
    themes: Sequence[Theme],
    shown: tuple[Texts, Sequence[Evidence]],
    progress: Progress,
) -> tuple[SectionDraft, ...]:
    """One draft a theme, in their order; calls run side by side. A call that fails leaves its
    section `failed`; the first ModelError is raised when all fail."""
    total = sum(len(theme.paper_ids) for theme in themes)
    done: list[Theme] = []

    def call(theme: Theme) -> SectionDraft:
        share = len(theme.paper_ids) / max(1, total)
        return _section(asking, brief, theme, shown, round(brief.words * share))

    def ended(theme: Theme) -> None:
        done.append(theme)
        progress("Writing", len(done), len(themes))

    return tuple(
        SectionDraft(failed=made.message) if isinstance(made, ModelError) else made
        for made in asking.tried(call, themes, ended)
    )


def _section(
    asking: Asking,
    brief: Brief,
    theme: Theme,
    shown: tuple[Texts, Sequence[Evidence]],
    words: int,
) -> SectionDraft:
    texts, evidence = shown
    own = [item for item in evidence if item.paper.id in theme.paper_ids and texts[item.tag]]
    own.sort(key=lambda item: theme.paper_ids.index(item.paper.id))
    fitting = asking.fit([_shown(asking, item, texts[item.tag]) for item in own])
    at_hand = [_shown(asking, brief.own, [brief.own.chunk.text])] if brief.own else []
    reply = asking.ask(
        "section", SectionReply, question=brief.question, theme=theme.name, evidence=fitting,
        own=at_hand, words=max(60, words), order=brief.order,
        most_sentences=len(theme.paper_ids) + _OTHER_SENTENCES,
    )  # fmt: skip
    tags = {item.tag for item in (*fitting, *at_hand)}
    most = len(theme.paper_ids) + _OTHER_SENTENCES
    return SectionDraft(
        statements=_statements(reply.sentences[:most], tags, has_own=brief.own is not None)
    )


def _statements(
    sentences: Sequence[SentenceReply], tags: set[str], *, has_own: bool
) -> tuple[StatementDraft, ...]:
    """The sentences in the order of a paragraph. A second topic, and the like, is a comparison."""
    made, taken = [], set[Role]()
    for sentence in sentences:
        said = sentence.role.strip().casefold()
        role: Role = next((known for known in _ROLES if known == said), "comparison")
        if role in taken or (role == "difference" and not has_own):
            role = "comparison"
        if role != "comparison":
            taken.add(role)
        made.append(
            StatementDraft(
                text=sentence.text,
                quotes=_of_prompt(sentence.quotes, tags),
                role=role,
                relation=_RELATIONS.get(sentence.relation.strip().casefold(), ""),
                intent=_INTENTS.get(sentence.intent.strip().casefold(), ""),
            )
        )
    return tuple(sorted(made, key=lambda statement: _ROLES.index(statement.role)))


def _of_prompt(quotes: Sequence[Quote], tags: set[str]) -> tuple[Quote, ...]:
    """A tag that the prompt did not show becomes one that is no evidence."""
    return tuple(
        quote
        if quote.tag in tags or not quote.tag
        else quote.model_copy(update={"tag": f"{quote.tag} (not in the prompt)"})
        for quote in quotes
    )


def extend_paragraph(asking: Asking, paragraph: str, evidence: Sequence[Evidence]) -> AnswerDraft:
    """One or two sentences on the evidence's paper, to be put after the paragraph's last."""
    fitting = asking.fit([_shown(asking, item, [item.chunk.text]) for item in evidence])
    given = asking.prompts.shown("DRAFT", "", None, paragraph)
    reply = asking.ask(
        "add_paper", AdditionReply, paragraph=[given], evidence=fitting, most_sentences=MOST_ADDED
    )
    tags = {item.tag for item in fitting}
    return AnswerDraft(
        claims=tuple(
            ClaimDraft(text=added.text, quotes=_of_prompt(added.quotes, tags))
            for added in reply.additions[:MOST_ADDED]
        )
    )


def texts_shown(readings: Sequence[Reading], evidence: Sequence[Evidence]) -> Texts:
    """What a draft's prompts show of the evidence: its quotes, of a paper without any the whole."""
    quotes = quotes_by_tag(readings, SECTION_CHARS)
    quoted = {item.paper.id for item in evidence if item.tag in quotes}
    return {
        item.tag: quotes.get(item.tag, []) if item.paper.id in quoted else [item.chunk.text]
        for item in evidence
    }


def quotes_by_tag(readings: Sequence[Reading], most_chars: int) -> dict[str, list[str]]:
    """The quotes of each text up to so many characters; its first one is always there."""
    quotes: dict[str, list[str]] = {}
    for reading in readings:
        for quote in reading.quotes:
            own = quotes.setdefault(quote.tag, [])
            if not own or sum(map(len, own)) + len(quote.quote) <= most_chars:
                own.append(quote.quote)
    return quotes


def _shown(asking: Asking, item: Evidence, texts: Sequence[str]) -> Shown:
    return asking.prompts.shown(item.tag, item.paper.title, item.paper.year, *texts)
