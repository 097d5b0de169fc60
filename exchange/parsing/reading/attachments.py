"""Read attachments into findings, each by what it is, whatever its name."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from exchange.domain.device import DeviceId
from exchange.domain.limits import Limits
from exchange.domain.mail import Reject
from exchange.errors import Unreadable
from exchange.parsing.containers.sniff import Shape, shape_of
from exchange.parsing.findings.findings import Claim, Findings
from exchange.parsing.findings.resolve_claims import note_totals
from exchange.parsing.findings.stated_totals import totals_of_lines
from exchange.parsing.identifiers.devices import HOMOGLYPHS, read_device
from exchange.parsing.identifiers.meter_labels import may_have_labels
from exchange.parsing.lists.prose.device_recognition import PlaceOf
from exchange.parsing.lists.prose.prose import ProseReader, read_prose
from exchange.parsing.lists.prose.unwrap_lines import UnprovenBreak, unwrap_lines
from exchange.parsing.lists.tables.column_finder import share_of_devices
from exchange.parsing.lists.tables.label_columns import (
    OTHER_DEVICE,
    contradicted,
    has_labels,
    without_labels,
)
from exchange.parsing.lists.tables.listing import read_listing
from exchange.parsing.lists.tables.mapped_columns import (
    NO_MAPPING,
    ChosenColumns,
    ColumnMappings,
    TableSource,
    report_misfit,
)
from exchange.parsing.lists.tables.rearranged import label_value_lines, rearranged
from exchange.parsing.lists.tables.table_lines import other_columns, table_lines
from exchange.parsing.mime.markup import read_html
from exchange.parsing.mime.parts import Part
from exchange.parsing.phrases.row_phrases import is_not_wanted
from exchange.parsing.reading.left_out import hidden_devices, leave_out_struck
from exchange.parsing.sheets.delimited import read_delimited
from exchange.parsing.sheets.grid import Row, Table
from exchange.parsing.sheets.pdf.pdf import STRUCK, UNSEEN, read_pdf
from exchange.parsing.sheets.pdf.pdf_gaps import (
    CUT_OFF,
    UNREAD,
    unread_lines,
    whole_fault,
    wrapped,
)
from exchange.parsing.sheets.workbooks import read_workbook
from exchange.parsing.text.charset import to_text
from exchange.parsing.text.lines import Line, normalized, plain_lines

_BODY = TableSource()
_TABLE_ENDINGS = (".csv", ".tsv", ".psv")
# Matches part of every form of a Device ID: whole, damaged or broken over two lines.
_HEX_RUN = re.compile(
    r"(?<![.\w])[0-9A-Fa-fOoIlL|]{10}"
    r"|[0-9A-Fa-fOoIlL|]{2}([-:. ])[0-9A-Fa-fOoIlL|]{2}(?:\1[0-9A-Fa-fOoIlL|]{2}){2}"
    r"|[0-9A-Fa-fOoIlL|]{4}([-:. ])[0-9A-Fa-fOoIlL|]{4}\2[0-9A-Fa-fOoIlL|]{4}"
)
_LONG: Final = 5_000  # lines
_AROUND: Final = 20
_SHOWN: Final = 100  # characters of a line of a PDF


def read_attachment(
    where: str, part: Part, limits: Limits, *, in_reply: bool, mapping: ColumnMappings = NO_MAPPING
) -> Findings:
    """Read a file that contains no other files; one that cannot be read gives a reject or warning.

    Raises Unreadable when it exceeds a limit of the whole mail.
    """
    shape = shape_of(part.content)
    file = part.name or where.rpartition(" > ")[2]
    if shape is Shape.WORKBOOK:
        return _workbook(where, file, part.content, limits, in_reply=in_reply, mapping=mapping)
    if shape is Shape.HTML:
        markup = read_html(to_text(part.content, part.params.get("charset", "")), limits)
        found = read_lines(
            markup.lines,
            lambda line: f"{where} > {line.spot}",
            in_reply=in_reply,
            mapping=mapping,
            file=file,
        )
        found.rows = len(markup.lines)
        hidden = hidden_devices(markup.hidden_text)
        if hidden:
            found.leave_out(where, hidden, "in hidden text")
        leave_out_struck(found, where, plain_lines(markup.struck_text))
        return found
    if shape is Shape.TEXT:
        text = to_text(part.content, part.params.get("charset", ""))
        return _text(where, file, text, limits, in_reply=in_reply, mapping=mapping)
    if shape is Shape.PDF:
        return _pdf(where, part.content, limits, in_reply=in_reply)
    if shape is Shape.DOCUMENT:
        # It may contain a list: tell the sender, rather than answer half of the request.
        reason = "we cannot read this kind of document: please send a workbook or CSV"
        return Findings(rejects=[Reject(part.name, reason, where)])
    return Findings()


def _pdf(where: str, content: bytes, limits: Limits, *, in_reply: bool) -> Findings:
    try:
        read = read_pdf(where, content, limits)
    except Unreadable as error:
        return Findings(rejects=[Reject(where, error.message, error.place or where)])
    if not read:
        reason = "the PDF holds no text, only pictures: please send a workbook or CSV"
        return Findings(rejects=[Reject(where, reason, where)])
    aside = [one for one in read if one.left_out]
    read = [one for one in read if not one.left_out]
    places = [f"{where} > page {one.page} > {one.unit} {one.number}" for one in read]
    lines = [Line(number, one.text) for number, one in enumerate(read)]
    fault = whole_fault([one.text for one in read])
    if fault:
        return Findings(rejects=[Reject(where, fault, where)], rows=len(lines))
    found = read_prose(lines, lambda line: places[line.number], in_reply=in_reply)
    found.rows = len(lines)
    note_totals(found, [(places[at.number], number) for at, number in totals_of_lines(lines)])
    good = (*found.devices, *found.claims)
    taken = {one.where for one in good}
    unread, many = unread_lines(
        [one.text for one in read],
        {at for at, place in enumerate(places) if place in taken},
        {one.device.raw[:2].hex().upper() for one in good},
    )
    if (many and good) or (not (good or unread or found.rejects) and wrapped(lines)):
        return Findings(rejects=[Reject(where, CUT_OFF, where)], asks=found.asks, rows=len(lines))
    named = {one.where for one in found.rejects}
    found.rejects += [
        Reject(read[at].text[:_SHOWN].strip(), UNREAD, places[at])
        for at in unread
        if places[at] not in named
    ]
    if found.devices or found.claims:
        found.warnings.append(f"{where}: text from a PDF is less reliable than rows of a workbook")
    for what in (STRUCK, UNSEEN):
        own = [Line(at, one.text) for at, one in enumerate(aside) if one.left_out == what]
        leave_out_struck(found, where, own, what)
    return found


def _workbook(
    where: str,
    file: str,
    content: bytes,
    limits: Limits,
    *,
    in_reply: bool,
    mapping: ColumnMappings,
) -> Findings:
    found = Findings()
    try:
        book = read_workbook(where, content, limits)
    except Unreadable as error:
        found.rejects.append(Reject(where, error.message, error.place or where))
        return found
    found.rows = sum(len(table.rows) for table in (*book.tables, *book.hidden))
    listed = False
    for table in book.tables:
        sheet = table.where.removeprefix(f"{where} > ")
        place = TableSource(file, sheet)
        listing = read_table(table, in_reply=in_reply, mapping=mapping, at=place)
        if not listing:
            listing = _rows_as_lines(table, in_reply=in_reply)
        if listing and not listing.claims and is_not_wanted(sheet):
            listed = True
            count = len({one.device for one in listing.devices})
            found.leave_out(table.where, count, "on a sheet called off by its name")
        elif listing:
            listed = True
            found.add(listing)
    for visible, whole in book.partly_hidden:
        hidden = _all_devices(whole) - _all_devices(visible)
        if hidden:
            found.leave_out(whole.where, len(hidden), "in hidden rows or columns")
    leave_out_struck(found, where, [Line(at, one.text) for at, one in enumerate(book.struck)])
    for table in book.hidden:
        count = len(_listed_devices(table))
        if count:
            found.leave_out(f"{table.where} is hidden", count, "in it")
        else:
            found.warnings.append(f"{table.where} is hidden and not read")
    if not listed:
        found.warnings.append(f"{where}: no column of Device IDs")
    return found


def _rows_as_lines(table: Table, *, in_reply: bool) -> Findings | None:
    """Read a sheet that is no list as the same sheet in a CSV is read; None if it names nothing."""
    lines, warnings = table_lines(table, other_columns(table))
    if len(lines) > _LONG:
        lines = list(_lines_that_may_list(lines))
    if not warnings and not any(map(_may_list, lines)):
        return None
    found = read_prose(lines, lambda line: table.place(line.number), in_reply=in_reply)
    found.warnings += warnings
    return found if found.devices or found.claims or warnings else None


def _listed_devices(table: Table) -> set[DeviceId]:
    listing = read_listing(table)
    return {one.device for one in listing.devices} if listing else set()


def _all_devices(table: Table) -> set[DeviceId]:
    return _listed_devices(table) | _device_cells(table)


def _device_cells(table: Table) -> set[DeviceId]:
    """Return every cell that can only be a Device ID, in any column."""
    cells = (cell for row in table.rows for cell in row.cells if not cell.isdecimal())
    return {device for device in map(read_device, cells) if device}


def read_table(
    table: Table, *, in_reply: bool, mapping: ColumnMappings = NO_MAPPING, at: TableSource = _BODY
) -> Findings | None:
    """Read a sheet or a pasted table, down or across; None when it lists no devices.

    A mapping that is for this table and fits it decides which columns are read.
    """
    chosen = mapping.choose(table, at)
    mapping.preview(table, chosen)
    if chosen.columns:
        return read_listing(table, chosen.columns)
    found = _read_unmapped(table, in_reply=in_reply)
    if chosen.misfit and (found or at.sheet):
        found = found or Findings()
        report_misfit(table, chosen, found)
    return found


def _read_unmapped(table: Table, *, in_reply: bool) -> Findings | None:
    pairs = label_value_lines(table)
    if pairs:
        lines = [Line(number, text) for number, text in pairs]
        return read_prose(lines, lambda line: table.place(line.number), in_reply=in_reply)
    return _read_rows(table, in_reply=in_reply)


def _read_rows(table: Table, *, in_reply: bool) -> Findings | None:
    """Read the rows of a list, and the meter labels that they hold."""
    labels = _read_labels(table, in_reply=in_reply) if has_labels(table) else None
    if labels is None:
        return _read_rearranged(table)
    # The IDs next to them are listed too: one whose label is another Device's has no answer.
    listing = _read_rearranged(without_labels(table))
    if listing:
        labels.add(listing)
    for number, devices in contradicted(table).items():
        for device in devices:
            where = table.place(number)
            labels.claims.append(Claim(device, where, bad_code=True))
            labels.rejects.append(Reject(str(device), OTHER_DEVICE, where, device))
    return labels


def _read_rearranged(table: Table) -> Findings | None:
    found: Findings | None = None
    for part in rearranged(table):
        listing = read_listing(part)
        if listing and found:
            found.add(listing)
        found = found or listing
    return found


def _read_labels(table: Table, *, in_reply: bool) -> Findings | None:
    """Read a table of scanned meter labels, whatever their column is called."""
    lines = [
        Line(row.number, "\t".join(row.cells))
        for row in table.rows
        if any(map(may_have_labels, row.cells))
    ]
    if not lines:
        return None
    return read_prose(lines, lambda line: table.place(line.number), in_reply=in_reply)


def _text(
    where: str, name: str, text: str, limits: Limits, *, in_reply: bool, mapping: ColumnMappings
) -> Findings:
    try:
        table = read_delimited(where, text, limits)
    except Unreadable as error:
        return Findings(rejects=[Reject(where, error.message, error.place or where)])
    titled = name.lower().endswith(_TABLE_ENDINGS)
    chosen = ChosenColumns()
    if table.unit == "row" or titled or share_of_devices(table.rows[:200], 0) > 0.6:
        unit = "row" if titled else table.unit
        table = Table(where, (), table.rows, unit)
        chosen = mapping.choose(table, TableSource(name))
        mapping.preview(table, chosen)
        if chosen.columns:
            listing = read_listing(table, chosen.columns)
        else:
            listing = _read_rows(table, in_reply=in_reply)
        if listing and chosen.misfit:
            report_misfit(table, chosen, listing)
        if listing:
            listing.rows = len(table.rows)
            return listing
    others = other_columns(table) if table.unit == "row" else {}
    lines, warnings = table_lines(table, others) if others else (plain_lines(text), [])
    rows = len(table.rows)
    if rows > _LONG:
        lines = list(_lines_that_may_list(lines))
    found = read_prose(lines, lambda line: f"{where} > line {line.number}", in_reply=in_reply)
    found.warnings += warnings
    totals = totals_of_lines(lines)
    note_totals(found, [(f"{where} > line {at.number}", number) for at, number in totals])
    found.rows = rows
    if chosen.misfit:
        report_misfit(table, chosen, found)
    return found


def _lines_that_may_list(lines: list[Line]) -> Iterator[Line]:
    """Keep only the lines of a long text that may contain a Device ID, with 20 lines of context.

    Its beginning and its end are kept whole: statements about the whole list are there.
    """
    last = len(lines)
    wanted = {*range(_AROUND * 10), *range(last - _AROUND * 10, last)}
    for at, line in enumerate(lines):
        if _may_list(line):
            wanted.update(range(at - _AROUND, at + _AROUND + 1))
    return (line for at, line in enumerate(lines) if at in wanted)


def _may_list(line: Line) -> bool:
    text = line.text
    if not text.isascii():
        text = normalized(text).translate(HOMOGLYPHS)
    return _HEX_RUN.search(text) is not None


def read_lines(
    lines: list[Line],
    place: PlaceOf,
    *,
    in_reply: bool,
    mapping: ColumnMappings = NO_MAPPING,
    file: str = "",
) -> Findings:
    """Read the lines of a body: pasted tables as tables, everything else as running text."""
    found = Findings()
    prose = ProseReader(place, in_reply=in_reply)
    broken: list[UnprovenBreak] = []
    lines = list(unwrap_lines(lines, broken))
    start = 0
    while start < len(lines):
        line = lines[start]
        end = start + 1
        if not line.table:
            prose.line(line)
            start = end
            continue
        while end < len(lines) and lines[end].table == line.table:
            end += 1
        rows = lines[start:end]
        listing = read_table(
            _table(rows, place), in_reply=in_reply, mapping=mapping, at=TableSource(file)
        )
        if listing:
            found.add(listing)
        else:
            for row in rows:
                prose.line(row)
        start = end
    prose.report_broken(broken)
    result = prose.finish()
    note_totals(result, [(place(line), number) for line, number in totals_of_lines(lines)])
    result.add(found)
    return result


def _table(lines: list[Line], place: PlaceOf) -> Table:
    where = place(lines[0]).rpartition(" > row ")[0]
    rows = [Row(line.row, line.cells, frozenset()) for line in lines]
    struck = frozenset(line.row for line in lines if line.struck)
    return Table(where, (), rows, struck=struck)
