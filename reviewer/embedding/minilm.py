"""all-MiniLM-L6-v2 on the local processor, through onnxruntime and tokenizers."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

from reviewer.embedding import MissingEmbeddingError
from reviewer.errors import EmbeddingError

DIMENSIONS = 384
MAX_TOKENS = 256  # what the model was trained with; longer input is cut
BATCH_TOKENS = 512  # padded tokens a batch: larger ones leave the processor's cache
FILES = ("model.onnx", "tokenizer.json")

# The archive that chromadb's own embedding function downloads, and its published hash.
ARCHIVE_URL = "https://chroma-onnx-models.s3.amazonaws.com/all-MiniLM-L6-v2/onnx.tar.gz"
ARCHIVE_SHA256 = "913d7300ceae3b2dbc2c50d1de4baacab4be7b9380491c27fab7418616a16ec3"


def chroma_folder() -> Path:
    """Where chromadb keeps its own copy of the model."""
    return Path.home() / ".cache" / "chroma" / "onnx_models" / "all-MiniLM-L6-v2"


def find_files(embedding_dir: str) -> Path | None:
    """The folder that holds the model's files, or None."""
    places = [Path(embedding_dir).expanduser()] if embedding_dir else []
    for place in [*places, chroma_folder()]:
        for folder in (place, place / "onnx"):
            if all((folder / name).is_file() for name in FILES):
                return folder
    return None


def download_files(report: Callable[[str], None]) -> Path:
    """Fetch the model's files (83 MB) to Chroma's folder; the archive's hash is checked.

    Raises MissingEmbeddingError when the address does not answer within 2 s or the file is not the
    published one.
    """
    from reviewer.http import download, is_reachable

    if not is_reachable(ARCHIVE_URL, timeout_s=2.0):
        raise MissingEmbeddingError(
            "the embedding model's files are not here and its address cannot be reached",
            hint="Set REVIEW_EMBEDDING_DIR to a folder with model.onnx and tokenizer.json, "
            "then run: review reindex",
        )
    report("Downloading the embedding model all-MiniLM-L6-v2 (83 MB, once)")
    folder = chroma_folder()
    archive = folder / "onnx.tar.gz"
    try:
        download(ARCHIVE_URL, archive, sha256=ARCHIVE_SHA256)
        _unpack(archive, folder)
    except OSError as error:
        raise MissingEmbeddingError(
            f"the embedding model cannot be kept in {folder}: {error.strerror}",
            hint="Free some space there, or set REVIEW_EMBEDDING_DIR.",
        ) from error
    return folder / "onnx"


def _unpack(archive: Path, folder: Path) -> None:
    import tarfile

    with tarfile.open(archive) as tar:
        tar.extractall(folder, filter="data")


def import_libraries() -> None:
    """Import what the model needs, and tell it to report to nobody: from 1.29 on onnxruntime sends
    the sessions that it opens to its maker, unless this stands there before it is imported."""
    os.environ["ORT_DISABLE_TELEMETRY"] = "1"
    import onnxruntime
    import tokenizers  # noqa: F401

    onnxruntime.disable_telemetry_events()


class MiniLM:
    """Holds the loaded model. Embeds on all processors; not meant for several threads at once."""

    name = "minilm"

    def __init__(self, embedding_dir: str = "") -> None:
        folder = find_files(embedding_dir)
        if folder is None:
            raise MissingEmbeddingError(
                "the embedding model's files are not here, so search goes by words alone",
                hint="Run `review reindex` with a network, or set REVIEW_EMBEDDING_DIR.",
            )
        import_libraries()
        import onnxruntime
        from tokenizers import Tokenizer

        try:
            self._tokenizer = Tokenizer.from_file(str(folder / "tokenizer.json"))
            options = onnxruntime.SessionOptions()
            options.log_severity_level = 3
            # Else its threads spin on after a call, and take a processor from the search after it.
            options.add_session_config_entry("session.intra_op.allow_spinning", "0")
            self._session = onnxruntime.InferenceSession(
                str(folder / "model.onnx"), options, providers=["CPUExecutionProvider"]
            )
        except Exception as error:
            raise EmbeddingError(
                f"the embedding files in {folder} are damaged",
                hint="Delete that folder and run: review reindex",
            ) from error
        self._tokenizer.enable_truncation(MAX_TOKENS)
        self._tokenizer.no_padding()

    def embed(self, texts: Sequence[str], done: Callable[[int], None] | None = None) -> Any:  # noqa: ANN401  numpy is not imported for a type
        """Mean of the token vectors over the attention mask, scaled to length 1 (Reimers and
        Gurevych 2019, the recipe published with the model). `done` is told how many are ready."""
        import numpy as np

        vectors = np.zeros((len(texts), DIMENSIONS), dtype=np.float32)
        encoded = self._tokenizer.encode_batch(list(texts))
        for batch in _batches([len(e.ids) for e in encoded]):
            width = max(len(encoded[i].ids) for i in batch)
            ids = np.zeros((len(batch), width), dtype=np.int64)
            mask = np.zeros((len(batch), width), dtype=np.int64)
            for row, i in enumerate(batch):
                length = len(encoded[i].ids)
                ids[row, :length] = encoded[i].ids
                mask[row, :length] = 1
            feed = {"input_ids": ids, "attention_mask": mask, "token_type_ids": np.zeros_like(ids)}
            hidden = self._session.run(None, feed)[0]
            weights = mask[:, :, None].astype(np.float32)
            pooled = (hidden * weights).sum(axis=1) / weights.sum(axis=1).clip(min=1.0)
            vectors[batch] = pooled / np.linalg.norm(pooled, axis=1, keepdims=True).clip(min=1e-12)
            if done is not None:
                done(len(batch))
        return vectors


def _batches(lengths: list[int]) -> Iterator[list[int]]:
    """Indices sorted by length and cut so that a batch's padded size stays within BATCH_TOKENS."""
    batch: list[int] = []
    for i in sorted(range(len(lengths)), key=lengths.__getitem__):
        if batch and (len(batch) + 1) * lengths[i] > BATCH_TOKENS:
            yield batch
            batch = []
        batch.append(i)
    if batch:
        yield batch
