"""Postfix 3 as a submission server in front of Dovecot: TLS, SASL, virtual mailboxes over LMTP.

It starts as root only; its parts drop their rights by themselves.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Self

from tests.servers import HOST, free_ports, wait_for_port
from tests.servers.dovecot import Dovecot
from tests.waiting import PATIENCE

_POSTFIX = "/usr/sbin/postfix"
_DAEMONS = "/usr/lib/postfix/sbin"

_MAIN = """\
compatibility_level = 3.6
config_directory = {at}/conf
queue_directory = {at}/queue
data_directory = {at}/data
command_directory = /usr/sbin
daemon_directory = {daemons}
mail_owner = postfix
setgid_group = postdrop
maillog_file = {at}/log
maillog_file_prefixes = {at}
inet_interfaces = {host}
inet_protocols = ipv4
myhostname = mx.op-a.test
mydestination =
mynetworks =
alias_maps =
alias_database =
local_recipient_maps =
smtputf8_enable = yes
virtual_mailbox_domains = {domains}
virtual_mailbox_maps = texthash:{at}/conf/mailboxes
virtual_transport = lmtp:inet:[{host}]:{lmtp_port}
smtpd_tls_cert_file = {cert}
smtpd_tls_key_file = {key}
smtpd_sasl_auth_enable = yes
smtpd_sasl_type = dovecot
smtpd_sasl_path = inet:{host}:{auth_port}
smtpd_tls_auth_only = yes
smtpd_relay_restrictions = permit_sasl_authenticated, reject
smtpd_recipient_restrictions =
    check_recipient_access texthash:{at}/conf/access,
    reject_unlisted_recipient, permit_sasl_authenticated, reject
smtpd_peername_lookup = no
smtpd_client_connection_count_limit = 0
smtpd_error_sleep_time = 0
message_size_limit = {size}
"""

_SENDERS = """\
smtpd_sender_login_maps = texthash:{at}/conf/senders
smtpd_sender_restrictions = reject_sender_login_mismatch
"""

_MASTER = """\
{starttls_port} inet n - n - - smtpd -o smtpd_tls_security_level=encrypt
{smtp_port} inet n - n - - smtpd -o smtpd_tls_wrappermode=yes
cleanup unix n - n - 0 cleanup
qmgr unix n - n 300 1 qmgr
tlsmgr unix - - n 1000? 1 tlsmgr
rewrite unix - - n - - trivial-rewrite
bounce unix - - n - 0 bounce
defer unix - - n - 0 bounce
trace unix - - n - 0 bounce
verify unix - - n - 1 verify
flush unix n - n 1000? 0 flush
proxymap unix - - n - - proxymap
smtp unix - - n - - smtp
error unix - - n - - error
retry unix - - n - - error
lmtp unix - - n - - lmtp
anvil unix - - n - 1 anvil
scache unix - - n - 1 scache
postlog unix-dgram n - n - 1 postlogd
"""


class Postfix:
    """Submission for the accounts of a running Dovecot.

    ``refusals`` maps recipients to what they are refused with, such as ``450 4.2.0 later``;
    ``senders`` addresses to the account that may send as them; ``size`` is its largest mail.
    """

    def __init__(
        self,
        dovecot: Dovecot,
        refusals: Mapping[str, str],
        *,
        senders: Mapping[str, str] | None = None,
        size: int = 30_000_000,
    ) -> None:
        self._at = Path(tempfile.mkdtemp(prefix="post-", dir="/tmp"))
        self.smtp_port, self.starttls_port = free_ports(2)
        self._running = False
        for name in ("conf", "queue", "data"):
            (self._at / name).mkdir()
        self._at.chmod(0o755)
        domains = sorted({address.rpartition("@")[2] for address in dovecot.accounts})
        conf = self._at / "conf"
        (conf / "main.cf").write_text(
            _MAIN.format(
                at=self._at, host=HOST, daemons=_DAEMONS, domains=" ".join(domains),
                lmtp_port=dovecot.lmtp_port, auth_port=dovecot.auth_port,
                cert=dovecot.cert_file, key=dovecot.key_file, size=size,
            )
            + (_SENDERS.format(at=self._at) if senders else "")
        )  # fmt: skip
        (conf / "master.cf").write_text(
            _MASTER.format(smtp_port=self.smtp_port, starttls_port=self.starttls_port)
        )
        known = [*dovecot.accounts, *refusals]
        (conf / "mailboxes").write_text("".join(f"{address} here\n" for address in known))
        (conf / "access").write_text("".join(f"{one} {what}\n" for one, what in refusals.items()))
        owners = (senders or {}).items()
        (conf / "senders").write_text("".join(f"{one} {who}\n" for one, who in owners))
        shutil.chown(self._at / "data", "postfix")

    @staticmethod
    def missing() -> str:
        """Why Postfix cannot run here, or an empty text."""
        if not Path(_POSTFIX).exists():
            return f"there is no {_POSTFIX} (Debian: postfix)"
        return ""

    @staticmethod
    def forbidden() -> str:
        """Why this user may not run it, or an empty text."""
        return "Postfix starts only as root" if os.geteuid() != 0 else ""

    def __enter__(self) -> Self:
        try:
            self._postfix("start")
            self._running = True
            for port in (self.smtp_port, self.starttls_port):
                if not wait_for_port(port):
                    raise RuntimeError(f"Postfix did not start:\n{self._words()}")
        except BaseException:
            self.__exit__()
            raise
        return self

    def __exit__(self, *_: object) -> None:
        if self._running:
            self._postfix("stop")
        shutil.rmtree(self._at, ignore_errors=True)

    def _postfix(self, what: str) -> None:
        done = subprocess.run(
            [_POSTFIX, "-c", str(self._at / "conf"), what],
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=PATIENCE,
        )
        if done.returncode:
            raise RuntimeError(f"postfix {what} failed:\n{done.stderr}{self._words()}")

    def _words(self) -> str:
        log = self._at / "log"
        return log.read_text()[-4000:] if log.exists() else ""
