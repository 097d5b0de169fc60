"""Answers in whole sentences: denials of many wordings, and what looks like one and is none."""

from __future__ import annotations

from tests.corpus.answers_cases import REFS, reply, response
from tests.corpus.making import (
    CODE,
    CODE_CRC,
    OTHER_CRC,
    XLSX,
    Case,
    D,
    grouped,
    multi,
    part,
    raw_part,
    xlsx,
)
from tests.corpus.packing import aes_zipped
from tests.corpus.spoken_cases import silent, whole

_DENIED = {
    "none-fitted": "None of the three were fitted by us.",
    "never-our-installs": "These were never installs of ours.",
    "nothing-to-do-with-us": "Had a look, these have nothing to do with us I'm afraid.",
    "installed-neither-nor": "We have fitted none of these meters.",
    "not-meters-we-fitted": "These are not meters that we fitted.",
    "not-us-but-before": "All three were put in by Tidal Gas before we gained them, so not us.",
    "another-supplier": "All of these were fitted by another supplier.",
    "by-its-own-name": "None were installed by Op B.",
    "unable-as-not-ours": "Unable to provide codes as we did not install any of these.",
    "formal": (
        "Further to your request we hereby confirm, in respect of each of the three Devices,"
        "\nthat Op B is not the installing Supplier."
    ),
    "with-advice": "None of these are ours.\n\nYou may want to try whoever supplied them before.",
    "with-thanks": "Not the installing Supplier.\n\nPlease let me know if you need anything else.",
    "welsh": "Ni osodwyd y mesuryddion hyn gennym ni.",
    "german": "Keines dieser Ger\u00e4te wurde von uns eingebaut.",
    "french": "Nous n'avons install\u00e9 aucun de ces compteurs.",
}
_QUALIFIED = {
    "on-behalf": "We did not install these.\n\nThey were put in on our behalf by Moorgate Fitters.",
    "postscript": "None of these are ours.\n\nKind regards\nJo\n\nPS the second may be ours.",
    "self-installed": "None of these are ours. The last was self-installed.",
    "wrong-for-one": "None of these are ours.\n\nThat is wrong for the first, we fitted it in May.",
    "hearsay": "Tidal Gas did not install these.",
    "wrong-number": "None of these 7 were ours.",
    "rows-that-are-not-there": "Rows 3 and 9 were not installed by us.",
    "codes-attached-and-are-not": "None of these are ours. See attached for the codes.",
}
_OPEN = {
    "part": "Most of these were not installed by us.",
    "not-all": "Not all of these were installed by us.",
    "any-more": "These are not ours any more.",
    "condition": "If they went in before 2020 they are not ours.",
    "question": "Are these three not ours?",
    "anyone-but-us": "None of these were fitted by anyone but us.",
    "contractor": "None of these were installed by us, our fitter did.",
}


def cases() -> list[Case]:
    """Return all cases."""
    return [
        *(whole(f"said-{name}", words) for name, words in _DENIED.items()),
        *(whole(f"qualified-{name}", words, "unclear") for name, words in _QUALIFIED.items()),
        *(silent(f"open-{name}", words) for name, words in _OPEN.items()),
        *_columns(),
        _locked(),
    ]


def _columns() -> list[Case]:
    def sheet(name: str, *rows: list[str]) -> bytes:
        book = raw_part(xlsx(("S", list(rows))), XLSX, f"{name}.xlsx")
        return reply(multi("mixed", part("Completed, see attached."), book))

    return [
        response(
            "column-did-we-install",
            sheet("a", ["Device ID", "Did Op B install? (Y/N)", "Install code"],
                  [D[0], "N", ""], [D[1], "Y", CODE_CRC]),
            (D[0], "not_installer", None, "a.xlsx > S > row 2"),
            (D[1], "provided", CODE, "a.xlsx > S > row 3"),
        ),
        response(
            "column-did-another-install",
            sheet("a", ["Device ID", "Did Tidal Gas install? (Y/N)", "Install code"],
                  [D[0], "N", ""], [D[1], "Y", CODE_CRC]),
            (D[0], "unclear", None, "a.xlsx > S > row 2"),
            (D[1], "provided", CODE, "a.xlsx > S > row 3"),
            warnings=["Tidal Gas is no name of the sender's"],
        ),
        response(
            "column-not-applicable-with-a-reason",
            sheet("a", ["Device ID", "Install code", "Reason"],
                  [D[0], "N/A", "never one of ours"], [D[1], "N/A", "no idea where it is"],
                  [D[2], CODE_CRC, ""]),
            (D[0], "not_installer", None, "a.xlsx > S > row 2"),
            (D[2], "provided", CODE, "a.xlsx > S > row 4"),
            (D[1], "unclear", None, "a.xlsx > S > row 3"),
            listed=tuple((D[n], f"a.xlsx > S > row {n + 2}") for n in range(3)),
        ),
        response(
            "column-denied-but-for-us",
            sheet("a", ["Device ID", "Outcome", "Reason"],
                  [D[0], "not the installing Supplier", "fitted for us by Moorgate"],
                  [D[1], "not the installing Supplier", "SMETS1"]),
            (D[0], "unclear", None, "a.xlsx > S > row 2"),
            (D[1], "not_installer", None, "a.xlsx > S > row 3"),
        ),
    ]  # fmt: skip


def _locked() -> Case:
    codes = f"Device ID,Install code\r\n{D[0]},{grouped(OTHER_CRC)}\r\n".encode()
    archive = raw_part(
        aes_zipped("Autumn-2026", ("codes.csv", codes)), "application/zip", "codes.zip"
    )
    return Case(
        "locked-archive-of-codes",
        reply(multi("mixed", part("Codes attached, the password will follow."), archive)),
        "unknown",
        "locked",
        references=REFS,
        rejects=[("codes.zip", "it needs a password")],
    )
