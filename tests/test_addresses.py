"""An address is never taken for a file or a folder, and what is said of it shows no password."""

import os

import pytest

from reviewer.cli.app import run
from reviewer.errors import UsageError, address_shown
from reviewer.library import Library, back_up, repair_library, restore
from reviewer.render import write_whole
from reviewer.settings import Settings, load_settings
from tests.conftest import SAMPLES

ADDRESS = "postgresql://reader:sekret@db.example/papers"
ADDRESSES = (
    ADDRESS,
    "POSTGRESQL+psycopg://reader:sekret@db.example/papers?password=sekret",
    "sqlite:///sekret/library",
    "https://reader:sekret@example.org/library",
    "s3://sekret/library",
    "file:///home/sekret/library",
    "jdbc:postgresql://reader:sekret@db.example/papers",
    " postgresql://reader:sekr@et/@db/papers",
    "'postgresql://reader:sekret@db.example/papers'",
    "postgresql:/reader:sekret@db.example/papers",
)
PATHS = (
    "C:\\papers\\library", "C:/papers/library", "C://papers", "papers", "./postgresql:/x", "/a/b",
    "~/library", "a:b", "notes: first/library", "../x://y", "",
)  # fmt: skip


@pytest.fixture(autouse=True)
def _empty_folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    yield
    made = [str(path) for path in tmp_path.rglob("*")]
    assert not [name for name in made if "sekret" in name or "postgresql" in name]


def one_line(capsys):
    said = capsys.readouterr()
    assert "sekr" not in said.out + said.err
    assert said.out == ""
    assert said.err.count("\n") == 1
    return said.err


@pytest.mark.parametrize("address", ADDRESSES)
def test_an_address_is_told_from_a_path(address):
    shown = address_shown(address)
    assert shown.endswith("://...")
    assert "sekr" not in shown


@pytest.mark.parametrize("path", PATHS)
def test_a_path_is_not_an_address(path):
    assert address_shown(path) == ""


def test_a_folder_whose_name_ends_in_a_colon_is_a_folder(tmp_path):
    (tmp_path / "old:").mkdir()
    assert address_shown("old:/library") == ""
    assert address_shown("old://library") == "old://..."


@pytest.mark.parametrize("address", ADDRESSES)
@pytest.mark.parametrize("command", [["papers"], ["doctor"], ["add", str(SAMPLES)], ["repair"]])
def test_a_library_is_not_an_address(address, command, capsys):
    assert run([*command, "--library", address]) == 2
    assert "--library" in one_line(capsys)


def test_a_library_named_by_a_variable_or_a_file_is_not_an_address(tmp_path, monkeypatch, capsys):
    (tmp_path / ".review").mkdir()
    (tmp_path / "review.toml").write_text(f'library = "{ADDRESS}"\n')
    assert run(["doctor"]) == 2
    assert "review.toml" in one_line(capsys)
    (tmp_path / "review.toml").unlink()
    for name in ("LIBRARY", "PROMPTS", "EMBEDDING_DIR"):
        monkeypatch.setenv(f"REVIEW_{name}", ADDRESS)
        assert run(["doctor"]) == 2
        assert f"REVIEW_{name}" in one_line(capsys)
        monkeypatch.delenv(f"REVIEW_{name}")


@pytest.mark.skipif(os.name == "nt", reason="there it is a drive")
def test_the_path_of_a_drive_is_a_path(tmp_path):
    settings = load_settings({"library": "C:\\papers"}, {}, tmp_path)
    assert settings.library == "C:\\papers"
    with Library(tmp_path / "C:" / "papers", Settings(embedding="none")) as library:
        assert library.catalogue.count() == 0


def test_callers_get_the_same_error(tmp_path):
    with Library(tmp_path / "library", Settings(embedding="none")) as library:
        calls = (
            lambda path: Library(path),
            lambda path: back_up(library.database, path),
            lambda path: restore(path, tmp_path / "library"),
            repair_library,
            lambda path: write_whole(path, "text"),
        )
        for call in calls:
            with pytest.raises(UsageError) as caught:
                call(type(tmp_path)(ADDRESS))
            assert "sekret" not in str(caught.value)
            assert caught.value.hint


@pytest.mark.parametrize(
    ("command", "code"),
    [
        (["ask", "skills", "-o", ADDRESS], 2),
        (["export", "-o", ADDRESS + ".bib"], 2),
        (["survey", "skills", "--yes", "-o", ADDRESS], 2),
        (["prompts", "export", ADDRESS], 2),
        (["backup", ADDRESS], 2),
        (["restore", ADDRESS], 2),
        (["ask", "skills", "--papers", ADDRESS], 1),
        (["check", ADDRESS], 1),
    ],
)
def test_no_other_path_is_an_address(command, code, sample_library, capsys, monkeypatch):
    monkeypatch.setenv("REVIEW_LIBRARY", str(sample_library.folder))
    assert run(command) == code
    assert "://..." in one_line(capsys)


@pytest.mark.parametrize("address", [ADDRESS, "https://reader:sekret@example.org/paper.pdf"])
def test_an_address_among_files_costs_the_others_nothing(address, tmp_path, capsys):
    library = str(tmp_path / "library")
    assert run(["add", address, str(SAMPLES), "--offline", "--library", library]) in (0, 1)
    said = capsys.readouterr()
    assert "sekret" not in said.out + said.err
    assert "62 papers in the library" in said.out + said.err
