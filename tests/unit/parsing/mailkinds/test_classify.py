"""The kind of a mail: by its header, whatever it lists; only then by its text and its lists."""

from __future__ import annotations

import pytest

from exchange.domain.device import DeviceId, InstallCode
from exchange.domain.mail import Found, Kind, MailHead, Outcome, Reject, Subkind
from exchange.parsing.findings.findings import Claim, Findings
from exchange.parsing.mailkinds.classify import (
    FORWARD_SUBJECT,
    REPLY_SUBJECT,
    Classified,
    classify_by_content,
    classify_by_header,
    is_reply,
)
from exchange.parsing.statements.statements import read_statements
from exchange.parsing.text.lines import plain_lines
from tests.corpus import making
from tests.unit.parsing.mailkinds.cases import OURS, contents, disposition, headers, report

DEVICE = DeviceId.parse(making.D[0])
CODE = InstallCode.parse(making.CODE)
OWN = frozenset(("codes@op-a.test",))
TICKET = "Your ticket 4711 has been received."
ABSENT = "I am out of the office until Monday."
CHALLENGE = "Please confirm that you are a real person."
FAILED = "Final-Recipient: rfc822; bob@op-b.test\nAction: failed\nStatus: 5.1.1"


def by_header(
    content: bytes | str = "Please send the codes.",
    *,
    subject: str = "Install codes",
    marker: str = "",
    sender: str = "ann@op-b.test",
    text: str = "",
    **fields: str,
) -> Classified | None:
    head = MailHead(subject=subject, sender=sender, own_marker=marker)
    own_text = text or (content if isinstance(content, str) else "")
    return classify_by_header(
        head, headers(**{"from": sender, **fields}), contents(content), own_text, OWN
    )


def by_content(
    found: Findings,
    text: str = "",
    *,
    subject: str = "Install codes",
    content: bytes | str = "x",
    reply: bool = False,
    about_ours: bool = False,
    **fields: str,
) -> tuple[Kind, Subkind, bool]:
    head = MailHead(subject=subject, in_reply_to="<ours@op-a.test>" if reply else "")
    said = classify_by_content(
        head,
        headers(**fields),
        contents(content),
        found,
        text,
        read_statements(plain_lines(text), lambda line: line.where),
        about_ours=about_ours,
        ours_repeated=False,
        list_allowed=False,
    )
    return said.kind, said.subkind, said.counts


def findings(**given: bool) -> Findings:
    """Return findings; ``devices``, ``code``, ``bad_code``, ``denied``, ``unclear``, ``reject``."""
    found = Findings()
    for name, value in given.items():
        if name == "devices":
            found.devices.append(Found(DEVICE, "body line 1"))
        elif name == "code":
            found.claims.append(Claim(DEVICE, "x", CODE, Outcome.PROVIDED))
        elif name == "bad_code":
            found.claims.append(Claim(DEVICE, "x", bad_code=True))
        elif name == "denied":
            found.claims.append(Claim(DEVICE, "x", outcome=Outcome.NOT_INSTALLER))
        elif name == "unclear":
            found.claims.append(Claim(DEVICE, "x", outcome=Outcome.UNCLEAR))
        elif name == "reject":
            found.rejects.append(Reject("x", "no", "x"))
        else:
            setattr(found, name, value)
    return found


# By its header


def test_our_own_mail_is_ours_only_from_our_own_address() -> None:
    assert by_header(marker="request", sender="codes@op-a.test") == Classified(
        Kind.UNKNOWN, Subkind.OWN, counts=False
    )
    assert by_header(marker="request") == Classified(Kind.REQUEST)
    assert by_header(sender="codes@op-a.test") is None


