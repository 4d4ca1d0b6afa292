"""Both shapes of the daily-papers listing, whole, cut and damaged."""

import pytest

from reviewer.sources import ReadOptions, find_files, read_file
from reviewer.sources.formats import daily_papers
from reviewer.text import normalise_title
from reviewer.types import Paper
from reviewer.types.papers import Skipped

ABSTRACT = "We show a thing that takes some words to say. " * 10
DATED_HEADER = """new

Get trending papers in your email inbox!

Subscribe

Daily Papers

byAK and the research community

Dec 22

"""
PLAIN_HEADER = (
    "Get trending papers in your email inbox once a day!\n"
    "Get trending papers in your email inbox!\n"
    "Subscribe"
)
BYLINE = "  • 10 authors\n·\nSep 29, 2025 2\n"


def entry(title, byline=BYLINE, abstract=ABSTRACT):
    return f"{title}\n\n{abstract}\n\n{byline}\n"


def read(text, listing_year=None):
    found = list(daily_papers.read(text, "listing.txt", ReadOptions(listing_year)))
    papers = [e for e in found if isinstance(e, Paper)]
    return papers, [e for e in found if isinstance(e, Skipped)]


def titles(text):
    papers, _ = read(text)
    return [paper.title for paper in papers]


def byline_of(lines, listing_year=None):
    (one, other), skipped = read(DATED_HEADER + entry("One", lines) + entry("Two"), listing_year)
    assert (one.title, other.title, other.date, skipped) == ("One", "Two", "2025-09-29", [])
    assert one.abstract == ABSTRACT
    return one.author_note, one.organisation, one.date, one.year, one.extra.get("votes")


@pytest.mark.parametrize(
    ("lines", "expected"),
    [
        (BYLINE, ("10 authors", "", "2025-09-29", 2025, 2)),
        ("  • 1 author\n·\nJan 8, 2024\n", ("1 author", "", "2024-01-08", 2024, None)),
        ("10 authors \n · \n  May 1, 2025  3 \n", ("10 authors", "", "2025-05-01", 2025, 3)),
        ("· 3 authors\n·\nJan 8 17\n", ("3 authors", "", "--01-08", None, 17)),
        ("Google DeepMind\n·\nFeb 29\n", ("", "Google DeepMind", "--02-29", None, None)),
        ("\n  • 10 authors\n\n·\n\nMay 1, 2025\n", ("10 authors", "", "2025-05-01", 2025, None)),
        ("  • 10 authors\n·\n", ("10 authors", "", "", None, None)),
        ("·\nMay 1, 2025\n", ("", "", "2025-05-01", 2025, None)),
        ("  • 10 authors\n·\nFeb 30, 2025 2\n", ("10 authors", "", "", None, 2)),
        ("", ("", "", "", None, None)),
    ],
)
def test_a_byline_is_read_and_the_next_paper_too(lines, expected):
    assert byline_of(lines) == expected


@pytest.mark.parametrize(
    ("date", "year", "expected"),
    [
        ("Jan 8", 2025, ("2025-01-08", 2025)),
        ("Jan 8", None, ("--01-08", None)),
        ("Jan 8, 2024", 2025, ("2024-01-08", 2024)),
        ("Feb 29", 2025, ("", None)),
        ("Feb 29", 2024, ("2024-02-29", 2024)),
    ],
)
def test_the_listing_year_completes_a_date_that_lacks_its_own(date, year, expected):
    assert byline_of(f"  • 2 authors\n·\n{date}\n", year)[2:4] == expected


def test_the_plain_shape_is_titles_and_abstracts_in_turn():
    papers, skipped = read(PLAIN_HEADER + f"One\n{ABSTRACT}\nTwo\n{ABSTRACT}\nThree\nShort one.\n")
    assert [(p.title, p.abstract) for p in papers] == [
        ("One", ABSTRACT),
        ("Two", ABSTRACT),
        ("Three", "Short one."),
    ]
    assert [p.origins[0].position for p in papers] == [3, 5, 7]
    assert not skipped


def test_an_entry_without_byline_lines_does_not_swallow_the_next():
    text = DATED_HEADER + entry("One", "") + entry("Two", "") + entry("Three")
    papers, _ = read(text)
    assert [(p.title, p.date) for p in papers] == [
        ("One", ""),
        ("Two", ""),
        ("Three", "2025-09-29"),
    ]


