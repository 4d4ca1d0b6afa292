"""Related-work sections: plans, drafted and checked sentences, revisions of a user's draft."""

from __future__ import annotations

from typing import Literal

from reviewer.types.claims import Claim, ClaimDraft
from reviewer.types.evidence import Evidence
from reviewer.types.frozen import Frozen
from reviewer.types.papers import Paper
from reviewer.types.runs import Coverage, Usage

Order = Literal["thematic", "chronological"]


Role = Literal["topic", "comparison", "open", "difference", "question", "quote"]


Relation = Literal["", "agree", "extend", "contradict"]


Intent = Literal["", "background", "method", "result comparison"]


OWN_ID = "own"  # the paper id of the work at hand: what cites it cites no paper of the library


MOST_THEMES = 6  # of one draft
POINTS: tuple[Role, ...] = ("comparison", "quote")  # what is open may rest on what these say


class Theme(Frozen):
    """Papers that are told of together, in order."""

    name: str
    paper_ids: tuple[str, ...]


class Plan(Frozen):
    """What a draft tells, theme by theme, before it is written. `notes` say what was changed."""

    question: str
    order: Order = "thematic"
    words: int = 600
    themes: tuple[Theme, ...] = ()
    notes: tuple[str, ...] = ()


class Brief(Frozen):
    """What a writer of sections is told. `own` is the abstract or introduction of the work that
    the sections are for, if there is one; `words` are those of all sections together."""

    question: str
    order: Order = "thematic"
    words: int = 600
    own: Evidence | None = None


class StatementDraft(ClaimDraft):
    """A sentence of a section. `relation` is that of the papers it compares, `intent` why it cites
    them; a `quote` is a paper's own sentence, a `difference` tells of the work at hand, and a
    `question` asks its author and states nothing."""

    role: Role = "comparison"
    relation: Relation = ""
    intent: Intent = ""


class SectionDraft(Frozen):
    """What a writer made of one theme. `failed` says why it could not be written."""

    statements: tuple[StatementDraft, ...] = ()
    failed: str = ""


class Statement(Claim):
    """A claim with its place in a section."""

    role: Role = "comparison"
    relation: Relation = ""
    intent: Intent = ""


class Section(Frozen):
    """One theme, written. `paper_ids` are the theme's papers, cited or not."""

    title: str
    paper_ids: tuple[str, ...] = ()
    claims: tuple[Statement, ...] = ()
    failed: str = ""


class RelatedWork(Frozen):
    """The result of `draft`. `papers` are those of the sections; `own_file` is the file of the work
    that it was written for; `notes` say what the plan had to change. `is_weak`: nothing in the
    library is clearly on the question."""

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
    """Sentences for one paper, put at the end of the paragraph that ends at `place` of the draft
    as it was; `text` is what was put there, marks and all."""

    key: str
    place: int
    text: str
    claims: tuple[Claim, ...] = ()


class Revision(Frozen):
    """A draft of the user's with additions: `after` is `before` with the texts put in, and every
    word that was there. `left_out` says what could not be added, and why."""

    file: str
    before: str
    after: str
    additions: tuple[Addition, ...] = ()
    papers: tuple[Paper, ...] = ()
    left_out: tuple[str, ...] = ()
    writer: str
    run_id: str = ""
    usage: Usage = Usage()
