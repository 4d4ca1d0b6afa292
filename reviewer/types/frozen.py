"""The base of all values that pass between steps."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict


class Frozen(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class OfState(Frozen):
    """What was found in one `state` of a library, and no longer stands in another."""

    state: str
