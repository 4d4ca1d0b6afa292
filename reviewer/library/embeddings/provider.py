"""Any embedding model that litellm reaches, by its name."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from reviewer.errors import ModelError
from reviewer.library.embeddings.embedding import MissingEmbeddingError
from reviewer.settings import Settings

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

TEXTS_A_CALL = 96


class ProviderEmbedding:
    """Sends texts to the provider in its name, and to no other."""

    def __init__(self, name: str, settings: Settings) -> None:
        if settings.offline:
            raise MissingEmbeddingError(
                f"{name} needs a network and --offline is set",
                hint="Leave --offline out, or search by words with --embedding none.",
            )
        self.name = name
        self._settings = settings

    def embed(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """As `Embedding.embed` says. Raises ModelError when the provider fails."""
        import numpy as np

        from reviewer.llm.client import embed

        rows: list[list[float]] = []
        for start in range(0, len(texts), TEXTS_A_CALL):
            some = [text or " " for text in texts[start : start + TEXTS_A_CALL]]
            rows += embed(self.name, some, self._settings)
        if len({len(row) for row in rows}) > 1:
            raise ModelError(f"{self.name} gave vectors of different lengths", hint="Run it again.")
        vectors = np.asarray(rows, dtype=np.float32)
        if not np.isfinite(vectors).all():
            raise ModelError(f"{self.name} gave vectors that are not numbers", hint="Run it again.")
        scaled: NDArray[np.float32]
        scaled = vectors / np.linalg.norm(vectors, axis=1, keepdims=True).clip(min=1e-12)
        return scaled
