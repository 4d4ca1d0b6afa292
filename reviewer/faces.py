"""Public faces of packages: their names are imported when they are first used."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from importlib import import_module
from typing import Any


def face(package: str, homes: Mapping[str, str]) -> Callable[[str], Any]:
    """The `__getattr__` of a package whose public names come from the modules that `homes` names.
    No public name may be that of a module in the package, which would hide it.

    It raises AttributeError for any other name, as a module does.
    """

    def load(name: str) -> Any:  # noqa: ANN401  any public name
        if name not in homes:
            raise AttributeError(f"module '{package}' has no attribute '{name}'")
        return getattr(import_module(f"{package}.{homes[name]}"), name)

    return load
