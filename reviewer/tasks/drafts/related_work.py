"""draft_related_work: from a question to a written section, cited by code alone."""

from __future__ import annotations

import time
from collections.abc import Sequence

from reviewer.library import Library, keep_run
from reviewer.library.run_log import Request, new_run_id
from reviewer.search import SearchOptions, find
from reviewer.search.search import NEAREST_NAMED
from reviewer.tasks.answers.gather import coverage_of, reads
from reviewer.tasks.drafts.cards import expected_calls, known_cards
from reviewer.tasks.drafts.compose import (
    WrittenSection,
    checks_of,
    cited_ids,
    settle_own_claims,
    within_words,
    write_section,
)
from reviewer.tasks.drafts.outline import (
    DraftOptions,
    PlannedDraft,
    brief_of,
    plan_related_work,
)
from reviewer.tasks.drafts.papers import PAPERS_BY_EFFORT, named_papers
from reviewer.tasks.paper_chunks import beginning_of
from reviewer.text import clean, counted
from reviewer.text.views import shorten
from reviewer.types import Evidence, Paper, RelatedWork
from reviewer.types.drafts import OwnClaim, Section
from reviewer.types.progress import Progress, silent
from reviewer.types.writer import Writer


def draft_related_work(
    question: str,
    library: Library,
    writer: Writer,
    options: DraftOptions | None = None,
    progress: Progress = silent,
) -> RelatedWork:
    """Plan, let the writer write the whole text, and turn it into checked claims.

    When nothing in the library is near the question no section is written, and the nearest papers
    are named. Raises what `plan_related_work` raises.
    """
    options = options or DraftOptions()
    started = time.monotonic()
    planned = plan_related_work(question, library, writer, options, progress)
    return write_planned(planned, library, writer, options, progress, started)


def write_planned(
    planned: PlannedDraft,
    library: Library,
    writer: Writer,
    options: DraftOptions,
    progress: Progress = silent,
    started: float | None = None,
) -> RelatedWork:
    """The section of a plan, written and checked, and kept as a run that began at `started`, by the
    monotonic clock (now, if it is not given)."""
    started = time.monotonic() if started is None else started
    plan, gathered, found = planned.plan, planned.gathered, planned.gathered.found
    written = WrittenSection()
    own_claims = plan.own_claims
    if gathered.evidence:
        progress("Writing", 0, 0)
        brief = brief_of(plan.question, options)
        checks = checks_of(options.effort, is_strict=options.is_strict)
        written = write_section(
            brief, plan.themes, planned.cards, gathered.evidence, writer, checks
        )
        if not reads(writer):
            written = within_words(written, gathered.evidence, plan.words)
        own_claims = settle_own_claims(own_claims, brief, gathered.evidence, writer)
    sections = written.sections
    notes = [*writer.notes(), *_left_out(planned, sections, library), *written.left_out]
    work = RelatedWork(
        question=plan.question,
        order=plan.order,
        words=plan.words,
        own_file=options.own_file,
        sections=sections,
        own_claims=own_claims,
        questions=(*_conflicts(own_claims), *written.questions, *_differences(sections, options)),
        names={i: card.name for i, card in planned.cards.items() if card.name},
        papers=_told(planned, own_claims),
        nearest=() if sections else tuple(hit.paper for hit in found.hits[:NEAREST_NAMED]),
        is_weak=found.is_weak and options.plan is None and not reads(writer),
        notes=(*plan.notes, *written.notes),
        coverage=coverage_of(gathered, len(cited_ids(sections)), notes),
        writer=writer.name,
        effort=options.effort,
        run_id=new_run_id(),
        usage=writer.usage().model_copy(update={"seconds": round(time.monotonic() - started, 3)}),
    )
    keep_draft(work, library, writer, options, progress)
    return work


def keep_draft(
    work: RelatedWork, library: Library, writer: Writer, options: DraftOptions, progress: Progress
) -> None:
    """Keep the draft as a run."""
    settings = {
        "papers": options.most_papers(writer),
        "filters": options.filters.model_dump(),
        "words": options.words,
        "order": options.order,
        "position": options.position,
        "has_plan": options.plan is not None,
        "strict": options.is_strict,
    }
    request = Request("draft", work.question, settings, writer.prompt_hashes())
    keep_run(work, request, library, progress)


