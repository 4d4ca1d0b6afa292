"""Measures how fast MiniLM embeds the listings, and keeps what it gave: a part of speed.py.

Run: `python benchmarks/speed.py --parts embed`.
"""

from __future__ import annotations

import argparse
import json
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from typing import Any

from sets import model_folder, print_table, settings_of

from reviewer.library import Library
from reviewer.library.embeddings.embedding import FULL
from reviewer.library.embeddings.minilm import MAX_TOKENS, open_full
from reviewer.library.index.chroma import BATCH, rows_of
from reviewer.library.index.chunking import embedding_text
from reviewer.text import clean

SAMPLE = 128  # texts of each kind that are embedded for the rates
ROUNDS = 3
PADDED_BATCH = 32  # Chroma's own class embeds so many at once, each padded to MAX_TOKENS


@dataclass(frozen=True)
class Timing:
    """One process: by the clock, and on all processors. `cpu_s` is 0 where no system tells it."""

    wall_s: float
    cpu_s: float


class Recording:
    """MiniLM, and what it was given and gave."""

    name = FULL

    def __init__(self, folder: Path) -> None:
        self.minilm = open_full(str(folder))
        self.texts: list[str] = []
        self.vectors: list[Any] = []

    def embed(self, texts: Sequence[str]) -> Any:  # noqa: ANN401  an array
        vectors = self.minilm.embed(texts)
        self.texts += texts
        self.vectors.append(vectors)
        return vectors


class Padded:
    """The same files, used as Chroma's own class does: every text padded to MAX_TOKENS."""

    def __init__(self, folder: Path) -> None:
        import onnxruntime
        from tokenizers import Tokenizer

        self._tokenizer = Tokenizer.from_file(str(folder / "tokenizer.json"))
        self._tokenizer.enable_truncation(MAX_TOKENS)
        self._tokenizer.enable_padding(length=MAX_TOKENS)
        self._session = onnxruntime.InferenceSession(
            str(folder / "model.onnx"), providers=["CPUExecutionProvider"]
        )

    def embed(self, texts: Sequence[str]) -> None:
        import numpy as np

        for start in range(0, len(texts), PADDED_BATCH):
            found = self._tokenizer.encode_batch(list(texts[start : start + PADDED_BATCH]))
            ids = np.array([tokens.ids for tokens in found])
            mask = np.array([tokens.attention_mask for tokens in found])
            feed = {"input_ids": ids, "attention_mask": mask, "token_type_ids": np.zeros_like(ids)}
            self._session.run(None, feed)


class Recorded:
    """The listings added with MiniLM: what was embedded, and the rows that the index got."""

    def __init__(self, options: argparse.Namespace, folder: Path) -> None:
        import numpy as np

        embedding = Recording(model_folder(options.shared))
        started = time.perf_counter()
        with Library(folder / "recorded", settings_of(options.shared), embedding) as library:
            self.added = library.add([str(options.shared / "seeds")])
            self.seconds = time.perf_counter() - started
            batches = library.chunks.indexed_since(0, BATCH)
            rows = rows_of(row for batch in batches for row in batch)
        _, self.vectors, self.texts, metadata = rows
        titles = [row["title"] for row in metadata]
        pairs = zip(titles, self.texts, strict=True)
        self.papers = [clean(embedding_text(title, text)) for title, text in pairs]
        self.embedded = embedding.texts
        whole = set(self.papers)
        self.sentences = [text for text in self.embedded if text not in whole]
        self.embedded_vectors = np.concatenate(embedding.vectors)

    def save(self, folder: Path) -> tuple[Path, Path]:
        """Folders with the index's rows and with all that was embedded, for `timed/`."""
        import numpy as np

        made = []
        for name, texts, vectors in (
            ("rows", self.texts, self.vectors),
            ("embedded", self.embedded, self.embedded_vectors),
        ):
            place = folder / name
            place.mkdir()
            (place / "texts.json").write_text(json.dumps(texts), encoding="utf-8")
            np.save(place / "vectors.npy", vectors)
            made.append(place)
        return made[0], made[1]


def measure_embed(options: argparse.Namespace, recorded: Recorded) -> None:
    """Texts a second, beside the same files with every text padded to the longest allowed."""
    added, sentences = recorded.added, len(recorded.sentences)
    print_table(
        "Adding the listings with MiniLM, once",
        ["papers", "sentences", "seconds", "of them embedding", "papers and their sentences a s"],
        [
            [
                str(added.papers), str(sentences), f"{recorded.seconds:.1f}",
                f"{added.seconds_embedding:.1f}",
                f"{added.papers / recorded.seconds:.1f} and {sentences / recorded.seconds:.0f}",
            ]
        ],
    )  # fmt: skip
    folder = model_folder(options.shared)
    minilm, padded = open_full(str(folder)), Padded(folder)
    rows = []
    for kind, every in (("papers", recorded.papers), ("sentences", recorded.sentences)):
        texts = every[:: len(every) // SAMPLE][:SAMPLE]
        own, other = [], []
        for _ in range(ROUNDS):
            own.append(_timing(minilm.embed, texts))
            other.append(_timing(padded.embed, texts))
        rows.append([kind, *_rates(len(texts), own), *_rates(len(texts), other)])
    print_table(
        f"Embedding {SAMPLE} texts of each kind, {ROUNDS} rounds",
        ["kind", "a second", "a CPU second", f"padded to {MAX_TOKENS}: a second", "a CPU second"],
        rows,
    )


def _timing(embed: Callable[[Sequence[str]], Any], texts: Sequence[str]) -> Timing:
    started, cpu = time.perf_counter(), time.process_time()
    embed(texts)
    return Timing(time.perf_counter() - started, time.process_time() - cpu)


def _rates(count: int, timings: Sequence[Timing]) -> list[str]:
    """Texts a second and a CPU second."""
    wall_s, cpu_s = median(t.wall_s for t in timings), median(t.cpu_s for t in timings)
    return [f"{count / wall_s:.1f}", f"{count / cpu_s:.1f}"]
