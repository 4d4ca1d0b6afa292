"""How far two reviewers agree beyond chance, over the records that both decided."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence


def cohen_kappa(pairs: Sequence[tuple[str, str]]) -> float | None:
    """Cohen's kappa (1960): (agreed - chance) / (1 - chance), where chance is the sum over verdicts
    of the product of both reviewers' shares. None without pairs, and where both give one and the
    same verdict to all, for then chance alone explains everything."""
    if not pairs:
        return None
    n = len(pairs)
    first, second = Counter(a for a, _ in pairs), Counter(b for _, b in pairs)
    chance = sum(first[verdict] * second[verdict] for verdict in first) / n**2
    return None if chance == 1 else (agreed_share(pairs) - chance) / (1 - chance)


def gwet_ac1(pairs: Sequence[tuple[str, str]], verdicts: int) -> float | None:
    """Gwet's AC1 (2008, "Computing inter-rater reliability and its variance in the presence of high
    agreement"): chance is the sum of q (1 - q) over verdicts, over their number less one, where
    q is a verdict's mean share. It stays near the share of agreement where one verdict is rare.
    None without pairs."""
    if not pairs:
        return None
    shares = Counter(verdict for pair in pairs for verdict in pair)
    both = 2 * len(pairs)
    chance = sum(n / both * (1 - n / both) for n in shares.values()) / (verdicts - 1)
    return (agreed_share(pairs) - chance) / (1 - chance)


def agreed_share(pairs: Sequence[tuple[str, str]]) -> float:
    """The share of pairs whose two verdicts are the same; `pairs` is not empty."""
    return sum(a == b for a, b in pairs) / len(pairs)
