"""Reads BibTeX and BibLaTeX."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from reviewer.sources.entries import Made, RawEntry, ReadOptions, distinct, new_paper, origin_of
from reviewer.sources.parsing.bibtex_entries import BibEntry, bibtex_entries
from reviewer.sources.parsing.linked_pdfs import FILES, linked_pdfs
from reviewer.sources.parsing.plain_paper import by_initials
from reviewer.text import bare_doi, split_name
from reviewer.text.entry_types import BIBTEX_NAMES, MIXED_CASE, NOCASE, kind_named
from reviewer.text.identifiers import (
    arxiv_id_in,
    bare_arxiv_id,
    doi_of_address,
    month_number,
    named_doi,
    without_doi_address,
)
from reviewer.text.journals import JOURNAL_STRINGS, with_journal_names
from reviewer.text.latex import plain_text
from reviewer.text.names import Name
from reviewer.text.retractions import split_note
from reviewer.types import Paper
from reviewer.types.papers import Origin, Remark, Skipped

_ENTRY = re.compile(
    r"^[ \t]*@[ \t]*[A-Za-z]+\s*[{(][ \t]*(?:[^\n,{}()=@]*,|\s*[A-Za-z][\w-]*\s*=\s*[{\"\w])",
    re.MULTILINE,
)
_ADDRESS = re.compile(r"https?://[^\s{}]+")
_GROUP = re.compile(r"\{(?:[^{}]|\{(?:[^{}]|\{[^{}]*\})*\})*\}")  # braces, three deep
_VENUES = (
    "journal journaltitle booktitle school institution howpublished eventtitle shortjournal"
).split()
_RAW = frozenset("author editor translator doi eprint url file".split())
_PLACES = "url howpublished link ee bdsk-url-1 bdsk-url-2 note annote addendum pubstate".split()
_INHERITED = "year date publisher series venue editor month address location".split()
_NO_PAPERS = ("xdata", "set")
_SYNONYMS = {
    "address": "location", "language": "langid", "eid": "articleno", "pagetotal": "numpages",
    "primaryclass": "eprintclass", "shortjournal": "journalabbr", "genre": "type",
}  # fmt: skip
# What BibLaTeX writes for a type of thesis or report, as it prints it.
_TYPE_WORDS = {
    "phdthesis": "", "mathesis": "Master's thesis", "bathesis": "Bachelor's thesis",
    "candthesis": "Candidate thesis", "techreport": "", "resreport": "Research report",
    "software": "", "datacd": "Data CD", "audiocd": "Audio CD",
}  # fmt: skip
_SIGN = re.compile(r"\$([<>=])\$")  # `{$<$}`, as Better BibTeX writes a sign of text
_EXTENDED = re.compile(r"\s*(family|given|prefix|suffix|useprefix)\s*=\s*(.*)", re.DOTALL)
_TAKES_ARGUMENT = re.compile(r"\\(?:[A-Za-z]+|['`^\"~=.])\s*\Z")  # a sign such as `\_` takes none
_WORD_END = re.compile(r"[\s}-]|\Z")
_NAMESAKE = re.compile(r" \d{4}$")  # DBLP numbers people of one name
_CORR = re.compile(r"\b(?:abs/|corr/abs-)(\d{4})[.-](\d{4,5}(?:v\d+)?)\b|\babs/([a-z-]+/\d{7})")
_ISO_DATE = re.compile(r"\d{4}(?:-\d\d(?:-\d\d)?)?")


@dataclass(frozen=True)
class _Block:
    """An entry, and the fields of all entries of its file by key."""

    entry: BibEntry
    others: Mapping[str, Mapping[str, str]]


def matches(text: str) -> bool:
    return bool(_ENTRY.search(text[:200_000]))


def read(text: str, file: str, options: ReadOptions) -> Iterator[Paper | Skipped]:
    """One Paper an entry, with its key in the file. An entry that is damaged or has no title is
    Skipped; one that was mended, or has the key of an earlier one, has a Remark before it."""

    def titled(block: RawEntry) -> Paper | Skipped:
        entry = _entry(block, file)
        if isinstance(entry, Skipped) or entry.title:
            return entry
        reason = f"the entry '{entry.key}' has no title"
        return Skipped(file=file, position=block.line, reason=reason)

    return Made(_blocks(text), titled)


def references(text: str, file: str) -> Iterator[Paper | Skipped]:
    """The entries in order, those without a title too.

    An entry that cannot be read is Skipped; the others are read all the same.
    """
    return Made(_blocks(text), lambda block: _entry(block, file))


def _entry(block: RawEntry, file: str) -> Paper | Skipped:
    if block.remark:
        return Remark(file=file, position=block.line, reason=block.remark)
    if block.fault:
        return Skipped(file=file, position=block.line, reason=block.fault)
    found: _Block = block.value
    fields = dict(found.entry.fields)
    _inherit(fields, found.others)
    entry = found.entry
    return _paper(entry.kind, entry.key, fields, origin_of(block.raw, file, block.line))


def _blocks(text: str) -> Iterator[RawEntry]:
    """The entries that are papers, each as a `_Block`, after what is to be said of it."""
    entries = list(bibtex_entries(text, JOURNAL_STRINGS))
    others: dict[str, dict[str, str]] = {}
    for entry in entries:
        if entry.key and not entry.fault:
            others.setdefault(entry.key, entry.fields)
    seen: set[str] = set()
    for entry in entries:
        if entry.kind in _NO_PAPERS and not entry.fault:
            continue
        if entry.fault:
            yield RawEntry(entry.line, entry.raw, fault=entry.fault)
            continue
        remarks = [f"{_named(entry)}: {entry.remark}"] if entry.remark else []
        if entry.key and entry.key in seen:
            remarks.append(f"the key '{entry.key}' is there twice; LaTeX cites the first entry")
        seen.add(entry.key)
        yield from (RawEntry(entry.line, remark=remark) for remark in remarks)
        yield RawEntry(entry.line, entry.raw, _Block(entry, others))


def _named(entry: BibEntry) -> str:
    return f"the entry '{entry.key}'" if entry.key else "this entry"


def _inherit(fields: dict[str, str], others: Mapping[str, Mapping[str, str]]) -> None:
    """What an entry lacks and its `xdata`, or the volume that it refers to, has; the volume's title
    is the entry's book."""
    for key in re.split(r"[\s,]+", fields.get("xdata", "")):
        for name, value in others.get(key, {}).items() if key else ():
            if name != "xdata":
                fields.setdefault(name, value)
    volume = others.get(fields.get("crossref", "").strip())
    if volume is None or volume is fields:
        return
    own_date = {"year", "date"} & fields.keys()
    for name in _INHERITED:
        if name in volume and not (name in ("year", "date") and own_date):
            fields.setdefault(name, volume[name])
    if title := volume.get("booktitle") or volume.get("title"):
        fields.setdefault("booktitle", title)


