"""The HTTP API, one module a noun. Its values are the records of `--json`."""

from fastapi import APIRouter

from reviewer.serve.api import adds, asks, duplicates, health, jobs, pages, papers, runs, searches

router = APIRouter(prefix="/api/v1")
for _noun in (adds, asks, duplicates, health, jobs, pages, papers, runs, searches):
    router.include_router(_noun.router)
