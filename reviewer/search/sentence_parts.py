"""Which part of its abstract a sentence is: background, objective, method, result or other.

A multinomial logistic regression: softmax(weights @ features + bias), with the features

- of the stored sentence vector, its numbers (MiniLM, 384; only in the model "vectors"),
- of the place, with i of n sentences: i / (n - 1), its square, and whether it is the first, the
  second, the last, the only one,
- of the words: whether each of CUES is in it, and min(words, 60) / 60.

`benchmarks/sentence_parts.py` trains both models on CSAbstruct (Cohan and others 2019, Apache-2.0)
and writes `sentence_parts.json`. docs/quality.md has their accuracy.
"""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from reviewer.text import clean
from reviewer.text.reported import reported_views
from reviewer.types.evidence import PARTS, Sentence, SentencePart

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

TRAINED_ON = ("minilm", "minilm-int8")  # embeddings whose vectors the model knows
MODEL = Path(__file__).with_suffix(".json")
DIMENSIONS = 384  # of their vectors
_LONG_WORDS = 60
CUES = tuple(
    re.compile(pattern)
    for pattern in (
        r"\b(?:we|our|us)\b",
        r"\b(?:this|present) (?:paper|work|study|article|research|thesis|report|chapter)\b",
        r"\bwe (?:\w+ )?(?:propose|present|introduce|develop|describe|design|build|provide)\b"
        r"|\b(?:is|are) (?:proposed|presented|introduced|developed)\b",
        r"\bwe (?:\w+ )?(?:study|investigate|explore|examine|analy[sz]e|address|consider|ask|aim"
        r"|focus)\b|\b(?:aims?|goal|objective|purpose)\b",
        r"\bwe (?:\w+ )?(?:find|found|show|demonstrate|observe|prove|discover|reveal|conclude"
        r"|obtain|achieve)\b",
        r"\b(?:results?|experiments?|analys[ei]s|findings?|evaluations?|simulations?|evidence) "
        r"(?:\w+ ){0,4}?(?:show|suggest|indicat|reveal|demonstrat|confirm|prove)",
        r"\b(?:outperform|improv|achiev|surpass|exceed|better|higher|lower|faster|significant"
        r"|state[- ]of[- ]the[- ]art)",
        r"\d|%|\bpercent",
        r"\b(?:however|but|yet|although|despite)\b",
        r"\b(?:has|have) (?:been|become|shown|attracted|emerged|received|gained)\b"
        r"|\b(?:recent|recently|existing|previous|prior|traditional|traditionally|often|widely)\b"
        r"|\b(?:challeng|problem)",
        r"\b(?:based on|using|by means of|first|then|consists? of|uses?|used|employ\w*|apply"
        r"|applied|collected|participants|dataset|algorithm)\b",
        r"https?://|www\.|\bavailable (?:at|online|on)\b|copyright|©|\ball rights\b|\bkeywords\b"
        r"|\bindex terms\b",
        r"\?\s*$",
        r"\b(?:was|were)\b",
        r"\b(?:can|could|may|might|should|will|would)\b",
        r"\b(?:conclu\w+|thus|therefore|hence|overall|finally|implications?|future)\b",
        r"^\W*(?:to|in order to|towards?)\b",
        r"^\W*(?:it|this|these|they|such)\b",
    )
)


def with_parts(
    sentences: Sequence[Sentence],
    vectors: NDArray[np.float32] | None,
    *,
    is_abstract: bool = True,
) -> list[Sentence]:
    """These sentences of one chunk, in order, each with its part, and whether it only reports a
    view of others. The arguments are as of `part_of_each`."""
    texts = [clean(sentence.text) for sentence in sentences]
    parts = part_of_each(texts, vectors, is_abstract=is_abstract)
    return [
        sentence.model_copy(update={"part": part, "is_reported": is_reported})
        for sentence, part, is_reported in zip(
            sentences, parts, reported_views(texts, is_abstract=is_abstract), strict=True
        )
    ]


def part_of_each(
    texts: Sequence[str], vectors: NDArray[np.float32] | None, *, is_abstract: bool = True
) -> list[SentencePart]:
    """The part of each of these sentences, which follow one another and are all of an abstract.
    `vectors` are MiniLM's, of shape (sentences, 384), or None. In any other text than an abstract
    a place says nothing: there every sentence counts as one of the middle. Vectors of another
    length than MiniLM's are left out."""
    if not texts:
        return []
    if vectors is not None and vectors.shape[1] != DIMENSIONS:
        vectors = None
    weights, bias = _model("alone" if vectors is None else "vectors")
    features = features_of(texts, vectors, is_abstract=is_abstract)
    return [PARTS[n] for n in (features @ weights.T + bias).argmax(axis=1).tolist()]


def features_of(
    texts: Sequence[str], vectors: NDArray[np.float32] | None, *, is_abstract: bool = True
) -> NDArray[np.float32]:
    """The features, of shape (sentences, features), of the same arguments."""
    import numpy as np

    rows = [
        [*_place(n if is_abstract else 2, len(texts) if is_abstract else 5), *_words(text)]
        for n, text in enumerate(texts)
    ]
    own = np.array(rows, dtype=np.float32)
    return own if vectors is None else np.hstack([vectors, own])


def _place(number: int, count: int) -> list[float]:
    place = number / max(count - 1, 1)
    return [place, place**2, number == 0, number == 1, number == count - 1, count == 1]


@lru_cache(maxsize=4096)  # the same sentences answer one question after another
def _words(text: str) -> tuple[float, ...]:
    lower = text.lower()
    length = min(len(text.split()), _LONG_WORDS) / _LONG_WORDS
    return (*(float(cue.search(lower) is not None) for cue in CUES), length)


@lru_cache
def _model(name: str) -> tuple[Any, Any]:
    """The weights, of shape (parts, features), and the bias, of shape (parts,)."""
    import numpy as np

    kept = json.loads(MODEL.read_text(encoding="utf-8"))[name]
    return np.array(kept["weights"], dtype=np.float32), np.array(kept["bias"], dtype=np.float32)
