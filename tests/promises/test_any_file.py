"""Whatever is in a file, it costs no other file anything, and what was kept of it can be shown."""

from __future__ import annotations

import contextlib
import io
import json
from random import Random

from reviewer.cli.app import run
from reviewer.library import Library
from reviewer.settings import Settings
from reviewer.sources.read import FAULT
from tests.support.fuzz import file_of, pdf_of
from tests.support.promises import promise

BATCH = 50  # files that are added together, each beside a good one
PDF_EVERY = 100
WITHOUT_VECTORS = Settings(embedding="none", offline=True)


def good(number):
    return {"title": f"Paper {number} on newts", "doi": f"10.5555/newts.{number}",
            "abstract": f"Newts of pond {number} swim."}  # fmt: skip


def write_batch(folder, numbers):
    folder.mkdir()
    for number in numbers:
        rng = Random(number)
        data = pdf_of(rng) if number % PDF_EVERY == 7 else file_of(rng)
        (folder / f"{number}.fuzzed").write_bytes(data)
        text = json.dumps(good(number)) + "\n"
        (folder / f"{number}.jsonl").write_text(text, encoding="utf-8")


def view(folder, *arguments):
    """Run a command on the library in this process; it ends well, and says what it can say."""
    out = io.TextIOWrapper(io.BytesIO(), encoding="utf-8", write_through=True)
    with contextlib.redirect_stdout(out), contextlib.redirect_stderr(io.StringIO()) as err:
        code = run([*arguments, "--library", str(folder)])
    assert code == 0, (arguments, err.getvalue())
    return out.buffer.getvalue().decode("utf-8")


def look(folder, keys):
    """All that shows what is in a library."""
    view(folder, "papers", "--sort", "author")
    for key in keys:
        view(folder, "show", key)
    for words in ("frogs at night", "newts"):
        view(folder, "search", words, "-k", "30")
    view(folder, "ask", "do frogs croak at night?", "-k", "20")
    for form in ("bibtex", "ris", "csl-json", "jsonl", "csv"):
        view(folder, "export", "-f", form)


@promise(
    "Whatever is in a file, no other paper is lost, and papers, show, search, ask and export work",
    "random bytes, random fields of each format and whole files that are spoilt, PDFs among them, "
    "each added beside a good one to a library that is then looked at",
    full=20_000,
    few=100,
)
def test_no_file_costs_another_or_a_view(rounds, tmp_path, monkeypatch):
    monkeypatch.setenv("REVIEW_EMBEDDING", "none")
    for start in range(0, rounds, BATCH):
        numbers = range(start, min(start + BATCH, rounds))
        files, folder = tmp_path / f"files-{start}", tmp_path / f"library-{start}"
        write_batch(files, numbers)
        try:
            with Library(folder, WITHOUT_VECTORS) as library:
                added = library.add([str(files)])
                papers = library.papers()
                library.add([str(files)])
                assert len(library.papers()) == len(papers)
            look(folder, [paper.key for paper in Random(start).sample(papers, 5)])
        except BaseException as error:
            error.add_note(f"in rounds {numbers}")
            raise
        assert not [s for s in added.skipped if FAULT in s.reason], numbers
        dois = {paper.doi for paper in papers}
        assert {good(number)["doi"] for number in numbers} <= dois, numbers
        _forget(files, folder)


def _forget(*folders):
    import shutil

    for folder in folders:
        shutil.rmtree(folder)
