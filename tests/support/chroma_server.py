"""Chroma's own Rust server on loopback, and servers that accept and say nothing or nonsense."""

from __future__ import annotations

import contextlib
import socket
import subprocess
import sys
import threading
import time
import urllib.request
from pathlib import Path

_START = "import sys, chromadb_rust_bindings as bindings; bindings.cli(sys.argv[1:])"
_START_S = 60.0


def free_port() -> int:
    with socket.socket() as opened:
        opened.bind(("127.0.0.1", 0))
        return int(opened.getsockname()[1])


class ChromaServer:
    """A server over one folder, which can be killed and started again at the same port."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self._process: subprocess.Popen[bytes] | None = None
        self._is_kept = threading.Event()
        self.start()

    def start(self) -> None:
        arguments = ["run", "--host", "127.0.0.1", "--port", str(self.port), "--path"]
        self._process = subprocess.Popen(
            [sys.executable, "-c", _START, "chroma", *arguments, str(self.folder)],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        end = time.monotonic() + _START_S
        while time.monotonic() < end:
            with contextlib.suppress(OSError):
                urllib.request.urlopen(f"{self.url}/api/v2/heartbeat", timeout=2).close()
                return
            time.sleep(0.05)
        raise TimeoutError("Chroma's server did not start")

    def keep_up(self) -> None:
        """Start it, and again whenever it ends, as a supervisor would, until `let_be`."""
        self.start()
        self._is_kept.set()
        self._keeper = threading.Thread(target=self._keep, daemon=True)
        self._keeper.start()

    def _keep(self) -> None:
        while self._is_kept.is_set():
            if self._process is not None and self._process.poll() is not None:
                self.start()
            time.sleep(0.05)

    def let_be(self) -> None:
        self._is_kept.clear()
        self._keeper.join()

    def kill(self) -> None:
        """End it as a power cut would."""
        if self._process is not None:
            self._process.kill()
            self._process.wait()
            self._process = None


class StrangeServer:
    """Accepts connections, and answers each with `reply`; b"" is silence."""

    def __init__(self, reply: bytes = b"") -> None:
        self._reply = reply
        self._listening = socket.create_server(("127.0.0.1", 0))
        self.url = f"http://127.0.0.1:{self._listening.getsockname()[1]}"
        self._kept: list[socket.socket] = []
        threading.Thread(target=self._serve, daemon=True).start()

    def _serve(self) -> None:
        with contextlib.suppress(OSError):
            while True:
                opened, _ = self._listening.accept()
                self._kept.append(opened)
                if self._reply:
                    opened.recv(65536)
                    opened.sendall(self._reply)
                    opened.shutdown(socket.SHUT_WR)

    def close(self) -> None:
        for opened in (self._listening, *self._kept):
            opened.close()
