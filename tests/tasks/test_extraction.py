"""Forms on included papers: filled in, compared, settled; the risk of bias by its rules."""

from __future__ import annotations

import csv
import io
import itertools
import json

import pytest

from reviewer.errors import NotFoundError, UsageError
from reviewer.library import Library
from reviewer.library.form_store import FormStore
from reviewer.render import render
from reviewer.tasks.extraction.filling import SETTLE, Filling
from reviewer.tasks.extraction.form_files import known_forms, read_form
from reviewer.tasks.extraction.judgements import judge_domain, overall
from reviewer.tasks.extraction.sheets import make_sheet, read_sheet
from reviewer.tasks.extraction.suggest import fill_by_model
from tests.support.scripted import writer
from tests.tasks.test_screening_decisions import WITHOUT, listing, screened

DATA = """\
name: data
columns:
  - "participants (number): how many took part?"
  - {name: design, choices: [RCT, cohort], question: Which design?}
  - setting
"""


@pytest.fixture
def library(tmp_path):
    with Library(tmp_path / "shelf", WITHOUT) as shelf:
        shelf.add([listing(tmp_path / "a.jsonl", 10)])
        yield shelf


@pytest.fixture
def screening(library):
    """Two reviewers, three papers included by both."""
    made = screened(library, reviewers=("ann", "ben"), double="all")
    for n, paper in enumerate(list(made.papers)):
        for reviewer in ("ann", "ben"):
            made.decide(library.paper(paper), "include" if n < 3 else "exclude", reviewer)
    return made


def form_in(screening, tmp_path, text=DATA):
    file = tmp_path / "form.yaml"
    file.write_text(text, encoding="utf-8")
    form = FormStore(screening.library.database, screening.name).add_form(read_form(str(file)))
    return Filling(screening, form.name)


def bias_form(screening, name="rob2"):
    FormStore(screening.library.database, screening.name).add_form(read_form(name))
    return Filling(screening, name)


def fill(filling, paper, reviewer, **values):
    filling.keep([filling.made_entry(paper, pair, reviewer) for pair in values.items()])


def answered(filling, paper, reviewer, answers):
    filling.keep([filling.made_entry(paper, pair, reviewer) for pair in answers.items()])


def test_only_included_papers_are_filled_in(screening, tmp_path):
    filling = form_in(screening, tmp_path)
    assert len(filling.papers()) == 3
    excluded = screening.library.paper(list(screening.papers)[5])
    with pytest.raises(UsageError, match="is not included"):
        filling.paper_named(excluded.key)


def test_two_fill_in_are_compared_and_a_third_settles(screening, tmp_path):
    filling = form_in(screening, tmp_path)
    first, second, _ = filling.papers()
    fill(filling, first, "ann", participants="40 people", design="RCT", setting="a  Ward")
    fill(filling, first, "ben", participants="40", design="rct", setting="a ward")
    fill(filling, second, "ann", participants="40", design="RCT")
    fill(filling, second, "ben", participants="41", design="cohort")
    found = {(own.field, own.papers, own.agreed) for own in filling.agreements()}
    assert found == {("participants", 2, 1), ("design", 2, 1), ("setting", 1, 1)}
    fields = [own.field for own in filling.differences() if own.key == second.key]
    assert fields == ["participants", "design"]
    filling.keep([filling.made_entry(second, ("participants", "41"), "cem", source=SETTLE)])
    fields = [own.field for own in filling.differences() if own.key == second.key]
    assert fields == ["design"]
    shown = {f.field: (f.value, f.state) for f in filling.filled().papers[1].fields}
    assert shown == {
        "participants": ("41", "settled"), "design": ("", "differs"), "setting": ("", "open"),
    }  # fmt: skip
    fill(filling, second, "ann", participants="42")
    assert "participants" in [own.field for own in filling.differences()]


