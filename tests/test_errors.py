"""Errors: the tree of them in the docstring of `reviewer.errors` is the real one."""

import importlib
import pkgutil
import textwrap

import pytest

import reviewer
from reviewer import errors
from reviewer.errors import ReviewError


def branches(kind, depth=0):
    """A class and the package's own subclasses below it, a line each, by name."""
    yield "    " * depth + kind.__name__
    own = [sub for sub in kind.__subclasses__() if sub.__module__.split(".")[0] == "reviewer"]
    for sub in sorted(own, key=lambda sub: sub.__name__):
        yield from branches(sub, depth + 1)


@pytest.fixture(scope="module")
def _every_module_is_imported():
    for module in pkgutil.walk_packages(reviewer.__path__, "reviewer."):
        importlib.import_module(module.name)


@pytest.mark.usefixtures("_every_module_is_imported")
def test_the_tree_in_the_docstring_names_every_error_under_its_parent():
    tree = errors.__doc__.partition("    ReviewError\n")
    told = textwrap.dedent(tree[1] + tree[2]).rstrip("\n").splitlines()
    assert told == list(branches(ReviewError))


@pytest.mark.usefixtures("_every_module_is_imported")
def test_no_two_errors_have_one_name():
    names = [line.strip() for line in branches(ReviewError)]
    assert len(set(names)) == len(names)
