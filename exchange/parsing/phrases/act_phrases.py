"""Words by which people ask for install codes, take that back, report, dispute and warn.

Each pattern knows one thing; ``exchange.parsing.statements.acts`` says what they mean together.
English, with the Welsh, German and French of the same few things.
"""

from __future__ import annotations

import re
from typing import Final

from exchange.parsing.phrases.any_of import any_of

_SPAN: Final = r"[^.?!]{0,60}?"
_GIVE: Final = (
    "send", "sending", "provide", "providing", "supply", "supplying", "share", "sharing", "give",
    "giving", "forward", "forwarding", r"pass(?:ing)?(?: \w+)? (?:on|over|along)",
    "let(?:ting)? (?:us|me|them) have", "e-?mail", "e-?mailing", "return", "returning", "release",
    "releasing", "advise", "advising", "confirm", "confirming", "tell us", "tell me",
    "(?:respond|reply|come back|get back)(?:ing)?(?: to (?:us|me))? with", "get", "getting",
    "obtain",
    "obtaining", "find", "look up", "dig out", "issue", "issuing", "furnish", "complete", "fill in",
    "populate", "enter", "retrieve", "locate", "have", "receive", "disclose", "disclosing",
    "re-?send", "re-?sending", "re-?issue", "answer", "answering", "anfon", "anfonwch", "darparu",
    "rhoi", "rhannu", "senden", "schicken", "\u00fcbermitteln", "mitteilen", "envoyer", "fournir",
    "transmettre",
)  # fmt: skip
_GIVEN: Final = (
    r"(?:re-?)?(?:sent|provided|supplied|shared|given|forwarded|passed on|e-?mailed|returned"
    r"|released|issued|disclosed|answered|processed|actioned|transmitted|needed|required|wanted)"
)

# -- what is spoken about --

CODES: Final = any_of(
    r"(?:meter |device |smart )?install(?:ation|er|ing|s|ed)?[- ]?(?:code|key)s?",
    r"(?:device |joining |commissioning |zigbee |esme |gsme |meter )?codes?", "(?-i:ICs?)",
    "cod(?:au)? (?:gosod|y|yr|ar)", "[cg]h?odau", "installationscodes?",
    r"installationsschl\u00fcssel\w*", "codes? d'installation",
)  # fmt: skip
OTHER_CODES: Final = any_of(
    "(?:post(?:al)?|zip|qr|bar|dial(?:ling)?|area|country|error|fault|status|reason|pass|access"
    "|discount|tariff|colour|product|profile|dress|sort|vat|cost|project|meter type|mtc|llf"
    "|market participant|site|building|door|pin|security|verification|one[- ]time|tax|top[- ]?up"
    "|vend(?:ing)?|utrn|unlock|activation|promo(?:tion)?|voucher)[- ]codes?",
    "code of (?:practice|conduct)",
    "(?:supply|balancing|retail|energy|uniform network|industry) code",
    "(?-i:the (?:Smart Energy )?Code)",
)  # fmt: skip
TOPIC: Final = re.compile(
    any_of(
        "codes?", r"install\w*", "fitt(?:ed|ing)", "meters?", "devices?", "esmes?", "gsmes?",
        "smets ?[12]?", "eui", "guids?", "ids?", "list(?:ed|s)?", "attach(?:ed|ment)", "enclosed",
        "spreadsheet", "workbook", r"commission\w*", "supplier", "mpans?", "mprns?", "requests?",
        "answers?", "response", "sites?", "mp121", "file", "data", "hubs?", "chf",
        r"[mf]esurydd\w*",
        "dyfais", "dyfeisiau", r"z\u00e4hler\w*", "compteurs?",
    ).pattern + "|[\u2460\u2461]", re.I,
)  # fmt: skip

# -- asking --

