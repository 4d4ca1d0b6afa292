"""The frozen values of a survey: its plan, its reports, how they came about, and the batch."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from reviewer.types.answers import StanceTaken
from reviewer.types.claims import Claim, ClaimDraft
from reviewer.types.drafts import Section
from reviewer.types.frozen import Frozen
from reviewer.types.maps import PaperMap
from reviewer.types.papers import Paper
from reviewer.types.runs import Usage
from reviewer.types.searches import Filters, Hit
from reviewer.types.tables import Column, Table

Depth = Literal["quick", "normal", "thorough"]
PointOfView = Literal["", "newcomer", "sceptic", "practitioner", "neighbouring field"]
SectionState = Literal["", "new", "rewritten", "unchanged"]


class ViewQuestion(Frozen):
    """A question that is asked of the topic, and who would ask it; `""`: the plan's own."""

    question: str
    view: PointOfView = ""


class SectionPlan(Frozen):
    """A section that a plan names. With `keys` it tells of these papers, else of what is found for
    its questions, or for its title where it has none. None: as the report says."""

    title: str
    questions: tuple[str, ...] = ()
    keys: tuple[str, ...] = ()
    papers: int | None = None
    words: int | None = None


class TablePlan(Frozen):
    """A table of a report. Without a topic it compares the report's own papers, those first that
    bear most on the report's topic; without columns it has the default ones."""

    topic: str = ""
    columns: tuple[Column, ...] = ()
    papers: int = 12


class ReportPlan(Frozen):
    """One report. `questions` are asked beside those from the points of view; without `sections`
    they are outlined from the evidence. `papers` and `words` bound the whole report."""

    title: str
    topic: str
    questions: tuple[ViewQuestion, ...] = ()
    sections: tuple[SectionPlan, ...] = ()
    tables: tuple[TablePlan, ...] = ()
    filters: Filters = Filters()
    papers: int = 60
    words: int = 3000
    depth: Depth = "normal"


class SurveyPlan(Frozen):
    """What one run writes: the batch's title and its reports."""

    title: str
    reports: tuple[ReportPlan, ...]


MOST_ABSTRACT, MOST_OPEN = 6, 6  # sentences of an abstract; open questions


class SummaryDraft(Frozen):
    """What a writer says of a whole report: its abstract, and what is open. Not trusted."""

    abstract: tuple[ClaimDraft, ...] = ()
    open_questions: tuple[ClaimDraft, ...] = ()


class SeeAlso(Frozen):
    """A cross-reference: the number of another section, from 1, and the papers both cite."""

    number: int
    paper_ids: tuple[str, ...] = ()


class SurveySection(Section):
    """A section of a report; its place in `SurveyReport.sections`, from 1, is its number.

    `questions` are those it answers. `state` says what an update did to it (empty: this was no
    update), `new_ids` which of its papers came since. `left_out` says what was written and taken
    out, in words.
    """

    questions: tuple[str, ...] = ()
    see_also: tuple[SeeAlso, ...] = ()
    state: SectionState = ""
    new_ids: tuple[str, ...] = ()
    left_out: tuple[str, ...] = ()


class OpenQuestion(Claim):
    """What is open, in a sentence with its citations; `sections` are the numbers of the sections
    that leave it open. A quoted one stands in a paper's own words."""

    sections: tuple[int, ...] = ()


class Flow(Frozen):
    """How many papers went through each step. Always: found = duplicates + screened; screened =
    not_read + read; read = not_cited + cited.

    `found` counts a paper once for every search that gave it; `duplicates` are the repeats.
    """

    searches: int = 0
    found: int = 0
    duplicates: int = 0
    screened: int = 0
    not_read: int = 0
    read: int = 0
    not_cited: int = 0
    cited: int = 0
    reasons: tuple[str, ...] = ()


class Query(Frozen):
    """One search as it was made: `matched` papers lay above the floor, the best `kept` count as
    found. `section` is the title of the section that it was made for, if it was made for one."""

    question: str
    view: PointOfView = ""
    section: str = ""
    matched: int = 0
    kept: int = 0


class Methods(Frozen):
    """What a reader needs to redo a report. Nothing here differs between two runs of the same plan
    over the same library with the same model."""

    writer: str
    depth: Depth = "normal"
    prompt_hashes: dict[str, str] = Field(default_factory=dict)
    queries: tuple[Query, ...] = ()
    search: str = "lexical"
    embedding: str = ""
    filters: Filters = Filters()
    plan_hash: str = ""
    generation: int = 0
    library_papers: int = 0
    library_entries: int = 0
    version: str = ""


class Made(Frozen):
    """When and at what cost. All that may differ between two runs that say the same stands here, so
    formats keep it in one block of its own. Times are ISO 8601 in UTC; the usage is the run's."""

    run_id: str = ""
    started: str = ""
    finished: str = ""
    usage: Usage = Usage()


class Verdict(Frozen):
    """What the papers say to a yes/no question: `verdict` counts the stances in words. `section` is
    the number of the section that it was asked for, 0 for the report as a whole."""

    question: str
    verdict: str
    stances: tuple[StanceTaken, ...] = ()
    section: int = 0


class News(Frozen):
    """What an update brought: `since` is when the report was made before, in ISO 8601."""

    since: str
    new_ids: tuple[str, ...] = ()
    gone_titles: tuple[str, ...] = ()
    rewritten: tuple[str, ...] = ()
    unchanged: int = 0


class SurveyReport(Frozen):
    """One report. `name` is the stem of its files. `papers` are those that were read, cited or not,
    or the nearest when it has no section; `abstract` and sections cite by `Citation.paper_id`.
    `failed` counts sections and tables that could not be written; `map` is empty where nobody laid
    the papers out."""

    name: str
    title: str
    topic: str
    abstract: tuple[Claim, ...] = ()
    questions: tuple[ViewQuestion, ...] = ()
    sections: tuple[SurveySection, ...] = ()
    tables: tuple[Table, ...] = ()
    failed_tables: tuple[str, ...] = ()
    open_questions: tuple[OpenQuestion, ...] = ()
    verdicts: tuple[Verdict, ...] = ()
    map: PaperMap = PaperMap()
    papers: tuple[Paper, ...] = ()
    flow: Flow = Flow()
    methods: Methods
    news: News | None = None
    is_weak: bool = False
    failed: int = 0
    made: Made = Made()


class Batch(Frozen):
    """All reports of one plan, in its order. `made` is that of the whole run."""

    title: str
    reports: tuple[SurveyReport, ...] = ()
    made: Made = Made()

    @property
    def run_id(self) -> str:
        return self.made.run_id

    @property
    def writer(self) -> str:
        return next((report.methods.writer for report in self.reports), "")

    @property
    def usage(self) -> Usage:
        return self.made.usage


class Arrival(Frozen):
    """A paper, and when it came into the library, in ISO 8601."""

    paper: Paper
    came: str


class Bearing(Frozen):
    """The new papers that bear on a saved question, best first."""

    question: str
    hits: tuple[Hit, ...] = ()


class Digest(Frozen):
    """What came into the library since a day, and what of it matters for saved questions."""

    since: str
    arrivals: tuple[Arrival, ...] = ()
    questions: tuple[Bearing, ...] = ()
    papers: int = 0
