"""Whether an edit of a paragraph says the same: code compares every word and every anchor. Pure.

An edit is accepted if, after words that only connect are set aside, the words are the same in the
same order, with the same anchors behind the same words. Then no figure, name, unit, negation, hedge
or direction can have changed, because each of them is a word that stays. The edit may split and
join sentences, change what connects them, and leave out a sentence that cites nothing and whose
words another sentence has.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from reviewer.text import clean
from reviewer.types import Claim

# Words that connect sentences and state nothing. No preposition, no form of "be", no "or", "if",
# "because", "so", "yet" or "too", and no quantity is among them.
CONNECTING = frozenset(
    "and while whereas which that however moreover furthermore likewise similarly meanwhile here "
    "then also".split()
)
# These connect at the beginning of a clause alone: not in "all but one", not in "beats it".
CONNECTING_FIRST = frozenset("but it they".split())
_PHRASES = re.compile(r"\b(?:by contrast|in contrast|in turn|in addition|at the same time)\b", re.I)
_WORD = re.compile(r"[^\s;—]+")
_CLAUSE_BEFORE = re.compile(r"(?:^|[.,;:!?—]|\b(?:and|but|whereas|while))\s*$", re.IGNORECASE)
_EDGES = "()[]\"“”'‘’*_.,:"

Token = str | tuple[str, ...]


def match_edit(before: Sequence[Claim], after: Sequence[Claim]) -> list[list[Claim]]:
    """For each sentence of an edited paragraph those whose words it has; nothing where the edit
    says something else. The claims of both have resolved citations; one of `after` that cites what
    is not there is another text."""
    if not after or any(claim.dropped or claim.support == "uncited" for claim in after):
        return []
    new = [(token, n) for n, claim in enumerate(after) for token in tokens_of(claim)]
    kept = [claim for n, claim in enumerate(before) if not _is_repeat(n, before)]
    for own in (before, kept):
        old = [(token, claim) for claim in own for token in tokens_of(claim)]
        if [token for token, _ in new] == [token for token, _ in old]:
            parts: list[list[Claim]] = [[] for _ in after]
            for (_, n), (_, claim) in zip(new, old, strict=True):
                if claim not in parts[n]:
                    parts[n].append(claim)
            return parts if all(parts) else []
    return []


def tokens_of(claim: Claim) -> list[Token]:
    """The words of a sentence that state something, in order, in lower case unless they are names
    or figures, and where its anchors stand: each as the sorted places in papers that it cites."""
    anchors = list(claim.anchors)
    loose = set(range(len(claim.citations))).difference(*(a.citations for a in anchors))
    found: list[Token] = []
    at = 0
    for anchor in sorted(anchors, key=lambda anchor: anchor.at):
        found += _words(claim.text[at : anchor.at])
        found.append(_cited(claim, anchor.citations))
        at = anchor.at
    found += _words(claim.text[at:])
    return [*found, _cited(claim, sorted(loose))] if loose else found


def _cited(claim: Claim, places: Sequence[int]) -> tuple[str, ...]:
    cited = (claim.citations[n] for n in places)
    return tuple(sorted(f"{c.paper_id} {c.part} {c.start} {c.end}" for c in cited))


def _words(text: str) -> list[Token]:
    """The stating words of a piece of a sentence. A word that begins with a capital is in lower
    case, as it may begin a sentence; a question mark stays with its word."""
    plain = _PHRASES.sub(" ", clean(text))
    words: list[Token] = []
    for match in _WORD.finditer(plain):
        word = match[0].strip(_EDGES)
        word = word.casefold() if word[1:] == word[1:].casefold() else word
        is_first = word in CONNECTING_FIRST and _CLAUSE_BEFORE.search(plain[: match.start()])
        if word and word not in CONNECTING and not is_first:
            words.append(word)
    return words


def _is_repeat(n: int, claims: Sequence[Claim]) -> bool:
    """True for a sentence that cites nothing and has no word that another one of the paragraph does
    not have."""
    if claims[n].citations:
        return False
    own = set(tokens_of(claims[n]))
    others = (set(tokens_of(claim)) for m, claim in enumerate(claims) if m != n)
    return bool(own) and any(own <= other for other in others)