GIVES: Final = any_of(*_GIVE)
# A sentence that begins so is an order: "Send the codes for ...".
IMPERATIVE: Final = re.compile(
    r"^\W*(?:(?:and|so|then|also|again|hi|hello|hiya|dear|morning|afternoon|all|team|both|urgent"
    r"|to)\b[,:;.!\- ]*){0,4}(?:" + any_of(*_GIVE).pattern + ")",
    re.I,
)
_YOU: Final = "(?:you|we|i|us|someone|anyone|somebody|the team|your team|it|be)"
ASKING: Final = any_of(
    "please", "pls", "plz", "kindly", f"(?:could|can|would|will|might|may|are|is)(?:n't)? {_YOU}",
    "grateful", "appreciate", "be (?:great|good|ideal|lovely|helpful)",
    "(?<!not )(?<!n't )(?<!longer )(?:needs?|needing|requires?|requiring|want)",
    "(?:is|are|still|urgently|now) (?:needed|required|wanted)",
    "requests?", "requesting", "ask", "asks", "asking", "seek", "seeking",
    "(?:would|should|'d) (?:\\w+ )?(?:like|love|welcome|appreciate)",
    "look(?:ing)? (?:for|to (?:get|obtain))",
    "(?:am|are|'m|'re|is) after", "in need of", "await", "awaiting", "waiting (?:for|on)",
    "chasing",
    r"do(?:es)? (?:you|anyone)(?: \w+)? (?:have|hold|know)", r"have you(?: \w+)? (?:got|any)",
    "any chance", "what(?:'s| is| are)", "same (?:again|for)", r"help(?:ing)?(?: \w+)? with",
    "os gwelwch yn dda", "plis", "a (?:allwch|fyddech)",
    "(?:rydym|rwyf|dw i) (?:angen|eisiau)", "angen", "bitte", "ben\u00f6tigen", "brauchen",
    "k\u00f6nnten sie", "s'il vous pla\u00eet", "veuillez", "merci de", "pourriez",
)  # fmt: skip
# Somebody who says that he has no codes asks for them.
LACKING: Final = any_of(
    "without (?:the|their|an?|any|one)",
    "(?:do not|don't|neither|nor|no)[^.?!]{0,30} (?:have|hold|know|held)",
    "lack", "lacking", "short of", "missing", "outstanding", "await", "awaiting",
    "waiting (?:for|on)", "over to you",
)  # fmt: skip
# "please send them over": the codes, where they were named before.
PRONOUN: Final = any_of(
    "them", "it", "these", "those", "both", "all of them", "the same", "one", "ones", "the details"
)
# The noun alone: "Install code request", "request for install codes", "codes needed".
REQUEST_NOUNS: Final = any_of(
    "codes? (?:re-?)?(?:requests?|requested|required|needed|wanted|please|pls|outstanding|missing)",
    f"(?:request|requirement|demand|need|order) for {_SPAN}codes?",
    rf"cais am {_SPAN}gosod", rf"anfrage {_SPAN}codes?",
)  # fmt: skip
AGAIN: Final = any_of(
    "again", "once more", "re-?send(?:ing)?", "resent", "re-?issue", "another copy",
    "a second copy",
    "second time", "one more time", "repeat(?:ed)?", "lost", "deleted",
    "(?:never|did(?:n't| not)) (?:arrived?|reach(?:ed)?|get|got|receive[d]?)", "eto", "nochmals?",
    "erneut", "\u00e0 nouveau",
)  # fmt: skip

# -- what turns an asking round --

