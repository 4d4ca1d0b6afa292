"""review: a literature-review assistant whose citations are made by code.

The public names are loaded when they are first used, so that importing the package costs nothing.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from reviewer.answer import AskOptions, answer_question
    from reviewer.checking import CheckOptions, check_draft, open_draft
    from reviewer.columns import read_column
    from reviewer.errors import ReviewError
    from reviewer.library import Library
    from reviewer.outlining import DraftOptions, plan_related_work
    from reviewer.records import Filters, Paper
    from reviewer.related import draft_related_work
    from reviewer.results import Answer, Column, RelatedWork, Table
    from reviewer.search import SearchOptions, find
    from reviewer.settings import Settings, load_settings
    from reviewer.table import TableOptions, compare_papers
    from reviewer.writers.extractive import Extractive

_HOMES = {
    "Answer": "results",
    "AskOptions": "answer",
    "CheckOptions": "checking",
    "Column": "results",
    "DraftOptions": "outlining",
    "Extractive": "writers.extractive",
    "Filters": "records",
    "Library": "library",
    "Paper": "records",
    "RelatedWork": "results",
    "ReviewError": "errors",
    "SearchOptions": "search",
    "Settings": "settings",
    "Table": "results",
    "TableOptions": "table",
    "answer_question": "answer",
    "check_draft": "checking",
    "compare_papers": "table",
    "draft_related_work": "related",
    "find": "search",
    "load_settings": "settings",
    "open_draft": "checking",
    "plan_related_work": "outlining",
    "read_column": "columns",
}

__all__ = [
    "Answer",
    "AskOptions",
    "CheckOptions",
    "Column",
    "DraftOptions",
    "Extractive",
    "Filters",
    "Library",
    "Paper",
    "RelatedWork",
    "ReviewError",
    "SearchOptions",
    "Settings",
    "Table",
    "TableOptions",
    "answer_question",
    "check_draft",
    "compare_papers",
    "draft_related_work",
    "find",
    "load_settings",
    "open_draft",
    "plan_related_work",
    "read_column",
]


def __getattr__(name: str) -> Any:  # noqa: ANN401  any public name
    if name not in _HOMES:
        raise AttributeError(f"module 'reviewer' has no attribute '{name}'")
    return getattr(import_module(f"reviewer.{_HOMES[name]}"), name)
