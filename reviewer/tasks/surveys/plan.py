"""A survey's plan file: written to be edited, and read back by line; or a list of topics."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from typing import TypeVar, get_args

from reviewer.errors import UsageError
from reviewer.grounding import read_column
from reviewer.grounding.columns import checked_columns
from reviewer.tasks.yaml_plan import LEAST_WORDS, Node, NodeReader, line_of, quoted, titled
from reviewer.text import clean, counted
from reviewer.text.invisible import without_nul
from reviewer.types import Paper
from reviewer.types.searches import Filters
from reviewer.types.surveys import (
    Depth,
    PointOfView,
    ReportPlan,
    SectionPlan,
    SurveyPlan,
    TablePlan,
    ViewQuestion,
)
from reviewer.types.tables import Column

T = TypeVar("T")

MOST_PAPERS, MOST_REPORT_WORDS = 500, 50_000
MOST_TOPIC_CHARS, MOST_TOPICS = 500, 200
FIELDS = {
    "plan": ("title", "scope", "settings", "reports"),
    "scope": ("years", "venue", "tags", "files"),
    "settings": ("papers", "words", "depth"),
    "report": tuple("title topic questions sections tables scope papers words depth".split()),
    "question": ("question", "view"),
    "section": ("title", "questions", "keys", "papers", "words"),
    "table": ("topic", "columns", "papers"),
}
DEPTHS: tuple[Depth, ...] = get_args(Depth)
VIEWS: tuple[PointOfView, ...] = tuple(filter(None, get_args(PointOfView)))
_YEARS = re.compile(r"(\d{4})?(:)?(\d{4})?")
_DEFAULTS = ReportPlan(title="", topic="")
_LIST_MARK = re.compile(r"^\s*(?:[-*•]|\d{1,3}[.)])\s+")
_TOP_FIELD = re.compile(rf"(?:{'|'.join(FIELDS['plan'])})\s*:(?:\s|$)")
# A topic of one of these words alone is a word of a topic without its quotation marks.
_SMALL_WORDS = frozenset(
    "a an and as at by do does for from how in into is of on or the to vs what when which why with"
    " without".split()
)
_HEAD = """\
# A plan of reports. Change what you like, then:  review survey THIS_FILE
# All fields: docs/survey-plan.schema.json
"""
_TEMPLATE = """\
title: {topic}
# scope:                   # which papers may be found, for all reports or for one
#   years: "2023:2025"     # 2024, "2023:2025", "2024:" or ":2020"
#   tags: [rl]
settings:                  # for all reports; a report may have its own
  papers: 60               # read at most, for a report
  words: 3000
  depth: normal            # quick, normal or thorough
reports:
  - topic: {topic}
    # questions:            # asked beside those that a model thinks of
    #   - What do critics say?
    # sections:             # without them they are outlined from what is found
    #   - title: What is measured
    #     questions: [Which benchmarks are used?, What do they miss?]
    # tables:
    #   - columns: [data, 'gain (number)', 'main result: what is the main finding?']
    #     papers: 12
  # - a second topic, of which all else is as above
