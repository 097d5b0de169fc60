"""How people say that they checked, asked their own people, and are sure of what follows."""

from __future__ import annotations

from typing import Final

_CHECKING = "(?:check|investigat|review|search|look|dig|digg|research)(?:ing|ion|ed|es)?"
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
CHECKS: Final = (
    # what was checked, and how
    (
        r"\b(?:after|having|following|upon|on) (?:(?:a|an|our|the|some|a bit of|further|full"
        r"|thorough|good"
        rf"|proper|internal|quick) )*{_CHECKING}\b(?: (?:in)?to| at| through)?"
        r"(?: (?:this|it|these|them|that|the matter|your request)\b)?",
        "having checked",
    ),
    (
        r"\bplease (?:accept|take|treat|consider|regard) this(?: [\w-]+)? as (?:our |the |my )?"
        r"(?:\w+ ){0,2}(?:confirmation|notice|notification|response|reply|answer)"
        r"(?: (?:under|to|for|of|on|in respect of|pursuant to) (?:[^.?!,;:]"
        r"|[.](?=\d)){1,60}?)? that\b",
        "we confirm that",
    ),
    (r"\bappears? (?=in|on|among|amongst|within|under|anywhere)", "is "),
    (r"\b(?:\d{1,2}[/.-]\d{1,2}[/.-]\d{2,4}|\d{4}-\d\d-\d\d)\b", "2019"),  # some day
    (
        r"\bneither ((?:we|us|ourselves"
        r"|(?-i:[A-Z][\w&.-]*(?: (?:[A-Z&][\w&.-]*))*))) nor (?:(?!\b(?:who|tell|know|say"
        r"|whether|which)\b)[^.?!,;]){1,80}?"
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
        r"|responding|confirming|confirm|reply|respond|answer|write)(?: \w+){0,7} (?:for and )?on"
        r" behalf of ((?-i:[A-Z][\w&.-]*(?: (?:[A-Z&][\w&.-]*))*))(?: to (?:confirm|say|advise"
        r"|inform you))?(?: that)?[,:;-]? (?=not|we|none|neither|no|these|those|this|the|it|they"
        r"|not)",
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
    # where they are looked for
    (r"\b(?:do|does|did) not (?:appear|show(?: up)?|feature|come up|turn up|figure"
        r")\b(?! (?:to|as|that)\b)",
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
        r"\b(?:(?:i|we)(?:'ve| have| had)? )?(?:now |just )?(?:had )?(?:heard back|heard|a reply"
        r"|word|confirmation|an answer|a response) from "
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
        # That a company was bought is another matter than that its customers came over.
        r"\b(?:before|prior to|ahead of|until|till) (?:we|us|our)\b(?: (?:even|ever|first"
        r"|actually|had"
        r"|have|were|was))* ?(?:(?:got|getting|had|took|taking|gained|gaining|won|started"
        r"|starting|came"
        r"|coming|arrived|entered|supplied|supplying|signed up|onboarded|picked|existed|traded)\b"
        r"(?! (?:\w+ ){0,8}?(?:compan(?:y|ies)|business(?:es)?|subsidiar(?:y|ies)|group|brands?"
        r"|merger"
        r"|contracts?|force|firms?|operations?|portfolio|contractors?|engineers?|staff|team)\b)"
        r"(?! (?:over )?(?-i:[A-Z])|(?: \w+){0,3} as\b)"
        r"|(?:became|becoming) (?:the |their |its )?(?:new |registered |current )*supplier"
        r"|(?:acquired|acquiring|inherited|inheriting) (?:the |these |those |this |that |each "
        r"|both )?"
        r"(?:customers?|sites?|suppl(?:y|ies)|accounts?|mpxns?|mpans?|propert(?:y|ies)|premises)\b)"
        r"[^.,;:!?]{0,60}",
        "before our supply",
    ),
    (
        r"^\W*(?:(?:many |my |our )*(?:apologies|sorry)|apologise"
        r"|apologising)[^.?!;]{0,40}\b(?:tak(?:ing|en)|delay"
        r"|slow|late|wait|time)\b[^.?!;]{0,60}\b(?:to|in) (?:com(?:e|ing) back|get(?:ting)? back"
        r"|repl(?:y|ying)"
        r"|respond(?:ing)?|answer(?:ing)?|revert(?:ing)?)\b(?: (?:to|on) (?:you|this|it|that))?",
        "apologies for the delay",
    ),
    (r"\bi write to (?=confirm|advise|inform|say|state)", "we "),
    (r"\bconfirms?,? (?:by|in|with|through|via) this (?:e-?mail|letter|message|reply|response"
        r"|note),?", "confirms"),
    (r",? (?:as )?(?:per|under|pursuant to|in line with|in accordance with) (?:the )?(?:sec "
        r"|appendix )*(?:ac )?"
     r"(?:clause )?\d+(?:\.\d+)*(?:\([a-z]\))*,?", ""),
    (r"\bth(?:x|anx|nx|ks)\b", "thanks"),
    (r"\b(?:this|that|which|the same) is (?:also |equally )?the case (?:for|with) (?:both|all"
        r"|each|all of them)"
     r"(?: (?:of )?(?:the |these |those )?(?:devices|meters|them|\d+|two|three|four"
     r"|five))*:?", "all devices:"),
    (r"\bclos(?:e|ing|ed) (?:this|it|these|the \w+|your \w+)(?: one)?(?: off| out"
        r"| down)?\b[:,]?", ""),
    (r"\bwe write to (?=confirm|advise|inform|say|state)", "we "),
    (
        r"^\W*(?:your |the |this )?(?:case|ticket|query|request|enquiry|incident|call"
        r"|job)(?: [\w-]+)? (?:is |has "
        r"|been |will |be |now )*(?:closed|resolved|completed)\b[^.?!]{0,40}$",
        "",
    ),
)  # fmt: skip
