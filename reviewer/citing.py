"""Turns drafts into citations: a quote counts only where its words stand. Pure; for all writers."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Mapping, Sequence

from reviewer.records import AnswerDraft, Citation, Claim, ClaimDraft, Evidence, Quote

_LIGATURES = {"ﬀ": "ff", "ﬁ": "fi", "ﬂ": "fl", "ﬃ": "ffi", "ﬄ": "ffl", "ﬅ": "st", "ﬆ": "st"}
_SOFT_HYPHEN = "\u00ad"
_HYPHENS = "-\u2010\u2011"
_LINE_END_HYPHEN = re.compile(rf"(?<=\w)[{_HYPHENS}]([ \t]*\r?\n[ \t]*)(?=\w)")
_EDGES = ' \t\r\n"“”„‟«»‹›.,;:…'
_NEGATIONS = frozenset(
    "not no never without cannot neither nor hardly barely rarely seldom non none".split()
)
_SIGNS = "+-−–±<>≤≥~≈$€£"
_UNITS = "%‰°×^"


def resolve(draft: AnswerDraft, evidence: Sequence[Evidence]) -> tuple[Claim, ...]:
    """The draft's claims with located citations.

    A citation stays only when its tag was shown and its quote stands in that evidence (or in its
    paper's title). What does not resolve is named in `dropped`; a claim left without a citation is
    `uncited`. A claim that is itself one of its quotes is `supported`, any other `unchecked`.
    """
    shown = {item.tag: item for item in evidence}
    return tuple(_claim(item, shown) for item in draft.claims)


def _claim(draft: ClaimDraft, shown: Mapping[str, Evidence]) -> Claim:
    citations: list[Citation] = []
    dropped: list[str] = []
    for quote in draft.quotes:
        found = cite(quote, shown)
        if isinstance(found, str):
            dropped.append(found)
        elif found not in citations:
            citations.append(found)
    if not citations:
        return Claim(text=draft.text, support="uncited", dropped=tuple(dropped))
    own = _normalised(draft.text.strip(_EDGES))
    is_quote = any(own == _normalised(c.quote.strip(_EDGES)) for c in citations)
    return Claim(
        text=draft.text,
        citations=tuple(citations),
        support="supported" if is_quote else "unchecked",
        dropped=tuple(dropped),
    )


def cite(quote: Quote, shown: Mapping[str, Evidence]) -> Citation | str:
    """The located citation, or the reason why there is none."""
    evidence = shown.get(quote.tag)
    if evidence is None:
        return f"{quote.tag or 'a citation without a tag'} was not among the evidence"
    chunk, paper = evidence.chunk, evidence.paper
    for part, text, offset in (
        (chunk.part, chunk.text, chunk.start),
        ("title", paper.title, 0),
    ):
        span = locate(quote.quote, text)
        if span is not None:
            start, end = span[0] + offset, span[1] + offset
            return Citation(
                paper_id=paper.id, chunk_id=chunk.id, part=part,
                page=chunk.page if part == chunk.part else None,
                start=start, end=end, quote=text[span[0] : span[1]],
            )  # fmt: skip
    return f"the quoted words do not stand in {paper.key}: '{quote.quote[:80]}'"


def locate(quote: str, text: str) -> tuple[int, int] | None:
    """The half-open range of `text` where the quote stands, or None.

    Compared are whole words and whole numbers, in order, letter by letter, after white space is
    folded, soft hyphens are dropped, words broken at a line's end are joined, and ligatures are
    spelt out. Quotation marks and stops around the quote do not count. A quote that would begin
    just after a negation, or cut a number from its sign, unit or digits, stands nowhere.
    """
    if _wanted_is_empty(quote):
        return None
    for keep_hyphen in (False, True):
        plain, offsets = _plain(text, keep_hyphen=keep_hyphen)
        for wanted in _wanted(quote, keep_hyphen=keep_hyphen):
            for start in _starts(plain, wanted):
                end = start + len(wanted)
                if _stands_alone(plain, start, end):
                    return offsets[start], offsets[end - 1] + 1
    return None


def _wanted_is_empty(quote: str) -> bool:
    return not any(character.isalnum() for character in quote)


def _wanted(quote: str, *, keep_hyphen: bool) -> list[str]:
    """The quote as given, and without what may stand around it."""
    whole = _plain(quote, keep_hyphen=keep_hyphen)[0].strip()
    bare = whole.strip(_EDGES)
    return [whole] if whole == bare else [whole, bare]


def _normalised(text: str) -> str:
    return _plain(text, keep_hyphen=False)[0].strip()


def _plain(text: str, *, keep_hyphen: bool) -> tuple[str, list[int]]:
    """The text after the declared normalisation, and each character's place in the original."""
    skipped: set[int] = set()
    for match in _LINE_END_HYPHEN.finditer(text):
        skipped |= set(range(match.start() + keep_hyphen, match.end()))
    out: list[str] = []
    offsets: list[int] = []
    for i, character in enumerate(text):
        if i in skipped or character == _SOFT_HYPHEN:
            continue
        if character.isspace():
            if out and out[-1] == " ":
                continue
            character = " "
        for piece in _LIGATURES.get(character, character):
            out.append(piece)
            offsets.append(i)
    return "".join(out), offsets


def _starts(text: str, wanted: str) -> Iterator[int]:
    at = text.find(wanted)
    while at >= 0:
        yield at
        at = text.find(wanted, at + 1)


def _is_word(character: str) -> bool:
    return character.isalnum() or character == "_" or unicodedata.category(character)[0] == "M"


def _stands_alone(text: str, start: int, end: int) -> bool:
    """True when the range cuts no word and no number, and does not leave a negation behind."""
    before, after = text[:start], text[end:]
    return (
        not _cuts_left(before, text[start])
        and not _cuts_right(text[end - 1], after)
        and not _follows_negation(before)
    )


def _cuts_left(before: str, first: str) -> bool:
    if not before or not (_is_word(first) or first in _SIGNS + "."):
        return False
    last = before[-1]
    if _is_word(last):
        return _is_word(first) or (first == "." and last.isdigit())
    if first.isdigit() or first == ".":
        return last in _SIGNS or (last in ".,/:" and before[-2:-1].isdigit())
    return last in _HYPHENS and _is_word(before[-2:-1] or " ")


def _cuts_right(last: str, after: str) -> bool:
    if not after or not _is_word(last):
        return False
    first, second = after[0], after[1:2] or " "
    if _is_word(first) or unicodedata.category(first)[0] == "M":
        return True
    if last.isdigit() and (first in _UNITS or (first in ".,/:–−" and second.isdigit())):
        return True
    return first in _HYPHENS + "'’" and _is_word(second)


def _follows_negation(before: str) -> bool:
    words = re.findall(r"[\w'’]+", before[-24:])
    if not words or not before[-1:].isspace():
        return False
    last = words[-1].lower().replace("’", "'")
    ends_sentence = before.rstrip()[-1:] in ".!?:;"
    return not ends_sentence and (last in _NEGATIONS or last.endswith("n't"))
