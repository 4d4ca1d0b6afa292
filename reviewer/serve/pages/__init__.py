"""The pages, one module each."""

from fastapi import APIRouter

from reviewer.serve.pages import ask, duplicates, jobs, library, runs, session

router = APIRouter()
for _page in (session, ask, jobs, duplicates, library, runs):
    router.include_router(_page.router)
