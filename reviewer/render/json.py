"""Results as JSON, in the schemas that docs/output.md describes."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

from reviewer.errors import ReviewError, UsageError
from reviewer.grounding.cells import tally
from reviewer.render.describe import link_of
from reviewer.render.provenance import references_of
from reviewer.text.invisible import escape_hidden
from reviewer.types import Answer, Citation, Paper, RelatedWork, SurveyReport, Table
from reviewer.types.checks import CheckReport
from reviewer.types.drafts import Revision
from reviewer.types.frozen import Frozen
from reviewer.types.papers import Added
from reviewer.types.runs import Finding, Run, Usage
from reviewer.types.searches import Found
from reviewer.types.surveys import Batch
from reviewer.types.tables import Row

VERSION = 1
_PAPER_FIELDS = (
    "key id title authors author_note organisation date year venue doi arxiv_id retracted versions"
).split()


def dump(kind: str, content: dict[str, Any]) -> str:
    """One JSON document, its schema and version first."""
    document = {"schema": f"review/{kind}/{VERSION}", **content}
    return escape_hidden(json.dumps(document, ensure_ascii=False, indent=2)) + "\n"


def answer_json(answer: Answer) -> str:
    """Claims with located citations, numbered references with their quotes, coverage and usage."""
    references = references_of(answer)
    numbers = {reference.paper.id: reference.number for reference in references}
    return dump(
        "answer",
        {
            "question": answer.question,
            "asked": answer.asked,
            "writer": answer.writer,
            "effort": answer.effort,
            "is_weak": answer.is_weak,
            "verdict": answer.verdict,
            "claims": [
                {
                    "text": claim.text,
                    "support": claim.support,
                    "citations": [_citation(c, numbers[c.paper_id]) for c in claim.citations],
                    "dropped": list(claim.dropped),
                    "unproven": list(claim.unproven),
                }
                for claim in answer.claims
            ],
            "stances": [stance.model_dump(mode="json") for stance in answer.stances],
            "nearest": _all_fields(answer.nearest),
            "references": [
                {
                    "number": reference.number,
                    **paper_fields(reference.paper),
                    "quotes": [_citation(c, reference.number) for c in reference.citations],
                }
                for reference in references
            ],
            "coverage": answer.coverage.model_dump(mode="json"),
            "usage": _usage(answer.run_id, answer.usage),
        },
    )


def _citation(citation: Citation, number: int) -> dict[str, Any]:
    return {"reference": number, **citation.model_dump(mode="json")}


def _usage(run_id: str, usage: Usage) -> dict[str, Any]:
    return {"run_id": run_id, **usage.model_dump(mode="json")}


def _all_fields(papers: Sequence[Paper]) -> list[dict[str, Any]]:
    return [paper_fields(paper) for paper in papers]


def paper_fields(paper: Paper) -> dict[str, Any]:
    """What identifies a paper, without its texts."""
    fields = {name: getattr(paper, name) for name in _PAPER_FIELDS}
    return {**fields, "link": link_of(paper)}


def table_json(table: Table) -> str:
    """Columns, and one row for each paper with its cells, each value with its located quote: all
    that `read_table` needs to read the table back."""
    papers = {paper.id: paper for paper in table.papers}
    whole = table.model_dump(mode="json", exclude={"papers", "rows", "coverage", "run_id", "usage"})
    rows = [
        {**paper_fields(papers[row.paper_id]), **row.model_dump(mode="json", exclude={"paper_id"})}
        for row in table.rows
    ]
    return dump(
        "table",
        {
            **whole,
            "rows": rows,
            "nearest": [] if table.rows else _all_fields(table.papers),
            "cells": tally(table).model_dump(),
            "coverage": table.coverage.model_dump(mode="json"),
            "usage": _usage(table.run_id, table.usage),
        },
    )


def read_table(text: str, file: str) -> Table:
    """The table of a document that `table_json` made, without its papers' texts. Raises UsageError
    for any other text; `file` is its name in the error."""
    try:
        document = json.loads(text)
        if document.get("schema") != f"review/table/{VERSION}":
            raise ValueError
        fields = {name: document[name] for name in Table.model_fields if name in document}
        fields["usage"] = dict(document["usage"])
        fields["run_id"] = fields["usage"].pop("run_id")
        row_fields = {*Row.model_fields} - {"paper_id"}
        fields["rows"] = [
            {"paper_id": row["id"], **{n: row[n] for n in row_fields if n in row}}
            for row in document["rows"]
        ]
        return Table.model_validate(fields)
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        raise UsageError(
            f"{file} is not a table made by review",
            hint="Make one with: review table TOPIC -o FILE.json",
        ) from error


def draft_json(work: RelatedWork) -> str:
    """Sections with their claims, each with its role and located citations; the papers by id, and
    coverage and usage. `start` and `end` of a citation of `own` are characters of its file."""
    last = {"papers", "nearest", "coverage", "run_id", "usage"}
    return dump(
        "draft",
        {
            **work.model_dump(mode="json", exclude=last),
            "papers": _all_fields(work.papers),
            "nearest": _all_fields(work.nearest),
            "coverage": work.coverage.model_dump(mode="json"),
            "usage": _usage(work.run_id, work.usage),
        },
    )


def revision_json(revision: Revision, diff: str) -> str:
    """What was added to a user's draft, and where. `diff` is a unified diff."""
    whole = revision.model_dump(mode="json", exclude={"before", "papers", "run_id", "usage"})
    usage = _usage(revision.run_id, revision.usage)
    papers = _all_fields(revision.papers)
    return dump("revision", {**whole, "diff": diff, "papers": papers, "usage": usage})


