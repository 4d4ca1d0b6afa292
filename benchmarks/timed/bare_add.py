"""The least that adding can cost: one Chroma upsert of ready vectors, without `review`.

Timed by speed.py. Run: `python benchmarks/timed/bare_add.py READY FOLDER`, where READY holds
texts.json and vectors.npy, row by row.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path

import chromadb
import numpy as np
from chromadb.config import Settings


def main(ready: str, folder: str) -> None:
    texts = json.loads((Path(ready) / "texts.json").read_text(encoding="utf-8"))
    vectors = np.load(Path(ready) / "vectors.npy")
    client = chromadb.PersistentClient(folder, settings=Settings(anonymized_telemetry=False))
    collection = client.create_collection(
        "papers", embedding_function=None, configuration={"hnsw": {"space": "cosine"}}
    )
    ids = [str(number) for number in range(len(texts))]
    collection.upsert(ids=ids, embeddings=vectors, documents=texts)


if __name__ == "__main__":
    main(*sys.argv[1:])
