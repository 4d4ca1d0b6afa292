"""One page of a PDF: its words where they are drawn, its picture, highlights in a copy."""

from __future__ import annotations

import re
import shutil
import struct
import subprocess
import zlib

import pytest

from reviewer.errors import SourceError
from reviewer.sources.pdf.pages import SCALE, look_at_page, with_highlights
from reviewer.tasks.pages.quotes import in_file
from reviewer.types.pages import Highlight
from tests.support.pdfs import LETTER, make_pdf, words

LINE = "Round quinces taste of autumn."


def page_with_line(**options):
    return make_pdf([words(100, 500, LINE, 10)], **options)


def cropped(data):
    """The same page with a CropBox that begins at (50, 40)."""
    return data.replace(
        b"/MediaBox [0 0 612 792]", b"/MediaBox [0 0 612 792] /CropBox [50 40 562 752]"
    )


def pixels(picture):
    """Width, height, and a function that gives the grey or RGB value of a pixel."""
    assert picture.startswith(b"\x89PNG\r\n\x1a\n")
    width, height, depth, kind = struct.unpack(">IIBB", picture[16:26])
    assert depth == 8
    size = {0: 1, 2: 3}[kind]
    packed, at = b"", 8
    while at < len(picture):
        (length,) = struct.unpack(">I", picture[at : at + 4])
        name, data = picture[at + 4 : at + 8], picture[at + 8 : at + 8 + length]
        assert struct.unpack(">I", picture[at + 8 + length : at + 12 + length])[0] == zlib.crc32(
            name + data
        )
        packed += data if name == b"IDAT" else b""
        at += 12 + length
    rows, stride = zlib.decompress(packed), size * width + 1
    return (
        width,
        height,
        lambda x, y: rows[y * stride + 1 + size * x : y * stride + 1 + size * (x + 1)],
    )


def ink(picture, box):
    """How many dark pixels a box of points holds."""
    _, _, at = pixels(picture)
    across = range(round(box.left * SCALE), round(box.right * SCALE))
    down = range(round(box.top * SCALE), round(box.bottom * SCALE))
    return sum(max(at(x, y)) < 128 for x in across for y in down)


def all_ink(picture):
    width, height, at = pixels(picture)
    return sum(max(at(x, y)) < 128 for x in range(width) for y in range(height))


def test_a_line_s_words_are_where_they_are_drawn():
    view, picture = look_at_page(page_with_line(), "a.pdf", 1)
    (line,) = view.lines
    assert line.text == LINE
    first, last = line.words[0].box, line.words[-1].box
    assert (view.width, view.height) == LETTER
    assert first.left == pytest.approx(100, abs=1)  # Courier: 0.6 of the size a letter
    assert last.right == pytest.approx(100 + 6 * len(LINE), abs=1)
    assert first.top < 792 - 500 < first.bottom + 0.1
    assert first.bottom - first.top == pytest.approx(10, abs=1.5)
    assert pixels(picture)[:2] == (round(612 * SCALE), round(792 * SCALE))


@pytest.mark.parametrize("rotate", [0, 90, 180, 270])
@pytest.mark.parametrize("is_cropped", [False, True])
def test_the_boxes_hold_the_ink_of_the_picture_however_the_page_is_turned_or_cropped(
    rotate, is_cropped
):
    data = page_with_line(rotate=rotate)
    view, picture = look_at_page(cropped(data) if is_cropped else data, "a.pdf", 1)
    (line,) = view.lines
    assert line.text == LINE
    assert (view.width, view.height) == ((512, 712) if is_cropped else LETTER)  # it is upright
    held = sum(ink(picture, word.box) for word in line.words)
    assert held > 0.9 * all_ink(picture) > 100


def test_a_page_without_colour_is_a_picture_in_grey():
    grey = look_at_page(page_with_line(), "a.pdf", 1)[1]
    red = look_at_page(make_pdf([words(100, 500, LINE, 10, before="1 0 0 rg")]), "a.pdf", 1)[1]
    assert (grey[25], red[25]) == (0, 2)


def test_a_page_that_is_not_there_and_a_damaged_file_are_said():
    with pytest.raises(SourceError, match=r"a\.pdf cannot be drawn: it has no page 3: it has 1"):
        look_at_page(page_with_line(), "a.pdf", 3)
    with pytest.raises(SourceError, match="damaged"):
        look_at_page(b"%PDF-1.7 nothing", "a.pdf", 1)


