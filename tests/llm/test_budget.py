"""A budget that several processes share: what is held back, counted and given back."""

import pytest

from reviewer.llm import LimitError, SharedBudget
from reviewer.llm.budget import Account


@pytest.fixture
def accounts(library):
    """Three workers of one run, each with the whole budget of 1 USD."""
    shared = SharedBudget(library.ledger, "night")
    return [Account("m", 1.0, None, shared) for _ in range(3)]


def spent(library):
    return pytest.approx(library.ledger.spent_usd("night"), abs=1e-9)


def test_what_one_worker_spent_the_others_have_not(library, accounts):
    one, other, third = accounts
    held = one.begin(0.1)
    one.charge(10, 10, 0.7)
    one.end(held, 1.0)
    assert spent(library) == 0.7
    held = other.begin(0.3)
    with pytest.raises(LimitError, match=r"would pass the budget of \$1; \$1.0000 is spent"):
        third.begin(0.01)
    other.end(held, 1.0)
    assert spent(library) == 0.7


def test_a_call_that_fails_gives_back_what_was_held_for_it(library, accounts):
    held = accounts[0].begin(0.9)
    assert spent(library) == 0.9
    accounts[0].end(held, 1.0)
    assert spent(library) == 0.0
    accounts[1].begin(1.0)


def test_as_much_is_held_as_the_dearest_call_cost(library, accounts):
    one = accounts[0]
    held = one.begin(0.01)
    one.charge(10, 1000, 0.4)
    one.end(held, 1.0)
    assert one.begin(0.01) == 0.4
    assert spent(library) == 0.8
    with pytest.raises(LimitError):
        one.begin(0.01)


def test_a_run_of_another_name_has_a_budget_of_its_own(library, accounts):
    accounts[0].begin(1.0)
    Account("m", 1.0, None, SharedBudget(library.ledger, "day")).begin(1.0)


def test_without_a_budget_nothing_is_counted(library):
    account = Account("m", None, None, SharedBudget(library.ledger, "night"))
    held = account.begin(0.5)
    account.charge(1, 1, 0.5)
    account.end(held, 1.0)
    assert library.ledger.spent_usd("night") == 0.0
