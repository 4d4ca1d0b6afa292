"""Reads the decisions in files of Rayyan, ASReview, Covidence, EPPI-Reviewer, and in tables."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from reviewer.errors import SourceError, UsageError
from reviewer.library.asreview_project import is_project, labels_of_project
from reviewer.sources import file_bytes
from reviewer.sources.text_file import text_of
from reviewer.tasks.screening.label_rows import csv_rows
from reviewer.tasks.screening.tool_exports import (
    COVIDENCE_HEAD,
    covidence_steps,
    eppi_codings,
    is_eppi,
    is_rayyan_archive,
    json_of,
    rayyan_archive,
)
from reviewer.text import bare_doi
from reviewer.types.screening import Stage, Verdict

MAPPED = ("verdict", "reason", "note", "reviewer", "at", "title", "doi", "key")
LOG = "screen_log"  # the column of our own files that has the whole decisions
_HINT = (
    "Give an export of Rayyan, ASReview, Covidence or EPPI-Reviewer, or name columns: "
    "--map decision=verdict"
)
_VERDICTS: dict[str, Verdict] = {
    **dict.fromkeys(("1", "1.0", "yes", "y", "true", "include", "included", "relevant"), "include"),
    **dict.fromkeys(("0", "0.0", "no", "n", "false", "exclude", "excluded"), "exclude"),
    **dict.fromkeys(("irrelevant", "not relevant", "reject", "rejected"), "exclude"),
    **dict.fromkeys(("maybe", "undecided", "unclear", "unsure"), "maybe"),
    "duplicate": "duplicate",
    "accept": "include",
    "accepted": "include",
}
_NO_LABEL = ("", "not_seen", "-1", "none", "na", "nan", "unscreened")
_RAYYAN = re.compile(
    r"(RAYYAN-INCLUSION|RAYYAN-LABELS|RAYYAN-EXCLUSION-REASONS|USER-NOTES):\s*(.*?)"
    r"\s*(?=\|?\s*(?:RAYYAN-|USER-NOTES:)|$)",
    re.DOTALL,
)
_NAMED = re.compile(r'"((?:[^"\\]|\\.)*)"\s*=>\s*"((?:[^"\\]|\\.)*)"')
_NOTES = re.compile(r'"((?:[^"\\]|\\.)*)"\s*=>\s*\[([^\]]*)\]')
_ASREVIEW = re.compile(r"ASReview_(relevant|irrelevant|not_seen)", re.IGNORECASE)
_COVIDENCE = re.compile(r"Exclusion reason:\s*([^;|\n]+)", re.IGNORECASE)
_TAG = re.compile(r"([A-Z][A-Z0-9])  ?-(?: (.*))?$")
_TITLES = ("title", "primary_title", "ti", "t1")
_NOTE_HEADS = ("notes", "n1")


@dataclass(frozen=True)
class Label:
    """One reviewer's decision on a record of a file. `reviewer` is empty where the file names none,
    `stage` where it says none; `at` is ISO 8601 or empty."""

    title: str
    verdict: Verdict
    doi: str = ""
    key: str = ""
    reviewer: str = ""
    reasons: tuple[str, ...] = ()
    note: str = ""
    at: str = ""
    stage: Stage | None = None


@dataclass
class Labels:
    """What a file holds: its labels, its own decisions of `review` (with the titles and DOIs of
    their papers), its events (with their papers by id), how many records have no label, and what
    was not understood."""

    kind: str = ""
    labels: list[Label] = field(default_factory=list)
    own: list[tuple[str, str, str, dict[str, Any]]] = field(default_factory=list)
    events: list[tuple[dict[str, Any], dict[str, Any]]] = field(default_factory=list)
    records: int = 0
    unlabelled: int = 0
    unknown: list[str] = field(default_factory=list)


def read_labels(file: Path, columns: Mapping[str, str], every: str = "") -> Labels:
    """The decisions of a file. `columns` gives for a column (of RIS a tag) what it holds, one of
    MAPPED; `every` is the verdict of all records of a file that has no column for it.

    Raises UsageError for a file that cannot be read, or in which no decision is found.
    """
    data = file_bytes(str(file))
    if isinstance(data, str):
        raise UsageError(f"{file}: {data}", hint=_HINT)
    if is_project(data):
        return _of_project(file, data)
    times: dict[str, str] = {}
    if is_rayyan_archive(data):
        data, times = _rayyan_files(file, data)
    decoded = text_of(data)
    if decoded is None:
        raise UsageError(f"{file} is not text", hint=_HINT)
    text = decoded.text
    if text.lstrip()[:1] == "{":
        document = json_of(text)
        return _of_eppi(file, document) if is_eppi(document) else _of_log(file, text)
    found = _of_rows(file, text, columns, every)
    if times:
        found.labels = [replace(own, at=times.get(own.key, own.at)) for own in found.labels]
    return found


def _of_rows(file: Path, text: str, columns: Mapping[str, str], every: str) -> Labels:
    """The decisions of a table or of RIS."""
    is_ris = re.search(r"^TY {2}-", text, re.MULTILINE) is not None
    rows = list(_ris_rows(text) if is_ris else csv_rows(text))
    found = Labels(kind="RIS" if is_ris else "CSV", records=len(rows))
    mapped = {name.strip().lower(): what for name, what in columns.items()}
    heads = {head for row in rows for head in row}
    if missing := [name for name in mapped if name not in heads]:
        raise UsageError(
            f"{file} has no column {missing[0]}", hint=f"It has: {', '.join(sorted(heads)[:15])}"
        )
    steps = covidence_steps(file) if COVIDENCE_HEAD in heads and not (every or columns) else ()
    for number, row in enumerate(rows, 1):
        before = len(found.labels) + len(found.own)
        if steps:
            found.labels += _covidence(found, row, steps)
        else:
            _take(found, row, mapped, every, number)
        found.unlabelled += before == len(found.labels) + len(found.own)
    if not found.labels and not found.own:
        raise UsageError(
            f"no decision was found in the {len(rows):,} records of {file}",
            hint=f"{_HINT} (its columns: {', '.join(sorted(heads)[:15])}), or --every exclude",
        )
    return found


def _take(
    found: Labels, row: Mapping[str, str], mapped: Mapping[str, str], every: str, number: int
) -> None:
    """Add the labels of one row."""
    if row.get(LOG):
        _take_own(found, row, number)
        return
    label = _base(row, mapped)
    notes = " | ".join(row[head] for head in _NOTE_HEADS if row.get(head))
    if "RAYYAN-INCLUSION" in notes and "verdict" not in mapped.values():
        found.kind = "Rayyan"
        found.labels += _rayyan(label, notes, found)
        return
    said, note = _verdict_said(row, mapped, notes, found)
    said = said or every
    if said.lower() in _NO_LABEL:
        return
    verdict = _VERDICTS.get(said.strip().lower())
    if verdict is None:
        found.unknown.append(f"record {number}: '{said[:40]}' is no verdict")
        return
    reasons = label.reasons if verdict == "exclude" else ()
    if verdict == "exclude" and (reason := _COVIDENCE.search(notes)):
        found.kind, reasons = "Covidence", (*reasons, reason[1].strip())
    if every and not note:
        note = notes
    note = " | ".join(part for part in (label.note, note) if part)
    found.labels.append(replace(label, verdict=verdict, reasons=reasons, note=note))


def _covidence(
    found: Labels, row: Mapping[str, str], steps: Sequence[tuple[Stage, Verdict]]
) -> Iterator[Label]:
    """A label for each step that the records of Covidence's file went through. Notes and tags stand
    with the last one, of its notes the reason apart."""
    found.kind = "Covidence"
    label, notes = _base(row, {}), row.get("notes", "")
    reason = _COVIDENCE.search(notes)
    rest = _COVIDENCE.sub("", notes).strip(" ;|\n")
    tags = f"tags: {row['tags']}" if row.get("tags") else ""
    for n, (stage, verdict) in enumerate(steps, 1):
        is_last = n == len(steps)
        yield replace(
            label,
            stage=stage,
            verdict=verdict,
            reasons=(reason[1].strip(),) if reason and verdict == "exclude" else (),
            note=" | ".join(part for part in (rest, tags) if part and is_last),
        )


def _rayyan_files(file: Path, data: bytes) -> tuple[bytes, dict[str, str]]:
    try:
        return rayyan_archive(data)
    except SourceError as error:
        raise UsageError(f"{file}: {error.message}", hint=error.hint) from error


def _of_eppi(file: Path, document: Any) -> Labels:  # noqa: ANN401  whatever JSON holds
    found = Labels(kind="EPPI-Reviewer")
    try:
        found.records = len(document["References"])
        for own in eppi_codings(document):
            found.labels.append(
                Label(
                    title=own.title, doi=bare_doi(own.doi), verdict=own.verdict, stage=own.stage,
                    reasons=own.reasons, note=own.note,
                )
            )  # fmt: skip
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise UsageError(f"{file} cannot be read as EPPI-Reviewer's JSON", hint=_HINT) from error
    found.unlabelled = found.records - len({(own.title, own.doi) for own in found.labels})
    if not found.labels:
        raise UsageError(
            f"no code of {file} includes or excludes",
            hint="Export the code set for screening too, or RIS or CSV with --map or --every.",
        )
    return found


def _base(row: Mapping[str, str], mapped: Mapping[str, str]) -> Label:
    """What the row says of the record, and what mapped columns say of the decision."""
    own = {what: row.get(name, "").strip() for name, what in mapped.items()}
    reasons = tuple(part.strip() for part in own.get("reason", "").split(";") if part.strip())
    title = own.get("title") or next((row[h] for h in _TITLES if row.get(h)), "")
    return Label(
        title=title,
        verdict="maybe",
        doi=bare_doi(own.get("doi") or row.get("doi", "") or row.get("do", "")),
        key=own.get("key") or row.get("key", ""),
        reviewer=own.get("reviewer", ""),
        reasons=reasons,
        note=own.get("note", ""),
        at=_time(own.get("at", "") or row.get("asreview_time", "")),
    )


def _time(said: str) -> str:
    """The time in ISO 8601; empty for one that is not known, or is written in another way."""
    try:
        return datetime.fromisoformat(said).isoformat() if said else ""
    except ValueError:
        return ""


def _verdict_said(
    row: Mapping[str, str], mapped: Mapping[str, str], notes: str, found: Labels
) -> tuple[str, str]:
    """The words of the verdict and of the note beside it."""
    for name, what in mapped.items():
        if what == "verdict":
            return row.get(name, ""), ""
    if marked := _ASREVIEW.search(notes):
        found.kind = "ASReview"
        rest = [part for part in notes.split(" | ") if not part.startswith("ASReview_")]
        said = marked[1].lower()
        return ("" if said == "not_seen" else said), " | ".join(rest)
    if "asreview_label" in row:
        found.kind = "ASReview"
        return row["asreview_label"], row.get("asreview_note", "")
    for name in ("included", "label_included", "decision", "screen_decision"):
        if row.get(name):
            return row[name], ""
    return "", ""


def _rayyan(label: Label, notes: str, found: Labels) -> Iterator[Label]:
    """A label for each name in Rayyan's field of notes. Reasons are of all who excluded; labels and
    notes stand in the note of each who is named, else of the first."""
    fields = {name: value.strip(" |") for name, value in _RAYYAN.findall(notes)}
    reasons = [r.strip() for r in fields.get("RAYYAN-EXCLUSION-REASONS", "").split(",")]
    labels = fields.get("RAYYAN-LABELS", "")
    said = fields.get("USER-NOTES", "")
    by_name = dict(_NOTES.findall(said))
    loose = "" if by_name else said
    for n, (name, words) in enumerate(_NAMED.findall(fields.get("RAYYAN-INCLUSION", ""))):
        verdict = _VERDICTS.get(words.strip().lower())
        if verdict is None:
            found.unknown.append(f"{name}: '{words[:40]}' is no verdict")
            continue
        own = [by_name.get(name, "").strip('" '), f"labels: {labels}" if labels else ""]
        own += [loose] if n == 0 else []
        yield replace(
            label,
            verdict=verdict,
            reviewer=name,
            reasons=tuple(r for r in reasons if r) if verdict == "exclude" else (),
            note=" | ".join(part for part in own if part),
        )


def _take_own(found: Labels, row: Mapping[str, str], number: int) -> None:
    found.kind = "review"
    title = next((row[h] for h in _TITLES if row.get(h)), "")
    doi = bare_doi(row.get("doi", "") or row.get("do", ""))
    try:
        for decision in json.loads(row[LOG]):
            found.own.append((title, doi, row.get("key", "") or row.get("id", ""), decision))
    except (ValueError, TypeError):
        found.unknown.append(f"record {number}: its {LOG} is not JSON")


def _of_log(file: Path, text: str) -> Labels:
    """Our own log: a decision with its paper a line, or an event with its papers."""
    found = Labels(kind="review")
    for number, line in enumerate(text.splitlines(), 1):
        if not line.strip():
            continue
        try:
            row = json.loads(line)
            if "event" in row:
                found.events.append((row["event"], row["papers"]))
            if "decision" not in row:
                continue
            paper = row["paper"]
            found.own.append((paper["title"], paper["doi"], paper["key"], row["decision"]))
        except (ValueError, KeyError, TypeError) as error:
            raise UsageError(f"{file}, line {number} is no decision", hint=_HINT) from error
    found.records = len({own[3].get("paper_id") for own in found.own})
    return found


def _of_project(file: Path, data: bytes) -> Labels:
    try:
        rows, changed = labels_of_project(data)
    except SourceError as error:
        raise UsageError(f"{file}: {error.message}", hint=error.hint) from error
    found = Labels(kind="ASReview", records=len(rows))
    for row in rows:
        if row["label"] not in (0, 1):
            found.unlabelled += 1
            continue
        tags = f"tags: {row['tags']}" if row["tags"] not in (None, "null", "[]", "{}") else ""
        time = row["time"]
        is_known = isinstance(time, int | float) and 0 < time < 1e11
        found.labels.append(
            Label(
                title=row["title"] or "",
                doi=bare_doi(row["doi"] or ""),
                verdict="include" if row["label"] == 1 else "exclude",
                note=" | ".join(part for part in (row["note"] or "", tags) if part),
                at=datetime.fromtimestamp(time, UTC).isoformat() if is_known else "",
            )
        )
    if changed:
        found.unknown.append(f"{changed:,} labels that were changed later: only the last is taken")
    return found


def _ris_rows(text: str) -> Iterator[dict[str, str]]:
    """Each record's lines by tag, those of one tag joined by ` | `."""
    own: dict[str, list[str]] = {}
    last = ""
    for line in text.splitlines():
        found = _TAG.match(line.strip("\ufeff"))
        if found is None:
            if own and last and line.strip():
                own[last][-1] += f" {line.strip()}"
            continue
        last = found[1].lower()
        if last == "er":
            yield _ris_row(own)
            own, last = {}, ""
        else:
            own.setdefault(last, []).append((found[2] or "").strip())
    if own:
        yield _ris_row(own)


def _ris_row(own: Mapping[str, Sequence[str]]) -> dict[str, str]:
    row = {tag: " | ".join(values) for tag, values in own.items()}
    kept = [n for n in own.get("n1", ()) if n.startswith(f"{LOG}: ")]
    return row | {LOG: kept[0].removeprefix(f"{LOG}: ")} if kept else row
