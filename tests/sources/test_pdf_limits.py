"""PDFs that are damaged, hostile or endless: read, or skipped with a reason, within limits."""

from __future__ import annotations

import os
import random
import re
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from reviewer.processes import run_module
from reviewer.sources import ReadOptions, read_file
from reviewer.sources.pdf.worker import MOST_BYTES, MOST_SECONDS
from tests.conftest import ROOT
from tests.sources.test_pdf import full_paper, sentences, two_columns
from tests.support.pdfs import assemble, bomb, make_pdf, paper_page
from tests.support.promises import IS_FULL, promise

PAGE = b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 612 792] /Resources 3 0 R /Contents 11 0 R >>"


def read(tmp_path, data):
    file = tmp_path / "paper.pdf"
    file.write_bytes(data)
    return read_file(str(file), ReadOptions())


def refusal(tmp_path, data):
    found = read(tmp_path, data)
    assert found.papers == ()
    (skipped,) = found.skipped
    return skipped.reason


def one_page(contents, page=PAGE, count=1):
    """A file with one page whose contents are the object given."""
    return assemble(
        {
            1: b"<< /Type /Catalog /Pages 2 0 R >>",
            2: f"<< /Type /Pages /Count {count} /Kids [10 0 R] >>".encode(),
            3: b"<< >>",
            10: page,
            11: contents,
        }
    )


def mutated(data, number):
    """The file with bytes flipped, pieces cut out, doubled or swapped, or its end missing."""
    pick = random.Random(number)
    out = bytearray(data)
    kind = number % 4
    if kind == 0:
        for _ in range(pick.choice((1, 5, 50, 500))):
            out[pick.randrange(len(out))] = pick.randrange(256)
    elif kind == 1:
        del out[pick.randrange(len(out)) :]
    elif kind == 2:
        start = pick.randrange(len(out))
        del out[start : start + pick.choice((1, 10, 200))]
    else:
        start, length = pick.randrange(len(out)), pick.choice((4, 60, 400))
        digits = [m.span() for m in re.finditer(rb"\d+", data)]
        for first, last in pick.sample(digits, 3):
            out[first:last] = str(pick.randrange(10 ** (last - first))).encode().zfill(last - first)
        out[start:start] = out[start : start + length]
    return bytes(out)


@promise(
    "A damaged PDF is read or skipped with a reason",
    "papers with bytes flipped, pieces cut out, doubled or missing at the end, numbers changed",
    full=1000,
    few=30,
)
def test_a_mutated_file_is_read_or_skipped_with_a_reason(tmp_path, rounds):
    whole = [
        make_pdf(full_paper(), info={"Title": "On Apples"}),
        make_pdf(two_columns(sentences(40), seed=1)),
        make_pdf([paper_page(sentences(3)), "/Fm1 Do"], extra=(("Fm1", paper_page(["x"])),)),
    ]
    read_count = 0
    for number in range(rounds):
        started = time.monotonic()
        found = read(tmp_path, mutated(whole[number % 3], number))
        assert len(found.papers) + len(found.skipped) == 1
        assert all(skipped.reason for skipped in found.skipped)
        assert time.monotonic() - started < 3 * MOST_SECONDS  # a hang, on a machine that is busy
        read_count += len(found.papers)
    assert 0 < read_count < rounds


@pytest.mark.parametrize("version", ["RC4", "AES"])
def test_an_encrypted_file_is_skipped(tmp_path, version):
    crypt = "/V 2 /R 3 /Length 128"
    if version == "AES":
        crypt = "/V 4 /R 4 /Length 128 /StmF /StdCF /StrF /StdCF "
        crypt += "/CF << /StdCF << /CFM /AESV2 /AuthEvent /DocOpen /Length 16 >> >>"
    data = make_pdf(full_paper())
    keys = f"/O <{'41' * 32}> /U <{'42' * 32}> /P -4"
    locked = f"/Encrypt << /Filter /Standard {crypt} {keys} >> /ID [<00> <00>] /Root".encode()
    assert "encrypted with a password" in refusal(tmp_path, data.replace(b"/Root", locked, 1))


def test_a_file_that_is_locked_in_an_unknown_way_is_skipped(tmp_path):
    data = make_pdf(full_paper())
    locked = b"/Encrypt << /Filter /Nobody /V 9 >> /ID [<00> <00>] /Root"
    assert "encrypted in a way" in refusal(tmp_path, data.replace(b"/Root", locked, 1))


def test_ten_thousand_pages_are_refused(tmp_path):
    kids = b" ".join(b"10 0 R" for _ in range(10_000))
    data = assemble(
        {
            1: b"<< /Type /Catalog /Pages 2 0 R >>",
            2: b"<< /Type /Pages /Count 10000 /Kids [" + kids + b"] >>",
            10: PAGE,
        }
    )
    assert "10,000 pages, more than the 1,000 that are read" in refusal(tmp_path, data)


