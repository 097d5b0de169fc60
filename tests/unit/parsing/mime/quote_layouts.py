"""How mail clients and ticket desks lay out a reply over an earlier mail, in several languages.

Everything here is made up after the layouts' shapes; no mail is copied.
"""

from __future__ import annotations

import html
from collections.abc import Callable, Sequence
from typing import NamedTuple


class Language(NamedTuple):
    """The words in which clients introduce an earlier mail."""

    from_: str
    sent: str
    to: str
    subject: str
    original: str  # "Original message"
    reply: str  # the prefix of a reply's subject
    long_date: str  # as Outlook writes it
    wrote: str  # with {name} and {address}, as webmail and phones write it
    terse: str  # with {name} only, as Thunderbird writes it
    said: str  # "Ann <ann@a.test> said:", with {who}


LANGUAGES = {
    "en": Language(
        "From", "Sent", "To", "Subject", "Original message", "RE", "Tuesday, 3 November 2026 09:24",
        "On Tue, 3 Nov 2026 at 09:24, {name} <{address}> wrote:",
        "On 03/11/2026 09:24, {name} wrote:", "{who} wrote:",
    ),
    "cy": Language(
        "Oddi wrth", "Anfonwyd", "At", "Pwnc", "Neges wreiddiol", "ATB",
        "Dydd Mawrth, 3 Tachwedd 2026 09:24",
        "Ar Maw, 3 Tach 2026 am 09:24 ysgrifennodd {name} <{address}>:",
        "Ar 03/11/2026 09:24, ysgrifennodd {name}:", "ysgrifennodd {who}:",
    ),
    "de": Language(
        "Von", "Gesendet", "An", "Betreff", "Ursprüngliche Nachricht", "AW",
        "Dienstag, 3. November 2026 09:24",
        "Am Di., 3. Nov. 2026 um 09:24 Uhr schrieb {name} <{address}>:",
        "Am 03.11.26 um 09:24 schrieb {name}:", "{who} schrieb:",
    ),
    "fr": Language(
        "De", "Envoyé", "À", "Objet", "Message d'origine", "RE", "mardi 3 novembre 2026 09:24",
        "Le mar. 3 nov. 2026 à 09:24, {name} <{address}> a écrit :",
        "Le 03/11/2026 à 09:24, {name} a écrit :", "{who} a écrit :",
    ),
    "es": Language(
        "De", "Enviado", "Para", "Asunto", "Mensaje original", "RE",
        "martes, 3 de noviembre de 2026 9:24",
        "El mar, 3 nov 2026 a las 9:24, {name} (<{address}>) escribió:",
        "El 3/11/26 a las 9:24, {name} escribió:", "{who} escribió:",
    ),
    "it": Language(
        "Da", "Inviato", "A", "Oggetto", "Messaggio originale", "R",
        "martedì 3 novembre 2026 09:24",
        "Il giorno mar 3 nov 2026 alle ore 09:24 {name} <{address}> ha scritto:",
        "Il 03/11/26 09:24, {name} ha scritto:", "{who} ha scritto:",
    ),
    "nl": Language(
        "Van", "Verzonden", "Aan", "Onderwerp", "Oorspronkelijk bericht", "Antw",
        "dinsdag 3 november 2026 09:24",
        "Op di 3 nov 2026 om 09:24 schreef {name} <{address}>:",
        "Op 03-11-2026 om 09:24 schreef {name}:", "{who} schreef:",
    ),
    "sv": Language(
        "Från", "Skickat", "Till", "Ämne", "Ursprungligt meddelande", "SV",
        "den 3 november 2026 09:24",
        "Den tis 3 nov. 2026 kl 09:24 skrev {name} <{address}>:",
        "Den 2026-11-03 kl. 09:24, skrev {name}:", "{who} skrev:",
    ),
    "da": Language(
        "Fra", "Sendt", "Til", "Emne", "Oprindelig meddelelse", "SV", "3. november 2026 09:24",
        "Den tir. 3. nov. 2026 kl. 09.24 skrev {name} <{address}>:",
        "Den 03.11.2026 kl. 09.24 skrev {name}:", "{who} skrev:",
    ),
    "pl": Language(
        "Od", "Wysłano", "Do", "Temat", "Wiadomość oryginalna", "ODP",
        "wtorek, 3 listopada 2026 09:24",
        "wt., 3 lis 2026 o 09:24 {name} <{address}> napisał(a):",
        "W dniu 3.11.2026 o 09:24, {name} pisze:", "{who} napisał:",
    ),
    "pt": Language(
        "De", "Enviado", "Para", "Assunto", "Mensagem original", "RES",
        "terça-feira, 3 de novembro de 2026 09:24",
        "Em ter., 3 de nov. de 2026 às 09:24, {name} <{address}> escreveu:",
        "Em 03/11/2026 09:24, {name} escreveu:", "{who} escreveu:",
    ),
    "fi": Language(
        "Lähettäjä", "Lähetetty", "Vastaanottaja", "Aihe", "Alkuperäinen viesti", "VS",
        "tiistai 3. marraskuuta 2026 9.24",
        "ti 3. marrask. 2026 klo 9.24 {name} <{address}> kirjoitti:",
        "{name} kirjoitti 3.11.2026 klo 9.24:", "{who} kirjoitti:",
    ),
    "ro": Language(
        "De la", "Trimis", "Către", "Subiect", "Mesaj original", "RE",
        "marți, 3 noiembrie 2026 09:24",
        "În mar., 3 nov. 2026 la 09:24, {name} <{address}> a scris:",
        "Pe 03.11.2026 09:24, {name} a scris:", "{who} a scris:",
    ),
}  # fmt: skip

