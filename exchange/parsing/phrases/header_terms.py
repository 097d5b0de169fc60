"""Recognise the words people use in column headers and as labels before a value."""

from __future__ import annotations

import re
import unicodedata
from enum import Enum
from typing import Final, NamedTuple

from exchange.domain.device_type import NAMED_TYPES, OUT_OF_SCOPE, DeviceType
from exchange.parsing.text.cache_short import cache_short

# -- column headers --


class Role(Enum):
    """What a column contains."""

    DEVICE = "device"
    MAYBE_DEVICE = "maybe device"  # an ambiguous word: the content decides
    NEVER_DEVICE = "never device"
    CODE = "code"
    CRC = "crc of a code"
    REMARK = "remark"
    DENIAL = "installed by us, yes or no"
    TYPE = "type"


class HeaderMeaning(NamedTuple):
    """The role of a column by its header, and the device type that the header names, if any."""

    role: Role | None
    device_type: str = ""


def _split(text: str) -> frozenset[str]:
    return frozenset(text.split())


_CAMEL = re.compile(r"(?<=[a-z])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])")
_TOKENS = re.compile(r"[a-z]+|\d+")
# What a type is called besides its own name, and what only a header calls it.
_OTHER_NAMES: Final = {
    DeviceType.ESME: "electricity elec electric",
    DeviceType.GSME: "gas",
    DeviceType.CHF: "hub",
}
_HEADER_NAMES: Final = {DeviceType.GPF: "proxy", DeviceType.CHF: "comms ch communications"}
_TYPES: Final = {
    word: kind.value
    for kind in NAMED_TYPES
    for word in (kind.value.lower(), *_OTHER_NAMES.get(kind, "").split())
}
_HEADER_TYPES: Final = _TYPES | {
    word: kind.value for kind, words in _HEADER_NAMES.items() for word in words.split()
}
_MOST_DIGITS: Final = 4  # EUI-64 and SMETS2 have some; a value has more
_ID_WORDS: Final = _split("guid guids eui euis euid")
_GENERAL_ID_WORDS: Final = _split("id ids identifier identifiers identity")
_DEVICE_WORDS: Final = _split("""
    device devices meter meters smets smart node zigbee han asset
""")
_NOT_DEVICE_WORDS: Final = _split("""
    serial msn mpan mprn mpxn uprn request case ticket customer account site message
    transaction certificate supplier party job order status type date model manufacturer
    count name user session hash checksum md sha key reference ref correlation tracking
    error reason postcode address contract invoice batch record row previous old imei
    iccid sim variant firmware time thumbprint fingerprint
""")
_NOT_INSTALL_CODE_WORDS: Final = _split(
    "status date type reason error post country link key request provided"
)
_REMARK_WORDS: Final = _split("comment comments remark remarks outcome feedback notes sylwadau")
_PART_WORDS: Final = _split("""
    part parts pt half piece block group first second third left right start end rest of
    1 2 3 4 a b c i ii iii
""")
_DEVICE_FORMS: Final = _split("""
    deviceid deviceids deviceidentifier deviceguid guid guids meterguid eui eui64 eui64id
    deviceeui deviceeui64 metereui smets2device smets2deviceid smetsdevice smets2devices
    smartmeterid meterdeviceid zigbeeid hanid deviceno smid did devid idydyfais
""")
_AMBIGUOUS_FORMS: Final = _split("""
    id ids device devices meter meters meterid identifier mac macaddress zigbeemac
    zigbeemacaddress ieeeaddress devicenumber meternumber meterno esme gsme asset assetid
    electricity gas elec dyfais mesurydd
""")
_CODE_FORMS: Final = _split("""
    ic ics code codes installcode installcodes installationcode instcode installationcodes
    iccode deviceinstallcode zigbeeinstallcode installcodeic icwithcrc installcodewithcrc
    installcodecrc codgosod
""")
_REMARK_FORMS: Final = _split("""
    outcome status response answer result reason comment comments note notes remark
    remarks update feedback reply outcomereason ourresponse supplierresponse
    responsestatus installcodestatus requeststatus orderstatus action instruction
    instructions rowstatus jobstatus suppliercomments losingsupplierresponse
    losingsuppliercomments yourresponse supplierresponsecomments ourcomments
""")
_CRC_WORDS: Final = _split("crc crcs checksum checksums chk chksum cksum fcs")
_CRC_FORMS: Final = _split("""
    crc16 crcx25 crc16x25 checkdigit checkdigits checkvalue checkbyte checkbytes checkcode
    prfsumme prfziffer prufsumme prufziffer sommedecontrle sommedecontrole sumakontrolna
    sumadecontrol controlegetal sommadicontrollo
""")
_CODE_WORDS: Final = _split("code codes ic ics install")
_DENIAL_FORMS: Final = _split("""
    installedbyus installedbyusyn installedbyusyesno areyoutheinstallingsupplier
    areyouinstallingsupplier didyouinstall installingsupplieryn installingsupplieryesno
    installedbyusyorn installedbyourselves ours oursyn oursyesno oursyorn ourinstall
    ourinstallyn ourinstallyesno ourinstallation ourinstalls didweinstall weinstalled
""")
_TYPE_FORMS: Final = _split("""
    devicetype type metertype fuel fueltype typeofdevice
""")


