"""Makes the smaller MiniLM, whose matrices are whole numbers of 8 bits: about twice as fast.

Weights have one scale a column; what they are multiplied with gets one range a token at every call
(token-wise dynamic quantisation: Yao et al. 2022, "ZeroQuant"). onnxruntime's own
`quantize_dynamic` takes one range for all tokens of all texts of a call: a few tokens with large
values then cost the others most of their bits, and a text's vector depends on the texts beside it.
The tables of word vectors, the softmax and the norms are unchanged.

Run as a module it makes the file: `python -m reviewer.library.embeddings.int8 FROM TO`.
"""

from __future__ import annotations

import os
import sys
from hashlib import sha256
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from reviewer.errors import EmbeddingError, make_folder
from reviewer.processes import run_module
from reviewer.settings import cache_folder

_MOST_SECONDS = 300.0
_LARGEST = 127  # of a weight
_RECIPE = 2  # counts the ways in which this file has made models: each is kept separately
_OVERFLOWS = 3  # exit code of the child where sums of products of 8 bits overflow
_CONTRIBUTED = "com.microsoft"  # operators of onnxruntime's own
_AXES_ARE_INPUTS = 18
_ROOM = "Free some space there, or use --embedding minilm."


def kept_model(folder: Path) -> Path:
    """Where the smaller model of the files in this folder is kept, made yet or not."""
    source = folder / "model.onnx"
    state = source.stat()
    sign = sha256(
        f"{_RECIPE}\n{source.resolve()}\n{state.st_size}\n{state.st_mtime_ns}".encode()
    ).hexdigest()
    return cache_folder() / "models" / f"minilm-int8-{sign[:16]}.onnx"


def can_be_made() -> bool:
    """True where the package that makes the model is installed."""
    return find_spec("onnx") is not None


def smaller_model(folder: Path) -> Path:
    """The smaller model of the files in this folder, made now if it does not exist.

    Raises EmbeddingError when the files are damaged, the processor is not suited to it, or it
    cannot be kept.
    """
    kept = kept_model(folder)
    if kept.is_file():
        return kept
    make_folder(kept.parent, "the smaller model cannot be kept", EmbeddingError, _ROOM)
    part = kept.with_suffix(f".{os.getpid()}.part")
    try:
        made = run_module(
            "reviewer.library.embeddings.int8",
            [str(folder / "model.onnx"), str(part)],
            b"",
            _MOST_SECONDS,
        )
        if made.code == _OVERFLOWS:
            raise EmbeddingError(
                "this processor sums products of 8 bits in 16, too few for minilm-int8",
                hint="Use --embedding minilm.",
            )
        if made.code != 0:
            raise EmbeddingError(
                f"no smaller model could be made of the embedding files in {folder}",
                hint="Use --embedding minilm; where that fails too, the files are damaged.",
            )
        part.replace(kept)
    except OSError as error:
        raise EmbeddingError(
            f"the smaller model cannot be kept in {kept.parent}: {error.strerror}", hint=_ROOM
        ) from error
    finally:
        part.unlink(missing_ok=True)
    return kept


def _make(source: str, target: str) -> int:
    """Make the file, in a process of its own, whose memory is given back. Gives the exit code."""
    os.environ["ORT_DISABLE_TELEMETRY"] = "1"
    import onnx

    if not _sums_are_exact():
        return _OVERFLOWS
    model = onnx.load(source)
    _quantise(model)
    onnx.save(model, target)
    return 0


def _sums_are_exact() -> bool:
    """Whether products of the largest numbers are summed without loss. Processors with AVX2 but
    without VNNI add two of them in 16 bits (onnxruntime, "Quantize ONNX models")."""
    import numpy as np
    import onnxruntime
    from onnx import TensorProto, helper

    size = 64
    graph = helper.make_graph(
        [helper.make_node("MatMulInteger", ["left", "right"], ["sums"])],
        "sums",
        [
            helper.make_tensor_value_info("left", TensorProto.UINT8, [size, size]),
            helper.make_tensor_value_info("right", TensorProto.INT8, [size, size]),
        ],
        [helper.make_tensor_value_info("sums", TensorProto.INT32, [size, size])],
    )
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8)
    session = onnxruntime.InferenceSession(
        model.SerializeToString(), providers=["CPUExecutionProvider"]
    )
    left = np.full((size, size), 255, dtype=np.uint8)
    right = np.full((size, size), _LARGEST, dtype=np.int8)
    (sums,) = session.run(None, {"left": left, "right": right})
    return bool((sums == size * 255 * _LARGEST).all())


def _quantise(model: Any) -> None:  # noqa: ANN401  onnx is not imported for a type
    """Put products of whole numbers in the place of every product with a fixed matrix."""
    from onnx import helper

    graph = model.graph
    (version,) = (used.version for used in model.opset_import if not used.domain)
    matrices = {kept.name: kept for kept in graph.initializer}
    parts = _Parts(graph, version)
    ranged: set[str] = set()
    for node in list(graph.node):
        if node.op_type != "MatMul" or node.input[1] not in matrices:
            parts.nodes.append(node)
            continue
        left, name = node.input
        if left not in ranged:
            ranged.add(left)
            _add_ranges(left, parts)
        _add_product(left, matrices[name], node.output[0], parts)
    used = {name for node in parts.nodes for name in node.input}
    for name in [name for name in matrices if name not in used]:
        graph.initializer.remove(matrices[name])
    del graph.node[:]
    graph.node.extend(parts.nodes)
    model.opset_import.append(helper.make_opsetid(_CONTRIBUTED, 1))


