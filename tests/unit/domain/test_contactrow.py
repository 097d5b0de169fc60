"""A row of a contacts list as people write it: what it means, and what is refused."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from exchange.domain.contactrow import CONTACT_COLUMNS, REQUIRED, party_from_row
from exchange.domain.party import EscalationContact, Party, parse_address
from exchange.errors import BadInput, BadInputs
from exchange.parsing.phrases.header_terms import normalise_header
from exchange.parsing.reading.import_tables import match_columns

PLACE = "contacts.csv > row 14"

ROW = {
    "party": "Bracken Energy",
    "signifier": "BRACKEN",
    "request_address": "codes@bracken.example",
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


def test_without_a_place_the_field_alone_is_named() -> None:
    with pytest.raises(BadInput) as raised:
        party_from_row({**ROW, "active": "perhaps"}, "")
    assert raised.value.place == "active"