def _title(plain: Mapping[str, str]) -> str:
    title, subtitle = plain.get("title", ""), plain.get("subtitle", "")
    if not (title and subtitle):
        return title
    return f"{title} {subtitle}" if title[-1] in "?!.:" else f"{title}: {subtitle}"


def _paper(kind: str, key: str, fields: Mapping[str, str], origin: Origin) -> Paper:
    plain = {
        name: plain_text(_SIGN.sub(r"\1", with_journal_names(value)))
        for name, value in fields.items()
        if name not in _RAW
    }
    keywords = plain.get("keywords", "") or plain.get("author_keywords", "")
    retracted, note = split_note(plain.get("note", ""))
    held = next((n for n in _VENUES if plain.get(n) and not _ADDRESS.match(plain[n])), "")
    return new_paper(
        _title(plain),
        plain.get("abstract", ""),
        names=_people(fields.get("author", "")),
        editors=_people(fields.get("editor", "")),
        translators=_people(fields.get("translator", "")),
        date=_date(plain),
        key=key,
        author_note=plain.get("author_note", ""),
        organisation=plain.get("affiliation", ""),
        venue=plain.get(held, ""),
        doi=_doi(fields),
        arxiv_id=_arxiv_id(key, fields),
        pmid=_pmid(fields, plain),
        retracted=retracted,
        url=_url(fields),
        keywords=distinct(keywords.split(";" if ";" in keywords else ",")),
        extra={
            **kind_named(kind, "bibtex", plain.get("type", "")),
            **_details({**plain, "note": note, held: ""}),
            NOCASE: _protected(fields.get("title", "")),
            FILES: linked_pdfs(fields.get("file", "")),
        },
        origins=(origin,),
    )


