"""The syntax of librarians: fields, quoted phrases, AND, OR, NOT, parentheses, truncation. Pure."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from reviewer.text.keywords import STOP_WORDS

FIELDS = ("title", "author", "abstract", "venue", "year", "tag")
OPERATORS = ("AND", "OR", "NOT")
SHORTEST_STEM = 3  # letters before the * of a truncation
_MOST_DEPTH = 20  # parentheses inside parentheses
_SHORT_WORDS = 8
_YEARS = re.compile(r"(\d{4})?(?:(:|-|–)(\d{4})?)?")

_TOKEN = re.compile(
    r"""
    (?P<space>\s+)
  | (?P<mark>[()])
  | (?P<field>[^\W\d_]\w*):(?=["“(:]|\w|\s)
  | ["“„](?P<phrase>[^"“”„]*)["“”]
  | (?<![\d\\])(?P<quote>["“”„])
  | (?P<word>(?:[^\s()"“”„]|(?<=\\)")+|["“”„])
    """,
    re.VERBOSE,
)


@dataclass(frozen=True)
class Term:
    """One thing to look for, in one field or, without a field, in title, abstract and text. A
    phrase `is_exact`; a truncation `is_prefix`, and `words` has no star."""

    words: str
    field: str = ""
    is_exact: bool = False
    is_prefix: bool = False

    def __str__(self) -> str:
        shown = f'"{self.words}"' if self.is_exact else f"{self.words}{'*' * self.is_prefix}"
        return f"{self.field}:{shown}" if self.field else shown


@dataclass(frozen=True)
class Group:
    """Conditions joined by one operator; NOT has one."""

    operator: Literal["AND", "OR", "NOT"]
    parts: tuple[Condition, ...]

    def __str__(self) -> str:
        if self.operator == "NOT":
            return f"NOT {_inside(self.parts[0])}"
        return f" {self.operator} ".join(map(_inside, self.parts))


Condition = Term | Group
"""What a paper must meet."""


def _inside(part: Condition) -> str:
    """A part of a group as it is shown there."""
    is_bare = isinstance(part, Term) or part.operator == "NOT"
    return str(part) if is_bare else f"({part})"


class SlipError(Exception):
    """The syntax cannot be read; the message says why, for the user."""


@dataclass(frozen=True)
class Syntax:
    """A question in the syntax of librarians. `condition` is what papers must meet, `words` those
    that rank, in order. `has_operators`: it has AND, OR or NOT, so that every word is a condition;
    `has_fields`: it has a field."""

    condition: Condition | None
    words: str
    has_operators: bool = False
    has_fields: bool = False


@dataclass(frozen=True)
class _Token:
    kind: str  # mark, field, phrase, quote or word
    text: str

    @property
    def is_operator(self) -> bool:
        return self.kind == "word" and self.text in OPERATORS

    @property
    def is_truncated(self) -> bool:
        stem = self.text.removesuffix("*")
        return self.kind == "word" and stem != self.text and stem.isalpha()

    @property
    def is_phrase(self) -> bool:
        return self.kind == "phrase" and re.search(r"\w", self.text) is not None


def read_syntax(question: str, *, with_operators: bool = True) -> Syntax | None:
    """What a question asks for in this syntax; None when it uses none of it. Without
    `with_operators` AND, OR and NOT are words. In a long text a star is a footnote, and a word
    before a colon that is not one of FIELDS is a word. Raises SlipError for a quotation mark or a
    parenthesis that is not closed, an unknown field, or an operator that joins nothing."""
    is_short = len(question.split()) <= _SHORT_WORDS
    tokens = _tokens(question, is_short)
    has_operators = with_operators and any(token.is_operator for token in tokens)
    has_fields = any(token.kind == "field" for token in tokens)
    if any(token.kind == "quote" for token in tokens):
        raise SlipError("a quotation mark is not closed")
    if has_operators or has_fields:
        return _Parser(tokens, has_operators, has_fields).read()
    if any(token.is_phrase or (is_short and token.is_truncated) for token in tokens):
        plain = [token for token in tokens if token.kind != "mark"]
        return _Parser(plain, has_operators=False, has_fields=False).read()
    return None


def _tokens(question: str, is_short: bool) -> list[_Token]:
    """The tokens without white space."""
    found: list[_Token] = []
    for match in _TOKEN.finditer(question):
        kind = match.lastgroup or ""
        text = match[kind]
        if kind == "field" and not _is_field(text, question[match.end()], is_short):
            kind, text = "word", f"{text}:"
        if kind != "space":
            found.append(_Token(kind, text.lower() if kind == "field" else text))
    return found


def _is_field(name: str, following: str, is_short: bool) -> bool:
    """Whether a word before a colon is a field, by the character after the colon: it is one of
    FIELDS or, in a short question, looks like one and nothing else (`journal:nature`)."""
    if following.isspace():
        return name in FIELDS
    if name.lower() in FIELDS:
        return True
    is_name = is_short and name.isalpha() and name.islower()
    return is_name and (following.isalpha() or following in '"“(')


class _Parser:
    """Recursive descent: OR binds less than AND, and AND less than NOT. Words side by side are
    joined by AND; without operators, plain words are no condition."""

    def __init__(self, tokens: Sequence[_Token], has_operators: bool, has_fields: bool) -> None:
        self._tokens = tokens
        self._has_operators = has_operators
        self._has_fields = has_fields
        self._at = 0
        self._fields = [""]  # of the parentheses that are open
        self._words: list[str] = []

    def read(self) -> Syntax:
        condition = self._any()
        if self._next() == ")":
            raise SlipError("a parenthesis is not opened")
        if condition is not None and _is_negative(condition):
            raise SlipError("NOT has nothing to leave papers out of")
        words = " ".join(self._words)
        return Syntax(condition, words, self._has_operators, self._has_fields)

    def _next(self) -> str:
        """The next operator or parenthesis, `.` for anything else, or nothing at the end."""
        if self._at == len(self._tokens):
            return ""
        token = self._tokens[self._at]
        is_sign = token.kind == "mark" or (self._has_operators and token.is_operator)
        return token.text if is_sign else "."

    def _any(self) -> Condition | None:
        parts = [self._all()]
        while self._next() == "OR":
            self._at += 1
            parts.append(self._all())
        if len(parts) > 1 and None in parts:
            raise SlipError("OR joins nothing on one side")
        return _joined("OR", parts)

    def _all(self) -> Condition | None:
        parts: list[Condition | None] = []
        while (following := self._next()) not in ("", "OR", ")"):
            if following == "AND":
                self._at += 1
                if not parts or self._next() in ("", "AND", "OR", ")"):
                    raise SlipError("AND joins nothing on one side")
            parts.append(self._one())
        return _joined("AND", parts)

    def _one(self) -> Condition | None:
        following = self._next()
        if following == "NOT":
            return self._not()
        if following == "(":
            return self._parentheses("")
        token = self._tokens[self._at]
        self._at += 1
        return self._fielded(token.text) if token.kind == "field" else self._term(token, "")

    def _not(self) -> Condition | None:
        self._at += 1
        if self._next() in ("", ")", *OPERATORS):
            raise SlipError("NOT joins nothing")
        words = list(self._words)
        part = self._one()
        self._words = words  # what is left out does not rank
        return Group("NOT", (part,)) if part is not None else None

    def _parentheses(self, field: str) -> Condition | None:
        if len(self._fields) > _MOST_DEPTH:
            raise SlipError("there are too many parentheses inside parentheses")
        self._fields.append(field or self._fields[-1])
        self._at += 1
        inside = self._any()
        if self._next() != ")":
            raise SlipError("a parenthesis is not closed")
        self._at += 1
        self._fields.pop()
        return inside

    def _fielded(self, field: str) -> Condition | None:
        if field not in FIELDS:
            known = ", ".join(f"{name}:" for name in FIELDS)
            raise SlipError(f"there is no field {field}: (use {known})")
        if self._next() == "(":
            return self._parentheses(field)
        if self._next() != "." or self._tokens[self._at].kind == "field":
            raise SlipError(f"{field}: is followed by nothing to look for")
        self._at += 1
        return self._term(self._tokens[self._at - 1], field)

    def _term(self, token: _Token, field: str) -> Condition | None:
        field = field or self._fields[-1]
        text = token.text.strip(" .,;?!")
        if not re.search(r"\w", text):
            return None
        if field == "year":
            years_of(text)
        stem = text.removesuffix("*") if token.kind == "word" else text
        if field in ("", "title", "abstract"):
            self._words.append(stem)
        is_exact, is_prefix = token.kind == "phrase", stem != text
        if is_prefix and len(stem) < SHORTEST_STEM:
            raise SlipError(f"{text} has fewer than {SHORTEST_STEM} letters before its star")
        is_empty = not (field or is_exact or is_prefix) and stem.casefold() in STOP_WORDS
        if is_empty or not (field or is_exact or is_prefix or self._has_operators):
            return None
        return Term(stem, field, is_exact, is_prefix)


def _joined(operator: Literal["AND", "OR"], parts: Sequence[Condition | None]) -> Condition | None:
    kept = tuple(part for part in parts if part is not None)
    if len(kept) < 2:
        return kept[0] if kept else None
    return Group(operator, kept)


def _is_negative(condition: Condition) -> bool:
    """True when it only leaves papers out."""
    if isinstance(condition, Term):
        return False
    parts = map(_is_negative, condition.parts)
    return condition.operator == "NOT" or (any if condition.operator == "OR" else all)(parts)


def years_of(words: str) -> tuple[int | None, int | None]:
    """The first and the last year of `2024`, `2019-2022`, `2019:` or `:2022`. Raises SlipError for
    anything else."""
    found = _YEARS.fullmatch(words.strip())
    if found is None or not (found[1] or found[3]):
        raise SlipError(f"year:{words} is not a year (use year:2024, year:2019-2022 or year:2019:)")
    first = int(found[1]) if found[1] else None
    last = int(found[3]) if found[3] else (None if found[2] else first)
    if first and last and first > last:
        raise SlipError(f"year:{words} ends before it begins")
    return first, last
