"""The filters and exclusions that a user names, as those that a search takes."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from reviewer.errors import NotFoundError, UsageError
from reviewer.library import Library
from reviewer.text.views import one_line
from reviewer.types.searches import Filters

_MOST_SHOWN = 10


def with_excluded(question: str, excluded: Sequence[str] | None) -> str:
    """The question with what `--not` excludes, as the marks that mean the same in a question.
    Raises UsageError for a concept without a letter."""
    for concept in excluded or ():
        if not any(character.isalnum() for character in concept):
            raise UsageError(
                f"--not '{concept}' names nothing", hint="For example: --not 'medical images'"
            )
    if not question.strip():
        return question
    marks = (f' -"{one_line(concept.replace(chr(34), " "))}"' for concept in excluded or ())
    return f"{question}{''.join(marks)}"


def with_known_keys(filters: Filters, shelf: Library) -> Filters:
    """The filters, with the present keys of the named papers.

    Raises NotFoundError for a key, tag or venue that no paper has, for a file from which no paper
    was read, and where no paper cites or is cited as is asked: a typing error must not look like
    "nothing found".
    """
    catalogue = shelf.catalogue
    for file in filters.files:
        if not catalogue.has_papers(Filters(files=(file,))):
            known = [Path(path).name for path in catalogue.files()]
            raise _unknown(f"no paper was read from '{file}'", file, known, "Papers were read from")
    for tag in filters.tags:
        if not catalogue.has_papers(Filters(tags=(tag,))):
            raise _unknown(f"no paper has the tag '{tag}'", tag, catalogue.tags(), "Tags")
    if filters.venue and not catalogue.has_papers(Filters(venue=filters.venue)):
        message = f"no paper's venue has '{filters.venue}' in it"
        raise _unknown(message, filters.venue, catalogue.venues(), "Venues")
    keys = tuple(shelf.paper(key).key for key in filters.keys)
    if filters.screen:
        keys = _included_keys(filters.screen, keys, shelf)
    if filters.cites or filters.cited_by:
        keys = _linked_keys(filters, keys, shelf)
    return filters.model_copy(update={"keys": keys, "screen": "", "cites": "", "cited_by": ""})


def _linked_keys(filters: Filters, keys: tuple[str, ...], shelf: Library) -> tuple[str, ...]:
    """The keys of the papers that cite, or are cited, as is asked; of those named if some are."""
    from reviewer.tasks.citation_graph import cited_numbers

    papers = shelf.catalogue.papers_numbered(cited_numbers(shelf, filters))
    found = tuple(paper.key for _, paper in sorted(papers.items()))
    kept = tuple(key for key in found if key in keys) if keys else found
    if not kept:
        raise NotFoundError(
            "none of these papers is linked so by citations",
            hint="Leave out --keys or --screen.",
        )
    return kept


def _included_keys(screen: str, keys: tuple[str, ...], shelf: Library) -> tuple[str, ...]:
    """The keys of the papers that the screening included, of those named if some are."""
    from reviewer.tasks.screening.included import included_papers
    from reviewer.tasks.screening.screening import Screening

    found = tuple(paper.key for paper in included_papers(Screening(shelf, screen)))
    kept = tuple(key for key in found if key in keys) if keys else found
    if not kept:
        raise NotFoundError(
            f"the screening {screen} includes none of these papers"
            if keys
            else f"the screening {screen} has included nothing yet",
            hint=f"See: review screen status {screen}",
        )
    return kept


def _unknown(message: str, name: str, known: Sequence[str], what: str) -> NotFoundError:
    """The error for a name that no paper has: with the nearest known names, else all of them."""
    import difflib

    if not known:
        return NotFoundError(message, hint=f"{what}: none in this library.")
    by_folded = {one.casefold(): one for one in known}
    near = difflib.get_close_matches(name.casefold(), by_folded, 3, 0.6)
    if near:
        return NotFoundError(
            message, hint=f"Did you mean {' or '.join(by_folded[n] for n in near)}?"
        )
    more = len(known) - _MOST_SHOWN
    shown = ", ".join(known[:_MOST_SHOWN]) + (f" and {more} more" if more > 0 else "")
    return NotFoundError(message, hint=f"{what}: {shown}")
