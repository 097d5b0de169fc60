"""``exchange read``: show what we understand of a mail or a file.

It loads no more of the program than it needs, because people try it on thousands of files.
"""

from __future__ import annotations

import json
import os
import re
import sys
from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from exchange.cli.common import say, table, warn
from exchange.cli.reading.sources import Letter, Source, sent_letters, sources
from exchange.domain.device import MASKED, InstallCode, mask_codes
from exchange.domain.limits import DEFAULT, Limits
from exchange.domain.mail import Kind, MailHead, Reject, Subkind, Understanding
from exchange.domain.meaning.resolve import resolve
from exchange.domain.meaning.sent_lines import SentText
from exchange.domain.meaning.thread import thread_of
from exchange.domain.statements import ANSWERING, Scope
from exchange.errors import BadInput, ExchangeError, ReaderUnavailable, Unreadable
from exchange.later import Later
from exchange.rendering.wording import counted, one_line

if TYPE_CHECKING:
    from exchange.worker import reader as worker
    from exchange.worker.reader import WorkerReader
else:
    worker = Later("exchange.worker.reader")

_OWN_MARK = re.compile(rb"(?im)^X-MP121-Exchange:")
_OF_A_LIST = frozenset((Scope.THESE, Scope.REST, Scope.ROWS, Scope.ALL_BUT, Scope.KIND))
UNREADABLE = Subkind.UNREADABLE
_SECONDS, _MEMORY_MB = 120.0, 2048

app = typer.Typer(
    name="exchange",
    pretty_exceptions_enable=False,
    add_completion=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)


@app.callback()
def _alone() -> None:
    """Run a supplier's end of the MP121 install code exchange by email."""


@app.command("read")
def read_command(
    files: Annotated[
        list[Path],
        typer.Argument(
            metavar="FILE",
            help="Mails (.eml, .msg), mailbox files, bare attachments, folders of them, or - for"
            " standard input.",
        ),
    ],
    as_json: Annotated[
        bool, typer.Option("--json", help="Answer with JSON: an object, or a list of them.")
    ] = False,
    reveal: Annotated[bool, typer.Option("--reveal", help="Show install codes.")] = False,
    password_file: Annotated[
        list[Path] | None,
        typer.Option(help="A file of passwords for protected files, one a line."),
    ] = None,
    password_env: Annotated[
        str,
        typer.Option(metavar="NAME", help="An environment variable with such a password."),
    ] = "",
    ask_password: Annotated[
        bool, typer.Option("--ask-password", help="Ask for such a password.")
    ] = False,
    our_address: Annotated[
        list[str] | None,
        typer.Option(metavar="ADDRESS", help="One of our addresses: mail from it is our own."),
    ] = None,
    sent: Annotated[
        list[Path] | None,
        typer.Option(
            metavar="LETTER",
            help="A letter of ours (.eml) that a mail may reply to: what it repeats is quoted,"
            " and its words are about that list.",
        ),
    ] = None,
    party: Annotated[
        list[str] | None,
        typer.Option(metavar="NAME", help="A name of the sender's company, or its signifier."),
    ] = None,
    folder: Annotated[
        Path | None,
        typer.Option(
            "--folder",
            "-C",
            help="Use the limits, address and S/MIME keys of this working folder.",
        ),
    ] = None,
    seconds: Annotated[
        float | None,
        typer.Option(min=0.01, show_default=f"{_SECONDS:g}", help="Time limit for one mail."),
    ] = None,
    memory_mb: Annotated[
        int | None,
        typer.Option(min=256, show_default=str(_MEMORY_MB), help="Memory limit."),
    ] = None,
) -> None:
    """Read mails or files and list the Devices, answers and rejects found in them.

    With our letters and the sender's names, sentences are answers too: "none of these are ours".
    Needs no working folder. A file that takes too much time or memory is given up, and the next
    one is read. Exits with 0 when every file could be read, else with 1.
    """
    own = frozenset(one.strip().lower() for one in our_address or ())
    reader, limits = _reader(folder, own, seconds, memory_mb)
    try:
        reader.start()
        passwords = _passwords(password_file or (), password_env, ask=ask_password)
        given = sent_letters(sent or ())
        letters = [_letter(reader, one) for one in given]
        texts = [text for letter in given for text in letter.texts]
        results = (
            (source, *_resolved(*_read(reader, source, passwords, texts), letters, party or ()))
            for source in sources(files, limits)
        )
        failed = _print_all(results, files, as_json=as_json, reveal=reveal)
    finally:
        reader.close()
    if failed:
        raise typer.Exit(1)


