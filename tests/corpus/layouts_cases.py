"""How answers and lists are laid out: pasted tables, struck rows, blocks, codes over many lines."""

from __future__ import annotations

from tests.corpus.answers_cases import reply, response
from tests.corpus.making import (
    CODE,
    CODE_CRC,
    OTHER,
    OTHER_CRC,
    THIRD_CRC,
    Case,
    D,
    grouped,
    html,
    mail,
    plain,
    table,
)

_A, _B, _C = (grouped(code) for code in (CODE_CRC, OTHER_CRC, THIRD_CRC))
_BLOCK = (
    "Answers below\n\nFrom: Op A <codes@op-a.test>\nSent: 02 November 2026 09:15\n"
    "To: Ann Other <ann@op-b.test>\nSubject: MP121 request MP121-OPA-2611-Q00001\n\n"
)
_HEX = "9d385017c611228701d22104cc95c371"  # what a service desk prints of its own


def _asked(name: str, body: bytes | str, *devices: tuple[int, str], **more: object) -> Case:
    listed = [(D[i], where) for i, where in devices]
    return Case(name, mail(body), "request", devices=listed, **more)  # type: ignore[arg-type]


def _pasted() -> list[Case]:
    return [
        _asked(
            "layout-tabs-with-16-digit-serials",
            f"Install codes please\n\nDevice ID\tSerial\n{D[0]}\t1A2B3C4D5E6F7081\n"
            f"{D[1]}\t1A2B3C4D5E6F7082\n",
            (0, "body table 1 > row 2"),
            (1, "body table 1 > row 3"),
        ),
        _asked(
            "layout-tabs-without-a-header",
            f"Install codes please:\n\n1234567890126\t4500123412341234\t{D[0]}\n"
            f"{D[1]}\t1A2B3C4D5E6F7A8B\n",
            (0, "body line 3"),
            (1, "body line 4"),
            warnings=["1A2B3C4D5E6F7A8B is not taken"],
        ),
        _asked(
            "layout-tabs-over-two-pages",
            f"Install codes please\n\nNo\tDevice\tMPAN\n1\t{D[0]}\t1234567890126\nPage 1 of 2\n"
            f"No\tDevice\tMPAN\n2\t{D[1]}\t1234567890126\n",
            (0, "body table 1 > row 2"),
            (1, "body table 2 > row 2"),
        ),
        _asked(
            "layout-tabs-with-damage",
            f"Install codes please\n\nDevice ID\tMPAN\n{D[0]}\t1234567890126\n"
            "4.52E+15\t1234567890126\n",
            (0, "body table 1 > row 2"),
            rejects=[("body table 1 > row 3", "exponent")],
        ),
        response(
            "layout-tabs-with-a-link-key",
            reply(f"Device ID\tInstall code\tLink key\n{D[0]}\t{_A}\t{THIRD_CRC[:32]}\n"),
            (D[0], "provided", CODE, "body table 1 > row 2"),
        ),
        response(
            "layout-words-in-the-code-column",
            reply(
                html(
                    table(("Device ID", "Install code"), (D[0], _A), (D[1], "Not installed by us"))
                )
            ),
            (D[0], "provided", CODE, "body table 1 > row 2"),
            (D[1], "not_installer", None, "body table 1 > row 3"),
        ),
        response(
            "layout-codes-in-an-answer-column",
            reply(html(table(("EUI", "Answer"), (D[0], f"IC {_A}"), (D[1], "not ours")))),
            (D[0], "provided", CODE, "body table 1 > row 2"),
            (D[1], "not_installer", None, "body table 1 > row 3"),
        ),
        response(
            "layout-code-over-three-columns",
            reply(
                html(
                    table(
                        ("Device ID", "IC part 1", "IC part 2", "IC part 3"),
                        (D[0], CODE_CRC[:12], CODE_CRC[12:24], CODE_CRC[24:]),
                    )
                )
            ),
            (D[0], "provided", CODE, "body table 1 > row 2"),
        ),
        response(
            "layout-ticks-and-crosses",
            reply(
                html(table(("Device ID", "Ours", "IC"), (D[0], "\u2713", _A), (D[1], "\u2717", "")))
            ),
            (D[0], "provided", CODE, "body table 1 > row 2"),
            (D[1], "not_installer", None, "body table 1 > row 3"),
        ),
        _asked(
            "layout-merged-first-column",
            html(
                "<p>Install codes please</p><table><tr><td rowspan=2>MPAN 1234567890126</td>"
                f"<td>ESME</td><td>{D[0]}</td></tr><tr><td>GSME</td><td>{D[1]}</td></tr></table>"
            ),
            (0, "body table 1 > row 1"),
            (1, "body table 1 > row 2"),
        ),
    ]


