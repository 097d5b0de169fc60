"""Every mail of this folder reads as the file beside it declares; all of it, in order."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from exchange.domain.columns.column_map import ColumnMap, as_values, from_values
from exchange.domain.meaning.resolve import ThreadContext, resolve
from exchange.parsing.containers.openers import Openers
from exchange.parsing.lists.tables.mapped_columns import ColumnMappings
from exchange.parsing.reading.understand import understand
from tests.corpus.generate import all_cases, declared

NO_COLUMNS = as_values([ColumnMap("any")])[0]
HERE = Path(__file__).parent
MAILS = sorted(HERE.glob("*.eml"))


@pytest.mark.parametrize("path", MAILS, ids=lambda path: path.stem)
def test_reads_as_declared(path: Path) -> None:
    declared = json.loads(path.with_suffix(".json").read_text(encoding="utf-8"))
    openers = Openers(passwords=tuple(declared.get("passwords", ())))
    own = frozenset(declared.get("own", ()))
    mapping = ColumnMappings(
        from_values({**NO_COLUMNS, **one} for one in declared.get("columns", ()))
    )
    said = understand(path.read_bytes(), own_addresses=own, openers=openers, mapping=mapping)

    resolved = resolve(said, ThreadContext())

    assert (said.kind.value, said.subkind) == (declared["kind"], declared.get("subkind", ""))
    devices = [{"device_id": str(one.device), "where": one.where} for one in said.devices]
    assert devices == declared.get("devices", [])
    answers = [
        {
            "device_id": str(one.device),
            "outcome": one.outcome.value,
            "install_code": one.code.hex if one.code else None,
            "where": one.where,
        }
        for one in resolved.answers
    ]
    assert answers == declared.get("answers", [])
    rejects = [(one.where, one.reason) for one in resolved.rejects]
    wanted = [(one["where"], one["reason_has"]) for one in declared.get("rejects", [])]
    assert [where for where, _ in rejects] == [where for where, _ in wanted], rejects
    assert all(words in reason for (_, reason), (_, words) in zip(rejects, wanted, strict=True))
    shown = (*said.warnings, *resolved.doubts)
    for words in declared.get("warnings_have", []):
        assert any(words in text for text in shown), shown
    assert list(said.references) == declared.get("references", [])
    bounces = [
        {"recipient": one.recipient, "permanent": one.permanent, "status": one.status,
         "original": one.original_message_id}
        for one in said.bounces
    ]  # fmt: skip
    assert bounces == declared.get("bounces", [])
    assert (said.returns_on.isoformat() if said.returns_on else None) == declared.get("returns_on")
    if "sender" in declared:
        assert said.head.sender == declared["sender"]
    assert "\n" not in said.head.subject
    assert "\r" not in said.head.subject


def test_the_corpus_is_whole() -> None:
    assert len(MAILS) >= 60
    assert {path.stem for path in MAILS} == {path.stem for path in HERE.glob("*.json")}


def test_the_files_are_those_that_the_modules_declare() -> None:
    cases = {case.name: declared(case) for case in all_cases()}
    files = {path.stem: path.read_text(encoding="utf-8") for path in HERE.glob("*.json")}
    assert cases == files
