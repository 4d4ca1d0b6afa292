"""A Ray cluster of two nodes on loopback, with bounded memory, gone after the tests."""

from __future__ import annotations

import importlib.util
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import pytest

from tests.conftest import ROOT
from tests.support.chroma_server import free_port

HAS_RAY = importlib.util.find_spec("ray") is not None
_MEMORY = 100_000_000  # bytes of objects a node; Ray's least is 78 MB
_START = "from ray.scripts.scripts import main; main()"


class RayCluster:
    """Two nodes with one processor each. `head` and `node` are process groups of their own."""

    def __init__(self) -> None:
        self._folder = tempfile.mkdtemp(prefix="ray-", dir="/tmp")  # sockets: a short path
        self.address = f"127.0.0.1:{free_port()}"
        port = self.address.rpartition(":")[2]
        self._environment = os.environ | {
            "PYTHONPATH": str(ROOT),
            "RAY_USAGE_STATS_ENABLED": "0",
            "OPENAI_API_KEY": "sk-none",
            "REVIEW_OFFLINE": "",
            "REVIEW_EMBEDDING": "",
        }
        self._nodes = [
            self._start("--head", "--port", port, "--include-dashboard=false"),
        ]
        self._wait(1)
        self._nodes.append(self._start("--address", self.address))
        self._wait(2)

    def _start(self, *arguments: str) -> subprocess.Popen[bytes]:
        folder = ["--temp-dir", self._folder] if "--head" in arguments else []
        words = [
            sys.executable, "-c", _START, "start", "--block", "--disable-usage-stats",
            "--node-ip-address", "127.0.0.1", "--num-cpus", "1",
            "--object-store-memory", str(_MEMORY), *arguments, *folder,
        ]  # fmt: skip
        with (Path(self._folder) / f"start-{len(arguments)}.log").open("wb") as log:
            return subprocess.Popen(
                words, env=self._environment, stdout=log, stderr=log, start_new_session=True
            )

    def _wait(self, nodes: int) -> None:
        code = (
            "import sys, ray; ray.init(address=sys.argv[1], logging_level='ERROR'); "
            "print(sum(n['Alive'] for n in ray.nodes()))"
        )
        end = time.monotonic() + 120
        while time.monotonic() < end:
            found = subprocess.run(
                [sys.executable, "-c", code, self.address],
                env=self._environment, capture_output=True, text=True, check=False,
            )  # fmt: skip
            if found.stdout.strip().endswith(str(nodes)):
                return
            time.sleep(0.5)
        raise TimeoutError(f"Ray did not start: {self.logs()}")

    def logs(self) -> str:
        return "".join(p.read_text("utf-8")[-2000:] for p in Path(self._folder).glob("*.log"))

    def workers(self) -> list[int]:
        """Process ids of workers that run tasks or actors of ours, whose names begin with `_`.
        Ray's own agents (`ray::DashboardAgent`) take their node with them when they end."""
        found = []
        for path in Path("/proc").glob("[0-9]*"):
            try:
                name = (path / "cmdline").read_bytes().decode(errors="replace")
                session = int((path / "stat").read_text().rpartition(")")[2].split()[3])
            except (OSError, ValueError, IndexError):
                continue
            if session in {node.pid for node in self._nodes} and name.startswith("ray::_"):
                found.append(int(path.name))
        return found

    def close(self) -> None:
        """End both nodes and whatever they started."""
        for node in reversed(self._nodes):
            for one in (signal.SIGTERM, signal.SIGKILL):
                try:
                    os.killpg(node.pid, one)
                    node.wait(15)
                except (ProcessLookupError, subprocess.TimeoutExpired):
                    continue
        for path in Path("/proc").glob("[0-9]*"):
            try:
                if self._folder in (path / "cmdline").read_bytes().decode(errors="replace"):
                    os.kill(int(path.name), signal.SIGKILL)
            except (OSError, ValueError):
                continue
        self._delete_folder()

    def _delete_folder(self) -> None:
        for _ in range(20):  # what was killed may still write its last line
            shutil.rmtree(self._folder, ignore_errors=True)
            if not Path(self._folder).exists():
                return
            time.sleep(0.2)


def require_ray() -> None:
    if not HAS_RAY:
        pytest.skip("ray is not installed")
    if sys.platform != "linux":
        pytest.skip("two nodes on one machine are tried on Linux alone")
