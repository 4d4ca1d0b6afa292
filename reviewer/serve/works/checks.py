"""A check of a draft, as the page and the API ask for it.

No text of it is kept: it is in memory until the process ends.
"""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TypeVar

from pydantic import BaseModel, ConfigDict, Field

from reviewer.errors import UsageError
from reviewer.sources import read_text_file
from reviewer.sources.online import Web
from reviewer.sources.text_file import TextFile
from reviewer.tasks import check_draft, suggest_citations
from reviewer.tasks.checks.accept import suggestion_fixes
from reviewer.tasks.checks.bibliography import (
    Bibliography,
    Lookup,
    is_bibliography,
    read_bibliography,
)
from reviewer.tasks.checks.check import (
    CheckOptions,
    check_bibliography,
    is_word_draft,
    open_draft,
)
from reviewer.tasks.checks.fixes import FixedText, KeysOf, apply_fixes
from reviewer.tasks.checks.online_entries import OnlineLookup
from reviewer.tasks.jobs.desk import Desk
from reviewer.tasks.jobs.jobs import Control, Need, Work
from reviewer.text.draft_prose import is_latex_draft
from reviewer.text.filenames import file_names
from reviewer.types.checks import CheckReport, Fix
from reviewer.types.suggestions import Suggestions

_Made = TypeVar("_Made", CheckReport, Suggestions)

MOST_CHARS = 5_000_000
_SUFFIXES = (".md", ".markdown", ".tex", ".ltx", ".txt", ".docx", ".qmd", ".rmd")


class CheckIn(BaseModel):
    """What `review check` takes, with texts in the place of files."""

    model_config = ConfigDict(extra="forbid")

    text: str = Field(default="", max_length=MOST_CHARS, description="The draft.")
    name: str = Field(default="", max_length=200, description="Its name, as draft.tex.")
    bib: str = Field(default="", max_length=MOST_CHARS, description="Its bibliography.")
    bib_name: str = Field(default="refs.bib", max_length=200)
    every_sentence: bool = False
    online: bool = False

    def given(self) -> GivenDraft:
        """Raises UsageError for a draft without a word."""
        name = self.name or ("draft.tex" if is_latex_draft(self.text) else "draft.md")
        return GivenDraft(
            name=name,
            data=self.text.encode(),
            bib_name=self.bib_name if self.bib.strip() else "",
            bib=self.bib.encode(),
            every_sentence=self.every_sentence,
            online=self.online,
        )


@dataclass(frozen=True)
class GivenDraft:
    """A draft and its bibliography as bytes, each with the name that it was sent under; without a
    name there is none of it."""

    name: str
    data: bytes
    bib_name: str = ""
    bib: bytes = b""
    every_sentence: bool = False
    online: bool = False
    suggest: bool = False


@dataclass
class CheckedDraft:
    """What a check gave, with the texts that its fixes change, by the names of their files, and the
    numbers of the fixes that the reader has taken so far. `suggested` are papers for sentences
    without a citation, and `offered` the fixes that cite them, by the numbers of the suggestions;
    the report has these fixes too."""

    given: GivenDraft
    report: CheckReport
    texts: dict[str, str]
    suggested: Suggestions | None = None
    offered: dict[int, Fix] = field(default_factory=dict)
    taken: list[int] = field(default_factory=list)
    lock: threading.Lock = field(default_factory=threading.Lock)

    @property
    def run_id(self) -> str:
        return ""

    def take(self, number: int) -> None:
        """Take a fix, or give it back. A suggested paper takes the place of another that was taken
        for its sentence. Raises UsageError for a fix that does not exist, or that changes the place
        of another."""
        with self.lock:
            start_by_number = {fix.number: fix.start for fix in self.offered.values()}
            start = start_by_number.get(number)
            wanted = [
                n
                for n in self.taken
                if n != number and (start is None or start_by_number.get(n) != start)
            ]
            wanted = wanted if number in self.taken else [*wanted, number]
            apply_fixes(self.texts, self.report.fixes, wanted)
            self.taken = wanted

    def take_all(self, numbers: list[int]) -> None:
        """Take these fixes, where they do not change the place of one that is taken."""
        for number in numbers:
            if number not in self.taken:
                try:
                    self.take(number)
                except UsageError:
                    continue

    def edited(self) -> dict[str, str]:
        """Every text with the taken fixes made."""
        changed: list[FixedText] = apply_fixes(self.texts, self.report.fixes, self.taken)
        return self.texts | {fixed.file: fixed.text for fixed in changed}