def test_values_that_a_field_cannot_have_are_one_clear_error(screening, tmp_path):
    filling = form_in(screening, tmp_path)
    paper = filling.papers()[0]
    for said, words in (
        (("participants", "many"), "is a number"),
        (("design", "RTC"), "cannot be 'RTC'"),
        (("desing", "RCT"), "has no field"),
        (("setting", " "), "no value"),
    ):
        with pytest.raises(UsageError, match=words):
            filling.made_entry(paper, said, "ann")
    with pytest.raises(UsageError, match="not in"):
        filling.made_entry(paper, ("setting", "ward"), "ann", quote="words that are nowhere")
    with pytest.raises(UsageError, match="is a model"):
        filling.made_entry(paper, ("setting", "ward"), "model:gpt")
    assert filling.made_entry(paper, ("participants", "Not stated"), "ann").value == "not stated"
    with pytest.raises(NotFoundError, match="no form 'x'"):
        Filling(screening, "x")


def test_a_sheet_shows_nothing_of_another_and_is_read_back_whole_or_not_at_all(screening, tmp_path):
    filling = form_in(screening, tmp_path)
    paper = filling.papers()[0]
    fill(filling, paper, "ben", setting="=SECRET of ben")
    text = render(make_sheet(filling, "ann"), "csv")
    assert "SECRET" not in text
    rows = list(csv.DictReader(io.StringIO(text)))
    assert len(rows) == 9
    quote = " ".join(paper.abstract.split()[:4])
    rows[0] |= {"value": "40", "quote": quote}
    rows[2] |= {"value": "-5 C, outdoors", "note": "@home"}
    file = tmp_path / "ann.csv"

    def written(own):
        with file.open("w", newline="", encoding="utf-8") as stream:
            out = csv.DictWriter(stream, list(own[0]))
            out.writeheader()
            out.writerows(own)
        return file

    entries = read_sheet(filling, written(rows), "ann")
    assert [(own.field, own.value) for own in entries] == [
        ("participants", "40"), ("setting", "-5 C, outdoors"),
    ]  # fmt: skip
    located = entries[0].quote
    assert paper.text_of(located.part)[located.start : located.end] == located.text
    filling.keep(entries)
    again = list(csv.DictReader(io.StringIO(render(make_sheet(filling, "ann"), "csv"))))
    assert read_sheet(filling, written(again), "ann") == []
    again[1]["value"] = "none of these"
    again[0]["value"] = "41"
    with pytest.raises(UsageError, match="row 3: design cannot be"):
        read_sheet(filling, written(again), "ann")


def test_what_is_filled_in_is_only_added_to(screening, tmp_path):
    filling = form_in(screening, tmp_path)
    fill(filling, filling.papers()[0], "ann", setting="ward")
    for table in ("screen_entries", "screen_forms"):
        for statement in (f"UPDATE {table} SET screen = 'x'", f"DELETE FROM {table}"):
            with pytest.raises(Exception, match="only added to"):
                screening.library.database.run(statement)


def test_a_new_version_of_a_form_keeps_what_was_filled_in(screening, tmp_path):
    filling = form_in(screening, tmp_path)
    fill(filling, filling.papers()[0], "ann", setting="ward", design="RCT")
    longer = form_in(screening, tmp_path, DATA.replace("  - setting\n", "  - setting\n  - dose\n"))
    assert longer.form.version == 2
    assert longer.filled().papers[0].fields[2].value == "ward"
    shorter = form_in(screening, tmp_path, DATA.replace("  - setting\n", ""))
    assert [f.field for f in shorter.filled().papers[0].fields] == ["participants", "design"]


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("name: x\n", "either columns or domains"),
        ("name: x\ncolumns: [a, A]\n", "given twice"),
        ("name: x\ncolumns:\n  - {name: a, kind: one of}\n", "line 3: choices"),
        ("name: x\ncolumns:\n  - {name: a, knid: text}\n", "line 3: a column has no field 'knid'"),
        ("name: '../x'\ncolumns: [a]\n", "cannot name a form"),
        ("name: x\ndomains: []\n", "levels"),
        (
            "name: x\nlevels: [Low]\ndomains:\n  - {key: D1, title: t, questions: [{key: a, text: "
            "b}], rules: [{when: {c: Y}, then: Low}]}\n",
            "no field 'c'",
        ),
        (
            "name: x\nlevels: [Low]\ndomains:\n  - {key: D1, title: t, questions: [{key: a, text: "
            "b}], rules: [{when: {a: MAYBE}, then: Low}]}\n",
            "'MAYBE' is no answer",
        ),
    ],
)
def test_a_wrong_form_is_named_by_its_line(tmp_path, text, words):
    file = tmp_path / "f.yaml"
    file.write_text(text, encoding="utf-8")
    with pytest.raises(UsageError, match=words):
        read_form(str(file))


