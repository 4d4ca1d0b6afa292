"""The pages, one module each."""

from fastapi import APIRouter

from reviewer.serve.pages import (
    ask,
    checks,
    drafts,
    duplicates,
    jobs,
    library,
    paper,
    runs,
    screen_progress,
    screens,
    searches,
    session,
    surveys,
    tables,
    twins,
)

router = APIRouter()
_PAGES = (
    session, twins, ask, tables, drafts, surveys, checks, screen_progress, screens, jobs,
    duplicates, searches, library, paper, runs,
)  # fmt: skip
for _page in _PAGES:
    router.include_router(_page.router)
