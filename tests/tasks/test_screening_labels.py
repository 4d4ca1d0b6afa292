"""Decisions of other tools come in, ours go out, and nothing is dropped without a word."""

from __future__ import annotations

import csv
import io
import json
import sqlite3
import zipfile

import pytest

from reviewer.errors import UsageError
from reviewer.library import Library
from reviewer.render import render
from reviewer.sources import ReadOptions, read_file
from reviewer.tasks.screening.import_labels import import_labels
from reviewer.tasks.screening.labels import read_labels
from reviewer.tasks.screening.screened_records import screened_records
from reviewer.tasks.screening.screening import Given, Screening
from tests.tasks.test_screening_decisions import WITHOUT, listing, read_all, screened

RAYYAN_NOTES = (
    'RAYYAN-INCLUSION: {"Ann"=>"Included", "Ben"=>"Excluded"} | RAYYAN-LABELS: pilot '
    '| RAYYAN-EXCLUSION-REASONS: wrong outcome,trains | USER-NOTES: {"Ann"=>["look again"]}'
)
ROWS = (("Alpha trial of beta", "10.1000/a1"), ("A review of epsilon", "10.1000/a2"))


def written(path, rows):
    with path.open("w", newline="") as out:
        csv.writer(out).writerows(rows)
    return path


@pytest.fixture
def shelf(tmp_path):
    with Library(tmp_path / "shelf", WITHOUT) as library:
        base = [("title", "abstract", "doi"), *((t, f"About {t}.", d) for t, d in ROWS)]
        library.add([str(written(tmp_path / "base.csv", base))])
        yield library


def taken(screening, path, columns=(), every="", reviewer="ann"):
    found = read_labels(path, dict(columns), every)
    return import_labels(screening, path, found, reviewer, "title")


def test_rayyan_gives_a_decision_a_name_with_its_reasons_labels_and_notes(shelf, tmp_path):
    path = written(
        tmp_path / "r.csv",
        [("key", "title", "notes", "doi"), ("rayyan-1", "Alpha", RAYYAN_NOTES, ROWS[0][1])],
    )
    screening = screened(shelf, reviewers=("ann", "ben"), double="all")
    done = taken(screening, path)
    assert (done.new, done.unmatched, done.reasons) == (2, (), ("wrong outcome",))
    ann, ben = sorted(screening.decisions, key=lambda d: d.reviewer)
    assert (ann.reviewer, ann.verdict, ann.reasons) == ("ann", "include", ())
    assert ann.note == "look again | labels: pilot"
    assert (ben.verdict, ben.reasons) == ("exclude", ("wrong outcome", "trains"))
    assert screening.outcome(shelf.papers()[0].id).is_conflict
    again = taken(screening, path)
    assert (again.new, again.known) == (0, 2)


def test_rayyan_as_ris_is_read_too(shelf, tmp_path):
    path = tmp_path / "r.ris"
    path.write_text(f"TY  - JOUR\nTI  - {ROWS[0][0]}\nN1  - {RAYYAN_NOTES}\nER  - \n")
    screening = screened(shelf, reviewers=("ann", "ben"), double="all")
    assert taken(screening, path).new == 2


def test_asreview_csv_keeps_label_time_and_note_and_names_what_is_unlabelled(shelf, tmp_path):
    head = ("title", "doi", "included", "asreview_label", "asreview_time", "asreview_note")
    rows = [
        (*ROWS[0], "1", "1", "2026-01-01 10:00:00", "looks right"),
        (*ROWS[1], "0", "", "", ""),
        ("Unknown record", "10.1000/zz", "0", "0", "", ""),
    ]
    path = written(tmp_path / "a.csv", [head, *rows])
    screening = screened(shelf, reviewers=("ann",))
    assert read_labels(path, {}).unlabelled == 1
    done = taken(screening, path)
    assert (done.new, done.unmatched) == (1, ("Unknown record",))
    (own,) = screening.decisions
    assert (own.verdict, own.note, own.at) == ("include", "looks right", "2026-01-01T10:00:00")
    assert own.source == "import:a.csv"


