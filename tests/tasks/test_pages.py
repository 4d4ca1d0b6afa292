"""Quotes on the pages of their PDFs: placed where they are drawn, or said not to be there."""

from __future__ import annotations

import os
import random
from collections import Counter

import pytest

from reviewer.errors import NotFoundError, UsageError
from reviewer.library import Library
from reviewer.library.kept_files import FOLDER
from reviewer.settings import Settings
from reviewer.sources.pdf.pages import look_at_page
from reviewer.tasks.pages import KeptViews, find_on_pages, picture_of, write_highlighted
from reviewer.tasks.pages.placing import boxes_on_page
from reviewer.text import sentence_spans
from reviewer.types import Citation
from reviewer.types.pages import Box, PageView, PlacedLine, PlacedWord
from reviewer.types.runs import Run
from tests.conftest import SAMPLES
from tests.sources.test_pdf import sentences
from tests.support.pdfs import column, make_pdf, paper_page, words

FACT = "The tasters reward crisp quinces with a score of 42 points in the second garden."
LONG = (
    "We weighed every quince of the orchard twice before the tasters came and once again when "
    "they had left, so that nobody could say that any of the fruit had been eaten in secret."
)


def pages_of_paper():
    """Three pages; the fact is on the third, and a long sentence goes over the second's end."""
    second = words(60, 720, "2 Method", 12, "F2")
    lines, below = column(60, 700, " ".join(sentences(14, seed=2)), width=80)
    second += lines + words(60, below, LONG[:89].strip())
    third = words(60, 720, LONG[89:].strip())
    third += column(60, 700, " ".join([*sentences(5, seed=3), FACT]), width=78)[0]
    return [paper_page(sentences(6)), second, third]


@pytest.fixture
def pdf(tmp_path):
    file = tmp_path / "paper.pdf"
    file.write_bytes(make_pdf(pages_of_paper()))
    return file


@pytest.fixture
def kept(tmp_path):
    return KeptViews(tmp_path / "views")


@pytest.fixture
def shelf(pdf, tmp_path):
    settings = Settings(library=str(tmp_path / "shelf"), embedding="none")
    with Library(tmp_path / "shelf", settings) as library:
        library.add([str(pdf)])
        yield library


def span_of(paper, quote):
    """The part and the range in which the words of a quote stand."""
    spelt = quote.split()
    for part in paper.parts:
        at = part.text.find(spelt[0])
        while at >= 0:
            rest, end = part.text[at:], at
            for word in spelt:
                skip = len(rest) - len(rest.lstrip())
                if not rest.lstrip().startswith(word):
                    break
                end += skip + len(word)
                rest = part.text[end:]
            else:
                return part.name, at, end
            at = part.text.find(spelt[0], at + 1)
    raise AssertionError(f"{quote} is not in the paper")


def words_in(boxes, view):
    """The words of a drawn page whose middle is in one of the boxes."""
    lines = dict.fromkeys(line.words for line in view.lines)  # both halves of a cut line have all
    every = [*(word for own in lines for word in own), *view.others]
    return [
        word.text
        for word in every
        for box in boxes
        if box.left - 0.1 <= (word.box.left + word.box.right) / 2 <= box.right + 0.1
        and box.top - 0.1 <= (word.box.top + word.box.bottom) / 2 <= box.bottom + 0.1
    ]


def only_paper(library):
    (paper,) = library.papers()
    return paper


def test_a_quote_is_placed_on_its_page_and_its_boxes_hold_its_words_alone(shelf, pdf, kept):
    paper = only_paper(shelf)
    found = find_on_pages(shelf, paper, *span_of(paper, FACT), kept=kept)
    (piece,) = found.pieces
    assert (found.file, piece.page, piece.state) == ("paper.pdf", 3, "placed")
    view, _ = look_at_page(pdf.read_bytes(), "paper.pdf", 3)
    assert words_in(piece.boxes, view) == FACT.split()
    assert len(piece.boxes) == len(found.quote.split("\n"))


def test_a_part_of_a_line_has_a_box_of_its_words(shelf, pdf, kept):
    paper = only_paper(shelf)
    quote = "reward crisp quinces"
    (piece,) = find_on_pages(shelf, paper, *span_of(paper, quote), kept=kept).pieces
    view, _ = look_at_page(pdf.read_bytes(), "paper.pdf", 3)
    assert words_in(piece.boxes, view) == quote.split()


