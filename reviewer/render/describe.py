"""What all forms say about a paper, about a place in its text, and about a table's cells."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from urllib.parse import quote, unquote

from reviewer.grounding.cells import disagrees, tally
from reviewer.render.provenance import left_out_words
from reviewer.text import counted
from reviewer.text.identifiers import MONTHS, without_doi_address
from reviewer.text.invisible import is_hidden
from reviewer.types import Citation, Paper, Table
from reviewer.types.tables import Cell, Value

_ADDRESS = "%/:=&?~#+!$,;'@()*[]"  # besides letters, digits and _.-
_HOST = re.compile(r"https?://\w[\w.-]*(?::\d+)?(?:[/?#]|$)")
_TABLE_ROW = re.compile(r"(Table [A-Z]?\.?(?:\d+[a-z]?|[IVXL]+)), [^:]*: ")
_ENTITY = re.compile(r"&(?=#?\w+;)")
_MONTHS = tuple(name.capitalize() for name in MONTHS)


def quoted_place(citation: Citation) -> str:
    """`abstract, characters 10 to 52`, with the page where there are pages, and the table of a
    PDF where it is a row of one."""
    page = f", page {citation.page}" if citation.page else ""
    part = f"{citation.part}{table_words([citation])}"
    by = ", read by OCR" if citation.by_ocr else ""
    return f"{part}{page}, characters {citation.start} to {citation.end}{by}"


def ocr_words(paper: Paper) -> str:
    """`page 2, by tesseract 5.3.0 (eng)`, of pages that an OCR program read; empty without any."""
    ocr = paper.extra.get("ocr")
    pages = ocr.get("pages") if isinstance(ocr, dict) else None
    if not isinstance(ocr, dict) or not isinstance(pages, list) or not pages:
        return ""
    numbers = ", ".join(map(str, pages))
    return f"page{'s' * (len(pages) > 1)} {numbers}, by {ocr['program']} ({ocr['language']})"


def table_words(citations: Sequence[Citation]) -> str:
    """`, Table 3` where all are rows of one table of a PDF; else nothing."""
    tables = {match[1] if (match := _TABLE_ROW.match(c.quote)) else "" for c in citations}
    return f", {tables.pop()}" if len(tables) == 1 and "" not in tables else ""


def joined_spans(spans: Iterable[tuple[int, int]]) -> list[tuple[int, int]]:
    """The half-open spans in order; those that touch or overlap become one."""
    joined: list[tuple[int, int]] = []
    for start, end in sorted(spans):
        if joined and start <= joined[-1][1]:
            start, end = joined[-1][0], max(end, joined.pop()[1])
        joined.append((start, end))
    return joined


def date_parts(paper: Paper) -> tuple[str, str, str]:
    """Year, month and day of its date, each as it is written there, empty where it is unknown."""
    year, month, day = [*paper.date.replace("--", "-").split("-"), "", ""][:3]
    return year, month, day


def readable_date(paper: Paper) -> str:
    """`29 Sep 2025`, `Sep 2025`, `2025`, `11 Sep, year unknown`, or nothing."""
    year, month, day = date_parts(paper)
    if not month:
        return year or str(paper.year or "")
    named = f"{int(day)} {_MONTHS[int(month) - 1]}" if day else _MONTHS[int(month) - 1]
    return f"{named} {year}" if year else f"{named}, year unknown"


def joined_keywords(words: Iterable[str]) -> str:
    """The keywords in one line, with semicolons between them where one holds a comma."""
    known = list(words)
    if not any("," in word for word in known):
        return ", ".join(known)
    return "; ".join(known) + ";" * (len(known) == 1)


def byline(paper: Paper) -> str:
    """Authors by name where they are known, else the note that the listing gave."""
    if len(paper.authors) > 3:
        return f"{paper.authors[0]} and {len(paper.authors) - 1} others"
    return ", ".join(paper.authors) or paper.author_note or paper.organisation


def web_address(paper: Paper) -> str:
    """The paper's own address if it is a web address (http or https), or nothing."""
    return paper.url if paper.url.lower().startswith(("https://", "http://")) else ""


def link_of(paper: Paper) -> str:
    """An http(s) address of the paper, made from its identifiers if need be, or nothing.

    What cannot be in an address, such as `<`, is percent-encoded, so that nothing can take it for
    markup. So is the `&` of what Markdown and HTML read as an entity, such as `&lt;`. An address
    that hides characters is not used: programs show `%1B` as the character that it encodes.
    """
    addresses = _addresses(paper)
    return addresses.get("Web page") or next(iter(addresses.values()), "")


