"""Zotero, read and kept in step: the running program, its database, and the web service."""

import json
import shutil
import sqlite3

import pytest

from reviewer.cli import run
from reviewer.library import Library
from reviewer.tasks.screening.make import ScreenOptions, make_screening
from reviewer.tasks.screening.screening import Screening
from reviewer.types.screening import Criterion
from reviewer.types.searches import Filters
from tests.support.fake_zotero import (
    KEY,
    FakeZotero,
    annotation,
    article,
    attachment,
    note,
    write_sqlite,
)
from tests.support.pdfs import make_pdf, paper_page

SENTENCES = ["Round apples taste sweet when they hang long.", "Square apples do not grow here."]
APPLES, PEARS, PLUMS = "AAAA1111", "BBBB2222", "CCCC3333"


@pytest.fixture
def zotero():
    made = []

    def make(*, is_local):
        made.append(FakeZotero(is_local=is_local))
        return made[-1]

    yield make
    for one in made:
        one.close()


@pytest.fixture
def folder(tmp_path, monkeypatch):
    """Zotero's data folder; neither the program nor the web answers yet."""
    place = tmp_path / "Zotero"
    place.mkdir()
    monkeypatch.setenv("REVIEW_ZOTERO_FOLDER", str(place))
    monkeypatch.setenv("REVIEW_ZOTERO_LOCAL_BASE", "http://127.0.0.1:9/api")
    return place


@pytest.fixture
def place(tmp_path):
    return tmp_path / "library"


@pytest.fixture
def review(place, monkeypatch, capsys, folder):
    monkeypatch.setenv("REVIEW_LIBRARY", str(place))

    def run_it(*words):
        code = run(list(words))
        printed = capsys.readouterr()
        assert KEY not in printed.out + printed.err
        return code, printed.out, printed.err

    return run_it


@pytest.fixture
def local(zotero, monkeypatch):
    server = zotero(is_local=True)
    monkeypatch.setenv("REVIEW_ZOTERO_LOCAL_BASE", server.address)
    return server


@pytest.fixture
def web(zotero, monkeypatch, folder):
    server = zotero(is_local=False)
    monkeypatch.setenv("REVIEW_ZOTERO_BASE", server.address)
    monkeypatch.setenv("REVIEW_ZOTERO_KEY", KEY)
    monkeypatch.delenv("REVIEW_OFFLINE")
    return server


def write_pdf(place):
    place.parent.mkdir(parents=True, exist_ok=True)
    place.write_bytes(make_pdf([paper_page(SENTENCES)]))
    return place


def three():
    """Three items: one with a PDF, an annotation and a note, one in a collection below another."""
    return [
        article(APPLES, "On the Taste of Round Apples", tags=[{"tag": "fruit"},
                {"tag": "Machine Keyword", "type": 1}], extra="Citation Key: marshApples"),
        attachment("AAAA9999", APPLES),
        annotation("AAAA8888", "AAAA9999", "Round apples taste sweet", "2", "check this"),
        note("AAAA7777", APPLES, "<div><p>Read <b>twice</b>.</p><p>Cite it.</p></div>"),
        article(PEARS, "Pears in the Cold Season", collections=["COLL0002"]),
        article(PLUMS, "Plums and their Stones", tags=[{"tag": "stones"}]),
    ]  # fmt: skip


COLLECTIONS = [
    {"key": "COLL0001", "name": "Thesis"},
    {"key": "COLL0002", "name": "Chapter 2", "parentCollection": "COLL0001"},
]


def fill(server):
    server.put(*three())
    for one in COLLECTIONS:
        server.collect(one["key"], one["name"], one.get("parentCollection", False))


def papers(place):
    """The papers by their titles, and the text of each."""
    with Library(place) as shelf:
        return {paper.title: paper for paper in shelf.papers()}


def text(paper):
    return " ".join(paper.text_of("body").split())