"""


def template(topic: str) -> str:
    """A plan of one report on the topic, to be edited; every field is there, or in a comment."""
    return _HEAD + _TEMPLATE.format(topic=quoted(topic))


def survey_yaml(plan: SurveyPlan, papers: Sequence[Paper]) -> str:
    """The plan as YAML, with all that it holds; each paper of a section has its key, with title
    and year beside. Settings that differ from the first report's stand with the report."""
    first = plan.reports[0] if plan.reports else _DEFAULTS
    known = {paper.key: paper for paper in papers}
    lines = [
        f"{_HEAD}title: {quoted(plan.title)}",
        "settings:",
        f"  papers: {first.papers}",
        f"  words: {first.words}",
        f"  depth: {first.depth}",
        "reports:",
    ]
    for report in plan.reports:
        lines += [f"  - title: {quoted(report.title)}", f"    topic: {quoted(report.topic)}"]
        lines += _scope_lines(report.filters)
        lines += [
            f"    {name}: {getattr(report, name)}"
            for name in FIELDS["settings"]
            if getattr(report, name) != getattr(first, name)
        ]
        lines += ["    questions:"] if report.questions else []
        for asked in report.questions:
            view = f", view: {asked.view}" if asked.view else ""
            lines.append(f"      - {{question: {quoted(asked.question)}{view}}}")
        lines += ["    sections:"] if report.sections else []
        for section in report.sections:
            lines.append(f"      - title: {quoted(section.title)}")
            lines += ["        questions:"] if section.questions else []
            lines += [f"          - {quoted(question)}" for question in section.questions]
            lines += ["        keys:"] if section.keys else []
            for key in section.keys:
                comment = f"  # {titled(known[key])}" if key in known else ""
                lines.append(f"          - {quoted(key)}{comment}")
            lines += [
                f"        {name}: {getattr(section, name)}"
                for name in ("papers", "words")
                if getattr(section, name) is not None
            ]
        lines += ["    tables:"] if report.tables else []
        for table in report.tables:
            lines += _table_lines(table)
    return "\n".join(lines) + "\n"


def _table_lines(table: TablePlan) -> list[str]:
    columns = ", ".join(quoted(_written_column(column)) for column in table.columns)
    lines = [f"topic: {quoted(table.topic)}"] if table.topic else []
    lines += [f"columns: [{columns}]"] if columns else []
    first, *others = [*lines, f"papers: {table.papers}"]
    return [f"      - {first}", *(f"        {line}" for line in others)]


def _written_column(column: Column) -> str:
    """The column as `read_column` reads it."""
    name = f"{column.name} = {column.formula}" if column.formula else column.name
    if not column.formula and column.kind == "one of":
        name = f"{name} (one of {','.join(column.choices)})"
    elif not column.formula and column.kind != "text":
        name = f"{name} ({column.kind})"
    return f"{name}: {column.question}" if column.question else name


def _scope_lines(filters: Filters) -> list[str]:
    first, last = filters.year_from or "", filters.year_to or ""
    lines = [f'      years: "{first}:{last}"'] if first or last else []
    lines += [f"      venue: {quoted(filters.venue)}"] if filters.venue else []
    for name, values in (("tags", filters.tags), ("files", filters.files)):
        lines += [f"      {name}: [{', '.join(map(quoted, values))}]"] if values else []
    return ["    scope:", *lines] if lines else []


def topics_plan(topics: Sequence[str]) -> SurveyPlan:
    """A plan of one report a topic. Raises UsageError for topics that say nothing, that are given
    twice, or that are words of a topic without its quotation marks."""
    said = [" ".join(topic.split()) for topic in topics]
    small = next((topic for topic in said if topic.casefold() in _SMALL_WORDS), None)
    if small is not None and len(said) > 1:
        raise UsageError(
            f"'{small}' is not a topic of its own, and each topic is a report",
            hint=f'Put a topic in quotation marks: review survey "{" ".join(said)}"',
        )
    for n, topic in enumerate(said):
        if fault := _topic_fault(topic, said[:n]):
            raise UsageError(fault, hint='For example: review survey "reasoning in LLMs"')
    return SurveyPlan(title=_title_of(said), reports=tuple(map(_on_topic, said)))


def _topic_fault(topic: str, before: Sequence[str]) -> str:
    """What is wrong with a topic, in words; empty for a sound one."""
    if not re.search(r"\w", topic):
        return "a topic has no word" if topic else "a topic is empty"
    if len(topic) > MOST_TOPIC_CHARS:
        return f"a topic has more than {MOST_TOPIC_CHARS} characters: '{topic[:60]}...'"
    if topic.casefold() in (known.casefold() for known in before):
        return f"the topic '{topic[:60]}' is given twice"
    return ""


def _title_of(topics: Sequence[str]) -> str:
    first = _as_title(topics[0])
    return first if len(topics) == 1 else f"{first}, and {counted(len(topics) - 1, 'more topic')}"


def _on_topic(topic: str) -> ReportPlan:
    return ReportPlan(title=_as_title(topic), topic=topic)


