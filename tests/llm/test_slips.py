"""JSON as models write it: backslashes of LaTeX, marks, commas, lost ends, wrappers and names."""

from __future__ import annotations

import json
from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reviewer.llm.form import Form
from reviewer.llm.replies import CutTextError, MisfitError, read_reply
from reviewer.llm.slips import DEEPEST, mended, with_sound_escapes
from reviewer.types.frozen import Frozen


class Cell(Frozen):
    tag: str
    value: str
    sentences: tuple[str, ...] = ()


class Cells(Frozen):
    is_whole: bool = True
    cells: tuple[Cell, ...]


class Prose(str):
    __slots__ = ()


A, B = Cell(tag="E1", value="81%"), Cell(tag="E2", value="9 tasks")
BOTH = Cells(cells=(A, B))
TEXT = '{"cells": [{"tag": "E1", "value": "81%"}, {"tag": "E2", "value": "9 tasks"}]}'


@pytest.mark.parametrize(
    "latex",
    [
        r"\frac{\beta}{\tau}", r"$\theta$ and $\rho$", r"\(\pi_\theta\)", r"\nabla J", r"\text{x}",
        r"\neq 0", r"\%", r"\upsilon", r"\textbf{a}", r"\right)", r"\bar x", r"\forall x",
    ],
)  # fmt: skip
def test_a_backslash_of_latex_stays_one_however_it_is_written(latex):
    for written in (latex, latex.replace("\\", "\\\\")):
        reply = f'{{"cells": [{{"tag": "E1", "value": "it is {written}"}}]}}'
        assert read_reply(reply, Cells).cells[0].value == f"it is {latex}"


def test_an_escape_of_json_stays_one():
    said = 'two\nlines, a\ttab, "marks", \\ and / and \u00e9'
    assert json.loads(with_sound_escapes(json.dumps(said))) == said


@pytest.mark.parametrize(
    "text",
    [
        TEXT[:-1],
        TEXT[:-2],
        TEXT.replace('"', "'"),
        TEXT.replace('"', "“"),
        TEXT.replace("{", "{ # so\n", 1),
        TEXT.replace('"E1", ', '"E1" '),
        json.dumps(TEXT),
        f"[{TEXT}]",
        TEXT[len('{"cells": ') : -1],
        '{"tag": "E1", "value": "81%"}\n{"tag": "E2", "value": "9 tasks"}',
        '{"cells": {"E1": {"value": "81%"}, "E2": {"value": "9 tasks"}}}',
        f'{{"reply": {{"result": {TEXT}}}, "ok": true}}',
        TEXT.replace("cells", "Cells").replace("tag", "TAG"),
        TEXT.replace('"81%"', '"81%", "sentences": null, "why": "x"'),
    ],
)
def test_a_slip_of_form_changes_nothing_that_was_said(text):
    assert read_reply(text, Cells) == BOTH


def test_quotation_marks_in_a_text_are_kept():
    text = TEXT.replace("9 tasks", 'a "strong" result')
    assert read_reply(text, Cells).cells[1].value == 'a "strong" result'


@pytest.mark.parametrize("end", range(TEXT.index("}") + 2, len(TEXT) - 3))
def test_of_a_reply_whose_end_is_lost_its_whole_items_are_kept_and_no_other(end):
    with pytest.raises(CutTextError) as caught:
        read_reply(TEXT[:end] + (' "' if end % 2 else ""), Cells)
    assert caught.value.reply == Cells(cells=(A,))


@pytest.mark.parametrize("end", range(TEXT.index("}")))
def test_a_reply_without_a_whole_item_is_none(end):
    with pytest.raises(MisfitError) as caught:
        read_reply(TEXT[:end], Cells)
    assert not isinstance(caught.value, CutTextError)


def test_a_model_is_told_that_its_reply_breaks_off_and_what_came_counts():
    assert Form(Cells).weigh(TEXT[:60]) == (Cells(cells=(A,)), "it breaks off before its end")


@pytest.mark.parametrize(
    "text",
    [
        "They look fine.",
        "[E1.2] and {E3}",
        "",
        '{"cells": "none"}',
        '{"other": []}',
        "[1, 2]",
        "{}",
    ],
)
def test_what_says_nothing_of_the_kind_is_no_reply(text):
    with pytest.raises(MisfitError):
        read_reply(text, Cells)


@pytest.mark.parametrize("sign", ["[", "{", '{"a": ', '[{"'])
def test_deep_nests_are_left(sign):
    assert list(mended(sign * (20 * DEEPEST))) == []


@given(st.text(alphabet="{}[]\":,\\ \n'“#/aEtag1", max_size=80))
def test_no_text_is_too_odd(text):
    with suppress(MisfitError):
        assert isinstance(read_reply(text, Cells), Cells)
    with suppress(MisfitError):
        assert isinstance(read_reply(TEXT[:40] + text, Cells), Cells)


@pytest.mark.parametrize("frame", ["{}", '{"answer": {}}', '```json\n{"answer": {}}\n```'])
def test_prose_in_an_object_of_one_text_is_that_text(frame):
    said = "It holds [E1.1].\nEND"
    text = frame.replace("{}", said if frame == "{}" else json.dumps(said))
    assert Form(Prose).read(text) == said


@pytest.mark.parametrize("text", ['{"a": "x", "b": "y"}', '{"a": 1}', "{x} holds"])
def test_prose_in_another_object_is_as_it_came(text):
    assert Form(Prose).read(text) == text