def test_the_running_program_gives_items_pdfs_tags_notes_and_keys(review, local, folder, place):
    fill(local)
    write_pdf(folder / "storage" / "AAAA9999" / "paper.pdf")
    code, out, err = review("add", "zotero:")
    assert code == 0, err
    apples = papers(place)["On the Taste of Round Apples"]
    assert "3 added" in out
    assert "Square apples" in text(apples)
    assert apples.tags == ("fruit",)
    assert apples.keywords == ("Machine Keyword",)
    assert '[Zotero, p. 2] "Round apples taste sweet" check this' in apples.notes
    assert "[Zotero] Read twice.\nCite it." in apples.notes
    assert review("show", "marshApples")[0] == 0


def test_a_repair_names_a_pdf_that_is_gone_and_not_zotero_itself(review, local, folder):
    fill(local)
    pdf = write_pdf(folder / "storage" / "AAAA9999" / "paper.pdf")
    assert review("add", "zotero:")[0] == 0
    assert "No longer there" not in review("repair")[2]
    pdf.unlink()
    code, _, err = review("repair")
    assert code == 0, err
    assert err.count("No longer there") == 1
    assert pdf.name in err


def test_every_way_gives_the_same_papers(review, local, web, folder, monkeypatch, place):
    fill(local)
    fill(web)
    write_sqlite(folder / "zotero.sqlite", three(), COLLECTIONS)
    pdf = write_pdf(folder / "storage" / "AAAA9999" / "paper.pdf")
    assert "3 added" in review("add", "zotero:")[1]
    first = papers(place)
    monkeypatch.setenv("REVIEW_ZOTERO_LOCAL_BASE", "http://127.0.0.1:9/api")
    assert "0 added, 0 updated" in review("add", "zotero:")[1]
    (folder / "zotero.sqlite").unlink()
    assert "0 added, 0 updated" in review("add", "zotero:")[1]
    assert papers(place) == first
    assert pdf.exists()
    assert [path for path in web.asked if path.startswith("GET /users/4711/items?")]


def test_the_database_is_read_while_the_program_holds_it_and_stays_as_it_is(review, folder):
    file = folder / "zotero.sqlite"
    write_sqlite(file, three(), COLLECTIONS, trashed=[PLUMS])
    bytes_before = file.read_bytes()
    holding = sqlite3.connect(file)
    holding.execute("PRAGMA locking_mode = EXCLUSIVE")
    holding.execute("BEGIN EXCLUSIVE")
    try:
        code, out, err = review("add", "zotero:")
    finally:
        holding.rollback()
        holding.close()
    assert code == 0, err
    assert "2 added" in out
    assert "1 PDF not read: its file is not on this machine" in err
    assert file.read_bytes() == bytes_before


def test_keys_of_better_bibtex_are_read_from_beside_the_database(review, folder):
    write_sqlite(folder / "zotero.sqlite", three(), COLLECTIONS)
    database = sqlite3.connect(folder / "better-bibtex.sqlite")
    database.execute(
        "CREATE TABLE citationkey (itemID, itemKey, libraryID, citationKey, pinned, PRIMARY KEY "
        "(itemID))"
    )
    database.execute("INSERT INTO citationkey VALUES (5, ?, 1, 'marsh2021pears', 0)", (PEARS,))
    database.commit()
    database.close()
    review("add", "zotero:")
    assert "Pears" in review("show", "marsh2021pears")[1]


