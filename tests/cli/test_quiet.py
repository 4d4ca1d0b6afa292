"""Nothing is reached, and no environment changed, unless a user asked for it."""

import json
import os
import signal
import subprocess
import sys

import pytest

from tests.conftest import ROOT, SAMPLES
from tests.support.promises import promise
from tests.support.traps_network import IS_POSSIBLE

needs_trap = pytest.mark.skipif(not IS_POSSIBLE, reason="this system has no seccomp that is known")


def trapped(*arguments, **extra):
    """A module in a process that ends when anything in it tries to reach an address."""
    environment = {k: v for k, v in os.environ.items() if k != "REVIEW_OFFLINE"}
    return subprocess.run(
        [sys.executable, str(ROOT / "tests/support/traps_network.py"), *map(str, arguments)],
        capture_output=True, text=True, cwd=ROOT, timeout=300,
        env=environment | {"PYTHONPATH": str(ROOT)} | extra,
    )  # fmt: skip


@needs_trap
@pytest.mark.parametrize(
    "reaching",
    [
        "socket.create_connection(('127.0.0.1', 9))",
        "socket.socket(type=socket.SOCK_DGRAM).sendto(b'x', ('127.0.0.1', 9))",
        "socket.getaddrinfo('telemetry.example', 443)",
    ],
)
def test_the_trap_ends_whoever_reaches_out(tmp_path, reaching):
    (tmp_path / "reaching.py").write_text(f"import socket\n{reaching}\n")
    done = trapped("reaching", PYTHONPATH=str(tmp_path))
    assert done.returncode == -signal.SIGSYS, done.stderr
    (tmp_path / "still.py").write_text(
        "import socket\na, b = socket.socketpair()\na.send(b'x')\nprint(b.recv(1))\n"
    )
    assert trapped("still", PYTHONPATH=str(tmp_path)).stdout == "b'x'\n"


@promise(
    "No dependency phones home: adding and asking without a model reach no address",
    "the kernel ends the process at its first connect or datagram, native code included: add, "
    "ask, table, search, doctor with the embedding on the processor",
    full=1,
)
@needs_trap
def test_a_whole_answer_reaches_no_address(tmp_path):
    (tmp_path / "commands.py").write_text(COMMANDS.format(samples=str(SAMPLES / "reasoning.txt")))
    done = trapped(
        "commands",
        tmp_path / "library",
        PYTHONPATH=f"{tmp_path}{os.pathsep}{ROOT}",
        REVIEW_EMBEDDING="minilm-int8",
    )
    assert done.returncode == 0, (done.returncode, done.stderr)
    assert done.stdout.splitlines()[-1] == "[0, 0, 0, 0, 0]"


COMMANDS = """
import sys
from reviewer.cli import run

question, library = "does RL teach new skills?", ["--library", sys.argv[1]]
codes = [
    run(["add", {samples!r}, *library]),
    run(["ask", question, *library]),
    run(["table", question, "--column", "result", *library]),
    run(["search", question, *library]),
    run(["doctor", *library]),
]
print(codes)
"""


WATCHED = """
import json, os, sys
events = []
sys.addaudithook(lambda name, _: events.append(name) if name.startswith("socket.") else None)
before = dict(os.environ)
{code}
wanted = ("socket.connect", "socket.getaddrinfo", "socket.sendto", "socket.gethostbyname")
print(json.dumps([before == dict(os.environ), [e for e in events if e in wanted]]))
"""
FRONT_PAGE = """
from reviewer.cli import run
run(["--help"])
"""


@promise(
    "`import reviewer` and `review --help` open no connection and change no environment variable",
    "a process of its own with an audit hook, its environment compared before and after",
)
@pytest.mark.parametrize("code", ["import reviewer", FRONT_PAGE], ids=["import", "help"])
def test_loading_it_leaves_the_world_alone(code):
    done = subprocess.run(
        [sys.executable, "-c", WATCHED.format(code=code)],
        capture_output=True, text=True, check=True, env=os.environ | {"PYTHONPATH": str(ROOT)},
    )  # fmt: skip
    assert json.loads(done.stdout.splitlines()[-1]) == [True, []]
