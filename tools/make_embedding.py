"""Makes the embedding that ships with the package: all-MiniLM-L6-v2 in 8 bits, about 23 MB.

Run: `python tools/make_embedding.py FROM TO`, where FROM has the published model as `model.onnx`,
with `tokenizer.json`, and TO is `reviewer/library/embeddings/model`. Needs the package onnx.

`weights.bin` holds every large array once; two small graphs read it (ONNX external data):

`eight_bit.onnx` multiplies whole numbers. Weights have one scale a column; what they are multiplied
with gets one range a token at every call (token-wise dynamic quantisation: Yao et al. 2022,
"ZeroQuant"). onnxruntime's own `quantize_dynamic` takes one range for all tokens of all texts of a
call: a few tokens with large values then cost the others most of their bits, and a text's vector
depends on the texts beside it.

`float.onnx` multiplies floats. It turns the same weights into floats when it is loaded (onnxruntime
computes what depends on constants alone once). It is for processors that lose sums of products of
8 bits; `exact_sums.onnx` is one small product that shows whether they do.

Word vectors have one scale a word. Softmax and norms are unchanged. A few of the 384 channels that
leave a norm have values many times larger than the others; such a channel is divided by a power of
two and its row of weights multiplied with it (SmoothQuant with equal shares: Xiao et al. 2023). The
largest values are those of the published model on SENTENCES; the power of two is the same on every
processor.
"""

from __future__ import annotations

import shutil
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import onnx
import onnxruntime
from numpy.typing import NDArray
from onnx import ModelProto, NodeProto, TensorProto, helper, numpy_helper
from tokenizers import Tokenizer

LARGEST = 127  # of a weight
LEAST_SCALE = np.float32(1e-12)
CONTRIBUTED = "com.microsoft"  # operators of onnxruntime's own
AXES_ARE_INPUTS = 18
SHARED_BYTES = 256  # smaller arrays stay in the graphs
WEIGHTS = "weights.bin"
SENTENCES = (
    "Does reinforcement learning teach a language model new skills?",
    "We introduce a benchmark of 1,200 questions (in 14 languages) on which GPT-4 reaches 61.3%.",
    "Patients who received 20 mg daily had a lower risk of stroke (hazard ratio 0.72, 95% CI "
    "0.58-0.89) than those on placebo; adverse events were rare.",
    "Knocking out the gene reduced insulin secretion in mice, but not in cultured human islets.",
    "In this survey, we review graph neural networks for molecules, crystals and proteins.",
    "A minimum wage that rises by a tenth lowers teenage employment by one to three per cent.",
    "The detector's resolution of 1.2 keV at 662 keV allows the two gamma lines to be separated.",
    "However, prior work has largely ignored the cost of labelling; we close this gap.",
    "Sea ice in the Arctic has thinned since 1979, and storms now break it earlier in spring.",
    "Children learn verbs later than nouns. Why this is so remains open.",
    "transformer attention efficiency",
    "Let G be a finite group: every subgroup of prime index is then maximal.",
    "Our code and data are at https://example.org/code.",
    "No.",
)


Array = NDArray[Any]
Floats = NDArray[np.float32]
Shares = dict[str, Floats]  # what each channel of an output is divided by, by the output's name


class Weights:
    """The bytes of `weights.bin`; an array of the same name is kept once."""

    def __init__(self) -> None:
        self.content = bytearray()
        self._places: dict[str, int] = {}

    def tensor(self, name: str, value: Array) -> TensorProto:
        """A tensor of this name for a graph; a large one names its place in the file."""
        tensor = numpy_helper.from_array(value, name)
        data = tensor.raw_data
        if len(data) < SHARED_BYTES:
            return tensor
        if name not in self._places:
            self.content += bytes(-len(self.content) % 64)
            self._places[name] = len(self.content)
            self.content += data
        tensor.ClearField("raw_data")
        tensor.data_location = TensorProto.EXTERNAL
        where = {"location": WEIGHTS, "offset": self._places[name], "length": len(data)}
        for key, said in where.items():
            tensor.external_data.add(key=key, value=str(said))
        return tensor


