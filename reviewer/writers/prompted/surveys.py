"""Lets a model ask a survey's questions, plan its sections, frame and summarise it. Not trusted."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Annotated, get_args

from pydantic import BeforeValidator

from reviewer.errors import ModelError
from reviewer.grounding import Numbers
from reviewer.grounding.claims import FAILING
from reviewer.llm import in_short, is_form_fault
from reviewer.llm.ask import tokens
from reviewer.llm.form import Form, at_most
from reviewer.llm.prompts import FencedText
from reviewer.llm.replies import ModelReplyError
from reviewer.text import clean, counted
from reviewer.text.unspaced import count_words
from reviewer.text.views import shorten
from reviewer.types import Evidence
from reviewer.types.claims import AnswerDraft, ClaimDraft
from reviewer.types.drafts import Card
from reviewer.types.evidence import by_paper
from reviewer.types.frozen import Frozen
from reviewer.types.surveys import (
    FindingDraft,
    FrameDraft,
    GivenSection,
    PointOfView,
    SectionArgument,
    SummaryDraft,
    SurveyArgument,
    SurveyBrief,
    SurveySection,
    ViewQuestion,
)
from reviewer.writers.prompted.argument import (
    MOST_NAME_CHARS,
    ArgumentWriter,
    LeftOutReply,
    ParagraphReply,
    as_part,
    as_words,
    left_out_of,
    themes_of,
)
from reviewer.writers.prompted.judging import with_anchors
from reviewer.writers.prompted.prose import END, read_prose, sentence_of, text_before_end
from reviewer.writers.prompted.reading import as_list, tag_of

QUESTIONS_A_VIEW = 2
FAR_OFF = 0.3  # of the words asked for, from which a part is asked for once more
_MOST_QUESTION_CHARS = 200
_MOST_LEAD_CHARS = 300
_VIEWS: tuple[PointOfView, ...] = get_args(PointOfView)
_PLAN_TOKENS, _SECTION_TOKENS, _PAPER_TOKENS = 400, 500, 45  # of the reply with an outline
_TOKENS_A_WORD = 3  # of prose with its numbers
_SPARE_TOKENS = 300
_PART = re.compile(
    r"^\W*(INTRODUCTION|CLOSING|CONCLUSION|ABSTRACT|FINDINGS)\b[^\w\n]*$",
    re.MULTILINE | re.IGNORECASE,
)
_FINDING = re.compile(r"^\W{0,4}[Tt](?P<place>\d{1,3})\b[\s:.)\]*-]*(?P<said>\S.*)$", re.MULTILINE)


class ViewReply(Frozen):
    view: str
    question: str


class ViewsReply(Frozen):
    questions: tuple[ViewReply, ...]


class SectionIdea(Frozen):
    title: Annotated[str, BeforeValidator(as_words), at_most(MOST_NAME_CHARS)] = ""
    section: Annotated[str, BeforeValidator(as_words)] = ""
    lead: Annotated[str, BeforeValidator(as_words), at_most(_MOST_LEAD_CHARS)] = ""
    paragraphs: tuple[ParagraphReply, ...] = ()


class OutlineReply(Frozen):
    taxonomy: Annotated[str, BeforeValidator(as_words), at_most(_MOST_LEAD_CHARS)] = ""
    sections: tuple[SectionIdea, ...]
    left_out: Annotated[
        tuple[Annotated[LeftOutReply, BeforeValidator(as_part)], ...], BeforeValidator(as_list)
    ] = ()


class FrameText(str):
    """Paragraphs with anchors behind the lines INTRODUCTION and CLOSING; the last line is END."""

    __slots__ = ()


class SummaryText(str):
    """A paragraph with anchors behind the line ABSTRACT, a line for each section behind FINDINGS;
    the last line is END."""

    __slots__ = ()


class SurveyWriter(ArgumentWriter):
    """The part of a `Writer` that asks questions for a survey, plans, frames and summarises it."""

    def view_questions(self, topic: str) -> tuple[ViewQuestion, ...]:
        """At most QUESTIONS_A_VIEW questions a point of view, each once; views that the model
        invents are left out. None without a reply that can be read."""
        try:
            reply = self.ask("views", ViewsReply, topic=topic, most_a_view=QUESTIONS_A_VIEW)
        except ModelError as error:
            if not is_form_fault(error):
                raise
            self.note(f"no further questions from points of view: {in_short(error)}")
            return ()
        questions: dict[str, ViewQuestion] = {}
        for idea in reply.questions:
            view = next((v for v in _VIEWS if v and v == idea.view.strip().casefold()), None)
            question = shorten(clean(idea.question), _MOST_QUESTION_CHARS)
            own = sum(known.view == view for known in questions.values())
            if view is not None and question and own < QUESTIONS_A_VIEW:
                known = ViewQuestion(question=question, view=view)
                questions.setdefault(question.casefold(), known)
        return tuple(questions.values())

    def outline_survey(
        self,
        brief: SurveyBrief,
        given: Sequence[GivenSection],
        cards: Sequence[Card],
        evidence: Sequence[Evidence],
    ) -> SurveyArgument:
        """The sections that the model plans from the cards; the given ones, in their order, where
        there are some. Tags that it invents are left out, and so is a paragraph without a paper.
        Cards that do not fit are shorter, then those of the last papers are not shown.

        Raises ModelReplyError for a reply that cannot be read.
        """
        by_id = {card.paper_id: card for card in cards}
        paper_of, fenced = dict[str, str](), list[FencedText]()
        for paper_id, items in by_paper(evidence).items():
            paper_of |= {item.tag: paper_id for item in items}
            fenced.append(self.fence_card(items[0], by_id.get(paper_id), None))
        first_tag = {paper_id: tag for tag, paper_id in reversed(paper_of.items())}
        named = [self._fence_given(n, section, first_tag) for n, section in enumerate(given, 1)]
        shown = set[str]()

        def call() -> OutlineReply:
            fitting = self.fit(fenced)
            shown.clear()
            shown.update(text.tag for text in fitting)
            most = _PLAN_TOKENS + _SECTION_TOKENS * (len(given) or brief.sections)
            form = Form(
                OutlineReply,
                most_tokens=most + _PAPER_TOKENS * len(fitting),
                fault_of=lambda reply: _outline_fault(reply, paper_of, shown, len(given)),
            )
            return self.ask(
                "outline",
                form,
                topic=brief.topic,
                cards=fitting,
                given=named,
                sections=len(given) or brief.sections,
                paragraphs_each=brief.paragraphs,
            )

        reply = self.narrowing(call)
        ideas = _as_given(reply.sections, given) if given else list(reply.sections)
        sections = []
        for idea in ideas:
            themes = themes_of(idea.paragraphs, paper_of)
            if themes or given:
                sections.append(
                    SectionArgument(
                        title=shorten(clean(idea.title), MOST_NAME_CHARS).rstrip(".")
                        or themes[0].name,
                        lead=shorten(clean(idea.lead), _MOST_LEAD_CHARS),
                        themes=tuple(themes),
                    )
                )
        told = {i for section in sections for theme in section.themes for i in theme.paper_ids}
        unseen = tuple(i for i, tag in first_tag.items() if tag not in shown)
        return SurveyArgument(
            taxonomy=shorten(clean(reply.taxonomy), _MOST_LEAD_CHARS),
            sections=tuple(sections),
            left_out=tuple(left_out_of(reply.left_out, paper_of, told)),
            unseen_ids=tuple(i for i in unseen if i not in told),
        )

    def write_frame(
        self,
        brief: SurveyBrief,
        taxonomy: str,
        sections: Sequence[SurveySection],
        evidence: Sequence[Evidence],
    ) -> FrameDraft:
        """Introduction and closing section, from the written sections with their anchors.

        Raises ModelReplyError for a reply without either.
        """
        numbers = Numbers(evidence)

        def fault_of(reply: FrameText) -> str:
            parts = _parts_of(reply)
            faults = [] if text_before_end(reply)[1] else [f"it does not end with the line {END}"]
            for name, words in (
                ("INTRODUCTION", brief.opening_words),
                ("CLOSING", brief.closing_words),
            ):
                if name not in parts:
                    faults.append(f"it has no line {name}")
                else:
                    faults += _prose_faults(parts[name], numbers, words, name)
            return "; ".join(faults)

        most = _TOKENS_A_WORD * (brief.opening_words + brief.closing_words) + _SPARE_TOKENS
        reply = self.narrowing(
            lambda: self.ask(
                "frame",
                Form(FrameText, None, most, fault_of),
                topic=brief.topic,
                taxonomy=taxonomy,
                report=self._report(sections, numbers),
                opening_words=brief.opening_words,
                closing_words=brief.closing_words,
            )
        )
        parts = self._read_parts(reply, ("INTRODUCTION", "CLOSING"))
        return FrameDraft(
            introduction=_draft_of(parts.get("INTRODUCTION", ""), numbers),
            closing=_draft_of(parts.get("CLOSING", ""), numbers),
        )

    def write_summary(
        self,
        brief: SurveyBrief,
        sections: Sequence[SurveySection],
        evidence: Sequence[Evidence],
    ) -> SummaryDraft:
        """The abstract, and one finding a section, from the written sections with their anchors.

        Raises ModelReplyError for a reply without either.
        """
        numbers = Numbers(evidence)
        tags = [f"T{n}" for n, section in enumerate(sections, start=1) if section.claims]

        def fault_of(reply: SummaryText) -> str:
            parts = _parts_of(reply)
            faults = [] if text_before_end(reply)[1] else [f"it does not end with the line {END}"]
            if "ABSTRACT" in parts:
                faults += _prose_faults(
                    parts["ABSTRACT"], numbers, brief.abstract_words, "ABSTRACT"
                )
            else:
                faults.append("it has no line ABSTRACT")
            found = _findings(parts.get("FINDINGS", ""), numbers)
            missing = [tag for tag in tags if int(tag[1:]) not in found]
            if missing:
                faults.append(f"{', '.join(missing)} lack a finding behind FINDINGS")
            return "; ".join(faults)

        most = _TOKENS_A_WORD * (brief.abstract_words + 30 * len(tags)) + _SPARE_TOKENS
        reply = self.narrowing(
            lambda: self.ask(
                "summary",
                Form(SummaryText, None, most, fault_of),
                topic=brief.topic,
                report=self._report(sections, numbers),
                tags=tags,
                words=brief.abstract_words,
            )
        )
        parts = self._read_parts(reply, ("ABSTRACT", "FINDINGS"))
        found = _findings(parts.get("FINDINGS", ""), numbers)
        return SummaryDraft(
            abstract=_draft_of(parts.get("ABSTRACT", ""), numbers).claims,
            findings=tuple(
                FindingDraft(**draft.model_dump(), section=n)
                for n, draft in sorted(found.items())
                if f"T{n}" in tags
            ),
        )

    def _read_parts(self, reply: str, names: Sequence[str]) -> dict[str, str]:
        """The parts of a reply. Raises ModelReplyError for one without any of these."""
        parts = _parts_of(reply)
        if not any(name in parts for name in names):
            raise ModelReplyError(
                f"{self.model.model} gave no readable text: it has no line {names[0]}. It began: "
                f"{shorten(clean(reply), 120)}",
                hint="Run it again, or choose another --model.",
            )
        return parts

    def _report(self, sections: Sequence[SurveySection], numbers: Numbers) -> list[FencedText]:
        """The written sections for a prompt, under the tags T1, T2, ..., without sentences that
        failed. Where they do not fit whole, each keeps as many of its first sentences as fit."""
        written = [
            (n, section, [c for c in section.claims if c.support not in FAILING])
            for n, section in enumerate(sections, start=1)
            if section.claims
        ]
        most = max((len(claims) for _, _, claims in written), default=0)
        while True:
            texts = [
                self.prompts.fence(
                    f"T{n}",
                    "",
                    None,
                    section.title,
                    *(with_anchors(claim, numbers) for claim in claims[:most]),
                )
                for n, section, claims in written
            ]
            if most <= 1 or sum(tokens(t.text) for t in texts) <= self.room():
                return self.fit(texts)
            most = most * 3 // 4

    def _fence_given(
        self, place: int, section: GivenSection, tag_by_id: Mapping[str, str]
    ) -> FencedText:
        tags = [tag_by_id[i] for i in section.paper_ids if i in tag_by_id]
        lines = [f"title: {section.title}", *(f"question: {q}" for q in section.questions)]
        return self.prompts.fence(f"T{place}", "", None, *lines, f"papers: {', '.join(tags)}")


def _as_given(ideas: Sequence[SectionIdea], given: Sequence[GivenSection]) -> list[SectionIdea]:
    """An idea for each given section: the one that names its tag, else the one of its title, else
    the one in its place; with its own title, and without papers that are not its own."""
    found = []
    for n, section in enumerate(given):
        by_tag = [i for i in ideas if tag_of(i.section) == f"T{n + 1}"]
        by_title = [i for i in ideas if clean(i.title).casefold() == section.title.casefold()]
        in_place = [ideas[n]] if len(ideas) == len(given) else []
        idea = next(iter([*by_tag, *by_title, *in_place]), SectionIdea())
        found.append(idea.model_copy(update={"title": section.title}))
    return found


def _outline_fault(
    reply: OutlineReply, paper_of: Mapping[str, str], shown: set[str], given: int
) -> str:
    """What is wrong with an outline, for the model."""
    named = [
        tag_of(paper.tag)
        for section in reply.sections
        for paragraph in section.paragraphs
        for paper in paragraph.papers
    ]
    faults = []
    if not any(tag in paper_of for tag in named):
        faults.append("no paragraph names a paper by its tag")
    if given and len(reply.sections) != given:
        faults.append(f"it has {counted(len(reply.sections), 'section')}, but {given} are given")
    if unknown := [tag for tag in dict.fromkeys(named) if tag not in paper_of]:
        faults.append(f"{', '.join(unknown[:4])} name no paper")
    told = {paper_of.get(tag) for tag in (*named, *(tag_of(left.tag) for left in reply.left_out))}
    forgotten = [tag for tag in sorted(shown) if paper_of[tag] not in told]
    if forgotten and not given:
        faults.append(
            f"{', '.join(forgotten[:12])} {'is' if len(forgotten) == 1 else 'are'} in no paragraph "
            'and not in "left_out"'
        )
    return "; ".join(faults)


def _parts_of(reply: str) -> dict[str, str]:
    """The text behind each of the lines that begin a part, by its name."""
    body, _ = text_before_end(reply)
    found = list(_PART.finditer(body))
    ends = [*(match.start() for match in found[1:]), len(body)]
    parts: dict[str, str] = {}
    for match, end in zip(found, ends, strict=False):  # without a part there is one end more
        name = match[1].upper().replace("CONCLUSION", "CLOSING")
        if text := body[match.end() : end].strip():
            parts.setdefault(name, text)
    return parts


def _draft_of(text: str, numbers: Numbers) -> AnswerDraft:
    return read_prose(f"{text}\n{END}", numbers).draft if text else AnswerDraft()


def _prose_faults(text: str, numbers: Numbers, words: int, name: str) -> list[str]:
    draft = _draft_of(text, numbers)
    faults = []
    if unknown := list(dict.fromkeys(n for claim in draft.claims for n in claim.unknown)):
        faults.append(f"{', '.join(unknown[:4])} named no sentence")
    elif not any(claim.anchors for claim in draft.claims):
        faults.append(f"no sentence of {name} has a number such as [E1.2] in square brackets")
    has = sum(count_words(claim.text) for claim in draft.claims)
    if abs(has - words) > FAR_OFF * words:
        faults.append(f"{name} has {has} words, and about {words} are asked for")
    return faults


def _findings(text: str, numbers: Numbers) -> dict[int, ClaimDraft]:
    """The finding of each section by its number, from 1; the first of each counts."""
    found: dict[int, ClaimDraft] = {}
    for match in _FINDING.finditer(text):
        draft = sentence_of(match["said"], numbers)
        if draft is not None:
            found.setdefault(int(match["place"]), draft)
    return found
