"""Which waiting mails a command is about: numbers, spans, or all that a filter lets through."""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Annotated, Final

import typer

from exchange.cli.common import HERE, answer, at_terminal, say, warn
from exchange.domain.device import mask_codes
from exchange.domain.mail import Kind as Kinds
from exchange.errors import BadInput
from exchange.rendering.wording import counted
from exchange.services.context import Context
from exchange.services.people import review_many
from exchange.services.people.review_many import Chosen, Dealt, Span, named
from exchange.store.mails.waiting import FOLDERS, MailFilter

_NUMBER: Final = re.compile(r"([0-9]{1,18})(?:-([0-9]{1,18}))?")
_MOST_FAULTS: Final = 50
_NOT_MEANT: Final = "it does not wait for a person, or the filter leaves it out"

Numbers = Annotated[
    list[str] | None,
    typer.Argument(metavar="NUMBER|SPAN", help="Mails: 12, 12 15, 12-40, or 12,15-20."),
]
All = Annotated[
    bool, typer.Option("--all", help="All that wait, in Review and Shunted or as filtered.")
]
Places = Annotated[
    list[str] | None,
    typer.Option(
        "--folder",
        "-C",
        metavar="FOLDER",
        help="Only mails in: review, shunted, old, not_given, vanished, wanted. Any other name is"
        " the working folder, also $EXCHANGE_FOLDER.",
        show_default="Review and Shunted, in the working folder .",
    ),
]
From = Annotated[str, typer.Option("--from", help="Only whose sender's address has this in it.")]
Reason = Annotated[str, typer.Option("--reason", help="Only whose reason has this in it.")]
Kind = Annotated[str, typer.Option("--kind", help=f"Only of this kind: {', '.join(Kinds)}.")]
PartyIs = Annotated[str, typer.Option("--party", help="Only of this party, by its signifier.")]
Yes = Annotated[bool, typer.Option("--yes", "-y", help="Do it without asking.")]
Dry = Annotated[bool, typer.Option("--dry-run", help="Only show which mails are meant.")]


def working_folder(places: Sequence[str] | None) -> Path:
    """The working folder among what ``--folder`` named."""
    named = [one for one in places or () if _as_folder(one) not in FOLDERS]
    found = Path(named[-1] if named else os.environ.get("EXCHANGE_FOLDER", "") or HERE)
    if named and not found.exists():
        hint = f"a folder of mails is one of {', '.join(FOLDERS)}"
        raise BadInput("there is no such working folder", place=named[-1], hint=hint)
    return found


def _as_folder(written: str) -> str:
    return written.strip().lower().replace("-", "_")


def filter_of(
    places: Sequence[str] | None, sender: str, reason: str, kind: str, party: str
) -> MailFilter:
    """A filter from its options; of ``places`` those that are folders of mails count."""
    kind = kind.strip().lower().replace("-", "_")
    if kind and kind not in tuple(Kinds):
        raise typer.BadParameter(f"--kind {kind} is none of {', '.join(Kinds)}")
    folders = [name for one in places or () if (name := _as_folder(one)) in FOLDERS]
    return MailFilter(
        folder=folders[-1] if folders else "",
        sender=sender.strip(),
        reason=reason.strip(),
        kind=kind,
        party=party.strip().upper(),
    )


def spans_of(words: Sequence[str]) -> list[Span]:
    """Numbers and spans as typed; a wrong one is a wrong usage."""
    spans = []
    for word in ",".join(words).split(","):
        match = _NUMBER.fullmatch(word.strip())
        if not match:
            raise typer.BadParameter(f"{word!r} is no mail's number and no span such as 12-40")
        first, last = int(match[1]), int(match[2] or match[1])
        if last < first:
            raise typer.BadParameter(f"{word!r}: a span begins with its lower number")
        spans.append((first, last))
    return spans


def one_number(words: Sequence[str] | None, chosen: MailFilter, *, every: bool) -> int | None:
    """The number, where exactly one mail is named and nothing filtered."""
    if every or chosen.narrows or not words or len(words) != 1:
        return None
    return int(words[0]) if _NUMBER.fullmatch(words[0]) and "-" not in words[0] else None


