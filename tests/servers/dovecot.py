"""Dovecot 2.3: IMAP with implicit TLS and STARTTLS, LMTP delivery, SASL for Postfix."""

from __future__ import annotations

import contextlib
import grp
import imaplib
import os
import pwd
import shutil
import signal
import smtplib
import subprocess
import tempfile
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Self

from exchange.sandbox.certificates import make_certificate
from tests.servers import HOST, free_ports, trusting, wait_for_port
from tests.waiting import PATIENCE

_BINARIES = ("/usr/sbin/dovecot", "/usr/lib/dovecot/imap", "/usr/lib/dovecot/lmtp")

_CONFIG = """\
base_dir = {at}/run
state_dir = {at}/state
log_path = {at}/log
listen = {host}
protocols = imap lmtp
default_internal_user = {user}
default_internal_group = {group}
default_login_user = {user}
first_valid_uid = 1
ssl = required
ssl_cert = <{cert}
ssl_key = <{key}
disable_plaintext_auth = yes
auth_mechanisms = plain login{mechanisms}
auth_failure_delay = 0
auth_verbose = yes
mail_location = {store}
mail_home = {at}/mail/%u
mail_uid = {user}
mail_gid = {group}
mail_fsync = never
mail_max_userip_connections = 100
lmtp_save_to_detail_mailbox = no
namespace inbox {{
  inbox = yes
  separator = {separator}
  prefix = {prefix}
{junk}}}
passdb {{
  driver = passwd-file
  mechanisms = plain login
  args = scheme=PLAIN username_format=%u {at}/users
}}
userdb {{
  driver = passwd-file
  args = username_format=%u {at}/users
}}
service imap-login {{
  chroot =
  inet_listener imap {{
    port = {starttls_port}
  }}
  inet_listener imaps {{
    port = {imap_port}
    ssl = yes
  }}
}}
service lmtp {{
  inet_listener lmtp {{
    port = {lmtp_port}
  }}
}}
service anvil {{
  chroot =
  unix_listener anvil-auth-penalty {{
    mode = 0
  }}
}}
service auth {{
  inet_listener postfix-auth {{
    port = {auth_port}
  }}
}}
"""

_OAUTH = """
passdb {{
  driver = oauth2
  mechanisms = xoauth2 oauthbearer
  args = {at}/oauth2.ext
}}
"""


