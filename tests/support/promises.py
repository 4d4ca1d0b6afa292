"""The marker of tests that keep a promise, and docs/promises.md, which is made from them.

`python -m tests.support.promises` brings the table's rows up to the marked tests; `make promises`
runs them with their full counts and writes what came of it.
"""

from __future__ import annotations

import ast
import os
import subprocess
import time
from pathlib import Path
from typing import NamedTuple, TypeVar

import pytest

ROOT = Path(__file__).resolve().parent.parent.parent
PAGE = ROOT / "docs" / "promises.md"
T = TypeVar("T")
IS_FULL = os.environ.get("REVIEW_PROMISES") == "full"
_NOT_RUN = "not run with full counts yet"
_INTRODUCTION = """# Promises

Each line is a test that is marked with its promise (`tests/support/promises.py`). `make promises`
runs them with the counts below and writes this page; `make test` runs each with a few rounds. A
count is what the test repeats: kills, damages, questions, command lines. What is promised to whom,
and what is not, is in `docs/security.md`.

| promise | how it is tested | count | last result |
|---|---|---|---|
"""


class Promise(NamedTuple):
    """One marked test: what is promised, how that is tested, and how often with full counts."""

    text: str
    how: str
    full: int


def count(full: T, few: T) -> T:
    """How often, or what, in this run; for tests whose number is set where they are written."""
    return full if IS_FULL else few


def promise(text: str, how: str, *, full: int = 1, few: int = 1) -> pytest.MarkDecorator:
    """Mark a test as one that keeps the promise `text`, tested as `how` says, both as literals and
    without `|`. The test's `rounds` argument is `full` under `make promises`, else `few`. A test
    with parameters counts once for each."""
    return pytest.mark.promise(text, how, full=full, few=few)


@pytest.fixture
def rounds(request: pytest.FixtureRequest) -> int:
    """How often the marked test is to repeat what it does."""
    marker = request.node.get_closest_marker("promise")
    return count(marker.kwargs["full"], marker.kwargs["few"])


def marked() -> list[Promise]:
    """Every promise in the tests, in the order of files and lines."""
    found = []
    for path in sorted((ROOT / "tests").rglob("test_*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.FunctionDef | ast.ClassDef):
                found += [_written(d) for d in node.decorator_list if _is_promise(d)]
    return list(dict.fromkeys(found))


def _is_promise(node: ast.expr) -> bool:
    return isinstance(node, ast.Call) and ast.unparse(node.func).split(".")[-1] == "promise"


def _written(call: ast.Call) -> Promise:
    text, how = (ast.literal_eval(argument) for argument in call.args)
    named = {keyword.arg: ast.literal_eval(keyword.value) for keyword in call.keywords}
    return Promise(text, how, named.get("full", 1))


def kept_results() -> dict[tuple[str, str], tuple[str, str]]:
    """Count and last result of each row of the page, by promise and way."""
    if not PAGE.is_file():
        return {}
    lines = PAGE.read_text(encoding="utf-8").partition("|---|---|---|---|\n")[2].splitlines()
    cells = [[cell.strip() for cell in line.strip("|").split("|")] for line in lines]
    return {(row[0], row[1]): (row[2], row[3]) for row in cells if len(row) == 4}


def write_page(results: dict[tuple[str, str], tuple[str, str]]) -> None:
    """Keep the page: a row a marked test, with these results, else those that it had."""
    kept = kept_results()
    rows = []
    for found in marked():
        key = (found.text, found.how)
        number, result = results.get(key) or kept.get(key) or (str(found.full), _NOT_RUN)
        rows.append(f"| {found.text} | {found.how} | {number} | {result} |\n")
    PAGE.write_text(_INTRODUCTION + "".join(dict.fromkeys(rows)), encoding="utf-8")


_outcomes: dict[tuple[str, str], dict[str, int]] = {}


def pytest_runtest_setup(item: pytest.Item) -> None:
    marker = item.get_closest_marker("promise")
    if marker is not None:
        number = count(marker.kwargs["full"], marker.kwargs["few"])
        item.user_properties.append(("promise", [*marker.args, number]))


def pytest_runtest_logreport(report: pytest.TestReport) -> None:
    for name, value in report.user_properties:
        if name == "promise" and (report.when == "call" or report.outcome != "passed"):
            text, how, number = value
            tally = _outcomes.setdefault((text, how), {})
            tally[report.outcome] = tally.get(report.outcome, 0) + number


def pytest_sessionfinish(session: pytest.Session) -> None:
    if IS_FULL and not hasattr(session.config, "workerinput") and _outcomes:
        write_page({key: _in_words(tally) for key, tally in _outcomes.items()})


def _in_words(tally: dict[str, int]) -> tuple[str, str]:
    """The count and the result of one row, with the day and the commit."""
    total = sum(tally.values())
    if tally.get("failed"):
        result = f"**broken** in {tally['failed']}"
    elif not tally.get("passed"):
        result = "skipped here"
    else:
        result = "held" + (f", {tally['skipped']} skipped" if tally.get("skipped") else "")
    day = time.strftime("%d %b %Y").lstrip("0")
    return f"{total:,}", f"{result}, {day}, {_commit()}"


def _commit() -> str:
    done = subprocess.run(
        ["git", "rev-parse", "--short", "HEAD"], capture_output=True, text=True, cwd=ROOT
    )
    return done.stdout.strip() or "no commit"


if __name__ == "__main__":
    write_page({})
