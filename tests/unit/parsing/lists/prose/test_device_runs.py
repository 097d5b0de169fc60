"""The middle of a long plain list is one object; its edges and everything else stay lines."""

from __future__ import annotations

import pytest

from exchange.domain.columns.device_ids import ids_of
from exchange.domain.device import DeviceId
from exchange.parsing.lists.prose.device_runs import (
    DeviceRun,
    expand_runs,
    lines_with_runs,
    text_of_lines,
)
from exchange.parsing.text.lines import Line, plain_lines

ROWS = 7000
IDS = [f"00DB{number:012X}" for number in range(1, ROWS + 1)]
LIST = "\n".join(["Please send the codes of", *IDS, "Thanks, Kim é"])


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_the_middle_of_a_long_list_is_one_object(end: str) -> None:
    lines = lines_with_runs(LIST.replace("\n", end))
    runs = [line for line in lines if isinstance(line, DeviceRun)]
    assert len(runs) == 1
    assert len(lines) == 1 + 600 + 1 + 20 + 1
    assert (runs[0].number, runs[0].text) == (602, IDS[600])
    expected = [DeviceId.parse(one) for one in IDS[600:-20]]
    assert runs[0].ids.tolist() == ids_of(expected).tolist()
    assert (lines[-1].number, lines[-1].text) == (ROWS + 2, "Thanks, Kim é")


def test_nothing_is_lost_and_every_line_keeps_its_number() -> None:
    lines = lines_with_runs(LIST)
    assert text_of_lines(lines) == LIST
    assert expand_runs(lines) == plain_lines(LIST)


def test_lines_of_a_quoted_run_are_quoted() -> None:
    run = DeviceRun(7, IDS[0], quoted=True, forwarded=True, full_text="\n".join(IDS[:2]))
    assert list(run.lines()) == [Line(7, IDS[0], True, True), Line(8, IDS[1], True, True)]
    assert expand_runs([run, Line(9, "x")])[1:] == [Line(8, IDS[1], True, True), Line(9, "x")]


@pytest.mark.parametrize(
    "text",
    [
        "\n".join(IDS[:1000]),  # too short a text
        "\n".join([*(["words"] * 20_000), *IDS[:1119]]),  # too short a run
        "\n".join(f"{number:016}" for number in range(10**15, 10**15 + ROWS)),  # any numbers
        "\n".join(f"{one} x" for one in IDS),
        "\n".join(f" {one}" for one in IDS),
        "\n".join(f"{one[:4]} {one[4:8]} {one[8:12]} {one[12:]}" for one in IDS),
    ],
)
def test_everything_else_stays_lines(text: str) -> None:
    lines = lines_with_runs(text)
    assert not any(isinstance(line, DeviceRun) for line in lines)
    assert text_of_lines(lines) == text


def test_two_lists_are_two_objects() -> None:
    hyphens = [str(DeviceId.parse(one)) for one in IDS[:2000]]
    text = "\n".join([*IDS[:2000], "and these", *hyphens, "x" * 60_000])
    runs = [line for line in lines_with_runs(text) if isinstance(line, DeviceRun)]
    assert [(run.number, len(run.ids)) for run in runs] == [(601, 1380), (2602, 1380)]
    assert text_of_lines(lines_with_runs(text)) == text
