"""Public faces of packages: names that are imported when they are first used."""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import cache
from importlib import import_module
from typing import Any

# A regular expression: to load `ast` and parse costs 2 ms a process.
_IMPORT = re.compile(r"^ +from ([\w.]+) import (\w+) as \2$", re.MULTILINE)


def face(package: str) -> Callable[[str], Any]:
    """The `__getattr__` of a package. The public names are those that its `__init__` imports for
    type checkers (`from module import name as name`); it is read at the first use of one of them.
    No public name may be the name of a module in the package, which would hide it.

    The `__getattr__` raises AttributeError for any other name but `__all__`, as a module does.
    """

    @cache
    def homes() -> dict[str, str]:
        import pkgutil

        source = (pkgutil.get_data(package, "__init__.py") or b"").decode()
        return {name: module for module, name in _IMPORT.findall(source)}

    def load(name: str) -> Any:  # noqa: ANN401  any public name
        if name == "__all__":
            return list(homes())
        if name not in homes():
            raise AttributeError(f"module '{package}' has no attribute '{name}'")
        return getattr(import_module(homes()[name]), name)

    return load
