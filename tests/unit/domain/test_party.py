"""Parties: what is refused, what a contacts row means, what a diff and a check say."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from exchange.domain.contactrow import CONTACT_COLUMNS, REQUIRED, party_from_row
from exchange.domain.party import (
    Change,
    EscalationContact,
    Party,
    check_entries,
    diff,
    parse_address,
)
from exchange.errors import BadInput, BadInputs
from exchange.parsing.phrases.header_terms import normalise_header
from exchange.parsing.reading.import_tables import match_columns, read_tables
from tests.places import ROOT

SAMPLE = ROOT / "config" / "contacts.csv"
TODAY = date(2026, 11, 2)
PLACE = "contacts.csv > row 14"


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


ROW = {
    "party": "Bracken Energy",
    "signifier": "BRACKEN",
    "request_address": "codes@bracken.example",
}


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


def test_the_shortest_row() -> None:
    assert party_from_row(ROW, PLACE) == Party(
        signifier="BRACKEN",
        name="Bracken Energy",
        mpids=(),
        role="supplier",
        request_address="codes@bracken.example",
        reply_address="codes@bracken.example",
    )


def test_a_full_row() -> None:
    found = party_from_row(
        {
            "party": " Bracken\u00a0 Energy ",
            "signifier": "bracken",
            "mpids": "brke; BRKG,BRKX BRKY",
            "role": "Supplier",
            "request_address": "Codes@Bracken.example",
            "reply_address": "replies@bracken.example",
            "escalation_1": '"Lead, Smart" <Lead@bracken.example>',
            "escalation_2": "head@bracken.example",
            "escalation_2_name": "Head of Metering",
            "escalation_3": "Somebody <ceo@bracken.example>",
            "escalation_3_name": "Chief Executive",
            "escalation_4": "",
            "sla_days": "20",
            "sla_agreed": "J. Smith, 2026-08-03",
            "active": "No",
            "confirmed_on": "2026-10-01",
        },
        PLACE,
    )
    assert found == Party(
        signifier="BRACKEN",
        name="Bracken Energy",
        mpids=("BRKE", "BRKG", "BRKX", "BRKY"),
        role="supplier",
        request_address="codes@bracken.example",
        reply_address="replies@bracken.example",
        escalation=(
            EscalationContact(1, "Lead, Smart", "lead@bracken.example"),
            EscalationContact(2, "Head of Metering", "head@bracken.example"),
            EscalationContact(3, "Chief Executive", "ceo@bracken.example"),
        ),
        sla_days=20,
        sla_agreed="J. Smith, 2026-08-03",
        active=False,
        confirmed_on=date(2026, 10, 1),
    )


@pytest.mark.parametrize(
    "cell",
    [
        "Lead <lead@b.example>; head@b.example",
        "Lead <lead@b.example> | head@b.example |",
        "Lead <lead@b.example>, head@b.example",
        "Lead <lead@b.example>;\nhead@b.example",
    ],
)
def test_all_levels_in_one_column(cell: str) -> None:
    assert party_from_row({**ROW, "escalation": cell}, PLACE).escalation == (
        EscalationContact(1, "Lead", "lead@b.example"),
        EscalationContact(2, "", "head@b.example"),
    )


@pytest.mark.parametrize(
    ("written", "day"),
    [
        ("2026-10-01", date(2026, 10, 1)),
        ("2026-10-01 00:00:00", date(2026, 10, 1)),
        ("01/10/2026", date(2026, 10, 1)),
        ("", None),
    ],
)
def test_the_day_of_confirmation(written: str, day: date | None) -> None:
    assert party_from_row({**ROW, "confirmed_on": written}, PLACE).confirmed_on == day


def test_a_number_as_a_spreadsheet_writes_it() -> None:
    assert party_from_row({**ROW, "sla_days": "20.0"}, PLACE).sla_days == 20


@pytest.mark.parametrize(
    ("field", "cell", "where", "said"),
    [
        ("party", "", "party", "missing"),
        ("signifier", " ", "signifier", "missing"),
        ("signifier", "Bracken Energy", "signifier", "not a Party Signifier"),
        ("request_address", "", "request_address", "no mail address"),
        ("request_address", "Codes <a@b.example>", "request_address", "not one mail address"),
        ("reply_address", "a@b.example c@d.example", "reply_address", "not one mail address"),
        ("mpids", "BRKE/BRKG", "mpids", "'BRKE/BRKG' is not an MPID"),
        ("signifier", "\u017fpark", "signifier", "not a Party Signifier"),
        ("mpids", "12", "mpids", "'12' is not an MPID"),
        ("role", "supplier!", "role", "not a role"),
        ("escalation_1", "Lead", "escalation_1", "not one mail address"),
        ("escalation_1", "Lead <lead>", "escalation_1", "not one mail address"),
        ("escalation_2", "a@b.example", "escalation_2", "level 2 without level 1"),
        ("escalation_1_name", "Lead", "escalation_1", "'Lead' has no mail address"),
        ("escalation", "a@b.example; Lead", "escalation", "not one mail address"),
        ("escalation", ";".join(["a@b.example"] * 6), "escalation", "at most 5"),
        ("sla_days", "ten", "sla_days", "not a whole number"),
        ("sla_days", "10.5", "sla_days", "not a whole number"),
        ("sla_days", "0", "sla_days", "1 to 260"),
        ("active", "perhaps", "active", "neither yes nor no"),
        ("confirmed_on", "2026-02-30", "confirmed_on", "there is no day"),
        ("confirmed_on", "1 Oct 2026", "confirmed_on", "not a date"),
    ],
)
def test_a_faulty_cell_is_named(field: str, cell: str, where: str, said: str) -> None:
    with pytest.raises(BadInput, match=said) as caught:
        party_from_row({**ROW, field: cell}, PLACE)
    assert caught.value.place == f"{PLACE} > {where}"


def test_levels_in_both_ways_are_refused() -> None:
    with pytest.raises(BadInput, match="not in both"):
        party_from_row({**ROW, "escalation": "a@b.example", "escalation_1": "c@d.example"}, PLACE)


def test_every_fault_of_a_row_is_told_at_once() -> None:
    with pytest.raises(BadInputs) as caught:
        party_from_row({"request_address": "x", "sla_days": "ten", "signifier": "AB"}, PLACE)
    assert [fault.place for fault in caught.value.faults] == [
        f"{PLACE} > request_address",
        f"{PLACE} > sla_days",
        f"{PLACE} > party",
    ]
    assert str(caught.value).startswith(f"{PLACE}: 3 faults: request_address: 'x' is not")


@given(
    st.dictionaries(st.sampled_from(sorted(CONTACT_COLUMNS)), st.text(max_size=30), max_size=8).map(
        lambda cells: {**ROW, **cells}
    )
)
def test_any_row_gives_a_party_or_one_of_our_errors(cells: dict[str, str]) -> None:
    try:
        found = party_from_row(cells, PLACE)
    except BadInput as error:
        place = error.place
    else:
        place = PLACE
        assert found.name.isprintable()
        assert found.addresses == {parse_address(address) for address in found.addresses}
    assert place.startswith(PLACE)


def test_no_wording_means_two_columns() -> None:
    wordings = [normalise_header(wording) for each in CONTACT_COLUMNS.values() for wording in each]
    assert len(set(wordings)) == len(wordings)
    assert set(REQUIRED) <= set(CONTACT_COLUMNS)
    # Each field's own name is a wording of it.
    assert match_columns(list(CONTACT_COLUMNS), CONTACT_COLUMNS) == {
        name: i for i, name in enumerate(CONTACT_COLUMNS)
    }


def test_headers_as_people_write_them() -> None:
    header = [
        *("Party Name", "SEC Party Signifier", "MPID(s)", "Role", "Request Email (MP121)"),
        *("Reply address", "Escalation Contact 1", "Escalation 1 name", "Level 2", "SLA"),
        *("Agreed by", "Last confirmed"),
    ]
    in_order = [
        *("party", "signifier", "mpids", "role", "request_address", "reply_address"),
        *("escalation_1", "escalation_1_name", "escalation_2", "sla_days"),
        *("sla_agreed", "confirmed_on"),
    ]
    found = match_columns(header, CONTACT_COLUMNS)
    assert found == {field: column for column, field in enumerate(in_order)}


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
