"""Finds, names and writes the notes of papers in a folder of Obsidian or Logseq."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from reviewer.errors import OutputError, make_folder, require_path
from reviewer.render import note_parts, note_source, write_whole
from reviewer.tasks.notes.gather import gather_notes
from reviewer.tasks.notes.note_file import NoteError, brought_up, is_of_paper, new_note, read_note
from reviewer.text.filenames import file_names
from reviewer.types import Paper
from reviewer.types.notes import NoteApp, PaperNote, WrittenNotes
from reviewer.types.progress import Progress, silent

if TYPE_CHECKING:
    from reviewer.library import Library

_SUFFIX = ".md"


@dataclass(frozen=True)
class _Places:
    """Where the notes are: those that exist by paper, every name in use, and what was found."""

    file_by_id: dict[str, Path]
    names: tuple[str, ...]
    remarks: tuple[str, ...]


def write_notes(
    library: Library,
    papers: Sequence[Paper],
    folder: Path,
    app: NoteApp,
    *,
    template: str = "",
    progress: Progress = silent,
) -> WrittenNotes:
    """Write a note a paper into the folder, in Logseq's case into its `pages`. A note keeps its
    file wherever in the folder it is moved, and what people wrote in it. `template` is a file of
    the user's.

    Raises UsageError for an address or a template that cannot be filled, and OutputError where the
    folder cannot be made or leads elsewhere.
    """
    hint = f"Name a folder: review export --{app} DIR"
    require_path(folder, "the folder of notes", hint)
    source = note_source(app, template)
    target = folder / "pages" if app == "logseq" else folder
    make_folder(target, f"the folder {target} cannot be made", OutputError, hint)
    if not target.resolve().is_relative_to(folder.resolve()):
        raise OutputError(f"{target} is a link to another folder", hint="Make it a folder.")
    places = _places(library, folder)
    lacking = [paper for paper in papers if paper.id not in places.file_by_id]
    names = file_names([paper.key for paper in lacking], _SUFFIX, places.names)
    fresh = {paper.id: target / name for paper, name in zip(lacking, names, strict=True)}
    files = {**places.file_by_id, **fresh}
    notes = gather_notes(library, papers, {own: file.stem for own, file in files.items()})
    new: list[str] = []
    changed: list[str] = []
    remarks = list(places.remarks)
    for n, note in enumerate(notes):
        progress("Writing notes", n, len(notes))
        file = files[note.paper.id]
        try:
            text, before, said = _text_of(note, app, source, file, note.paper.id in fresh)
        except NoteError as error:
            remarks.append(f"{file} stays as it is: {error}")
            continue
        remarks += said
        if text != before:
            write_whole(file, text)
            (changed if before else new).append(str(file))
    stayed = len(notes) - len(new) - len(changed)
    return WrittenNotes(
        new=tuple(new), changed=tuple(changed), unchanged=stayed, remarks=tuple(remarks)
    )


def _text_of(
    note: PaperNote, app: NoteApp, source: str, file: Path, is_new: bool
) -> tuple[str, str, list[str]]:
    """The note as it should be, as it is, and what to say of it. Raises NoteError."""
    made = new_note(app, note.paper.id, *note_parts(note, source))
    if is_new:
        return made.text, "", []
    before = file.read_bytes().decode("utf-8")
    has_returns = "\r\n" in before
    old = read_note(app, before.replace("\r\n", "\n").removeprefix("\ufeff"))
    both, theirs = brought_up(old, made)
    said = [f"{file}: changed by hand, and kept so: {', '.join(theirs)}"] if theirs else []
    if both == old:
        return before, before, said
    return both.text.replace("\n", "\r\n") if has_returns else both.text, before, said


def _places(library: Library, folder: Path) -> _Places:
    """What is in the folder already. Links to elsewhere are never followed."""
    file_by_id: dict[str, Path] = {}
    names: list[str] = []
    remarks: list[str] = []
    for file in _files(folder):
        names.append(file.name)
        found = _paper_id_in(file)
        if not found:
            continue
        paper = library.catalogue.paper_named(found)
        if paper is None:
            remarks.append(f"{file} stays: its paper is no longer in the library")
        elif paper.id in file_by_id:
            remarks.append(f"{file} stays as it is: {file_by_id[paper.id]} is of the same paper")
        else:
            file_by_id[paper.id] = file
    return _Places(file_by_id, tuple(names), tuple(remarks))


def _files(folder: Path) -> Iterator[Path]:
    """All files in the folder, in the same order everywhere, but for those of hidden folders."""
    for place, inner, found in os.walk(folder):
        inner[:] = sorted(name for name in inner if not name.startswith("."))
        yield from (Path(place, name) for name in sorted(found))


def _paper_id_in(file: Path) -> str:
    if file.suffix.lower() != _SUFFIX or file.is_symlink() or not file.is_file():
        return ""
    try:
        return is_of_paper(file.read_bytes().decode("utf-8").replace("\r\n", "\n"))
    except (OSError, UnicodeDecodeError):
        return ""