@pytest.mark.parametrize(
    ("marker", "found"),
    [
        ("request; version=1", Classified(Kind.REQUEST)),
        ("ANSWER", Classified(Kind.RESPONSE)),
        ("reminder", Classified(Kind.UNKNOWN, Subkind.REMINDER, counts=False)),
        ("escalation", Classified(Kind.UNKNOWN, Subkind.ESCALATION, counts=False)),
        ("breach", Classified(Kind.UNKNOWN, Subkind.ESCALATION, counts=False)),
        ("query", Classified(Kind.UNKNOWN, Subkind.QUERY, counts=False)),
        ("something", None),
        ("requests", None),
        ("", None),
    ],
)
def test_another_exchange_s_marker_decides(marker: str, found: Classified | None) -> None:
    assert by_header(marker=marker) == found


def test_a_complaint() -> None:
    complaint = Classified(Kind.UNKNOWN, Subkind.COMPLAINT, counts=False)
    feedback = making.multi(
        "report", making.part("x\n"), making.part("x: y", "message/feedback-report")
    )
    assert by_header(feedback) == complaint
    returned = making.multi("mixed", making.part("x\n"), making.part(OURS, "message/rfc822"))
    assert by_header(returned, subject="Complaint about message from x") == complaint
    assert by_header("x", subject="Complaint about message from x") is None


@pytest.mark.parametrize(
    ("content", "text", "kind", "subkind"),
    [
        (report(FAILED), "", Kind.BOUNCE, Subkind.NONE),
        (report(FAILED.replace("failed", "delayed")), "", Kind.BOUNCE, Subkind.DELAYED),
        (
            report(FAILED.replace("failed", "delayed")),
            CHALLENGE,
            Kind.AUTO_REPLY,
            Subkind.CHALLENGE,
        ),
        (report(FAILED), CHALLENGE, Kind.BOUNCE, Subkind.NONE),
        (
            report(FAILED.replace("failed", "relayed")),
            "",
            Kind.AUTO_REPLY,
            Subkind.DELIVERY_RECEIPT,
        ),
        (report("X: y"), "", Kind.BOUNCE, Subkind.UNREADABLE_REPORT),
        (disposition("X: y"), "", Kind.AUTO_REPLY, Subkind.READ_RECEIPT),
        (
            disposition("Final-Recipient: bob@op-b.test\nDisposition: automatic-action/x; deleted"),
            "Your mail was rejected",
            Kind.BOUNCE,
            Subkind.REFUSED,
        ),
    ],
    ids=["failed", "delayed", "held", "failed and held", "relayed", "damaged", "read", "refused"],
)
def test_reports(content: bytes, text: str, kind: Kind, subkind: Subkind) -> None:
    assert by_header(content, text=text) == Classified(kind, subkind, counts=False)


def test_a_notice_of_a_mail_server_in_free_text() -> None:
    found = by_header("x", subject="Undeliverable: x", sender="mailer-daemon@op-b.test")
    assert found == Classified(Kind.BOUNCE, Subkind.FREE_FORM, counts=False)


@pytest.mark.parametrize(
    ("text", "replied", "generated"),
    [
        (TICKET, (Kind.ACKNOWLEDGEMENT, Subkind.TICKET), (Kind.ACKNOWLEDGEMENT, Subkind.TICKET)),
        (CHALLENGE, (Kind.AUTO_REPLY, Subkind.CHALLENGE), (Kind.AUTO_REPLY, Subkind.CHALLENGE)),
        (ABSENT, (Kind.AUTO_REPLY, Subkind.ABSENCE), (Kind.AUTO_REPLY, Subkind.ABSENCE)),
        ("Thank you for contacting us", (Kind.ACKNOWLEDGEMENT, Subkind.AUTOMATIC), None),
        ("Here are the codes", (Kind.AUTO_REPLY, Subkind.NONE), None),
    ],
)
def test_automatic_mail(
    text: str, replied: tuple[Kind, Subkind], generated: tuple[Kind, Subkind] | None
) -> None:
    assert by_header(text, auto_submitted="auto-replied") == Classified(*replied, counts=False)
    assert by_header(text, auto_submitted="auto-generated") == (
        Classified(*generated, counts=False) if generated else None
    )
    assert by_header(text) is None


