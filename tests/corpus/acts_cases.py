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
    return [*asks, *does_not]
