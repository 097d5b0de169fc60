"""Have LibreOffice write the lists in each format: ``python -m tests.office.convert``.

The files are committed, so that the tests need no LibreOffice.
"""

from __future__ import annotations

import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from tests.office.lists import LISTS, write

FILES = Path(__file__).parent / "files"
FORMATS = ("xlsx", "xls", "ods", "fods", "csv", "html")
OFFICE = shutil.which("soffice") or ""


def convert(folder: Path, formats: tuple[str, ...] = FORMATS) -> None:
    """Write every list to ``folder`` in each format, as LibreOffice writes it."""
    with tempfile.TemporaryDirectory() as made:
        for name, listed in LISTS.items():
            write(listed, Path(made) / f"{name}.xlsx")
        sources = sorted(map(str, Path(made).glob("*.xlsx")))
        for form in formats:
            command = [OFFICE, f"-env:UserInstallation=file://{made}/profile", "--headless"]
            command += ["--convert-to", form, "--outdir", str(folder), *sources]
            subprocess.run(command, check=True, capture_output=True, timeout=300)


if __name__ == "__main__":
    if not OFFICE:
        sys.exit("LibreOffice is not installed")
    convert(FILES)
