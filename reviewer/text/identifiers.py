"""Brings DOIs, arXiv ids, dates and months of exports into one spelling. Pure."""

from __future__ import annotations

import re
from urllib.parse import unquote

_DOI_HOST = r"(?:https?://)?(?:dx\.|www\.)?doi\.org/"
_DOI_ADDRESS = re.compile(rf"^(?:{_DOI_HOST}|doi:\s*)", re.IGNORECASE)
_DOI_BEFORE = re.compile(rf"^(?:{_DOI_HOST}|doi:?\s*)+", re.IGNORECASE)
_DOI = re.compile(r"10\.[1-9]\d{3,8}(?:\.\d+)*/\S+")
# What templates of ACM, IEEE and others print until a paper has its DOI, and the examples that the
# DOI Handbook and Crossref give.
_NO_DOI = re.compile(
    r"10\.[\d.]+/(?:[xn0?*#\W_]*|.*(?<![a-z])x{3,}(?![a-z]).*|.*\.doi)"
    r"|10\.1000/xyz123|10\.5555/12345678|10\.1145/1122445\.1122456",
    re.IGNORECASE,
)
_MOST_TEMPLATE_CHARS = 100
_NAMED_DOI = re.compile(rf"(?:{_DOI_HOST}|\bdoi\s*[:=]?\s*)(10\.\S+)", re.IGNORECASE)
_DOI_TAIL = re.compile(r"[?#](?=[a-z_]+=).*|#\w*$", re.IGNORECASE)
_DOI_IN_PATH = re.compile(r"https?://[^/\s]+/(?:[^?#\s]*/)?(10\.\d{4,9}/[^?#\s]+)")
# What publishers add to a DOI in the addresses of their pages.
_PAGE_TAIL = re.compile(
    r"(?:v\d+)?(?:/(?:full|pdf|epdf|pdfdirect|abstract|abs|html|meta|summary|fulltext|references|"
    r"download|suppl)\b.*|\.full(?:-text)?(?:\.pdf)?|\.pdf|\.html?)?/?$",
    re.IGNORECASE,
)
_PMID = re.compile(
    r"(?:https?://(?:www\.)?(?:pubmed\.ncbi\.nlm\.nih\.gov|ncbi\.nlm\.nih\.gov/pubmed)/|pmid:?\s*)?"
    r"0*([1-9]\d{0,7})/?",
    re.IGNORECASE,
)
ARXIV_ID = r"(?:\d\d(?:0[1-9]|1[0-2])\.\d{4,5}|[a-z-]+(?:\.[A-Z]{2})?/\d{7})(?:v\d+)?"
_ARXIV_NAMED = re.compile(
    rf"arxiv(?:\.org/(?:abs|pdf|html)/|\s*:\s*|\.)({ARXIV_ID})(?![\d/])", re.IGNORECASE
)
_ARXIV_BARE = re.compile(rf"(?:arxiv:\s*)?({ARXIV_ID})", re.IGNORECASE)
_ARXIV_DOI = re.compile(r"10\.48550/arxiv\.(.+)", re.IGNORECASE)
MONTHS = "jan feb mar apr may jun jul aug sep oct nov dec".split()
_ISO = re.compile(r"(\d{4})(?:[-/.](\d{1,2})(?:[-/.](\d{1,2}))?)?(?!\d)")
_INITIALS = re.compile(r"(?:[A-Z]\.[- ]?){1,4}|(?!I{2,3}$|I?V$)[A-Z]{1,3}(?:-[A-Z])?")


def bare_doi(text: str) -> str:
    """The DOI without the address or the `doi:` before it. Empty for a text without a DOI: one is
    `10.NNNN/...`, and no template's `10.1145/nnnnnnn.nnnnnnn`."""
    found = _DOI.match(_DOI_BEFORE.sub("", text.strip()))
    doi = found.group().rstrip(".,;") if found else ""
    return "" if len(doi) <= _MOST_TEMPLATE_CHARS and _NO_DOI.fullmatch(doi) else doi


def bare_pmid(text: str) -> str:
    """The PMID without zeros, an address or `PMID:` before it; empty for any other text."""
    found = _PMID.fullmatch(text.strip())
    return found[1] if found else ""


def without_doi_address(text: str) -> str:
    """The text without the address or the `doi:` before it, whether it is a DOI or not."""
    return _DOI_ADDRESS.sub("", text)


