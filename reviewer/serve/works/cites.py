"""Claims with their proof, as the API is given them."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict, Field

from reviewer.tasks import cite_claims
from reviewer.tasks.cite import MOST_CLAIMS
from reviewer.tasks.jobs.desk import Desk
from reviewer.tasks.jobs.jobs import Control, Work
from reviewer.types.agents import CitedText, GivenClaim, GivenQuote


class QuoteIn(BaseModel):
    """Words that a paper is said to have."""

    model_config = ConfigDict(extra="forbid")

    key: str = Field(max_length=300)
    quote: str = Field(max_length=5000)


class ClaimIn(BaseModel):
    """A sentence with its proof: words of papers, or the numbers of their sentences."""

    model_config = ConfigDict(extra="forbid")

    text: str = Field(min_length=1, max_length=3000)
    quotes: list[QuoteIn] = Field(default=[], max_length=20)
    sentences: list[str] = Field(default=[], max_length=20, description='"KEY.3" or "KEY.3-5".')


class CiteIn(BaseModel):
    """What the MCP tool `cite` takes."""

    model_config = ConfigDict(extra="forbid")

    claims: list[ClaimIn] = Field(min_length=1, max_length=MOST_CLAIMS)
    style: str = Field(default="pandoc", max_length=40)


def cite_work(desk: Desk, asked: CiteIn) -> Work:
    """The work of passing claims through the gate."""
    claims = [
        GivenClaim(
            text=claim.text,
            quotes=tuple(GivenQuote(key=q.key.strip(), quote=q.quote) for q in claim.quotes),
            sentences=tuple(claim.sentences),
        )
        for claim in asked.claims
    ]

    def do(control: Control) -> CitedText:
        desk.wait_until_ready(control)
        writer = desk.writer(control)
        return cite_claims(claims, desk.library, writer, asked.style, control.progress)

    return Work("cite", claims[0].text, do, asked.model_dump(), desk.need)
