"""Reads a file of records whose decisions are known."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from reviewer.errors import UsageError
from reviewer.sources import read_text_file
from reviewer.tasks.screening.label_rows import csv_rows

_TITLES = ("title", "primary_title")
_ABSTRACTS = ("abstract", "text", "notes_abstract")
_LABELS = ("included", "label_included", "asreview_label", "label", "final_included")
_YES = {"1", "1.0", "yes", "y", "true", "included", "include", "relevant"}
_NO = {"0", "0.0", "no", "n", "false", "excluded", "exclude", "irrelevant"}


@dataclass(frozen=True)
class LabelledRecord:
    """A record and the decision on it."""

    title: str
    abstract: str
    is_included: bool


def read_labelled(path: Path) -> tuple[list[LabelledRecord], int]:
    """The records of a CSV, TSV or JSON Lines file with a title, an abstract and a
    label, and how many rows have no label.

    Raises UsageError for a file that cannot be read, lacks a column, has another label than yes or
    no, or has not both kinds.
    """
    records, unlabelled, columns = [], 0, set[str]()
    for line, row in _rows(path):
        columns |= set(row)
        label = _first(row, _LABELS).lower()
        if not label:
            unlabelled += 1
            continue
        if label not in _YES | _NO:
            raise UsageError(
                f"{path}, row {line}: the label '{label[:40]}' is neither yes nor no",
                hint="Use 1 and 0 in the column included; leave it empty where nobody decided.",
            )
        title, abstract = _first(row, _TITLES), _first(row, _ABSTRACTS)
        records.append(LabelledRecord(title, abstract, label in _YES))
    for name, names in (("title", _TITLES), ("included", _LABELS)):
        if not columns & set(names):
            held = ", ".join(sorted(columns)[:12]) or "nothing"
            raise UsageError(
                f"{path} has no column {name}",
                hint=f"It has: {held}. Rename the one that is meant.",
            )
    if len({record.is_included for record in records}) < 2:
        raise UsageError(
            f"{path}: the {len(records):,} labelled records are all of one kind",
            hint="A simulation needs included records and excluded ones.",
        )
    return records, unlabelled


def _first(row: Mapping[str, Any], names: tuple[str, ...]) -> str:
    for name in names:
        value = row.get(name)
        if value is not None and str(value).strip():
            return str(value).strip()
    return ""


def _rows(path: Path) -> Iterator[tuple[int, dict[str, Any]]]:
    """Each row with its number and its columns in lower case."""
    hint = "Give a CSV file with title, abstract, included."
    text = read_text_file(str(path), hint, UsageError).text
    if text.lstrip()[:1] == "{":
        yield from _json_rows(path, text)
    else:
        yield from enumerate(csv_rows(text), 2)


def _json_rows(path: Path, text: str) -> Iterator[tuple[int, dict[str, Any]]]:
    for line, own in enumerate(text.splitlines(), 1):
        if own.strip():
            try:
                row = json.loads(own)
            except ValueError as error:
                raise UsageError(f"{path}, line {line} is not JSON", hint=str(error)) from error
            yield line, {str(k).lower(): v for k, v in row.items()} if isinstance(row, dict) else {}
