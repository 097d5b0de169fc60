"""Acknowledgements of ticket desks that carry our request with its table, in the layout of each.

Some have an automatic header and some have none; some are a clerk's "we are looking into it", which
answers nothing either.  None may be answered, deny a Device or open a request.
"""

from __future__ import annotations

from tests.corpus.making import Case, D, both, html, mail, table

_REF = "MP121-OPA-2611-Q00001"
_TITLE = f"MP121 request {_REF}: install codes of 3 Devices"
LETTER = (
    "Dear Op B,\n\n"
    "We have become the Supplier at premises where 3 Devices were left\n"
    "installed without an SM WAN connection. Under clause 4.16(a) of SEC\n"
    "Appendix AC (MP121) we ask you, as the losing or a former Supplier, for\n"
    "the install codes of these Devices.\n\n"
    f"Reference:        {_REF}\nDevices:          3\n\n"
    '2. For each Device that you did not install, write "not the installing\n'
    '   Supplier" in the column "Outcome".\n\n'
    f"The Devices\n-----------\n{D[0]}  ESME\n{D[1]}  GSME\n{D[2]}  ESME\n\n"
    "Yours sincerely\n\nOp A\n"
)
TABLE = (
    "<p>Dear Op B,</p><p>We ask you, as the losing or a former Supplier, for the install codes of"
    f" these Devices.</p><p>Reference: {_REF}</p>"
    + table(["Device ID", "Device type"], [D[0], "ESME"], [D[1], "GSME"], [D[2], "ESME"])
)
_ANSWERED = ["In-Reply-To: <q1@op-a.test>", "References: <q1@op-a.test>"]
_AUTO = ["Auto-Submitted: auto-replied"]
_MADE = ["Auto-Submitted: auto-generated"]


def _ack(
    name: str,
    content: str | bytes,
    kind: str = "acknowledgement",
    subkind: str = "ticket",
    *,
    subject: str = f"Re: {_TITLE}",
    sender: str = "Op B Service Desk <codes@op-b.test>",
    extra: list[str] = _ANSWERED,
    devices: list[tuple[str, str]] | None = None,
) -> Case:
    return Case(
        f"desk-ack-{name}",
        mail(content, subject=subject, sender=sender, extra=extra),
        kind,
        subkind,
        own=["codes@op-a.test"],
        references=[_REF],
        devices=devices or [],
    )


def _zendesk(words: str) -> str:
    return (
        "##- Please type your reply above this line -##\n\n"
        "Your request (88213) has been updated. To add additional comments, reply to this email.\n"
        "\n----------------------------------------------\n\n"
        f"Robin, Nov 3, 2026, 10:02 AM GMT\n\n{words}\n\n"
        "----------------------------------------------\n\n"
        f"Oakhampton Power, Nov 2, 2026, 9:15 AM GMT\n\n{LETTER}\n"
        "--------------------------------\n"
        "This email is a service from Op B. Delivered by Zendesk.\n"
    )


def _jira(words: str) -> str:
    return (
        "\u2014-\u2014-\u2014-\u2014\nReply above this line.\n\n"
        f"Robin Hale commented:\n\n{words}\n\n"
        "View request: https://opb.atlassian.example/servicedesk/customer/portal/4/SM-118\n"
        "Turn off this request's notifications\n\nThis is shared with Op A.\n"
        f"Powered by Jira Service Management\n\n{_quoted()}"
    )


def _quoted() -> str:
    said = "".join(f"> {line}\n" for line in LETTER.splitlines())
    return f"On Mon, 2 Nov 2026 at 09:15, Op A <codes@op-a.test> wrote:\n{said}"


def _outlook() -> str:
    return (
        f"From: Op A <codes@op-a.test>\nSent: 02 November 2026 09:15\nTo: codes@op-b.test\n"
        f"Subject: {_TITLE}\n\n{LETTER}"
    )


