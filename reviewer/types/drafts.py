"""Related-work sections: cards, plans, written paragraphs, revisions of a user's draft."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from reviewer.types.claims import Citation, Claim
from reviewer.types.concepts import ConceptKind
from reviewer.types.evidence import Evidence
from reviewer.types.frozen import Frozen
from reviewer.types.papers import Paper
from reviewer.types.runs import Coverage, Usage
from reviewer.types.searches import Filters
from reviewer.types.shown import Shown

Order = Literal["thematic", "chronological"]
Position = Literal["end", "each"]
"""Where a draft places the work at hand: in its last paragraph, or at the end of each."""

OWN_ID = "own"  # the paper id of the user's own work, which is not in the library
OWN_TAG = "W"  # the tag of its text
MOST_THEMES = 6  # of one draft


class CardLine(Frozen):
    """A line of a card in the writer's words, and the sentences that it rests on."""

    text: str = ""
    citations: tuple[Citation, ...] = ()


class CardConcept(Frozen):
    """A method, data set or task that a paper names, and the sentences that name it."""

    name: str
    kind: ConceptKind = ""
    citations: tuple[Citation, ...] = ()


class Card(Frozen):
    """What a writer notes of one paper, whatever it is read for. `name` is the short name that the
    paper gives its system, method or data set, `data` also their size, `result` has its figure, and
    `limit` is a condition or limit that the paper itself states. What the paper does not say is
    empty. `questions` are what the paper answers, asked as readers would, each with the sentences
    that answer it; `concepts` are what it uses by name. `unread` says why there is no card."""

    paper_id: str
    name: str = ""
    problem: CardLine = CardLine()
    approach: CardLine = CardLine()
    data: CardLine = CardLine()
    result: CardLine = CardLine()
    limit: CardLine = CardLine()
    questions: tuple[CardLine, ...] = ()
    concepts: tuple[CardConcept, ...] = ()
    unread: str = ""

    @property
    def lines(self) -> dict[str, CardLine]:
        """The lines that say something, by their names."""
        named = {n: getattr(self, n) for n in ("problem", "approach", "data", "result", "limit")}
        return {name: line for name, line in named.items() if line.text}


class Theme(Frozen):
    """Papers that a paragraph tells together, in order. In an argument it has a thesis, the axis on
    which the papers are compared, what part each plays (in the order of the papers, as far as that
    is said), and the link to the next paragraph. A theme without papers may place the work at
    hand."""

    name: str
    paper_ids: tuple[str, ...]
    thesis: str = ""
    axis: str = ""
    parts: tuple[str, ...] = ()
    link: str = ""


class LeftOutPaper(Frozen):
    """A paper that was read and is in no paragraph, and why, in words."""

    paper_id: str
    why: str = ""


class OwnClaim(Frozen):
    """What the work at hand claims, in one of its own sentences; the paper that is nearest to the
    claim, and how the work differs from it. `contradicted_by` are sentences of papers that say
    otherwise, `conflict` says how."""

    claim: Citation
    nearest_id: str = ""
    difference: str = ""
    contradicted_by: tuple[Citation, ...] = ()
    conflict: str = ""


class Argument(Frozen):
    """What a writer plans: the paragraphs in order, the papers that it leaves out, and where the
    work at hand stands. `notes` say why it is not the writer's own."""

    themes: tuple[Theme, ...] = ()
    left_out: tuple[LeftOutPaper, ...] = ()
    own_claims: tuple[OwnClaim, ...] = ()
    notes: tuple[str, ...] = ()


class DraftPlan(Frozen):
    """The paragraphs of a draft before it is written. `notes` say what was changed in the plan."""

    question: str
    order: Order = "thematic"
    words: int = 600
    themes: tuple[Theme, ...] = ()
    left_out: tuple[LeftOutPaper, ...] = ()
    own_claims: tuple[OwnClaim, ...] = ()
    notes: tuple[str, ...] = ()