def _is_yaml(text: str, file: str) -> bool:
    """Whether a plan is YAML: by its name, else where its first line is a field of a plan."""
    if file.lower().endswith((".yaml", ".yml", ".json")):
        return True
    lines = (line.strip() for line in text.splitlines())
    first = next((line for line in lines if line and not line.startswith(("#", "---"))), "")
    return bool(_TOP_FIELD.match(first)) or first.startswith(("{", "["))


def _listed_topics(text: str, file: str) -> SurveyPlan:
    """The plan of a text with a topic a line. Empty lines and lines that begin with # say nothing;
    list marks go. Raises UsageError that names the line of what is wrong."""
    hint = 'Write a topic a line, or a plan: review survey --init "TOPIC"'
    topics: list[str] = []
    for n, line in enumerate(without_nul(text).removeprefix("\ufeff").splitlines(), start=1):
        topic = " ".join(_LIST_MARK.sub("", line).split())
        if not topic or topic.startswith("#"):
            continue
        if fault := _topic_fault(topic, topics):
            raise UsageError(f"{file}, line {n}: {fault}", hint=hint)
        topics.append(topic)
        if len(topics) > MOST_TOPICS:
            raise UsageError(f"{file} has more than {MOST_TOPICS} topics", hint=hint)
    if not topics:
        raise UsageError(f"{file} names no topic", hint=hint)
    return SurveyPlan(title=_title_of(topics), reports=tuple(map(_on_topic, topics)))


def read_survey_plan(text: str, file: str, paper_named: Callable[[str], Paper]) -> SurveyPlan:
    """The plan that a file holds: YAML with all fields, a YAML list of reports or topics, or a text
    with a topic a line. Each report has the shared settings where it has none of its own.
    `paper_named` gives the paper of a key or raises NotFoundError. Nothing in the file is run, and
    no object is made of it.

    Raises UsageError that names the line of what is wrong.
    """
    if not _is_yaml(text, file):
        return _listed_topics(text, file)
    reader = _Reader(file, paper_named, "Compare it with: review survey --init TOPIC")
    root = reader.root(text)
    if root is not None and root.id == "scalar":
        return _listed_topics(text, file)
    if root is not None and root.id == "sequence":
        listed = tuple(reader.report(node, _DEFAULTS) for node in reader.items(root, "a plan"))
        return SurveyPlan(title=_title_of([report.title for report in listed]), reports=listed)
    top = reader.fields(root, FIELDS["plan"], "a plan")
    if "reports" not in top:
        reader.fault(1, "the reports are missing", "Add reports: with a topic a line.")
    own = {**top}
    if "settings" in top:
        own |= reader.fields(top["settings"], FIELDS["settings"], "settings")
    shared = reader.settings(own, _DEFAULTS)
    reports = tuple(reader.report(node, shared) for node in reader.items(top["reports"], "reports"))
    return SurveyPlan(title=reader.field(top, "title", reports[0].title), reports=reports)


