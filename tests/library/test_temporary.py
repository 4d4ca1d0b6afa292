"""Files at hand: read once, kept by content in the cache, apart from the user's own library."""

from __future__ import annotations

import json
import os
import shutil

import pytest

from reviewer.errors import SourceError
from reviewer.library import open_at_hand
from reviewer.library.temporary import MOST_KEPT
from reviewer.settings import Settings, cache_folder
from reviewer.sources import ReadOptions
from tests.conftest import SAMPLES


@pytest.fixture
def file(tmp_path):
    """A file of one paper."""
    path = tmp_path / "one.jsonl"
    path.write_text(json.dumps({"title": "Apples", "abstract": "Apples are round."}))
    return path


def opened(*paths, year=None, **settings):
    """How many papers the library over these files has, and what reading them did."""
    chosen = Settings(**{"embedding": "none"} | settings)
    library, added = open_at_hand([str(p) for p in paths], chosen, ReadOptions(year))
    with library:
        return library.catalogue.count(), added


def kept():
    return sorted((cache_folder() / "papers").iterdir())


def test_files_are_read_once():
    count, added = opened(SAMPLES)
    assert (count, added.entries, len(added.added)) == (62, 64, 62)
    assert opened(SAMPLES) == (62, None)
    assert len(kept()) == 1


def test_the_users_own_library_is_not_touched(file, tmp_path):
    opened(file, library=str(tmp_path / "own"))
    assert not (tmp_path / "own").exists()
    assert [path.name for path in tmp_path.iterdir()] == ["one.jsonl"]


def test_a_changed_file_is_read_again_and_the_earlier_content_is_still_kept(file):
    opened(file)
    before = file.read_text()
    file.write_text(before + "\n" + json.dumps({"title": "Pears", "abstract": "Pears are not."}))
    count, added = opened(file)
    assert (count, len(added.added)) == (2, 2)
    file.write_text(before)
    assert opened(file) == (1, None)


def test_a_listings_year_is_part_of_what_was_read(tmp_path):
    listing = SAMPLES / "reinforcement-learning.txt"
    for year in (None, 2025):
        library, _ = open_at_hand([str(listing)], Settings(), ReadOptions(year))
        with library:
            unknown = [p for p in library.papers() if p.date.startswith("--")]
            assert bool(unknown) == (year is None)


@pytest.mark.parametrize("damage", ["newer", "junk"])
def test_what_is_kept_is_a_cache_and_is_made_again_when_it_cannot_be_used(file, damage):
    opened(file)
    database = kept()[0] / "library.db"
    if damage == "junk":
        database.write_bytes(b"no database" * 1000)
    else:
        data = bytearray(database.read_bytes())
        data[60:64] = (99).to_bytes(4, "big")  # SQLite's user_version: a later release's form
        database.write_bytes(bytes(data))
    count, added = opened(file)
    assert (count, len(added.added)) == (1, 1)
    assert opened(file) == (1, None)


def test_reading_that_was_stopped_goes_on_the_next_time(file, tmp_path):
    shutil.copytree(SAMPLES, tmp_path / "papers")

    def stop(stage, done, total):
        if done == 2:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        open_at_hand([str(tmp_path / "papers")], Settings(), ReadOptions(), stop)
    count, added = opened(tmp_path / "papers")
    assert count == 62
    assert 0 < len(added.added) < 62


def test_files_without_papers_are_named_every_time_with_a_few_reasons(tmp_path):
    for number in range(5):
        (tmp_path / f"notes{number}.txt").write_text("nothing of a paper\n")
    for _ in range(2):
        with pytest.raises(SourceError) as caught:
            opened(tmp_path)
        assert caught.value.message.startswith(f"no paper could be read from {tmp_path} (")
        assert "notes2.txt: its format is unknown" in caught.value.message
        assert caught.value.message.endswith("; and 2 more)")


@pytest.mark.parametrize("path", ["nothing.txt", "*.none", "-"])
def test_a_path_that_names_no_file_is_an_error(path, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    with pytest.raises(SourceError):
        opened(path)


def test_the_cache_does_not_grow_without_end_and_forgets_the_oldest(file):
    opened(file)
    for number in range(MOST_KEPT + 3):
        folder = cache_folder() / "papers" / f"older{number:02}"
        folder.mkdir()
        os.utime(folder, (number, number))
    file.write_text(json.dumps({"title": "Pears", "abstract": "Pears are not."}))
    opened(file)
    names = [folder.name for folder in kept()]
    assert len(names) == MOST_KEPT
    assert "older00" not in names
    assert f"older{MOST_KEPT + 2}" in names


def test_nothing_is_fetched(file):
    count, added = opened(file, embedding="", offline=False)  # a connection would fail this test
    assert (count, added.embedded, added.waiting, added.notes) == (1, 1, 0, ())
    count, added = opened(file, embedding="minilm", offline=False)
    assert (count, added.waiting) == (1, 1)
    assert [note.file for note in added.notes] == ["embedding"]


def test_when_the_embedding_comes_later_what_was_read_gets_its_vectors(file):
    assert opened(file)[1].waiting == 1
    count, added = opened(file, embedding="")
    assert (count, len(added.added), added.embedded, added.waiting) == (1, 0, 1, 0)
    assert opened(file, embedding="") == (1, None)


def test_another_embedding_has_a_library_of_its_own(file):
    opened(file)
    opened(file, embedding="ollama/nomic-embed-text", offline=True)
    assert len(kept()) == 2
    opened(file, embedding="")
    opened(file, embedding="minilm-int8")
    assert len(kept()) == 2
    opened(file, embedding="minilm")
    assert len(kept()) == 3
