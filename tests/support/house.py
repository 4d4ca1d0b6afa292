"""The structure of `reviewer/` as its imports say it; the picture in docs/architecture.md."""

from __future__ import annotations

import ast
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent
PACKAGE = ROOT / "reviewer"


@dataclass(frozen=True)
class Import:
    """`is_early`: it stands at module level and is not for type checkers alone."""

    module: str
    names: tuple[str, ...]
    is_early: bool


def modules() -> list[Path]:
    return sorted(PACKAGE.rglob("*.py"))


def module_name(path: Path) -> str:
    """The dotted name below `reviewer`: empty for its own `__init__`."""
    name = ".".join(path.relative_to(PACKAGE).with_suffix("").parts)
    return "" if name == "__init__" else name.removesuffix(".__init__")


def imports(path: Path) -> Iterator[Import]:
    tree = ast.parse(path.read_text(encoding="utf-8"))
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (Import(alias.name, (), node in tree.body) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            names = tuple(alias.name for alias in node.names)
            yield Import(node.module or "", names, node in tree.body)


def floors() -> list[list[str]]:
    """The floors that import-linter checks, from the top."""
    settings = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    (contract,) = settings["tool"]["importlinter"]["contracts"]
    return [[name.strip() for name in floor.split("|")] for floor in contract["layers"]]


def edges() -> dict[str, set[str]]:
    """Which packages and flat modules each of them imports."""
    found: dict[str, set[str]] = {name: set() for floor in floors() for name in floor}
    for path in modules():
        own = module_name(path).split(".")[0]
        if own not in found:
            continue
        for one in imports(path):
            parts = one.module.split(".")
            targets = parts[1:2] if parts[0] == "reviewer" else []
            if one.module == "reviewer":
                targets = [name for name in one.names if name in found]
            found[own] |= set(targets) - {own}
    return found


def picture() -> str:
    """A line a package, floor by floor from the top: its sub-packages and what it imports."""
    order, imported = [name for floor in floors() for name in floor], edges()
    lines = []
    for floor in floors():
        for name in floor:
            inner = sorted(p.parent.name for p in (PACKAGE / name).glob("*/__init__.py"))
            below = [other for other in order if other in imported[name]]
            lines.append(f"{name:<10} {' '.join(inner):<48} -> {' '.join(below)}".rstrip(" ->"))
        lines.append("-" * 12)
    return "\n".join(lines[:-1])
