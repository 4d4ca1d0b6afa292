"""The pages, one module each."""

from fastapi import APIRouter

from reviewer.serve.pages import ask, drafts, jobs, library, runs, session, surveys, tables

router = APIRouter()
for _page in (session, ask, tables, drafts, surveys, jobs, library, runs):
    router.include_router(_page.router)
