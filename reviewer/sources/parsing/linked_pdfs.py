"""The PDFs that a bibliography's entries link: the links as written, and the files behind them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

from reviewer.types import Paper

FILES = "files"  # in `Paper.extra`: linked PDFs, as the bibliography writes them
_PIECE = re.compile(r"(?:\\.|[^;\\])+")
_FIELD = re.compile(r"(?:\\.|[^:\\])*")
_FOLDER = re.compile(r"@comment\s*\{\s*jabref-meta:\s*fileDirectory[^:]*:((?:\\.|[^;\\])+);", re.I)
_ENDNOTE = re.compile(r"internal-pdf://(.+)", re.IGNORECASE)
_STORAGE = re.compile(r"storage[/\\]([A-Z0-9]{8})[/\\]([^/\\]+)$")


def linked_pdfs(field: str) -> list[str]:
    """The PDFs of a `file` field of JabRef and Zotero (`Text:place:type`, separated by semicolons),
    or of Better BibTeX (places alone)."""
    found = []
    for piece in _PIECE.findall(" ".join(field.split())):
        place = _place(piece.strip().strip("{}"))
        if place.lower().endswith(".pdf") and place not in found:
            found.append(place)
    return found


def links_of(paper: Paper) -> list[str]:
    """The PDFs that the entry names; none where `files` is a field of another meaning."""
    named = paper.extra.get(FILES)
    return [link for link in named if isinstance(link, str)] if isinstance(named, list) else []


def _place(piece: str) -> str:
    """The path of one link. A drive's colon may be escaped, as `C\\:`, or not."""
    fields, at = [], 0
    while at <= len(piece) and (found := _FIELD.match(piece, at)):
        fields.append(found.group())
        at = found.end() + 1
    return _unescaped(":".join(fields[1:-1]) if len(fields) >= 3 else piece)


def _unescaped(text: str) -> str:
    """Without the backslashes before marks that separate fields; those of Windows' paths stay."""
    return re.sub(r"\\([;:&%_#$\\{}])", r"\1", text).strip()


def own_folders(text: str) -> list[str]:
    """Folders that JabRef notes at the end of its file."""
    return [_unescaped(found) for found in _FOLDER.findall(text)]


def find_linked(link: str, file: str, folders: tuple[str, ...] = ()) -> Path | None:
    """The file behind a link of the bibliography `file`: where it says, beside the bibliography, in
    its noted folders, in EndNote's data folder, or in Zotero's storage beside it or at home."""
    for place in _places(link, Path(file), folders):
        try:
            if place.is_file():
                return place
        except OSError:  # a name too long
            continue
    return None


def _places(link: str, file: Path, folders: tuple[str, ...]) -> Iterator[Path]:
    if inside := _ENDNOTE.fullmatch(link):
        yield file.with_suffix(".Data") / "PDF" / inside[1]
        return
    path = Path(link.replace("\\", "/")).expanduser() if link[:1] != "~" else Path(link)
    yield file.parent / path  # an absolute path stays itself
    for folder in folders:
        yield file.parent / folder / path
    if kept := _STORAGE.search(link):
        for home in (file.parent, Path.home() / "Zotero"):
            yield home / "storage" / kept[1] / kept[2]
