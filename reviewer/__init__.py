"""review: a literature-review assistant whose citations are made by code.

The public names are loaded when they are first used, so that importing the package costs nothing.
"""

from typing import TYPE_CHECKING

from reviewer.faces import face

if TYPE_CHECKING:
    from reviewer.errors import ReviewError as ReviewError
    from reviewer.grounding.columns import read_column as read_column
    from reviewer.library.library import Library as Library
    from reviewer.search.options import SearchOptions as SearchOptions
    from reviewer.search.search import find as find
    from reviewer.settings import Settings as Settings
    from reviewer.settings import load_settings as load_settings
    from reviewer.tasks.answers.answer import AskOptions as AskOptions
    from reviewer.tasks.answers.answer import answer_question as answer_question
    from reviewer.tasks.checks.check import CheckOptions as CheckOptions
    from reviewer.tasks.checks.check import check_draft as check_draft
    from reviewer.tasks.checks.check import open_draft as open_draft
    from reviewer.tasks.drafts.outline import DraftOptions as DraftOptions
    from reviewer.tasks.drafts.outline import plan_related_work as plan_related_work
    from reviewer.tasks.drafts.related_work import draft_related_work as draft_related_work
    from reviewer.tasks.tables.table import TableOptions as TableOptions
    from reviewer.tasks.tables.table import compare_papers as compare_papers
    from reviewer.types.answers import Answer as Answer
    from reviewer.types.drafts import RelatedWork as RelatedWork
    from reviewer.types.papers import Paper as Paper
    from reviewer.types.searches import Filters as Filters
    from reviewer.types.tables import Column as Column
    from reviewer.types.tables import Table as Table
    from reviewer.writers.extractive.answers import Extractive as Extractive
    from reviewer.writers.prompted.answers import Prompted as Prompted
else:
    __getattr__ = face(__name__)
