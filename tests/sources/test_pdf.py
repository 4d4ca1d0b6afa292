"""PDFs read as papers: order, pages, parts, what they name, and what is left out."""

from __future__ import annotations

import random
import re
import shutil
import subprocess
import textwrap

import pytest

from reviewer.library.index.chunking import chunk_paper
from reviewer.sources import ReadOptions, read_bytes, read_file
from reviewer.text import clean, sentence_spans
from reviewer.types import Paper
from tests.support.fuzz import half_letters
from tests.support.pdfs import ABSTRACT, column, make_pdf, paper_page, words

TITLE = "On the Taste of Round Apples"
NOUNS = (
    "apple pear plum quince cherry orchard harvest gardener basket ladder winter blossom".split()
)
VERBS = "ripens falls grows rests breaks sells keeps turns dries rolls".split()
PLACES = "near the old wall|under a grey sky|before the first frost|in a quiet village".split("|")


def sentences(count, seed=1):
    """Different sentences of eight to sixteen words."""
    pick = random.Random(seed)
    made = []
    for number in range(count):
        nouns = pick.sample(NOUNS, 3)
        extra = " and the ".join(pick.sample(NOUNS, pick.randint(1, 3)))
        made.append(
            f"Sentence {number} says that the {nouns[0]} {pick.choice(VERBS)} with the {extra} "
            f"{pick.choice(PLACES)} while one {nouns[1]} stays."
        )
    return made


def read(tmp_path, data, **options):
    file = tmp_path / "paper.pdf"
    file.write_bytes(data)
    return read_file(str(file), ReadOptions(**options))


def paper_of(tmp_path, data, **options):
    found = read(tmp_path, data, **options)
    assert found.skipped == ()
    return found.papers[0]


def in_order(said, text):
    """How many of the sentences stand in the text one after the other."""
    plain, at, count = clean(text), 0, 0
    for sentence in said:
        place = plain.find(sentence, at)
        if place >= 0:
            at, count = place + len(sentence), count + 1
    return count


def two_columns(said, *, seed=None, head=""):
    """Pages of two columns, words broken with hyphens at line ends; with a seed the lines of a page
    are drawn in any order."""
    lines = []
    for line in textwrap.wrap(" ".join(said), 40, break_on_hyphens=False):
        lines.append(line)
    for i in range(len(lines) - 1):  # break a word where there is room, as typesetters do
        first, _, rest = lines[i + 1].partition(" ")
        room = 40 - len(lines[i]) - 2
        if len(first) > 6 and room >= 3 and first.isalpha():
            lines[i] += f" {first[:3]}-"
            lines[i + 1] = f"{first[3:]} {rest}".strip()
    pages = []
    for start in range(0, len(lines), 100):
        drawn = [
            words(50 if i < 50 else 310, 700 - 12 * (i % 50) - (5 if i >= 50 else 0), line)
            for i, line in enumerate(lines[start : start + 100])
        ]
        if seed is not None:
            random.Random(seed).shuffle(drawn)
        number = words(300, 30, str(len(pages) + 1))
        pages.append(words(50, 760, head or "Journal of Apples") + "".join(drawn) + number)
    return pages


@pytest.mark.parametrize("seed", [None, 1, 2])
def test_two_columns_are_read_one_after_the_other(tmp_path, seed):
    said = sentences(120)
    pages = two_columns(said, seed=seed)
    assert len(pages) > 2
    body = paper_of(tmp_path, make_pdf(pages)).text_of("body")
    assert "-\n" in body
    assert in_order(said, body) >= 0.98 * len(said)
    assert in_order(said, body) == len(said)


def test_a_wide_caption_between_columns_stands_after_their_text(tmp_path):
    said = sentences(60)
    top = words(150, 740, TITLE, 18, "F3") + words(200, 715, "Ada Example, Bo Sample", 11, "F3")
    drawn, at = top, {}
    for name, x, part in (("left", 50, said[:10]), ("right", 310, said[10:20])):
        text, at[name] = column(x, 690, " ".join(part))
        drawn += text
    low = min(at.values()) - 20
    caption = "Figure 1: A caption that goes over both of the columns so that it parts them here."
    drawn += words(50, low, caption)
    for x, part in ((50, said[20:28]), (310, said[28:36])):
        drawn += column(x, low - 40, " ".join(part))[0]
    body = paper_of(tmp_path, make_pdf([drawn])).text_of("body")
    assert in_order([*said[:36], caption], body) == 37


def test_a_table_in_one_column_of_text_is_read_row_by_row(tmp_path):
    drawn, below = column(60, 700, " ".join(sentences(6)), width=80)
    for i, row in enumerate((("alpha", "1.5", "2.5"), ("beta", "3.1", "4.2"), ("gamma", "5", "6"))):
        for x, cell in zip((100, 250, 400), row, strict=True):
            drawn += words(x, below - 20 - 14 * i, cell)
    drawn += column(60, below - 90, " ".join(sentences(4, seed=5)), width=80)[0]
    body = paper_of(tmp_path, make_pdf([drawn])).text_of("body")
    assert re.search(r"alpha\s+1.5\s+2.5\s+beta\s+3.1\s+4.2", body)


