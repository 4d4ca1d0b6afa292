"""PDFs written by hand, operator by operator, so that a test decides about every letter."""

from __future__ import annotations

import textwrap
import zlib

FONTS = {"F1": "Courier", "F2": "Courier-Bold", "F3": "Times-Roman"}
LETTER = (612, 792)


def literal(text):
    return text.replace("\\", "\\\\").replace("(", "\\(").replace(")", "\\)")


def words(x, y, text, size=10, font="F1", before=""):
    """One line of text at a place, in black unless `before` says otherwise."""
    return f"q {before} BT /{font} {size} Tf {x} {y} Td ({literal(text)}) Tj ET Q\n"


def column(x, top, text, *, width=40, size=10, leading=12):
    """Lines of a text wrapped at so many letters; gives the operators and the next height."""
    drawn = ""
    for line in textwrap.wrap(text, width, break_on_hyphens=False):
        drawn += words(x, top, line, size)
        top -= leading
    return drawn, top


def make_pdf(pages, *, info=None, size=LETTER, rotate=0, extra=()):
    """A file of these pages, each a text of operators. `/Im1` is a picture of one grey pixel, `/G0`
    makes all ink clear, `/Fm1` and so on are forms given in `extra` as (name, operators)."""
    objects = {1: b"<< /Type /Catalog /Pages 2 0 R >>"}
    kids = [10 + 2 * i for i in range(len(pages))]
    objects[2] = (
        f"<< /Type /Pages /Count {len(pages)} /Kids [{' '.join(f'{k} 0 R' for k in kids)}] >>"
    ).encode()
    fonts = " ".join(
        f"/{n} << /Type /Font /Subtype /Type1 /BaseFont /{b} /Encoding /WinAnsiEncoding >>"
        for n, b in FONTS.items()
    )
    first_form = 10 + 2 * len(pages) + 2
    forms = " ".join(f"/{name} {first_form + i} 0 R" for i, (name, _) in enumerate(extra))
    objects[3] = (
        f"<< /Font << {fonts} >> /XObject << /Im1 5 0 R {forms} >> "
        "/ExtGState << /G0 << /ca 0 /CA 0 >> >> >>"
    ).encode()
    objects[4] = _dictionary(info or {})
    objects[5] = _stream(
        bytes([200]),
        "/Type /XObject /Subtype /Image /Width 1 /Height 1 /ColorSpace /DeviceGray "
        "/BitsPerComponent 8",
    )
    for i, (name, operators) in enumerate(extra):
        del name
        objects[first_form + i] = _stream(
            operators.encode("cp1252"),
            f"/Type /XObject /Subtype /Form /BBox [0 0 {size[0]} {size[1]}] /Resources 3 0 R",
        )
    for kid, operators in zip(kids, pages, strict=True):
        turned = f"/Rotate {rotate}" if rotate else ""
        objects[kid] = (
            f"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 {size[0]} {size[1]}] {turned} "
            f"/Resources 3 0 R /Contents {kid + 1} 0 R >>"
        ).encode()
        data = operators if isinstance(operators, bytes) else operators.encode("cp1252")
        objects[kid + 1] = _stream(data)
    return assemble(objects, trailer="/Info 4 0 R")


def assemble(objects, trailer="", root=1):
    """The file of these numbered objects, with its table of places."""
    out = bytearray(b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n")
    places = {}
    for number, body in sorted(objects.items()):
        places[number] = len(out)
        out += f"{number} 0 obj\n".encode() + body + b"\nendobj\n"
    start, last = len(out), max(objects)
    out += f"xref\n0 {last + 1}\n0000000000 65535 f \n".encode()
    for number in range(1, last + 1):
        kind = "n" if number in places else "f"
        out += f"{places.get(number, 0):010} 00000 {kind} \n".encode()
    out += f"trailer\n<< /Size {last + 1} /Root {root} 0 R {trailer} >>\n".encode()
    return bytes(out + f"startxref\n{start}\n%%EOF\n".encode())


def _stream(data, entries=""):
    packed = zlib.compress(data)
    head = f"<< {entries} /Filter /FlateDecode /Length {len(packed)} >>\nstream\n"
    return head.encode() + packed + b"\nendstream"


def bomb(size):
    """A stream of so many zero bytes, packed."""
    packer = zlib.compressobj(9)
    block = bytes(1 << 20)
    packed = b"".join(packer.compress(block) for _ in range(size >> 20)) + packer.flush()
    head = f"<< /Filter /FlateDecode /Length {len(packed)} >>\nstream\n"
    return head.encode() + packed + b"\nendstream"


def _dictionary(entries):
    pairs = " ".join(f"/{name} ({literal(text)})" for name, text in entries.items())
    return f"<< {pairs} >>".encode("cp1252")


def paper_page(sentences, *, title="On the Taste of Round Apples", above=""):
    """The first page of a paper in one column: title, authors, abstract, and the sentences."""
    drawn = words(60, 730, title, 18, "F3")
    drawn += words(60, 705, "Ada Example, Bo Sample", 11, "F3")
    drawn += words(60, 680, "Abstract", 12, "F2")
    body, below = column(60, 664, ABSTRACT, width=80)
    drawn += body + words(60, below - 12, "1 Introduction", 12, "F2")
    text, _ = column(60, below - 30, " ".join(sentences), width=80)
    return above + drawn + text


ABSTRACT = (
    "Apples are round and most of them are red. We asked forty people to taste apples of five "
    "kinds and found that the round ones were liked best. The effect was small but held in every "
    "group that we looked at."
)
