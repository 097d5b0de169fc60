"""Choose the waiting mails a command works on: by numbers, spans, or a filter."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from typing import TYPE_CHECKING, Annotated, Final

import typer

from exchange.cli.common import at_terminal, print_result, say, warn
from exchange.domain.device import mask_codes
from exchange.domain.mail import Kind as Kinds
from exchange.domain.nearest import nearest
from exchange.errors import BadInput
from exchange.later import Later
from exchange.rendering.wording import counted

if TYPE_CHECKING:
    from exchange.services.context import Context
    from exchange.services.people import review_many
    from exchange.services.people.review_many import ChosenMails, Dealt, Span
    from exchange.store.mails import waiting
    from exchange.store.mails.waiting import MailFilter
else:
    review_many = Later("exchange.services.people.review_many")
    waiting = Later("exchange.store.mails.waiting")

_NUMBER: Final = re.compile(r"([0-9]{1,18})(?:-([0-9]{1,18}))?")
_MOST_FAULTS: Final = 50
_NOT_MEANT: Final = "it is not waiting for a person, or the filter excludes it"

MailNumbers = Annotated[
    list[str] | None,
    typer.Argument(metavar="NUMBER|SPAN", help="Mails: 12, 12 15, 12-40, or 12,15-20."),
]
All = Annotated[
    bool,
    typer.Option("--all", help="All in Review and Shunted, or all that the filter finds."),
]
FolderFilter = Annotated[
    str,
    typer.Option(
        "--in",
        metavar="FOLDER",
        help="Only mails in: review, shunted, old, not_given, vanished, wanted.",
        show_default="Review and Shunted",
    ),
]
SenderFilter = Annotated[str, typer.Option("--from", help="Only mails whose sender contains this.")]
ReasonFilter = Annotated[
    str, typer.Option("--reason", help="Only mails whose reason contains this.")
]
KindFilter = Annotated[
    str, typer.Option("--kind", help=f"Only mails of this kind: {', '.join(Kinds)}.")
]
PartyIs = Annotated[str, typer.Option("--party", help="Only mails of this party (signifier).")]
Yes = Annotated[bool, typer.Option("--yes", "-y", help="Do not ask for confirmation.")]
Dry = Annotated[bool, typer.Option("--dry-run", help="Only show what would be done.")]


def filter_of(mail_folder: str, sender: str, reason: str, kind: str, party: str) -> MailFilter:
    """Return the filter that the options of a command describe; raises BadParameter."""
    inside = mail_folder.strip().lower().replace("-", "_")
    if inside and inside not in waiting.FOLDERS:
        raise typer.BadParameter(
            f"there is no folder of mails {inside} ({nearest(inside, waiting.FOLDERS)})"
        )
    kind = kind.strip().lower().replace("-", "_")
    if kind and kind not in tuple(Kinds):
        raise typer.BadParameter(f"there is no --kind {kind} ({nearest(kind, Kinds)})")
    return waiting.MailFilter(
        folder=inside,
        sender=sender.strip(),
        reason=reason.strip(),
        kind=kind,
        party=party.strip().upper(),
    )


def spans_of(words: Sequence[str]) -> list[Span]:
    """Parse numbers and spans; raise BadParameter for a wrong one."""
    spans = []
    for word in ",".join(words).split(","):
        match = _NUMBER.fullmatch(word.strip())
        if not match:
            raise typer.BadParameter(f"{word!r} is not a mail's number or a span such as 12-40")
        first, last = int(match[1]), int(match[2] or match[1])
        if last < first:
            raise typer.BadParameter(f"{word!r}: a span starts with the lower number")
        spans.append((first, last))
    return spans


def one_number(words: Sequence[str] | None, chosen: MailFilter, *, every: bool) -> int | None:
    """Return the number where exactly one mail is named and nothing is filtered, else None."""
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
    unread: bool = False,
) -> None:
    """Show the mails, ask for confirmation, handle each mail, and report the results.

    ``what`` says what will be done with them; ``unread`` as in ``choose_mails``. Exits with 1 when
    any of them failed.
    """
    if bool(words) == every:
        raise typer.BadParameter("give mails by number or span, or --all")
    spans = None if every else spans_of(words or ())
    meant = review_many.choose_mails(ctx, chosen, spans, unread=unread)
    if not as_json:
        for line in _preview(meant, what):
            say(line)
    if meant.numbers and not dry and not yes:
        if as_json or not at_terminal():
            raise BadInput(
                "no terminal to ask on; nothing was done",
                hint="--yes does it, --dry-run only shows the mails",
            )
        if not typer.confirm("Go on?", default=False):
            say("nothing was done")
            return
    dealt: list[Dealt] = []
    stopped = False
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


def _preview(meant: ChosenMails, what: str) -> Iterator[str]:
    yield f"{counted(len(meant.numbers), 'mail')} {what}".rstrip()
    for folder, reason, number in meant.reasons if len(meant.numbers) > 1 else ():
        yield f"  {number} in {folder}: {mask_codes(reason)}"
    for mail in meant.first:
        arrived = f"{mail.arrived_at:%Y-%m-%d}"
        sender = mail.sender or "nobody certain"
        yield f"  mail {mail.id}, {arrived}, from {sender}: {mask_codes(mail.subject)}"
    for folder, number in meant.elsewhere.items():
        yield f"  left out: {counted(number, 'mail')} in {folder}; --in {folder} takes them"
    if len(meant.numbers) > len(meant.first):
        yield f"  ... and {len(meant.numbers) - len(meant.first)} more"


def _report(meant: ChosenMails, dealt: Sequence[Dealt], *, dry: bool, as_json: bool) -> None:
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
        print_result(True, content, "")
        return
    for number, why in faults[:_MOST_FAULTS]:
        warn(mask_codes(f"exchange: mail {number}: {why}"))
    if len(faults) > _MOST_FAULTS:
        warn(f"exchange: and {len(faults) - _MOST_FAULTS} more")
    if dry or not meant.numbers:
        say("nothing was done")
        return
    became = ", ".join(f"{number} {folder}" for folder, number in _folders(done))
    numbers = f": {review_many.named([one.number for one in done])}" if done else ""
    say(f"{len(done)} done{numbers}" + (f" ({became})" if became else ""))
    if left:
        say(f"{len(left)} not tried: {review_many.named(left)}")


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