def _by_machines() -> list[Case]:
    return [
        _ack(
            "zendesk-received",
            "##- Please type your reply above this line -##\n\nYour request (88213) has been"
            " received and is being looked at by our support staff.\n\nTo add additional comments,"
            f" reply to this email.\n\nOp A\n\nNov 2, 2026, 9:15 AM GMT\n\n{LETTER}",
            subject=f"[Request received] {_TITLE}",
        ),
        _ack(
            "zendesk-received-html",
            both(
                f"Your request (88213) has been received.\n\n{LETTER}",
                "<div style='color:#b5b5b5'>##- Please type your reply above this line -##</div>"
                "<p>Your request (88213) has been received and is being reviewed by our support"
                f" staff.</p><div class='zd-comment'>{TABLE}</div>",
            ),
            extra=[*_ANSWERED, "X-Mailer: Zendesk Mailer"],
        ),
        _ack(
            "jira-created",
            "\u2014-\u2014-\u2014-\u2014\nReply above this line.\n\nJust confirming that we got"
            " your request. We're on it.\n\nView request:"
            " https://opb.atlassian.example/servicedesk/customer/portal/4/SM-118\n"
            f"Turn off this request's notifications\n\n{LETTER}",
            subject=f"SM-118 {_TITLE}",
        ),
        _ack(
            "jira-created-automatic",
            f"Your request SM-118 has been created.\n\nSummary: {_TITLE}\nStatus: Waiting for"
            f" support\n\nDescription:\n{LETTER}",
            extra=[*_ANSWERED, *_MADE],
        ),
        _ack(
            "servicenow-incident",
            "Your incident INC0098812 has been opened.\n\nNumber: INC0098812\nState: New\n"
            f"Priority: 4 - Low\nShort description: {_TITLE}\nDescription:\n{LETTER}\n"
            "Ref:MSG55512090\n",
            subject="INC0098812 - your incident has been opened",
        ),
        _ack(
            "servicenow-case-html",
            html(
                "<p>Case CS0044121 has been created on your behalf.</p><p>State: New</p>"
                f"<p>Assigned to: Smart Metering</p><hr>{TABLE}<p>Ref:MSG5551210</p>"
            ),
            subject=f"Case CS0044121 created: {_TITLE}",
        ),
        _ack(
            "dynamics",
            "Dear Customer,\n\nThank you for your email. We have created case CAS-20817-Q4T9 for"
            " you. A member of the team will reply within 5 working days.\n\n"
            f"--------------- Original Message ---------------\n{_outlook()}",
            subject=f"We have received your enquiry CRM:0208170 {_TITLE}",
        ),
        _ack(
            "dynamics-automatic",
            f"A case has been created, CAS-20818-R1. Please quote it.\n\n{LETTER}",
            extra=[*_ANSWERED, *_AUTO],
        ),
        _ack(
            "freshdesk",
            "Dear Op A,\n\nWe would like to acknowledge that we have received your request and a"
            " ticket has been created with Ticket ID - 40771.\nA support representative will be"
            " reviewing it and will send you a personal response.\n\nTo view the status of the"
            " ticket, visit https://opb.freshdesk.example/support/tickets/40771\n\n"
            f"{_quoted()}",
            subject=f"Ticket Received - {_TITLE}",
        ),
        _ack(
            "freshdesk-automatic",
            f"Hi Op A, your ticket 40771 has been received.\n\n{LETTER}",
            extra=[*_ANSWERED, *_AUTO],
        ),
        _ack(
            "zoho",
            f"Hi Op A,\n\nThank you for contacting us. Your ticket #6120 has been created.\n\n"
            f'---- on Mon, 02 Nov 2026 09:15:00 +0000 "Op A"<codes@op-a.test> wrote ----\n\n'
            f"{LETTER}",
            subject=f"[##6120##] {_TITLE}",
        ),
        _ack(
            "zoho-no-quote",
            "Your request has been logged with the help desk.\nRequest ID: 6121\nStatus: Open\n"
            f"Technician: Not assigned\nDescription:\n{LETTER}",
            subject=f"[Request ID :##6121##] : {_TITLE}",
        ),
        _ack(
            "hubspot",
            "Thanks for getting in touch. This is to confirm that we received your message and"
            f" opened ticket 771203 for it.\n\n{_quoted()}",
        ),
        _ack(
            "hubspot-no-quote",
            html(
                "<p>Hi there,</p><p>We've received your request and opened a ticket (#771203) for"
                f" it. We'll reply as soon as we can.</p><hr>{TABLE}"
            ),
        ),
        _ack(
            "salesforce",
            f'Thank you for submitting case 00061207 "{_TITLE}". We will get back to you as soon'
            f" as possible.\n\n--------------- Original Message ---------------\n{_outlook()}\n"
            "ref:_00D24XyZ._5003zAbC:ref\n",
            subject=f"Case 00061207 created: {_TITLE}",
        ),
        _ack(
            "salesforce-automatic",
            f"Case 00061208 has been logged.\n\n{LETTER}\nref:_00D24XyZ._5003zAbD:ref\n",
            extra=[*_ANSWERED, *_MADE],
        ),
    ]


