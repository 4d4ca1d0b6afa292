"""Records become papers: merging, keys and old names, in whatever order the records come."""

import hashlib
import json
import tempfile

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reviewer.library import Library
from reviewer.library.catalogue import Catalogue
from reviewer.library.citekeys import is_key_of, key_base
from reviewer.library.index.chunks import ChunkStore
from reviewer.library.merge import Merger
from reviewer.library.pair_store import PairStore
from reviewer.library.storage.database import open_database
from reviewer.sources import ReadOptions
from reviewer.sources.formats import jsonl
from reviewer.types import Paper
from reviewer.types.papers import Origin, Part
from reviewer.types.searches import Filters
from tests.conftest import write_listing

ON_BOTH_DATABASES = True


class Papers:
    """A catalogue that JSON Lines can be added to."""

    def __init__(self, place=None):
        self._folder = tempfile.TemporaryDirectory()
        self.database = open_database(place or self._folder.name)
        self.catalogue = Catalogue(self.database)

    def add(self, file, *records):
        text = "\n".join(json.dumps(record) for record in records)
        return Merger(self.database, ChunkStore(self.database)).merge(
            list(jsonl.read(text, file, ReadOptions()))
        )

    def all(self):
        return self.catalogue.papers()

    def close(self):
        self.database.close()
        self._folder.cleanup()


@pytest.fixture
def papers(places):
    made = Papers(places())
    yield made
    made.close()


RECORDS = st.fixed_dictionaries(
    {"title": st.sampled_from(["Deep Nets", "Deep nets.", "Wide Nets", "RL", "The of"])},
    optional={
        "abstract": st.sampled_from(["Short.", "A longer text.", "Another text."]),
        "doi": st.sampled_from(["10.1000/a", "https://doi.org/10.1000/A", "10.1000/b"]),
        "arxiv_id": st.sampled_from(["2501.00001", "2501.00001v2", "2501.00002"]),
        "pmid": st.sampled_from(["12", "13"]),
        "year": st.sampled_from([2020, 2021]),
        "date": st.sampled_from(["2020-01", "2021-02-03"]),
        "authors": st.lists(st.sampled_from(["Ann Lee", "Bo Li"]), max_size=2),
        "keywords": st.lists(st.sampled_from(["x", "y"]), max_size=2),
        "votes": st.integers(0, 2),
    },
)
FILES = st.lists(st.lists(RECORDS, min_size=1, max_size=4), min_size=1, max_size=4)


def without_names(papers):
    """What must not hang on the order: everything but id, key and former names."""
    dumped = [
        paper.model_dump(exclude={"id", "key", "aliases", "versions"})
        | {"versions": len(paper.versions)}
        for paper in papers
    ]
    return sorted(json.dumps(paper, sort_keys=True) for paper in dumped)


@given(FILES, st.randoms())
def test_the_order_of_adding_does_not_matter(files, random):
    named = list(enumerate(files))
    made = []
    for _ in range(2):
        papers = Papers()
        for number, records in named:
            papers.add(f"{number}.jsonl", *records)
        made.append(papers.all())
        papers.close()
        random.shuffle(named)
    assert without_names(made[0]) == without_names(made[1])
    assert all(is_key_of(paper.key, key_base(paper)) for paper in [*made[0], *made[1]])


@given(FILES)
def test_every_name_that_a_paper_had_still_names_one(files):
    papers = Papers()
    names = set()
    for number, records in enumerate(files):
        papers.add(f"{number}.jsonl", *records)
        names |= {name for paper in papers.all() for name in (paper.key, paper.id)}
    assert {name for name in names if papers.catalogue.paper_named(name) is None} == set()
    current = papers.all()
    own = [name for paper in current for name in (paper.key, paper.id, *paper.aliases)]
    assert len(own) == len(set(own))
    papers.close()


@given(FILES)
def test_adding_the_same_again_changes_nothing(files):
    papers = Papers()
    for number, records in enumerate(files):
        papers.add(f"{number}.jsonl", *records)
    before, generation = papers.all(), papers.database.generation
    for number, records in enumerate(files):
        joined = papers.add(f"{number}.jsonl", *records)
        assert (joined.added, joined.updated, joined.unchanged) == ((), (), len(records))
    assert papers.all() == before
    assert papers.database.generation == generation
    papers.close()


def test_a_record_that_joins_two_papers_merges_them_and_keeps_both_names(papers):
    papers.add("a.jsonl", {"title": "On nets", "arxiv_id": "2501.00001", "year": 2024})
    papers.add("b.jsonl", {"title": "Nets, revisited", "doi": "10.1000/a", "abstract": "A text."})
    first, second = papers.all()
    joined = papers.add("c.jsonl", {"title": "X", "doi": "10.1000/a", "arxiv_id": "2501.00001v3"})
    (merged,) = papers.all()
    assert joined.updated == (first.id,)
    assert joined.added == ()
    assert merged.id == first.id
    assert {first.key, second.key, second.id} <= {merged.key, *merged.aliases}
    for name in (first.key, first.id, second.key, second.id):
        assert papers.catalogue.paper_named(name) == merged
    assert (merged.abstract, merged.year) == ("A text.", 2024)
    assert len(merged.origins) == 3


