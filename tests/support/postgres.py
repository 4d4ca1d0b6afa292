"""A private PostgreSQL cluster for tests: on a socket and on loopback, gone when the tests end."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import tempfile
import time
from contextlib import suppress
from pathlib import Path

import pytest

with suppress(ImportError):
    import psycopg

_VERSIONS = "/usr/lib/postgresql/*/bin"
_STARTS_S = 60
# Tests lose nothing in a power cut: commits need not reach the disk.
_SETTINGS = {
    "listen_addresses": "127.0.0.1",
    "fsync": "off",
    "synchronous_commit": "off",
    "full_page_writes": "off",
    "max_connections": "60",
    "shared_buffers": "64MB",
}


def programs() -> Path | None:
    """The folder with `initdb` and `postgres`, if they are on this machine."""
    folders = [Path(found).parent for found in [shutil.which("initdb")] if found]
    folders += sorted(Path("/").glob(_VERSIONS[1:]), reverse=True)
    folders.append(Path("/usr/local/bin"))
    return next((f for f in folders if (f / "initdb").exists() and (f / "postgres").exists()), None)


class Cluster:
    """One running server, whose owner may do everything without a password."""

    def __init__(self, **settings: str) -> None:
        found = programs()
        assert found is not None
        self._programs = found
        self.folder = Path(tempfile.mkdtemp(prefix="review-pg-", dir="/tmp"))
        self._user: dict[str, str] = {}
        if os.geteuid() == 0:  # PostgreSQL refuses to run as root
            self._user = {"user": _unprivileged()}
            shutil.chown(self.folder, self._user["user"])
        self.port = free_port()
        self.settings = _SETTINGS | settings
        self._data = self.folder / "data"
        self._process: subprocess.Popen[bytes] | None = None
        self._databases = 0
        self._call(
            "initdb", "--pgdata", str(self._data), "--username", "owner", "--auth", "trust",
            "--encoding", "UTF8", "--locale", "C", "--no-sync",
        )  # fmt: skip
        self.start()

    def _call(self, program: str, *arguments: str) -> None:
        done = subprocess.run(
            [str(self._programs / program), *arguments],
            cwd=self.folder, capture_output=True, check=False, **self._user,
        )  # fmt: skip
        assert done.returncode == 0, done.stderr.decode()

    def start(self) -> None:
        """Start the server, and wait until it answers."""
        options = [f"--{name}={value}" for name, value in self.settings.items()]
        log = (self.folder / "log").open("ab")
        self._process = subprocess.Popen(
            [str(self._programs / "postgres"), "-D", str(self._data), "-p", str(self.port),
             f"--unix_socket_directories={self.folder}", *options],
            cwd=self.folder, stdout=log, stderr=log, stdin=subprocess.DEVNULL, **self._user,
        )  # fmt: skip
        log.close()
        end = time.monotonic() + _STARTS_S
        while True:
            try:
                self.sql("SELECT 1")
                return
            except psycopg.OperationalError:
                assert time.monotonic() < end, (self.folder / "log").read_text()
                time.sleep(0.1)

    def stop(self, *, at_once: bool = False) -> None:
        """End the server: after rolling back what is open, or as a power cut does."""
        if self._process is not None:
            self._process.kill() if at_once else self._process.send_signal(2)
            self._process.wait()
            self._process = None
            if at_once:
                (self._data / "postmaster.pid").unlink(missing_ok=True)

    def sql(self, statement: str, database: str = "postgres") -> list[tuple]:
        """Run a statement as the owner."""
        with psycopg.connect(self.address(database), autocommit=True) as connection:
            cursor = connection.execute(statement)
            return cursor.fetchall() if cursor.description else []

    def make_database(self) -> str:
        """The address of a new, empty database."""
        self._databases += 1
        name = f"review_{self._databases}"
        self.sql(f"CREATE DATABASE {name}")
        return self.address(name)

    def drop_database(self, address: str) -> None:
        name = address.rpartition("/")[2].partition("?")[0]
        self.sql(f"DROP DATABASE {name} WITH (FORCE)")

    def address(self, database: str, user: str = "owner") -> str:
        return f"postgresql://{user}@127.0.0.1:{self.port}/{database}"

    def close(self) -> None:
        self.stop()
        with suppress(OSError):
            shutil.rmtree(self.folder)


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _unprivileged() -> str:
    import pwd

    names = {entry.pw_name for entry in pwd.getpwall()}
    return next(name for name in ("postgres", "nobody") if name in names)


def require_programs() -> None:
    """Skip the test where PostgreSQL or psycopg is missing."""
    pytest.importorskip("psycopg", reason="psycopg is missing: pip install 'reviewer[server]'")
    if programs() is None:
        pytest.skip("PostgreSQL is missing: apt-get install postgresql")
