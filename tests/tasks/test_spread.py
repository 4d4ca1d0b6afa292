"""Work on a Ray cluster of two nodes on loopback: the same results, also when a worker dies."""

import json
import os
import signal
import subprocess
import sys
import time

import numpy as np
import pytest

from reviewer.errors import UsageError
from reviewer.library import Library
from reviewer.tasks.spread import cluster
from tests.cli.test_app import start
from tests.conftest import SAMPLES, write_listing
from tests.promises.test_several_processes import JOBS, LATENCY_S, PLAN, asked, without_usage
from tests.support.chroma_server import free_port
from tests.support.fake_provider import FakeProvider
from tests.support.ray_cluster import RayCluster, require_ray
from tests.support.scripted import served

KEYS = {"OPENAI_API_KEY": "sk-none", "REVIEW_OFFLINE": ""}


@pytest.fixture(scope="module")
def nodes():
    require_ray()
    started = RayCluster()
    yield started
    started.close()


def begin(folder, *arguments, **extra):
    return start(*arguments, extra=KEYS | extra, stdout=subprocess.PIPE, cwd=folder)


def finish(process):
    out, err = process.communicate(timeout=300)
    assert process.returncode == 0, err.decode()
    return out.decode(), err.decode()


def vectors(folder):
    with Library(folder) as library:
        numbers, matrix = library.chunks.vectors()
        assert library.chunks.count_waiting() == 0
        return numbers, matrix


def test_texts_embedded_on_a_cluster_get_the_vectors_that_this_machine_gives(nodes, tmp_path):
    embedding = {"REVIEW_EMBEDDING": "minilm-int8"}
    finish(begin(tmp_path, "add", str(SAMPLES), "--library", "alone", **embedding))
    words = ["add", str(SAMPLES), "--library", "spread", "--ray", nodes.address]
    _, err = finish(begin(tmp_path, *words, **embedding))
    assert "Embedding on 2 machines of Ray" in err
    (numbers, alone), (same, spread) = vectors(tmp_path / "alone"), vectors(tmp_path / "spread")
    assert numbers.tolist() == same.tolist()
    assert np.abs(alone - spread).max() < 1e-4


def test_a_worker_that_is_killed_while_it_embeds_loses_nothing(nodes, tmp_path):
    papers = [
        {"title": f"Paper {n}", "abstract": f"It shows {n} things. Each of {n} is new. " * 8}
        for n in range(300)
    ]
    listing = write_listing(tmp_path / "many.jsonl", *papers)
    words = ["add", listing, "--library", "spread", "--ray", nodes.address]
    adding = begin(tmp_path, *words, REVIEW_EMBEDDING="minilm-int8")
    killed = kill_a_worker(nodes, adding)
    finish(adding)
    assert killed
    assert len(vectors(tmp_path / "spread")[0]) == 300


def kill_a_worker(nodes, process, after_s=3.0):
    """Kill one worker that works, some time after it began; True when there was one."""
    end = time.monotonic() + 120
    while not nodes.workers() and process.poll() is None and time.monotonic() < end:
        time.sleep(0.1)
    time.sleep(after_s)
    for worker in nodes.workers()[:1]:
        os.kill(worker, signal.SIGKILL)
        return process.poll() is None
    return False


@pytest.fixture
def place(tmp_path):
    with Library(tmp_path / "shelf") as opened:
        opened.add([str(SAMPLES)])
        opened.ledger.secret()
    (tmp_path / "plan.yaml").write_text(PLAN, encoding="utf-8")
    return str(tmp_path / "shelf")


def survey(place, folder, fake, name, *more):
    return begin(
        folder, "survey", "plan.yaml", "--library", place, "--model", "openai/fake", "-o", name,
        "--jobs", str(JOBS), "--api-base", fake.url, *more, REVIEW_EMBEDDING="none",
    )  # fmt: skip


def reports_in(folder):
    document = json.loads(without_usage((folder / "survey.json").read_text("utf-8")))
    return document["reports"]


def test_reports_written_on_a_cluster_are_those_of_one_machine(nodes, place, tmp_path):
    with FakeProvider(answers=served(), latency_s=LATENCY_S) as fake:
        _, err = finish(survey(place, tmp_path, fake, "spread", "--ray", nodes.address))
        calls = asked(fake)
        assert "On Ray: 2 reports on" in err
        assert "\nno cost" in err, "nothing was left to ask for"
        assert "Left for this machine" not in err
        finish(survey(place, tmp_path, fake, "alone"))
        assert asked(fake) == calls
    assert max(calls.values()) == 1
    assert reports_in(tmp_path / "spread") == reports_in(tmp_path / "alone")


def test_a_worker_that_is_killed_in_a_report_costs_its_calls_in_flight(nodes, place, tmp_path):
    with FakeProvider(answers=served(), latency_s=0.3) as fake:
        process = survey(place, tmp_path, fake, "spread", "--ray", nodes.address)
        while not fake.requests and process.poll() is None:
            time.sleep(0.05)
        killed = kill_a_worker(nodes, process, after_s=0.5)
        finish(process)
        assert killed
        assert sum(asked(fake).values()) - len(asked(fake)) <= JOBS
    assert all(report["sections"] for report in reports_in(tmp_path / "spread"))


def test_a_cluster_that_is_not_there_is_one_line(tmp_path):
    require_ray()
    address = f"127.0.0.1:{free_port()}"
    process = begin(tmp_path, "add", str(SAMPLES), "--library", "new", "--ray", address)
    _, err = process.communicate(timeout=120)
    assert process.returncode == 2
    assert f"no Ray cluster is reached at {address}" in err.decode()
    assert "Traceback" not in err.decode()


def test_a_missing_ray_says_how_to_install_it(monkeypatch):
    monkeypatch.setitem(sys.modules, "ray", None)
    with pytest.raises(UsageError) as raised, cluster("auto"):
        pass
    assert "reviewer[ray]" in raised.value.hint
