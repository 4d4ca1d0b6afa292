"""A paper's texts by sentences, with what was quoted and what the reader asked to see."""

from __future__ import annotations

from reviewer.render.html.live_paper import quoted_in, shown_sections
from reviewer.types import Citation, Paper
from reviewer.types.papers import Heading, Part
from reviewer.types.runs import Quoted

BODY = (
    "1 Method\nWe weigh ap-\nples. Then we eat.\n\nNo pear was left.\n\n2 Results\nAll were round."
)
PART = Part(
    name="body",
    text=BODY,
    page_starts=(BODY.index("2 Results"),),
    headings=(
        Heading(start=0, text="1 Method"),
        Heading(start=BODY.index("2 Results"), text="2 Results"),
    ),
)
PAPER = Paper(parts=(Part(name="title", text="On Apples"), PART), id="p1")


def quote(words, run="r1", about="what?"):
    start = BODY.index(words)
    citation = Citation(
        paper_id="p1", chunk_id="c", part="body", start=start, end=start + len(words), quote=words
    )
    return Quoted(run_id=run, started="", about=about, citation=citation)


def said(sections):
    return [
        (one.number, "".join(piece.text for piece in one.pieces))
        for section in sections
        for own in section.paragraphs
        for one in own
    ]


def test_sections_have_their_pages_and_their_sentences_are_numbered_through():
    sections = shown_sections(PAPER, "body", [], None)
    assert [(s.heading, s.page, len(s.paragraphs)) for s in sections] == [
        ("1 Method", 1, 2),
        ("2 Results", 2, 1),
    ]
    assert said(sections) == [
        (1, "We weigh apples."),
        (2, "Then we eat."),
        (3, "No pear was left."),
        (4, "All were round."),
    ]


def test_what_was_quoted_and_what_is_asked_for_is_cut_out_also_in_the_middle_of_a_sentence():
    asked = quote("Then we eat.\n\nNo pear").citation
    sections = shown_sections(PAPER, "body", [quote("ap-\nples")], (asked.start, asked.end))
    sentences = [one for own in sections[0].paragraphs for one in own]
    pieces = [[(p.text, p.is_quoted, p.is_asked) for p in one.pieces] for one in sentences]
    assert pieces[0] == [("We weigh ", False, False), ("apples", True, False), (".", False, False)]
    assert pieces[1] == [("Then we eat.", False, True)]
    assert pieces[2] == [("No pear", False, True), (" was left.", False, False)]
    assert (sections[0].is_asked, sections[1].is_asked) == (True, False)


def test_quotes_are_listed_by_what_was_asked_each_once():
    again = [quote("we eat"), quote("we eat"), quote("round"), quote("we eat", "r2", "how?")]
    found = quoted_in(again)
    assert [(one.run_id, one.about, len(one.quotes)) for one in found] == [
        ("r1", "what?", 2),
        ("r2", "how?", 1),
    ]


def test_a_part_that_the_paper_lacks_has_no_sections():
    assert shown_sections(PAPER, "abstract", [], None) == ()
