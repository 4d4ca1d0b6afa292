"""Papers to add, as the page and the API name them: files that were sent, and identifiers."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from reviewer.errors import UsageError
from reviewer.render.json import added_fields
from reviewer.search.years import read_years
from reviewer.serve.uploads import files_folder
from reviewer.sources import ReadOptions
from reviewer.sources.online.types import read_identifier
from reviewer.tasks import add_papers
from reviewer.tasks.add import Wanted, require_wanted
from reviewer.tasks.jobs.desk import Desk
from reviewer.tasks.jobs.jobs import Control, Work
from reviewer.text import counted
from reviewer.types.jobs import Record
from reviewer.types.papers import Added

_SHOWN = 3
KeptFile = Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{64}/[^/\\]{1,200}$")]


class AddIn(BaseModel):
    """What `review add` takes, but for files: those are sent. Only identifiers of known services
    are taken, never an address to read."""

    model_config = ConfigDict(extra="forbid")

    names: list[str] = Field(default=[], max_length=1000, description="doi:, arxiv:, pmid:, ...")
    search: str = Field(default="", max_length=1000, description="Search an online source.")
    references: str = Field(default="", max_length=300, description="What this paper cites.")
    cited_by: str = Field(default="", max_length=300, description="What cites this paper.")
    source: str = Field(default="openalex", max_length=40)
    limit: int = Field(default=100, ge=1, le=2000)
    year: str = Field(default="", max_length=40, description="With search: 2024, 2023:2025.")
    listing_year: int | None = Field(default=None, ge=1900, le=2200)
    ocr: bool = Field(default=False, description="Trust the invisible text of scanned pages.")


class AddWork(AddIn):
    """The same with the files that were sent, by their places among the library's files."""

    files: list[KeptFile] = []


def add_work(desk: Desk, asked: AddWork) -> Work:
    """The work of adding papers. Raises UsageError for what is no identifier."""
    names = [word for name in asked.names for word in name.split()]
    for name in names:
        if read_identifier(name) is None or Path(name).is_absolute():
            raise UsageError(
                f"'{name[:80]}' is no identifier",
                hint="Use a DOI, an arXiv number or a PMID, as doi:10.1000/xyz. Send files.",
            )
    if asked.year and not asked.search.strip():
        raise UsageError("a year needs a search", hint="Leave it out, or search.")
    folder = files_folder(desk)
    wanted = Wanted(
        names=(*names, *(str(folder / file) for file in asked.files)),
        search=asked.search,
        references=asked.references,
        cited_by=asked.cited_by,
        source=asked.source,
        limit=asked.limit,
        years=read_years(asked.year),
    )
    if not (wanted.names or wanted.is_online):
        raise UsageError("nothing to add is named", hint="Send files, or name identifiers.")
    require_wanted(wanted)

    def do(control: Control) -> Record:
        desk.wait_until_ready(control)
        options = ReadOptions(asked.listing_year, (), asked.ocr)
        with desk.shared.writing() as library:
            added = add_papers(library, wanted, options, control.progress)
        return Record(kind="added", fields=added_fields(_with_names(added)))

    shown = [*names, *(file.partition("/")[2] for file in asked.files)]
    shown += [asked.search] if asked.search.strip() else []
    more = len(shown) - _SHOWN
    title = f"Add {', '.join(shown[:_SHOWN]) or 'what is cited'}"
    title += f" and {counted(more, 'more')}".removesuffix("s") if more > 0 else ""
    return Work("add", title, do, asked.model_dump(exclude_defaults=True), "writing")


def _with_names(added: Added) -> Added:
    """What was added, with files by their names and not by their places."""

    def named(file: str) -> str:
        return Path(file).name if Path(file).is_absolute() else file

    return added.model_copy(
        update={
            "skipped": tuple(s.model_copy(update={"file": named(s.file)}) for s in added.skipped),
            "notes": tuple(s.model_copy(update={"file": named(s.file)}) for s in added.notes),
            "unread": tuple(map(named, added.unread)),
        }
    )
