"""A text file is read alike whichever command names it, however it was saved; or refused."""

import codecs
import io
import json
import os
import re
import sys
import threading
from pathlib import Path

import pytest

from reviewer.cli import run
from reviewer.errors import SourceError, UsageError
from reviewer.sources import read_text_file
from reviewer.sources.text_file import MOST_LINE_BYTES, file_bytes, text_of
from reviewer.tasks.drafts.own_work import read_own
from reviewer.text.encoding import Decoded
from tests.support.pdfs import make_pdf, paper_page

TITLE = "Überblick über kleine Gärten"
KEY = "muller-2020"
BIB = f"""@article{{{KEY}, title={{{TITLE}}}, year={{2020}}, author={{Müller, Jörg}},
abstract={{Kleine Gärten tragen höhere Erträge als große Felder. Bäume schützen die Gärten.}}}}
@article{{bauer-2021, title={{Große Felder gegen kleine Gärten}}, year={{2021}},
author={{Bäuer, Änne}}, abstract={{Große Felder tragen in trockenen Jahren niedrige
Erträge als kleine Gärten. Wir zeigen, dass kleine Gärten höhere Erträge tragen als
große Felder.}}}}
"""
DRAFT = f"# Gärten\n\nKleine Gärten tragen höhere Erträge als große Felder [@{KEY}].\n"
OWN = (
    "# Über Gärten\n\n## Abstract\n\nWir messen die Erträge kleiner Gärten über viele Jahre, "
    "und wir finden höhere Erträge als auf großen Feldern.\n"
)
PLAN = (
    "question: Welche Erträge tragen kleine Gärten?\norder: thematic\nwords: 200\nthemes:\n"
    f"  - name: Größe\n    papers:\n      - {KEY}\n      - bauer-2021\n"
)
SURVEY = (
    "title: Über Gärten\nsettings:\n  depth: quick\nreports:\n  - topic: kleine Gärten Erträge\n"
)
WAYS = {
    "utf-8": lambda text: text.encode(),
    "utf-8 with its mark": lambda text: text.encode("utf-8-sig"),
    "utf-16": lambda text: text.encode("utf-16"),
    "utf-16-be with its mark": lambda text: codecs.BOM_UTF16_BE + text.encode("utf-16-be"),
    "utf-16-le": lambda text: text.encode("utf-16-le"),
    "utf-16-be": lambda text: text.encode("utf-16-be"),
    "windows-1252": lambda text: text.encode("cp1252"),
    "line ends of windows": lambda text: text.replace("\n", "\r\n").encode(),
}
GUESSED = "it is not UTF-8 and was read as Windows-1252 (Latin-1)"


@pytest.fixture(autouse=True)
def in_a_folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("REVIEW_LIBRARY", str(tmp_path / "shelf"))
    monkeypatch.setenv("REVIEW_EMBEDDING", "none")
    monkeypatch.delenv("REVIEW_MODEL", raising=False)


@pytest.fixture
def review(capsys):
    """Runs a command in this process: exit code, standard output, standard error."""

    def run_review(*arguments):
        code = run([str(argument) for argument in arguments])
        printed = capsys.readouterr()
        return code, printed.out, printed.err

    return run_review


@pytest.fixture
def shelf(review):
    Path("shelf.bib").write_text(BIB, encoding="utf-8")
    assert review("add", "shelf.bib")[0] == 0


def added(review, file):
    code, _, err = review("add", file)
    titles = re.findall(r"title = \{(.+)\}", review("export", "-f", "bibtex")[1])
    return code, titles, err


def checked_bib(review, file):
    Path("d.md").write_text(DRAFT, encoding="utf-8")
    code, out, _ = review("check", "d.md", "--bib", file, "--papers", "shelf.bib", "--json")
    made = json.loads(out)
    return code, [entry["title"] for entry in made["entries"]], " ".join(made["notes"])


def checked(review, file):
    code, out, _ = review("check", file, "--papers", "shelf.bib", "--json")
    made = json.loads(out)
    said = [s["sentence"]["text"] for s in made["sentences"]]
    return code, said, " ".join(made["notes"])


def table_from(review, file):
    code, out, err = review("table", "--from", file, "--column", "Ertrag", "--json")
    return code, [row["title"] for row in json.loads(out)["rows"]], err


