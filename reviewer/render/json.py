"""Results as JSON, in the schemas that docs/output.md describes."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from typing import Any

from reviewer.errors import ReviewError, UsageError
from reviewer.grounding.cells import tally
from reviewer.render.answer_parts import answer_text
from reviewer.render.describe import link_of
from reviewer.render.provenance import references_of
from reviewer.text.invisible import escape_hidden
from reviewer.text.references import listed_references
from reviewer.types import Answer, Citation, Paper, RelatedWork, Table
from reviewer.types.checks import CheckedEntry, CheckedSentence, CheckReport
from reviewer.types.drafts import KeptDraft, Revision
from reviewer.types.frozen import Frozen
from reviewer.types.papers import Added, Reference
from reviewer.types.runs import Finding, Run
from reviewer.types.searches import Found
from reviewer.types.servers import Reachable
from reviewer.types.surveys import Batch, KeptSurvey
from reviewer.types.tables import Row

VERSION = 1
_PAPER_FIELDS = (
    "key id title authors author_note organisation date year venue doi arxiv_id retracted versions"
).split()


def dump(kind: str, content: dict[str, Any]) -> str:
    """One JSON document, its schema and version first."""
    document = {"schema": f"review/{kind}/{VERSION}", **content}
    return escape_hidden(json.dumps(document, ensure_ascii=False, indent=2)) + "\n"


def _fields(value: Frozen, *left_out: str) -> dict[str, Any]:
    return value.model_dump(mode="json", exclude=set(left_out))


def _cost(result: Answer | Table | RelatedWork | Revision) -> dict[str, Any]:
    return {"run_id": result.run_id, **_fields(result.usage)}


def answer_json(answer: Answer) -> str:
    """Claims with located citations, numbered references with their quotes, coverage and usage."""
    references = references_of(answer)
    numbers = {reference.paper.id: reference.number for reference in references}

    def numbered(citations: Iterable[Citation]) -> list[dict[str, Any]]:
        return [{"reference": numbers[c.paper_id], **_fields(c)} for c in citations]

    names = ("question", "asked", "sides", "writer", "effort", "outcome", "is_weak", "verdict")
    return dump(
        "answer",
        {
            **{name: getattr(answer, name) for name in names},
            "earlier": _fields(answer.earlier) if answer.earlier else None,
            "is_reused": answer.is_reused,
            "text": answer_text(answer),
            "claims": [{**_fields(c), "citations": numbered(c.citations)} for c in answer.claims],
            "stances": [_fields(stance) for stance in answer.stances],
            "nearest": [paper_fields(p) for p in answer.nearest],
            "references": [
                {"number": r.number, **paper_fields(r.paper), "quotes": numbered(r.citations)}
                for r in references
            ],
            "coverage": _fields(answer.coverage),
            "usage": _cost(answer),
        },
    )


def paper_fields(paper: Paper) -> dict[str, Any]:
    """What identifies a paper, without its texts."""
    fields = {name: getattr(paper, name) for name in _PAPER_FIELDS}
    return {**fields, "link": link_of(paper)}


def table_json(table: Table) -> str:
    """Columns, and one row for each paper with its cells, each value with its located quote: all
    that `read_table` needs to read the table back."""
    papers = {paper.id: paper for paper in table.papers}
    rows = [
        {**paper_fields(papers[row.paper_id]), **_fields(row, "paper_id")} for row in table.rows
    ]
    return dump(
        "table",
        {
            **_fields(table, "papers", "rows", "coverage", "run_id", "usage"),
            "rows": rows,
            "nearest": [] if table.rows else [paper_fields(p) for p in table.papers],
            "cells": _fields(tally(table)),
            "coverage": _fields(table.coverage),
            "usage": _cost(table),
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
        fields["rows"] = [
            {**{n: row[n] for n in Row.model_fields if n in row}, "paper_id": row["id"]}
            for row in document["rows"]
        ]
        return Table.model_validate(fields)
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        raise UsageError(
            f"{file} is not a table made by review",
            hint="Make one with: review table TOPIC -o FILE.json",
        ) from error


def draft_json(work: RelatedWork) -> str:
    """Sections with their claims, each with its kind and located citations; the papers by id, and
    coverage and usage. `start` and `end` of a citation of `own` are characters of its file."""
    return dump(
        "draft",
        {
            **_fields(work, "papers", "nearest", "coverage", "run_id", "usage"),
            "papers": [paper_fields(p) for p in work.papers],
            "nearest": [paper_fields(p) for p in work.nearest],
            "coverage": _fields(work.coverage),
            "usage": _cost(work),
        },
    )


def kept_drafts_json(drafts: Sequence[KeptDraft]) -> str:
    """Drafts on their way, with their plans; without the text of the work that they are for."""
    return dump("drafts", {"drafts": [kept_draft_fields(draft) for draft in drafts]})


def kept_draft_json(draft: KeptDraft) -> str:
    return dump("kept-draft", kept_draft_fields(draft))


def kept_draft_fields(draft: KeptDraft) -> dict[str, Any]:
    """A draft on its way, without the text of the work that it is for."""
    return {**_fields(draft, "own", "chunk_ids"), "has_own": draft.own is not None}


def kept_surveys_json(surveys: Sequence[KeptSurvey]) -> str:
    """Surveys on their way, with their plans and how far they are."""
    return dump("surveys", {"surveys": [_fields(survey) for survey in surveys]})


def kept_survey_json(survey: KeptSurvey) -> str:
    return dump("kept-survey", _fields(survey))


def revision_json(revision: Revision, diff: str) -> str:
    """What was added to a user's draft, and where. `diff` is a unified diff."""
    whole = _fields(revision, "before", "papers", "run_id", "usage")
    papers = [paper_fields(p) for p in revision.papers]
    return dump("revision", {**whole, "diff": diff, "papers": papers, "usage": _cost(revision)})


