"""What doctor sees: a library in every state, the embedding, the model and its key, versions."""

from __future__ import annotations

import shutil
import sqlite3
from contextlib import closing

import pytest

from reviewer.library import Library
from reviewer.library.embeddings.minilm import FILES
from reviewer.settings import Settings
from reviewer.tasks.doctor import examine, next_step
from reviewer.types.runs import Finding
from tests.conftest import SAMPLES, WordEmbedding
from tests.library.test_embeddings_minilm import PUBLISHED, with_files
from tests.support.pair_models import make_pair_model

KEY = "sk-secret-of-the-user"


def findings(library="nowhere", environment=None, **settings):
    """What was found, by name."""
    found = examine(Settings(library=str(library), **settings), environment or {})
    return {finding.name: finding for finding in found}


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    folder = tmp_path_factory.mktemp("made") / "shelf"
    with Library(folder, embedding=WordEmbedding()) as library:
        library.add([str(SAMPLES)])
    return folder


@pytest.fixture
def folder(made, tmp_path):
    """A library of sample papers with vectors, to be changed at will."""
    return shutil.copytree(made, tmp_path / "shelf")


def change(folder, statement, *values):
    with closing(sqlite3.connect(folder / "library.db")) as connection, connection:
        connection.execute(statement, values)


def test_a_library_in_order_has_no_problem_and_no_remedy(folder):
    found = findings(folder)
    assert list(found) == ["library", "index", "embedding", "model", "versions"]
    assert found["library"].detail == f"{folder}: 62 papers, 62 chunks"
    assert found["index"].detail == "in step, vectors by words"
    assert {found[name].state for name in ("library", "index", "model", "versions")} == {"ok"}
    assert not found["library"].remedy


def test_looking_changes_nothing(folder):
    before = (folder / "library.db").read_bytes()
    assert findings(folder) == findings(folder)
    assert (folder / "library.db").read_bytes() == before


def test_a_library_that_is_not_there_is_not_made(tmp_path):
    found = findings(tmp_path / "none")
    assert (found["library"].state, "index" in found) == ("note", False)
    assert "review add PATH" in found["library"].remedy
    assert not (tmp_path / "none").exists()


def test_a_library_that_is_a_file_is_a_problem(tmp_path):
    (tmp_path / "file").write_text("x")
    found = findings(tmp_path / "file")["library"]
    assert found.state == "problem"
    assert found.detail == f"the library {tmp_path / 'file'} cannot be opened: it is a file"


def test_a_library_of_a_newer_release_is_a_problem(folder):
    change(folder, "PRAGMA user_version = 99")
    found = findings(folder)["library"]
    assert found.state == "problem"
    assert "newer release" in found.detail
    assert found.remedy


@pytest.mark.parametrize("at", [0, 8192])
def test_a_damaged_library_is_a_problem_with_a_remedy(folder, at):
    file = folder / "library.db"
    data = bytearray(file.read_bytes())
    data[at : at + 20_000] = b"\xa5" * 20_000
    file.write_bytes(bytes(data))
    found = findings(folder)["library"]
    assert found.state == "problem"
    assert "backup" in found.remedy.lower()


def test_a_library_without_vectors_says_how_to_get_them(tmp_path):
    with Library(tmp_path / "shelf", Settings(embedding="none")) as library:
        library.add([str(SAMPLES)])
    found = findings(tmp_path / "shelf")["index"]
    assert (found.state, found.remedy) == ("note", "review reindex")
    assert "by words alone" in found.detail


def test_chunks_that_wait_for_a_vector_are_counted(folder, tmp_path):
    (tmp_path / "one.jsonl").write_text('{"title": "Apples", "abstract": "Apples are round."}')
    with Library(folder, Settings(embedding="none")) as library:
        library.add([str(tmp_path / "one.jsonl")])
    found = findings(folder)["index"]
    assert (found.state, found.remedy) == ("note", "review reindex")
    assert "1 chunk without a vector yet" in found.detail


def test_an_index_out_of_step_is_noted(folder):
    change(folder, "UPDATE state SET value = 'unclean' WHERE name = 'index'")
    found = findings(folder)["index"]
    assert (found.state, found.remedy) == ("note", "review reindex")
    assert "not in step" in found.detail


def test_an_index_that_does_not_find_the_stored_vectors_is_a_problem(folder):
    import numpy as np

    with closing(sqlite3.connect(folder / "library.db")) as connection, connection:
        rows = connection.execute("SELECT chunk, vector FROM vectors").fetchall()
        for chunk, vector in rows:
            other = (-np.frombuffer(vector, dtype=np.float32)).tobytes()
            connection.execute("UPDATE vectors SET vector = ? WHERE chunk = ?", (other, chunk))
    found = findings(folder)["index"]
    assert (found.state, found.remedy) == ("problem", "review reindex")