def _details(plain: Mapping[str, str]) -> dict[str, str]:
    """The DETAILS that the entry has; none that only says where arXiv has the paper."""
    found = {}
    for own, name in BIBTEX_NAMES.items():
        value = plain.get(name) or plain.get(_SYNONYMS.get(own, ""), "")
        is_arxiv = own in ("volume", "note", "howpublished") and _is_arxiv_alone(value)
        found[own] = "" if is_arxiv or _ADDRESS.fullmatch(value) else value
    found["genre"] = _TYPE_WORDS.get(found["genre"].casefold(), found["genre"])
    return found


def _is_arxiv_alone(text: str) -> bool:
    return _CORR.fullmatch(text.strip()) is not None or (
        bool(arxiv_id_in(text)) and len(text.split()) <= 2
    )


def _protected(title: str) -> list[str]:
    """Words of the title that are in braces, or partly, for the sake of their capitals; those with
    a capital inside need none."""
    words: list[str] = []
    for found in _GROUP.finditer(title):
        before = title[max(0, found.start() - 30) : found.start()]
        is_command = re.match(r"\{(?:\\(?![A-Za-z]{3,}\{)|\}|.*\$)", found[0])
        if is_command or _TAKES_ARGUMENT.search(before):
            continue
        start = max(title.rfind(mark, 0, found.start()) for mark in " \n\t-{") + 1
        end = _WORD_END.search(title, found.end())
        whole = plain_text(title[start : end.start() if end else found.end()])
        words += [word.strip(".,:;?!()\"'“”‘’") for word in re.split(r"[\s-]+", whole)]
    named = (w for w in dict.fromkeys(words) if re.fullmatch(r"\w+", w) and w != w.lower())
    return [word for word in named if not MIXED_CASE.fullmatch(word)]


def _people(text: str) -> Iterator[Name]:
    for written in _apart(" ".join(text.split())):
        piece = _NAMESAKE.sub("", written)
        whole = plain_text(piece)
        if extended := _extended(piece):
            yield extended
        elif _GROUP.fullmatch(piece) or _is_group(piece, whole):
            yield Name(group=whole)
        else:
            yield _person(piece)


def _is_group(piece: str, whole: str) -> bool:
    return "," not in _GROUP.sub("", piece) and bool(split_name(whole).group)


def _apart(text: str) -> list[str]:
    """The names; also those that semicolons, ampersands or commas part where no `and` does."""
    pieces = list(_one_by_one(text))
    if len(pieces) != 1:
        return pieces
    bare = _GROUP.sub(lambda found: "x" * len(found[0]), pieces[0])
    if ";" in bare and all(p.strip() for p in bare.rstrip("; ").split(";")):
        return _cut(pieces[0], [m.span() for m in re.finditer(";", bare)])
    parts = re.split(r"\s(?:\\?&)\s", bare)
    if len(parts) > 1 and all(p.count(",") == 1 for p in parts):
        return _cut(pieces[0], [m.span() for m in re.finditer(r"\s\\?&\s", bare)])
    return by_initials(pieces[0]) if bare == pieces[0] else pieces


def _cut(text: str, places: list[tuple[int, int]]) -> list[str]:
    starts, ends = [0, *(end for _, end in places)], [*(start for start, _ in places), len(text)]
    return [p for a, b in zip(starts, ends, strict=True) if (p := text[a:b].strip())]


def _extended(piece: str) -> Name | None:
    """A name as BibLaTeX writes it part by part: `family=Berg, given=Jan, prefix=van der`."""
    parts = [_EXTENDED.fullmatch(part) for part in piece.split(",")]
    if not all(parts):
        return None
    held = {part[1]: plain_text(part[2]).strip('"') for part in parts if part}
    return Name(*(held.get(name, "") for name in ("family", "given", "prefix", "suffix")))


def _one_by_one(text: str) -> Iterator[str]:
    """The names between the `and`s outside braces. bibtexparser's own function loses the
    first letters of a name that begins with a command (`\\v{S}ime`)."""
    start = depth = 0
    for match in re.finditer(r"\\.|[{}]|\s[Aa][Nn][Dd](?=\s)", text):
        if match[0] in "{}":
            depth = max(0, depth + (1 if match[0] == "{" else -1))
        elif match[0][0] != "\\" and depth == 0:
            yield text[start : match.start()].strip()
            start = match.end()
    if text[start:].strip():
        yield text[start:].strip()


