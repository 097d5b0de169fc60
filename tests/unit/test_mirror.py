"""A module's tests are where its path says."""

from __future__ import annotations

import pytest

from tests.places import ROOT

ROOMS = (
    *("domain", "vault"),
    *(
        f"parsing/{room}"
        for room in ("sheets", "identifiers", "phrases", "findings", "lists", "reading")
    ),
)
MODULES = sorted(
    str(path.relative_to(ROOT / "exchange"))
    for room in ROOMS
    for path in (ROOT / "exchange" / room).rglob("*.py")
    if path.name != "__init__.py"
)


@pytest.mark.parametrize("module", MODULES)
def test_it_has_a_file_of_its_own(module: str) -> None:
    folder, _, name = module.rpartition("/")
    tests = ROOT / "tests" / "unit" / folder / f"test_{name}"
    assert tests.is_file(), f"{module} has no {tests.relative_to(ROOT)}"
    assert "\ndef test_" in tests.read_text() or "    def test_" in tests.read_text()


def test_every_room_is_looked_at() -> None:
    for room in ROOMS:
        assert any(one.startswith(f"{room}/") for one in MODULES)
