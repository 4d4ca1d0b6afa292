"""What a paper is in other programs' words: types of entries, and the fields that go with them."""

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
_BY_BIBTEX = {kind.bibtex: kind for kind in KINDS} | {
    "conference": KINDS[1], "inbook": KINDS[2], "collection": KINDS[3], "mastersthesis": KINDS[4],
    "thesis": KINDS[4], "report": KINDS[5], "electronic": KINDS[7], "www": KINDS[7],
}  # fmt: skip
_BY_RIS = {kind.ris: kind for kind in KINDS} | {
    "CONF": KINDS[1], "EJOUR": KINDS[0], "MGZN": KINDS[0], "NEWS": KINDS[0], "INPR": KINDS[0],
    "ECHAP": KINDS[2], "EBOOK": KINDS[3], "EDBOOK": KINDS[3], "BLOG": KINDS[7],
}  # fmt: skip
_BY_CSL = {kind.csl: kind for kind in KINDS} | {
    "article-magazine": KINDS[0], "article-newspaper": KINDS[0], "post-weblog": KINDS[7],
    "post": KINDS[7], "document": KINDS[8],
}  # fmt: skip


def kind_of(paper: Paper) -> Kind:
    """The type that its bibliography gave, else the one that its venue suggests."""
    given = paper.extra.get(KIND)
    if isinstance(given, str) and given in _BY_BIBTEX:
        return _BY_BIBTEX[given]
    venue = clean(paper.venue)
    if not venue or re.search(r"\barxiv\b|\bCoRR\b", venue, re.IGNORECASE):
        return KINDS[8]
    return KINDS[1] if _MEETING.search(venue) else KINDS[0]


def kind_named(name: str, system: str) -> dict[str, str]:
    """What `Paper.extra` keeps of a type in the words of `bibtex`, `ris` or `csl`."""
    known = {"bibtex": _BY_BIBTEX, "ris": _BY_RIS, "csl": _BY_CSL}[system]
    wanted = name.strip().upper() if system == "ris" else name.strip().lower()
    return {KIND: known[wanted].bibtex} if wanted in known else {}


def details_of(paper: Paper) -> dict[str, str]:
    """The details that are known, cleaned."""
    found = {name: paper.extra.get(name) for name in DETAILS}
    return {
        name: clean(str(value))
        for name, value in found.items()
        if isinstance(value, str | int) and clean(str(value))
    }


def marked_title(paper: Paper) -> str:
    """The title, after a warning where the paper was retracted, as publishers write it."""
    return f"RETRACTED: {paper.title}" if paper.retracted else paper.title
