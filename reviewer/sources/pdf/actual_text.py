"""Takes `ActualText`, which a file gives for its letters and nobody sees, away from a page.

What it says otherwise than the letters is counted.
"""

from __future__ import annotations

import ctypes
import unicodedata
from collections.abc import Iterator, Mapping
from itertools import groupby
from typing import Any

_NAME = b"ActualText"
_MOST_DEPTH = 8  # forms within forms
_MOST_BYTES = 20_000


def take_actual_text(page: Any) -> list[tuple[str, list[int]]]:  # noqa: ANN401  a pointer
    """Take every `ActualText` from the page's objects: each text in the order of the content, with
    the addresses of the objects for which it stands."""
    import pypdfium2.raw as pdfium

    marks = list(_marks(page, depth=0))
    for _, item, mark in marks:  # objects share marks, so all are read before one is changed
        pdfium.FPDFPageObjMark_RemoveParam(item, mark, _NAME)
    return [
        (text, [ctypes.cast(item, ctypes.c_void_p).value or 0 for _, item, _ in own])
        for text, own in groupby(marks, lambda one: one[0])
    ]


def unseen_letters(taken: list[tuple[str, list[int]]], shown: Mapping[int, str]) -> int:
    """How many letters of these texts differ from what is shown; `shown` is each object's text."""
    return sum(
        sum(letter.isalnum() for letter in text)
        for text, addresses in taken
        if _plain(text) != _plain("".join(shown.get(address, "") for address in addresses))
    )


def _plain(text: str) -> str:
    """Letters and figures alone: ligatures, hyphens and spaces may differ."""
    return "".join(c for c in unicodedata.normalize("NFKC", text).casefold() if c.isalnum())


def _marks(holder: Any, depth: int) -> Iterator[tuple[str, Any, Any]]:  # noqa: ANN401  a pointer
    """Each text with its object and its mark."""
    import pypdfium2.raw as pdfium

    if depth:
        count, at = pdfium.FPDFFormObj_CountObjects(holder), pdfium.FPDFFormObj_GetObject
    else:
        count, at = pdfium.FPDFPage_CountObjects(holder), pdfium.FPDFPage_GetObject
    for i in range(count):
        item = at(holder, i)
        for n in range(pdfium.FPDFPageObj_CountMarks(item)):
            mark = pdfium.FPDFPageObj_GetMark(item, n)
            text = _value(mark)
            if text is not None:
                yield text, item, mark
        is_form = pdfium.FPDFPageObj_GetType(item) == pdfium.FPDF_PAGEOBJ_FORM
        if is_form and depth < _MOST_DEPTH:
            yield from _marks(item, depth + 1)


def _value(mark: Any) -> str | None:  # noqa: ANN401  a pointer
    """The mark's `ActualText`; None where it has none."""
    import pypdfium2.raw as pdfium

    size = ctypes.c_ulong()
    buffer = ctypes.create_string_buffer(_MOST_BYTES)
    room = ctypes.cast(buffer, ctypes.POINTER(pdfium.FPDF_WCHAR))
    if not pdfium.FPDFPageObjMark_GetParamStringValue(
        mark, _NAME, room, _MOST_BYTES, ctypes.byref(size)
    ):
        return None
    return buffer.raw[: max(0, min(size.value, _MOST_BYTES) - 2)].decode("utf-16-le", "replace")
