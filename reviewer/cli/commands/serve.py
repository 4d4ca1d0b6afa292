"""`review serve`."""

from __future__ import annotations

import gc
import os
import socket
import sys
from dataclasses import dataclass
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
    from reviewer.serve import Access
    from reviewer.settings import Settings

_TOKEN_VARIABLE = "REVIEW_SERVE_TOKEN"
_SHORTEST_TOKEN = 16
_LOOPBACK = ("127.0.0.1", "localhost", "::1")
_ALL = ("0.0.0.0", "::", "")
_WAITING = 128  # connections that wait to be accepted
_GRACE_S = 3  # for answers under way when the server ends
_IDLE_S = 15  # of a connection between two requests


@dataclass(frozen=True)
class ServeOptions:
    """Where the server listens, and who may ask it."""

    port: Annotated[int, typer.Option(help="Where it listens; 0: any.", min=0, max=65535)] = 8765
    no_open: Annotated[bool, option(help="Open no browser.")] = False
    host: Annotated[str, typer.Option(help="The address that it listens on.")] = "127.0.0.1"
    token_file: Annotated[
        str, option(help=f"A file with the token, in place of {_TOKEN_VARIABLE}.")
    ] = ""
    url: Annotated[str, option(help="The address that others open: https://papers.lab.org")] = ""
    user_header: Annotated[str, option(help="The header in which --proxy names the user.")] = ""
    proxy: Annotated[list[str] | None, option(help="The IP address of a trusted proxy.")] = None


@command("serve", "review serve")
def serve(
    where: ServeOptions,
    offline: OfflineOption = None,
    *,
    reranking: RerankerOptions,
    model: ModelOptions,
    common: EmbeddingOptions,
) -> int:
    """Open the library as a page in the browser, with an HTTP API and MCP over HTTP.

    Only this machine reaches it, and only with the token in the address that it prints. The page
    uses the model that is set here, or none. For a phone or a lab see docs/serve.md.
    """
    settings = settings_of(reranking, model, common, offline=offline)
    token = _own_token(where.token_file)
    _check(where, token)
    gc.disable()  # a third of a second of imports makes little to collect
    listening = _listening(where.host, where.port)
    try:
        access = _access(where, token, listening.getsockname()[1])
        opens = not (where.no_open or where.url)
        _serve(settings, access, listening, opens=opens, is_own=not token)
    finally:
        listening.close()
    return 0


def _own_token(file: str) -> str:
    """The token that the user set; empty for none. Raises UsageError for a short one."""
    token = os.environ.get(_TOKEN_VARIABLE, "")
    source = _TOKEN_VARIABLE
    if file:
        source = file
        try:
            token = Path(file).read_text(encoding="utf-8").strip()
        except (OSError, UnicodeDecodeError) as error:
            raise UsageError(
                f"the token in {file} cannot be read", hint="Write it there as one line."
            ) from error
    if (token or file) and (len(token) < _SHORTEST_TOKEN or not token.isascii() or " " in token):
        raise UsageError(
            f"the token of {source} is no {_SHORTEST_TOKEN} or more letters and digits in a row",
            hint="Make one with: openssl rand -hex 32",
        )
    return token


def _check(where: ServeOptions, token: str) -> None:
    """Raises UsageError for what would let in too many, or nobody."""
    if (where.host not in _LOOPBACK or where.url) and not token:
        raise UsageError(
            f"others can reach {where.url or where.host}, so it needs a token of yours",
            hint=f"Name a file with --token-file, or set {_TOKEN_VARIABLE}.",
        )
    if where.host in _ALL and not where.url:
        raise UsageError(
            f"--host {where.host} has no name of its own",
            hint="Say what others open, as --url http://192.168.1.5:8765",
        )
    scheme, _, authority = where.url.rstrip("/").partition("://")
    if where.url and (scheme not in ("http", "https") or not authority or "/" in authority):
        raise UsageError(
            f"--url '{where.url}' is no address of a server",
            hint="Give it without a path, as https://papers.lab.org",
        )
    if bool(where.user_header) != bool(where.proxy):
        raise UsageError(
            "--user-header and --proxy are needed together",
            hint="As: --user-header X-Forwarded-User --proxy 10.0.0.1",
        )