def _person(piece: str) -> Name:
    """BibTeX's parts of a name. It is made plain first, for a command must not be cut; only braced
    words that belong together are kept away until it is cut."""
    from bibtexparser.middlewares.names import parse_single_name_into_parts

    kept: list[str] = []

    def keep(match: re.Match[str]) -> str:
        if match[0].startswith("{\\") or not re.search(r"[\s,]|^.[a-z]", match[0]):
            return match[0]
        kept.append(plain_text(match[0]))
        return chr(0xE000 + len(kept) - 1)

    plain = plain_text(_GROUP.sub(keep, piece)).replace("{", "\uf8fe").replace("}", "\uf8ff")
    parts = parse_single_name_into_parts(plain.replace("\\", "\uf8fd"), strict=False)
    family, given, particle, suffix = (
        _restored(" ".join(words), kept) for words in (parts.last, parts.first, parts.von, parts.jr)
    )
    if not given:
        return Name(group=_restored(plain, kept))
    return Name(family, given, particle, suffix)


def _restored(text: str, kept: list[str]) -> str:
    for number, words in enumerate(kept):
        text = text.replace(chr(0xE000 + number), words)
    return text.replace("\uf8fe", "{").replace("\uf8ff", "}").replace("\uf8fd", "\\")


def _date(plain: Mapping[str, str]) -> str:
    """From BibLaTeX's date, else from year, month and day; `--09-11` without the year."""
    if iso := _ISO_DATE.match(plain.get("date", "")):
        return iso.group()
    year = re.search(r"(?<!\d)\d{4}(?!\d)", plain.get("year", ""))
    month = plain.get("month", "").strip()
    number = month_number(month)
    day = re.search(r"\d{1,2}", plain.get("day", "") or re.sub(r"[A-Za-z.]+|^\d+$", "", month))
    pieces = [f"{number:02}"] if number else []
    pieces += [f"{int(day.group()):02}"] if day and pieces and 1 <= int(day.group()) <= 31 else []
    if year:
        return "-".join([year.group(), *pieces])
    return "--" + "-".join(pieces) if len(pieces) == 2 else ""


def _verbatim(text: str) -> str:
    """A field that is an address: only escapes that some programs write are undone."""
    return re.sub(r"\\([%&#_$~])", r"\1", " ".join(text.split())).strip("{} ")


def _doi(fields: Mapping[str, str]) -> str:
    """From `doi`, else from where people write it: an eprint, an address or a note."""
    given = without_doi_address(_verbatim(fields.get("doi", "")))
    if bare_doi(given):
        return given
    if fields.get("eprinttype", fields.get("archiveprefix", "")).casefold() == "doi":
        return bare_doi(_verbatim(fields.get("eprint", "")))
    places = [_verbatim(fields.get(name, "")) for name in _PLACES]
    addresses = (found.group() for place in places for found in _ADDRESS.finditer(place))
    found = next((doi for address in addresses if (doi := doi_of_address(address))), "")
    return found or next((doi for place in places if (doi := named_doi(place))), "") or given


def _url(fields: Mapping[str, str]) -> str:
    if url := _verbatim(fields.get("url", "")):
        return url.removeprefix("\\url{").strip("{}")
    places = (_verbatim(fields.get(name, "")) for name in ("howpublished", "link", "ee"))
    found = (_ADDRESS.search(place) for place in places)
    return next((address.group() for address in found if address), "")


def _arxiv_id(key: str, fields: Mapping[str, str]) -> str:
    """From `eprint`, else from where people write it: `arxivid`, a journal, its volume, a note, an
    address, the pages or the number, or DBLP's key."""
    own = [fields.get(name, "") for name in ("eprint", "arxivid", "arxiv")]
    if named := next((arxiv_id for text in own if (arxiv_id := bare_arxiv_id(text))), ""):
        return named
    places = [fields.get(n, "") for n in ("doi", "journal", "journaltitle", "volume", "pages",
                                          "number", "eid", "series", "publisher", "institution",
                                          "archiveprefix", "file", *_PLACES)]  # fmt: skip
    for place in filter(None, [*places, key]):
        text = plain_text(place)
        if found := arxiv_id_in(text):
            return found
        if corr := _CORR.search(text):
            return corr[3] or f"{corr[1]}.{corr[2]}"
    return ""


def _pmid(fields: Mapping[str, str], plain: Mapping[str, str]) -> str:
    if fields.get("eprinttype", "").casefold() in ("pubmed", "pmid"):
        return fields.get("eprint", "").strip()
    return plain.get("pmid", "") or plain.get("pubmed_id", "")
