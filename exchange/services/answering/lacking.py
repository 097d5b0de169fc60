"""Say what a mail that asks for install codes has instead of a list of Devices."""

from __future__ import annotations

from typing import Final
from urllib.parse import urlsplit

from exchange.domain.mail import Lack, Understanding
from exchange.rendering.wording import one_line

_WORDS: Final = {
    Lack.EMPTY: "asks for install codes, and the list attached is empty",
    Lack.NO_IDS: "asks for install codes, and the file attached has no Device IDs",
    Lack.LINK: "asks for install codes, and has a link instead of a list",
    Lack.PICTURE: "asks for install codes, and has a picture instead of a list",
    Lack.METER_POINTS: (
        "asks for install codes by meter points or serial numbers, without Device IDs"
    ),
    Lack.FORGOTTEN: "asks for install codes, and the attachment it mentions is missing",
}
_MOST_NAME: Final = 80


def lack_in_words(said: Understanding) -> str:
    """Return the reason for a person, with the file or the host of the link."""
    what = said.lacking
    if said.lack is Lack.LINK:
        # The rest of a link may open the file to whoever has it: `inbox show` shows it.
        what = urlsplit(what).hostname or ""
    words = _WORDS[said.lack]
    if said.left_out and said.lack is Lack.NO_IDS:
        return f"asks for install codes, and its list is left out: {one_line(said.left_out[0])}"
    return f"{words}: {one_line(what, _MOST_NAME)}" if what else words
