"""Trains the weights of `reviewer/grounding/word_verdicts.py` and says how well they do elsewhere.

Reads the claims of Check-COVID (`eval/checkcovid`), each beside the sentence of an abstract that
decides it, or beside one that does not. Prints macro-F1 by cross-validation, all claims about one
abstract being in one fold, and the weights of a model of all claims, to be copied.
"""

from __future__ import annotations

import argparse
import json
import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from sets import SHARED

from reviewer.grounding import word_verdicts
from reviewer.grounding.word_verdicts import features_of
from reviewer.text import sentence_spans

LABELS = ("SUPPORT", "REFUTE", "NOTENOUGHINFO")
SEEMINGS = ("supported", "contradicted", "not enough")
FOLDS, SHUFFLES = 10, 5
PENALTY = 0.1  # on squared weights of standardised features
STEPS = 400


@dataclass(frozen=True)
class Pair:
    """A claim, the sentences of an abstract, those of them that decide, and the label's number."""

    claim: str
    abstract: str
    sentences: tuple[str, ...]
    deciding: tuple[int, ...]
    label: int


def pairs_of(folder: Path) -> list[Pair]:
    """The pairs of a folder with `library.jsonl` and `pairs.jsonl`."""
    abstracts = {own["key"]: own["abstract"] for own in _objects(folder / "library.jsonl")}
    pairs = []
    for own in _objects(folder / "pairs.jsonl"):
        text = abstracts[f"c{own['cord_id']}"]
        sentences = tuple(text[a:b] for a, b in sentence_spans(text))
        named = (found["sent_index"] for found in own["evidence_set"])
        deciding = tuple(min(n, len(sentences) - 1) for n in named)
        label = LABELS.index(own["label"])
        pairs.append(Pair(own["claim"], text, sentences, deciding, label))
    return pairs


def _objects(path: Path) -> Iterator[dict[str, Any]]:
    for line in path.read_text(encoding="utf-8").splitlines():
        yield json.loads(line)


def deciding_features(pair: Pair) -> dict[str, float]:
    """The features of the deciding sentence; of several, of the one that covers most of the claim:
    how many there are must not tell."""
    features = features_of(pair.claim, pair.sentences)
    return min((features[n] for n in pair.deciding), key=lambda own: own["behind"])


def macro_f1(labels: Sequence[int], given: Sequence[int]) -> tuple[float, list[float]]:
    """The mean of the three classes' F1, and each of them."""
    true, said = np.asarray(labels), np.asarray(given)
    each = []
    for k in range(len(LABELS)):
        both = int(((true == k) & (said == k)).sum())
        each.append(2 * both / max(1, int((true == k).sum() + (said == k).sum())))
    return sum(each) / len(each), each


def _softmax(sums: Any) -> Any:  # noqa: ANN401  arrays
    shares = np.exp(sums - sums.max(axis=1, keepdims=True))
    return shares / shares.sum(axis=1, keepdims=True)


def train(features: Any, labels: Any) -> Any:  # noqa: ANN401  arrays
    """Weights (features, 3) for raw features whose first column is 1, by accelerated gradient
    descent (Nesterov 1983) on the penalised likelihood of standardised ones."""
    mean, spread = features[:, 1:].mean(axis=0), features[:, 1:].std(axis=0).clip(1e-6)
    rows = np.column_stack([np.ones(len(features)), (features[:, 1:] - mean) / spread])
    wanted = np.eye(len(LABELS))[labels]
    penalty = np.full((rows.shape[1], 1), PENALTY)
    penalty[0] = 0
    step = 1 / (np.linalg.norm(rows, 2) ** 2 / len(rows) / 2 + PENALTY)
    weights = ahead = np.zeros((rows.shape[1], len(LABELS)))
    for n in range(STEPS):
        slope = rows.T @ (_softmax(rows @ ahead) - wanted) / len(rows) + penalty * ahead
        following = ahead - step * slope
        ahead = following + n / (n + 3) * (following - weights)
        weights = following
    raw = weights[1:] / spread[:, None]
    return np.vstack([weights[0] - mean @ raw, raw])


