"""References name the papers of a library, and are put together by work where it lacks them."""

from __future__ import annotations

import pytest

from reviewer.library import Library
from reviewer.library.reference_matching import ReferenceMatcher
from reviewer.settings import Settings
from reviewer.text.references import reference_in
from reviewer.types import Paper
from reviewer.types.papers import Origin, Part, Reference

SLOW = "The slow decay of exploration bonuses in sparse worlds"


def paper(title, references="", *, listed=(), **fields):
    parts = [Part(name="title", text=title), Part(name="abstract", text=f"About {title.lower()}.")]
    parts += [Part(name="references", text=references)] if references else []
    origin = Origin(file="made", position=1, sha256=title)
    return Paper(parts=tuple(parts), origins=(origin,), references=tuple(listed), **fields)


def matched(entry, *papers):
    found = ReferenceMatcher(enumerate(papers)).match(reference_in(entry))
    return None if found is None else (found.paper, found.sign)


SLOW_BY_ASH = paper(SLOW, authors=("Bo Ash",), year=2017)


@pytest.mark.parametrize(
    "entry",
    [
        f"B. Ash. {SLOW}. In REWARD, 2017.",
        f"Ash B. {SLOW.upper()}. J Rewards. 2018;1:2.",
        "B. Ash, “The slow decay of ex- ploration bonuses in sparse worlds,” REWARD, 2017.",
        "B. Ash. The slow decay of exploration bonusses in sparse worlds. REWARD, 2017.",
    ],
)
def test_a_title_is_known_in_other_letters_on_broken_lines_and_with_a_slip(entry):
    assert matched(entry, SLOW_BY_ASH) == (0, "title")


@pytest.mark.parametrize(
    "entry",
    [
        f"C. Elm. {SLOW}. In REWARD, 2017.",  # of another author
        f"B. Ash. {SLOW}. In REWARD, 1999.",  # of another time
        f"B. Ash. {SLOW} and in dense ones. In REWARD, 2017.",  # a longer title
        f"B. Ash. A comment on {SLOW}. In REWARD, 2017.",
        f"B. Ash. {SLOW}: a reply. In REWARD, 2014.",
    ],
)
def test_another_work_is_not_taken_for_it(entry):
    assert matched(entry, SLOW_BY_ASH) is None


def test_a_short_title_needs_author_and_year():
    short = paper("Deep learning", authors=("Yann Ash",), year=2015)
    assert matched("Y. Ash. Deep learning. Nature, 2015.", short) == (0, "title")
    assert matched("Y. Ash. Deep learning. MIT Press, 2019.", short) is None
    assert matched("Y. Ash. Deep learning for rewards. Nature, 2015.", short) is None
    assert matched("Deep learning. 2015.", paper("Deep learning", year=2015)) is None


def test_a_subtitle_may_be_missing_on_one_side_and_may_not_differ():
    one = paper("Bonuses decay: a study of sparse worlds", authors=("Bo Ash",), year=2017)
    assert matched("B. Ash. Bonuses decay. In REWARD, 2017.", one) == (0, "title")
    assert matched("B. Ash. Bonuses decay: a study of dense towns. 2017.", one) is None
    main = paper("Bonuses decay", authors=("Bo Ash",), year=2017)
    assert matched("B. Ash. Bonuses decay: a study of sparse worlds. 2017.", main) == (0, "title")


def test_a_paper_without_authors_is_known_by_a_long_title():
    assert matched(f"B. Ash. {SLOW}. In REWARD, 2017.", paper(SLOW)) == (0, "title")


def test_a_doi_of_whole_proceedings_names_no_other_paper_of_them():
    one = paper(SLOW, authors=("Bo Ash",), year=2017, doi="10.1000/all")
    assert matched("C. Elm. Another thing. 2017. doi:10.1000/all", one) is None
    assert matched(f"B. Ash. {SLOW}. doi:10.1000/ALL", one) == (0, "identifier")


def test_a_preprint_is_known_by_its_number_in_any_version():
    one = paper(SLOW, authors=("Bo Ash",), arxiv_id="1701.00001v3")
    assert matched("Bo Ash. Some title. arXiv:1701.00001v1", one) == (0, "identifier")


def test_an_entry_without_a_title_is_known_by_its_place():
    place = {"volume": "108", "pages": "1175--1204"}
    one = paper("Theory of superconductivity", authors=("John Ash",), year=1957, extra=place)
    assert matched("J. Ash and C. Elm, Phys. Rev. 108, 1175 (1957).", one) == (0, "place")
    assert matched("J. Ash and C. Elm, Phys. Rev. 106, 162 (1957).", one) is None


def test_two_works_of_one_title_and_no_author_in_common_are_not_guessed():
    same = [paper(SLOW), paper(SLOW, doi="10.1000/b")]
    assert matched(f"B. Ash. {SLOW}. In REWARD, 2017.", *same) is None


@pytest.fixture
def shelf(tmp_path):
    lacked = "[2] C. Elm. Rewards that arrive late and often. 2020. doi:10.1000/late"
    entries = (
        paper("A first citing paper", f"[1] B. Ash. {SLOW}. 2017.\n{lacked}"),
        paper(
            "A second citing paper",
            listed=(
                Reference(openalex="W17"),
                Reference(doi="10.1000/LATE"),
                Reference(openalex="W9"),
            ),
        ),
        paper(SLOW, authors=("Bo Ash",), year=2017, extra={"openalex": "W17"}),
    )
    with Library(tmp_path, Settings(library=str(tmp_path), embedding="none")) as library:
        library.add_found([entries])
        yield library


def numbers(library, *titles):
    by_title = {p.title: library.catalogue.number_of(p.id) for p in library.papers()}
    return {by_title[title] for title in titles}


def test_lists_of_pdfs_and_of_records_name_one_paper(shelf):
    found = shelf.citations.found()
    (cited,) = numbers(shelf, SLOW)
    citing = numbers(shelf, "A first citing paper", "A second citing paper")
    assert found.cited_by[cited] == citing
    assert sum(found.all.entries.values()) == 5
    assert sum(found.all.named.values()) == 2


def test_what_is_lacking_is_one_work_by_its_identifier(shelf):
    (work,) = shelf.citations.found().all.lacking
    assert work.reference.title == "Rewards that arrive late and often"
    assert len(work.cited_by) == 2


def test_a_paper_that_is_added_is_found_without_opening_the_library_again(shelf):
    assert shelf.citations.found().all.lacking
    late = paper("Rewards that arrive late and often", authors=("C. Elm",), year=2020)
    shelf.add_found([(late.model_copy(update={"doi": "10.1000/late"}),)])
    assert shelf.citations.found().all.lacking == ()


def test_references_stay_when_entries_are_merged(tmp_path):
    with Library(tmp_path, Settings(library=str(tmp_path), embedding="none")) as library:
        one = paper(SLOW, listed=(Reference(doi="10.1/a"),), doi="10.1000/slow")
        other = paper(SLOW, listed=(Reference(doi="10.1/b"),), doi="10.1000/slow")
        origin = Origin(file="other", position=1, sha256="other")
        library.add_found([(one,), (other.model_copy(update={"origins": (origin,)}),)])
        (merged,) = library.papers()
        assert {r.doi for r in merged.references} == {"10.1/a", "10.1/b"}