def check_work(desk: Desk, given: GivenDraft) -> Work:
    """The work of checking a draft. Raises UsageError for one that cannot be read."""
    name = _safe(given.name or given.bib_name, "draft.md")
    if not (given.data.strip() or given.bib.strip()):
        raise UsageError("there is no draft", hint="Paste its text, or choose its file.")
    if given.name and not name.lower().endswith((*_SUFFIXES, ".bib", ".ris", ".json")):
        raise UsageError(f"{name} is no draft", hint="Give a .md, .tex, .txt or .docx file.")

    def do(control: Control) -> CheckedDraft:
        desk.wait_until_ready(control)
        with TemporaryDirectory(prefix="review-check-") as folder:
            return _check(desk, given, Path(folder), control)

    need: Need = "model" if desk.settings.model else "words"
    return Work("check", name, do, {"file": name}, need)


def _check(desk: Desk, given: GivenDraft, folder: Path, control: Control) -> CheckedDraft:
    files: dict[str, bytes] = {}
    draft = ""
    if given.data.strip():
        draft = str(folder / _safe(given.name, "draft.md"))
        files[draft] = given.data
    if given.bib_name:
        bib = folder / _safe(given.bib_name, "refs.bib")
        files[str(bib if str(bib) != draft else bib.with_name(f"refs-{bib.name}"))] = given.bib
    for file, data in files.items():
        Path(file).write_bytes(data)
    bibs = [file for file in files if file != draft or is_bibliography(file)]
    opened = open_draft(draft) if draft and draft not in bibs else None
    bibliography = read_bibliography(bibs)
    with _lookup(desk, given) as lookup:
        options = CheckOptions(every_sentence=given.every_sentence, lookup=lookup)
        report = _report(desk, opened, bibliography, options, control)
    suggested, offered = None, {}
    if given.suggest and opened:
        suggested = suggest_citations(
            opened, desk.library, desk.writer(control), bibliography, control.progress
        )
        keys = KeysOf(bibliography, desk.library)
        offered = suggestion_fixes(opened, suggested, keys, len(report.fixes))
        report = report.model_copy(update={"fixes": (*report.fixes, *offered.values())})
        report = _without_folder(report, folder)
        made = report.fixes[len(report.fixes) - len(offered) :]
        offered = dict(zip(offered, made, strict=True))
        suggested = _without_folder(suggested, folder)
    shown = [*([opened] if opened and not is_word_draft(draft) else []), *map(_text_of, bibs)]
    texts = {Path(text.file).name: text.text for text in shown}
    return CheckedDraft(given, _without_folder(report, folder), texts, suggested, offered)


def _report(
    desk: Desk,
    opened: TextFile | None,
    bibliography: Bibliography,
    options: CheckOptions,
    control: Control,
) -> CheckReport:
    library = desk.library
    if opened is None:
        return check_bibliography(bibliography, library, options, control.progress)
    writer = desk.writer(control)
    return check_draft(opened, library, writer, bibliography, options, control.progress)


def _text_of(file: str) -> TextFile:
    return read_text_file(file, "Give a .bib file.")


def _without_folder(report: _Made, folder: Path) -> _Made:
    """The result with the names of the files alone."""
    text = report.model_dump_json()
    for place in (str(folder), str(folder.resolve())):
        text = text.replace(json.dumps(f"{place}/")[1:-1], "")
    return type(report).model_validate_json(text)


def _safe(name: str, usual: str) -> str:
    """The last part of a name that was sent, as every system can have it."""
    plain = name.replace("\\", "/").rpartition("/")[2] or usual
    suffix = Path(plain).suffix.lower()
    return file_names([plain[: -len(suffix)] if suffix else plain], suffix or ".txt")[0]


@contextmanager
def _lookup(desk: Desk, given: GivenDraft) -> Iterator[Lookup | None]:
    """What looks entries up online, where that is wanted and allowed."""
    if not given.online or desk.settings.offline:
        yield None
        return
    with Web(desk.settings) as web:
        yield OnlineLookup(web)
