"""The `review` command."""

from __future__ import annotations

import os
import sys
from contextlib import suppress


def main() -> None:
    """Run the command line and leave with its exit code.

    Once litellm is loaded, or half loaded by an interrupt, leaving goes past the interpreter's own
    tidying up: a thread that is stopped there inside an import can keep the process for ever, and
    litellm's takes most of a second, and a server's as long. Everything of ours is closed and
    written by then.
    """
    from reviewer.cli import run

    for name in ("stdout", "stderr"):
        if getattr(sys, name) is None:  # closed by who started us: what is said goes nowhere
            setattr(sys, name, open(os.devnull, "w", encoding="utf-8"))  # noqa: SIM115, PTH123
    code = run(sys.argv[1:])
    if "litellm" in sys.modules or "uvicorn" in sys.modules:
        for stream in (sys.stdout, sys.stderr):
            with suppress(OSError):
                stream.flush()
        os._exit(code)
    sys.exit(code)


if __name__ == "__main__":
    main()