# RoB 2's published algorithms, case by case: answers, and the judgement that the figures show.
ROB2 = [
    ("D1", "1.1=Y 1.2=Y 1.3=N", "Low"),
    ("D1", "1.1=NI 1.2=PY 1.3=NI", "Low"),
    ("D1", "1.1=PN 1.2=Y 1.3=N", "Some concerns"),
    ("D1", "1.1=Y 1.2=Y 1.3=PY", "Some concerns"),
    ("D1", "1.1=Y 1.2=NI 1.3=N", "Some concerns"),
    ("D1", "1.1=Y 1.2=NI 1.3=Y", "High"),
    ("D1", "1.1=Y 1.2=PN 1.3=N", "High"),
    ("D2", "2.1=N 2.2=PN 2.6=Y", "Low"),
    ("D2", "2.1=Y 2.2=N 2.3=N 2.6=PY", "Low"),
    ("D2", "2.1=Y 2.2=N 2.3=NI 2.6=Y", "Some concerns"),
    ("D2", "2.1=Y 2.2=Y 2.3=Y 2.4=N 2.6=Y", "Some concerns"),
    ("D2", "2.1=Y 2.2=Y 2.3=PY 2.4=Y 2.5=PY 2.6=Y", "Some concerns"),
    ("D2", "2.1=NI 2.2=N 2.3=Y 2.4=NI 2.5=NI 2.6=Y", "High"),
    ("D2", "2.1=N 2.2=N 2.6=N 2.7=PN", "Some concerns"),
    ("D2", "2.1=N 2.2=N 2.6=NI 2.7=NI", "High"),
    ("D3", "3.1=Y", "Low"),
    ("D3", "3.1=N 3.2=Y", "Low"),
    ("D3", "3.1=NI 3.2=PN 3.3=N", "Low"),
    ("D3", "3.1=N 3.2=N 3.3=NI 3.4=N", "Some concerns"),
    ("D3", "3.1=N 3.2=N 3.3=Y 3.4=NI", "High"),
    ("D4", "4.1=PY", "High"),
    ("D4", "4.1=N 4.2=Y", "High"),
    ("D4", "4.1=N 4.2=N 4.3=N", "Low"),
    ("D4", "4.1=NI 4.2=PN 4.3=Y 4.4=N", "Low"),
    ("D4", "4.1=N 4.2=N 4.3=Y 4.4=Y 4.5=N", "Some concerns"),
    ("D4", "4.1=N 4.2=N 4.3=NI 4.4=NI 4.5=NI", "High"),
    ("D4", "4.1=N 4.2=NI 4.3=N", "Some concerns"),
    ("D4", "4.1=N 4.2=NI 4.3=Y 4.4=N", "Some concerns"),
    ("D5", "5.1=Y 5.2=N 5.3=PN", "Low"),
    ("D5", "5.1=N 5.2=N 5.3=N", "Some concerns"),
    ("D5", "5.1=Y 5.2=NI 5.3=N", "Some concerns"),
    ("D5", "5.1=NI 5.2=NI 5.3=Y", "High"),
    ("D5", "5.1=Y 5.2=PY 5.3=NI", "High"),
]


@pytest.mark.parametrize(("key", "said", "expected"), ROB2)
def test_rob_2_goes_from_answers_to_judgements_as_published(key, said, expected):
    form = read_form("rob2")
    domain = next(own for own in form.domains if own.key == key)
    answers = dict(pair.split("=") for pair in said.split())
    assert judge_domain(domain, answers, form.levels) == expected


def test_every_full_set_of_answers_to_rob_2_has_a_judgement_and_half_a_set_may_wait():
    form = read_form("rob2")
    for domain in form.domains:
        keys = [own.key for own in form.fields if own.domain == domain.key]
        for answers in itertools.product(("Y", "N", "NI"), repeat=len(keys)):
            assert judge_domain(domain, dict(zip(keys, answers, strict=True)), form.levels)
        assert judge_domain(domain, {}, form.levels) == ""
    assert judge_domain(form.domains[1], {"2.1": "Y", "2.6": "Y"}, form.levels) == ""


