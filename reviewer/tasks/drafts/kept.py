"""Drafts that the library keeps from their plan to their versions, and what is done with one."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import replace

from reviewer.errors import LibraryError, NotFoundError, UsageError
from reviewer.library import Library
from reviewer.library.run_log import new_run_id
from reviewer.tasks.drafts.edit_plan import edited
from reviewer.tasks.drafts.outline import PlannedDraft, plan_related_work
from reviewer.tasks.drafts.papers import DraftOptions
from reviewer.tasks.drafts.redo import DraftPart, redo_part
from reviewer.tasks.drafts.related_work import write_planned
from reviewer.text.views import one_line
from reviewer.types import Paper, RelatedWork
from reviewer.types.drafts import DraftPlan, KeptDraft, PlanEdit
from reviewer.types.progress import Progress, silent
from reviewer.types.runs import Run
from reviewer.types.writer import Writer


def keep_new(question: str, options: DraftOptions, library: Library) -> KeptDraft:
    """A new draft with what is asked for. Raises UsageError for an empty question."""
    about = one_line(question) or (options.plan.question if options.plan else "")
    if not about:
        raise UsageError("the question is empty", hint='For example: review draft "does RL help?"')
    draft = KeptDraft(
        id=new_run_id(),
        question=about,
        own=options.own,
        own_file=options.own_file,
        papers=options.papers,
        filters=options.filters,
        effort=options.effort,
        words=options.words,
        order=options.order,
        position=options.position,
        is_strict=options.is_strict,
        plan=options.plan,
    )
    return library.drafts.save(draft)


def keep_made(
    planned: PlannedDraft,
    options: DraftOptions,
    run_id: str,
    library: Library,
    progress: Progress = silent,
) -> KeptDraft | None:
    """A draft that was planned, and written by the run if there is one, as the library keeps it
    from now on. Where the library cannot be written `progress` says so, and it is None."""
    chunk_ids = tuple(item.chunk.id for item in planned.gathered.evidence)
    try:
        draft = keep_new(planned.plan.question, options, library)
        made = {"plan": planned.plan, "chunk_ids": chunk_ids, "words": planned.plan.words}
        made |= {"run_ids": (run_id,) if run_id else ()}
        return library.drafts.save(draft.model_copy(update=made))
    except LibraryError as error:
        progress(f"The draft is not kept: {error.message}", -1, 0)
        return None


def options_of(draft: KeptDraft) -> DraftOptions:
    """What the draft asks for."""
    return DraftOptions(
        papers=draft.papers,
        filters=draft.filters,
        effort=draft.effort,
        words=draft.plan.words if draft.plan else draft.words,
        order=draft.order,
        own=draft.own,
        own_file=draft.own_file,
        position=draft.position,
        plan=draft.plan,
        chunk_ids=draft.chunk_ids,
        is_strict=draft.is_strict,
    )


def plan_kept(
    draft_id: str, library: Library, writer: Writer, progress: Progress = silent
) -> KeptDraft:
    """The draft with a plan that is made now, in the place of the one that it has. Raises what
    `plan_related_work` raises."""
    draft = library.drafts.find(draft_id)
    options = replace(options_of(draft), plan=None, chunk_ids=())
    planned = plan_related_work(draft.question, library, writer, options, progress)
    return _with_plan(draft.id, planned, library)


def _with_plan(draft_id: str, planned: PlannedDraft, library: Library) -> KeptDraft:
    chunk_ids = tuple(item.chunk.id for item in planned.gathered.evidence)
    return library.drafts.change(
        draft_id,
        lambda now: now.model_copy(update={"plan": planned.plan, "chunk_ids": chunk_ids}),
    )


def edit_kept(
    draft_id: str, edits: Sequence[PlanEdit], library: Library, version: int | None = None
) -> KeptDraft:
    """The draft with its plan edited: all of the edits, or none. Raises UsageError for one that
    cannot be, for a draft without a plan and for one that is not of this version any more."""

    def update(now: KeptDraft) -> KeptDraft:
        plan = plan_of(now)
        for edit in edits:
            plan = edited(plan, edit)
        return now.model_copy(update={"plan": plan})

    return library.drafts.change(draft_id, update, version)


def take_plan(draft_id: str, plan: DraftPlan, library: Library) -> KeptDraft:
    """The draft with this plan, as a file gives it. What the file does not hold stays: where the
    work at hand stands, and who is left out if the file says nothing of it."""

    def update(now: KeptDraft) -> KeptDraft:
        before = now.plan or DraftPlan(question=plan.question)
        kept = {"own_claims": before.own_claims, "notes": before.notes}
        taken = plan.model_copy(update=kept)
        placed = {i for theme in plan.themes for i in theme.paper_ids}
        left = {own.paper_id: own for own in (*before.left_out, *plan.left_out)}
        left_out = tuple(own for i, own in left.items() if i not in placed)
        return now.model_copy(
            update={
                "question": plan.question,
                "order": plan.order,
                "plan": taken.model_copy(update={"left_out": left_out}),
            }
        )

    return library.drafts.change(draft_id, update)


def plan_of(draft: KeptDraft) -> DraftPlan:
    """The draft's plan. Raises UsageError for a draft without one."""
    if draft.plan is None or not draft.plan.themes:
        raise UsageError(
            "this draft has no plan yet", hint=f"Make one: review drafts plan {draft.id}"
        )
    return draft.plan


