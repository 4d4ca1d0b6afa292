"""Makes Word files from Markdown with pandoc. No other file knows pandoc."""

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
"""What pandoc says in its sandbox where its data is in separate files, as in Debian 12 (2.17). Such
a pandoc cannot make a Word file in its sandbox."""


def find_pandoc() -> str:
    """The path of pandoc. Raises UsageError where it is not installed."""
    found = shutil.which("pandoc")
    if found is None:
        raise UsageError(
            "Word files are made by pandoc, which is not installed",
            hint="Install pandoc, or leave out --docx.",
        )
    return found


def docx(markdown: str, bibliography: str) -> bytes:
    """The Markdown as a Word file. Pandoc's own citeproc sets its citations from the BibTeX text.

    It uses no shell, no network, and no file outside a temporary folder: pandoc runs in its sandbox
    where that works, and always reads no image, no raw markup and no settings from the Markdown.
    Raises ReviewError for what pandoc refuses.
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
            reasons = done.stderr.decode(errors="replace").strip().splitlines()
            raise ReviewError(
                f"pandoc made no Word file: {reasons[-1] if reasons else 'it does not say why'}",
                hint="Leave out --docx, or try another version of pandoc.",
            )
        return made.read_bytes()


def _run(command: list[str], markdown: str) -> subprocess.CompletedProcess[bytes]:
    try:
        return subprocess.run(
            command, input=markdown.encode(), capture_output=True, timeout=_MOST_S, check=False
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        raise ReviewError(f"pandoc stopped: {error}", hint="Leave out --docx.") from error
