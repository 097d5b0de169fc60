"""Start processes of our own so that nothing in the current folder is ever run.

Python is started isolated (``-I``): neither the current folder nor $PYTHONPATH nor a user's own
site folder is on its path, so a ``base64.py`` next to a mail that is read is never run.  Our
package is taken from the same folder as in this process.  Everything else is looked for in the
installed packages and then in the other folders with installed packages on this process's path.
"""

from __future__ import annotations

import os
import signal
import sys
from typing import Final

import exchange

# The current folder of our processes: only the administrator can put anything there.
OWN_FOLDER: Final = "/"
# The root is first on the path for one import only: if it stayed first, packages installed next to
# ours could replace modules of the standard library.
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


# Signals that mean nothing here but would end a process silently by default, sent by tools made for
# other daemons.  Real-time signals are among them.
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
    """Ignore the reload signal, which is for the daemon only, and those that mean nothing."""
    for number in (signal.SIGHUP, *STRAY):
        signal.signal(number, signal.SIG_IGN)


def python_command(module: str, *words: str) -> list[str]:
    """Return the command line that runs a module of this package as a program, isolated."""
    return [sys.executable, "-I", "-c", _BOOT, package_root(), "\n".join(_more()), module, *words]


def package_root() -> str:
    """Return the folder that contains the running package ``exchange``."""
    return os.path.dirname(os.path.dirname(os.path.abspath(exchange.__file__)))  # noqa: PTH100, PTH120


def clean_environment() -> dict[str, str]:
    """Return our environment without anything that makes programs run from the current folder.

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
    """Remove the current folder from the module search path.

    ``python -m`` puts it first, an empty entry of $PYTHONPATH anywhere.  It stays if our own
    package comes from it: that is a source tree.
    """
    here, root = _real("."), os.path.realpath(package_root())
    if here == root:
        return
    sys.path[:] = [one for one in sys.path if one and _real(one) not in {here, ""}]


def _real(path: str) -> str:
    """Return ``path`` without links; empty in a current folder that was deleted."""
    try:
        return os.path.realpath(path)
    except OSError:
        return ""


def _more() -> list[str]:
    """Return the folders with installed packages on our path, for unusual installations."""
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
