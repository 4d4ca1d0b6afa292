"""The pages, one module each."""

from fastapi import APIRouter

from reviewer.serve.pages import ask, duplicates, jobs, library, runs, searches, session, tables

router = APIRouter()
for _page in (session, ask, jobs, duplicates, searches, library, runs, tables):
    router.include_router(_page.router)
