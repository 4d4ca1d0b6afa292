"""Outlines a report from what was read, and writes its sections, each checked and kept."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from reviewer.errors import ModelError
from reviewer.library.storage.steps import key_of
from reviewer.search import group_papers, name_themes, settle_themes
from reviewer.tasks.drafts import compose
from reviewer.tasks.drafts.argue import plan_argument
from reviewer.tasks.drafts.cards import cards_of
from reviewer.tasks.drafts.compose import checks_of
from reviewer.tasks.surveys.context import (
    Outline,
    OutlinedSection,
    PreparedReport,
    texts_in,
    tried,
)
from reviewer.tasks.surveys.read import is_relevant, reading_question
from reviewer.tasks.yaml_plan import LEAST_WORDS
from reviewer.types.claims import Reading
from reviewer.types.drafts import Brief, Theme
from reviewer.types.surveys import SurveySection

PAPERS_A_SECTION = 7.5  # this many papers a theme, as judged sub-themes of a survey have about 5
_PROMPTS = ("read", "cards", "section", "examine", "repair", "edit")
Readings = Mapping[str, Reading]


class WrittenSection(NamedTuple):
    """A section, and the key of the step that gave it."""

    section: SurveySection
    key: str


def outline(prepared: PreparedReport, readings: Readings) -> Outline:
    """The sections that the plan names, with their relevant papers; else those of the run before,
    which new papers join where they are nearest; else themes over the relevant papers."""
    run, plan, latest = prepared.run, prepared.plan, prepared.latest
    if plan.sections:
        return _as_planned(prepared, readings)
    papers = [p for p in prepared.collected.papers if is_relevant(readings.get(p.id))]
    if not papers:
        return Outline()
    if latest is not None and latest.outline.sections:
        questions = {s.title: s.questions for s in latest.outline.sections}
        themes = [Theme(name=s.title, paper_ids=s.paper_ids) for s in latest.outline.sections]
        settled, _ = settle_themes(themes, papers, run.library)
        return _outline_of(settled, questions)
    evidence = [e for e in prepared.collected.evidence if is_relevant(readings.get(e.paper.id))]
    hashes = run.writer.prompt_hashes(("read", "cards", "argument"))
    question = reading_question(prepared)
    parts = [plan.topic, question, run.writer.name, hashes, texts_in(evidence)]

    def make() -> Outline:
        if run.writer.name == "extractive":
            most = max(1, round(len(papers) / PAPERS_A_SECTION))
            themes = group_papers(papers, run.library, most)
        else:
            cards = cards_of(evidence, run.library, run.writer)
            brief = Brief(question=plan.topic, words=plan.words)
            themes = plan_argument(brief, cards, evidence, run.library, run.writer).themes
        return _outline_of(name_themes(themes, papers, run.library), {})

    return run.steps.done("outline", parts, Outline, make)


def _outline_of(themes: Sequence[Theme], questions: Mapping[str, tuple[str, ...]]) -> Outline:
    """One section a theme, with the questions that are given by its title."""
    sections = (
        OutlinedSection(title=t.name, paper_ids=t.paper_ids, questions=questions.get(t.name, ()))
        for t in themes
    )
    return Outline(sections=tuple(sections))


def _as_planned(prepared: PreparedReport, readings: Readings) -> Outline:
    made, notes = [], []
    for section, own in zip(prepared.plan.sections, prepared.collected.sections, strict=True):
        ids = tuple(i for i in own if section.keys or is_relevant(readings.get(i)))
        if ids:
            own_fields = section.model_dump(include={"title", "questions", "words"})
            made.append(OutlinedSection(paper_ids=ids, **own_fields))
        else:
            notes.append(f"nothing was found for the section '{section.title}'")
    return Outline(sections=tuple(made), notes=tuple(notes))


def write_section(
    outlined: OutlinedSection, prepared: PreparedReport, readings: Readings
) -> WrittenSection:
    """The section, written and checked now, or as it was kept. One that fails says why; it is kept
    as failed when its report is whole, until it is tried again. Another model, prompt, question,
    length or text makes another key. Raises LimitError and StoppedError."""
    run, plan = prepared.run, prepared.plan
    run.check()
    place = {paper_id: n for n, paper_id in enumerate(outlined.paper_ids)}
    own = [item for item in prepared.collected.evidence if item.paper.id in place]
    own.sort(key=lambda item: place[item.paper.id])
    share = plan.words * len(outlined.paper_ids) / max(1, plan.papers)
    words = outlined.words or max(2 * LEAST_WORDS, 50 * round(share / 50))
    read_for = reading_question(prepared)
    asked = [plan.topic, read_for, outlined.title, outlined.questions, words, plan.depth]
    hashes = run.writer.prompt_hashes(_PROMPTS)
    how = [run.options.is_strict, run.writer.name, hashes]
    key = key_of("section", [*asked, *how, texts_in(own)])
    blank = SurveySection(**outlined.model_dump(exclude={"words"}))

    def write() -> SurveySection:
        themes = (Theme(name=outlined.title, paper_ids=outlined.paper_ids),)
        about = " ".join([f"{plan.topic}: {outlined.title}.", *outlined.questions])
        brief = Brief(question=about, words=words)
        cards = {} if plan.depth == "quick" else cards_of(own, run.library, run.writer)
        checks = checks_of(plan.depth, is_strict=run.options.is_strict)
        made = compose.write_section(brief, themes, cards, own, run.writer, checks)
        if run.writer.name == "extractive":
            made = compose.within_words(made, own, words)
        left_out = tuple(note.replace(" (--words)", "") for note in made.left_out)
        claims = made.sections[0].claims if made.sections else ()
        return blank.model_copy(update={"claims": claims, "left_out": left_out})

    section = run.steps.find(key, SurveySection)
    if section is None or (section.failed and run.options.is_retry):
        made = tried(write)
        if isinstance(made, ModelError):
            section = blank.model_copy(update={"failed": made.message})
        else:
            section = made
            run.steps.keep(key, "section", made)
    run.count.add(done=1)
    return WrittenSection(section, key)