def table_columns(review, file):
    code, out, err = review("table", "--keys", KEY, "--columns", file, "--json")
    return code, [column["name"] for column in json.loads(out)["columns"]], err


def drafted_for(review, file):
    question = "Welche Erträge tragen kleine Gärten?"
    code, out, err = review("draft", question, "--for", file, "--json")
    return code, [json.loads(out)["question"]], err


def drafted_by_plan(review, file):
    code, out, err = review("draft", "--plan", file, "--json")
    made = json.loads(out)
    return code, [made["question"]], err


def surveyed(review, file):
    code, _, err = review("survey", file, "-o", "reports")
    return code, [json.loads(Path("reports", "survey.json").read_text("utf-8"))["title"]], err


COMMANDS = {  # what is read, the file's name, what it holds, what must come of it
    "add": (added, "refs.bib", BIB, TITLE),
    "check --bib": (checked_bib, "refs.bib", BIB, TITLE),
    "check DRAFT": (
        checked, "draft.md", DRAFT, "Kleine Gärten tragen höhere Erträge als große Felder."
    ),
    "table --from": (table_from, "refs.bib", BIB, TITLE),
    "table --columns": (table_columns, "columns.txt", "# Spalten\nGröße\nErträge\n", "Größe"),
    "draft --for": (drafted_for, "own.md", OWN, "Welche Erträge tragen kleine Gärten?"),
    "draft --plan": (drafted_by_plan, "p.yaml", PLAN, "Welche Erträge tragen kleine Gärten?"),
    "survey PLAN": (surveyed, "s.yaml", SURVEY, "Über Gärten"),
}  # fmt: skip
ARGUMENTS = {
    "add": ("add", "FILE"),
    "check --bib": ("check", "d.md", "--bib", "FILE"),
    "check DRAFT": ("check", "FILE"),
    "table --from": ("table", "--from", "FILE"),
    "table --columns": ("table", "x", "--columns", "FILE"),
    "table --update": ("table", "--update", "FILE"),
    "draft --for": ("draft", "x", "--for", "FILE"),
    "draft --plan": ("draft", "--plan", "FILE"),
    "draft --revise": ("draft", "--revise", "FILE", "--add", KEY),
    "survey PLAN": ("survey", "FILE"),
}


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("command", COMMANDS)
def test_a_file_is_read_however_it_was_saved(review, shelf, command, way):
    read, name, text, wanted = COMMANDS[command]
    Path(name).write_bytes(WAYS[way](text))
    code, found, told = read(review, name)
    assert wanted in found
    assert code in (0, 3)
    assert (GUESSED in told) == (way == "windows-1252")
    assert "\ufffd" not in told + "".join(found)


@pytest.mark.parametrize("way", WAYS)
def test_the_work_at_hand_is_read_in_its_own_words(way):
    Path("own.md").write_bytes(WAYS[way](OWN))
    own = read_own("own.md")
    assert own.chunk.text.startswith("Wir messen die Erträge kleiner Gärten über viele Jahre")
    assert own.paper.title == "Über Gärten"


@pytest.mark.parametrize("command", ARGUMENTS)
def test_a_file_that_cannot_be_read_as_text_is_named_with_why(review, shelf, command, tmp_path):
    Path("d.md").write_text(DRAFT, encoding="utf-8")
    suffix = Path(COMMANDS.get(command, ("", "x.md"))[1]).suffix
    binary, folder = Path(f"binary{suffix}"), Path(f"folder{suffix}")
    binary.write_bytes(bytes(range(256)) * 40)
    folder.mkdir()
    for name, why in (
        (f"missing{suffix}", "no such file"),
        (binary.name, "binary data"),
        (folder.name, "folder"),
    ):
        code, out, err = review(*(name if a == "FILE" else a for a in ARGUMENTS[command]))
        assert code in (1, 2)
        assert out == "" or command == "add"
        assert name in err
        assert why in err
        assert "Traceback" not in err


def test_quiet_says_nothing_of_a_guess(review, shelf):
    Path("columns.txt").write_bytes("Größe\n".encode("cp1252"))
    code, _, err = review("table", "--keys", KEY, "--columns", "columns.txt", "--quiet")
    assert code == 0
    assert "Windows-1252" not in err


