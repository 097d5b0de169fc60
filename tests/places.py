"""Where the tests find the project and the corpus, whatever folder they are in themselves."""

from __future__ import annotations

from pathlib import Path

ROOT = Path(__file__).parent.parent
CORPUS = ROOT / "tests" / "corpus"
