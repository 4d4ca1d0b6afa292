"""Public faces of packages: names that are imported when they are first used."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from importlib import import_module
from typing import Any


def face(package: str, homes: Mapping[str, str]) -> Callable[[str], Any]:
    """The `__getattr__` of a package; `homes` gives the module of each public name. No public name
    may be the name of a module in the package, which would hide it.

    The `__getattr__` raises AttributeError for any other name, as a module does.
    """

    def load(name: str) -> Any:  # noqa: ANN401  any public name
        if name not in homes:
            raise AttributeError(f"module '{package}' has no attribute '{name}'")
        return getattr(import_module(f"{package}.{homes[name]}"), name)

    return load
