"""Scanned pages: Tesseract reads them where it is there, and what it read says so everywhere."""

from __future__ import annotations

import json
import os
import shutil
import stat
import subprocess
import sys
import zlib

import pytest

from reviewer.cli import run
from reviewer.library import Library
from reviewer.settings import Settings
from reviewer.sources.entries import ReadOptions
from reviewer.sources.formats.pdf import read_pdf
from reviewer.sources.pdf.pdfium import picture_of
from reviewer.sources.pdf.recognising import ocr_program
from tests.support.pdfs import assemble, make_pdf, paper_page

needs_tesseract = pytest.mark.skipif(
    shutil.which("tesseract") is None, reason="Tesseract is not installed"
)
OCR = ReadOptions(has_ocr=True)
SENTENCES = [
    "We weighed forty apples in three orchards near the river.",
    "Red apples were heavier than green ones by twelve grams.",
    "The taste of an apple did not follow from its weight at all.",
    "We conclude that growers may pick apples by colour alone.",
]


def scan_of(pdf, pages):
    """The pages of a PDF as pictures alone, as a scanner makes them."""
    objects = {1: b"<< /Type /Catalog /Pages 2 0 R >>"}
    kids = []
    for n in range(pages):
        head, _, rest = picture_of(pdf, n + 1)[0].partition(b" 255\n")
        width, height = map(int, head.split()[1:3])
        own = 10 + 3 * n
        kids.append(f"{own} 0 R")
        packed = zlib.compress(rest)
        objects[own] = (
            f"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 612 792] /Contents {own + 1} 0 R "
            f"/Resources << /XObject << /Im1 {own + 2} 0 R >> >> >>"
        ).encode()
        drawn = b"q 612 0 0 792 0 0 cm /Im1 Do Q"
        objects[own + 1] = b"<< /Length %d >>\nstream\n%b\nendstream" % (len(drawn), drawn)
        objects[own + 2] = (
            (
                f"<< /Type /XObject /Subtype /Image /Width {width} /Height {height} /ColorSpace "
                f"/DeviceGray /BitsPerComponent 8 /Filter /FlateDecode /Length {len(packed)} >>\n"
                "stream\n"
            ).encode()
            + packed
            + b"\nendstream"
        )
    objects[2] = f"<< /Type /Pages /Count {pages} /Kids [{' '.join(kids)}] >>".encode()
    return assemble(objects)


@pytest.fixture(scope="module")
def scan():
    page = paper_page(SENTENCES * 2).replace("/F1 ", "/F3 ").replace("/F2 ", "/F3 ")  # Times
    return scan_of(make_pdf([page]), 1)


@pytest.fixture
def no_programs(monkeypatch, tmp_path):
    """A PATH without Tesseract."""
    ocr_program.cache_clear()
    monkeypatch.setenv("PATH", str(tmp_path))
    yield tmp_path
    ocr_program.cache_clear()


@pytest.fixture(autouse=True)
def forget():
    ocr_program.cache_clear()
    yield
    ocr_program.cache_clear()


@needs_tesseract
def test_a_scan_is_read_and_marked_as_read_by_a_machine(scan):
    (paper,) = read_pdf(scan, "scan.pdf", OCR).papers
    text = " ".join(paper.text_of("body").split()) + " ".join(paper.abstract.split())
    for sentence in SENTENCES:
        assert sentence in text
    ocr = paper.extra["ocr"]
    assert ocr["pages"] == [1]
    assert ocr["program"].startswith("tesseract ")
    assert ocr["language"] == "eng"
    assert paper.is_ocr("body", 1)
    assert not paper.is_ocr("body", 2)


@needs_tesseract
def test_pages_with_a_text_of_their_own_are_not_read_again():
    page = paper_page(SENTENCES * 2)
    mixed = make_pdf([page])
    both = joined(mixed, scan_of(make_pdf([paper_page(["Pears were not weighed here."] * 6)]), 1))
    found = read_pdf(both, "mixed.pdf", OCR)
    (paper,) = found.papers
    assert paper.extra["ocr"]["pages"] == [2]
    body = " ".join(paper.text_of("body").split())
    assert "Pears were not weighed here." in body
    assert any("page 2 is read by tesseract" in note.reason for note in found.notes)
    plain = read_pdf(both, "mixed.pdf", ReadOptions())
    assert "ocr" not in plain.papers[0].extra


def joined(*pdfs):
    import io

    import pypdfium2

    made = pypdfium2.PdfDocument.new()
    for pdf in pdfs:
        made.import_pages(pypdfium2.PdfDocument(pdf))
    out = io.BytesIO()
    made.save(out)
    return out.getvalue()