def _by_clerks() -> list[Case]:
    looking = "we are looking into whether we installed these and will update the ticket"
    return [
        _ack("clerk-zendesk", _zendesk(f"Hello, {looking} by Friday."), subkind="promised"),
        _ack(
            "clerk-zendesk-whose",
            _zendesk("Hi, I am checking with our MOP who fitted these three, bear with us."),
            subkind="promised",
        ),
        _ack(
            "clerk-jira",
            _jira(f"Hi both, {looking} when the asset team has replied."),
            subkind="promised",
        ),
        _ack(
            "clerk-servicenow",
            "Your case CS0044121 has been updated.\n\nComments:\n03-11-2026 10:02:11 GMT - Robin"
            " Hale\nChecking if these were installed by us; update to follow tomorrow.\n\n"
            f"State: Work in progress\nAssigned to: Smart Metering\n\nDescription:\n{LETTER}",
            "unknown",  # whose letter that is, is known to those who sent it
            subject=f"Case CS0044121 has been updated: {_TITLE}",
            devices=[(D[number], f"body line {number + 26}") for number in range(3)],
        ),
        _ack(
            "clerk-dynamics",
            "Hello,\n\nwe need to find out if we were the installing Supplier for these before we"
            f" can answer. We will come back to you on Thursday.\n\nRobin\n\n{_outlook()}",
            subject=f"RE: {_TITLE} CRM:0208170",
            subkind="promised",
        ),
        _ack(
            "clerk-freshdesk",
            "Hi Op A,\n\nI have asked our metering team to check whether any of these are ours. I"
            f" will let you know what they say.\n\nRobin\nOp B Support\n40771:1220\n\n{_quoted()}",
            subkind="promised",
        ),
        _ack(
            "clerk-zoho",
            f"Hi,\n\nThe team is looking into whether they were fitted by us and will be in touch"
            ' next week.\n\n---- on Mon, 02 Nov 2026 09:15:00 +0000 "Op A"<codes@op-a.test>'
            f" wrote ----\n\n{LETTER}",
            subject=f"Re:[##6120##] {_TITLE}",
            subkind="promised",
        ),
        _ack(
            "clerk-hubspot",
            "Morning,\n\nWe'll investigate if these Devices were installed by Op B and respond on"
            f" this ticket.\n\nRobin\n\n{_quoted()}",
            subkind="promised",
        ),
        _ack(
            "clerk-salesforce",
            f"Hello,\n\n{looking[:1].upper()}{looking[1:]} by Friday.\n\nRobin\n\n"
            f"--------------- Original Message ---------------\n{_outlook()}\n"
            "ref:_00D24XyZ._5003zAbC:ref\n",
            subkind="promised",
        ),
    ]


def cases() -> list[Case]:
    """Every case of this module."""
    return [*_by_machines(), *_by_clerks()]
