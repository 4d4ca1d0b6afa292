"""A watched folder: files are taken when they are whole, in order, and each once."""

import os
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest

from reviewer.sources import watching
from reviewer.sources.watching import Watched, is_on_network, watch_folders
from tests.support.pdfs import make_pdf, paper_page

PDF = make_pdf([paper_page(["Round apples taste sweet."])])


@pytest.fixture
def clock():
    class Clock:
        now = 100.0

        def __call__(self):
            return self.now

    return Clock()


@pytest.fixture
def watched(clock):
    return Watched(clock)


def write(place, data=PDF):
    place.write_bytes(data)
    return str(place)


def test_a_file_waits_until_it_has_not_changed_for_a_while(watched, clock, tmp_path):
    place = tmp_path / "a.bib"
    file = write(place, b"@article{a, title = {A")
    watched.saw(file)
    assert not watched.batch().files
    clock.now += 1.5
    write(place, b"@article{a, title = {A paper}}")
    assert not watched.batch().files
    clock.now += 1.5
    assert not watched.batch().files
    clock.now += 1
    assert watched.batch().files == (file,)
    assert not watched.batch().files


def test_a_pdf_without_its_end_waits_longer_but_not_for_ever(watched, clock, tmp_path):
    file = write(tmp_path / "a.pdf", PDF[: len(PDF) // 2])
    watched.saw(file)
    clock.now += 10
    assert not watched.batch().files
    clock.now += 55
    assert watched.batch().files == (file,)


@pytest.mark.parametrize("name", ["a.pdf.part", "Unconfirmed 1.crdownload", ".a.pdf", "a.jpg"])
def test_partial_hidden_and_other_files_are_never_taken(watched, clock, tmp_path, name):
    watched.saw(write(tmp_path / name))
    clock.now += 100
    assert not watched.batch().files


def test_a_download_is_taken_once_its_partial_file_has_gone(watched, clock, tmp_path):
    file, part = write(tmp_path / "a.pdf"), tmp_path / "a.pdf.part"
    part.write_bytes(b"x")
    watched.saw(file)
    clock.now += 10
    assert not watched.batch().files
    part.unlink()
    assert watched.batch().files == (file,)


def test_files_come_in_the_order_of_arrival(watched, clock, tmp_path):
    files = []
    for name in ("c.pdf", "a.pdf", "b.pdf"):
        files.append(write(tmp_path / name))
        watched.saw(files[-1])
        clock.now += 0.1
    clock.now += 3
    assert watched.batch().files == tuple(files)


def test_a_moved_file_is_in_one_batch_with_its_old_place(watched, clock, tmp_path):
    new = write(tmp_path / "new.pdf")
    watched.saw(new)
    clock.now += 0.001
    watched.lost(str(tmp_path / "old.pdf"))
    clock.now += 1.8
    assert watched.batch() == watching.Batch()
    clock.now += 0.5
    assert watched.batch() == watching.Batch((new,), (str(tmp_path / "old.pdf"),))


def test_a_file_that_is_written_anew_is_not_gone(watched, clock, tmp_path):
    file = write(tmp_path / "a.pdf")
    watched.lost(file)
    watched.saw(file)
    clock.now += 5
    assert watched.batch() == watching.Batch((file,))


def test_a_folder_on_a_network_is_known(tmp_path, monkeypatch):
    mounts = tmp_path / "mounts"
    mounts.write_text("/dev/sda / ext4 rw 0 0\nhost:/x /net\\040drive nfs4 rw 0 0\n")
    monkeypatch.setattr(watching, "_MOUNTS", mounts)
    assert is_on_network("/net drive/papers")
    assert not is_on_network("/home/ada/papers")


@pytest.mark.parametrize("polls", ["0", "1"])
def test_what_is_there_and_what_comes_is_given_once(tmp_path, monkeypatch, polls):
    monkeypatch.setenv("WATCHFILES_FORCE_POLLING", polls)
    monkeypatch.setattr(Watched, "__init__", _quick(Watched.__init__))
    first = write(tmp_path / "first.pdf")
    later = tmp_path / "below" / "later.pdf"

    def come():
        later.parent.mkdir()
        with later.open("wb") as out:
            for start in range(0, len(PDF), 200):
                out.write(PDF[start : start + 200])
                out.flush()
                time.sleep(0.05)

    found = watch_folders([str(tmp_path)])
    assert next(found).files == (first,)
    threading.Thread(target=come, daemon=True).start()
    assert next(found).files == (str(later),)
    found.close()


def _quick(made):
    def init(self, *given):
        made(self, *given)
        self.settle_s = 0.5

    return init


def _wait_for(condition, seconds=60):
    ends = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < ends
        time.sleep(0.1)


def test_a_burst_is_read_and_ctrl_c_ends_it_cleanly(tmp_path):
    folder, out = tmp_path / "papers", tmp_path / "out"
    folder.mkdir()
    environment = {**os.environ, "REVIEW_LIBRARY": str(tmp_path / "library")}
    with out.open("wb") as to:
        running = subprocess.Popen(
            [sys.executable, "-m", "reviewer", "add", "--watch", str(folder)],
            stdout=to, stderr=to, env=environment,
        )  # fmt: skip
    try:
        _wait_for(lambda: b"Watching" in out.read_bytes())
        for number in range(30):
            title = f"The Taste of Apples, Part {number}"
            page = paper_page([f"Apple {number} is sweet."], title=title)
            (folder / f"{number:03}.pdf").write_bytes(make_pdf([page]))
        _wait_for(lambda: b"30 papers in the library" in out.read_bytes())
        (folder / "000.pdf").rename(folder / "moved.pdf")
        (folder / "001.pdf").unlink()
        _wait_for(lambda: b"Gone: " in out.read_bytes() and b"Moved: " in out.read_bytes())
        running.send_signal(signal.SIGINT)
        assert running.wait(20) == 0
    finally:
        running.kill()
    said = out.read_text()
    assert "Stopped watching: 30 papers came." in said
    assert "Traceback" not in said
    assert f"Gone: {folder / '001.pdf'}; kept here: " in said


def test_a_name_that_is_no_folder_is_one_error(tmp_path, capsys):
    from reviewer.cli import run

    assert run(["add", "--watch", str(tmp_path / "nope")]) == 2
    assert "--watch needs folders" in capsys.readouterr().err
    assert run(["add", "--watch", "--search", "apples", str(Path(tmp_path))]) == 2
