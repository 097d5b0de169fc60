"""Answers in sentences: what denies, what only sounds so, and of which devices it speaks."""

from __future__ import annotations

from typing import Any

from tests.corpus.answers_cases import reply, response
from tests.corpus.making import (
    CODE,
    CODE_CRC,
    OTHER,
    OTHER_CRC,
    THIRD,
    THIRD_CRC,
    Case,
    D,
    grouped,
    mail,
)

REFS = ["MP121-OPA-2611-Q00001"]
_A, _B, _C = (grouped(code) for code in (CODE_CRC, OTHER_CRC, THIRD_CRC))
_QUOTE = (
    "\n\nOn Mon, 2 Nov 2026 at 09:15, Op A <codes@op-a.test> wrote:\n"
    "> Reference:        MP121-OPA-2611-Q00001\n> Devices:          3\n>\n"
    f"> {D[0]}  ESME\n> {D[1]}  GSME\n> {D[2]}  ESME\n"
)


def whole(name: str, words: str, outcome: str = "not_installer") -> Case:
    """Words above our whole list, quoted: what they say of each of its three devices."""
    return response(
        name,
        reply(words + _QUOTE),
        *((D[i], outcome, None, "body line 1") for i in range(3)),
        listed=None,
        subkind="statement",
    )


def silent(name: str, words: str, kind: str = "unknown", subkind: str = "reply") -> Case:
    """Words above our whole list that deny nothing, though they sound like it."""
    return Case(
        name,
        reply(words + _QUOTE),
        kind,
        subkind,
        references=REFS,
        warnings=["3 Device IDs are only in quoted text"],
    )


def _one(name: str, words: str, outcome: str, **more: Any) -> Case:
    """A sentence about the first device."""
    return response(name, reply(words), (D[0], outcome, None, "body line 1"), **more)


def _denials() -> list[Case]:
    return [
        whole("spoken-none-of-a-quoted-list", "Hi, we did not install any of these devices."),
        whole(
            "spoken-confirm-not-the-installer",
            "I can confirm that Op B is not the installing supplier for any of the devices below.",
        ),
        whole("spoken-all-three", "Not our install on all three. Thanks"),
        whole("spoken-none-and-who-else", "We didn't install any of those. Try the one before us!"),
        whole(
            "spoken-denial-over-two-lines",
            "We have checked our records and can confirm that we\n"
            "were not the installing supplier for any of the devices\nlisted below.",
        ),
        whole(
            "spoken-denial-taken-back-below",
            "We did not install any of these.\n\nHowever the second one may be ours.",
            "unclear",
        ),
        silent("spoken-no-evidence-that-not", "There's no evidence that we did not install these."),
        silent("spoken-correctly", "We did not install these meters correctly."),
        _one("spoken-never-said", f"We never said we did not install {D[0]}.", "unclear"),
        _one(
            "spoken-not-the-case", f"It is not the case that we did not install {D[0]}.", "unclear"
        ),
        _one(
            "spoken-nothing-to-suggest",
            f"Nothing to suggest {D[0]} was not installed by us",
            "unclear",
        ),
        _one("spoken-not-yet", f"{D[0]} was not installed by us yet", "unclear"),
        _one("spoken-told-us", f"The customer told us {D[0]} was not installed by us", "unclear"),
        _one("spoken-might-not", f"{D[0]} might not be ours", "unclear"),
        _one("spoken-no-we-did-not", f"No we did not install {D[0]}", "not_installer"),
    ]


def _narrowed() -> list[Case]:
    return [
        Case(
            "spoken-of-the-gas-meters-only",
            reply("None of the gas meters were installed by us." + _QUOTE),
            "response",
            "statement",
            answers=[(D[at], "unclear", None, "body line 1") for at in range(3)],
            references=REFS,
            warnings=["3 Device IDs are only in quoted text"],
        ),
        silent("spoken-on-a-date", "We did not install these on 4 March, it was 5 March."),
        silent(
            "spoken-under-another-name", "None of these were installed by us under our new name."
        ),
        silent(
            "spoken-by-our-contractor", "None of these were installed by us, our contractor did."
        ),
    ]