def test_a_huge_page_is_drawn_smaller():
    _, picture = look_at_page(
        make_pdf([words(100, 500, LINE, 10)], size=(14000, 14000)), "a.pdf", 1
    )
    width, height, _ = pixels(picture)
    assert width * height < 6_100_000


def highlights_of(copy):
    """The highlight annotations in what was written after the original, as a reader of bytes finds
    them: (rectangle, corners, note)."""
    found = []
    for body in re.findall(rb"<<((?:(?!<<|>>).)*/Highlight(?:(?!<<|>>).)*)>>", copy, re.DOTALL):
        rect, corners = (
            [float(n) for n in re.search(name + rb"\s*\[([^\]]*)\]", body)[1].split()]
            for name in (rb"/Rect", rb"/QuadPoints")
        )
        note = re.search(rb"/Contents\s*(?:\(([^)]*)\)|<([0-9A-Fa-f]*)>)", body)
        is_literal = note[1] is not None
        text = note[1].replace(b"\\n", b"\n") if is_literal else bytes.fromhex(note[2].decode())
        decoded = text.decode("utf-16") if text[:2] in (b"\xfe\xff", b"\xff\xfe") else text.decode()
        found.append((rect, corners, decoded))
    return found


def test_a_copy_has_its_highlights_and_every_byte_of_the_original():
    data = page_with_line()
    boxes = ((100.0, 498.0, 200.0, 508.0), (100.0, 486.0, 160.0, 496.0))
    mark = Highlight(page=1, boxes=boxes, note="do quinces taste?")
    copy = with_highlights(data, "a.pdf", [mark])
    assert copy.startswith(data)
    ((rect, corners, note),) = highlights_of(copy)
    assert note == "do quinces taste?"
    assert sorted(rect) == pytest.approx(sorted([100, 486, 200, 508]))
    assert corners[:8] == pytest.approx([100, 508, 200, 508, 100, 498, 200, 498])
    assert len(corners) == 16


def test_a_highlight_is_drawn_and_its_words_stay_readable():
    view, plain = look_at_page(page_with_line(), "a.pdf", 1)
    word = view.lines[0].words[0].box
    place = (word.left, 792 - word.bottom, word.right, 792 - word.top)
    copy = with_highlights(
        page_with_line(), "a.pdf", [Highlight(page=1, boxes=(place,), note="wärme")]
    )
    marked_view, marked = look_at_page(copy, "a.pdf", 1)
    assert marked_view.lines == view.lines
    _, _, at = pixels(marked)
    x, y = round(SCALE * (word.left + 1)), round(SCALE * (word.top + 0.5))
    red, green, blue = at(x, y)
    assert red > 200
    assert green > 150
    assert blue < 120
    assert plain[25] == 0
    assert ink(marked, word) >= 0.9 * ink(plain, word)


@pytest.mark.skipif(not shutil.which("pdftoppm"), reason="Poppler is not installed")
@pytest.mark.parametrize("rotate", [0, 90])
def test_another_viewer_shows_the_highlight_where_its_words_are(tmp_path, rotate):
    data = cropped(page_with_line(rotate=rotate))
    view, _ = look_at_page(data, "a.pdf", 1)
    mark = Highlight(page=1, boxes=in_file([w.box for w in view.lines[0].words], view), note="x")
    file = tmp_path / "copy.pdf"
    file.write_bytes(with_highlights(data, "a.pdf", [mark]))
    command = ["pdftoppm", "-r", "72", "-cropbox", file, tmp_path / "drawn"]
    subprocess.run(command, check=True)
    (drawn,) = tmp_path.glob("drawn*.ppm")
    head, rows = re.match(rb"P6\s+(\d+)\s+(\d+)\s+255\s", drawn.read_bytes()), drawn.read_bytes()
    width, rows = int(head[1]), rows[head.end() :]
    yellow = [
        i // 3 for i in range(0, len(rows), 3) if rows[i] > 150 and rows[i + 2] < rows[i] - 80
    ]
    assert len(yellow) > 500
    turned = {0: (50, 242), 90: (458, 50)}[rotate]  # the line's start, as this viewer turns it
    xs, ys = [i % width for i in yellow], [i // width for i in yellow]
    near = min(xs), min(ys)
    assert near == pytest.approx(turned, abs=4)
