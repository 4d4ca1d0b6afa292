"""Locates quotes in their papers, and checks claims and cells against the located quotes."""

from typing import TYPE_CHECKING

from reviewer.faces import face

if TYPE_CHECKING:
    from reviewer.grounding.answers import check_answer as check_answer
    from reviewer.grounding.cells import fill as fill
    from reviewer.grounding.claims import judge_claims as judge_claims
    from reviewer.grounding.claims import pass_gate as pass_gate
    from reviewer.grounding.claims import take_stances as take_stances
    from reviewer.grounding.claims import verdict_of as verdict_of
    from reviewer.grounding.columns import read_column as read_column
    from reviewer.grounding.gaps import settle_gaps as settle_gaps
    from reviewer.grounding.quotes import cite as cite
    from reviewer.grounding.quotes import locate as locate
    from reviewer.grounding.sentence_numbers import Numbers as Numbers
else:
    __getattr__ = face(__name__)
