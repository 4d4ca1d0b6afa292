"""Papers made of resampled sentences, with vectors supplied, for scale.py. Measures nothing.

Sentences, their vectors and the words of titles come from the libraries of the judged sets.
"""

from __future__ import annotations

import argparse
import json
import random
import re
from collections.abc import Sequence
from functools import cached_property
from pathlib import Path
from typing import Any

from sets import (
    beir_questions,
    listings_library,
    listings_questions,
    model_folder,
    own_questions,
    scifact_library,
    settings_of,
)

from reviewer.library import Library
from reviewer.library.embeddings.minilm import DIMENSIONS, open_full
from reviewer.text import clean

SENTENCES = (5, 11)  # least and most a paper
JITTER = 0.15  # length of the random part of a vector: two papers of the same sentences differ
VENUES = ("NeurIPS", "ICLR", "Nature", "Cell", "JMLR", "ACL", "The Lancet", "PLoS ONE")
YEARS = (1990, 2025)
QUESTIONS = 200
_SERIAL = re.compile(r"Paper (\d+):")


class Material:
    """What papers are made of: sentences, their unit vectors (float32), titles, questions."""

    def __init__(self, folder: Path) -> None:
        """Read what `save` kept."""
        import numpy as np

        kept = json.loads((folder / "material.json").read_text(encoding="utf-8"))
        self.sentences: list[str] = kept["sentences"]
        self.titles: list[str] = kept["titles"]
        self.questions: list[str] = kept["questions"]
        self.vectors = np.load(folder / "sentences.npy", mmap_mode="r")
        self.question_vectors = np.load(folder / "questions.npy")

    def picks(self, number: int) -> list[int]:
        """Which sentences paper `number` is made of."""
        chance = random.Random(number)
        return [chance.randrange(len(self.sentences)) for _ in range(chance.randint(*SENTENCES))]

    def record(self, number: int) -> dict[str, Any]:
        """Paper `number` as an entry of JSON Lines."""
        chance = random.Random(-1 - number)
        words = " ".join(chance.choice(self.titles) for _ in range(2)).split()
        title = f"Paper {number}: {' '.join(words[len(words) // 4 : 3 * len(words) // 4])}"
        abstract = " ".join(self.sentences[i] for i in self.picks(number))
        year = chance.randint(*YEARS)
        venue = f"{chance.choice(VENUES)} {year}"
        made: dict[str, Any] = {"title": title, "abstract": abstract, "venue": venue}
        return made | ({"year": year} if chance.random() < 0.9 else {})

    def write(self, path: Path, first: int, last: int) -> str:
        with path.open("w", encoding="utf-8") as out:
            out.writelines(json.dumps(self.record(n)) + "\n" for n in range(first, last))
        return str(path)


class Supplied:
    """An embedding whose vectors are looked up: a paper's is the mean of its sentences' with some
    jitter, another text's the one it was given with, or noise where it was given with none."""

    name = "supplied"

    def __init__(self, material: Material) -> None:
        self._material = material

    @cached_property
    def _rows(self) -> dict[str, int]:
        return {clean(text): row for row, text in enumerate(self._material.sentences)}

    @cached_property
    def _questions(self) -> dict[str, int]:
        return {clean(text): row for row, text in enumerate(self._material.questions)}

    def embed(self, texts: Sequence[str]) -> Any:  # noqa: ANN401  an array
        import numpy as np

        vectors = np.stack([self._vector(text) for text in texts])
        return vectors / np.linalg.norm(vectors, axis=1, keepdims=True)

    def _vector(self, text: str) -> Any:  # noqa: ANN401  an array
        import numpy as np

        if found := _SERIAL.match(text):
            number = int(found[1])
            mean = self._material.vectors[self._material.picks(number)].mean(axis=0)
            return mean / np.linalg.norm(mean) + noise(number, 1)[0]
        if text in self._questions:
            return self._material.question_vectors[self._questions[text]]
        if text in self._rows:
            return self._material.vectors[self._rows[text]]
        return noise(len(text), 1)[0]


def noise(seed: int, rows: int) -> Any:  # noqa: ANN401  an array
    """Random vectors of length JITTER."""
    import numpy as np

    drawn = np.random.default_rng(seed).normal(size=(rows, DIMENSIONS)).astype(np.float32)
    return JITTER * drawn / np.linalg.norm(drawn, axis=1, keepdims=True)


def save_material(options: argparse.Namespace, folder: Path) -> None:
    """Gather the material once, from libraries that are built when they are not there."""
    import numpy as np

    sentences: list[str] = []
    titles: list[str] = []
    pieces = []
    for place in (listings_library(options), scifact_library(options)):
        with Library(place, settings_of(options.shared)) as library:
            numbers = library.chunks.vectors()[0].tolist()
            chunks = library.chunks.numbered(numbers)
            titles += [paper.title for paper in library.papers()]
            for number, (spans, vectors) in library.chunks.sentences(numbers).items():
                kept = chunks[number].chunk
                sentences += [kept.text[a - kept.start : b - kept.start] for a, b in spans]
                pieces.append(vectors)
    vectors = np.concatenate(pieces)
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    questions = questions_of(options.shared)
    kept_texts = {"sentences": sentences, "titles": titles, "questions": questions}
    np.save(folder / "sentences.npy", vectors)
    embedding = open_full(str(model_folder(options.shared)))
    np.save(folder / "questions.npy", embedding.embed([clean(q) for q in questions]))
    (folder / "material.json").write_text(json.dumps(kept_texts), encoding="utf-8")


def questions_of(shared: Path) -> list[str]:
    """Questions of all sets, so many that QUESTIONS are there."""
    small = [*listings_questions(shared), *own_questions()]
    answerable = [q.text for q in small if q.kind == "answerable"]
    claims = [q.text for q in beir_questions(shared / "eval" / "scifact")]
    step = len(claims) // (QUESTIONS - len(answerable))
    return (answerable + claims[::step])[:QUESTIONS]
