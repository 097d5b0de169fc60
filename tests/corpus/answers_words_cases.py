"""Answers in anybody's words: typed into our quoted list, over its rest, or broken by a client."""

from __future__ import annotations

from tests.corpus.answers_cases import REFS, reply, response
from tests.corpus.making import (
    CODE,
    CODE_CRC,
    OTHER,
    OTHER_CRC,
    XLSX,
    Case,
    D,
    both,
    grouped,
    html,
    multi,
    part,
    plain,
    raw_part,
    table,
    xlsx,
)

_WROTE = "On Mon, 2 Nov 2026 at 09:15, Op A <codes@op-a.test> wrote:\n"
_ARDYSTIAD = "Ar Llun, 2 Tach 2026 am 09:15, ysgrifennodd Op A <codes@op-a.test>:\n"
_OUTLOOK = (
    "From: Op A <codes@op-a.test>\nSent: 02 November 2026 09:15\nTo: Ann Other <ann@op-b.test>\n"
    "Subject: MP121 request MP121-OPA-2611-Q00001\n\n"
)
_WELSH = (
    "Oddi wrth: Op A <codes@op-a.test>\nAnfonwyd: 02 Tachwedd 2026 09:15\n"
    "At: Ann Other <ann@op-b.test>\nPwnc: MP121 request MP121-OPA-2611-Q00001\n\n"
)
_GERMAN = (
    "Von: Op A <codes@op-a.test>\nGesendet: Montag, 2. November 2026 09:15\n"
    "An: Ann Other <ann@op-b.test>\nBetreff: MP121 request MP121-OPA-2611-Q00001\n\n"
)
_FRENCH = (
    "De : Op A <codes@op-a.test>\nEnvoy\u00e9 : lundi 2 novembre 2026 09:15\n"
    "\u00c0 : Ann Other <ann@op-b.test>\nObjet : MP121 request MP121-OPA-2611-Q00001\n\n"
)
_WIDE = {ord(sign): ord(sign) + 0xFEE0 for sign in "0123456789ABCDEF"}


def _ours(count: int = 3, *, says: int | None = None, rows: dict[int, str] | None = None) -> str:
    """The core of our request: ``says`` is how many it claims to ask for."""
    beside = rows or {}
    listed = "".join(f"{D[i]}  ESME{beside.get(i, '')}\n" for i in range(count))
    return (
        f"Reference:        MP121-OPA-2611-Q00001\nDevices:          {says or count}\n\n"
        f"The Devices\n-----------\n{listed}"
    )


def _quoted(text: str) -> str:
    return "".join(f"> {line}\n" for line in text.splitlines())