def project(path, rows):
    database = sqlite3.connect(":memory:")
    database.execute("CREATE TABLE record (record_id, title, doi, year)")
    database.execute("CREATE TABLE results (record_id, label, time, note, tags, user_id)")
    database.execute("CREATE TABLE decision_changes (record_id, label, time, user_id)")
    for n, (title, doi, label) in enumerate(rows):
        database.execute("INSERT INTO record VALUES (?,?,?,2020)", (n, title, doi))
        database.execute("INSERT INTO results VALUES (?,?,1796037471.5,'n',NULL,NULL)", (n, label))
    database.commit()
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("project.json", "{}")
        archive.writestr("results.db", database.serialize())
    return path


def test_an_asreview_project_gives_its_labels_and_add_names_the_way(shelf, tmp_path):
    path = project(tmp_path / "p.asreview", [(*ROWS[0], 1), (*ROWS[1], 0)])
    screening = screened(shelf)
    assert taken(screening, path, reviewer="me").new == 2
    assert {d.verdict for d in screening.decisions} == {"include", "exclude"}
    assert {d.at[:4] for d in screening.decisions} == {"2026"}
    refused = read_file(str(path), ReadOptions()).skipped[0].reason
    assert "review screen import" in refused


@pytest.mark.parametrize("content", [b"", b"SQLite format 3\0" + b"x" * 200])
def test_a_damaged_project_is_one_clear_error(tmp_path, content):
    path = tmp_path / "p.asreview"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("project.json", "{}")
        archive.writestr("results.db", content)
    with pytest.raises(UsageError, match="cannot be read"):
        read_labels(path, {})
    path.write_bytes(path.read_bytes()[:80] + b"project.json results.db")
    with pytest.raises(UsageError, match="damaged"):
        read_labels(path, {})


COVIDENCE = [
    (
        "Title", "Authors", "Abstract", "Published Year", "Published Month", "Journal", "Volume",
        "Issue", "Pages", "Accession Number", "DOI", "Ref", "Covidence #", "Study", "Notes", "Tags",
    ),
    (
        ROWS[0][0], "Heslop, P.", "", "1990", "", "Midwife", "26", "4", "136-140", "107520452",
        ROWS[0][1], "6535", "#1581", "Heslop 1990", "Exclusion reason: Wrong study design; ", "SRH",
    ),
]  # fmt: skip


@pytest.mark.parametrize(
    ("kind", "said"),
    [
        ("irrelevant", [("title", "exclude", ("Wrong study design",), "tags: SRH")]),
        ("select", [("title", "include", (), "tags: SRH")]),
        (
            "excluded",
            [
                ("title", "include", (), ""),
                ("full-text", "exclude", ("Wrong study design",), "tags: SRH"),
            ],
        ),
    ],
)
def test_a_file_of_covidence_says_the_stage_and_the_verdict_by_its_name(
    shelf, tmp_path, kind, said
):
    path = written(tmp_path / f"review_59500_{kind}_csv_20190925102123.csv", COVIDENCE)
    screening = screened(shelf)
    done = taken(screening, path, reviewer="me")
    assert (done.new, done.unmatched) == (len(said), ())
    found = [(d.stage, d.verdict, d.reasons, d.note) for d in screening.decisions]
    assert found == said


def test_a_file_of_covidence_with_another_name_needs_every(shelf, tmp_path):
    path = written(tmp_path / "mine.csv", COVIDENCE)
    with pytest.raises(UsageError, match="no decision was found"):
        read_labels(path, {})
    assert taken(screened(shelf), path, every="exclude", reviewer="me").new == 1


LOG_HEAD = ("created_at", "user_id", "user_email", "article_id", "key", "value")


def rayyan_zip(tmp_path, users):
    row = ("rayyan-1", ROWS[0][0], 'RAYYAN-INCLUSION: {"Ann"=>"Included"}', ROWS[0][1])
    articles = written(tmp_path / "articles.csv", [("key", "title", "notes", "doi"), row])
    log = [
        LOG_HEAD,
        *(("2023-09-11T14:48:52.425Z", u, f"{u}@x.org", "1", "included", "1") for u in users),
        ("2023-09-12T00:00:00.000Z", "7", "7@x.org", "1", '"pilot"', "1"),
    ]
    path = tmp_path / "export.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for file in (articles, written(tmp_path / "customizations_log.csv", log)):
            archive.write(file, f"export/{file.name}")
    return path


