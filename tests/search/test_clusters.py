"""Papers are grouped by likeness, the same way each time, and named by what sets them apart."""

import json

import pytest

from reviewer.library import Library
from reviewer.search import group_papers, name_themes, settle_themes
from reviewer.search.clusters import LEAST_PAPERS, MOST_THEMES, by_words, in_time_order, periods
from reviewer.settings import Settings
from reviewer.types import Paper
from reviewer.types.drafts import Theme
from reviewer.types.papers import Part

APPLES = [
    ("Apple Orchard in Spring", "Apple orchard bloom, apple orchard bees, apple orchard spring."),
    (
        "Pruning an Apple Orchard",
        "Apple orchard pruning, apple orchard winter, apple orchard yield.",
    ),
    ("Apple Orchard Pests", "Apple orchard pests, apple orchard moths, apple orchard harm."),
]
SHIPS = [
    ("Container Ship at Sea", "Container ship ocean, container ship crossing, container ship sea."),
    ("Fuel of a Container Ship", "Container ship fuel, container ship cost, container ship oil."),
    (
        "A Container Ship in Port",
        "Container ship port, container ship crane, container ship night.",
    ),
]


def made(title, text="", year=None, date="", number=0):
    parts = (Part(name="title", text=title), Part(name="abstract", text=text))
    key = f"{title.lower().replace(' ', '-')}-{number}"
    return Paper(id=f"id-{key}", key=key, parts=parts, year=year, date=date)


def fill(library, tmp_path, papers):
    file = tmp_path / "papers.jsonl"
    lines = [json.dumps({"title": t, "abstract": a, **more}) for t, a, more in papers]
    file.write_text("\n".join(lines), encoding="utf-8")
    library.add([str(file)])
    return library.papers()


@pytest.fixture(params=["vectors", "words"])
def shelf(request, tmp_path, embedding):
    """A library of two kinds of papers in turn, with vectors and without."""
    own = {"embedding": embedding} if request.param == "vectors" else {}
    settings = Settings(embedding="" if own else "none")
    with Library(tmp_path / "shelf", settings, **own) as library:
        mixed = [pair for both in zip(APPLES, SHIPS, strict=True) for pair in both]
        fill(library, tmp_path, [(*pair, {}) for pair in mixed])
        assert library.has_vectors == bool(own)
        yield library


def titles_of(themes, library):
    known = {paper.id: paper.title for paper in library.papers()}
    return [{known[i] for i in theme.paper_ids} for theme in themes]


def test_papers_of_a_kind_come_into_one_theme(shelf):
    themes = group_papers(shelf.papers(), shelf)
    assert titles_of(themes, shelf) == [{t for t, _ in APPLES}, {t for t, _ in SHIPS}]


def test_a_theme_is_named_by_the_terms_that_set_it_apart(shelf):
    apples, ships = group_papers(shelf.papers(), shelf)
    assert apples.name.split(", ")[0] == "apple orchard"
    assert ships.name.split(", ")[0] == "container ship"
    assert "apple" not in ships.name


def test_themes_do_not_hang_on_the_order_in_which_papers_come_but_follow_it(shelf):
    papers = shelf.papers()
    there = group_papers(papers, shelf)
    back = group_papers(papers[::-1], shelf)
    assert {frozenset(t.paper_ids) for t in there} == {frozenset(t.paper_ids) for t in back}
    assert there[0].paper_ids[0] == papers[0].id
    assert back[0].paper_ids[0] == papers[-1].id


def test_the_number_of_themes_follows_the_papers_and_is_bounded(sample_library):
    papers = sample_library.papers()
    for count in (1, 2, 3, 5, 12, 30, 62):
        themes = group_papers(papers[:count], sample_library)
        assert 1 <= len(themes) <= MOST_THEMES
        every = [i for theme in themes for i in theme.paper_ids]
        assert sorted(every) == sorted(paper.id for paper in papers[:count])
        assert all(len(theme.paper_ids) >= min(LEAST_PAPERS, count) for theme in themes)
        assert all(theme.name for theme in themes)
        assert len({theme.name for theme in themes}) == len(themes)


def test_no_papers_make_no_theme(library):
    assert group_papers([], library) == ()
    assert settle_themes([], [], library) == ((), ())


