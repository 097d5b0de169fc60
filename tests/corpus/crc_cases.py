"""Answers whose codes have their CRC apart: in a column, in words, on a line of its own."""

from __future__ import annotations

from tests.corpus.answers_cases import reply, response
from tests.corpus.making import CODE, OTHER, XLSX, Case, D, grouped, multi, part, raw_part, xlsx

_CRC, _OTHER_CRC = "C3B5", "AEBB"
_SWAPPED = "BBAE"  # of OTHER, as a number is written
_WRONG = "C3B4"
_WHY = "the CRC that is written with the install code does not fit it"


def _file(content: bytes, kind: str, name: str) -> bytes:
    return reply(
        multi("mixed", part("Please find the codes attached.\n"), raw_part(content, kind, name))
    )


def _columns() -> list[Case]:
    table = f"EUI;Install code;CRC\r\n{D[0]};{CODE};{_WRONG}\r\n{D[1]};{OTHER};{_OTHER_CRC}\r\n"
    first = f"Checksum,Device ID,IC\r\n{_CRC},{D[0]},{CODE}\r\n0x{_SWAPPED},{D[1]},{OTHER}\r\n"
    unnamed = [["Device ID", "Install code"], [D[0], CODE, "9A0B"], [D[1], OTHER, "77CC"]]
    return [
        response(
            "crc-column-one-wrong",
            _file(table.encode(), "text/csv", "codes.csv"),
            (D[0], "unclear", None, "codes.csv > row 2"),
            (D[1], "provided", OTHER, "codes.csv > row 3"),
            rejects=[("codes.csv > row 2", _WHY)],
        ),
        response(
            "crc-column-before-the-codes",
            _file(first.encode(), "text/csv", "codes.csv"),
            (D[0], "provided", CODE, "codes.csv > row 2"),
            (D[1], "provided", OTHER, "codes.csv > row 3"),
        ),
        response(
            "crc-column-without-a-name",
            _file(xlsx(("Codes", unnamed)), XLSX, "codes.xlsx"),
            (D[0], "unclear", None, "codes.xlsx > Codes > row 2"),
            (D[1], "unclear", None, "codes.xlsx > Codes > row 3"),
            rejects=[
                ("codes.xlsx > Codes > row 2", _WHY),
                ("codes.xlsx > Codes > row 3", _WHY),
            ],
        ),
        response(
            "crc-of-a-whole-code-contradicts",
            _file(
                f"Device ID,Install code,CRC\r\n{D[0]},{CODE}{_CRC},{_WRONG}\r\n".encode(),
                "text/csv",
                "codes.csv",
            ),
            (D[0], "unclear", None, "codes.csv > row 2"),
            rejects=[("codes.csv > row 2", _WHY)],
        ),
    ]


def _words() -> list[Case]:
    return [
        response(
            "crc-in-brackets",
            reply(
                f"{D[0]}  {grouped(CODE)}  (CRC {_CRC})\n{D[1]}  {grouped(OTHER)}  (CRC {_WRONG})\n"
            ),
            (D[0], "provided", CODE, "body line 1"),
            (D[1], "unclear", None, "body line 2"),
            rejects=[("body line 2", "CRC")],
        ),
        response(
            "crc-on-the-line-below",
            reply(
                f"Meter: {D[0]}\nInstall code: {CODE}\nChecksum: {_WRONG.lower()}\n\nBest, Iris\n"
            ),
            (D[0], "unclear", None, "body line 2"),
            listed=((D[0], "body line 1"),),
            rejects=[("body line 2", "CRC")],
        ),
        response(
            "crc-on-the-line-above",
            reply(f"{D[0]}\nCRC {_SWAPPED}\n{OTHER}\n"),
            (D[0], "provided", OTHER, "body line 3"),
            listed=((D[0], "body line 1"),),
        ),
        response(
            "crc-right-after-the-code",
            reply(f"{D[0]} {CODE} {_CRC}\n{D[1]} {OTHER} {_WRONG}\n"),
            (D[0], "provided", CODE, "body line 1"),
            (D[1], "unclear", None, "body line 2"),
            rejects=[("body line 2", "CRC")],
        ),
        response(
            "a-year-is-no-crc",
            reply(f"{D[0]} {CODE} 2021\n"),
            (D[0], "provided", CODE, "body line 1"),
        ),
    ]


def _apart() -> list[Case]:
    """CRCs that are next to another code than their own, in remarks, or mistyped."""
    remarks = (
        f"Device ID,Install code,Notes\r\n{D[0]},{CODE},CRC {_CRC} (Rob)\r\n"
        f"{D[1]},{OTHER},crc={_WRONG}\r\n"
    )
    in_cells = [
        ["Device ID", "Install code"],
        [D[0], f"{CODE} (CRC {_CRC})"],
        [D[1], f"{OTHER} (CRC {_WRONG})"],
    ]
    return [
        response(
            "crc-among-remarks",
            _file(remarks.encode(), "text/csv", "codes.csv"),
            (D[0], "provided", CODE, "codes.csv > row 2"),
            (D[1], "unclear", None, "codes.csv > row 3"),
            rejects=[("codes.csv > row 3", _WHY)],
        ),
        response(
            "crc-in-words-in-the-cell-of-its-code",
            _file(xlsx(("Codes", in_cells)), XLSX, "codes.xlsx"),
            (D[0], "provided", CODE, "codes.xlsx > Codes > row 2"),
            (D[1], "unclear", None, "codes.xlsx > Codes > row 3"),
            rejects=[("codes.xlsx > Codes > row 3", "CRC")],
        ),
        response(
            "crc-above-each-device",
            reply(
                f"Checksum {_CRC}\n{D[0]}\n{CODE}\n\nChecksum {_WRONG}\n{D[1]}\n{OTHER}\n\nBest\n"
            ),
            (D[0], "provided", CODE, "body line 3"),
            (D[1], "unclear", None, "body line 7"),
            listed=((D[0], "body line 2"), (D[1], "body line 6")),
            rejects=[("body line 7", _WHY)],
        ),
        response(
            "crcs-in-a-list-of-their-own",
            reply(
                f"{D[0]} {CODE}\n{D[1]} {OTHER}\n\nThe checksums, in the same order:\n"
                f"1. {_CRC}\n2. {_WRONG}\n"
            ),
            (D[0], "provided", CODE, "body line 1"),
            (D[1], "unclear", None, "body line 2"),
            rejects=[("body line 2", _WHY)],
        ),
        response(
            "crc-in-a-sentence-after-the-code",
            reply(
                f"For {D[0]} it is {grouped(CODE)}; the last group, its CRC, should be {_WRONG}.\n"
            ),
            (D[0], "unclear", None, "body line 1"),
            rejects=[("body line 1", _WHY)],
        ),
        response(
            "crc-with-a-slip",
            reply(f"{D[0]}  {grouped(CODE)} C3BS\n{D[1]}  {grouped(OTHER)}, CRC AEB\n"),
            (D[0], "unclear", None, "body line 1"),
            (D[1], "unclear", None, "body line 2"),
            rejects=[("body line 1", _WHY), ("body line 2", _WHY)],
        ),
    ]


def cases() -> list[Case]:
    """All of this module."""
    return _columns() + _words() + _apart()
