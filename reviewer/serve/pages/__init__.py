"""The pages, one module each."""

from fastapi import APIRouter

from reviewer.serve.pages import (
    ask,
    checks,
    duplicates,
    jobs,
    library,
    runs,
    searches,
    session,
    tables,
)

router = APIRouter()
for _page in (session, ask, jobs, duplicates, searches, library, runs, tables, checks):
    router.include_router(_page.router)
