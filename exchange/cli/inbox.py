"""``exchange inbox``: what waits for a person, and what a person can do about it."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from exchange.cli.common import HERE, Folder, Json, Now, answer, desk_of, say, table
from exchange.cli.people import By, Why, who
from exchange.domain.device import mask_codes
from exchange.domain.outbound import Ruling
from exchange.errors import BadInput
from exchange.files import make_file
from exchange.services import review

app = typer.Typer(no_args_is_help=True)

_MOST_SHOWN = 50  # codes in dispute: a column that was shifted brings thousands


@app.command("list")
def list_(folder: Folder = HERE, as_json: Json = False) -> None:
    """Mails in Review and Shunted, requests with Devices held, letters refused."""
    found = review.waiting(desk_of(folder))
    if as_json:
        answer(
            True,
            {
                "mails": [
                    {
                        "number": mail.id,
                        "folder": mail.folder,
                        "from": mail.sender,
                        "subject": mail.subject,
                        "arrived": mail.arrived_at,
                        "due": due,
                        "kind": mail.kind,
                        "reason": mail.reason,
                    }
                    for mail, due in found.mails
                ],
                "requests": [
                    {
                        "ref": one.ref,
                        "party": one.party,
                        "due": one.clock.due_on,
                        "held": held,
                        "unreadable": unreadable,
                    }
                    for one, held, unreadable in found.requests
                ],
                "letters": [
                    {
                        "ref": one.ref,
                        "purpose": one.purpose,
                        "to": one.recipient,
                        "reply": one.reply,
                    }
                    for one in found.letters
                ],
                "disputes": [
                    {
                        "mail": one.claim.mail_id,
                        "device_id": one.claim.device,
                        "party": one.claim.party,
                        "state": one.holder,
                        "also_for": one.claim.rival,
                        "also_from": one.claim.rival_party,
                        "since": one.opened_at,
                    }
                    for one in found.disputes
                ],
            },
            "",
        )
        return
    table(
        "Mails",
        ("mail", "folder", "from", "answer due", "reason"),
        ((mail.id, mail.folder, mail.sender, due, mail.reason) for mail, due in found.mails),
    )
    table(
        "Requests",
        ("reference", "party", "due", "held", "unreadable"),
        (
            (one.ref, one.party, one.clock.due_on, held, unreadable)
            for one, held, unreadable in found.requests
        ),
    )
    table(
        "Letters not accepted",
        ("reference", "what", "to", "reply"),
        ((one.ref, one.purpose, one.recipient, one.reply) for one in found.letters),
    )
    table(
        "Install codes that came for two Devices",
        ("mail", "first for", "from", "state", "in this mail for", "from"),
        (
            (
                one.claim.mail_id,
                one.claim.device,
                one.claim.party,
                one.holder,
                one.claim.rival,
                one.claim.rival_party,
            )
            for one in found.disputes[:_MOST_SHOWN]
        ),
    )
    if len(found.disputes) > _MOST_SHOWN:
        say(f"... and {len(found.disputes) - _MOST_SHOWN} more; --json has all of them")


@app.command()
def show(
    number: int,
    folder: Folder = HERE,
    raw: Annotated[
        Path | None, typer.Option("--raw", help="Write the mail as received to this new file.")
    ] = None,
    as_json: Json = False,
) -> None:
    """One mail: what was understood of it; codes masked."""
    desk = desk_of(folder)
    if raw is not None:
        content = review.raw_mail(desk, number)
        try:
            make_file(raw, content)
        except OSError as error:
            raise BadInput(error.strerror or "cannot be written", place=str(raw)) from None
        answer(as_json, {"file": str(raw)}, f"mail {number} in {raw}")
        return
    mail, said = review.show_mail(desk, number)
    if as_json:
        answer(
            True,
            {
                "number": mail.id,
                "folder": mail.folder,
                "reason": mail.reason,
                "from": mail.sender,
                "subject": mail.subject,
                "kind": said.kind,
                "subkind": said.subkind,
                "devices": [
                    {"device_id": str(one.device), "where": mask_codes(one.where)}
                    for one in said.devices
                ],
                "answers": [
                    {
                        "device_id": str(one.device),
                        "outcome": one.outcome,
                        "where": mask_codes(one.where),
                    }
                    for one in said.answers
                ],
                "rejects": [
                    {
                        "text": mask_codes(one.text),
                        "reason": one.reason,
                        "where": mask_codes(one.where),
                    }
                    for one in said.rejects
                ],
                "warnings": [mask_codes(one) for one in said.warnings],
            },
            "",
        )
        return
    arrived = f"{mail.arrived_at:%Y-%m-%d %H:%M} UTC"
    say(f"mail {mail.id} from {mail.sender or 'nobody certain'}, {arrived}")
    say(f"subject: {mail.subject}")
    say(f"{mail.folder}: {mail.reason}")
    say(f"{said.kind} {said.subkind}: {len(said.devices)} Devices, {len(said.answers)} answers, "
        f"{len(said.rejects)} rejects")  # fmt: skip
    for reject in said.rejects:
        say(f"  {mask_codes(reject.where)}: {mask_codes(reject.text)!r}: {reject.reason}")
    for warning in said.warnings:
        say(f"  note: {mask_codes(warning)}")
    say("")
    say(mask_codes(said.text))


@app.command()
def release(
    what: Annotated[str, typer.Argument(help="A mail's number, or a request's reference.")],
    party: Annotated[
        str, typer.Option("--as", help="For a mail: the party it comes from, as you know for sure.")
    ] = "",
    device: Annotated[
        list[str] | None, typer.Option("--device", help="For a request: only these held Devices.")
    ] = None,
    not_installer: Annotated[
        str,
        typer.Option(
            "--not-installer",
            help='For a request: answer "not the installing Supplier" for this reason.',
        ),
    ] = "",
    by: By = "",
    folder: Folder = HERE,
    as_json: Json = False,
) -> None:
    """Deal with a waiting mail as sent by a party, or decide held Devices again and answer."""
    desk = desk_of(folder)
    if what.isdigit():
        if not party:
            raise typer.BadParameter("say whose mail it is with --as SIGNIFIER")
        outcome = review.release_mail(desk, int(what), party.upper(), who(by))
        answer(
            as_json,
            {"folder": outcome.folder, "reason": mask_codes(outcome.reason), "ref": outcome.ref},
            f"mail {what}: {outcome.folder}, {mask_codes(outcome.reason)} {outcome.ref}".rstrip(),
        )
        return
    done = review.release_devices(
        desk, what.upper(), who(by), only=device or (), not_installer=not_installer
    )
    answer(
        as_json,
        {
            "provided": done.provided,
            "not_installer": done.not_installer,
            "still_held": done.still_held,
        },
        f"{what.upper()}: {done.provided} codes and {done.not_installer} not the installer will "
        f"be answered, {done.still_held} still held",
    )


@app.command()
def settle(
    number: Annotated[int, typer.Argument(help="The mail that brought the code once more.")],
    why: Why,
    first: Annotated[
        bool, typer.Option("--first", help="The code is of the Device that had it first.")
    ] = False,
    second: Annotated[
        bool, typer.Option("--second", help="It is of the Device that this mail names.")
    ] = False,
    neither: Annotated[bool, typer.Option("--neither", help="It is of neither.")] = False,
    device: Annotated[
        list[str] | None, typer.Option("--device", help="Only the codes of these Devices.")
    ] = None,
    by: By = "",
    folder: Folder = HERE,
    now: Now = "",
    as_json: Json = False,
) -> None:
    """Say whose an install code is that came for two Devices."""
    flags = ((first, Ruling.FIRST), (second, Ruling.SECOND), (neither, Ruling.NEITHER))
    said = [ruling for given, ruling in flags if given]
    if len(said) != 1:
        raise typer.BadParameter("say one of --first, --second, --neither")
    desk = desk_of(folder, now)
    done = review.settle_codes(desk, number, said[0], why, who(by), only=device or ())
    outcome = done.mail
    shown = f"{outcome.folder}, {mask_codes(outcome.reason)}" if outcome else "dealt with before"
    answer(
        as_json,
        {
            "codes": done.codes,
            "ruling": said[0],
            "folder": outcome.folder if outcome else None,
            "reason": mask_codes(outcome.reason) if outcome else None,
        },
        f"{done.codes} install codes ruled {said[0]}; mail {number}: {shown}",
    )


@app.command()
def reject(
    number: int,
    why: Why,
    by: By = "",
    folder: Folder = HERE,
    as_json: Json = False,
) -> None:
    """Nothing is to be done with this mail."""
    review.reject_mail(desk_of(folder), number, why, who(by))
    answer(as_json, {"rejected": number}, f"mail {number} rejected")


@app.command()
def replay(number: int, by: By = "", folder: Folder = HERE, as_json: Json = False) -> None:
    """Understand and decide a waiting mail once more."""
    outcome = review.replay_mail(desk_of(folder), number, who(by))
    answer(
        as_json,
        {"folder": outcome.folder, "reason": mask_codes(outcome.reason), "ref": outcome.ref},
        f"mail {number}: {outcome.folder}, {mask_codes(outcome.reason)}",
    )


@app.command()
def retry(ref: str, by: By = "", folder: Folder = HERE, as_json: Json = False) -> None:
    """Try the refused letters of a reference again."""
    number = review.retry_letters(desk_of(folder), ref.upper(), who(by))
    answer(as_json, {"letters": number}, f"{number} letters of {ref.upper()} will be tried again")


@app.command()
def withdraw(
    ref: str,
    why: Why,
    by: By = "",
    folder: Folder = HERE,
    as_json: Json = False,
) -> None:
    """The other side took back what is still open in its request."""
    number = review.withdraw_devices(desk_of(folder), ref.upper(), why, who(by))
    answer(as_json, {"withdrawn": number}, f"{number} rows of {ref.upper()} withdrawn")
