"""Outlines a report: sections with the argument of each, by the model's plan, else by code."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from reviewer.errors import ModelError
from reviewer.library import Library
from reviewer.search import group_papers, name_themes, settle_themes
from reviewer.tasks.answers.gather import reads
from reviewer.tasks.surveys.context import (
    Outline,
    OutlinedSection,
    PreparedReport,
    texts_in,
    tried,
)
from reviewer.tasks.surveys.lengths import Lengths, lengths_of
from reviewer.types import Paper
from reviewer.types.claims import NeedsModel
from reviewer.types.drafts import Card, LeftOutPaper, Theme
from reviewer.types.surveys import GivenSection, SectionPlan, SurveyArgument, SurveyBrief

PAPERS_A_SECTION = 7.5  # without a model; judged sub-themes of a survey have about 5
_NOT_PLACED = "the plan places it in no section"


@dataclass(frozen=True)
class Outlined:
    """An outline; `missing` says in words why the model did not make it."""

    outline: Outline
    missing: tuple[str, ...] = ()


def brief_of(prepared: PreparedReport) -> SurveyBrief:
    """What the writer of a report is given beside its papers."""
    lengths = lengths_for(prepared)
    return SurveyBrief(
        topic=prepared.plan.topic,
        sections=lengths.sections,
        paragraphs=lengths.paragraphs,
        opening_words=lengths.opening,
        closing_words=lengths.closing,
        abstract_words=lengths.abstract,
    )


def lengths_for(prepared: PreparedReport) -> Lengths:
    plan = prepared.plan
    return lengths_of(plan.words, len(prepared.collected.papers), len(plan.sections))


def make_outline(prepared: PreparedReport, cards: Mapping[str, Card]) -> Outlined:
    """The sections of the run before, which new papers join where they are nearest; else those that
    the plan names and those that the model plans. Without a model, and where its plan cannot be
    read, papers are grouped by what they have in common.

    Every paper is in a section or left out with a reason, where a model plans.
    """
    run, plan, latest = prepared.run, prepared.plan, prepared.latest
    papers = prepared.collected.papers
    if latest is not None and latest.outline.sections and not plan.sections:
        return _updated(latest.outline, prepared, cards)
    if not reads(run.writer):
        return Outlined(_grouped(prepared))
    brief, given = brief_of(prepared), _given(prepared)
    evidence = prepared.collected.evidence
    hashes = run.writer.prompt_hashes(("cards", "outline"))
    sizes = [brief.sections, brief.paragraphs]
    parts = [plan.topic, *sizes, given, run.writer.name, hashes, texts_in(evidence)]

    def make() -> SurveyArgument:
        made = run.writer.outline_survey(brief, given, tuple(cards.values()), evidence)
        return SurveyArgument() if isinstance(made, NeedsModel) else made

    made = tried(lambda: run.steps.done("outline", parts, SurveyArgument, make))
    if isinstance(made, ModelError):
        why = f"papers are grouped by their words, without the model: {made.message}"
        return Outlined(_grouped(prepared), (why,))
    if given:
        return Outlined(_as_given(made, prepared))
    if not made.sections and not made.left_out:
        return Outlined(_grouped(prepared))
    return Outlined(_whole(made, papers, run.library))


def _updated(before: Outline, prepared: PreparedReport, cards: Mapping[str, Card]) -> Outlined:
    """The outline of the run before, with the papers that are new. Where a model plans, it says to
    which section each belongs and which is not on the topic; else each joins the nearest one."""
    run, papers = prepared.run, prepared.collected.papers
    told = {i for section in before.sections for i in section.paper_ids}
    told |= {left.paper_id for left in before.left_out}
    new = {paper.id for paper in papers if paper.id not in told}
    if not new or not reads(run.writer):
        return Outlined(_joined(before, papers, run.library))
    evidence = [item for item in prepared.collected.evidence if item.paper.id in new]
    given = [
        GivenSection(
            title=s.title, questions=(s.lead,) if s.lead else (), paper_ids=tuple(sorted(new))
        )
        for s in before.sections
    ]
    brief, own = brief_of(prepared), [card for i, card in cards.items() if i in new]
    hashes = run.writer.prompt_hashes(("cards", "outline"))
    parts = [prepared.plan.topic, given, run.writer.name, hashes, texts_in(evidence)]

    def make() -> SurveyArgument:
        made = run.writer.outline_survey(brief, given, own, evidence)
        return SurveyArgument() if isinstance(made, NeedsModel) else made

    made = tried(lambda: run.steps.done("outline", parts, SurveyArgument, make))
    if isinstance(made, ModelError):
        why = f"new papers join the nearest section, without the model: {made.message}"
        return Outlined(_joined(before, papers, run.library), (why,))
    joins: dict[int, list[str]] = {}
    placed = set[str]()
    for n, section in enumerate(made.sections[: len(before.sections)]):
        ids = dict.fromkeys(i for theme in section.themes for i in theme.paper_ids)
        joins[n] = [i for i in ids if i not in placed]
        placed |= set(ids)
    whys = {left.paper_id: left.why for left in made.left_out}
    left_out = tuple(
        LeftOutPaper(paper_id=paper.id, why=whys.get(paper.id, _NOT_PLACED))
        for paper in papers
        if paper.id in new and paper.id not in placed
    )
    joined = _with_joins(before, {paper.id for paper in papers}, joins)
    return Outlined(joined.model_copy(update={"left_out": (*joined.left_out, *left_out)}))


def _given(prepared: PreparedReport) -> list[GivenSection]:
    """The plan's sections for which papers were found."""
    sections = zip(prepared.plan.sections, prepared.collected.sections, strict=True)
    return [
        GivenSection(title=section.title, questions=section.questions, paper_ids=ids)
        for section, ids in sections
        if ids
    ]


