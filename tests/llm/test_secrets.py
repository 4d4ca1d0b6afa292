"""A key is never printed, logged, cached or kept, whatever a provider does with it."""

import logging
import random
import sqlite3
from contextlib import closing
from dataclasses import replace
from itertools import product
from pathlib import Path

import pytest

from reviewer.cli import run
from reviewer.library import Library
from reviewer.settings import Settings
from tests.conftest import SAMPLES
from tests.llm.test_client import KEY
from tests.support.fake_provider import FakeProvider, Reply, answer, refused, sent, streamed
from tests.support.promises import promise
from tests.support.scripted import served

QUESTION = "does RL teach new skills?"
ECHO = f"env OPENAI_API_KEY={KEY}, header Authorization: Bearer {KEY}"
HTML = {"Content-Type": "text/html"}
FAULTS = {
    **{str(n): refused(n, ECHO) for n in (400, 401, 403, 404, 408, 409, 422, 429, 500, 503, 529)},
    "quota": refused(429, f"quota of {KEY}", "insufficient_quota"),
    "masked": refused(401, f"{KEY[:12]}************ is no key"),
    "in a header": refused(500, "no", x_echo=ECHO),
    "HTML": Reply(f"<html>{ECHO}</html>".encode(), headers=HTML),
    "prose": answer(f"Your key is {KEY}"),
    "refusal": answer(None, refusal=f"I will not use {KEY}"),
    "filtered": answer(ECHO, finish_reason="content_filter"),
    "cut": replace(answer(ECHO), said_length=9999),
    "reset": replace(answer(ECHO * 5), reset_after=200),
    "redirect": Reply(status=307, headers={"Location": f"/v1/{KEY}"}),
    "stream": streamed(ECHO),
    "a list": sent([ECHO]),
    "none": None,
}
VERBOSITIES = ([], ["--quiet"], ["--verbose"], ["--json"])


@pytest.fixture(scope="module")
def samples(tmp_path_factory):
    folder = tmp_path_factory.mktemp("samples") / "library"
    with Library(folder, Settings(embedding="none")) as library:
        library.add([str(SAMPLES)])
    return folder


def everything_in(folder):
    """All bytes of all files below, what is only in SQLite's overflow pages made whole."""
    kept = [path.read_bytes() for path in folder.rglob("*") if path.is_file()]
    with closing(sqlite3.connect(folder / "library.db")) as connection:
        kept += [repr(connection.execute(f"SELECT * FROM {t}").fetchall()).encode()
                 for t in ("runs", "replies", "state")]  # fmt: skip
    return b"".join(kept)


@promise(
    "Keys are never printed, logged, cached or kept",
    "24 faults of a provider that echoes the key, at 4 verbosities; then all output, all log "
    "records and every file of the library and the home folder are searched",
    full=96,
    few=2,
)
def test_a_key_is_nowhere_after_any_fault(samples, monkeypatch, capfd, caplog, tmp_path, rounds):
    monkeypatch.setenv("OPENAI_API_KEY", KEY)
    monkeypatch.chdir(tmp_path)
    caplog.set_level(logging.DEBUG)
    ways = list(product(FAULTS, VERBOSITIES))
    random.Random(7).shuffle(ways)
    printed = ""
    with FakeProvider(answers=served()) as provider:
        for n, (name, verbosity) in enumerate(ways[:rounds]):
            provider.script = [FAULTS[name]] * 30 if FAULTS[name] else []
            flags = ["--library", str(samples), "--embedding", "none", "--no-cache", "--stream"]
            flags += ["--model", "openai/gpt-4o-mini", "--api-base", provider.url]
            code = run(["ask", f"{QUESTION} {n}", *flags, *verbosity])
            out, err = capfd.readouterr()
            assert code in (0, 1), (name, code, err)
            assert "Traceback" not in err
            printed += out + err
        assert any(seen.headers["Authorization"] == f"Bearer {KEY}" for seen in provider.requests)
    ours = [r.getMessage() for r in caplog.records if r.name.startswith(("LiteLLM", "reviewer"))]
    kept = everything_in(samples) + b"".join(
        path.read_bytes()
        for path in (tmp_path, Path.home())
        for path in path.rglob("*")
        if path.is_file()
    )
    for piece in (KEY, KEY[:12]):
        assert piece not in printed + "".join(ours)
        assert piece.encode() not in kept


def test_a_password_in_the_models_address_is_not_kept(samples, monkeypatch, capfd, tmp_path):
    monkeypatch.setenv("OPENAI_API_KEY", KEY)
    monkeypatch.chdir(tmp_path)
    password = "pw-Zt83kQmN5vLw"
    with FakeProvider(answers=served()) as provider:
        base = provider.url.replace("http://", f"http://reader:{password}@")
        flags = ["--library", str(samples), "--embedding", "none", "--api-base", base]
        run(["ask", QUESTION, "--model", "openai/gpt-4o-mini", *flags, "-v"])
        monkeypatch.setenv("REVIEW_API_BASE", base)
        monkeypatch.setenv("REVIEW_MODEL", "openai/gpt-4o-mini")
        assert run(["doctor", "--library", str(samples)]) == 0
        out, err = capfd.readouterr()
    assert provider.url.rpartition("/")[0].rpartition("/")[2] in out
    assert password not in out + err
    assert password.encode() not in everything_in(samples)