NAME, ADDRESS, THEIRS = "Orla Quirke", "orla.quirke@tern.example", "meters@wren.example"
TITLE = "Codes for the Mill Lane meters"


class Reply(NamedTuple):
    """A reply: what was typed, and the earlier mail below it, both as plain lines."""

    typed: Sequence[str]
    earlier: Sequence[str]
    words: Language

    def header(self) -> list[str]:
        """Return the earlier mail's header as a client shows it."""
        one = self.words
        return [
            f"{one.from_}: {NAME} <{ADDRESS}>",
            f"{one.sent}: {one.long_date}",
            f"{one.to}: {THEIRS}",
            f"{one.subject}: {TITLE}",
        ]

    def names_only(self) -> list[str]:
        """Return it as Outlook shows it for addressees of one's own organisation."""
        one = self.words
        return [
            f"{one.from_}: {NAME}",
            f"{one.sent}: {one.long_date}",
            f"{one.to}: Wren Metering",
            f"{one.subject}: {one.reply}: {TITLE}",
        ]

    def wrote(self) -> str:
        """Return who wrote the earlier mail, with the address."""
        return self.words.wrote.format(name=NAME, address=ADDRESS)

    def without_address(self) -> str:
        """Return the same, as a program writes it that shows names only."""
        text = self.words.wrote.replace(" (<{address}>)", "").replace(" <{address}>", "")
        return text.format(name=NAME)

    def terse(self) -> str:
        """Return who wrote the earlier mail, without the address."""
        return self.words.terse.format(name=NAME)


def _marked(lines: Sequence[str], mark: str = "> ") -> list[str]:
    return [f"{mark}{line}".rstrip() for line in lines]


def _text(*parts: str | Sequence[str]) -> tuple[str, str]:
    lines: list[str] = []
    for part in parts:
        lines += [part] if isinstance(part, str) else part
    return "plain", "\n".join(lines)


def _page(*parts: str) -> tuple[str, str]:
    return "html", f"<html><body>{''.join(parts)}</body></html>"


def _divs(lines: Sequence[str], tag: str = "div") -> str:
    return "".join(f"<{tag}>{html.escape(line) or '<br>'}</{tag}>" for line in lines)


def _bold_header(lines: Sequence[str]) -> str:
    shown = []
    for line in lines:
        label, _, value = line.partition(": ")
        shown.append(f"<b>{label}:</b> {html.escape(value)}")
    return "<br>".join(shown)


def _outlook(one: Reply, style: str) -> tuple[str, str]:
    return _page(
        '<div class="WordSection1">', _divs(one.typed, "p"), f'<div><div style="{style}"><p>',
        _bold_header(one.header()), "</p></div></div>", _divs(one.earlier, "p"), "</div>",
    )  # fmt: skip


