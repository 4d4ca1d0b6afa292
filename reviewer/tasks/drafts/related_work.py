"""draft_related_work: from a question to a section, theme by theme, cited by code alone."""

from __future__ import annotations

import time

from reviewer.library import Library, keep_run
from reviewer.library.run_log import Request, new_run_id
from reviewer.search import EVIDENCE_CUT, SearchOptions, find
from reviewer.search.clusters import PAPERS_A_THEME
from reviewer.search.search import NEAREST_NAMED
from reviewer.tasks.answers.gather import coverage_of
from reviewer.tasks.drafts.compose import Checker, cited_ids, compose_sections
from reviewer.tasks.drafts.outline import DraftOptions, plan_related_work
from reviewer.tasks.paper_chunks import beginning_of
from reviewer.text import counted
from reviewer.types import RelatedWork
from reviewer.types.drafts import MOST_THEMES, Brief, Section
from reviewer.types.progress import Progress, silent
from reviewer.types.writer import JUDGED_A_CALL, PAPERS_A_CALL, Writer

_CLAIMS_A_THEME = 5


def draft_related_work(
    question: str,
    library: Library,
    writer: Writer,
    options: DraftOptions | None = None,
    progress: Progress = silent,
) -> RelatedWork:
    """Plan, let the writer write each theme, and turn its drafts into checked claims.

    When nothing in the library is near the question no section is written, and the nearest papers
    are named. Raises what `plan_related_work` raises, and ModelError when every section fails.
    """
    options = options or DraftOptions()
    started = time.monotonic()
    planned = plan_related_work(question, library, writer, options, progress)
    plan, gathered, found = planned.plan, planned.gathered, planned.gathered.found
    sections: tuple[Section, ...] = ()
    notes: list[str] = []
    if gathered.evidence:
        brief = Brief(question=plan.question, order=plan.order, words=plan.words, own=options.own)
        progress("Writing", 0, len(plan.themes))
        drafts = writer.write_sections(
            brief, plan.themes, gathered.readings, gathered.evidence, progress
        )
        progress("Checking", 0, 0)
        checker = Checker(writer, gathered.evidence, options.effort, options.own)
        sections, notes = compose_sections(
            plan.themes, drafts, checker, plan.words, is_strict=options.is_strict
        )
    work = RelatedWork(
        question=plan.question,
        order=plan.order,
        words=plan.words,
        own_file=options.own_file,
        sections=sections,
        papers=planned.papers,
        nearest=() if sections else tuple(hit.paper for hit in found.hits[:NEAREST_NAMED]),
        is_weak=found.is_weak and options.plan is None,
        notes=plan.notes,
        coverage=coverage_of(gathered, len(cited_ids(sections)), [*writer.notes(), *notes]),
        writer=writer.name,
        effort=options.effort,
        run_id=new_run_id(),
        usage=writer.usage().model_copy(update={"seconds": round(time.monotonic() - started, 3)}),
    )
    settings = {
        "papers": options.papers,
        "filters": options.filters.model_dump(),
        "words": options.words,
        "order": options.order,
        "has_plan": options.plan is not None,
        "strict": options.is_strict,
    }
    request = Request("draft", work.question, settings, writer.prompt_hashes())
    keep_run(work, request, library, progress)
    return work


def estimate_calls(question: str, library: Library, model: str, options: DraftOptions) -> str:
    """How many model calls a draft would take, in words. Searches, but calls no model."""
    if not model:
        return "No model is set: 0 calls."
    if options.plan is None:
        found = find(
            question,
            library,
            SearchOptions(options.papers, filters=options.filters, cut=EVIDENCE_CUT),
        )
        papers = len({item.paper.id for item in found.evidence})
        themes = max(1, min(MOST_THEMES, round(papers / PAPERS_A_THEME)))
        texts = sum(len(item.chunk.text) + len(item.paper.title) for item in found.evidence)
    else:
        named = [library.paper(i) for theme in options.plan.themes for i in theme.paper_ids]
        papers, themes = len(named), len(options.plan.themes)
        texts = sum(len(beginning_of(paper, library).chunk.text) for paper in named)
    if not papers:
        return "Nothing in the library is near this question: 0 calls."
    reading = 0 if options.effort == "quick" else -(-papers // PAPERS_A_CALL)
    planning = 0 if options.plan or options.order == "chronological" else 1
    judging = 0 if not reading else -(-_CLAIMS_A_THEME * themes // JUDGED_A_CALL)
    least = reading + planning + themes + judging
    said = (
        f"About {counted(least, 'call')} to {model}: {reading} to read {papers} papers, {planning} "
        f"to plan, about {themes} to write, about {judging} to judge"
    )
    if options.effort == "thorough":
        said += "; then up to 9 more to ask further, search again, rerank and rewrite"
    return f"{said}. About {texts // 3 + 700 * least:,} tokens of input."
