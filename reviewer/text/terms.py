"""Terms in a text: abbreviations with their long forms, names, phrases. Pure; no model."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from reviewer.text.keywords import STOP_WORDS
from reviewer.text.term_words import (
    BREAKING,
    GENERAL_HEADS,
    GENERAL_WORDS,
    HEADS_ALL_THE_SAME,
    HEADS_ON_ING,
)
from reviewer.text.views import clean

MOST_PHRASE_WORDS = 4
_BRACKETED = re.compile(r"\(([^()]{2,60})\)")
_WORD = re.compile(r"[^\W_](?:[\w'’+.@-]*[\w+])?")
_BREAK = re.compile(r"[.,;:!?()\[\]{}\"“”/|=<>~*]+(?:\s|$)|[()\[\]{}\"“”|=<>~*]|\s[–—-]+\s|[,;:]")
_ROMAN = re.compile(r"[IVX]{1,4}")
_SENTENCE_START = re.compile(r"(?:^|[.!?:]\s+|\n)[\"“(\[]*$")
# Headings in capitals: "RESULTS We", "MAIN OUTCOME MEASURES", "AND FINDINGS:"
_HEADING = re.compile(
    r"(?<![.\w-])(?:[A-Z]{3,}:|[A-Z]{3,} [A-Z]{3,}(?![\w-]))|[A-Z]{6,} [A-Z][a-z]"
)
_SHOUTED = 0.5  # of the letters: a text in capitals has no names that stand out
_MOST_NAME_CHARS = 40

# "LLM's", "RAG-based", "BERT-like"
_AFTER_NAME = re.compile(
    r"['’]s?$|-(?:[a-z]*(?:ed|ing|like|ic|al|ive|able|style|level|wise|driven|centric|free|only"
    r"|agnostic|aware|assisted|generated))$"
)
_NO_NAMES = frozenset("sota arxiv github openai cs.cl cs.ai cs.lg http https url doi pdf".split())
_NO_HEAD = re.compile(r".*(?:ed|ly|ous|ive|able|ible|ful|less|ing|ary|ical|ial|ional|aware|est)$")


@dataclass(frozen=True)
class Abbreviation:
    """A short form and the long form that the text gives it."""

    short: str
    long: str


def term_key(term: str) -> str:
    """What two spellings of a term have in common: case, hyphens and the plural do not count."""
    words = re.split(r"[\s\-‐–]+", clean(term).casefold().replace("’", "'").strip())
    words = [word for word in words if word]
    if words:
        words[-1] = _singular(words[-1])
    return " ".join(words)


def abbreviations_in(text: str) -> list[Abbreviation]:
    """The abbreviations that the text defines, "long form (LF)" or "LF (long form)", by the letters
    that they share, from right to left (Schwartz and Hearst 2003)."""
    text, found = clean(text), []
    for match in _BRACKETED.finditer(text):
        inside = re.split(r"[,;]| e\.g| i\.e", match[1])[0].strip()
        before = re.split(r"[.;:!?()]\s", text[: match.start()])[-1].strip()
        if _is_short_form(inside):
            words = before.split()
            most = min(len(inside) + 5, 2 * len(inside))
            long = _long_form(inside, " ".join(words[-most:]))
            if long and long.split()[0].casefold() not in STOP_WORDS:
                found.append(Abbreviation(_without_plural(inside), long))
            continue
        short = before.split()[-1] if before else ""
        if _is_short_form(short) and _long_form(short, inside) == inside:
            found.append(Abbreviation(_without_plural(short), inside))
    return found


def names_in(text: str) -> Iterator[tuple[str, int, int]]:
    """Names that their letters give away, with their spans in the cleaned text: a capital inside a
    word, several capitals, or a capital with a digit ("HotpotQA", "RAG", "GPT-4")."""
    text = clean(text)
    if _is_shouted(text):
        return
    for match in _WORD.finditer(text):
        word = match[0]
        is_heading = _HEADING.match(text, match.start()) is not None
        if len(word) <= _MOST_NAME_CHARS and _is_name(word) and not is_heading:
            name = _without_plural(_AFTER_NAME.sub("", word))
            if name.casefold() not in _NO_NAMES and len(name) > 1:
                yield name, match.start(), match.start() + len(name)


def proper_in(text: str) -> set[str]:
    """Words with a capital in the middle of a sentence ("Atari", "Wikipedia"), which may be names,
    and only are where nobody writes them with a small letter."""
    text = clean(text)
    return {
        match[0]
        for match in _WORD.finditer(text)
        if match[0][0].isupper()
        and match[0][1:].islower()
        and match[0].isalpha()
        and len(match[0]) > 3
        and not _SENTENCE_START.search(text[max(0, match.start() - 4) : match.start()])
    }


def phrases_in(text: str) -> Iterator[str]:
    """Runs of two to MOST_PHRASE_WORDS words that may be a term, as written: no stop word, verb or
    common word of abstracts inside, and at the end a word that can be a noun."""
    for piece in _BREAK.split(clean(text)):
        run: list[str] = []
        for word in [*(match[0] for match in _WORD.finditer(piece or "")), ""]:
            low = word.casefold()
            if word and low not in STOP_WORDS and low not in BREAKING and not _is_bare(low):
                run.append(word)
                continue
            yield from _phrases_of(run)
            run = []


def _phrases_of(run: list[str]) -> Iterator[str]:
    for size in range(2, MOST_PHRASE_WORDS + 1):
        for at in range(len(run) - size + 1):
            words = run[at : at + size]
            if _can_end(words[-1].casefold()) and len(words[0]) > 1 and _says_something(words):
                yield " ".join(words)


def _says_something(words: Sequence[str]) -> bool:
    """False where the last word may be of any subject and those before it are as general."""
    general = [word.casefold() for word in words]
    return general[-1] not in GENERAL_HEADS or any(w not in GENERAL_WORDS for w in general[:-1])


def _can_end(word: str) -> bool:
    last = word.split("-")[-1]
    if last in HEADS_ON_ING or last in HEADS_ALL_THE_SAME:
        return True
    return len(last) > 2 and not _NO_HEAD.match(last) and any(map(str.isalpha, last))


def _is_bare(word: str) -> bool:
    """A number, or an adverb, which no term has."""
    is_adverb = word.endswith("ly") and word not in HEADS_ALL_THE_SAME
    return is_adverb or not any(map(str.isalpha, word))


def _is_name(word: str) -> bool:
    capitals = sum(map(str.isupper, word))
    if _ROMAN.fullmatch(word) or not word[0].isalpha():
        return False
    parts = re.split(r"[-.@+]", word)
    if len(parts) > 1 and capitals < 2 + sum(part.istitle() for part in parts):
        # "Chain-of-Thought" and "Low-Rank" are written so in titles; "GPT-4" and "R1-Searcher" not.
        return any(_is_name(part) for part in parts if part) or (
            capitals > 0 and bool(re.search(r"\d", word)) and len(word) > 2
        )
    has_digit = bool(re.search(r"\d", word))
    return capitals > 1 or (capitals == 1 and (has_digit or not word[0].isupper()))


def _is_short_form(word: str) -> bool:
    return (
        2 <= len(word) <= 12
        and len(word.split()) <= 2
        and word[0].isalnum()
        and sum(map(str.isupper, word)) >= 2
    )


def _long_form(short: str, before: str) -> str:
    """The end of the words before whose initials are the short form; else the shortest one that has
    its letters in order, the first at the start of a word; empty where there is none."""
    letters = [c.casefold() for c in _without_plural(short) if c.isalnum()]
    starts = [match.start() for match in re.finditer(r"[^\W_]+", before)][-len(letters) :]
    if [before[start].casefold() for start in starts] == letters:
        return before[starts[0] :]
    at = len(before) - 1
    for n, letter in reversed(list(enumerate(letters))):
        while at >= 0 and (
            before[at].casefold() != letter or (n == 0 and at > 0 and before[at - 1].isalnum())
        ):
            at -= 1
        if at < 0:
            return ""
        at -= 1
    long = before[at + 1 :]
    words = re.split(r"[\s-]+", long)
    is_longer = len(long) > len(short) and short not in words
    return long if is_longer and len(words) <= min(len(letters) + 5, 2 * len(letters)) else ""


def _without_plural(name: str) -> str:
    """ "LLMs" is "LLM"."""
    return name[:-1] if len(name) > 2 and name.endswith("s") and name[-2].isupper() else name


def _singular(word: str) -> str:
    if len(word) > 4 and word.endswith("ies"):
        return word[:-3] + "y"
    if len(word) > 3 and word.endswith("s") and not word.endswith(("ss", "us", "is", "'s")):
        return word[:-1]
    return word


def _is_shouted(text: str) -> bool:
    letters = [c for c in text if c.isalpha()]
    return len(letters) > 20 and sum(map(str.isupper, letters)) > _SHOUTED * len(letters)
