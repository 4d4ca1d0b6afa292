"""The HTTP API, one module a noun. Its values are the records of `--json`."""

from fastapi import APIRouter

from reviewer.serve.api import adds, asks, jobs, pages

router = APIRouter(prefix="/api/v1")
for _noun in (adds, asks, jobs, pages):
    router.include_router(_noun.router)
