"""`review serve` as it is started: what it prints, refuses and leaves behind."""

from __future__ import annotations

import os
import shutil
import signal
import socket
import subprocess
import sys
import time

import httpx
import pytest

from tests.conftest import ROOT

TOKEN = "one-token-of-sixteen-letters"


class Started:
    """`review serve` in a process of its own. `address` is what it printed first."""

    def __init__(self, *arguments, **variables):
        environment = {**os.environ, "COLUMNS": "80", **variables}
        self.process = subprocess.Popen(
            [sys.executable, "-m", "reviewer", "serve", "--no-open", *map(str, arguments)],
            stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, cwd=ROOT, env=environment,
        )  # fmt: skip

    def address(self):
        return self.process.stdout.readline().strip()

    def end(self, sign=signal.SIGINT):
        """The exit code, and the seconds that ending took."""
        began = time.monotonic()
        self.process.send_signal(sign)
        code = self.process.wait(20)
        return code, time.monotonic() - began

    def refused(self):
        """The exit code and the error of one that does not start."""
        try:
            _, said = self.process.communicate(timeout=60)
        except subprocess.TimeoutExpired:
            self.process.kill()
            raise
        return self.process.returncode, said


@pytest.fixture
def start():
    opened = []

    def begin(*arguments, **variables):
        opened.append(Started(*arguments, **variables))
        return opened[-1]

    yield begin
    for started in opened:
        if started.process.poll() is None:
            started.process.kill()
        started.process.communicate()


@pytest.fixture
def folder(kept_library, tmp_path):
    shutil.copytree(kept_library, tmp_path / "library")
    return tmp_path / "library"


def test_it_prints_an_address_with_a_token_and_ends_at_once(start, folder):
    started = start("--library", folder, "--port", "0")
    address, _, token = started.address().partition("#token=")
    assert address.startswith("http://127.0.0.1:")
    assert len(token) >= 43  # 256 bits
    client = httpx.Client(base_url=address, timeout=30)
    assert client.get("/ask").status_code == 303
    signed = client.post("/session", data={"token": token, "next": "/ask"})
    assert client.get(signed.headers["location"]).status_code == 200
    health = client.get("/api/v1/health").json()
    assert health["papers"] > 50
    code, seconds = started.end()
    assert code == 130
    assert seconds < 5
    assert "Traceback" not in started.process.stderr.read()


def test_a_job_ends_with_the_server_and_is_interrupted_or_stopped_after(start, folder):
    first = start("--library", folder, "--port", "0", REVIEW_SERVE_TOKEN=TOKEN)
    headers = {"Authorization": f"Bearer {TOKEN}"}
    client = httpx.Client(base_url=first.address(), headers=headers, timeout=30)
    asked = client.post("/api/v1/asks", json={"question": "does RL teach new skills?"})
    first.process.kill()
    first.process.wait()
    second = start("--library", folder, "--port", "0", REVIEW_SERVE_TOKEN=TOKEN)
    client = httpx.Client(base_url=second.address(), headers=headers, timeout=30)
    job = client.get(asked.headers["location"]).json()
    assert job["state"] in ("interrupted", "done")
    if job["state"] == "interrupted":
        again = client.post(f"{asked.headers['location']}/again", headers={"Prefer": "wait=30"})
        assert again.json()["schema"] == "review/answer/1"
    assert second.end()[0] == 130


@pytest.mark.parametrize(
    ("arguments", "variables", "said"),
    [
        (["--host", "0.0.0.0"], {}, "needs a token of yours"),
        (["--host", "0.0.0.0"], {"REVIEW_SERVE_TOKEN": TOKEN}, "no name of its own"),
        (["--url", "https://papers.lab.org"], {}, "needs a token of yours"),
        (["--url", "papers"], {"REVIEW_SERVE_TOKEN": TOKEN}, "no address of a server"),
        (["--url", "https://a.b/c"], {"REVIEW_SERVE_TOKEN": TOKEN}, "no address of a server"),
        ([], {"REVIEW_SERVE_TOKEN": "short"}, "16 or more letters"),
        (["--token-file", "nowhere.txt"], {}, "nowhere.txt cannot be read"),
        (["--user-header", "X-User"], {}, "needed together"),
        (["--proxy", "10.0.0.1"], {}, "needed together"),
        (["--port", "70000"], {}, "--port"),
        (["--library", "https://a.b/c"], {}, "not a path"),
    ],
)
def test_what_would_let_in_too_many_is_refused(start, arguments, variables, said):
    code, error = start(*arguments, **variables).refused()
    assert code == 2
    assert said in error
    assert len(error.strip().splitlines()) == 1


def test_a_port_that_is_taken_is_named_with_another(start, folder):
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        code, error = start("--library", folder, "--port", port).refused()
    assert code == 1
    assert f"port {port} of 127.0.0.1 cannot be listened on" in error
    assert f"--port {port + 1}" in error


def test_a_library_that_cannot_be_opened_ends_it_with_one_message(start, tmp_path):
    (tmp_path / "library").mkdir()
    (tmp_path / "library" / "library.db").write_bytes(b"not a database" * 999)
    code, error = start("--library", tmp_path / "library", "--port", "0").refused()
    assert code == 1
    assert "Traceback" not in error
    assert "review:" in error


def test_without_a_library_one_is_made_and_that_is_said(start, tmp_path):
    started = start("--library", tmp_path / "new", "--port", "0", REVIEW_SERVE_TOKEN=TOKEN)
    headers = {"Authorization": f"Bearer {TOKEN}"}
    with httpx.Client(base_url=started.address(), headers=headers, timeout=30) as client:
        assert client.get("/api/v1/health").json()["papers"] == 0
        asked = client.post(
            "/api/v1/asks", json={"question": "RL?"}, headers={"Prefer": "wait=30"}
        ).json()
        assert asked["outcome"] == "no evidence"
        assert client.get("/library").status_code == 200
    started.end()
    assert "A new library is made" in started.process.stderr.read()


def test_ctrl_c_ends_a_stream_of_events(start, folder):
    started = start("--library", folder, "--port", "0", REVIEW_SERVE_TOKEN=TOKEN)
    headers = {"Authorization": f"Bearer {TOKEN}"}
    with httpx.Client(base_url=started.address(), headers=headers, timeout=30) as client:
        asked = client.post("/api/v1/asks", json={"question": "does RL teach new skills?"})
        with client.stream("GET", f"{asked.headers['location']}/events") as stream:
            next(stream.iter_lines())
            code, seconds = started.end()
    assert code == 130
    assert seconds < 5
