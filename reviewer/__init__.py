"""review: a literature-review assistant whose citations are made by code.

The public names are loaded when they are first used, so that importing the package costs nothing.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from reviewer.answer import AskOptions, answer_question
    from reviewer.columns import read_column
    from reviewer.errors import ReviewError
    from reviewer.library import Library
    from reviewer.records import Answer, Column, Filters, Paper, Table
    from reviewer.search import SearchOptions, find
    from reviewer.settings import Settings, load_settings
    from reviewer.table import TableOptions, compare_papers
    from reviewer.writers.extractive import Extractive

_HOMES = {
    "Answer": "records",
    "AskOptions": "answer",
    "Column": "records",
    "Extractive": "writers.extractive",
    "Filters": "records",
    "Library": "library",
    "Paper": "records",
    "ReviewError": "errors",
    "SearchOptions": "search",
    "Settings": "settings",
    "Table": "records",
    "TableOptions": "table",
    "answer_question": "answer",
    "compare_papers": "table",
    "find": "search",
    "load_settings": "settings",
    "read_column": "columns",
}

__all__ = [
    "Answer",
    "AskOptions",
    "Column",
    "Extractive",
    "Filters",
    "Library",
    "Paper",
    "ReviewError",
    "SearchOptions",
    "Settings",
    "Table",
    "TableOptions",
    "answer_question",
    "compare_papers",
    "find",
    "load_settings",
    "read_column",
]


def __getattr__(name: str) -> Any:  # noqa: ANN401  any public name
    if name not in _HOMES:
        raise AttributeError(f"module 'reviewer' has no attribute '{name}'")
    return getattr(import_module(f"reviewer.{_HOMES[name]}"), name)
