"""The HTTP API, one module a noun. Its values are the records of `--json`."""

from fastapi import APIRouter

from reviewer.serve.api import (
    adds,
    asks,
    checks,
    drafts,
    duplicates,
    health,
    jobs,
    pages,
    papers,
    runs,
    screens,
    searches,
    surveys,
    tables,
)

router = APIRouter(prefix="/api/v1")
_NOUNS = (
    adds, asks, checks, drafts, duplicates, health, jobs, pages, papers, runs, screens, searches,
    surveys, tables,
)  # fmt: skip
for _noun in _NOUNS:
    router.include_router(_noun.router)
