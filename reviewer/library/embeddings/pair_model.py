"""A cross-encoder from a folder of ONNX files: it scores pairs of texts on the local processor.

The folder has the files that the Hugging Face hub has: `model.onnx` (there or in `onnx/`),
`tokenizer.json`, and `config.json` with the names of the outputs. Nothing is downloaded.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from functools import lru_cache
from pathlib import Path
from typing import Any

from reviewer.errors import ReviewError
from reviewer.library.embeddings.minilm import import_libraries

MOST_TOKENS = 512  # of a pair; published cross-encoders were trained with no more
BATCH = 16  # pairs
_UNLIMITED = 100_000  # tokenizers without a limit name a huge number
_OFFSET_TYPES = {"roberta", "xlm-roberta", "camembert"}  # their positions begin after the padding
_INPUTS = ("input_ids", "attention_mask", "token_type_ids")
_WHOLE = {"tensor(int64)": "int64", "tensor(int32)": "int32"}
_GET = "Download model.onnx, tokenizer.json and config.json of a cross-encoder to one folder."


class LocalModelError(ReviewError, code="local_model"):
    """A model that was given as a folder cannot be used."""


@lru_cache(maxsize=4)
def open_pair_model(folder: str) -> LocalPairModel:
    """The model in this folder, opened once for a process. Raises LocalModelError for missing or
    damaged files, and for a model that is not one of pairs of texts."""
    return LocalPairModel(folder)


class LocalPairModel:
    """Holds a loaded cross-encoder, a `types.pair_model.PairModel`."""

    def __init__(self, folder: str) -> None:
        place = Path(folder).expanduser()
        self.name = place.resolve().name
        model, tokenizer = _found(place)
        config = _config(place / "config.json")
        self.labels = _labels(config)
        import_libraries()
        import onnxruntime
        from tokenizers import Tokenizer

        options = onnxruntime.SessionOptions()
        options.log_severity_level = 3
        self._tokenizer = _read(tokenizer, Tokenizer.from_file)
        self._session = _read(
            model,
            lambda file: onnxruntime.InferenceSession(
                file, options, providers=["CPUExecutionProvider"]
            ),
        )
        self._types = {put.name: _WHOLE.get(put.type, "") for put in self._session.get_inputs()}
        for name, kind in self._types.items():
            if name not in _INPUTS or not kind:
                raise LocalModelError(
                    f"{model} asks for the input '{name}', so it is no cross-encoder",
                    hint="Models that write text, such as T5, cannot be used. " + _GET,
                )
        named = (self._tokenizer.padding or {}).get("pad_id", config.get("pad_token_id"))
        self._padding = named if isinstance(named, int) else 0
        self._tokenizer.no_padding()
        self._tokenizer.enable_truncation(
            _most_tokens(place, config, self._tokenizer.truncation), strategy="longest_first"
        )
        self._model = model

    def score(self, pairs: Sequence[tuple[str, str]]) -> list[list[float]]:
        """As `PairModel.score` says. Texts that are too long together are cut at their ends, the
        longer one first. Raises LocalModelError when the model fails or gives no finite numbers."""
        encoded = self._tokenizer.encode_batch(list(pairs))
        order = sorted(range(len(encoded)), key=lambda n: len(encoded[n].ids))
        rows: dict[int, list[float]] = {}
        for start in range(0, len(order), BATCH):
            batch = order[start : start + BATCH]
            rows |= zip(batch, self._run([encoded[n] for n in batch]), strict=True)
        return [rows[n] for n in range(len(rows))]

    def _run(self, encoded: Sequence[Any]) -> list[list[float]]:
        """The outputs of one batch, (pairs, outputs)."""
        import numpy as np

        shape = len(encoded), max(len(own.ids) for own in encoded)
        values = {name: np.zeros(shape, dtype=kind) for name, kind in self._types.items()}
        for name, array in values.items():
            array += self._padding if name == "input_ids" else 0
            for row, own in enumerate(encoded):
                array[row, : len(own.ids)] = {
                    "input_ids": own.ids,
                    "attention_mask": own.attention_mask,
                    "token_type_ids": own.type_ids,
                }[name]
        try:
            found = np.asarray(self._session.run(None, values)[0], dtype=np.float64)
        except Exception as error:
            raise self._failed("cannot score pairs of texts") from error
        if found.ndim == 1:
            found = found[:, None]
        if found.ndim != 2 or len(found) != len(encoded):
            raise self._failed("gives no numbers for a pair of texts, so it is no cross-encoder")
        if self.labels and found.shape[1] != len(self.labels):
            names = ", ".join(self.labels)
            raise self._failed(f"gives {found.shape[1]} numbers, and config.json names {names}")
        if not np.isfinite(found).all():
            raise self._failed("gives numbers that are not finite")
        rows: list[list[float]] = found.tolist()
        return rows

    def _failed(self, reason: str) -> LocalModelError:
        return LocalModelError(f"{self._model} {reason}", hint=_GET)


def _found(folder: Path) -> tuple[Path, Path]:
    """The model's file and the tokenizer's."""
    if not folder.is_dir():
        raise LocalModelError(f"there is no folder {folder} with a model", hint=_GET)
    models = [folder / "model.onnx", folder / "onnx" / "model.onnx"]
    others = [*sorted(folder.glob("*.onnx")), *sorted(folder.glob("onnx/*.onnx"))]
    if not any(file.is_file() for file in models) and len(others) == 1:
        models = others  # such as model_quantized.onnx alone
    model = next((file for file in models if file.is_file()), None)
    tokenizer = folder / "tokenizer.json"
    missing = "model.onnx" if model is None else "" if tokenizer.is_file() else "tokenizer.json"
    if model is None or missing:
        raise LocalModelError(f"{folder} has no {missing}", hint=_GET)
    return model, tokenizer


def _config(file: Path) -> dict[str, Any]:
    """The fields of a JSON file, none if it is not there."""
    if not file.is_file():
        return {}
    found = _read(file, lambda name: json.loads(Path(name).read_text(encoding="utf-8")))
    if not isinstance(found, dict):
        raise _damaged(file)
    return found


def _labels(config: dict[str, Any]) -> tuple[str, ...]:
    """The names of the outputs in their order."""
    named = config.get("id2label")
    if not isinstance(named, dict) or not all(str(number).isdecimal() for number in named):
        return ()
    return tuple(str(named[number]) for number in sorted(named, key=int))


def _most_tokens(folder: Path, config: dict[str, Any], kept: dict[str, Any] | None) -> int:
    """How many tokens a pair may have: the least of what the model's files say."""
    positions = config.get("max_position_embeddings")
    if isinstance(positions, int) and config.get("model_type") in _OFFSET_TYPES:
        positions -= 2  # of the padding and of its place
    own = _config(folder / "tokenizer_config.json").get("model_max_length")
    named = (positions, own, (kept or {}).get("max_length"))
    limits = (n for n in named if isinstance(n, int | float) and 8 <= n < _UNLIMITED)
    return int(min((MOST_TOKENS, *limits)))


def _read(file: Path, read: Callable[[str], Any]) -> Any:  # noqa: ANN401  the libraries' own objects
    try:
        return read(str(file))
    except Exception as error:
        raise _damaged(file) from error


def _damaged(file: Path) -> LocalModelError:
    return LocalModelError(f"the model's file {file} is damaged", hint="Download it again.")