def write_kept(
    draft_id: str, library: Library, writer: Writer, progress: Progress = silent
) -> RelatedWork:
    """The draft's text, written by its plan, which is made now if it has none. Raises what
    `draft_related_work` raises."""
    started = time.monotonic()
    draft = library.drafts.find(draft_id)
    planned = plan_related_work(draft.question, library, writer, options_of(draft), progress)
    if draft.plan is None:
        draft = _with_plan(draft.id, planned, library)
    work = write_planned(planned, library, writer, options_of(draft), progress, started)
    _add_run(draft.id, work.run_id, library)
    return work


def redo_kept(
    draft_id: str,
    part: DraftPart,
    library: Library,
    writer: Writer,
    progress: Progress = silent,
) -> RelatedWork:
    """The draft's latest version with this part written again; see `redo_part`."""
    draft = library.drafts.find(draft_id)
    work = latest_of(draft, library)
    if work is None:
        raise UsageError(
            "this draft is not written yet", hint=f"Write it: review drafts write {draft.id}"
        )
    made = redo_part(work, part, library, writer, options_of(draft), progress)
    _add_run(draft.id, made.run_id, library)
    return made


def go_back(draft_id: str, run_id: str, library: Library) -> KeptDraft:
    """The draft with an earlier version as its latest. Raises NotFoundError for a run that is not
    one of its versions."""
    found = library.ledger.run(run_id).id

    def update(now: KeptDraft) -> KeptDraft:
        if found not in now.run_ids:
            raise NotFoundError(
                f"{found} is no version of this draft", hint=f"See: review drafts show {now.id}"
            )
        others = tuple(own for own in now.run_ids if own != found)
        return now.model_copy(update={"run_ids": (*others, found)})

    return library.drafts.change(draft_id, update)


def _add_run(draft_id: str, run_id: str, library: Library) -> None:
    library.drafts.note(
        draft_id, lambda now: now.model_copy(update={"run_ids": (*now.run_ids, run_id)})
    )


def latest_of(draft: KeptDraft, library: Library) -> RelatedWork | None:
    """The draft's latest version; None before it is written."""
    for run_id in reversed(draft.run_ids):
        try:
            return work_of(library.ledger.run(run_id), library)
        except NotFoundError:  # a run that could not be kept
            continue
    return None


def work_of(run: Run, library: Library) -> RelatedWork:
    """The draft that a run kept, with its papers as they are in the library now. Raises
    NotFoundError for a run of another command."""
    if run.command != "draft" or "sections" not in run.result:
        raise NotFoundError(f"run {run.id} is no draft", hint="See them: review drafts list")
    work = RelatedWork.model_validate({**run.result, "usage": run.usage.model_dump()})
    named = [i for section in work.sections for i in section.paper_ids]
    named += [c.paper_id for s in work.sections for claim in s.claims for c in claim.citations]
    named += [own.nearest_id for own in work.own_claims]
    named += [c.paper_id for own in work.own_claims for c in own.contradicted_by]
    found = {i: library.catalogue.paper_named(i) for i in dict.fromkeys(filter(None, named))}
    return work.model_copy(update={"papers": tuple(p for p in found.values() if p is not None)})


def papers_of(draft: KeptDraft, library: Library) -> dict[str, Paper]:
    """The papers of the draft's plan by their ids, placed or left out, that are in the library."""
    if draft.plan is None:
        return {}
    ids = [i for theme in draft.plan.themes for i in theme.paper_ids]
    ids += [own.paper_id for own in draft.plan.left_out]
    found = {i: library.catalogue.paper_named(i) for i in dict.fromkeys(ids)}
    return {i: paper for i, paper in found.items() if paper is not None}
