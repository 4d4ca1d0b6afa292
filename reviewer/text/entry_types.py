"""Types of entries in BibTeX, RIS and CSL (article, book, ...), and the fields they share."""

from __future__ import annotations

import re
from dataclasses import dataclass

from reviewer.text.views import clean
from reviewer.types import Paper

KIND = "entry_type"  # in `Paper.extra`: the type that a bibliography gave, in BibTeX's words
NOCASE = "protected_capitals"
"""In `Paper.extra`: words of the title whose capitals no style may make small."""


@dataclass(frozen=True)
class Detail:
    """A plain field in `Paper.extra` under `name`, and the fields that hold it in BibTeX, RIS and
    CSL. Where RIS and CSL have none, it is empty: the detail is a labelled note there, or `custom`.
    """

    name: str
    ris: str = ""
    csl: str = ""
    bibtex: str = ""


_DETAILS = (
    Detail("volume", "VL", "volume"),
    Detail("number", "IS", "issue"),
    Detail("pages", "SP", "page"),
    Detail("publisher", "PB", "publisher"),
    Detail("series", "T3", "collection-title"),
    Detail("edition", "ET", "edition"),
    Detail("isbn", "SN", "ISBN"),
    Detail("issn", "SN", "ISSN"),
    Detail("language", "LA", "language"),
    Detail("address", "CY", "publisher-place"),
    Detail("note", "", "note"),
    Detail("genre", "M3", "genre", "type"),
    Detail("version", "", "version"),
    Detail("urldate", "Y2", "accessed"),
    Detail("eid", "C7", ""),
    Detail("chapter", "SE", "chapter-number"),
    Detail("shortjournal", "J2", "container-title-short"),
    Detail("eventtitle", "", "event-title"),
    Detail("organization"),
    Detail("howpublished"),
    Detail("pagetotal", "", "number-of-pages"),
    Detail("primaryclass"),
)
DETAILS = tuple(detail.name for detail in _DETAILS)
"""Names in `Paper.extra` that every bibliography format keeps."""
RIS_TAGS = {detail.name: detail.ris for detail in _DETAILS if detail.ris}
RIS_LABELS = {
    "note": "Note", "version": "Version", "eventtitle": "Event", "organization": "Organization",
    "howpublished": "Published as", "pagetotal": "Number of pages", "issn": "ISSN",
    "primaryclass": "arXiv class", NOCASE: "Protected capitals",
}  # fmt: skip
"""What a note of RIS begins with, before a colon, that holds a field without a tag."""
CSL_NAMES = {detail.name: detail.csl for detail in _DETAILS if detail.csl}
BIBTEX_NAMES = {detail.name: detail.bibtex or detail.name for detail in _DETAILS}
NUMBERED = ("techreport", "patent", "dataset", "software", "online")
"""Types, in BibTeX's words, whose `number` is their own and not that of an issue."""
MIXED_CASE = re.compile(r"[^\W\d_]\w*[A-ZÀ-ÖØ-Þ]\w*|\d+\w*[A-ZÀ-ÖØ-Þ]\w*")
"""A word with a capital inside, such as `mRNA`: no style may make it small."""
_PAGES = re.compile(r"([A-Za-z]{0,2}\d+)\s*[-–—]+\s*([A-Za-z]{0,2}\d+)")
_MEETING = re.compile(
    r"\b(?:proc(?:eedings|\.)|conference|conf\.|workshop|symposium|meeting)|"
    r"\b(?:NeurIPS|NIPS|ICLR|ICML|ACL|EMNLP|NAACL|EACL|COLM|AAAI|IJCAI|CVPR|ICCV|ECCV|KDD|SIGIR"
    r"|WWW|COLT|UAI|AISTATS|CoRL|RSS|ICRA|INTERSPEECH|COLING|CIKM|WSDM|RecSys|CHI)\b",
    re.IGNORECASE,
)


@dataclass(frozen=True)
class Kind:
    """One type in BibTeX, RIS and CSL, and the BibTeX field that holds its venue."""

    bibtex: str
    ris: str
    csl: str
    venue: str


