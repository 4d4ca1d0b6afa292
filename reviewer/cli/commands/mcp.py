"""`review mcp`."""

from __future__ import annotations

from typing import Annotated

from reviewer.cli.options import (
    EmbeddingOptions,
    ModelOptions,
    OfflineOption,
    RerankerOptions,
    command,
    option,
    settings_of,
)
from reviewer.cli.output import print_out


@command("mcp", "review mcp --install claude-code")
def mcp(
    install: Annotated[
        str, option(help="Print what to paste into this host, and how; writes nothing.")
    ] = "",
    offline: OfflineOption = None,
    *,
    reranking: RerankerOptions,
    model: ModelOptions,
    common: EmbeddingOptions,
) -> None:
    """Serve the library to an assistant (Model Context Protocol, over standard input and output).

    The assistant searches, reads with numbered sentences, and gives its claims to `cite` or its
    text to `check_draft`, where code checks every quote. A model is used only if one is set here.
    """
    settings = settings_of(reranking, model, common, offline=offline)
    if install:
        from reviewer.mcp import how_to_install

        print_out(how_to_install(install, _arguments(settings.library, settings.model)))
        return
    from reviewer.mcp import serve

    serve(settings)


def _arguments(library: str, model: str) -> list[str]:
    """What the host gives to `review mcp`: a host starts it in a folder of its own, so the library
    is always named."""
    from pathlib import Path

    named = ["--library", str(Path(library).absolute())]
    return [*named, *(["--model", model] if model else [])]
