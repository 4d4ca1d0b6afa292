"""Sentences that say what a term means, and the terms that they define. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from reviewer.text.keywords import COMMON_WORDS, STOP_WORDS
from reviewer.text.views import clean

DefinitionKind = Literal["defined", "introduced", "written out"]
KINDS: tuple[DefinitionKind, ...] = ("defined", "introduced", "written out")
_MOST_WORDS = 5
_LONGEST, _SHORTEST = 400, 30  # characters of a sentence that is quoted as a definition

_WORD = r"[^\W_][\w’'+./-]*"
_BRACKET = rf"(?:\s?\((?P<short>{_WORD}(?: {_WORD})?)\))?"
_NAME = rf"(?P<term>{_WORD}(?: {_WORD}){{0,{_MOST_WORDS - 1}}}?){_BRACKET}"
_OPENING = (
    r"^(?:(?:In (?:this|such) [\w ]{1,30}|Recently|Formally|Generally|Specifically|Here|However"
    r"|Broadly|In general|In contrast), )?(?:(?:The|A|An) )?"
)
# What a term is said to be: a definition names a kind of thing, then what sets it apart.
_GENUS = (
    "ability|act|algorithm|approach|architecture|area|art|assumption|attack|benchmark|bias|branch"
    "|capability|case|category|challenge|class|collection|concept|condition|corpus|criterion"
    "|dataset|data set|decoder|defen[cs]e|degree|discipline|disease|disorder|distribution|encoder"
    "|estimator|extension|failure|family|field|form|formalism|framework|function|generali[sz]ation"
    "|idea|index|infection|instance|kind|language|layer|library|loss|measure|mechanism|method"
    "|methodology|metric|model|module|network|notion|objective|operation|operator|pattern|paradigm"
    "|phenomenon|pipeline|policy|practice|principle|problem|procedure|process|property|protocol"
    "|quantity|relation|representation|resource|rule|scheme|score|sequence|set|setting|setup"
    "|situation|skill|software|state|strategy|structure|subfield|suite|syndrome|system|task"
    "|technique|technology|tendency|term|test|theory|tool|toolkit|type|variant|version|virus|way"
)
_APART = (
    r"(?:(?:that|which)(?! (?:has|have) been)|who|where|whose|when|(?:in|by|for|with) which"
    r"|of(?! active)|for|to|used|"
    r"designed|based|aimed|aiming|consisting|comprising|involving|describing|trained|made)\b"
)
_KIND_OF = rf"(?:a|an|the|any)(?: [\w-]+){{0,6}}? (?:{_GENUS})s?,? {_APART}"
_PATTERNS: tuple[tuple[DefinitionKind, re.Pattern[str]], ...] = (
    (
        "defined",
        re.compile(
            rf"{_OPENING}[\"“‘']?{_NAME}[\"”’']?,? (?:refers? to|(?:is|are) (?:\w+ly )?defined as"
            r"|(?:is|are) understood as|denotes?|(?:is|are) the (?:\w+ )?"
            r"(?:task|process|problem|ability|practice|study|act) (?:of|to)) ",
            re.UNICODE,
        ),
    ),
    ("defined", re.compile(rf"{_OPENING}{_NAME} (?:is|are) {_KIND_OF}")),
    (
        "defined",
        re.compile(
            rf"{_OPENING}(?P<term>{_WORD}(?: {_WORD}){{0,3}}?){_BRACKET}(?:,| [–—-]) the (?:\w+ )?"
            r"(?:task|process|problem|ability|practice|phenomenon|tendency|act|study) "
            r"(?:of|to|that|where|in which|whereby) "
        ),
    ),
    (
        "defined",
        re.compile(
            r"\b(?:(?:which )?we (?:call|term|name|refer to (?:this )?as|dub)"
            r"|(?:is|are|a (?:phenomenon|setting|problem|process|technique|effect) ) ?"
            r"(?:known as|called|termed|referred to as)) (?:the |a |an )?"
            rf"[\"“‘'`]*(?P<term>{_WORD}(?: {_WORD}){{0,4}}?)[\"”’']*{_BRACKET}"
            r"(?=[.,;:]|$| (?:that|which|where|in which|and|is|to|for|by)\b)"
        ),
    ),
    (
        "introduced",
        re.compile(
            r"\b(?:we|paper|work|article|study|authors?) (?:\w+ly )?(?:\w+ )?"
            r"(?:introduces?|proposes?|presents?|develops?|describes?|releases?|builds?|create)"
            rf",? (?:the )?(?P<term>{_WORD}(?: {_WORD}){{0,3}}?){_BRACKET}(?:,|:| [–—-]) "
            r"(?:a|an|the first) "
        ),
    ),
)
_BRACKETED = re.compile(r"(?P<before>(?:[\w’'-]+ ){0,8}[\w’'-]+) \((?P<short>[A-Z][\w-]{1,9})s?\)")
# Words that begin no term.
_NOT_FIRST = STOP_WORDS | frozenset(
    "existing current previous prior recent proposed another however although while since because "
    "one two three first second finally third goal aim purpose result results key main core"
    " common popular typical promising major primary central latter former others today given"
    " unlike following therefore thus hence taken together moreover furthermore finally overall"
    " consequently additionally prerequisite requirement".split()
)
_NOT_IN = frozenset(
    "as is are was were be we our this these that which it they has have can may will not "
    "whether if there propose introduce present proposes introduces presents".split()
)
_NOTION_OF = re.compile(
    r"^(?:(?:BACKGROUND|OBJECTIVES?|AIMS?|PURPOSE|CONTEXT|IMPORTANCE|INTRODUCTION|METHODS|RESULTS"
    r"|CONCLUSIONS?) )?(?:(?i:term (?=\w)|(?:notion|concept|idea|task|problem) of ))?"
)
_PLAIN = re.compile(
    rf"(?:{_GENUS}|\w+ly|agent|approximation|finding|hypothesis|data|input|output|goal)s?"
)
# A kind of thing that says how good or hard something is, not what it is.
_PRAISE = re.compile(
    r"\b(?:is|are) (?:a|an|the|one)(?: \w+){0,2}? (?:crucial|critical|key|important|promising"
    r"|challenging|essential|fundamental|central|major|vital|significant|difficult|necessary"
    r"|longstanding|long-standing|pressing|valuable|useful|main|first|step|core|best|desirable"
    r"|effective|efficient|inefficient|novel|good|better|simple|strong|powerful)\b"
    r"|\b(?:is|are) the most \w+ (?:algorithm|approach|method|strategy|technique|tool|way)s?\b"
)


# What points back to an earlier sentence tells nothing where it stands alone.
_POINTS_BACK = re.compile(
    r"^(?:This|These)(?: \w+){0,2} (?:is|are) (?:called|termed|known|referred)\b"
    r"|^(?:The|This|These|Our) (?:\w+ ){0,2}(?:algorithms?|approach(?:es)?|architectures?"
    r"|frameworks?|methods?|models?|results?|systems?|techniques?),? (?:which|that|is|are)\b"
    r"|\bto \w+ (?:this|these|such|both)\b"
)


@dataclass(frozen=True)
class Definition:
    """A term, its abbreviation if the sentence has one, and how the sentence tells its meaning:
    `defined` (X is a task of ..., we call this X), `introduced` (we propose X, a ... that ...), or
    only `written out`, an abbreviation with its words."""

    term: str
    short: str
    kind: DefinitionKind


def definitions_in(sentence: str) -> list[Definition]:
    """The terms that the sentence defines, those that it says most about first.

    By patterns, after Hearst (1992, "Automatic Acquisition of Hyponyms"); abbreviations by Schwartz
    and Hearst (2003, "A Simple Algorithm for Identifying Abbreviation Definitions").
    """
    text = clean(sentence)
    if not _SHORTEST <= len(text) <= _LONGEST or text.endswith("?"):
        return []
    written = dict(abbreviations_in(text))
    found: dict[str, Definition] = {}
    for kind, pattern in _PATTERNS:
        for match in pattern.finditer(text):
            given = match["short"] or ""
            given = given[:-1] if given[:-1] in written else given
            long = written.get(given, "")
            term = _term(match["term"])
            is_empty = _POINTS_BACK.search(text) or _PRAISE.match(text, _copula(text, match))
            if term and not (kind == "defined" and is_empty):
                found.setdefault(term.casefold(), Definition(term, given, kind))
    said = {one.short for one in found.values()} | {one.term for one in found.values()}
    for short, long in written.items():
        if short not in said and long.casefold() not in found:
            found[long.casefold()] = Definition(long, short, "written out")
    return sorted(found.values(), key=lambda one: KINDS.index(one.kind))


def _copula(text: str, match: re.Match[str]) -> int:
    """Where the verb begins that follows the term."""
    after = match.end("short") + 2 if match["short"] else match.end("term") + 1
    return min(after, len(text))


def _term(name: str) -> str:
    """The name as a term; empty where it cannot be one."""
    words = _NOTION_OF.sub("", name.strip(" .,'’-")).split()
    while words and words[0].casefold() in ("the", "a", "an", "novel", "new", "simple"):
        words = words[1:]
    plain = [word.casefold() for word in words]
    if any(word.endswith(("'s", "’s")) for word in plain[:1]):
        return ""
    if not words or plain[0] in _NOT_FIRST or plain[-1] in STOP_WORDS or _NOT_IN & set(plain):
        return ""
    if all(word in COMMON_WORDS or word in STOP_WORDS for word in plain):
        return ""
    is_plain = len(words) == 1 and (len(plain[0]) < 3 or _PLAIN.fullmatch(plain[0]) is not None)
    return "" if is_plain or not any(c.isalpha() for c in words[0]) else " ".join(words)


def abbreviations_in(text: str) -> Iterator[tuple[str, str]]:
    """Each abbreviation in brackets, `RAG`, with the words before it that it stands for. Only where
    every letter is found in these words from right to left, its first at the begin of a word."""
    for match in _BRACKETED.finditer(text):
        short = match["short"]
        short = short[:-1] if short.endswith("s") and short[:-1].isupper() else short
        letters = [c.casefold() for c in short if c.isalnum()]
        if len(letters) < 2 or sum(map(str.isupper, short)) < 2:
            continue
        long = _words_for(letters, match["before"])
        words = re.split(r"[ -]", long)
        # The rule of Schwartz and Hearst: at most this many words for so few letters.
        if len(words) <= min(len(letters) + 5, 2 * len(letters)) and len(long) > len(short):
            yield short, long


def _words_for(letters: list[str], before: str) -> str:
    """The last words of `before` that the letters stand for: those with just these initials, else
    those in which the letters follow one another; empty where there are none."""
    starts = [m.start() for m in re.finditer(r"(?<![\w’'])\w", before)][-len(letters) :]
    if [before[at].casefold() for at in starts] == letters:
        return before[starts[0] :]
    at = len(before)
    for n, letter in reversed(list(enumerate(letters))):
        at -= 1
        while at >= 0 and (
            before[at].casefold() != letter or (n == 0 and at > 0 and before[at - 1].isalnum())
        ):
            at -= 1
        if at < 0:
            return ""
    return before[at:]