_NO: Final = "(?:not|n't|never|no longer|no need(?: for you)?(?: to)?|nid|ddim|nicht|ne pas|cannot)"
# "do not send", "please don't answer", "no need to provide", "stop sending": said to us.
FORBIDS: Final = re.compile(
    r"(?:\b(?:do|does|should|must|can|could|would|please|kindly|to|would you|you)(?: please)?"
    r"(?: not| never|n't)|\bdon't|\bno need(?: for you)?(?: to)?|\b(?:stop|cease|refrain from|avoid"
    r"|instead of|rather than|hold off(?: on| from)?|pause|suspend|halt|peidiwch(?: ag| \u00e2)?"
    r"|keine?n?"
    r"|nicht)\b)(?: (?:please|yet|now|at this time|any ?more|longer|any of|the|us|back|out|it"
    r"|these|those"
    r"|such|an?|to|our|their|ever|try to)\b){0,4} ?"
    + any_of(*(one for one in _GIVE if one not in ("have", "get", "find", "receive", "locate")),
             "process", "processing", "action", "actioning", "respond", "responding", "reply with",
             "proceed", "transmit", "codes?", "transmitting").pattern,
    re.I,
)  # fmt: skip
# "are not to be sent", "were, ..., not sent", "no longer needed".
NOT_GIVEN: Final = re.compile(
    rf"(?:\b{_NO[3:-1]}|n't)\b,?(?: (?:to|be|being|yet|been|now|any more|actually"
    rf"|after all)\b){{0,3}} {_GIVEN}\b"
    r"(?! by)",
    re.I,
)
NEEDS_NOT: Final = any_of(
    "(?:no longer|not any more|not|n't|never)(?: actually| now| really)?"
    " (?:need(?:ed)?|required?|want(?:ed)?"
    "|after|look(?:ing)? for"
    "|asking(?: for)?|request(?:ing)?|interested|mean(?:t)?)(?! (?:anything|any|something"
    "|nothing)? ?(?:else|more|further))",
    "no (?:longer|further|more) (?:need|interest|requirement)",
    "nothing (?:further|more|else) (?:is )?(?:needed|required)",
    "angen mwyach", "nicht mehr", "ne (?:sont|est) plus",
)  # fmt: skip
# What nobody needs any more: the answer, not "the serial numbers".
NEEDED: Final = re.compile(
    any_of(
        "codes?", "ics?", "codau", "these", "those", "them", "it", "this", "that", "answers?",
        "response", "reply", "any(?:thing|more)?", "for", "our (?:request|list)", 
        "the (?:list|ones?)", "either", "both", "requests?",
    ).pattern + "|[\u2460\u2461]|^\\W*$", re.I,
)  # fmt: skip
HOLDS: Final = any_of(
    r"(?:(?:please|kindly|should|must|to|and)(?: please)? |^)(?:hold|keep|retain|withhold|delay"
    r"|postpone|defer|park|freeze)(?: on to| back)? "
    r"(?:the |these |those |our |all |any |your |sending )?(?:\w+ ){0,3}(?:codes?|ics?|answers?"
    r"|response|reply"
    r"|requests?|list|devices?|these|this|it|everything)",
    "(?:wait|hold on|hold fire)(?: \\w+){0,4} (?:until|till|before|for)",
    "only (?:then|after|once|when)",
)  # fmt: skip
TAKES_BACK: Final = any_of(
    "cancel(?:s|led|ling|lation)?", "withdraw(?:s|n|ing|al)?", "withdrew", "disregard(?:ed)?",
    "ignore",
    "recall(?:ed|ing)?", "retract(?:ed|ing)?", "rescind(?:ed)?", "revok(?:e|ed|ing)",
    "null and void",
    r"take (?:\w+ ){0,3}(?:back|off)", r"strike (?:\w+ ){0,3}(?:off|out)",
    "drop (?:the|this|our|these)",
    r"(?:remove|delete|exclude) (?:\S+ ){1,6}?(?:from (?:the|our|your)|off)", "stand down",
    "call off",
    r"(?:sent|raised|included|listed|added|asked|requested|submitted)(?: \w+){0,4} (?:in error"
    r"|by mistake"
    "|mistakenly|wrongly|by accident|accidentally|erroneously)",
    "(?:in error|mistakenly|wrongly|accidentally|erroneously) (?:sent|raised|included|listed"
    "|added|asked"
    "|requested|submitted)",
    "not (?:ours|our (?:customers?|sites?|meters?|supply)) after all", "diystyr\\w+",
    "anwybydd\\w+",
    r"storn\w+", r"annul\w+", r"tynnu(?:'n)? \w* ?yn \u00f4l",
)  # fmt: skip
TAKEN_BACK: Final = re.compile(
    any_of(
        "requests?", "requested", "e-?mails?", "messages?", "lists?", "listed", "these", "those",
        "this",
        "that", "it", "them", "codes?", "devices?", "meters?", "sites?",
        "the (?:above|below|following)",
        "attached", "ones?", "tickets?", "cases?", "rows?", "entr(?:y|ies)", "cais", "codau",
        r"[mf]esurydd\w*",
        "ics?",
    ).pattern + "|[\u2460\u2461]|^\\W*\\w+\\W*$", re.I,
)  # fmt: skip
HARMLESS_IGNORE: Final = any_of(
    "(?:ignore|disregard)[^.?!]{0,60} (?:if|signature|footer|disclaimer|duplicate|blank|empty"
    "|hidden"
    "|old address|previous address|header|tab|second sheet|other sheets?)",
    "if[^.?!]{0,80} (?:already|have)[^.?!]{0,60} (?:ignore|disregard)",
)  # fmt: skip

# "do not send them by post": how they come, not whether.
HARMLESS_MANNER: Final = any_of(
    "(?:by|via|over|through) (?:post|letter|fax|phone|telephone|courier|teams|the portal|portal"
    "|sms|text|whatsapp|ftp)",
    "in (?:the|a|an) (?:subject|title|pdf|image|screenshot|picture|zip|footer)",
    "as (?:an? )?(?:image|picture|pdf|screenshot|photo"
    "|scan|photograph)s?",
    "to (?:the|our|my|that) (?:old|previous|former|personal|other|wrong|closed)", "twice",
    "separately", "without (?:the |their |its )?crc", "passwords?", "in (?:one|several|separate)",
    "one by one", "personal data",
)  # fmt: skip

