"""The pages, one module each."""

from fastapi import APIRouter

from reviewer.serve.pages import ask, jobs, library, runs, session, tables

router = APIRouter()
for _page in (session, ask, jobs, library, runs, tables):
    router.include_router(_page.router)