def _zendesk_page(one: Reply) -> tuple[str, str]:
    def comment(who: str, when: str, lines: Sequence[str]) -> str:
        return (
            '<table width="100%" role="presentation"><tr><td style="padding:15px 0;border-top:1px'
            ' dotted #c5c5c5"><table role="presentation"><tr><td>'
            f"<p><strong>{who}</strong></p><p>{when}</p>{_divs(lines, 'p')}"
            "</td></tr></table></td></tr></table>"
        )

    return _page(
        "<div>##- Please type your reply above this line -##</div>",
        comment("Wren Metering", "Nov 4, 2026, 10:02 GMT", one.typed),
        comment(NAME, "Nov 3, 2026, 09:24 GMT", one.earlier),
    )


Layout = Callable[[Reply], tuple[str, str]]
LAYOUTS: dict[str, Layout] = {
    "Gmail": lambda one: _page(
        _divs(one.typed), '<div class="gmail_quote gmail_quote_container"><div class="gmail_attr">',
        html.escape(one.wrote()), '</div><blockquote class="gmail_quote" style="margin:0 0 0 .8ex;'
        'border-left:1px solid #ccc">', _divs(one.earlier), "</blockquote></div>",
    ),
    "Gmail, plain": lambda one: _text(one.typed, "", one.wrote(), "", _marked(one.earlier)),
    "Gmail, plain, broken": lambda one: _text(
        one.typed, "", one.wrote().replace(" <", "\n<"), "", _marked(one.earlier)
    ),
    "Apple Mail": lambda one: _page(
        _divs(one.typed), '<div><br><blockquote type="cite"><div>', html.escape(one.wrote()),
        "</div><br>", _divs(one.earlier), "</blockquote></div>",
    ),
    "Apple Mail, plain": lambda one: _text(one.typed, "", one.wrote(), "", _marked(one.earlier)),
    "Thunderbird": lambda one: _page(
        _divs(one.typed, "p"), '<div class="moz-cite-prefix">', html.escape(one.terse()),
        '<br></div><blockquote type="cite" cite="mid:1@tern.example">', _divs(one.earlier),
        "</blockquote>",
    ),
    "Thunderbird, plain": lambda one: _text(one.typed, "", one.terse(), _marked(one.earlier)),
    "Outlook": lambda one: _outlook(
        one, "border:none;border-top:solid #E1E1E1 1.0pt;padding:3.0pt 0cm 0cm 0cm"
    ),
    "Outlook for Mac": lambda one: _outlook(
        one, "border:none;border-top:solid #B5C4DF 1.0pt;padding:3.0pt 0in 0in 0in"
    ),
    "Outlook, plain": lambda one: _text(one.typed, "", one.header(), "", one.earlier),
    "Outlook, plain, names only": lambda one: _text(
        one.typed, "", "_" * 32, one.names_only(), "", one.earlier
    ),
    "Outlook, plain, names, no line": lambda one: _text(
        one.typed, "", one.names_only(), "", one.earlier
    ),
    "Outlook, plain, in stars": lambda one: _text(
        one.typed, "", [f"*{line.replace(': ', ':* ', 1)}" for line in one.header()], "",
        one.earlier,
    ),
    "Outlook on the web": lambda one: _page(
        _divs(one.typed), '<div id="appendonsend"></div><hr style="width:98%">'
        '<div id="divRplyFwdMsg" dir="ltr">', _bold_header(one.header()), "</div>",
        _divs(one.earlier),
    ),
    "Outlook on the web, answered twice": lambda one: _page(
        _divs(one.typed), '<div id="x_appendonsend"></div>', _divs(one.earlier)
    ),
    "Outlook for a phone": lambda one: _page(
        _divs(one.typed), '<div class="ms-outlook-mobile-reference-message skipProofing"><hr>',
        _bold_header(one.header()), _divs(one.earlier), "</div>",
    ),
    "Yahoo": lambda one: _page(
        _divs(one.typed), '<div class="ydp8c1d2f40yahoo_quoted" id="yahoo_quoted_4711"><div>',
        html.escape(one.wrote()), "</div>", _divs(one.earlier), "</div>",
    ),
    "Yahoo, plain": lambda one: _text(
        one.typed, "", one.wrote(), "", [f"    {line}" for line in one.earlier]
    ),
    "Proton": lambda one: _page(
        _divs(one.typed), '<div class="protonmail_quote">', html.escape(one.wrote()),
        '<br><blockquote class="protonmail_quote" type="cite">', _divs(one.earlier),
        "</blockquote></div>",
    ),
    "Tutanota": lambda one: _page(
        _divs(one.typed), html.escape(one.terse()),
        '<br><blockquote class="tutanota_quote">', _divs(one.earlier), "</blockquote>",
    ),
    "Zoho": lambda one: _page(
        _divs(one.typed), '<div class="zmail_extra"><div>', html.escape(f"---- {one.wrote()} ----"),
        "</div>", _divs(one.earlier), "</div>",
    ),
    "Zoho, plain": lambda one: _text(
        one.typed, "", f"---- {one.wrote().rstrip(': ')} ----", "", one.earlier
    ),
    "K-9": lambda one: _text(
        one.typed, "", one.words.said.format(who=f"{NAME} <{ADDRESS}>"), _marked(one.earlier)
    ),
    "K-9, no marks": lambda one: _text(
        one.typed, "", one.words.said.format(who=f"{NAME} <{ADDRESS}>"), "", one.earlier
    ),
    "Names only, no marks": lambda one: _text(
        one.typed, "", one.without_address(), "", one.earlier
    ),
    "Samsung": lambda one: _text(
        one.typed, "", f"-------- {one.words.original} --------", one.header(), "", one.earlier
    ),
    "eM Client": lambda one: _text(
        one.typed, "", f"------ {one.words.original} ------", one.names_only(), "", one.earlier
    ),
    "Lotus Notes": lambda one: _text(
        one.typed, "", [line.replace(": ", ":\t", 1) for line in one.header()], "", one.earlier
    ),
    "GroupWise": lambda one: _text(
        one.typed, "", f">>> {NAME} <{ADDRESS}> 03/11/2026 09:24 >>>", one.earlier
    ),
    "Zendesk": _zendesk_page,
    "Zendesk, plain": lambda one: _text(
        "##- Please type your reply above this line -##", "", "-" * 46, "",
        "Wren Metering, Nov 4, 2026, 10:02 GMT", "", one.typed, "", "-" * 46, "",
        f"{NAME}, Nov 3, 2026, 09:24 GMT", "", one.earlier,
    ),
    "ServiceNow": lambda one: _text(
        "RITM0047110 has been updated.", "", "Comments:", "",
        "2026-11-04 10:02:13 GMT - Wren Metering                Additional comments", one.typed, "",
        "2026-11-03 09:24:51 GMT - Orla Quirke                Additional comments", one.earlier,
    ),
    "Jira": lambda one: _text(
        one.typed, "", "-" * 12, f"{NAME} 3/Nov/26 9:24 AM", "", one.earlier
    ),
    "Freshdesk": lambda one: _page(
        _divs(one.typed), '<blockquote class="freshdesk_quote"><div>', html.escape(one.wrote()),
        '</div><div class="quoted_text">', _divs(one.earlier), "</div></blockquote>",
    ),
    "Help Scout": lambda one: _page(
        _divs(one.typed), '<div style="border-top:1px solid #e7e7e7;margin-top:24px"><div><strong>',
        f"{NAME}</strong> &nbsp;<span>Nov 3, 9:24 AM GMT</span></div>", _divs(one.earlier),
        "</div>",
    ),
    "Front": lambda one: _page(
        _divs(one.typed), "<div>", html.escape(one.wrote()),
        '</div><blockquote type="cite" class="front-blockquote">', _divs(one.earlier),
        "</blockquote>",
    ),
    "Title, one field": lambda one: _text(
        one.typed, "", f"-------- {one.words.original} --------", one.header()[0], "", one.earlier
    ),
    "Title, names and a day": lambda one: _text(
        one.typed, "", f"-----{one.words.original}-----", one.names_only()[:2], "", one.earlier
    ),
    "Title alone": lambda one: _text(
        one.typed, "", f"-----{one.words.original}-----", "", one.earlier
    ),
    "KMail": lambda one: _text(
        one.typed, "", f"----------  {one.words.original}  ----------", "",
        [one.header()[at] for at in (3, 1, 0, 2)], "", one.earlier,
    ),
    "Day first, no writer": lambda one: _text(
        one.typed, "", [one.header()[at] for at in (1, 3, 2)], "", one.earlier
    ),
    "Name and day, no marks": lambda one: _text(one.typed, "", one.terse(), "", one.earlier),
    "Indented": lambda one: _text(
        one.earlier[:0], one.wrote(), "", _marked(one.earlier, "    "), "", one.typed
    ),
    "Roundcube": lambda one: _text(one.terse(), _marked(one.earlier), "", one.typed),
}  # fmt: skip
