"""The title on a paper's first page: the largest letters above its first section. Pure.

What a journal prints there too (its name, a kind of article, OPEN) and headings of sections are not
titles, however large they are.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from reviewer.sources.pdf.lines import Line
from reviewer.text import normalise_title

LEAST_TITLE_WORDS = 2
_MOST_TITLE_LINES = 6
_NUMBERED_LINES = 4  # these many first lines with numbers are a manuscript's
_UPPER = 0.45  # of the highest line: a title is above this
_KIND = (
    r"(?:(?:original|research|review|full|full[- ]length|regular|short|brief|rapid|data|methods?"
    r"|technical|invited|survey|feature|featured|conference|contributed|scientific|special|clinical"
    r"|systematic|mini|case|peer[- ]reviewed|primary|empirical|theoretical|concise|discussion"
    r"|position|working|perspective|opinion|software|resource|tools?|study|letter|book)[\s-]+)*"
    r"(?:articles?|papers?|reports?|communications?|letters?|notes?|reviews?|investigations?"
    r"|contributions?|highlights?|protocols?|studies|study|series|abstracts?|surveys?|issue)"
)
_BADGE = (
    rf"(?:open(?:[\s-]+access)?|free[\s-]+access|{_KIND}|minireviews?|editorials?"
    r"|(?:original|clinical|basic|empirical) research"
    r"|commentar(?:y|ies)|comments?|perspectives?|opinions?|viewpoints?|correspondence|resources?|tutorials?|posters?"
    r"|letters? to the editor|news (?:and|&) views|(?:systematic review and )?meta-analysis"
    r"|(?:author'?s? |authors' |accepted |submitted |original )*(?:manuscript|version|preprint"
    r"|post-?print)|(?:un)?corrected proofs?|articles? in press|in press|early (?:view|access)"
    r"|(?:online|advance) (?:first|publication|article)|check for updates|crossmark|article info"
    r"(?:rmation)?|highlights|graphical abstract|(?:table of )?contents|key\s?points|draft"
    r"|(?:electronic )?(?:supplementa(?:ry|l)|supporting|additional) (?:materials?|informations?"
    r"|data|files?|notes?|methods|text|appendix)(?:\s+s?\d+)?|author information|executive summary"
    r"|plos one|scientific reports|nature communications|ieee access|elsevier|springer"
    r"|sciencedirect|wiley|mdpi|frontiers|hindawi|biomed central)"
)
_BADGES = re.compile(rf"\W*{_BADGE}(?:\W+{_BADGE})*\W*", re.IGNORECASE)
_BEGINS_NO_TITLE = re.compile(
    r"\W*(?:available online|contents lists? available|journal (?:of|home\s?page|for)\b"
    r"|international journal of|(?:annals|archives|bulletin|transactions) of\b"
    r"|proceedings of|lecture notes in|(?:ieee|acm) (?:transactions|journal|conference)"
    r"|vol(?:ume|\.)\s*\d|vol(?:ume|\.)\W*$|issue\s*\d|issn\b|isbn\b|doi\b|arxiv:|https?:|www\."
    r"|published (?:as|in|by|online)|preprint\b|under review|research article\b"
    r"|original (?:article|paper|investigation)\b|(?:received|accepted)\b\W*\d|copyright\b|©"
    r"|\(c\) \d"
    r"|(?:to )?cite this|citation:|how to cite|downloaded from|licensed under|edited by|reviewed by"
    r"|this (?:article|paper|work|version|manuscript|document) (?:is|was|has been|appears|may)\b"
    r".*(?:publish|licen|download|cit|distribut|accept|made available|print)"
    r"|this is (?:an?|the) (?:open|pre-?print|author|accepted|pre-|peer)|for personal use)",
    re.IGNORECASE,
)
_PART = re.compile(
    r"\W*(?:chapter|section|part|lecture|unit|module|appendix|annex)\s+"
    r"(?:\d+|[ivxl]+|[a-z]|one|two|three|four|five|six|seven|eight|nine|ten)\W*",
    re.IGNORECASE,
)
_NUMBER = re.compile(
    r"(?:section\s+|§\s*)?(?:(\d{1,2})((?:\.\d{1,2})*)[.)]?|([IVX]{1,4})[.)]|([A-Z])[.)])"
    r"(?:\s*[|–—:-])?\s+(?=\S)"
)
_INTRODUCTION = re.compile(r"\W*(?:introduction|motivation|background|overview)\W*", re.IGNORECASE)
_USUAL = re.compile(
    r"\W*(?:abstract|(?:general )?introduction|related works?|literature review|(?:theoretical )?"
    r"background|preliminaries|methods?|methodology|materials? and methods|results?(?: and "
    r"discussion)?|discussion|conclusions?|acknowledge?ments?|references|bibliography|appendix"
    r"|keywords|experiments|summary|motivation|overview|contents)\W*",
    re.IGNORECASE,
)
_ROMAN = {
    "I": 1,
    "II": 2,
    "III": 3,
    "IV": 4,
    "V": 5,
    "VI": 6,
    "VII": 7,
    "VIII": 8,
    "IX": 9,
    "X": 10,
}


@dataclass(frozen=True)
class FoundTitle:
    """A title, how certain it is (certain or likely), and its lines; empty without one."""

    text: str = ""
    certainty: str = ""
    lines: tuple[Line, ...] = ()


def find_title(lines: Sequence[Line], usual: float, info: Mapping[str, str]) -> FoundTitle:
    """The largest letters in the upper part of the first page, else the title in the file's
    metadata where the page has it too. `usual` is the size of the text."""
    printed = [line for line in lines if line.page == 1]
    first = _without_line_numbers(printed)
    named = " ".join(info.get("Title", "").split())
    on_page = f" {normalise_title(' '.join(line.text for line in first))} "
    is_named = (
        len(named.split()) >= LEAST_TITLE_WORDS
        and f" {normalise_title(named)} " in on_page
        and not is_no_title(named)
        and not _begins_sections(named)
    )
    candidates = _candidates(first, lines)
    own = _largest(candidates, usual) or _in_capitals(candidates, usual)
    text = _one_line(own)
    title_lines = tuple(printed[first.index(line)] for line in own)
    if is_named and (not own or normalise_title(named) == normalise_title(text)):
        certainty = "certain" if own else "likely"
        return FoundTitle(text if own else named, certainty, title_lines)
    if len(text.split()) >= LEAST_TITLE_WORDS and not is_no_title(text):
        return FoundTitle(text, "likely", title_lines)
    return FoundTitle()


def is_no_title(text: str) -> bool:
    """True for what a journal prints on a page (its name, a kind of article, OPEN), and for the
    usual heading of a section or the number of a chapter."""
    words = text.strip()
    if _BADGES.fullmatch(words) or _BEGINS_NO_TITLE.match(words) or _PART.fullmatch(words):
        return True
    return _USUAL.fullmatch(_NUMBER.sub("", words, count=1)) is not None


def _without_line_numbers(first: Sequence[Line]) -> list[Line]:
    """The lines without the numbers that a manuscript has in its margin."""
    begins = [_number(line.text) for line in first[:_NUMBERED_LINES]]
    if begins != list(range(1, _NUMBERED_LINES + 1)):
        return list(first)
    return [replace(line, text=_NUMBER.sub("", line.text, count=1)) for line in first]


def _candidates(first: Sequence[Line], lines: Sequence[Line]) -> list[Line]:
    """The lines of the first page that may be its title: of its upper part, and not after the
    heading of its first section."""
    top = max((line.base for line in first), default=0.0)
    found: list[Line] = []
    below: float | None = None  # where the first section begins
    for line in first:
        if below is not None and line.base < below:
            continue
        if _is_heading(line, lines):
            is_first = _INTRODUCTION.fullmatch(line.text) or _NUMBER.match(line.text)
            below = line.base if is_first else below
        elif (
            line.base > _UPPER * top
            and re.search(r"[^\W\d_]{2}", line.text)
            and not is_no_title(line.text)
        ):
            found.append(line)
    return found


def _is_heading(line: Line, lines: Sequence[Line]) -> bool:
    """True for a section's heading: a usual one, one with the number 1 or 2.1, or with another
    number where a line in the same letters has the number before or after it."""
    if _USUAL.fullmatch(_NUMBER.sub("", line.text, count=1)):
        return True
    number = _number(line.text)
    if number is None or _begins_sections(line.text):
        return number is not None
    near = {number - 1, number + 1}
    return any(
        abs(other.size - line.size) < 0.03 * line.size and _number(other.text) in near
        for other in lines
    )


def _begins_sections(text: str) -> bool:
    found = _NUMBER.match(text)
    return found is not None and (bool(found[2]) or _number(text) == 1)


def _number(text: str) -> int | None:
    """The number that a heading begins with, whatever its figures are; None without one."""
    found = _NUMBER.match(text)
    if found is None:
        return None
    if found[1]:
        return int(found[1])
    return _ROMAN.get(found[3], 0) if found[3] else ord(found[4]) - ord("A") + 1


def _largest(upper: Sequence[Line], usual: float) -> list[Line]:
    largest = max((line.size for line in upper if len(line.text) > 3), default=0.0)
    begin = next((i for i, line in enumerate(upper) if line.size > 0.97 * largest), None)
    own: list[Line] = []
    if begin is not None and largest > 1.1 * usual:
        for line in upper[begin:]:
            if line.size < 0.97 * largest or len(own) >= _MOST_TITLE_LINES:
                break
            own.append(line)
    return own


def _in_capitals(upper: Sequence[Line], usual: float) -> list[Line]:
    """The first lines, where they are bold capitals no larger than the text, as some mathematical
    journals set a title."""
    own: list[Line] = []
    for line in upper[:_MOST_TITLE_LINES]:
        is_capital = line.text.isupper() and line.is_bold and line.size > 0.97 * usual
        if not is_capital or (own and line.size != own[-1].size):
            break
        own.append(line)
    return own if len(" ".join(line.text for line in own).split()) > LEAST_TITLE_WORDS else []


def _one_line(lines: Sequence[Line]) -> str:
    text = "\n".join(line.text for line in lines)
    text = re.sub(r"(?<=[a-z])-\n(?=[a-z])", "", text)
    return " ".join(text.split())
