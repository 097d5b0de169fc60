"""Parties: what is refused, and what a diff and a check of a register say."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from exchange.domain.contactrow import CONTACT_COLUMNS, party_from_row
from exchange.domain.party import (
    Change,
    EscalationContact,
    Party,
    check_entries,
    diff,
    parse_address,
)
from exchange.errors import BadInput
from exchange.parsing.reading.import_tables import match_columns, read_tables
from tests.places import ROOT

SAMPLE = ROOT / "config" / "contacts.csv"
TODAY = date(2026, 11, 2)


def party(signifier: str = "BRACKEN", **changed: object) -> Party:
    whole = Party(
        signifier=signifier,
        name=f"{signifier.title()} Energy",
        mpids=(signifier[:4],),
        role="supplier",
        request_address=f"codes@{signifier.lower()}.example",
        reply_address=f"codes@{signifier.lower()}.example",
        escalation=(EscalationContact(1, "Lead", f"lead@{signifier.lower()}.example"),),
        confirmed_on=date(2026, 10, 1),
    )
    return replace(whole, **changed)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("text", "address"),
    [
        (" Codes@Bracken.EXAMPLE ", "codes@bracken.example"),
        ("o'neil+mp121@a-b.c.example", "o'neil+mp121@a-b.c.example"),
        ("a.b.c@xn--caf-dma.example", "a.b.c@xn--caf-dma.example"),
    ],
)
def test_addresses(text: str, address: str) -> None:
    assert parse_address(text) == address


@pytest.mark.parametrize(
    "text",
    [
        *("", " ", "codes", "codes@", "@bracken.example", "codes@bracken", "a@b@c.example"),
        *("Codes <codes@bracken.example>", "<codes@bracken.example>", "a@b.example, c@d.example"),
        *("a@b.example;c@d.example", '"a b"@c.example', "a b@c.example", "a@[127.0.0.1]"),
        *(".a@b.example", "a.@b.example", "a..b@c.example", "a@-b.example", "a@b-.example"),
        *("a@b..example", "a@b.example.", "a@b.example\r\nBcc: x@y.example", "a\x00@b.example"),
        *(
            "c\u043edes@bracken.example",
            "codes@br\u0430cken.example",
            "\u212a@b.example",
            "a(x)@b.example",
        ),
        *("x" * 65 + "@b.example", "a@" + "b" * 64 + ".example", "a@" + "b." * 130 + "example"),
    ],
)
def test_what_is_not_one_address_is_refused(text: str) -> None:
    with pytest.raises(BadInput):
        parse_address(text)


@given(st.text(max_size=40))
def test_whatever_is_taken_for_an_address_is_canonical(text: str) -> None:
    try:
        address = parse_address(text)
    except BadInput:
        return
    assert address == parse_address(address) == address.lower()
    assert address.count("@") == 1
    assert address.isprintable()


@pytest.mark.parametrize(
    ("field", "value", "said"),
    [
        ("signifier", "bracken", "not a Party Signifier"),
        ("signifier", "B", "not a Party Signifier"),
        ("signifier", "BRACKEN ENERGY", "not a Party Signifier"),
        ("name", "", "no name"),
        ("name", "Bracken\nBcc: x@y.example", "not one line"),
        ("name", "x" * 201, "not one line"),
        ("role", "", "not a role"),
        ("mpids", ("BRK",), "'BRK' is not an MPID"),
        ("mpids", ("brke",), "'brke' is not an MPID"),
        ("mpids", ("BRKE", "BRKE"), "is listed twice"),
        ("request_address", "codes", "not one mail address"),
        ("request_address", "Codes@bracken.example", "not in lower case"),
        ("reply_address", "", "no mail address"),
        ("escalation", (EscalationContact(2, "", "a@b.example"),), "2 without escalation 1"),
        ("sla_days", 0, "1 to 260"),
        ("sla_days", 261, "1 to 260"),
        ("sla_agreed", "a\tb", "not one line"),
    ],
)
def test_a_party_that_cannot_be(field: str, value: object, said: str) -> None:
    with pytest.raises(BadInput, match=said) as caught:
        replace(party(), **{field: value})  # type: ignore[arg-type]
    expected = {"name": "party", "escalation": "escalation_1"}.get(field, field)
    assert caught.value.place == expected


@pytest.mark.parametrize(
    ("level", "name", "address"),
    [(0, "", "a@b.example"), (6, "", "a@b.example"), (1, "", "a"), (1, "a\nb", "a@b.example")],
)
def test_an_escalation_contact_that_cannot_be(level: int, name: str, address: str) -> None:
    with pytest.raises(BadInput):
        EscalationContact(level, name, address)


def test_all_addresses_of_a_party() -> None:
    assert party(reply_address="replies@bracken.example").addresses == {
        "codes@bracken.example",
        "replies@bracken.example",
        "lead@bracken.example",
    }


def sample() -> list[Party]:
    (table,) = read_tables("contacts.csv", SAMPLE.read_bytes())
    columns = match_columns(table.header, CONTACT_COLUMNS)
    assert sorted(columns.values()) == list(range(len(table.header)))
    return [
        party_from_row(
            {field: row.cells[column] for field, column in columns.items()},
            table.place(row.number),
        )
        for row in table.rows
    ]


def test_the_shipped_sample() -> None:
    parties = sample()
    assert [one.signifier for one in parties] == ["BRACKEN", "FELLSIDE", "TARNGAS", "WHARFE"]
    assert parties[2].escalation[0] == EscalationContact(
        1, "Metering Duty Manager", "metering.duty@tarn-gas.example"
    )
    assert (parties[2].sla_days, parties[3].active) == (20, False)
    assert all(address.endswith(".example") for one in parties for address in one.addresses)
    assert check_entries(parties, TODAY) == ()


def test_a_diff_of_equal_registers_is_empty() -> None:
    assert diff(sample(), list(reversed(sample()))) == ()


def test_a_diff_names_every_change() -> None:
    old = [party("BRACKEN"), party("FELLSIDE"), party("TARNGAS")]
    new = [
        party("WHARFE", reply_address="replies@wharfe.example"),
        party(
            "BRACKEN",
            request_address="new@bracken.example",
            mpids=("BRKE", "BRKG"),
            escalation=(
                EscalationContact(1, "Lead", "lead@bracken.example"),
                EscalationContact(2, "", "head@bracken.example"),
            ),
            sla_days=20,
            active=False,
            confirmed_on=None,
        ),
        party("TARNGAS"),
    ]
    changes = diff(old, new)
    assert changes == (
        Change("BRACKEN", "mpids", "BRAC", "BRKE; BRKG"),
        Change("BRACKEN", "request_address", "codes@bracken.example", "new@bracken.example"),
        Change(
            "BRACKEN",
            "escalation",
            "1: Lead <lead@bracken.example>",
            "1: Lead <lead@bracken.example>; 2: head@bracken.example",
        ),
        Change("BRACKEN", "sla_days", "", "20"),
        Change("BRACKEN", "active", "yes", "no"),
        Change("BRACKEN", "confirmed_on", "2026-10-01", ""),
        Change(
            "FELLSIDE",
            "party",
            "Fellside Energy, requests to codes@fellside.example, MPIDs FELL,"
            " escalation 1: Lead <lead@fellside.example>",
            "",
        ),
        Change(
            "WHARFE",
            "party",
            "",
            "Wharfe Energy, requests to codes@wharfe.example, replies to replies@wharfe.example,"
            " MPIDs WHAR, escalation 1: Lead <lead@wharfe.example>",
        ),
    )
    assert [change.kind for change in changes] == ["changed"] * 6 + ["removed", "added"]


def test_every_field_is_compared() -> None:
    changed = {
        "name": "Other",
        "mpids": (),
        "role": "meter operator",
        "request_address": "x@bracken.example",
        "reply_address": "x@bracken.example",
        "escalation": (),
        "sla_days": 5,
        "sla_agreed": "somebody",
        "max_mail_mb": 10,
        "active": False,
        "confirmed_on": None,
    }
    assert {*changed, "signifier"} == set(Party.__dataclass_fields__)
    for field, value in changed.items():
        becomes = replace(party(), **{field: value})  # type: ignore[arg-type]
        assert [one.field for one in diff([party()], [becomes])] == [field]


def test_a_signifier_that_stands_twice() -> None:
    with pytest.raises(BadInput, match="BRACKEN is listed twice"):
        diff([], [party(), party(name="Other")])


def problems(*parties: Party, **options: object) -> list[tuple[str, str]]:
    found = check_entries(parties, TODAY, **options)  # type: ignore[arg-type]
    assert all(finding.advice for finding in found)
    return [(finding.signifier, finding.problem) for finding in found]


def test_a_good_register_has_no_findings() -> None:
    assert problems(party("BRACKEN"), party("FELLSIDE")) == []


def test_a_party_without_an_escalation_contact() -> None:
    assert problems(party(escalation=())) == [("BRACKEN", "no escalation contact")]


def test_an_escalation_contact_at_the_request_address() -> None:
    same = (EscalationContact(1, "", "codes@bracken.example"),)
    assert problems(party(escalation=same)) == [
        ("BRACKEN", "escalation 1 is the request address itself")
    ]


def test_one_address_at_two_parties_is_told_at_both() -> None:
    shared = party("FELLSIDE", reply_address="codes@bracken.example")
    assert problems(party("BRACKEN"), shared) == [
        ("BRACKEN", "codes@bracken.example is also an address of FELLSIDE"),
        ("FELLSIDE", "codes@bracken.example is also an address of BRACKEN"),
    ]
    assert problems(party("BRACKEN"), replace(shared, active=False)) == []


def test_our_own_address() -> None:
    assert problems(party(), ours=["Codes@Bracken.example"]) == [
        ("BRACKEN", "codes@bracken.example is our own address")
    ]


def test_mpids_that_are_missing_or_shared() -> None:
    assert problems(party(mpids=())) == [("BRACKEN", "no MPID")]
    assert problems(party("BRACKEN"), party("FELLSIDE", mpids=("FELL", "BRAC"))) == [
        ("BRACKEN", "the MPID BRAC is also listed for FELLSIDE"),
        ("FELLSIDE", "the MPID BRAC is also listed for BRACKEN"),
    ]


@pytest.mark.parametrize(
    ("confirmed", "options", "said"),
    [
        (None, {}, ["never confirmed"]),
        (date(2026, 11, 3), {}, ["confirmed on a day in the future"]),
        (date(2026, 5, 4), {}, []),  # 182 days
        (date(2026, 5, 3), {}, ["last confirmed 183 days ago, on 2026-05-03"]),
        (date(2026, 5, 3), {"stale_after_days": 183}, []),
        (date(2020, 5, 3), {"stale_after_days": 0}, []),
    ],
)
def test_entries_that_nobody_confirmed(
    confirmed: date | None, options: dict[str, int], said: list[str]
) -> None:
    assert [said for _, said in problems(party(confirmed_on=confirmed), **options)] == said


def test_an_answer_time_that_nobody_is_named_for() -> None:
    assert problems(party(sla_days=20)) == [
        ("BRACKEN", "an answer time of 20 Working Days, but not who agreed to it")
    ]
    assert problems(party(sla_days=20, sla_agreed="J. Smith, 2026-08-03")) == []
    assert problems(party(sla_days=10)) == []
