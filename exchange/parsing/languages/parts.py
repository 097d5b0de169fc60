"""The parts that a word can have in a sentence, one character each, in every language but English.

A language is a table of its words by part (``german.py`` and the others); what an order of parts
means is the same for all of them.
"""

from __future__ import annotations

from typing import Final

# -- who installed what --
NOT: Final = "N"
NE: Final = "a"  # half of a negation: ne ... pas
NONE: Final = "Z"
INSTALLED: Final = "I"
WE_INSTALLED: Final = "G"  # in one word: instalamos
INSTALLATION: Final = "J"  # as a noun
DONE: Final = "c"  # it was carried out
INSTALLER: Final = "S"
SUPPLIER: Final = "s"
INSTALLING: Final = "i"  # of a Supplier
OTHER: Final = "Y"  # of a Supplier: another, the previous one
WE: Final = "W"
WE_ARE: Final = "V"  # a verb that says "we": somos, avons
WE_OR_NOT: Final = "0"  # Welsh "ni"
OUR: Final = "O"
OURS: Final = "o"
PEOPLE: Final = "P"  # with "our" before it: the sender's company
BY: Final = "B"
NAME: Final = "M"
YOU: Final = "u"
IS: Final = "b"
HAVE: Final = "h"
# -- which Devices --
DEVICES: Final = "D"
DEVICE: Final = "d"
THESE: Final = "T"
THIS: Final = "t"
ALL: Final = "A"
REST: Final = "r"
ONE: Final = "1"  # one of them; after a negation, none
POSITION: Final = "#"  # the first, the last
NUMBER: Final = "Q"
LISTED: Final = "L"  # that you named
ARTICLE: Final = "l"
OF: Final = "z"
# -- what leaves a sentence open --
PARTLY: Final = "p"
ONLY: Final = "E"
KIND: Final = "K"  # gas, electricity
DOUBT: Final = "H"
CLAIM: Final = "j"  # somebody says or believes so
ON_BEHALF: Final = "~"
UNFINISHED: Final = "U"
BUT: Final = "C"
IF: Final = "f"
UNKNOWN: Final = "X"
# -- how a sentence goes on --
THAT: Final = "&"  # and, that, because
RATHER: Final = "R"  # not us, rather them
PAUSE: Final = ","
FILLER: Final = "."
# -- what is wanted of us --
CODE: Final = "k"
ASK: Final = "q"  # please, could you
NEED: Final = "v"
GIVE: Final = "g"
REQUEST: Final = "e"
CANCEL: Final = "x"
WARN: Final = "w"
FAULT: Final = "F"  # works, does not work, is commissioned
DISPUTE: Final = "!"
CHASE: Final = "m"
THANKS: Final = "n"
ATTACHED: Final = "@"
LATER: Final = "y"  # an answer will come

# Each of these leaves open, or turns round, what is said in the same sentence.
HEDGES: Final = frozenset(
    (PARTLY, ONLY, KIND, DOUBT, CLAIM, ON_BEHALF, UNFINISHED, IF, DISPUTE, CANCEL, WARN, FAULT)
)

Words = dict[str, str]  # the words of each part, between blanks; "_" is a blank within a phrase