def _struck() -> list[Case]:
    through = "<span style='color:red;text-decoration:line-through'>"
    return [
        _asked(
            "layout-struck-row-is-not-asked",
            html(
                f"<p>Install codes please</p><p>{D[0]}</p><p><s>{D[1]}</s></p>"
                f"<p>{through}{D[2]}</span></p><p>{D[3]}</p>"
            ),
            (0, "body line 2"),
            (3, "body line 3"),
            warnings=["2 Device IDs struck out are ignored"],
        ),
        response(
            "layout-struck-code-is-replaced",
            reply(html(f"<p>{D[0]} <del>{_A}</del> {_B}</p>")),
            (D[0], "provided", OTHER, "body line 1"),
        ),
        response(
            "layout-struck-denial",
            reply(html(f"<p>{D[0]} <strike>not installed by us</strike> {_A}</p>")),
            (D[0], "provided", CODE, "body line 1"),
        ),
    ]


def _blocks() -> list[Case]:
    return [
        response(
            "layout-code-over-three-lines",
            reply(f"{D[0]}:\n{_A[:14]}\n{_A[15:29]}\n{_A[30:]}\n\n{D[1]}:\n{_B}"),
            (D[0], "provided", CODE, "body line 2"),
            (D[1], "provided", OTHER, "body line 7"),
            listed=((D[0], "body line 1"), (D[1], "body line 6")),
        ),
        response(
            "layout-code-above-its-device-in-blocks",
            reply(f"Install code: {_A}\nDevice: {D[0]}\n\nInstall code: {_B}\nDevice: {D[1]}\n"),
            (D[0], "provided", CODE, "body line 1"),
            (D[1], "provided", OTHER, "body line 4"),
            listed=((D[0], "body line 2"), (D[1], "body line 5")),
        ),
        response(
            "layout-code-above-and-below",
            reply(f"Install code: {_A}\nDevice: {D[0]}\n\nDevice: {D[1]}\nInstall code: {_B}\n"),
            (D[0], "unclear", None, "body line 1"),
            (D[1], "unclear", None, "body line 5"),
            listed=((D[0], "body line 2"), (D[1], "body line 4")),
            rejects=[("body line 5", "do not alternate"), ("body line 1", "do not alternate")],
        ),
        response(
            "layout-codes-by-type-beside-a-hub",
            reply(f"ESME {D[0]}\nESME IC {_A}\nCHF {D[5]}\n\nGSME {D[1]}\nGSME IC {_B}\n"),
            (D[0], "provided", CODE, "body line 2"),
            (D[1], "provided", OTHER, "body line 6"),
            listed=((D[0], "body line 1"), (D[1], "body line 5")),
            warnings=["named and not asked about"],
        ),
        response(
            "layout-hub-between-meter-and-code",
            reply(f"ESME {D[0]}\nCHF {D[5]}\nCode {_A}\n"),
            (D[0], "unclear", None, "body line 1"),
            (D[5], "unclear", None, "body line 2"),
            listed=((D[0], "body line 1"),),
            rejects=[("body line 3", "without exactly one Device ID")],
            warnings=["named and not asked about"],
        ),
        _asked(
            "layout-service-desk-number-is-no-code",
            f"Please provide the install code for device {D[0]}\nsys_id: {_HEX}\n",
            (0, "body line 1"),
            warnings=["32 hex digits are not taken"],
        ),
        response(
            "layout-bare-hash-below-a-device",
            reply(f"Code for {D[0]} to follow.\netag {_HEX}\n"),
            (D[0], "unclear", None, "body line 1"),
            warnings=["32 hex digits are not taken"],
        ),
        response(
            "layout-hexadecimal-sign",
            reply(f"0x{plain(D[0])} 0x{CODE_CRC}\n"),
            (D[0], "provided", CODE, "body line 1"),
        ),
        _asked(
            "layout-word-of-hex-letters-before-a-device",
            f"Anfonwch y cod gosod os gwelwch yn dda:\n{D[0]}\nDiolch\n",
            (0, "body line 2"),
        ),
    ]


def _in_the_block() -> list[Case]:
    """Outlook's block, in which what is typed has no mark."""
    typed = f"{D[0]}  ESME\nNot installed by us\n{D[1]}  ESME\nIC {_A}\n"
    typed += f"{D[2]}  ESME\nBeing looked into\n\nOp A\n"
    return [
        response(
            "layout-typed-below-rows-of-a-block",
            reply(_BLOCK + typed),
            (D[0], "not_installer", None, "body line 9"),
            (D[1], "provided", CODE, "body line 11"),
            (D[2], "unclear", None, "body line 13"),
            listed=None,
        ),
        Case(
            "layout-colleagues-answer-passed-on",
            reply(
                "FYI\n\nFrom: Bob <bob@op-b.test>\nSent: 02 November 2026 12:00\nTo: Ann\n"
                f"Subject: RE: MP121 request MP121-OPA-2611-Q00001\n\n{D[0]} not installed by us\n"
            ),
            "unknown",
            "reply",
            references=["MP121-OPA-2611-Q00001"],
            warnings=["1 Device ID is only in quoted text"],
        ),
    ]


def cases() -> list[Case]:
    return [*_pasted(), *_struck(), *_blocks(), *_in_the_block()]