class Dovecot:
    """A Dovecot of our own; mail survives ``stop`` and ``start`` and goes with the context.

    ``accounts`` maps addresses to passwords.  ``capabilities`` replaces what is offered after the
    login.  ``token_key`` (PEM of an RSA public key) admits XOAUTH2 with RS256 tokens of key id
    ``test`` and issuer ``issuer.test``.  ``store`` says how mail lies on the disk.  ``junk`` is the
    folder that is told to be the one for Junk.
    """

    def __init__(
        self,
        accounts: Mapping[str, str],
        *,
        prefix: str = "",
        separator: str = "/",
        capabilities: str = "",
        token_key: str = "",
        store: str = "maildir:~/Maildir",
        junk: str = "",
    ) -> None:
        self.accounts = dict(accounts)
        # /tmp, not pytest's folder: socket paths must stay short, and pytest's is for its user.
        self._at = Path(tempfile.mkdtemp(prefix="dove-", dir="/tmp"))
        ports = free_ports(4)
        self.imap_port, self.starttls_port, self.lmtp_port, self.auth_port = ports
        self._config(prefix, separator, capabilities, token_key, store, junk)
        self._running: subprocess.Popen[bytes] | None = None

    @staticmethod
    def missing() -> str:
        """Why Dovecot cannot run here, or an empty text."""
        for binary in _BINARIES:
            if not Path(binary).exists():
                return f"there is no {binary} (Debian: dovecot-imapd dovecot-lmtpd)"
        if os.geteuid() == 0 and not shutil.which("setpriv"):
            return "there is no setpriv, and Dovecot's login refuses to run as root"
        return ""

    @property
    def ca_file(self) -> Path:
        return self._at / "tls" / "ca.pem"

    @property
    def cert_file(self) -> Path:
        return self._at / "tls" / "server.pem"

    @property
    def key_file(self) -> Path:
        return self._at / "tls" / "server.key"

    def __enter__(self) -> Self:
        try:
            self.start()
        except BaseException:
            self._remove()
            raise
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()
        self._remove()

    def start(self) -> None:
        """Start on the same ports and mail as before."""
        shutil.rmtree(self._at / "run", ignore_errors=True)
        (self._at / "run").mkdir()
        self._give_away()
        command = ["/usr/sbin/dovecot", "-F", "-c", str(self._at / "conf")]
        if os.geteuid() == 0:
            command = [
                "setpriv", f"--reuid={self._user}", f"--regid={self._group}", "--clear-groups",
                *command,
            ]  # fmt: skip
        self._running = subprocess.Popen(
            command,
            cwd=self._at,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            start_new_session=True,
        )
        for port in (self.imap_port, self.lmtp_port):
            if not wait_for_port(port):
                raise RuntimeError(f"Dovecot did not start:\n{self._words()}")

    def stop(self) -> None:
        """Stop in good order."""
        self._end(signal.SIGTERM)

    def kill(self) -> None:
        """End it and everything it started, in the middle of whatever they do."""
        self._end(signal.SIGKILL)

    def deliver(self, raw: bytes, address: str) -> None:
        """Deliver by LMTP; Dovecot puts its own trace headers on top."""
        with smtplib.LMTP(HOST, self.lmtp_port, local_hostname="tests.test") as lmtp:
            lmtp.sendmail("outside@elsewhere.test", [address], raw)

    def append(self, address: str, mails: Iterable[bytes]) -> None:
        """Put mails into an inbox by the thousand, by IMAP, whatever the store."""
        with imaplib.IMAP4_SSL(
            HOST, self.imap_port, ssl_context=trusting(self.ca_file)
        ) as connection:
            connection.login(address, self.accounts[address])
            for raw in mails:
                status, words = connection.append("INBOX", "", "", raw)
                if status != "OK":
                    raise RuntimeError(f"Dovecot did not take a mail: {words!r}")

    def fill(self, address: str, mails: Iterable[bytes]) -> None:
        """Put mails into a Maildir inbox by the thousand, past LMTP; only before ``start``."""
        inbox = self._at / "mail" / address / "Maildir"
        for part in ("cur", "new", "tmp"):
            (inbox / part).mkdir(parents=True, exist_ok=True)
        for nth, raw in enumerate(mails):
            (inbox / "new" / f"{1_700_000_000 + nth}.M{nth}.tests").write_bytes(raw)

    def snapshot(self, address: str) -> Path:
        """A copy of an account's mail as it lies on the disk now."""
        copy = Path(tempfile.mkdtemp(prefix="copy-", dir=self._at))
        shutil.copytree(self._at / "mail" / address, copy, dirs_exist_ok=True)
        return copy

    def put_back(self, address: str, copy: Path) -> None:
        """Restore an account from a copy; only while it is stopped."""
        place = self._at / "mail" / address
        shutil.rmtree(place)
        shutil.copytree(copy, place)

    # -- inside

    @property
    def _user(self) -> str:
        return "nobody" if os.geteuid() == 0 else pwd.getpwuid(os.geteuid()).pw_name

    @property
    def _group(self) -> str:
        return grp.getgrgid(pwd.getpwnam(self._user).pw_gid).gr_name

    def _config(
        self,
        prefix: str,
        separator: str,
        capabilities: str,
        token_key: str,
        store: str,
        junk: str,
    ) -> None:
        files = make_certificate(self._at / "tls")
        users = "".join(
            f"{address}:{{PLAIN}}{word}::::::\n" for address, word in self.accounts.items()
        )
        (self._at / "users").write_text(users)
        (self._at / "mail").mkdir()
        text = _CONFIG.format(
            at=self._at, host=HOST, user=self._user, group=self._group,
            cert=files.cert_file, key=files.key_file, prefix=prefix, separator=separator,
            store=store,
            junk=f"  mailbox {junk} {{\n    special_use = \\Junk\n  }}\n" if junk else "",
            mechanisms=" xoauth2 oauthbearer" if token_key else "",
            imap_port=self.imap_port, starttls_port=self.starttls_port,
            lmtp_port=self.lmtp_port, auth_port=self.auth_port,
        )  # fmt: skip
        if capabilities:
            text += f"imap_capability = {capabilities}\n"
        if token_key:
            text += _OAUTH.format(at=self._at)
            keys = self._at / "keys" / "default" / "RS256"
            keys.mkdir(parents=True)
            (keys / "test").write_text(token_key)
            (self._at / "oauth2.ext").write_text(
                "introspection_mode = local\n"
                f"local_validation_key_dict = fs:posix:prefix={self._at}/keys/\n"
                "username_attribute = email\n"
                "issuers = issuer.test\n"
            )
        (self._at / "conf").write_text(text)

    def _give_away(self) -> None:
        if os.geteuid() != 0:
            return
        for path in (self._at, *self._at.rglob("*")):
            with contextlib.suppress(FileNotFoundError):
                shutil.chown(path, self._user, self._group)

    def _end(self, how: signal.Signals) -> None:
        running, self._running = self._running, None
        if running is None:
            return
        if how is signal.SIGKILL:
            os.killpg(running.pid, how)
        else:
            running.send_signal(how)
        try:
            running.wait(PATIENCE)
        except subprocess.TimeoutExpired:
            os.killpg(running.pid, signal.SIGKILL)
            running.wait(PATIENCE)
        if running.stderr is not None:
            running.stderr.close()

    def _words(self) -> str:
        log = self._at / "log"
        said = log.read_text()[-3000:] if log.exists() else ""
        if self._running is not None and self._running.poll() is not None:
            assert self._running.stderr is not None
            said += self._running.stderr.read().decode()[-3000:]
        return said

    def _remove(self) -> None:
        shutil.rmtree(self._at, ignore_errors=True)
