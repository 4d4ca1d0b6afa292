"""Lists the files that papers were read from, beside the database, for a repair.

It is needed most when nothing of the database is left.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path

NAME = "files.jsonl"


def remember(folder: Path, files: Iterable[str]) -> None:
    """Add the files that are not in the list yet, a JSON string a line. A list that cannot be
    written stops nothing: only a repair asks for it."""
    known = set(remembered(folder))
    lines = [json.dumps(file) + "\n" for file in files if file not in known]
    if lines:
        with suppress(OSError), (folder / NAME).open("a", encoding="utf-8") as out:
            out.writelines(lines)


def remembered(folder: Path) -> list[str]:
    """The list, as far as it can be read."""
    try:
        text = (folder / NAME).read_text(encoding="utf-8", errors="replace")
    except OSError:
        return []
    found: dict[str, None] = {}
    for line in text.splitlines():
        with suppress(ValueError):
            file = json.loads(line)
            if isinstance(file, str):
                found[file] = None
    return list(found)
