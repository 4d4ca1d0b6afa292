"""What `review` alone says on a terminal: what it would do here, or how the library stands."""

from __future__ import annotations

from itertools import islice
from pathlib import Path

from reviewer.cli.output import print_out
from reviewer.text import counted

_MOST_SEEN = 5_000  # files and folders that are looked at
_BIBLIOGRAPHIES = {".bib", ".ris", ".nbib", ".enw"}
_QUESTION = '"does RL teach new skills?"'


def say_start() -> bool:
    """Say in a few lines what to type next. False when there is neither a library nor a paper here,
    so that the front page has to follow. Raises UsageError for wrong settings."""
    from reviewer.library.glance import counts_in
    from reviewer.settings import is_on_server, load_settings

    place = load_settings().library
    counts = None if is_on_server(place) else counts_in(place)
    lines = _state(place, *counts) if counts else []
    if is_on_server(place):
        lines = [f"Your library is {place}.", f"Ask it: review ask {_QUESTION}", _MORE]
    lines = lines or _offer(place)
    print_out("".join(f"{line}\n" for line in lines or _NOTHING_HERE))
    return bool(lines)


_NOTHING_HERE = (
    "This folder has neither a PDF nor a bibliography, and there is no library yet.",
    "Go to a folder with papers, or name one: review add FOLDER",
    "",
)
_MORE = "See how all works: review doctor   All commands: review --help"


def _state(place: str, papers: int, runs: int) -> list[str]:
    """How the library stands, and the likely next commands."""
    from reviewer.library.glance import last_question
    from reviewer.text.views import shorten

    state = f"{counted(papers, 'paper')} and {counted(runs, 'run')} in your library {place}."
    if not papers:
        return [state, "Read papers into it: review add PATH", _MORE]
    last = shorten(" ".join(last_question(place).split()), 60)
    if last:
        state += f"\nThe last run: {last}   See: review runs"
    return [state, f"Ask it: review ask {_QUESTION}", _MORE]


def _offer(place: str) -> list[str]:
    """What would become of the papers in this folder. Empty where there are none."""
    pdfs, bibliographies = _papers_here(Path.cwd())
    kinds = ((pdfs, "PDF"), (bibliographies, "bibliography"))
    plurals = {"PDF": "PDFs", "bibliography": "bibliographies"}
    found = " and ".join(counted(count, kind, plurals[kind]) for count, kind in kinds if count)
    if not found:
        return []
    return [
        f"This folder has {found}, and there is no library yet.",
        f"review would read them into a library in {place}, and leave the files as they are.",
        f"Start with: review add .   then: review ask {_QUESTION}",
    ]


def _papers_here(folder: Path) -> tuple[int, int]:
    """How many PDFs and bibliographies the folder has, and the folders in it."""
    seen = islice(folder.rglob("*"), _MOST_SEEN)
    shown = (
        path for path in seen if not any(p.startswith(".") for p in path.relative_to(folder).parts)
    )
    kinds = [path.suffix.lower() for path in shown]
    return kinds.count(".pdf"), sum(kind in _BIBLIOGRAPHIES for kind in kinds)