def _reader(
    folder: Path | None, own: frozenset[str], seconds: float | None, memory_mb: int | None
) -> tuple[WorkerReader, Limits]:
    if folder is not None:
        # Imported only now: it loads most of the program.
        from exchange.bootstrap import open_reader
        from exchange.config import load_settings

        settings = load_settings(folder)
        changed = {"seconds": seconds, "memory_mb": memory_mb}
        given = {name: value for name, value in changed.items() if value is not None}
        limits = settings.limits.model_copy(update=given)
        return open_reader(folder, settings.model_copy(update={"limits": limits}), own)
    reader = worker.WorkerReader(
        DEFAULT,
        own,
        seconds=seconds or _SECONDS,
        memory_bytes=(memory_mb or _MEMORY_MB) << 20,
    )
    return reader, DEFAULT


def _passwords(files: Sequence[Path], variable: str, *, ask: bool) -> list[str]:
    found: list[str] = []
    for path in files:
        try:
            found += path.read_text(encoding="utf-8").splitlines()
        except (OSError, UnicodeDecodeError):
            raise BadInput("the password file cannot be read", place=str(path)) from None
    if variable:
        if variable not in os.environ:
            raise BadInput(f"${variable} is not set")
        found.append(os.environ[variable])
    if ask:
        found.append(str(typer.prompt("Password", hide_input=True, err=True)))
    return [one for one in found if one]


def _read(
    reader: WorkerReader,
    source: Source,
    passwords: Sequence[str],
    texts: Sequence[SentText],
) -> tuple[Understanding, bool]:
    """Return what ``source`` says and whether it could be read; if not, a reject says why."""
    try:
        if source.fault:
            raise Unreadable(source.fault)
        return reader.read(source.content, passwords, source.name, sent=texts), True
    except ReaderUnavailable:
        raise
    except ExchangeError as error:
        reject = Reject(source.name, error.message, error.place or source.name)
        return (
            Understanding(MailHead(), Kind.UNKNOWN, UNREADABLE, rejects=(reject,)),
            False,
        )


def _letter(reader: WorkerReader, letter: Letter) -> Understanding:
    """Read a letter of ours for the list that it has: as a mail of anybody, not as our own."""
    if not _OWN_MARK.search(letter.content):
        warn(f"{letter.path}: it has no field X-MP121-Exchange, so it may be no letter of ours")
    content = _OWN_MARK.sub(b"X-Unmarked:", letter.content, count=1)
    return reader.read(content, (), letter.path.name)


def _resolved(
    said: Understanding, done: bool, letters: Sequence[Understanding], names: Sequence[str]
) -> tuple[Understanding, bool]:
    """Return an understanding with what its sentences answer, given its thread."""
    context = thread_of(said, letters, names)
    found = resolve(said, context)
    homeless = () if found.answers or context.rows else _without_a_list(said, letters)
    known = replace(
        said,
        kind=found.kind,
        subkind=said.subkind if found.kind is said.kind else Subkind.NONE,
        answers=found.answers,
        rejects=found.rejects,
        warnings=(*said.warnings, *found.doubts, *homeless),
    )
    return known, done


def _without_a_list(said: Understanding, letters: Sequence[Understanding]) -> tuple[str, ...]:
    """Return what to do about a sentence that answers for a list which nobody has given."""
    about = (one for one in said.statements if one.act in ANSWERING and one.scope in _OF_A_LIST)
    first = next(about, None)
    if first is None:
        return ()
    missing = "it replies to none of the letters given" if letters else "give our letter by --sent"
    return (f'their words "{first.for_people}" at {first.where} are about a list: {missing}',)


def _print_all(
    results: Iterator[tuple[Source, Understanding, bool]],
    given: Sequence[Path],
    *,
    as_json: bool,
    reveal: bool,
) -> int:
    """Print each result as soon as it is known; return how many files could not be read.

    One FILE that is one mail gives a JSON object, everything else a list of objects, one a line.
    """
    first = next(results, None)
    single = first is not None and len(given) == 1 and not first[0].mail and not given[0].is_dir()
    failed = 0
    if as_json and not single:
        sys.stdout.write("[")
    for number, (source, said, done) in enumerate(chain([first] if first else [], results)):
        if not done:
            failed += 1
            _report_unreadable(source, said.rejects[0])
        if as_json:
            result = {
                "file": source.file if reveal else mask_codes(source.file),
                "mail": source.mail,
                **as_object(said, reveal=reveal),
            }
            if not single:
                sys.stdout.write(",\n" if number else "\n")
            sys.stdout.write(_json(result, 2 if single else None))
            sys.stdout.flush()
        elif done:
            if not single:
                say(f"{one_line(mask_codes(source.place))}:")
            _print(said, reveal=reveal)
    if as_json:
        say("" if single else "\n]")
    return failed


