"""Turns the quotes of any writer's draft into citations: each must be in its paper. Pure."""

from __future__ import annotations

import re
import unicodedata
from array import array
from collections.abc import Iterator, Mapping, Sequence
from functools import lru_cache

from reviewer.grounding.sentence_numbers import Numbers
from reviewer.text import clean, sentence_spans
from reviewer.text.invisible import is_invisible
from reviewer.text.views import shorten
from reviewer.types import Citation, Claim, Evidence
from reviewer.types.claims import Anchor, AnswerDraft, ClaimDraft, Quote

_LIGATURES = {"ﬀ": "ff", "ﬁ": "fi", "ﬂ": "fl", "ﬃ": "ffi", "ﬄ": "ffl", "ﬅ": "st", "ﬆ": "st"}
_BROKEN = "\0"  # marks a hyphen at a line's end, which may belong to the word or not
_LINE_END_HYPHEN = re.compile("(?<=\\w)[-\u2010\u2011\u00ad]([ \\t]*\\r?\\n[ \\t]*)(?=\\w)")
_LATEX_ESCAPE = re.compile(r"\\(?=[%&_#$])")
_EDGES = " \t\r\n\"“”„‟«»‹›'‘’‚`.,;:…"
NEGATIONS = frozenset(
    "not no never without cannot neither nor hardly barely rarely seldom non none".split()
)
_NEXT_NEGATION = re.compile(
    r"[^\S\n]*\n?[^\S\n]*(?:not(?! only| just| merely| least)|never|hardly|barely|rarely|seldom)\b",
    re.IGNORECASE,
)
_LAST_WORD = re.compile(r"([\w'’]+)([^\w]+)$")
_JOINT = f"[-'’{_BROKEN}]"
_WITHIN_WORD = re.compile(rf"\w{_JOINT}?\|\w|\w\|{_JOINT}\w")
_CONTEXT_CHARS = 24
_LEAST_WORDS = 3  # "the" is in every paper and shows nothing
_UNSPACED = re.compile("[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u2e80-\ud7ff\uf900-\ufaff]{2}")
SHOWN_CHARS = 80  # of a writer's words that are left out
_WITHIN_NUMBER = tuple(
    (re.compile(rf"(?:{left})$"), re.compile(right))
    for left, right in (
        (r"\d", r"[-–−+±×⁄^.,/:·٫٬]\d"),  # 5|-10, 0|.5, 1|,234
        (r"\d[-–−+±×⁄^.,/:·٫٬]", r"\d"),  # 5-|10, 0.|5
        (r"[-–−+±×⁄^<>≤≥~≈$€£]|± ", r"\.?\d"),  # -|0.5, $|5
        (r"(?<![^\W\d])\.", r"\d"),  # .|5, but not a footnote's mark: end.|5
        (r"\w", r"[–−]\d|\^"),  # x|−5, x|^2
        (r"\d", r" ?[%‰°×±€£]|[⁻⁺]|\+(?!\w)"),  # 5|%, 10|⁻³, 10|+
        (r"(?<!\d)\d{1,3}", r" \d{3}(?!\d)"),  # 10| 000
        (r"(?<!\d)\d{1,3} ", r"\d{3}(?!\d)"),
    )
)


def resolve(draft: AnswerDraft, evidence: Sequence[Evidence]) -> tuple[Claim, ...]:
    """The draft's claims with located citations.

    A citation stays only when its tag was shown and its quote is in that evidence (or in its
    paper's title), or when its number names a sentence of the evidence. What does not resolve is
    named in `dropped`. A claim without a citation left is `uncited`, unless it is a synthesis or a
    gap that named none. A claim that is itself one of its quotes is `supported`, any other
    `unchecked`.
    """
    shown = {item.tag: item for item in evidence}
    numbers = Numbers(evidence if any(said.anchors for said in draft.claims) else ())
    return tuple(_resolved(said, shown, numbers) for said in draft.claims)


