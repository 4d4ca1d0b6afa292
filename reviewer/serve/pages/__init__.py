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
    twins,
)

router = APIRouter()
for _page in (session, twins, ask, jobs, duplicates, searches, library, runs, tables, checks):
    router.include_router(_page.router)