class _Parts:
    """The nodes and values of a graph that is being made; `version` is of the operators' set."""

    def __init__(self, graph: Any, version: int) -> None:  # noqa: ANN401
        self.nodes: list[Any] = []
        self.version = version
        self._graph = graph
        self._values: set[str] = set()

    def value(self, name: str, value: Any) -> str:  # noqa: ANN401  an array
        """Keep a value under this name, once; gives the name."""
        from onnx import numpy_helper

        if name not in self._values:
            self._values.add(name)
            self._graph.initializer.append(numpy_helper.from_array(value, name))
        return name

    def node(self, kind: str, inputs: list[str], output: str, **options: Any) -> str:  # noqa: ANN401
        """Add a node; gives the name of its output."""
        from onnx import helper

        self.nodes.append(helper.make_node(kind, inputs, [output], **options))
        return output


def _add_ranges(left: str, parts: _Parts) -> None:
    """Nodes that turn (texts, tokens, n) numbers into (tokens of all texts, n) whole ones from 0 to
    255, with a scale and a zero for each token, and keep (texts, tokens)."""
    import numpy as np
    from onnx import TensorProto

    none, top = (parts.value(f"int8_{n}", np.float32(n)) for n in (0, 255))
    least = parts.value("int8_least", np.float32(1e-12))
    column = parts.value("int8_column", np.array([-1, 1]))
    flat = parts.node("Flatten", [left], f"{left}_flat", axis=2)
    low, high = (_add_extreme(kind, flat, parts) for kind in ("ReduceMin", "ReduceMax"))
    width = parts.node("Sub", [high, low], f"{left}_width")
    step = parts.node("Div", [width, top], f"{left}_step")
    scale = parts.node("Max", [step, least], f"{left}_scale")
    below = parts.node("Neg", [low], f"{left}_below")
    steps = parts.node("Div", [below, scale], f"{left}_steps")
    rounded = parts.node("Round", [steps], f"{left}_rounded")
    zero = parts.node("Clip", [rounded, none, top], f"{left}_zero")
    zero8 = parts.node("Cast", [zero], f"{left}_zero8", to=TensorProto.UINT8)
    parts.node("QuantizeLinear", [flat, scale, zero8], f"{left}_whole", axis=0, domain=_CONTRIBUTED)
    parts.node("Reshape", [scale, column], f"{left}_scales")
    parts.node("Reshape", [zero, column], f"{left}_zeros")
    form = parts.node("Shape", [left], f"{left}_form")
    first = parts.value("int8_first", np.array([0, 1]))
    parts.node("Gather", [form, first], f"{left}_tokens")


def _add_extreme(kind: str, flat: str, parts: _Parts) -> str:
    """The least or the largest of each row; from version 18 on the axis is an input."""
    import numpy as np

    if parts.version < _AXES_ARE_INPUTS:
        return parts.node(kind, [flat], f"{flat}_{kind}", axes=[1], keepdims=0)
    axis = parts.value("int8_axis", np.array([1]))
    return parts.node(kind, [flat, axis], f"{flat}_{kind}", keepdims=0)


def _add_product(left: str, matrix: Any, output: str, parts: _Parts) -> None:  # noqa: ANN401
    """Nodes for the product: scale of a token * (its whole numbers @ weights - its zero * sums)."""
    import numpy as np
    from onnx import numpy_helper

    weights, name = numpy_helper.to_array(matrix), matrix.name
    scale = np.maximum(np.abs(weights).max(axis=0) / _LARGEST, np.float32(1e-12))
    whole = np.rint(weights / scale).astype(np.int8)
    sums = -(whole.astype(np.float64) * scale).sum(axis=0, keepdims=True).astype(np.float32)
    product = parts.node(
        "MatMulIntegerToFloat",
        [
            f"{left}_whole",
            parts.value(f"{name}_whole", whole),
            parts.value("int8_one", np.float32(1)),
            parts.value(f"{name}_scale", scale),
            parts.value("int8_nought", np.uint8(0)),
        ],
        f"{output}_product",
        domain=_CONTRIBUTED,
    )
    kept = parts.value(f"{name}_sums", sums)
    shift = parts.node("Mul", [f"{left}_zeros", kept], f"{output}_shift")
    shifted = parts.node("Add", [product, shift], f"{output}_shifted")
    scaled = parts.node("Mul", [shifted, f"{left}_scales"], f"{output}_scaled")
    width = parts.value(f"int8_width_{weights.shape[1]}", np.array([weights.shape[1]]))
    shape = parts.node("Concat", [f"{left}_tokens", width], f"{output}_shape", axis=0)
    parts.node("Reshape", [scaled, shape], output)


if __name__ == "__main__":
    sys.exit(_make(*sys.argv[1:]))
