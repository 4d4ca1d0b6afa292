"""`review serve`."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from reviewer.cli.options import (
    EmbeddingOptions,
    ModelOptions,
    OfflineOption,
    RerankerOptions,
    command,
    option,
    settings_of,
)
from reviewer.cli.output import print_error, print_out
from reviewer.errors import ReviewError, UsageError

if TYPE_CHECKING:
    import socket

_TOKEN_VARIABLE = "REVIEW_SERVE_TOKEN"
_SHORTEST_TOKEN = 16
_LOOPBACK = ("127.0.0.1", "localhost", "::1")


@command("serve", "review serve")
def serve(
    port: Annotated[int, typer.Option(help="Where it listens.", min=0, max=65535)] = 8765,
    no_open: Annotated[bool, option(help="Open no browser.")] = False,
    host: Annotated[str, typer.Option(help="The address that it listens on.")] = "127.0.0.1",
    token_file: Annotated[str, option(help="A file with the token, for other machines.")] = "",
    url: Annotated[str, option(help="The address behind a proxy: https://papers.lab.org")] = "",
    user_header: Annotated[
        str, option(help="The header in which the proxy names the user, with --proxy.")
    ] = "",
    proxy: Annotated[list[str] | None, option(help="The proxy's IP address.")] = None,
    offline: OfflineOption = None,
    *,
    reranking: RerankerOptions,
    model: ModelOptions,
    common: EmbeddingOptions,
) -> int:
    """Open the library as a page in the browser, with an HTTP API and MCP.

    Only this machine reaches it, and only with the token in the address that is printed. For a
    phone or a lab see docs/serve.md.
    """
    settings = settings_of(reranking, model, common, offline=offline)
    token = _token(token_file)
    is_loopback = host in _LOOPBACK
    if not is_loopback and not token:
        raise UsageError(
            f"--host {host} can be reached from other machines, so it needs a token of yours",
            hint=f"Name a file with --token-file, or set {_TOKEN_VARIABLE}.",
        )
    listening = _bound(host, port)
    port = listening.getsockname()[1]
    access = _access(host, port, token, url)
    return _run(settings, access, listening, opens=not no_open and not url, is_own=not token)


def _token(file: str) -> str:
    """The token that the user set; empty for none. Raises UsageError for one that is too short."""
    import os

    token = os.environ.get(_TOKEN_VARIABLE, "")
    if file:
        try:
            token = Path(file).read_text(encoding="utf-8").strip()
        except (OSError, UnicodeDecodeError) as error:
            raise UsageError(f"{file} cannot be read", hint="Write the token into it.") from error
    if (token or file) and (len(token) < _SHORTEST_TOKEN or not token.isascii()):
        raise UsageError(
            f"the token has fewer than {_SHORTEST_TOKEN} plain letters and digits",
            hint="Make one with: openssl rand -hex 32",
        )
    return token


def _access(host: str, port: int, token: str, url: str) -> Any:  # noqa: ANN401  serve's own
    from secrets import token_urlsafe

    from reviewer.serve import Access

    token = token or token_urlsafe(32)
    if url:
        scheme, _, authority = url.rstrip("/").partition("://")
        return Access(f"{scheme}://{authority}", frozenset({authority.lower()}), token)
    names = ("127.0.0.1", "localhost") if host in _LOOPBACK else (host,)
    names = (*names, "[::1]") if host == "::1" else names
    hosts = {f"{name}:{port}" for name in names} | (set(names) if port == 80 else set())
    shown = "[::1]" if host == "::1" else host
    return Access(f"http://{shown}:{port}", frozenset(hosts), token)


def _bound(host: str, port: int) -> socket.socket:
    import socket

    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    listening = socket.socket(family, socket.SOCK_STREAM)
    listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listening.bind((host, port))
        listening.listen(128)
    except OSError as error:
        listening.close()
        raise ReviewError(
            f"port {port} of {host} cannot be used: {(error.strerror or str(error)).lower()}",
            hint="Is it running already? Choose another with --port.",
        ) from error
    return listening


def _run(
    settings: Any,  # noqa: ANN401
    access: Any,  # noqa: ANN401
    listening: socket.socket,
    *,
    opens: bool,
    is_own: bool,
) -> int:
    import threading
    import webbrowser

    import uvicorn

    from reviewer.serve import create_app, leave

    app = create_app(settings, access)

    class Server(uvicorn.Server):
        def handle_exit(self, sig: int, frame: Any) -> None:  # noqa: ANN401  a signal's frame
            leave(app)
            super().handle_exit(sig, frame)

    config = uvicorn.Config(
        app,
        http="h11",
        log_level="warning",
        access_log=False,
        server_header=False,
        proxy_headers=False,
        timeout_graceful_shutdown=3,
        timeout_keep_alive=15,
    )
    address = f"{access.origin}/" + (f"#token={access.token}" if is_own else "")
    print_out(f"{address}\n")
    print_error("This is the library's page. Ctrl-C ends it.")
    if opens:
        threading.Timer(0.5, webbrowser.open, (address,)).start()
    Server(config).run([listening])
    return 0
