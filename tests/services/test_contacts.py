"""The contacts register kept by people: what an import shows, writes, refuses and remembers."""

from __future__ import annotations

import io
import json
from pathlib import Path

import pytest
import xlsxwriter

from exchange.cli.contacts.contacts import app
from exchange.domain.party import Party
from exchange.errors import BadInput, BadInputs
from exchange.rendering.shipped import shipped_folder
from exchange.services.context import Context
from exchange.services.people import contacts
from tests.services.contexts import Said, add_parties, command, make_context, make_party

HEAD = "party,signifier,mpids,request_address,reply_address,escalation_1,sla_days,confirmed_on\n"
FORM = "Formby Gas,FORM,FRMB;FRMG,codes@form.example,,Lead <lead@form.example>,,2026-11-01\n"
GAIN = "Gainsborough,GAIN,GNSB,codes@gain.example,answers@gain.example,,20,\n"


@pytest.fixture
def ctx(tmp_path: Path) -> Context:
    return make_context(tmp_path / "lose")


def write(ctx: Context, text: str, name: str = "contacts.csv") -> str:
    path = ctx.folder.parent / name
    path.write_text(text)
    return str(path)


def run(ctx: Context, *words: str) -> Said:
    return command(app, ctx.folder, *words)


def parties(ctx: Context) -> dict[str, Party]:
    return {party.signifier: party for party in contacts.list_parties(ctx)}


def audited(ctx: Context) -> list[tuple[str, str, dict[str, str]]]:
    with ctx.store.reading() as tx:
        return [
            (row.actor, row.subject, json.loads(row.detail))
            for row in tx.audit.rows(event="contacts.changed")
        ]


def test_import_shows_then_applies_with_history_and_audit(ctx: Context) -> None:
    path = write(ctx, HEAD + FORM + GAIN)
    said = run(ctx, "import", path, "--yes", "--by", "Sam Ops")
    assert said.code == 0
    assert "+ FORM: Formby Gas, requests to codes@form.example" in said.out
    assert said.out.endswith("contacts.csv: 2 parties changed; see `exchange contacts check`\n")
    form, gain = parties(ctx)["FORM"], parties(ctx)["GAIN"]
    assert form.mpids == ("FRMB", "FRMG")
    assert form.reply_address == "codes@form.example"
    assert str(form.escalation[0]) == "Lead <lead@form.example>"
    assert (gain.reply_address, gain.sla_days) == ("answers@gain.example", 20)
    assert [(who, party) for who, party, _ in audited(ctx)] == [
        ("Sam Ops", "FORM"),
        ("Sam Ops", "GAIN"),
    ]
    assert "codes@form.example" in audited(ctx)[0][2]["added"]

    again = run(ctx, "import", path)
    assert (again.code, again.out) == (0, "contacts.csv: no changes\n")
    assert len(audited(ctx)) == 2


def test_a_changed_address_is_shown_and_remembered(ctx: Context) -> None:
    run(ctx, "import", write(ctx, HEAD + FORM + GAIN), "--yes")
    moved = FORM.replace("codes@form.example", "new@form.example")
    path = write(ctx, HEAD + moved + GAIN, "october.csv")
    said = run(ctx, "import", path, "--yes", "--by", "Jo")
    assert "~ FORM request_address: codes@form.example -> new@form.example\n" in said.out
    assert "GAIN" not in said.out
    past = [(one.actor, one.source, one.change) for one in contacts.history(ctx, "form")]
    who, source, change = past[1]
    assert (who, source, change.field) == ("Jo", "october.csv", "request_address")
    assert (change.before, change.after) == ("codes@form.example", "new@form.example")
    assert audited(ctx)[-1][2]["request_address"] == "codes@form.example -> new@form.example"
    listed = json.loads(run(ctx, "history", "FORM", "--json").out)
    assert [one["kind"] for one in listed] == ["added", "changed", "changed"]


@pytest.mark.parametrize("words", [(), ("--dry-run",), ("--dry-run", "--yes")])
def test_without_a_yes_nothing_changes(ctx: Context, words: tuple[str, ...]) -> None:
    said = run(ctx, "import", write(ctx, HEAD + FORM), *words)
    assert "+ FORM" in said.out
    assert said.code == (0 if words else 1)
    if not words:
        assert "--yes" in said.err
    assert parties(ctx) == {}
    assert audited(ctx) == []


@pytest.mark.parametrize(("typed", "changed"), [("y\n", 1), ("n\n", 0), ("\n", 0)])
def test_on_a_terminal_a_person_is_asked(
    ctx: Context, monkeypatch: pytest.MonkeyPatch, typed: str, changed: int
) -> None:
    monkeypatch.setattr("exchange.cli.contacts.contacts.at_terminal", lambda: True)
    said = command(app, ctx.folder, "import", write(ctx, HEAD + FORM), typed=typed)
    assert said.code == 0
    assert "Apply? [y/N]" in said.all
    assert len(parties(ctx)) == changed


