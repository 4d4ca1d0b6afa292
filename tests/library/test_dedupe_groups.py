"""Which records are one paper, and what they make: a function of the set, never of the order."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reviewer.library.dedupe.groups import group_same, identities, merge_entries
from reviewer.types import Paper
from reviewer.types.duplicates import Pair
from reviewer.types.papers import Origin, Part


def paper(title="A Title", abstract="", *, at=0, **fields):
    texts = {"title": title, "abstract": abstract}
    return Paper(
        parts=tuple(Part(name=n, text=t) for n, t in texts.items() if t),
        origins=(Origin(file="f", position=at, sha256=str(at)),),
        **fields,
    )


RECORDS = st.lists(
    st.builds(
        paper,
        st.sampled_from(["One", "ONE!", "Two", "Three", "?"]),
        st.sampled_from(["", "Short.", "Longer.", "Other."]),
        doi=st.sampled_from(["", "", "10.1000/a", "https://doi.org/10.1000/A", "10.1000/b"]),
        arxiv_id=st.sampled_from(["", "", "2501.00001", "arXiv:2501.00001v2", "2501.00002"]),
        pmid=st.sampled_from(["", "", "", "7", "8"]),
        date=st.sampled_from(["", "--09-29", "2025", "2025-09", "2025-09-29", "2024-01-01"]),
        year=st.sampled_from([None, 2024, 2025]),
        venue=st.sampled_from(["", "ACL", "NLP"]),
        authors=st.sampled_from([(), ("A B",), ("B A",), ("A B", "C D")]),
        keywords=st.sampled_from([(), ("x",), ("y", "x")]),
        extra=st.sampled_from([{}, {"votes": 1}, {"votes": 2}, {"stars": 3}]),
        retracted=st.booleans(),
    ),
    max_size=9,
)


def placed(records):
    """Each record with an origin of its own, as the sources give it."""
    return [
        r.model_copy(update={"origins": (Origin(file="f", position=i, sha256=str(i)),)})
        for i, r in enumerate(records)
    ]


def papers_of(records):
    """The papers that the records make, as a set of contents without places."""
    groups = group_same(records)
    assert sorted(i for group in groups for i in group) == list(range(len(records)))
    merged = [merge_entries([records[i] for i in group]) for group in groups]
    return sorted(
        (len(group), m.model_copy(update={"origins": ()}).model_dump_json())
        for group, m in zip(groups, merged, strict=True)
    )


@given(RECORDS, st.randoms(use_true_random=False))
def test_the_order_of_records_never_matters(records, random):
    records = placed(records)
    shuffled = list(records)
    random.shuffle(shuffled)
    assert papers_of(shuffled) == papers_of(records)


@given(RECORDS)
def test_one_identifier_is_one_paper_and_two_of_a_kind_are_not_joined_by_title(records):
    """Where nothing says that it is given to several works: test_dedupe_works has those."""
    plain = [r.model_copy(update={"authors": (), "year": None}) for r in records]
    records = placed(r for r in plain if r.title != "Three")
    groups = group_same(records)
    home = {i: n for n, group in enumerate(groups) for i in group}
    strong = [{n for n in identities(r) if n[0] != "title"} for r in records]
    for i, one in enumerate(strong):
        for j, other in enumerate(strong):
            if one & other:
                assert home[i] == home[j]
    for group in groups:
        assert len(joined_by_identifiers(group, strong)) == 1 or not any(
            clash(a, b)
            for a in joined_by_identifiers(group, strong)
            for b in joined_by_identifiers(group, strong)
            if a is not b
        )


def joined_by_identifiers(group, strong):
    """The identifiers of the group's members, where members that share one are put together."""
    sets = []
    for i in group:
        near = [s for s in sets if s & strong[i]]
        sets = [s for s in sets if s not in near] + [set(strong[i]).union(*near)]
    return sets


def clash(one, other):
    kinds = {kind for kind, _ in one} & {kind for kind, _ in other}
    return any({n for n in one if n[0] == k}.isdisjoint(other) for k in kinds)


