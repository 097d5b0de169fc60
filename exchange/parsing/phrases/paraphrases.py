"""What people shorten, mistype or say in a roundabout way, with plainer words for the same."""

from __future__ import annotations

import re
from typing import Final

_CHECKING = "(?:check|investigat|review|search|look|dig|digg|research)(?:ing|ion|ed|es)?"
_HISTORY_NOUN = (
    "(?:appointment|registration|supply|supplying|gain|takeover|time|tenure|arrival|involvement"
    "|ownership|period|start(?: date)?|ssd|contract|onboarding)"
)
_ASIDE = (
    "(?:at any (?:time|point|stage)|in fact|therefore|however|unfortunately|(?:i'm|i am|we are"
    "|we're) afraid(?: to say)?|regrettably|sadly|sorry to say|as it happens|as such|indeed"
    "|of course|thus|then|accordingly|consequently|hence|for the record|to be clear)"
)
# What else is not done to a meter, next to installing it.
_DEED = (
    "(?:commission(?:ed)?|exchange[d]?|replace[d]?|remove[d]?|procure[d]?|order(?:ed)?|own(?:ed)?"
    "|maintain(?:ed)?|configure[d]?|enrol(?:led)?|arrange[d]?|rent(?:ed)?|supply|supplied"
    "|connect(?:ed)?|set up|touch(?:ed)?|handle[d]?|purchase[d]?|book(?:ed)?|deal(?:t)? with"
    "|work(?:ed)? on|organise[d]?|attend(?:ed)?|visit(?:ed)?|energise[d]?|test(?:ed)?)"
)
_OWN_TEAM = (
    r"(?:the|our|my) (?:\w+ ){0,3}?(?:team|teams|department|colleagues?|people|desk|engineers?|ops"
    r"|operations|manager|guys|lads|crew|side|metering|field force|installers|fitters)"
    r"(?: (?:team|people|lot|colleagues))?(?: (?:here|today|yesterday|this morning))?"
)
_REPLIED = (
    r"(?:have |has |had )?(?:now |just |since |all |both )*(?:come back|came back|got back|reported"
    r"(?: back)?|replied|responded|looked(?: into (?:it|this|these))?|checked(?: (?:it|this"
    r"|these|them))?"
    r"|been through (?:it|this|these|them)|reviewed (?:it|this|these|them))(?: to (?:me|us))?"
)
_SAID = (
    r"(?:have |has |had )?(?:now |just |since |also |all |both )*(?:say|says|said|confirm(?:s|ed)?"
    r"|tells? (?:me|us)|told (?:me|us)|advised?|advises|report(?:s|ed)?|states?"
    r"|stated)(?: to (?:me|us))?"
)
_SHORTENINGS: Final = (
    (r"\b(ca|wo|sha)n?'?nt\b", r"\1n't"),  # cant
    (r"\b(did|does|do|was|were|is|are|has|have|had|would|could|should)'?nt\b", r"\1 not"),
    (r"\bain't\b", "are not"),
    (r"\bwern'?t\b", "were not"),
    (r"\bim\b", "i am"),
    (r"\b(i|we|they|you)ve\b", r"\1 have"),
    (r"\b(they|you)re\b", r"\1 are"),
    (r"\bi(?:ns?|sn)t[ae]?l+(?=(?:ed|ing|ers?|s|ations?)?\b)", "install"),
    (r"\bsup+l?[iy]l?e?r(s?)\b", r"supplier\1"),
    (r"\bour's\b", "ours"),
    (r"\bof '?em\b", "of them"),
    (r"\bnon of\b", "none of"),
    (r"\bnone off\b", "none of"),
    (
        r"\b(meters?|devices?|these|those|they|them|all|none|both|which|that|units|assets) where"
        r" (?=(?:not |never |all |already )?(?:install|fitt|put\b|in\b|mounted))",
        r"\1 were ",
    ),
    (r"\bthey was\b", "they were"),
    (r"\bbefor\b", "before"),
    (r"\bdouble[- ]?checked\b", "checked"),
    (r"\b(?:pls|plz|plse)\b", "please"),
    (r"(?<=(?-i:[a-z]{2}))\.(?=(?-i:[A-Z][a-z]+\b))", ". "),  # by us.Thanks
)
_ROUNDABOUT: Final = (
    # what was checked, and how
    (
        r"\b(?:after|having|following|upon|on) (?:(?:a|an|our|the|some|a bit of|further|full"
        r"|thorough|good"
        rf"|proper|internal|quick) )*{_CHECKING}\b(?: (?:in)?to| at| through)?"
        r"(?: (?:this|it|these|them|that|the matter|your request)\b)?",
        "having checked",
    ),
    (
        r"\bplease (?:accept|take|treat|consider|regard) this(?: \w+)? as (?:our |the |my )?"
        r"(?:\w+ ){0,2}(?:confirmation|notice|notification|response|reply|answer)"
        r"(?: (?:under|to|for|of|on|in respect of|pursuant to) [^.?!,;:]{1,60}?)? that\b",
        "we confirm that",
    ),
    (r"\bappears? (?=in|on|among|amongst|within|under|anywhere)", "is "),
    (r"\b(?:\d{1,2}[/.-]\d{1,2}[/.-]\d{2,4}|\d{4}-\d\d-\d\d)\b", "2019"),  # some day
    (
        r"\bneither ((?:we|(?-i:[A-Z][\w&.-]*(?: (?:[A-Z&][\w&.-]*))*))) nor [^.?!,;]{1,80}?"
        r" (install|fit|put|did)(?:ed|ted)?\b",
        r"\1 did not \2",
    ),
    (
        r"\b(?:the |a )?(?:developer|builder|landlord|(?:previous|former) (?:owner|occupier|tenant)"
        r"|housing association|council)'?s?'? (?:own |then |chosen "
        r"|previous )?(?:energy )?supplier\b",
        "another supplier",
    ),
    (r"\b((?:19|20)\d\d) ?(?:-|to|/|and) ?(?:(?:19|20)?\d\d)\b", r"\1"),
    (
        r"\b((?:compared|checked|searched|reviewed|consulted|cross-referenced|verified|looked)\b"
        r"[^.?!;]{0,200}?) our (?:mop|mam|map|meter operator|metering agent|agent)s?(?:'s?)?\b",
        r"\1 our records",
    ),
    (r"\b(?:please|kindly) be (?:informed|advised|aware|assured)(?: that)?\b", ""),
    (
        r"\bit (?:has been|was|is|had been) (?:determined|found|confirmed|established|ascertained"
        r"|verified|concluded|noted) that\b",
        "we confirm that",
    ),
    (r"\bto whom it may concern\b", ""),
    (
        r"\b(?:answering|writing|replying"
        r"|responding|confirming|confirm|reply|respond|answer|write)(?: \w+){0,3} (?:for and )?on"
        r" behalf of ((?-i:[A-Z][\w&.-]*(?: (?:[A-Z&][\w&.-]*))*))(?: to (?:confirm|say|advise"
        r"|inform you))?(?: that)? (?=we|none|neither|no|these|those|this|the|it|they|not)",
        r"\1 confirms that ",
    ),
    (r"\bby,? or (?:on behalf of|for),? ", "by "),
    (
        r"\b(?:the customer'?s?'?|the occupier's|their|his|her) (?:then|previous|old|former|prior"
        r"|earlier|last) supplier\b",
        "another supplier",
    ),
    (r"\b(never|not|n't) (?:(?:had|have) )?(?:anything|owt|much) to do with\b", r"\1"),
    (r"\bours to (?:begin|start) with\b", "ours"),
    (r",? (?:if|in case) (?:that|this|it)(?:'s| is)?(?: any| of any| of)? ?(?:use|helps?|good"
     r"|interest)\b", ""),
    (
        r"\b(?:the |a )?(?:last|outgoing|preceding) (?:energy )?(?:supplier|lot|people|company"
        r"|provider"
        r"|mob|crowd)\b",
        "another supplier",
    ),
    (
        r"\b(?:we're|we are|i'm) not (?:who|the (?:ones?|people|supplier|company)) you(?:'re| are)?"
        r" (?:after|want|need|looking for)\b",
        "",
    ),
    (
        r"\b(?:having|after|i have|i've|we've|we have) (?:spoken|speaking|talked|talking|liaised"
        r"|liaising|consulted|consulting) (?:to |with )?(?:our |the |my )?(?:\w+ ){0,3}?(?:team"
        r"|department|colleagues?|people|desk|engineers?|ops|operations|manager)\b"
        r"(?: today| yesterday| this (?:morning|afternoon))?",
        "having checked",
    ),
    (
        r"\bnon[- ]?install(?:ers?|ing(?: (?:energy )?(?:supplier|part(?:y|ies)|company))?s?)\b"
        r"(?: (?:status|declaration|confirmation|position|response))?",
        "not the installing supplier",
    ),
    (r"\bnot an? (?=installing supplier|installer)", "not the "),
    (r"\b(?:issue|submit|return|give|provide|make|send|raise|declare|register) (?:you )?(?:a |our "
     r"|this )?(?=not the installing supplier)", "confirm "),
    # what else they did not do
    (rf"\b{_DEED} (?:n?or|and) (?=install(?:ed)?\b|fitted\b)", ""),
    (rf"\b(install(?:ed)?|fitted)(?: n?or| and)? {_DEED}(?:,? (?:n?or|and) {_DEED})*\b"
     r"(?! by (?!us\b|me\b|ourselves\b|(?-i:[A-Z])))", r"\1"),
    (r"\bneither (?=install|fitt?(?:ed)?\b|put in\b)", "not "),
    # where they are looked for
    (r"\b(?:do|does|did) not (?:appear|show(?: up)?|feature|come up|turn up|figure"
        r"|exist)\b(?! (?:to|as|that)\b)",
     "are not on record"),
    (r"\b(?:come|comes|came|coming|show|shows|showed|showing|flag|flags|flagged|pop|pops) (?:up"
        r"|back|through|out) "
     r"as\b", "are"),
    (r"\bno (?:trace|records?|sign|history|evidence|notes?|log|mention|indication|entry|entries)"
     r" (?:of|that) (?:(?:us|we|our|ever|having|them|these|those|it|any|all|being|been|were|was|the"
     r"|this|either|both|devices?|meters?|had|have) ){0,5}?"
     r"(?=(?:install(?:ed|ing|s|ation)?|fit(?:ted|ting)?)\b)", "no record of "),
    (r"\bas far as our (?:\w+ )?(?:records?|data|systems?|files?|history|logs?) (?:go|goes|reach"
     r"|reaches)(?: back)?\b", "as far back as our records go"),
    (r"^\W*(?:unfortunately|sadly|regrettably|afraid|i'?m afraid|sorry|definitely|certainly) not\b"
     r"(?=\W*(?:$|[,;:.!-]))", ""),
    (
        r",? ?(?:\b(?:but|and) )?\b(?:i'?m|i am|we'?re"
        r"|we are) afraid(?: to say)?(?: that)?\b(?!,? not?\b)",
        " ",
    ),
    (
        r"(?<!not )(?<!n't )(?<!if )(?<!whether )(?<!as )\b(?:i|we)(?:'m|'re| am| are| can be"
        r"| have been)"
        r" (?:(?:now|also|quite|very|absolutely|completely|entirely|perfectly|totally|100%"
        r"|more than) )*"
        r"(?:confident|certain|sure|positive|satisfied)(?: that| of this[:,]?)?"
        r"(?= (?:none|we|these|those|they|the|neither|all|it|this|our|that))",
        "we confirm that",
    ),
    (
        rf"\b(?:having )?(?:(?:i|we)(?:'ve| have| had)? )?(?:now |just |also )?(?:checked|spoken"
        rf"|liaised|confirmed|asked"
        rf"|consulted|been in touch|heard back|heard|verified|run (?:it|this|these) past|chased"
        rf"|contacted)"
        rf"(?: (?:with|to|by|from))? {_OWN_TEAM}(?:,? (?:and|who|which)|[,;])?(?: they)? ?"
        rf"(?:{_SAID})(?: that)?,? (?=(?:they|we|none|these|those|the|neither|all|it|this|no|not"
        rf"|our|that) )",
        "we confirm that ",
    ),
    (
        r"\b(?:(?:i|we)(?:'ve| have| had)? )?(?:now |just )?(?:heard back|heard|a reply|word) from "
        rf"(?:{_OWN_TEAM}|metering|field|smart|ops|operations|deployment)(?: that|[:,])?(?= )",
        "we confirm that",
    ),
    (
        rf"\b(?:confirmed|checked|verified|cross-checked) (?:with|by) {_OWN_TEAM}(?: that|[:,;]"
        rf"| and)?"
        r"(?= (?:they|we|none|these|those|the|neither|all|it|this|no|not|our|that) )",
        "we confirm that",
    ),
    (
        rf"(?:^|(?<=[.,;:!] ))(?:{_OWN_TEAM}|metering|deployment"
        rf"|field ops) (?:(?:{_REPLIED}),? (?:and |to )?)?(?:{_SAID})"
        r"(?: that)?(?= (?:they|we|none|these|those|the|neither|all|it|this|no|not|our|that"
        r"|there) )",
        "we confirm that",
    ),
    (r"\bwe confirm that,? they(?= (?:did|have|had|do|were|are|never)(?:n't)?\b)(?=[^.?!,;]{0,40}"
     r"(?:install|fit|put))", "we confirm that we"),
    (
        r"\b((?-i:[A-Z][\w&.-]*(?: [A-Z&][\w&.-]*)*)) (?:has|have) (?:now )?(?:determined"
        r"|established"
        r"|ascertained|concluded|verified|identified|found)(?: that)?(?= (?:it|they|none|these"
        r"|the) )",
        r"\1 confirms that",
    ),
    (
        r"\b(?:(?:please|kindly|can you|could you|would you|will you|you can|you may) )+(?:also "
        r"|then |now )?(?:update|amend|mark"
        r"|note|record|log|correct|change|annotate|set|put"
        r"|take)\b(?: [^.?!;:]{0,60}?)? (?:to (?:show|say|reflect"
        r"|record|read|state)(?: that)?|that)(?= (?:we|none|these|those|they|the|it|(?-i:[A-Z])))"
        r"(?P<rest>[^?]*)\?",
        r"please note that\g<rest>.",
    ),
    (
        r"\b(?:(?:please|kindly|can you|could you|would you|will you|you can"
        r"|you may) )+(?:update|amend|mark|record|log|correct"
        r"|change|annotate|set)\b(?: [^.?!;:]{0,60}?)? to (?:show|say|reflect|record|read"
        r"|state)(?: that)?\b",
        "please note that",
    ),
    (
        r"[,;:-]? ?\b(?:(?:and|but|so) )?(?:please |kindly |do )*(?:feel free to|let|contact"
        r"|call|email"
        r"|shout|come back|get in touch|get back|give|drop|tell|write)\b[^.?!;]{0,60}? (?:if"
        r"|should) (?:you|your|there|anything"
        r"|any)\b[^.?!;]{0,80}$",
        "",
    ),
    (
        r"\b(?:(?:have|having|had|did|done|been having) )*a (?:(?:good|quick|proper|thorough"
        r"|full|bit of a|deep|careful|long|second) )*"
        r"(?:dig|rummage|hunt|trawl|scan|check|search|look)(?: around| about| round)? (?:through"
        r"|in|into|at|over|of|round|on)\b",
        "checked",
    ),
    (
        r"\b(?:before|prior to|ahead of|until|till) (?:we|us|our)\b(?: (?:even|ever|first"
        r"|actually|had|have|were|was))*"
        r" ?(?:got|get|getting|had|took|taking|inherited|inheriting|gained|gaining|won|acquired"
        r"|acquiring|became|becoming"
        r"|started|starting|came|coming|arrived|entered|supplied|supplying|signed up|onboarded"
        r"|picked|existed|traded)"
        r"\b[^.,;:!?]{0,60}",
        "before our supply",
    ),
    (r"\bwe write to (?=confirm|advise|inform|say|state)", "we "),
    (
        r"^\W*(?:your |the |this )?(?:case|ticket|query|request|enquiry|incident|call|job)(?: [\w-]+)? (?:is |has "
        r"|been |will |be |now )*(?:closed|resolved|completed)\b[^.?!]{0,40}$",
        "",
    ),
    # doing
    (r"\bputting ((?:any of |all of |either of )?(?:these|those|them|it|this|the \w+)) in\b",
     r"installing \1"),
    (r"\b(?:no|not any|never (?:had )?any|without any|without|not had any) (?:association"
        r"|affiliation|relationship|input|participation"
     r"|connection|contact|dealings|engagement|links?|involvement|hand|part|role) (?:with|to|in"
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
    # how many
    (r"\b(\d{1,3}) ?(?:of|out of|/) ?\1\b", r"all \1"),
    (r"\b(?:0|zero|nil|none) ?(?:/|out of|of) ?(?=(?:the |these |those )?\d)", "none of "),
    (r"(?<![\d.:/-])\b0 (?=(?:(?:were|are|was|is|of them|devices?|meters?) ){0,2}(?:install|fit"
        r"|ours\b))", "none "),
    (r"\bnot one (?=was|were|is|are|has|went|came|belongs)", "none "),
    (r"\bnot (?:a single|any) one (?=was|were|is|are|has|went|came|belongs)", "none "),
    (r"^\W*(?:so )?(?:it'?s |that'?s )?(?:a )?no (?:to|for|on) (?:both|all|these|each|any|either"
     r"|everything)(?: (?:of )?(?:them|these|those))?\b", ""),
    (r"\b(\d{1,3}|two|three|four|five|six) ?x (?=not\b|no\b)", r"all \1 "),
    (
        r"\b(?:(?:the )?(?:bottom line|long story short|to cut a long story short|in a nutshell"
        r"|in brief|in short|(?:the )?(?:short|simple|quick|long) (?:answer|version)|put simply"
        r"|simply put|to sum up|in summary|in conclusion))(?: is| here is)?(?: that)?[,:]?(?= )",
        "",
    ),
    (
        r"\bas far as (?!we|i |our|my)[^,.?!]{1,60}? (?:go(?:es)?|(?:is|are) concerned)\b,?",
        "",
    ),
    (
        r"\b(?:exchanges?|visits?|commissioning|removals?|replacements?|maintenance|surveys?"
        r"|repairs?|swaps?) (?:or|and|nor) (?:any )?(?=install)",
        "",
    ),
    (
        r"\b(install|fit|put in|installed|fitted) (?:under|during|within|in|on) our (?:\w+ )?"
        r"(?:supply|tenure|watch|time|supply period|period|registration)(?: period)?\b",
        r"\1 by us",
    ),
    (r"\bat (?:number|no\.?|flat|house|unit|plot|apartment) \d{1,4}[a-z]?\b", "in part"),
    (
        r"\bhad (?:our|the|my) (?:\w+ ){0,3}?(?:team|people|desk|engineers?|department|colleagues?"
        r"|guys|lads) (?:double[- ]?|re-?|cross-?)?(?:check|look|search|confirm|verify)\b(?: it"
        r"| this"
        r"| them| too| as well)?",
        "having checked",
    ),
    (
        r"\b(?:and |but )?(?:then |later |since |have |had )*lost (?:it|them|(?:the|this|that|these"
        r"|both) (?:sites?|customers?|suppl(?:y|ies)|accounts?))(?: again| back| since)?\b",
        ", supply",
    ),
    (r"\bin case (?:you|your) [^,;:.?!)]{1,80}", ""),
    (
        r"^\W*(?:speaking |writing |answering |confirming )?(?:(?:for and )?on behalf of"
        r"|(?<=speaking )for|(?<=answering )for) ((?-i:[A-Z][\w&.-]*(?: (?:[A-Z&][\w&.-]*))*?)),?"
        r" (?=(?:i|we|none|neither|no|these|those|this|the|it|they|not)\b)",
        r"\1 confirms that ",
    ),
    (r"\bnot,? (?:and|nor|or) (?:have |has |had )?(?:we |it )?(?:n?ever) (?:have |has |had )?"
     r"(?:been|were|was)?,? ?(?=the |an? )", "not "),
    (r"(?<!\w)'em\b", "them"),
    (
        r"\b(?:exchanged|replaced|swapped|upgraded|changed)(?: out| over)? by (?=(?:another|the"
        r" previous|a different|(?-i:[A-Z])))",
        "installed by ",
    ),
    (r",? ?\b(?:so |and |therefore |hence )?it'?s a (?:flat |firm |clear )?no (?:from|on|to|for)"
     r" [^.?!;:,]{1,60}", ""),
    (r"\b(?:had|have|having) (?:a|the|my) chance to (?:look|check|review|search|go through)"
     r"(?: (?:at|into|through)(?: (?:this|these|them|it|your \w+))?)?", "having checked"),
    (
        r"\bneither(?: of)? the (?:gas|elec\w*|leccy) (?:meters|ones|devices) n?or (?:the )?"
        r"(?:gas|elec\w*|leccy)(?: meters?| ones?| devices?)?\b",
        "none of the gas and electric meters",
    ),
    (
        r"\b(neither|both)(?: of)? (?:the )?(?:gas|elec\w*|leccy)(?: meter| one| device)?s?"
        r" (?:n?or|and) (?:the )?(?:gas|elec\w*|leccy)(?: meter| one| device)?s?\b",
        r"\1 meters",
    ),
    (
        r"\b(?:the )?(?:gas|elec\w*|leccy)(?: meter| one| device)?s? (?:and|&|\+) (?:the )?"
        r"(?:gas|elec\w*|leccy)(?: meter| one| device)?s?,? both\b",
        "both meters",
    ),
    (
        r"\b(i|we) (?:can |hereby |formally ){0,2}(?:state|report)(?: for certain"
        r"| clearly)? that\b",
        "we confirm that",
    ),
    # who
    (r"\b((?-i:[A-Z])[\w-]+)'s(?=\W*$|[.,;!])", r"\1 installs"),  # these were not Vale's
    (r"\bby (?:some ?one|some ?body|(?:an? )?(?:\w+ )?(?:supplier|compan(?:y|ies)|part(?:y|ies))s?)"
     r" other than (?=(?-i:[A-Z]))", "not by "),
    (r"\b(?:some ?one|some ?body|a supplier|a company|people|a party) (?:other than|who (?:is|was)"
     r" not|but not) (?:us|ourselves|we)\b", "someone else"),
    (rf"\bour (?:\w+ )?{_HISTORY_NOUN}\b(?! team| people)", "supply"),
    (r"\bno (?:match(?:es)?|hits?|results?|sight|joy|entry|entries|signs?|luck|finds?)"
     r"(?: (?:of|for|on|against)(?= (?:them|these|those|any|it|this|the|either)))?\b", "no record"),
    (r"\bno,? no,? (?:and )?no\b", ""),
    (r"\bby others\b", "by another supplier"),
    (r"\b(?:n?or|and neither) (?:by )?(?:any(?:one|body)? (?:of |else )?)?(?:(?:acting|working"
    r"|else|its"
     r"|their|our|us|for|on|behalf|of|any|a|an|at|here|instructed|employed|by) ){1,6}(?:agents?"
     r"|(?:sub-?)?contractors?|engineers?|representatives|partners|fitters|mops?|meter operators?"
     r"|installers?|people|staff|us|ours|behalf|subbies?|subs)(?:(?:,| or| and){1,2} (?:any |our )?"
     r"(?:agents?|(?:sub-?)?contractors?|engineers?|representatives|partners|fitters|installers?"
     r"|staff)){0,3}(?: (?:acting|working|employed|instructed|appointed|engaged|contracted))?"
     r"(?: of ours| for us| by us| on our behalf| for ourselves)?\b", " "),
    (r"^\W*(?:not applicable|n/?a)(?: (?:to|for) us)?(?=[,;:.-]| -)", ""),
    (r"\b(?<!previous )(?<!other )(?<!different )(?<!another )(?<!earlier )(?<!former )"
     r"(?<!prior )(?<!then )(?:(?:energy |gas |electricity )?(?:party|supplier|company|ones?"
     r"|people|firm|provider"
     r"|organisation|lot|team|crowd)) (?:that|who|which) (?:(?:originally|actually|had|have"
     r"|has) ){0,2}"
     r"(?:install(?:ed)?|fit(?:ted)?|put (?:(?:them|these|those|it|this|that|the \w+) )?in"
     r"|did (?:the|these|this) (?:install\w*|job|work)|carried out (?:the|these|this) \w+)\b",
     "installing supplier"),
    (r" (?=please (?:re)?(?:direct|contact|ask|try|send|refer|speak|approach|forward)\b)", ", "),
    # asides between commas, and doubled words
    (rf", ?{_ASIDE},", " "),
)  # fmt: skip
_LAST: Final = (
    (r"\b(ca|wo|sha)n't\b", r"\1n not"),
    (r"\bcannot\b", "can not"),
    (r"n't\b", " not"),
    (r"'ll\b", " will"),
    (r"'(?:ve|re|m|d|s)\b", ""),
    (r"\b(n|d|l|qu|c|j)'(?=\w)", r"\1 "),
    (r"\b(?-i:[Ww]e \(([A-Z][\w&.' ]{1,60})\))", r"\1"),  # we (Vale Energy)
    (r"\b(?:x ?(\d{1,3})|(\d{1,3})x)\b", r"of \1\2"),  # not ours x3
    (r"\bda noi\b", "by us"),  # elsewhere "da" is no "by"
)
PARAPHRASES: Final = tuple(
    (re.compile(pattern, re.I), plain) for pattern, plain in (*_SHORTENINGS, *_ROUNDABOUT, *_LAST)
)
