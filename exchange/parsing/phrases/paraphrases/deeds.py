"""How people say what was done to a meter, and by nobody of theirs."""

from __future__ import annotations

from typing import Final

# What else is not done to a meter, next to installing it.
_DEED = (
    "(?:commission(?:ed)?|exchange[d]?|replace[d]?|remove[d]?|procure[d]?|order(?:ed)?|own(?:ed)?"
    "|maintain(?:ed)?|configure[d]?|enrol(?:led)?|arrange[d]?|rent(?:ed)?|supply|supplied"
    "|connect(?:ed)?|set up|touch(?:ed)?|handle[d]?|purchase[d]?|book(?:ed)?|deal(?:t)? with"
    "|work(?:ed)? on|organise[d]?|attend(?:ed)?|visit(?:ed)?|energise[d]?|test(?:ed)?)"
)
DEEDS: Final = (
    # what else they did not do
    (rf"\b{_DEED} (?:n?or|and) (?=install(?:ed)?\b|fitted\b)", ""),
    (rf"\b(install(?:ed)?|fitted)(?: n?or| and)? {_DEED}(?:,? (?:n?or|and) {_DEED})*\b"
     r"(?! by (?!us\b|me\b|ourselves\b|(?-i:[A-Z])))", r"\1"),
    (r"\bneither (?=install|fitt?(?:ed)?\b|put in\b)", "not "),
    # doing
    (
        r"\blegacy (?=(?:(?:and|or|&) (?:\w+ ){1,3})?(?:\w+ )?(?:systems?|data|records?"
        r"|databases?|platforms?"
        r"|crm|meters?|installs?|devices?|assets?)\b)",
        "",
    ),
    (
        r"\b(?:did not|didn't|was not|wasn't|were not|weren't|had not"
        r"|hadn't) (?:yet )?(?:even )?(?:exist(?:ed)?"
        r"|trad(?:e|ed|ing)|operat(?:e|ed|ing)|supply(?:ing)?|around|active|in (?:the market"
        r"|business|operation)"
        r"|enter(?:ed)? the market|(?:been )?(?:set up|founded|formed|launched|licensed))\b",
        "supply",
    ),
    (
        r"\b(?:have |has |had |'ve )?never (?:even )?(?:been|attended|visited|gone"
        r"|set foot)(?: to| at| on| in)?"
        r" (?:any of )?(?:(?:the|these|those|either|this|that) )?(?:sites?|there|address(?:es)?"
        r"|propert(?:y|ies)"
        r"|premises)\b",
        "",
    ),
    (r"\bput ((?:any of |all of )?(?:these|those|them|it|this|the \w+)) (?:on the walls?|up"
        r"|on site)\b",
     r"install \1"),
    (
        r"\b(?:no[- ]?one|nobody|none of (?:our|my|the) (?:lads|engineers|fitters|teams?|people"
        r"|guys|crews?"
        r"|installers))(?: (?:here|on our side|at our end|from our side"
        r"|of ours))? (?=(?:ever )?"
        r"(?:install|fitted|put\b|did the))",
        "we did not ",
    ),
    (
        r"\b(?:some(?:one|body) else|another supplier|(?:the )?(?:other|previous|last|old"
        r"|prior) supplier)"
        r"(?:'?s'?)? (?:installs?|installations?|jobs?|work|handiwork|doing)\b",
        "installed by another supplier",
    ),
    (r"\btl;?dr\b[:,-]?", ""),
    (r"\bthe installing ones?\b", "the installing supplier"),
    (r"\bputting ((?:any of |all of |either of )?(?:these|those|them|it|this|the \w+)) in\b",
     r"installing \1"),
    (r"\b(?:no|not any|never (?:had )?any|without any|without|not had any) (?:association"
        r"|affiliation|relationship|input|participation"
     r"|engagement) (?:with|to|in"
     r"|into)\b",
     "no involvement with"),
    (r"\bno (?:installs?|installations?|jobs?|work|fits?|fitments?) of ours\b", "none of ours"),
    (r"\b(installed|fitted|put in|mounted) no (?=(?:smart )?(?:meters?"
        r"|devices?))", r"\1 none of the "),
    (r"^\W*((?:the )?(?:devices?|meters?|assets?|units?)) ((?:install|fitt)ed by [^:?!.]{2,60}): ?"
     r"(?:none|0|nil|zero)\b", r"none of the devices were \2"),
    (r"^\W*((?:the )?(?:devices?|meters?|assets?|units?)) (not (?:install"
        r"|fitt)ed by [^:?!.]{2,60}): ?"
     r"(all(?: (?:of them|\d+))?|\d+)\b", r"\3 devices were \2"),
    (r"\b(?:every|each)(?: and every)?(?: single| last)? one of (?=the|these|those|them"
        r"|your)", "all of "),
)  # fmt: skip