@given(RECORDS)
def test_adding_the_same_records_again_makes_the_same_papers(records):
    records = [r for r in placed(records) if identities(r)]
    once = [content for _, content in papers_of(records)]
    assert [content for _, content in papers_of(records + records)] == once


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ({"doi": "10.1000/A"}, {"doi": "https://doi.org/10.1000/a"}),
        ({"doi": "10.1000/A"}, {"doi": "doi: 10.1000/a "}),
        ({"doi": "http://dx.doi.org/10.1000/a"}, {"doi": "10.1000/a"}),
        ({"arxiv_id": "2501.00001v1"}, {"arxiv_id": "2501.00001v12"}),
        ({"arxiv_id": "2501.00001"}, {"arxiv_id": "arXiv:2501.00001v2"}),
        ({"arxiv_id": "2501.00001"}, {"arxiv_id": "https://arxiv.org/abs/2501.00001v3"}),
        ({"arxiv_id": "2501.00001"}, {"arxiv_id": "https://arxiv.org/pdf/2501.00001.pdf"}),
        ({"arxiv_id": "2501.00001"}, {"doi": "10.48550/arXiv.2501.00001"}),
        ({"arxiv_id": "hep-th/9901001"}, {"doi": "https://doi.org/10.48550/ARXIV.hep-th/9901001"}),
        ({"pmid": "007"}, {"pmid": "7"}),
    ],
)
def test_one_identifier_in_two_spellings_is_one_paper(one, other):
    assert group_same([paper("This", **one), paper("That", **other)]) == [[0, 1]]


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ({"doi": "10.1000/a"}, {"doi": "10.1000/b"}),
        ({"arxiv_id": "2501.00001"}, {"arxiv_id": "2501.00002"}),
        ({"arxiv_id": "2501.00001"}, {"doi": "10.48550/arXiv.2501.00002"}),
        ({"pmid": "7"}, {"pmid": "70"}),
        ({"doi": "10.1000/a", "pmid": "7"}, {"doi": "10.1000/b"}),
    ],
)
def test_one_title_with_two_values_of_one_identifier_is_two_papers(one, other):
    assert len(group_same([paper(**one), paper(**other)])) == 2


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ({}, {}),
        ({"doi": "10.1000/a"}, {}),
        ({"arxiv_id": "2501.00001"}, {"year": 2025}),
        ({"authors": ("Ann Lee",)}, {"authors": ("Lee, A.", "Bo Li")}),
    ],
)
def test_one_title_is_one_paper_when_no_identifier_speaks_against_it(one, other):
    assert group_same([paper("A  title!", **one), paper("A Title", **other)]) == [[0, 1]]


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ({"doi": "10.1000/a"}, {"arxiv_id": "2501.00001"}),
        ({"doi": "10.1000/a"}, {"doi": "10.48550/arXiv.2501.00001"}),
        ({"doi": "10.1000/a"}, {"doi": "10.1101/2024.01.02.123456"}),
        ({"authors": ("Ann Lee",)}, {"authors": ("Bo Li",)}),
    ],
)
def test_a_preprint_and_a_published_paper_of_one_title_stay_two_and_so_do_other_authors(one, other):
    assert len(group_same([paper(**one), paper(**other)])) == 2


def test_what_a_person_decided_goes_before_titles_and_identifiers():
    records = placed([paper("One", doi="10.1000/a"), paper("Two", doi="10.1000/a"), paper("Three")])
    signs = [r.origins[0].sha256 for r in records]
    assert sorted(group_same(records)) == [[0, 1], [2]]
    apart = Pair(one=signs[0], other=signs[1], verdict="apart", is_decided=True)
    same = Pair(one=signs[0], other=signs[2], verdict="same", is_decided=True)
    assert sorted(group_same(records, [apart])) == [[0], [1], [2]]
    assert sorted(group_same(records, [apart, same])) == [[0, 2], [1]]


