"""One way to repeat a call: how often, after which pauses, and when it ends early."""

import time
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from threading import Event, Timer

import pytest

from reviewer.retry import Patience, retry, retry_after_s


class BusyError(Exception):
    """A server that may answer later, and says when if it knows."""

    def __init__(self, pause_s=None):
        super().__init__("busy")
        self.pause_s = pause_s


class Server:
    """Meets each call with the next fault; without one left it answers."""

    def __init__(self, *faults):
        self.faults = list(faults)
        self.calls = 0

    def __call__(self):
        self.calls += 1
        if self.faults:
            raise self.faults.pop(0)
        return "answer"


def asked(server, patience, sleep):
    return retry(
        server,
        patience,
        may_pass=lambda fault: isinstance(fault, BusyError),
        named_pause_s=lambda fault: fault.pause_s,
        sleep=sleep,
    )


def test_pauses_double_until_the_answer_comes():
    pauses, server = [], Server(BusyError(), BusyError(), BusyError())
    assert asked(server, Patience(4, 1.0), pauses.append) == "answer"
    assert pauses == [1.0, 2.0, 4.0]


def test_the_last_attempts_fault_is_raised_itself_and_no_pause_follows_it():
    faults = [BusyError(), BusyError(), BusyError()]
    pauses, server = [], Server(*faults)
    with pytest.raises(BusyError) as caught:
        asked(server, Patience(3, 1.0), pauses.append)
    assert caught.value is faults[-1]
    assert (server.calls, pauses) == (3, [1.0, 2.0])


def test_a_fault_that_stays_is_raised_at_once():
    pauses, server = [], Server(BusyError(), KeyError("a bug"))
    with pytest.raises(KeyError):
        asked(server, Patience(4, 1.0), pauses.append)
    assert (server.calls, pauses) == (2, [1.0])


def test_an_interrupt_is_no_fault_to_be_met_with_another_attempt():
    server = Server(KeyboardInterrupt())
    with pytest.raises(KeyboardInterrupt):
        asked(server, Patience(4, 1.0), pytest.fail)
    assert server.calls == 1


def test_a_named_pause_stands_in_for_the_grown_one_which_grows_on():
    pauses, server = [], Server(BusyError(7.0), BusyError(), BusyError(0.0))
    asked(server, Patience(4, 1.0), pauses.append)
    assert pauses == [7.0, 2.0, 0.0]


def test_chance_adds_no_more_than_the_jitter():
    pauses, server = [], Server(*(BusyError() for _ in range(5)))
    asked(server, Patience(6, 1.0, jitter_s=0.5), pauses.append)
    least = [1.0, 2.0, 4.0, 8.0, 16.0]
    assert all(low <= pause <= low + 0.5 for low, pause in zip(least, pauses, strict=True))
    assert pauses != least


@pytest.mark.parametrize("end", [{"longest_pause_s": 60.0}, {"total_s": 60.0}])
def test_a_pause_beyond_the_limit_is_not_begun(end):
    server = Server(BusyError(61.0))
    with pytest.raises(BusyError):
        asked(server, Patience(4, 1.0, **end), pytest.fail)
    assert server.calls == 1


def test_the_longest_pause_itself_is_waited_for():
    pauses = []
    assert asked(Server(BusyError(60.0)), Patience(2, 1.0, longest_pause_s=60.0), pauses.append)
    assert pauses == [60.0]


def test_the_time_that_attempts_take_counts_towards_the_whole():
    def slow():
        time.sleep(0.03)
        raise BusyError(0.03)

    began = time.monotonic()
    with pytest.raises(BusyError):
        asked(slow, Patience(1000, 1.0, total_s=0.2), time.sleep)
    assert time.monotonic() - began < 5


def test_a_pause_ends_when_the_run_is_closed():
    closed = Event()
    Timer(0.05, closed.set).start()
    began = time.monotonic()
    assert asked(Server(BusyError(30.0)), Patience(2, 1.0), closed.wait) == "answer"
    assert time.monotonic() - began < 10


@pytest.mark.parametrize(
    ("header", "seconds"),
    [
        ("0", 0.0), ("7", 7.0), (" 120 ", 120.0), ("0.4", 0.4), ("007", 7.0),
        ("Wed, 21 Oct 2015 07:28:00 GMT", 0.0), ("Wed, 21 Oct 2015 07:28:00", 0.0),
    ],
)  # fmt: skip
def test_retry_after_is_a_number_or_a_date(header, seconds):
    assert retry_after_s(header) == seconds


def test_a_date_to_come_is_so_many_seconds_away():
    until = datetime.now(UTC) + timedelta(seconds=30)
    assert 28 < retry_after_s(format_datetime(until, usegmt=True)) <= 30


@pytest.mark.parametrize(
    "header",
    [
        "", " ", "soon", "-3", "+3", "nan", "inf", "1e9", "1_000", ".5", "5.", "٣", "²", "7 s",
        "Wed, 32 Oct 2026 07:28:00 GMT", "Wed, 21 Oct 2026 07:28:00 +99999999999999999999",
    ],
)  # fmt: skip
def test_any_other_retry_after_is_none(header):
    assert retry_after_s(header) is None
