"""Mapped columns over long lists and over any list: the same devices at the same places."""

from __future__ import annotations

from collections.abc import Sequence
from random import Random

from hypothesis import given
from hypothesis import strategies as st

from exchange.domain.columns.column_map import ColumnMap, as_values, from_values
from exchange.domain.device import DeviceId
from exchange.domain.foreign import storable
from exchange.errors import Unreadable
from exchange.parsing.lists.tables.mapped_columns import ColumnMappings
from exchange.parsing.lists.tables.table_preview import column_letter
from exchange.parsing.reading.understand import understand, understand_file
from exchange.worker.frames import decode, encode
from tests.corpus.making import XLSX, mail, multi, part, raw_part, xlsx
from tests.places import CORPUS
from tests.unit.parsing.reading.test_fuzz_slice import mutated

ROWS = 300  # enough to be read in bulk
METERS = [str(DeviceId(bytes((0, 0xDB, 0, 0, 0, 1, *divmod(n, 256))))) for n in range(1, ROWS + 1)]
HUBS = [str(DeviceId(bytes((0, 0xDC, 0, 0, 0, 1, *divmod(n, 256))))) for n in range(1, ROWS + 1)]
HEADER = ("Site", "Device ID", "Unit A")
LISTED = [HEADER, *(("x", hub, meter) for hub, meter in zip(HUBS, METERS, strict=True))]


def _mail(content: bytes, name: str) -> bytes:
    body = part("Please send us the install codes of the attached meters.\n")
    media = XLSX if name.endswith("xlsx") else "text/csv"
    return mail(multi("mixed", body, raw_part(content, media, name)))


def _csv(rows: Sequence[tuple[str, ...]]) -> bytes:
    return "\r\n".join(",".join(row) for row in rows).encode()


def test_a_long_list_is_read_by_its_mapped_column() -> None:
    mapping = ColumnMappings((ColumnMap("Unit A"),))
    for name, content in (("a.csv", _csv(LISTED)), ("a.xlsx", xlsx(("S", LISTED)))):
        where = "a.csv" if name == "a.csv" else "a.xlsx > S"
        raw = _mail(content, name)
        said = understand(raw, mapping=mapping)
        assert [str(one.device) for one in said.devices] == METERS
        assert [one.where for one in said.devices] == [
            f"{where} > row {n}" for n in range(2, ROWS + 2)
        ]
        assert not said.warnings
        assert [str(one.device) for one in understand(raw).devices] == HUBS


def test_a_second_header_ends_a_long_list_and_its_columns_count_from_there() -> None:
    turned = [("Site", "Unit A", "Device ID"), ("x", "00-DB-00-00-00-02-00-01", HUBS[0])]
    raw = _mail(_csv([*LISTED, *turned]), "a.csv")
    said = understand(raw, mapping=ColumnMappings((ColumnMap("unit a"),)))
    assert [str(one.device) for one in said.devices] == [*METERS, turned[1][1]]
    assert not said.rejects
    assert str(said.devices[-1].device) == "00-DB-00-00-00-02-00-01"


def test_one_bad_row_of_a_long_list_is_told_with_its_place() -> None:
    rows = [*LISTED[:100], ("x", HUBS[0], "00-DB-00"), *LISTED[100:]]
    said = understand(_mail(_csv(rows), "a.csv"), mapping=ColumnMappings((ColumnMap("C"),)))
    assert len(said.devices) == ROWS
    assert [one.where for one in said.rejects] == ["a.csv > row 101"]


def test_a_position_beyond_the_table_or_left_of_it_does_not_fit() -> None:
    shifted = xlsx(("S", [(None, None, *row) for row in LISTED[:5]]))
    for name in ("A", "2", "Z", "ABC", "9999"):
        said = understand(_mail(shifted, "a.xlsx"), mapping=ColumnMappings((ColumnMap(name),)))
        assert (said.subkind, said.devices) == ("columns", ())
    said = understand(_mail(shifted, "a.xlsx"), mapping=ColumnMappings((ColumnMap("E"),)))
    assert [str(one.device) for one in said.devices] == METERS[:4]


def test_looks_come_through_the_frames() -> None:
    looks = ColumnMappings((ColumnMap("Unit A", code=()),), [])
    said = understand_file("a.csv", _csv(LISTED[:3]), mapping=looks)
    assert decode(encode(said)) == said
    (look,) = said.tables
    assert look.usual == ("", "Device ID", "")
    assert look.mapped == ("", "", "Device ID")
    assert look.rows == ((2, ("x", HUBS[0], METERS[0])), (3, ("x", HUBS[1], METERS[1])))


def test_mappings_come_through_json() -> None:
    maps = (
        ColumnMap("A"),
        ColumnMap("A", ("B", "C"), "D", "", "E", "F", 3, "*.csv", "S"),
        ColumnMap("Unit", ()),
    )
    assert from_values(as_values(maps)) == maps


def test_damaged_mails_with_mappings_read_without_a_fault() -> None:
    random = Random(20261122)
    seeds = [path.read_bytes() for path in sorted(CORPUS.glob("columns-*.eml"))]
    assert len(seeds) > 20
    names = ["A", "C", "3", "Unit A", "Device ID"]
    for _ in range(200):
        device, *codes = random.sample(names, 3)
        one = ColumnMap(device, random.choice((None, (), tuple(codes))), random.choice((None, "")))
        raw = mutated(random.choice(seeds), random)
        reason = ""
        try:
            said = understand(raw, mapping=ColumnMappings((one,), []))
        except Unreadable as error:
            reason = error.message
        else:
            came = decode(encode(said))
            assert decode(encode(came)) == came
            cells = (cell for one in said.tables for _, row in one.rows for cell in row)
            seen = said.text + "".join(cells)
            if storable(seen) == seen:  # else it is cleaned on the way
                assert came == said
        assert "internal error" not in reason, one


_IDS = st.lists(
    st.binary(min_size=8, max_size=8)
    .filter(lambda raw: len(set(raw)) > 1)
    .map(lambda raw: str(DeviceId(raw))),
    min_size=1,
    max_size=12,
    unique=True,
)


@given(ids=_IDS, at=st.integers(0, 5), width=st.integers(0, 5), headed=st.booleans())
def test_any_list_reads_back_by_the_letter_or_title_of_its_column(
    ids: list[str], at: int, width: int, headed: bool
) -> None:
    """Whatever else stands beside it, also other Device IDs under a header that means them."""
    width = max(width, at) + 1
    rows = []
    if headed:
        rows.append(tuple("Ours" if n == at else "Device ID" for n in range(width)))
    others = [f"00-DC-00-00-00-00-{n:02X}-01" for n in range(256)]
    rows += [
        tuple(one if n == at else others[row * 7 + n] for n in range(width))
        for row, one in enumerate(ids)
    ]
    name = "Ours" if headed else column_letter(at)
    content = xlsx(("S", rows))
    said = understand_file(
        "a.xlsx", content, mapping=ColumnMappings((ColumnMap(name, comment=""),))
    )
    assert [str(one.device) for one in said.devices] == ids
    assert not said.rejects