def test_a_collection_takes_those_below_it_and_a_tag_its_own(review, local, place):
    fill(local)
    assert "1 added" in review("add", "zotero:collection/Thesis")[1]
    assert list(papers(place)) == ["Pears in the Cold Season"]
    assert "1 added" in review("add", "zotero:tag/Stones")[1]
    assert "0 added" in review("add", "zotero:collection/Thesis/Chapter 2")[1]


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("zotero:collection/Thesiss", "Zotero has no collection 'Thesiss'. Did you mean Thesis"),
        ("zotero:tag/frut", "Zotero has no tag 'frut'. Did you mean fruit"),
        ("zotero:group/Reading gruop", "Did you mean Reading group"),
        ("zotero:colection/Thesis", "Did you mean zotero:collection/NAME"),
        ("zotero:tag/", "The forms are zotero:"),
    ],
)
def test_a_slip_names_the_nearest_and_adds_nothing(review, local, name, said):
    fill(local)
    code, out, err = review("add", name)
    assert code in (1, 2)
    assert said in err
    assert not out


def test_a_group_is_a_library_of_its_own(review, folder):
    write_sqlite(folder / "zotero.sqlite", three(), COLLECTIONS)
    write_sqlite(folder / "zotero.sqlite", [article("DDDD4444", "Dates of the Group")], library=2)
    assert "1 added" in review("add", "zotero:group/reading GROUP")[1]
    assert "3 added" in review("add", "zotero:")[1]


def test_what_changed_takes_its_place_and_what_the_user_wrote_stays(review, local, folder, place):
    fill(local)
    write_pdf(folder / "storage" / "AAAA9999" / "paper.pdf")
    review("add", "zotero:")
    key = papers(place)["On the Taste of Round Apples"].key
    review("tag", key, "--add", "mine")
    review("note", key, "my own words")
    changed = three()
    changed[0] |= {"title": "A New Title of Apples", "tags": [{"tag": "kept"}]}
    changed[2] |= {"annotationComment": "checked"}
    local.put(*changed[:3])
    code, out, _ = review("add", "zotero:")
    assert code == 0
    assert "0 added, 1 updated" in out
    found = papers(place)
    apples = found["A New Title of Apples"]
    assert len(found) == 3
    assert apples.tags == ("kept", "mine")
    assert "my own words" in apples.notes
    assert "checked" in apples.notes
    assert "check this" not in apples.notes
    assert "Square apples" in text(apples)


def test_what_is_gone_from_zotero_is_said_and_kept(review, local, place):
    fill(local)
    review("add", "zotero:")
    local.delete(PLUMS)
    local.put({**local.items[PEARS], "deleted": 1})
    code, _, err = review("add", "zotero:")
    assert code == 0
    assert "2 papers are no longer in Zotero and kept here" in err
    assert len(papers(place)) == 3


def test_what_the_user_removed_stays_out_until_it_is_named(review, local, place):
    fill(local)
    review("add", "zotero:")
    review("remove", papers(place)["Plums and their Stones"].key)
    assert "zotero:item/CCCC3333" in review("add", "zotero:")[2]
    assert len(papers(place)) == 2
    assert "1 added" in review("add", "zotero:item/cccc3333")[1]
    _, out, err = review("add", "zotero:")
    assert "0 added" in out
    assert "removed" not in err


def test_the_web_service_is_asked_for_changes_alone(review, web):
    web.put(*(article(f"K{n:07}", f"Paper {n} of many") for n in range(250)))
    code, out, err = review("add", "zotero:")
    assert code == 0, err
    assert "250 added" in out
    starts = [path.partition("start=")[2] for path in web.asked if "/items?" in path]
    assert starts == ["0", "100", "200"]
    version = web.version
    web.asked.clear()
    web.put(article("K0000003", "Paper 3 of many, revised"))
    web.delete("K0000004")
    code, out, err = review("add", "zotero:")
    assert "1 updated" in out
    assert "1 paper is no longer in Zotero" in err
    asked = [path for path in web.asked if "/items?" in path or "/deleted?" in path]
    assert all(f"since={version}" in path for path in asked)
    assert len(asked) == 2


def test_a_pdf_of_the_web_service_is_fetched_once(review, web, tmp_path, place):
    fill(web)
    web.files["AAAA9999"] = write_pdf(tmp_path / "there.pdf").read_bytes()
    review("add", "zotero:")
    review("add", "zotero:")
    assert "Square apples" in text(papers(place)["On the Taste of Round Apples"])
    assert sum("/file" in path for path in web.asked) == 1


