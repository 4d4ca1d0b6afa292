"""Types of entries in BibTeX, RIS and CSL (article, book, ...), and the fields they share."""

from __future__ import annotations

import re
from dataclasses import dataclass

from reviewer.text.views import clean
from reviewer.types import Paper

KIND = "entry_type"  # in `Paper.extra`: the type that a bibliography gave, in BibTeX's words
DETAILS = tuple("volume number pages publisher series edition isbn issn language".split())
"""Names in `Paper.extra`, as BibTeX calls them, that every bibliography format has a field for."""
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
    Kind("techreport", "RPRT", "report", "institution"),
    Kind("unpublished", "UNPB", "manuscript", "howpublished"),
    Kind("online", "ELEC", "webpage", "howpublished"),
    Kind("misc", "GEN", "article", "howpublished"),
)
# Other names of these types, each with the type in BibTeX's words.
_ALIASES = {
    "bibtex": "conference=inproceedings inbook=incollection collection=book thesis=phdthesis "
    "mastersthesis=phdthesis report=techreport electronic=online www=online",
    "ris": "CONF=inproceedings EJOUR=article MGZN=article NEWS=article INPR=article "
    "ECHAP=incollection EBOOK=book EDBOOK=book BLOG=online",
    "csl": "article-magazine=article article-newspaper=article post-weblog=online post=online "
    "document=misc",
}
_BY_BIBTEX = {kind.bibtex: kind for kind in KINDS}
_KINDS = {
    system: {getattr(kind, system): kind for kind in KINDS}
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


def kind_named(name: str, system: str) -> dict[str, str]:
    """What `Paper.extra` keeps for a type that has this name in `bibtex`, `ris` or `csl`; empty
    for an unknown name."""
    name = name.strip().upper() if system == "ris" else name.strip().lower()
    kind = _KINDS[system].get(name)
    return {KIND: kind.bibtex} if kind else {}


def details_of(paper: Paper) -> dict[str, str]:
    """The DETAILS of the paper that are known, cleaned."""
    found = {name: paper.extra.get(name) for name in DETAILS}
    cleaned = {n: clean(str(value)) for n, value in found.items() if isinstance(value, str | int)}
    return {name: text for name, text in cleaned.items() if text}


def marked_title(paper: Paper) -> str:
    """The title, with the warning that publishers write before it if the paper is retracted."""
    return f"RETRACTED: {paper.title}" if paper.retracted else paper.title
