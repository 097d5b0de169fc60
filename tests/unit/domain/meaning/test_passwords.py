"""A password in the mail with the locked file is noticed; one that is only spoken of is not."""

from __future__ import annotations

import pytest

from exchange.domain.mail import Kind, MailHead, Reject, Understanding
from exchange.domain.meaning.passwords import gives_password

LOCKED = Reject("a.xlsx", "the workbook is protected by a password", "a.xlsx")


@pytest.mark.parametrize(
    ("words", "given"),
    [
        ("The password is maple-204.", True), ("Password: Maple 204", True), ("pw=maple204", True),
        ("passcode for the sheet is 4711", True), ("The passwords are maple and birch.", True),
        ("The password will follow separately.", False), ("A colleague rings you with it.", False),
        ("The password is sent in another mail.", False), ("The password is in a text.", False),
        ("The file is password protected.", False), ("the password is the usual one", False),
        ("Send the list without a password.", False),
    ],
)  # fmt: skip
def test_whether_a_mail_gives_it(words: str, given: bool) -> None:
    said = Understanding(MailHead(), Kind.REQUEST, rejects=(LOCKED,), text=words)
    assert gives_password(said) is given
    assert not gives_password(Understanding(MailHead(), Kind.REQUEST, text=words))
