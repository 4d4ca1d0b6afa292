"""`review tidy` deletes old runs, steps and replies, and nothing else."""

from datetime import UTC, datetime

import pytest

from reviewer.cli import run
from reviewer.errors import UsageError
from reviewer.library import Library, forget_before
from reviewer.library.storage.steps import Steps, key_of
from reviewer.library.tidy import first_day_kept
from reviewer.types.runs import Run, Usage

NOW = datetime(2026, 11, 30, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    ("older", "day"),
    [("1d", "2026-11-29"), ("180d", "2026-06-03"), (" 2W ", "2026-11-16"), ("1y", "2025-11-30")],
)
def test_a_length_of_time_reaches_back_to_a_day(older, day):
    assert first_day_kept(older, NOW) == day


@pytest.mark.parametrize("older", ["", "0d", "soon", "180", "-3d", "1.5y", "99999y", "d"])
def test_what_is_no_length_of_time_is_refused(older):
    with pytest.raises(UsageError, match="is not a length of time"):
        first_day_kept(older, NOW)


def with_old_work(library):
    """An old and a new run, step and reply."""
    ledger, steps = library.ledger, Steps(library.database)
    ledger.save(Run(id="old", command="ask", question="q", started="2026-01-05T10:00:00Z"))
    ledger.save(Run(id="new", command="ask", question="q", started="2026-11-05T10:00:00Z"))
    for name in ("old", "new"):
        ledger.keep(name, "reply", "m")
        steps.keep(key_of("card", [name]), "card", Usage(model=name))
    with library.database.transaction():
        run_it = library.database.run
        run_it("UPDATE replies SET kept = '2026-01-05 10:00:00' WHERE key = 'old'")
        run_it(
            "UPDATE steps SET made = '2026-01-05T10:00:00+00:00' WHERE key = ?",
            (key_of("card", ["old"]),),
        )
    return steps


def test_old_work_goes_and_papers_and_new_work_stay(sample_library):
    steps = with_old_work(sample_library)
    papers = sample_library.papers()
    trial = forget_before("2026-06-01", sample_library.database, is_trial=True)
    assert (trial.runs, trial.steps, trial.replies) == (1, 1, 1)
    assert sample_library.ledger.find("old") == "reply"
    assert forget_before("2026-06-01", sample_library.database).replies == 1
    assert [kept.id for kept in sample_library.ledger.runs()] == ["new"]
    assert sample_library.ledger.find("old") is None
    assert sample_library.ledger.find("new") == "reply"
    assert steps.find(key_of("card", ["old"]), Usage) is None
    assert steps.find(key_of("card", ["new"]), Usage) == Usage(model="new")
    assert sample_library.papers() == papers
    assert forget_before("2026-06-01", sample_library.database).runs == 0


def test_the_command_says_how_much_it_deleted(tmp_path, capsys):
    with Library(tmp_path / "l") as library:
        with_old_work(library)
    place = ["--library", str(tmp_path / "l")]
    assert run(["tidy", "--older", "60d", "--dry-run", *place]) == 0
    assert "1 run, 1 step and 1 reply from before" in capsys.readouterr().out
    assert run(["tidy", "--older", "60d", "--json", *place]) == 0
    assert '"replies": 1' in capsys.readouterr().out
    assert run(["tidy", "--older", "60d", *place]) == 0
    assert "0 runs, 0 steps and 0 replies" in capsys.readouterr().out
    assert run(["tidy", *place]) == 2
