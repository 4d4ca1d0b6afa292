"""Results as JSON, in the schemas that docs/output.md describes."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

from reviewer.errors import ReviewError, UsageError
from reviewer.grounding.cells import tally
from reviewer.render.describe import link_of
from reviewer.render.numbered_references import references_of
from reviewer.text.invisible import escape_hidden
from reviewer.types import Answer, Citation, Paper, RelatedWork, SurveyReport, Table
from reviewer.types.checks import CheckReport
from reviewer.types.drafts import Revision
from reviewer.types.frozen import Frozen
from reviewer.types.papers import Added
from reviewer.types.runs import Finding, Run
from reviewer.types.searches import Found
from reviewer.types.surveys import Batch
from reviewer.types.tables import Row

VERSION = 1


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
            "nearest": [paper_fields(paper) for paper in answer.nearest],
            "references": [
                {
                    "number": reference.number,
                    **paper_fields(reference.paper),
                    "quotes": [_citation(c, reference.number) for c in reference.citations],
                }
                for reference in references
            ],
            "coverage": answer.coverage.model_dump(mode="json"),
            "usage": {"run_id": answer.run_id, **answer.usage.model_dump(mode="json")},
        },
    )


def _citation(citation: Citation, number: int) -> dict[str, Any]:
    return {"reference": number, **citation.model_dump(mode="json")}


def paper_fields(paper: Paper) -> dict[str, Any]:
    """What identifies a paper, without its texts."""
    return {
        "key": paper.key,
        "id": paper.id,
        "title": paper.title,
        "authors": list(paper.authors),
        "author_note": paper.author_note,
        "organisation": paper.organisation,
        "date": paper.date,
        "year": paper.year,
        "venue": paper.venue,
        "doi": paper.doi,
        "arxiv_id": paper.arxiv_id,
        "retracted": paper.retracted,
        "versions": list(paper.versions),
        "link": link_of(paper),
    }


def table_json(table: Table) -> str:
    """Columns, and one row a paper with its cells, each value with its located quote; all that
    `read_table` needs to go on from it."""
    papers = {paper.id: paper for paper in table.papers}
    whole = table.model_dump(mode="json", exclude={"papers", "rows", "coverage", "run_id", "usage"})
    rows = [
        {**paper_fields(papers[row.paper_id]), **row.model_dump(mode="json", exclude={"paper_id"})}
        for row in table.rows
    ]
    nearest = [] if table.rows else [paper_fields(paper) for paper in table.papers]
    last = {
        "cells": tally(table).model_dump(),
        "coverage": table.coverage.model_dump(mode="json"),
        "usage": {"run_id": table.run_id, **table.usage.model_dump(mode="json")},
    }
    return dump("table", {**whole, "rows": rows, "nearest": nearest, **last})


def read_table(text: str, file: str) -> Table:
    """The table of a document that `table_json` made, without its papers' texts.

    Raises UsageError when it is none.
    """
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
            f"{file} is no table of review", hint="Make one with: review table TOPIC -o FILE.json"
        ) from error


def draft_json(work: RelatedWork) -> str:
    """Sections with their claims, each with its role and located citations; the papers by id, and
    coverage and usage. `start` and `end` of a citation of `own` are characters of its file."""
    whole = work.model_dump(
        mode="json", exclude={"papers", "nearest", "coverage", "run_id", "usage"}
    )
    last = work.model_dump(mode="json", include={"coverage", "run_id", "usage"})
    papers = [paper_fields(paper) for paper in work.papers]
    nearest = [paper_fields(paper) for paper in work.nearest]
    usage = {"run_id": last.pop("run_id"), **last.pop("usage")}
    return dump("draft", {**whole, "papers": papers, "nearest": nearest, **last, "usage": usage})


def revision_json(revision: Revision, diff: str) -> str:
    """What was added to a user's draft, and where; `diff` in the unified form."""
    whole = revision.model_dump(mode="json", exclude={"before", "papers", "run_id", "usage"})
    papers = [paper_fields(paper) for paper in revision.papers]
    usage = {"run_id": revision.run_id, **revision.usage.model_dump(mode="json")}
    return dump("revision", {**whole, "diff": diff, "papers": papers, "usage": usage})


def batch_json(batch: Batch) -> str:
    """All reports; what differs from run to run stands in `usage` alone."""
    made = batch.made
    return dump(
        "survey",
        {
            "title": batch.title,
            "reports": [_report_fields(report) for report in batch.reports],
            "usage": {
                "run_id": made.run_id,
                "started": made.started,
                "finished": made.finished,
                **made.usage.model_dump(mode="json"),
            },
        },
    )


def _report_fields(report: SurveyReport) -> dict[str, Any]:
    fields = report.model_dump(mode="json", exclude={"papers", "made", "tables"})
    tables = [t.model_dump(mode="json", exclude={"papers", "usage"}) for t in report.tables]
    return {**fields, "tables": tables, "papers": [paper_fields(p) for p in report.papers]}


def papers_json(papers: Sequence[Paper]) -> str:
    rows = [paper_fields(p) | {"tags": list(p.tags), "has_text": len(p.parts) > 1} for p in papers]
    return dump("papers", {"papers": rows})


def paper_json(paper: Paper, marked: Sequence[tuple[str, Citation]]) -> str:
    quoted = [{"question": question, **c.model_dump(mode="json")} for question, c in marked]
    return dump("paper", {"paper": paper.model_dump(mode="json"), "quoted": quoted})


def found_json(found: Found) -> str:
    """One object a paper with its key, title and score, best first."""
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
                    "best_sentence": hit.best_sentence
                    and hit.best_sentence.model_dump(mode="json"),
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
    last = whole.pop("usage")
    problems = [p for s in report.sentences for p in s.problems]
    problems += [p for entry in report.entries for p in entry.problems]
    fails = sum(problem.fails for problem in problems)
    return dump("check", {"failures": fails, **whole, "papers": papers, "usage": last})


def papers_jsonl(papers: Sequence[Paper]) -> str:
    """One paper a line with all its texts as read, for `review add` and for other programs."""
    lines = []
    for paper in papers:
        fields = {
            **paper_fields(paper),
            "abstract": paper.abstract,
            "pmid": paper.pmid,
            "url": paper.url,
            "keywords": list(paper.keywords),
            "tags": list(paper.tags),
            "notes": paper.notes,
            **paper.extra,
        }
        kept = {
            name: value for name, value in fields.items() if value and name not in ("id", "link")
        }
        lines.append(escape_hidden(json.dumps(kept, ensure_ascii=False)) + "\n")
    return "".join(lines)


def records_json(kind: str, records: Sequence[Frozen]) -> str:
    """A list of records, each with its fields, under the name of its kind."""
    return dump(kind, {kind: [record.model_dump(mode="json") for record in records]})


def error_json(error: ReviewError) -> str:
    return dump(
        "error",
        {
            "code": error.code,
            "message": error.message,
            "hint": error.hint,
            "exit_code": error.exit_code,
        },
    )
