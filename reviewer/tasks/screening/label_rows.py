"""Rows of the tables in which other tools export records and decisions."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator


def csv_rows(text: str) -> Iterator[dict[str, str]]:
    """Each row's cells by their heads in lower case. Commas, tabs or semicolons part them:
    whichever the first line has most of."""
    head = text.split("\n", 1)[0]
    csv.field_size_limit(1 << 24)
    mark = max(",\t;", key=head.count)
    for row in csv.DictReader(io.StringIO(text, newline=""), delimiter=mark):
        yield {
            str(name).strip().lower().lstrip("\ufeff"): (value or "").strip()
            for name, value in row.items()
            if name and not isinstance(value, list)
        }
