"""Reads citations by author and year: `(Guo et al., 2025; SKR, n.d.)`, `Guo (2024a)`. Pure."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection, Iterator, Mapping

from reviewer.render.citation_syntax import Mark
from reviewer.text import clean, normalise_title
from reviewer.text.names import authors_of
from reviewer.types import Paper
from reviewer.types.checks import AuthorYear

_YEAR = r"(?:(?:19|20)\d\d[a-z]?(?!\w)|n\.\s?d\.(?:[-,]?\s?[a-z](?!\w))?|in press|forthcoming)"
_YEARS = rf"{_YEAR}(?:\s*(?:,|and|&)\s*(?:{_YEAR}|[a-z](?![\w.])))*"
_PARTICLE = r"(?:(?:van|von|der|den|de|del|della|la|le|di|da|dos|bin|ibn|el|al|ter|ten)\s+)*"
_WORD = r"(?:[^\W\d_a-zß-öø-ÿ]|[a-z]+(?=[A-Z0-9])|d'|O')[\w'’+.^-]*"
_NAME = rf"{_PARTICLE}{_WORD}(?:\s{_PARTICLE}{_WORD}){{0,3}}"
_AND = r"(?:,\s?(?:and\s|\\?&\s?)?|\s(?:and|\\?&)\s)"
_NAMES = rf"{_NAME}(?:{_AND}{_NAME}){{0,9}}"
_MORE = r"(?:,?\s(?:et\.?\s?al\.?|and colleagues|and others))"
_NESTED = r"\((?:[^()]|\([^()]{0,200}\)){0,300}\)"  # a title may have brackets of its own
_BRACKET = re.compile(
    rf"\((?P<inner>(?:[^()]|{_NESTED}){{4,3000}})\)|\[(?P<other>[^\[\]]{{4,600}})\](?![(\[{{:])"
)
_NARRATIVE = re.compile(
    rf"(?<![\w*_“\"])(?P<who>{_NAMES}{_MORE}?)(?:’s|'s)?\s?"
    rf"(?P<mark>[(\[](?P<years>{_YEARS})(?P<rest>(?:,\s|:\s?)[^()\[\]]{{0,200}})?[)\]])"
)
_ITEM = re.compile(
    r"(?:(?:see|cf\.?|e\.g\.,?|i\.e\.,?|also|and|but|as in|as|compare|following|after|by|from|in"
    r"|for (?:a|an) \w+,?|for (?:example|instance),?|among others,?|respectively|both)\s+)*"
    rf"(?P<who>\S.*?)(?P<comma>,?)\s*\(?(?P<years>{_YEARS})\)?(?P<rest>[,:]?\s.*|)"
)
_TITLE = re.compile(r"[“\"«‘'](?P<title>.{3,300}?)[,.]?[”\"»’']")
_ALL_NAMES = re.compile(rf"(?P<names>{_NAMES})(?P<more>{_MORE})?")
_BETWEEN = re.compile(_AND)
_NO_NAME = re.compile(
    r"(?:january|february|march|april|may|june|july|august|september|october|november|december"
    r"|jan|feb|mar|apr|jun|jul|aug|sept?|oct|nov|dec|spring|summer|autumn|fall|winter"
    r"|fig(?:ure)?s?|tab(?:le)?s?|sec(?:tion)?s?|chapter|appendix|eq(?:uation)?s?|version|volume"
    r"|part|since|until|between|before|accessed|retrieved|copyright|step|equations?)\b\.?",
    re.IGNORECASE,
)
_STARTERS = frozenset(
    "as in while although like unlike both by following the recently similarly however moreover "
    "also and but thus hence then when where whereas since because for with from to after before "
    "see if later earlier work building on more this these".split()
)
_YEAR_LETTER = re.compile(
    r"(?P<year>(?:19|20)\d\d)(?P<letter>[a-z])?|n\.\s?d\.(?:[-,]?\s?(?P<own>[a-z])(?!\w))?"
    r"|in press|forthcoming|(?P<alone>(?<!\w)[a-z])(?![\w.])"
)
_ESCAPE = re.compile(r"\\([!-/:-@\[-`{-~])")
_ANY_YEAR = re.compile(r"(?<!\d)(?:19|20)\d\d(?!\d)")
_NO_DATE = re.compile(r"\bn\.\s?d\.|\bno date\b|\byear unknown\b", re.IGNORECASE)
_FIRST_AUTHOR_END = re.compile(r"[,;(&]|\band\b|\bet al\b")
_MOST_WORDS = 5  # of the name of one author
_HEAD_CHARS = 240  # of an entry, in which its authors stand


def read_author_years(
    text: str, taken: Collection[Mark]
) -> tuple[list[Mark], dict[str, AuthorYear]]:
    """The marks by author and year that overlap none of those `taken`, and what each of their keys
    means. Of "Guo et al. (2025)" the mark is the year alone: the names belong to the sentence."""
    spans = [(mark.start, mark.end) for mark in taken]
    marks: list[Mark] = []
    meant: dict[str, AuthorYear] = {}

    def add(start: int, end: int, works: list[AuthorYear]) -> None:
        if works and not any(start < b and a < end for a, b in spans):
            spans.append((start, end))
            keys = tuple(dict.fromkeys(label(work) for work in works))
            marks.append(Mark(start, end, keys))
            for key, work in zip(map(label, works), works, strict=True):
                meant.setdefault(key, work)

    for found in _NARRATIVE.finditer(text):
        add(*found.span("mark"), list(_narrative(found)))
    for found in _BRACKET.finditer(text):
        add(*found.span(), _works_in(found["inner"] or found["other"]))
    return sorted(marks, key=lambda mark: mark.start), meant


def label(work: AuthorYear) -> str:
    """The key of a work: `Guo et al., 2025a`, or its title in quotation marks and the year."""
    who = f"“{work.title}”" if not work.names else " and ".join(work.names)
    if work.names and (work.has_more or len(work.names) > 2):
        who = f"{work.names[0]} et al."
    title = f", “{work.title}”" if work.names and work.title else ""
    return f"{who}, {work.year or 'n.d.'}{work.letter}{title}"


def _narrative(found: re.Match[str]) -> Iterator[AuthorYear]:
    names = _names_of(found["who"])
    if names is None:
        return
    known, has_more = names
    is_title = any(len(re.sub(_PARTICLE, "", name).split()) > 1 for name in known)
    is_sure = has_more or (len(known) > 1 and not is_title)
    rest = _TITLE.search(found["rest"] or "")
    for year, letter in _years(found["years"]):
        yield AuthorYear(
            names=known, has_more=has_more, year=year, letter=letter, is_sure=is_sure,
            title=rest["title"] if rest else "",
        )  # fmt: skip


def _works_in(inner: str) -> list[AuthorYear]:
    """The works of a bracket: each has a name and a year; one with a year alone is by the authors
    of the one before it."""
    works: list[AuthorYear] = []
    plain = _ESCAPE.sub(r"\1", " ".join(inner.replace("*", "").split()))
    for item in re.split(r";\s*", plain):
        if works and (alone := re.fullmatch(_YEARS, item.strip())):
            works += [works[-1].model_copy(update={"year": y, "letter": a})
                      for y, a in _years(alone[0])]  # fmt: skip
            continue
        found = _ITEM.fullmatch(item.strip())
        if found:
            works += _of_item(found)
    return works


def _of_item(found: re.Match[str]) -> Iterator[AuthorYear]:
    who, rest = found["who"].strip(), _TITLE.search(found["rest"])
    title = _TITLE.fullmatch(who)
    names = None if title else _names_of(who)
    if title is None and names is None:
        return
    known, has_more = names or ((), False)
    is_sure = bool(title) or has_more or len(known) > 1 or bool(found["comma"])
    said = title or rest
    for year, letter in _years(found["years"]):
        yield AuthorYear(
            names=known, has_more=has_more, year=year, letter=letter, is_sure=is_sure,
            title=said["title"].rstrip(" .…") if said else "",
        )  # fmt: skip


def _names_of(who: str) -> tuple[tuple[str, ...], bool] | None:
    """The names, without a word such as "As" that begins the sentence, and whether more authors
    follow; None for what names nobody."""
    found = _ALL_NAMES.fullmatch(who.strip())
    if found is None:
        return None
    names = [name.strip(" .") for name in _BETWEEN.split(found["names"])]
    while names and (words := names[0].split()) and words[0].casefold() in _STARTERS:
        names[0] = " ".join(words[1:])
        if not names[0]:
            names.pop(0)
    if not names or any(not name or _NO_NAME.match(name) for name in names):
        return None
    return tuple(re.sub(r"(?:’s|'s)$", "", name) for name in names), bool(found["more"])


def _years(said: str) -> Iterator[tuple[str, str]]:
    """Each year with its letter; `2024a, b` is two."""
    year = ""
    for found in _YEAR_LETTER.finditer(said):
        if found["alone"]:
            yield year, found["alone"]
        elif found["year"]:
            year = found["year"]
            yield year, found["letter"] or ""
        else:
            year = ""
            yield "", found["own"] or ""


def is_by(work: AuthorYear, paper: Paper) -> bool:
    """Whether a paper is by these authors, or has this short name or title, and is of the year as
    far as its year is known."""
    if work.year and paper.year is not None and str(paper.year) != work.year:
        return False
    if not work.year and paper.year is not None:
        return False
    if work.title and not _begins(paper.title, work.title):
        return False
    if not work.names:
        return bool(work.title)
    families = [name.short for name in authors_of(paper)]
    by_authors = (
        bool(families)
        and all(any(_same(name, family) for family in families) for name in work.names)
        and _same(work.names[0], families[0])
        and (work.has_more or len(work.names) >= min(2, len(families)))
    )
    return by_authors or (len(work.names) == 1 and is_short_name(work.names[0], paper.title))


def is_in_entry(work: AuthorYear, entry: str) -> bool:
    """Whether an entry of a list of references, in any style, is the one that is meant."""
    plain = clean(_ESCAPE.sub(r"\1", entry))
    if work.year:
        if not re.search(rf"(?<!\d){work.year}{work.letter}(?![\w])", plain):
            return False
    elif not _NO_DATE.search(plain) and _ANY_YEAR.search(plain):
        return False
    if not work.names:
        return f" {normalise_title(work.title)}" in f" {normalise_title(plain)}"
    if work.title and normalise_title(work.title) not in normalise_title(plain):
        return False
    head = plain[:_HEAD_CHARS]
    first = _folded(_FIRST_AUTHOR_END.split(head, maxsplit=1)[0])
    is_author = f" {_folded(work.names[0])} " in f" {first} " and len(first.split()) <= _MOST_WORDS
    may_be_title = not work.is_sure and " " in work.names[0]  # "by Reinforcement Learning (2025)"
    if may_be_title or not is_author:
        return is_short_name(work.names[0], plain.lstrip("“\"'*-[ "))
    return all(f" {_folded(name)} " in f" {_folded(head)} " for name in work.names)


def is_short_name(name: str, title: str) -> bool:
    """Whether a title begins with this name, as that of a system before its colon."""
    plain, name = (re.sub(r"[“”\"'‘’*_]", "", clean(text)) for text in (title, name))
    before = re.split(r":\s|\s[–—-]\s", plain, maxsplit=1)[0]
    if normalise_title(before) == normalise_title(name) != "":
        return True
    return len(normalise_title(name).split()) >= 3 and _begins(plain, name)


def named_near(work: AuthorYear, others: Mapping[str, str]) -> list[str]:
    """Of others, by their own names with the texts that name their authors, those that the work's
    first name stands in."""
    first = f" {_folded(work.names[0])} " if work.names else ""
    return [name for name, head in others.items() if first and first in f" {_folded(head)} "]


def _begins(title: str, beginning: str) -> bool:
    words = normalise_title(beginning.rstrip("….")).split()
    return bool(words) and normalise_title(title).split()[: len(words)] == words


def _same(name: str, family: str) -> bool:
    """Whether two names end in the same words: `As Le Scao` and `Scao`."""
    one, other = _folded(name).split(), _folded(family).split()
    count = min(len(one), len(other))
    return count > 0 and one[-count:] == other[-count:]


def _folded(text: str) -> str:
    plain = unicodedata.normalize("NFKD", text).casefold()
    kept = (c if c.isalnum() or c in "+#" else " " for c in plain if not unicodedata.combining(c))
    return " ".join("".join(kept).split())
