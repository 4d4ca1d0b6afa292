"""The pages, one module each."""

from fastapi import APIRouter

from reviewer.serve.pages import (
    ask,
    drafts,
    duplicates,
    jobs,
    library,
    paper,
    runs,
    searches,
    session,
    surveys,
    twins,
)

router = APIRouter()
_PAGES = (
    session, twins, ask, drafts, surveys, jobs, duplicates, searches, library, paper, runs,
)  # fmt: skip
for _page in _PAGES:
    router.include_router(_page.router)
