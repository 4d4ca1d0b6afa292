"""Standard output and standard error: the only place that prints."""

from __future__ import annotations

import io
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path


def print_out(text: str) -> None:
    """Write to standard output: to a file or a pipe as UTF-8, to a terminal what its code page can
    hold, and on standard error how much that is not. A reader who is gone is not an error."""
    _write_utf8_unless_shown()
    encoding = sys.stdout.encoding or "utf-8"
    held = text.encode(encoding, errors="replace").decode(encoding)
    try:
        sys.stdout.write(held)
        sys.stdout.flush()
    except OSError as error:
        stop_printing()
        if not isinstance(error, BrokenPipeError):
            raise
        return
    if lost := sum(one != other for one, other in zip(text, held, strict=False)):
        letters = f"{lost:,} letter{'s' * (lost != 1)}"
        print_error(f"Shown as ?: {letters} that {encoding} lacks. -o FILE writes all of them.")


def _write_utf8_unless_shown() -> None:
    """Make standard output write UTF-8 to files and pipes, whatever code page the system has: their
    readers expect that of JSON, BibTeX and Markdown."""
    stream = sys.stdout
    is_utf8 = (stream.encoding or "").lower().replace("-", "") in ("utf8", "utf8sig")
    if isinstance(stream, io.TextIOWrapper) and not is_utf8 and not stream.isatty():
        stream.reconfigure(encoding="utf-8", errors="replace")


def leave_unwritten() -> None:
    """Drop what standard output still holds, when it cannot be written."""
    try:
        sys.stdout.flush()
    except OSError:
        stop_printing()


def stop_printing() -> None:
    """Send the rest of the output nowhere, so that no closed pipe is met on leaving."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def print_error(line: str) -> None:
    """Write one line to standard error, without the characters that steer a terminal: the name of a
    file or the title of a paper may hold some."""
    from reviewer.text.invisible import visible

    encoding = sys.stderr.encoding or "utf-8"
    line = line.encode(encoding, errors="replace").decode(encoding)
    shown = (" " if c.isspace() else c for c in visible(line))
    sys.stderr.write("".join(shown) + "\n")
    sys.stderr.flush()


def deliver(content: str | bytes, output: str, form: str = "", *, quiet: bool = False) -> None:
    """Write a rendered result to the file `output`, or to standard output when it is empty or `-`.
    A terminal shows the form `markdown` rendered; everything else is written as it is. Who sits at
    a terminal reads which file was written, unless `quiet`."""
    if isinstance(content, bytes) or output not in ("", "-"):
        from pathlib import Path

        from reviewer.render import write_whole

        write_whole(Path(output), content)
        if sys.stderr.isatty() and not quiet:
            print_error(f"Written: {output}")
    elif form == "markdown" and sys.stdout.isatty():
        from rich.console import Console
        from rich.markdown import Markdown

        Console().print(Markdown(content, hyperlinks=False))
    else:
        print_out(content)


@contextmanager
def opening(page: str, command: str) -> Iterator[None]:
    """Around the work of a command that writes `page`: open it in the browser once it is written.
    Nothing is opened where the work ends with an error, or leaves the file as it was.

    Raises UsageError before the work when `page` is no .html file."""
    from pathlib import Path

    from reviewer.errors import UsageError

    if not page.lower().endswith((".html", ".htm")):
        raise UsageError(
            "--open shows an .html page, and -o names none", hint=f"Add: -o {command}.html"
        )
    file = Path(page)
    before = _stamp(file)
    yield
    if _stamp(file) not in (before, None):
        open_page(file)


def open_page(file: Path) -> None:
    """Open an .html file in the browser; without a browser, say where it is."""
    import webbrowser

    if not webbrowser.open(file.resolve().as_uri()):
        print_error(f"No browser was found here: see {file}")


def _stamp(file: Path) -> tuple[int, int] | None:
    """What differs once a file is written again. None without the file."""
    try:
        status = file.stat()
    except OSError:
        return None
    return status.st_ino, status.st_mtime_ns
