"""What an embedding is, and the one of a name, loaded only when it is used."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, Protocol

from reviewer.errors import EmbeddingError
from reviewer.settings import Settings


class MissingEmbeddingError(EmbeddingError):
    """The embedding cannot run here now; search goes on by words alone."""

    code = "embedding_missing"


class Embedding(Protocol):
    """`embed` gives a float32 array of shape (len(texts), dimensions), rows of length 1."""

    name: str

    def embed(self, texts: Sequence[str], done: Callable[[int], None] | None = None) -> Any: ...  # noqa: ANN401  numpy is not imported for a type


DEFAULT = "minilm"


INT8 = "minilm-int8"


LOCAL = (DEFAULT, INT8)  # run here, from files


def import_for(name: str) -> None:
    """Import what the embedding of this name needs, if it is a heavy thing of its own."""
    if name in LOCAL:
        from reviewer.library.embeddings.minilm import import_libraries

        import_libraries()


def open_embedding(name: str, settings: Settings) -> Embedding:
    """The embedding of this name, set up as the settings say.

    Raises MissingEmbeddingError when it is known but cannot run here, for want of files or a key.
    """
    if name in LOCAL:
        from reviewer.library.embeddings.minilm import MiniLM

        return MiniLM(settings.embedding_dir, is_int8=name == INT8)
    if "/" in name:
        from reviewer.library.embeddings.provider import ProviderEmbedding

        return ProviderEmbedding(name, settings)
    raise EmbeddingError(
        f"'{name}' is no embedding",
        hint="Use minilm, minilm-int8, none, or a provider and a model: ollama/nomic-embed-text.",
    )