def test_the_overall_judgement_is_the_worst_and_waits_for_all_domains():
    form = read_form("robins-i")
    judged = {domain.key: "Moderate" for domain in form.domains}
    assert overall(form, judged) == "Moderate"
    assert overall(form, judged | {"D3": "No information"}) == "No information"
    assert overall(form, judged | {"D3": "No information", "D4": "Critical"}) == "Critical"
    del judged["D1"]
    assert overall(form, judged) == ""


LOW = {
    "1.1": "Y", "1.2": "Y", "1.3": "N", "2.1": "N", "2.2": "N", "2.6": "Y", "3.1": "Y", "4.1": "N",
    "4.2": "N", "4.3": "N", "5.1": "Y", "5.2": "N", "5.3": "N",
}  # fmt: skip


def test_judgements_follow_from_agreed_answers_and_a_person_may_judge_otherwise_for_a_reason(
    screening,
):
    filling = bias_form(screening)
    paper = filling.papers()[0]
    for reviewer in ("ann", "ben"):
        answered(filling, paper, reviewer, LOW)
    shown = {f.field: f for f in filling.filled().papers[0].fields}
    assert [shown[f"D{n}"].value for n in range(1, 6)] == ["Low"] * 5
    assert (shown["overall"].value, shown["overall"].state) == ("Low", "by the rules")
    with pytest.raises(UsageError, match="needs a reason"):
        filling.made_entry(paper, ("D1", "High"), "ann")
    for reviewer in ("ann", "ben"):
        own = filling.made_entry(paper, ("D1", "High"), reviewer, note="the sequence was odd")
        filling.keep([own])
    shown = {f.field: f for f in filling.filled().papers[0].fields}
    assert (shown["D1"].value, shown["overall"].value) == ("High", "High")
    answered(filling, paper, "ben", {"3.1": "N"})
    shown = {f.field: f for f in filling.filled().papers[0].fields}
    assert (shown["3.1"].state, shown["D3"].value, shown["overall"].value) == ("differs", "", "")


def test_the_risk_of_bias_is_written_as_robvis_reads_it_and_as_traffic_lights(screening):
    filling = bias_form(screening)
    paper = filling.papers()[0]
    quote = " ".join(paper.abstract.split()[:4])
    for reviewer in ("ann", "ben"):
        filling.keep([filling.made_entry(paper, p, reviewer, quote) for p in LOW.items()])
    filled = filling.filled()
    rows = list(csv.reader(io.StringIO(render(filled, "csv"))))
    assert rows[0] == ["Study", "D1", "D2", "D3", "D4", "D5", "Overall"]
    assert rows[1] == [paper.key, *["Low"] * 6]
    page = render(filled, "html")
    assert page.count('class="light"') == 6
    assert "<script" not in page
    assert quote.split()[0] in page
    text = render(filled, "markdown")
    assert "+ Low" in text
    assert "no quote" not in text
    assert json.loads(render(filled, "json"))["papers"][0]["key"] == paper.key


def test_both_tools_come_with_the_program_with_their_official_numbers():
    assert known_forms() == ["rob2", "robins-i"]
    assert len(read_form("rob2").fields) == 22
    domains = [field.domain for field in read_form("robins-i").fields]
    assert [domains.count(f"D{n}") for n in range(1, 8)] == [8, 5, 3, 6, 5, 4, 3]


def test_a_model_fills_in_beside_people_with_a_sentence_and_counts_for_nothing(screening, tmp_path):
    def reply(asked):
        said = {"participants": "40", "design": "a poem", "setting": "a ward"}
        return {
            "cells": [
                {
                    "tag": text.tag,
                    "column": n,
                    "value": said[name],
                    "sentences": ["E99.9"] if name == "setting" else text.numbers[:1],
                }
                for text in asked.texts
                for n, name in enumerate(asked.columns, 1)
            ]
        }

    filling = form_in(screening, tmp_path)
    own, _ = writer({"TableReply": reply})
    assert fill_by_model(filling, own, "gpt", filling.papers()) == 3
    assert {key for _, key in filling.suggested()} == {"participants"}
    assert all(f.state == "open" for p in filling.filled().papers for f in p.fields)
    assert filling.agreements() == filling.differences() == []
    row = make_sheet(filling, "ann").rows[0]
    assert (row.value, row.suggested) == ("", "40")
    assert row.suggested_quote
