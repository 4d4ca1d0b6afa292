"""Opens the text files that a user names: bounded, decoded as they were saved, or refused."""

from __future__ import annotations

import io
import re
import stat
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from reviewer.errors import ReviewError, SourceError, address_shown
from reviewer.text.encoding import Decoded, decode

STDIN = "-"
MOST_BYTES = 512 * 1024 * 1024
MOST_LINE_BYTES = 32 * 1024 * 1024  # a reply of an API with thousands of works in one line
PDF_MARK, ZIP_MARK = b"%PDF-", b"PK\x03\x04"
PACKED = {
    b"\x1f\x8b": "it is packed (gzip): unpack it first",
    ZIP_MARK: "it is a ZIP archive: unpack it first",
}
BINARY = "it is binary data, not text"
_PIECE_BYTES = 1024 * 1024
_SAMPLE_CHARS = 20_000
# A slip of a program, or a hole that a crash left in a file, is a run of zero bytes.
_ZEROS = re.compile("\0+")
_FEW_ZEROS = 8  # runs in the sample: binary data has one every few hundred bytes
_ZEROS_NOTE = "it holds zero bytes, which were replaced by \ufffd"
_MOSTLY_JUNK = 0.1  # share of the sample above which bytes are not text
# What decoding puts for lost bytes, and characters that are never inside a text: bytes that begin
# like UTF-16 by chance hold many of them.
_JUNK = frozenset("\ufffd\ufeff\ufff9\ufffa\ufffb\ufffe\uffff")
_WORD_FILES = (".docx", ".odt")


@dataclass(frozen=True)
class TextFile:
    """A file as it was read. `note` says what was guessed or lost in decoding it, if anything."""

    file: str
    text: str
    note: str = ""

    @property
    def remark(self) -> str:
        """The note after the file's name; empty without a note."""
        return f"{self.file}: {self.note}" if self.note else ""


def read_text_file(file: str, hint: str, kind: type[ReviewError] = SourceError) -> TextFile:
    """The text of a file that the user names; `~` is the home folder. An empty file is a text.

    Raises an error of this `kind`, with this hint, for a file that cannot be opened, is far too
    long, or is not text.
    """
    if shown := address_shown(file):
        raise kind(f"{shown} cannot be opened: it is an address, not a file", hint=hint)
    try:
        place = str(Path(file).expanduser())
    except RuntimeError as error:  # ~ of an unknown user
        raise kind(f"{file} cannot be opened: {str(error).lower()}", hint=hint) from error
    data = _bytes_at(Path(place))
    if isinstance(data, str):
        raise kind(f"{file} {data.removeprefix('it ')}", hint=hint)
    if data.startswith(ZIP_MARK) and place.lower().endswith(_WORD_FILES):
        raise kind(
            f"{file} is a word processor's file, not text",
            hint=f"Turn it into Markdown first: pandoc {Path(file).name} -o draft.md",
        )
    for mark, reason in PACKED.items():
        if data.startswith(mark):
            raise kind(f"{file} {reason.removeprefix('it ')}", hint=hint)
    found = None if data.startswith(PDF_MARK) else text_of(data)
    if found is None:
        raise kind(
            f"{file} is binary data: it is not text in UTF-8, UTF-16 or Windows-1252", hint=hint
        )
    return TextFile(file, found.text, found.note)


def text_of(data: bytes) -> Decoded | None:
    """The text of these bytes, with line ends of `\\n` where it has those of old Macs alone; None
    for binary data."""
    found = decode(data)
    plain, lost = _ZEROS.subn("\ufffd", found.text)
    if _is_binary(found.text, plain):
        return None
    notes = [note for note in (found.note, _ZEROS_NOTE if lost else "") if note]
    text = plain if "\n" in plain else plain.replace("\r", "\n")
    return Decoded(text, "; ".join(notes))


def file_bytes(file: str) -> bytes | str:
    """The file's bytes (`-`: standard input), or in words why it is not read. A file that is far
    too long, or that has a line too long for a reader, is refused before it fills the memory."""
    if file != STDIN:
        return _bytes_at(Path(file))
    try:
        return _bytes_of(sys.stdin.buffer)
    except OSError as error:
        return _not_opened(error)


def _bytes_at(path: Path) -> bytes | str:
    try:
        mode, size = path.stat().st_mode, path.stat().st_size
        if stat.S_ISDIR(mode):
            return "it cannot be opened: it is a folder"
        with path.open("rb") as stream:
            if not stat.S_ISREG(mode):  # a pipe or a device gives no size
                return _bytes_of(stream)
            if reason := _too_long(size, stream):
                return reason
        return path.read_bytes()
    except OSError as error:
        return _not_opened(error)


def _bytes_of(stream: BinaryIO) -> bytes | str:
    """What a stream that can be read once holds, or in words why it is too long."""
    data = stream.read(MOST_BYTES + 1)
    return _too_long(len(data), io.BytesIO(data)) or data


def _not_opened(error: OSError) -> str:
    return f"it cannot be opened: {(error.strerror or str(error)).lower()}"


def _too_long(size: int, stream: BinaryIO) -> str:
    if size > MOST_BYTES:
        return f"it is longer than {MOST_BYTES >> 20} MB: split it"
    if size > MOST_LINE_BYTES and _longest_line(stream) > MOST_LINE_BYTES:
        return f"it has a line longer than {MOST_LINE_BYTES >> 20} MB"
    return ""


def _longest_line(stream: BinaryIO) -> int:
    longest = current = 0
    while (piece := stream.read(_PIECE_BYTES)) and longest <= MOST_LINE_BYTES:
        first, *others = piece.split(b"\n")
        current += len(first)
        longest = max(longest, current, *map(len, others))
        current = len(others[-1]) if others else current
    return longest


def _is_binary(text: str, plain: str) -> bool:
    """Judged by the beginning of the text, and of the same without its zero bytes. Where a slip put
    many of these, other characters of control are rare; in binary data they are not."""
    zeros = len(_ZEROS.findall(text[:_SAMPLE_CHARS]))
    sample = plain[:_SAMPLE_CHARS]
    junk = sum(1 for c in sample if c in _JUNK or (c < " " and c not in "\t\n\r\f"))
    are_slips = zeros <= _FEW_ZEROS or junk - zeros <= zeros // 10
    return not are_slips or junk > _MOSTLY_JUNK * len(sample)
