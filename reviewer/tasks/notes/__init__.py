"""Writes a note a paper for Obsidian or Logseq, and keeps what people write in them.

`gather` says what a note is filled with, `note_file` reads a note that is there and joins it with
what is new, and `write` finds, names and writes the files.
"""

from typing import TYPE_CHECKING

from reviewer.faces import face

if TYPE_CHECKING:
    from reviewer.tasks.notes.write import write_notes as write_notes
else:
    __getattr__ = face(__name__)
