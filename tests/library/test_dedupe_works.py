"""Different works that share an identifier or a title stay two papers, and one work stays one."""

from __future__ import annotations

import random

import pytest

from reviewer.library import Library
from reviewer.library.dedupe.groups import MOST_OF_ONE_IDENTIFIER, group_entries, group_same
from reviewer.library.dedupe.works import Look, share_identifier, share_title
from reviewer.settings import Settings
from reviewer.types import Paper
from reviewer.types.papers import Origin, Part
from tests.conftest import write_listing

NOUNS = (
    "whale song pod ice winter concrete ash block kiln mortar poem sea tide verse harbour".split()
)
DOI = "10.1234/proceedings"


def text(seed, sentences=60):
    """Different words for each seed."""
    pick = random.Random(seed)
    return " ".join(
        f"The {pick.choice(NOUNS)} of number {pick.randint(100, 9999)} met a {pick.choice(NOUNS)}."
        for _ in range(sentences)
    )


def hyphenated(words):
    """The text as narrow columns of a PDF have it, under another running head."""
    lines = [words[i : i + 45] for i in range(0, len(words), 45)]
    return "Journal of Things 12 (2020)\n" + "-\n".join(lines)


def paper(title, *, body="", abstract="", guess="", **fields):
    texts = {"title": title, "abstract": abstract, "body": body}
    extra = fields.pop("extra", {}) | ({"certainty": {"title": guess}} if guess else {})
    return Paper(
        parts=tuple(Part(name=n, text=t) for n, t in texts.items() if t),
        origins=(Origin(file="f", position=1, sha256=""),),
        extra=extra,
        **fields,
    )


def placed(*entries):
    return [
        e.model_copy(update={"origins": (Origin(file="f", position=i, sha256=f"{i:04}"),)})
        for i, e in enumerate(entries)
    ]


def count(*entries):
    """How many papers the entries make, in either order."""
    (one, other) = (group_same(placed(*some)) for some in (entries, entries[::-1]))
    assert len(one) == len(other)
    return len(one)


@pytest.mark.parametrize("kind", ["doi", "arxiv_id", "pmid"])
@pytest.mark.parametrize("value", ["N/A", "NA", "-", "none", "DOI", "0", "10.1145/nnnnnnn.nnnnnnn"])
def test_a_placeholder_joins_nothing_and_is_no_fact_of_a_paper(kind, value):
    entries = [paper(t, **{kind: value}) for t in ("Frogs at night", "Steel bridges", "Sea poems")]
    assert count(*entries) == 3
    assert group_entries(placed(*entries)).doubtful == []


def test_a_doi_given_to_each_chapter_makes_a_pair_to_decide_and_no_merge():
    chapters = [
        paper("Frogs croak at night", authors=("Ann Lee",), year=2001, doi=DOI),
        paper("Steel bridges under load", authors=("Bo Kim",), year=2001, doi=DOI),
        paper("Poems of the sea", authors=("Cy Roe", "Di Poe"), year=2001, doi=DOI),
    ]
    grouped = group_entries(placed(*chapters))
    assert len(grouped.groups) == 3
    assert [pair.verdict for pair in grouped.doubtful] == ["doubtful"] * 2
    assert "one DOI" in grouped.doubtful[0].reason
    again = [c.model_copy(update={"venue": "Proceedings", "authors": ()}) for c in chapters]
    assert count(*chapters, *again) == 3


@pytest.mark.parametrize(
    ("one", "other", "said"),
    [
        ({}, {}, "unknown"),
        ({"authors": ("Ann Lee",)}, {"authors": ("Bo Kim",)}, "other"),
        ({"authors": ("Ann Lee", "Bo Kim")}, {"authors": ("Bo Kim", "Cy Roe")}, "other"),
        ({"authors": ("Ann Lee", "Bo Kim")}, {"authors": ("Lee, A.",)}, "same"),
        ({"year": 2001}, {"year": 2002}, "unknown"),
        ({"year": 2001}, {"year": 2009}, "other"),
        ({"year": 2001, "authors": ("Ann Lee",)}, {"year": 2009, "authors": ("A. Lee",)}, "same"),
        ({"abstract": text(1)}, {"abstract": text(2)}, "other"),
        ({"abstract": text(1)}, {"abstract": text(1) + " More."}, "same"),
    ],
)
def test_one_identifier_under_two_titles(one, other, said):
    looks = Look(paper("Frogs croak at night", **one)), Look(paper("Sea poems", **other))
    assert share_identifier(*looks) == share_identifier(*looks[::-1]) == said


def test_one_identifier_under_one_title_is_one_work_whoever_wrote_it():
    titles = ("Frogs croak at night", "Frogs croak at night: a study of ponds", "Frogs croak")
    for title in titles:
        one = Look(paper(titles[0], authors=("Ann Lee",), year=2001))
        assert share_identifier(one, Look(paper(title, authors=("Bo Kim",), year=2009))) == "same"