def test_a_library_that_changes_while_it_is_read_is_read_again(review, web):
    web.put(*(article(f"K{n:07}", f"Paper {n} of many") for n in range(150)))
    late = [article("LATE0001", "A late paper")]
    web.on_read = lambda: web.put(late.pop()) if late else None
    assert "151 added" in review("add", "zotero:")[1]


def test_a_busy_service_is_asked_again_after_its_pause(review, web):
    web.put(article(APPLES, "Apples"))
    web.faults = [(429, {"Retry-After": "0"}), (503, {"Retry-After": "0"})]
    assert review("add", "zotero:")[0] == 0


def test_a_wish_for_rest_is_kept(web, monkeypatch):
    from reviewer.settings import load_settings
    from reviewer.sources.zotero.api import ZoteroApi

    waits = []
    web.put(article(APPLES, "Apples"))
    web.headers = {"Backoff": "7"}
    with ZoteroApi(load_settings(), is_local=False, wait=waits.append) as api:
        api.changes("/users/4711")
    assert [round(seconds) for seconds in waits] == [7]


def test_a_wrong_key_is_one_error(review, web, monkeypatch):
    monkeypatch.setenv("REVIEW_ZOTERO_KEY", "wrong")
    code, _, err = review("add", "zotero:")
    assert code == 1
    assert "refused the request (403)" in err
    assert "REVIEW_ZOTERO_KEY" in err


def test_without_a_way_to_zotero_the_error_names_all_three(review):
    code, _, err = review("add", "zotero:")
    assert code == 1
    assert "Zotero is not running here" in err
    assert "REVIEW_ZOTERO_FOLDER" in err
    assert "REVIEW_ZOTERO_KEY" in err


def test_a_program_that_does_not_share_is_said_and_its_database_read(review, local, folder):
    local.is_enabled = False
    write_sqlite(folder / "zotero.sqlite", three(), COLLECTIONS)
    code, out, err = review("add", "zotero:")
    assert "3 added" in out
    assert "Allow other applications" in err
    assert code == 0


def test_a_damaged_database_is_one_error(review, folder):
    (folder / "zotero.sqlite").write_bytes(b"SQLite format 3\0" + b"x" * 5000)
    code, _, err = review("add", "zotero:")
    assert code == 1
    assert "zotero.sqlite cannot be read" in err


def test_linked_files_are_read_from_the_base_directory(
    review, folder, tmp_path, monkeypatch, place
):
    write_pdf(tmp_path / "base" / "linked.pdf")
    profile = tmp_path / "home" / ".zotero" / "zotero" / "ab.default"
    profile.mkdir(parents=True)
    base = json.dumps(str(tmp_path / "base"))
    preference = f'user_pref("extensions.zotero.baseAttachmentPath", {base});\n'
    (profile / "prefs.js").write_text(preference, encoding="utf-8")
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    linked = attachment("AAAA9999", APPLES, linkMode="linked_file", path="attachments:linked.pdf")
    write_sqlite(folder / "zotero.sqlite", [three()[0], linked])
    review("add", "zotero:")
    assert "Square apples" in text(papers(place)["On the Taste of Round Apples"])


def test_a_pdf_without_an_item_is_a_paper_too(review, folder):
    write_sqlite(folder / "zotero.sqlite", [attachment("EEEE5555", None)])
    write_pdf(folder / "storage" / "EEEE5555" / "paper.pdf")
    assert "1 added" in review("add", "zotero:")[1]


def pushed(review, *words):
    return review("push", "zotero", *words)


@pytest.fixture
def added(review, web, folder, place):
    fill(web)
    shutil.rmtree(folder)
    review("add", "zotero:")
    keys = {title: paper.key for title, paper in papers(place).items()}
    web.asked.clear()
    return keys


