"""Removes from a writer's words what only code may add: links and citations. Pure."""

from __future__ import annotations

import re
from collections.abc import Callable, Set

_ADDRESS = re.compile(
    r"(?:[a-z][a-z0-9+.-]{0,30}://|www\.)\S*|\b(?:javascript|mailto|xmpp):\S+", re.IGNORECASE
)
_YEAR = r"(?:19|20)\d\d"
_KEY = rf"[a-z][\w-]*-(?:{_YEAR}|nd)(?:-\w+)*|[a-z]{{2,}}{_YEAR}[a-z]*|@[\w:.-]+"
_TAG = rf"[EC]\d+|{_KEY}"
_ONE = rf"(?:[1-9]\d{{0,2}}(?:\s?[-–]\s?\d{{1,3}})?|{_TAG})"
_BRACKETED = re.compile(
    rf"\s?(?:\[\^?{_ONE}(?:\s?[,;]\s?{_ONE})*\]"  # [1, 2-4], [E1]; but [0, 1] is an interval
    rf"|\((?:{_TAG})(?:\s?[,;]\s?(?:{_TAG}))*\)"  # (E1; smith-2099-fake)
    rf"|[(\[](?:[^()\[\]]{{0,200}}\bet al[^()\[\]]{{0,20}}|[A-Z][^()\[\]]{{1,80}},\s)"
    rf"{_YEAR}[a-z]?[)\]]"  # (Smith et al., 2099), [Smith, 2099]
    r"|\\[a-z]{0,9}cite[a-z]{0,9}\*?(?:\[[^\]]*\])*\{[^}]*\})"
)
_IN_WORDS = re.compile(
    r"(?<!\w)@[A-Za-z][\w:.-]{0,60}\d[\w:-]*"
    rf"|(?<![\w-])(?:[a-z][a-z0-9]{{0,40}}-{_YEAR}-[a-z0-9-]+"  # smith-2099-fake, not mid-2024
    rf"|[a-z][a-z0-9-]{{0,80}}-[a-z0-9]{{1,40}}-(?:{_YEAR}|nd)|[a-z]{{3,40}}{_YEAR}[a-z]+)(?![\w-])"
    r"|[A-Z][\w'’-]{1,40}(?:\s(?:and|&)\s[A-Z][\w'’-]{1,40}|\set al\.?),?"
    rf"\s\(?{_YEAR}[a-z]?\)?"  # Smith et al. (2099)
)


def without_addresses(text: str) -> str:
    """The text with "(link removed)" for each address: only references have links."""
    return _ADDRESS.sub("(link removed)", text).strip()


def without_citations(text: str, own: Set[str]) -> tuple[str, list[str]]:
    """The text without what looks like a citation, and a list of those that are invented. `own` are
    the tags and keys of what the sentence does cite; its own keys may stay in the sentence."""
    invented: list[str] = []

    def remove(match: re.Match[str]) -> str:
        if not set(re.findall(r"[\w-]+", match.group())) <= own:
            invented.append(match.group().strip())
        return ""

    def remove_in_words(match: re.Match[str]) -> str:
        return match.group() if match.group() in own else remove(match) or "(citation removed)"

    text = _until_same(text, lambda said: _BRACKETED.sub(remove, said))
    text = _until_same(text, lambda said: _IN_WORDS.sub(remove_in_words, said))
    return text, list(dict.fromkeys(invented))


def _until_same(text: str, change: Callable[[str], str]) -> str:
    """The text changed until nothing changes: what is removed may have been inside another."""
    while (changed := change(text)) != text:
        text = changed
    return text
