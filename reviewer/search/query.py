"""Reads a question: what to search for, and which constructions it uses. Pure.

A question without constructions comes out as it was written.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace

from reviewer.search.boolean import Condition, SlipError, Syntax, read_syntax
from reviewer.search.phrasing import (
    MOST_CHARS,
    MOST_WORDS,
    Sides,
    Years,
    is_asking,
    is_statement,
    is_title,
    is_yes_no,
    looks_like_title,
    read_also,
    read_excluding,
    read_latest,
    read_sides,
    read_years,
)

_MARKED = re.compile(
    r"""(?:^|(?<=\s))(?<!\band\s)(?<!\bor\s)"""
    r"""-(?:["“](?P<phrase>[^"“”]*\w[^"“”]*)["”]|(?P<word>[^\W\d_][\w-]*))(?=\s|$)"""
)
_MARKS_AT_END = re.compile(r"""(?:\s+-["“][^"“”]*\w[^"“”]*["”])+\s*$""")
# Every construction has one of these; most questions have none, and nothing else is looked at.
_SIGNS = re.compile(
    r"""["“”*:]|\b(?:AND|OR|NOT)\b|(?:^|\s)-["“\w]|\b(?i:not|no|except|excluding|without|also
    |latest|newest|recent|state[- ]of|sota|new|since|from|after|before|prior|until|till|up|between
    |published|written|versus|vs|v\.s|compar\w+|differ\w*|trade-?offs?)\b""",
    re.VERBOSE,
)
_SHOUTED_LETTERS, _SHOUTED_WORDS = 6, 7  # with more, capitals are not acronyms
_SHOUTED_SHARE = 0.8
_MARKED_WORDS = 12


@dataclass(frozen=True)
class Query:
    """What a question asks for.

    `text` is searched for by words and by meaning; of a comparison it is the whole question, and
    `sides` names its sides. `excluded` concepts push papers down, `required` ones lift those that
    have them. `condition` is what a paper must meet, strictly if `is_strict` (fields or AND, OR,
    NOT), else as far as some paper meets it (phrases). `has_without`: the word that excludes is
    `without`, which may be part of a topic. `slip` says what of the syntax cannot be read.
    """

    question: str
    text: str
    excluded: tuple[str, ...] = ()
    required: tuple[str, ...] = ()
    sides: Sides | None = None
    condition: Condition | None = None
    is_strict: bool = False
    years: Years | None = None
    wants_latest: bool = False
    has_without: bool = False
    slip: str = ""

    @property
    def is_plain(self) -> bool:
        """True when the question has no construction: it is searched as it stands."""
        return self == Query(self.question, self.question)


def read_query(question: str) -> Query:
    """What the question asks for. Any text can be read; it takes microseconds."""
    query = Query(question, question)
    if not _SIGNS.search(question):
        return query
    is_long = len(question) > MOST_CHARS or len(question.split()) > MOST_WORDS
    if is_long or is_statement(question):
        return _with_marks_at_end(query)
    query = _with_marks(query)
    try:
        syntax = read_syntax(query.text, with_operators=_may_have_operators(query.text))
    except SlipError as slip:
        return query if is_title(question) else replace(query, slip=str(slip))
    has_syntax = syntax is not None and syntax.condition is not None
    if syntax is not None and has_syntax and syntax.has_operators:
        return _with_syntax(query, syntax)
    if is_title(query.text):
        return _with_excluded(query)
    return _with_phrasing(_with_syntax(query, syntax) if syntax and has_syntax else query)


def _with_marks(query: Query) -> Query:
    """The query with what `-word` and `-"a phrase"` exclude. In a text as long as a title, a word
    after a hyphen is the end of another: `alpha -based`."""
    is_short = len(query.text.split()) <= _MARKED_WORDS
    marks = [m for m in _MARKED.finditer(query.text) if is_short or m["phrase"]]
    rest = query.text
    for mark in reversed(marks):
        rest = rest[: mark.start()] + rest[mark.end() :]
    excluded = tuple(mark["phrase"] or mark["word"] for mark in marks)
    if not excluded or not re.search(r"\w", rest):
        return query
    return replace(query, text=" ".join(rest.split()), excluded=excluded)


def _with_marks_at_end(query: Query) -> Query:
    """The same for a long text, where only phrases at its end are marks."""
    found = _MARKS_AT_END.search(query.text)
    rest = query.text[: found.start()] if found else ""
    if found is None or not re.search(r"\w", rest):
        return query
    excluded = tuple(mark["phrase"] for mark in _MARKED.finditer(found[0]) if mark["phrase"])
    return replace(query, text=rest, excluded=excluded)


def _may_have_operators(text: str) -> bool:
    """False for a question in plain words, where a capital NOT is stress, and for a text that is in
    capitals as a whole."""
    words = re.findall(r"[^\W\d_]{2,}", text)
    is_long = len(words) > _SHOUTED_WORDS or any(len(w) > _SHOUTED_LETTERS for w in words)
    shouted = sum(word.isupper() for word in words)
    is_shouted = is_long and shouted >= _SHOUTED_SHARE * len(words)
    return not is_shouted and not is_asking(text)


def _with_syntax(query: Query, syntax: Syntax) -> Query:
    is_strict = syntax.has_operators or syntax.has_fields
    text = syntax.words if is_strict else re.sub(r'["“”]|\*(?!\w)', "", query.text)
    return replace(query, text=text, condition=syntax.condition, is_strict=is_strict)


def _with_phrasing(query: Query) -> Query:
    """The query with the constructions of plain questions, from the outermost to the innermost."""
    if not is_yes_no(query.text):
        if limited := read_years(query.text):
            query = replace(query, text=limited[0], years=limited[1])
        if not looks_like_title(query.text) and (topic := read_latest(query.text)):
            query = replace(query, text=topic, wants_latest=True)
        if sides := read_sides(query.text):
            return replace(query, sides=sides)
    query = _with_excluded(query)
    both = None if looks_like_title(query.text) else read_also(query.text)
    return replace(query, text=f"{both[0]} {both[1]}", required=both) if both else query


def _with_excluded(query: Query) -> Query:
    found = read_excluding(query.text)
    if found is None:
        return query
    excluded = (*found.excluded, *query.excluded)
    return replace(query, text=found.text, excluded=excluded, has_without=found.how == "without")