def _whole(made: SurveyArgument, papers: Sequence[Paper], library: Library) -> Outline:
    """The model's sections. Papers that it was not shown join the nearest section; those that it
    forgot are left out."""
    outline = Outline(
        taxonomy=made.taxonomy,
        sections=tuple(
            OutlinedSection(title=s.title, lead=s.lead, themes=s.themes) for s in made.sections
        ),
        left_out=made.left_out,
    )
    placed = {i for section in outline.sections for i in section.paper_ids}
    unseen = [p for p in papers if p.id in made.unseen_ids and p.id not in placed]
    if unseen and outline.sections:
        known = [paper for paper in papers if paper.id in placed]
        outline = _joined(outline, [*known, *unseen], library)
    told = {i for section in outline.sections for i in section.paper_ids}
    told |= {left.paper_id for left in outline.left_out}
    forgotten = tuple(
        LeftOutPaper(paper_id=paper.id, why=_NOT_PLACED) for paper in papers if paper.id not in told
    )
    return outline.model_copy(update={"left_out": (*outline.left_out, *forgotten)})


def _joined(outline: Outline, papers: Sequence[Paper], library: Library) -> Outline:
    """The outline over just these papers: those that it does not have, and has not left out, join
    the last paragraph of the section that they are nearest to."""
    known = {paper.id for paper in papers}
    gone = {left.paper_id for left in outline.left_out}
    wanted = [paper for paper in papers if paper.id not in gone]
    places = [
        Theme(name=str(n), paper_ids=section.paper_ids)
        for n, section in enumerate(outline.sections)
    ]
    placed = {i for section in outline.sections for i in section.paper_ids}
    settled, _ = settle_themes(places, wanted, library)
    joins: dict[int, list[str]] = {}
    for theme in settled:
        if theme.name:
            joins[int(theme.name)] = [i for i in theme.paper_ids if i not in placed]
    return _with_joins(outline, known, joins)