def batch_json(batch: Batch) -> str:
    """All reports. What differs from run to run is in `usage` alone."""
    made = batch.made.model_dump(mode="json")
    reports = [_report_fields(report) for report in batch.reports]
    usage = made.pop("usage")
    return dump("survey", {"title": batch.title, "reports": reports, "usage": {**made, **usage}})


def _report_fields(report: SurveyReport) -> dict[str, Any]:
    fields = report.model_dump(mode="json", exclude={"papers", "made", "tables"})
    tables = [t.model_dump(mode="json", exclude={"papers", "usage"}) for t in report.tables]
    return {**fields, "tables": tables, "papers": _all_fields(report.papers)}


def papers_json(papers: Sequence[Paper]) -> str:
    rows = [paper_fields(p) | {"tags": list(p.tags), "has_text": len(p.parts) > 1} for p in papers]
    return dump("papers", {"papers": rows})


def paper_json(paper: Paper, marked: Sequence[tuple[str, Citation]]) -> str:
    quoted = [{"question": question, **c.model_dump(mode="json")} for question, c in marked]
    return dump("paper", {"paper": paper.model_dump(mode="json"), "quoted": quoted})


def found_json(found: Found) -> str:
    """One object for each paper with its key, title and score, best first."""
    return dump(
        "search",
        {
            "question": found.question,
            "method": found.method,
            "papers_in_library": found.papers,
            "matched": found.matched,
            "left_out": list(found.left_out),
            "reason": found.reason,
            "papers": [
                {
                    **paper_fields(hit.paper),
                    "score": hit.score.total,
                    "why": hit.score.model_dump(mode="json", exclude={"total"}),
                    "best_sentence": hit.best_sentence.model_dump(mode="json")
                    if hit.best_sentence
                    else None,
                }
                for hit in found.hits
            ],
        },
    )


def added_json(added: Added) -> str:
    return dump("added", added.model_dump(mode="json", exclude={"seconds_embedding"}))


def runs_json(runs: Sequence[Run]) -> str:
    return dump("runs", {"runs": [run.model_dump(mode="json", exclude={"result"}) for run in runs]})


def run_json(run: Run) -> str:
    return dump("run", {"run": run.model_dump(mode="json")})


def findings_json(findings: Sequence[Finding]) -> str:
    return dump("doctor", {"findings": [finding.model_dump(mode="json") for finding in findings]})


def check_json(report: CheckReport) -> str:
    """Every sentence that cites or should, and every entry, as they were found."""
    whole = report.model_dump(mode="json", exclude={"papers"})
    papers = {key: paper_fields(paper) for key, paper in report.papers.items()}
    usage = whole.pop("usage")
    checked = [*(s.problems for s in report.sentences), *(e.problems for e in report.entries)]
    fails = sum(problem.fails for problems in checked for problem in problems)
    return dump("check", {"failures": fails, **whole, "papers": papers, "usage": usage})


def papers_jsonl(papers: Sequence[Paper]) -> str:
    """One paper on each line with its abstract as read, for `review add` and other programs."""
    lines = []
    for paper in papers:
        more = ("abstract", "pmid", "url", "keywords", "tags", "notes")
        fields = paper_fields(paper) | {name: getattr(paper, name) for name in more} | paper.extra
        kept = {name: v for name, v in fields.items() if v and name not in ("id", "link")}
        lines.append(escape_hidden(json.dumps(kept, ensure_ascii=False)) + "\n")
    return "".join(lines)


def records_json(kind: str, records: Sequence[Frozen]) -> str:
    """A list of values, each with its fields, under the name of their kind."""
    return dump(kind, {kind: [record.model_dump(mode="json") for record in records]})


def error_json(error: ReviewError) -> str:
    names = ("code", "message", "hint", "exit_code")
    return dump("error", {name: getattr(error, name) for name in names})
