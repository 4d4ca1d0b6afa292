"""What `review add` costs beside embedding: vectors are looked up, everything else is done.

Timed by speed.py. Run: `python benchmarks/timed/library_add.py READY FOLDER PATH`, where READY
holds texts.json and vectors.npy, row by row, for every text that will be embedded.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from reviewer.library import Library


class Ready:
    """An embedding whose vectors were made before."""

    name = "ready"

    def __init__(self, folder: Path) -> None:
        import numpy as np

        texts = json.loads((folder / "texts.json").read_text(encoding="utf-8"))
        self._rows = {text: row for row, text in enumerate(texts)}
        self._vectors = np.load(folder / "vectors.npy")

    def embed(self, texts: Sequence[str]) -> Any:  # noqa: ANN401  an array
        return self._vectors[[self._rows[text] for text in texts]]


def main(ready: str, folder: str, path: str) -> None:
    with Library(Path(folder), embedding=Ready(Path(ready))) as library:
        library.add([path])


if __name__ == "__main__":
    main(*sys.argv[1:])
