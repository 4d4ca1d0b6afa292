"""The command line: the only package that prints. `run` is its one entry."""

from __future__ import annotations

from typing import TYPE_CHECKING

from reviewer.faces import face

FACE = {"run": "app"}

if TYPE_CHECKING:
    from reviewer.cli.app import run as run
else:
    __getattr__ = face(__name__, FACE)
