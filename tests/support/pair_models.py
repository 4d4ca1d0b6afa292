"""Tiny cross-encoders that tests make: real ONNX graphs and tokenizers, with a few word weights."""

from __future__ import annotations

import json
from pathlib import Path

WORDS = "[PAD] [UNK] [CLS] [SEP]".split()


def make_pair_model(
    folder: Path,
    weights: dict[str, tuple[float, ...]],
    labels: tuple[str, ...] = (),
    inputs: tuple[str, ...] = ("input_ids", "attention_mask", "token_type_ids"),
    **config: object,
) -> Path:
    """A cross-encoder whose numbers for a pair are the sums of its words' `weights`, of the second
    text alone where the model takes token types; padding is masked. Gives the folder."""
    import numpy as np
    import onnx
    from onnx import TensorProto, helper, numpy_helper
    from tokenizers import Tokenizer, models, normalizers, pre_tokenizers, processors

    outputs = len(next(iter(weights.values())))
    vocabulary = {word: n for n, word in enumerate([*WORDS, *weights])}
    table = np.zeros((len(vocabulary), outputs), dtype=np.float32)
    for word, values in weights.items():
        table[vocabulary[word]] = values
    tokenizer = Tokenizer(models.WordLevel(vocabulary, unk_token="[UNK]"))
    tokenizer.normalizer = normalizers.Lowercase()
    tokenizer.pre_tokenizer = pre_tokenizers.Whitespace()
    tokenizer.post_processor = processors.TemplateProcessing(
        single="[CLS] $A [SEP]",
        pair="[CLS] $A [SEP] $B:1 [SEP]:1",
        special_tokens=[("[CLS]", vocabulary["[CLS]"]), ("[SEP]", vocabulary["[SEP]"])],
    )
    folder.mkdir(parents=True, exist_ok=True)
    tokenizer.save(str(folder / "tokenizer.json"))

    masks = [name for name in inputs if name in ("attention_mask", "token_type_ids")]
    nodes = [helper.make_node("Gather", ["table", "input_ids"], ["words"])]
    last = "words"
    for name in masks:
        nodes += [
            helper.make_node("Cast", [name], [f"{name}_float"], to=TensorProto.FLOAT),
            helper.make_node("Unsqueeze", [f"{name}_float", "axis"], [f"{name}_wide"]),
            helper.make_node("Mul", [last, f"{name}_wide"], [f"{name}_masked"]),
        ]
        last = f"{name}_masked"
    for name in inputs:
        if name not in ("input_ids", *masks):
            nodes.append(helper.make_node("Identity", [name], [f"{name}_unused"]))
    nodes.append(helper.make_node("ReduceSum", [last, "tokens"], ["logits"], keepdims=0))
    graph = helper.make_graph(
        nodes,
        "pairs",
        [
            helper.make_tensor_value_info(name, TensorProto.INT64, ["pairs", "tokens_of"])
            for name in inputs
        ],
        [helper.make_tensor_value_info("logits", TensorProto.FLOAT, ["pairs", outputs])],
        [
            numpy_helper.from_array(table, "table"),
            numpy_helper.from_array(np.array([2]), "axis"),
            numpy_helper.from_array(np.array([1]), "tokens"),
        ],
    )
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8)
    onnx.checker.check_model(model)
    onnx.save(model, str(folder / "model.onnx"))
    named = {"id2label": {str(n): label for n, label in enumerate(labels)}} if labels else {}
    (folder / "config.json").write_text(json.dumps(named | config), encoding="utf-8")
    return folder
