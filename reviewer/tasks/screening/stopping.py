"""Rules that say when reading on is hardly worth it. A stop excludes nothing."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from reviewer.errors import UsageError

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

RECALL = 0.95
MOST_RECORDS = 1_000_000


@dataclass(frozen=True)
class Rule:
    """A rule stops when all that it names holds: `p` that more than 5 % of what is to be included
    is still unread is below `below`, at least `in_a_row` records in a row were excluded, and at
    least the share `budget` of all records is read."""

    name: str
    below: float = math.inf
    in_a_row: int = 0
    share_in_a_row: float = 0.0
    budget: float = 0.0


STRICT = Rule("strict", below=0.05)
NORMAL = Rule("normal", below=0.5, in_a_row=50)
# Rules of other tools and of protocols, to be compared with; most stop too early.
OTHERS = (
    Rule("row:50", in_a_row=50),
    Rule("row:100", in_a_row=100),
    Rule("row:200", in_a_row=200),
    Rule("row:5%", share_in_a_row=0.05),
    Rule("budget:50%", budget=0.5),
)
RULES = (NORMAL, STRICT, *OTHERS)


class LogFactorials:
    """ln(n!) of the numbers up to `most`, for the hypergeometric distribution."""

    def __init__(self, most: int) -> None:
        import numpy as np

        self._known: NDArray[np.float64] = np.array([math.lgamma(n + 1) for n in range(most + 1)])

    def choose(self, of: NDArray[np.int64], some: NDArray[np.int64]) -> NDArray[np.float64]:
        """ln of "`of` choose `some`"; -inf where that cannot be."""
        import numpy as np

        is_possible = (some >= 0) & (some <= of)
        few, all_ = np.where(is_possible, some, 0), np.where(is_possible, of, 0)
        ways = self._known[all_] - self._known[few] - self._known[all_ - few]
        return np.where(is_possible, ways, -np.inf)


def missed_p(
    decisions: Sequence[bool],
    records: int,
    recall: float = RECALL,
    known: LogFactorials | None = None,
) -> float:
    """How likely decisions like these are if less than `recall` of all records to include were
    found: the p value of Callaghan and Mueller-Hansen (2020, "Statistical stopping criteria for
    automated screening in systematic reviews", Systematic Reviews 9:273).

    `decisions` are in the order of reading, True for an included record; `records` counts all, read
    or not. Each stretch of reading up to now is taken as a random sample of what was unread before
    it (the ranker does better, so the real p is lower); the lowest p counts. It is lowest for a
    stretch that begins right after an included record or with the first, so these are looked at.
    1.0 while nothing is read.
    """
    import numpy as np

    read = len(decisions)
    if not read:
        return 1.0
    found_at = np.flatnonzero(np.asarray(decisions, dtype=bool))
    found = len(found_at)
    begins = np.concatenate([[0], found_at + 1])
    begins = begins[begins < read]
    drawn = read - begins
    inside = found - np.searchsorted(found_at, begins)
    # The least that there would be in each stretch and after it, if the recall were missed.
    most = np.floor(found / recall + 1 - (found - inside)).astype(np.int64)
    left = records - begins
    if (most > left).any():
        return 0.0  # there is no room for so many
    known = known or LogFactorials(records)
    hits = np.arange(inside.max() + 1)[None, :]
    ways = (
        known.choose(most[:, None], hits)
        + known.choose((left - most)[:, None], drawn[:, None] - hits)
        - known.choose(left, drawn)[:, None]
    )
    shares = np.where(hits <= inside[:, None], np.exp(ways), 0.0)
    return float(min(1.0, shares.sum(axis=1).min()))


def stops_at(
    rule: Rule, decisions: Sequence[bool], records: int, known: LogFactorials | None = None
) -> int:
    """After how many of these decisions the rule first says stop; their number if it never does.
    It never stops before something was included."""
    known = known or LogFactorials(records)
    in_a_row, found = 0, 0
    row = max(rule.in_a_row, math.ceil(rule.share_in_a_row * records))
    for n, is_included in enumerate(decisions, 1):
        in_a_row = 0 if is_included else in_a_row + 1
        found += is_included
        if is_included or not found or in_a_row < row or n < rule.budget * records:
            continue
        if rule.below == math.inf or missed_p(decisions[:n], records, known=known) < rule.below:
            return n
    return len(decisions)


def rule_named(name: str, records: int) -> Rule:
    """The rule of this name over so many records: `normal`, `strict`, `budget:N`, `budget:N%`,
    `row:N` or `row:N%`. Raises UsageError for another name."""
    kind, _, amount = name.partition(":")
    for rule in (NORMAL, STRICT):
        if name == rule.name:
            return rule
    number, is_share = amount.removesuffix("%"), amount.endswith("%")
    if kind in ("budget", "row") and number.isdecimal() and 0 < int(number) <= MOST_RECORDS:
        if is_share and int(number) <= 100:
            share = int(number) / 100
            is_budget = kind == "budget"
            return Rule(name, budget=share) if is_budget else Rule(name, share_in_a_row=share)
        if not is_share and kind == "row":
            return Rule(name, in_a_row=int(number))
        if not is_share:
            return Rule(name, budget=min(1.0, int(number) / max(1, records)))
    raise UsageError(
        f"unknown stopping rule '{name[:40]}'",
        hint="Use normal, strict, budget:500, budget:50%, row:100 or row:5%.",
    )


def is_reached(
    rule: Rule, decisions: Sequence[bool], records: int, known: LogFactorials | None = None
) -> bool:
    """True when the rule says stop after these decisions. A budget stops also where nothing was
    included, any other rule does not; every rule when all records are read."""
    if len(decisions) >= records:
        return True
    if rule.budget:
        return len(decisions) >= rule.budget * records - 1e-9
    in_a_row = next((n for n, found in enumerate(reversed(decisions)) if found), len(decisions))
    row = max(rule.in_a_row, math.ceil(rule.share_in_a_row * records))
    if not any(decisions) or in_a_row < row:
        return False
    return rule.below == math.inf or missed_p(decisions, records, known=known) < rule.below


def left_to_read(rule: Rule, decisions: Sequence[bool], records: int) -> int:
    """How many more records are to be read until the rule says stop, if none is to be included."""
    known, least, most = LogFactorials(records), 0, max(0, records - len(decisions))
    while least < most:
        middle = (least + most) // 2
        if is_reached(rule, [*decisions, *[False] * middle], records, known):
            most = middle
        else:
            least = middle + 1
    return least


def least_recall(decisions: Sequence[bool], records: int, below: float = 0.05) -> float:
    """The highest recall, in whole per cents, that the test of `missed_p` shows: that a lower one
    was reached is rejected at the level `below`. 0.0 where it rejects none."""
    known, least, most = LogFactorials(records), 0, 100
    while least < most:
        middle = (least + most + 1) // 2
        if missed_p(decisions, records, middle / 100, known) < below:
            least = middle
        else:
            most = middle - 1
    return least / 100
