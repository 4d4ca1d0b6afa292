"""Writes the sections of a report one after the other, each checked and kept."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from reviewer.errors import ModelError
from reviewer.library.storage.steps import key_of
from reviewer.tasks.answers.gather import reads
from reviewer.tasks.drafts import compose
from reviewer.tasks.drafts.compose import checks_of
from reviewer.tasks.surveys.context import (
    Outline,
    OutlinedSection,
    PreparedReport,
    texts_in,
    tried,
)
from reviewer.tasks.surveys.lengths import section_words
from reviewer.tasks.surveys.outline import lengths_for
from reviewer.text import clean
from reviewer.text.option_notes import without_options
from reviewer.types.drafts import Brief, Card
from reviewer.types.evidence import by_paper
from reviewer.types.surveys import SectionProgress, SectionWork, SurveySection

_PROMPTS = ("cards", "section", "examine", "repair", "edit")
_BEFORE_CHARS = 5500  # of what was written before, in the prompt of a section


class WrittenSection(NamedTuple):
    """A section, and the key of the step that gave it."""

    section: SurveySection
    key: str


def write_sections(
    outline: Outline, prepared: PreparedReport, cards: Mapping[str, Card]
) -> list[WrittenSection]:
    """The outline's sections in order, each with those before it in view. One that fails says why,
    and the others stay. Raises LimitError and StoppedError."""
    body = prepared.plan.words if not reads(prepared.run.writer) else lengths_for(prepared).body
    sizes = [len(section.paper_ids) for section in outline.sections]
    words = section_words([section.words for section in outline.sections], sizes, body)
    written: list[WrittenSection] = []
    board = prepared.run.board
    for n, (section, count) in enumerate(zip(outline.sections, words, strict=True)):
        before = _before([made.section for made in written])
        board.section(prepared.name, n, SectionProgress(title=section.title, state="writing"))
        made = _write_section(section, count, before, prepared, cards)
        written.append(made)
        board.section(prepared.name, n, progress_of(made.section))
    return written


def progress_of(section: SurveySection) -> SectionProgress:
    """How far a section is that was tried."""
    state: SectionWork = "failed" if section.failed else "written"
    return SectionProgress(title=section.title, state=state, failed=section.failed)


def _write_section(
    outlined: OutlinedSection,
    words: int,
    before: str,
    prepared: PreparedReport,
    cards: Mapping[str, Card],
) -> WrittenSection:
    """The section, written and checked now, or as it was kept. One that fails is kept as failed
    when its report is whole, until it is tried again. Another model, prompt, plan, length of the
    report or text makes another key; what was written `before` and its share of the words do not,
    so that an update writes again only what new papers change."""
    run, plan = prepared.run, prepared.plan
    run.check()
    texts = by_paper(prepared.collected.evidence)
    own = [item for i in outlined.paper_ids for item in texts.get(i, ())]
    asked = [plan.topic, outlined, plan.words, plan.depth, run.options.is_strict]
    hashes = run.writer.prompt_hashes(_PROMPTS)
    key = key_of("section", [*asked, run.writer.name, hashes, texts_in(own)])
    blank = SurveySection(
        title=outlined.title,
        lead=outlined.lead,
        heads=tuple(theme.name for theme in outlined.themes),
        questions=outlined.questions,
        paper_ids=outlined.paper_ids,
    )

    def write() -> SurveySection:
        about = " ".join([f"{plan.topic}: {outlined.title}.", *outlined.questions])
        brief = Brief(question=about, words=words, lead=outlined.lead, before=before)
        checks = checks_of(plan.depth, is_strict=run.options.is_strict)
        known = {i: cards[i] for i in outlined.paper_ids if i in cards}
        made = compose.write_section(brief, outlined.themes, known, own, run.writer, checks)
        if not reads(run.writer):
            made = compose.within_words(made, own, words)
        left_out = (without_options(note) for note in made.left_out)
        return blank.model_copy(
            update={
                "claims": tuple(claim for part in made.sections for claim in part.claims),
                "left_out": tuple(left_out),
                "asked": made.questions,
                "notes": made.notes,
            }
        )

    section = run.steps.find(key, SurveySection)
    if section is None or (section.failed and run.options.tries_again(section.title)):
        made = tried(write)
        if isinstance(made, ModelError):
            section = blank.model_copy(update={"failed": made.message})
        else:
            section = made
            run.steps.keep(key, "section", made)
    run.count.add(done=1)
    return WrittenSection(section, key)


def _before(sections: Sequence[SurveySection]) -> str:
    """What readers have read: what each section shows, and the last one as far as it fits."""
    if not sections:
        return ""
    shown = [clean(f"{section.title}: {section.lead}") for section in sections]
    last = " ".join(claim.text for claim in sections[-1].claims)
    return " ".join([*shown, last])[:_BEFORE_CHARS]
