"""What a piece of work may cost: no more than it was given, and than the server has."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict, Field

from reviewer.tasks.jobs.desk import Desk
from reviewer.tasks.jobs.jobs import Control
from reviewer.types.writer import Writer
from reviewer.writers import writer_of


class BudgetIn(BaseModel):
    """`budget_usd` ends the work before more is spent."""

    model_config = ConfigDict(extra="forbid")

    budget_usd: float | None = Field(default=None, gt=0, le=10_000, description="In USD.")


def writer_within(desk: Desk, control: Control, budget_usd: float | None) -> Writer:
    """A writer for one job, which spends no more than this, nor than the settings allow."""
    if budget_usd is None:
        return desk.writer(control)
    limits = [limit for limit in (budget_usd, desk.settings.budget_usd) if limit is not None]
    settings = desk.settings.model_copy(update={"budget_usd": min(limits)})
    return control.use(writer_of(settings, desk.library))