def test_merged_papers_leave_one_set_of_chunks(papers):
    papers.add("a.jsonl", {"title": "On nets", "arxiv_id": "2501.00001", "abstract": "Alpha."})
    papers.add("b.jsonl", {"title": "Of nets", "doi": "10.1000/a", "abstract": "Beta beta."})
    papers.add("c.jsonl", {"title": "X", "doi": "10.1000/a", "arxiv_id": "2501.00001"})
    chunks = ChunkStore(papers.database)
    assert chunks.count() == 1
    assert chunks.search_words(["alpha"], 9, Filters(), 1.0) == []
    assert len(chunks.search_words(["beta"], 9, Filters(), 1.0)) == 1


def test_tags_and_notes_of_both_papers_are_kept_when_they_merge(papers):
    papers.add("a.jsonl", {"title": "On nets", "arxiv_id": "2501.00001"})
    papers.add("b.jsonl", {"title": "Of nets", "doi": "10.1000/a"})
    for paper, tag in zip(papers.all(), ("one", "two"), strict=True):
        with papers.database.transaction():
            papers.catalogue.save_paper(
                paper.model_copy(update={"tags": (tag,), "notes": f"note {tag}"})
            )
    papers.add("c.jsonl", {"title": "X", "doi": "10.1000/a", "arxiv_id": "2501.00001"})
    (merged,) = papers.all()
    assert merged.tags == ("one", "two")
    assert merged.notes == "note one\n\nnote two"


def test_a_fuller_record_updates_its_paper(papers):
    papers.add("a.jsonl", {"title": "On nets"})
    joined = papers.add("b.jsonl", {"title": "On Nets", "abstract": "A text.", "year": 2024})
    (paper,) = papers.all()
    assert joined.updated == (paper.id,)
    assert (paper.abstract, paper.year, paper.key) == ("A text.", 2024, "nets-2024")
    assert papers.catalogue.paper_named("nets-nd") == paper


def test_a_poorer_record_leaves_its_paper_as_it_was(papers):
    papers.add("a.jsonl", {"title": "On nets", "abstract": "A long text.", "year": 2024})
    joined = papers.add("b.jsonl", {"title": "On nets", "abstract": "A text."})
    assert (joined.added, joined.updated, joined.unchanged) == ((), (), 1)
    (paper,) = papers.all()
    assert paper.abstract == "A long text."
    assert {origin.file for origin in paper.origins} == {"a.jsonl", "b.jsonl"}


def test_one_title_with_two_dois_is_two_papers_with_two_keys(papers):
    papers.add(
        "a.jsonl", {"title": "Nets", "doi": "10.1000/a"}, {"title": "Nets", "doi": "10.1000/b"}
    )
    assert [paper.key for paper in papers.all()] == ["nets-nd", "nets-nd-2"]


def test_a_record_that_tells_two_papers_apart_splits_them(papers):
    """A title alone joins the record without identifiers to one of two; which one, content says."""
    papers.add(
        "a.jsonl", {"title": "Nets", "abstract": "Plain."}, {"title": "Nets", "doi": "10.1000/b"}
    )
    assert len(papers.all()) == 1
    papers.add("c.jsonl", {"title": "Nets", "doi": "10.1000/a"})
    kept = papers.all()
    assert [paper.doi for paper in kept if paper.abstract] == ["10.1000/a"]
    assert sorted(paper.doi for paper in kept) == ["10.1000/a", "10.1000/b"]


def test_the_same_entry_twice_in_one_file_counts_once(papers):
    joined = papers.add("a.jsonl", {"title": "Nets"}, {"title": "Nets"})
    assert (len(joined.added), joined.unchanged) == (1, 1)
    assert len(papers.all()[0].origins) == 1


def test_a_key_that_another_paper_once_had_is_not_given_again(papers):
    papers.add("a.jsonl", {"title": "Nets", "doi": "10.1000/a"})
    papers.add("b.jsonl", {"title": "Nets", "doi": "10.1000/a", "year": 2020})
    papers.add("c.jsonl", {"title": "Nets", "doi": "10.1000/b"})
    assert [paper.key for paper in papers.all()] == ["nets-2020", "nets-nd-2"]
    assert papers.catalogue.paper_named("nets-nd").doi == "10.1000/a"


def test_joining_nothing_changes_nothing(papers):
    generation = papers.database.generation
    joined = papers.add("a.jsonl")
    assert (joined.added, joined.updated, joined.unchanged) == ((), (), 0)
    assert papers.database.generation == generation


