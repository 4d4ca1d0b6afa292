"""The Dockerfile fits the project: its Python, its port, its extras, its command and its files."""

from __future__ import annotations

import json
import re
import subprocess
import sys
import tomllib

from reviewer.cli.commands.serve import ServeOptions
from tests.conftest import ROOT

DOCKERFILE = (ROOT / "Dockerfile").read_text(encoding="utf-8")
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]


def lines_of(instruction):
    return re.findall(rf"^{instruction} (.+)$", DOCKERFILE, re.MULTILINE)


def command():
    (line,) = lines_of("CMD")
    return json.loads(line)[-1].removeprefix("exec ").split()


def test_its_python_is_one_that_the_project_names():
    versions = {re.match(r"python:(\d\.\d+)-slim", image)[1] for image in lines_of("FROM")}
    (version,) = versions
    assert f"Programming Language :: Python :: {version}" in PROJECT["classifiers"]


def test_its_command_is_one_of_the_programs_with_options_that_it_has():
    name, subcommand, *options = command()
    assert name in PROJECT["scripts"]
    shown = subprocess.run(
        [sys.executable, "-m", "reviewer", subcommand, "--help"],
        capture_output=True, text=True, encoding="utf-8", check=True,
    ).stdout  # fmt: skip
    for option in (word for word in options if word.startswith("--")):
        assert re.search(rf"{option}\b", shown), option
    assert "--token-file" in options
    assert "--url" in options


def test_its_port_is_the_servers_own_everywhere():
    port = str(ServeOptions.port)
    assert lines_of("EXPOSE") == [port]
    assert command()[command().index("--port") + 1] == port
    assert set(re.findall(r"(?:localhost|127\.0\.0\.1):(\d+)", DOCKERFILE)) == {port}


def test_its_extras_exist():
    (extras,) = re.findall(r'"\.\[([\w,]+)\]"', DOCKERFILE)
    assert set(extras.split(",")) <= set(PROJECT["optional-dependencies"])


def test_it_runs_as_no_root_with_the_library_in_a_volume_and_no_token_in_it():
    (user,) = lines_of("USER")
    assert user not in ("root", "0")
    assert DOCKERFILE.index("\nUSER ") < DOCKERFILE.index("\nCMD ")
    assert "REVIEW_LIBRARY=/library" in DOCKERFILE
    assert lines_of("VOLUME") == ["/library"]
    assert "REVIEW_SERVE_TOKEN" not in DOCKERFILE


def test_what_it_copies_is_there_and_let_in():
    kept = set(re.findall(r"^!(.+)$", (ROOT / ".dockerignore").read_text("utf-8"), re.MULTILINE))
    copied = {
        name
        for line in lines_of("COPY")
        if not line.startswith("--from")
        for name in line.split()[:-1]
    }
    assert copied == kept
    assert all((ROOT / name).exists() for name in copied)