def doi_in(text: str) -> str:
    """The first DOI in a text, without a full stop or bracket that ends its sentence; else
    empty."""
    found = _DOI.search(text)
    return found.group().rstrip(".,;)]}>\"'") if found else ""


def doi_of_address(address: str) -> str:
    """The DOI in the address of a paper, at doi.org or in the path of a publisher's page; else
    empty."""
    path = unquote(address.strip())
    if re.match(_DOI_HOST, path, re.IGNORECASE):
        return bare_doi(_DOI_TAIL.sub("", path))
    found = _DOI_IN_PATH.match(path)
    return bare_doi(_PAGE_TAIL.sub("", found[1])) if found else ""


def named_doi(text: str) -> str:
    """The DOI that stands in a text behind `doi:` or as an address of doi.org, or that is all of
    it; else empty."""
    whole = bare_doi(text) if " " not in text.strip() else ""
    found = None if whole else _NAMED_DOI.search(text)
    return whole or (bare_doi(doi_in(found[1])) if found else "")


def arxiv_id_in(text: str) -> str:
    """The arXiv id after an address, in a DOI of arXiv, or after `arXiv:`; else empty."""
    found = _ARXIV_NAMED.search(text)
    return found[1] if found else ""


def bare_arxiv_id(text: str) -> str:
    """The arXiv id if the text is one, with or without `arXiv:` before it, else `arxiv_id_in`."""
    found = _ARXIV_BARE.fullmatch(text.strip().removesuffix(".pdf"))
    return found[1] if found else arxiv_id_in(text)


def without_version(arxiv_id: str) -> str:
    """`2509.01234` of `2509.01234v2`."""
    return re.sub(r"v\d+$", "", arxiv_id)


def arxiv_id_of_doi(doi: str) -> str:
    """The id after `10.48550/arXiv.`, the DOI that arXiv gives each preprint; empty for any other
    DOI."""
    found = _ARXIV_DOI.fullmatch(doi)
    return found[1] if found else ""


def month_number(text: str) -> int:
    """1 to 12 for a number or an English name, short or whole; 0 for what is not a month."""
    word = text.strip().lower()
    if word.isdecimal():
        return int(word) if 1 <= int(word) <= 12 else 0
    return MONTHS.index(word[:3]) + 1 if word[:3] in MONTHS else 0


def iso_date(year: str, month: str = "", day: str = "") -> str:
    """`2025`, `2025-09` or `2025-09-29`, as far as the parts are valid; months also by name."""
    date = year.strip()
    if not re.fullmatch(r"[12]\d{3}", date):
        return ""
    if number := month_number(month):
        date += f"-{number:02}"
        if day.strip().isdecimal() and 1 <= int(day) <= 31:
            date += f"-{int(day):02}"
    return date


def date_in(text: str) -> str:
    """The date that a text begins with, such as `2025-09-29`, `2025/9` or `2025 Sep 29`; else the
    first year in it; else empty."""
    text = text.strip()
    if found := _ISO.match(text):
        named = re.match(r"(\d{4}) ([A-Za-z]{3,9})\.?(?: (\d{1,2})\b)?", text)
        return iso_date(*(part or "" for part in (named or found).groups()))
    worded = re.match(r"(?:(\d{1,2}) )?([A-Za-z]{3,9})\.? (?:(\d{1,2}), ?)?(\d{4})\b", text)
    if worded:
        return iso_date(worded[4], worded[2], worded[1] or worded[3] or "")
    found = re.search(r"\b[12]\d{3}\b", text)
    return found.group() if found else ""


def year_of(date: str) -> int | None:
    """The year that a date begins with; None if it begins with something else."""
    return int(date[:4]) if re.match(r"\d{4}", date) else None


def inverted_initials(name: str, *, dotted: bool = False) -> str:
    """`Smith, JA` for `Smith JA` and `van der Berg, J.` for `van der Berg J.`; with `dotted` only
    initials that end in a dot. Other names stay as they are."""
    family, _, last = name.strip().rpartition(" ")
    is_family = re.fullmatch(r"[^\W\d_][\w'’ -]*\w", family) is not None
    if is_family and _INITIALS.fullmatch(last) and (last.endswith(".") or not dotted):
        return f"{family}, {last}"
    return name
