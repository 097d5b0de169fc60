"""The demo's world: four suppliers, their meters and what each of them knows, all made up."""

from __future__ import annotations

import csv
import io
from dataclasses import dataclass, field
from email.message import EmailMessage
from random import Random
from typing import Final

from exchange.domain.device import DeviceId, InstallCode

SEED: Final = 121


@dataclass(frozen=True, slots=True)
class Company:
    """A supplier of the demo."""

    signifier: str
    name: str
    mpid: str

    @property
    def address(self) -> str:
        """Return the address of its request mailbox."""
        return f"install-codes@{self.signifier.lower()}.example"

    @property
    def contacts(self) -> tuple[str, str]:
        """Return the addresses of its two escalation contacts."""
        domain = f"{self.signifier.lower()}.example"
        return f"metering.lead@{domain}", f"head.of.metering@{domain}"


GAIN: Final = Company("GAIN", "Gainsborough Energy", "GNSB")
LOSE: Final = Company("LOSE", "Loseley Power", "LSLY")
FORM: Final = Company("FORM", "Formby Gas and Power", "FRMB")
QUIET: Final = Company("QUIET", "Quietdale Supply", "QTDL")
AGENTS: Final = (GAIN, LOSE, FORM)
COMPANIES: Final = (*AGENTS, QUIET)


@dataclass(slots=True)
class Meters:
    """Who installed what; ``codes`` is the truth that the demo checks itself against."""

    codes: dict[str, InstallCode] = field(default_factory=dict, repr=False)
    installed: dict[str, list[str]] = field(default_factory=dict)  # signifier -> devices with code
    codeless: dict[str, list[str]] = field(default_factory=dict)  # installed, the code mislaid
    gained: list[tuple[str, str, str]] = field(default_factory=list)  # device, losing, former
    by_hand: list[str] = field(default_factory=list)  # what QUIET's people ask LOSE about
    found_later: list[str] = field(default_factory=list)  # LOSE finds these codes in a drawer


def make_meters() -> Meters:
    """Make the same world every time: 240 gained devices, and a dozen that QUIET asks about."""
    random = Random(SEED)  # noqa: S311 - made-up meters, and the same ones every time
    meters = Meters()

    def new() -> str:
        raw = bytes((0x00, 0xDB)) + random.randbytes(6)
        device = str(DeviceId(raw))
        meters.codes[device] = InstallCode(random.randbytes(16))
        return device

    def group(number: int) -> list[str]:
        return [new() for _ in range(number)]

    lose, form, both, mislaid, quiet, hand = (group(n) for n in (120, 56, 14, 10, 40, 9))
    meters.installed = {"LOSE": [*lose, *hand], "FORM": form}
    meters.codeless = {"LOSE": mislaid, "FORM": []}
    meters.by_hand = hand
    meters.found_later = mislaid[:6]
    for device in (*lose, *mislaid):
        meters.gained.append((device, "LOSE", ""))
    for device in (*form, *both):
        meters.gained.append((device, "LOSE", "FORM"))
    for device in quiet:
        meters.gained.append((device, "QUIET", ""))
    random.shuffle(meters.gained)
    return meters


def gained_csv(meters: Meters) -> bytes:
    """Return the gaining Supplier's list, as its billing system exports it."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow(("Device ID", "Device type", "Losing supplier", "Former suppliers"))
    for device, losing, former in meters.gained:
        writer.writerow((device, "ESME", losing, former))
    return out.getvalue().encode()


def contacts_csv(for_whom: Company) -> bytes:
    """Return the contacts register of ``for_whom``: all the others."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow(
        ("party", "signifier", "mpids", "request_address", "escalation_1", "escalation_2",
         "confirmed_on")
    )  # fmt: skip
    for company in COMPANIES:
        if company != for_whom:
            writer.writerow(
                (company.name, company.signifier, company.mpid, company.address,
                 *company.contacts, "2026-12-01")
            )  # fmt: skip
    return out.getvalue().encode()


def mail_by_hand(meters: Meters) -> bytes:
    """Return a mail that a person at QUIET sends LOSE; Excel has damaged three of its rows."""
    good = meters.by_hand
    rows = [
        *(f"{device.replace('-', '')},installed not commissioned" for device in good),
        "1.23457E+15,installed not commissioned",
        "00DB1234567O90A0,pending",
        "DB12345678,pending",
    ]
    message = EmailMessage()
    message["From"] = f"Smart Ops <{QUIET.address}>"
    message["To"] = LOSE.address
    message["Subject"] = "MP121 codes please - Quietdale ref 2026/118"
    message["Message-ID"] = "<by-hand-1@quiet.example>"
    message["Date"] = "Wed, 16 Dec 2026 15:12:00 +0000"
    message.set_content(
        "Hi,\n\nWe gained these and they were never commissioned. "
        "Please can we have the install codes, list attached.\n\nThanks\nSam\n"
    )
    message.add_attachment(
        ("Device ID,Status\r\n" + "\r\n".join(rows) + "\r\n").encode(),
        maintype="text",
        subtype="csv",
        filename="devices for Loseley.csv",
    )
    return message.as_bytes(policy=message.policy.clone(linesep="\r\n"))
