"""Says which decisions of other tools a file holds: no paper keeps them, and none goes unsaid."""

from __future__ import annotations

import re

_COLUMNS = (
    "included label_included asreview_label asreview_time asreview_note asreview_tags "
    "screen_decision screen_log"
).split()
_MARKS = (
    (re.compile(r"RAYYAN-INCLUSION"), "RAYYAN-INCLUSION"),
    (re.compile(r"RAYYAN-EXCLUSION-REASONS"), "RAYYAN-EXCLUSION-REASONS"),
    (re.compile(r"RAYYAN-LABELS"), "RAYYAN-LABELS"),
    (re.compile(r"^N1  - ASReview_", re.MULTILINE), "ASReview_relevant and ASReview_irrelevant"),
    (re.compile(r"Exclusion reason:"), "Exclusion reason"),
)


def labels_left(text: str) -> str:
    """The remark on the labels that a file of papers holds; empty where it holds none."""
    head = text.lstrip("\ufeff").partition("\n")[0]
    separator = max(",\t;", key=head.count)
    columns = {cell.strip(' "\r').lower() for cell in head.split(separator)}
    is_table = head.count(separator) > 0
    found = [name for name in _COLUMNS if name in columns] if is_table else []
    found += [name for mark, name in _MARKS if mark.search(text)]
    if not found:
        return ""
    return (
        f"its decisions were not taken ({', '.join(found)}); they go into a screening: "
        "review screen import FILE"
    )
