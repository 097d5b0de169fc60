"""Write the corpus: a mail and what must be read of it, side by side.

Run as ``python -m tests.corpus.generate`` after a case was added; the files are committed, so that
a change of the makings cannot silently change what is tested.
"""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path

from tests.corpus import (
    acts_cases,
    answers_cases,
    answers_words_cases,
    around_cases,
    bounces_cases,
    code_column_cases,
    containers_cases,
    crc_cases,
    damage_cases,
    desk_acknowledgements_cases,
    files_cases,
    foreign_cases,
    held_back_cases,
    kinds_cases,
    languages_cases,
    layouts_cases,
    mapped_cases,
    notices_cases,
    outlook_cases,
    quote_layouts_cases,
    quotes_cases,
    renderings_cases,
    requests_cases,
    sentences_cases,
    spoken_cases,
    tables_cases,
    typed_lists_cases,
)
from tests.corpus.making import Case

HERE = Path(__file__).parent


def expectation(case: Case) -> dict[str, object]:
    """The declared reading as JSON values; what is empty or not declared is left out."""
    declared: dict[str, object] = {
        "own": case.own,
        "passwords": case.passwords,
        "columns": case.columns,
        "kind": case.kind,
        "subkind": case.subkind,
        "sender": case.sender,
        "devices": [{"device_id": device, "where": where} for device, where in case.devices],
        "answers": [
            {"device_id": device, "outcome": outcome, "install_code": code, "where": where}
            for device, outcome, code, where in case.answers
        ],
        "rejects": [{"where": where, "reason_has": words} for where, words in case.rejects],
        "warnings_have": case.warnings,
        "references": case.references,
        "bounces": [
            {"recipient": one[0], "permanent": one[1], "status": one[2], "original": one[3]}
            for one in case.bounces
        ],
        "returns_on": case.returns_on,
    }
    return {key: value for key, value in declared.items() if value not in ([], None)}


def all_cases() -> list[Case]:
    """Every case of every module; ends the program where two have one name."""
    modules = (
        requests_cases,
        files_cases,
        tables_cases,
        foreign_cases,
        held_back_cases,
        languages_cases,
        acts_cases,
        answers_cases,
        spoken_cases,
        around_cases,
        sentences_cases,
        layouts_cases,
        answers_words_cases,
        quotes_cases,
        quote_layouts_cases,
        kinds_cases,
        notices_cases,
        bounces_cases,
        containers_cases,
        crc_cases,
        outlook_cases,
        damage_cases,
        desk_acknowledgements_cases,
        typed_lists_cases,
        mapped_cases,
        code_column_cases,
        renderings_cases,
    )
    cases = [case for module in modules for case in module.cases()]
    doubled = [name for name, count in Counter(case.name for case in cases).items() if count > 1]
    if doubled:
        raise SystemExit(f"two cases are called {doubled}")
    return cases


def main() -> None:
    """Write every case; a case that is gone takes its files along."""
    for old in (*HERE.glob("*.eml"), *HERE.glob("*.json")):
        old.unlink()
    for case in all_cases():
        (HERE / f"{case.name}.eml").write_bytes(case.raw)
        (HERE / f"{case.name}.json").write_text(declared(case), encoding="utf-8")


def declared(case: Case) -> str:
    """What the case's JSON file holds."""
    return json.dumps(expectation(case), indent=1, ensure_ascii=False) + "\n"


if __name__ == "__main__":
    main()