def test_a_quote_over_the_end_of_a_page_has_a_piece_on_both(shelf, pdf, kept):
    paper = only_paper(shelf)
    found = find_on_pages(shelf, paper, *span_of(paper, LONG), kept=kept)
    assert [(p.page, p.state) for p in found.pieces] == [(2, "placed"), (3, "placed")]
    data = pdf.read_bytes()
    held = [
        words_in(piece.boxes, look_at_page(data, "paper.pdf", piece.page)[0])
        for piece in found.pieces
    ]
    assert held[0] + held[1] == LONG.split()


def test_a_title_and_an_abstract_are_placed_on_the_first_page(shelf, kept):
    paper = only_paper(shelf)
    for part in ("title", "abstract"):
        (piece,) = find_on_pages(shelf, paper, part, 0, len(paper.text_of(part)), kept=kept).pieces
        assert (piece.page, piece.state) == (1, "placed")


@pytest.mark.parametrize("rotate", [90, 270])
def test_a_quote_of_a_turned_and_of_a_two_column_page_is_placed(tmp_path, kept, rotate):
    left, _ = column(50, 700, " ".join(sentences(16, seed=5)), width=40)
    right, _ = column(320, 700, " ".join([*sentences(8, seed=6), FACT]), width=40)
    file = tmp_path / "columns.pdf"
    first = paper_page(sentences(3))
    file.write_bytes(make_pdf([first, left + right], rotate=rotate))
    with Library(tmp_path / "l", Settings(library=str(tmp_path / "l"), embedding="none")) as shelf:
        shelf.add([str(file)])
        paper = only_paper(shelf)
        (piece,) = find_on_pages(shelf, paper, *span_of(paper, FACT), kept=kept).pieces
    view, _ = look_at_page(file.read_bytes(), "columns.pdf", 2)
    assert piece.state == "placed"
    assert words_in(piece.boxes, view) == FACT.split()
    assert all(box.left > 300 for box in piece.boxes)


def made_view(*lines, others=()):
    """A page of these lines, each letter 5 points wide, 12 points a line."""

    def placed(text, n):
        at, made = 0.0, []
        for word in text.split():
            box = Box(left=at, top=12 * n + 2, right=at + 5 * len(word), bottom=12 * n + 12)
            made.append(PlacedWord(text=word, box=box))
            at += 5 * (len(word) + 1)
        return tuple(made)

    return PageView(
        number=1, pages=1, width=400, height=600, quarters=0, origin_left=0, origin_bottom=0,
        has_images=False,
        lines=tuple(PlacedLine(text=text, words=placed(text, n)) for n, text in enumerate(lines)),
        others=tuple(w for n, text in enumerate(others, len(lines)) for w in placed(text, n)),
    )  # fmt: skip


def test_of_two_like_lines_the_one_between_its_neighbours_is_meant():
    text = "first line here\nthe same words\nmiddle of the page\nthe same words\nlast line here"
    view = made_view(*text.split("\n"))
    start = text.rindex("the same words")
    state, boxes = boxes_on_page(text, start, start + 14, view)
    assert state == "placed"
    assert [box.top for box in boxes] == [3 * 12 + 2]


def test_words_that_could_be_at_two_places_are_not_guessed():
    view = made_view("one the same words", "two the same words")
    assert boxes_on_page("the same words", 0, 14, view) == ("not found", ())


def test_words_that_are_not_on_the_page_are_not_found():
    view = made_view("something else entirely")
    assert boxes_on_page("The fact stands.", 0, 16, view) == ("not found", ())


def test_a_line_that_the_page_breaks_elsewhere_is_found_by_its_letters():
    view = made_view("Running head", "a fact that is bro-", "ken over lines, and more")
    text = "a fact that is bro-\nken over lines"
    state, boxes = boxes_on_page(text.replace("\n", " "), 0, len(text), view)
    assert state == "placed"
    assert [(box.left, box.right) for box in boxes] == [(0, 95), (0, 70)]


