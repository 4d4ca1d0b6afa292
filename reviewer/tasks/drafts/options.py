"""What `draft` may be told."""

from __future__ import annotations

from dataclasses import dataclass, field

from reviewer.types import Evidence
from reviewer.types.drafts import DraftPlan, Order
from reviewer.types.searches import Filters


@dataclass(frozen=True)
class DraftOptions:
    """What to draft. `papers` is how many are read at most; `words` bounds the text; `own` is the
    work that it is for; a `plan` takes the place of the search; `effort` is quick, normal or
    thorough; `is_strict` leaves out sentences without proof."""

    papers: int = 12
    filters: Filters = field(default_factory=Filters)
    effort: str = "normal"
    words: int = 600
    order: Order = "thematic"
    own: Evidence | None = None
    own_file: str = ""
    plan: DraftPlan | None = None
    is_strict: bool = False
