"""A rubric that is made of papers, and how a text meets it."""

from __future__ import annotations

from typing import Literal

from reviewer.types.checks import DraftSentence
from reviewer.types.claims import Citation
from reviewer.types.frozen import Frozen

Met = Literal["met", "partly", "missing"]


class Criterion(Frozen):
    """What a text on the topic should tell: a group of papers by its name, with the sentences that
    it stands on, one or more a paper."""

    name: str
    sentences: tuple[Citation, ...]

    @property
    def paper_ids(self) -> tuple[str, ...]:
        """Its papers, in order."""
        return tuple(dict.fromkeys(sentence.paper_id for sentence in self.sentences))


class Rubric(Frozen):
    """The criteria of a topic."""

    topic: str
    criteria: tuple[Criterion, ...]


class GradedCriterion(Frozen):
    """How a text meets a criterion. `citing` sentences cite its papers (`cited` are their keys);
    `near` ones cite none of the library, and say what is nearest to it in meaning."""

    criterion: Criterion
    met: Met
    cited: tuple[str, ...] = ()
    citing: tuple[DraftSentence, ...] = ()
    near: tuple[DraftSentence, ...] = ()


class Grade(Frozen):
    """A text under a rubric. `score` is the share of criteria that are met, those that are partly
    met counting half. `notes` say what could not be compared."""

    file: str
    topic: str
    criteria: tuple[GradedCriterion, ...]
    score: float
    notes: tuple[str, ...] = ()
