"""Opens the library that a command works on, and reports what was read for it."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from reviewer.cli.output import print_error
from reviewer.cli.progress import ShownProgress
from reviewer.errors import LibraryError, UsageError
from reviewer.text import counted
from reviewer.types.progress import silent

if TYPE_CHECKING:
    from reviewer.errors import ReviewError
    from reviewer.library import Library
    from reviewer.settings import Settings
    from reviewer.sources.text_file import TextFile
    from reviewer.types.papers import Added, Skipped
    from reviewer.types.progress import Progress

MOST_SKIPPED_SHOWN = 20
MOST_MERGED_SHOWN = 20
MOST_FILES_SHOWN = 10
_TITLE_CHARS = 90
_OPERATOR_OR_FIELD = re.compile(r"(?:AND|OR|NOT)$|(?:title|author|abstract|venue|year|tag):")
_FIELD_AND_PHRASE = re.compile(r"^([a-z]+:)?([^\"()]*\s[^\"()]*)$")
_EMBEDDING = "embedding"  # in place of the file, in a note that is not about a file


def opened(
    settings: Settings,
    progress: Progress = silent,
    papers: Sequence[str] | None = None,
    listing_year: int | None = None,
) -> Library:
    """The library over `papers` alone, else the one that the settings name.

    Raises LibraryError when that does not exist.
    """
    from reviewer.library import Library
    from reviewer.sources import ReadOptions

    if papers:
        from reviewer.library import open_at_hand

        library, added = open_at_hand(papers, settings, ReadOptions(listing_year), progress)
        if added is not None:  # words_alone_note is printed after the answer
            notes = tuple(note for note in added.notes if note.file != _EMBEDDING)
            say_skipped(added.model_copy(update={"notes": notes}), progress)
        return library
    folder = Path(settings.library)
    if not (folder / "library.db").is_file() and not folder.is_file():
        raise LibraryError(
            f"no library was found in {folder}",
            hint="Make one with: review add PATH (or ask files at hand with --papers PATH)",
        )
    library = Library(folder, settings)
    library.catch_up()
    if isinstance(progress, ShownProgress) and not progress.is_quiet:
        advice = library.take_advice()
        if advice:
            progress(advice, -1, 0)
    return library


def file_named(file: str, hint: str, kind: type[ReviewError], *, quiet: bool) -> TextFile:
    """The text file that the user names. A guess made in decoding it goes to standard error.

    Raises an error of this `kind`, with this hint, for a file that cannot be read as text.
    """
    from reviewer.sources import read_text_file

    found = read_text_file(file, hint, kind)
    if found.note and not quiet:
        print_error(found.remark)
    return found


def split_question(
    words: Sequence[str] | None, papers: Sequence[str] | None, *, quiet: bool
) -> tuple[str, list[str]]:
    """The question, and the files to ask. A shell makes many arguments of `--papers *.txt`: all but
    the first arrive among the words of the question, and are files too.

    Raises UsageError for files among the words without `--papers`.
    """
    files = [word for word in words or () if _is_file(word)]
    if files and not papers:
        raise UsageError(
            f"the question holds a file, {files[0]}",
            hint="Ask over files with --papers; put the question in quotes if it names one.",
        )
    if files and not quiet:
        print_error(
            f"{counted(len(files), 'more file')} after --papers taken for papers as well: "
            f"{', '.join(files[:MOST_FILES_SHOWN])}{', ...' * (len(files) > MOST_FILES_SHOWN)}"
        )
    own = [word for word in words or () if word not in files]
    return " ".join(requoted(own)), [*(papers or ()), *files]


def requoted(words: Sequence[str]) -> list[str]:
    """The words with the quotation marks that a shell has taken from phrases, where some of them
    are in the syntax of librarians: `title:retrieval AND "question answering"`."""
    has_syntax = any(_OPERATOR_OR_FIELD.match(word) for word in words)
    if len(words) < 2 or not has_syntax:
        return list(words)
    # A shell takes the quotation marks of `title:"in context"` too.
    return [_FIELD_AND_PHRASE.sub(_in_quotes, word) for word in words]


def _in_quotes(word: re.Match[str]) -> str:
    return f'{word[1] or ""}"{word[2]}"'


def _is_file(word: str) -> bool:
    """True for the path of a file; false for a word that is also the name of a folder."""
    has_look = "/" in word or "\\" in word or bool(Path(word).suffix)
    try:
        return has_look and Path(word).is_file()
    except (OSError, ValueError):
        return False


def say_skipped(added: Added, progress: Progress) -> None:
    """Name what was not read and why, and the notes on what was read."""
    for skipped in added.skipped[:MOST_SKIPPED_SHOWN]:
        progress(f"Skipped {_place(skipped)}: {skipped.reason}", -1, 0)
    for note in added.notes:
        place = "" if note.file == _EMBEDDING else f" on {_place(note)}"
        progress(f"Note{place}: {note.reason}", -1, 0)
    more = len(added.skipped) - MOST_SKIPPED_SHOWN
    if more > 0:
        progress(f"... and {more} more were skipped (--json names them all)", -1, 0)


def say_merged(added: Added, progress: Progress) -> None:
    """Name the papers that new entries were merged into, those of several titles first."""
    from reviewer.text import clean
    from reviewer.text.views import shorten

    for paper in sorted(added.merged, key=lambda p: p.titles < 2)[:MOST_MERGED_SHOWN]:
        title = shorten(clean(paper.title), _TITLE_CHARS)
        progress(f"Merged {paper.entries} entries into {paper.key}: {title}", -1, 0)
    more = len(added.merged) - MOST_MERGED_SHOWN
    if more > 0:
        papers = counted(more, "more paper")
        progress(f"... and entries into {papers} (--json names them all)", -1, 0)


def _place(skipped: Skipped) -> str:
    file = "standard input" if skipped.file == "-" else skipped.file
    return file + (f", line {skipped.position}" if skipped.position else "")


def words_alone_note(shelf: Library, *, is_at_hand: bool) -> str:
    """The note that this library, or some of its papers, cannot be searched by meaning. Empty when
    all can, or when that is switched off."""
    from reviewer.library.embeddings.embedding import MissingEmbeddingError
    from reviewer.library.library import NO_EMBEDDING

    if shelf.embedding_name == NO_EMBEDDING:
        return ""
    if shelf.has_vectors:
        try:
            shelf.embedding()
        except MissingEmbeddingError as error:  # so the question has no vector
            return f"Searched by words alone: {error.message}. {error.hint}"
        waiting = shelf.chunks.count_waiting_papers()
        have = "has" if waiting == 1 else "have"
        note = (
            f"{counted(waiting, 'paper')} of {shelf.catalogue.count()} {have} no vectors yet "
            "and can be found by words alone. Make them: review reindex"
        )
        return note if waiting else ""
    remedy = "leave --embedding out" if is_at_hand else "review reindex"
    return f"Searched by words alone. For search by meaning: {remedy}"
