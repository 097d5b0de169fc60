"""Words by which a sentence says what it speaks about: our matter, or somebody else's."""

from __future__ import annotations

import re
from typing import Final

from exchange.parsing.phrases.any_of import any_of

CODES: Final = any_of(
    r"(?:meter |device |smart )?install(?:ation|er|ing|s|ed)?[- ]?(?:code|key)s?",
    r"(?:device |joining |commissioning |zigbee |esme |gsme |meter )?codes?", "(?-i:ICs?)",
    "cod(?:au)? (?:gosod|y|yr|ar)", "[cg]h?odau", "installationscodes?",
    r"installationsschl\u00fcssel\w*", "codes? d'installation", "installatiecodes?",
    "c[o\u00f3]digos? de instala(?:ci[o\u00f3]n|[c\u00e7][a\u00e3]o)",
    "codic[ei] (?:di )?installazione",
    r"kod(?:y|\u00f3w|u|ami)? instalac\w+", r"installations?kod\w*", r"installasjonskode\w*",
)  # fmt: skip
# What obliges us to give codes, and nothing else.
OUR_RULE: Final = any_of(r"mp[ -]?121", r"(?:clause )?4\.16(?:\([ab]\))?", "appendix ac")
OTHER_CODES: Final = any_of(
    "(?:post(?:al)?|zip|qr|bar|dial(?:ling)?|area|country|error|fault|status|reason|pass|access"
    "|discount|tariff|colour|product|profile|dress|sort|vat|cost|project|meter type|mtc|llf"
    "|market participant|site|building|door|pin|security|verification|one[- ]time|tax|top[- ]?up"
    "|vend(?:ing)?|utrn|unlock|activation|promo(?:tion)?|voucher|coupon|gift|referral|booking"
    "|gate|alarm|locker|lift|elevator|entry|source|sample|example|html)[- ]codes?",
    "codes? (?:promo|postal|pin)", "gutscheincodes?",
    "code of (?:practice|conduct)",
    "(?:supply|balancing|retail|energy|uniform network|industry) code",
    "(?-i:the (?:Smart Energy )?Code)",
)  # fmt: skip
TOPIC: Final = re.compile(
    any_of(
        "codes?", r"install\w*", "fitt(?:ed|ing)", "meters?", "devices?", "esmes?", "gsmes?",
        "smets ?[12]?", "eui", "guids?", "ids?", "list(?:ed|s)?", "attach(?:ed|ment)", "enclosed",
        "spreadsheet", "workbook", r"commission\w*", "supplier", "mpans?", "mprns?", "requests?",
        "answers?", "response", "sites?", "mp121", "file", "data", "hubs?", "chf",
        r"[mf]esurydd\w*",
        "dyfais", "dyfeisiau", r"z\u00e4hler\w*", "compteurs?",
    ).pattern + "|[\u2460\u2461]", re.I,
)  # fmt: skip

# -- whether a complaint, a warning or a cancellation is about our matter --

