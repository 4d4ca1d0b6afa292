"""What an embedding is, and opening one by its name."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Protocol

from reviewer.errors import EmbeddingError
from reviewer.settings import Settings

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

BUILT_IN = "minilm-int8"  # ships with the package
BUILT_IN_FORM = "3"  # counts the ways in which its files were made; libraries keep theirs
FULL = "minilm"  # the published files, which the user keeps
DEFAULT = BUILT_IN
LOCAL = (BUILT_IN, FULL)  # run here, from files


class MissingEmbeddingError(EmbeddingError):
    """The embedding cannot run here now; search continues by words alone."""

    code = "embedding_missing"


class Embedding(Protocol):
    """Makes vectors of texts."""

    name: str

    def embed(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """An array of shape (len(texts), dimensions), rows of length 1."""
        ...


def machines_of(embedding: Embedding) -> int:
    """On how many machines it embeds at once: one that is spread says so by its `machines`."""
    return int(getattr(embedding, "machines", 1))


def import_for(name: str) -> None:
    """Import the large libraries that the embedding of this name needs, if it needs any."""
    if name in LOCAL:
        from reviewer.library.embeddings.minilm import import_libraries

        import_libraries()


def open_embedding(name: str, settings: Settings) -> Embedding:
    """The embedding of this name, set up as the settings say.

    Raises MissingEmbeddingError when it is known but cannot run here, because files or a key are
    missing, and EmbeddingError for an unknown name.
    """
    if name in LOCAL:
        from reviewer.library.embeddings.minilm import open_built_in, open_full

        return open_built_in() if name == BUILT_IN else open_full(settings.embedding_dir)
    if "/" in name:
        from reviewer.library.embeddings.provider import ProviderEmbedding

        return ProviderEmbedding(name, settings)
    raise EmbeddingError(
        f"unknown embedding '{name}'",
        hint="Use minilm-int8, minilm, none, or a provider and a model: ollama/nomic-embed-text.",
    )
