"""The pages as a browser, axe-core and a phone see them."""

from __future__ import annotations

import importlib.resources

import pytest

from reviewer.library.decisions import paper_pairs
from tests.conftest import write_listing
from tests.serve.conftest import Served
from tests.support.browser import DESKTOP, PHONE

AXE = """(() => {
for (const details of document.querySelectorAll("details:not(.pop, .menu)")) details.open = true;
return axe.run(document, {resultTypes: ["violations"]}).then((found) => [found.passes.length,
  found.violations.map((v) => [v.impact, v.id, v.nodes[0].html.slice(0, 200)])]);
})()"""
OVERFLOW = "document.documentElement.scrollWidth - document.documentElement.clientWidth"
ONE = {"title": "ImitAL: Learned Active Learning Strategy on Synthetic Data", "year": 2022}
OTHER = {"title": "ImitAL: Learning Active Learning Strategies from Synthetic Data", "year": 2021}
PAGES = (
    "/library", "/library?q=reinforcement+learning", "/library?lacks=doi&tag=rl&first_year=2000",
    "/library?q=zzzz", "/library/duplicates", "/library/searches", "/library/files", "/ask",
    "RUN", "NONE", "/runs", "COMPARE", "/nowhere", "ADDED",
)  # fmt: skip


@pytest.fixture(scope="module")
def shown(kept_library, tmp_path_factory):
    """A library with something on every page, and where each page is."""
    import shutil

    from reviewer.settings import Settings

    folder = tmp_path_factory.mktemp("look")
    shutil.copytree(kept_library, folder / "library")
    settings = Settings(library=str(folder / "library"), embedding="none", offline=True)
    served = Served(settings)
    listing = write_listing(folder / "two.jsonl", ONE, OTHER)
    with served.desk.shared.writing() as library:
        library.add([listing, str(folder / "missing.bib")])
        keys = [paper.key for paper in library.papers()]
        library.change(
            keys[:1], lambda p: p.model_copy(update={"tags": ("rl",), "retracted": True})
        )
        assert paper_pairs(library, "doubtful")
    post = served.client.post
    post("/library/searches", data={"name": "skills", "question": "new skills"})
    added = post("/library/adds", files=[("files", ("bad.pdf", b"%PDF-1.4 broken"))])
    job = added.headers["location"].rpartition("/")[2]
    served.desk.jobs.wait(job, 20)
    places = {"ADDED": f"/jobs/{job}"}
    for name, question in (("RUN", "does RL teach new skills?"), ("NONE", "zebra stripes?")):
        asked = post("/ask", data={"question": question}).headers["location"]
        served.desk.jobs.wait(asked.rpartition("/")[2], 20) if "/jobs/" in asked else None
        places[name] = served.client.get(asked, follow_redirects=True).url.path
    runs = [places[name].rpartition("/")[2] for name in ("RUN", "NONE")]
    places["COMPARE"] = f"/runs/compare?run={runs[0]}&run={runs[1]}"
    yield served, places
    served.close()


@pytest.fixture
def visit(shown, browser):
    served, places = shown
    browser.visit(served.entry)
    assert browser.wait_for("location.pathname == '/ask' && document.readyState == 'complete'", 20)

    def visit_page(name, size=DESKTOP, *, is_dark=False):
        browser.said.clear()
        browser.asked.clear()
        return browser.visit(served.address + places.get(name, name), size, is_dark=is_dark)

    return visit_page


@pytest.mark.parametrize("name", PAGES)
def test_axe_finds_nothing_in_light_and_dark_on_desktop_and_phone(visit, shown, name):
    axe = importlib.resources.files("axe_core_python").joinpath("axe.min.js").read_text("utf-8")
    for size, is_dark in ((DESKTOP, False), (PHONE, True)):
        browser = visit(name, size, is_dark=is_dark)
        passed, found = browser.run(f"{axe};{AXE}")
        assert passed > 15
        assert found == []
        assert browser.run(OVERFLOW) <= 0
        expected = [] if name != "/nowhere" else browser.said
        assert browser.said == expected
        own = shown[0].address
        assert all(address.startswith((own, "about:")) for address in browser.asked)


def test_the_menu_of_a_phone_opens_without_a_script(visit):
    browser = visit("/library", PHONE)
    assert (
        browser.run("getComputedStyle(document.querySelector('.top > .places')).display") == "none"
    )
    browser.tap(".menu summary")
    assert browser.run("document.querySelector('.menu nav').checkVisibility()")
    assert browser.run("document.querySelectorAll('.menu nav a').length") >= 3


def test_keys_move_through_rows_choose_them_and_open_pages(visit):
    browser = visit("/library")

    def press(key):
        for kind in ("keyDown", "keyUp"):
            text = {"text": key} if kind == "keyDown" else {}
            browser.send("Input.dispatchKeyEvent", type=kind, key=key, **text)

    press("j")
    press("j")
    assert (
        browser.run(
            "[...document.querySelectorAll('.row')].indexOf(document.querySelector('.row.at'))"
        )
        == 1
    )
    press("x")
    assert browser.run("document.querySelector('.how-many').textContent") == "1 chosen"
    press("k")
    assert (
        browser.run(
            "[...document.querySelectorAll('.row')].indexOf(document.querySelector('.row.at'))"
        )
        == 0
    )
    press("/")
    assert browser.run("document.activeElement.name") == "q"
    press("j")
    assert browser.run("document.activeElement.value") == "j"
    browser.press("Escape")
    press("?")
    assert browser.wait_for("document.querySelector('#keys[open]')")
    browser.press("Escape")
    press("g")
    press("r")
    assert browser.wait_for("location.pathname == '/runs'")


def test_keys_that_are_switched_off_do_nothing(visit):
    browser = visit("/library")
    browser.run("document.querySelector('[data-keys-switch]').click()")
    browser.send("Input.dispatchKeyEvent", type="keyDown", key="j", text="j")
    assert browser.run("document.querySelector('.row.at')") is None
    browser.run("document.querySelector('[data-keys-switch]').click()")
    browser.send("Input.dispatchKeyEvent", type="keyDown", key="j", text="j")
    assert browser.run("Boolean(document.querySelector('.row.at'))")
