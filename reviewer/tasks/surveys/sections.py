"""Outlines a report from what was read, and writes its sections, each checked and kept."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from reviewer.errors import ModelError
from reviewer.library.storage.steps import key_of
from reviewer.llm import LimitError, StoppedError
from reviewer.search import group_papers, name_themes, settle_themes
from reviewer.tasks.drafts.compose import Gate, checked_sections, within_words, without_proofless
from reviewer.tasks.surveys.collect import Collected
from reviewer.tasks.surveys.context import Desk, Latest, Outline, OutlinedSection
from reviewer.tasks.surveys.read import is_relevant
from reviewer.tasks.yaml_plan import LEAST_WORDS
from reviewer.types import Evidence
from reviewer.types.claims import Reading
from reviewer.types.drafts import Brief, Theme
from reviewer.types.progress import silent
from reviewer.types.surveys import ReportPlan, SurveySection

PAPERS_A_SECTION = 7.5  # so many papers a theme, as judged sub-themes of a survey have about 5
_PROMPTS = ("section", "judge", "revise")
Readings = Mapping[str, Reading]


def outline(
    plan: ReportPlan, collected: Collected, readings: Readings, desk: Desk, latest: Latest | None
) -> Outline:
    """The sections that the plan names, with their relevant papers; else those of the run before,
    which new papers join where they are nearest; else themes over the relevant papers."""
    if plan.sections:
        return _as_planned(plan, collected, readings)
    papers = [p for p in collected.papers if is_relevant(readings.get(p.id))]
    if not papers:
        return Outline()
    evidence = tuple(e for e in collected.evidence if is_relevant(readings.get(e.paper.id)))
    parts = [
        plan.topic, desk.writer.name, desk.writer.prompt_hashes(("plan",)),
        [e.chunk.id for e in evidence], desk.library.database.generation,
    ]  # fmt: skip
    if latest is not None and latest.outline.sections:
        before = {s.title: s for s in latest.outline.sections}
        themes = [Theme(name=s.title, paper_ids=s.paper_ids) for s in latest.outline.sections]
        settled, _ = settle_themes(themes, papers, desk.library)
        return Outline(sections=tuple(_section_of(theme, before) for theme in settled))

    def make() -> Outline:
        most = max(1, round(len(papers) / PAPERS_A_SECTION))
        groups = group_papers(papers, desk.library, most)
        own = tuple(readings[paper.id] for paper in papers)
        ideas = desk.writer.plan_sections(plan.topic, groups, own, evidence)
        themes, _ = settle_themes(ideas, papers, desk.library)
        themes = name_themes(themes, papers, desk.library)
        return Outline(sections=tuple(_section_of(theme, {}) for theme in themes))

    return desk.steps.done("outline", parts, Outline, make)


def _section_of(theme: Theme, before: Mapping[str, OutlinedSection]) -> OutlinedSection:
    known = before.get(theme.name)
    return OutlinedSection(
        title=theme.name, paper_ids=theme.paper_ids, questions=known.questions if known else ()
    )


def _as_planned(plan: ReportPlan, collected: Collected, readings: Readings) -> Outline:
    made, notes = [], []
    for section, own in zip(plan.sections, collected.sections, strict=True):
        ids = tuple(i for i in own if section.keys or is_relevant(readings.get(i)))
        if not ids:
            notes.append(f"nothing was found for the section '{section.title}'")
            continue
        made.append(
            OutlinedSection(
                title=section.title, paper_ids=ids, questions=section.questions,
                words=section.words,
            )
        )  # fmt: skip
    return Outline(sections=tuple(made), notes=tuple(notes))


def section_key(
    section: OutlinedSection, plan: ReportPlan, own: Sequence[Evidence], desk: Desk
) -> str:
    """Names the section's step: another model, prompt, question, length or text makes another."""
    return key_of(
        "section",
        [
            plan.topic, section.title, section.questions, words_of(section, plan), plan.depth,
            desk.is_strict, desk.writer.name, desk.writer.prompt_hashes(_PROMPTS),
            [item.chunk.id for item in own],
        ],
    )  # fmt: skip


def words_of(section: OutlinedSection, plan: ReportPlan) -> int:
    """A section has its own words, or its share of the report's by its papers."""
    share = plan.words * len(section.paper_ids) / max(1, plan.papers)
    return section.words or max(2 * LEAST_WORDS, 50 * round(share / 50))


def evidence_of(section: OutlinedSection, evidence: Sequence[Evidence]) -> list[Evidence]:
    """The section's texts in the order of its papers."""
    place = {paper_id: n for n, paper_id in enumerate(section.paper_ids)}
    own = [item for item in evidence if item.paper.id in place]
    return sorted(own, key=lambda item: place[item.paper.id])


def write_section(
    section: OutlinedSection,
    plan: ReportPlan,
    texts: tuple[Sequence[Evidence], Readings],
    desk: Desk,
) -> SurveySection:
    """The section, written and checked now, or as it was kept. One that fails says why; it is kept
    as that when its report is whole, until it is tried again. Raises LimitError and StoppedError.
    """
    desk.check()
    own = evidence_of(section, texts[0])
    key = section_key(section, plan, own, desk)
    kept = desk.steps.find(key, SurveySection)
    if kept is not None and not (kept.failed and desk.is_retry):
        desk.count.ended()
        return kept
    try:
        made = _written(section, plan, (own, texts[1]), desk)
        desk.steps.keep(key, "section", made)
    except (LimitError, StoppedError):
        raise
    except ModelError as error:
        made = _failed(section, error)
    desk.count.ended()
    return made


def _failed(section: OutlinedSection, error: ModelError) -> SurveySection:
    return SurveySection(
        title=section.title, paper_ids=section.paper_ids, questions=section.questions,
        failed=error.message,
    )  # fmt: skip


def _written(
    section: OutlinedSection,
    plan: ReportPlan,
    texts: tuple[Sequence[Evidence], Readings],
    desk: Desk,
) -> SurveySection:
    evidence, readings = texts
    theme = Theme(name=section.title, paper_ids=section.paper_ids)
    about = " ".join([f"{plan.topic}: {section.title}.", *section.questions])
    words = words_of(section, plan)
    own = tuple(readings[i] for i in section.paper_ids if i in readings)
    brief = Brief(question=about, words=words)
    drafts = desk.writer.write_sections(brief, (theme,), own, evidence, silent)
    gate = Gate(
        desk.writer,
        evidence,
        may_judge=plan.depth != "quick",
        may_revise=plan.depth == "thorough",
    )
    made, notes = checked_sections((theme,), drafts, gate)
    if desk.is_strict:
        made, said = without_proofless(made)
        notes += said
    papers = list({item.paper.id: item.paper for item in evidence}.values())
    made, said = within_words(made, papers, words)
    notes += [note.replace(" (--words)", "") for note in said]
    claims = made[0].claims if made else ()
    return SurveySection(
        title=section.title,
        paper_ids=section.paper_ids,
        claims=claims,
        questions=section.questions,
        left_out=tuple(notes),
    )