def test_a_count_of_pages_that_are_not_there_is_no_hang(tmp_path):
    assert refusal(tmp_path, one_page(b"<< >>", count=2_000_000_000))


@pytest.mark.parametrize("megabytes", [64, 1200])
def test_a_packed_bomb_of_contents_is_refused(tmp_path, megabytes):
    data = one_page(bomb(megabytes << 20))
    assert len(data) < megabytes * 1100
    assert refusal(tmp_path, data)


def test_a_picture_of_endless_pixels_is_refused_or_passed_over(tmp_path):
    page = paper_page(sentences(5)) + "q 600 0 0 700 0 0 cm /Im1 Do Q\n"
    data = make_pdf([page]).replace(b"/Width 1 /Height 1 ", b"/Width 60000 /Height 60000 ", 1)
    found = read(tmp_path, data)
    assert len(found.papers) + len(found.skipped) == 1


@pytest.mark.skipif(not IS_FULL, reason="takes the whole 30 s of processor time")
def test_forms_within_forms_without_end_are_no_hang(tmp_path):
    extra = tuple((f"Fm{n}", f"/Fm{n % 3 + 1} Do " * 20) for n in range(1, 4))
    found = read(tmp_path, make_pdf([paper_page(sentences(5)) + "/Fm1 Do\n"], extra=extra))
    assert len(found.papers) + len(found.skipped) == 1


def test_a_page_as_large_as_a_field_is_drawn_small(tmp_path):
    data = make_pdf([paper_page(sentences(8))], size=(14_400, 14_400))
    found = read(tmp_path, data)
    assert len(found.papers) + len(found.skipped) == 1


def test_a_file_beyond_the_limit_of_size_is_refused_unread(tmp_path, monkeypatch):
    monkeypatch.setattr("reviewer.sources.formats.pdf.MOST_FILE_BYTES", 1 << 20)
    assert "more than the 1 that are read" in refusal(tmp_path, b"%PDF-1.7\n" + bytes(2 << 20))


def test_a_child_that_takes_too_long_is_ended():
    outcome = run_module("timeit", ["-n", "1", "-r", "1", "import time; time.sleep(60)"], b"", 0.5)
    assert outcome.code is None


@pytest.mark.skipif(sys.platform == "win32", reason="no such limits there")
def test_the_child_limits_its_memory_its_time_and_its_files():
    code = (
        "import resource, reviewer.sources.pdf.worker as r; r.limit_this_process();"
        "print([resource.getrlimit(k)[0] for k in (resource.RLIMIT_CPU, resource.RLIMIT_AS,"
        "resource.RLIMIT_FSIZE)])"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, cwd=ROOT, check=True
    )
    time_s, memory, files = map(int, re.findall(r"-?\d+", done.stdout))
    assert (time_s, files) == (MOST_SECONDS, 0)
    assert memory == MOST_BYTES or sys.platform == "darwin"


def test_a_file_in_the_current_folder_is_not_run_in_the_child(tmp_path, monkeypatch):
    for name in ("json.py", "reviewer.py", "pypdfium2.py"):
        (tmp_path / name).write_text("raise SystemExit('run')", encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    assert len(read(tmp_path, make_pdf(full_paper())).papers) == 1


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="looks into /proc")
def test_an_interrupt_ends_the_child_too(tmp_path):
    slow = make_pdf(two_columns(sentences(9000), seed=1))  # some seconds of reading
    (tmp_path / "slow.pdf").write_bytes(slow)
    command = [sys.executable, "-m", "reviewer", "add", str(tmp_path / "slow.pdf")]
    command += ["--library", str(tmp_path / "shelf"), "--offline"]
    parent = subprocess.Popen(
        command,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )
    child = _wait_for(lambda: _children(parent.pid))[0]
    parent.send_signal(signal.SIGINT)
    parent.communicate(timeout=60)
    assert parent.returncode == 130
    assert _wait_for(lambda: not _is_running(child))


def _children(pid):
    found = []
    for place in Path("/proc").iterdir():
        if place.name.isdecimal():
            try:
                fields = (place / "stat").read_text("utf-8").rpartition(")")[2].split()
                is_reader = "sources.pdf.worker" in (place / "cmdline").read_text("utf-8")
            except OSError:
                continue
            found += [int(place.name)] if int(fields[1]) == pid and is_reader else []
    return found


def _is_running(pid):
    try:
        return Path(f"/proc/{pid}/stat").read_text("utf-8").rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


def _wait_for(what, seconds=60):
    ends = time.monotonic() + seconds
    while not (found := what()):
        assert time.monotonic() < ends
        time.sleep(0.02)
    return found
