"""Papers, chunks, words and vectors in the database: what is kept, found, filtered and removed."""

import numpy as np
import pytest

from reviewer.library.index.scoring import WordCount, split_words
from reviewer.types.searches import Filters
from tests.conftest import write_listing

ON_BOTH_DATABASES = True

PAPERS = [
    {
        "title": "Reward shaping for agents",
        "abstract": "Agents learn faster with shaped rewards.",
        "authors": ["Ada Lovelace"],
        "year": 2021,
        "venue": "NeurIPS 2021",
        "doi": "10.1000/shape",
    },
    {
        "title": "Memory for agents",
        "abstract": "Agents remember their running episodes.",
        "authors": ["Grace Hopper"],
        "year": 2023,
        "venue": "ICLR 2023",
    },
    {
        "title": "Planning without a date",
        "abstract": "Nobody knows when it was written, naïvely.",
        "venue": "NeurIPS workshop",
    },
]
REWARD, MEMORY, PLANNING = "lovelace-2021-reward", "hopper-2023-memory", "planning-date-nd"


@pytest.fixture
def three(library, tmp_path):
    library.add([write_listing(tmp_path / "three.jsonl", *PAPERS)])
    return library


def tag(library, key, *tags):
    paper = library.paper(key)
    with library.database.transaction():
        library.catalogue.save_paper(paper.model_copy(update={"tags": tags}))


def passing(library, wanted):
    """Numbers of the chunks whose papers pass."""
    passes = library.chunks.passing(wanted)
    return (
        library.chunks.vectors()[0].tolist() if passes is None else np.flatnonzero(passes).tolist()
    )


@pytest.mark.parametrize(
    ("filters", "expected"),
    [
        ({}, [REWARD, MEMORY, PLANNING]),
        ({"year_from": 2021}, [REWARD, MEMORY]),
        ({"year_from": 2022}, [MEMORY]),
        ({"year_to": 2022}, [REWARD]),
        ({"year_from": 2021, "year_to": 2021}, [REWARD]),
        ({"year_from": 2024}, []),
        ({"venue": "neurips"}, [REWARD, PLANNING]),
        ({"venue": "NeurIPS", "year_from": 2000}, [REWARD]),
        ({"venue": "%"}, []),
        ({"tags": ("to read",)}, [MEMORY, PLANNING]),
        ({"tags": ("to read", "core")}, [MEMORY]),
        ({"tags": ("to",)}, []),
        ({"keys": (PLANNING, REWARD)}, [REWARD, PLANNING]),
        ({"keys": ("nobody",)}, []),
        ({"keys": (MEMORY,), "year_to": 2022}, []),
    ],
)
def test_filters_let_through_just_the_papers_that_fit(three, filters, expected):
    tag(three, MEMORY, "to read", "core")
    tag(three, PLANNING, "to read")
    wanted = Filters(**filters)
    assert [paper.key for paper in three.papers(wanted)] == expected
    chunks = passing(three, wanted)
    assert [three.chunks.numbered([n])[n].title for n in chunks] == [
        three.paper(key).title for key in expected
    ]
    found = three.chunks.search_words(["agents", "nobody"], 10, wanted, 1.0)
    assert len(found) == len(expected)


@pytest.mark.parametrize(
    ("filters", "count"),
    [
        ({"year_from": 2000}, 1),
        ({"year_to": 2000}, 1),
        ({"year_from": 2000, "venue": "NeurIPS"}, 1),
        ({"year_from": 2000, "venue": "ICLR"}, 0),
        ({"year_from": 2000, "keys": (MEMORY,)}, 0),
    ],
)
def test_papers_of_unknown_year_are_counted_under_the_other_filters(three, filters, count):
    assert three.catalogue.count_unknown_year(Filters(**filters)) == count


def test_a_former_key_filters_like_the_key(three):
    paper = three.paper(MEMORY)
    with three.database.transaction():
        three.catalogue.save_paper(paper.model_copy(update={"aliases": ("old-key",)}))
    assert [p.key for p in three.papers(Filters(keys=("old-key",)))] == [MEMORY]
    assert three.catalogue.paper_named("old-key").key == MEMORY
    assert not three.catalogue.key_is_free("old-key", "another")
    assert three.catalogue.key_is_free("old-key", paper.id)


def test_a_paper_is_named_by_its_key_or_its_id(three):
    paper = three.catalogue.paper_named(REWARD)
    assert three.catalogue.paper_named(paper.id) == paper
    assert three.catalogue.paper_named("10.1000/shape") is None


def test_saving_a_paper_again_replaces_it(three):
    tag(three, REWARD, "first")
    tag(three, REWARD, "second")
    assert three.catalogue.count() == 3
    assert three.paper(REWARD).tags == ("second",)
    assert three.papers(Filters(tags=("first",))) == []


def test_a_removed_paper_leaves_nothing_behind(three):
    three.remove(MEMORY)
    tables = ["papers", "chunks", "vectors", "sentences", "records"]
    for table in tables:
        assert three.database.rows(f"SELECT count(*) FROM {table}") == [(2,)], table
    assert three.chunks.search_words(["episodes"], 9, Filters(), 1.0) == []
    assert three.catalogue.entries_near({"title:memory for agents"}) == []
    assert three.database.check() == "ok"


def test_records_are_found_through_papers_that_share_an_identity(three):
    near = three.catalogue.entries_near({"doi:10.1000/shape"})
    assert [kept.entry.title for kept in near] == ["Reward shaping for agents"]
    assert three.catalogue.entries_near({"doi:10.1000/none"}) == []
    assert three.catalogue.entries_near(set()) == []