@cache_short
def header_meaning(text: str) -> HeaderMeaning:
    """Return what a column header says about its column; ``HeaderMeaning(None)`` if nothing."""
    text = " ".join(text[:120].split())
    if not text or sum(map(str.isdigit, text)) > _MOST_DIGITS:
        return HeaderMeaning(None)
    tokens = _TOKENS.findall(_CAMEL.sub(" ", text).lower())
    joined = "".join(tokens)
    bare = "".join(_TOKENS.findall(re.sub(r"[(\[][^)\]]*[)\]]", "", text).lower()))
    kinds = [_HEADER_TYPES[token] for token in tokens if token in _HEADER_TYPES]
    # "Communications Hub", "gas proxy": the out-of-scope type decides.
    device_type = next((kind for kind in kinds if kind in OUT_OF_SCOPE), kinds[0] if kinds else "")
    forms = {joined, bare}
    if forms & _TYPE_FORMS:
        return HeaderMeaning(Role.TYPE)
    if forms & _CRC_FORMS or _CRC_WORDS & set(tokens):
        # "Install code CRC" may be either: the content decides (crc_columns.py).
        both = bool(_CODE_WORDS & set(tokens)) and not forms & _CRC_FORMS
        return HeaderMeaning(Role.CODE if both else Role.CRC, device_type)
    if forms & _CODE_FORMS or _is_install_code(tokens) or _is_part_of_code(tokens):
        return HeaderMeaning(Role.CODE, device_type)
    if forms & _DENIAL_FORMS or asked_about(text):
        return HeaderMeaning(Role.DENIAL)
    if forms & _REMARK_FORMS or _REMARK_WORDS & set(tokens):
        return HeaderMeaning(Role.REMARK)
    if forms & _DEVICE_FORMS:
        return HeaderMeaning(Role.DEVICE, device_type)
    if forms & _AMBIGUOUS_FORMS:
        return HeaderMeaning(Role.MAYBE_DEVICE, device_type)
    words = set(tokens)
    if words & _NOT_DEVICE_WORDS:
        return HeaderMeaning(Role.NEVER_DEVICE)
    named = bool(words & _DEVICE_WORDS) or bool(kinds)
    if words & _ID_WORDS or (words & _GENERAL_ID_WORDS and named):
        return HeaderMeaning(Role.DEVICE, device_type)
    return HeaderMeaning(None)


_FORMER = re.compile(
    r"\b(?:old|previous|prev|former|replaced|removed|original|exchanged|swapped|earlier)\b", re.I
)


def is_of_former_ids(header: str) -> bool:
    """Return whether a header says that its column has the numbers of earlier Devices."""
    return _FORMER.search(_CAMEL.sub(" ", header[:120])) is not None


_ASKED = re.compile(
    r"\W*(?:did|has|have|was it|were they|was this|was the (?:device|meter))\s"
    r"(?P<by>(?:installed|fitted)\sby\s)?(?P<who>[^\W\d_][\w&'. -]{0,60}?)"
    r"(?(by)|\s(?:ever\s|actually\s)?(?:install|fit)(?:ed|ted)?)"
    r"(?:\s(?:it|this|the device|the meter|this device|this meter))?\W*"
    r"(?:y\W{0,3}n|yes\W{1,5}no|yes or no|y or n)?\W*",
    re.I,
)
_INSTALLED_BY = re.compile(
    r"\W*(?:installed|fitted)\sby\s(?P<who>[^\W\d_][\w&'. -]{0,60}?)"
    r"(?:\W+(?:y\W{0,3}n|yes\W{1,5}no|yes or no|y or n)\W*|\s?\?\W*)",
    re.I,
)
_OURS = re.compile(
    r"\W*(?:is it |are they |one of )?(?:ours|our (?:install(?:ation)?|meter|device)s?)\s?"
    r"(?:\?\W*|\W+)(?:y\W{0,3}n|yes\W{1,5}no|yes or no|y or n)?\W*",
    re.I,
)
_YES_OR_NO = re.compile(r"\b(?:y\W{0,3}n|yes\W{1,5}no|yes or no|y or n)\b", re.I)
_OURSELVES: Final = _split("we us you ourselves i")