def test_words_that_stand_in_no_line_are_found_in_their_row():
    view = made_view("some line", others=("words of a margin",))
    state, boxes = boxes_on_page("words of a margin", 0, 8, view)
    assert state == "placed"
    assert (boxes[0].left, boxes[0].right) == (0, 40)


def test_of_half_a_quote_that_is_there_only_that_half_is_marked():
    view = made_view("The first half stands")
    state, boxes = boxes_on_page("The first half stands\nand this does not", 0, 39, view)
    assert state == "in part"
    assert len(boxes) == 1


def test_a_changed_and_a_missing_file_are_said_and_the_quote_is_kept(shelf, pdf, kept):
    paper = only_paper(shelf)
    place = span_of(paper, FACT)
    pdf.write_bytes(pdf.read_bytes() + b"\n")
    found = find_on_pages(shelf, paper, *place, kept=kept)
    assert not found.pieces
    assert "paper.pdf has changed since it was read" in found.reason
    assert found.quote.split() == FACT.split()
    pdf.unlink()
    assert "paper.pdf is gone" in find_on_pages(shelf, paper, *place, kept=kept).reason
    with pytest.raises(NotFoundError, match="is gone"):
        picture_of(shelf, paper, 1, kept)


def test_a_pdf_that_the_library_keeps_stands_in_for_one_that_is_gone(shelf, pdf, kept):
    paper = only_paper(shelf)
    own = shelf.folder / FOLDER / paper.origins[0].sha256
    own.mkdir(parents=True)
    pdf.rename(own / "sent.pdf")
    (piece,) = find_on_pages(shelf, paper, *span_of(paper, FACT), kept=kept).pieces
    assert piece.state == "placed"


def test_a_range_that_the_paper_does_not_have_is_refused(shelf, kept):
    paper = only_paper(shelf)
    for part, start, end in (("body", 5, 5), ("body", 0, 10**7), ("nothing", 0, 1)):
        with pytest.raises(UsageError, match="has no"):
            find_on_pages(shelf, paper, part, start, end, kept=kept)
    with pytest.raises(NotFoundError, match="has no page 4: it has 3"):
        picture_of(shelf, paper, 4, kept)


def test_an_abstract_from_a_bibliography_is_found_in_the_pdf_and_that_is_said(
    shelf, tmp_path, kept
):
    title = "On the Taste of Round Apples"
    abstract = "The effect was small but held in every group that we looked at. " * 12
    bib = tmp_path / "a.bib"
    bib.write_text(
        f"@article{{a, title={{{title}}}, author={{Example, Ada}}, abstract={{{abstract}}}}}"
    )
    shelf.add([str(bib)])
    paper = only_paper(shelf)
    assert len(paper.origins) == 2
    assert paper.abstract.count("The effect") > 1
    found = find_on_pages(shelf, paper, "abstract", 0, 62, kept=kept)
    assert [p.state for p in found.pieces] == ["placed"]
    assert "is not from paper.pdf" in found.remark


def test_a_page_is_drawn_once_and_the_oldest_kept_ones_make_room(shelf, pdf, tmp_path):
    paper = only_paper(shelf)
    kept = KeptViews(tmp_path / "views")
    first = picture_of(shelf, paper, 1, kept)
    files = sorted(kept.folder.iterdir())
    assert len(files) == 2
    for file in files:
        os.utime(file, (1, 1))
    assert picture_of(shelf, paper, 1, kept) == first
    assert all(file.stat().st_mtime > 1 for file in files)  # it was used
    for file in files:
        os.utime(file, (1, 1))
    small = KeptViews(kept.folder, most_bytes=sum(file.stat().st_size for file in files))
    picture_of(shelf, paper, 2, small)
    assert not any(file.exists() for file in files)
    assert any(kept.folder.iterdir())


def test_a_damaged_kept_view_is_drawn_again(shelf, kept):
    paper = only_paper(shelf)
    first = picture_of(shelf, paper, 1, kept)
    for file in kept.folder.glob("*.json"):
        file.write_text("{")
    assert picture_of(shelf, paper, 1, kept) == first


