"""What a working folder holds, without what differs between two runs that did the same."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from email import message_from_bytes, policy
from pathlib import Path
from typing import Any, Final

from sqlalchemy import LargeBinary, Table, inspect, select
from sqlmodel import SQLModel

from exchange.bootstrap import open_context, the_clock
from exchange.domain.device import InstallCode
from exchange.services.people import audit_log
from exchange.store.column_types import Instant
from tests.faults.post import Sent

# Differs with every run, or says how often something was tried.
_VARYING: Final = frozenset(
    {
        "message_id", "content_hash", "attempts", "reply", "size", "previous", "hash", "code_tag",
        "uidvalidity",
    }
)  # fmt: skip
_COMES_AND_GOES: Final = re.compile(r"\.db-(wal|shm|journal)$|\.lock$")
# A folder that was copied counts on at a number made of the time (store/references.py).
_OF_THE_TIME: Final = re.compile(r"-([AQ])(\d{6,9})\b")
_COUNTED: Final = 99_999
_HEX: Final = re.compile(rb"[0-9a-f]{64}|[0-9a-f]{16}")


@dataclass(slots=True)
class State:
    """A folder's content; equal for two folders in which the same was done."""

    tables: dict[str, Counter[tuple[object, ...]]] = field(default_factory=dict)
    vault: dict[str, tuple[object, ...]] = field(default_factory=dict)
    events: Counter[tuple[str, str]] = field(default_factory=Counter)
    files: Counter[str] = field(default_factory=Counter)
    lying: Counter[tuple[str, str]] = field(default_factory=Counter)  # mails: folder, Message-ID
    sent: Counter[tuple[str, ...]] = field(default_factory=Counter)  # letters, each once
    copies: int = 0  # letters that went out once more, the same mail


def state_of(folder: Path, outside: Path) -> State:
    """Read a folder; raises ExchangeError where its database, vault or audit log is damaged."""
    found = State()
    ctx = open_context(folder, the_clock("2027-01-01T12:00"))
    try:
        ctx.vault.verify()
        audit_log.verify(ctx)
        for record in ctx.vault.iter_all():
            found.vault[str(record.device)] = (
                record.code.hex if record.code else "",
                record.device_type,
                record.installed_by_us,
                record.source,
            )
        with ctx.store.engine.connect() as connection:
            places = _places(connection)
            there = set(inspect(connection).get_table_names())
            for name, table in SQLModel.metadata.tables.items():
                if name not in there:
                    continue
                rows = [row._mapping for row in connection.execute(select(table))]
                if name == "audit":
                    found.events = Counter(
                        (row["event"], row["party"])
                        for row in rows
                        if row["event"] != "references.gap"  # a fault may leave one
                    )
                elif name == "fact":
                    # A mailbox made anew has another UIDVALIDITY, by which its fact is named.
                    found.tables[name] = Counter(
                        (row["name"].rstrip("0123456789"),) for row in rows
                    )
                elif name == "counter":
                    # How far one of the time went, how many references there are says.
                    found.tables[name] = Counter(
                        (row["name"].partition(".")[0], min(row["value"], _COUNTED)) for row in rows
                    )
                else:
                    found.tables[name] = Counter(_row(table, row, places, ctx) for row in rows)
    finally:
        ctx.store.dispose()
    found.tables = dict(zip(found.tables, _by_rank(list(found.tables.values())), strict=True))
    for root, label in ((folder, "folder"), (outside, "outside")):
        found.files.update(_files(root, label))
    return found


Row = tuple[Any, ...]


def _by_rank(counted: Sequence[Counter[Row]]) -> list[Counter[Row]]:
    """Name each reference that was made of the time by its place among them."""
    texts = [one for rows in counted for row in rows for one in row if isinstance(one, str)]
    made = sorted({match.group() for text in texts for match in _OF_THE_TIME.finditer(text)})
    ranks = {one: f"-{one[1]}(no. {nth})" for nth, one in enumerate(made, 1)}

    def ranked(value: Any) -> Any:
        if not isinstance(value, str):
            return value
        return _OF_THE_TIME.sub(lambda match: ranks[match.group()], value)

    return [
        Counter({tuple(map(ranked, row)): many for row, many in rows.items()}) for rows in counted
    ]


def _places(connection: Any) -> dict[str, dict[object, int]]:
    """Which row of its table an id is: sequences of PostgreSQL leave gaps."""
    return {
        name: {
            key: nth
            for nth, key in enumerate(
                connection.scalars(select(table.c.id).order_by(table.c.id)), 1
            )
        }
        for name, table in SQLModel.metadata.tables.items()
        if "id" in table.c and inspect(connection).has_table(name)
    }


