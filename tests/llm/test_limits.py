"""Calls side by side: their order, their number, and how they end early."""

import threading
import time

import pytest

from reviewer.errors import ModelError
from reviewer.llm import side_by_side


def test_results_come_in_the_order_of_the_items_whichever_ends_first():
    def late(number):
        time.sleep(0.02 * (5 - number))
        return number * 10

    assert side_by_side(late, range(5), 5) == [0, 10, 20, 30, 40]


def test_nothing_to_do_gives_nothing():
    assert side_by_side(str, [], 8) == []


def test_other_work_is_done_while_the_calls_wait():
    may_end = threading.Event()
    assert side_by_side(lambda _: may_end.wait(10), [1, 2], 2, may_end.set) == [True, True]


def test_at_the_first_error_no_further_call_begins_and_none_is_waited_for():
    begun, may_end = [], threading.Event()

    def call(number):
        begun.append(number)
        if number == 0:
            raise ModelError("no")
        may_end.wait(30)

    started = time.monotonic()
    with pytest.raises(ModelError):
        side_by_side(call, range(20), 2)
    assert time.monotonic() - started < 10
    may_end.set()
    time.sleep(0.1)
    assert len(begun) <= 3


def test_an_interrupt_ends_it_though_a_call_still_runs():
    may_end = threading.Event()

    def interrupted():
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        side_by_side(lambda _: may_end.wait(30), range(4), 2, interrupted)
    may_end.set()
