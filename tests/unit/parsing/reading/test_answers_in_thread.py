"""Plain answers and traps in a thread: what a whole mail without a quote answers of our list."""

from __future__ import annotations

import pytest

from exchange.domain.mail import Outcome
from exchange.domain.meaning.resolve import resolve
from exchange.domain.meaning.thread import thread_of
from exchange.parsing.reading.understand import understand

OURS = "codes@ours.example"
REFERENCE = "MP121-OURS-2611-Q00218"
DEVICES = (
    "00-1D-24-A0-47-C3-5E-61", "00-1D-24-2E-98-89-89-84", "D0-CF-5E-5F-CA-34-98-31",
    "84-B4-DB-6D-7D-4F-AC-48", "5C-C7-C1-6E-0B-FC-38-8B",
)  # fmt: skip
CODES = ("39430541473A57DD1339150FABE9116771E3", "86DBADCE77F399E9699350342F8B873978CF")
SIGNS = {Outcome.PROVIDED: "C", Outcome.NOT_INSTALLER: "D", Outcome.UNCLEAR: "?"}


def letter(count: int) -> bytes:
    rows = "\n".join(f"{device}  ESME" for device in DEVICES[:count])
    return (
        f"Subject: MP121 request {REFERENCE}\nFrom: Ours Energy <{OURS}>\nTo: codes@vale.example\n"
        "Message-ID: <one@ours.example>\n\n"
        "Dear Vale Energy,\n\nWe ask you, as the losing or a former Supplier, for the install codes"
        f" of these Devices.\n\nReference:        {REFERENCE}\n\nThe Devices\n-----------\n{rows}\n"
    ).encode()


