"""Starts a real small model for the tests marked `live`, in the Python of `LIVE_PYTHON`, else this
one."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

PYTHON = os.environ.get("LIVE_PYTHON") or sys.executable
CALLS = int(os.environ.get("LIVE_CALLS") or 8)  # 100 with `make live`
CONTEXT_TOKENS = 4096
MODEL = "openai/smollm2-135m"
_SCRIPT = Path(__file__).with_name("serve_live.py")
_END_S = 10


class NoModelError(Exception):
    """The server did not start; the text says why."""


@dataclass
class LiveModel:
    """A llama.cpp server on loopback with SmolLM2-135M. `url` ends with `/v1`."""

    url: str
    process: subprocess.Popen[str]

    def close(self) -> None:
        """End the server: it ends by itself when its standard input does."""
        if self.process.stdin is not None:
            self.process.stdin.close()
        try:
            self.process.wait(_END_S)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        if self.process.stdout is not None:
            self.process.stdout.close()


def start_model(context_tokens: int = CONTEXT_TOKENS) -> LiveModel:
    """The model's server, once it takes requests. Raises NoModelError where it cannot run."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    with tempfile.TemporaryFile("w+", encoding="utf-8") as errors:
        process = subprocess.Popen(
            [PYTHON, str(_SCRIPT), str(port), str(context_tokens)],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=errors, text=True,
        )  # fmt: skip
        model = LiveModel(f"http://127.0.0.1:{port}/v1", process)
        assert process.stdout is not None
        for line in process.stdout:
            if line.strip() == "listening":
                return model
        model.close()
        errors.seek(0)
        said = errors.read().strip().splitlines() or ["it said nothing"]
    raise NoModelError(f"the live model does not run in {PYTHON}: {said[-1]}")