def test_tags_and_collections_are_added_and_nothing_is_taken_away(review, web, added):
    apples = added["On the Taste of Round Apples"]
    review("tag", apples, "--add", "to-cite")
    code, out, err = pushed(review, "--tag", "to-cite", "--collection", "Included")
    assert code == 0, err
    assert apples in out
    tags = [tag["tag"] for tag in web.items[APPLES]["tags"]]
    assert tags == ["fruit", "Machine Keyword", "to-cite"]
    [made] = [one for one in web.collections.values() if one["name"] == "Included"]
    assert web.items[APPLES]["collections"] == [made["key"]]
    assert web.items[APPLES]["title"] == "On the Taste of Round Apples"
    written = len(web.written)
    assert "already" in pushed(review, "--tag", "to-cite", "--collection", "included")[1]
    assert len(web.written) == written


def test_a_dry_run_writes_nothing(review, web, added):
    review("tag", added["Plums and their Stones"], "--add", "to-cite")
    code, out, _ = pushed(review, "--tag", "to-cite", "--collection", "New one", "--dry-run")
    assert code == 0
    assert "would be tagged" in out
    assert "The collection 'New one' would be made." in out
    assert not web.written
    assert not [path for path in web.asked if path.startswith("POST")]


def test_notes_go_once_and_do_not_come_back(review, web, added, place):
    apples = added["On the Taste of Round Apples"]
    review("note", apples, "compare <this> with ProRL")
    pushed(review, "--tag", "fruit", "--notes")
    pushed(review, "--tag", "fruit", "--notes")
    [sent] = web.written
    assert sent["parentItem"] == APPLES
    assert sent["note"] == "<p>compare &lt;this&gt; with ProRL</p>"
    review("add", "zotero:")
    notes = papers(place)["On the Taste of Round Apples"].notes
    assert notes.count("ProRL") == 1


def test_papers_that_a_screening_includes_go_into_a_collection(review, web, added, place):
    criteria = (Criterion(key="topic", text="On fruit"),)
    with Library(place) as shelf:
        options = ScreenOptions(question="fruit", criteria=criteria)
        make_screening(shelf, "fruit", Filters(), options)
        screening = Screening(shelf, "fruit")
        plums = shelf.paper(added["Plums and their Stones"])
        code, _, err = pushed(review, "--screen", "fruit", "--collection", "Included")
        assert code == 1
        assert "includes no paper" in err
        screening.decide(plums, "include", "me")
        screening.change("stage", "full-text", "me", "")
        screening.decide(plums, "include", "me")
    assert pushed(review, "--screen", "fruit", "--collection", "Included")[0] == 0
    [made] = [one for one in web.collections.values() if one["name"] == "Included"]
    assert [i["key"] for i in web.items.values() if made["key"] in i.get("collections", ())] == [
        PLUMS
    ]


def test_a_library_that_changed_meanwhile_is_not_overwritten(review, web, added):
    review("tag", added["Plums and their Stones"], "--add", "to-cite")
    web.on_read = lambda: web.put(web.items[APPLES])
    code, _, err = pushed(review, "--tag", "to-cite")
    assert code == 1
    assert "nothing was overwritten" in err
    assert not web.written


def test_without_a_key_a_push_says_what_is_needed(review, local, monkeypatch):
    fill(local)
    review("add", "zotero:")
    monkeypatch.delenv("REVIEW_OFFLINE")
    code, _, err = pushed(review, "--tag", "fruit")
    assert code == 1
    assert "only lets other programs read" in err
    assert "REVIEW_ZOTERO_KEY" in err


def test_a_push_without_papers_or_of_an_unknown_tag_is_one_error(review, web, added):
    assert "no papers are named" in pushed(review)[2]
    assert "no paper has the tag 'nope'" in pushed(review, "--tag", "nope")[2]
    assert "review cannot write to 'mendeley'" in review("push", "mendeley")[2]