def links_of(paper: Paper) -> list[tuple[str, str]]:
    """The http(s) addresses of the paper as `link_of` writes them, each once, with its name: `DOI`,
    `arXiv`, `PubMed` or `Web page`."""
    names: dict[str, str] = {}
    for name, address in _addresses(paper).items():
        names.setdefault(address, name)
    return [(name, address) for address, name in names.items()]


def _addresses(paper: Paper) -> dict[str, str]:
    addresses = {
        "DOI": f"https://doi.org/{without_doi_address(paper.doi)}" if paper.doi else "",
        "arXiv": f"https://arxiv.org/abs/{paper.arxiv_id}" if paper.arxiv_id else "",
        "PubMed": f"https://pubmed.ncbi.nlm.nih.gov/{paper.pmid}/" if paper.pmid else "",
        "Web page": web_address(paper),
    }
    return {name: _escaped(a) for name, a in addresses.items() if a and not _hides(a)}


def _escaped(address: str) -> str:
    return _ENTITY.sub("%26", quote(address, safe=_ADDRESS, errors="replace"))


def _hides(address: str) -> bool:
    """True when it holds white space, or invisible characters, plain or percent-encoded, or a host
    that is not a plain name, such as one in brackets or behind an @."""
    plain = unquote(unquote(address))
    return (
        not _HOST.match(address)
        or re.search(r"\s", address) is not None
        or any(c in "\n\t" or is_hidden(plain, i) for i, c in enumerate(plain))
    )


def cell_text(cell: Cell) -> str:
    """The cell in plain words, with its state, as every format shows it."""
    joined = "; ".join(value.text for value in cell.values)
    if cell.state == "not computed":
        return f"{cell.state}: {'; '.join(cell.dropped)}"
    return f"{joined or cell.state}{cell_remark(cell)}"


def cell_remark(cell: Cell) -> str:
    """What is said after the values of a cell, with a space before it."""
    if cell.is_by_hand:
        return " (by hand, no proof)" if cell.state == "no proof" else " (by hand)"
    if disagrees(cell):
        return " (the paper says both)"
    if any(value.computed for value in cell.values):
        given = any(value.is_by_hand for value in cell.values)
        return " (computed from a value by hand)" if given else " (computed)"
    return " (no proof)" if cell.values and cell.state == "no proof" else ""


def support_words(value: Value) -> str:
    """How well its quote supports a value, in words."""
    if value.doubts:
        by = "by hand, " if value.is_by_hand else ""
        return f"{by}no proof: {'; '.join(value.doubts)}"
    if value.computed:
        by = ", from a value by hand" if value.is_by_hand else ""
        return f"computed: {value.computed}{by}"
    if value.is_by_hand:
        is_quoted = value.support == "supported"
        return "by hand: " + ("the paper's words" if is_quoted else "own words, with a quote")
    if value.judged == "supported":
        return "judged: the sentences say so"
    is_own = value.support != "supported"
    return "the writer's own words, not judged" if is_own else "the paper's words"


def cited_quotes(value: Value) -> list[str]:
    """The quotes that the value rests on, as they stand in the paper."""
    quotes = [value.quote, *(citation.quote for citation in value.more)]
    return [quote for quote in quotes if quote]


def tally_line(table: Table) -> str:
    """The line under every table: papers considered and left out, and how many cells of each
    state."""
    counts, coverage = tally(table), table.coverage
    by_rules = counts.not_found_by_rules or counts.needs_a_model
    remarks = [f"{counts.in_own_words} in the writer's own words"] if counts.in_own_words else []
    remarks += [f"{counts.computed} computed"] if counts.computed else []
    own = f" ({', '.join(remarks)})" if remarks else ""
    states = [f"{counts.filled} filled{own}"]
    states += [f"{counts.not_stated} not stated"] if counts.not_stated or not by_rules else []
    states += [f"{counts.not_answered} not answered"] if counts.not_answered else []
    states += [f"{counts.not_computed} not computed"] if counts.not_computed else []
    states += [f"{counts.not_found_by_rules} not found by rules"] if by_rules else []
    states += [f"{counts.needs_a_model} in need of a model"] if counts.needs_a_model else []
    states += [f"{counts.no_proof} without proof"] if counts.no_proof else []
    by_hand = f"; {counts.by_hand} corrected by hand" if counts.by_hand else ""
    states.append(f"{counts.failed} failed{by_hand}.")
    return (
        f"{counted(coverage.papers, 'paper')} in the library, {coverage.matched} considered, "
        f"{len(table.rows)} in the table. Cells: {', '.join(states)}{left_out_words(coverage)}"
    )
