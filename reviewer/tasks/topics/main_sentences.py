"""The sentence in which an abstract says what it does, and the one that says what it finds."""

from __future__ import annotations

import re
from collections.abc import Callable
from itertools import chain

from reviewer.grounding.sentence_numbers import cite_span
from reviewer.text import clean
from reviewer.types import Citation, Evidence
from reviewer.types.evidence import Sentence

_OWN_WORK = re.compile(
    r"\b(?:in this (?:paper|work|study|article|survey|review),?|this (?:paper|work|study|article"
    r"|survey|review)|we (?:\w+ )?(?:propose|present|introduce|develop|study|investigate|explore"
    r"|examine|analy[sz]e|ask|aim|survey|review|describe|consider))\b",
    re.IGNORECASE,
)
_FINDING = re.compile(
    r"\b(?:outperform\w*|improves?|surpass\w*|achiev\w*|(?:we|experiments?|results?|findings?"
    r"|analys[ei]s|evaluations?) (?:[\w-]+ ){0,5}?(?:find|found|show|demonstrate|observe|prove"
    r"|discover|reveal|suggest|confirm|indicate)s?)\b",
    re.IGNORECASE,
)
_NO_FINDING = re.compile(
    r"\b(?:release|open[- ]sourc\w+|publicly available|available at|code (?:is|and)"
    r"|future (?:directions|research|work)|directions for)\b|://",
    re.IGNORECASE,
)


def purpose_of(item: Evidence) -> Citation | None:
    """The first sentence of its own work; else the first objective or method."""
    own = [s for s in item.sentences if not s.is_reported]
    return _first(
        item,
        own,
        lambda s: _OWN_WORK.search(clean(s.text)) is not None and s.part != "result",
        lambda s: s.part in ("objective", "method"),
    )


def finding_of(item: Evidence) -> Citation | None:
    """The first result that says so in words of findings; else the first result. What is released
    and what is to be done is no finding."""
    own = [s for s in item.sentences if not s.is_reported and not _NO_FINDING.search(s.text)]
    results = [s for s in own if s.part == "result"]
    return _first(
        item, results, lambda s: _FINDING.search(clean(s.text)) is not None, lambda _: True
    )


def _first(
    item: Evidence, sentences: list[Sentence], *tests: Callable[[Sentence], bool]
) -> Citation | None:
    """The first sentence that passes the first test, else the second."""
    passing = chain.from_iterable(filter(test, sentences) for test in tests)
    found = next(passing, None)
    return cite_span(item, item.chunk.part, found.start, found.end) if found else None