def test_names_hold_no_markup_of_a_paper(library, tmp_path):
    hostile = ("Pears [x](http://evil.example) <b>{{ 7 }}", "Pears | `ripen` \\input{x} # slowly.")
    papers = fill(library, tmp_path, [(*hostile, {}), ("More Pears", "Pears ripen.", {})])
    (theme,) = group_papers(papers, library)
    assert not set("[](){}<>|`\\#/:@") & set(theme.name)
    assert "pear" in theme.name


def test_abbreviations_keep_their_capitals(library, tmp_path):
    text = "RLVR rewards answers. RLVR works."
    papers = fill(
        library, tmp_path, [("RLVR Once", text, {}), ("RLVR Twice", text + " Again.", {})]
    )
    (theme,) = group_papers(papers, library)
    assert theme.name.split(", ")[0] == "RLVR"


def test_a_small_theme_joins_the_one_most_like_it_and_that_is_said(shelf):
    by_title = {paper.title: paper.id for paper in shelf.papers()}
    ids = [[by_title[title] for title, _ in kind] for kind in (APPLES, SHIPS)]
    themes = [
        Theme(name="fruit", paper_ids=tuple(ids[0][:2])),
        Theme(name="moths", paper_ids=(ids[0][2],)),
        Theme(name="ships", paper_ids=tuple(ids[1])),
    ]
    settled, said = settle_themes(themes, shelf.papers(), shelf)
    assert [theme.name for theme in settled] == ["fruit", "ships"]
    assert set(settled[0].paper_ids) == set(ids[0])
    assert said == ("the theme 'moths' had one paper and was joined to 'fruit'",)


def test_papers_without_a_theme_join_one_and_unknown_or_repeated_ones_go(shelf):
    by_title = {paper.title: paper.id for paper in shelf.papers()}
    apples, ships = ([by_title[title] for title, _ in kind] for kind in (APPLES, SHIPS))
    themes = [
        Theme(name="fruit", paper_ids=(*apples[:2], "invented")),
        Theme(name="ships", paper_ids=(apples[0], *ships[:2])),
    ]
    settled, _ = settle_themes(themes, shelf.papers(), shelf)
    assert [set(theme.paper_ids) for theme in settled] == [set(apples), set(ships)]


def test_names_that_are_there_stay(shelf):
    papers = shelf.papers()
    themes = [Theme(name="Mine: all", paper_ids=tuple(p.id for p in papers))]
    assert name_themes(themes, papers, shelf)[0].name == "Mine: all"


def test_words_alone_tell_papers_apart_and_empty_ones_do_no_harm():
    papers = [made(*APPLES[0]), made(*APPLES[1]), made(*SHIPS[0]), made("")]
    likeness = by_words(papers) @ by_words(papers).T
    assert likeness[0, 1] > 10 * likeness[0, 2]
    assert likeness[3, 3] == pytest.approx(1.0)


# Time


def test_time_runs_from_the_oldest_to_those_of_unknown_year():
    dated = [
        made("C", year=2024, date="2024-05-02"),
        made("F", year=None, date="--01-01"),
        made("B", year=2024, date="2024-01"),
        made("D", year=2024),
        made("A", year=1999),
        made("E", year=2025, date="2025"),
    ]
    assert [paper.title for paper in in_time_order(dated)] == list("ABCDEF")


def years(themes, papers):
    known = {paper.id: paper.year for paper in papers}
    return [(theme.name, [known[i] for i in theme.paper_ids]) for theme in themes]


def test_periods_are_named_by_their_years_and_hold_two_papers_or_more(library):
    papers = [made(f"T{n}", year=y) for n, y in enumerate([2020, 2021, 2023, 2023, 2025, None])]
    assert years(periods(papers, library), papers) == [
        ("2020 to 2021", [2020, 2021]),
        ("2023", [2023, 2023]),
        ("2025 and year unknown", [2025, None]),
    ]
    assert years(periods(papers[:5], library), papers) == [
        ("2020 to 2021", [2020, 2021]),
        ("2023 to 2025", [2023, 2023, 2025]),
    ]


def test_a_year_with_many_papers_has_several_themes(sample_library):
    papers = sample_library.papers()
    themes = periods(papers, sample_library)
    shown = years(themes, papers)
    flat = [year for _, own in shown for year in own]
    known = [year for year in flat if year is not None]
    assert known == sorted(known)
    assert flat[len(known) :] == [None] * (len(flat) - len(known))
    assert any(name.startswith("2025: ") for name, _ in shown)
    assert all(len(own) >= LEAST_PAPERS for _, own in shown)
