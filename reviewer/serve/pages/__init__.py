"""The pages, one module each."""

from fastapi import APIRouter

from reviewer.serve.pages import (
    ask,
    duplicates,
    jobs,
    library,
    paper,
    runs,
    searches,
    session,
    twins,
)

router = APIRouter()
for _page in (session, twins, ask, jobs, duplicates, searches, library, paper, runs):
    router.include_router(_page.router)
