"""Traps around a piece of work: each file that is written, each connection, each process."""

from __future__ import annotations

import os
import sys
from pathlib import Path

_active: list[Trap] = []
_WRITES = os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_TRUNC | os.O_APPEND
_CHANGES = frozenset(
    "os.mkdir os.rename os.remove os.rmdir os.link os.symlink os.truncate os.chmod".split()
)
_PROCESSES = frozenset(
    "subprocess.Popen os.system os.exec os.posix_spawn os.fork pty.spawn".split()
)
_OPENED = frozenset("webbrowser.open urllib.Request ftplib.connect smtplib.connect".split())


class Trap:
    """A context manager. `written` are the paths that were written or changed outside `allowed`,
    `contacted` the addresses other than `port` on loopback, `started` processes, `read` the paths
    that were opened to be read. Python keeps no compiled modules meanwhile."""

    def __init__(self, allowed, port=0):
        self.allowed = [Path(folder).resolve() for folder in allowed]
        self.port = port
        self.written, self.contacted, self.started, self.read = [], [], [], []

    def __enter__(self):
        self._kept, sys.dont_write_bytecode = sys.dont_write_bytecode, True
        _active.append(self)
        return self

    def __exit__(self, *_):
        _active.remove(self)
        sys.dont_write_bytecode = self._kept

    def see(self, event, arguments):
        if event == "open":
            self._open(*arguments)
        elif event in _CHANGES:
            for path in arguments[:2] if event in ("os.rename", "os.link") else arguments[:1]:
                self._write(path)
        elif event in _PROCESSES or event in _OPENED:
            self.started.append((event, arguments))
        elif event in ("socket.connect", "socket.sendto"):
            if arguments[1] != ("127.0.0.1", self.port):
                self.contacted.append(arguments[1])
        elif event == "socket.getaddrinfo" and arguments[0] not in ("127.0.0.1", None):
            self.contacted.append(arguments[:2])

    def _open(self, path, mode, flags):
        if isinstance(path, int) or path is None:
            return
        is_written = bool(set(mode or "") & set("wax+")) or bool((flags or 0) & _WRITES)
        if is_written:
            self._write(path)
        else:
            self.read.append(os.fsdecode(path))

    def _write(self, path):
        if isinstance(path, int):
            return
        place = Path(os.fsdecode(path))
        whole = place if place.is_absolute() else Path.cwd() / place
        whole = whole.parent.resolve() / whole.name
        if str(whole) != os.devnull and not any(whole.is_relative_to(a) for a in self.allowed):
            self.written.append(str(whole))


def _see(event, arguments):
    for trap in _active:
        trap.see(event, arguments)


sys.addaudithook(_see)
