"""Opens the library that a command works on, and says what was read to make it."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from reviewer.errors import ReviewError
    from reviewer.library import Library
    from reviewer.settings import Settings
    from reviewer.sources.text_file import TextFile
    from reviewer.types.papers import Added, Skipped
    from reviewer.types.progress import Progress
    from reviewer.types.searches import Filters

MOST_SKIPPED_SHOWN = 20
MOST_FILES_SHOWN = 10
_EMBEDDING = "embedding"  # stands for the file in a note that is about no file


def opened(
    settings: Settings, papers: Sequence[str] | None, listing_year: int | None, progress: Progress
) -> Library:
    """The library over `papers` alone, else the one that the settings name, which must be there.

    Raises LibraryError when there is no library yet.
    """
    from reviewer.errors import LibraryError
    from reviewer.library import Library
    from reviewer.sources import ReadOptions

    if papers:
        from reviewer.library import open_at_hand

        library, added = open_at_hand(papers, settings, ReadOptions(listing_year), progress)
        if added is not None:  # that search goes by words alone is said after the answer
            notes = tuple(note for note in added.notes if note.file != _EMBEDDING)
            say_skipped(added.model_copy(update={"notes": notes}), progress)
        return library
    folder = Path(settings.library)
    if not (folder / "library.db").is_file() and not folder.is_file():
        raise LibraryError(
            f"there is no library in {folder}",
            hint="Make one with: review add PATH (or ask files at hand with --papers PATH)",
        )
    library = Library(folder, settings)
    library.catch_up()
    return library


def file_named(file: str, hint: str, kind: type[ReviewError], *, quiet: bool) -> TextFile:
    """The text file that the user names. What was guessed in decoding it goes to standard error.

    Raises an error of this `kind`, with this hint, for a file that cannot be read as text.
    """
    from reviewer.cli.output import print_error
    from reviewer.sources import read_text_file

    found = read_text_file(file, hint, kind)
    if found.note and not quiet:
        print_error(found.remark)
    return found


def asked_over(
    words: Sequence[str] | None, papers: Sequence[str] | None, *, quiet: bool
) -> tuple[str, list[str]]:
    """The question, and the files that it is asked over. A shell makes many arguments of
    `--papers *.txt`: all but the first come as words of the question, and are files too.

    Raises UsageError for files among the words where no `--papers` says what they are for.
    """
    from reviewer.cli.output import print_error
    from reviewer.errors import UsageError
    from reviewer.text import counted

    files = [word for word in words or () if _is_file(word)]
    if files and not papers:
        raise UsageError(
            f"{files[0]} stands in the question and is a file",
            hint="Ask over files with --papers; put the question in quotes if it names one.",
        )
    if files and not quiet:
        print_error(
            f"{counted(len(files), 'more file')} after --papers taken for papers as well: "
            f"{', '.join(files[:MOST_FILES_SHOWN])}{', ...' * (len(files) > MOST_FILES_SHOWN)}"
        )
    return " ".join(w for w in words or () if w not in files), [*(papers or ()), *files]


def _is_file(word: str) -> bool:
    """True for the path of a file, not for a word that a folder happens to be called."""
    has_look = "/" in word or "\\" in word or bool(Path(word).suffix)
    try:
        return has_look and Path(word).is_file()
    except (OSError, ValueError):
        return False


def say_skipped(added: Added, progress: Progress) -> None:
    """Name what was not read and why, and what was read with a remark."""
    for skipped in added.skipped[:MOST_SKIPPED_SHOWN]:
        progress(f"Skipped {_place(skipped)}: {skipped.reason}", -1, 0)
    for note in added.notes:
        place = "" if note.file == _EMBEDDING else f" on {_place(note)}"
        progress(f"Note{place}: {note.reason}", -1, 0)
    more = len(added.skipped) - MOST_SKIPPED_SHOWN
    if more > 0:
        progress(f"... and {more} more were skipped (--json names them all)", -1, 0)


def _place(skipped: Skipped) -> str:
    file = "standard input" if skipped.file == "-" else skipped.file
    return file + (f", line {skipped.position}" if skipped.position else "")


def with_known_keys(filters: Filters, shelf: Library) -> Filters:
    """The filters, with the present keys of the papers that were named.

    Raises NotFoundError for a key, tag or venue that no paper has and a file that none was read
    from: a slip must not read as "nothing found".
    """
    from reviewer.types.searches import Filters

    catalogue = shelf.catalogue
    for file in filters.files:
        if not catalogue.has_papers(Filters(files=(file,))):
            known = catalogue.files()
            ends = [Path(one).name for one in known]
            raise _unknown(f"no paper was read from '{file}'", file, ends, "Papers were read from")
    for tag in filters.tags:
        if not catalogue.has_papers(Filters(tags=(tag,))):
            raise _unknown(f"no paper has the tag '{tag}'", tag, catalogue.tags(), "Tags")
    if filters.venue and not catalogue.has_papers(Filters(venue=filters.venue)):
        said = f"no paper's venue has '{filters.venue}' in it"
        raise _unknown(said, filters.venue, catalogue.venues(), "Venues")
    keys = tuple(shelf.paper(key).key for key in filters.keys)
    return filters.model_copy(update={"keys": keys})


def _unknown(said: str, name: str, known: Sequence[str], what: str) -> Exception:
    """The error for a name that no paper has: with the nearest ones, else those that there are."""
    import difflib

    from reviewer.errors import NotFoundError

    if not known:
        return NotFoundError(said, hint=f"{what}: none in this library.")
    by_folded = {one.casefold(): one for one in known}
    near = difflib.get_close_matches(name.casefold(), by_folded, 3, 0.6)
    if near:
        return NotFoundError(said, hint=f"Did you mean {' or '.join(by_folded[n] for n in near)}?")
    more = len(known) - MOST_FILES_SHOWN
    shown = ", ".join(known[:MOST_FILES_SHOWN]) + (f" and {more} more" if more > 0 else "")
    return NotFoundError(said, hint=f"{what}: {shown}")


def words_alone_note(shelf: Library, *, is_at_hand: bool) -> str:
    """What to say when questions cannot be asked by meaning here, or not of all papers; empty when
    they can, or when that was switched off."""
    from reviewer.library.embeddings.embedding import MissingEmbeddingError
    from reviewer.library.library import NO_EMBEDDING
    from reviewer.text import counted

    if shelf.embedding_name == NO_EMBEDDING:
        return ""
    if shelf.has_vectors:
        try:
            shelf.embedding()
        except MissingEmbeddingError:
            pass  # there are vectors, and nothing here to compare a question with them
        else:
            waiting = shelf.chunks.count_waiting_papers()
            have = "has" if waiting == 1 else "have"
            said = (
                f"{counted(waiting, 'paper')} of {shelf.catalogue.count()} {have} no vectors yet "
                "and can be found by words alone. Make them: review reindex"
            )
            return said if waiting else ""
    remedy = "review add PATH, which fetches its files once" if is_at_hand else "review reindex"
    return f"Searched by words alone. For search by meaning: {remedy}"
