"""Which paper says some words: word for word, nearly, or not at all."""

import json

import pytest

from reviewer.cli.app import run
from reviewer.errors import NotFoundError, UsageError
from reviewer.grounding.near_quotes import allowed_slips, locate_nearly
from reviewer.search import find_words
from reviewer.text import sentence_spans
from reviewer.types import Paper
from reviewer.types.papers import Origin, Part

SAID = "Round apples taste sweeter than square apples in 47 of 50 blind tests."
BODY = (
    "Apples are round. We did not find that colour matters to most people who eat them. "
    f"{SAID} The price of round apples is lower by 12% in small towns near the sea."
)


def paper(key, body, *, pages=()):
    return Paper(
        key=key,
        parts=(
            Part(name="title", text=f"A study called {key}"),
            Part(name="body", text=body, page_starts=pages),
        ),
        origins=(Origin(file=f"{key}.pdf", position=1, sha256=key * 4),),
    )


@pytest.fixture
def shelf(library):
    papers = [
        paper("apples", BODY, pages=(BODY.index("Round apples"),)),
        paper("pears", "Pears are green. " + SAID.replace("apples", "pears")),
        paper(
            "long", f"{'Plums are blue in the morning light. ' * 120}{'Figs ripen in June. ' * 3}"
        ),
    ]
    library.add_found([papers])
    return library


def test_words_are_found_word_for_word_with_their_page(shelf):
    found = find_words(SAID, shelf)
    (place,) = found.found
    assert place.is_exact
    assert (place.part, place.page, place.quote) == ("body", 2, SAID)
    assert shelf.paper(place.key).text_of("body")[place.start : place.end] == SAID
    assert find_words("did not find that colour matters", shelf).found[0].page == 1


def test_every_sentence_of_the_samples_is_found_in_its_paper(sample_library):
    for own in sample_library.papers():
        for part in own.own_parts:
            for start, end in sentence_spans(part.text):
                found = find_words(part.text[start:end], sample_library, 50).found
                assert own.key in [place.key for place in found if place.is_exact]


@pytest.mark.parametrize(
    ("words", "kind"),
    [
        (SAID.replace("sweeter", "better"), "word"),
        (SAID.replace(" blind", ""), "word"),
        (SAID.replace("taste", "will taste"), "word"),
        (SAID.replace("47", "74"), "figure"),
        (SAID.replace("taste", "never taste"), "negation"),
        ("We did find that colour matters to most people who eat them", "negation"),
        ("find that colour matters to most people who eat them", "negation"),
        ("of round apples is lower by -12% in small towns near", "figure"),
    ],
)
def test_a_slip_is_found_and_named_and_never_called_exact(shelf, words, kind):
    (place,) = find_words(words, shelf).found
    assert place.title == "A study called apples"
    assert not place.is_exact
    assert [difference.kind for difference in place.differences] == [kind]


def test_case_and_punctuation_are_no_slip_and_not_exact(shelf):
    (place,) = find_words(SAID.upper().replace(" IN ", ", IN "), shelf).found
    assert not place.is_exact
    assert place.differences == ()


def test_two_slips_in_ten_words_are_not_found_and_the_nearest_are_named(shelf):
    words = SAID.replace("sweeter", "better").replace("blind", "fair")
    found = find_words(words, shelf)
    assert found.found == ()
    assert found.nearest[0].quote == SAID
    assert not any(place.is_exact for place in found.nearest)


def test_words_that_reach_over_two_chunks_are_found(shelf):
    body = "Plums are blue in the morning light. " * 40
    found = find_words(body, shelf)
    assert [place.is_exact for place in found.found] == [True]
    assert find_words("morning light. Figs ripen in June. Figs", shelf).found[0].is_exact


def test_more_papers_than_wanted_are_said(shelf):
    found = find_words("taste sweeter than", shelf, 1)
    assert len(found.found) == 1
    assert found.has_more
    assert not find_words("taste sweeter than", shelf, 2).has_more


def test_one_paper_can_be_looked_into_alone(shelf):
    keys = {p.title.removeprefix("A study called "): p.key for p in shelf.papers()}
    assert find_words("taste sweeter than", shelf, key=keys["pears"]).found[0].key == keys["pears"]
    assert find_words("Figs ripen in June", shelf, key=keys["pears"]).found == ()
    with pytest.raises(NotFoundError):
        find_words("Figs ripen", shelf, key="../../etc/passwd")


@pytest.mark.parametrize("words", ["", "  ", "...", "x" * 10_001])
def test_what_holds_no_words_is_refused(shelf, words):
    with pytest.raises(UsageError):
        find_words(words, shelf)


@pytest.mark.parametrize(("words", "most"), [(3, 0), (5, 0), (6, 1), (19, 1), (20, 2), (100, 10)])
def test_one_slip_in_ten_words_is_allowed(words, most):
    assert allowed_slips(words) == most


def test_a_word_that_a_line_end_breaks_is_whole():
    text = "The rewards are com-\npared by two judges of the same group every day."
    place = locate_nearly("rewards are compared by three judges of the same group", text)
    assert text[place.start : place.end].startswith("rewards are com-\npared")
    assert [d.there for d in place.differences] == ["two"]


def test_the_command_prints_places_and_json(shelf, capsys):
    folder = str(shelf.folder)
    assert run(["where", SAID, "--library", folder]) == 0
    assert "(body, page 2; word for word)" in capsys.readouterr().out
    assert run(["where", SAID.replace("47", "74"), "--library", folder]) == 0
    assert '"74" is "47" there' in capsys.readouterr().out
    assert run(["where", "--library", folder, "--json", *SAID.split()]) == 0
    (place,) = json.loads(capsys.readouterr().out)["found"]
    assert place["exact"] is True
    assert run(["where", "nobody ever wrote this down", "--library", folder, "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["found"] == []