def answer(count: int, subject: str, body: str) -> str:
    """Return D for a denial, C for a code, ? for a person, - for nothing, Device by Device."""
    for number, device in enumerate(DEVICES, 1):
        body = body.replace(f"<{number}>", device)
    for number, code in enumerate(CODES, 1):
        body = body.replace(f"<c{number}>", code)
    mail = (
        f"Subject: {subject or f'RE: MP121 request {REFERENCE}'}\n"
        f"From: Jo Wills <codes@vale.example>\nTo: {OURS}\nMessage-ID: <two@vale.example>\n"
        "In-Reply-To: <one@ours.example>\nContent-Type: text/plain; charset=utf-8\n\n"
        f"{body}\n"
    )
    said = understand(mail.encode(), own_addresses=frozenset((OURS,)))
    found = resolve(said, thread_of(said, [understand(letter(count))], ["Vale Energy", "VALE"]))
    signs = {str(one.device): SIGNS[one.outcome] for one in found.answers}
    return "".join(signs.get(device, "-") for device in DEVICES[:count])


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ("Neither of these two was us, sorry.\n\nEilidh", "DD"),
        ("No, neither was installed by Vale.", "DD"),
        ("Sorry Jo, wrong supplier - these aren't ones we installed.", "DD"),
        ("Another supplier installed both of these, we did not.", "DD"),
        ("It wasn't Vale Energy that put these meters in.", "DDD"),
        ("Nope, not ours either of them.", "DD"),
        ("Zero of these were installed by us.", "DDD"),
        ("That meter isn't ours.", "D"),
        ("Not a Vale install, I'm afraid.", "D"),
        ("1. not ours\n2. not ours\n3. not ours", "DDD"),
        ("Row 1: not us\nRow 2: not us\nRow 3: <c1>", "DDC"),
        ("First one not us, third one not us, second one: <c1>", "DCD"),
        ("We fitted the last one, code <c1>. The other two are not ours.", "DDC"),
        ("Only the third is ours: <c1>. The rest were not installed by us.", "DDC"),
        ("We did not install any of these except <3>. Its install code is:\n\n<c1>", "DDC"),
        ("All but <2> are not ours. Code for <2>: <c1>", "DCD"),
        ("The installation was not done by us.", "DDD"),
        ("Hi,\n\nNot ours. Both are Ostler installs.\n\nKind regards", "DD"),
        ("Deze meters zijn niet door ons ge\xefnstalleerd.", "DD"),
        ("No hemos instalado estos contadores.", "DD"),
        ("Nie jeste\u015bmy dostawc\u0105 instaluj\u0105cym tych licznik\xf3w.", "DD"),
        ("Non siamo il fornitore installatore di questi contatori.", "DD"),
        ("Vi har ikke installeret disse m\xe5lere.", "DD"),
        ("Nid ni oedd y Cyflenwr a osododd y ddau fesurydd hyn.", "DD"),
        ("Aucun de ces deux compteurs n'a \xe9t\xe9 pos\xe9 par nous.", "DD"),
        ("Device ID\tInstalled by Vale?\n<1>\tNo\n<2>\tNo\n<3>\tNo", "DDD"),
        ("<1> - not installed by Vale\n<2> - Vale did not install", "DD"),
        ("As discussed on the phone, not our meters. We did not install them.", "DDD"),
        ("Response to MP121: all 3 devices - not the installing supplier.", "DDD"),
        ("All three: not us.", "DDD"),
        ("Both: not installed by Vale.", "DD"),
        ("Our field services team have confirmed they did not install these meters.", "DDD"),
        ("No installation was carried out by us at any of these premises.", "DDD"),
        ("We have no record of installing these and are not the installing supplier.", "DDD"),
        ("The installing supplier for all three was Ostler Energy, not us.", "DDD"),
        ("Not one we fitted.", "D"),
        ("I checked with the team and we never installed any of these.", "DDD"),
        ("At no point did we install these meters.", "DDD"),
        ("Unfortunately these weren't fitted by us so we can't provide the codes.", "DDD"),
        ("Not ours - none of them.", "DDD"),
        ("2nd one is ours, code <c1>. 1st and 3rd aren't.", "DCD"),
        ("<1> <c1>\n<2> not ours\n<3> not ours", "CDD"),
        ("First: <c1>\nSecond: not ours\nThird: not ours", "CDD"),
        ("1) <c1>\n2) not installed by us\n3) not installed by us", "CDD"),
        ("Code for the first one is <c1>. We did not install the other two.", "CDD"),
        ("<1> is ours, code <c1>. The remaining two were fitted by another supplier.", "CDD"),
        ("<1> | N\n<2> | N\n<3> | N\n\nN = not installed by us", "DDD"),
        ("Please note we are not the installing supplier in these instances.", "DDD"),
        ("Hi team, nothing to do with us these ones - we didn't fit them.", "DDD"),
        ("Your three devices were not installed by us.", "DDD"),
        ("Nous ne sommes pas le fournisseur installateur de ces trois compteurs.", "DDD"),
        ("Estos contadores no fueron instalados por nosotros.", "DDD"),
        ("Nessuno di questi contatori \xe8 stato installato da noi.", "DDD"),
        ("Disse m\xe5lere er ikke installeret af os.", "DDD"),
        ("All installed by a previous supplier, not Vale.", "DDD"),
        ("These 3 devices were not installed by Vale Energy.", "DDD"),
        ("No meters on this list were installed by us.", "DDD"),
        ("Not us I'm afraid, none of the three.", "DDD"),
        ("Vale Energy was not the installing supplier at the time of installation.", "DDD"),
        ("Both devices: we are not the installing Supplier.", "DD"),
        ("Outcome for every row: not the installing Supplier", "DDD"),
        ("First device: <c1>. The other 2 we didn't install.", "CDD"),
        ("1. <c1>\n2. <c2>\n3. Not ours", "CCD"),
        ("Rows 1 and 2 are not ours. Row 3: <c1>", "DDC"),
        ("None are ours.\n\nHave a good weekend", "DDD"),
        ("None are ours. You could try Ostler Energy, who supplied before us.", "DDD"),
        ("We did not install these devices and therefore do not hold the install codes.", "DDD"),
        ("Checked - none ours.", "DDD"),
        ("They weren't ours. Thanks", "DDD"),
        ("Vale did not carry out the installation of any of these meters.", "DDD"),
        ("No joy I'm afraid - none of these were fitted by us.", "DDD"),
        ("According to our records we did not install these devices.", "DDD"),
        ("These were installed by the previous supplier and not by us.", "DDD"),
        ("Row 1 <c1>\nRow 2 not installed by us\nRow 3 not installed by us", "CDD"),
        ("Please find our response: none of the three Devices were installed by us.", "DDD"),
    ],
)
def test_a_plain_answer_is_taken(body: str, expected: str) -> None:
    assert answer(len(expected), "", body) == expected