def test_a_rule_joins_similar_titles_but_never_two_values_of_one_identifier():
    records = placed([paper("One", pmid="1"), paper("Onne"), paper("Ones", pmid="2")])
    signs = [r.origins[0].sha256 for r in records]
    pairs = [Pair(one=a, other=b, verdict="same") for a, b in (signs[:2], signs[1:])]
    assert len(group_same(records, pairs)) == 2
    assert len(group_same(records, pairs[:1])) == 2


def test_titles_without_words_join_nothing():
    assert len(group_same([paper("?!"), paper("..."), paper("?!", doi="10.1000/a")])) == 3


def test_a_record_can_join_two_others():
    records = [
        paper("Preprint", arxiv_id="2501.00001"),
        paper("Article", doi="10.1000/a"),
        paper("Both", doi="10.1000/a", arxiv_id="2501.00001"),
    ]
    assert len(group_same(records[:2])) == 2
    assert group_same(records) == [[0, 1, 2]]


def test_a_record_without_identifiers_joins_one_of_two_papers_of_its_title():
    records = [paper(doi="10.1000/b"), paper(abstract="Mine."), paper(doi="10.1000/a")]
    assert sorted(group_same(records)) == [[0], [1, 2]]


def test_nothing_makes_no_papers():
    assert group_same([]) == []


@pytest.mark.parametrize(
    ("field", "poorer", "richer"),
    [
        ("date", "", "--09-29"),
        ("date", "--09-29", "2025"),
        ("date", "2025", "2025-09"),
        ("date", "2025-09", "2025-09-29"),
        ("date", "2025-09-29", "2025-09-28"),
        ("authors", ("A B",), ("A B", "C D")),
        ("author_note", "", "10 authors"),
        ("organisation", "", "Google"),
        ("venue", "ACL", "ACL 2025"),
        ("doi", "", "10.1000/a"),
        ("doi", "10.48550/arXiv.2501.00001", "10.1000/a"),
        ("doi", "https://doi.org/10.48550/arXiv.2501.00001", "10.1000/a"),
        ("arxiv_id", "2501.00001", "2501.00001v2"),
        ("pmid", "", "7"),
        ("url", "", "https://a.org"),
        ("year", None, 2025),
        ("retracted", False, True),
    ],
)
def test_the_richer_value_is_kept(field, poorer, richer):
    records = [paper(**{field: poorer}), paper(**{field: richer})]
    assert (
        getattr(merge_entries(records), field)
        == getattr(merge_entries(records[::-1]), field)
        == richer
    )


def test_the_longer_text_of_each_part_is_kept_as_it_was_read():
    one, other = paper("A Title", "Short."), paper("A title ", " Much longer.\n")
    merged = merge_entries([one, other])
    assert (merged.title, merged.abstract) == ("A title ", " Much longer.\n")


def test_a_blank_part_gives_way():
    assert merge_entries([paper("A", "  \n   "), paper("A", "x")]).abstract == "x"
    assert [p.name for p in merge_entries([paper("A", "   ")]).parts] == ["title"]


def test_the_year_goes_with_the_date():
    merged = merge_entries([paper(date="2025-09-29", year=2025), paper(year=2023)])
    assert (merged.date, merged.year) == ("2025-09-29", 2025)


def test_a_year_is_kept_beside_a_date_without_one():
    merged = merge_entries([paper(date="--09-29"), paper(year=2025)])
    assert (merged.date, merged.year) == ("--09-29", 2025)


def test_lists_and_other_fields_are_joined():
    merged = merge_entries(
        [
            paper(at=2, keywords=("b",), extra={"votes": 1}),
            paper(at=1, keywords=("a", "b"), extra={"stars": 2}),
        ]
    )
    assert merged.keywords == ("a", "b")
    assert merged.extra == {"votes": 1, "stars": 2}
    assert [origin.position for origin in merged.origins] == [1, 2]


def test_a_record_alone_stays_what_it_is():
    one = paper("A", "B", doi="10.1000/a", date="2025-09", year=2025, extra={"votes": 1}, at=3)
    assert merge_entries([one]) == one