@pytest.mark.parametrize(
    ("text", "kept", "reason"),
    [
        (PLAIN_HEADER + f"One\n{ABSTRACT}\nCut", ["One"], "'Cut' has no abstract"),
        (DATED_HEADER + entry("One") + "Cut\n\n", ["One"], "'Cut' has no abstract"),
        (DATED_HEADER + "Cut title\n\n" + entry("One"), ["One"], "'Cut title' has no abstract"),
        (DATED_HEADER + "Cut\n\n" + entry("A longer title"), ["A longer title"], "'Cut' has no"),
        (PLAIN_HEADER + f"Cut\nA longer title\n{ABSTRACT}\nTwo\n{ABSTRACT}",
         ["A longer title", "Two"], "'Cut' has no abstract"),
        (entry(ABSTRACT, BYLINE, "") + entry("One"), ["One"], "a long text is where a title"),
    ],
)  # fmt: skip
def test_what_a_cut_left_over_is_skipped_with_its_reason_and_the_rest_is_read(text, kept, reason):
    _, skipped = read(text)
    assert titles(text) == kept
    assert len(skipped) == 1
    assert reason in skipped[0].reason
    assert skipped[0].position > 0


def test_a_listing_cut_inside_a_byline_keeps_what_was_read_of_it():
    papers, skipped = read(DATED_HEADER + entry("One") + entry("Two", "  • 4 authors\n"))
    assert [(p.title, p.author_note, p.date) for p in papers][1] == ("Two", "4 authors", "")
    assert not skipped


@pytest.mark.parametrize("text", [PLAIN_HEADER, DATED_HEADER, "", "\n\n"])
def test_a_listing_without_entries_gives_none(text):
    assert read(text) == ([], [])


def test_texts_are_kept_as_they_stand_on_their_line():
    odd = "  By 5\\% on \\textit{x}\u200b,\tcafe\u0301 " + ABSTRACT
    papers, _ = read(DATED_HEADER + entry(" A  title ", BYLINE, odd))
    assert (papers[0].title, papers[0].abstract) == (" A  title ", odd)


@pytest.mark.parametrize("header", [DATED_HEADER, ""])
def test_windows_line_ends_are_no_part_of_the_text(header):
    text = header + entry("One") + entry("Two")
    windows = text.replace("\n", "\r\n")
    assert daily_papers.matches(windows)
    assert read(windows) == read(text)


def test_the_word_subscribe_is_cut_only_from_the_first_title():
    text = PLAIN_HEADER + f"One\n{ABSTRACT}\nSubscribe to Learn\n{ABSTRACT}\n"
    assert titles(text) == ["One", "Subscribe to Learn"]
    assert titles(f"Subscribe to Learn\n{ABSTRACT}\n") == ["Subscribe to Learn"]


def test_the_same_entry_has_the_same_hash_wherever_it_stands():
    (one,), _ = read(DATED_HEADER + entry("One"))
    (_, again), _ = read(DATED_HEADER + entry("Zero") + entry("One"))
    assert one.origins[0].sha256 == again.origins[0].sha256
    assert one.origins[0].position != again.origins[0].position


@pytest.mark.parametrize("text", ["# A plain file\n\nwith text", '{"title": "x"}', "a · b\n"])
def test_other_texts_are_no_listing(text):
    assert not daily_papers.matches(text)


@pytest.mark.seeds
def test_the_real_listings_are_read_whole(seeds):
    papers, skipped = [], []
    for file in find_files([str(seeds)]):
        found = read_file(file, ReadOptions())
        papers += found.papers
        skipped += found.skipped
    counts = [sum(p.origins[0].file.endswith(f) for p in papers) for f in _names(seeds)]
    assert (counts, skipped) == ([37, 231, 67, 83, 119], [])
    assert len({normalise_title(paper.title) for paper in papers}) == 491
    assert all(len(paper.abstract) > 100 for paper in papers)


@pytest.mark.seeds
def test_every_text_of_the_real_listings_stands_in_its_file(seeds):
    for file in sorted(seeds.iterdir()):
        whole = file.read_bytes()
        lines = whole.decode().split("\n")
        for paper in read_file(str(file), ReadOptions()).papers:
            assert paper.abstract.encode() in whole
            assert lines[paper.origins[0].position - 1].endswith(paper.title)


def _names(seeds):
    return [file.name for file in sorted(seeds.iterdir())]