@pytest.mark.parametrize(
    ("subject", "body"),
    [
        ("", "None are ours. The codes are: see portal"),
        ("", "We can't say that none of these are ours."),
        ("", "None of these were installed by us directly."),
        ("", "Our contractor installed these, not us."),
        ("", "Not all of these were installed by us."),
        ("", "Vale Energy did not install these. Vale Metering did."),
        ("", "We did not install these without the customer's consent."),
        ("", "Did we not install these?"),
        ("", "Ostler Energy did not install these."),
        ("", "You are wrong to say none of these are ours."),
        ("", "We did not install the IHDs."),
        ("", "Not installed by us? I think they were."),
        ("", "These are not ours now, but we did fit them."),
        ("", "None of these were installed by us in 2021."),
        ("", "None were ours apart from one."),
        ("", "We didn't install these for you, we installed them for Ostler."),
        ("", "We did not install these as new, they were swapped like for like."),
        ("", "We have never not installed a meter at these sites."),
        ("", "No one else installed these."),
        ("", "We did not install these meters; our predecessor Tidal did."),
        ("", "These were not installed by us on the dates you give."),
        ("", "We did not install any of these incorrectly."),
        ("", "Draft for you to check: none of these were installed by us."),
        ("", "Never mind who fitted them, we did not."),
        ("", "You did not install these."),
        ("", "They did not install these."),
        ("", "The meters were not installed by the supplier."),
        ("", "Nothing has been installed by us yet."),
        ("", "These were not installed by us on site 3."),
        ("", "None of these were installed by us. Well, maybe the last one."),
        ("", "We were not aware that we installed these."),
        ("", "No: Vale installed all of them, codes to come."),
        ("", "The ESME is not ours."),
        ("", "We did not install these, you did."),
        ("", "Two of these were not ours."),
        ("", "No hemos instalado todos estos contadores."),
        ("", "Niet wij maar onze aannemer heeft deze geplaatst."),
        ("", "Device ID\tInstalled by Ostler?\n<1>\tNo\n<2>\tNo\n<3>\tNo"),
        ("", "Device ID\tYours?\n<1>\tNo\n<2>\tNo\n<3>\tNo"),
        ("", "Device ID\tStill ours?\n<1>\tNo\n<2>\tNo\n<3>\tNo"),
        ("", "We didn't install both the electricity and the gas."),
        ("", "Not installed by us according to Ostler."),
        ("", "Our MOP installed these, we did not."),
        ("", "These were not installed by Ostler but by us."),
        ("", "Another supplier did not install these, we did."),
        ("", "We did not fit the comms hubs. Meters to follow."),
        ("", "We did not install these in error."),
        ("", "Not ours any longer."),
        ("", "You confirmed that none of these were installed by us."),
        ("", "We cannot confirm that none of these were installed by us."),
        ("", "Please confirm that we did not install these."),
        ("", "We want you to confirm that none of these were installed by us."),
        ("", "Ostler's records show that none of these were installed by us."),
        ("", "The customer's records confirm that we did not install these."),
        ("", "None of them are ours, I believe."),
        ("", "Nothing to do with the installation was done by us on the gas side."),
        ("", "Neither us nor Ostler can tell who installed these."),
        ("", "We did not fit these, Vale Energy Services did."),
        ("", "It was not us who fitted these, it was our contractor."),
        ("", "Vale's app says it did not install the update."),
        ("", "Vale believes it did not install these."),
        ("", "Vale Energy will say that it did not install these."),
        ("", "We (on behalf of Vale) did not install these."),
        ("", "None of these except the first two or three."),
        ("", "We did not install any except the ones we listed last week."),
        ("", "These were never fitted by anyone else, us only."),
        ("", "We were not responsible for installing these, our agent was."),
        ("", "We are no longer responsible for these."),
        ("", "We were never involved."),
        ("", "Please send them again. We did not."),
        ("", "None are ours. See attached for the codes."),
        ("Codes attached for all 3", "We did not install these."),
        ("", "Non abbiamo installato tutti questi contatori."),
        ("", "Estos contadores no fueron instalados por Ostler."),
        ("", "Deze meters zijn niet door ons geplaatst maar door onze aannemer."),
        ("", "We did not install. Codes below.\n\n<c1>\n<c2>\n<c3>"),
        ("", "None of these were installed by our Leeds team."),
        ("", "Our smart team did not install these but our metering services company did."),
        ("", "None of these were installed by us or so Ostler claims."),
        ("", "None of these were installed by us. Ignore that, wrong ticket."),
        ("", "None of these were installed by us. UPDATE: found them."),
        ("", "None of these were installed by us under the Vale name."),
        ("", "We did not install these on behalf of Ostler."),
        ("", "We did not install these ourselves."),
        ("", "We did not install these, all of them except <3>, which was swapped."),
        ("", "Except for the last none of these are anyone's but ours."),
        ("", "We didn't do anything but install these."),
        ("", "We not only installed these but commissioned them."),
        ("", "It cannot be that we did not install these."),
        ("", "I need to find out why we did not install these."),
        ("", "If none of these were installed by us, who did?"),
        ("", "We would have told you if none of these were installed by us."),
        ("", "We had Ostler fit these. Not us directly."),
        ("", "These meters have not been installed by us yet, install date is 4 December."),
        ("", "We do not install meters at weekends."),
        ("", "We do not want to install these."),
        ("", "We did not install these on the first visit."),
        ("", "We did not install these with a hub."),
        ("", "We did not install the hubs on these."),
        ("", "Not ours? Let me check."),
    ],
)
def test_a_trap_denies_nothing(subject: str, body: str) -> None:
    assert "D" not in answer(3, subject, body)


