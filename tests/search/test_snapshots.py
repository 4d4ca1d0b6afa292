"""One question reads one state of the library, whatever another process commits meanwhile."""

import json
import subprocess
import sys
import time
from contextlib import contextmanager

import pytest

from reviewer.library import Library
from reviewer.search import SearchOptions, find
from reviewer.settings import Settings
from reviewer.tasks.surveys.collect import collect
from reviewer.tasks.tables.table import TableOptions, compare_papers
from reviewer.types.surveys import ReportPlan, ViewQuestion
from reviewer.writers import Extractive
from tests.conftest import SAMPLES, write_listing

WITHOUT = Settings(embedding="none")
LEAST_S, MOST_S = 2.0, 30.0  # that questions are asked while another process writes
QUESTION = "do marsh frogs croak in ponds?"
# The library is in one of two states: without the frogs, or with all of them.
FROGS = [
    {"title": f"Marsh frogs {n}", "abstract": f"Marsh frogs croak in ponds at night {n}."}
    for n in range(5)
]
_WRITER = """
import sqlite3, sys
path, other = sys.argv[1:]
connection = sqlite3.connect(path, timeout=30, isolation_level=None)
connection.execute("ATTACH ? AS other", (other,))
tables = "papers records identities aliases chunks words segments postings dead_chunks".split()
print("ready", flush=True)
while True:
    for source in ("other", "temp"):
        connection.execute("BEGIN IMMEDIATE")
        if source == "other":
            for table in tables:
                connection.execute(f"DROP TABLE IF EXISTS temp.{table}")
                connection.execute(f"CREATE TEMP TABLE {table} AS SELECT * FROM main.{table}")
        connection.execute("PRAGMA defer_foreign_keys = ON")
        connection.execute("UPDATE main.state SET value = value + 1 WHERE name = 'generation'")
        for table in reversed(tables):
            connection.execute(f"DELETE FROM main.{table}")
        for table in tables:
            connection.execute(f"INSERT INTO main.{table} SELECT * FROM {source}.{table}")
        connection.execute("COMMIT")
"""


@contextmanager
def changed_by_another(path, other):
    """Another process puts what the other library holds in this one's place, and back, until this
    ends: each time in one transaction."""
    command = [sys.executable, "-c", _WRITER, str(path), str(other)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        try:
            assert process.stdout.readline() == "ready\n"
            yield
            assert process.poll() is None
        finally:
            process.kill()


@pytest.fixture
def shelves(tmp_path):
    """A library without the frogs, and the file of the same one with them."""
    with Library(tmp_path / "with", WITHOUT) as other:
        other.add([str(SAMPLES)])
        other.add([write_listing(tmp_path / "frogs.jsonl", *FROGS)])
    with Library(tmp_path / "without", WITHOUT) as library:
        library.add([str(SAMPLES)])
        yield library, tmp_path / "with" / "library.db"


def frogs_in(papers):
    return sum(paper.title.startswith("Marsh frogs") for paper in papers)


def asked(ask, library, other):
    """What `ask` gives, again and again, while another process writes."""
    with changed_by_another(library.database.path, other):
        start, found = time.monotonic(), []
        while (past := time.monotonic() - start) < MOST_S:
            found.append(ask())
            if past > LEAST_S and len(set(found)) > 1:
                break
    assert len(set(found)) > 1  # both states were seen
    return found


def test_search_texts_and_counts_of_a_question_are_of_one_state(shelves):
    library, other = shelves
    without = library.catalogue.count()

    def ask():
        found = find(QUESTION, library, SearchOptions(12))
        hits = frogs_in(hit.paper for hit in found.hits if found.matched)
        texts = frogs_in({item.paper.id: item.paper for item in found.evidence}.values())
        assert all(item.chunk.text in item.paper.text_of("abstract") for item in found.evidence)
        return hits, texts, found.papers - without

    assert set(asked(ask, library, other)) <= {(0, 0, 0), (5, 5, 5)}


def test_the_papers_and_texts_of_a_table_are_of_one_state(shelves):
    library, other = shelves
    without = library.catalogue.count()

    def ask():
        made = compare_papers(QUESTION, library, Extractive(), TableOptions(is_part=True))
        frogs = frogs_in(made.papers) if made.rows else 0
        return frogs, made.coverage.papers - without

    assert set(asked(ask, library, other)) <= {(0, 0), (5, 5)}


def test_all_searches_of_a_report_are_of_one_state(shelves):
    library, other = shelves
    plan = ReportPlan(title="x", topic=QUESTION, papers=12)
    questions = tuple(ViewQuestion(question=f"{QUESTION} {n}") for n in range(4))

    def ask():
        found = collect(plan, questions, library)
        return tuple(query.matched >= 5 for query in found.queries[:5])

    assert set(asked(ask, library, other)) <= {(False,) * 5, (True,) * 5}


def test_a_question_inside_a_state_that_is_held_reads_that_state(tmp_path):
    with Library(tmp_path / "shelf", WITHOUT) as library:
        library.add([str(SAMPLES)])
        with library.alone:
            before = find(QUESTION, library)
            listing = write_listing(tmp_path / "frogs.jsonl", *FROGS)
            command = [sys.executable, "-m", "reviewer", "add", listing, "--library"]
            command += [str(library.folder), "--embedding", "none", "--json"]
            done = subprocess.run(command, check=True, capture_output=True, text=True)
            assert json.loads(done.stdout)
            assert find(QUESTION, library) == before
            assert library.catalogue.count() == before.papers
        assert frogs_in(hit.paper for hit in find(QUESTION, library).hits) == len(FROGS)