class Graph:
    """The nodes and arrays of one graph that is being made."""

    def __init__(self, source: ModelProto, weights: Weights) -> None:
        self.nodes: list[NodeProto] = []
        self.weights = weights
        (self.version,) = (used.version for used in source.opset_import if not used.domain)
        self._source = source
        self._tensors: dict[str, TensorProto] = {}

    def value(self, name: str, value: Array | np.generic) -> str:
        """Keep an array under this name, once; gives the name."""
        if name not in self._tensors:
            self._tensors[name] = self.weights.tensor(name, np.asarray(value))
        return name

    def node(self, kind: str, inputs: list[str], output: str, **options: Any) -> str:  # noqa: ANN401
        """Add a node; gives the name of its output."""
        self.nodes.append(helper.make_node(kind, inputs, [output], **options))
        return output

    def model(self) -> ModelProto:
        """The graph as a model with the inputs and outputs of the published one."""
        made = ModelProto()
        made.CopyFrom(self._source)
        arrays = {kept.name: numpy_helper.to_array(kept) for kept in made.graph.initializer}
        for name in sorted({name for node in self.nodes for name in node.input} & set(arrays)):
            self.value(name, arrays[name])
        del made.graph.node[:], made.graph.initializer[:], made.graph.value_info[:]
        made.graph.node.extend(self.nodes)
        made.graph.initializer.extend(self._tensors.values())
        made.opset_import.append(helper.make_opsetid(CONTRIBUTED, 1))
        return made


def eight_bit(source: ModelProto, weights: Weights, shares: Shares) -> ModelProto:
    """The model with products of whole numbers in place of all products with a fixed matrix."""
    graph = Graph(source, weights)
    ranged: set[str] = set()

    def add_product(node: NodeProto, matrix: Array) -> None:
        left = node.input[0]
        if left not in ranged:
            ranged.add(left)
            add_ranges(left, shares.get(left), graph)
        add_whole_product(node, matrix, graph)

    return rebuilt(source, graph, shares, add_product)


def in_floats(source: ModelProto, weights: Weights, shares: Shares) -> ModelProto:
    """The model with the same weights, turned into floats."""
    graph = Graph(source, weights)

    def add_product(node: NodeProto, matrix: Array) -> None:
        left, name = node.input
        whole, scale = whole_numbers(name, matrix, 0, graph)
        cast = graph.node("Cast", [whole], f"{whole}_float", to=TensorProto.FLOAT)
        floats = graph.node("Mul", [cast, scale], f"{name}_floats")
        if left in shares:
            rows = graph.value(f"{left}_rows", 1 / shares[left][:, None])
            floats = graph.node("Mul", [floats, rows], f"{name}_undivided")
        graph.node("MatMul", [left, floats], node.output[0])

    return rebuilt(source, graph, shares, add_product)


def rebuilt(
    source: ModelProto,
    graph: Graph,
    shares: Shares,
    add_product: Callable[[NodeProto, Array], None],
) -> ModelProto:
    """The model with other nodes for looking words up and for products with a fixed matrix, whose
    rows are multiplied by their channels' shares."""
    arrays = arrays_of(source)
    for node in source.graph.node:
        if is_matrix_product(node, arrays):
            left, name = node.input
            is_shared = left in shares
            add_product(node, arrays[name] * shares[left][:, None] if is_shared else arrays[name])
        elif is_look_up(node, arrays):
            add_look_up(node, arrays[node.input[0]], graph)
        else:
            graph.nodes.append(node)
    return graph.model()


def exact_sums() -> ModelProto:
    """A product of two 64 x 64 matrices of whole numbers, as `eight_bit` has them."""
    form = [64, 64]
    graph = helper.make_graph(
        [helper.make_node("MatMulInteger", ["left", "right"], ["sums"])],
        "exact_sums",
        [
            helper.make_tensor_value_info("left", TensorProto.UINT8, form),
            helper.make_tensor_value_info("right", TensorProto.INT8, form),
        ],
        [helper.make_tensor_value_info("sums", TensorProto.INT32, form)],
    )
    return helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8)


def arrays_of(model: ModelProto) -> dict[str, Array]:
    return {kept.name: numpy_helper.to_array(kept) for kept in model.graph.initializer}


