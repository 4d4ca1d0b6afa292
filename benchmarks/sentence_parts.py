"""Trains the models of the parts of sentences, and measures them on sentences kept apart.

Run: `python benchmarks/sentence_parts.py` measures the shipped models on `dev.jsonl` of
`eval/csabstruct`, beside scikit-learn's logistic regression over the same features, trained on
`train.jsonl`. With `--write` the trained weights become the shipped ones, with four digits.
The data is CSAbstruct (Cohan and others 2019, "Pretrained Language Models for Sequential Sentence
Classification", Apache-2.0): computer-science abstracts, each sentence labelled by several readers.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sets import parser, print_table, settings_of
from sklearn.linear_model import LogisticRegression

from reviewer.library.embeddings.embedding import open_embedding
from reviewer.search import sentence_parts
from reviewer.text import clean
from reviewer.types.evidence import PARTS

TRAINED_WITH = "minilm-int8"
STRENGTH = 1.0  # of scikit-learn's C; 0.3 to 10 differ by less than 0.01 on dev


@dataclass(frozen=True)
class Abstract:
    sentences: list[str]
    labels: list[str]
    vectors: NDArray[np.float32]


def read(file: Path, embedding: str, shared: Path) -> list[Abstract]:
    """The abstracts with their sentences' vectors, as a library keeps them: float16."""
    rows = [json.loads(line) for line in file.read_text(encoding="utf-8").splitlines()]
    texts = [clean(sentence) for row in rows for sentence in row["sentences"]]
    vectors = open_embedding(embedding, settings_of(shared)).embed(texts)
    vectors = vectors.astype("<f2").astype(np.float32)
    abstracts, at = [], 0
    for row in rows:
        count = len(row["sentences"])
        abstracts.append(Abstract(row["sentences"], row["labels"], vectors[at : at + count]))
        at += count
    return abstracts


def features(abstracts: list[Abstract], *, has_vectors: bool) -> NDArray[np.float32]:
    """One row a sentence, as `sentence_parts` documents."""
    return np.vstack(
        [
            sentence_parts.features_of(a.sentences, a.vectors if has_vectors else None)
            for a in abstracts
        ]
    )


def labels(abstracts: list[Abstract]) -> list[int]:
    return [PARTS.index(label) for a in abstracts for label in a.labels]


def shipped_accuracy(abstracts: list[Abstract], *, has_vectors: bool) -> float:
    found = [
        part
        for a in abstracts
        for part in sentence_parts.part_of_each(a.sentences, a.vectors if has_vectors else None)
    ]
    wanted = [label for a in abstracts for label in a.labels]
    return float(np.mean([one == other for one, other in zip(found, wanted, strict=True)]))


def as_kept(model: LogisticRegression) -> dict[str, Any]:
    """The weights with four digits; float64, because float32 is written with all of its own."""
    bias, weights = (part.astype(np.float64) for part in (model.intercept_, model.coef_))
    return {"bias": bias.round(4).tolist(), "weights": weights.round(4).tolist()}


def main() -> None:
    options = parser(__doc__)
    options.add_argument("--write", action="store_true", help="ship the trained weights")
    chosen = options.parse_args()
    folder = chosen.shared / "eval" / "csabstruct"
    train = read(folder / "train.jsonl", TRAINED_WITH, chosen.shared)
    trained = {
        name: LogisticRegression(C=STRENGTH, max_iter=3000).fit(
            features(train, has_vectors=name == "vectors"), labels(train)
        )
        for name in ("vectors", "alone")
    }
    if chosen.write:
        source = "CSAbstruct (Cohan and others 2019), Apache-2.0; benchmarks/sentence_parts.py"
        kept = {"source": source, "parts": PARTS, "embedding": TRAINED_WITH}
        kept |= {name: as_kept(model) for name, model in trained.items()}
        sentence_parts.MODEL.write_text(json.dumps(kept, separators=(",", ":")) + "\n", "utf-8")
        sentence_parts.forget_models()
    rows = []
    for embedding in (TRAINED_WITH, "minilm"):
        dev = read(folder / "dev.jsonl", embedding, chosen.shared)
        for name, model in trained.items():
            has_vectors = name == "vectors"
            oracle = model.score(features(dev, has_vectors=has_vectors), labels(dev))
            shipped = shipped_accuracy(dev, has_vectors=has_vectors)
            rows.append([embedding, name, str(sum(map(len, (a.labels for a in dev))))])
            rows[-1] += [f"{shipped:.4f}", f"{oracle:.4f}"]
    head = ["embedding", "model", "sentences", "shipped", "scikit-learn"]
    print_table("Accuracy of the parts of sentences, dev of CSAbstruct", head, rows)


if __name__ == "__main__":
    main()
