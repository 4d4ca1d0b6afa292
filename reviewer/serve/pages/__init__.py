"""The pages, one module each."""

from fastapi import APIRouter

from reviewer.serve.pages import (
    ask,
    checks,
    duplicates,
    jobs,
    library,
    paper,
    runs,
    searches,
    session,
    tables,
    twins,
)

router = APIRouter()
for _page in (
    session,
    twins,
    ask,
    jobs,
    duplicates,
    searches,
    library,
    paper,
    runs,
    tables,
    checks,
):
    router.include_router(_page.router)