def _resolved(said: ClaimDraft, shown: Mapping[str, Evidence], numbers: Numbers) -> Claim:
    found = [cite(quote, shown) for quote in said.quotes]
    named = [(a.at, [numbers.cite(n) for n in a.numbers]) for a in said.anchors]
    given = [*found, *(citation for _, own in named for citation in own)]
    citations = tuple(dict.fromkeys(c for c in given if isinstance(c, Citation)))
    lost = [n for a in said.anchors for n in a.numbers if n not in numbers]
    reasons = [reason for reason in found if isinstance(reason, str)]
    reasons += [f"{shorten(n, SHOWN_CHARS)} names no sentence" for n in (*lost, *said.unknown)]
    is_quote = any(_same(said.text, citation.quote) for citation in citations)
    rests_on_others = said.kind in ("synthesis", "gap") and not reasons
    return Claim(
        text=said.text,
        citations=citations,
        support="supported"
        if is_quote
        else "unchecked"
        if citations or rests_on_others
        else "uncited",
        dropped=tuple(dict.fromkeys(reasons)),
        anchors=tuple(
            Anchor(at=at, citations=tuple(dict.fromkeys(citations.index(c) for c in own if c)))
            for at, own in named
            if any(own)
        ),
        kind=said.kind,
        paragraph=said.paragraph,
    )


def _same(text: str, quote: str) -> bool:
    """True when the text is the quote itself, or its cleaned view."""
    views = ((text, quote), (clean(text), clean(quote)))
    return any(_plain(a.strip(_EDGES))[0] == _plain(b.strip(_EDGES))[0] for a, b in views)


def cite(
    quote: Quote, shown: Mapping[str, Evidence], *, may_be_short: bool = False
) -> Citation | str:
    """The located citation, or the reason why the quote cannot be cited.

    A quote shows something when it has three words, a number with a word, or is a whole sentence.
    Any other counts only if it `may_be_short`.
    """
    evidence = shown.get(quote.tag)
    if evidence is None:
        tag = shorten(clean(quote.tag), SHOWN_CHARS) or "a citation without a tag"
        return f"{tag} was not among the evidence"
    chunk, paper = evidence.chunk, evidence.paper
    reason = f"the quoted words are not in {paper.key}"
    for part, text, offset in ((chunk.part, chunk.text, chunk.start), ("title", paper.title, 0)):
        span = locate(quote.quote, text)
        if not span:
            continue
        start, end = span[0] + offset, span[1] + offset
        # Checked again in the whole part: a chunk may begin just after a "not".
        if not is_whole(paper.text_of(part), start, end):
            continue
        if may_be_short or _shows_something(text, *span):
            return Citation(
                paper_id=paper.id,
                key=paper.key,
                chunk_id=chunk.id,
                part=part,
                page=chunk.page if part == chunk.part else None,
                start=start,
                end=end,
                quote=text[span[0] : span[1]],
                by_ocr=paper.is_ocr(part, chunk.page),
            )
        reason = f"too few words are quoted from {paper.key} to show anything"
    return f"{reason}: '{shorten(clean(quote.quote), SHOWN_CHARS)}'"


def _shows_something(text: str, start: int, end: int) -> bool:
    """True for three words, a number with a word, or a whole sentence of `text`. Two letters of a
    script that puts no space between words count as a word."""
    found = [re.search(r"[^\W_]", word) for word in _UNSPACED.sub(" x ", text[start:end]).split()]
    numbers = sum(first is not None and first.group().isdecimal() for first in found)
    words = sum(first is not None for first in found) - numbers
    if words >= _LEAST_WORDS or (words and numbers):
        return True
    return any(
        first <= start and end <= last and not re.search(r"\w", text[first:start] + text[end:last])
        for first, last in sentence_spans(text)
    )


