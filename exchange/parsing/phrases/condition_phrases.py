"""Words that make an asking depend on something, forbid it at any distance, or only suppose it."""

from __future__ import annotations

import re
from typing import Final

from exchange.parsing.phrases.any_of import any_of

# What a sentence only supposes: "if any were fitted by you". It states none of it.
HYPOTHESIS: Final = re.compile(
    r"\b(?:if|whether|unless|in case|in the event|should (?:you|it|any|this|they|we|the|there)"
    r"|where (?:you|any)|os|falls|wenn|si)\b[^,;:.?!]{0,200}",
    re.I,
)
# "If you suspect that a message is not genuine": a footer, whatever it forbids.
SUSPICION: Final = any_of(
    "(?:if|should) [^.?!]{0,60}(?:suspect|genuine|doubt|suspicious|unsure|fraud|phish|not from us"
    "|received this|intended recipient|in error)[^.?!]*",
    "(?:we|[a-z]+) will never (?:ask|request|send)", "never (?:ask|share|click|give|disclose)",
    "(?:no|never)[^.?!]{0,40}(?:passwords?|bank details|pins?)",
)  # fmt: skip
# "only if you can first tell us", "as soon as you hear from us": the codes are not asked for yet.
PRECONDITION: Final = any_of(
    "(?:as soon as|once|after|when|until|only (?:if|when|after|once)|provided(?: that)?|subject to"
    "|pending|not (?:before|sooner|until|earlier)|not till|conditional (?:on|upon))"
    "[^.?!;]{0,80}(?:hear from|confirm(?:s|ed|ation)?|approv(?:e|ed|al)|authori[sz]\\w*"
    "|instruct\\w*"
    "|go-?ahead|further (?:notice|word)|finished|complete[d]?"
    "|(?:i|we) (?:write|tell|say|ask|request|come back|shout|ring|call"
    "|let you know"
    "|have (?:written|told|said))|first tell|ready|in place|is resolved|been resolved|is settled"
    "|goes? through|green light)",
    "not (?:sooner|before then|earlier|yet)[,.]? please", "please not (?:yet|before|sooner)",
    "until further notice",
)  # fmt: skip
# "Came on supply at the site": the noun, which gives nothing.
SUPPLY_OF_ENERGY: Final = any_of(
    "(?:on|off|of|in|into|under|the|our|your|their|its|his|her|this|that|whose|gas|electricity"
    "|electric|energy|power|dual|new|no|any|lost|gained|won|took|take|taking|taken|of the) supply",
    "supply (?:start|points?|numbers?|dates?|address(?:es)?|side|contracts?|licen[cs]es?"
    "|periods?|began|begins?|started|starts)",
)  # fmt: skip
# An asking that is announced, not made.
ANNOUNCED: Final = any_of(
    "(?:shall|will|may|might|intend to|going to|plan to|expect to)(?: then| probably| soon)?"
    " (?:be )?(?:ask(?:ing)?|request(?:ing)?|need(?:ing)?|require|requiring|com(?:e|ing) back"
    "|be in touch)",
)  # fmt: skip
# Words that forbid, wherever they stand in the sentence.
PROHIBITS: Final = any_of(
    "refrains?", "refraining", "desists?", "desisting", "ceases?", "ceasing", "withhold(?:s|ing)?",
    "at no time", "under no circumstances?", "in no (?:case|event|circumstances?)", "on no account",
    "by no means", "must never", "forbid(?:s|den)?", "prohibit(?:s|ed)?", "embargo(?:ed)?",
    "ar unrhyw gyfrif",
)  # fmt: skip
# Somebody was not given codes: he lacks them, and forbids nothing.
NOT_GIVEN_TO_US: Final = re.compile(
    r"\b(?:we|i|us|nobody|none of us)\b[^.;?!]{0,60}\b(?:not|never)\b[^.;?!]{0,20}$", re.I
)
# What tells us what we may do; it is no reason why somebody asks.
DIRECTS: Final = any_of(
    "you (?:can|may|could|should|need not|might|are (?:free|welcome)"
    "|do not (?:have|need))(?: now)?",
    "no use to (?:us|me|anyone)", "of no (?:further )?(?:use|interest)", "off the hook",
)  # fmt: skip
# "We do not wish to raise a dispute": none is raised.
NO_DISPUTE: Final = any_of(
    "(?:not|no|without|rather than|never)[^.?!]{0,30}(?:disputes?|challeng(?:e|ing)|contest)"
)
INSISTS: Final = any_of("sure", "really", "certain", "not", "why", "how", "again")
REDIRECTS: Final = any_of(
    "(?:deal|speak|liaise|talk|correspond|take it up|get in touch) (?:directly )?(?:with"
    "|to) (?!us|me)",
    r"(?:contact|ask|write to|go to|refer to|direct) (?:them|him|her|(?-i:[A-Z]\w+))"
    "(?! for (?:us|me))",
    "and not (?:with |to )?us",
)  # fmt: skip
THE_SAME: Final = any_of("(?:do|need|want|have) the same")