def test_the_embedding_looked_for_is_the_one_set_else_the_librarys_own(tmp_path, folder):
    assert findings()["embedding"].detail == "minilm-int8, is built in"
    assert findings(embedding="none")["embedding"].detail.startswith("switched off")
    own = WordEmbedding()
    own.name = "ollama/nomic-embed-text"
    with Library(tmp_path / "other", embedding=own) as library:
        library.add([str(SAMPLES / "reasoning.txt")])
    found = findings(tmp_path / "other")["embedding"]
    assert found.detail.startswith("ollama/nomic-embed-text")
    found = findings(tmp_path / "other", embedding="minilm")["embedding"]
    assert found.state == "note"
    assert "files of the embedding minilm are not here: search goes by words" in found.detail
    assert "review reindex --embedding minilm-int8" in found.remedy


def test_damaged_files_of_the_full_model_are_a_problem(tmp_path):
    for name in FILES:
        (tmp_path / name).write_bytes(b"")
    found = findings(embedding="minilm", embedding_dir=str(tmp_path))["embedding"]
    assert found.state == "problem"
    assert str(tmp_path) in found.detail
    assert "damaged" in found.detail


@pytest.mark.seeds
@with_files
@pytest.mark.parametrize("folder", [PUBLISHED, PUBLISHED.parent])
def test_the_full_model_is_found_in_its_folder_or_the_one_above(folder):
    found = findings(embedding="minilm", embedding_dir=str(folder))["embedding"]
    assert (found.state, found.remedy) == ("ok", "")
    assert found.detail == f"minilm, in {PUBLISHED}"


def test_a_key_is_looked_for_only_when_a_model_is_set_and_never_shown():
    keys = {"OPENAI_API_KEY": KEY, "ANTHROPIC_API_KEY": KEY}
    assert findings(environment=keys)["model"].detail.startswith("none is set")
    found = findings(environment=keys, model="openai/gpt-5")
    assert found["model"].state == "ok"
    assert "OPENAI_API_KEY is set" in found["model"].detail
    assert KEY not in str(found)


def test_a_model_whose_key_is_missing_is_a_problem_that_names_the_variable():
    found = findings(model="anthropic/claude-opus-4-1")["model"]
    assert found.state == "problem"
    assert "ANTHROPIC_API_KEY is not set" in found.detail
    assert found.remedy == "set ANTHROPIC_API_KEY"


def test_a_model_without_a_key_of_its_own_is_in_order():
    found = findings(model="ollama/llama3", api_base="http://localhost:11434")["model"]
    assert found.state == "ok"
    assert "http://localhost:11434" in found.detail


def test_small_models_that_are_set_are_tried(tmp_path):
    folder = make_pair_model(tmp_path / "tiny", {"it": (1.0,)}, ("toxic",))
    found = findings(reranker=str(folder), nli=str(folder))
    assert (found["reranker"].state, found["nli"].state) == ("ok", "problem")
    assert found["reranker"].detail == f"tiny in {folder}"
    assert "it has the labels toxic" in found["nli"].detail
    (folder / "model.onnx").write_bytes(b"broken")
    fresh = shutil.copytree(folder, tmp_path / "fresh")
    assert "model.onnx is damaged" in findings(reranker=str(fresh))["reranker"].detail
    assert not {"reranker", "nli"} & set(findings())


def test_versions_of_python_and_of_what_is_built_on_are_named():
    found = findings()["versions"]
    assert found.state == "ok"
    for name in ("Python 3.", "reviewer ", "litellm ", "chromadb ", "onnxruntime "):
        assert name in found.detail


def test_files_that_were_sent_to_the_library_are_counted(folder):
    assert "files" not in findings(folder)
    kept = folder / "files" / ("a" * 64)
    kept.mkdir(parents=True)
    (kept / "sent.pdf").write_bytes(bytes(2_000_000))
    found = findings(folder)["files"]
    assert found.detail == (
        "1 file sent through the page, 2.0 MB in files; a backup does not have them"
    )


def test_the_next_step_is_the_first_problem_then_the_first_note_then_a_question():
    fine = Finding(name="versions", state="ok", detail="")
    note = Finding(name="index", state="note", detail="", remedy="review reindex")
    problem = Finding(name="model", state="problem", detail="", remedy="set OPENAI_API_KEY")
    bare = Finding(name="embedding", state="note", detail="")
    assert next_step([note, bare, problem, fine]) == "set OPENAI_API_KEY (model)"
    assert next_step([bare, note, fine]) == "review reindex (index)"
    assert next_step([bare, fine]).startswith("review ask ")


def test_an_empty_library_is_to_be_given_papers_next(tmp_path):
    with Library(tmp_path / "lib"):
        pass
    found = examine(Settings(library=str(tmp_path / "lib"), embedding="none"))
    assert next_step(found) == "review add PATH (library)"
