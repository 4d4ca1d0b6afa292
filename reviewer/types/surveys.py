"""Surveys: the plan, the reports and how they were made, the batch of a run, the digest."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Literal

from pydantic import Field

from reviewer.types.answers import StanceTaken
from reviewer.types.claims import AnswerDraft, Claim, ClaimDraft
from reviewer.types.drafts import LeftOutPaper, Section, Theme
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
    """A question about the topic, and who would ask it; `view` is empty for the plan's own."""

    question: str
    view: PointOfView = ""


class SectionPlan(Frozen):
    """A section in a plan. It is about the papers with these `keys`; without keys, about what is
    found for its questions, or for its title if it has none. `papers` and `words` of None: as the
    report says."""

    title: str
    questions: tuple[str, ...] = ()
    keys: tuple[str, ...] = ()
    papers: int | None = None
    words: int | None = None


class TablePlan(Frozen):
    """A table of a report. Without a topic it compares the report's own papers, the most relevant
    to the report's topic first; without columns it has the default columns."""

    topic: str = ""
    columns: tuple[Column, ...] = ()
    papers: int = 12


class ReportPlan(Frozen):
    """One report. `questions` are asked in addition to those from the points of view; without
    `sections`, sections are outlined from the evidence. `papers` and `words` limit the whole
    report."""

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
    """What one run writes: the title of the batch, and its reports."""

    title: str
    reports: tuple[ReportPlan, ...]


MOST_ABSTRACT, MOST_OPEN = 6, 6  # quotes in an abstract without a model; open questions


class SurveyBrief(Frozen):
    """What a writer of a report's frame is given: its topic, about how many sections of about how
    many paragraphs it has, and about how many words its parts."""

    topic: str
    sections: int = 6
    paragraphs: int = 2
    opening_words: int = 250
    closing_words: int = 300
    abstract_words: int = 130


class GivenSection(Frozen):
    """A section that the plan names, and the papers that were found for it, the best first."""

    title: str
    questions: tuple[str, ...] = ()
    paper_ids: tuple[str, ...] = ()


class SectionArgument(Frozen):
    """A section that a writer plans: what its papers show together, and its paragraphs."""

    title: str
    lead: str = ""
    themes: tuple[Theme, ...] = ()


class SurveyArgument(Frozen):
    """What a writer plans: by what the sections divide the field, the sections, and the papers that
    it left out and why. `unseen_ids` are papers that it was not shown. Not trusted."""

    taxonomy: str = ""
    sections: tuple[SectionArgument, ...] = ()
    left_out: tuple[LeftOutPaper, ...] = ()
    unseen_ids: tuple[str, ...] = ()


class FindingDraft(ClaimDraft):
    """A draft of what a section finds; `section` is its number."""

    section: int


class FrameDraft(Frozen):
    """Drafts of a report's introduction and of its closing section. Not trusted."""

    introduction: AnswerDraft = AnswerDraft()
    closing: AnswerDraft = AnswerDraft()


class SummaryDraft(Frozen):
    """Drafts of a report's abstract, of a finding a section, and, quoted where no model writes a
    closing section, of its open questions. Not trusted."""

    abstract: tuple[ClaimDraft, ...] = ()
    findings: tuple[FindingDraft, ...] = ()
    open_questions: tuple[ClaimDraft, ...] = ()


class SeeAlso(Frozen):
    """A cross-reference: the number of another section, from 1, and the papers both cite."""

    number: int
    paper_ids: tuple[str, ...] = ()


class SurveySection(Section):
    """A section of a report; its place in `SurveyReport.sections`, from 1, is its number.

    `lead` is what it shows, in a sentence of its plan; `heads` are the run-in heads of its
    paragraphs, in order. `questions` are those it answers. `state` says what an update did to it
    (empty: the run was not an update), `new_ids` are its papers that are new since. `left_out` says
    in words what was written and then removed, `asked` what a reader should look at, because a gap
    that was written may be none, and `notes` what went another way.
    """

    lead: str = ""
    heads: tuple[str, ...] = ()
    questions: tuple[str, ...] = ()
    see_also: tuple[SeeAlso, ...] = ()
    state: SectionState = ""
    new_ids: tuple[str, ...] = ()
    left_out: tuple[str, ...] = ()
    asked: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()


class OpenQuestion(Claim):
    """An open question, as a sentence with citations; `sections` are the numbers of the sections
    that leave it open. A quoted one is a paper's own sentence."""

    sections: tuple[int, ...] = ()


class Finding(Claim):
    """What a section finds, in one sentence; `section` is its number."""

    section: int


class Flow(Frozen):
    """How many papers went through each step. Always: library = not_found + nearest; found =
    duplicates + nearest; nearest = not_read + read; read = not_cited + cited.

    `nearest` are the papers that some search has among its nearest by rank, `not_found` all others
    of the library, which nobody looked at. `found` counts a paper once for every search that found
    it; `duplicates` are the repeats. `reasons` say why papers were not read, `uncited` why papers
    that were read are not cited.
    """

    library: int = 0
    not_found: int = 0
    searches: int = 0
    found: int = 0
    duplicates: int = 0
    nearest: int = 0
    not_read: int = 0
    read: int = 0
    not_cited: int = 0
    cited: int = 0
    reasons: tuple[str, ...] = ()
    uncited: tuple[str, ...] = ()


