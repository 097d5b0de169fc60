"""The kernel's part: have this process's calls ask a supervisor before they are done.

Seccomp's user notification (Linux 5.5, seccomp_unotify(2)) stops a thread before a call, over all
threads and children at once, and needs neither a tracer nor privileges: the supervisor lets the
call go on, has it fail, or ends the process while the call waits.
"""

from __future__ import annotations

import contextlib
import ctypes
import fcntl
import os
import platform
import select
import socket
import struct
from dataclasses import dataclass
from typing import Final

# By machine: the architecture as the kernel numbers it, and the numbers of the calls (0: unknown
# there, an older form of another call).
_CALLS: Final = {
    "x86_64": (
        0xC000003E,
        {
            "write": 1, "pwrite64": 18, "writev": 20, "pwritev": 296,
            "sendto": 44, "sendmsg": 46, "sendmmsg": 307,
            "fsync": 74, "fdatasync": 75, "ftruncate": 77, "fallocate": 285, "truncate": 76,
            "open": 2, "creat": 85, "openat": 257,
            "rename": 82, "renameat": 264, "renameat2": 316,
            "link": 86, "linkat": 265, "symlink": 88, "symlinkat": 266,
            "unlink": 87, "unlinkat": 263, "mkdir": 83, "mkdirat": 258, "rmdir": 84,
            "chmod": 90, "fchmod": 91, "fchmodat": 268, "flock": 73,
        },
    ),
    "aarch64": (
        0xC00000B7,
        {
            "write": 64, "pwrite64": 68, "writev": 66, "pwritev": 70,
            "sendto": 206, "sendmsg": 211, "sendmmsg": 269,
            "fsync": 82, "fdatasync": 83, "ftruncate": 46, "fallocate": 47, "truncate": 45,
            "openat": 56,
            "renameat": 38, "renameat2": 276, "linkat": 37, "symlinkat": 36,
            "unlinkat": 35, "mkdirat": 34, "fchmod": 52, "fchmodat": 53, "flock": 32,
        },
    ),
}  # fmt: skip
_SECCOMP: Final = {"x86_64": 317, "aarch64": 277}
_O_CREAT: Final = os.O_CREAT | os.O_TRUNC
_FLAGS_AT: Final = {"open": 1, "openat": 2}  # which argument holds the flags

_LD, _JEQ, _JSET, _RET = 0x20, 0x15, 0x45, 0x06
_ALLOW, _NOTIFY = 0x7FFF0000, 0x7FC00000
_NR_AT, _ARCH_AT, _ARGS_AT = 0, 4, 16
_RECEIVE, _SEND = 0xC0502100, 0xC0182101
_CONTINUE = 1  # SECCOMP_USER_NOTIF_FLAG_CONTINUE
_CONTROL: Final = 250  # the descriptor over which the listener is handed out

_libc = ctypes.CDLL(None, use_errno=True)


def missing() -> str:
    """Why no call can be stopped here; empty when it can."""
    if platform.system() != "Linux" or platform.machine() not in _CALLS:
        return "calls can be stopped on Linux on x86_64 and aarch64 only"
    try:
        with open("/proc/sys/kernel/seccomp/actions_avail") as file:  # noqa: PTH123
            if "user_notif" not in file.read():
                return "the kernel has no seccomp user notification"
    except OSError:
        return "the kernel has no seccomp"
    return "" if _allowed() else "this machine or container lets no process filter its calls"


def _allowed() -> bool:
    """Try it in a process of its own: there is no way back."""
    ours, theirs = socket.socketpair()
    pid = os.fork()
    if pid == 0:
        try:
            surrender(theirs)
        except OSError:
            os._exit(1)
        os._exit(0)
    theirs.close()
    with ours:
        _, listeners, _, _ = socket.recv_fds(ours, 1, 1)
    for one in listeners:
        os.close(one)
    return os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]) == 0 and bool(listeners)


@dataclass(frozen=True, slots=True)
class Asked:
    """A call that waits for the supervisor's word."""

    id: int
    pid: int  # of the thread
    call: str
    args: tuple[int, ...]


