"""Screens a review whose decisions are known, to see what the ranker and the rules are worth."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from reviewer.library.embeddings.embedding import Embedding
from reviewer.library.index.stemming import Stemmer
from reviewer.tasks.screening.features import Features, make_features, term_rows
from reviewer.tasks.screening.labelled import LabelledRecord
from reviewer.tasks.screening.ranker import (
    Ranker,
    Start,
    best_unread,
    in_turn,
    order_by_search,
    turn_of,
)
from reviewer.tasks.screening.stopping import RECALL, RULES, LogFactorials, stops_at
from reviewer.text.views import one_line
from reviewer.types.progress import Progress, silent
from reviewer.types.screening import RankingWorth, RuleWorth, Simulation

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

# The ranker learns after each decision up to here, then after every further 1 %.
_EACH, _SHARE = 300, 0.01
_EMBEDDED = 64  # texts at once, so that progress can be said


@dataclass(frozen=True)
class SimulationOptions:
    """`question` is the review's, with its criteria; `known` are records (from 0) that are decided
    before the first is read; `seeds` is how often it is repeated. `model_errors` are the
    sensitivity and the specificity of a simulated model, whose suggestions order records too."""

    question: str = ""
    known: tuple[int, ...] = ()
    seeds: int = 4
    model_errors: tuple[float, float] | None = None


def simulate(
    records: Sequence[LabelledRecord],
    embedding: Embedding | None,
    options: SimulationOptions,
    progress: Progress = silent,
) -> Simulation:
    """The worth of our ranker, and of ELAS u4 (ASReview's) beside it, over the same records."""
    import numpy as np

    labels = np.array([record.is_included for record in records])
    texts = [f"{record.title}\n\n{record.abstract}" for record in records]
    question = one_line(options.question)
    pool, row = len(records), len(records) if question else None
    ours = features_of_records(records, embedding, question, progress)
    plain = Features(term_rows([_words(text) for text in texts], pool))
    orders: dict[str, list[list[bool]]] = {"ours": [], "u4": []}
    for seed in range(options.seeds):
        shuffled = np.random.default_rng(seed).permutation(pool)
        found = shuffled if row is None else order_by_search(ours, row, pool)
        for name, features, start in (
            ("ours", ours, Start(found, row)),
            ("u4", plain, Start(shuffled)),
        ):
            progress(f"Screening ({name})", seed, options.seeds)
            order = screen_all(features, start, labels, options.known, seed)
            orders[name].append([bool(labels[n]) for n in order])
        if options.model_errors:
            progress("Screening (with a model)", seed, options.seeds)
            said = simulated_verdicts(labels, len(ours), options.model_errors, seed)
            beside, start = replace(ours, verdicts=said), Start(found, row)
            order = screen_all(beside, start, labels, options.known, seed)
            orders.setdefault("with model", []).append([bool(labels[n]) for n in order])
    worth = {name: worth_of(own, len(options.known)) for name, own in orders.items()}
    return Simulation(
        records=pool,
        included=int(labels.sum()),
        known=len(options.known),
        seeds=options.seeds,
        question=question,
        embedding="" if embedding is None else embedding.name,
        u4=worth["u4"],
        model_errors=" / ".join(map(str, options.model_errors or ())),
        with_model=worth.get("with model"),
        **dict(worth["ours"]),
    )


def features_of_records(
    records: Sequence[LabelledRecord],
    embedding: Embedding | None,
    question: str,
    progress: Progress = silent,
) -> Features:
    """What records are compared by; the question, if there is one, is the last row."""
    texts = [f"{record.title}\n\n{record.abstract}" for record in records]
    every = [*texts, question] if question else texts
    vectors = None if embedding is None else _embedded(every, embedding, progress)
    titles = [*(record.title for record in records), question][: len(every)]
    stemmer = Stemmer()
    return make_features(stemmer.of(titles), stemmer.of(every), vectors, len(records))


def screen_all(
    features: Features,
    start: Start,
    labels: NDArray[np.bool_],
    known: Sequence[int],
    seed: int,
) -> list[int]:
    """All records in the order in which they are decided, the known ones first."""
    import numpy as np

    ranker = Ranker(features, start, len(labels), seed)
    decided: dict[int, bool] = {}

    def decide(record: int) -> None:
        decided[record] = bool(labels[record])
        ranker.learn(record, is_included=decided[record])

    for record in known:
        decide(record)
    verdicts = features.verdicts
    while len(decided) < len(labels):
        most = 1 if len(decided) < _EACH else math.ceil(_SHARE * len(decided))
        order = best_unread(ranker.scores(), decided, len(labels))
        for _ in range(min(most, len(order))):
            first = 0
            if verdicts is not None:
                turn = turn_of(len(decided), sum(decided.values()))
                record = int(in_turn(turn, order, start, verdicts)[0])
                first = int(np.flatnonzero(order == record)[0])
            decide(int(order[first]))
            order = np.delete(order, first)
    return list(decided)


def simulated_verdicts(
    labels: NDArray[np.bool_], rows: int, errors: tuple[float, float], seed: int
) -> NDArray[np.float64]:
    """The suggestions of a model that errs at random: 1 to include, -1 to exclude, 0 for rows that
    are no records. Real errors hang together; these do not."""
    import numpy as np

    sensitivity, specificity = errors
    draw = np.random.default_rng([seed, 28])
    is_right = draw.random(len(labels)) < np.where(labels, sensitivity, specificity)
    verdicts = np.zeros(rows)
    verdicts[: len(labels)] = np.where(labels == is_right, 1.0, -1.0)
    return verdicts


def worth_of(orders: Sequence[Sequence[bool]], known: int = 0) -> RankingWorth:
    """The measures of orders of reading, True for an included record; means over the orders. The
    first `known` records count as read, as in the ASReview project's own figures.

    WSS@95 is the work saved over sampling at 95 % recall (Cohen et al. 2006): the share of records
    left unread when 95 % of the included are found, less 0.05.
    """
    wss, early, everything = [], [], []
    for order in orders:
        total = sum(order)
        at95 = _read_for(order, math.ceil(RECALL * total - 1e-9))
        wss.append(1 - at95 / len(order) - 0.05)
        tenth = max(1, round(0.1 * len(order)))
        early.append(sum(order[:tenth]) / total)
        everything.append(_read_for(order, total) / len(order))
    factorials = LogFactorials(len(orders[0]))
    rules = {}
    for rule in RULES:
        stops = [max(stops_at(rule, order, len(order), factorials), known) for order in orders]
        recalls = [sum(o[:n]) / sum(o) for o, n in zip(orders, stops, strict=True)]
        rules[rule.name] = RuleWorth(
            reached=_mean([recall >= RECALL for recall in recalls]),
            worst_recall=min(recalls),
            saved=_mean([1 - n / len(o) for o, n in zip(orders, stops, strict=True)]),
        )
    return RankingWorth(
        wss_95=_mean(wss), recall_10=_mean(early), read_for_all=_mean(everything), rules=rules
    )


def _read_for(order: Sequence[bool], wanted: int) -> int:
    found = 0
    for n, is_included in enumerate(order, 1):
        found += is_included
        if found >= wanted:
            return n
    return len(order)


def _mean(values: Sequence[float]) -> float:
    return round(sum(values) / len(values), 4)


def _words(text: str) -> list[str]:
    """The words as scikit-learn's TfidfVectorizer cuts them: two letters or more, in lower case."""
    import re

    return re.findall(r"\b\w\w+\b", text.lower())


def _embedded(
    texts: Sequence[str], embedding: Embedding, progress: Progress
) -> NDArray[np.float32]:
    import numpy as np

    made = []
    for n in range(0, len(texts), _EMBEDDED):
        progress("Embedding", n, len(texts))
        made.append(embedding.embed(list(texts[n : n + _EMBEDDED])))
    return np.concatenate(made)
