"""Lists the files that papers were read from, and the entries removed since, beside the database.

A repair needs it, most when nothing of the database is left. A line is a file's name, or the file
and the hash of an entry that was removed; a file that is listed again after that was read again,
with all of its entries.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from contextlib import suppress
from pathlib import Path

NAME = "files.jsonl"

EntrySign = tuple[str, str]  # a file and the hash of an entry in it


def remember(folder: Path, files: Iterable[str]) -> None:
    """List the files that are not listed yet, or not since an entry of them was removed. A list
    that cannot be written stops nothing: only a repair needs it."""
    known = remembered(folder)
    _append(folder, [file for file in files if known.get(file) != frozenset()])


def note_removed(folder: Path, entries: Iterable[EntrySign]) -> None:
    """List entries that were removed, of files that are listed."""
    known = remembered(folder)
    _append(folder, [list(entry) for entry in entries if entry[0] in known])


def relist(folder: Path, entries: Iterable[EntrySign]) -> None:
    """List the files of the entries that a restored library holds, so that these no longer count as
    removed."""
    known, held = remembered(folder), set(entries)
    lines: list[str | list[str]] = []
    for file in sorted({file for file, _ in held}):
        removed = {(file, sha256) for sha256 in known.get(file, ())}
        if file not in known or removed & held:
            lines += [file, *map(list, sorted(removed - held))]
    _append(folder, lines)


def remembered(folder: Path) -> Mapping[str, frozenset[str]]:
    """The listed files, as far as the list can be read, and the hashes of their removed entries."""
    try:
        text = (folder / NAME).read_text(encoding="utf-8", errors="replace")
    except OSError:
        return {}
    found: dict[str, frozenset[str]] = {}
    for line in text.splitlines():
        with suppress(ValueError):
            match json.loads(line):
                case str(file):
                    found[file] = frozenset()
                case [str(file), str(sha256)] if file in found:
                    found[file] |= {sha256}
    return found


def _append(folder: Path, lines: Iterable[str | list[str]]) -> None:
    text = "".join(json.dumps(line) + "\n" for line in lines)
    if text:
        with suppress(OSError), (folder / NAME).open("a", encoding="utf-8") as out:
            out.write(text)
