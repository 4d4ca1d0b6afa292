"""Reads BibTeX and BibLaTeX."""

from __future__ import annotations

import logging
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from reviewer.sources.entries import Made, RawEntry, ReadOptions, distinct, new_paper, origin_of
from reviewer.sources.parsing.linked_pdfs import FILES, linked_pdfs
from reviewer.text import split_name
from reviewer.text.entry_types import DETAILS, kind_named
from reviewer.text.identifiers import (
    MONTHS,
    arxiv_id_in,
    bare_arxiv_id,
    month_number,
    without_doi_address,
)
from reviewer.text.latex import plain_text
from reviewer.text.names import MORE_AUTHORS, Name
from reviewer.types import Paper
from reviewer.types.papers import Origin, Skipped

_ENTRY = re.compile(r"^[ \t]*@[ \t]*[A-Za-z]+[ \t]*[{(][ \t]*[^\s,{}()@]+[ \t]*,", re.MULTILINE)
_ADDRESS = re.compile(r"https?://[^\s{}]+")
_GROUP = re.compile(r"\{(?:[^{}]|\{(?:[^{}]|\{[^{}]*\})*\})*\}")  # braces, three deep
_VENUES = "journal journaltitle booktitle school institution howpublished eventtitle".split()
_RAW = frozenset("author editor doi eprint url file".split())
_INHERITED = "year date publisher series venue editor month".split()  # from a crossref's volume
_SIGN = re.compile(r"\$([<>=])\$")  # `{$<$}`, as Better BibTeX writes a sign of text
_EXTENDED = re.compile(r"\s*(family|given|prefix|suffix|useprefix)\s*=\s*(.*)", re.DOTALL)
_NAMESAKE = re.compile(r" \d{4}$")  # DBLP numbers people of one name
_OTHERS = re.compile(r"\sand\s+(?:others|et\.?\s+al\.?)\s*$", re.IGNORECASE)
_STRAY = re.compile(r"\b(?:title|author|year|date)\s*=\s*[{\"]", re.IGNORECASE)
_ISO_DATE = re.compile(r"\d{4}(?:-\d\d(?:-\d\d)?)?")


@dataclass(frozen=True)
class _Block:
    """An entry as it is written: its fields in order, each with whether its value is without braces
    and quotes; and of the whole file the abbreviations, and the fields of all entries by key."""

    kind: str
    key: str
    fields: tuple[tuple[str, str, bool], ...]
    strings: Mapping[str, str]
    volumes: Mapping[str, Mapping[str, str]]


def matches(text: str) -> bool:
    return bool(_ENTRY.search(text[:200_000]))


def read(text: str, file: str, options: ReadOptions) -> Iterator[Paper | Skipped]:
    """One Paper an entry, with its key in the file. An entry that is damaged, has no title or has
    the key of an earlier one is Skipped."""

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
    if block.fault:
        return Skipped(file=file, position=block.line, reason=block.fault)
    found: _Block = block.value
    fields: dict[str, str] = {}
    for name, value, is_open in found.fields:
        fields.setdefault(name, _whole(value, found.strings) if is_open else value)
    _inherit(fields, found.volumes)
    return _paper(found.kind, found.key, fields, origin_of(block.raw, file, block.line))


def _blocks(text: str) -> Iterator[RawEntry]:
    """The entries as bibtexparser cuts them, each as a `_Block`."""
    import bibtexparser
    from bibtexparser.model import DuplicateBlockKeyBlock, DuplicateFieldKeyBlock, ImplicitComment

    logging.getLogger("bibtexparser").setLevel(logging.CRITICAL)  # what failed is Skipped
    found = bibtexparser.parse_string(text)
    strings = {name.lower(): str(string.value) for name, string in found.strings_dict.items()}
    volumes = {
        entry.key: {f.key.lower(): str(f.value) for f in entry.fields} for entry in found.entries
    }
    failed = {id(block) for block in found.failed_blocks}
    for block in found.blocks:
        line = (block.start_line or 0) + 1
        raw = block.raw or ""
        if isinstance(block, ImplicitComment) and _STRAY.search(raw):
            yield RawEntry(line, raw, fault="an entry without its beginning")
        if isinstance(block, DuplicateFieldKeyBlock):  # the first of two equal fields counts
            block = block.ignore_error_block
        elif id(block) in failed:
            is_second = isinstance(block, DuplicateBlockKeyBlock)
            reason = (
                f"the key '{block.key}' is there twice" if is_second else "this entry is damaged"
            )
            yield RawEntry(line, raw, fault=reason)
            continue
        if hasattr(block, "fields_dict"):
            fields = tuple(
                (f.key.lower(), str(f.value), getattr(f, "enclosing", None) == "no-enclosing")
                for f in block.fields
            )
            value = _Block(block.entry_type, block.key, fields, strings, volumes)
            yield RawEntry(line, raw, value)