def keep_answer(library, paper, run_id, question, *quotes):
    """A run in the ledger that quotes the paper."""
    citations = [
        Citation(paper_id=paper.id, key=paper.key, chunk_id="c", part=part, start=start, end=end,
                 quote=paper.text_of(part)[start:end]).model_dump(mode="json")
        for part, start, end in (span_of(paper, quote) for quote in quotes)
    ]  # fmt: skip
    result = {"claims": [{"text": "x", "citations": citations}]}
    library.ledger.save(
        Run(
            id=run_id,
            command="ask",
            question=question,
            started=f"2026-01-0{run_id[-1]}",
            result=result,
        )
    )


def test_copies_have_each_quote_of_the_runs_with_its_questions_and_the_original_stays(
    shelf, pdf, tmp_path, kept
):
    from tests.sources.test_pdf_pages import highlights_of

    paper, before = only_paper(shelf), pdf.read_bytes()
    keep_answer(shelf, paper, "r1", "what score?", FACT)
    keep_answer(shelf, paper, "r2", "who weighed?", FACT, LONG)
    (copy,) = write_highlighted(shelf, [paper], tmp_path / "out", kept=kept)
    assert copy.file == str(tmp_path / "out" / f"{paper.key}.pdf")
    assert (copy.quotes, copy.missed, copy.reason) == (2, (), "")
    data = (tmp_path / "out" / f"{paper.key}.pdf").read_bytes()
    assert data.startswith(before)
    assert pdf.read_bytes() == before
    notes = sorted(note for _, _, note in highlights_of(data))
    assert notes == ["who weighed?", "who weighed?", "who weighed?\nwhat score?"]
    (one,) = write_highlighted(shelf, [paper], tmp_path / "one", run_id="r1", kept=kept)
    assert one.quotes == 1
    assert len(highlights_of((tmp_path / "one" / f"{paper.key}.pdf").read_bytes())) == 1


def test_a_copy_never_takes_the_place_of_a_pdf_that_was_read(tmp_path, kept):
    library = tmp_path / "l"
    with Library(library, Settings(library=str(library), embedding="none")) as shelf:
        first = tmp_path / "x.pdf"
        first.write_bytes(make_pdf(pages_of_paper()))
        shelf.add([str(first)])
        key = only_paper(shelf).key
        shelf.remove(key)
        own = first.rename(tmp_path / f"{key}.pdf")
        shelf.add([str(own)])
        paper, before = only_paper(shelf), own.read_bytes()
        keep_answer(shelf, paper, "r1", "what score?", FACT)
        with pytest.raises(UsageError, match="stays as it is"):
            write_highlighted(shelf, [paper], tmp_path, kept=kept)
    assert own.read_bytes() == before


def test_a_paper_without_its_pdf_has_its_reason(shelf, pdf, tmp_path, kept):
    paper = only_paper(shelf)
    keep_answer(shelf, paper, "r1", "what score?", FACT)
    pdf.unlink()
    (copy,) = write_highlighted(shelf, [paper], tmp_path / "out", kept=kept)
    assert (copy.file, copy.reason) == ("", "paper.pdf is gone")


@pytest.mark.parametrize("name", ["article-two_2.pdf", "elsarticle-5p_0.pdf"])
def test_sentences_of_set_papers_are_placed_and_their_boxes_hold_no_other_words(
    tmp_path, kept, name
):
    file = SAMPLES.parent / "pdfs" / name
    with Library(tmp_path / "l", Settings(library=str(tmp_path / "l"), embedding="none")) as shelf:
        shelf.add([str(file)])
        paper = only_paper(shelf)
        body = paper.text_of("body")
        spans = [span for span in sentence_spans(body) if "Table" not in body[slice(*span)]]
        sample = random.Random(3).sample(spans, 20)
        views, placed = {}, 0
        for start, end in sample:
            found = find_on_pages(shelf, paper, "body", start, end, kept=kept)
            placed += all(piece.state == "placed" for piece in found.pieces)
            for piece in found.pieces:
                if piece.page not in views:
                    views[piece.page] = picture_of(shelf, paper, piece.page, kept)[0]
                held = Counter("".join(words_in(piece.boxes, views[piece.page])))
                said = Counter("".join(piece.quote.split()))
                # A word that the sentence shares with its neighbour ("end.1") may be in or out.
                assert (held - said).total() <= 3, piece.quote
                assert (said - held).total() <= 3, piece.quote
    assert placed >= 0.98 * len(sample)
