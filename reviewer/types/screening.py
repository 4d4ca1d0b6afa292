"""Screening of systematic reviews: what a simulation says of the ranker and the stopping rules."""

from __future__ import annotations

from reviewer.types.frozen import Frozen


class RuleWorth(Frozen):
    """A stopping rule over several orders of reading. `reached`: the share of orders in which at
    least 95 % of the included records were read when it stopped; `worst_recall`: the lowest share;
    `saved`: the mean share of records left unread. All 0 to 1."""

    reached: float
    worst_recall: float
    saved: float


class RankingWorth(Frozen):
    """A ranker, means over several orders of reading, 0 to 1. `wss_95`: work saved over sampling at
    95 % recall; `recall_10`: recall after a tenth of the records; `read_for_all`: the share that is
    read when all included records are found; `rules` by name."""

    wss_95: float
    recall_10: float
    read_for_all: float
    rules: dict[str, RuleWorth]


class Simulation(RankingWorth):
    """The worth of our ranker on one labelled review, and of plain ELAS u4 on the same."""

    records: int
    included: int
    known: int
    seeds: int
    question: str
    embedding: str
    u4: RankingWorth
