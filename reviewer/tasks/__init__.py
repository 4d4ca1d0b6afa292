"""What users ask for, one package a task: each takes a library, a writer and options."""

from typing import TYPE_CHECKING

import reviewer.tasks.notebook  # noqa: F401  whoever has a result can see it
from reviewer.faces import face

if TYPE_CHECKING:
    from reviewer.tasks.add import add_papers as add_papers
    from reviewer.tasks.alerts.digest import digest_library as digest_library
    from reviewer.tasks.answers.answer import answer_question as answer_question
    from reviewer.tasks.checks.check import check_draft as check_draft
    from reviewer.tasks.checks.suggest import suggest_citations as suggest_citations
    from reviewer.tasks.cite import cite_claims as cite_claims
    from reviewer.tasks.compare import compare_texts as compare_texts
    from reviewer.tasks.disagreements.pairs import find_disagreements as find_disagreements
    from reviewer.tasks.drafts.outline import plan_related_work as plan_related_work
    from reviewer.tasks.drafts.related_work import draft_related_work as draft_related_work
    from reviewer.tasks.metadata.enrich import enrich_papers as enrich_papers
    from reviewer.tasks.named import with_excluded as with_excluded
    from reviewer.tasks.named import with_known_keys as with_known_keys
    from reviewer.tasks.surveys.run import run_survey as run_survey
    from reviewer.tasks.tables.table import compare_papers as compare_papers
    from reviewer.tasks.topics.gaps import find_gaps as find_gaps
    from reviewer.tasks.topics.learn import learn_topic as learn_topic
else:
    __getattr__ = face(__name__)