def locate(quote: str, text: str) -> tuple[int, int] | None:
    """The half-open range of characters of `text` where the quote is, or None.

    It compares whole words and whole numbers, in order, letter by letter, after white space is
    folded, invisible characters (soft hyphens too) are dropped, words broken at a line's end are
    joined, and ligatures and LaTeX's `\\%` are spelt out. Quotation marks and stops around the
    quote do not count. A quote that would begin just after a negation, end just before a "not", or
    cut a number from its sign, unit or digits, is not found.
    """
    if not any(character.isalnum() for character in quote):
        return None
    plain, offsets = _plain(text)
    # A line may end after a hyphen that does not break a word: "few- and one-shot".
    wholes = [_plain(spelling)[0].strip() for spelling in (quote, " ".join(quote.split()))]
    for wanted in dict.fromkeys(one for whole in wholes for one in (whole, whole.strip(_EDGES))):
        for start, end in _places(wanted, plain):
            if is_whole(plain, start, end):
                return offsets[start], offsets[end - 1] + 1
    return None


@lru_cache(maxsize=256)  # each text in front of a writer is compared with many quotes
def _plain(text: str) -> tuple[str, Sequence[int]]:
    """The text after the declared normalisation, and each character's place in the original."""
    if text.isascii() and text.isprintable() and "\\" not in text and "  " not in text:
        return text, range(len(text))
    skipped = {match.start() for match in _LATEX_ESCAPE.finditer(text)}
    broken: set[int] = set()
    for match in _LINE_END_HYPHEN.finditer(text):
        skipped |= set(range(match.start(1), match.end(1)))
        if text[match.start() - 1].isalpha() and text[match.end()].isalpha():
            broken.add(match.start())
    out: list[str] = []
    offsets = array("L")
    for i, character in enumerate(text):
        for piece in _BROKEN if i in broken else _spelt(character):
            if i not in skipped and (piece != " " or out[-1:] != [" "]):
                out.append(piece)
                offsets.append(i)
    return "".join(out), offsets


def _spelt(character: str) -> str:
    if character.isspace():
        return " "
    if is_invisible(character):
        return ""
    return "-" if character in "\u2010\u2011" else _LIGATURES.get(character, character)


def _places(wanted: str, text: str) -> Iterator[tuple[int, int]]:
    """Where the wanted words are; a hyphen at a line's end may be there or not."""
    if _BROKEN in wanted or _BROKEN in text:
        spelt = {_BROKEN: f"[-{_BROKEN}]?", "-": f"[-{_BROKEN}]"}
        pattern = re.compile(f"{_BROKEN}?".join(spelt.get(c, re.escape(c)) for c in wanted))
    else:
        pattern = re.compile(re.escape(wanted))
    found = pattern.search(text)
    while found:
        yield found.span()
        found = pattern.search(text, found.start() + 1)


def is_whole(text: str, start: int, end: int) -> bool:
    """True when the range cuts no word and no number, and leaves no negation behind: neither just
    before it nor, as in "the data is | not scarce", just after it."""
    return not (
        _is_within(text, start)
        or _is_within(text, end)
        or follows_negation(text, start)
        or precedes_negation(text, end)
    )


def _is_within(text: str, place: int) -> bool:
    """True when one word or one number is on both sides of `place`."""
    left, right = text[max(0, place - _CONTEXT_CHARS) : place], text[place : place + _CONTEXT_CHARS]
    return _splits_word(left[-2:], right[:2]) or any(
        before.search(left) and after.match(right) for before, after in _WITHIN_NUMBER
    )


def _splits_word(left: str, right: str) -> bool:
    """True when letters meet, or a hyphen or an apostrophe joins them. Accents count as letters."""
    near = f"{left}|{right}"
    letters = ("x" if unicodedata.category(c)[0] == "M" else c for c in near)
    return _WITHIN_WORD.search("".join(letters)) is not None


def precedes_negation(text: str, place: int) -> bool:
    """True when the next word after this place, with no mark between, denies what was said."""
    is_open = text[place - 1 : place] not in (*".!?:;,", "")
    return is_open and _NEXT_NEGATION.match(text, place) is not None


def follows_negation(text: str, place: int) -> bool:
    """True when the last word before this place, in the same sentence, is a negation."""
    found = _LAST_WORD.search(text[max(0, place - _CONTEXT_CHARS) : place])
    if not found or any(stop in found.group(2) for stop in ".!?:;"):
        return False
    last = found.group(1).lower().replace("’", "'").strip("_'")
    return last in NEGATIONS or last.endswith("n't")
