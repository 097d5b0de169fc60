"""What a list of Devices is sent for: mails that ask for codes, and mails that do not."""

from __future__ import annotations

from tests.corpus.making import Case, D, mail

# Words above a list of two Devices that ask for their codes.
_ASKS = {
    "may-we-have": "May we have the install codes belonging to these two, please?",
    "need-state": "We are missing the ICs of two ESMEs and would be glad of your help:",
    "for-our-engineer": (
        "Our engineer is on site on Thursday and needs the installation codes for\nthese meters:"
    ),
    "codes-wanted": "Codes wanted:",
    "mp121-formal": (
        "Under clause 4.16(a) of SEC Appendix AC we ask for the install code of each Device\n"
        "below, or for your confirmation that you are not the installing Supplier Party."
    ),
    "background-first": (
        "These sites came to us in August. Nobody ever commissioned the meters, and the\n"
        "previous supplier is you, according to ECOES. Could someone look up the codes?"
    ),
    "lost-yours": "We lost your last answer in a mailbox move. Please send the codes again for",
    "do-you-hold": "Do you hold install codes for the below? If so please share.",
    "you-should-have": "Grateful for a prompt reply with the codes for:",
    "not-to-the-old-address": (
        "Please send the codes for these two to this mailbox and not to the old address."
    ),
    "crc-wanted": "Please supply the codes with their CRC, not without it, for",
    "negation-of-another-thing": (
        "We do not need the meter serials, only the install codes. Please send those for"
    ),
    "welsh": "A allwch anfon y codau gosod ar gyfer y mesuryddion isod os gwelwch yn dda?",
    "german": "Bitte senden Sie uns die Installationscodes f\u00fcr diese Z\u00e4hler:",
    "french": "Merci de nous envoyer les codes d'installation des compteurs suivants :",
    "pronoun": "I write about the install codes of the two meters below. Please send them over.",
    "company-requests": "Vale Energy requests the installation code of each of the following.",
    "obliged": "We should be obliged for the codes of the meters that follow:",
    "until-commissioned": (
        "The display stays dark until the meter is commissioned. Please supply both codes."
    ),
    "fitted-by-you": "Both were fitted by your people and left. Kindly furnish the codes.",
    "within-days": "We require the codes of these within ten working days.",
    "danish-compound": "Vi beder om installationskoden til de to m\u00e5lere nedenfor:",
    "covering": "I'm covering for Ann this month.",
    "company-sent-them": "Vale Energy became the supplier of the two on Friday.",
    "short-list": "It's only a short list today, and there is no hurry.",
    "weather": "The rain here has been dreadful since Sunday.",
    "usual-list": "Batch 31, the usual.",
    "scam-footer": (
        "Install codes for these please.\n\nThanks\nTed\n\n"
        "We know of bogus calls in the trade. Never give bank details by email."
    ),
    "of-a-form": (
        "Who are you?\nVale Energy\n\nWhat would you like?\nInstall codes\n\n"
        "Which meters?\nThe two below"
    ),
    "waiting-list": "List of meters requiring install codes:",
    "bare-label": "Below is our request for install codes.",
    "described": "Please send install codes for the two listed. Both are behind a locked door.",
    "nobody-gave": (
        "The gas meter will not join since nobody gave us its code. Please provide both codes."
    ),
    "made-available": "Could the install codes of both be made available to us by Friday?",
    "sorry-again": "Sorry to pester you again. Two for today.",
    "hyphened": "Install-code request for two meters.",
    "a-fact-sheet": (
        "(1) Who we are: Vale Energy. (2) What we need: install codes. (3) Where: below."
    ),
    "empty-fields": "Contact name:\nSupplier: Vale Energy\nComments:",
    "as-agreed": "As agreed with Bob on the phone, the two we still need codes for are",
    "footer": (
        "Install codes for these please.\n\nThanks\nTed\n\n"
        "If you think that this message is fraudulent, please report it to our security team."
    ),
    "beside-a-crash": (
        "The portal team says that the build crashed because the source code of the export was\n"
        "wrong; it has been replaced. Apart from that, please send the install codes for:"
    ),
    "beside-a-bill": (
        "I dispute the hire charge on last month's invoice, see my other mail.\n"
        "Could you also provide the install codes for:"
    ),
    "beside-an-order": (
        "Please cancel my order of toner, the copier has been scrapped.\n\n"
        "And we need the install codes for"
    ),
    "beside-a-parcel": (
        "The parcel should have been sent to Leeds. Install codes needed for:"
    ),
    "support-in-getting": "We'd value your support in getting the installation codes of:",
    "did-not-join-for-want-of": (
        "Neither meter would join for want of a code, we do not hold either. Could somebody\n"
        "look them out for us?"
    ),
    "that-you-fitted": (
        "We have taken on two flats with meters that you fitted. Codes for both please:"
    ),
    "same-for-these": (
        "The codes of Monday all arrived, thank you. Could you do the same for these?"
    ),
    "another-two-of": "Could we get install codes for another two?",
    "column-to-fill": "MP121 list for this week. Kindly fill in the last column and return it.",
    "fresh-request": "Please treat this as a new request under the SEC for the codes of:",
    "no-verb": "MP121 - codes for the two below:",
    "form": "Requested by: Dale Gas\nReason: no WAN at installation\nData required: install codes",
    "dutch": "Graag ontvangen wij de installatiecodes van deze meters:",
    "spanish": "Les rogamos que nos env\u00eden los c\u00f3digos de instalaci\u00f3n de:",
    "desk-footer": (
        "Please look out the install codes for these.\n\n"
        "You are receiving this message because a ticket has been assigned to you."
    ),
    "bare-hello-and-reason": "Good day,\n\nNew gains, all without WAN. Hope you are keeping well.",
    "bare-greeting": "Hi there,",
    "bare-nothing": "",
    "bare-as-attached": "Please see the list below.",
}  # fmt: skip

