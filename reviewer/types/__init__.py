"""The frozen values that pass between steps. No behaviour beyond naming a field.

Each file is public: `papers`, `evidence`, `claims`, `answers`, `tables`, `drafts`, `surveys`,
`checks`, `runs`, `duplicates`, `searches`, `maps`, and `writer`, which says what a writer must do.
"""

from typing import TYPE_CHECKING

from reviewer.faces import face

if TYPE_CHECKING:
    from reviewer.types.answers import Answer as Answer
    from reviewer.types.claims import Citation as Citation
    from reviewer.types.claims import Claim as Claim
    from reviewer.types.drafts import RelatedWork as RelatedWork
    from reviewer.types.evidence import Evidence as Evidence
    from reviewer.types.papers import Paper as Paper
    from reviewer.types.surveys import SurveyReport as SurveyReport
    from reviewer.types.tables import Table as Table
else:
    __getattr__ = face(__name__)
