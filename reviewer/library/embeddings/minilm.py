"""all-MiniLM-L6-v2 on the local processor, through onnxruntime and tokenizers.

Two forms: one in 8 bits, which ships with the package, and the published one (83 MB), whose files
the user keeps. `tools/make_embedding.py` makes the first from the second.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from reviewer.errors import EmbeddingError
from reviewer.library.embeddings.embedding import BUILT_IN, FULL, MissingEmbeddingError

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

DIMENSIONS = 384
MAX_TOKENS = 256  # what the model was trained with; longer input is cut
BATCH_TOKENS = 512  # padded tokens a batch: larger ones leave the processor's cache
FILES = ("model.onnx", "tokenizer.json")
MODEL = Path(__file__).with_name("model")  # of the built-in form
_LARGEST = (255, 127)  # numbers of a text, of a weight


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


def open_built_in(*, in_floats: bool | None = None) -> MiniLM:
    """The form that ships with the package. Its weights are turned into floats where `in_floats`
    says so; None: on processors that lose sums of products of 8 bits.

    Raises EmbeddingError for damaged files.
    """
    if in_floats is None:
        in_floats = not _sums_are_exact()
    graph = MODEL / ("float.onnx" if in_floats else "eight_bit.onnx")
    return MiniLM(BUILT_IN, graph, MODEL / "tokenizer.json", "Install review again.")


def open_full(embedding_dir: str = "") -> MiniLM:
    """The published form, from this folder or the one where Chroma keeps it.

    Raises MissingEmbeddingError when files are missing and EmbeddingError for damaged ones.
    """
    folder = find_files(embedding_dir)
    change = f"review reindex --embedding {BUILT_IN}"
    if folder is None:
        raise MissingEmbeddingError(
            f"the files of the embedding {FULL} are not here",
            hint=f"Change to the built-in one: {change} (or set REVIEW_EMBEDDING_DIR to the folder "
            f"of {' and '.join(FILES)})",
        )
    remedy = f"Put the published file there, or change to the built-in one: {change}"
    return MiniLM(FULL, folder / "model.onnx", folder / "tokenizer.json", remedy)


@cache
def _sums_are_exact() -> bool:
    """Whether products of the largest numbers are summed without loss. Processors with AVX2 but
    without VNNI add two of them in 16 bits (onnxruntime, "Quantize ONNX models")."""
    import numpy as np

    session = _read(MODEL / "exact_sums.onnx", _session, "Install review again.")
    rows, columns = session.get_inputs()[0].shape
    left = np.full((rows, columns), _LARGEST[0], dtype=np.uint8)
    right = np.full((columns, rows), _LARGEST[1], dtype=np.int8)
    (sums,) = session.run(None, {"left": left, "right": right})
    return bool((sums == columns * _LARGEST[0] * _LARGEST[1]).all())


def import_libraries() -> None:
    """Import what the model needs, without reports to anybody: from 1.29 on onnxruntime reports the
    sessions that it opens to its maker, unless this variable is set before it is imported."""
    os.environ["ORT_DISABLE_TELEMETRY"] = "1"
    import onnxruntime
    import tokenizers  # noqa: F401

    onnxruntime.disable_telemetry_events()


class MiniLM:
    """Holds a loaded model. Embeds on all processors."""

    def __init__(self, name: str, model: Path, tokenizer: Path, remedy: str) -> None:
        """Load these files. Raises EmbeddingError with this remedy for damaged ones."""
        import_libraries()
        from tokenizers import Tokenizer

        self.name = name
        self._tokenizer = _read(tokenizer, Tokenizer.from_file, remedy)
        self._session = _read(model, _session, remedy)
        self._tokenizer.enable_truncation(MAX_TOKENS)
        self._tokenizer.no_padding()

    def embed(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """As `Embedding.embed` says: the mean of the token vectors over the attention mask, scaled
        to length 1 (Reimers and Gurevych 2019, the recipe published with the model)."""
        import numpy as np

        vectors = np.zeros((len(texts), DIMENSIONS), dtype=np.float32)
        encoded = self._tokenizer.encode_batch(list(texts))
        batches = list(_batches([len(e.ids) for e in encoded]))
        pool = ThreadPoolExecutor(min(len(batches), processors()) or 1)
        try:
            rows = pool.map(self._embed_batch, [[encoded[i].ids for i in b] for b in batches])
            for batch, own in zip(batches, rows, strict=True):
                vectors[batch] = own
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


def _session(file: str) -> Any:  # noqa: ANN401  onnxruntime's own object
    import_libraries()
    import onnxruntime

    options = onnxruntime.SessionOptions()
    options.log_severity_level = 3
    # Batches side by side use the processors better than the parts of one, and nothing spins.
    options.intra_op_num_threads = 1
    return onnxruntime.InferenceSession(file, options, providers=["CPUExecutionProvider"])


def _read(file: Path, read: Callable[[str], Any], remedy: str) -> Any:  # noqa: ANN401  as `read`
    try:
        return read(str(file))
    except Exception as error:
        raise EmbeddingError(f"the embedding file {file} is damaged", hint=remedy) from error


def processors() -> int:
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
