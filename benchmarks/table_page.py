"""How fluent the page of a large table is in Chromium, on a copy of a library.

    python benchmarks/table_page.py --library LIBRARY [--papers 200]

Makes a table of so many papers by 12 columns without a model, and measures the page's bytes, the
frames while it is scrolled both ways, a sort by each of four columns, the filter, and a cell that
is opened, all in milliseconds.
"""

from __future__ import annotations

import argparse
import shutil
import tempfile
from pathlib import Path

from reviewer.settings import Settings
from tests.serve.conftest import Served
from tests.support.browser import Browser

TOPIC = "reinforcement learning with language models"
COLUMNS = (
    "task", "method", "data", "main result", "limits", "reward", "base model", "gain (number)",
    "size (number)", "algorithm", "benchmark", "trained (yes/no)",
)  # fmt: skip
SCROLL = """new Promise((done) => {
  const grid = document.getElementById("grid"), times = [];
  let last = performance.now();
  const step = (now) => {
    times.push(Math.round(now - last));
    last = now;
    grid.scrollTop += 400;
    grid.scrollLeft = (times.length % 20) * 60;
    if (times.length < 60) requestAnimationFrame(step);
    else done(times.sort((a, b) => a - b));
  };
  requestAnimationFrame(step);
})"""
TIMED = """new Promise((done) => {
  const from = performance.now();
  const end = () => requestAnimationFrame(() =>
    setTimeout(() => done(Math.round(performance.now() - from))));
  %s
})"""
SORT = "document.querySelector('#grid [data-sort=\"%s\"]').click(); end();"
FILTER = """const field = document.getElementById("filter");
  field.value = "reward"; field.dispatchEvent(new Event("input", {bubbles: true})); end();"""
OPEN = """document.addEventListener("swapped", end, {once: true});
  document.querySelector("#grid .cell.filled").click();"""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--library", required=True, type=Path)
    parser.add_argument("--papers", type=int, default=200)
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        copy = Path(folder) / "library"
        shutil.copytree(given.library, copy)
        served = Served(Settings(library=str(copy), offline=True))
        browser = Browser(Path(folder))
        try:
            measure(served, browser, given.papers)
        finally:
            browser.close()
            served.close()


def measure(served: Served, browser: Browser, papers: int) -> None:
    asked = {"topic": TOPIC, "columns": [*COLUMNS], "papers": papers}
    made = served.client.post("/api/v1/tables", json=asked, headers={"Prefer": "wait=60"}).json()
    address = f"/tables/{made['table_id']}"
    print(f"{len(made['rows'])} papers, {len(served.client.get(address).content):,} bytes")
    browser.visit(served.entry)
    browser.wait_for("location.pathname == '/ask'", 20)
    browser.visit(served.address + address)
    frames = browser.run(SCROLL)
    print(f"frames: median {frames[30]}, 95% {frames[56]}, longest {frames[-1]}")
    orders = ("title", "gain", "year", "size") * 2
    print(f"sorts: {sorted(browser.run(TIMED % (SORT % name)) for name in orders)}")
    print(f"filter: {browser.run(TIMED % FILTER)}")
    browser.visit(served.address + address)
    print(f"a cell is opened: {browser.run(TIMED % OPEN)}")


if __name__ == "__main__":
    main()
