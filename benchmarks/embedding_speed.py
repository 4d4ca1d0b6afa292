"""Measures how fast abstracts are embedded by MiniLM: built in (8 bits, and as floats) and in full.

Run: `python benchmarks/embedding_speed.py --torch-python PATH`, where PATH is the Python of an
environment with sentence-transformers (several GB: not among this project's extras).
Engines take turns, each in a process of its own. sentence-transformers gets a model of the same
shape with random weights: its rate does not depend on their values.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
import time
from itertools import combinations
from pathlib import Path
from statistics import median

from sets import listings_library, model_folder, parser, print_table, settings_of

from reviewer.library.embeddings.minilm import MAX_TOKENS, MiniLM, open_built_in, open_full

ABSTRACTS, ROUNDS, BATCH = 128, 5, 32  # 32: sentence-transformers' own default
FULL, EIGHT_BIT, AS_FLOATS = "minilm", "minilm-int8", "minilm-int8 as floats"
OTHER = "sentence-transformers"
WIDTH, PRODUCT = 384, 2048  # of the model; of the matrices that tell what the machine can do

MAKE = """
import sys
folder, files = sys.argv[1:]
import transformers
config = transformers.BertConfig(
    vocab_size=30522, hidden_size=384, num_hidden_layers=6, num_attention_heads=12,
    intermediate_size=1536, max_position_embeddings=512,
)
transformers.BertModel(config).save_pretrained(folder + "/torch")
transformers.PreTrainedTokenizerFast(
    tokenizer_file=files + "/tokenizer.json", pad_token="[PAD]", model_max_length=256,
).save_pretrained(folder + "/torch")
"""
TORCH = """
import json, sys, time
from sentence_transformers import SentenceTransformer, models
folder, texts, batch = sys.argv[1], json.load(open(sys.argv[2])), int(sys.argv[3])
words = models.Transformer(folder + "/torch", max_seq_length=256)
model = SentenceTransformer(modules=[words, models.Pooling(384)], device="cpu")
model.encode(texts[:batch], batch_size=batch)
started, cpu = time.perf_counter(), time.process_time()
model.encode(texts, batch_size=batch, normalize_embeddings=True)
print(json.dumps([time.perf_counter() - started, time.process_time() - cpu]))
"""


def own(name: str, folder: str, texts: list[str]) -> tuple[float, float]:
    """In the child: seconds by the clock and on all processors for these texts with MiniLM."""
    minilm = opened(name, folder)
    minilm.embed(texts[:BATCH])
    started, cpu = time.perf_counter(), time.process_time()
    minilm.embed(texts)
    return time.perf_counter() - started, time.process_time() - cpu


def opened(name: str, folder: str) -> MiniLM:
    return open_full(folder) if name == FULL else open_built_in(in_floats=name == AS_FLOATS)


def in_child(command: list[str]) -> tuple[float, float]:
    done = subprocess.run(command, check=True, capture_output=True, text=True, encoding="utf-8")
    seconds, cpu = json.loads(done.stdout.splitlines()[-1])
    return seconds, cpu


def main() -> None:
    made = parser(__doc__)
    made.add_argument("--torch-python", help="of an environment with sentence-transformers")
    made.add_argument("--own", nargs=3, help=argparse.SUPPRESS)
    options = made.parse_args()
    if options.own:
        name, folder, file = options.own
        print(json.dumps(own(name, folder, json.loads(Path(file).read_text(encoding="utf-8")))))
        return
    files = model_folder(options.shared)
    with tempfile.TemporaryDirectory() as place:
        texts = Path(place) / "texts.json"
        texts.write_text(json.dumps(abstracts(options)), encoding="utf-8")
        ways = {
            name: [sys.executable, __file__, "--own", name, str(files), str(texts)]
            for name in (FULL, EIGHT_BIT, AS_FLOATS)
        }
        if options.torch_python:
            ways[OTHER] = other(options.torch_python, Path(place), files, texts)
        print_limits(files, json.loads(texts.read_text(encoding="utf-8")))
        times: dict[str, list[tuple[float, float]]] = {way: [] for way in ways}
        for _ in range(ROUNDS):
            for way, command in ways.items():
                times[way].append(in_child(command))
    print_rates(times)


def abstracts(options: argparse.Namespace) -> list[str]:
    """Titles and abstracts of the listings as they are embedded."""
    from reviewer.library import Library
    from reviewer.library.index.chunking import embedding_text
    from reviewer.text import clean

    with Library(listings_library(options), settings_of(options.shared)) as library:
        numbers = library.chunks.vectors()[0].tolist()[:ABSTRACTS]
        kept = library.chunks.numbered(numbers).values()
        return [clean(embedding_text(k.title, k.chunk.text)) for k in kept]


def print_limits(files: Path, texts: list[str]) -> None:
    """How much work a text is, how fast this machine multiplies, and how near 8 bits come."""
    import numpy as np
    from tokenizers import Tokenizer

    tokenizer = Tokenizer.from_file(str(files / "tokenizer.json"))
    tokenizer.enable_truncation(MAX_TOKENS)
    tokens = [len(tokenizer.encode(text).ids) for text in texts]
    # 6 layers: 12 matrices of WIDTH x WIDTH, and two products of all tokens; * and + count.
    work = [6 * (24 * n * WIDTH**2 + 4 * n**2 * WIDTH) / 1e9 for n in tokens]
    matrix = np.random.default_rng(0).random((PRODUCT, PRODUCT), dtype=np.float32)
    taken = []
    for _ in range(10):
        started = time.perf_counter()
        matrix @ matrix
        taken.append(time.perf_counter() - started)
    vectors = {n: opened(n, str(files)).embed(texts) for n in (FULL, EIGHT_BIT, AS_FLOATS)}
    rows = [
        ["tokens a text", f"{sum(tokens) / len(tokens):.0f}"],
        ["10^9 operations a text", f"{sum(work) / len(work):.1f}"],
        ["10^9 operations a second, numpy, one thread", f"{2 * PRODUCT**3 / min(taken) / 1e9:.0f}"],
    ]
    for one, two in combinations(vectors, 2):
        cosines = (vectors[one] * vectors[two]).sum(axis=1)
        said = f"{cosines.mean():.4f}, {cosines.min():.4f}"
        rows.append([f"cosine of {one} and {two}, mean and least", said])
    print_table("Limits", ["what", "figure"], rows)


def other(python: str, folder: Path, files: Path, texts: Path) -> list[str]:
    """The command of sentence-transformers, once its files are made."""
    subprocess.run([python, "-c", MAKE, str(folder), str(files)], check=True, capture_output=True)
    return [python, "-c", TORCH, str(folder), str(texts), str(BATCH)]


def print_rates(times: dict[str, list[tuple[float, float]]]) -> None:
    floor = median(s for s, _ in times.get(OTHER, times[FULL]))
    rows = []
    for way, found in times.items():
        seconds, cpu = median(s for s, _ in found), median(c for _, c in found)
        rates = (ABSTRACTS / seconds, ABSTRACTS / cpu)
        rows.append([way, *(f"{rate:.1f}" for rate in rates), f"{floor / seconds:.2f}"])
    head = ["engine", "abstracts a second", "a CPU second", "times sentence-transformers"]
    print_table(f"Embedding {ABSTRACTS} abstracts, {ROUNDS} rounds", head, rows)


if __name__ == "__main__":
    main()
