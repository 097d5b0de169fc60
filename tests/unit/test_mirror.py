"""Every module that reads mails, decides or keeps codes has unit tests at its own place."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent.parent
HOUSE, UNIT = ROOT / "exchange", ROOT / "tests" / "unit"


def modules(package: str) -> list[Path]:
    """Return the modules of a package, all levels down: ``vault/merge.py``."""
    found = sorted((HOUSE / package).rglob("*.py"))
    return [path.relative_to(HOUSE) for path in found if path.name != "__init__.py"]


def counted_tests(path: Path) -> int:
    """Return how many tests a file has; 0 when there is no such file."""
    if not path.is_file():
        return 0
    nodes = ast.walk(ast.parse(path.read_text(encoding="utf-8")))
    return sum(isinstance(one, ast.FunctionDef) and one.name.startswith("test_") for one in nodes)


@pytest.mark.parametrize("package", ["parsing", "domain", "vault"])
def test_every_module_has_a_file_of_tests_at_its_place(package: str) -> None:
    """Look for the tests of ``vault/merge.py`` in ``tests/unit/vault/test_merge.py``."""
    found = modules(package)
    assert len(found) > 10
    missing = [
        str(one) for one in found if not counted_tests(UNIT / one.with_name(f"test_{one.name}"))
    ]
    assert not missing, f"no tests in tests/unit/ for {', '.join(missing)}"


@pytest.mark.parametrize("package", ["parsing", "domain", "vault"])
def test_a_package_file_holds_no_code(package: str) -> None:
    """Keep code out of ``__init__.py``, which needs no tests for that reason."""
    for path in (HOUSE / package).rglob("__init__.py"):
        body = ast.parse(path.read_text(encoding="utf-8")).body
        others = [
            one for one in body if not isinstance(one, (ast.Expr, ast.Import, ast.ImportFrom))
        ]
        assert not others, f"{path.relative_to(ROOT)} has code of its own"