def test_without_the_program_there_is_one_clear_line(scan, no_programs):
    found = read_pdf(scan, "scan.pdf", OCR)
    assert found.papers == ()
    (skipped,) = found.skipped
    assert "tesseract makes a text of them, and is not on the PATH" in skipped.reason
    assert "apt-get install tesseract-ocr" in skipped.reason
    assert "review add --ocr scan.pdf" in skipped.reason
    without = read_pdf(scan, "scan.pdf", ReadOptions())
    assert "review add --ocr scan.pdf" in without.skipped[0].reason


def program(folder, body):
    """A program named tesseract in the folder, which is all that the PATH has."""
    file = folder / "tesseract"
    file.write_text(f"#!{sys.executable}\nimport sys\n{body}", encoding="utf-8")
    file.chmod(file.stat().st_mode | stat.S_IXUSR)


@pytest.mark.skipif(sys.platform == "win32", reason="a script with #! is not started there")
@pytest.mark.parametrize(
    ("body", "said"),
    [
        ("print('no such language', file=sys.stderr); sys.exit(1)", "no such language"),
        ("print('not a PDF')", "made no text"),
        ("print('%PDF-1.4 but nothing in it')", ""),
        ("while True: pass", "too long, or too much memory"),
        ("x = bytearray(3 << 30)", "made no text"),
        ("import tempfile; tempfile.TemporaryFile().write(b'x' * (65 << 20))", "made no text"),
    ],
)
def test_a_program_that_fails_or_runs_wild_costs_its_page_alone(
    scan, no_programs, body, said, monkeypatch
):
    monkeypatch.setattr("reviewer.sources.pdf.worker.MOST_SECONDS", 3)
    program(no_programs, body)
    if "while" in body:
        monkeypatch.setattr("reviewer.sources.pdf.recognising._SECONDS", 4)
    found = read_pdf(scan, "scan.pdf", OCR)
    assert found.papers == ()
    assert len(found.skipped) == 1
    assert said in found.skipped[0].reason


@needs_tesseract
def test_show_quotes_and_exports_say_that_a_machine_read_it(scan, tmp_path, capsys, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("REVIEW_EMBEDDING", "none")
    monkeypatch.setenv("REVIEW_LIBRARY", str(tmp_path / "shelf"))
    (tmp_path / "scan.pdf").write_bytes(scan)
    assert run(["add", "scan.pdf"]) == 1
    assert "review add --ocr" in capsys.readouterr().err
    assert run(["add", "--ocr", "scan.pdf"]) == 0
    assert "is read by tesseract" in capsys.readouterr().err
    with Library(tmp_path / "shelf", Settings(embedding="none")) as library:
        (paper,) = library.papers()
    assert run(["show", paper.key]) == 0
    assert "Read by a machine: page 1, by tesseract" in capsys.readouterr().out.replace("**", "")
    assert run(["ask", "Are red apples heavier than green apples?", "--json"]) == 0
    answer = json.loads(capsys.readouterr().out)
    cited = [c for claim in answer["claims"] for c in claim["citations"]]
    assert cited
    assert all(c["by_ocr"] for c in cited)
    assert run(["ask", "Are red apples heavier than green apples?", "--quotes"]) == 0
    assert "read by OCR" in capsys.readouterr().out
    assert run(["export", "--format", "jsonl"]) == 0
    assert json.loads(capsys.readouterr().out)["ocr"]["pages"] == [1]
    assert run(["add", "--ocr", "--ocr-language", "; rm", "scan.pdf"]) == 2


def test_options_of_an_earlier_release_are_read_as_they_were():
    assert ReadOptions.from_text("[null, [], true]") == OCR
    german = ReadOptions(has_ocr=True, ocr_language="deu")
    assert ReadOptions.from_text(german.as_text()) == german
    assert OCR.as_text() == "[null, [], true]"


@needs_tesseract
def test_the_program_runs_within_the_limits_of_its_parent(scan):
    """What Tesseract may use is set before it starts: it inherits the limits."""
    code = (
        "import resource, subprocess, sys\n"
        "from reviewer.sources.pdf.worker import limit_this_process\n"
        "limit_this_process(1 << 20)\n"
        "subprocess.run([sys.executable, '-c', 'import resource as r; "
        "print(r.getrlimit(r.RLIMIT_AS)[0], r.getrlimit(r.RLIMIT_CPU)[0], "
        "r.getrlimit(r.RLIMIT_FSIZE)[0])'])"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, check=True, env=os.environ
    )
    assert done.stdout.split() == [b"1073741824", b"30", b"1048576"]