def _sentences() -> list[Case]:
    return [
        response(
            "spoken-several-in-one-line",
            reply(
                f"The code for {D[0]} is {_A} and for {D[1]} it is {_B}."
                f" {D[2]} was not installed by us."
            ),
            (D[0], "provided", CODE, "body line 1"),
            (D[1], "provided", OTHER, "body line 1"),
            (D[2], "not_installer", None, "body line 1"),
        ),
        response(
            "spoken-codes-before-devices",
            reply(f"The install code is {_A} for device {D[0]}, and {_B} for device {D[1]}."),
            (D[0], "provided", CODE, "body line 1"),
            (D[1], "provided", OTHER, "body line 1"),
        ),
        response(
            "spoken-each-with-its-words",
            reply(f"{D[0]} not ours, {D[1]} code to follow, {D[2]} not ours"),
            (D[0], "not_installer", None, "body line 1"),
            (D[1], "unclear", None, "body line 1"),
            (D[2], "not_installer", None, "body line 1"),
        ),
        response(
            "spoken-one-is-and-one-is-not",
            reply(f"{D[0]} not ours, {D[1]} ours"),
            (D[0], "not_installer", None, "body line 1"),
            listed=((D[0], "body line 1"), (D[1], "body line 1")),
        ),
        response(
            "spoken-neither-nor",
            reply(f"We installed neither {D[0]} nor {D[1]}.\n{D[2]} {_C}"),
            (D[0], "not_installer", None, "body line 1"),
            (D[1], "not_installer", None, "body line 1"),
            (D[2], "provided", THIRD, "body line 2"),
        ),
        response(
            "spoken-rest-behind-a-code",
            reply(f"Code for {D[0]} is {_A}. The other two were not installed by us.{_QUOTE}"),
            (D[0], "provided", CODE, "body line 1"),
            (D[1], "not_installer", None, "body line 1"),
            (D[2], "not_installer", None, "body line 1"),
            listed=((D[0], "body line 1"),),
        ),
        response(
            "spoken-only-one-is-ours",
            reply(f"None of these were installed by us.\nThe only one that is ours is {D[0]}."),
            (D[0], "unclear", None, "body line 2"),
        ),
    ]


def _distrusted() -> list[Case]:
    said = [
        ("spoken-code-to-be-ignored", f"Please ignore {_A} for {D[0]}."),
        ("spoken-code-is-not-this", f"{D[0]} is NOT {_A} as we said, the right one follows."),
        ("spoken-code-was-wrong", f"The code {_A} we gave for {D[0]} was wrong."),
        ("spoken-code-is-asked-about", f"Is {_A} the code for {D[0]}?"),
        ("spoken-code-is-an-example", f"Codes for meters like {D[0]} look like {_A}"),
    ]
    return [
        _one(name, words, "unclear", rejects=[("body line 1", "cast doubt on it")])
        for name, words in said
    ]


def _headings() -> list[Case]:
    return [
        response(
            "spoken-headings-of-three-kinds",
            reply(
                f"Found:\n{D[0]}: {_A}\n\nNot installed by us:\n- {D[1]}\n- {D[2]}\n\n"
                f"Still looking for:\n- {D[3]}\n"
            ),
            (D[0], "provided", CODE, "body line 2"),
            (D[1], "not_installer", None, "body line 5"),
            (D[2], "not_installer", None, "body line 6"),
            (D[3], "unclear", None, "body line 9"),
        ),
        response(
            "spoken-heading-and-a-code-below-its-item",
            reply(f"Not installed by us:\n{D[0]}\n{D[1]}\n{_A}"),
            (D[0], "not_installer", None, "body line 2"),
            (D[1], "unclear", None, "body line 3"),
            rejects=[("body line 4", "without exactly one Device ID")],
        ),
        response(
            "spoken-words-below-each-device",
            reply(f"{D[0]}\nNot installed by us\n{D[1]}\nTBC\n{D[2]}\n{_C}"),
            (D[0], "not_installer", None, "body line 1"),
            (D[1], "unclear", None, "body line 3"),
            (D[2], "provided", THIRD, "body line 6"),
            listed=((D[0], "body line 1"), (D[1], "body line 3"), (D[2], "body line 5")),
        ),
        response(
            "spoken-words-between-devices",
            reply(f"{D[0]}\nNot installed by us\n{D[1]}\n{D[2]}"),
            (D[0], "unclear", None, "body line 1"),
            (D[1], "unclear", None, "body line 3"),
            listed=((D[0], "body line 1"), (D[1], "body line 3"), (D[2], "body line 4")),
        ),
        response(
            "spoken-labelled-words-below",
            reply(
                f"Device: {D[0]}\nInstalled by us: No\n\nDevice: {D[1]}\nInstall code: {_A}\n\n"
                f"Device: {D[2]}\nInstall code: N/A - not installed by us\n"
            ),
            (D[0], "not_installer", None, "body line 1"),
            (D[1], "provided", CODE, "body line 5"),
            (D[2], "not_installer", None, "body line 7"),
            listed=((D[0], "body line 1"), (D[1], "body line 4"), (D[2], "body line 7")),
        ),
        Case(
            "spoken-answer-in-the-subject",
            mail("See subject", subject=f"Install code for {D[0]} is {CODE_CRC}"),
            "response",
            devices=[(D[0], "subject")],
            answers=[(D[0], "provided", CODE, "subject")],
        ),
    ]


def cases() -> list[Case]:
    return [*_denials(), *_narrowed(), *_sentences(), *_distrusted(), *_headings()]
