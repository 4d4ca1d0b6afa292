"""Drafts, as the page and the API ask for them: a new one, and the steps of its work."""

from __future__ import annotations

from contextlib import closing
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from reviewer.errors import UsageError
from reviewer.library import Library
from reviewer.serve.works.asks import FiltersIn
from reviewer.serve.works.budgets import BudgetIn, writer_within
from reviewer.sources.text_file import TextFile
from reviewer.tasks.answers.gather import EFFORTS
from reviewer.tasks.drafts.kept import (
    keep_new,
    options_of,
    plan_kept,
    redo_kept,
    write_kept,
)
from reviewer.tasks.drafts.own_work import own_work
from reviewer.tasks.drafts.papers import DraftOptions
from reviewer.tasks.drafts.redo import MOST_WISH_CHARS, read_part
from reviewer.tasks.drafts.related_work import estimate_calls
from reviewer.tasks.jobs.desk import Desk
from reviewer.tasks.jobs.jobs import Control, Work
from reviewer.tasks.yaml_plan import LEAST_WORDS, MOST_WORDS
from reviewer.text.views import one_line
from reviewer.types import Evidence, RelatedWork
from reviewer.types.drafts import EditKind, KeptDraft, Order, PlanEdit, Position
from reviewer.writers import writer_of

MOST_OWN_CHARS = 2_000_000
PASTED = "your abstract"  # the name of a text that was pasted


class DraftIn(FiltersIn):
    """What `review draft` takes. `own_text` is the text of the work that the draft is for."""

    question: str = Field(default="", max_length=4000)
    own_text: str = Field(default="", max_length=MOST_OWN_CHARS)
    own_file: str = Field(default="", max_length=300)
    papers: int | None = Field(default=None, ge=1, le=200, description="How many are read.")
    effort: str = Field(default="normal", max_length=20, description="quick, normal, thorough.")
    words: int = Field(default=600, ge=LEAST_WORDS, le=MOST_WORDS)
    order: Order = "thematic"
    position: Position = "end"
    strict: bool = False

    def options(self, library: Library) -> DraftOptions:
        """Raises UsageError, NotFoundError and SourceError for what cannot be asked."""
        if self.effort not in EFFORTS:
            raise UsageError(f"unknown effort '{self.effort}'", hint=f"Use {', '.join(EFFORTS)}.")
        own = self._own()
        return DraftOptions(
            papers=self.papers,
            filters=self.filters(library),
            effort=self.effort,
            words=self.words,
            order=self.order,
            own=own,
            own_file=(self.own_file or PASTED) if own else "",
            position=self.position,
            is_strict=self.strict,
        )

    def _own(self) -> Evidence | None:
        if not self.own_text.strip():
            return None
        return own_work(TextFile(self.own_file or PASTED, self.own_text))

    @property
    def about(self) -> str:
        """The question, or the title of the work at hand where none is asked. Raises UsageError."""
        own = None if one_line(self.question) else self._own()
        about = one_line(self.question) or (one_line(own.paper.title) if own else "")
        if not about:
            raise UsageError(
                "nothing says what to draft about", hint="Say what the section is about."
            )
        return about


class DraftStep(BudgetIn):
    """A step of a kept draft's work: `plan` it, `write` it by its plan, or `redo` the `part` 2.3
    (a sentence) or 2 (a section), as the author wishes."""

    draft: str = Field(default="", max_length=60)
    do: Literal["plan", "write", "redo"]
    part: str = Field(default="", max_length=20)
    wish: str = Field(default="", max_length=MOST_WISH_CHARS)


def new_draft(desk: Desk, asked: DraftIn) -> KeptDraft:
    """A new draft, kept. Raises UsageError and SourceError for what cannot be asked."""
    return keep_new(asked.about, asked.options(desk.at_hand), desk.at_hand)


def cost_of(desk: Desk, draft: KeptDraft) -> str:
    """How many calls the draft's next version takes, in words. Calls no model."""
    with closing(writer_of(desk.settings, desk.library)) as writer:
        model, options = desk.settings.model, options_of(draft)
        return estimate_calls(draft.question, desk.library, model, options, writer)


def draft_work(desk: Desk, step: DraftStep) -> Work:
    """The work of a step. Raises NotFoundError for an unknown draft, UsageError for a part that is
    none."""
    draft = desk.at_hand.drafts.find(step.draft)
    part = read_part(step.part, step.wish) if step.do == "redo" else None

    def do(control: Control) -> RelatedWork | KeptDraft:
        if not desk.is_ready:
            control.progress("Opening the library", 0, 0)
        writer = writer_within(desk, control, step.budget_usd)
        if step.do == "plan":
            return plan_kept(draft.id, desk.library, writer, control.progress)
        if part is None:
            return write_kept(draft.id, desk.library, writer, control.progress)
        return redo_kept(draft.id, part, desk.library, writer, control.progress)

    title = {"plan": "Plan", "write": "Write", "redo": f"Write {step.part} again"}[step.do]
    asked = step.model_copy(update={"draft": draft.id}).model_dump(exclude_defaults=True)
    need = "model" if desk.settings.model else "words"
    return Work("draft", f"{title}: {draft.question}", do, asked, need)  # type: ignore[arg-type]


class EditIn(BaseModel):
    """An edit of a draft's plan, as `PlanEdit` has it, with the paper by its key or id. `thesis` is
    changed with a name. `version` is that of the draft that the editor looks at."""

    model_config = ConfigDict(extra="forbid")

    do: EditKind
    theme: int = Field(default=0, ge=0, le=1000)
    to: int = Field(default=0, ge=0, le=1000)
    paper: str = Field(default="", max_length=300)
    at: int = Field(default=0, ge=0, le=1000)
    text: str = Field(default="", max_length=2000)
    thesis: str | None = Field(default=None, max_length=2000)
    version: int | None = None

    def edits(self, library: Library) -> list[PlanEdit]:
        """Raises NotFoundError for an unknown paper."""
        paper_id = library.paper(self.paper).id if self.paper else ""
        fields = self.model_dump(include={"do", "theme", "to", "at", "text"})
        edits = [PlanEdit(paper_id=paper_id, **fields)]
        if self.do == "rename" and self.thesis is not None:
            edits.append(PlanEdit(do="thesis", theme=self.theme, text=self.thesis))
        return edits