def test_running_heads_and_page_numbers_are_dropped(tmp_path):
    body = paper_of(tmp_path, make_pdf(two_columns(sentences(120)))).text_of("body")
    assert "Journal of Apples" not in body
    assert not re.search(r"^\d+$", body, re.MULTILINE)


def full_paper():
    """Three pages: a first page, two sections, references, an appendix."""
    first = paper_page(sentences(8))
    second = words(60, 720, "2 Method", 12, "F2")
    text, below = column(60, 700, " ".join(sentences(12, seed=2)), width=80)
    second += text + words(60, below - 14, "2.1 Tasting", 12, "F2")
    second += column(60, below - 32, " ".join(sentences(6, seed=3)), width=80)[0]
    third, below = column(60, 700, " ".join(sentences(4, seed=4)), width=80)
    third += words(60, below - 14, "References", 12, "F2")
    third += words(60, below - 32, "[1] C. Author. A paper that is cited. 2019. doi:10.1000/cited")
    third += words(60, below - 60, "A Details of the tasting", 12, "F2")
    third += column(60, below - 78, " ".join(sentences(5, seed=6)), width=80)[0]
    return [first, second, third]


def test_a_paper_has_title_authors_abstract_body_and_references(tmp_path):
    paper = paper_of(tmp_path, make_pdf(full_paper()))
    assert paper.title == TITLE
    assert paper.authors == ("Ada Example", "Bo Sample")
    assert clean(paper.abstract) == ABSTRACT
    assert paper.text_of("references").startswith("References\n")
    assert "A paper that is cited" in paper.text_of("references")
    body = paper.text_of("body")
    assert body.startswith("1 Introduction")
    assert "A paper that is cited" not in body
    assert "forty people" not in body
    assert in_order(sentences(5, seed=6), body) == 5
    assert paper.doi == ""
    assert paper.extra["certainty"] == {
        "title": "likely", "abstract": "certain", "authors": "likely",
    }  # fmt: skip


def test_what_the_file_says_of_itself_makes_title_and_authors_certain(tmp_path):
    info = {"Title": TITLE, "Author": "Ada Example and Bo Sample"}
    certainty = paper_of(tmp_path, make_pdf(full_paper(), info=info)).extra["certainty"]
    assert (certainty["title"], certainty["authors"]) == ("certain", "certain")


def test_chunks_know_page_and_section_and_none_is_of_references_or_reaches_over_a_heading(tmp_path):
    paper = paper_of(tmp_path, make_pdf(full_paper())).model_copy(update={"id": "p"})
    chunks = chunk_paper(paper)
    assert {(c.part, c.section, c.page) for c in chunks} == {
        ("abstract", "", 1),
        ("body", "1 Introduction", 1),
        ("body", "2 Method", 2),
        ("body", "2.1 Tasting", 2),
        ("body", "A Details of the tasting", 3),
    }
    for chunk in chunks:
        assert paper.text_of(chunk.part)[chunk.start : chunk.end] == chunk.text
    for text in (*sentences(12, seed=2), *sentences(6, seed=3), *sentences(5, seed=6)):
        assert any(text in clean(chunk.text) for chunk in chunks)
    assert not any("A paper that is cited" in chunk.text for chunk in chunks)
    assert sum("forty people" in clean(chunk.text) for chunk in chunks) == 1


def test_a_paper_of_one_page_knows_its_page(tmp_path):
    chunks = chunk_paper(paper_of(tmp_path, make_pdf([paper_page(sentences(5))])))
    assert {chunk.page for chunk in chunks} == {1}


def test_a_footnote_does_not_break_the_sentence_that_goes_on_over_the_page(tmp_path):
    said = sentences(30)
    lines = textwrap.wrap(" ".join(said), 80)
    cut = next(i for i in range(20, 40) if not lines[i - 1].endswith("."))
    first = "".join(words(60, 700 - 12 * i, line) for i, line in enumerate(lines[:cut]))
    first += words(60, 700 - 12 * cut - 20, "1 A note in small letters at the foot.", 7)
    second = "".join(words(60, 700 - 12 * i, line) for i, line in enumerate(lines[cut:]))
    body = paper_of(tmp_path, make_pdf([first, second])).text_of("body")
    assert "A note in small letters" in body
    assert in_order(said, body) == len(said)


def test_ids_are_taken_from_the_first_page_alone_with_how_sure_they_are(tmp_path):
    stamp = words(0, 0, "arXiv:2401.01234v2 [cs.CL] 3 Jan 2024", 18, "F3", "0 1 -1 0 30 250 cm")
    doi = words(60, 40, "https://doi.org/10.1234/Apples.5", 8)
    paper = paper_of(tmp_path, make_pdf([paper_page(sentences(5), above=stamp + doi)]))
    assert (paper.arxiv_id, paper.date, paper.year) == ("2401.01234v2", "2024-01-03", 2024)
    assert paper.doi == "10.1234/apples.5"
    certainty = paper.extra["certainty"]
    assert (certainty["arxiv_id"], certainty["doi"]) == ("certain", "likely")
    assert "arXiv" not in "".join(part.text for part in paper.parts)


