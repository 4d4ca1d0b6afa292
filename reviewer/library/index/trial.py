"""Opens a Chroma folder for the first time in a process of its own, where a crash hurts nobody."""

from __future__ import annotations

import sys
from pathlib import Path

from reviewer.library.index.chroma import IndexDamagedError, Vectors
from reviewer.processes import run_module

_MOST_SECONDS = 60.0
_SAMPLE = 20
_FREE_MEMORY = 4_000_000_000  # bytes of addresses that Chroma and numpy take before any index
_MANY_TIMES = 8  # so many bytes of addresses for each byte of the index


def opens_well(folder: Path, rows: int) -> bool:
    """True when another process could open the index within its limits, counts `rows` in it, and
    finds a sample of its own vectors. False also where no process can be started."""
    try:
        outcome = run_module(
            "reviewer.library.index.trial", [str(folder), str(rows)], b"", _MOST_SECONDS
        )
    except OSError:
        return False
    return outcome.code == 0


def _limit(size: int) -> None:
    """What damaged files may make this process take, where the system has such limits."""
    try:
        import resource
    except ImportError:  # on Windows the time alone is limited
        return
    memory = _FREE_MEMORY + _MANY_TIMES * size
    for limit, most in (
        (resource.RLIMIT_AS, memory),
        (resource.RLIMIT_FSIZE, 2 * size + 1_000_000),
        (resource.RLIMIT_CORE, 0),
    ):
        hard = resource.getrlimit(limit)[1]
        resource.setrlimit(limit, (most if hard < 0 else min(most, hard), hard))


def _try(folder: Path, rows: int) -> bool:
    index = Vectors(folder)
    try:
        return index.count() == rows and index.finds_its_own(_SAMPLE)
    finally:
        index.close()


def _size_of(folder: Path) -> int:
    return sum(path.stat().st_size for path in folder.rglob("*") if path.is_file())


def main() -> int:
    folder, rows = Path(sys.argv[1]), int(sys.argv[2])
    _limit(_size_of(folder))
    try:
        return 0 if _try(folder, rows) else 1
    except IndexDamagedError:
        return 1


if __name__ == "__main__":
    sys.exit(main())