# Words above the same list that are no request for codes, with what they are.
_DOES_NOT = {
    "call-off": ("Kindly cancel our enquiry about these two.", "takes_back"),
    "gained-by-mistake": (
        "Sorry, the switch was erroneous and has been reversed, so codes are no longer\n"
        "required for these:", "takes_back"),
    "stop": ("Stop! Don't release anything for these until you hear from me.", "takes_back"),
    "passive": ("The codes for these meters must under no circumstances be issued, and are\n"
                "not to be given to anyone.", "takes_back"),
    "order-of-codes": ("Please cancel our order of install codes for", "takes_back"),
    "bill": ("I dispute the hire charge that your depot raised.", "not_understood"),
    "no-need": ("There's no need for you to answer on these.", "takes_back"),
    "disregard-list": ("Please disregard the list we sent on Monday, it was the wrong one:",
                       "takes_back"),
    "retract": ("We hereby retract request 4711 as regards", "takes_back"),
    "welsh-back": ("Peidiwch \u00e2 darparu codau ar gyfer y rhain.", "takes_back"),
    "account-taken-over": ("An intruder had access to our shared mailbox from 2 to 9 November.",
                           "warns"),
    "not-from-us": ("We did not send the message of this morning that asks for these.", "warns"),
    "phishing": ("You may have had a phishing mail in our name about", "warns"),
    "code-fails": ("The code you gave us for the first one fails at the hub.", "reports"),
    "hub-error": ("The hub gives an error when we join the first of them.", "reports"),
    "no-access": ("We were unable to gain access to these.", "not_understood"),
    "mode": ("Moved to credit mode.", "not_understood"),
    "prices": ("Price list attached.", "not_understood"),
    "yes": ("Yes, both.", "not_understood"),
    "rental-ends": ("The rental of these ends in March, please confirm.", "not_understood"),
    "see-codes": ("As to your request, please see the codes attached.", "not_understood"),
    "fitted-heading": ("Fitted this afternoon:", "not_understood"),
    "in-capitals": ("Final Meter Readings For November", "not_understood"),
    "in-transit": ("Lost in transit:", "not_understood"),
    "for-a-meeting": ("For Tuesday's meeting:", "not_understood"),
    "yours-heading": ("Yours:", "not_understood"),
    "both-paired": ("Both paired, thank you!", "thanks"),
    "proof": ("Please provide proof that you did not fit these.", "asks_else"),
    "no-longer-ours": ("We are no longer the supplier of these.", "not_understood"),
    "codes-came": ("Codes for these came to us and nobody here knows why.", "not_understood"),
    "a-caller": ("Beware: a caller pretends to be us and wants codes.", "warns"),
    "ignore-alone": ("Kindly ignore.", "takes_back"),
    "an-invoice": ("Invoice for the quarter, rental of both", "not_understood"),
    "a-sample": ("Audit sample.", "not_understood"),
    "on-the-van": ("On the van for your depot:", "not_understood"),
    "by-mistake": ("Sent by mistake.", "not_understood"),
    "a-visit": ("Our fitter calls on Tuesday at", "not_understood"),
    "ex-colleague": ("Send nothing to this mailbox, an ex-colleague can still read it.", "warns"),
    "danger-over": ("Install codes please. The phishing matter is now closed and our mailbox is\n"
                    "secure again.", "reports"),
    "only-a-test": ("This is just a test of our new system. Install codes for", "reports"),
    "needed-later": ("We will need the codes of these in March and will be in touch.",
                     "takes_back"),
    "what-these-are": ("Can you tell us what these are?", "asks_else"),
    "to-a-register": ("Please add these to the register.", "asks_else"),
    "mpans": ("MPANs please", "asks_else"),
    "terminate": ("Terminate these please.", "asks_else"),
    "as-agreed-away": ("As agreed these go back on the lorry.", "not_understood"),
    "spanish-check": ("El c\u00f3digo que mandaron no es v\u00e1lido. Por favor revisen.",
                      "not_understood"),
    "german-collection": ("Wir holen diese am Montag ab.", "not_understood"),
    "german-readings": ("Bitte Z\u00e4hlerst\u00e4nde mitteilen.", "asks_else"),
    "german-invoice": ("Rechnung f\u00fcr Mai, Z\u00e4hler wie unten", "not_understood"),
    "welsh-readings": ("Oes modd cael y darlleniad olaf o'r ddau fesurydd?", "asks_else"),
    "works": ("Both codes worked first time, much appreciated.", "reports"),
    "commissioned": ("These have now been commissioned successfully.", "reports"),
    "swapped": ("Our fitter swapped both meters yesterday.", "reports"),
    "no-denial": ("We cannot accept that you are not the installing supplier of these. Photos\n"
                  "from 2020 show your sticker.", "disputes"),
    "installed-by-you": ("Both were fitted by your contractor on 3 May 2021. Please check again.",
                         "disputes"),
    "typo": ("There was a typo in our list, the second ID should be as shown here.", "corrects"),
    "firmware": ("Which firmware version runs on these?", "asks_else"),
    "removal": ("Please arrange for the removal of these meters.", "asks_else"),
    "photos": ("Could you send us the installation photographs of these?", "asks_else"),
    "when": ("Please tell us when these were installed.", "asks_else"),
    "who": ("Who is the meter operator for these?", "asks_else"),
    "postcodes": ("Please send the postcodes of these sites.", "asks_else"),
    "update": ("Any news on these?", "chases"),
    "overdue": ("Our enquiry of 2 November about these is overdue.", "chases"),
    "for-information": ("For your records only: these left our portfolio in October.",
                        "not_understood"),
    "thank-you": ("Thank you for the codes.", "thanks"),
    "story": ("The tenant of the first flat says that the meter hums at night.", "not_understood"),
    "give-to-others": ("Joan, could you sort these and send them the codes?", "asks_else"),
    "codes-back-fine": ("These joined without any bother.", "not_understood"),
    "codes-no-good": ("None of your codes for these is any good.", "not_understood"),
    "pronoun-fails": ("Sadly these do not pair.", "reports"),
    "meters-faulty": ("The meters above the shop have lost their displays.", "not_understood"),
    "receipt-of-codes": ("Please confirm receipt of the codes for these.", "asks_else"),
    "delete-codes": ("Please delete the install codes that we gave you for these.", "asks_else"),
    "why-codes": ("Why would you want codes for customers of ours?", "asks_else"),
    "new-desk": ("In future please send all codes to our desk in Hull.", "not_understood"),
    "promise": ("We will find the codes for these and come back to you.", "not_understood"),
    "sorted-thanks": ("Sorted, cheers.", "thanks"),
    "not-yet": ("Please do not do anything with these yet.", "takes_back"),
    "no-codes-please": ("Sale fell through. No codes please.", "takes_back"),
    "whether-yours": ("Please confirm whether you are the installing supplier of these.",
                      "asks_else"),
    "request-has-run-out": ("With the registrations undone, our request for the codes of these\n"
                            "runs into the sand.", "not_understood"),
    "request-is-coming": ("You can expect a request for install codes for some forty homes after\n"
                          "Easter, these two included.", "asks_else"),
    "waits-for-the-board": ("If the board nods it through, please send the install codes of these.",
                            "not_understood"),
    "settled-in-brackets": ("Please send the codes of these (overtaken, see Monday's mail).",
                            "not_understood"),
    "shred-codes": ("Could you shred the install codes of these?", "not_understood"),
    "dutch-back": ("Wij hebben de installatiecodes niet meer nodig.", "takes_back"),
    "polish": ("Prosz\u0119 nie wysy\u0142a\u0107 kod\u00f3w install dla tych urz\u0105dze\u0144.",
               "takes_back"),
}  # fmt: skip


