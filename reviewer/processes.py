"""Starts other programs: a module of this package with a time limit, a viewer. Never a shell."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

_AT_PAGE = (("evince", "--page-index"), ("okular", "--page"), ("zathura", "--page"))


@dataclass(frozen=True)
class Outcome:
    """How a child ended: `code` is negative for a signal; None when its time ran out. `errors` is
    what it said on standard error, where that is kept."""

    code: int | None
    output: bytes
    errors: bytes = b""


def run_module(module: str, arguments: Sequence[str], data: bytes, seconds: float) -> Outcome:
    """Run a module of this package with `data` on standard input. It is stopped when its time
    runs out or this process is interrupted. Raises OSError where no process can be started."""
    roots = [str(Path(__file__).resolve().parent.parent), os.environ.get("PYTHONPATH", "")]
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(r for r in roots if r)}
    # -P: a file in the current folder must not stand in for one of Python's own modules.
    command = [sys.executable, "-P", "-m", module, *arguments]
    try:
        done = subprocess.run(
            command,
            input=data,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            timeout=seconds,
            env=environment,
            check=False,
        )
    except subprocess.TimeoutExpired:
        return Outcome(None, b"")
    return Outcome(done.returncode, done.stdout)


def run_program(name: str, arguments: Sequence[str], data: bytes, seconds: float) -> Outcome | None:
    """Run a program that is on the PATH, with `data` on standard input, within the limits of this
    process; None where it is not there or cannot be started. It is stopped when its time runs
    out."""
    program = shutil.which(name)
    if program is None:
        return None
    try:
        done = subprocess.run(
            [program, *arguments], input=data, capture_output=True, timeout=seconds, check=False
        )
    except subprocess.TimeoutExpired:
        return Outcome(None, b"")
    except OSError:
        return None
    return Outcome(done.returncode, done.stdout, done.stderr)


def open_file(file: Path, page: int | None = None) -> bool:
    """Hand a file to a viewer, at the page if a viewer that takes pages is known, and do not
    wait for it. False without a viewer."""
    if sys.platform == "win32":
        os.startfile(file)
        return True
    is_mac = sys.platform == "darwin"
    if not is_mac and not any(os.environ.get(name) for name in ("DISPLAY", "WAYLAND_DISPLAY")):
        return False
    viewers = [(name, f"{flag}={page}") for name, flag in _AT_PAGE] if page and not is_mac else []
    for name, *flags in (*viewers, ("open" if is_mac else "xdg-open",)):
        if program := shutil.which(name):
            subprocess.Popen(
                [program, *flags, str(file)],
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
                start_new_session=True,
            )
            return True
    return False
