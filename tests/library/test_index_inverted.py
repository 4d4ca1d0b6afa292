"""The inverted index: its stems, counts and BM25 are SQLite's own, whatever came and went."""

import random
import sqlite3

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from reviewer.library import Library
from reviewer.library.index.inverted import InvertedIndex
from reviewer.library.index.stemming import Stemmer
from reviewer.library.storage.bounds import MOST_TERM_CHARS
from reviewer.search import find
from reviewer.settings import Settings
from reviewer.text.invisible import visible
from reviewer.text.keywords import query_terms
from reviewer.text.unspaced import in_pairs
from reviewer.types.searches import Filters
from tests.conftest import holders, write_listing

ON_BOTH_DATABASES = True

QUESTIONS = (
    "does RL teach new skills?",
    "how can a language model be trained to use a search engine?",
    "forgetting in continual learning",
    "the of and",
    "model",
)
TOKENIZER = "tokenize='porter unicode61 remove_diacritics 2'"


class Fts5:
    """SQLite's own index over the same chunks."""

    def __init__(self, chunks):
        self.connection = sqlite3.connect(":memory:")
        self.connection.execute(f"CREATE VIRTUAL TABLE words USING fts5 (title, text, {TOKENIZER})")
        self.connection.executemany(
            "INSERT INTO words (rowid, title, text) VALUES (?, ?, ?)", chunks
        )

    def best(self, terms, title_weight):
        query = " OR ".join(f'"{term}"' for term in terms)
        rows = self.connection.execute(
            "SELECT rowid, -bm25(words, ?, 1.0) FROM words WHERE words MATCH ?",
            (title_weight, query),
        )
        return dict(rows)

    def counts(self, kind):
        self.connection.execute(f"CREATE VIRTUAL TABLE {kind} USING fts5vocab (words, {kind})")
        return self.connection.execute(f"SELECT * FROM {kind}").fetchall()


def beside(library):
    rows = library.database.rows("SELECT number, title, text FROM chunks")
    return Fts5(rows)


def check_as_fts5(library, most=20):
    fts5 = beside(library)
    for question in QUESTIONS:
        terms = query_terms(question)
        for weight in (1.0, 2.0, 0.3):
            expected = fts5.best(terms, weight)
            found = library.chunks.search_words(terms, most, Filters(), weight)
            best = sorted(expected.values(), reverse=True)[:most]
            assert found == sorted(found, key=lambda pair: (-pair[1], pair[0]))
            assert [score for _, score in found] == pytest.approx(best, rel=1e-9)
            assert all(score == pytest.approx(expected[n], rel=1e-9) for n, score in found)


def test_bm25_is_that_of_sqlite(sample_library):
    check_as_fts5(sample_library)
    check_as_fts5(sample_library, most=3)


def test_words_are_counted_as_sqlite_does(sample_library):
    fts5 = beside(sample_library)
    in_titles = {
        term: chunks for term, column, chunks, _ in fts5.counts("col") if column == "title"
    }
    rows = fts5.counts("row")
    counts = sample_library.words.counts([term for term, _, _ in rows])
    for term, chunks, often in rows:
        count = counts[term]
        assert (count.chunks, count.occurrences) == (chunks, often), term
        assert count.titles == in_titles.get(term, 0), term


def _visible(text):
    """A soft hyphen and its like part no word here, as they do in FTS5."""
    return " ".join(map(visible, text.split()))


@settings(max_examples=200)
@given(st.lists(st.text(max_size=40), max_size=5))
@example(["0x0 a0x0 0x00x0", "RUNNING Naïve co-author", "a\u2028b\x1cc\u00a0d", "x" * 3000])
def test_stems_are_those_of_sqlite(texts):
    found = Stemmer().of(texts)
    fts5 = Fts5([(n, "", _visible(in_pairs(text))) for n, text in enumerate(texts)])
    expected = [[] for _ in texts]
    for term, number, _, place in sorted(fts5.counts("instance"), key=lambda row: row[3]):
        assert place == len(expected[number])
        expected[number].append(term[:MOST_TERM_CHARS])
    assert found == expected