def test_a_revised_draft_keeps_its_words_in_utf_8(review, shelf):
    text = f"# Gärten\n\nKleine Gärten tragen höhere Erträge als große Felder [@{KEY}].\n"
    Path("old.md").write_bytes(text.encode("cp1252"))
    code, _, err = review("draft", "--revise", "old.md", "--add", "bauer-2021", "-o", "new.md")
    assert code == 0
    assert GUESSED in err
    new = Path("new.md").read_text("utf-8")
    assert new.startswith("# Gärten\n\nKleine Gärten tragen höhere Erträge als große Felder")
    assert "bauer-2021" in new


def test_folders_that_jabref_notes_are_known_in_utf_16_too(review):
    Path("pdfs").mkdir()
    Path("pdfs", "a.pdf").write_bytes(make_pdf([paper_page(["Apples are round."] * 20)]))
    text = (
        "@article{a, title={On Pears and Apples in Long Gardens}, year={2020}, "
        "file={:a.pdf:PDF}}\n@Comment{jabref-meta: fileDirectory:pdfs;}\n"
    )
    Path("refs.bib").write_bytes(text.encode("utf-16"))
    code, _, err = review("add", "refs.bib")
    assert code == 0
    assert "not where the entry says" not in err


def test_questions_to_be_measured_by_are_read_in_utf_16(review, shelf):
    question = {"id": "1", "question": "Welche Erträge tragen Gärten?", "answerable": True}
    Path("q.json").write_bytes(json.dumps({"questions": [question]}).encode("utf-16"))
    code, out, _ = review("eval", "q.json", "--json")
    assert code == 0
    assert json.loads(out)["questions"][0]["question"] == question["question"]


# The reader itself


def test_an_empty_file_is_a_text(tmp_path):
    (tmp_path / "a.md").write_bytes(b"")
    assert read_text_file(str(tmp_path / "a.md"), "").text == ""


def test_the_error_is_of_the_kind_that_is_asked_for_and_has_the_hint():
    with pytest.raises(UsageError, match=r"^no\.md cannot be opened: no such file") as caught:
        read_text_file("no.md", "Name another.", UsageError)
    assert caught.value.hint == "Name another."
    with pytest.raises(SourceError, match="cannot be opened"):
        read_text_file("~nobody-of-this-name/x.md", "")


@pytest.mark.parametrize(
    ("name", "data", "said"),
    [
        ("a.docx", b"PK\x03\x04rest", "is a word processor's file, not text"),
        ("a.md", b"PK\x03\x04rest", "is a ZIP archive: unpack it first"),
        ("a.md", b"\x1f\x8b\x08", "is packed (gzip): unpack it first"),
        ("a.md", b"%PDF-1.7 x", "is binary data"),
        ("a.md", b"\xff\xfe\xfa" * 100, "is binary data"),
        ("a.md", b"text\0text", "is binary data"),
    ],
)
def test_what_is_no_text_is_refused_in_words(tmp_path, name, data, said):
    (tmp_path / name).write_bytes(data)
    with pytest.raises(SourceError) as caught:
        read_text_file(str(tmp_path / name), "")
    assert caught.value.message.endswith(said) or f"{name} {said}" in caught.value.message


def test_a_line_that_is_far_too_long_is_refused(tmp_path):
    with (tmp_path / "long.md").open("wb") as out:
        out.seek(MOST_LINE_BYTES + 1)  # a hole, which takes no room
        out.write(b"x")
    with pytest.raises(SourceError, match="has a line longer than 32 MB"):
        read_text_file(str(tmp_path / "long.md"), "")


@pytest.mark.skipif(sys.platform == "win32", reason="there are no named pipes")
def test_a_pipe_is_read_to_its_end(tmp_path):
    os.mkfifo(tmp_path / "pipe")
    feed = threading.Thread(target=(tmp_path / "pipe").write_bytes, args=(b"Some text.",))
    feed.start()
    assert read_text_file(str(tmp_path / "pipe"), "").text == "Some text."
    feed.join()


def test_standard_input_is_read_where_files_are_added(monkeypatch):
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(b"a\rb")))
    assert file_bytes("-") == b"a\rb"
    assert text_of(b"a\rb") == Decoded("a\nb")
    assert text_of(b"a\r\nb\rc") == Decoded("a\r\nb\rc")