def test_two_dois_on_a_page_are_none(tmp_path):
    drawn = words(60, 40, "doi:10.1234/one doi:10.1234/two", 8)
    assert paper_of(tmp_path, make_pdf([paper_page(sentences(5), above=drawn)])).doi == ""


def test_a_paper_without_a_title_is_named_after_its_file_and_content(tmp_path):
    data = make_pdf([column(60, 700, " ".join(sentences(9)), width=80)[0]])
    found = read(tmp_path, data)
    assert re.fullmatch(r"paper \([0-9a-f]{6}\)", found.papers[0].title)
    assert found.papers[0].extra["certainty"]["title"] == "guess"
    assert "named after its file" in found.notes[0].reason


@pytest.mark.parametrize(
    ("rotate", "matrix"),
    [(90, "0 1 -1 0 612 0"), (180, "-1 0 0 -1 612 792"), (270, "0 -1 1 0 0 792")],
)
def test_a_turned_page_is_read_as_it_is_seen(tmp_path, rotate, matrix):
    said = sentences(12)
    text, _ = column(60, 560, " ".join(said), width=80)
    turned = f"q {matrix} cm {text} Q\n"
    body = paper_of(tmp_path, make_pdf([turned], rotate=rotate)).text_of("body")
    assert in_order(said, body) == len(said)


SCAN = "q 612 0 0 792 0 0 cm /Im1 Do Q\n"


def test_a_scan_is_skipped_and_ocr_is_named(tmp_path):
    found = read(tmp_path, make_pdf([SCAN, SCAN]))
    assert found.papers == ()
    assert "images without text (a scan)" in found.skipped[0].reason
    assert "review add --ocr" in found.skipped[0].reason


def test_what_ocr_read_on_a_scan_is_trusted_only_when_that_is_asked_for(tmp_path):
    text = paper_page(sentences(8)).replace("BT ", "3 Tr BT ")
    data = make_pdf([SCAN + text])
    refused = read(tmp_path, data)
    assert refused.papers == ()
    assert "review add --ocr" in refused.skipped[0].reason
    paper = paper_of(tmp_path, data, has_ocr=True)
    assert in_order(sentences(8), paper.text_of("body")) == 8


def test_scanned_pages_among_others_are_named(tmp_path):
    found = read(tmp_path, make_pdf([paper_page(sentences(8)), SCAN]))
    assert [note.reason for note in found.notes] == [
        "page 2: images without text (OCR makes a text of them)"
    ]


def test_an_empty_file_of_pages_is_skipped(tmp_path):
    assert "it holds no text" in read(tmp_path, make_pdf(["", ""])).skipped[0].reason


def test_sentences_of_a_long_body_are_found_whole(tmp_path):
    said = sentences(200)
    body = paper_of(tmp_path, make_pdf(two_columns(said, seed=3))).text_of("body")
    found = {clean(body[a:b]) for a, b in sentence_spans(body)}
    assert sum(sentence in found for sentence in said) >= 0.98 * len(said)


@pytest.mark.skipif(shutil.which("pdflatex") is None, reason="LaTeX is not installed")
def test_a_paper_that_latex_set_in_two_columns_is_read_in_order(tmp_path):
    said = sentences(90)
    body = "\n\n".join(" ".join(said[start : start + 6]) for start in range(0, 90, 6))
    (tmp_path / "set.tex").write_text(
        rf"\documentclass[twocolumn]{{article}}\title{{{TITLE}}}"
        r"\author{Ada Example \and Bo Sample}"
        rf"\date{{}}\begin{{document}}\maketitle\begin{{abstract}}{ABSTRACT}\end{{abstract}}"
        rf"\section{{Introduction}}{body}\end{{document}}",
        encoding="utf-8",
    )
    command = ["pdflatex", "-interaction=batchmode", "set.tex"]
    subprocess.run(command, cwd=tmp_path, check=True, stdout=subprocess.DEVNULL)
    paper = read_file(str(tmp_path / "set.pdf"), ReadOptions()).papers[0]
    assert (paper.title, paper.authors) == (TITLE, ("Ada Example", "Bo Sample"))
    assert clean(paper.abstract) == ABSTRACT
    assert in_order(said, paper.text_of("body")) >= 0.98 * len(said)


@pytest.mark.parametrize(("code", "shown"), [("D835", "\U0001d451"), ("DC51", "\ufffd\ufffd")])
def test_halves_of_letters_are_joined_or_replaced_and_pages_begin_where_they_did(code, shown):
    (paper,) = read_bytes(half_letters(code), "half.pdf", ReadOptions()).papers
    (start,) = paper.parts[1].page_starts
    assert f"that the value {shown} is small and that \ufffd is seen" in paper.abstract
    assert paper.abstract[start:].startswith("We show that the value")
    assert paper.abstract[start - 1] == "\n"
    assert Paper.from_json(paper.model_dump_json()) == paper
