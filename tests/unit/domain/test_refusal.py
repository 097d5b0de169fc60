"""What the replies of real servers speak of: Exchange Online, Gmail, SES, Postfix, Exim, cPanel."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from exchange.domain.refusal import PAUSES, About, Alike, paused_until
from exchange.transport.smtp_refusal import Stage, read_refusal

G, L, M, R, D = Stage.GREETING, Stage.LOGIN, Stage.MAIL, Stage.RCPT, Stage.DATA

REPLIES = [
    ("account", D, 554, "5.2.252 SendAsDenied; a@outlook.com not allowed to send as b@sfb.com;"),
    (
        "quota", D, 554,
        "5.2.0 STOREDRV.Submission.Exception:"
        "SubmissionQuotaExceededException; Failed to process message due to a",
    ),
    (
        "account", D, 554,
        "5.2.0 STOREDRV.Submission.Exception:"
        "SendAsDeniedException.MapiExceptionSendAsDenied; Failed to process message",
    ),
    (
        "quota", D, 550,
        "5.7.232 Your message can't be sent because your trial "
        "tenant has exceeded its daily limit for sending email",
    ),
    (
        "quota", R, 550,
        "5.7.233 Your message can't be sent because your tenant "
        "exceeded its daily limit",
    ),
    # X.6.0 is "other": what the words say counts; out of sequence is between the two servers.
    ("quota", D, 550, "5.6.0 Outbound hourly send limit reached for the domain (100/100 (100%))"),
    ("letter", D, 550, "5.6.0 Lone CR or LF in body"),
    ("server", D, 503, "5.5.1 Error: need RCPT command"),
    ("server", R, 502, "Command not implemented"),
    ("recipient", R, 550, "5.7.1 Sender blocked by recipient"),
    ("account", D, 550, "5.7.705 Access denied, tenant has exceeded threshold."),
    ("account", D, 550, "5.7.708 Access denied, traffic not accepted from this IP."),
    ("recipient", R, 552, "5.2.2 Over quota"),
    ("recipient", R, 552, "5.2.2 <b@x>: mailbox full"),
    ("account", D, 552, "5.2.2 mailbox full"),
    ("account", D, 554, "5.2.2 mailbox full; the mailbox has exceeded its quota"),
    ("quota", D, 554, "5.2.2"),
    ("account", D, 554, "5.2.252"),
    ("recipient", D, 552, "5.2.2 the recipient's mailbox is full"),
    (
        "quota", R, 550,
        "5.1.90 Your message can't be sent because you've reached "
        "your daily limit for message recipients",
    ),
    (
        "quota", R, 550,
        "5.4.5 Daily user sending limit exceeded. For more "
        "information on Gmail sending limits go to https://support",
    ),
    ("quota", D, 550, "5.4.5 Daily SMTP relay sending quota exceeded for customer."),
    ("account", L, 535, "5.7.139 Authentication unsuccessful, basic authentication is disabled."),
    (
        "account", M, 530,
        "5.7.57 SMTP; Client was not authenticated to send anonymous "
        "mail during MAIL FROM",
    ),
    ("account", D, 550, "5.7.60 SMTP; Client does not have permissions to send as this sender"),
    ("account", R, 550, "5.7.1 Client does not have permissions to send as this sender"),
    ("throttle", D, 432, "4.3.2 STOREDRV.ClientSubmit; sender thread limit exceeded"),
    ("recipient", D, 432, "4.3.2 STOREDRV.Deliver; recipient thread limit exceeded"),
    (
        "recipient", R, 450,
        "4.2.1 The user you are trying to contact is receiving mail "
        "too quickly. Please resend",
    ),
    ("quota", R, 450, "4.2.1 Peak SMTP relay limit exceeded for customer."),
    ("throttle", D, 454, "Throttling failure: Daily message quota exceeded"),
    ("throttle", D, 454, "Throttling failure: Maximum sending rate exceeded"),
    (
        "quota", R, 554,
        "5.7.1 <e@x.com>: Recipient address rejected: You have "
        "exceeded your Outmail quota.",
    ),
    (
        "account", R, 553,
        "5.7.1 <a@op-a.test>: Sender address rejected: not owned by "
        "user u1@op-a.test",
    ),
    ("account", R, 554, "5.7.1 <far@elsewhere.test>: Relay access denied"),
    ("account", R, 550, "5.7.54 SMTP; Unable to relay recipient in non-accepted domain"),
    (
        "recipient", R, 550,
        "5.1.1 <gone@op-a.test>: Recipient address rejected: User "
        "unknown in virtual mailbox table",
    ),
    ("recipient", R, 550, "5.4.1 Recipient address rejected: Access denied. [x]"),
    ("recipient", R, 450, "4.7.1 <b@x>: Recipient address rejected: Greylisted for 300 seconds"),
    ("recipient", R, 451, "4.7.1 greylisted"),
    ("throttle", R, 451, "4.7.1 Please try again later"),
    ("unclear", D, 550, "5.7.1 looks like spam"),
    ("letter", D, 554, "5.6.0 no"),
    ("size", D, 552, "5.3.4 too large"),
    ("size", M, 552, "5.3.4 too large"),
    ("size", M, 552, "Message size exceeds fixed maximum message size"),
    ("size", D, 552, "5.2.3 Message exceeds maximum fixed size"),
    ("recipient", R, 552, "mailbox full"),
    ("size", D, 552, "too big"),
    ("server", M, 451, "4.3.1 full"),
    ("server", R, 421, "4.3.2 closing"),
    ("throttle", R, 421, "4.7.0 Too many messages, try again in 30 minutes"),
    ("unclear", R, 550, "Nope"),
    ("recipient", R, 550, "mailbox unavailable"),
    (
        "quota", R, 550,
        "Domain example.com has exceeded the max emails per hour "
        "(151/150 (100%)) allowed. Message discarded.",
    ),
    (
        "quota", D, 550,
        "Domain example.com has exceeded the max defers and failures "
        "per hour (5/5 (100%)) allowed. Message discarded.",
    ),
    ("account", R, 550, "Outgoing mail from 'a@x' has been suspended."),
    ("account", R, 550, "5.1.0 <j@d.com> sender rejected"),
    ("recipient", R, 450, "4.2.0 later"),
    ("recipient", R, 452, "4.2.2 over quota"),
    ("recipient", R, 452, "4.2.2 The email account that you tried to reach is over quota."),
    (
        "recipient", R, 550,
        "5.7.133 RESOLVER.RST.SenderNotAuthenticatedForGroup; "
        "authentication required; Delivery restriction check",
    ),
    ("recipient", R, 550, "5.7.124 Sender not in allowed-senders list"),
    ("recipient", R, 550, "5.7.1 You do not have permission to send to this recipient"),
    ("unclear", D, 451, "4.3.0 later"),
    ("account", D, 550, "5.7.501 Access denied, spam abuse detected"),
    ("account", D, 550, "5.1.8 Access denied, bad outbound sender"),
    ("account", D, 554, "Sending address not accepted due to spam filter"),
    ("account", R, 550, "Your account has been suspended"),
    ("recipient", R, 550, "User suspended"),
    ("account", D, 550, "User suspended"),
    (
        "account", D, 554,
        "Message rejected: Email address is not verified. The "
        "following identities failed the check in region EU-WEST-1",
    ),
    ("size", D, 550, "5.7.1 The message you sent exceeded the recipient's size limits"),
    ("throttle", D, 451, "4.7.500 Server busy. Please try again later from [1.2.3.4]."),
    (
        "account", D, 550,
        "5.7.750 Service unavailable. Client blocked from sending "
        "from unregistered domains",
    ),
    ("recipient", R, 550, "5.2.1 The email account that you tried to reach is disabled."),
    ("account", M, 550, "5.2.1 mailbox disabled"),
    ("recipient", R, 551, "user not local"),
    ("account", R, 550, "5.7.1 This user has no license to send"),
    (
        "account", D, 550,
        "5.7.26 Unauthenticated email from x is not accepted due to "
        "domain's DMARC policy",
    ),
    ("quota", D, 552, "sending quota exceeded"),
    ("quota", D, 552, "Message quota exceeded"),
    ("recipient", R, 550, "user not exist"),
    ("unclear", D, 554, "Transaction failed"),
    (
        "quota", D, 554,
        "5.7.0 Your message could not be sent. The limit on the "
        "number of allowed outgoing messages was exceeded. Try",
    ),
    ("account", D, 550, "5.7.3 Requested action aborted; user not authenticated"),
    ("recipient", R, 550, "5.7.1 <b@x>: Recipient address rejected: Access denied"),
    ("account", R, 554, "5.7.1 <unknown[1.2.3.4]>: Client host rejected: Access denied"),
    ("throttle", R, 450, "4.7.1 Error: too much mail from 1.2.3.4"),
    ("recipient", R, 450, "4.1.2 <b@x.test>: Recipient address rejected: Domain not found"),
    ("unclear", R, 451, "4.3.5 Server configuration error"),
    ("throttle", D, 451, "4.7.0 Local usage control action"),
    ("recipient", D, 554, "5.4.14 Hop count exceeded - possible mail loop"),
    ("account", D, 550, "SMTP AUTH is required for message submission on port 587"),
    ("account", R, 550, "relay not permitted, authentication required"),
]  # fmt: skip


@pytest.mark.parametrize(("about", "stage", "code", "text"), REPLIES)
def test_what_a_reply_speaks_of(about: str, stage: Stage, code: int, text: str) -> None:
    read = read_refusal(stage, code, text)
    assert read.about == about
    assert read.permanent is (code >= 500)


@pytest.mark.parametrize("stage", [G, L, M])
@pytest.mark.parametrize("code", [421, 450, 454, 550, 554])
@pytest.mark.parametrize("text", ["no", "5.1.1 user unknown", "mailbox full", "", "\udcff zut"])
def test_before_a_recipient_was_named_it_is_about_us(stage: Stage, code: int, text: str) -> None:
    assert read_refusal(stage, code, text).ours


@pytest.mark.parametrize(
    ("text", "minutes"),
    [
        ("4.7.0 Too many messages, try again in 30 minutes", 30),
        ("rate limit exceeded, please retry after 90 seconds", 1.5),
        ("Account temporarily blocked for 2 hours", 120),
        ("exceeded 100 messages in 60 minutes", None),
        ("try again later", None),
    ],
)
def test_when_a_server_wants_to_be_tried_again(text: str, minutes: float | None) -> None:
    named = read_refusal(R, 450, text).named
    assert named == (None if minutes is None else timedelta(minutes=minutes))


NOW = datetime(2026, 12, 1, 22, 0, tzinfo=UTC)


def test_pauses_grow_to_their_longest_and_a_days_quota_waits_for_the_next_day() -> None:
    for about, (first, longest) in PAUSES.items():
        waits = [paused_until(NOW, about, times) - NOW for times in range(1, 40)]
        assert waits[0] == first
        assert waits == sorted(waits)
        assert waits[-1] == longest
    tomorrow = paused_until(NOW, About.QUOTA, 1, daily=True)
    assert tomorrow == datetime(2026, 12, 2, 0, 10, tzinfo=UTC)
    assert paused_until(NOW, About.QUOTA, 2, daily=True) - NOW == timedelta(hours=2)
    half = timedelta(minutes=30)
    assert paused_until(NOW, About.QUOTA, 1, named=half, daily=True) == NOW + half
    assert paused_until(NOW, About.ACCOUNT, 1, named=timedelta(days=90)) == NOW + timedelta(days=1)


def test_the_same_words_for_everybody_are_no_letters_fault() -> None:
    alike = Alike()
    assert not alike.note(1, "a@x.test", "554 <a@x.test> refused, id 4711", about_recipient=False)
    assert not alike.note(1, "a@x.test", "554 <a@x.test> refused, id 4712", about_recipient=False)
    assert not alike.note(2, "b@x.test", "554 <b@x.test> refused, id 99", about_recipient=False)
    assert not alike.note(3, "c@y.test", "554 content refused", about_recipient=False)
    assert alike.note(4, "d@z.test", "554 <d@z.test> refused, id 1", about_recipient=False) == [
        1,
        2,
        4,
    ]
    assert alike.accepted()
    assert not alike.note(5, "e@y.test", "554 <e@y.test> refused, id 1", about_recipient=False)
    plain = [
        alike.note(n, f"u@d{n}.test", "550 5.1.1 unknown", about_recipient=True)
        for n in range(6, 11)
    ]
    assert [bool(one) for one in plain] == [False] * 4 + [True]


# Texts that name one of the two ends, or look like the other kind at first sight.
OURS_OR_THEIRS = """
ours|D|554|5.2.0 STOREDRV.Submission.Exception:AccountDisabledException; Failed to process message
ours|D|554|Access denied: User `arn:aws:iam::12:user/u' is not authorized to do `ses:SendRawEmail'
ours|D|554|Message rejected: Sending suspended for this account.
ours|R|504|5.5.2 <localhost>: Helo command rejected: need fully-qualified hostname
ours|R|550|Access denied - Invalid HELO name (See RFC2821 4.1.1.1)
ours|R|550|Sender rate overlimit - 120.5 / 1h
ours|D|550|Rejected by header based Anti-Spoofing policy: codes@lose.example
ours|R|451|Account outbounds disabled
ours|R|550|5.7.1 Credit exhausted. Top up your SMTP relay plan.
ours|D|550|5.7.1 Account is under review. Contact abuse@provider.example
recipient|D|552|5.2.2 STOREDRV.Deliver; mailbox full. "MapiExceptionShutoffQuotaExceeded:16.55847"
recipient|R|554|5.2.122 The recipient has exceeded their limit for the number of messages
recipient|D|554|Message rejected: Address blacklisted.
recipient|R|550|The mail server could not deliver mail to codes@gain.example. It may be blacklisted
recipient|R|550|5.7.1 Recipient has opted out of mail from your organisation
recipient|R|550|5.7.1 You are not allowed to send to codes@gain.example: members only list
unclear|D|552|5.7.0 This message was blocked because its content presents a security issue.
size|D|554|Transaction failed: Message length is more than 10485760 bytes long: '12000000'.
size|D|554|Maximum email size reached
ours|D|554|5.2.0 STOREDRV.Submission.Exception:MailboxDisabledException; Failed to process message
ours|R|550|5.7.1 Unable to relay for codes@gain.example
ours|R|554|5.7.1 <codes@gain.example>: Relay access denied
ours|D|550|5.7.1 Our system detected that user codes@lose.example is hijacked
ours|D|554|Message rejected: User is over the daily sending allowance
ours|D|452|4.3.2 Please slow down: sending too fast
ours|R|550|5.7.1 Mail from lose.example is refused here until SPF passes
ours|D|571|Delivery not authorized, message refused: sender codes@lose.example lacks permission
ours|R|550|5.7.0 Local Policy Violation: codes@lose.example exceeded hourly outgoing limit
ours|D|550|This mailbox has been temporarily blocked from sending
ours|D|554|5.7.1 [P4] Message blocked due to spam content in the message from your account
ours|D|550|5.7.1 Account codes@lose.example has been locked. Change your password
ours|M|550|5.1.0 Address rejected codes@lose.example
ours|R|451|4.7.1 Sender verification in progress for <codes@lose.example>
ours|R|554|5.7.1 codes@lose.example: Sender address rejected: Access denied
ours|D|451|4.4.2 Rate limited. Max 30 messages per minute
ours|R|421|4.7.0 too many errors from your address
ours|D|554|Sending paused for this account. Contact AWS support
ours|D|535|5.7.3 SMTP AUTH session expired; authenticate again
ours|D|550|Plan limit reached: upgrade to send more emails
ours|R|550|5.7.1 The user codes@lose.example may not use this server to relay
ours|D|550|5.4.6 Unable to send: monthly e-mail credits used up
recipient|R|550|5.1.1 codes@gain.example... User unknown
recipient|D|550|5.1.1 Delivery to the following recipient failed permanently: codes@gain.example
recipient|R|550|No such user - psmtp
recipient|R|550|sorry, no mailbox here by that name (#5.1.1)
recipient|R|550|Mailbox for codes@gain.example is full
recipient|D|552|Mailbox for codes@gain.example is full
recipient|D|550|5.2.2 Recipient's quota exceeded
recipient|R|450|Requested mail action not taken: mailbox unavailable
recipient|R|550|5.7.1 recipient does not accept mail from this sender
recipient|R|554|5.7.1 The addressee has blocked your messages
recipient|R|550|5.2.1 <codes@gain.example>... Mailbox disabled for this recipient
recipient|R|511|5.1.1 unknown address or alias: codes@gain.example
recipient|R|550|5.1.1 <codes@gain.example>: Recipient address rejected: gain.example
recipient|D|450|4.2.2 recipient codes@gain.example over quota, message deferred
size|D|552|Message exceeds the maximum size of 10 MB
size|D|523|5.3.4 the message length exceeds administrative limit
size|M|552|5.3.4 Declared message size larger than 10240000
size|D|554|Error: message file too big
size|D|550|5.3.4 Requested action not taken; We currently don't accept messages of this size
"""


@pytest.mark.parametrize("line", OURS_OR_THEIRS.strip().splitlines())
def test_whom_it_names_decides(line: str) -> None:
    want, stage, code, text = line.split("|", 3)
    at = {"M": M, "R": R, "D": D}[stage]
    read = read_refusal(
        at, int(code), text, sender="codes@lose.example", recipient="codes@gain.example"
    )
    assert ("ours" if read.ours else read.about.value) == want
