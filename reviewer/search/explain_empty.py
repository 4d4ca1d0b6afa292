"""Says why a question found nothing: a filter left papers out, or its words are in no paper."""

from __future__ import annotations

from reviewer.library import Library
from reviewer.text import counted
from reviewer.text.keywords import query_terms
from reviewer.types.searches import Filters

MOST_UNKNOWN_SHARE = 0.5  # of a question's words that may be in no paper before that is said
_MOST_NAMED = 5


def why_nothing(question: str, library: Library, filters: Filters) -> str:
    """The reason, as a whole sentence; empty if it is not known."""
    if said := why_none_pass(library, filters):
        return said
    terms = [term for term in query_terms(question) if not term.isdecimal()]
    if not terms:
        return "The question has no word to search for."
    with library.alone:
        stems = library.words.stems(terms)
        counts = library.words.counts(list({stem for own in stems.values() for stem in own}))
    unknown = [t for t in terms if not any(counts[stem].chunks for stem in stems[t])]
    if not library.catalogue.count() or len(unknown) <= MOST_UNKNOWN_SHARE * len(terms):
        return ""
    named = ", ".join(unknown[:_MOST_NAMED]) + ", ..." * (len(unknown) > _MOST_NAMED)
    held = f"{len(unknown)} of its {len(terms)} words are in no paper here"
    if len(terms) == 1:
        held = "its only word is in no paper here"
    elif len(unknown) == len(terms):
        held = f"none of its {len(terms)} words is in a paper here"
    return (
        f"Of the question, {held} ({named}): the papers are in another language, or on something "
        "else."
    )


def why_none_pass(library: Library, filters: Filters) -> str:
    """Which filters leave out all papers, and how many each one alone lets pass; empty if some
    papers pass."""
    whole = library.catalogue.count()
    if filters.is_empty or not whole or library.catalogue.has_papers(filters):
        return ""
    alone = [
        f"{name} leaves {library.catalogue.count_passing(own)}" for name, own in parts_of(filters)
    ]
    papers = counted(whole, "paper")
    if len(alone) == 1:
        said = f"The filter leaves out all of {papers}: {alone[0]}"
    else:
        said = f"The filters together leave out all of {papers}; alone, {', '.join(alone)}"
    unknown = library.catalogue.count_unknown_year(Filters())
    has_years = filters.year_from is not None or filters.year_to is not None
    return f"{said}{f' (of {unknown} the year is unknown)' if has_years and unknown else ''}."


def parts_of(filters: Filters) -> list[tuple[str, Filters]]:
    """Each condition as filters of its own, with its flag."""
    found: list[tuple[str, Filters]] = []
    first, last = filters.year_from, filters.year_to
    if first is not None or last is not None:
        written = str(first) if first == last else f"{first or ''}:{last or ''}"
        found.append((f"--year {written}", Filters(year_from=first, year_to=last)))
    if filters.venue:
        found.append((f"--venue '{filters.venue}'", Filters(venue=filters.venue)))
    found += [(f"--tag '{tag}'", Filters(tags=(tag,))) for tag in filters.tags]
    if filters.keys:
        found.append((f"--keys {','.join(filters.keys)}", Filters(keys=filters.keys)))
    if filters.files:
        found.append((f"--file {', '.join(filters.files)}", Filters(files=filters.files)))
    return found
