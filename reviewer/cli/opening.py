"""Opens the library that a command works on, and says what was read to make it."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from reviewer.library import Library
    from reviewer.records import Filters, Report, Skipped
    from reviewer.results import Added
    from reviewer.settings import Settings

MOST_SKIPPED_SHOWN = 20
MOST_FILES_SHOWN = 10
_EMBEDDING = "embedding"  # stands for the file in a note that is about no file


def opened(
    settings: Settings, papers: Sequence[str] | None, listing_year: int | None, report: Report
) -> Library:
    """The library over `papers` alone, else the one that the settings name, which must be there.

    Raises LibraryError when there is no library yet.
    """
    from reviewer.errors import LibraryError
    from reviewer.library import Library
    from reviewer.sources import ReadOptions

    if papers:
        from reviewer.at_hand import open_at_hand

        library, added = open_at_hand(papers, settings, ReadOptions(listing_year), report)
        if added is not None:  # that search goes by words alone is said after the answer
            notes = tuple(note for note in added.notes if note.file != _EMBEDDING)
            say_skipped(added.model_copy(update={"notes": notes}), report)
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


def say_skipped(added: Added, report: Report) -> None:
    """Name what was not read and why, and what was read with a remark."""
    for skipped in added.skipped[:MOST_SKIPPED_SHOWN]:
        report(f"Skipped {_place(skipped)}: {skipped.reason}", -1, 0)
    for note in added.notes:
        place = "" if note.file == _EMBEDDING else f" on {_place(note)}"
        report(f"Note{place}: {note.reason}", -1, 0)
    more = len(added.skipped) - MOST_SKIPPED_SHOWN
    if more > 0:
        report(f"... and {more} more were skipped (--json names them all)", -1, 0)


def _place(skipped: Skipped) -> str:
    file = "standard input" if skipped.file == "-" else skipped.file
    return file + (f", line {skipped.position}" if skipped.position else "")


def with_known_keys(filters: Filters, shelf: Library) -> Filters:
    """The filters, with the present keys of the papers that were named.

    Raises NotFoundError for a key that no paper has and a file that none was read from: a slip must
    not read as "nothing found".
    """
    from reviewer.errors import NotFoundError
    from reviewer.records import Filters

    for file in filters.files:
        if not shelf.catalogue.has_papers(Filters(files=(file,))):
            known = shelf.catalogue.files()
            shown = ", ".join(known[:MOST_FILES_SHOWN])
            more = f" and {len(known) - MOST_FILES_SHOWN} more" * (len(known) > MOST_FILES_SHOWN)
            raise NotFoundError(
                f"no paper was read from '{file}'", hint=f"Papers were read from: {shown}{more}"
            )
    keys = tuple(shelf.paper(key).key for key in filters.keys)
    return filters.model_copy(update={"keys": keys})


def words_alone_note(shelf: Library, *, is_at_hand: bool) -> str:
    """What to say when questions cannot be asked by meaning here, or not of all papers; empty when
    they can, or when that was switched off."""
    from reviewer.embedding import MissingEmbeddingError
    from reviewer.library import NO_EMBEDDING
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
