"""Requests over an earlier mail that only its shape tells: desks, languages, no quote marks."""

from __future__ import annotations

from tests.corpus.making import Case, D, html, mail

_TYPED = f"Hello,\n\nplease send us the install codes for\n{D[0]}\n{D[1]}\n\nDilys\n\n"
_EARLIER = f"\nAll,\n\nthese went to another supplier, leave them:\n{D[2]}\n{D[3]}\n\nEmrys\n"
_WHO = "Emrys Bowen <emrys.bowen@fellgate.test>"


def _over(name: str, begins: str, typed: str = _TYPED) -> Case:
    """The two Devices above what ``begins`` an earlier mail with two others."""
    above = typed.split(D[0], maxsplit=1)[0].count("\n") + 1
    return Case(
        f"quote-{name}",
        mail(typed + begins + _EARLIER, subject="Re: Fellgate meters"),
        "request",
        devices=[(D[0], f"body line {above}"), (D[1], f"body line {above + 1}")],
        warnings=["2 Device IDs are only in quoted text"],
    )


def _page(name: str, page: str) -> Case:
    return Case(
        f"quote-{name}",
        mail(html(page), subject="Re: Fellgate meters"),
        "request",
        devices=[(D[0], "body line 2")],
        warnings=["1 Device ID is only in quoted text"],
    )


def cases() -> list[Case]:
    """All of this module."""
    ask = f"<p>Please send us the install code for</p><p>{D[0]}</p>"
    old = f"<p>These went elsewhere:</p><p>{D[2]}</p>"
    desk = "##- Reply above this line, please -##\n\n------\n\nDilys Orr, 4 Nov 2026, 08:15 GMT\n\n"
    header = "Vum: {who}\nGescheckt: Dënschdeg, 3. November 2026 17:05\nUn: m@fellgate.test\n"
    return [
        _over("between-dashes", f"---- Dydd Mawrth, 3 Tach 2026 17:05:11 +0000 {_WHO} ----\n"),
        _over("name-and-verb-only", f"{_WHO} skrifaði:\n"),
        _over("of-a-ticket", "------\n\nEmrys Bowen, 3 Nov 2026, 17:05 GMT\n"),
        _over(
            "of-a-ticket-with-its-own-head", "------\n\nEmrys Bowen, 3 Nov 2026, 17:05 GMT\n",
            desk + _TYPED,
        ),
        _over("header-in-another-language", header.format(who=_WHO)),
        _over("header-without-addresses", "Vum: Emrys\nGescheckt: 3.11.2026 17:05\nUn: Dilys\n"
              "Betreff: AW: Fellgate meters\n"),
        _over("between-arrows", ">>> Emrys Bowen 03/11/2026 17:05 >>>\n"),
        _over("danish-title", "-------- Oprindelig besked --------\n"),
        _over("reply-message", "-----Reply Message-----\nFrom: Emrys\nDate: 3 Nov 2026\n"),
        _over("norwegian-title-of-two-fields",
              "-----Opprinnelig melding-----\nFra: Emrys\nSendt: 3. november 2026 17:05\n"),
        _over("unknown-title-over-fields", f"----- Messaghju -----\nDa: {_WHO}\nData: 3/11/2026\n"),
        _over("day-first", "Date: Tue, 3 Nov 2026 17:05:11 +0000\nSubject: Fellgate meters\n"),
        _over("dutch-the-following", "Op 3 november 2026 om 17:05 schreef Emrys Bowen het"
              " volgende:\n"),
        _over("finnish-name-first", "Emrys Bowen kirjoitti 3.11.2026:\n"),
        Case(
            "quote-indented-under-said",
            mail(
                f">>>>> On Tue, 3 Nov 2026, {_WHO} said:\n\n    All,\n    these went elsewhere:\n"
                f"    {D[2]}\n    {D[3]}\n\nNoted.\n\n{_TYPED}", subject="Re: Fellgate meters",
            ),
            "request",
            devices=[(D[0], "body line 13"), (D[1], "body line 14")],
            warnings=["2 Device IDs are only in quoted text"],
        ),
        Case(
            "typed-title-over-a-list",
            mail(f"Hello,\n\nplease send the install codes.\n\n----- Electricity -----\n{D[0]}\n"
                 f"{D[1]}\n", subject="Fellgate meters"),
            "request",
            devices=[(D[0], "body line 6"), (D[1], "body line 7")],
        ),
        Case(
            "typed-sentence-that-ends-like-a-label",
            mail(f"Hello,\n\nwe took over these meters with the customer's old account\n\n{D[0]}\n"
                 f"{D[1]}\n\nPlease send the install codes.\n", subject="Fellgate meters"),
            "request",
            devices=[(D[0], "body line 5"), (D[1], "body line 6")],
        ),
        _over("name-on-a-date", "Emrys Bowen on 3 November 2026 at 17:05 wrote:\n"),
        _page("under-a-drawn-line", f'{ask}<div style="border-top:solid #aaa 1pt">Emrys Bowen 3 Nov'
              f" 2026 17:05</div>{old}"),
        _page("named-with-a-prefix", f'{ask}<div class="ab12yahoo_quoted">{old}</div>'),
        _page("appended-on-sending", f'{ask}<div id="appendonsend"></div>{old}'),
        Case(
            "typed-address-and-date",
            mail(
                "Hello,\n\nplease send the install codes to Dilys Orr <dilys@fellgate.test> by"
                f" 12 November 2026 17:00:\n\n{D[0]}\n{D[1]}\n",
                subject="Re: Fellgate meters",
            ),
            "request",
            devices=[(D[0], "body line 5"), (D[1], "body line 6")],
        ),
        Case(
            "typed-form",
            mail(
                "Please send us the install codes.\n\nRequested by: dilys@fellgate.test\n"
                f"Visit: 12/11/2026 17:00\nSite: Fell Gate\n\n{D[0]}\n{D[1]}\n",
            ),
            "request",
            devices=[(D[0], "body line 7"), (D[1], "body line 8")],
        ),
    ]  # fmt: skip