def _whole(value: str, strings: Mapping[str, str]) -> str:
    """The value of `abbreviation # "text"`, which bibtexparser leaves as it is."""
    pieces = re.findall(r'\s*("[^"]*"|\{[^{}]*\}|[\w.:-]+)\s*(?:#|$)', value)
    if len(pieces) < 2 or not re.fullmatch(r'(?:[^"{}#]|"[^"]*"|\{[^{}]*\}|#)*', value):
        return value
    if not all(p[0] in '"{' or p.isdecimal() or p.lower() in {*strings, *MONTHS} for p in pieces):
        return value
    return "".join(strings.get(p.lower(), p).strip('"{}') for p in pieces)


def _inherit(fields: dict[str, str], volumes: Mapping[str, Mapping[str, str]]) -> None:
    """What an entry lacks and the volume that it refers to has; its title is the entry's book."""
    volume = volumes.get(fields.get("crossref", ""))
    if volume is None:
        return
    for name in _INHERITED:
        if name in volume and not (name in ("year", "date") and {"year", "date"} & fields.keys()):
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
        name: plain_text(_SIGN.sub(r"\1", value))
        for name, value in fields.items()
        if name not in _RAW
    }
    keywords = plain.get("keywords", "") or plain.get("author_keywords", "")
    return new_paper(
        _title(plain),
        plain.get("abstract", ""),
        names=_people(fields.get("author", "")),
        date=_date(plain),
        key=key,
        author_note=plain.get("author_note", ""),
        organisation=plain.get("affiliation", ""),
        venue=next((v for n in _VENUES if (v := plain.get(n)) and not _ADDRESS.match(v)), ""),
        doi=without_doi_address(_verbatim(fields.get("doi", ""))),
        arxiv_id=_arxiv_id(fields),
        pmid=plain.get("pmid", "") or plain.get("pubmed_id", ""),
        retracted=plain.get("note", "").strip(" .").casefold() == "retracted",
        url=_url(fields),
        keywords=distinct(keywords.split(";" if ";" in keywords else ",")),
        extra={
            **kind_named(kind, "bibtex"),
            **{name: plain.get(name) for name in DETAILS},
            FILES: linked_pdfs(fields.get("file", "")),
            MORE_AUTHORS: _OTHERS.search(fields.get("author", "")) is not None,
        },
        origins=(origin,),
    )


def _people(text: str) -> Iterator[Name]:
    for written in _one_by_one(" ".join(text.split())):
        piece = _NAMESAKE.sub("", written)
        whole = plain_text(piece)
        if extended := _extended(piece):
            yield extended
        elif _GROUP.fullmatch(piece):
            yield Name(group=whole)
        elif "," not in _GROUP.sub("", piece) and split_name(whole).group:
            if whole.casefold() != "others":
                yield Name(group=whole)
        else:
            yield _person(piece)


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


def _url(fields: Mapping[str, str]) -> str:
    if url := _verbatim(fields.get("url", "")):
        return url.removeprefix("\\url{").strip("{}")
    found = _ADDRESS.search(_verbatim(fields.get("howpublished", "")))
    return found.group() if found else ""


def _arxiv_id(fields: Mapping[str, str]) -> str:
    """From `eprint`, else from where people write it: a journal, a note or an address."""
    places = [fields.get(name, "") for name in ("journal", "note", "url", "howpublished")]
    named = (arxiv_id for place in places if (arxiv_id := arxiv_id_in(place)))
    return bare_arxiv_id(fields.get("eprint", "")) or next(named, "")