REPORT = "Whales sing in winter and the song of each pod changes over the years. "
OTHER = "Concrete cures faster with ash, and each block was measured in a dry room. "
ENTRIES = st.builds(
    lambda title, text, guess, **fields: Paper(
        parts=tuple(
            Part(name=n, text=t) for n, t in (("title", title), ("body", 8 * text)) if t.strip()
        ),
        extra={"certainty": {"title": guess}} if guess else {},
        **fields,
    ),
    st.sampled_from(["Annual Report", "Annual report.", "Frogs at Night", "Sea Poems"]),
    st.sampled_from(["", REPORT, OTHER]),
    st.sampled_from(["", "likely", "guess"]),
    doi=st.sampled_from(["", "N/A", "10.1234/proceedings", "10.1234/b"]),
    authors=st.sampled_from([(), ("Ann Lee",), ("Bo Kim", "Cy Roe")]),
    year=st.sampled_from([None, 2001, 2009]),
)


def origin_of_content(entry, file):
    sign = hashlib.sha256(entry.model_dump_json().encode()).hexdigest()
    return entry.model_copy(update={"origins": (Origin(file=file, position=1, sha256=sign),)})


@given(st.lists(st.lists(ENTRIES, min_size=1, max_size=4), min_size=1, max_size=4), st.randoms())
def test_the_order_of_adding_does_not_matter_for_guessed_titles_and_shared_dois(files, random):
    named = [
        [origin_of_content(entry, f"{number}.x") for entry in entries]
        for number, entries in enumerate(files)
    ]
    made = []
    for _ in range(2):
        papers = Papers()
        for entries in named:
            Merger(papers.database, ChunkStore(papers.database)).merge(entries)
        made.append(papers.all())
        papers.close()
        random.shuffle(named)
    assert without_names(made[0]) == without_names(made[1])


def test_what_is_merged_is_named_and_what_is_only_read_again_is_not(papers):
    one = {"title": "On nets", "doi": "10.1000/a"}
    assert papers.add("a.jsonl", one, {"title": "Of frogs"}).merged == ()
    assert papers.add("b.jsonl", one).merged == ()
    (merged,) = papers.add("c.jsonl", {"title": "Nets, revisited", "doi": "10.1000/a"}).merged
    (paper,) = [paper for paper in papers.all() if paper.id == merged.id]
    assert (merged.key, merged.title) == (paper.key, paper.title)
    assert (merged.entries, merged.titles) == (2, 2)


def test_what_an_earlier_release_merged_stays_one_paper_until_a_person_splits_it(papers):
    papers.add(
        "a.jsonl",
        {"title": "Frogs at night", "authors": ["Ann Lee"], "year": 2001},
        {"title": "Steel bridges", "authors": ["Bo Kim"], "year": 2009},
    )
    one, other = papers.all()
    with papers.database.transaction():
        kept = papers.catalogue.entries_of(papers.catalogue.number_of(other.id))
        number = papers.catalogue.number_of(one.id)
        papers.catalogue.move_entries(number, [k.number for k in kept])
        papers.catalogue.set_identities(number, {"doi:n/a", "title:frogs at night"})
        papers.catalogue.remove_paper(papers.catalogue.number_of(other.id))
    papers.add("b.jsonl", {"title": "Frogs at Night", "abstract": "A text.", "doi": "N/A"})
    (paper,) = papers.all()
    assert {origin.position for origin in paper.origins} == {1, 2}
    assert paper.doi == ""


def test_papers_with_one_doi_are_named_in_duplicates(papers):
    chapters = [("Frogs at night", "Ann Lee"), ("Steel bridges", "Bo Kim"), ("Sea poems", "Cy Roe")]
    for number, (title, author) in enumerate(chapters):
        record = {"title": title, "authors": [author], "doi": "10.1234/proceedings"}
        papers.add(f"{number}.jsonl", record)
    assert len(papers.all()) == 3
    pairs = PairStore(papers.database).pairs_that_are("doubtful")
    assert len({sign for pair in pairs for sign in (pair.one, pair.other)}) == 3
    for title, author in chapters:
        named = Paper(
            parts=(Part(name="title", text=title),), authors=(author,), doi="10.1234/proceedings"
        )
        assert papers.catalogue.paper_like(named).title == title


@pytest.mark.parametrize("title", ["🤖", "???", "∞", "- - -"])
def test_a_title_without_letters_is_a_paper_of_its_own(tmp_path, embedding, title, places):
    with Library(places("library"), embedding=embedding) as library:
        records = [{"title": title, "abstract": f"Text {n} of its own."} for n in range(2)]
        added = library.add([write_listing(tmp_path / "signs.jsonl", *records)])
        assert (len(added.added), added.unchanged, len(library.papers())) == (2, 0, 2)
        again = library.add([write_listing(tmp_path / "signs.jsonl", *records)])
        assert (len(again.added), len(library.papers())) == (0, 2)