def test_an_entry_without_authors_glues_no_chapters_and_three_titles_are_several_works():
    titles = ("Frogs croak at night", "Steel bridges under load", "Poems of the sea")
    bare = [paper(title, doi=DOI) for title in titles]
    assert count(*bare[:2]) == 1
    assert count(*bare) == 3
    chapter = paper(titles[0], authors=("Ann Lee",), doi=DOI)
    assert count(chapter, paper(titles[1], authors=("Bo Kim",), doi=DOI), *bare) == 3


def test_a_pdf_with_a_wrong_title_joins_the_entry_that_its_first_page_names():
    body = "Frogs Croak at Night\nA. Müller, B. Kim\nPond Institute\n" + text(1)
    wrong = {"guess": "likely", "authors": ("Pond Institute",), "doi": DOI}
    entry = paper("Frogs croak at night", authors=("Anna Mueller",), year=2001, doi=DOI)
    assert count(entry, paper("Volume Twelve", body=body, **wrong)) == 1
    assert count(entry, paper("Volume Twelve", body=text(2), **wrong)) == 2


@pytest.mark.parametrize("title", ["Annual Report", "1 Introduction", "A Long Title of Six Words"])
def test_a_guessed_title_alone_never_merges(title):
    short = [paper(title, body="Whales sing.", guess=g) for g in ("likely", "guess")]
    assert count(*short) == 2
    assert count(*(paper(title, body=text(n), guess="likely") for n in range(3))) == 3
    assert count(paper(title), short[0]) == 2


def test_a_guessed_title_merges_where_something_else_agrees():
    title, body = "Whales of the North", text(1)
    pdf = paper(title, body=body, guess="likely", authors=("Ann Lee",))
    assert count(pdf, paper(title, body=hyphenated(body), guess="likely")) == 1
    assert count(pdf, paper(title, abstract=body[300:900])) == 1
    assert count(pdf, paper(title, authors=("Lee, A.", "Kim, B."))) == 1
    front = {"front_matter": "Ann Lee and Bo Kim\nUniversity of Ponds"}
    unread = paper(title, body=body, guess="likely", extra=front)
    assert count(unread, paper(title, authors=("Lee, A.", "Kim, B."), year=2020)) == 1
    assert count(unread, paper(title, authors=("Roe, C.", "Poe, D."), year=2020)) == 2


def test_two_whole_texts_with_nothing_in_common_are_two_papers_whoever_wrote_them():
    """An institute's yearly reports have one title and one author."""
    reports = [paper("Annual Report", body=text(n), authors=("Pond Institute",)) for n in range(2)]
    assert count(*reports) == 2
    assert share_title(*map(Look, reports)) == "other"
    (pair,) = group_entries(placed(*reports)).doubtful
    assert "nothing in common" in pair.reason


def test_abstracts_with_nothing_in_common_are_two_papers_unless_the_authors_agree():
    entries = [paper("Editorial", abstract=text(n, 5)) for n in range(2)]
    assert count(*entries) == 2
    assert count(*(e.model_copy(update={"authors": ("Ann Lee",)}) for e in entries)) == 1


def test_a_short_guessed_title_is_not_asked_about_and_a_long_one_is():
    for title, asked in (("Annual Report", 0), ("A Report on Whales and Ice", 1)):
        entries = placed(*(paper(title, body=text(n, 5), guess="likely") for n in range(2)))
        assert len(group_entries(entries).doubtful) == asked


def test_what_a_person_decided_goes_before_all_signs():
    chapters = placed(
        paper("Frogs croak at night", authors=("Ann Lee",), doi=DOI),
        paper("Steel bridges under load", authors=("Bo Kim",), doi=DOI),
    )
    (pair,) = group_entries(chapters).doubtful
    decided = pair.model_copy(update={"verdict": "same", "is_decided": True})
    assert group_same(chapters, [decided]) == [[0, 1]]


def test_an_identifier_of_very_many_works_costs_little():
    pick = random.Random(1)

    def word():
        return "".join(pick.choice("abcdefghijklmnop") for _ in range(9))

    entries = placed(
        *(
            paper(f"{word()} {word()} {word()}", authors=(f"Ann {word()}",), doi=DOI)
            for _ in range(3 * MOST_OF_ONE_IDENTIFIER)
        )
    )
    grouped = group_entries(entries)
    assert len(grouped.groups) == len(entries)
    assert len(grouped.doubtful) < MOST_OF_ONE_IDENTIFIER


def test_two_years_of_one_report_are_two_papers(library, tmp_path):
    first = (
        "Graph attention finds which neighbours of a node matter; we measure it on citations."
        + (" It needs no labels of edges and little memory, and it holds on ten graphs of the web.")
    )
    second = (
        "Proteins fold in steps that a simulation of water and salt can follow for a second."
        + (" The steps are the same in a hundred small proteins, whatever their sequence of acids.")
    )
    records = [
        {"title": "Annual Report", "authors": ["Bank, A"], "year": year, "abstract": text}
        for year, text in ((2012, first), (2020, second))
    ]
    library.add([write_listing(tmp_path / "reports.jsonl", *records)])
    assert sorted(paper.year for paper in library.papers()) == [2012, 2020]
    same = [r | {"abstract": first} for r in records]
    with Library(tmp_path / "other", Settings(embedding="none")) as other:
        other.add([write_listing(tmp_path / "same.jsonl", *same)])
        assert len(other.papers()) == 1