def shares_of(source: ModelProto, tokenizer: Tokenizer) -> Shares:
    """The shares of every norm's output that is multiplied: the square root of a channel's largest
    value over its largest weight, over the median channel's, as a power of two."""
    arrays = arrays_of(source)
    norms = {node.output[0] for node in source.graph.node if node.op_type == "LayerNormalization"}
    matrices: dict[str, list[Array]] = {}
    for node in source.graph.node:
        if is_matrix_product(node, arrays) and node.input[0] in norms:
            matrices.setdefault(node.input[0], []).append(arrays[node.input[1]])
    shares = {}
    for name, largest in largest_values(source, tokenizer, list(matrices)).items():
        weights = np.abs(np.concatenate(matrices[name], axis=1)).max(axis=1)
        share = np.sqrt(largest / weights)
        shares[name] = np.exp2(np.rint(np.log2(share / np.median(share)))).astype(np.float32)
    return shares


def largest_values(source: ModelProto, tokenizer: Tokenizer, names: list[str]) -> dict[str, Array]:
    """The largest absolute value of each channel of these outputs on SENTENCES."""
    shown = ModelProto()
    shown.CopyFrom(source)
    for name in names:
        shown.graph.output.append(helper.make_tensor_value_info(name, TensorProto.FLOAT, None))
    session = onnxruntime.InferenceSession(
        shown.SerializeToString(), providers=["CPUExecutionProvider"]
    )
    found: dict[str, Array] = {}
    for text in SENTENCES:
        ids = np.array([tokenizer.encode(text).ids])
        feed = {"input_ids": ids, "attention_mask": ids * 0 + 1, "token_type_ids": ids * 0}
        for name, values in zip(names, session.run(names, feed), strict=True):
            largest = np.abs(values).max(axis=(0, 1))
            found[name] = np.maximum(found.get(name, largest), largest)
    return found


def is_matrix_product(node: NodeProto, arrays: dict[str, Array]) -> bool:
    return node.op_type == "MatMul" and node.input[1] in arrays


def is_look_up(node: NodeProto, arrays: dict[str, Array]) -> bool:
    """True for the table of word vectors, by far the largest array."""
    return node.op_type == "Gather" and node.input[1] == "input_ids" and node.input[0] in arrays


def quantised(floats: Array, axis: int) -> tuple[Floats, NDArray[np.int8]]:
    """Float32 scales, and whole numbers from -127 to 127. `axis` is the one along which numbers
    share a scale: 0 for one a column, 1 for one a row."""
    scale = np.maximum(np.abs(floats).max(axis=axis) / LARGEST, LEAST_SCALE)
    return scale, np.rint(floats / np.expand_dims(scale, axis)).astype(np.int8)


def whole_numbers(name: str, floats: Array, axis: int, graph: Graph) -> tuple[str, str]:
    """Keep the numbers of `quantised`; gives the names of the whole ones and of their scales."""
    scale, whole = quantised(floats, axis)
    return graph.value(f"{name}_whole", whole), graph.value(f"{name}_scale", scale)


def add_look_up(node: NodeProto, table: Array, graph: Graph) -> None:
    """Nodes that look up whole numbers and the scale of each word."""
    name, words = node.input
    whole, scale = whole_numbers(name, table, 1, graph)
    found = graph.node("Gather", [whole, words], f"{name}_found")
    floats = graph.node("Cast", [found], f"{name}_floats", to=TensorProto.FLOAT)
    scales = graph.node("Gather", [scale, words], f"{name}_scales")
    last = graph.value("int8_last", np.array([-1]))
    wide = graph.node("Unsqueeze", [scales, last], f"{name}_wide")
    graph.node("Mul", [floats, wide], node.output[0])