def test_json_says_what_it_did(ctx: Context) -> None:
    path = write(ctx, HEAD + FORM)
    refused = run(ctx, "import", path, "--json")
    assert refused.code == 1
    assert json.loads(refused.out)["applied"] is False
    done = json.loads(run(ctx, "import", path, "--json", "--yes").out)
    assert (done["applied"], done["parties_changed"], done["rows"]) == (True, 1, 1)


def test_every_bad_row_is_named_and_nothing_is_changed(ctx: Context) -> None:
    text = (
        HEAD
        + GAIN
        + "Nobody,,XXXX,not an address,,,,\n"
        + "Bad Mpid,BADM,TOOLONG,a@b.example,,,,\n"
        + FORM
        + FORM
        + "Bad Days,DAYS,DAYS,a@d.example,,,soon,31/02/2026\n"
    )
    said = run(ctx, "import", write(ctx, text), "--yes")
    assert said.code == 1
    lines = said.err.splitlines()
    assert [line.split(":")[0] for line in lines[:6]] == [
        "contacts.csv > row 3 > request_address",
        "contacts.csv > row 3 > signifier",
        "contacts.csv > row 4 > mpids",
        "contacts.csv > row 6 > signifier",
        "contacts.csv > row 7 > sla_days",
        "contacts.csv > row 7 > confirmed_on",
    ]
    assert "FORM is also at contacts.csv > row 5" in said.err
    assert parties(ctx) == {}


def test_parties_not_in_the_file_are_left_alone_or_made_inactive(ctx: Context) -> None:
    run(ctx, "import", write(ctx, HEAD + FORM + GAIN), "--yes")
    path = write(ctx, HEAD + FORM)
    said = run(ctx, "import", path)
    assert "not in the file, left alone: GAIN\n" in said.out
    assert "no changes" in said.out
    said = run(ctx, "import", path, "--replace", "--yes")
    assert "~ GAIN active: yes -> no\n" in said.out
    assert not parties(ctx)["GAIN"].active
    assert parties(ctx)["GAIN"].request_address == "codes@gain.example"
    again = run(ctx, "import", path, "--replace")
    assert again.out == "contacts.csv: no changes\n"


def test_we_ourselves_are_left_out_with_a_note(ctx: Context) -> None:
    text = HEAD + FORM + "Us,lose,LSLY,someone@else.example,,,,\n"
    said = run(ctx, "import", write(ctx, text), "--yes")
    assert "note: contacts.csv > row 3: LOSE is our own party; left out\n" in said.out
    assert list(parties(ctx)) == ["FORM"]


def test_a_column_the_file_lacks_leaves_its_field_alone(ctx: Context) -> None:
    run(ctx, "import", write(ctx, HEAD + FORM + GAIN), "--yes")
    short = "Party name,Signifier,Ask at\n"
    with pytest.raises(BadInput, match="no column request_address"):
        contacts.plan_import(ctx, "s.csv", (short + "F,FORM,a@b.example\n").encode())
    short = "Party name,Signifier,Request email,Answers\n"
    plan = contacts.plan_import(
        ctx, "s.csv", (short + "Gainsborough,GAIN,new@gain.example,x\n").encode()
    )
    assert [(one.field, one.after) for one in plan.changes] == [
        ("request_address", "new@gain.example")
    ]
    assert plan.parties[0].sla_days == 20
    assert plan.parties[0].reply_address == "answers@gain.example"
    assert plan.notes == ("s.csv: unknown columns, not read: Answers",)
    moved = contacts.plan_import(
        ctx, "s.csv", b"party,signifier,request address\nFormby Gas,FORM,new@form.example\n"
    )
    # The reply address was the request address; a mail must not go on to the old one.
    assert moved.parties[0].reply_address == "new@form.example"
    assert moved.parties[0].escalation == parties(ctx)["FORM"].escalation


@pytest.mark.parametrize(
    ("header", "said"),
    [
        ("Reply adress", r"no column Reply adress .+ \(did you mean reply_address\?\)"),
        ("escalaton_1", r"no column escalaton_1 .+ \(did you mean escalation_1\?\)"),
        ("Party", r"the column Party is there twice"),
    ],
)
def test_a_column_misspelt_or_written_twice_is_refused(
    ctx: Context, header: str, said: str
) -> None:
    text = f"party,signifier,request address,{header}\nForm,FORM,a@b.example,c@d.example\n"
    with pytest.raises(BadInput, match=said):
        contacts.plan_import(ctx, "c.csv", text.encode())