def batch_json(batch: Batch) -> str:
    """All reports. What differs from run to run is in `usage` alone."""
    reports = [
        {
            **_fields(report, "papers", "made", "tables"),
            "tables": [_fields(table, "papers", "usage") for table in report.tables],
            "papers": [paper_fields(p) for p in report.papers],
        }
        for report in batch.reports
    ]
    usage = {**_fields(batch.made, "usage"), **_fields(batch.usage)}
    return dump("survey", {"title": batch.title, "reports": reports, "usage": usage})


def papers_json(papers: Sequence[Paper]) -> str:
    rows = [paper_fields(p) | {"tags": list(p.tags), "has_text": len(p.parts) > 1} for p in papers]
    return dump("papers", {"papers": rows})


def paper_json(paper: Paper, marked: Sequence[tuple[str, Citation]]) -> str:
    quoted = [{"question": question, **_fields(citation)} for question, citation in marked]
    return dump("paper", {"paper": _fields(paper), "quoted": quoted})


def found_json(found: Found) -> str:
    """One object for each paper with its key, title and score, best first."""
    papers = [
        {
            **paper_fields(hit.paper),
            "score": hit.score.total,
            "is_weak": hit.is_weak,
            "why": _fields(hit.score, "total"),
            "best_sentence": _fields(hit.best_sentence) if hit.best_sentence else None,
        }
        for hit in found.hits
    ]
    return dump(
        "search",
        {
            "question": found.question,
            "method": found.method,
            "papers_in_library": found.papers,
            "matched": found.matched,
            "left_out": found.left_out,
            "reason": found.reason,
            "understood": _fields(found.understood),
            "papers": papers,
        },
    )


def added_json(added: Added) -> str:
    return dump("added", added_fields(added))


def added_fields(added: Added) -> dict[str, Any]:
    """What was added, without how long it took."""
    return _fields(added, "seconds_embedding")


def runs_json(runs: Sequence[Run]) -> str:
    return dump("runs", {"runs": [_fields(run, "result") for run in runs]})


def run_json(run: Run) -> str:
    return dump("run", {"run": _fields(run)})


def findings_json(findings: Sequence[Finding]) -> str:
    return dump("doctor", {"findings": [_fields(finding) for finding in findings]})


def models_json(found: Reachable) -> str:
    """The servers that answer, each with its models, and the keys that are set, by name only."""
    return dump("models", _fields(found))


def check_json(report: CheckReport) -> str:
    """Every sentence that cites or should, and every entry, as they were found."""
    checked: list[CheckedSentence | CheckedEntry] = [*report.sentences, *report.entries]
    return dump(
        "check",
        {
            "failures": sum(problem.fails for one in checked for problem in one.problems),
            **_fields(report, "papers", "usage"),
            "papers": {key: paper_fields(paper) for key, paper in report.papers.items()},
            "usage": _fields(report.usage),
        },
    )


def papers_jsonl(papers: Sequence[Paper]) -> str:
    """One paper on each line with its abstract as read and what it cites, for `review add` and
    other programs."""
    more = ("abstract", "pmid", "url", "keywords", "tags", "notes")
    lines = []
    for paper in papers:
        fields = paper_fields(paper) | {name: getattr(paper, name) for name in more} | paper.extra
        cited = [_known_fields(reference) for reference in listed_references(paper)]
        fields |= {"references": cited} if cited else {}
        kept = {name: v for name, v in fields.items() if v and name not in ("id", "link")}
        lines.append(escape_hidden(json.dumps(kept, ensure_ascii=False)) + "\n")
    return "".join(lines)


def _known_fields(reference: Reference) -> dict[str, Any]:
    return {name: value for name, value in _fields(reference).items() if value}


def records_json(kind: str, records: Sequence[Frozen]) -> str:
    """A list of values, each with its fields, under the name of their kind."""
    return dump(kind, {kind: [_fields(record) for record in records]})


def error_json(error: ReviewError) -> str:
    names = ("code", "message", "hint", "exit_code")
    return dump("error", {name: getattr(error, name) for name in names})
