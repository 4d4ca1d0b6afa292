"""docs/promises.md lists what the tests promise, and nothing else."""

import pytest

from tests.support import promises
from tests.support.promises import Promise, kept_results, marked


def test_every_marked_promise_stands_in_the_table_and_no_other():
    table, tests = set(kept_results()), {(found.text, found.how) for found in marked()}
    assert tests, "no test is marked"
    assert table == tests, "docs/promises.md is behind: run python -m tests.support.promises"


def test_no_promise_breaks_the_table():
    for found in marked():
        assert not set("|\n") & set(found.text + found.how), found


@pytest.fixture
def page(tmp_path, monkeypatch):
    """A page of its own, made from two promises."""
    monkeypatch.setattr(promises, "PAGE", tmp_path / "promises.md")
    found = [Promise("a holds", "10 kills", 10), Promise("b holds", "5 cuts", 5)]
    monkeypatch.setattr(promises, "marked", lambda: found)
    promises.write_page({("a holds", "10 kills"): ("10", "held, 1 May 2026, abc")})
    return found


def test_a_result_is_kept_until_the_promise_is_run_again_or_gone(page):
    assert kept_results()[("b holds", "5 cuts")] == ("5", "not run with full counts yet")
    promises.write_page({("b holds", "5 cuts"): ("5", "held, 2 May 2026, abd")})
    assert kept_results()[("a holds", "10 kills")] == ("10", "held, 1 May 2026, abc")
    assert kept_results()[("b holds", "5 cuts")] == ("5", "held, 2 May 2026, abd")
    del page[0]
    promises.write_page({})
    assert set(kept_results()) == {("b holds", "5 cuts")}


@pytest.mark.parametrize(
    ("tally", "number", "said"),
    [
        ({"passed": 200}, "200", "held, "),
        ({"passed": 190, "failed": 10}, "200", "**broken** in 10"),
        ({"passed": 2, "skipped": 1}, "3", "held, 1 skipped"),
        ({"skipped": 1}, "1", "skipped here"),
    ],
)
def test_a_failure_is_never_written_as_held(tally, number, said):
    counted, result = promises._in_words(tally)
    assert counted == number
    assert result.startswith(said)