def _listed(words: str) -> bytes:
    return mail(f"{words}\n\n{D[0]}\n{D[1]}\n", subject="Two meters")


def _first(words: str) -> int:
    return words.count("\n") + 3


def cases() -> list[Case]:
    asks = [
        Case(
            f"asks-{name}",
            _listed(words),
            "request",
            devices=[(D[i], f"body line {_first(words) + i}") for i in range(2)],
        )
        for name, words in _ASKS.items()
    ]
    does_not = [
        Case(
            f"asks-not-{name}",
            _listed(words),
            "unknown",
            subkind,
            devices=[(D[i], f"body line {_first(words) + i}") for i in range(2)],
        )
        for name, (words, subkind) in _DOES_NOT.items()
    ]
    needed = Case(
        "asks-for-the-code-right-before-its-device",
        mail(f"One more, need the install code: {D[0]}\n"),
        "request",
        devices=[(D[0], "body line 1")],
    )
    return [*asks, *does_not, needed, *_over(), *_desks()]


# What stands above a request, below its list or below its closing words, and lets it fall.
_OVER = {
    "below-the-signature": (
        "",
        "Regards\nIone\n\n** Seen to by Bram on Friday, filed for later **",
    ),
    "below-the-list": ("", "As it happens both have since gone to another supplier."),
    "in-a-postscript": ("", "Regards\nIone\n\nPS skip the second one, Bram has it already."),
    "above": ("Mothballed until the spring.\n\n", ""),
}


