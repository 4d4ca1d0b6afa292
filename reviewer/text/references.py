"""Splits a list of references into its entries, and reads what each says of the work. Pure.

An entry is in any style: numbered or not, the year after the authors or at the end, the title in
quotation marks or not. What is not clear stays empty; the entry's text is always kept.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from itertools import pairwise

from reviewer.text.identifiers import arxiv_id_in, bare_doi, doi_in, without_version
from reviewer.text.views import clean
from reviewer.types import Paper
from reviewer.types.papers import Reference

MOST_REFERENCES = 5000  # of one paper
_MOST_ENTRY_CHARS = 1500  # more is not one entry
_LEAST_NUMBERED = 2
_HEADING = re.compile(
    r"\s*(?:(?:\d{1,2}|[IVX]{1,4})\.?\s+)?(?:references?(?: and notes)?|bibliography|works cited"
    r"|literature(?: cited)?|(?:cited|list of) references|literaturverzeichnis|bibliographie"
    r"|r[eé]f[eé]rences|referencias)\W*\n",
    re.IGNORECASE,
)
_LABELS = (
    re.compile(r"[ \t]*\[(\d{1,4})\][.:]?\s*"),
    re.compile(r"[ \t]*\((\d{1,4})\)\s*(?=[^\W\d_])"),
    re.compile(r"[ \t]*(\d{1,4})[.)]\s*(?=[^\W\d_]|[\"“])"),
    re.compile(r"[ \t]*(\d{1,4})\s+(?=[A-ZÀ-Þ])"),
)
_NAME_LABEL = re.compile(r"[ \t]*\[[^\[\]\n]{2,50}\d{2}[a-z]?\]\s*")  # [ABC+20], [Ash et al., 2020]
_BULLET = re.compile(r"[ \t]*(?:[-*•]|\\item)[ \t]+")
_YEAR = re.compile(r"(?<![\d./:–-])((?:1[89]|20)\d\d)[a-z]?(?![\d/]|\.\d)")
_YEAR_IN_BRACKETS = re.compile(r"\(((?:1[89]|20)\d\d)[a-z]?(?:[,;][^()]{0,30})?\)")
_INITIALS = r"(?:[A-ZÀ-Þ]\.?[\s-]?){1,4}"
_FAMILY = (
    r"(?:(?:[Vv]an|[Vv]on|[Dd]e[rnl]?|[Dd][iu]|[Ll][ae]|al|el|bin)[\s-]){0,2}(?:[dl]['’])?"
    r"[A-ZÀ-ÞŁŠŽČĆ][\w'’-]+"
)
_BEGINS = re.compile(
    rf"(?:{_INITIALS}\s?{_FAMILY}(?:,|\.| and\b| &|\s\(| et al)"
    rf"|{_FAMILY}(?:\s{_FAMILY})?,?\s{_INITIALS}"
    rf"|{_FAMILY},\s[A-ZÀ-Þ]\w+|{_FAMILY}(?:\s{_FAMILY}){{0,2}}(?:,| and | et al|\.|\s\())"
)
_ENDS = re.compile(r"(?:[.)\]»”]|\d|https?://\S+)\s*$")
_QUOTED = re.compile(r"[“\"‘«]\s*([^“”\"«»]{8,300}?)[,.]?\s*[”\"’»]")
_ADDRESS = re.compile(
    r"(?:https?://|www\.|\bdoi\b|\barxiv\s*:|\burl\b).*", re.IGNORECASE | re.DOTALL
)
_BROKEN_ADDRESS = re.compile(r"((?:https?://|\b10\.\d{4,9}/)\S*[/._-])[ \t]*\n[ \t]*(?=\S)")
_PMID = re.compile(r"\bPMID:?\s*(\d{4,8})\b", re.IGNORECASE)
_SENTENCE = re.compile(r"(?<=[.?!])\s+(?=[\"“'(]?[A-ZÀ-Þ0-9])")
_ABBREVIATED = re.compile(
    r"(?:\b[A-ZÀ-Þ](?:\.-?[A-Z])*|\b(?:vs|Jr|Sr|St|[Ee]ds?|Proc|Dr|cf|[Nn]o|[Vv]ol|pp))\.$"
)
_SHORT_NAMES = re.compile(
    rf"(?:{_FAMILY}(?:\s{_FAMILY})? [A-Z]{{1,3}}(?:, |\.$))+$"
)  # Ash BC, Elm D.
_INVERTED_END = re.compile(rf"{_FAMILY}, (?:[A-ZÀ-Þ]\.[\s-]?)+$")  # Ash, B. C.
_PLACE = re.compile(
    r"(?:in:?\s|proceedings\b|proc\.|journal\b|transactions\b|trans\.|arxiv\b|corr\b|ph\.?d\b|phd\b"
    r"|technical report|advances in\b|springer\b|elsevier\b|mit press|[\w ]*university press"
    r"|(?:international )?conference\b|ieee\b|acm\b|nature\b|https?:|url\b|doi\b|pp\.|vol\.|\d)",
    re.IGNORECASE,
)
_INITIAL = re.compile(r"[A-ZÀ-Þ]\.")
_PERSON = re.compile(
    rf"(?:{_INITIALS}\s?)?(?:{_FAMILY}|[A-Z]\.)(?:[\s-](?:{_FAMILY}|{_INITIALS}))*|{_INITIALS}"
)
_AND = re.compile(r"\s*(?:[,;&]|\band\b|\bet al\b)\s*")
_INVERTED = re.compile(  # Ash, B. or Ash BC; Bo C. Ash is no such name
    rf"({_FAMILY}(?:[\s-]{_FAMILY})?),?\s{_INITIALS}(?=[,.;&(\s]|$)"
    rf"(?!\.?\s?{_FAMILY}\s*(?:,|and\b|&|\.|\())"
)
_TITLE_END = re.compile(
    r",?\s+(?:In:?\s(?=[A-Z0-9])|(?:Proceedings|Proc\.)\s|(?:arXiv|CoRR)\b|ArXiv\b|\((?:19|20)\d\d)"
)


def listed_references(paper: Paper) -> tuple[Reference, ...]:
    """What the paper cites: what its records list, then the entries of its own list."""
    records = (reference_in(r.text) if r == Reference(text=r.text) else r for r in paper.references)
    own = (reference_in(entry) for entry in split_entries(paper.text_of("references")))
    said = [reference for reference in (*records, *own) if reference != Reference()]
    return tuple(dict.fromkeys(said))[:MOST_REFERENCES]


def split_entries(text: str) -> list[str]:
    """The entries of a list of references, each on one line and without its number."""
    text = _HEADING.sub("", text, count=1) if _HEADING.match(text) else text
    if not text.strip():
        return []
    found = _numbered(text) or _labelled(text) or _plain(text)
    entries = (clean(_BROKEN_ADDRESS.sub(r"\1", entry)).strip() for entry in found)
    return [e for e in entries if _is_entry(e)][:MOST_REFERENCES]


def _is_entry(entry: str) -> bool:
    return 12 < len(entry) <= _MOST_ENTRY_CHARS and len(re.findall(r"[^\W\d_]{2,}", entry)) > 2


def _starts(text: str, label: re.Pattern[str]) -> list[re.Match[str]]:
    """Where the label stands at the beginning of a line."""
    places = [0, *(m.end() for m in re.finditer(r"\n", text))]
    return [found for at in places if (found := label.match(text, at))]


def _numbered(text: str) -> list[str]:
    """The entries numbered 1, 2, 3, ... in one form; a number that is out of order begins none."""
    for label in _LABELS:
        kept: list[re.Match[str]] = []
        for found in _starts(text, label):
            number = int(found[1])
            before = int(kept[-1][1]) if kept else 0
            if before < number <= before + (1 if before == 0 else 3):
                kept.append(found)
        if len(kept) >= _LEAST_NUMBERED and kept[0].start() < _MOST_ENTRY_CHARS:
            return _between(text, kept)
    return []


def _labelled(text: str) -> list[str]:
    found = _starts(text, _NAME_LABEL)
    if len(found) >= _LEAST_NUMBERED and found[0].start() < _MOST_ENTRY_CHARS:
        return _between(text, found)
    return []


def _between(text: str, starts: Sequence[re.Match[str]]) -> list[str]:
    ends = [*(found.start() for found in starts[1:]), len(text)]
    return [text[found.end() : end] for found, end in zip(starts, ends, strict=True)]


def _plain(text: str) -> list[str]:
    """Entries without numbers: each begins with a name, after a line that ends an entry. Where no
    line begins so, paragraphs are entries."""
    lines = text.split("\n")
    starts = [n for n, line in enumerate(lines) if _begins_entry(lines, n, line)]
    if len(starts) < _LEAST_NUMBERED:
        blocks = [_BULLET.sub("", block) for block in re.split(r"\n\s*\n", text)]
        return blocks if len(blocks) > 1 else [_BULLET.sub("", line) for line in lines]
    entries = ["\n".join(lines[a:b]) for a, b in pairwise([*starts, len(lines)])]
    return list(_joined(_BULLET.sub("", entry.strip()) for entry in entries))


def _begins_entry(lines: Sequence[str], n: int, line: str) -> bool:
    own = _BULLET.sub("", line.strip())
    if not own:
        return False
    before = lines[n - 1].strip() if n else ""
    if _BULLET.match(line):
        return True
    if not before or n == 0:
        return n == 0 or _BEGINS.match(own) is not None
    return _ENDS.search(before) is not None and _BEGINS.match(own) is not None


def _joined(entries: Iterator[str]) -> Iterator[str]:
    """The entries; one without a year is the first half of what follows it."""
    held = ""
    for entry in entries:
        held = f"{held}\n{entry}" if held else entry
        if _YEAR.search(held) or "n.d." in held or len(held) > _MOST_ENTRY_CHARS // 2:
            yield held
            held = ""
    if held:
        yield held


def reference_in(entry: str) -> Reference:
    """What an entry on one line says of the work that it names."""
    doi = bare_doi(doi_in(entry))
    arxiv = arxiv_id_in(entry) or arxiv_id_in(doi)
    pmid = _PMID.search(entry)
    return Reference(
        text=entry,
        title=title_in(entry),
        family=_family(entry),
        year=year_in(entry),
        doi="" if arxiv_id_in(doi) else doi,
        arxiv_id=without_version(arxiv),
        pmid=pmid[1] if pmid else "",
    )


def year_in(entry: str) -> int | None:
    """The year in brackets, else the last one that is no part of an address or a range of pages."""
    words = _ADDRESS.sub("", entry)
    years = _YEAR_IN_BRACKETS.findall(words) or _YEAR.findall(words)[-1:] or _YEAR.findall(entry)
    return int(years[0]) if years else None


def title_in(entry: str) -> str:
    """The title: in quotation marks, else the sentence after the authors and the year; empty where
    no sentence can be it."""
    quoted = _QUOTED.search(entry)
    if quoted and len(quoted[1].split()) > 1:
        return quoted[1].strip(" ,.")
    for place, sentence in enumerate(_sentences(_ADDRESS.sub("", entry))):
        words = _TITLE_END.split(sentence, maxsplit=1)[0].strip(" .,;:")
        if place and _PLACE.match(words):
            break
        if not _are_people(words, is_first=place == 0) and len(words.split()) > 1:
            return words
    return ""


def _sentences(entry: str) -> Iterator[str]:
    """The parts that full stops end, where none ends an initial or a short word; what stands before
    a year in brackets, and the year itself, are parts too."""
    entry = re.sub(
        r"\s*[(\[]((?:1[89]|20)\d\d[a-z]?|n\.d\.)(?:,[^()]{0,20})?[)\]][.,:]?\s+", ".\n", entry
    )
    entry = re.sub(r"(?<=[.,])\s((?:1[89]|20)\d\d[a-z]?)[.:]\s+", "\n", entry)
    for block in entry.split("\n"):
        held = ""
        for part in _SENTENCE.split(block):
            if held and _ends_names(held) and not _INITIAL.match(part):
                yield held
                held = ""
            held = f"{held} {part}" if held else part
            if not _ABBREVIATED.search(held):
                yield held
                held = ""
        if held:
            yield held


def _ends_names(words: str) -> bool:
    """True where a full stop after an initial ends a list of names."""
    return bool(_SHORT_NAMES.match(words) or _INVERTED_END.search(words))


def _are_people(words: str, *, is_first: bool) -> bool:
    """True for a list of names; the first sentence may also be one name of a person or group."""
    pieces = [piece.strip(" .") for piece in _AND.split(words) if piece.strip(" .")]
    if not all(_PERSON.fullmatch(piece) and len(piece.split()) < 6 for piece in pieces):
        return False
    return is_first or len(pieces) > 1 or all(len(p) < 3 for p in pieces)


def _family(entry: str) -> str:
    """The family name of the first author; empty where the entry begins with no name."""
    if inverted := _INVERTED.match(entry):
        return inverted[1].strip()
    first = re.split(r",|;|\band\b|&|\bet al\b|\(|(?<=\w{3})\.", entry, maxsplit=1)[0]
    words = first.strip(" .").split()
    is_name = bool(words) and len(words) < 6 and words[-1][:1].isalpha()
    return words[-1].strip(".") if is_name else ""