@pytest.mark.parametrize("header", ["notes", "confirmed by", "escalation 6", "Telephone"])
def test_a_column_of_something_else_is_only_noted(ctx: Context, header: str) -> None:
    text = f"party,signifier,request address,{header}\nForm,FORM,a@b.example,x,y\n"
    notes = contacts.plan_import(ctx, "c.csv", text.encode()).notes
    assert notes == (
        f"c.csv: unknown columns, not read: {header}",
        "c.csv > row 2: cells beyond the last column are not read",
    )


def test_an_inactive_party_stays_so_until_a_column_says_otherwise(ctx: Context) -> None:
    add_parties(ctx, make_party("FORM", active=False))
    text = "party,signifier,request address\nForm Energy,FORM,codes@form.example\n"
    plan = contacts.plan_import(ctx, "c.csv", text.encode())
    assert plan.changes == ()
    assert "FORM is in the file but stays inactive" in plan.notes[0]
    text = "party,signifier,request address,active\nForm Energy,FORM,codes@form.example,yes\n"
    plan = contacts.plan_import(ctx, "c.csv", text.encode())
    assert [one.field for one in plan.changes] == ["active"]


def test_a_plan_is_not_applied_to_another_register(ctx: Context) -> None:
    plan = contacts.plan_import(ctx, "c.csv", (HEAD + FORM).encode())
    add_parties(ctx, make_party("THIRD"))
    with pytest.raises(BadInput, match="somebody else changed the register meanwhile"):
        contacts.apply_plan(ctx, plan, "test")
    assert list(parties(ctx)) == ["THIRD"]


def test_a_workbook_and_what_excel_does_to_it(ctx: Context) -> None:
    out = io.BytesIO()
    with xlsxwriter.Workbook(out) as book:
        notes = book.add_worksheet("Read me")
        notes.write_column(0, 0, ("The operational contacts list", "Version 3"))
        sheet = book.add_worksheet("Contacts")
        sheet.write_row(0, 0, ("Company", "Party Signifier", "MPID", "Email", "SLA days"))
        sheet.write_row(1, 0, ("Formby", "FORM", "FRMB", "codes@form.example"))
        sheet.write_number(1, 4, 15)
        sheet.write_row(2, 0, ("Third", "THIRD", "", "codes@third.example"))
        sheet.write_number(2, 2, 1000)  # it was 1E03
    with pytest.raises(BadInput) as caught:
        contacts.plan_import(ctx, "c.xlsx", out.getvalue())
    assert not isinstance(caught.value, BadInputs)
    assert caught.value.place == "c.xlsx > Contacts > row 3 > mpids"


def test_the_sample_file_can_be_imported_and_checked(ctx: Context) -> None:
    sample = shipped_folder("config") / "contacts.csv"
    assert run(ctx, "import", str(sample), "--yes").code == 0
    listed = json.loads(run(ctx, "list", "--json").out)
    assert {"TARNGAS": 20, "WHARFE": None}.items() <= {
        one["signifier"]: one["sla_days"] for one in listed
    }.items()
    assert "Bracken Energy" in run(ctx, "list").out


def test_check_names_what_a_person_should_look_at(ctx: Context) -> None:
    twin = "Twin,TWIN,TWNN,codes@form.example,,,,2026-01-01\n"
    ours = "Odd,ODDX,ODDX,install-codes@lose.example,,a@odd.example,,2026-11-01\n"
    run(ctx, "import", write(ctx, HEAD + FORM + twin + ours), "--yes")
    found = json.loads(run(ctx, "check", "--json").out)
    said = {(one["signifier"], one["problem"]) for one in found}
    assert ("TWIN", "no escalation contact") in said
    assert ("TWIN", "codes@form.example is also an address of FORM") in said
    assert ("TWIN", "last confirmed 334 days ago, on 2026-01-01") in said
    assert ("ODDX", "install-codes@lose.example is our own address") in said
    assert run(ctx, "check").code == 0
    assert run(ctx, "check", "--strict").code == 1


def test_check_of_a_clean_register(ctx: Context) -> None:
    run(ctx, "import", write(ctx, HEAD + FORM), "--yes")
    said = run(ctx, "check", "--strict")
    assert (said.code, said.out) == (0, "no findings\n")


def test_a_missing_file_and_an_empty_one(ctx: Context) -> None:
    said = run(ctx, "import", str(ctx.folder / "none.csv"), "--yes")
    assert said.code == 1
    assert "No such file" in said.err
    said = run(ctx, "import", write(ctx, ""), "--yes")
    assert (said.code, said.err) == (1, "contacts.csv: the file is empty\n")
