"""What every form says alike of a paper, of a place in its text, and of a table's cells."""

from __future__ import annotations

import re
from bisect import bisect_left
from urllib.parse import quote, unquote

from reviewer.grounding.cells import disagrees, tally
from reviewer.text import counted
from reviewer.text.identifiers import MONTHS, without_doi_address
from reviewer.text.invisible import is_hidden
from reviewer.text.views import clean_view
from reviewer.types import Citation, Paper, Table
from reviewer.types.tables import Cell, Value

_AROUND = 1500  # characters of a long text that are shown before and after a quote
_ADDRESS = "%/:=&?~#+!$,;'@()*[]"  # besides letters, digits and _.-
_HOST = re.compile(r"https?://\w[\w.-]*(?::\d+)?(?:[/?#]|$)")
_ENTITY = re.compile(r"&(?=#?\w+;)")
_MONTHS = tuple(name.capitalize() for name in MONTHS)


def quoted_place(citation: Citation) -> str:
    """`abstract, characters 10 to 52`, with the page where there are pages."""
    page = f", page {citation.page}" if citation.page else ""
    return f"{citation.part}{page}, characters {citation.start} to {citation.end}"


def around_quote(text: str, citation: Citation) -> tuple[str, str, str]:
    """The cleaned text before the quote, the quote, and the text after it."""
    view = clean_view(text)
    first = bisect_left(view.offsets, citation.start)
    last = bisect_left(view.offsets, citation.end)
    before, after = view.text[:first], view.text[last:]
    if len(before) > _AROUND:
        before = "…" + before[-_AROUND:]
    if len(after) > _AROUND:
        after = after[:_AROUND] + "…"
    return before, view.text[first:last], after


def readable_date(paper: Paper) -> str:
    """`29 Sep 2025`, `Sep 2025`, `2025`, `11 Sep, year unknown`, or nothing."""
    if paper.date.startswith("--"):
        _, _, month, day = paper.date.split("-")
        return f"{int(day)} {_MONTHS[int(month) - 1]}, year unknown"
    pieces = paper.date.split("-") if paper.date else []
    if len(pieces) == 3:
        return f"{int(pieces[2])} {_MONTHS[int(pieces[1]) - 1]} {pieces[0]}"
    if len(pieces) == 2:
        return f"{_MONTHS[int(pieces[1]) - 1]} {pieces[0]}"
    return paper.date or (str(paper.year) if paper.year else "")


def byline(paper: Paper) -> str:
    """Authors by name where they are known, else the note that the listing gave."""
    if len(paper.authors) > 3:
        return f"{paper.authors[0]} and {len(paper.authors) - 1} others"
    return ", ".join(paper.authors) or paper.author_note or paper.organisation


def web_address(paper: Paper) -> str:
    """The paper's own address where it is one of the web: no script, no file."""
    return paper.url if paper.url.lower().startswith(("https://", "http://")) else ""


def link_of(paper: Paper) -> str:
    """An http(s) address of the paper, made from its identifiers if need be, or nothing.

    What may stand in no address, such as `<`, is percent-encoded, so that it is nothing else; so is
    the `&` of what Markdown and HTML take for a sign in words, such as `&lt;`. An
    address that hides characters is none: programs show `%1B` as the sign that it stands for.
    """
    addresses = [
        web_address(paper),
        f"https://doi.org/{without_doi_address(paper.doi)}" if paper.doi else "",
        f"https://arxiv.org/abs/{paper.arxiv_id}" if paper.arxiv_id else "",
    ]
    link = next((a for a in addresses if a and not _hides(a)), "")
    return _ENTITY.sub("%26", quote(link, safe=_ADDRESS, errors="replace"))


def _hides(address: str) -> bool:
    """True when it holds white space, or what nobody sees, as it stands or percent-encoded, or a
    host that is no plain name, such as one in brackets or behind an @."""
    plain = unquote(unquote(address))
    return (
        not _HOST.match(address)
        or any(c.isspace() for c in address)
        or any(c in "\n\t" or is_hidden(plain, i) for i, c in enumerate(plain))
    )


def cell_text(cell: Cell) -> str:
    """The cell in plain words, its state included: what every format shows."""
    if cell.state == "filled":
        joined = "; ".join(value.text for value in cell.values)
        return f"{joined} (the paper says both)" if disagrees(cell) else joined
    if cell.state == "no proof" and cell.values:
        return f"{'; '.join(value.text for value in cell.values)} (no proof)"
    return cell.state


def standing(value: Value) -> str:
    """How a value stands to its quote, in words."""
    if value.doubts:
        return f"no proof: {'; '.join(value.doubts)}"
    if value.support == "supported":
        return "the paper's words"
    return "the writer's own words, not judged"


def tally_line(table: Table) -> str:
    """What stands under every table: papers considered and left out, and how the cells came out."""
    counts, coverage = tally(table), table.coverage
    by_rules = counts.not_found_by_rules or counts.needs_a_model
    own = f" ({counts.in_own_words} in the writer's own words)" if counts.in_own_words else ""
    said = [
        f"{counted(coverage.papers, 'paper')} in the library, {coverage.matched} considered, "
        f"{len(table.rows)} in the table. Cells: {counts.filled} filled{own}",
        *([f"{counts.not_stated} not stated"] if counts.not_stated or not by_rules else []),
        *([f"{counts.not_found_by_rules} not found by rules"] if by_rules else []),
        *([f"{counts.needs_a_model} in need of a model"] if counts.needs_a_model else []),
        *([f"{counts.no_proof} without proof"] if counts.no_proof else []),
        f"{counts.failed} failed.",
    ]
    left_out = f" Left out: {'; '.join(coverage.left_out)}." if coverage.left_out else ""
    return ", ".join(said) + left_out
