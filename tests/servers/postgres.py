"""PostgreSQL: a server of our own in a temporary folder, as an unprivileged user.

``with postgres() as url`` gives a SQLAlchemy URL (``postgresql+psycopg://``) of an empty database,
which goes with the context.  Starting a server takes seconds, so that one serves all tests of a
process; ``alone`` and ``durable`` start another.
"""

from __future__ import annotations

import atexit
import itertools
import os
import pwd
import secrets
import shutil
import signal
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import psycopg

from tests.servers import HOST, free_ports, wait_for_port
from tests.waiting import PATIENCE, patiently

_DEBIAN = Path("/usr/lib/postgresql")
_USER = "exchange"


def missing() -> str:
    """Why no PostgreSQL can be started here; empty when one can."""
    if _binary("initdb") is None or _binary("postgres") is None:
        return "PostgreSQL (initdb, postgres) is not installed"
    if os.geteuid() == 0 and (shutil.which("setpriv") is None or _account() is None):
        return "PostgreSQL does not run as root, and there is no setpriv or ordinary user"
    return ""


@contextmanager
def postgres(*, durable: bool = False, alone: bool = False) -> Iterator[str]:
    """An empty database; yields its URL, and removes it with whoever is still connected.

    ``durable``: what is committed is on the disk, as in earnest.  ``alone``: on a server of its
    own, for tests that look at all connections or add databases.
    """
    if durable or alone:
        with _server(durable=durable) as url:
            yield url
        return
    base = _shared_server().removesuffix("/postgres")
    name = f"test_{next(_numbers)}"
    _execute(f"CREATE DATABASE {name} TEMPLATE template0")
    try:
        yield f"{base}/{name}"
    finally:
        _execute(f"DROP DATABASE {name} WITH (FORCE)")


_numbers = itertools.count(1)
_shared = ExitStack()  # the server of this process, once it is started
_shared_url: list[tuple[int, str]] = []  # and the process that started it


def _shared_server() -> str:
    """The URL of this process's server, started at the first call and stopped at the exit."""
    if not _shared_url or _shared_url[0][0] != os.getpid():
        url = _shared.enter_context(_server(durable=False))
        _shared_url[:] = [(os.getpid(), url)]
        atexit.register(_stop_shared)
    return _shared_url[0][1]


def _stop_shared() -> None:
    if _shared_url[0][0] == os.getpid():  # a forked child leaves it alone
        _shared.close()


def _execute(sql: str) -> None:
    url = _shared_server().replace("postgresql+psycopg://", "postgresql://")
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute(sql.encode())


@contextmanager
def _server(*, durable: bool) -> Iterator[str]:
    # /tmp, not pytest's folder: that one is closed to the user the server runs as.
    folder = Path(tempfile.mkdtemp(prefix="pg-", dir="/tmp"))
    server: subprocess.Popen[bytes] | None = None
    try:
        password = secrets.token_urlsafe(16)
        (port,) = free_ports(1)
        _init(folder, password)
        with (folder / "log").open("wb") as log:
            server = subprocess.Popen(
                [
                    *_as_user(),
                    str(_binary("postgres")),
                    *("-D", str(folder / "data"), "-p", str(port)),
                    *("-c", f"listen_addresses={HOST}", "-c", "unix_socket_directories="),
                    *("-c", f"fsync={'on' if durable else 'off'}", "-c", "max_connections=40"),
                ],
                stdout=log,
                stderr=subprocess.STDOUT,
                cwd=folder,
            )
        if not wait_for_port(port) or server.poll() is not None:
            raise RuntimeError(f"PostgreSQL did not start: {(folder / 'log').read_text()}")
        _until_it_answers(f"postgresql://{_USER}:{password}@{HOST}:{port}/postgres")
        yield f"postgresql+psycopg://{_USER}:{password}@{HOST}:{port}/postgres"
    finally:
        if server is not None:
            server.send_signal(signal.SIGINT)  # fast shutdown
            try:
                server.wait(PATIENCE)
            except subprocess.TimeoutExpired:
                server.kill()
                server.wait()
        shutil.rmtree(folder, ignore_errors=True)


def _until_it_answers(url: str) -> None:
    """The port opens a moment before the server takes connections."""
    patiently(lambda: psycopg.connect(url).close(), psycopg.OperationalError)


def _init(folder: Path, password: str) -> None:
    secret = folder / "password"
    secret.write_text(password)
    account = _account()
    if os.geteuid() == 0 and account is not None:
        for path in (folder, secret):
            os.chown(path, account.pw_uid, account.pw_gid)
    subprocess.run(
        [
            *_as_user(),
            str(_binary("initdb")),
            *("-D", str(folder / "data"), "-U", _USER, "-E", "UTF8", "--locale=C"),
            *("--auth=scram-sha-256", f"--pwfile={secret}", "--no-sync"),
        ],
        check=True,
        capture_output=True,
        cwd=folder,
    )


def _binary(name: str) -> Path | None:
    places = [*sorted(_DEBIAN.glob(f"*/bin/{name}"), key=_version, reverse=True)]
    if found := shutil.which(name):
        places.append(Path(found))
    return next((place for place in places if os.access(place, os.X_OK)), None)


def _version(path: Path) -> float:
    try:
        return float(path.parts[-3])
    except ValueError:
        return 0.0


def _account() -> pwd.struct_passwd | None:
    for name in ("postgres", "nobody"):
        try:
            return pwd.getpwnam(name)
        except KeyError:
            continue
    return None


def _as_user() -> list[str]:
    account = _account()
    if os.geteuid() != 0 or account is None:
        return []
    return [
        "setpriv",
        f"--reuid={account.pw_uid}",
        f"--regid={account.pw_gid}",
        "--clear-groups",
    ]
