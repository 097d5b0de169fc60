"""The lines that ticket systems add around what a person wrote into a case."""

from __future__ import annotations

import re
from typing import Final

_LONGEST: Final = 300
_CASE: Final = (
    r"(?:(?:case|ticket|incident|request|enquiry|query|task|issue|ritm|inc|req|cs)\b[ #:]{0,3})"
)
_NUMBER: Final = r"[#(\[]{0,2}(?:[a-z]{1,12}[-_#]?)?\d[\w-]{0,40}[)\]]{0,2}"
_DATE: Final = (
    r"(?:\d{1,4}[-/.]\d{1,2}[-/.]\d{1,4}|\d{1,2} [a-z]{3,9} \d{4}|[a-z]{3,9} \d{1,2},? \d{4})"
)
_TIME: Final = r"\d{1,2}:\d{2}(?::\d{2})?(?: ?[ap]\.?m\.?)?(?: ?(?:gmt|bst|utc|cet|cest|ist)\b)?"
# What a case's people see of it; a note that is only for them is not passed over.
_FOR_US: Final = (
    r"(?:additional comments?|comments?|public(?: comment| reply)?|reply|customer visible)"
)
_ADDED = re.compile(
    rf"\W*{_DATE}[ ,T]{{1,3}}{_TIME}\s{{0,3}}[-\u2013|]\s{{0,3}}[^.:;]{{2,60}}?"
    rf"[ (\[]{{1,4}}{_FOR_US}[)\]]?\W*"
    rf"|\W*(?:your )?{_CASE}{_NUMBER}(?: [^.:]{{0,80}})? (?:has|have) (?:now )?been (?:updated"
    rf"|commented on)\W*"
    r"|\W*(?:additional )?comments?:\W*"
    r"|\W*(?:please )?(?:type your )?reply above (?:this|the) line\W*|\W*powered by [\w .]{3,60}"
    r"|\W*turn off (?:this|these) (?:request'?s? )?notifications?\W*"
    r"|\W*this is shared with [^.!?]{2,80}\W*"
    r"|\W*view (?:request|ticket|case)\b.{0,200}|[^.:!?]{2,60} (?:commented|replied|wrote):\W*"
    r"|[^.:!?]{2,60} (?:resolved|closed|updated) this(?: as \w+)?\W*"
    r"|\W*(?:follow|like|find) us on \w+\W*"
    r"|\W*message clipped\W*(?:view entire message)?\W*|\W*view entire message\W*"
    r"|\W*(?:short description|state|priority|number|case number|assigned to|assignee|category"
    r"|opened by"
    r"|opened|urgency|impact|assignment group|ref:? ?msg\w+)\s{0,3}:.*"
    r"|\W*ref:\s?\w{6,60}:?\w*\W*"
    r"|\W*(?:you can |click here to |please )?(?:view|see|track"
    r"|open)(?: and \w+)? (?:all )?(?:the )?(?:full )?(?:details?(?: of)?"
    r"|status of|history of)?(?: ?(?:the|this|your) (?:case|ticket|incident|request))?"
    r"(?: by)?(?: (?:following|clicking|using))?(?: on)?(?: (?:the|this) link(?: below)?)?\W*"
    r"|\W*take me to the (?:case|ticket|incident|request)\W*"
    r"|\W*(?:to reply,? |to respond,? |to comment,? )(?:just |simply |please )?(?:answer"
    r"|reply to|respond to) this (?:e-?mail|message)\W*",
    re.I,
)


def is_added_by_desk(line: str) -> bool:
    """Return whether a ticket system wrote a line: the state of a case, who commented when."""
    return len(line) < _LONGEST and bool(_ADDED.fullmatch(line))
