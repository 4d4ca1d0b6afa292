"""Who drafts: `extractive` quotes sentences, `prompted` asks a language model.

Both do what `types.writer.Writer` says and pass one contract suite. Nothing that they give is
trusted until grounding has checked it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from reviewer.faces import face

FACE = {
    "Extractive": "extractive.answers",
    "Prompted": "prompted.answers",
}

if TYPE_CHECKING:
    from reviewer.writers.extractive.answers import Extractive as Extractive
    from reviewer.writers.prompted.answers import Prompted as Prompted
else:
    __getattr__ = face(__name__, FACE)