def test_words_that_are_several_are_given_all_their_stems(sample_library):
    known = sample_library.words.stems(["co-authors", "two words", "-", "Running"])
    assert known == {
        "co-authors": ("co", "author"),
        "two words": ("two", "word"),
        "-": (),
        "Running": ("run",),
    }


def test_a_term_of_several_words_is_held_where_all_of_them_are(tmp_path, embedding, places):
    records = [
        {"title": "One", "abstract": "A co-author writes; the co-author reads."},
        {"title": "Two", "abstract": "An author alone."},
        {"title": "Three", "abstract": "The co of the author, author, author."},
    ]
    with Library(places("library"), embedding=embedding) as library:
        library.add([write_listing(tmp_path / "some.jsonl", *records)])
        chunks = library.chunks.numbered(sorted(holders(library, "co-author")))
    assert [kept.title for kept in chunks.values()] == ["One", "Three"]


@pytest.mark.parametrize("seed", range(3))
def test_after_much_adding_and_removing_it_is_as_if_made_again(tmp_path, seed, places):
    chance = random.Random(seed)
    words = "model language skill search engine forget continual learn the of new RL teach".split()

    def record(n):
        text = " ".join(chance.choice(words) for _ in range(chance.randint(1, 30)))
        return {"title": f"Paper {n} {chance.choice(words)}", "abstract": text}

    with Library(places("library"), Settings(embedding="none")) as library:
        for batch in range(40):
            records = [record(f"{batch}-{n}") for n in range(chance.choice((1, 1, 1, 12)))]
            library.add([write_listing(tmp_path / f"{batch}.jsonl", *records)])
            if chance.random() < 0.4:
                library.remove(chance.choice(library.catalogue.keys()))
        segments = library.database.rows("SELECT count(*) FROM segments")[0][0]
        assert segments < 20
        check_as_fts5(library, most=1000)
        for key in library.catalogue.keys()[1:]:
            library.remove(key)
        check_as_fts5(library)
        library.add([write_listing(tmp_path / "last.jsonl", record("last"))])
        check_as_fts5(library)
        assert library.database.rows("SELECT count(*) FROM dead_chunks") == [(0,)]


def test_the_number_of_a_removed_chunk_is_not_given_again(sample_library, tmp_path):
    last = sample_library.papers()[-1]
    number = sample_library.database.rows("SELECT max(number) FROM chunks")[0][0]
    sample_library.remove(last.key)
    new = {"title": "Frogs in ponds", "abstract": "They croak."}
    sample_library.add([write_listing(tmp_path / "new.jsonl", new)])
    assert holders(sample_library, "croak") == {number + 1}
    assert number not in holders(sample_library, last.title.split()[0])


def test_words_that_another_process_adds_are_found_at_the_next_question(
    tmp_path, embedding, places
):
    with Library(places("library"), embedding=embedding) as library:
        assert holders(library, "croak") == set()
        with Library(places("library"), embedding=embedding) as other:
            new = {"title": "Frogs in ponds", "abstract": "They croak."}
            other.add([write_listing(tmp_path / "new.jsonl", new)])
        assert len(holders(library, "croak")) == 1
        with Library(places("library"), embedding=embedding) as other:
            other.remove(other.catalogue.keys()[0])
        assert holders(library, "croak") == set()


def test_words_are_committed_with_their_chunks(sample_library):
    index = InvertedIndex(sample_library.database)
    assert not index.is_behind()
    rows = sample_library.database.rows("SELECT sum(chunks), max(last) FROM segments")
    assert rows == sample_library.database.rows("SELECT count(*), max(number) FROM chunks")


def test_what_is_kept_between_questions_stays_while_only_questions_are_asked(sample_library):
    """Unseen words are cut without a write into the library's file."""
    before = sample_library.database.version
    assert sample_library.words.stems(["unseenword", "co-unseen"])["unseenword"]
    find("an unseenquestion on rewards", sample_library)
    assert sample_library.database.version == before
