"""all-MiniLM-L6-v2 on the local processor, through onnxruntime and tokenizers."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TYPE_CHECKING, Any

from reviewer.errors import EmbeddingError
from reviewer.library.embeddings.embedding import DEFAULT, INT8, MissingEmbeddingError
from reviewer.library.embeddings.int8 import can_be_made, kept_model, smaller_model

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

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


def download_files(progress: Callable[[str], None]) -> Path:
    """Download the model's files (83 MB) to Chroma's folder; the archive's hash is checked.

    Raises MissingEmbeddingError when the address does not answer within 2 s or the files cannot be
    kept, and an error of `http.download` when the file is not the published one.
    """
    import tarfile

    from reviewer.http import download, is_reachable

    if not is_reachable(ARCHIVE_URL, timeout_s=2.0):
        raise MissingEmbeddingError(
            "the embedding model's files are not here and its address cannot be reached",
            hint="Set REVIEW_EMBEDDING_DIR to a folder with model.onnx and tokenizer.json, "
            "then run: review reindex",
        )
    progress("Downloading the embedding model all-MiniLM-L6-v2 (83 MB, once)")
    folder = chroma_folder()
    archive = folder / "onnx.tar.gz"
    try:
        download(ARCHIVE_URL, archive, sha256=ARCHIVE_SHA256)
        with tarfile.open(archive) as tar:
            tar.extractall(folder, filter="data")
    except OSError as error:
        raise MissingEmbeddingError(
            f"the embedding model cannot be kept in {folder}: {error.strerror}",
            hint="Free some space there, or set REVIEW_EMBEDDING_DIR.",
        ) from error
    return folder / "onnx"


def import_libraries() -> None:
    """Import what the model needs, without reports to anybody: from 1.29 on onnxruntime reports the
    sessions that it opens to its maker, unless this variable is set before it is imported."""
    os.environ["ORT_DISABLE_TELEMETRY"] = "1"
    import onnxruntime
    import tokenizers  # noqa: F401

    onnxruntime.disable_telemetry_events()


class MiniLM:
    """Holds the loaded model. Embeds on all processors."""

    def __init__(self, embedding_dir: str = "", *, is_int8: bool = False) -> None:
        """Load the model of these files, or the smaller one that is made of them (see int8.py).

        Raises MissingEmbeddingError when files are missing and EmbeddingError for damaged ones.
        """
        self.name = INT8 if is_int8 else DEFAULT
        folder = find_files(embedding_dir)
        if folder is None:
            raise MissingEmbeddingError(
                "the embedding model's files are not here, so search goes by words alone",
                hint="Run `review reindex` with a network, or set REVIEW_EMBEDDING_DIR.",
            )
        model = _smaller(folder) if is_int8 else folder / "model.onnx"
        import_libraries()
        import onnxruntime
        from tokenizers import Tokenizer

        options = onnxruntime.SessionOptions()
        options.log_severity_level = 3
        # Batches side by side use the processors better than the parts of one, and nothing spins.
        options.intra_op_num_threads = 1
        self._tokenizer = _read(folder / "tokenizer.json", Tokenizer.from_file)
        self._session = _read(
            model,
            lambda file: onnxruntime.InferenceSession(
                file, options, providers=["CPUExecutionProvider"]
            ),
        )
        self._tokenizer.enable_truncation(MAX_TOKENS)
        self._tokenizer.no_padding()

    def embed(
        self, texts: Sequence[str], done: Callable[[int], None] | None = None
    ) -> NDArray[np.float32]:
        """As `Embedding.embed` says: the mean of the token vectors over the attention mask, scaled
        to length 1 (Reimers and Gurevych 2019, the recipe published with the model)."""
        import numpy as np

        vectors = np.zeros((len(texts), DIMENSIONS), dtype=np.float32)
        encoded = self._tokenizer.encode_batch(list(texts))
        batches = list(_batches([len(e.ids) for e in encoded]))
        pool = ThreadPoolExecutor(min(len(batches), _processors()) or 1)
        try:
            rows = pool.map(self._embed_batch, [[encoded[i].ids for i in b] for b in batches])
            for batch, own in zip(batches, rows, strict=True):
                vectors[batch] = own
                if done is not None:
                    done(len(batch))
        finally:
            pool.shutdown(cancel_futures=True)
        return vectors

    def _embed_batch(self, texts: list[list[int]]) -> NDArray[np.float32]:
        """The vectors of these texts, given as numbers of tokens."""
        import numpy as np

        ids = np.zeros((len(texts), max(map(len, texts))), dtype=np.int64)
        mask = np.zeros_like(ids)
        for row, own in enumerate(texts):
            ids[row, : len(own)] = own
            mask[row, : len(own)] = 1
        feed = {"input_ids": ids, "attention_mask": mask, "token_type_ids": np.zeros_like(ids)}
        hidden = self._session.run(None, feed)[0]
        weights = mask[:, :, None].astype(np.float32)
        pooled = (hidden * weights).sum(axis=1) / weights.sum(axis=1).clip(min=1.0)
        vectors: NDArray[np.float32]
        vectors = pooled / np.linalg.norm(pooled, axis=1, keepdims=True).clip(min=1e-12)
        return vectors


def _smaller(folder: Path) -> Path:
    if not kept_model(folder).is_file() and not can_be_made():
        raise MissingEmbeddingError(
            "minilm-int8 needs the package onnx, once, so search goes by words alone",
            hint="Run `pip install onnx`, or use --embedding minilm.",
        )
    return smaller_model(folder)


def _read(file: Path, read: Callable[[str], Any]) -> Any:  # noqa: ANN401  the libraries' own objects
    try:
        return read(str(file))
    except Exception as error:
        raise EmbeddingError(
            f"the embedding file {file} is damaged",
            hint="Delete its folder and run: review reindex",
        ) from error


def _processors() -> int:
    """How many processors this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


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
