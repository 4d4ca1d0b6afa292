"""Writes a file completely or not at all."""

from __future__ import annotations

import os
from pathlib import Path
from secrets import token_hex

from reviewer.errors import ReviewError, require_path


def write_whole(path: Path, content: str | bytes) -> None:
    """Writes the file completely or not at all. A link stays a link; a device or a pipe is written
    to, never replaced. Raises UsageError for an address, and ReviewError when it cannot be
    written."""
    require_path(path, "the output", "Name a file with -o.")
    whole = path.resolve()
    is_replaced = whole.is_file() or not whole.exists()
    place = whole.with_name(f".{whole.name}.{token_hex(4)}") if is_replaced else whole
    try:
        with place.open("wb") as file:
            file.write(content if isinstance(content, bytes) else content.encode(errors="replace"))
            file.flush()
            if is_replaced:
                os.fsync(file.fileno())
        if is_replaced:
            place.replace(whole)
    except OSError as error:
        raise ReviewError(
            f"{path} cannot be written: {(error.strerror or str(error)).lower()}",
            hint="Name another file with -o.",
        ) from error
    finally:
        if is_replaced:
            place.unlink(missing_ok=True)
