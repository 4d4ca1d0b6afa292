"""What the tests share: where things are, and an embedding that needs no files."""

from __future__ import annotations

import hashlib
import json
import os
import signal
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, settings

from reviewer.library import Library
from reviewer.types.searches import Filters
from tests.support.fake_sources import FakeSources
from tests.support.promises import (  # noqa: F401  pytest finds hooks and fixtures here
    IS_FULL,
    pytest_runtest_logreport,
    pytest_runtest_setup,
    pytest_sessionfinish,
    rounds,
)

ROOT = Path(__file__).resolve().parent.parent
SAMPLES = ROOT / "fixtures" / "library"
SHARED = ROOT.parent / "shared"

# The same examples for the same code, so that a failure is of the change at hand; `make promises`
# draws new ones.
settings.register_profile(
    "tests",
    deadline=None,
    max_examples=60,
    suppress_health_check=[HealthCheck.too_slow],
    derandomize=not IS_FULL,
)
settings.load_profile("tests")

# A shell starts what runs in its background with interrupts ignored, and children inherit that.
if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    signal.signal(signal.SIGINT, signal.default_int_handler)


# Fixtures of what lies beside the checkout, where it does: `-m seeds` runs the tests that use one.
_BESIDE = {"seeds", "listings", "gold", "minilm"}


def pytest_collection_modifyitems(items):
    for item in items:
        if _BESIDE & set(getattr(item, "fixturenames", ())):
            item.add_marker(pytest.mark.seeds)


def write_listing(path, *records):
    """Keep records as JSON Lines; gives the path as a text."""
    lines = [json.dumps(record, ensure_ascii=False) + "\n" for record in records]
    path.write_text("".join(lines), encoding="utf-8")
    return str(path)


def holders(library, term):
    """The numbers of the chunks that hold the term, stemmed as in the index."""
    found = library.chunks.search_words([term], 1_000_000, Filters(), 1.0)
    return {number for number, _ in found}


class WordEmbedding:
    """A real, deterministic embedding: words hashed into 64 numbers. Near texts share words."""

    name = "words"
    dimensions = 64

    def __init__(self):
        self.texts = 0

    def embed(self, texts):
        self.texts += len(texts)
        vectors = np.zeros((len(texts), self.dimensions), dtype=np.float32)
        for row, text in enumerate(texts):
            for word in text.lower().split():
                digest = hashlib.md5(word.strip(".,;:?!").encode()).digest()
                vectors[row, digest[0] % self.dimensions] += 1.0
        vectors[:, 0] += 0.01
        return vectors / np.linalg.norm(vectors, axis=1, keepdims=True)


@pytest.fixture
def embedding():
    return WordEmbedding()


@pytest.fixture(autouse=True)
def _own_places(tmp_path_factory, monkeypatch):
    """No test reads or writes the user's own folders, settings or keys, or embeds by the way."""
    home = tmp_path_factory.mktemp("home")
    for name in [n for n in os.environ if n.startswith("REVIEW_") or n.endswith("_API_KEY")]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("HOME", str(home))
    monkeypatch.setenv("USERPROFILE", str(home))
    for name in ("XDG_DATA_HOME", "XDG_CACHE_HOME", "XDG_CONFIG_HOME"):
        monkeypatch.setenv(name, str(home / name.lower()))
    monkeypatch.setenv("REVIEW_OFFLINE", "1")
    monkeypatch.setenv("REVIEW_EMBEDDING", "none")  # who tests search by meaning says so


def pytest_generate_tests(metafunc):
    """A module with ON_BOTH_DATABASES runs what uses `places` on a folder and on PostgreSQL."""
    if "places" in metafunc.fixturenames and getattr(metafunc.module, "ON_BOTH_DATABASES", False):
        metafunc.parametrize("places", ["folder", "postgres"], indirect=True)


@pytest.fixture
def places(request, tmp_path):
    """Gives the place of the library of a name: always the same for the same name."""
    if getattr(request, "param", "folder") == "folder":
        yield lambda name="library": str(tmp_path / name)
        return
    cluster = request.getfixturevalue("cluster")
    made = {}

    def place(name="library"):
        if name not in made:
            made[name] = cluster.make_database()
        return made[name]

    yield place
    for address in made.values():
        cluster.drop_database(address)


@pytest.fixture
def library(places, embedding):
    with Library(places(), embedding=embedding) as opened:
        yield opened


@pytest.fixture
def sample_library(library):
    library.add([str(SAMPLES)])
    return library


@pytest.fixture
def seeds():
    """The real listings, where they stand beside the checkout."""
    folder = SHARED / "seeds"
    if not folder.is_dir():
        pytest.skip("the real listings are not beside this checkout")
    return folder


@pytest.fixture
def sources():
    """Online sources on loopback; a path without an answer is not there."""
    opened = FakeSources()
    yield opened
    opened.close()


@pytest.fixture(scope="session")
def cluster():
    """A private PostgreSQL server; a test that wants one is skipped where there is none."""
    from tests.support.postgres import Cluster, require_programs

    require_programs()
    opened = Cluster()
    yield opened
    opened.close()


@pytest.fixture(scope="session")
def browser(tmp_path_factory):
    """A headless Chromium; a test that wants one is skipped where there is none."""
    from tests.support.browser import CHROMIUM, Browser

    if CHROMIUM is None:
        pytest.skip("no Chromium is installed here")
    opened = Browser(tmp_path_factory.mktemp("browser"))
    yield opened
    opened.close()