def _row(
    table: Table, row: Mapping[Any, Any], places: Mapping[str, dict[object, int]], ctx: Any
) -> tuple[object, ...]:
    found: list[object] = []
    for column in table.columns:
        value = row[column.key]
        if column.name == "sealed_code" and value is not None:
            value = InstallCode(ctx.sealer.open(value, "code")).hex
        elif isinstance(column.type, LargeBinary | Instant):
            # Not when, only whether.
            value = value is not None
        elif column.name in _VARYING:
            continue
        elif column.name == "id":
            value = places[table.name][value]
        elif column.foreign_keys and value is not None:
            (key,) = column.foreign_keys
            value = places.get(key.column.table.name, {}).get(value, value)
        found.append(value)
    return tuple(found)


def _files(root: Path, label: str) -> Iterable[str]:
    for path in sorted(root.rglob("*")) if root.exists() else ():
        if not path.is_file() or _COMES_AND_GOES.search(path.name):
            continue
        name = _HEX.sub(b"KEYID", str(path.relative_to(root)).encode()).decode()
        yield f"{label}/{name} {_content(path)} {path.stat().st_mode & 0o777:o}"


def _content(path: Path) -> str:
    """What tells a whole file from a part of one, alike in each run."""
    if path.name.startswith("exchange.db") or path.name == "letters.taken":
        return ""  # what is in it shows in the outbox, by the time nothing is under way
    if path.name == "exchange.toml":
        return "whole" if path.read_bytes().endswith(b"\n") else "cut"
    content = path.read_bytes()
    lines = content.count(b"\n")
    return f"{lines} lines, {len(_HEX.sub(b'', content))} bytes"


@dataclass(frozen=True, slots=True)
class Finding:
    """Something that is not as it would be had nothing happened."""

    kind: str  # lost, doubled, stuck, unclear
    what: str


def compared(found: State, *rightly: State) -> list[Finding]:
    """How ``found`` differs from each of the states that are right; nothing where it is one."""
    findings: list[Finding] = []
    for name in found.tables:
        right = [state.tables.get(name, Counter()) for state in rightly]
        if found.tables[name] not in right:
            findings += _differing(f"row of {name}", found.tables[name], right[0])
    vaults = [state.vault for state in rightly]
    if found.vault not in vaults:
        here, there = Counter(found.vault), Counter(vaults[0])
        # The devices, never their codes.
        missing = sorted(one for one in there if found.vault.get(one) != vaults[0][one])
        findings += [Finding("lost", f"vault record of {one}") for one in missing]
        more = sorted(one for one in here if one not in there)
        findings += [Finding("doubled", f"vault record of {one}") for one in more]
    files = [state.files for state in rightly]
    if found.files not in files:
        findings += _differing("file", found.files, files[0])
    if found.lying not in [state.lying for state in rightly]:
        findings += _differing("mail in", found.lying, rightly[0].lying)
    if found.sent not in [state.sent for state in rightly]:
        findings += _differing("letter", found.sent, rightly[0].sent)
    for event in {event for state in (found, *rightly) for event in state.events}:
        counts = [state.events[event] for state in rightly]
        if found.events[event] < min(counts):
            findings.append(Finding("lost", f"audit event {event}"))
        elif found.events[event] > max(counts):
            findings.append(Finding("doubled", f"audit event {event}"))
    return findings


def _differing(what: str, found: Counter[Any], right: Counter[Any]) -> list[Finding]:
    lost = [Finding("lost", f"{what} {one}") for one in (right - found).elements()]
    return lost + [Finding("doubled", f"{what} {one}") for one in (found - right).elements()]


def in_the_clear(folder: Path, codes: Iterable[str]) -> list[Finding]:
    """Codes that lie readable in any file of a folder; ``codes`` are 32 hex digits each."""
    wanted = [
        form
        for code in codes
        for text in (code, " ".join(re.findall("....", code)))
        for form in (text.lower().encode(), text.upper().encode(), bytes.fromhex(code))
    ]
    return [
        Finding("lost", f"a code stands in the clear in {path.relative_to(folder)}")
        for path in folder.rglob("*")
        if path.is_file() and _holds(path.read_bytes(), wanted)
    ]


def _holds(content: bytes, wanted: Iterable[bytes]) -> bool:
    return any(form in content for form in wanted)


def letters_of(sent: Iterable[Sent]) -> tuple[Counter[tuple[str, ...]], list[Finding], int]:
    """What was sent, each letter once; copies that are not the same mail; how many copies."""
    by_id: dict[str, list[bytes]] = {}
    letters: Counter[tuple[str, ...]] = Counter()
    findings = []
    for one in sent:
        mail = message_from_bytes(one.raw, policy=policy.default)
        key = str(mail["Message-ID"])
        if key not in by_id:
            lists = [
                part.get_content().strip()
                for part in mail.walk()
                if str(part.get_filename()).endswith(".csv")
            ]
            letters[one.to, str(mail["Subject"]), str(mail["X-MP121-Exchange"]), *lists] += 1
        elif one.raw not in by_id[key]:
            findings.append(Finding("doubled", f"another mail under the Message-ID {key}"))
        by_id.setdefault(key, []).append(one.raw)
    (letters,) = _by_rank([letters])
    return letters, findings, sum(len(copies) - 1 for copies in by_id.values())