class Query(Frozen):
    """One search: `matched` papers were above the floor, the best `kept` count as found. `section`
    is the title of the section that the search was for, empty if it was for the whole report."""

    question: str
    view: PointOfView = ""
    section: str = ""
    matched: int = 0
    kept: int = 0


class Methods(Frozen):
    """What a reader needs to repeat a report. Two runs of the same plan over the same library with
    the same model give the same values."""

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
    """When a run was made and at what cost: all that may differ between two runs with the same
    result, so formats write it in one block. Times are ISO 8601 in UTC; `usage` is the run's."""

    run_id: str = ""
    started: str = ""
    finished: str = ""
    usage: Usage = Usage()


class StanceCount(Frozen):
    """What the papers say to a yes/no question: `verdict` counts the stances in words. `section` is
    the number of the section that asked it, 0 for the whole report."""

    question: str
    verdict: str
    stances: tuple[StanceTaken, ...] = ()
    section: int = 0


class UpdateNews(Frozen):
    """What an update changed; `since` is when the report was made before, in ISO 8601."""

    since: str
    new_ids: tuple[str, ...] = ()
    gone_titles: tuple[str, ...] = ()
    rewritten: tuple[str, ...] = ()
    unchanged: int = 0


class SurveyReport(Frozen):
    """One report. `name` is the stem of its files. `papers` are those that were read, cited or not,
    or the nearest papers if it has no section; `abstract` and sections cite by `Citation.paper_id`.
    `taxonomy` says in the plan's words by what the sections divide the field; `asked` are gaps
    of introduction and closing section that may be none; `left_out` are papers that were read and
    that the plan has in no section. `missing` says in
    words what the report does without because a step failed; `failed` counts these and the sections
    and tables that could not be written. `map` is empty if none was made."""

    name: str
    title: str
    topic: str
    abstract: tuple[Claim, ...] = ()
    findings: tuple[Finding, ...] = ()
    taxonomy: str = ""
    introduction: tuple[Claim, ...] = ()
    questions: tuple[ViewQuestion, ...] = ()
    sections: tuple[SurveySection, ...] = ()
    closing: tuple[Claim, ...] = ()
    asked: tuple[str, ...] = ()
    left_out: tuple[LeftOutPaper, ...] = ()
    missing: tuple[str, ...] = ()
    tables: tuple[Table, ...] = ()
    failed_tables: tuple[str, ...] = ()
    open_questions: tuple[OpenQuestion, ...] = ()
    verdicts: tuple[StanceCount, ...] = ()
    map: PaperMap = PaperMap()
    papers: tuple[Paper, ...] = ()
    flow: Flow = Flow()
    methods: Methods
    news: UpdateNews | None = None
    is_weak: bool = False
    failed: int = 0
    made: Made = Made()

    def words(self) -> int:
        """The words of the report's prose, without tables, references and how it was made."""
        said = (claim for _, claim in self.sentences())
        return sum(len(claim.text.split()) for claim in (*self.abstract, *self.findings, *said))

    def sentences(self) -> Iterator[tuple[str, Claim]]:
        """The sentences of introduction, sections and closing section, with where each stands. The
        abstract and the findings are not among them: they have only what is proven."""
        yield from (("introduction", claim) for claim in self.introduction)
        for section in self.sections:
            yield from ((section.title, claim) for claim in section.claims)
        yield from (("closing section", claim) for claim in self.closing)


class Batch(Frozen):
    """All reports of one plan, in its order. `made` is about the whole run."""

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
    """A paper, and when it was added to the library, in ISO 8601."""

    paper: Paper
    came: str


class QuestionNews(Frozen):
    """The new papers for a saved question, best first, and the name of its search. A question of
    an earlier release has none."""

    question: str
    name: str = ""
    hits: tuple[Hit, ...] = ()


class Digest(Frozen):
    """What was added to the library since a day, and which of it is relevant to saved questions."""

    since: str
    arrivals: tuple[Arrival, ...] = ()
    questions: tuple[QuestionNews, ...] = ()
    papers: int = 0


SectionWork = Literal["waiting", "writing", "written", "failed"]


class SectionProgress(Frozen):
    """How far a section of a report is: its title, its state, and why it failed."""

    title: str
    state: SectionWork = "waiting"
    failed: str = ""


class ReportProgress(Frozen):
    """How far a report is: the stem of its files, its title and its sections. A report without
    sections is not outlined yet. `is_whole` once all of it is written."""

    name: str
    title: str
    sections: tuple[SectionProgress, ...] = ()
    is_whole: bool = False


class KeptSurvey(Frozen):
    """A survey on its way, as the library keeps it: its plan as YAML, how far each report of its
    last run is, and its runs that ended, the latest last. `version` counts the changes of its plan.
    Times are ISO 8601 in UTC."""

    id: str
    title: str
    plan: str
    reports: tuple[ReportProgress, ...] = ()
    run_ids: tuple[str, ...] = ()
    version: int = 0
    made: str = ""
    changed: str = ""

    @property
    def run_id(self) -> str:
        """Its latest run; empty before it was run."""
        return self.run_ids[-1] if self.run_ids else ""
