"""Names that strangers give to files: safe to show in a path, and two files never share a place."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from exchange.parsing.containers.naming import Steps, file_part, member_path


@pytest.mark.parametrize(
    ("name", "path"),
    [
        ("North/list.csv", "North/list.csv"),
        ("North\\list.csv", "North/list.csv"),
        ("/etc/passwd", "etc/passwd"),
        ("../../list.csv", "list.csv"),
        ("a/./b/../c//d.csv", "a/b/c/d.csv"),
        ("C:\\Temp\\list.csv", "Temp/list.csv"),
        ("c:list.csv", "list.csv"),
        (" a / b.csv ", "a/b.csv"),
        ("list\u202excl.exe", "listxcl.exe"),  # would be shown as listexe.lcx
        ("a\x00b\r\nc\x7f\x9f\u200b\ufeff.csv", "abc.csv"),
        ("C\u200b:\\list.csv", "list.csv"),
        ("Zähler.csv", "Zähler.csv"),
        ("..", ""),
        (" ", ""),
        ("", ""),
    ],
)
def test_a_path_is_relative_and_shows_what_it_is(name: str, path: str) -> None:
    assert member_path(name) == path


def test_a_long_path_keeps_its_end() -> None:
    assert member_path("a" * 116 + ".csv") == "a" * 116 + ".csv"
    long = member_path("a" * 117 + ".csv")
    assert long == "…" + "a" * 115 + ".csv"
    assert len(long) == 120


@given(st.text(max_size=200))
def test_no_name_leads_out_of_its_folder(name: str) -> None:
    path = member_path(name)
    steps = path.split("/")
    assert not path.startswith("/")
    assert ".." not in steps
    assert "\\" not in path
    assert len(path) <= 120
    assert not set(path) & set("\x00\r\n\t\x7f\x85\u200b\u2028\u202e\ufeff")


def test_a_file_of_a_container_is_an_attachment() -> None:
    part = file_part("../North/list.csv", b"x", "text/csv", "utf-8")
    assert (part.name, part.content, part.media) == ("list.csv", b"x", "text/csv")
    assert part.params == {"charset": "utf-8"}
    assert part.attached
    assert not part.is_mail
    bare = file_part("", b"x")
    assert (bare.name, bare.media, bare.params) == ("", "application/octet-stream", {})


def test_files_of_one_name_have_different_places() -> None:
    steps = Steps("file")
    names = ["a.csv", "a.csv", "b/a.csv", "", "../a.csv", ".."]
    assert [steps.of(name) for name in names] == [
        "a.csv",
        "a.csv (2)",
        "b/a.csv",
        "file 4",
        "a.csv (3)",
        "file 6",
    ]


@given(st.lists(st.sampled_from(["a", "b", "", "/a", "a\x00"]), max_size=12))
def test_every_file_has_a_place_of_its_own(names: list[str]) -> None:
    steps = Steps("file")
    found = [steps.of(name) for name in names]
    assert len(set(found)) == len(found)
    assert all(found)