def _json(result: object, indent: int | None) -> str:
    text = json.dumps(result, ensure_ascii=False, indent=indent)
    try:
        text.encode(sys.stdout.encoding or "utf-8")
    except UnicodeEncodeError:
        # A terminal of another charset, or half a character in a stranger's text.
        return json.dumps(result, indent=indent)
    return text


def _report_unreadable(source: Source, reject: Reject) -> None:
    place = "" if reject.where == source.name else f"{reject.where}: "
    warn(mask_codes(f"{source.place}: {place}{reject.reason}"))


def as_object(said: Understanding, *, reveal: bool) -> dict[str, object]:
    """Return an understanding as JSON values; install codes and lookalikes masked unless revealed.

    ``install_code`` is 32 hex digits without the CRC, ``[masked]``, or null.
    """

    def shown(text: str) -> str:
        return text if reveal else mask_codes(text)

    def code(one: InstallCode | None) -> str | None:
        if one is None:
            return None
        return one.hex if reveal else MASKED

    return {
        "kind": said.kind.value,
        "subkind": said.subkind,
        "devices": [
            {"device_id": str(one.device), "where": shown(one.where)} for one in said.devices
        ],
        "answers": [
            {
                "device_id": str(one.device),
                "outcome": one.outcome.value,
                "install_code": code(one.code),
                "where": shown(one.where),
                "why": shown(one.remark),
            }
            for one in said.answers
        ],
        "rejects": [
            {
                "text": one.text if reveal else one.masked,
                "reason": shown(one.reason),
                "where": shown(one.where),
            }
            for one in said.rejects
        ],
        "warnings": [shown(text) for text in said.warnings],
        "statements": [
            {
                "act": one.act.value,
                "scope": one.scope.value,
                "device_ids": [str(device) for device in one.devices],
                "rows": list(one.rows),
                "count": one.count,
                "subject": shown(one.subject),
                "hedge": shown(one.hedge),
                "reason": shown(one.reason),
                "words": shown(one.words),
                "where": shown(one.where),
            }
            for one in said.statements
        ],
        "references": list(said.references),
        "bounces": [
            {
                "recipient": one.recipient,
                "permanent": one.permanent,
                "status": one.status,
                "diagnostic": shown(one.diagnostic),
                "original_message_id": shown(one.original_message_id),
            }
            for one in said.bounces
        ],
        "returns_on": said.returns_on.isoformat() if said.returns_on else None,
    }


def _print(said: Understanding, *, reveal: bool) -> None:
    def shown(text: str) -> str:
        # Strangers' words must not send control characters to the terminal.
        return one_line(text if reveal else mask_codes(text))

    kind = f"{said.kind.value} ({said.subkind})" if said.subkind else said.kind.value
    say(
        f"{kind}: {counted(len(said.devices), 'device')}, {counted(len(said.answers), 'answer')},"
        f" {counted(len(said.rejects), 'reject')}"
    )
    answered = {one.device for one in said.answers}
    devices = [one for one in said.devices if one.device not in answered]
    if devices:
        rows = [(str(one.device), one.device_type, shown(one.where)) for one in devices]
        table("Devices", ("Device ID", "Type", "Where"), rows)
    if said.answers:
        answers = [
            (
                str(one.device),
                one.outcome.value,
                (one.code.grouped if reveal else MASKED) if one.code else "",
                shown(one.where),
            )
            for one in said.answers
        ]
        table("Answers", ("Device ID", "Outcome", "Install code", "Where"), answers)
        for why in dict.fromkeys(one.remark for one in said.answers if one.where in one.remark):
            say(f"because: {shown(why)}")
    if said.rejects:
        rejects = [
            (one_line(one.text if reveal else one.masked), shown(one.reason), shown(one.where))
            for one in said.rejects
        ]
        table("Rejects", ("Seen", "Reason", "Where"), rejects)
    for bounce in said.bounces:
        fate = "given up" if bounce.permanent else "not yet delivered"
        say(shown(f"{fate}: {bounce.recipient} {bounce.status} {bounce.diagnostic}".rstrip()))
    if said.returns_on:
        say(f"back on {said.returns_on:%d/%m/%Y}")
    for text in said.warnings:
        say(f"note: {shown(text)}")
