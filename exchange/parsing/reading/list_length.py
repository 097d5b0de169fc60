"""Compare how long a request says that its list is with what was read of it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import Final

from exchange.domain.device import mask_codes
from exchange.domain.mail import Found, Kind, Reject
from exchange.domain.statements import Act
from exchange.parsing.findings.shortened_lists import shortened, stated_totals
from exchange.parsing.findings.stated_counts import miscount, stated_counts
from exchange.parsing.findings.stated_totals import StatedTotal, contradicted
from exchange.parsing.mailkinds.classify import Classified
from exchange.parsing.reading.walk import Reading

_SHOWN: Final = 120


def miscount_of(
    classified: Classified,
    reading: Reading,
    devices: Sequence[Found],
    rejects: Sequence[Reject],
    repeated: int,
    totals: Sequence[StatedTotal],
) -> str:
    """Return how a request's words or totals contradict the length of its list, or shorten it."""
    if classified.kind is not Kind.REQUEST:
        return ""
    if short := shortened(reading.own_text):
        return f'the mail does not write every Device of its list: "{mask_codes(short)[:_SHOWN]}"'
    asking = [one.words for one in reading.statements if one.act is Act.ASKS]
    written = stated_totals(reading.own_text)
    if not (totals or written or any(map(stated_counts, asking))):
        return ""
    if any(" > " not in one.where and " line " not in one.where for one in rejects):
        return ""  # a whole file was not read: nobody knows how many it lists
    read, unread = len(devices), len(rejects)
    lengths = {read, read + unread, read + repeated, read + unread + repeated}
    parts = Counter(one.where.partition(" > ")[0].partition(" line ")[0] for one in devices)
    told = miscount(asking, lengths, parts.values(), written)
    return told or contradicted(totals, lengths)
