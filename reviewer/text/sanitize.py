"""A writer's own words without what only code may add: links and citations. Pure."""

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
    """Addresses in a writer's words lead nowhere: only references carry links."""
    return _ADDRESS.sub("(link removed)", text).strip()


def without_citations(text: str, own: Set[str]) -> tuple[str, list[str]]:
    """The text without what looks like a citation, and those that name others than `own`: tags and
    keys of what the sentence cites anyway. Keys of its own may stand in the sentence."""
    invented: list[str] = []

    def gone(match: re.Match[str]) -> str:
        if set(re.findall(r"[\w-]+", match.group())) <= own:
            return ""
        invented.append(match.group().strip())
        return ""

    def named(match: re.Match[str]) -> str:
        is_own = match.group() in own
        return match.group() if is_own else gone(match) or "(citation removed)"

    text = _until_same(text, lambda said: _BRACKETED.sub(gone, said))
    text = _until_same(text, lambda said: _IN_WORDS.sub(named, said))
    return text, list(dict.fromkeys(invented))


def _until_same(text: str, change: Callable[[str], str]) -> str:
    """Changed again and again, for what is taken out may have stood inside another."""
    changed = change(text)
    while changed != text:
        text, changed = changed, change(changed)
    return text