def _with_joins(outline: Outline, known: set[str], joins: Mapping[int, Sequence[str]]) -> Outline:
    """The outline over these papers, with the new ones that join the last paragraph of the section
    in each place."""
    sections = []
    for n, section in enumerate(outline.sections):
        themes = [_over(theme, known) for theme in section.themes]
        themes = [theme for theme in themes if theme.paper_ids]
        new = tuple(joins.get(n, ()))
        if new:
            last = themes.pop() if themes else Theme(name="", paper_ids=())
            changed = {
                "paper_ids": (*last.paper_ids, *new),
                "parts": (*last.parts, *("new" for _ in new)) if last.parts else (),
            }
            themes.append(last.model_copy(update=changed))
        if themes:
            sections.append(section.model_copy(update={"themes": tuple(themes)}))
    return outline.model_copy(update={"sections": tuple(sections)})


def _over(theme: Theme, known: set[str]) -> Theme:
    """The theme over just these papers, each with its part."""
    parts = theme.parts if len(theme.parts) == len(theme.paper_ids) else ()
    stays = [n for n, paper_id in enumerate(theme.paper_ids) if paper_id in known]
    return theme.model_copy(
        update={
            "paper_ids": tuple(theme.paper_ids[n] for n in stays),
            "parts": tuple(parts[n] for n in stays) if parts else (),
        }
    )


def _as_given(made: SurveyArgument, prepared: PreparedReport) -> Outline:
    """The plan's sections with the model's paragraphs. A paper that the plan names is there in any
    case, and a section without a paragraph tells all its papers in one."""
    by_title = {section.title: section for section in made.sections}
    sections, notes = [], []
    planned = zip(prepared.plan.sections, prepared.collected.sections, strict=True)
    for section, ids in planned:
        if not ids:
            notes.append(f"nothing was found for the section '{section.title}'")
            continue
        argued = by_title.get(section.title)
        themes = list(argued.themes) if argued else []
        if not themes:
            themes = [Theme(name="", paper_ids=ids)]
        sections.append(
            _outlined(section, _with_named(section, ids, themes), argued.lead if argued else "")
        )
    told = {i for section in sections for i in section.paper_ids}
    left_out = tuple(left for left in made.left_out if left.paper_id not in told)
    reasoned = told | {left.paper_id for left in left_out}
    forgotten = tuple(
        LeftOutPaper(paper_id=paper.id, why=_NOT_PLACED)
        for paper in prepared.collected.papers
        if paper.id not in reasoned
    )
    return Outline(
        taxonomy=made.taxonomy,
        sections=tuple(sections),
        left_out=(*left_out, *forgotten),
        notes=tuple(notes),
    )


def _with_named(section: SectionPlan, ids: Sequence[str], themes: list[Theme]) -> list[Theme]:
    """The paragraphs; papers that the plan names and no paragraph has join the last one."""
    told = {i for theme in themes for i in theme.paper_ids}
    missing = tuple(i for i in ids if section.keys and i not in told)
    if not missing:
        return themes
    last = themes[-1]
    parts = (*last.parts, *("" for _ in missing)) if last.parts else ()
    changed = {"paper_ids": (*last.paper_ids, *missing), "parts": parts}
    return [*themes[:-1], last.model_copy(update=changed)]


def _outlined(section: SectionPlan, themes: Sequence[Theme], lead: str) -> OutlinedSection:
    return OutlinedSection(
        title=section.title,
        lead=lead,
        themes=tuple(themes),
        questions=section.questions,
        words=section.words,
    )


def _grouped(prepared: PreparedReport) -> Outline:
    """Sections over what the papers have in common, or those that the plan names; a paragraph
    each."""
    plan, library = prepared.plan, prepared.run.library
    papers = prepared.collected.papers
    if plan.sections:
        return _as_given(SurveyArgument(), prepared).model_copy(update={"left_out": ()})
    if not papers:
        return Outline()
    is_quoted = not reads(prepared.run.writer)
    wanted = len(papers) / PAPERS_A_SECTION if is_quoted else lengths_for(prepared).sections
    groups = group_papers(papers, library, max(1, round(wanted)))
    named = name_themes(groups, papers, library)
    return Outline(
        sections=tuple(
            OutlinedSection(title=t.name, themes=(Theme(name="", paper_ids=t.paper_ids),))
            for t in named
        )
    )