def asked_about(header: str) -> str:
    """Return who installed the Devices, yes or no, by the header of a column; empty for no such.

    ``us`` for the sender: ``Did we install? (Y/N)``; a name as it is written: ``Did Vale install?``
    """
    header = header[:120]
    if _OURS.fullmatch(header) and ("?" in header or _YES_OR_NO.search(header)):
        return "us"
    found = _ASKED.fullmatch(header)
    if not found:
        found = _INSTALLED_BY.fullmatch(header)
        if found and found["who"].lower() == "you" and not _YES_OR_NO.search(header):
            return ""  # whose words are they, ours or theirs?
    if not found:
        return ""
    return "us" if found["who"].lower() in _OURSELVES else found["who"].strip()


def _is_install_code(tokens: list[str]) -> bool:
    words = set(tokens)
    if not words & {"code", "codes"} or words & _NOT_INSTALL_CODE_WORDS:
        return False
    return bool(words & {"install", "installation", "ic", "installed"})


def _is_part_of_code(tokens: list[str]) -> bool:
    """Return whether the column holds part of a code: ``Code 1``, ``Install code first half``."""
    words = set(tokens)
    left = words - {"code", "ic", "install", "installation"}
    return bool(words & {"code", "ic"}) and bool(left) and left <= _PART_WORDS


_TYPE_WORDS = re.compile(rf"\b({'|'.join(_TYPES)})\b", re.I)


@cache_short
def device_type_of(text: str) -> str:
    """Return the DUIS device type that a cell or label names, the last one if several; or empty."""
    found = _TYPE_WORDS.findall(text[-60:])
    return _TYPES[found[-1].lower()] if found else ""


# -- labels before a value in running text --

_LABEL_YES = re.compile(
    r"\b(?:devices?|meters?|esme|gsme|eui|eui-?64|guids?|device ?ids?|dyfais|dyfeisiau"
    r"|mesurydd(?:ion)?|smets ?2|install(?:ation)? codes?|ic)\b",
    re.I,
)
_LABEL_NO = re.compile(
    r"\b(?:serial|s/n|msn|mpan|mprn|mpxn|uprn|hash|md5|sha-?\d*|checksum|crc|message[- ]?id"
    r"|ticket|case|tracking|session|transaction|correlation|thumbprint|fingerprint|certificate"
    r"|cert|signature|(?<!device )(?<!meter )ref(?:erence)?|order|invoice|account|customer|iccid"
    r"|imei|sim|token|key|request id|job|uuid|build|commit|version|conversation|thread|trace"
    r"|scan|scanned|boundary|content-id|cid|card|phone|tel|vat"
    r"|(?<!next )(?<!new )(?<!latest )(?<!another )(?<!this )(?<!last )batch|user|originator"
    r"|entity|party|role)\b"
    r"\.?(?: (?:no|nr|num|number|id|is))?\W*$",
    re.I,
)
_ID_LABEL = re.compile(
    r"\b(?:(?:device|esme|gsme|meter|smets ?2) (?:id|identifier|guid|eui)|eui(?:-?64)?|guid)s?"
    r"\W*(?:is\W*)?$",
    re.I,
)


@cache_short
def labels_device(before: str) -> bool | None:
    """Return whether the words before a value call it a device (True), something else (False),
    or nothing (None)."""
    tail = before[-60:]
    if _LABEL_NO.search(tail):
        return False
    return True if _LABEL_YES.search(tail) else None


@cache_short
def labels_id(before: str) -> bool:
    """Return whether the words right before a value call it a Device ID."""
    return bool(_ID_LABEL.search(before[-40:]))


@cache_short
def names_devices(text: str) -> bool:
    """Return whether a text mentions devices, meters or install codes at all."""
    return bool(_LABEL_YES.search(text[:600]))


@cache_short
def is_list_heading(text: str) -> bool:
    """Return whether a line heads a list of devices: ``Device IDs:`` or a pasted table header."""
    if len(text) > 200:
        return False
    if text.rstrip().endswith(":") and names_devices(text):
        return True
    return is_table_header(text)


@cache_short
def is_table_header(text: str) -> bool:
    """Return whether a line is the header of a table of devices, with cells side by side."""
    if len(text) > 200:
        return False
    cells = re.split(r"\t|\s{2,}|[|,;]", text.strip())[:12]
    return any(header_meaning(cell).role in (Role.DEVICE, Role.MAYBE_DEVICE) for cell in cells)


_CODE_LABEL = re.compile(
    r"\b(?:ic|install(?:ation)? ?codes?|code|cod gosod)\b\W*"
    r"(?:(?:is|with(?:out)?(?: (?:the|its))? crc|no crc)\W*)?$",
    re.I,
)


@cache_short
def labels_code(before: str) -> bool:
    """Return whether the words right before a value call it an install code."""
    return bool(_CODE_LABEL.search(before[-40:]))


def normalise_header(header: str) -> str:
    """Return a header's letters and digits in lower case: ``Device_ID`` becomes ``deviceid``."""
    folded = unicodedata.normalize("NFKC", header[:200]).casefold()
    return "".join(filter(str.isalnum, folded))
