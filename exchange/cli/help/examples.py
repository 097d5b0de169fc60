"""One or two real command lines for each command: shown by ``--help`` and in the man page."""

from __future__ import annotations

from typing import Any, Final

_REF: Final = "MP121-OURS-2612-A00001"
_ASKED: Final = "MP121-OURS-2612-Q00001"
_DEVICE: Final = "00-DB-12-34-56-78-90-A0"

EXAMPLES: Final[dict[str, tuple[str, ...]]] = {
    "init": (
        "exchange init ours --signifier OURS --address codes@ours.example",
        "exchange init --upgrade -C ours",
    ),
    "doctor": ("exchange doctor -C ours",),
    "health": ("exchange health --json",),
    "run": ("exchange run -C ours", "exchange run --once"),
    "demo": ("exchange demo --fast",),
    "codes import": (
        "exchange codes import delivery.csv --source map-north",
        "exchange codes import delivery.xlsx --skip-bad",
    ),
    "codes remove": (
        "exchange codes remove delivery.csv --source map-north --dry-run",
        f"exchange codes remove {_DEVICE}",
    ),
    "codes find": (f"exchange codes find {_DEVICE}",),
    "codes stats": ("exchange codes stats",),
    "codes verify": ("exchange codes verify",),
    "codes rotate-key": (
        "exchange codes rotate-key --reseal",
        "exchange codes rotate-key --only-reseal",
    ),
    "codes restore-key": ("exchange codes restore-key --by Kim",),
    "codes complete-as-of": (
        "exchange codes complete-as-of 2026-12-01",
        "exchange codes complete-as-of none",
    ),
    "contacts import": (
        "exchange contacts import contacts.csv --dry-run",
        "exchange contacts import contacts.csv --yes --by Kim",
    ),
    "contacts list": ("exchange contacts list",),
    "contacts check": ("exchange contacts check --strict",),
    "contacts history": ("exchange contacts history GAIN",),
    "contacts passwords": (
        "exchange contacts passwords GAIN",
        "exchange contacts passwords GAIN --forget",
    ),
    "contacts columns set": (
        'exchange contacts columns set GAIN --device "Meter ID" --code C',
        "exchange contacts columns set GAIN --device B --file 'MP121*.xlsx' --also",
    ),
    "contacts columns show": ("exchange contacts columns show GAIN",),
    "contacts columns clear": ("exchange contacts columns clear GAIN --number 2",),
    "contacts columns preview": (
        "exchange contacts columns preview GAIN list.xlsx --device B",
        "exchange contacts columns preview GAIN --mail 12",
    ),
    "request create": ("exchange request create gained.csv",),
    "request list": ("exchange request list",),
    "request show": (f"exchange request show {_ASKED}",),
    "request withdraw": (f'exchange request withdraw {_ASKED} --why "asked twice"',),
    "request resend": (f"exchange request resend {_ASKED}",),
    "request close": (
        f'exchange request close {_DEVICE} --why "removed on site"',
        'exchange request close --list closed.csv --why "removed on site"',
    ),
    "request outcomes": (
        "exchange request outcomes",
        "exchange request outcomes --codes received.csv",
    ),
    "inbox list": (
        "exchange inbox list",
        "exchange inbox list --in shunted --from gain.example",
    ),
    "inbox show": ("exchange inbox show 12 --raw mail-12.eml", f"exchange inbox show {_REF}"),
    "inbox release": (
        "exchange inbox release 12 --as GAIN",
        f'exchange inbox release {_REF} --not-installer "sold"',
    ),
    "inbox ask": ("exchange inbox ask 12",),
    "inbox bounce": ('exchange inbox bounce 12 --run-on --why "they have it, says their desk"',),
    "inbox rule": ('exchange inbox rule 12 --first --why "the label was read"',),
    "inbox reject": (
        'exchange inbox reject 12 --why "an advertisement"',
        'exchange inbox reject 12-40 --why "advertisements" --dry-run',
    ),
    "inbox replay": (
        "exchange inbox replay 12",
        "exchange inbox replay --all --in shunted",
    ),
    "inbox retry": (f"exchange inbox retry {_REF}", "exchange inbox retry --party GAIN"),
    "inbox withdraw": (f'exchange inbox withdraw {_REF} --why "they took it back"',),
    "letters list": ("exchange letters list", "exchange letters list --state held"),
    "letters show": ("exchange letters show 7",),
    "letters hold": ('exchange letters hold --party GAIN --why "address in doubt"',),
    "letters release": ("exchange letters release 7 8",),
    "letters cancel": ('exchange letters cancel 7 --why "answered by telephone"',),
    "letters resume": ("exchange letters resume",),
    "explain": (
        f"exchange explain {_REF}",
        "exchange explain --received 2026-12-21T16:45",
    ),
    "report": ("exchange report 2026-11",),
    "clock confirm": ("exchange clock confirm 2026-12-21T16:45",),
    "mailbox take-over": ("exchange mailbox take-over requests",),
    "audit verify": ("exchange audit verify",),
    "audit export": (
        "exchange audit export",
        f"exchange audit export --subject {_DEVICE}",
    ),
    "read": ("exchange read mail.eml", "exchange read --json --reveal folder-of-mails"),
}


def add_examples(command: Any, path: str) -> None:
    """Set the examples of a command, or of every command of a group, as its epilog."""
    commands = getattr(command, "commands", None)
    if commands is not None:
        for name, inner in commands.items():
            add_examples(inner, f"{path} {name}")
        return
    if lines := EXAMPLES.get(path):
        # \b keeps the lines as they are.
        head = "Examples:" if len(lines) > 1 else "Example:"
        command.epilog = "\n".join(["\b", head, *(f"  {line}" for line in lines)])
