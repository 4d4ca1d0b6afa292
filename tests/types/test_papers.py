"""A paper is sound whoever makes it: its text can be written, its dates and numbers exist."""

import json
import sys
from math import inf, nan

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from reviewer.text.invisible import is_invisible
from reviewer.text.names import authors_of
from reviewer.types import Paper
from reviewer.types.papers import Heading, Origin, Part
from reviewer.types.sound import sound_names

HIGH, LOW, LETTER = "\ud835", "\udc51", "\U0001d451"
# Any characters, halves among them.
TEXT = st.text(st.one_of(st.characters(), st.sampled_from([HIGH, LOW, "\0", LETTER])), max_size=30)


def paper(text="Frogs", **facts):
    return Paper(parts=(Part(name="title", text=text),), **facts)


@pytest.mark.parametrize(
    ("text", "sound"),
    [
        (f"a {HIGH} b", "a \ufffd b"),
        (f"{LOW}{HIGH}", "\ufffd\ufffd"),
        (f"a{HIGH}{LOW}b", f"a{LETTER}b"),
        (f"{HIGH}{HIGH}{LOW}", f"\ufffd{LETTER}"),
        ("a\0b", "a\ufffdb"),
        ("Ünïcödé 蛙 🐸", "Ünïcödé 蛙 🐸"),
    ],
)
def test_half_a_character_is_joined_or_replaced_in_every_field(text, sound):
    made = paper(
        text,
        key=text,
        authors=(text,),
        venue=text,
        url=text,
        keywords=(text,),
        extra={text: [text, {"a": (text,)}]},
        origins=(Origin(file=text, position=1, sha256=""),),
    )
    assert made.title == sound
    assert (made.key, made.authors, made.venue, made.url) == (sound, (sound,), sound, sound)
    assert made.keywords == (sound,)
    assert made.extra == {sound: [sound, {"a": (sound,)}]}
    assert made.origins[0].file == sound
    assert Paper.from_json(made.model_dump_json()).title == sound


@given(TEXT, st.lists(st.integers(-5, 40), max_size=4), TEXT)
def test_places_stay_true_when_the_text_gets_shorter(text, places, heading):
    """Each place has the same text behind it as before; none is outside of the text."""
    inside = sorted(place for place in places if 0 <= place <= len(text))
    part = Part(
        name="body",
        text=text,
        page_starts=tuple(places),
        headings=tuple(Heading(start=place, text=heading) for place in inside),
    )
    (sound,) = Paper(parts=(part,)).parts
    sound.text.encode()  # raises for half a character
    assert list(sound.page_starts) == sorted(sound.page_starts)
    assert len(sound.page_starts) == len(places)
    assert all(0 <= start <= len(sound.text) for start in sound.page_starts)
    for before, after in zip(inside, sound.headings, strict=True):
        is_half = text[before - 1 : before] >= "\ud800" and text[before : before + 1] >= "\udc00"
        if not is_half or before in (0, len(text)):
            rest = Paper(parts=(Part(name="title", text=text[before:]),)).title
            assert sound.text[after.start :] == rest


@pytest.mark.parametrize(
    ("date", "sound"),
    [
        ("2004-21", "2004"),  # spring, in BibLaTeX
        ("2012-00", "2012"),
        ("2006-00-00", "2006"),
        ("2007-02-31", "2007-02"),
        ("2024-02-29", "2024-02-29"),
        ("2023-02-29", "2023-02"),
        ("--02-29", "--02-29"),
        ("--13-05", ""),
        ("--09", ""),
        ("2004-05/2006-07", "2004-05"),
        ("2004-05-06T12:00", "2004-05-06"),
        ("٢٠٢٤-٠٩", "2024-09"),
        ("0000-01-01", ""),
        ("12345-01", ""),
        ("Spring 2004", ""),
        ("2004-", "2004"),
        ("", ""),
    ],
)
def test_a_date_is_kept_as_far_as_the_calendar_has_it(date, sound):
    assert paper(date=date).date == sound
    assert Paper.from_json(json.dumps({"parts": [], "date": date})).date == sound


@pytest.mark.parametrize(
    ("year", "sound"), [(2024, 2024), (999, None), (-1, None), (10**20, None), (None, None)]
)
def test_a_year_has_four_digits(year, sound):
    assert paper(year=year).year == sound


def test_a_number_that_cannot_be_kept_is_a_text_or_nothing():
    extra = {"a": nan, "b": [inf], "c": 2**70, "d": 10**5000, "e": 5, "f": 0.5, "g": True}
    made = paper(extra=extra).extra
    assert made == {"a": None, "b": [None], "c": str(2**70), "d": None, "e": 5, "f": 0.5, "g": True}


def test_what_is_nested_without_end_is_cut():
    deep: list = []
    for _ in range(500):
        deep = [deep]
    assert Paper.from_json(paper(extra={"a": deep}).model_dump_json())


def test_no_author_is_kept_of_whom_nothing_can_be_seen():
    hidden = ("\u200b", " ", "\u3164", "\u202e\u2066", "\ufeff", "")
    seen = ("Ann Lee", "🤗", "李", "-")
    assert paper(authors=(*hidden, *seen)).authors == seen
    assert Paper.from_json(json.dumps({"parts": [], "authors": [*hidden, *seen]})).authors == seen


def test_no_author_is_one_character_that_views_leave_out():
    kept = [c for c in map(chr, range(sys.maxunicode + 1)) if sound_names((c,))]
    assert not [hex(ord(c)) for c in kept if is_invisible(c) or c.isspace()]
    assert len(kept) > 100_000
    for character in kept[::500]:
        assert all(name.short for name in authors_of(paper(authors=(character,))))


def test_a_name_that_is_far_too_long_names_nothing():
    made = paper(key="k" * 10_001, doi="10.1/" + "x" * 20_000, pmid="1" * 500)
    assert (made.key, made.doi, len(made.pmid)) == ("", "", 500)


def test_what_a_library_kept_with_half_a_character_is_read():
    kept = '{"parts": [{"name": "title", "text": "a \\ud835 b"}], "date": "2004-21"}'
    assert (Paper.from_json(kept).title, Paper.from_json(kept).date) == ("a \ufffd b", "2004")
    for damaged in ("", "{", "[]", '{"parts": 5}', '{"title": "\\ud835"}', "[" * 100_000):
        with pytest.raises(ValidationError):
            Paper.from_json(damaged)