class _Reader(NodeReader):
    """Takes a survey's plan from nodes."""

    def settings(self, own: Mapping[str, Node], before: ReportPlan) -> ReportPlan:
        """The report with the scope and settings that are given, the others as before."""
        filters = self._scope(own["scope"]) if "scope" in own else before.filters
        papers = self.number(own, "papers", 1, MOST_PAPERS, before.papers)
        words = self.number(own, "words", LEAST_WORDS, MOST_REPORT_WORDS, before.words)
        depth = self.one_of(own, "depth", DEPTHS, before.depth)
        changes = {"filters": filters, "papers": papers, "words": words, "depth": depth}
        return before.model_copy(update=changes)

    def report(self, node: Node, shared: ReportPlan) -> ReportPlan:
        """A report from a topic alone, or from its fields."""
        if node.id == "scalar":
            topic = self.text(node, "a topic")
            if fault := _topic_fault(topic, ()):
                self.fault(line_of(node), fault)
            return shared.model_copy(update={"title": _as_title(topic), "topic": topic})
        own = self.fields(node, FIELDS["report"], "a report")
        if "topic" not in own and "title" not in own:
            self.fault(line_of(node), "a report has no topic", "Add topic: with what it is about.")
        title = self.field(own, "title")
        topic = self.field(own, "topic") or title
        return self.settings(own, shared).model_copy(
            update={
                "title": title or _as_title(topic),
                "topic": topic,
                "questions": self._listed(own, "questions", self._question),
                "sections": self._listed(own, "sections", self._section),
                "tables": self._listed(own, "tables", self._table),
            }
        )

    def _listed(
        self, own: Mapping[str, Node], name: str, read: Callable[[Node], T]
    ) -> tuple[T, ...]:
        return tuple(read(node) for node in self.items(own[name], name)) if name in own else ()

    def _question(self, node: Node) -> ViewQuestion:
        if node.id == "scalar":
            return ViewQuestion(question=self.text(node, "a question"))
        own = self.fields(node, FIELDS["question"], "a question")
        if "question" not in own:
            self.fault(line_of(node), "a question has no text")
        view = self.one_of(own, "view", VIEWS, "")
        return ViewQuestion(question=self.text(own["question"], "question"), view=view)

    def _section(self, node: Node) -> SectionPlan:
        if node.id == "scalar":
            return SectionPlan(title=self.text(node, "a section's title"))
        own = self.fields(node, FIELDS["section"], "a section")
        if "title" not in own:
            self.fault(line_of(node), "a section has no title")
        return SectionPlan(
            title=self.text(own["title"], "title"),
            questions=self._listed(own, "questions", lambda n: self.text(n, "a question")),
            keys=tuple(dict.fromkeys(self._listed(own, "keys", lambda n: self.paper(n).key))),
            papers=self.number(own, "papers", 1, MOST_PAPERS, None),
            words=self.number(own, "words", LEAST_WORDS, MOST_REPORT_WORDS, None),
        )

    def _table(self, node: Node) -> TablePlan:
        own = self.fields(node, FIELDS["table"], "a table")
        columns: list[Column] = []
        for item in self.items(own["columns"], "columns") if "columns" in own else ():
            try:
                columns.append(read_column(self.text(item, "a column")))
                checked_columns(columns)
            except UsageError as error:
                if error.message.startswith(self.file):
                    raise
                self.fault(line_of(item), error.message, error.hint)
        papers = self.number(own, "papers", 1, MOST_PAPERS, 12)
        return TablePlan(topic=self.field(own, "topic"), columns=tuple(columns), papers=papers)

    def _scope(self, node: Node) -> Filters:
        own = self.fields(node, FIELDS["scope"], "a scope")
        first, last = self._years(own["years"]) if "years" in own else (None, None)
        return Filters(
            year_from=first,
            year_to=last,
            venue=self.field(own, "venue"),
            tags=self._listed(own, "tags", lambda n: self.text(n, "a tag")),
            files=self._listed(own, "files", lambda n: self.text(n, "a file")),
        )

    def _years(self, node: Node) -> tuple[int | None, int | None]:
        said = self.text(node, "years")
        found = _YEARS.fullmatch(said)
        first = int(found[1]) if found and found[1] else None
        last = int(found[3]) if found and found[3] else None
        if found is None or not (first or last) or (first and last and first > last):
            hint = 'Use 2024, "2023:2025", "2024:".'
            self.fault(line_of(node), f"'{said}' is not a range of years", hint)
        return first, last if found[2] else first


def _as_title(topic: str) -> str:
    return topic[:1].upper() + topic[1:]


def plan_lines(plan: SurveyPlan) -> list[str]:
    """The plan in lines to look at: one a report and one a section."""
    lines = [f"{plan.title}: {counted(len(plan.reports), 'report')}"]
    for report in plan.reports:
        lines.append(f"  {clean(report.title)}")
        for n, section in enumerate(report.sections, start=1):
            papers = f" ({counted(len(section.keys), 'paper')})" if section.keys else ""
            lines.append(f"    {n}. {clean(section.title)}{papers}")
    return lines
