"""``exchange letters``: outgoing letters, and what a person can do about them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Annotated, Final
from zoneinfo import ZoneInfo

import typer

from exchange.cli.common import (
    HERE,
    HIGHEST_NUMBER,
    By,
    Folder,
    Json,
    Now,
    Number,
    Why,
    at_terminal,
    context_of,
    print_result,
    say,
    table,
    who,
)
from exchange.domain.nearest import nearest
from exchange.errors import BadInput
from exchange.later import Later
from exchange.rendering.wording import counted

if TYPE_CHECKING:
    from exchange.services.letters.party_holds import PartyHold
    from exchange.services.sending import outbox_review
    from exchange.services.sending.outbox_review import Choice
    from exchange.store.mails.outbox import LetterHead
else:
    outbox_review = Later("exchange.services.sending.outbox_review")

app = typer.Typer(no_args_is_help=True, add_completion=False)

STATES: Final = ("queued", "deferred", "sent", "failed", "held", "cancelled")
_LONDON = ZoneInfo("Europe/London")
LetterNumbers = Annotated[
    list[int] | None, typer.Argument(metavar="NUMBER", min=1, max=HIGHEST_NUMBER, help="Letters.")
]
PartyOption = Annotated[str, typer.Option("--party", help="All letters to this party.")]
Ref = Annotated[str, typer.Option("--ref", help="All letters of this reference.")]
ReplyFilter = Annotated[
    str, typer.Option("--reason", help="Letters whose last reply from the server contains this.")
]
Yes = Annotated[bool, typer.Option("--yes", "-y", help="Do not ask.")]
Limit = Annotated[
    int, typer.Option(min=0, max=HIGHEST_NUMBER, help="Show at most this many, the newest; 0: all.")
]


def _choice(numbers: list[int] | None, party: str, ref: str, reason: str = "") -> Choice:
    return outbox_review.Choice(tuple(numbers or ()), ref.upper(), party.upper(), reason)


def _named(numbers: list[int] | None, party: str, ref: str) -> Choice:
    if not (numbers or party or ref):
        raise typer.BadParameter("name letters by number, --party or --ref")
    return _choice(numbers, party, ref)


@app.command("list")
def list_(
    state: Annotated[
        list[str] | None,
        typer.Option("--state", help=f"One of {', '.join(STATES)}; may be repeated."),
    ] = None,
    party: PartyOption = "",
    ref: Ref = "",
    reason: ReplyFilter = "",
    limit: Limit = 100,
    folder: Folder = HERE,
    now: Now = "",
    as_json: Json = False,
) -> None:
    """List letters not sent yet, or those in the given states."""
    states = state or [one for one in STATES if one not in ("sent", "cancelled")]
    for one in states:
        if one not in STATES:
            raise typer.BadParameter(f"there is no state {one} ({nearest(one, STATES)})")
    found, pause, holds = outbox_review.listed(
        context_of(folder, now), _choice(None, party, ref, reason), states
    )
    some = found[-limit:] if limit else found
    if as_json:
        resting = {"until": pause.ends, "why": pause.message} if pause else None
        held = [hold_values(one) for one in holds]
        values = {"pause": resting, "held_parties": held, "letters": list(map(_values, some))}
        print_result(True, values, "")
        return
    if pause:
        say(str(pause.error()))
    for hold in holds:
        say(f"{hold.words} (since {_when(hold.at)}); {hold.advice} ends that")
    _table(some)
    if len(some) < len(found):
        say(f"... and {len(found) - len(some)} older ones; --limit 0 shows all")


@app.command()
def show(number: Number, folder: Folder = HERE, as_json: Json = False) -> None:
    """Show one letter: recipient, state and server reply, but not its text."""
    one = outbox_review.get_letter(context_of(folder), number)
    if as_json:
        print_result(True, _values(one), "")
        return
    say(f"letter {one.id}: {one.purpose} {one.ref} to {one.recipient} ({one.party or 'ourselves'})")
    say(f"{one.size:,} bytes, {counted(one.codes, 'install code')}, Message-ID {one.message_id}")
    say(f"written {_when(one.created_at)}, {counted(one.attempts, 'attempt')}: {one.state}")
    if one.accepted_at:
        say(f"accepted {_when(one.accepted_at)}")
    if one.state in ("queued", "deferred"):
        say(f"next attempt not before {_when(one.next_attempt_at)}")
    if one.reply:
        say(one.reply)


@app.command()
def hold(
    numbers: LetterNumbers = None,
    party: PartyOption = "",
    ref: Ref = "",
    why: Annotated[str, typer.Option(help="The reason, for the record.")] = "",
    by: By = "",
    folder: Folder = HERE,
    now: Now = "",
    as_json: Json = False,
) -> None:
    """Hold waiting letters back until they are released or cancelled.

    With --party alone, all letters to that party are held, also those that are written later.
    """
    choice = _named(numbers, party, ref)
    held = outbox_review.hold_letters(context_of(folder, now), choice, why, who(by))
    text = f"{counted(len(held), 'letter')} held"
    if party and not (numbers or ref):
        waiting = f"{len(held)} of them waiting" if held else "none is waiting"
        text = f"all letters to {party.upper()} are held from now on; {waiting}"
    print_result(as_json, {"held": [one.id for one in held]}, text)


@app.command()
def release(
    numbers: LetterNumbers = None,
    party: PartyOption = "",
    ref: Ref = "",
    by: By = "",
    folder: Folder = HERE,
    now: Now = "",
    as_json: Json = False,
) -> None:
    """Release held letters, to the address now on the contacts register.

    With --party alone, letters to a party that are all held, as after a warning, are sent again.
    """
    choice = _named(numbers, party, ref)
    freed = outbox_review.release_letters(context_of(folder, now), choice, who(by))
    if as_json:
        print_result(
            True, {"released": [{"letter": o.letter.id, "to": o.address} for o in freed]}, ""
        )
        return
    for one in freed:
        rewritten = "" if one.address == one.letter.recipient else ", rewritten"
        say(f"letter {one.letter.id} goes to {one.address}{rewritten}")
    if not freed:
        say(f"letters to {party.upper()} are sent again; none was waiting")


@app.command()
def cancel(
    why: Why,
    numbers: LetterNumbers = None,
    party: PartyOption = "",
    ref: Ref = "",
    yes: Yes = False,
    by: By = "",
    folder: Folder = HERE,
    now: Now = "",
    as_json: Json = False,
) -> None:
    """Cancel letters that were not sent.

    The Devices of a cancelled answer wait for a person again, their clocks running. The Devices of
    a cancelled request of ours are withdrawn from that Supplier, and the next one is asked.
    """
    choice = _named(numbers, party, ref)
    ctx = context_of(folder, now)
    if not numbers:
        states = ("queued", "deferred", "held", "failed")
        meant = outbox_review.listed(ctx, choice, states).letters if choice else []
        sure(meant, "Cancel them?", yes=yes, as_json=as_json)
    done = outbox_review.cancel(ctx, choice, why, who(by))
    said = f"{counted(len(done.letters), 'letter')} cancelled"
    if done.devices:
        said += f"; {counted(done.devices, 'Device')} held for a person"
    if done.withdrawn:
        said += f"; {counted(done.withdrawn, 'Device')} not asked of that Supplier any more"
    print_result(
        as_json,
        {
            "cancelled": [one.id for one in done.letters],
            "devices_held": done.devices,
            "legs_withdrawn": done.withdrawn,
        },
        said,
    )


@app.command()
def resume(by: By = "", folder: Folder = HERE, now: Now = "", as_json: Json = False) -> None:
    """Resume paused outgoing mail at once, because the cause is fixed."""
    pause = outbox_review.resume(context_of(folder, now), who(by))
    print_result(
        as_json,
        {"rested_for": pause.message},
        f"outgoing mail resumes; it was paused: {pause.message}",
    )


def retry(
    ref: Annotated[str, typer.Argument(help="A reference, or --all, --party, --reason.")] = "",
    everything: Annotated[bool, typer.Option("--all", help="Every refused letter.")] = False,
    party: PartyOption = "",
    reason: ReplyFilter = "",
    yes: Yes = False,
    by: By = "",
    folder: Folder = HERE,
    now: Now = "",
    as_json: Json = False,
) -> None:
    """Try refused letters again, and end a pause of outgoing mail.

    Letters too large for the server are split into parts; our refused requests are made again.
    """
    choice = outbox_review.Choice((), ref.upper(), party.upper(), reason, everything)
    if not choice:
        raise typer.BadParameter("give a reference, --all, --party or --reason")
    ctx = context_of(folder, now)
    if not ref:
        sure(outbox_review.retriable(ctx, choice), "Try them again?", yes=yes, as_json=as_json)
    done = outbox_review.retry(ctx, choice, who(by))
    of = f" of {ref.upper()}" if ref else ""
    said = []
    if done.remade:
        said.append(f"{counted(done.remade, 'letter')}{of} split into parts")
    if done.asked:
        said.append(f"requested again: {' '.join(done.asked)}")
    if done.held:
        said.append(f"{counted(done.held, 'letter')} held: see `exchange letters list`")
    if done.again or not said:
        said.insert(0, f"{counted(done.again, 'letter')}{of} will be tried again")
    values = {
        "letters": done.again, "remade": done.remade, "asked": done.asked, "held": done.held,
    }  # fmt: skip
    print_result(as_json, values, "; ".join(said))


def sure(meant: Sequence[LetterHead], question: str, *, yes: bool, as_json: bool) -> None:
    """Show the letters and ask; raise BadInput where nobody can be asked, Abort for a no."""
    if not as_json:
        _table(meant[:20])
        say(f"{counted(len(meant), 'letter')} in all")
    if yes or not meant:
        return
    if as_json or not at_terminal():
        raise BadInput("no terminal to ask on; nothing was changed", hint="--yes does it")
    typer.confirm(question, default=False, abort=True)


def _table(letters: Sequence[LetterHead]) -> None:
    table(
        "Letters",
        ("letter", "reference", "what", "party", "to", "codes", "state", "next attempt", "reply"),
        (
            (
                one.id, one.ref, one.purpose, one.party, one.recipient, one.codes, one.state,
                _when(one.next_attempt_at) if one.state in ("queued", "deferred") else "",
                one.reply,
            )
            for one in letters
        ),
    )  # fmt: skip


def _values(one: LetterHead) -> dict[str, object]:
    return {
        "letter": one.id,
        "ref": one.ref,
        "purpose": one.purpose,
        "party": one.party,
        "to": one.recipient,
        "codes": one.codes,
        "bytes": one.size,
        "state": one.state,
        "attempts": one.attempts,
        "written": one.created_at,
        "next_attempt": one.next_attempt_at if one.state in ("queued", "deferred") else None,
        "accepted": one.accepted_at,
        "message_id": one.message_id,
        "reply": one.reply,
    }


def hold_values(hold: PartyHold) -> dict[str, object]:
    """Return what holds all letters to a party, for a program."""
    return {
        "party": hold.party, "since": hold.at, "why": hold.why, "by": hold.actor,
        "mail": hold.mail or None,
    }  # fmt: skip


def _when(at: datetime) -> str:
    return f"{at.astimezone(_LONDON):%Y-%m-%d %H:%M}"
