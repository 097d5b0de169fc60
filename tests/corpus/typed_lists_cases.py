"""Lists typed into a mail: slips of the hand, folded lines, scanned labels, other numbers."""

from __future__ import annotations

from tests.corpus.making import CODE, CODE_CRC, OTHER, OTHER_CRC, Case, D, html, mail, plain

_ASK = "Hello,\n\nplease send the install codes for these meters:\n\n"


def _request(
    name: str,
    rows: str,
    *devices: tuple[str, str],
    rejects: list[tuple[str, str]] | None = None,
    warnings: list[str] | None = None,
) -> Case:
    raw = mail(f"{_ASK}{rows}\n\nThanks\nSam\n")
    return Case(
        name, raw, "request", devices=list(devices), rejects=rejects or [], warnings=warnings or []
    )


def _at(*lines: int) -> list[tuple[str, str]]:
    return [(D[n], f"body line {line}") for n, line in enumerate(lines)]


def cases() -> list[Case]:
    """All of this module."""
    grouped = "the digits are not grouped"
    return [
        _request(
            "typed-hyphen-lost-first",
            f"* {D[9][:5]}{D[9][6:]}\n* {D[0]}\n* {D[1]}",
            *_at(6, 7),
            rejects=[("body line 5", grouped)],
        ),
        _request(
            "typed-hyphen-lost-between-neighbours",
            f"{D[0]}\n{D[9][:8]}{D[9][9:]}\n{D[1]}",
            *_at(5, 7),
            rejects=[("body line 6", grouped)],
        ),
        _request(
            "typed-glued-suffixes",
            f"1) {D[0]}\n2) {D[9]}/G\n3) {D[1]}\n4) {D[8]}_2\n5) {D[2]}",
            *_at(5, 7, 9),
            rejects=[("body line 6", "not hex digits"), ("body line 8", "not hex digits")],
        ),
        _request(
            "typed-slips-on-neighbouring-lines",
            f"{D[0]}\n{D[8].replace('-', '--', 1)}\n{D[9][:5]}{D[9][6:]}\n{D[1]}",
            *_at(5, 8),
            rejects=[("body line 6", ""), ("body line 7", grouped)],
        ),
        _request(
            "typed-other-digits",
            f"{D[0]}\n\u0660\u0660-DB-12-34-56-78-90-A9\n{D[1]}",
            *_at(5, 7),
            rejects=[("body line 6", "one of another alphabet")],
        ),
        _request(
            "typed-chain-folded-at-hyphens",
            f"{D[0]}, {D[1]}, 00-DB-12-\n34-56-78-90-A2, {D[3]}, 00-DB-\n12-34-56-78-90-A4, {D[5]}",
            *[(D[n], f"body line {5 if n < 3 else 6}") for n in range(6)],
        ),
        _request(
            "typed-beside-other-numbers",
            f"{D[0]}\nMPAN 1200012345678\n{D[1]}\n+44 20 7946 0991\n{D[2]}\n1234567890126",
            *_at(5, 7, 9),
        ),
        Case(
            "typed-in-list-items",
            mail(
                html(
                    "<p>Please send the install codes for these devices:</p><ul>"
                    f"<li>{D[0]}</li><li>{D[9].replace('-', ' - ')}</li><li>{D[1]}</li></ul>"
                )
            ),
            "request",
            devices=[(D[0], "body line 2"), (D[1], "body line 4")],
            rejects=[("body line 3", grouped)],
        ),
        Case(
            "labels-scanned",
            mail(
                f"From the cupboard:\n\nZ:{plain(D[0])}$I:{CODE_CRC}\n"
                f"Z:{plain(D[1])}$I:{OTHER_CRC}\n",
                subject="Labels",
            ),
            "response",
            devices=[(D[0], "body line 3"), (D[1], "body line 4")],
            answers=[
                (D[0], "provided", CODE, "body line 3"),
                (D[1], "provided", OTHER, "body line 4"),
            ],
        ),
        Case(
            "labels-one-damaged",
            mail(
                f"Z:{plain(D[0])}$I:{CODE_CRC}, Z:{plain(D[1])}$I:{OTHER_CRC[:-1]}0\n",
                subject="Labels",
            ),
            "response",
            devices=[(D[0], "body line 1"), (D[1], "body line 1")],
            answers=[
                (D[0], "provided", CODE, "body line 1"),
                (D[1], "unclear", None, "body line 1"),
            ],
            rejects=[("body line 1", "CRC of the install code does not match")],
        ),
    ]