def test_words_are_found_by_their_stems_and_without_accents(three):
    for term, holders in (("agent", 2), ("REMEMBERING", 1), ("naively", 1)):
        assert len(three.chunks.search_words([term], 9, Filters(), 1.0)) == holders


def test_words_become_the_index_s_own_stems(three):
    words = ["agents", "running", "naïvely", "", "-", "two words"]
    wanted = [("agent",), ("run",), ("naiv",), (), (), ("two", "word")]
    assert three.words.stems(words) == dict(zip(words, wanted, strict=True))
    assert three.words.stems(["agents", "agent"]) == {"agents": ("agent",), "agent": ("agent",)}


def test_a_word_is_counted_in_chunks_in_texts_and_in_titles(three):
    counts = three.words.counts(["agent", "nowhere"])
    texts = [(k.title, k.chunk.text) for k in three.chunks.numbered([1, 2, 3]).values()]
    held = [f"{title} {text}".lower().count("agent") for title, text in texts]
    titles = sum("agent" in title.lower() for title, _ in texts)
    assert counts["agent"] == WordCount(sum(n > 0 for n in held), sum(held), titles)
    assert counts["nowhere"] == WordCount()


def test_a_word_in_the_title_counts_as_much_as_asked(three):
    def best(weight):
        found = three.chunks.search_words(["planning", "episodes"], 2, Filters(), weight)
        return three.chunks.numbered([found[0][0]])[found[0][0]].title

    assert best(50.0) == "Planning without a date"
    assert best(0.001) == "Memory for agents"


def _runs_in(stems, text):
    """Whether the stems stand in the text one after another."""
    size = len(stems)
    return bool(stems) and any(tuple(text[i : i + size]) == stems for i in range(len(text)))


@pytest.mark.parametrize(
    "term", ['"', '""', "a OR b", "NEAR(a, b)", "title:agents", "agents*", "^agents", "-", "", "'"]
)
def test_a_term_is_never_an_operator(three, term):
    holders = {n for n, _ in three.chunks.search_words([term], 10, Filters(), 1.0)}
    stems = three.words.stems([term])[term]
    kept = three.chunks.numbered([1, 2, 3])
    words = {n: split_words(f"{k.title} {k.chunk.text}") for n, k in kept.items()}
    texts = {n: [s for w in own for s in three.words.stems(own)[w]] for n, own in words.items()}
    assert holders == {n for n, own in texts.items() if _runs_in(stems, own)}


def test_chunks_that_stay_keep_their_vectors(three):
    paper = three.paper(REWARD)
    number = three.catalogue.number_of(REWARD)
    rows = passing(three, Filters(keys=(REWARD,)))
    kept = [three.chunks.numbered([n])[n].chunk for n in rows]
    more = kept[0].model_copy(update={"id": "new", "text": "another piece", "start": 100})
    with three.database.transaction():
        three.database.next_generation()
        three.chunks.replace_chunks(number, paper, [*kept, more])
    assert [c.chunk for c in three.chunks.waiting(10)] == [more]
    assert three.chunks.vectors_numbered(rows)[0] == rows
    with three.database.transaction():
        generation = three.database.next_generation()
        three.chunks.replace_chunks(number, paper, [more])
    assert three.chunks.removed_since(generation - 1) == [kept[0].id]
    assert three.chunks.removed_since(generation) == []


def test_a_chunk_that_came_back_is_not_removed(three):
    paper, number = three.paper(REWARD), three.catalogue.number_of(REWARD)
    rows = passing(three, Filters(keys=(REWARD,)))
    kept = [three.chunks.numbered([n])[n].chunk for n in rows]
    for chunks in ([], kept):
        with three.database.transaction():
            generation = three.database.next_generation()
            three.chunks.replace_chunks(number, paper, chunks)
    assert three.chunks.removed_since(generation - 2) == []
    assert three.chunks.count_waiting() == 1


def test_vectors_come_back_as_they_were_kept(three):
    kept, matrix = three.chunks.vectors()
    numbers = kept.tolist()
    rng = np.random.default_rng(3)
    fresh = rng.normal(size=matrix.shape).astype(np.float32)
    with three.database.transaction():
        three.chunks.save_vectors(numbers, fresh, three.database.next_generation())
    assert np.array_equal(three.chunks.vectors()[1], fresh)
    found, some = three.chunks.vectors_numbered([numbers[2], 999_999])
    assert found == [numbers[2]]
    assert np.array_equal(some[0], fresh[2])


def test_sentences_stand_where_they_say(three):
    numbers = three.chunks.vectors()[0].tolist()
    chunks = three.chunks.numbered(numbers)
    for number, (spans, vectors) in three.chunks.sentences(numbers).items():
        text = chunks[number].chunk.text
        assert [text[start:end] for start, end in spans] == [text]
        assert vectors.shape == (1, 64)
        assert np.linalg.norm(vectors[0]) == pytest.approx(1.0, abs=1e-2)


def test_what_came_after_a_generation_is_given_in_batches(three):
    batches = list(three.chunks.indexed_since(0, 2))
    assert [len(batch) for batch in batches] == [2, 1]
    rows = [row for batch in batches for row in batch]
    assert [row.metadata["title"] for row in rows] == [paper["title"] for paper in PAPERS]
    assert list(three.chunks.indexed_since(three.database.generation, 2)) == []
