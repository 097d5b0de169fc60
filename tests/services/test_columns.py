"""Columns on file: put, shown, tried and taken off; used for their own party's mail only."""

from __future__ import annotations

import io
import json
from dataclasses import replace
from pathlib import Path

import pytest
import xlsxwriter

from exchange.cli.contacts.contacts import app
from exchange.domain.columns.column_map import ColumnMap
from exchange.errors import BadInput, NotFound
from exchange.services.answering import party_columns
from tests.services.contexts import add_parties, command, make_context, make_party

# In halves of sixteen digits each looks like a Device ID; this one has no CRC.
HALVES = ("83FED3407A939723", "A5C639B26916D505")
DEVICE = "00-DB-12-34-56-78-90-A0"
HUB = "00-DB-12-34-56-78-90-A1"


def _book() -> bytes:
    out = io.BytesIO()
    with xlsxwriter.Workbook(out, {"in_memory": True}) as book:
        sheet = book.add_worksheet("Replies")
        sheet.write_row(1, 1, ["Device ID", "Unit A", "Part 1", "Part 2", "Note"])
        sheet.write_row(2, 1, [HUB, DEVICE, *HALVES, "\x1b[31mred"])
    return out.getvalue()


def test_what_is_put_on_file_comes_back_and_goes(tmp_path: Path) -> None:
    folder = tmp_path / "lose"
    ctx = make_context(folder)
    add_parties(ctx, make_party("GAIN"))
    first = command(app, folder, "columns", "set", "gain", "--device", "Unit A", "--code", "F")
    assert first.out == ("1. Device ID in 'Unit A', install code in 'F'\n1 on file for GAIN\n")
    command(
        app, folder, "columns", "set", "gain", "--device", "C", "--file", "New*", "--sheet", "x"
    )
    # The same tables again: in place of the first; with --also: beside it.
    command(app, folder, "columns", "set", "gain", "--device", "Unit B", "--comment", "")
    command(app, folder, "columns", "set", "gain", "--device", "2", "--header-row", "3", "--also")
    said = command(app, folder, "columns", "show", "GAIN", "--json")
    held = [
        ColumnMap("C", file="New*", sheet="x"),
        ColumnMap("Unit B", comment=""),
        ColumnMap("2", header_row=3),
    ]
    assert [one["device"] for one in json.loads(said.out)["columns"]] == ["C", "Unit B", "2"]
    assert party_columns.of_party(ctx, "GAIN") == tuple(held)
    command(app, folder, "columns", "clear", "GAIN", "--number", "2")
    assert party_columns.of_party(ctx, "GAIN") == (held[0], held[2])
    assert command(app, folder, "columns", "clear", "GAIN").out == "none on file for GAIN\n"
    assert party_columns.columns_of_sender(ctx, "codes@gain.example") == ()
    history = command(app, folder, "history", "GAIN").out
    assert "Device ID in 'Unit B', no comment" in history


def test_only_for_the_address_of_the_one_active_party(tmp_path: Path) -> None:
    ctx = make_context(tmp_path / "lose")
    add_parties(ctx, make_party("GAIN"), make_party("FORM"), make_party("GONE", active=False))
    one = ColumnMap("Unit A")
    for signifier in ("GAIN", "GONE"):
        party_columns.save_columns(ctx, signifier, one, "kim")
    assert party_columns.columns_of_sender(ctx, "Codes@Gain.example") == (one,)
    for stranger in ("codes@form.example", "codes@gone.example", "x@gain.example", ""):
        assert party_columns.columns_of_sender(ctx, stranger) == ()
    # Two parties at one address: nobody can say whose columns they are.
    twin = replace(make_party("TWIN"), reply_address="codes@gain.example")
    add_parties(ctx, twin)
    assert party_columns.columns_of_sender(ctx, "codes@gain.example") == ()


def test_what_cannot_be_a_mapping_is_refused(tmp_path: Path) -> None:
    folder = tmp_path / "lose"
    ctx = make_context(folder)
    add_parties(ctx, make_party("GAIN"))
    for words, reason in (
        (("--device", " "), "not named"),
        (("--device", "A", "--code", "a"), "same column"),
        (("--device", "A", "--code", "B", "--code", "C", "--code", "D"), "two columns at most"),
        (("--device", "".join(HALVES)), "an install code was given"),
        (("--device", "A\x07"), "plain characters"),
        (("--device", "A", "--header-row", "2000"), "row 1 to 1000"),
    ):
        said = command(app, folder, "columns", "set", "GAIN", *words)
        assert said.code == 1, words
        assert reason in said.err
    assert party_columns.of_party(ctx, "GAIN") == ()
    assert "not on the contacts register" in command(app, folder, "columns", "show", "NOBODY").err
    with pytest.raises(NotFound):
        party_columns.save_columns(ctx, "NOBODY", ColumnMap("A"), "kim")
    with pytest.raises(NotFound, match="no mapping 1"):
        party_columns.take_off(ctx, "GAIN", "kim", 1)
    for number in range(1, 21):
        party_columns.save_columns(ctx, "GAIN", ColumnMap(str(number)), "kim", keep=True)
    with pytest.raises(BadInput, match="20 mappings"):
        party_columns.save_columns(ctx, "GAIN", ColumnMap("21"), "kim", keep=True)


def test_a_preview_shows_both_readings_and_no_piece_of_a_code(tmp_path: Path) -> None:
    folder = tmp_path / "lose"
    ctx = make_context(folder)
    add_parties(ctx, make_party("GAIN"))
    book = tmp_path / "replies.xlsx"
    book.write_bytes(_book())
    tried = ("--device", "Unit A", "--code", "D", "--code", "E")
    said = command(app, folder, "columns", "preview", "GAIN", str(book))
    assert "no columns are stored for GAIN" in said.out
    every = said.all
    said = command(app, folder, "columns", "preview", "GAIN", str(book), *tried)
    every += said.all
    lines = [" ".join(line.replace("│", " ").split()) for line in said.out.splitlines()]
    assert "title Device ID Unit A Part 1 Part 2 Note" in lines
    assert "as usual Device ID answer or comment" in lines
    wanted = "Device ID install code, part 1 install code, part 2 answer or comment"
    assert f"with the columns {wanted}" in lines
    assert f"row 3 {HUB} {DEVICE} [masked] [masked] [31mred" in lines
    assert any(
        line.startswith("with the columns: response: 1 device, 1 provided") for line in lines
    )
    assert party_columns.of_party(ctx, "GAIN") == ()

    shown = command(app, folder, "columns", "preview", "GAIN", str(book), "--json", *tried)
    every += shown.all
    told = json.loads(shown.out)
    assert told["tables"][0]["letters"] == ["B", "C", "D", "E", "F"]
    assert told["tables"][0]["where"] == "replies.xlsx > Replies"
    assert (told["mapped"]["provided"], told["mapped"]["rejects"]) == (1, 0)
    assert "\x1b" not in every
    for half in HALVES:
        assert half not in every.upper()

    misfit = command(app, folder, "columns", "preview", "GAIN", str(book), "--device", "Unit Z")
    assert "there is no column 'Unit Z'" in misfit.out
    assert "with the columns: unknown (columns): 0 devices" in misfit.out
    for words in ((), (str(book), "--mail", "1"), (str(book), "--code", "D")):
        assert command(app, folder, "columns", "preview", "GAIN", *words).code == 2
