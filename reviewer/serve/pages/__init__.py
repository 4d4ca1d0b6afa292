"""The pages, one module each."""

from fastapi import APIRouter

from reviewer.serve.pages import (
    ask,
    drafts,
    duplicates,
    jobs,
    library,
    runs,
    searches,
    session,
    surveys,
    twins,
)

router = APIRouter()
for _page in (session, twins, ask, drafts, surveys, jobs, duplicates, searches, library, runs):
    router.include_router(_page.router)
