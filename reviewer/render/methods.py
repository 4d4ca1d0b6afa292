"""How a report was made, so that a reader can redo it: flow, methods, run, and what is new."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from reviewer.render.provenance import Facts, Step, cost_facts, known_facts
from reviewer.text import clean, counted
from reviewer.types import SurveyReport
from reviewer.types.searches import Filters
from reviewer.types.surveys import Flow, Made

_MOST_TITLES = 12  # that are named as new or gone


def flow_steps(flow: Flow, *, is_quoted: bool) -> tuple[Step, ...]:
    """The steps of the flow, after the flow diagram of PRISMA 2020 (Page and others 2021). Papers
    come by rank: no person chose them, and where sentences are quoted no model read them."""
    by = f"nearest by rank in {counted(flow.searches, 'search', 'searches')}"
    read = "looked through for sentences to quote" if is_quoted else "read by the model"
    not_read = "not looked through" if is_quoted else "not read"
    uncited = "not quoted" if is_quoted else "read but not cited"
    return (
        Step("in the library", flow.library, flow.not_found, ("not looked at",)),
        Step(by, flow.nearest, flow.not_read, flow.reasons or (not_read,)),
        Step(read, flow.read, flow.not_cited, flow.uncited or (uncited,)),
        Step("cited", flow.cited),
    )


def left_out_lines(report: SurveyReport) -> list[tuple[str, str]]:
    """What is not in the report, and why: papers that are in no section, sentences of sections, and
    gaps that may be none."""
    known = {paper.id: clean(paper.title) for paper in report.papers}
    lines = [(known[left.paper_id], left.why) for left in report.left_out if left.paper_id in known]
    for section in report.sections:
        said = "; ".join((*section.left_out, *section.notes))
        lines += [(section.title, said)] if said else []
        lines += [(section.title, asked) for asked in section.asked]
    return [*lines, *(("the frame of the report", asked) for asked in report.asked)]


def method_facts(report: SurveyReport) -> Facts:
    """What is the same in two runs of one plan: writer, prompts, search, library, plan."""
    methods = report.methods
    is_quoted = methods.writer == "extractive"
    papers = counted(methods.library_papers, "paper")
    entries = counted(methods.library_entries, "entry", "entries")
    by = f"{methods.search}, with {methods.embedding}" if methods.embedding else methods.search
    return known_facts(
        {
            "Topic": [report.topic],
            "Model": ["none: sentences are quoted" if is_quoted else methods.writer],
            "Depth": [methods.depth],
            "Search": [by],
            "Library": [f"{papers} from {entries}, state {methods.generation}"],
            "Filters": list(filter_lines(methods.filters)),
            "Prompts": [
                f"{name} {digest}" for name, digest in sorted(methods.prompt_hashes.items())
            ],
            "Plan": [methods.plan_hash],
            "Program": [f"review {methods.version}" if methods.version else ""],
        }
    )


def filter_lines(filters: Filters) -> Iterator[str]:
    """The filters in words, a line each, or "none"."""
    if filters.is_empty:
        yield "none"
    first, last = filters.year_from, filters.year_to
    if first is not None or last is not None:
        yield f"years {'' if first is None else first} to {'' if last is None else last}".rstrip()
    if filters.venue:
        yield f"venue {clean(filters.venue)}"
    for name, values in (("tags", filters.tags), ("keys", filters.keys), ("files", filters.files)):
        if values:
            yield f"{name} {', '.join(clean(value) for value in values)}"


def run_facts(made: Made) -> Facts:
    """What differs from run to run: its time, its number, and its cost."""
    times = filter(None, map(readable_time, (made.started, made.finished)))
    seconds = f"{made.usage.seconds:.0f} s" if made.usage.seconds >= 0.5 else ""
    facts = {"When": [" to ".join(dict.fromkeys(times))], "Run": [made.run_id], "Took": [seconds]}
    return known_facts(facts) | cost_facts(made.usage)


def readable_time(iso: str) -> str:
    """`2026-11-25 18:03 UTC` of `2026-11-25T18:03:12+00:00`."""
    day, _, time = iso.partition("T")
    return f"{day} {time[:5]} UTC" if time else day


def news_facts(report: SurveyReport) -> Facts:
    """What an update brought: new papers, rewritten sections, and papers that are gone."""
    news = report.news
    if news is None:
        return {}
    known = {paper.id: paper.title for paper in report.papers}
    new = [known[i] for i in news.new_ids if i in known]
    is_same = not (new or news.gone_titles or news.rewritten)
    return known_facts(
        {
            "Since": [readable_time(news.since)],
            "New papers": _few(new),
            "No longer here": _few(news.gone_titles),
            "Rewritten": news.rewritten,
            "Unchanged": [counted(news.unchanged, "section")],
            "Changed": ["nothing"] if is_same else [],
        }
    )


def _few(titles: Sequence[str]) -> list[str]:
    more = len(titles) - _MOST_TITLES
    return [*titles[:_MOST_TITLES], *([f"and {more} more"] if more > 0 else [])]


def batch_facts(reports: Sequence[SurveyReport]) -> Facts:
    """The facts about methods that all reports share."""
    first, *others = [method_facts(report) for report in reports] or [{}]
    return {n: values for n, values in first.items() if all(o.get(n) == values for o in others)}
