"""Ends this process when anything in it, native code included, tries to reach an address.

Run as `python traps_network.py MODULE ARGUMENTS...`: sets the trap, then runs the module. Linux's
seccomp ends the process at connect(2) to anything, at sendto(2) with an address, and at
sendmmsg(2), which the system's name look-up uses.
"""

from __future__ import annotations

import ctypes
import os
import platform
import runpy
import struct
import sys

_CONNECT, _SENDTO, _SENDMMSG = {"x86_64": (42, 44, 307), "aarch64": (203, 206, 269)}.get(
    platform.machine(), (0, 0, 0)
)
IS_POSSIBLE = sys.platform == "linux" and bool(_CONNECT)
_LOAD, _EQUAL, _RETURN = 0x20, 0x15, 0x06  # classic BPF: load a word, jump if equal, return
_ALLOW, _KILL = 0x7FFF0000, 0x80000000
_NUMBER, _FIFTH_ARGUMENT = 0, 48  # offsets in seccomp_data
_SET_NO_NEW_PRIVILEGES, _SET_SECCOMP, _FILTER = 38, 22, 2


class _Program(ctypes.Structure):
    _fields_ = [("length", ctypes.c_ushort), ("code", ctypes.c_char_p)]


def set_trap() -> None:
    """From here on, for this process and all that it starts."""
    code = [
        (_LOAD, 0, 0, _NUMBER),
        (_EQUAL, 5, 0, _CONNECT),
        (_EQUAL, 4, 0, _SENDMMSG),
        (_EQUAL, 0, 2, _SENDTO),
        (_LOAD, 0, 0, _FIFTH_ARGUMENT),
        (_EQUAL, 0, 1, 0),  # send(2) has no address
        (_RETURN, 0, 0, _ALLOW),
        (_RETURN, 0, 0, _KILL),
    ]
    packed = b"".join(struct.pack("HBBI", *instruction) for instruction in code)
    program = _Program(len(code), packed)
    libc = ctypes.CDLL(None, use_errno=True)
    for call in (
        (_SET_NO_NEW_PRIVILEGES, 1, 0, 0, 0),
        (_SET_SECCOMP, _FILTER, ctypes.byref(program), 0, 0),
    ):
        if libc.prctl(*call) != 0:
            raise OSError(ctypes.get_errno(), os.strerror(ctypes.get_errno()))


if __name__ == "__main__":
    set_trap()
    sys.argv = sys.argv[1:]
    runpy.run_module(sys.argv[0], run_name="__main__", alter_sys=True)
