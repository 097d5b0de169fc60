"""``python -m tests.judged``: print the table of all themes, and write it into docs/reading.md.

``--wrong`` names each mail that is read otherwise than it was judged.
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Final

from tests.judged.score import THEMES, Score, score

PAGE = Path(__file__).parent.parent.parent / "docs" / "reading.md"
BEGIN, END = "<!-- judged: begin -->", "<!-- judged: end -->"
COUNTED: Final = (
    "kind",
    "answered that may be",
    "not answered that must not be",
    "devices found",
    "devices that are right",
    "codes taken",
    "codes that are right",
    "denials taken",
    "denials that are right",
)


def table(scores: dict[str, Score]) -> str:
    """Return the table in Markdown: a row for each thing that is counted, a column a theme."""
    head = "| counted | " + " | ".join(scores) + " |"
    rows = [head, "|" + "---|" * (len(scores) + 1)]
    for what in COUNTED:
        cells = [f"{one.right[what]} of {one.of[what]}" for one in scores.values()]
        rows.append(f"| {what} | {' | '.join(cells)} |")
    return "\n".join(rows)


def page_with(text: str, figures: str) -> str:
    """Return the page ``text`` with ``figures`` between its two marks."""
    before, _, rest = text.partition(BEGIN)
    _, _, after = rest.partition(END)
    return f"{before}{BEGIN}\n{figures}\n{END}{after}"


def main() -> None:
    """Print the table and write it into the page."""
    scores = {theme: score(theme) for theme in THEMES}
    figures = table(scores)
    sys.stdout.write(figures + "\n")
    if "--wrong" in sys.argv:
        for theme, one in scores.items():
            sys.stdout.writelines(f"{theme} {mail}: {what}\n" for mail, what in one.wrong)
    PAGE.write_text(page_with(PAGE.read_text(encoding="utf-8"), figures), encoding="utf-8")


if __name__ == "__main__":
    main()
