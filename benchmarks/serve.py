"""How fast `review serve` is, and whether its memory stays flat, on a copy of a library.

    python benchmarks/serve.py --library LIBRARY [--questions 1000]

Measures, in this order: the page after the start; the bytes of the first page; a question end to
end, and the command line's in the same minutes; 16 questions at once; the memory at start, after
the first question, after 200, after half and after all of them; and how long the end takes.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import signal
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path

import httpx

TOKEN = "a-token-of-the-benchmark"
QUESTIONS = (
    "does RL teach new skills?",
    "what limits long contexts?",
    "how are agents evaluated?",
    "which rewards can be verified?",
    "how is retrieval combined with reasoning?",
    "do small models learn to reason?",
    "what makes training unstable?",
    "how are hallucinations found?",
)


class Server:
    """`review serve` in a process of its own."""

    def __init__(self, library: Path) -> None:
        environment = {**os.environ, "REVIEW_SERVE_TOKEN": TOKEN}
        command = [sys.executable, "-m", "reviewer", "serve", "--no-open", "--offline"]
        self.began = time.monotonic()
        self.process = subprocess.Popen(
            [*command, "--port", "0", "--library", str(library)],
            stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True, env=environment,
        )  # fmt: skip
        assert self.process.stdout is not None
        headers = {"Authorization": f"Bearer {TOKEN}"}
        address = self.process.stdout.readline().strip()
        self.client = httpx.Client(base_url=address, headers=headers, timeout=120)

    def since_start(self) -> float:
        return time.monotonic() - self.began

    def megabytes(self) -> float:
        """Resident memory."""
        status = Path(f"/proc/{self.process.pid}/status").read_text(encoding="utf-8")
        line = next(line for line in status.splitlines() if line.startswith("VmRSS"))
        return int(line.split()[1]) / 1024

    def seconds_of(self, question: str) -> float:
        """A question end to end: asked, answered, its answer read."""
        began = time.monotonic()
        wait = {"Prefer": "wait=60"}
        answer = self.client.post("/api/v1/asks", json={"question": question}, headers=wait)
        assert answer.status_code == 200, answer.text
        assert answer.json()["schema"] == "review/answer/1"
        return time.monotonic() - began


def of_command_line(library: Path, question: str) -> float:
    began = time.monotonic()
    subprocess.run(
        [sys.executable, "-m", "reviewer", "ask", question, "--json", "--library", str(library)],
        check=True, capture_output=True,
    )  # fmt: skip
    return time.monotonic() - began


def at_once(server: Server, many: int) -> list[float]:
    took: list[float] = []
    asked = [QUESTIONS[n % len(QUESTIONS)] for n in range(many)]
    threads = [
        threading.Thread(target=lambda q=question: took.append(server.seconds_of(q)))
        for question in asked
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return took


def page_bytes(server: Server) -> int:
    """The first page with all that it loads."""
    page = server.client.get("/ask")
    total = len(page.content)
    for piece in page.text.split('"'):
        if piece.startswith("/static/"):
            total += len(server.client.get(piece).content)
    return total


def median(values: list[float]) -> float:
    return round(statistics.median(values), 3)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--library", type=Path, required=True)
    parser.add_argument("--questions", type=int, default=1000)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as top:
        library = Path(top) / "library"
        shutil.copytree(options.library, library)
        figures = measure(library, options.questions)
    print(json.dumps(figures, indent=2))


def measure(library: Path, most: int) -> dict[str, object]:
    figures: dict[str, object] = {"load_before": os.getloadavg()[0]}
    server = Server(library)
    while server.client.get("/ask").status_code != 200:
        time.sleep(0.01)
    figures["page_after_s"] = round(server.since_start(), 2)
    while not server.client.get("/api/v1/health").json()["is_ready"]:
        time.sleep(0.02)
    figures["ready_after_s"] = round(server.since_start(), 2)
    figures["rss_start_mb"] = round(server.megabytes())
    figures["page_bytes"] = page_bytes(server)
    pages = []
    for _ in range(20):
        began = time.monotonic()
        server.client.get("/ask")
        pages.append(time.monotonic() - began)
    figures["page_warm_s"] = median(pages)
    figures["question_first_s"] = round(server.seconds_of(QUESTIONS[0]), 3)
    figures["rss_first_mb"] = round(server.megabytes())
    warm, cold = [], []
    for number in range(5):  # in turns, so that both meet the same load
        warm += [server.seconds_of(q) for q in QUESTIONS[:4]]
        cold.append(of_command_line(library, QUESTIONS[number]))
    figures["question_s"], figures["command_line_s"] = median(warm), median(cold)
    figures["times_faster"] = round(statistics.median(cold) / statistics.median(warm), 1)
    figures["16_at_once_s"] = median(at_once(server, 16))
    for number in range(most):
        server.seconds_of(f"{QUESTIONS[number % len(QUESTIONS)]} {number}")
        if number + 1 in (200, most // 2, most):
            figures[f"rss_{number + 1}_mb"] = round(server.megabytes())
    began = time.monotonic()
    server.process.send_signal(signal.SIGINT)
    server.process.wait()
    figures["end_s"] = round(time.monotonic() - began, 2)
    figures["load_after"] = os.getloadavg()[0]
    return figures


if __name__ == "__main__":
    main()
