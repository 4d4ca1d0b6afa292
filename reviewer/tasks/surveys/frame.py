"""Frames a report from its written sections: introduction, closing section, abstract, findings."""

from __future__ import annotations

from collections.abc import Sequence

from reviewer.errors import ModelError
from reviewer.grounding import settle_gaps
from reviewer.grounding.answers import Checks, check_answer
from reviewer.grounding.claims import FAILING, pass_gate
from reviewer.tasks.answers.gather import reads
from reviewer.tasks.surveys.context import Outline, PreparedReport, texts_in, tried
from reviewer.tasks.surveys.lengths import FINDING_WORDS
from reviewer.tasks.surveys.outline import brief_of
from reviewer.text.unspaced import count_words
from reviewer.types import Claim
from reviewer.types.claims import AnswerDraft, ClaimDraft, NeedsModel
from reviewer.types.frozen import Frozen
from reviewer.types.surveys import Finding, OpenQuestion, SurveyBrief, SurveySection

# Of the words that are meant for introduction and closing section: the least and the most that they
# have where the sections came out longer or shorter than they should.
_LEAST_SHARE, _MOST_SHARE = 0.6, 1.5
_PARAGRAPHS = 1000  # more than a part has


class Frame(Frozen):
    """A checked introduction and closing section; `asked` are gaps that were written and may be
    none, `missing` says in words why there is no frame."""

    introduction: tuple[Claim, ...] = ()
    closing: tuple[Claim, ...] = ()
    asked: tuple[str, ...] = ()
    missing: str = ""


class Summary(Frozen):
    """A checked abstract, a finding a section, and quoted open questions; `missing` says in words
    why there is none."""

    abstract: tuple[Claim, ...] = ()
    findings: tuple[Finding, ...] = ()
    open_questions: tuple[OpenQuestion, ...] = ()
    missing: str = ""


def write_frame(
    sections: Sequence[SurveySection], outline: Outline, prepared: PreparedReport
) -> Frame:
    """Introduction and closing section, checked like any section; nothing without a model and for a
    report that is too short for them. They make up for sections that are too long or too short.
    Raises LimitError and StoppedError."""
    run, plan, shown = prepared.run, prepared.plan, prepared.collected.evidence
    brief = _resized(brief_of(prepared), sections, plan.words)
    if not reads(run.writer) or not brief.opening_words or not _written(sections):
        return Frame()
    hashes = run.writer.prompt_hashes(("frame", "examine", "repair"))
    how = [plan.depth, run.options.is_strict, run.writer.name, hashes]
    parts = [brief, outline.taxonomy, *how, _said(sections), texts_in(shown)]

    def make() -> Frame:
        draft = run.writer.write_frame(brief, outline.taxonomy, sections, shown)
        if isinstance(draft, NeedsModel):
            return Frame()
        checked = _checked_parts([draft.introduction.claims, draft.closing.claims], prepared)
        (introduction, closing), asked = _with_gaps(checked, sections, prepared)
        return Frame(introduction=introduction, closing=closing, asked=asked)

    made = tried(lambda: run.steps.done("frame", parts, Frame, make))
    if isinstance(made, ModelError):
        return Frame(missing=f"no introduction and no closing section: {made.message}")
    return made


def summarise(sections: Sequence[SurveySection], prepared: PreparedReport) -> Summary:
    """Abstract and findings, checked; a sentence that fails is left out, as these are what people
    copy. Without a model both are quotes, and open questions are quoted too. Raises LimitError and
    StoppedError."""
    run, plan, shown = prepared.run, prepared.plan, prepared.collected.evidence
    brief = brief_of(prepared)
    is_short = reads(run.writer) and not brief.abstract_words
    if is_short or not _written(sections):
        return Summary()
    hashes = run.writer.prompt_hashes(("summary", "examine", "repair"))
    how = [plan.depth, run.options.is_strict, run.writer.name, hashes]
    parts = [brief, *how, _said(sections), texts_in(shown)]

    def make() -> Summary:
        draft = run.writer.write_summary(brief, sections, shown)
        by_section = [
            ClaimDraft(**finding.model_dump(exclude={"section", "paragraph"}), paragraph=n)
            for n, finding in enumerate(draft.findings, start=1)
        ]
        abstract, found = _checked_parts([draft.abstract, by_section], prepared)
        findings = tuple(
            Finding(**claim.model_dump(), section=draft.findings[claim.paragraph - 1].section)
            for claim in _standing(found)
            if claim.citations
        )
        asked = _open_questions(draft.open_questions, sections, prepared)
        return Summary(abstract=_standing(abstract), findings=findings, open_questions=asked)

    made = tried(lambda: run.steps.done("summary", parts, Summary, make))
    if isinstance(made, ModelError):
        return Summary(missing=f"no abstract and no findings: {made.message}")
    return made


