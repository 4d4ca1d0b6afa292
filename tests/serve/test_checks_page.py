"""The pages of checks, in a browser and without JavaScript."""

from __future__ import annotations

import importlib.resources
import io
import sqlite3
import time
import zipfile

import pytest

from tests.serve.conftest import TOKEN
from tests.serve.test_tables_page import AXE, VIEWS, click, fill

DRAFT = """# Related work

Reinforcement learning teaches a model to call a search engine [@song-2025-r2]. It works
"through two stages of reinforcement learning" [@jin-2025-search].

The model “alternates between thinking and searching over several turns”.

Nothing is cited here.
"""
BIB = """@article{song-2025-r1,
  title = {R1-Searcher: Incentivizing the Search Capability in LLMs via Reinforcement Learning},
  author = {Smith, Jane},
  year = {1999},
}
"""


def checked(served, **asked):
    """The address of the page of a check that is done."""
    job = served.client.post("/checks", data={"text": DRAFT, **asked}).headers["location"]
    served.desk.jobs.wait(job.rpartition("/")[2], 30)
    return job


def test_a_draft_is_checked_mended_and_checked_again_in_the_browser(page, served):
    page.visit(f"{served.address}/checks")
    assert "Nothing of this draft leaves this machine" in page.run(
        "document.querySelector('#privacy').textContent"
    )
    fill(page, "[name=text]", DRAFT)
    click(page, "#give .primary")
    assert page.wait_for("document.querySelector('.draft .said.bad')", 30)
    first = page.run("location.pathname")
    assert page.run("document.querySelector('.draft').textContent") == DRAFT
    assert page.run("[...document.querySelectorAll('.found blockquote mark')].length") >= 1
    click(page, ".draft .said.bad:last-of-type")
    assert page.wait_for("document.querySelector('.found.is-shown')", 5)
    click(page, "#tools .primary")
    assert page.wait_for("document.querySelectorAll('.draft ins').length == 2", 10)
    click(page, ".found [action$='/fix'] .button:not([aria-pressed=true])")
    assert page.wait_for("document.querySelectorAll('.draft ins').length == 3", 10)
    click(page, "#tools .again button")
    assert page.wait_for(f"location.pathname != {first!r} && document.querySelector('.draft')", 30)
    text = page.run("document.querySelector('.draft').textContent")
    assert "[@song-2025-r1]" in text
    assert "several turns” [@jin-2025-search]." in text
    assert "at=" in page.run("location.search")
    kinds = page.run("document.querySelector('.kinds').textContent")
    assert "unknown key" not in kinds
    assert "quote not found" not in kinds
    assert page.said == []
    assert all(address.startswith((served.address, "about:")) for address in page.asked)


def test_problems_are_filtered_by_kind_in_the_browser(page, served):
    page.visit(f"{served.address}{checked(served)}")
    whole = page.run("document.querySelectorAll('.found').length")
    page.run("[...document.querySelectorAll('.kinds a')].find((a) => "
             "a.textContent.includes('unknown key')).click()")  # fmt: skip
    assert page.wait_for("document.querySelectorAll('.found').length == 1", 10)
    assert whole > 1
    assert "unknown key" in page.run("document.querySelector('.found').textContent")
    assert page.said == []


def test_altered_fields_are_shown_field_by_field_and_taken(page, served):
    page.visit(f"{served.address}{checked(served, bib=BIB)}")
    rows = "[...document.querySelectorAll('.entry tbody th')].map((h) => h.textContent).join()"
    assert "authors" in page.run(rows)
    count = page.run("document.querySelectorAll('.entry [action$=\"/fix\"]').length")
    assert count >= 1
    click(page, ".entry [action$='/fix'] button")
    assert page.wait_for("document.querySelector('.entry [aria-pressed=true]')", 10)
    link = page.run("document.querySelector('#tools a[href*=refs]').getAttribute('href')")
    saved = served.client.get(link)
    assert saved.headers["content-disposition"] == 'attachment; filename="refs.fixed.bib"'
    assert saved.text != BIB


