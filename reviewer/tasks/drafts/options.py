"""The options of `draft`."""

from __future__ import annotations

from dataclasses import dataclass

from reviewer.tasks.answers.gather import GatherOptions
from reviewer.types import Evidence
from reviewer.types.drafts import DraftPlan, Order


@dataclass(frozen=True)
class DraftOptions(GatherOptions):
    """What to gather and draft. `words` bounds the text; `own` is the work that it is for; a `plan`
    replaces the search; `is_strict` leaves out sentences without proof."""

    words: int = 600
    order: Order = "thematic"
    own: Evidence | None = None
    own_file: str = ""
    plan: DraftPlan | None = None
    is_strict: bool = False
