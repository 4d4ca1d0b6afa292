"""Related-work sections: plans, drafted and checked sentences, revisions of a user's draft."""

from __future__ import annotations

from typing import Literal

from reviewer.types.claims import Claim, ClaimDraft
from reviewer.types.evidence import Evidence
from reviewer.types.frozen import Frozen
from reviewer.types.papers import Paper
from reviewer.types.runs import Coverage, Usage
from reviewer.types.shown import Shown

Order = Literal["thematic", "chronological"]
Role = Literal["topic", "comparison", "open", "difference", "question", "quote"]
Relation = Literal["", "agree", "extend", "contradict"]
Intent = Literal["", "background", "method", "result comparison"]

OWN_ID = "own"  # the paper id of the user's own work, which is not in the library
MOST_THEMES = 6  # of one draft
POINTS: tuple[Role, ...] = ("comparison", "quote")  # an `open` sentence may build on these


class Theme(Frozen):
    """Papers that are described together, in order."""

    name: str
    paper_ids: tuple[str, ...]


class DraftPlan(Frozen):
    """The themes of a draft before it is written. `notes` say what was changed in the plan."""

    question: str
    order: Order = "thematic"
    words: int = 600
    themes: tuple[Theme, ...] = ()
    notes: tuple[str, ...] = ()


class Brief(Frozen):
    """What a writer of sections is given. `own` is the abstract or introduction of the user's work
    that the sections are for, if there is one; `words` is the length of all sections together."""

    question: str
    order: Order = "thematic"
    words: int = 600
    own: Evidence | None = None


class StatementDraft(ClaimDraft):
    """A sentence of a section. `relation` is between the papers that it compares, `intent` is why
    it cites them. Roles: a `quote` is a paper's own sentence, a `difference` is about the user's
    own work, a `question` asks the author of that work and states nothing."""

    role: Role = "comparison"
    relation: Relation = ""
    intent: Intent = ""


class SectionDraft(Frozen):
    """What a writer drafted for one theme. `failed` says why it could not be written."""

    statements: tuple[StatementDraft, ...] = ()
    failed: str = ""


class Statement(Claim):
    """A claim with its place in a section."""

    role: Role = "comparison"
    relation: Relation = ""
    intent: Intent = ""


class Section(Frozen):
    """One written theme. `paper_ids` are the theme's papers, cited or not."""

    title: str
    paper_ids: tuple[str, ...] = ()
    claims: tuple[Statement, ...] = ()
    failed: str = ""


class RelatedWork(Shown):
    """The result of `draft`. `papers` are those of the sections; `own_file` is the file of the
    user's work that it was written for; `notes` say what was changed in the plan. `is_weak`: no
    paper in the library is clearly about the question."""

    question: str
    order: Order = "thematic"
    words: int = 600
    own_file: str = ""
    sections: tuple[Section, ...] = ()
    papers: tuple[Paper, ...] = ()
    nearest: tuple[Paper, ...] = ()
    is_weak: bool = False
    notes: tuple[str, ...] = ()
    coverage: Coverage
    writer: str
    effort: str = "normal"
    run_id: str = ""
    usage: Usage = Usage()


class Addition(Frozen):
    """Sentences about one paper, added to the paragraph that ends at character `place` of the
    draft before the change; `text` is what was added, with its citation marks."""

    key: str
    place: int
    text: str
    claims: tuple[Claim, ...] = ()


class Revision(Frozen):
    """A user's draft with additions: `after` is `before` with the texts added, and with every word
    that was there. `left_out` says what could not be added, and why."""

    file: str
    before: str
    after: str
    additions: tuple[Addition, ...] = ()
    papers: tuple[Paper, ...] = ()
    left_out: tuple[str, ...] = ()
    writer: str
    run_id: str = ""
    usage: Usage = Usage()