# By its text and its lists


@pytest.mark.parametrize(
    ("given", "about_ours", "kind"),
    [
        ({"code": True}, False, Kind.RESPONSE),
        ({"code": True, "asks": True}, False, Kind.RESPONSE),
        ({"bad_code": True, "asks": True}, False, Kind.RESPONSE),
        ({"stray_code": True, "asks": True}, False, Kind.RESPONSE),
        ({"denied": True}, False, Kind.RESPONSE),
        ({"denied": True, "asks": True}, True, Kind.RESPONSE),
        ({"denied": True, "asks": True, "devices": True}, False, Kind.REQUEST),
        ({"unclear": True}, True, Kind.RESPONSE),
        ({"unclear": True, "devices": True}, False, Kind.REQUEST),
        ({"unclear": True, "definite": True}, False, Kind.RESPONSE),
        ({"unclear": True, "definite": True, "asks": True, "devices": True}, False, Kind.REQUEST),
        ({"devices": True}, False, Kind.REQUEST),
        ({"devices": True, "asks": True}, False, Kind.REQUEST),
        ({"reject": True, "asks": True}, False, Kind.REQUEST),
        ({"reject": True}, False, Kind.UNKNOWN),
    ],
    ids=str,
)
def test_requests_and_responses(given: dict[str, bool], about_ours: bool, kind: Kind) -> None:
    assert by_content(findings(**given), about_ours=about_ours)[0] is kind


def test_a_denial_of_everything() -> None:
    words = "None of these were installed by us."
    asking = f"{words} Please send us the install codes of others."
    statement = (Kind.RESPONSE, Subkind.STATEMENT, True)
    assert by_content(findings(), words) == statement
    assert by_content(findings(asks=True), asking, about_ours=True) == statement
    assert by_content(findings(devices=True), words) == (Kind.RESPONSE, Subkind.NONE, True)
    assert by_content(findings(asks=True), asking)[0] is Kind.UNKNOWN


def test_an_acknowledgement_that_no_header_declares() -> None:
    ticket = (Kind.ACKNOWLEDGEMENT, Subkind.TICKET, False)
    assert by_content(findings(), TICKET) == ticket
    assert by_content(findings(devices=True), TICKET) == ticket
    assert by_content(findings(), subject=TICKET) == ticket
    asking = by_content(findings(devices=True, asks=True), TICKET)
    assert asking == (Kind.UNKNOWN, Subkind.TICKET, True)  # whose list it is, a person sees


def test_an_absence_in_the_first_person_and_without_devices() -> None:
    assert by_content(findings(), ABSENT) == (Kind.AUTO_REPLY, Subkind.ABSENCE, False)
    with_devices = by_content(findings(devices=True), ABSENT)
    assert with_devices == (Kind.UNKNOWN, Subkind.NOT_UNDERSTOOD, True)
    assert by_content(findings(), "Ann is on leave")[0] is Kind.UNKNOWN


def test_mails_without_any_device() -> None:
    receipt = ("Your message was read", "Read: x")
    assert by_content(findings(), receipt[0], subject=receipt[1]) == (
        Kind.AUTO_REPLY,
        Subkind.READ_RECEIPT,
        False,
    )
    assert by_content(findings(), CHALLENGE) == (Kind.AUTO_REPLY, Subkind.CHALLENGE, False)
    lure = "Your mailbox is almost full. Click here."
    assert by_content(findings(), lure) == (Kind.UNKNOWN, Subkind.PHISHING, True)
    assert by_content(findings(), lure, about_ours=True)[1] is not Subkind.PHISHING
    for text, subject in (receipt, (CHALLENGE, "x"), (lure, "x")):
        assert by_content(findings(devices=True), text, subject=subject)[0] is Kind.UNKNOWN