def _in_quotes() -> list[Case]:
    """Lines 1 to 6 of a quote that begins the mail are its head; rows begin in line 7."""
    inline = _WROTE + _quoted(_ours())
    code = grouped(CODE_CRC)
    row = [f"> {D[i]}  ESME\n" for i in range(3)]
    return [
        response(
            "words-beside-quoted-rows",
            reply(_WROTE + _quoted(_ours(rows={0: "  not ours", 2: "   not installed by us"}))),
            (D[0], "not_installer", None, "body line 7"),
            (D[2], "not_installer", None, "body line 9"),
            listed=None,
            warnings=["1 Device ID is only in quoted text"],
        ),
        response(
            "words-under-quoted-rows",
            reply(
                inline.replace(row[0], row[0] + "Not installed by us.\n")
                .replace(row[1], row[1] + f"IC: {grouped(CODE_CRC)}\n")
                .replace(row[2], row[2] + "Being looked into\n")
            ),
            (D[0], "not_installer", None, "body line 8"),
            (D[1], "provided", CODE, "body line 10"),
            (D[2], "unclear", None, "body line 12"),
            listed=None,
        ),
        response(
            "words-under-one-row-of-three",
            reply(inline.replace(row[1], row[1] + "\n[Ann] not ours\n\n")),
            (D[1], "not_installer", None, "body line 10"),
            listed=None,
            warnings=["2 Device IDs are only in quoted text"],
        ),
        response(
            "words-broken-code-under-a-quoted-row",
            reply(inline.replace(row[0], f"{row[0]}{code[:24]}\n{code[25:]}\n")),
            (D[0], "provided", CODE, "body line 8"),
            listed=None,
        ),
        response(
            "words-of-several-rows-above",
            reply(inline.replace(row[1], row[1] + "None of these were installed by us\n")),
            (D[0], "unclear", None, "body line 9"),
            (D[1], "unclear", None, "body line 9"),
            listed=None,
            rejects=[("body line 9", "which quoted rows")],
        ),
        Case(
            "words-below-the-whole-quote",
            reply(inline + "\nNot ours.\n\nAnn\n"),
            "unknown",
            "reply",
            references=REFS,
            warnings=["3 Device IDs are only in quoted text"],
        ),
        response(
            "words-below-a-quote-of-one",
            reply(_WROTE + _quoted(_ours(1)) + "\nNot installed by us\n"),
            (D[0], "not_installer", None, "body line 9"),
            listed=None,
        ),
        response(
            "words-code-below-the-whole-quote",
            reply(inline + f"\nIC: {CODE_CRC}\n"),
            listed=None,
            rejects=[("body line 11", "without exactly one Device ID")],
            warnings=["3 Device IDs are only in quoted text"],
        ),
        response(
            "words-codes-above-quoted-rows",
            reply(
                inline.replace(row[0], f"{CODE_CRC}\n" + row[0]).replace(
                    row[1], f"{OTHER_CRC}\n" + row[1]
                )
            ),
            (D[0], "unclear", None, "body line 9"),
            listed=None,
            rejects=[
                ("body line 7", "without exactly one Device ID"),
                ("body line 9", "above the first quoted row"),
            ],
        ),
        response(
            "words-code-only-in-the-quote",
            reply(
                "Done, see my code below.\n\n" + _WROTE + _quoted(_ours(rows={1: f" {CODE_CRC}"}))
            ),
            (D[1], "unclear", None, "body line 10"),
            listed=None,
            rejects=[("body line 10", "only in quoted text")],
        ),
        Case(
            "words-quoted-twice-are-old",
            reply("Any news?\n\n" + _WROTE + f"> Thanks.\n>> {D[0]} not ours\n>> {D[1]}\n"),
            "unknown",
            "chases",
            references=REFS,
            warnings=["2 Device IDs are only in quoted text"],
        ),
        Case(
            "words-quoted-of-the-sender-are-old",
            reply(
                "Did you get this?\n\nOn Mon, 2 Nov 2026, Ann Other <ann@op-b.test> wrote:\n"
                f"> {D[0]} not ours\n"
            ),
            "unknown",
            "reply",
            references=REFS,
            warnings=["1 Device ID is only in quoted text"],
        ),
        response(
            "words-in-an-outlook-quote",
            reply("Please see below.\n\n" + _OUTLOOK + _ours(rows={1: "  - not ours"})),
            (D[1], "not_installer", None, "body line 14"),
            listed=None,
        ),
        response(
            "words-between-html-quotes",
            reply(
                html(
                    '<div class="gmail_quote"><div class="gmail_attr">'
                    "On Mon, 2 Nov 2026, Op A wrote:<br></div>"
                    '<blockquote class="gmail_quote" style="border-left:1px solid">'
                    f"Please send the codes<br>{D[0]}</blockquote></div><div>Not ours</div>"
                    '<blockquote class="gmail_quote" style="border-left:1px solid">'
                    f"{D[1]}</blockquote><div>IC {grouped(CODE_CRC)}</div>"
                )
            ),
            (D[0], "not_installer", None, "body line 4"),
            (D[1], "provided", CODE, "body line 6"),
            listed=None,
        ),
    ]