def _listening(host: str, port: int) -> socket.socket:
    """A socket that listens, so that a browser that is opened now waits for its page."""
    listening = socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET)
    if sys.platform != "win32":  # there it would let two servers share a port
        listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listening.bind((host, port))
        listening.listen(_WAITING)
    except OSError as error:
        listening.close()
        reason = (error.strerror or str(error)).lower()
        raise ReviewError(
            f"port {port} of {host} cannot be listened on: {reason}",
            hint=f"Is review serve running already? Choose another: --port {port + 1}",
        ) from error
    return listening


def _access(where: ServeOptions, token: str, port: int) -> Access:
    from secrets import token_urlsafe

    from reviewer.serve import Access

    if where.url:
        origin = where.url.rstrip("/").lower()
        hosts = {origin.partition("://")[2]}
    else:
        name = f"[{where.host}]" if ":" in where.host else where.host
        names = {name, "localhost"} if where.host in _LOOPBACK else {name}
        names |= {"127.0.0.1"} if where.host == "localhost" else set()
        hosts = {f"{own}:{port}" for own in names} | (names if port == 80 else set())
        origin = f"http://{name}:{port}".removesuffix(":80")
    return Access(
        origin=origin,
        hosts=frozenset(hosts),
        token=token or token_urlsafe(32),
        user_header=where.user_header,
        proxies=frozenset(where.proxy or ()),
        is_local=where.host in _LOOPBACK and not where.url,
    )


def _serve(
    settings: Settings, access: Access, listening: socket.socket, *, opens: bool, is_own: bool
) -> None:
    """Serve until Ctrl-C. Raises ReviewError where the library cannot be opened."""
    import uvicorn

    from reviewer.serve import create_app, leave

    faults: list[ReviewError] = []

    class Server(uvicorn.Server):
        """Streams are ended before it waits for what is under way."""

        def handle_exit(self, sig: int, frame: Any) -> None:  # noqa: ANN401  a signal's frame
            leave(app)
            super().handle_exit(sig, frame)

    def fail(error: ReviewError) -> None:
        faults.append(error)
        leave(app)
        server.should_exit = True

    app = create_app(settings, access, on_fault=fail)
    config = uvicorn.Config(
        app,
        http="h11",
        log_level="error",
        access_log=False,
        server_header=False,
        proxy_headers=False,
        timeout_graceful_shutdown=_GRACE_S,
        timeout_keep_alive=_IDLE_S,
    )
    server = Server(config)
    address = f"{access.origin}/" + (f"#token={access.token}" if is_own else "")
    print_out(f"{address}\n")
    _say_more(settings, access, is_own=is_own)
    if opens:
        _open(address)
    gc.freeze()
    gc.enable()
    server.run([listening])
    if faults:
        raise faults[0]


def _say_more(settings: Settings, access: Access, *, is_own: bool) -> None:
    folder = Path(settings.library)
    if not folder.exists():
        print_error(f"A new library is made in {folder}: there was none. Add papers on its page.")
    if not is_own:
        print_error("Sign in with the token that you set.")
    if not access.is_local and not access.is_secure:
        print_error("Without https others on the network can read along: see docs/serve.md.")
    print_error("Ctrl-C ends it.")


def _open(address: str) -> None:
    """Open the address in a browser with a window, if there is one."""
    import threading
    import webbrowser

    has_window = sys.platform in ("win32", "darwin") or any(
        os.environ.get(name) for name in ("DISPLAY", "WAYLAND_DISPLAY")
    )
    if has_window:
        threading.Thread(target=webbrowser.open, args=(address,), daemon=True).start()
