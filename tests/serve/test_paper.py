"""The page of a paper and the pages of its PDF, in a browser, by a plain client and by the API."""

from __future__ import annotations

import importlib.resources
import shutil
from types import SimpleNamespace

import pytest

from reviewer.library import Library
from reviewer.settings import Settings
from tests.serve.conftest import Served
from tests.serve.test_look import AXE, OVERFLOW
from tests.support.browser import DESKTOP, PHONE
from tests.support.pdfs import make_pdf
from tests.tasks.test_pages import FACT, LONG, keep_answer, pages_of_paper, span_of


@pytest.fixture
def with_pdf(kept_library, tmp_path, monkeypatch):
    """The application with a library that has a paper read from a PDF, quoted by one run."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    folder = tmp_path / "library"
    shutil.copytree(kept_library, folder)
    file = tmp_path / "paper.pdf"
    file.write_bytes(make_pdf(pages_of_paper()))
    settings = Settings(library=str(folder), embedding="none", offline=True)
    with Library(folder, settings) as library:
        (paper_id,) = library.add([str(file)]).added
        paper = library.paper(paper_id)
        keep_answer(library, paper, "run-1", "what score do quinces get?", FACT)
    served = Served(settings)
    place = dict(zip(("part", "start", "end"), span_of(paper, FACT), strict=True))
    yield SimpleNamespace(served=served, client=served.client, paper=paper, place=place, file=file)
    served.close()


def test_the_api_gives_a_page_as_a_picture_and_the_boxes_of_a_quote(with_pdf):
    address = f"/api/v1/papers/{with_pdf.paper.key}"
    picture = with_pdf.client.get(f"{address}/pages/3.png")
    assert picture.headers["content-type"] == "image/png"
    assert picture.content.startswith(b"\x89PNG")
    found = with_pdf.client.get(f"{address}/quote", params=with_pdf.place).json()
    (piece,) = found["pieces"]
    boxes = with_pdf.client.get(f"{address}/pages/3/boxes", params=with_pdf.place).json()
    assert boxes == piece
    assert (piece["page"], piece["state"], piece["width"]) == (3, "placed", 612)
    assert len(piece["boxes"]) >= 1


@pytest.mark.parametrize(
    ("address", "status", "words"),
    [
        ("/pages/4.png", 404, "has no page 4: it has 3"),
        ("/pages/0.png", 422, "number"),
        ("/quote?part=body&start=5&end=4", 422, "has no body with characters 5 to 4"),
        ("/quote?part=body&start=-1&end=4", 422, "start"),
        ("/pages/1/boxes?part=body&start=1&end=999999999", 422, "has no body"),
    ],
)
def test_what_is_not_there_is_said(with_pdf, address, status, words):
    given = with_pdf.client.get(f"/api/v1/papers/{with_pdf.paper.key}{address}")
    assert given.status_code == status
    assert words in given.json()["detail"]
    assert with_pdf.file.parent.name not in given.text  # no path


def test_a_stranger_gets_no_picture(with_pdf):
    address = f"/api/v1/papers/{with_pdf.paper.key}/pages/1.png"
    assert with_pdf.served.stranger.get(address).status_code == 401


def test_the_page_shows_what_was_quoted_and_opens_at_the_words(with_pdf):
    shown = with_pdf.client.get(f"/papers/{with_pdf.paper.key}", params={"quote": FACT}).text
    assert f"<mark>{FACT}</mark>" in shown
    assert '<a href="#page-3" data-page="3">3</a>' in shown
    assert "what score do quinces get?" in shown
    assert shown.count('class="box"') >= 1
    plain = with_pdf.client.get(f"/papers/{with_pdf.paper.key}").text
    assert "<mark>" not in plain
    assert f"<strong>{FACT}</strong>" in plain
    absent = with_pdf.client.get(f"/papers/{with_pdf.paper.key}", params={"quote": "never said"})
    assert "does not say these words" in absent.text


def test_a_pdf_that_changed_is_said_and_the_words_are_shown_all_the_same(with_pdf):
    with_pdf.file.write_bytes(b"%PDF-1.7 another")
    shown = with_pdf.client.get(f"/papers/{with_pdf.paper.key}", params=with_pdf.place).text
    assert "has changed since it was read" in shown
    assert f"<mark>{FACT}</mark>" in shown
    assert "<img" not in shown


def test_tags_and_notes_are_kept_and_shown(with_pdf):
    address = f"/papers/{with_pdf.paper.key}"
    with_pdf.client.post(f"{address}/tags", data={"text": "fruit, <b>taste</b> ,fruit"})
    with_pdf.client.post(f"{address}/notes", data={"text": "Ask\r\nthe tasters"})
    record = with_pdf.client.get(f"{address}.json").json()["paper"]
    assert record["tags"] == ["<b>taste</b>", "fruit"]
    assert record["notes"] == "Ask\nthe tasters"
    assert "&lt;b&gt;taste&lt;/b&gt;" in with_pdf.client.get(address).text


def test_a_paper_without_a_pdf_has_its_text_and_what_is_near(with_pdf):
    library = with_pdf.served.desk.at_hand
    paper = next(p for p in library.papers() if "pages_read" not in p.extra and p.abstract)
    shown = with_pdf.client.get(f"/papers/{paper.key}").text
    assert 'id="source"' not in shown
    assert 'class="n"' in shown
    near = with_pdf.client.get(f"/papers/{paper.key}/near").text
    assert "Similar papers" in near
    assert f'href="/papers/{paper.key}"' in near


def test_in_the_browser_the_mark_is_in_view_and_arrow_keys_turn_the_pages(with_pdf, browser):
    browser.send("Page.navigate", url="about:blank")  # what listened to an earlier server ends
    browser.said.clear()
    browser.asked.clear()
    browser.visit(with_pdf.served.entry)
    assert browser.wait_for("location.pathname == '/ask'", 20)
    place = "&".join(f"{name}={value}" for name, value in with_pdf.place.items())
    browser.visit(f"{with_pdf.served.address}/papers/{with_pdf.paper.key}?{place}")
    assert browser.wait_for(
        "(() => { const box = document.querySelector('.box').getBoundingClientRect();"
        " const own = document.querySelector('.source').getBoundingClientRect();"
        " return box.height > 0 && box.top > own.top && box.bottom < own.bottom; })()",
        10,
    )
    picture = "document.querySelector('#page-3 img')"
    assert browser.wait_for(f"{picture}.complete && {picture}.naturalWidth == 1224", 20)
    assert FACT.split()[0] in browser.run(f"{picture}.alt")
    # The boxes lie over the picture to a pixel, whatever the width of the page.
    assert browser.run(
        "(() => { const a = document.querySelector('#page-3 img').getBoundingClientRect();"
        " const b = document.querySelector('.boxes').getBoundingClientRect();"
        " return Math.abs(a.left - b.left) + Math.abs(a.top - b.top)"
        " + Math.abs(a.width - b.width) + Math.abs(a.height - b.height) < 2; })()"
    )
    browser.press("ArrowLeft")
    assert browser.wait_for("document.getElementById('at-page').textContent == 'Page 2 of 3'", 5)
    browser.press("ArrowRight")
    assert browser.wait_for("document.getElementById('at-page').textContent == 'Page 3 of 3'", 5)
    assert browser.wait_for("document.querySelector('.near-papers h2')", 10)
    assert browser.said == []
    own = (with_pdf.served.address, "about:", "data:")
    assert all(address.startswith(own) for address in browser.asked)


def test_beside_an_answer_the_page_of_its_quote_is_shown(with_pdf, browser):
    browser.visit(with_pdf.served.entry)
    assert browser.wait_for("location.pathname == '/ask'", 20)
    browser.said.clear()
    job = with_pdf.client.post("/ask", data={"question": "what score do crisp quinces get?"})
    browser.visit(f"{with_pdf.served.address}{job.headers['location']}", DESKTOP)
    assert browser.wait_for("location.pathname.startsWith('/runs/')", 30)
    browser.run(
        "[...document.querySelectorAll('a.cite')].find((a) => a.title.includes('Apples')).click()"
    )
    assert browser.wait_for("document.querySelector('#source .page-place .box')", 20)
    # The marked place of the page is in view, and in the excerpt.
    assert browser.run(
        "(() => { const box = document.querySelector('.excerpt .box').getBoundingClientRect();"
        " const own = document.querySelector('.excerpt svg').getBoundingClientRect();"
        " return box.top > own.top && box.bottom < own.bottom && box.left > own.left"
        " && own.bottom <= innerHeight && box.height > 8; })()"
    )
    assert browser.said == []


def test_a_long_quote_over_two_pages_is_marked_on_both(with_pdf):
    shown = with_pdf.client.get(f"/papers/{with_pdf.paper.key}", params={"quote": LONG}).text
    assert 'data-page="2"' in shown
    assert 'data-page="3"' in shown
    assert shown.count('class="boxes"') == 2


SHIFT = """new Promise((tell) => { let sum = 0;
new PerformanceObserver((list) => { for (const one of list.getEntries()) sum += one.value; })
  .observe({type: "layout-shift", buffered: true});
setTimeout(() => tell(sum), 600); })"""


@pytest.mark.parametrize("has_pdf", [True, False])
def test_axe_finds_nothing_in_light_and_dark_on_desktop_and_phone(with_pdf, browser, has_pdf):
    axe = importlib.resources.files("axe_core_python").joinpath("axe.min.js").read_text("utf-8")
    browser.visit(with_pdf.served.entry)
    assert browser.wait_for("location.pathname == '/ask'", 20)
    place = "&".join(f"{name}={value}" for name, value in with_pdf.place.items())
    others = with_pdf.served.desk.at_hand.papers()
    key = next(p.key for p in others if "pages_read" not in p.extra and p.abstract)
    address = f"{with_pdf.paper.key}?{place}" if has_pdf else key
    for size, is_dark in ((DESKTOP, False), (DESKTOP, True), (PHONE, True)):
        browser.said.clear()
        browser.visit(f"{with_pdf.served.address}/papers/{address}", size, is_dark=is_dark)
        assert browser.wait_for("document.querySelector('.near-papers')", 20)
        assert browser.run(SHIFT) < 0.1
        passed, found = browser.run(f"{axe};{AXE}")
        assert passed > 15
        assert found == []
        assert browser.run(OVERFLOW) <= 0
        assert browser.said == []
