"""The least that a question can cost: one embedding and one Chroma query, without `review`.

Timed by speed.py. Run: `python benchmarks/timed/bare_ask.py INDEX MODEL_FOLDER QUESTION`.
"""

from __future__ import annotations

import sys
from pathlib import Path

import chromadb
import numpy as np
import onnxruntime
from chromadb.config import Settings
from tokenizers import Tokenizer


def main(index: str, model: str, question: str) -> None:
    tokens = Tokenizer.from_file(str(Path(model) / "tokenizer.json")).encode(question)
    session = onnxruntime.InferenceSession(
        str(Path(model) / "model.onnx"), providers=["CPUExecutionProvider"]
    )
    ids, mask = np.array([tokens.ids]), np.array([tokens.attention_mask])
    feed = {"input_ids": ids, "attention_mask": mask, "token_type_ids": np.zeros_like(ids)}
    pooled = (session.run(None, feed)[0] * mask[:, :, None]).sum(axis=1)
    client = chromadb.PersistentClient(index, settings=Settings(anonymized_telemetry=False))
    collection = client.get_collection("chunks", embedding_function=None)
    found = collection.query(query_embeddings=pooled / np.linalg.norm(pooled), n_results=12)
    for metadata, text in zip(found["metadatas"][0], found["documents"][0], strict=True):
        print(metadata["title"], text)


if __name__ == "__main__":
    main(*sys.argv[1:])