def _instruction(code: int, value: int, then: int = 0, other: int = 0) -> bytes:
    return struct.pack("<HBBI", code, then, other, value)


def _filter() -> bytes:
    """The classic BPF program: which calls are notified."""
    arch, calls = _CALLS[platform.machine()]
    program = [_instruction(_LD, _ARCH_AT), _instruction(_JEQ, arch, 1), _instruction(_RET, _ALLOW)]
    for name, number in calls.items():
        body: list[bytes] = []
        if name in _FLAGS_AT:  # only what makes or empties a file
            body += [
                _instruction(_LD, _ARGS_AT + 8 * _FLAGS_AT[name]),
                _instruction(_JSET, _O_CREAT, 1),
                _instruction(_RET, _ALLOW),
            ]
        elif name in ("write", "writev"):  # what is printed changes nothing
            body += [
                _instruction(_LD, _ARGS_AT),
                _instruction(_JEQ, 1, 1),
                _instruction(_JEQ, 2, 0, 1),
                _instruction(_RET, _ALLOW),
            ]
        elif name == "sendmsg":
            body += [
                _instruction(_LD, _ARGS_AT),
                _instruction(_JEQ, _CONTROL, 0, 1),
                _instruction(_RET, _ALLOW),
            ]
        body.append(_instruction(_RET, _NOTIFY))
        program += [
            _instruction(_LD, _NR_AT),
            _instruction(_JEQ, number, 0, len(body)),
            *body,
        ]
    program.append(_instruction(_RET, _ALLOW))
    return b"".join(program)


def surrender(control: socket.socket) -> None:
    """From now on this process and its children ask; the listener goes out over ``control``."""
    program = _filter()
    text = ctypes.create_string_buffer(program, len(program))
    head = struct.pack("<HxxxxxxQ", len(program) // 8, ctypes.addressof(text))
    os.dup2(control.fileno(), _CONTROL)
    control.close()
    if _libc.prctl(38, 1, 0, 0, 0):  # PR_SET_NO_NEW_PRIVS: what an unprivileged filter asks for
        raise OSError(ctypes.get_errno(), "PR_SET_NO_NEW_PRIVS")
    listener = _libc.syscall(_SECCOMP[platform.machine()], 1, 8, head)  # FILTER, NEW_LISTENER
    if listener < 0:
        raise OSError(ctypes.get_errno(), "seccomp")
    with socket.socket(fileno=_CONTROL) as handed:
        socket.send_fds(handed, [b"l"], [listener])
    os.close(listener)


class Listener:
    """Where stopped calls are received and answered."""

    def __init__(self, descriptor: int) -> None:
        self._fd = descriptor
        self._poll = select.poll()
        self._poll.register(descriptor, select.POLLIN)
        self._names = {number: name for name, number in _CALLS[platform.machine()][1].items()}

    def ready(self, seconds: float) -> bool | None:
        """Whether a call waits; None when nobody is left who could ask."""
        for _, event in self._poll.poll(int(seconds * 1000)):
            if event & select.POLLIN:
                return True
            return None
        return False

    def receive(self) -> Asked | None:
        """The call that waits; None when its thread went away meanwhile."""
        room = bytearray(80)
        try:
            fcntl.ioctl(self._fd, _RECEIVE, room)
        except (FileNotFoundError, InterruptedError):
            return None
        found = struct.unpack("<QIIiIQ6Q", room)
        return Asked(found[0], found[1], self._names[found[3]], found[6:])

    def let(self, asked: Asked, error: int = 0) -> None:
        """Let the call go on, or have it fail with an errno."""
        flags = 0 if error else _CONTINUE
        room = bytearray(struct.pack("<QqiI", asked.id, 0, -error, flags))
        with contextlib.suppress(FileNotFoundError):  # its thread was ended while it waited
            fcntl.ioctl(self._fd, _SEND, room)

    def close(self) -> None:
        """Let everything go on unasked: what still waits fails with ENOSYS."""
        os.close(self._fd)