def _told(planned: PlannedDraft, own_claims: Sequence[OwnClaim]) -> tuple[Paper, ...]:
    """The papers of the plan, and those that the claims of the work at hand name."""
    known = {item.paper.id: item.paper for item in planned.gathered.evidence}
    named = [own.nearest_id for own in own_claims]
    named += [c.paper_id for own in own_claims for c in own.contradicted_by]
    papers = {paper.id: paper for paper in planned.papers}
    return tuple((papers | {i: known[i] for i in named if i in known}).values())


def _left_out(planned: PlannedDraft, sections: Sequence[Section], library: Library) -> list[str]:
    """Which papers the plan leaves out and why, and which of its papers the text does not cite."""
    keys = {item.paper.id: item.paper.key for item in planned.gathered.evidence}
    for own in planned.plan.left_out:  # a plan that is given has their names alone
        if own.paper_id not in keys and (paper := library.catalogue.paper_named(own.paper_id)):
            keys[own.paper_id] = paper.key
    left = [own for own in planned.plan.left_out if own.paper_id in keys]
    said = []
    if left:
        named = (f"{keys[own.paper_id]} ({own.why or 'no reason is given'})" for own in left)
        said.append(f"{counted(len(left), 'paper')} by the plan: {'; '.join(named)}")
    cited = cited_ids(sections)
    uncited = [paper.key for paper in planned.papers if paper.id not in cited]
    if sections and uncited:
        said.append(f"{counted(len(uncited), 'paper')} of the plan: {', '.join(uncited)}")
    return said


def _differences(sections: Sequence[Section], options: DraftOptions) -> list[str]:
    """Where nobody says how the work at hand differs, its author is asked, theme by theme."""
    if options.own is None or any(c.kind != "quote" for s in sections for c in s.claims):
        return []
    return [
        f"how does the work at hand differ from the {counted(len(section.paper_ids), 'paper')} on "
        f"{clean(section.title).rstrip('?.! ')}?"
        for section in sections
    ]


def _conflicts(own_claims: Sequence[OwnClaim]) -> list[str]:
    """What papers say against the author's own claims, as questions."""
    found = []
    for own in own_claims:
        if own.contradicted_by:
            against = own.contradicted_by[0]
            why = f" ({own.conflict})" if own.conflict else ""
            found.append(
                f"your own claim '{shorten(clean(own.claim.quote), 200)}' seems contradicted by "
                f'{against.key}: "{shorten(clean(against.quote), 200)}"{why}'
            )
    return found


def estimate_calls(
    question: str,
    library: Library,
    model: str,
    options: DraftOptions,
    writer: Writer | None = None,
) -> str:
    """How many model calls a draft would take, in words. Searches, but calls no model. With the
    `writer`, papers whose cards are kept for it count as read."""
    if not model:
        return "No model is set: 0 calls."
    evidence = _expected_texts(question, library, options)
    papers = len({item.paper.id for item in evidence})
    if not papers:
        return "Nothing in the library can be read for this question: 0 calls."
    texts = sum(len(item.chunk.text) + len(item.paper.title) for item in evidence) // 4
    if options.effort == "quick":
        size = f"About {texts + 1000:,} tokens of input."
        return f"1 call to {model}: 1 to write from {counted(papers, 'paper')}. {size}"
    unread = papers - (len(known_cards(evidence, library, writer)) if writer else 0)
    reading, planning = expected_calls(unread), 0 if options.plan else 1
    least = reading + planning + 3
    read = f"{reading} to read {counted(unread, 'paper')}, " if unread else ""
    plan = "1 to plan, " if planning else ""
    said = (
        f"About {counted(least, 'call')} to {model}: {read}{plan}1 to write, 1 to judge, "
        "1 to edit; up to 4 more for other wordings, the length, repairs and your own claims"
    )
    if options.effort == "thorough":
        said += "; then up to 8 more to put papers in order, plan and judge again"
    tokens = (3 if unread else 2) * texts + 900 * least
    return f"{said}. About {tokens:,} tokens of input."


def _expected_texts(question: str, library: Library, options: DraftOptions) -> tuple[Evidence, ...]:
    """About what a draft would be written from."""
    if options.plan is None:
        most = options.papers or PAPERS_BY_EFFORT[options.effort]
        search = SearchOptions(most, filters=options.filters, abstains=False)
        return find(question, library, search).evidence
    named = dict.fromkeys(i for theme in options.plan.themes for i in theme.paper_ids)
    if options.chunk_ids:
        return named_papers(question, list(named), library, options.chunk_ids).evidence
    return tuple(beginning_of(library.paper(i), library) for i in named)