def test_a_drawn_table_is_one_table() -> None:
    rows = "<1> | No |\n<2> | No |\n<3> | Yes | <c1>"
    assert answer(3, "", f"Device ID | Ours? | Code\n----|-----|----\n{rows}") == "DDC"
    assert answer(2, "", "Device ID\tInstalled by Vale?\n<1>\tNo\n<2>\tNo") == "DD"
    assert answer(2, "", "Device ID\tInstalled by Tidal?\n<1>\tNo\n<2>\tNo") == "??"


@pytest.mark.parametrize(
    "body",
    [
        "Please confirm that we did not install these.",
        "You confirmed that none of these were installed by us.",
        "The customer's records confirm that we did not install these.",
        "Tidal asked us to confirm that we did not install these.",
    ],
)
def test_a_denial_that_others_vouch_for_is_not_theirs(body: str) -> None:
    assert answer(3, "", body) == "???"


LIST = "Device ID | Installed by us?\n<1> | No\n<2> | No\n"


@pytest.mark.parametrize(
    ("legend", "expected"),
    [
        ("", "DD"),
        ("No = still to be looked at", "??"),
        ("A No only means that we have not looked.", "??"),
        ("Where it says No we have yet to look.", "??"),
    ],
)
def test_a_legend_that_redefines_no_goes_to_a_person(legend: str, expected: str) -> None:
    assert answer(2, "", f"{LIST}\n{legend}\n\nRegards\nEilidh") == expected


def test_a_key_denies_no_row_that_says_yes() -> None:
    assert answer(2, "", "<1> | Y\n<2> | N\n\nN = not installed by us") == "-D"


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ("Rows 1 and 3 we did not install. Row 2 is with the field people, more soon.", "D?D"),
        ("Row 1: looked up, not ours.\nRows 2 and 3: not looked up yet.", "D??"),
        ("We did not install these. Row 2 is with the field people.", "???"),
    ],
)
def test_a_row_that_waits_leaves_the_others_answered(body: str, expected: str) -> None:
    assert answer(3, "", body) == expected
