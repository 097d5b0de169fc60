"""Common English words: a sentence with more of these than of another language is English."""

from __future__ import annotations

from typing import Final

_LISTED: Final = (
    "a about above after again all already also an and any are as asked at attached be"
    " because been before below both but by can cannot code codes confirm could customers data"
    " dear device devices did do does don each email find fitted for from gained had has have"
    " hello help here hi how i if in install installed installer installing into is it its"
    " just know let list ll look mail me meter meters my need neither no none not now of on"
    " e earlier mistake wrong right answer reply message sorry note think believe sure said told"
    " wrote"
    " one only or our ours out please previous provide re received records regards request"
    " require s see send should site sites so some supplier t team thank thanks that the their"
    " them then there these they this those three to two under us ve was we were what when"
    " which who will with would yes you your"
)
WORDS: Final = frozenset(_LISTED.split())
