"""Meter labels in a column of a table: both parts are read, and the ID next to them must agree."""

from __future__ import annotations

import pytest

from exchange.domain.mail import Answer, Outcome
from exchange.parsing.lists.tables.label_columns import OTHER_DEVICE, contradicted, has_labels
from exchange.parsing.reading.understand import understand
from exchange.parsing.sheets.grid import Table, text_row
from tests.corpus import making
from tests.corpus.making import CODE, CODE_CRC, OTHER, OTHER_CRC, XLSX, D, xlsx


def _label(device: str, code: str) -> str:
    return f"Z:{device.replace('-', '')}$I:{code}"


def _table(*rows: tuple[str, ...]) -> Table:
    return Table("", (), [text_row(number, cells) for number, cells in enumerate(rows, 1)])


def _answers(kind: str, *rows: list[str]) -> tuple[dict[str, Answer], set[str]]:
    if kind == "csv":
        content = "\r\n".join(map(",".join, rows)).encode()
        attached = making.raw_part(content, "text/csv", "labels.csv")
    else:
        attached = making.raw_part(xlsx(("Codes", list(rows))), XLSX, "labels.xlsx")
    said = understand(
        making.mail(
            making.multi("mixed", making.part("The codes are attached.\n"), attached),
            extra=["In-Reply-To: <q@lose.example>"],
        )
    )
    return {str(one.device): one for one in said.answers}, {one.reason for one in said.rejects}


@pytest.mark.parametrize("kind", ["csv", "xlsx"])
@pytest.mark.parametrize("title", ["Install code", "Label", "QR"])
def test_labels_next_to_their_ids(kind: str, title: str) -> None:
    answers, reasons = _answers(
        kind,
        ["Device ID", "Type", title],
        [D[0], "ESME", _label(D[0], CODE_CRC)],
        [D[1], "GSME", _label(D[1], OTHER_CRC)],
    )
    assert not reasons
    codes = {device: one.code.hex for device, one in answers.items() if one.code}
    assert codes == {D[0]: CODE, D[1]: OTHER}


@pytest.mark.parametrize("kind", ["csv", "xlsx"])
def test_a_label_of_another_device_makes_both_unclear(kind: str) -> None:
    answers, reasons = _answers(
        kind,
        ["Device ID", "Label"],
        [D[0], _label(D[1], CODE_CRC)],
        [D[2], _label(D[2], OTHER_CRC)],
    )
    assert OTHER_DEVICE in reasons
    assert answers[D[0]].outcome is answers[D[1]].outcome is Outcome.UNCLEAR
    assert answers[D[2]].outcome is Outcome.PROVIDED


def test_rows_without_labels_say_nothing() -> None:
    plain = _table(("Device ID", "Code"), (D[0], CODE_CRC))
    assert not has_labels(plain)
    labelled = _table((D[0], _label(D[0], CODE_CRC)), (D[1], ""))
    assert has_labels(labelled)
    assert contradicted(labelled) == {}