def test_a_draft_is_checked_without_javascript_and_sent_as_files(served):
    with served.stranger as client:
        client.post("/session", data={"token": TOKEN, "next": "/checks"})
        files = {
            "draft_file": ("my ../paper.tex", DRAFT.replace("[@jin-2025-search]", r"\cite{x}")),
            "bib_file": ("refs.bib", BIB),
        }
        address = client.post("/checks", files=files).headers["location"]
        for _ in range(200):
            shown = client.get(address)
            if "http-equiv" not in shown.text:
                break
            time.sleep(0.1)
        assert "Check of paper.tex" in shown.text
        assert "refs.bib has no such entry" in shown.text
        for suffix in ("md", "html", "json"):
            assert client.get(f"{address}.{suffix}").status_code == 200
        nothing = client.post("/checks", data={"text": " "})
        assert (nothing.status_code, "There is no draft" in nothing.text) == (422, True)
        wrong = client.post("/checks", files={"draft_file": ("x.exe", b"MZ\0")})
        assert wrong.status_code == 422
        assert client.get(f"{address}/texts/nothing.md").status_code == 404
        assert client.post(f"{address}/fix", data={"number": "99"}).status_code == 422


def test_a_word_file_is_checked_sentence_by_sentence(served):
    packed = io.BytesIO()
    words = "The model “alternates between thinking and searching over several turns”."
    space = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
    with zipfile.ZipFile(packed, "w") as made:
        made.writestr(
            "word/document.xml",
            f'<w:document xmlns:w="{space}"><w:body><w:p><w:r><w:t>{words}</w:t></w:r></w:p>'
            "</w:body></w:document>",
        )
    job = served.client.post(
        "/checks", files={"draft_file": ("draft.docx", packed.getvalue())}
    ).headers["location"]
    served.desk.jobs.wait(job.rpartition("/")[2], 30)
    shown = served.client.get(job).text
    assert "these words are in jin-2025-search" in shown
    assert "A Word file is not shown as a text here" in shown


def test_no_word_of_a_draft_is_kept_in_the_library(served, settings):
    secret = "zymurgical quixotry"
    job = checked(served, text=DRAFT + f"\nThis is {secret} of 14 percent.\n")
    assert secret in served.client.get(job).text
    with sqlite3.connect(f"{settings.library}/library.db") as connection:
        assert secret not in "\n".join(connection.iterdump())


def test_the_api_gives_the_report_with_its_fixes(served):
    asked = {"text": DRAFT, "bib": BIB, "name": "draft.md"}
    answer = served.client.post("/api/v1/checks", json=asked, headers={"Prefer": "wait=30"})
    report = answer.json()
    assert report["schema"] == "review/check/1"
    assert report["file"] == "draft.md"
    assert {fix["file"] for fix in report["fixes"]} <= {"draft.md", "refs.bib"}
    assert any(fix["is_sure"] for fix in report["fixes"])


LACKING = (
    "# Work\n\nA model improves its reasoning by learning from the rationales it writes itself.\n"
)


def test_a_suggested_paper_is_cited_by_one_click_and_given_back(page, served):
    page.visit(f"{served.address}{checked(served, text=LACKING, suggest='true')}")
    assert 1 <= page.run("document.querySelectorAll('.lacking blockquote').length") <= 3
    click(page, ".lacking [action$='/fix'] button")
    assert page.wait_for("document.querySelectorAll('.draft ins').length == 1", 10)
    key = "star-bootstrapping-reasoning-nd"
    assert page.run("document.querySelector('.draft').textContent").endswith(
        f"writes itself [@{key}].\n"
    )
    click(page, ".lacking [action$='/fix'] button")
    assert page.wait_for("document.querySelectorAll('.draft ins').length == 0", 10)
    assert page.said == []


def test_another_suggested_paper_takes_the_place_of_the_first(served):
    job = checked(served, text=LACKING, bib=BIB, suggest="true")
    result = served.desk.jobs.result(job.rpartition("/")[2])
    one, other = [fix.number for fix in result.offered.values()][:2]
    for number in (one, other):
        served.client.post(f"{job}/fix", data={"number": number})
    assert result.taken == [other]
    edited = result.edited()
    fix = next(fix for fix in result.offered.values() if fix.number == other)
    assert f"writes itself{fix.new}." in edited["draft.md"]
    assert fix.entry_text.strip() in edited["refs.bib"]


def test_no_paper_is_suggested_where_none_is_asked_for(served):
    assert "could cite" not in served.client.get(checked(served, text=LACKING)).text


@pytest.mark.parametrize("view", VIEWS)
def test_axe_finds_nothing_on_the_pages_of_checks(page, served, view):
    size, is_dark = VIEWS[view]
    axe = importlib.resources.files("axe_core_python").joinpath("axe.min.js").read_text("utf-8")
    for address in ("/checks", checked(served, text=DRAFT + LACKING, bib=BIB, suggest="true")):
        page.visit(served.address + address, size, is_dark=is_dark)
        assert page.run(f"{axe};{AXE}") == []
        wide = "document.documentElement.scrollWidth - document.documentElement.clientWidth"
        assert page.run(wide) <= 0, address