@pytest.mark.parametrize("users", [("7",), ("7", "8")])
def test_an_archive_of_rayyan_gives_its_decisions_with_times_where_one_decided(
    shelf, tmp_path, users
):
    path = rayyan_zip(tmp_path, users)
    screening = screened(shelf, reviewers=("ann",))
    assert taken(screening, path).new == 1
    (own,) = screening.decisions
    assert (own.reviewer, own.verdict) == ("ann", "include")
    assert own.at.startswith("2023-09-11T14:48:52") is (len(users) == 1)
    assert "review screen import" in read_file(str(path), ReadOptions()).skipped[0].reason
    path.write_bytes(path.read_bytes()[:150] + b"articles.csv customizations_log.csv")
    with pytest.raises(UsageError, match="damaged"):
        read_labels(path, {})


def eppi(kinds=("Include", "Exclude")):
    codes = [
        {"AttributeId": n, "AttributeType": kind, "AttributeName": f"{kind} on design"}
        for n, kind in enumerate(kinds, 1)
    ]
    inner = {"AttributeId": 9, "AttributeType": "Not selectable (no checkbox)"}
    inner |= {"AttributeName": "All", "Attributes": {"AttributesList": codes}}
    sets = [{"SetName": "Screening", "Attributes": {"AttributesList": [inner]}}]
    sets.append({"SetName": "Data Extraction"})
    records = [
        {"ItemId": n, "Title": title, "DOI": doi, "Codes": [{"AttributeId": n}]}
        for n, (title, doi) in enumerate(ROWS, 1)
    ]
    records[1]["Codes"][0]["AdditionalText"] = "p. 3"
    return {"CodeSets": sets, "References": [*records, {"ItemId": 3, "Title": "Third"}]}


def test_the_json_of_eppi_reviewer_gives_its_codes_that_include_and_exclude(shelf, tmp_path):
    path = tmp_path / "eppi.json"
    path.write_text(json.dumps(eppi()))
    screening = screened(shelf)
    assert read_labels(path, {}).unlabelled == 1
    assert taken(screening, path, reviewer="me").new == 2
    found = {(d.verdict, d.reasons, d.note) for d in screening.decisions}
    assert found == {("include", (), ""), ("exclude", ("Exclude on design",), "p. 3")}
    path.write_text(json.dumps(eppi(("Selectable (show checkbox)",) * 2)))
    with pytest.raises(UsageError, match=r"no code of .* includes or excludes"):
        read_labels(path, {})
    path.write_text(json.dumps({"CodeSets": [3], "References": []}))
    with pytest.raises(UsageError, match="cannot be read as EPPI"):
        read_labels(path, {})


def test_columns_are_named_with_map_and_a_whole_file_with_every(shelf, tmp_path):
    head = ("title", "choice", "why", "who", "remark")
    rows = [
        head,
        (ROWS[0][0], "Excluded", "trains; old", "Dan", "far"),
        (ROWS[1][0], "what", *3 * "-"),
    ]
    path = written(tmp_path / "t.csv", rows)
    with pytest.raises(UsageError, match="no decision was found"):
        read_labels(path, {})
    named = {"choice": "verdict", "why": "reason", "who": "reviewer", "remark": "note"}
    found = read_labels(path, named)
    assert found.unknown == ["record 2: 'what' is no verdict"]
    screening = screened(shelf)
    done = taken(screening, path, named)
    assert done.reviewers == ("Dan",)
    (own,) = screening.decisions
    assert (own.verdict, own.reasons, own.note) == ("exclude", ("trains", "old"), "far")
    with pytest.raises(UsageError, match="no column wher"):
        read_labels(path, {"wher": "reason"})
    notes = [("Title", "Notes"), (ROWS[0][0], "Exclusion reason: Wrong population; ")]
    covidence = read_labels(written(tmp_path / "excluded.csv", notes), {}, "exclude")
    assert covidence.kind == "Covidence"
    assert covidence.labels[0].reasons == ("Wrong population",)


