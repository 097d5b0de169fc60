"""How a process of our own is started: on our own files alone, whatever lies in the current folder.

Python is started isolated (``-I``): neither the current folder nor $PYTHONPATH nor a user's own
site folder is on its path, so a ``base64.py`` beside a mail that is read is never run.  The package
is taken from the folder that this very process took it from.  Whatever else it needs is looked for
in the installed packages and, after those, where this process has installed packages on its path.
"""

from __future__ import annotations

import os
import signal
import sys
from typing import Final

import exchange

# Folders given to a process of ours to be in: nobody but the administrator puts anything there.
OWN_FOLDER: Final = "/"
# The root goes in front for one import only: in front for good, what is installed beside us could
# stand in for a module of the standard library.
_BOOT: Final = """\
import sys
root, more, name = sys.argv[1:4]
del sys.argv[1:4]
sys.path.insert(0, root)
import exchange
del sys.path[0]
sys.path += [one for one in more.split('\\n') if one and one not in sys.path]
import runpy
runpy.run_module(name, run_name='__main__', alter_sys=True)
"""


# Signals that mean nothing here and whose default would end a process without a word: sent by a
# tool that knows another daemon.  Real-time signals are of their kind.
STRAY: Final = frozenset(
    number
    for number in signal.valid_signals()
    if number
    in {
        signal.SIGUSR1, signal.SIGUSR2, signal.SIGALRM, signal.SIGVTALRM, signal.SIGPROF,
        signal.SIGIO, signal.SIGPWR, signal.SIGXCPU, getattr(signal, "SIGSTKFLT", 0),
    }
    or signal.SIGRTMIN <= number <= signal.SIGRTMAX
)  # fmt: skip


def ignore_signals() -> None:
    """Ignore the signals of a reload, which only the daemon heeds, and those that mean nothing."""
    for number in (signal.SIGHUP, *STRAY):
        signal.signal(number, signal.SIG_IGN)


def python_command(module: str, *words: str) -> list[str]:
    """The words that run a module of this package as a program, isolated."""
    return [sys.executable, "-I", "-c", _BOOT, package_root(), "\n".join(_more()), module, *words]


def package_root() -> str:
    """The folder that holds the package ``exchange`` that runs now."""
    return os.path.dirname(os.path.dirname(os.path.abspath(exchange.__file__)))  # noqa: PTH100, PTH120


def clean_environment() -> dict[str, str]:
    """Our environment without whatever would have the current folder searched for programs.

    An empty entry of $PATH or $PYTHONPATH means the current folder, and so does ".".
    """
    found = dict(os.environ)
    for name in ("PATH", "PYTHONPATH"):
        if name in found:
            entries = [one for one in found[name].split(os.pathsep) if os.path.isabs(one)]  # noqa: PTH117
            found[name] = os.pathsep.join(entries)
            if not entries:
                del found[name]
    return found


def leave_current_folder() -> None:
    """Take the current folder off the path that modules are looked for on.

    ``python -m`` puts it first, an empty entry of $PYTHONPATH anywhere.  Where it is the folder
    that our own package comes from it stays: that is a source tree.
    """
    here, root = _real("."), os.path.realpath(package_root())
    if here == root:
        return
    sys.path[:] = [one for one in sys.path if one and _real(one) not in {here, ""}]


def _real(path: str) -> str:
    """``path`` without links; empty in a current folder that was deleted: nothing lies there."""
    try:
        return os.path.realpath(path)
    except OSError:
        return ""


def _more() -> list[str]:
    """Where installed packages lie on our own path: for those that are installed unusually."""
    here = _real(".")
    return [
        one
        for one in sys.path
        if os.path.isabs(one) and os.path.realpath(one) != here and _has_packages(one)  # noqa: PTH117
    ]


def _has_packages(folder: str) -> bool:
    try:
        with os.scandir(folder) as found:
            return any(one.name.endswith((".dist-info", ".egg-info")) for one in found)
    except OSError:
        return False