def _rests() -> list[Case]:
    whole = _WROTE + _quoted(_ours())
    return [
        response(
            "rest-denied-over-a-whole-quote",
            reply(f"{D[0]} {CODE_CRC}\n\nAll the rest: not installed by us.\n\nAnn\n\n" + whole),
            (D[0], "provided", CODE, "body line 1"),
            (D[1], "not_installer", None, "body line 3"),
            (D[2], "not_installer", None, "body line 3"),
            listed=((D[0], "body line 1"),),
        ),
        response(
            "rest-denied-and-codes-in-a-workbook",
            reply(
                multi(
                    "mixed",
                    part("None of the others were installed by us.\n\n" + whole),
                    raw_part(
                        xlsx(("S", [["Device ID", "Install Code"], [D[1], CODE_CRC]])),
                        XLSX,
                        "codes.xlsx",
                    ),
                )
            ),
            (D[1], "provided", CODE, "codes.xlsx > S > row 2"),
            (D[0], "not_installer", None, "body line 1"),
            (D[2], "not_installer", None, "body line 1"),
            listed=((D[1], "codes.xlsx > S > row 2"),),
        ),
        response(
            "rest-denied-over-a-short-quote",
            reply(
                f"{D[0]} {CODE_CRC}\nThe rest were not installed by us\n\n"
                + _WROTE
                + _quoted(_ours(2, says=40))
            ),
            (D[0], "provided", CODE, "body line 1"),
            (D[1], "unclear", None, "body line 2"),
            listed=((D[0], "body line 1"),),
            warnings=["does not quote the whole list"],
        ),
        response(
            "rest-named-and-not-denied",
            reply(f"{D[0]} {CODE_CRC}\nNone of the others.\n\n" + whole),
            (D[0], "provided", CODE, "body line 1"),
            (D[1], "unclear", None, "body line 2"),
            (D[2], "unclear", None, "body line 2"),
            listed=((D[0], "body line 1"),),
            warnings=["leaves it open"],
        ),
        response(
            "rest-promised",
            reply(f"{D[0]} {CODE_CRC}\nThe rest will follow by Friday.\n\n" + whole),
            (D[0], "provided", CODE, "body line 1"),
            (D[1], "unclear", None, "body line 2"),
            (D[2], "unclear", None, "body line 2"),
            listed=((D[0], "body line 1"),),
        ),
        response(
            "rest-denied-and-nothing-else-answered",
            reply("The rest were not installed by us.\n\n" + whole),
            *((one, "unclear", None, "body line 1") for one in D[:3]),
            listed=None,
            subkind="statement",
            warnings=["answers no Device individually"],
        ),
        response(
            "rest-denied-without-any-quote",
            reply(f"{D[0]} {CODE_CRC}\nAll the others are not ours.\n"),
            (D[0], "provided", CODE, "body line 1"),
            warnings=["does not quote the whole list"],
        ),
    ]


def _broken() -> list[Case]:
    spaced_out = grouped(OTHER_CRC).replace(" ", "\u00a0")
    hyphens = grouped(CODE_CRC).replace(" ", "-")
    return [
        response(
            "broken-id-at-its-hyphen",
            reply(f"We did not install meter {D[0][:12]}\n{D[0][12:]}\n{D[1]} {CODE_CRC}\n"),
            (D[0], "not_installer", None, "body line 1"),
            (D[1], "provided", CODE, "body line 3"),
        ),
        response(
            "broken-id-with-nothing-at-the-break",
            reply(f"{D[1]} not ours\n{plain(D[0])[:9]}\n{plain(D[0])[9:]} not ours\n"),
            (D[1], "not_installer", None, "body line 1"),
            rejects=[("body line 2", "broken over two lines")],
        ),
        response(
            "broken-code-with-hyphens",
            reply(f"{D[0]}\nIC: {hyphens[:20]}\n{hyphens[20:]}\n"),
            (D[0], "provided", CODE, "body line 2"),
            listed=((D[0], "body line 1"),),
        ),
        response(
            "broken-code-in-halves-below-its-label",
            reply(f"{D[1]} not ours\n{D[0]}\nIC:\n{CODE[:16]}\n{CODE[16:]}\n"),
            (D[1], "not_installer", None, "body line 1"),
            listed=((D[1], "body line 1"), (D[0], "body line 2")),
            rejects=[
                ("body line 4", "a piece of an install code"),
                ("body line 5", "a piece of an install code"),
            ],
        ),
        response(
            "broken-code-without-a-crc",
            reply(f"{D[1]} not ours\n{D[0]} IC {hyphens[:20]}\n{hyphens[20:39]}\n"),
            (D[1], "not_installer", None, "body line 1"),
            listed=((D[1], "body line 1"), (D[0], "body line 2")),
            rejects=[("body line 2", "without a CRC to prove it")],
        ),
        response(
            "invisible-characters-and-odd-hyphens",
            reply(
                f"{D[0][:9]}\u00ad{D[0][9:]} {CODE_CRC[:7]}\u200b{CODE_CRC[7:]}\n"
                f"{D[1].replace('-', chr(0x2011))} \u2013 {spaced_out}\n"
            ),
            (D[0], "provided", CODE, "body line 1"),
            (D[1], "provided", OTHER, "body line 2"),
        ),
        response(
            "wide-digits",
            reply(f"{D[0].translate(_WIDE)} {CODE_CRC.translate(_WIDE)}\n"),
            (D[0], "provided", CODE, "body line 1"),
        ),
        response(
            "letters-of-another-alphabet",
            reply(
                f"{D[0].replace('A', chr(0x410))} not ours\n"
                f"{D[1]} {CODE_CRC.replace('A', chr(0x410))}\n"
            ),
            (D[1], "unclear", None, "body line 2"),
            rejects=[("body line 1", "another alphabet"), ("body line 2", "hexadecimal")],
        ),
        response(
            "code-split-in-two-cells",
            reply(
                both(
                    "see html",
                    table(
                        ("Device ID", "Install Code", ""),
                        (D[0], CODE_CRC[:18], CODE_CRC[18:]),
                        (D[1], OTHER_CRC[:16], OTHER_CRC[20:]),
                    ),
                )
            ),
            (D[0], "provided", CODE, "body table 1 > row 2"),
            (D[1], "unclear", None, "body table 1 > row 3"),
            rejects=[("body table 1 > row 3", "")],
        ),
        response(
            "code-before-its-device",
            reply(f"{grouped(CODE_CRC)} for {D[0]}\nIC: {OTHER_CRC} - device {D[1]}\n"),
            (D[0], "provided", CODE, "body line 1"),
            (D[1], "provided", OTHER, "body line 2"),
        ),
        response(
            "code-shorter-than-the-others",
            reply(f"{D[0]} {CODE_CRC}\n{D[1]} {OTHER}\n"),
            (D[0], "provided", CODE, "body line 1"),
            (D[1], "unclear", None, "body line 2"),
            rejects=[("body line 2", "lost a group")],
        ),
        response(
            "codes-all-without-a-crc",
            reply(f"{D[0]} {CODE}\n{D[1]} {OTHER}\n"),
            (D[0], "provided", CODE, "body line 1"),
            (D[1], "provided", OTHER, "body line 2"),
        ),
    ]