# -- what else is said --

WARNS: Final = any_of(
    r"compromis(?:ed|ing)", "hack(?:ed|ers?|ing)", "phish(?:ing|ed)",
    "fraud(?:ulent(?:ly)?|sters?)?",
    r"scam\w*", "spoof(?:ed|ing)?", r"impersonat\w+", "(?:data |security |cyber )breach(?:ed)?",
    "breach(?:ed)?(?: \\w+){0,4} (?:mail(?:box)?|e-?mail|security|system|account)",
    r"cyber[- ]?(?:attack|incident)", "ransomware", "malware", "stolen", r"intercept\w*",
    "(?:unauthori[sz]ed|third[- ]party) access", "security incident", "not (?:from|sent by) us",
    r"(?:did not|didn't|never) (?:send|sent|write|wrote)(?: \w+){0,4} (?:e-?mail|mail|message"
    r"|request)",
    "taken over by", "broken into", "leaked", "identity theft", "do not trust", "had access to",
    "gained access", "exposed", r"cyfaddawdu\w*",
)  # fmt: skip
# "If you suspect phishing": what a footer says about any mail.
SUPPOSES: Final = any_of(
    "if (?:you|this|it|in doubt|any)", "should you", "in case of", "to report",
    "report(?:ing)? (?:any )?",
    "be (?:alert|aware|vigilant|wary)", "we (?:will )?never", "beware", "protect yourself",
    "help us",
    "for (?:fraud|phishing) ", "how to (?:spot|report)", "scanned", "training", "policy",
)  # fmt: skip
_THE_CODE: Final = "(?:codes?|ics?|keys?|crc|\u2461)"
REPORTS: Final = re.compile(
    any_of(
        rf"{_THE_CODE}\b[^.?!,;]{{0,60}}? (?:work(?:s|ed)?|working|fail(?:s|ed|ing)?|mismatch"
        "|expired)",
        rf"{_THE_CODE}\b[^.?!,;]{{0,60}}? (?:was|were|is|are|been|gets?|got|being)(?: \w+)?"
        " (?:rejected"
        "|refused|accepted|invalid|wrong|incorrect|faulty|bad|successful|unsuccessful|expired)",
        f"(?:wrong|incorrect|invalid|bad|faulty|damaged) (?:install(?:ation)? )?{_THE_CODE}",
        f"{_THE_CODE}\\b for (?:the )?(?:wrong|other|another|different)",
        r"(?:^|[,;:] |and |but )(?:it|they|these|those|this|neither|both|the \w+ one"
        r"|unfortunately \w+)(?: \w+){0,2}"
        "(?: not|n't) (?:work|match|join|pair|validate)",
        r"(?<!not )(?<!n't )(?<!un)(?<!never )(?:been|are|is|were|was|got|since|successfully)"
        r"(?: (?:now|since|all|both|already|successfully|subsequently|been|fully|just"
        r"|meanwhile)){0,4}"
        r" (?:commissioned|exchanged|replaced|removed|decommissioned|swapped|uninstalled|scrapped"
        r"|adopted"
        r"|disconnected|de-?energised|enrolled|migrated)",
        r"(?:we|i|they|(?:our|the|an) (?:\w+ )?(?:engineers?|fitters?|team|contractors?))(?: have"
        r"| had)?(?: to)?(?: \w+)?"
        " (?:exchanged?|replaced?|removed?|swap(?:ped)?|commissioned|took out|taken out|scrapped)"
        "(?! by)",
        r"(?:has|have|had) (?:\w+ ){0,2}(?:gone live|come online)", "nothing left",
        "managed to commission",
        r"(?:meters?|devices?|units?) (?:is|are|was|were)(?: \w+)? "
        "(?:faulty|dead|broken|damaged|stolen)",
        "(?:faulty|damaged|broken|dead) (?:meter|device|unit)s?", "fault (?:codes?|reports?)",
        r"wedi (?:cael )?(?:eu |ei )?(?:comisiynu|cyfnewid|tynnu|methu)",
        "nid (?:yw|oedd)[^.?!]{0,30}gweithio",
        "funktioniert nicht", "ne fonctionne pas",
    ).pattern, re.I,
)  # fmt: skip
DISPUTES: Final = any_of(
    r"(?:not|n't|cannot|unable to|never)(?: \w+)? (?:accept|agree)", "disagree", "dispute[sd]?",
    "disputing",
    "contest(?:ed|ing)?", "challeng(?:e|ed|ing)", "reject(?:ed|ing)? your", r"refut\w+",
    r"contradict\w*",
    "object to", "(?:installed|fitted|put in|carried out) by (?:you|your (?:company|engineers?|team"
    "|contractors?|predecessor))",
    "you(?:r (?:engineers?|company|team|contractors?|fitters?))? (?:did |have |had )?(?:install"
    "|installed"
    "|fit|fitted) (?:it|them|this|these|this one|the|that|those|all|both|on|in)",
    "(?:you|your (?:team|reply|answer|response|e-?mail)) [^.?!]{0,30}(?:told|said|says|stat(?:e"
    "|ed|es|ing)"
    "|claim(?:s|ed|ing)?|advised|confirmed|indicated|den(?:y|ied)) [^.?!]{0,60}not",
    "(?:show|list|nam|record|identif)(?:s|es|ed|ing)? (?:you|your (?:company|mpid|name"
    "|signifier))(?! (?:are|were) "
    "(?:the )?(?:losing|former|previous))",
    r"(?:check|look|review)(?: \w+){0,2} again", "re-?(?:check|consider|investigate)",
    "your (?:denial|answer|response|reply) [^.?!]{0,40}(?:wrong|incorrect|mistaken"
    "|cannot be right|error)",
    "you are the installing", "(?:clearly|definitely) yours", "must be yours",
    "eich bod chi[^.?!]{0,40}wedi(?:'u)? gosod",
    r"anghytuno\w*", "nid (?:ydym|ydyn ni|wyf) yn derbyn",
)  # fmt: skip
# The alternative that a request offers: "or confirm that you did not install them".
OFFERS_DENIAL: Final = any_of(
    "(?:or|otherwise|else|if not|alternatively)[^.?!]{0,60}(?:confirm|state|say|tell|let us know"
    "|advise|write|reply"
    "|declare|indicate|reject)[^.?!]{0,160}",
    "(?:confirm|say|tell us|let us know|advise|state)(?: that| if| whether"
    "| where)? you (?:did not|didn't|are not|aren't"
    "|were not|weren't)[^.?!]{0,80}",
    "if you (?:did not|didn't|are not|aren't|were not|weren't|did|are|were|have|hold"
    "|still hold|installed|fitted)[^.?!,;]{0,80}",
    "(?:where|for (?:any|each|those)[^.?!]{0,30}) (?:that |which )?you (?:did not"
    "|didn't)[^.?!,;]{0,60}",
)  # fmt: skip
CORRECTS: Final = re.compile(
    any_of(
        "correction", "corrected", "correcting", "typo", "mis-?typed", "amend(?:ed|ment|ing)?",
        "should (?:be|read"
        "|have been|have read|say|have said)",
        "wrong (?:id|device|meter|number|guid|list|file|digit|version)",
        "one digit", "digit (?:off|out|wrong)", "erratum", "revised", "transposed",
        "(?:updated|new) list",
        "in place of", "cywir\\w+",
    ).pattern + "|(?:instead of|not|replace) \u2460|\u2460 (?:should|is wrong|was wrong|not)", re.I,
)  # fmt: skip
CHASES: Final = any_of(
    "any (?:update|news|progress|luck|joy|response|reply)", "chas(?:e|er|ing|ed)",
    "remind(?:er|ing)?", "overdue",
    r"still (?:wait\w*|await\w*|outstanding|not (?:received|had|heard))",
    "(?:when|by when) (?:will|can|might)",
    "(?:not|n't) (?:yet )?(?:received|had|heard|seen)", "follow(?:ing)?[- ]?up",
    "no (?:reply|response|answer)",
    "where (?:are|is)", "status of", "how (?:is|are|far)", "progress on",
    "working days? (?:have |has )?(?:passed|elapsed|ago)", "past (?:the |its )?(?:due|deadline)",
    "diweddariad",
)  # fmt: skip
THANKS: Final = any_of("thank(?:s| you)", "cheers", "much appreciated", "diolch", "danke", "merci")
# Courtesies and directions for the answer: they ask for nothing else.
PROCEDURAL: Final = re.compile(
    any_of(
        "(?:please|kindly|pls)[^.?!]{0,25} (?:find|see|note|accept|be (?:advised|aware)|bear with"
        "|reply|respond|acknowledge"
        "|treat|use|quote|keep|copy|cc|include|contact|call|get in touch|let (?:us|me) know|refer"
        "|do (?:not|n't)|don't"
        "|direct|address|action|process|handle|deal with|pass|forward|mark|complete|fill|populate"
        "|open|check|confirm"
        "|disregard|ignore|advise if|look at|review|work through|ask|feel free)",
        "(?:please|kindly|pls)[^.?!]{0,25} send (?:your|any|all)? ?(?:reply|response|replies"
        "|responses|answers?|queries)",
        "(?:any|if you have|should you have|if there are)[^.?!]{0,30} (?:questions?|queries|query"
        "|issues?|problems?)",
        "(?:can|could|would|will) you (?:please )?(?:help|assist|confirm receipt|acknowledge"
        "|look (?:into|at)|deal with"
        "|action|process)", r"would (?:be )?(?:much |greatly )?(?:appreciate|grateful)\w*",
        "look(?:ing)? forward",
        "how are you", "hope (?:you|this|all)", "happy to", "feel free", "do not hesitate",
        "(?:call|ring|phone) (?:me|us)",
    ).pattern, re.I,
)  # fmt: skip
# "We gained these and cannot commission them": why somebody asks, in no need of an answer.
BACKGROUND: Final = any_of(
    "gain(?:ed|ing|s)?", "taken? (?:over|on)", "acquir(?:ed|ing)", "inherit(?:ed)?",
    "become the (?:registered )?supplier",
    "newly gained",
    "our (?:customers?|records|portfolio|engineers?|sites?|supply|supplies|reference|ref)",
    "switch(?:ed|ing)?", "chang(?:e|ed) (?:of )?(?:supplier|tenancy)", "cos",
    "under (?:mp ?121|clause|sec|the sec|appendix)",
    "mp ?121", "sec appendix", r"clause 4\.?16",
    "(?:cannot|can't|could not|couldn't|unable to|not able to|trying to|in order to"
    "|so (?:that )?we can|need to|want to|wish to"
    r"|to|before we can|prior to|for|not (?:yet )?(?:been )?|n't (?:yet )?(?:been )?"
    r"|never (?:been )?|un)(?: \w+){0,2} ?"
    "commission(?:ed|ing)?", "install and leave", "installed (?:and|but) (?:left|never|not)",
    "not (?:been )?connected",
    "without (?:an? )?(?:sm )?wan", "no wan", "dumb mode", "working days?", "losing supplier",
    "former supplier",
    r"previous(?:ly)? suppl\w+", "you (?:were|are) (?:the )?(?:losing|former|previous|last)",
    "installed (?:in|on|around|between|during|before|since)", "attach(?:ed|ment)", "enclosed",
    "below", "following", "list(?:ed)?",
    "as follows", "above", "spreadsheet", "workbook", "csv", "table", "reference", "ticket",
    "urgent(?:ly)?", "asap", "deadline",
    r"\d+ (?:meters?|devices?|sites?|rows?|in total)", "in total", "total of", "many thanks",
    "thanks", "as discussed",
)  # fmt: skip
INFORMS: Final = any_of(
    "for (?:your |the )?(?:information|info|records?|awareness|interest|reference)(?: only"
    "| purposes)?", "fyi", "fya",
    "to let you know", "just so you know", "heads[- ]up", "(?:to|would like to) inform",
    "no (?:action|reply|response|answer)(?: is)? (?:required|needed|necessary)",
    "nothing (?:to do|for you to do)",
    "nothing (?:is )?(?:needed|required)", "er gwybodaeth", "zur (?:kenntnis|information)",
    "pour information",
)  # fmt: skip
BOILERPLATE: Final = any_of(
    "intended (?:only |solely )?(?:for|recipient)", "confidential", "disclaimer", "virus(?:es)?",
    "registered (?:in|office|number)",
    "company (?:number|no)", "unsubscribe", "before printing", "think before", "environment",
    "views (?:expressed|are)",
    "external (?:e-?mail|sender|source)", "originated (?:from )?outside", "caution", "do not click",
    "privileged",
    "vat (?:no|reg)", "scanned (?:by|for)", "privacy (?:notice|policy)", "sent from my",
    "get outlook",
    "authorised and regulated", "ofgem licen", "gdpr", "all rights reserved",
    "unless you (?:recognise|know|trust)",
    "delete (?:this|it|the) (?:e-?mail|message)", "received this (?:e-?mail |message )?in error",
    "e-?mail (?:and any attachments|security|is sent)", "neges (?:hon|gyfrinachol)",
)  # fmt: skip
