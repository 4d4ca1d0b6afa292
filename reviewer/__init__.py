"""review: a literature-review assistant whose citations are made by code.

The public names are loaded when they are first used, so that importing the package costs nothing.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from reviewer.errors import ReviewError
    from reviewer.grounding.columns import read_column
    from reviewer.library.library import Library
    from reviewer.search.search import SearchOptions, find
    from reviewer.settings import Settings, load_settings
    from reviewer.tasks.answers.answer import AskOptions, answer_question
    from reviewer.tasks.checks.check import CheckOptions, check_draft, open_draft
    from reviewer.tasks.drafts.outline import DraftOptions, plan_related_work
    from reviewer.tasks.drafts.related_work import draft_related_work
    from reviewer.tasks.tables.table import TableOptions, compare_papers
    from reviewer.types.answers import Answer
    from reviewer.types.drafts import RelatedWork
    from reviewer.types.papers import Paper
    from reviewer.types.searches import Filters
    from reviewer.types.tables import Column, Table
    from reviewer.writers.extractive.answers import Extractive

_HOMES = {
    "Answer": "types.results",
    "AskOptions": "tasks.answers.answer",
    "CheckOptions": "tasks.checks.check",
    "Column": "types.results",
    "DraftOptions": "tasks.drafts.outline",
    "Extractive": "writers.extractive.answers",
    "Filters": "types.papers",
    "Library": "library.library",
    "Paper": "types.papers",
    "RelatedWork": "types.results",
    "ReviewError": "errors",
    "SearchOptions": "search.search",
    "Settings": "settings",
    "Table": "types.results",
    "TableOptions": "tasks.tables.table",
    "answer_question": "tasks.answers.answer",
    "check_draft": "tasks.checks.check",
    "compare_papers": "tasks.tables.table",
    "draft_related_work": "tasks.drafts.related_work",
    "find": "search.search",
    "load_settings": "settings",
    "open_draft": "tasks.checks.check",
    "plan_related_work": "tasks.drafts.outline",
    "read_column": "grounding.columns",
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