def _nothing_said() -> list[Case]:
    quoted = _WROTE + _quoted(_ours())
    told = {
        "see-attached-and-nothing-is": ("Hi,\n\nPlease see attached.\n", "attachment_missing"),
        "will-follow": ("Codes will follow by the end of the week.\n", "promised"),
        "which-meters": ("Which meters?\n", "asks_which"),
        "raise-it-on-the-portal": (
            "Please raise this via the supplier portal, we do not work from this inbox.\n",
            "elsewhere",
        ),
        "we-need-the-mpan": ("We need the MPAN to find these on our system.\n", "needs_more"),
    }
    return [
        Case(
            f"reply-{name}",
            reply(text + "\nRegards\nAnn\n\n" + quoted),
            "acknowledgement" if subkind == "promised" else "unknown",
            subkind,
            references=REFS,
            warnings=["3 Device IDs are only in quoted text"],
        )
        for name, (text, subkind) in told.items()
    ]


def _quotes_of_clients() -> list[Case]:
    """An answer on top, our list below it in the shape of each client."""
    heads = {
        "welsh-outlook": _WELSH,
        "german-outlook": _GERMAN,
        "french-outlook": _FRENCH,
        "welsh-attribution": _ARDYSTIAD,
        "german-attribution": "Am 02.11.2026 um 09:15 schrieb Op A <codes@op-a.test>:\n",
        "french-attribution": "Le lun. 2 nov. 2026 \u00e0 09:15, Op A a \u00e9crit\u00a0:\n",
    }
    return [
        response(
            f"quote-of-{name}",
            reply(f"{D[0]} - not installed by us\n\n" + head + _ours(2)),
            (D[0], "not_installer", None, "body line 1"),
            warnings=["1 Device ID is only in quoted text"],
        )
        for name, head in heads.items()
    ] + [
        response(
            "quote-of-apple-mail",
            reply(
                html(
                    f"<div>{D[0]} {CODE_CRC}</div><br><blockquote type='cite'><div>On 2 Nov 2026,"
                    " at 09:15, Op A &lt;codes@op-a.test&gt; wrote:</div><br>"
                    f"<div>{D[0]}<br>{D[1]}</div></blockquote>"
                )
            ),
            (D[0], "provided", CODE, "body line 1"),
            warnings=["1 Device ID is only in quoted text"],
        )
    ]


def cases() -> list[Case]:
    """All of this module."""
    return _in_quotes() + _rests() + _broken() + _nothing_said() + _quotes_of_clients()
