"""Which sentences of a draft state something, so that they need a citation. Pure."""

from __future__ import annotations

import re

from reviewer.types.checks import DraftSentence

_ABOUT_THE_TEXT = (
    r"(?:review|survey|discuss|describe|compare|summari[sz]e|organi[sz]e|cover|present|outline"
    r"|consider|introduce|examine|group|turn to|focus on|begin with|start with|conclude with)"
)
_SIGNPOST = re.compile(
    r"(?:in (?:what follows|this (?:section|paper|review|survey|chapter)),?\s|below,?\s|here,?\s"
    r"|next,?\s|first,?\s|finally,?\s)?"
    rf"(?:(?:this|the (?:next|following|present|last)) (?:section|paper|review|survey|chapter"
    rf"|paragraph|table|figure|part)s? {_ABOUT_THE_TEXT}(?:s|es)?\b|we (?:now |first |next )?"
    rf"{_ABOUT_THE_TEXT}\b)",
    re.IGNORECASE,
)
_THAT = re.compile(r"\b(?:that|because|since|whereas)\b", re.IGNORECASE)
_FEWEST_WORDS = 4  # of a fragment without a stop at its end


def is_statement(sentence: DraftSentence) -> bool:
    """Whether the sentence states something. A question does not, nor does a sentence that only
    says what the text does ("This section reviews ..."), a line that leads to a list, and a
    fragment such as the item of a list."""
    text = sentence.text.strip()
    if sentence.quotes:
        return True
    if text.endswith(("?", ":")):
        return False
    if _SIGNPOST.match(text) and not _THAT.search(text) and not re.search(r"\d", text):
        return False
    words = re.findall(r"[^\W\d_]+", text)
    return len(words) >= _FEWEST_WORDS or (len(words) > 1 and text.endswith((".", "!")))
