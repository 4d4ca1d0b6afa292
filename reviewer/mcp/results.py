"""What a tool gives: a text that is the whole answer, and its twin for programs."""

from __future__ import annotations

import json
import secrets
from dataclasses import dataclass, field
from typing import Any

from reviewer.text import clean
from reviewer.text.invisible import visible
from reviewer.text.views import shorten

MOST_TOKENS = 7500  # of text and twin together: hosts refuse results from 8,000 to 25,000 on
MOST_QUOTED_TOKENS = 5500  # of a paper's text in one result
_CHARS_A_TOKEN = 3.2  # of English, figures and JSON by cl100k
_TOKENS_A_LETTER = 2.0  # of other letters: rare Chinese ones take two, Greek and Cyrillic fewer
_CUT = "\n[The rest is left out: a result has a limit. Ask for less.]"


@dataclass(frozen=True)
class Result:
    """A tool's result. Titles and quotes in it have passed `plain`."""

    text: str
    data: dict[str, Any] = field(default_factory=dict)

    def bounded(self) -> Result:
        """The result within MOST_TOKENS: first the twin goes, then the text is cut."""
        twin = json.dumps(self.data, ensure_ascii=False)
        if tokens_of(self.text) + tokens_of(twin) <= MOST_TOKENS:
            return self
        if tokens_of(self.text) <= MOST_TOKENS:
            return Result(self.text, {"left_out": "see the text"})
        return Result(cut(self.text, MOST_TOKENS) + _CUT, {"left_out": "see the text"})


def tokens_of(text: str) -> float:
    """About how many tokens the text has, rather too many than too few."""
    others = sum(character > "\x7f" for character in text)
    return (len(text) - others) / _CHARS_A_TOKEN + others * _TOKENS_A_LETTER


def cut(text: str, most: int) -> str:
    """The beginning of the text, of at most this many tokens."""
    while tokens_of(text) > most:
        text = text[: int(len(text) * 0.9)]
    return text


def plain(text: str, most: int = 2000) -> str:
    """The text of a paper on one line, without hidden characters, at most `most` characters."""
    return shorten(clean(visible(text)), most)


def fenced(text: str) -> str:
    """A paper's text between marks that it cannot know, so that it cannot end the quotation."""
    mark = secrets.token_hex(4)
    return f"<paper {mark}>\n{text}\n</paper {mark}>"