def test_mail_to_many() -> None:
    assert by_content(findings(devices=True), list_id="<x>")[1] is Subkind.MAILING_LIST
    assert by_content(findings(devices=True, asks=True), list_id="<x>")[1] is Subkind.MAILING_LIST
    assert by_content(findings(devices=True), precedence="bulk")[1] is Subkind.NEWSLETTER
    # Programs that send requests call themselves bulk.
    assert by_content(findings(devices=True, asks=True), precedence="bulk")[0] is Kind.REQUEST
    assert by_content(findings(asks=True), precedence="bulk")[1] is Subkind.NEWSLETTER


def test_an_invitation() -> None:
    invitation = making.multi("mixed", making.part("x\n"), making.part("x", "text/calendar"))
    assert by_content(findings(devices=True), content=invitation)[1] is Subkind.INVITATION


def test_a_generated_list_that_asks_for_nothing() -> None:
    generated = (Kind.AUTO_REPLY, Subkind.GENERATED, False)
    assert by_content(findings(devices=True), auto_submitted="auto-generated") == generated
    asked = by_content(findings(devices=True, asks=True), auto_submitted="auto-generated")
    assert asked == (Kind.REQUEST, Subkind.NONE, True)


def test_a_reply_with_devices_is_a_request_only_where_it_asks() -> None:
    assert by_content(findings(devices=True), reply=True)[:2] == (Kind.UNKNOWN, Subkind.REPLY)
    asking = "Please send the install codes."
    assert by_content(findings(devices=True, asks=True), asking, reply=True)[0] is Kind.REQUEST


def test_a_reply_without_devices_says_what_it_says() -> None:
    assert by_content(findings(), "It will follow.", reply=True)[1] is Subkind.PROMISED
    attached = making.multi("mixed", making.part("x\n"), making.part("x", "text/csv", name="a.csv"))
    text = "See attached."
    assert by_content(findings(), text, reply=True)[1] is Subkind.ATTACHMENT_MISSING
    found = by_content(findings(), text, reply=True, content=attached)
    assert found[1] is Subkind.ATTACHMENT_SILENT
    mail = making.multi("mixed", making.part("x\n"), making.part(OURS, "message/rfc822"))
    assert by_content(findings(), text, reply=True, content=mail)[1] is Subkind.ATTACHMENT_SILENT


def test_nothing_at_all_is_unknown_and_a_question_is_one() -> None:
    assert by_content(findings()) == (Kind.UNKNOWN, Subkind.NONE, True)
    assert by_content(findings(asks=True)) == (Kind.UNKNOWN, Subkind.QUESTION, True)


# Subjects


@pytest.mark.parametrize(
    ("subject", "reply", "forward"),
    [
        ("Re: x", True, False),
        (" RE[2]: x", True, False),
        ("AW: x", True, False),
        ("Ateb: x", True, False),
        ("SV: x", True, False),
        ("Antw: x", True, False),
        ("AW: WG: x", True, True),
        ("Re: aw : Fwd[3]: x", True, True),
        ("Fwd: x", False, True),
        ("FW: x", False, True),
        ("Re: Fw: x", True, True),
        ("Ymlaen: x", False, True),
        ("Reply: x", False, False),
        ("x Re: y", False, False),
        ("Forward: x", False, False),
    ],
)
def test_subjects_of_replies_and_forwards(subject: str, reply: bool, forward: bool) -> None:
    assert bool(REPLY_SUBJECT.match(subject)) is reply
    assert bool(FORWARD_SUBJECT.match(subject)) is forward
    assert is_reply(MailHead(subject=subject)) is reply


def test_a_mail_that_names_an_earlier_one_is_a_reply() -> None:
    assert is_reply(MailHead(in_reply_to="<a@b>"))
    assert is_reply(MailHead(references=("<a@b>",)))
    assert not is_reply(MailHead())
