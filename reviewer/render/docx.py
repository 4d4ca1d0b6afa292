"""Word files of Markdown, made by pandoc where it is; the only file that knows it."""

from __future__ import annotations

import shutil
import subprocess
import tempfile
from pathlib import Path

from reviewer.errors import ReviewError, UsageError

_MOST_S = 120.0
# A report holds text of papers and models: none of it may name a file or be Word's own markup.
_FROM = "markdown-yaml_metadata_block-raw_attribute"
_NO_IMAGES = "function Image(image) return image.caption end\n"
_NO_SANDBOX = b"Could not find data file"
"""What pandoc says in a sandbox where it is packaged with its data in files of their own, as Debian
12 does (2.17): there it cannot make any Word file in one."""


def find_pandoc() -> str:
    """The path of pandoc. Raises UsageError where there is none."""
    found = shutil.which("pandoc")
    if found is None:
        raise UsageError(
            "Word files are made by pandoc, which is not here",
            hint="Install pandoc, or leave out --docx.",
        )
    return found


def docx(markdown: str, bibliography: str) -> bytes:
    """The Markdown as a Word file, its citations set from the BibTeX text by pandoc's own citeproc.

    No shell, no network, no file outside a temporary folder: pandoc runs in its sandbox where that
    works, and in any case reads no image, no raw markup and no settings out of the Markdown. Raises
    ReviewError for what pandoc refuses.
    """
    program = find_pandoc()
    with tempfile.TemporaryDirectory() as folder:
        made, books = Path(folder) / "report.docx", Path(folder) / "report.bib"
        books.write_text(bibliography, encoding="utf-8")
        images = Path(folder) / "images.lua"
        images.write_text(_NO_IMAGES, encoding="utf-8")
        command = [
            program, f"--from={_FROM}", "--to=docx", f"--lua-filter={images}", "--citeproc",
            f"--bibliography={books}", f"--output={made}",
        ]  # fmt: skip
        done = _run([*command, "--sandbox"], markdown)
        if done.returncode and _NO_SANDBOX in done.stderr:
            done = _run(command, markdown)
        if done.returncode or not made.is_file():
            said = done.stderr.decode(errors="replace").strip().splitlines()
            raise ReviewError(
                f"pandoc made no Word file: {said[-1] if said else 'it does not say why'}",
                hint="Leave out --docx, or try another version of pandoc.",
            )
        return made.read_bytes()


def _run(command: list[str], markdown: str) -> subprocess.CompletedProcess[bytes]:
    try:
        return subprocess.run(
            command, input=markdown.encode(), capture_output=True, timeout=_MOST_S, check=False
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        raise ReviewError(f"pandoc did not end well: {error}", hint="Leave out --docx.") from error
