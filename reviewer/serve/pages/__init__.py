"""The pages, one module each."""

from fastapi import APIRouter

from reviewer.serve.pages import ask, duplicates, jobs, library, paper, runs, session

router = APIRouter()
for _page in (session, ask, jobs, duplicates, library, paper, runs):
    router.include_router(_page.router)