def cross_validated(features: Any, labels: Any, groups: Sequence[str], seed: int) -> Any:  # noqa: ANN401
    """Probabilities (pairs, 3), each from a model that saw no pair of the same group."""
    found = np.zeros((len(labels), len(LABELS)))
    for own, rest in _folds(groups, seed):
        found[own] = _softmax(features[own] @ train(features[rest], labels[rest]))
    return found


def _folds(groups: Sequence[str], seed: int) -> Iterator[tuple[Any, Any]]:
    """The pairs of each fold, and the others."""
    order = sorted(set(groups))
    random.Random(seed).shuffle(order)
    fold_of = {group: n % FOLDS for n, group in enumerate(order)}
    folds = np.array([fold_of[group] for group in groups])
    for fold in range(FOLDS):
        yield np.flatnonzero(folds == fold), np.flatnonzero(folds != fold)


def _print_named(
    pairs: Sequence[Pair],
    features: Any,  # noqa: ANN401  arrays
    labels: Any,  # noqa: ANN401
    groups: Sequence[str],
) -> None:
    """How whole abstracts do with the weights of the other folds: the three verdicts, and the
    contradictions that `check` names, of claims that their abstract decides."""
    shipped = dict(word_verdicts.WEIGHTS)
    given, named = [0] * len(pairs), {0: 0, 1: 0}
    claims: set[str] = set()
    for own, rest in _folds(groups, 0):
        rows = train(features[rest], labels[rest]).tolist()
        word_verdicts.WEIGHTS.update(zip(shipped, map(tuple, rows), strict=True))
        for n in own:
            verdicts = word_verdicts.judge_by_words(pairs[n].claim, pairs[n].sentences)
            place, verdict = word_verdicts.decide(verdicts)
            given[n] = SEEMINGS.index(verdict)
            if labels[n] < 2 and pairs[n].claim not in claims:
                claims.add(pairs[n].claim)
                named[labels[n]] += word_verdicts.is_contradiction(verdicts[place])
    word_verdicts.WEIGHTS.update(shipped)
    mean, each = macro_f1(labels, given)
    print(f"# whole abstracts: {mean:.3f}; {', '.join(f'{f1:.3f}' for f1 in each)}")
    print(f"# contradictions named: {named[1]} of refuted claims, {named[0]} of supported ones")


def main() -> None:
    made = argparse.ArgumentParser(description=(__doc__ or "").split("\n", maxsplit=1)[0])
    made.add_argument("--shared", type=Path, default=SHARED, help="holds eval/checkcovid")
    pairs = pairs_of(made.parse_args().shared / "eval" / "checkcovid")
    named = [deciding_features(pair) for pair in pairs]
    features = np.array([list(own.values()) for own in named])
    labels = np.array([pair.label for pair in pairs])
    groups = [pair.abstract for pair in pairs]
    runs = [cross_validated(features, labels, groups, seed) for seed in range(SHUFFLES)]
    scores = [macro_f1(labels, found.argmax(axis=1))[0] for found in runs]
    _, each = macro_f1(labels, np.mean(runs, axis=0).argmax(axis=1))
    print(f"# {len(pairs)} pairs, macro-F1 by {FOLDS}-fold cross-validation, {SHUFFLES} shuffles:")
    print(f"# {np.mean(scores):.3f} ({min(scores):.3f} to {max(scores):.3f});", end=" ")
    print(", ".join(f"{name} {f1:.3f}" for name, f1 in zip(LABELS, each, strict=True)))
    _print_named(pairs, features, labels, groups)
    for name, row in zip(named[0], train(features, labels), strict=True):
        print(f'    "{name}": ({", ".join(f"{weight + 0.0:.2f}" for weight in row.round(2))}),')


if __name__ == "__main__":
    main()
