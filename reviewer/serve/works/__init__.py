"""The long work that can be asked for, one module a kind: what is asked, and what is then done."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from pydantic import BaseModel, ValidationError

from reviewer.serve.works.adds import AddWork, add_work
from reviewer.serve.works.asks import AskIn, ask_work
from reviewer.serve.works.cites import CiteIn, cite_work
from reviewer.serve.works.drafts import DraftStep, draft_work
from reviewer.serve.works.enrich import EnrichIn, enrich_work
from reviewer.serve.works.screens import (
    ScreenIn,
    SuggestIn,
    UpdateIn,
    screen_work,
    suggest_work,
    update_work,
)
from reviewer.serve.works.searches import NewsIn, SearchIn, news_work, search_work
from reviewer.serve.works.surveys import SurveyStep, survey_work
from reviewer.serve.works.tables import TableIn, TableMoreIn, more_work, table_work
from reviewer.tasks.jobs.desk import Desk
from reviewer.tasks.jobs.jobs import Work
from reviewer.types.jobs import Job

Make = Callable[[Desk, Any], Work]

# For each kind of job what may be asked, and the work that is made of it.
KINDS: dict[str, tuple[type[BaseModel], Make]] = {
    "add": (AddWork, add_work),
    "ask": (AskIn, ask_work),
    "table": (TableIn, table_work),
    "table more": (TableMoreIn, more_work),
    "draft": (DraftStep, draft_work),
    "survey": (SurveyStep, survey_work),
    "cite": (CiteIn, cite_work),
    "enrich": (EnrichIn, enrich_work),
    "news": (NewsIn, news_work),
    "search": (SearchIn, search_work),
    "screen": (ScreenIn, screen_work),
    "screen update": (UpdateIn, update_work),
    "screen model": (SuggestIn, suggest_work),
}


def work_again(desk: Desk, job: Job) -> Work | None:
    """The work of a job that ended before it was done, from what was asked; None for a job that was
    not started here. Replies that were paid for are kept, so they are not paid for again."""
    if job.state not in ("interrupted", "stopped", "failed") or job.kind not in KINDS:
        return None
    kind, make = KINDS[job.kind]
    try:
        asked = kind.model_validate(job.asked)
    except ValidationError:
        return None
    return make(desk, asked)