class Brief(Frozen):
    """What a writer of a section is given. `own` is the abstract or introduction of the user's work
    that the section is for, if there is one, and `position` where it is placed; `words` is the
    length of the section; `before` is what readers have read already, as plain text, and `lead` in
    one sentence what the section has to show."""

    question: str
    order: Order = "thematic"
    words: int = 600
    own: Evidence | None = None
    position: Position = "end"
    before: str = ""
    lead: str = ""


class Section(Frozen):
    """One written paragraph, or several of one theme (`Claim.paragraph`). `paper_ids` are the
    theme's papers, cited or not."""

    title: str
    paper_ids: tuple[str, ...] = ()
    claims: tuple[Claim, ...] = ()
    failed: str = ""


class Redone(Frozen):
    """A part of a text that its author asked for again: sentence `sentence` of section `section`,
    both from 1; 0 for the whole section. `before` and `after` are its sentences. Where the new
    version was not taken `after` is empty and `refused` says why; `tried` is its text. `wish` is
    what the author asked for, in the author's words."""

    section: int
    sentence: int = 0
    wish: str = ""
    before: tuple[Claim, ...] = ()
    after: tuple[Claim, ...] = ()
    tried: str = ""
    refused: str = ""


class RelatedWork(Shown):
    """The result of `draft`. `papers` are those of the sections; `own_file` is the file of the
    user's work that it was written for, `own_claims` where that work stands, and `questions` what
    its author should look at; `names` are short names of papers by their ids, as the text calls
    them; `notes` say what was changed in the plan. `is_weak`: no paper in the
    library is clearly about the question. `redone` are the parts that were asked for again, the
    latest last, since the run `first_run`, which wrote the text."""

    question: str
    order: Order = "thematic"
    words: int = 600
    own_file: str = ""
    sections: tuple[Section, ...] = ()
    own_claims: tuple[OwnClaim, ...] = ()
    questions: tuple[str, ...] = ()
    names: dict[str, str] = Field(default_factory=dict)
    papers: tuple[Paper, ...] = ()
    nearest: tuple[Paper, ...] = ()
    is_weak: bool = False
    notes: tuple[str, ...] = ()
    redone: tuple[Redone, ...] = ()
    first_run: str = ""
    coverage: Coverage
    writer: str
    effort: str = "normal"
    run_id: str = ""
    usage: Usage = Usage()


EditKind = Literal[
    "rename", "thesis", "up", "down", "to", "merge", "add", "remove", "place", "leave_out", "words"
]
"""What an edit does to a plan: gives a paragraph another name or thesis, moves it up, down or to a
place, merges it into another, adds an empty one or removes one, puts a paper into a paragraph,
leaves a paper out, or sets the length."""


class PlanEdit(Frozen):
    """A change of a plan by hand. `theme` is the number of the paragraph that changes, `to` that of
    the place or of the paragraph that it goes to, both from 1; `paper_id` is the paper that is
    placed or left out, and `at` its place in the paragraph, from 1 (0: the last). `text` is the new
    name or thesis, the reason why a paper is left out, or the number of words."""

    do: EditKind
    theme: int = 0
    to: int = 0
    paper_id: str = ""
    at: int = 0
    text: str = ""


class KeptDraft(Frozen):
    """A draft on its way, as the library keeps it: what was asked for, its plan as it is edited,
    and the runs that wrote its text, the latest last. `own` is the work that it is for, read from
    `own_file`. `chunk_ids` are the texts that the plan was made of. `version` counts its changes.
    Times are ISO 8601 in UTC."""

    id: str
    question: str
    own: Evidence | None = None
    own_file: str = ""
    papers: int | None = None
    filters: Filters = Filters()
    effort: str = "normal"
    words: int = 600
    order: Order = "thematic"
    position: Position = "end"
    is_strict: bool = False
    plan: DraftPlan | None = None
    chunk_ids: tuple[str, ...] = ()
    run_ids: tuple[str, ...] = ()
    version: int = 0
    made: str = ""
    changed: str = ""

    @property
    def run_id(self) -> str:
        """The run of its latest version; empty before it is written."""
        return self.run_ids[-1] if self.run_ids else ""


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