def _standing(claims: Sequence[Claim]) -> tuple[Claim, ...]:
    return tuple(claim for claim in claims if claim.support not in FAILING)


def _checked_parts(
    parts: Sequence[Sequence[ClaimDraft]], prepared: PreparedReport
) -> list[tuple[Claim, ...]]:
    """Each part's sentences, all checked together, so that the judge is asked once."""
    every = [
        claim.model_copy(update={"paragraph": n * _PARAGRAPHS + claim.paragraph})
        for n, part in enumerate(parts)
        for claim in part
    ]
    checked = _checked(AnswerDraft(claims=tuple(every)), prepared)
    return [
        tuple(
            claim.model_copy(update={"paragraph": claim.paragraph - n * _PARAGRAPHS})
            for claim in checked
            if claim.paragraph // _PARAGRAPHS == n
        )
        for n in range(len(parts))
    ]


def _with_gaps(
    parts: Sequence[Sequence[Claim]], sections: Sequence[SurveySection], prepared: PreparedReport
) -> tuple[list[tuple[Claim, ...]], tuple[str, ...]]:
    """The parts with each gap written as what the whole report looked at, and gaps that a cited
    text speaks against, as questions."""
    facts = [c for section in sections for c in section.claims if c.citations]
    asked: list[str] = []
    made = []
    for part in parts:
        kept = []
        for claim in part:
            alone = claim.model_copy(update={"paragraph": -1})
            settled = settle_gaps([*facts, alone], prepared.collected.evidence)
            asked += settled.questions
            place = {"paragraph": claim.paragraph}
            kept += [c.model_copy(update=place) for c in settled.claims if c.paragraph == -1]
        made.append(tuple(kept))
    return made, tuple(asked)


def _checked(draft: AnswerDraft, prepared: PreparedReport) -> tuple[Claim, ...]:
    """The sentences of a part of the frame, checked as an answer to the report's topic is."""
    run, plan, shown = prepared.run, prepared.plan, prepared.collected.evidence
    if not draft.claims:
        return ()
    if not reads(run.writer):  # quotes
        return pass_gate(draft, shown, run.writer, may_judge=False)
    checks = Checks(
        may_judge=plan.depth != "quick",
        may_repair=plan.depth != "quick",
        judges_again=plan.depth == "thorough",
        is_strict=run.options.is_strict,
    )
    return check_answer(draft, shown, run.writer, checks, plan.topic).claims


def _open_questions(
    drafts: Sequence[ClaimDraft], sections: Sequence[SurveySection], prepared: PreparedReport
) -> tuple[OpenQuestion, ...]:
    """What papers say is open, in their own sentences, with the sections that they belong to."""
    found = []
    for claim in _checked(AnswerDraft(claims=tuple(drafts)), prepared):
        cited = {citation.paper_id for citation in claim.citations}
        numbers = tuple(n for n, s in enumerate(sections, 1) if cited & set(s.paper_ids))
        found += [OpenQuestion(**claim.model_dump(), sections=numbers)] if cited else []
    return tuple(found)


def _written(sections: Sequence[SurveySection]) -> bool:
    return any(section.claims for section in sections)


def _said(sections: Sequence[SurveySection]) -> list[object]:
    """What the sections say, for the key of a step."""
    return [[s.title, [claim.model_dump(mode="json") for claim in s.claims]] for s in sections]


def _resized(brief: SurveyBrief, sections: Sequence[SurveySection], words: int) -> SurveyBrief:
    """The brief with an introduction and a closing section that make up for what the sections have
    too many or too few words, within bounds."""
    planned = brief.opening_words + brief.closing_words
    if not planned:
        return brief
    said = sum(count_words(claim.text) for section in sections for claim in section.claims)
    findings = FINDING_WORDS * sum(bool(section.claims) for section in sections)
    left = words - said - brief.abstract_words - findings
    share = min(_MOST_SHARE, max(_LEAST_SHARE, left / planned))
    return brief.model_copy(
        update={
            "opening_words": 10 * round(brief.opening_words * share / 10),
            "closing_words": 10 * round(brief.closing_words * share / 10),
        }
    )
