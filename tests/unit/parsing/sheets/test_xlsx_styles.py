"""What the styles of a workbook say of its numbers, and what they strike out."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta

import pytest

from exchange.parsing.sheets.grid import Cell
from exchange.parsing.sheets.xlsx_styles import NumberForm, StyleReader, shown_number, struck_styles


@pytest.mark.parametrize(
    ("words", "form", "shown"),
    [
        ("3", NumberForm.NUMBER, 3.0),
        ("44259", NumberForm.DATE, date(2021, 3, 4)),
        ("44259.5", NumberForm.DATE, datetime(2021, 3, 4, 12)),  # noqa: DTZ001
        ("0.25", NumberForm.DATE, time(6)),
        ("1.5", NumberForm.ELAPSED, timedelta(hours=36)),
        ("1E400", NumberForm.DATE, float("inf")),
        ("-1", NumberForm.DATE, -1.0),
        ("n/a", NumberForm.NUMBER, "n/a"),
    ],
)
def test_a_number_as_its_style_shows_it(words: str, form: NumberForm, shown: Cell) -> None:
    assert shown_number(words, form) == shown


@pytest.mark.parametrize(
    ("code", "form"),
    [
        ("dd/mm/yyyy", NumberForm.DATE),
        ("[$-809]d mmmm yyyy;@", NumberForm.DATE),
        ("[h]:mm", NumberForm.ELAPSED),
        ("0.00", NumberForm.NUMBER),
        ("General", NumberForm.NUMBER),
        ('0" days"', NumberForm.NUMBER),
        ("[Red]0", NumberForm.NUMBER),
        ("0\\d", NumberForm.NUMBER),
    ],
)
def test_a_format_by_its_code(code: str, form: NumberForm) -> None:
    reader = StyleReader()
    for name, attributes in (
        ("numFmt", {"numFmtId": "170", "formatCode": code}),
        ("cellXfs", {}),
        ("xf", {"numFmtId": "170"}),
    ):
        reader.start(name, attributes)
        if name != "cellXfs":
            reader.end(name)
    assert reader.forms() == [form]


@pytest.mark.parametrize(
    ("styles", "struck"),
    [
        (b"", set()),
        (b"<s><fonts><font/></fonts><cellXfs><xf fontId='0'/></cellXfs></s>", set()),
        (
            b"<s><fonts><font/><font><strike/></font></fonts>"
            b"<cellStyleXfs><xf fontId='1'/></cellStyleXfs>"
            b"<cellXfs><xf fontId='0'/><xf fontId='1'/></cellXfs></s>",
            {1},
        ),
        (
            b"<s><fonts><font><strike val='false'/></font></fonts>"
            b"<cellXfs><xf fontId='0'/></cellXfs>"
            b"<dxfs><dxf><font><strike/></font></dxf></dxfs></s>",
            set(),
        ),
        (b"<s><fonts><font><strike/>", set()),
    ],
)
def test_the_styles_that_strike_out(styles: bytes, struck: set[int]) -> None:
    assert struck_styles(styles) == struck