# What is ours wherever it is named.
OURS: Final = re.compile(
    any_of(
        "install(?:ation|er|ing|s)?[- ](?:codes?|keys?|suppliers?)", "(?-i:ICs?)", "devices?",
        "meters?", "metering", "esmes?", "gsmes?", "smets ?[12]?", "eui(?:64)?", "guids?", "ihds?",
        "hubs?", "chf", "head[- ]?ends?", "mpans?", "mprns?", "mpids?", "mp121", "sec", "dcc",
        "smi", "ecoes",
        r"(?:de)?commission\w*", "suppliers?", "device ids?", "signifier", "crc",
        "(?:our|the|this|my|your|that) (?:requests?|enquiry|list|records?|denial)",
        r"[mf]esurydd\w*", "dyfais", "dyfeisiau", "codau", "gosod", r"z\u00e4hler\w*",
        r"installationscodes?", "compteurs?",
    ).pattern + "|[\u2460\u2461]", re.I,
)  # fmt: skip
# Things of which every trade has some: they may be ours.
THINGS: Final = any_of(
    "keys?", "requests?", "lists?", "listed", r"install\w*", "fitt?(?:ed|ing)?", "sites?",
    "units?", "kit", "equipment", "assets?", "hardware", "gas", "elec(?:tric)?", "electricity",
    "suppl(?:y|ies)", "propert(?:y|ies)", "premises", "address(?:es)?", "house", "flat",
    "building", "engineers?", "fitters?", "files?", "attach(?:ed|ment)s?", "enclosed",
    "spreadsheet", "workbook", "sheet", "csv", "columns?", "rows?", "lines?", "digits?",
    "numbers?", "ids?", "entr(?:y|ies)", "answers?", "response", "reply", "claim", "assertion",
    "position", "decision", "conclusion", "finding", "records?", "join(?:s|ed|ing)?",
    "pair(?:s|ed|ing)?", "wan", "han", "network", "e-?mails?", "messages?", "mails?", "rhain",
)  # fmt: skip
# Words that point back to what was named before.
POINTERS: Final = any_of(
    "this", r"that(?= (?:is|was|has|had|one)\b|\W*$)", "these", "those", "them", "they", "one",
    "ones", "all", "both", "either", "neither", "each", "none", "some", "most", "everything",
    "anything", "nothing", "two", "three", "four", "yours", "rheini", "diese", "ceux", "celles",
    "you (?:did|have|had|are|were|told|said|say|stated|claim(?:ed)?)",
)  # fmt: skip
IT: Final = any_of("it", "its")
# Source code: its "code" is no install code.
SOURCE_CODE: Final = any_of(
    "(?:source|test|exit|example|sample|html|java(?:script)?|php|python|ruby) codes?",
    "(?:a|the) return code", "codebase", "code (?:base|block|path|review|snippet|style)",
    "(?:pull|merge|feature|http|api) requests?", "branch(?:es)?", "commits", "commit [0-9a-f]+",
    "repo(?:s|sitory|sitories)?", "unit tests?", "test suite", "patch(?:es)?",
    "tests? (?:fail|pass)(?:s|es|ed|ing)?", "compil\\w+", "known_hosts", "parser",
)  # fmt: skip
PROGRAMS: Final = any_of(
    "builds?", "bugs?", "plug-?ins?", "packages?", "librar(?:y|ies)", "scripts?", "kernel",
    "drivers?", "daemon", "web ?hooks?", "cookies?", "ssh", "cve", "debian", "windows", "linux",
    "github", "gitlab", "stack ?trace", "error codes?", "status codes?",
    "web ?sites?", "web ?pages?", "browsers?", "user input", "docs",
    "documentation",
)  # fmt: skip
# Other trades: goods, papers, offices.
ELSEWHERE: Final = any_of(
    "orders?", "parcels?", "shipments?", "refunds?", "vouchers?", "invoices?", "offers?", "prices?",
    "charge on", "licen[cs]es?", "passwords?", "newsletter", "mailing list", "web ?shop", "apps?",
    "draft", "speech", "meeting", "trainer", "concert", "flights?", "hotel", "cv", "printer",
    "projector", "elevator", "doors?", "remote control", "exchange server", "bestellung", "ware",
    "rechnung", "gutschein\\w*", "commande", "produit", "facture",
)  # fmt: skip
# A mailbox that codes go to: what endangers it is a warning, whatever else the sentence names.
MAIL: Final = any_of(
    "mail ?box(?:es)?",
    "e-?mails?",
    "mails?",
    "messages?",
    "inbox",
    "account",
    "systems?",
    "network",
    "servers?",
    "company",
    "compan(?:y|ies)'s",
    "we",
    "us",
    "our",
    "security",
    "breach",
)
# What is called off or to be left out of account, and is no request for codes.
OTHER_OBJECTS: Final = any_of(
    "(?:cancel(?:s|led|ling)?|withdraw(?:n|ing)?|withdrew|disregard|ignore|recall|retract|revoke"
    "|stop|annuler|stornieren) (?:(?:my|our|the|this|that|a|an|his|her|last|previous|old|earlier"
    "|meine?|ma|mon|la|le) ){0,3}(?:\\w+ )?(?:orders?|packages?|parcels?|shipments?|subscriptions?"
    "|memberships?|newsletters?|comments?|consent|applications?|invoices?|payments?|bookings?"
    "|reservations?|flights?|tickets? (?:for|to)|meetings?|appointments?|versions?|patch(?:es)?"
    "|warnings?|errors?|deliver(?:y|ies)|books?|digests?|transfers?|bestellung|abo|abonnement"
    "|commande)",
    "remove (?:me|us) from", "mailing lists?",
)  # fmt: skip
