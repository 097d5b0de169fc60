"""``exchange inbox``: what waits for a person, and what a person can do about it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

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
    context_of,
    print_result,
    reason_if_given,
    who,
)
from exchange.cli.inbox import letters
from exchange.cli.inbox.choosing import (
    All,
    Dry,
    FolderFilter,
    KindFilter,
    MailNumbers,
    PartyIs,
    ReasonFilter,
    SenderFilter,
    Yes,
    deal,
    filter_of,
    one_number,
)
from exchange.cli.inbox.inbox_list import list_
from exchange.cli.inbox.inbox_show import show
from exchange.domain.device import mask_codes
from exchange.domain.outbound import ReportRuling, Ruling, letter_name
from exchange.later import Later
from exchange.rendering.wording import counted

if TYPE_CHECKING:
    from exchange.services.people import report_rulings, review, review_devices, review_many
else:
    report_rulings = Later("exchange.services.people.report_rulings")
    review = Later("exchange.services.people.review")
    review_devices = Later("exchange.services.people.review_devices")
    review_many = Later("exchange.services.people.review_many")

app = typer.Typer(no_args_is_help=True, add_completion=False)

app.command("list")(list_)


app.command("show")(show)


@app.command()
def release(
    what: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="NUMBER|SPAN|REFERENCE",
            help="Mails: 12, 12 15, 12-40, or 12,15-20; or a request's reference.",
        ),
    ] = None,
    party: Annotated[
        str, typer.Option("--as", help="For mails: the party that sent them, if you are certain.")
    ] = "",
    device: Annotated[
        list[str] | None, typer.Option("--device", help="For a request: only these held Devices.")
    ] = None,
    not_installer: Annotated[
        str | None,
        typer.Option(
            "--not-installer",
            help='For a request: answer "not the installing Supplier" for this reason.',
            callback=reason_if_given,
        ),
    ] = None,
    every: All = False,
    sender: SenderFilter = "",
    reason: ReasonFilter = "",
    kind: KindFilter = "",
    of_party: PartyIs = "",
    yes: Yes = False,
    dry_run: Dry = False,
    by: By = "",
    mail_folder: FolderFilter = "",
    folder: Folder = HERE,
    as_json: Json = False,
) -> None:
    """Process waiting mails as sent by a party, or decide held Devices again and answer.

    Several mails are shown for confirmation first; each is then processed separately.
    """
    if what and len(what) == 1 and not what[0][:1].isdigit():
        if party:
            raise typer.BadParameter("--as is for mails: the party of a request is known")
        done = review_devices.release_devices(
            context_of(folder), what[0].upper(), who(by),
            only=device or (), not_installer=not_installer or "", dry=dry_run,
        )  # fmt: skip
        _say_released(what[0].upper(), done, dry=dry_run, as_json=as_json)
        return
    if device or not_installer:
        raise typer.BadParameter("--device and --not-installer are for one request's reference")
    if not party:
        raise typer.BadParameter("name the party that sent it with --as SIGNIFIER")
    chosen = filter_of(mail_folder, sender, reason, kind, of_party)
    ctx, signifier = context_of(folder), party.upper()
    number = one_number(what, chosen, every=every)
    if number is not None and not dry_run:
        outcome = review.release_mail(ctx, number, signifier, who(by))
        waits = " still waits" if outcome.folder in ("review", "shunted") else ""
        print_result(
            as_json,
            {"folder": outcome.folder, "reason": mask_codes(outcome.reason), "ref": outcome.ref},
            f"mail {number}{waits}: {outcome.folder}, "
            f"{mask_codes(outcome.reason)} {outcome.ref}".rstrip(),
        )
        return
    address = review.reply_address(ctx, signifier)
    deal(
        ctx, what, chosen, lambda numbers: review_many.release(ctx, numbers, signifier, who(by)),
        what=f"to be processed as sent by {signifier}: answers go to {address}",
        every=every, yes=yes, dry=dry_run, as_json=as_json,
    )  # fmt: skip


def _say_released(ref: str, done: review_devices.Released, *, dry: bool, as_json: bool) -> None:
    will = "would" if dry else "will"
    print_result(
        as_json,
        {
            "provided": done.provided,
            "not_installer": done.not_installer,
            "still_held": done.still_held,
            "dry_run": dry,
        },
        f"{ref}: {counted(done.provided, 'code')} and {counted(done.not_installer, 'denial')} "
        f"{will} be answered, {done.still_held} still held" + ("; nothing was done" if dry else ""),
    )


@app.command()
def rule(
    number: Annotated[
        int,
        typer.Argument(
            min=1, max=HIGHEST_NUMBER, help="The mail that gave the code for a second Device."
        ),
    ],
    why: Why,
    first: Annotated[
        bool, typer.Option("--first", help="It belongs to the Device that had it first.")
    ] = False,
    second: Annotated[
        bool, typer.Option("--second", help="It belongs to the Device that this mail names.")
    ] = False,
    neither: Annotated[bool, typer.Option("--neither", help="It belongs to neither.")] = False,
    device: Annotated[
        list[str] | None, typer.Option("--device", help="Only the codes of these Devices.")
    ] = None,
    by: By = "",
    folder: Folder = HERE,
    now: Now = "",
    as_json: Json = False,
) -> None:
    """Decide which of two Devices an install code belongs to."""
    flags = ((first, Ruling.FIRST), (second, Ruling.SECOND), (neither, Ruling.NEITHER))
    said = [ruling for given, ruling in flags if given]
    if len(said) != 1:
        raise typer.BadParameter("give one of --first, --second and --neither")
    ctx = context_of(folder, now)
    done = review.settle_codes(ctx, number, said[0], why, who(by), only=device or ())
    outcome = done.mail
    shown = f"{outcome.folder}, {mask_codes(outcome.reason)}" if outcome else "closed before"
    were = "was" if done.codes == 1 else "were"
    print_result(
        as_json,
        {
            "codes": done.codes,
            "ruling": said[0],
            "folder": outcome.folder if outcome else None,
            "reason": mask_codes(outcome.reason) if outcome else None,
        },
        f"{counted(done.codes, 'install code')} {were} ruled {said[0]}; mail {number}: {shown}",
    )


@app.command()
def bounce(
    number: Annotated[
        int, typer.Argument(min=1, max=HIGHEST_NUMBER, help="The report: a mail in Review.")
    ],
    why: Why,
    void: Annotated[
        bool, typer.Option("--void", help="The letter did not arrive: a clock it began is void.")
    ] = False,
    run_on: Annotated[
        bool, typer.Option("--run-on", help="The report is not believed: the clock runs on.")
    ] = False,
    by: By = "",
    folder: Folder = HERE,
    now: Now = "",
    as_json: Json = False,
) -> None:
    """Decide whether a letter arrived that a delivery report says did not."""
    if void == run_on:
        raise typer.BadParameter("give one of --void and --run-on")
    ruling = ReportRuling.VOID if void else ReportRuling.RUN_ON
    done = report_rulings.rule(context_of(folder, now), number, ruling, why, who(by))
    print_result(
        as_json,
        {"ruling": ruling, "letters": [{"ref": one.ref, "purpose": one.purpose} for one in done]},
        "; ".join(_ruled(one.purpose, one.ref, void=void) for one in done),
    )


def _ruled(purpose: str, ref: str, *, void: bool) -> str:
    """Return what a ruling on a letter means: only a request of ours starts a clock."""
    what = f"the {letter_name(purpose)} {ref}"
    if purpose == "request":
        done = f"did not arrive, its clock is void: `exchange request resend {ref}`"
        return f"{what} {done if void else 'counts as arrived, its clock runs on'}"
    done = f"did not arrive: `exchange inbox retry {ref}`"
    return f"{what} {done if void else 'counts as arrived'}"


@app.command()
def ask(
    number: Number,
    by: By = "",
    folder: Folder = HERE,
    now: Now = "",
    as_json: Json = False,
) -> None:
    """Ask the sender of a waiting mail for the list of Devices as a file, and close the mail."""
    address = review.ask_for_list(context_of(folder, now), number, who(by))
    print_result(as_json, {"asked": number, "to": address}, f"mail {number}: {address} is asked")


@app.command()
def reject(
    why: Why,
    numbers: MailNumbers = None,
    every: All = False,
    sender: SenderFilter = "",
    reason: ReasonFilter = "",
    kind: KindFilter = "",
    party: PartyIs = "",
    yes: Yes = False,
    dry_run: Dry = False,
    by: By = "",
    mail_folder: FolderFilter = "",
    folder: Folder = HERE,
    as_json: Json = False,
) -> None:
    """Close waiting mails without action.

    Several mails are shown for confirmation first; each is then processed separately.
    """
    chosen = filter_of(mail_folder, sender, reason, kind, party)
    ctx = context_of(folder)
    number = one_number(numbers, chosen, every=every)
    if number is not None and not dry_run:
        hold = review.reject_mail(ctx, number, why, who(by))
        still = f"; all letters to {hold.party} stay held until {hold.advice}" if hold else ""
        print_result(as_json, {"rejected": number}, f"mail {number} rejected{still}")
        return
    deal(
        ctx, numbers, chosen, lambda some: review_many.reject(ctx, some, why, who(by)),
        what="to be closed: nothing is sent and nothing moved",
        every=every, yes=yes, dry=dry_run, as_json=as_json,
    )  # fmt: skip


@app.command()
def replay(
    numbers: MailNumbers = None,
    every: All = False,
    sender: SenderFilter = "",
    reason: ReasonFilter = "",
    kind: KindFilter = "",
    party: PartyIs = "",
    yes: Yes = False,
    dry_run: Dry = False,
    by: By = "",
    mail_folder: FolderFilter = "",
    folder: Folder = HERE,
    as_json: Json = False,
) -> None:
    """Read and decide waiting mails again.

    Several mails are shown for confirmation first; each is then processed separately.
    """
    chosen = filter_of(mail_folder, sender, reason, kind, party)
    ctx = context_of(folder)
    number = one_number(numbers, chosen, every=every)
    if number is not None and not dry_run:
        outcome = review.replay_mail(ctx, number, who(by))
        print_result(
            as_json,
            {"folder": outcome.folder, "reason": mask_codes(outcome.reason), "ref": outcome.ref},
            f"mail {number}: {outcome.folder}, {mask_codes(outcome.reason)}",
        )
        return
    deal(
        ctx, numbers, chosen, lambda some: review_many.replay(ctx, some, who(by)),
        what="to be read and decided again: answers may be sent",
        every=every, yes=yes, dry=dry_run, as_json=as_json, unread=True,
    )  # fmt: skip


app.command("retry")(letters.retry)


@app.command()
def withdraw(
    ref: str,
    why: Why,
    by: By = "",
    folder: Folder = HERE,
    as_json: Json = False,
) -> None:
    """Close the open Devices of a request that the requester took back."""
    number = review_devices.withdraw_devices(context_of(folder), ref.upper(), why, who(by))
    print_result(
        as_json, {"withdrawn": number}, f"{counted(number, 'row')} of {ref.upper()} withdrawn"
    )
