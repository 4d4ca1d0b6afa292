"""U+0000, which PostgreSQL cannot keep: typed or planned it becomes U+FFFD, and what an earlier
release kept does no harm."""

import pytest

from reviewer.cli import run
from reviewer.errors import UsageError
from reviewer.library import Library, Saved
from reviewer.settings import Settings
from reviewer.tasks import answer_question
from reviewer.tasks.yaml_plan import read_plan
from reviewer.text.invisible import without_nul
from reviewer.text.views import one_line
from reviewer.writers import Extractive
from tests.conftest import write_listing

WITHOUT = Settings(embedding="none")
NUL, MARK = "\0", "\ufffd"
TOAD = {"title": "Toads on roads", "abstract": "Toads cross wet roads in spring."}
FROG = {
    "title": "Frogs in ponds",
    "abstract": "Before~after the mark frogs croak at night. Frogs croak in ponds.",
    "venue": "Pond~Letters",
    "authors": ["Ada Gr~een"],
    "year": 2020,
}


@pytest.fixture
def kept(tmp_path):
    """The folder of a library that holds U+0000 in the places of `~`, as an earlier release did."""
    with Library(tmp_path / "shelf", WITHOUT) as library:
        library.add([write_listing(tmp_path / "a.jsonl", FROG, TOAD)])
        database = library.database
        with database.transaction():
            for table, column in (("papers", "paper"), ("records", "record")):
                database.run(f"UPDATE {table} SET {column} = replace({column}, '~', '\\u0000')")
            database.run("UPDATE papers SET venue = replace(venue, '~', char(0))")
            database.run("UPDATE chunks SET text = replace(text, '~', char(0))")
    return tmp_path / "shelf"


def test_offsets_stay_true():
    assert without_nul(f"a{NUL}b{NUL}") == f"a{MARK}b{MARK}"


def test_what_is_typed_is_kept_without_it(tmp_path):
    with Library(tmp_path / "shelf", WITHOUT) as library:
        library.add([write_listing(tmp_path / "a.jsonl", TOAD)])
        key = library.papers()[0].key

        def typed(paper):
            return paper.model_copy(update={"tags": (f"we{NUL}t",), "notes": f"a{NUL}b"})

        library.change([key], typed)
        paper = library.paper(key)
        assert (paper.tags, paper.notes) == ((f"we{MARK}t",), f"a{MARK}b")
        saved = Saved(library.database)
        saved.save(f"do{NUL}toads cross?")
        assert saved.questions() == [f"do{MARK}toads cross?"]
        assert saved.forget(f"do{NUL}toads cross?")
        answer = answer_question(f"do toads{NUL} cross roads?", library, Extractive())
        assert answer.question == f"do toads{MARK} cross roads?"
        library.ledger.keep("r", f"a{NUL}reply", "m")
        assert library.ledger.find("r") == f"a{MARK}reply"
        for table in library.database.column("SELECT name FROM sqlite_master WHERE type='table'"):
            for row in library.database.rows(f"SELECT * FROM {table}"):
                assert not any(NUL in value for value in row if isinstance(value, str))


def test_a_plan_may_spell_it(tmp_path):
    plan = 'question: "why\\0so?"\nthemes:\n  - name: "a\\0b"\n    papers: [x, y]\n'
    with Library(tmp_path / "shelf", WITHOUT) as library:
        library.add([write_listing(tmp_path / "a.jsonl", TOAD, FROG)])
        papers = dict(zip("xy", library.papers(), strict=True))
        found = read_plan(plan, "plan.yaml", papers.__getitem__)
    assert found.question == one_line(f"why{NUL}so?") == f"why{MARK}so?"
    assert found.themes[0].name == f"a{MARK}b"


def test_a_tag_of_any_length_is_an_error_in_words(tmp_path):
    with Library(tmp_path / "shelf", WITHOUT) as library:
        library.add([write_listing(tmp_path / "a.jsonl", TOAD)])
        key = library.papers()[0].key
        with pytest.raises(UsageError, match="has 3000 characters") as caught:
            library.change([key], lambda p: p.model_copy(update={"tags": ("x" * 3000,)}))
        assert "review note" in caught.value.hint
        assert library.paper(key).tags == ()


@pytest.mark.parametrize(
    "command",
    [
        "papers", "papers --json", "papers --sort venue", "show KEY", "show KEY --json",
        "search frogs croak", "ask 'do frogs croak at night?'",
        "ask 'do frogs croak at night?' --json", "table frogs --column place -o t.xlsx",
        "table frogs --column place -o t.html", "draft 'frogs croak' -o d.tex",
        "draft 'frogs croak' -o d.html", "export -f bibtex", "export -f ris", "export -f csl-json",
        "export -f jsonl", "export -f csv", "export --style apa", "search frogs --venue Pond",
        "duplicates", "doctor", "digest",
    ],
)  # fmt: skip
def test_a_library_that_holds_it_is_read_as_any_other(kept, command, tmp_path, monkeypatch, capsys):
    import shlex

    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("REVIEW_EMBEDDING", "none")
    monkeypatch.setenv("REVIEW_LIBRARY", str(kept))
    with Library(kept, WITHOUT) as library:
        key = next(p.key for p in library.papers() if p.title == FROG["title"])
    code = run([key if word == "KEY" else word for word in shlex.split(command)])
    out, err = capsys.readouterr()
    assert code == 0, err
    assert NUL not in out


def test_its_quotes_are_where_they_say_and_a_paper_that_joins_loses_nothing(kept, tmp_path):
    with Library(kept, WITHOUT) as library:
        answer = answer_question("do frogs croak at night?", library, Extractive())
        citations = [c for claim in answer.claims for c in claim.citations]
        assert citations
        for cited in citations:
            text = library.paper(cited.paper_id).text_of(cited.part)
            assert text[cited.start : cited.end] == cited.quote
        same = {"title": FROG["title"], "abstract": "Short.", "doi": "10.1000/frogs"}
        added = library.add([write_listing(tmp_path / "b.jsonl", same)])
        assert len(library.papers()) == 2, added
        paper = next(p for p in library.papers() if p.doi)
        assert "after the mark frogs croak" in paper.text_of("abstract")
        for kept_chunk in library.chunks.of_paper(library.catalogue.number_of(paper.id)):
            chunk = kept_chunk.chunk
            assert paper.text_of(chunk.part)[chunk.start : chunk.end] == chunk.text