@pytest.mark.parametrize("form", ["csv", "ris", "jsonl"])
def test_what_is_exported_is_read_back_without_loss(tmp_path, form):
    with Library(tmp_path / "one", WITHOUT) as library:
        library.add([listing(tmp_path / "a.jsonl", 12)])
        screening = screened(library, reviewers=("ann", "ben"), double="all")
        for reviewer in ("ann", "ben"):
            read_all(screening, reviewer, 6)
        screening.undo("ben")
        paper = screening.next_record("ann").paper
        quote = screening.quoted(paper, paper.title)
        screening.decide(paper, "exclude", "ann", Given(("topic",), quote, 'a "note", =1+1; ü'))
        text = render(screened_records(screening), form)
        decisions = {d.id: d for d in screening.decisions}
    path = tmp_path / f"x.{form}"
    path.write_text(text)
    with Library(tmp_path / "two", WITHOUT) as library:
        library.add([listing(tmp_path / "a.jsonl", 12)])
        again = screened(library, reviewers=("ann", "ben"), double="all")
        done = taken(again, path)
        assert (done.new, done.unmatched) == (len(decisions), ())
        assert {d.id: d for d in again.decisions} == decisions
        assert taken(again, path).new == 0
        assert [again.outcome(p) for p in again.papers] == [
            Screening(library, "s").outcome(p) for p in again.papers
        ]


@pytest.mark.parametrize("form", ["csv", "ris", "jsonl"])
def test_another_screening_of_the_same_library_takes_an_export_once(tmp_path, form):
    with Library(tmp_path / "one", WITHOUT) as library:
        library.add([listing(tmp_path / "a.jsonl", 12)])
        first = screened(library)
        read_all(first, most=6)
        first.undo("me")
        path = tmp_path / f"x.{form}"
        path.write_text(render(screened_records(first), form))
        other = screened(library, name="other")
        done = taken(other, path)
        assert (done.new, done.known) == (7, 0)
        wanted = [first.outcome(paper).verdict for paper in first.papers]
        assert [other.outcome(paper).verdict for paper in other.papers] == wanted
        again = taken(other, path)
        assert (again.new, again.known) == (0, 7)
        assert taken(first, path).new == 0


def test_an_export_is_read_by_asreviews_and_rayyans_marks_alone(tmp_path):
    with Library(tmp_path / "one", WITHOUT) as library:
        library.add([listing(tmp_path / "a.jsonl", 10)])
        screening = screened(library)
        read_all(screening, most=8)
        found = screened_records(screening)
        wanted = {d.paper_id: d.verdict for d in screening.decisions}
        rows = list(csv.DictReader(io.StringIO(render(found, "csv"))))
        assert sorted(row["included"] for row in rows) == ["", "", *"000000", "1", "1"]
        path = tmp_path / "bare.ris"
        lines = render(found, "ris").splitlines()
        path.write_text(
            "\n".join(line for line in lines if not line.startswith("N1  - screen_log"))
        )
        labels = read_labels(path, {})
        assert labels.kind == "Rayyan"
        assert len(labels.labels) == 8
        bare = [line for line in path.read_text().splitlines() if "RAYYAN" not in line]
        path.write_text("\n".join(bare))
        labels = read_labels(path, {})
        assert (labels.kind, len(labels.labels), labels.unlabelled) == ("ASReview", 8, 2)
        assert len(wanted) == 8


def test_add_says_which_decisions_it_did_not_take(tmp_path):
    rows = [("title", "abstract", "included", "asreview_note"), ("A title", "Words.", "1", "n")]
    notes = read_file(str(written(tmp_path / "a.csv", rows)), ReadOptions()).notes
    assert "included, asreview_note" in notes[0].reason
    assert "review screen import" in notes[0].reason
    rows = [("title", "abstract", "notes"), ("A title", "Words.", RAYYAN_NOTES)]
    notes = read_file(str(written(tmp_path / "b.csv", rows)), ReadOptions()).notes
    assert "RAYYAN-INCLUSION" in notes[0].reason
    plain = tmp_path / "c.csv"
    written(plain, [("title", "abstract"), ("A title", "Words.")])
    assert read_file(str(plain), ReadOptions()).notes == ()