def _over() -> list[Case]:
    def text(before: str, after: str) -> str:
        return f"{before}Please send the install codes of these:\n\n{D[0]}\n{D[1]}\n\n{after}\n"

    return [
        Case(
            f"asks-and-lets-fall-{name}",
            mail(text(before, after), subject="Install codes"),
            "unknown",
            "not_understood",
            devices=[(D[i], f"body line {before.count(chr(10)) + 3 + i}") for i in range(2)],
        )
        for name, (before, after) in _OVER.items()
    ]


def _desks() -> list[Case]:
    """Mails of ticket systems and of false servers, with a list of Devices."""
    listed = f"{D[0]}\n{D[1]}\n"
    two = [(D[0], 3), (D[1], 4)]

    def at(first: int) -> list[tuple[str, str]]:
        return [(device, f"body line {first + i}") for i, (device, _) in enumerate(two)]

    opened = (
        "Your case CS7 has been opened on your behalf.\nState: New\nPriority: 4\n"
        f"Please enter the install code of each Device:\n\n{listed}"
    )
    resolved = f"Your ticket 88 has been resolved.\nInstall codes for\n\n{listed}"
    shown = f"Reporter: Op A\nStatus: open\nPlease provide the install codes of\n\n{listed}"
    group = (
        "TASK19 has been assigned to your group.\nState: New\nPriority: 4\n"
        f"Please send the install codes for\n\n{listed}"
    )
    false = f"Your answer could not be delivered. Please send the codes again for\n\n{listed}"
    return [
        Case(
            "desk-opened-a-case-for-us",
            mail(opened, subject="Case CS7"),
            "acknowledgement",
            "ticket",
            warnings=["2 Device IDs in it are ignored (ticket)"],
        ),
        Case("desk-resolved-a-ticket", mail(resolved, subject="Ticket 88"), "unknown", "ticket",
             devices=at(4)),
        Case("desk-shows-our-request", mail(shown, subject="DG-7"), "unknown", "ticket",
             devices=at(5), own=["codes@op-a.test"]),
        Case("desk-gives-us-a-task", mail(group, subject="TASK19"), "request", devices=at(6)),
        Case("false-notice-asks-for-codes", mail(false, subject="Delivery problem"), "unknown",
             "phishing", devices=at(3)),
    ]  # fmt: skip