def add_ranges(left: str, share: Floats | None, graph: Graph) -> None:
    """Nodes that turn (texts, tokens, n) numbers, divided by their channels' shares, into (tokens
    of all texts, n) whole ones from 0 to 255, with a scale and a zero for each token, and keep
    (texts, tokens)."""
    none, top = (graph.value(f"int8_{n}", np.float32(n)) for n in (0, 255))
    least = graph.value("int8_least", LEAST_SCALE)
    column = graph.value("int8_column", np.array([-1, 1]))
    divided = left
    if share is not None:
        divided = graph.node("Mul", [left, graph.value(f"{left}_part", 1 / share)], f"{left}_even")
    flat = graph.node("Flatten", [divided], f"{left}_flat", axis=2)
    low, high = (add_extreme(kind, flat, graph) for kind in ("ReduceMin", "ReduceMax"))
    width = graph.node("Sub", [high, low], f"{left}_width")
    step = graph.node("Div", [width, top], f"{left}_step")
    scale = graph.node("Max", [step, least], f"{left}_scale")
    below = graph.node("Neg", [low], f"{left}_below")
    steps = graph.node("Div", [below, scale], f"{left}_steps")
    rounded = graph.node("Round", [steps], f"{left}_rounded")
    zero = graph.node("Clip", [rounded, none, top], f"{left}_zero")
    zero8 = graph.node("Cast", [zero], f"{left}_zero8", to=TensorProto.UINT8)
    graph.node("QuantizeLinear", [flat, scale, zero8], f"{left}_whole", axis=0, domain=CONTRIBUTED)
    graph.node("Reshape", [scale, column], f"{left}_scales")
    graph.node("Reshape", [zero, column], f"{left}_zeros")
    form = graph.node("Shape", [left], f"{left}_form")
    first = graph.value("int8_first", np.array([0, 1]))
    graph.node("Gather", [form, first], f"{left}_tokens")


def add_extreme(kind: str, flat: str, graph: Graph) -> str:
    """The least or the largest of each row; from version 18 on the axis is an input."""
    if graph.version < AXES_ARE_INPUTS:
        return graph.node(kind, [flat], f"{flat}_{kind}", axes=[1], keepdims=0)
    axis = graph.value("int8_axis", np.array([1]))
    return graph.node(kind, [flat, axis], f"{flat}_{kind}", keepdims=0)


def add_whole_product(node: NodeProto, floats: Array, graph: Graph) -> None:
    """Nodes for the product: scale of a token * (its whole numbers @ weights - its zero * sums)."""
    (left, name), (output,) = node.input, node.output
    scales, numbers = quantised(floats, 0)
    sums = -(numbers.astype(np.float64) * scales).sum(axis=0, keepdims=True).astype(np.float32)
    whole, scale = whole_numbers(name, floats, 0, graph)
    product = graph.node(
        "MatMulIntegerToFloat",
        [
            f"{left}_whole",
            whole,
            graph.value("int8_one", np.float32(1)),
            scale,
            graph.value("int8_nought", np.uint8(0)),
        ],
        f"{output}_product",
        domain=CONTRIBUTED,
    )
    shift = graph.node(
        "Mul", [f"{left}_zeros", graph.value(f"{name}_sums", sums)], f"{output}_shift"
    )
    shifted = graph.node("Add", [product, shift], f"{output}_shifted")
    scaled = graph.node("Mul", [shifted, f"{left}_scales"], f"{output}_scaled")
    columns = floats.shape[1]
    width = graph.value(f"int8_width_{columns}", np.array([columns]))
    shape = graph.node("Concat", [f"{left}_tokens", width], f"{output}_shape", axis=0)
    graph.node("Reshape", [scaled, shape], output)


def make(source: Path, target: Path) -> None:
    """Write the model's files to the folder `target`."""
    model = onnx.load(source / "model.onnx")
    shares = shares_of(model, Tokenizer.from_file(str(source / "tokenizer.json")))
    weights = Weights()
    graphs = {
        "eight_bit": eight_bit(model, weights, shares),
        "float": in_floats(model, weights, shares),
        "exact_sums": exact_sums(),
    }
    target.mkdir(parents=True, exist_ok=True)
    for name, graph in graphs.items():
        (target / f"{name}.onnx").write_bytes(graph.SerializeToString(deterministic=True))
    (target / WEIGHTS).write_bytes(weights.content)
    shutil.copyfile(source / "tokenizer.json", target / "tokenizer.json")


if __name__ == "__main__":
    make(Path(sys.argv[1]), Path(sys.argv[2]))
