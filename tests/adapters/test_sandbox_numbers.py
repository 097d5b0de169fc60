"""The servers of the tests never send a mail under the UID of another."""

from __future__ import annotations

import itertools
import re

import pytest

from tests.adapters.conftest import Account


@pytest.mark.parametrize("gone", [0, 1, 2])
def test_a_mail_keeps_its_uid_while_others_are_expunged(account: Account, gone: int) -> None:
    account.put(*(f"Subject: m{number}\r\n\r\n".encode() for number in range(3)))
    with account.visit() as reader, account.visit() as other:
        reader.select("INBOX")
        other.select("INBOX")
        uids = reader.uid("SEARCH", "ALL")[1][0].split()
        other.uid("STORE", uids[gone].decode(), "+FLAGS.SILENT", r"(\Deleted)")
        other.expunge()
        other.uid("STORE", uids[(gone + 1) % 3].decode(), "+FLAGS.SILENT", r"(\Flagged)")
        account.put(b"Subject: m3\r\n\r\n")
        wanted = f"{uids[0].decode()}:{uids[-1].decode()}"
        _, told = reader.uid("FETCH", wanted, "(BODY.PEEK[HEADER.FIELDS (Subject)])")
    found = {}
    for part, after in itertools.pairwise(told):
        if isinstance(part, tuple):  # servers put the UID before the literal or after it
            (uid,) = re.findall(
                rb"UID (\d+)", part[0] + (after if isinstance(after, bytes) else b"")
            )
            found[uid] = part[1].strip()
    kept = [one for number, one in enumerate(uids) if number != gone]
    assert [found.get(uid) for uid in kept] == [
        f"Subject: m{uids.index(uid)}".encode() for uid in kept
    ]