KINDS = (
    Kind("article", "JOUR", "article-journal", "journal"),
    Kind("inproceedings", "CPAPER", "paper-conference", "booktitle"),
    Kind("incollection", "CHAP", "chapter", "booktitle"),
    Kind("book", "BOOK", "book", "howpublished"),
    Kind("phdthesis", "THES", "thesis", "school"),
    Kind("mastersthesis", "THES", "thesis", "school"),
    Kind("techreport", "RPRT", "report", "institution"),
    Kind("unpublished", "UNPB", "manuscript", "howpublished"),
    Kind("online", "ELEC", "webpage", "howpublished"),
    Kind("dataset", "DATA", "dataset", "howpublished"),
    Kind("software", "COMP", "software", "howpublished"),
    Kind("patent", "PAT", "patent", "howpublished"),
    Kind("misc", "GEN", "article", "howpublished"),
)
HOUSES = ("school", "institution")
"""Fields of a venue that publishes: RIS and CSL call such a venue the publisher."""
HOUSED = tuple(kind.bibtex for kind in KINDS if kind.venue in HOUSES)
GENRES = {"phdthesis": "PhD thesis", "mastersthesis": "Master's thesis"}
"""What RIS and CSL say of a thesis that says no more of itself."""
# Other names of these types, each with the type in BibTeX's words.
_ALIASES = {
    "bibtex": "conference=inproceedings inbook=incollection suppbook=incollection "
    "suppcollection=incollection bookinbook=incollection inreference=incollection "
    "collection=book mvbook=book mvcollection=book reference=book mvreference=book manual=book "
    "proceedings=book mvproceedings=book periodical=book thesis=phdthesis report=techreport "
    "review=article suppperiodical=article electronic=online www=online data=dataset "
    "booklet=misc preprint=misc letter=misc artwork=misc audio=misc video=misc movie=misc "
    "music=misc image=misc performance=misc standard=misc legislation=misc jurisdiction=misc "
    "commentary=misc legal=misc bibnote=misc",
    "ris": "CONF=inproceedings EJOUR=article MGZN=article NEWS=article INPR=article "
    "ABST=article JFULL=article ECHAP=incollection ENCYC=incollection DICT=incollection "
    "EBOOK=book EDBOOK=book SER=book MANSCPT=unpublished GOVDOC=techreport AGGR=dataset "
    "DBASE=dataset WEB=online BLOG=online PAMP=misc STAND=misc SLIDE=misc VIDEO=misc SOUND=misc "
    "UNBILL=misc BILL=misc CASE=misc STAT=misc HEAR=misc MAP=misc ART=misc",
    "csl": "article-magazine=article article-newspaper=article review=article "
    "review-book=article periodical=book classic=book collection=book entry=incollection "
    "entry-dictionary=incollection entry-encyclopedia=incollection speech=unpublished "
    "post-weblog=online post=online document=misc bill=misc broadcast=misc figure=misc "
    "graphic=misc hearing=misc interview=misc legal_case=misc legislation=misc map=misc "
    "motion_picture=misc musical_score=misc pamphlet=misc performance=misc "
    "personal_communication=misc regulation=misc song=misc standard=misc treaty=misc event=misc",
}
_BY_BIBTEX = {kind.bibtex: kind for kind in KINDS}
_KINDS = {
    system: {getattr(kind, system): kind for kind in reversed(KINDS)}
    | {name: _BY_BIBTEX[own] for name, own in (pair.split("=") for pair in aliases.split())}
    for system, aliases in _ALIASES.items()
}


def kind_of(paper: Paper) -> Kind:
    """The type that its bibliography gave, else the one that its venue suggests."""
    known, given = _KINDS["bibtex"], paper.extra.get(KIND)
    if isinstance(given, str) and given in known:
        return known[given]
    venue = clean(paper.venue)
    if not venue or re.search(r"\barxiv\b|\bCoRR\b", venue, re.IGNORECASE):
        return known["misc"]
    return known["inproceedings" if _MEETING.search(venue) else "article"]


def kind_named(name: str, system: str, genre: str = "") -> dict[str, str]:
    """What `Paper.extra` keeps for a type that has this name in `bibtex`, `ris` or `csl`; empty
    for an unknown name. `genre` is what the entry says of its type, such as `Master's thesis`."""
    name = name.strip().upper() if system == "ris" else name.strip().lower()
    kind = _KINDS[system].get(name)
    if kind is None:
        return {}
    if kind.bibtex == "phdthesis" and re.search(r"\bmaster|\bm\.?sc\b|mathesis", genre, re.I):
        return {KIND: "mastersthesis"}
    return {KIND: kind.bibtex}


def details_of(paper: Paper) -> dict[str, str]:
    """The DETAILS of the paper that are known, cleaned."""
    found = {name: paper.extra.get(name) for name in DETAILS}
    cleaned = {n: clean(str(value)) for n, value in found.items() if isinstance(value, str | int)}
    return {name: text for name, text in cleaned.items() if text}


def genre_of(paper: Paper) -> str:
    """What kind of a thesis, a report or another work it is, in words."""
    return details_of(paper).get("genre") or GENRES.get(kind_of(paper).bibtex, "")


def own_genre(genre: str, kind: dict[str, str]) -> str:
    """The genre that an entry of this kind gives, empty where `genre_of` would say it anyway."""
    return "" if genre == GENRES.get(kind.get(KIND, "")) else genre


def is_own_number(paper: Paper) -> bool:
    """True where its `number` is that of a report or a patent, and not that of an issue."""
    return kind_of(paper).bibtex in NUMBERED


def page_range(pages: str) -> str:
    """`10--12` of `10-12`; pages of another form stay."""
    found = _PAGES.fullmatch(pages.strip())
    return f"{found[1]}--{found[2]}" if found else pages


def is_page_range(pages: str) -> bool:
    """True for `10--12`, with the dashes of BibTeX."""
    return "--" in pages and _PAGES.fullmatch(pages) is not None


def protected_words(paper: Paper) -> list[str]:
    """Words of the title whose capitals must stay, besides those with a capital inside."""
    known = paper.extra.get(NOCASE)
    return [word for word in known if isinstance(word, str)] if isinstance(known, list) else []


def marked_title(paper: Paper) -> str:
    """The title, with the warning that publishers write before it if the paper is retracted."""
    return f"RETRACTED: {paper.title}" if paper.retracted else paper.title
