"""What tests of the page share: the application on loopback with a small library, and a browser in
a session of it."""

from __future__ import annotations

import shutil
import socket
import threading
import time

import httpx
import pytest
import uvicorn

from reviewer.library import Library
from reviewer.serve import Access, create_app, leave
from reviewer.settings import Settings
from tests.conftest import SAMPLES

TOKEN = "a-token-of-the-tests-of-serve"


class Served:
    """The application on loopback. `client` has its token; `stranger` has none."""

    def __init__(self, settings, **access):
        listening = socket.socket()
        listening.bind(("127.0.0.1", 0))
        listening.listen(128)
        self.port = listening.getsockname()[1]
        self.address = f"http://127.0.0.1:{self.port}"
        hosts = frozenset({f"127.0.0.1:{self.port}", f"localhost:{self.port}"})
        self.access = Access(**{"origin": self.address, "hosts": hosts, "token": TOKEN} | access)
        self.app = create_app(settings, self.access)
        self.desk = self.app.state.desk
        config = uvicorn.Config(
            self.app, http="h11", log_level="warning", access_log=False, proxy_headers=False,
            server_header=False, timeout_graceful_shutdown=2, log_config=None,
        )  # fmt: skip
        self._server = uvicorn.Server(config)
        run = self._server.run
        self._thread = threading.Thread(target=run, args=([listening],), daemon=True)
        self._thread.start()
        bearer = {"Authorization": f"Bearer {TOKEN}"}
        self.client = httpx.Client(base_url=self.address, headers=bearer, timeout=60)
        self.stranger = httpx.Client(base_url=self.address, timeout=60)
        for _ in range(400):
            if self._server.started:
                return
            time.sleep(0.05)
        raise TimeoutError("the server did not start")

    @property
    def entry(self):
        """The address that a reader opens, with the token behind the mark."""
        return f"{self.address}/#token={TOKEN}"

    @property
    def is_alive(self):
        return self._thread.is_alive()

    def close(self):
        if self.is_alive:
            leave(self.app)
        self._server.should_exit = True
        self._thread.join(20)
        self.client.close()
        self.stranger.close()


@pytest.fixture(scope="session")
def kept_library(tmp_path_factory):
    """A folder with a library of the sample papers, to be copied."""
    folder = tmp_path_factory.mktemp("kept") / "library"
    settings = Settings(library=str(folder), embedding="none", offline=True)
    with Library(folder, settings) as library:
        library.add([str(SAMPLES)])
    return folder


@pytest.fixture
def settings(kept_library, tmp_path):
    """Settings of a library of one's own."""
    folder = tmp_path / "library"
    shutil.copytree(kept_library, folder)
    return Settings(library=str(folder), embedding="none", offline=True)


@pytest.fixture
def served(settings):
    opened = Served(settings)
    yield opened
    opened.close()


@pytest.fixture
def page(served, browser):
    """The browser, in a session of `served`, on its first page."""
    browser.said.clear()
    browser.asked.clear()
    browser.visit(served.entry)
    assert browser.wait_for("location.pathname == '/ask' && document.readyState == 'complete'", 20)
    return browser