def deal(
    ctx: Context,
    words: Sequence[str] | None,
    chosen: MailFilter,
    work: Callable[[Sequence[int]], Iterator[Dealt]],
    *,
    every: bool,
    what: str,
    yes: bool,
    dry: bool,
    as_json: bool,
) -> None:
    """Show which mails are meant, ask, deal with each, and report what became of them.

    ``what`` says what will be done with them.  Ends with 1 when any of them was not dealt with.
    """
    if bool(words) == every:
        raise typer.BadParameter("name mails by number or span, or say --all")
    meant = review_many.choose(ctx, chosen, None if every else spans_of(words or ()))
    if not as_json:
        for line in _preview(meant, what):
            say(line)
    if meant.numbers and not dry and not yes:
        if as_json or not at_terminal():
            raise BadInput(
                "nobody can be asked here; nothing was done",
                hint="--yes does it, --dry-run only shows which mails are meant",
            )
        if not typer.confirm("Go on?", default=False):
            say("nothing was done")
            return
    dealt, stopped = list[Dealt](), False
    if not dry:
        try:
            dealt.extend(work(meant.numbers))
        except KeyboardInterrupt:
            stopped = True
    _report(meant, dealt, dry=dry, as_json=as_json)
    if stopped:
        raise typer.Exit(130)
    if (
        meant.missed
        or any(one.fault for one in dealt)
        or (not dry and len(dealt) < len(meant.numbers))
    ):
        raise typer.Exit(1)


def _preview(meant: Chosen, what: str) -> Iterator[str]:
    yield f"{counted(len(meant.numbers), 'mail')} {what}".rstrip()
    for folder, reason, number in meant.reasons if len(meant.numbers) > 1 else ():
        yield f"  {number} in {folder}: {mask_codes(reason)}"
    for mail in meant.first:
        arrived = f"{mail.arrived_at:%Y-%m-%d}"
        sender = mail.sender or "nobody certain"
        yield f"  mail {mail.id}, {arrived}, from {sender}: {mask_codes(mail.subject)}"
    for folder, number in meant.elsewhere.items():
        yield f"  left out: {counted(number, 'mail')} in {folder}; --folder {folder} takes them"
    if len(meant.numbers) > len(meant.first):
        yield f"  ... and {len(meant.numbers) - len(meant.first)} more"


def _report(meant: Chosen, dealt: Sequence[Dealt], *, dry: bool, as_json: bool) -> None:
    done = [one for one in dealt if not one.fault]
    faults = [(one.number, str(one.fault)) for one in dealt if one.fault]
    faults += [(number, _NOT_MEANT) for number in meant.missed]
    tried = {one.number for one in dealt}
    left = [] if dry else [number for number in meant.numbers if number not in tried]
    if as_json:
        content = {
            "chosen": list(meant.numbers),
            "dry_run": dry,
            "done": [_as_values(one) for one in done],
            "failed": [{"number": number, "why": mask_codes(why)} for number, why in faults],
            "not_tried": left,
        }
        answer(True, content, "")
        return
    for number, why in faults[:_MOST_FAULTS]:
        warn(mask_codes(f"exchange: mail {number}: {why}"))
    if len(faults) > _MOST_FAULTS:
        warn(f"exchange: and {len(faults) - _MOST_FAULTS} more")
    if dry or not meant.numbers:
        say("nothing was done")
        return
    became = ", ".join(f"{number} {folder}" for folder, number in _folders(done))
    numbers = f": {named([one.number for one in done])}" if done else ""
    say(f"{len(done)} done{numbers}" + (f" ({became})" if became else ""))
    if left:
        say(f"{len(left)} not tried: {named(left)}")


def _folders(done: Sequence[Dealt]) -> list[tuple[str, int]]:
    found: dict[str, int] = {}
    for one in done:
        if one.outcome:
            name = one.outcome.folder or "kept"
            found[name] = found.get(name, 0) + 1
    return sorted(found.items())


def _as_values(one: Dealt) -> dict[str, object]:
    if one.outcome is None:
        return {"number": one.number}
    reason = mask_codes(one.outcome.reason)
    return {
        "number": one.number,
        "folder": one.outcome.folder,
        "reason": reason,
        "ref": one.outcome.ref,
    }
