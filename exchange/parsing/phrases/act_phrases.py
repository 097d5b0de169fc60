"""Words by which people ask for install codes, and take that back.

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

# -- asking --

GIVES: Final = any_of(*_GIVE)
# A sentence that begins so is an order: "Send the codes for ...".
IMPERATIVE: Final = re.compile(
    r"^\W*(?:(?:and|so|then|also|again|hi|hello|hiya|dear|morning|afternoon|all|team|both|urgent"
    r"|to)\b[,:;.!\- ]*){0,4}(?:" + any_of(*_GIVE).pattern + ")",
    re.I,
)
_YOU: Final = "(?:you|we|i|us|someone|anyone|somebody|the team|your team)"
ASKING: Final = any_of(
    "please", "pls", "plz", "kindly", f"(?:could|can|would|will|might|may|are|is)(?:n't)? {_YOU}",
    "grateful", "appreciate",
    "(?:would|will) be (?:much |greatly |very |most )?(?:appreciated|welcome|helpful|useful)",
    "be (?:great|good|ideal|lovely|helpful)",
    "(?<!not )(?<!n't )(?<!longer )(?:needs?|needing|requires?|requiring|want)",
    "(?:is|are|still|urgently|now) (?:needed|required|wanted)",
    "requests?", "requesting", "ask", "asks", "asking", "seek", "seeking",
    "(?:would|should|we'd|i'd|they'd) (?:\\w+ )?(?:like|love|welcome|appreciate)",
    "(?:what|how) about", "if you do not mind", "if you would not mind",
    "look(?:ing)? (?:for|to (?:get|obtain))",
    "(?:am|are|is|i'm|we're) after", "in need of", "(?<!never )mind \\w+ing", "(?<!not )obliged",
    "be so kind",
    "hop(?:e|ing)(?: that)? (?:you|someone|somebody|anyone) (?:can|could|will|would|may|might)"
    "(?: \\w+)? (?:send|share|provide|supply|give|help|assist|pass|let|forward|find|get|tell)",
    "(?:could|can) do with", "if you could", "any (?:joy|luck) with",
    "await", "awaiting", "waiting (?:for|on)",
    "chasing",
    r"do(?:es)? (?:you|anyone)(?: \w+){0,3} (?:have|hold|know)", r"have you(?: \w+)? (?:got|any)",
    "(?:is|would) it (?:be )?possible", "are you able", "(?:would|could|will) you be", "be so good",
    "any (?:chance|idea|way)", "who (?:can|could|has|holds)", "where (?:do|can|could) (?:i|we)",
    "(?:glad|pleased|happy) (?:to (?:receive|get|have|obtain)|of|if you)",
    "you can (?:give|send|provide|supply|tell) (?:us|me)", "what(?:'s| is| are)",
    "same (?:again|for)", r"help(?:ing)?(?: \w+)? with",
    "os gwelwch yn dda", "plis", "a (?:allwch|fyddech)",
    "pouvez-vous",
    "(?:rydym|rwyf|dw i) (?:angen|eisiau)", "angen", "bitte", "ben\u00f6tigen", "brauchen",
    "k\u00f6nnten sie", "s'il vous pla\u00eet", "veuillez", "merci de", "pourriez",
)  # fmt: skip
# In other languages these words are enough where the codes are named, and nothing is denied.
ASKING_ELSEWHERE: Final = any_of(
    "os gwelwch yn dda", "plis", "a (?:allwch|fyddech)", "(?:rydym|rwyf|dw i) (?:angen|eisiau)",
    "anfonwch", "angen", "cais am", "gofynnwn", "bitten?", "ben\u00f6tig(?:en|t)", "brauchen",
    "erbitten", "anfordern", "ersuchen", "k\u00f6nn(?:t)?en sie", "w\u00fcrden sie", "anfrage",
    "dankbar", "s'il vous pla\u00eet", "svp", "veuillez", "merci de", "pourriez", "pouvez-vous",
    "demandons", "prions", "souhait(?:ons|erions)", "besoin", "rogamos", "ruego", "por favor",
    "solicit\\w+", "agradecer\\w+", "necesitamos", "pod(?:r\u00edan?|\u00e9is|r\u00edais)",
    "pedimos", "verzoek(?:en)?", "graag", "gelieve", "alstublieft", "a\\.?u\\.?b", "kunt u",
    "zou(?:den)? (?:u|jullie)", "hebben (?:wij|we) nodig", "nodig", "vragen", "prego", "preghiamo",
    "per favore", "per cortesia", "richied\\w+", "chiediamo", "potreste", "potete", "vorremmo",
    "gentilmente", "prosz?\u0119", "prosimy", "uprzejmie", "potrzebujemy", "venligst", "bedes",
    "vi beder", "vi (?:skal )?bruge", "kan i", "kunne i", "v\u00e4nligen", "ber om", "beh\u00f6ver",
    "kan ni", "vennligst", "trenger", "kan dere", "por gentileza", "precisamos", "agradecemos",
)  # fmt: skip
DENIED_ELSEWHERE: Final = any_of(
    "nicht", "keine?[nrms]?", "nie", "niemals", "ne", "n'\\w+", "pas", "plus besoin", "jamais",
    "no", "nunca", "ya no", "sin", "niet", "geen", "nooit", "non", "mai", "senza", "nie", "bez",
    "ikke", "ingen", "aldrig", "inte", "aldri", "n\u00e3o", "nid", "ddim", "peidiwch", "ohne",
    "sans", "zonder", "uden", "utan", "uten", "mwyach", "annul\\w+", "storn\\w+", "cancel\\w*",
    "anuw\\w+", "intrekk\\w+", "zur\u00fcck\\w*",
)  # fmt: skip
# Why they write to us: "the meters that you fitted", no dispute of an answer.
THAT_YOU_INSTALLED: Final = any_of(
    "(?:meters?|devices?|units?|ids?|assets?)(?: (?:below|above|listed|attached|here))?,?"
    " (?:(?:all|both|previously|originally|once) )?(?:installed|fitted|put in)"
    " by (?:you|your (?:company|team|engineers?|contractors?|predecessor))",
    "(?:we|i) (?:understand|believe|gather|see|think|note)(?: that)? (?:it was )?(?:you"
    "|your (?:team"
    "|company|engineers?))(?: who| that)?(?: had| have)? (?:installed|fitted|put in|put)",
    "(?:that|which|since|when|after|where|as)(?:,? (?:we|i) (?:understand|believe|see|gather)"
    "|,? we are told|,? according to \\w+)?,? (?:(?:is|are|was|were|have been"
    "|had been) )?(?:all |both )?"
    "(?:you|your (?:company|team|engineers?|predecessor))(?: had| have| previously| originally)?"
    " (?:installed|fitted|put in|install|fit)(?: (?:it|them|these|this|in|on))?",
    "(?:that|which)(?:,? (?:we|i) (?:understand|believe|see|gather))?,? (?:is|are|was|were"
    "|have been"
    "|had been)(?: all| both| originally| previously)? (?:installed|fitted|put in) by (?:you"
    "|your (?:company|team|engineers?|predecessor))(?:rsel(?:f|ves))?",
)
INSTALLED_BY_YOU: Final = any_of(
    "(?:installed|fitted|put in) by (?:you|your (?:company|team|engineers?|contractors?|people))",
    "you(?:r (?:engineers?|company|team|contractors?))? (?:installed|fitted|put)",
)
# With one of these, who installed it is in dispute.
DOUBTS: Final = any_of(
    "not", "no", "n't", "again", "dispute", "disagree", "wrong", "but", "however", "answer",
    "reply", "said", "say", "denied", "denial", "sure", "clearly", "definitely",
    "certain\\w*", "records?",
)  # fmt: skip
# "We will need the codes": they need them now.
WILL_NEED: Final = any_of("will (?:also |now |therefore |then )?(?:need|require)")
# "We will need codes in January": not yet.
NEEDED_LATER: Final = any_of(
    "(?:will|may|might|shall)(?: also| then| probably| only)? (?:need|require|ask|want)\\b"
    "[^.?!]{0,80}(?:let you know|later|in due course|the time comes|next (?:month|year|quarter"
    "|spring)|in touch|in (?:january|february|march|april|may|june|july|august|september"
    "|october|november|december)|come back to you|get back to you)"
)
# "Could we get codes for another three": no report of a code for the wrong meter.
FOR_MORE: Final = any_of("for (?:the )?(?:an)?other")
# "Waiting for the codes that we asked for": no new asking.
STILL_WAITING: Final = any_of(
    "(?:waiting|await(?:ing)?)[^.?!]{0,60} (?:we|i|us|me)(?: have| had|'ve)? (?:asked|requested"
    "|were promised|was promised|wrote|sent)",
    "(?:you|your (?:colleague|team)) (?:have |had )?promised",
)
# "Thanks for the codes": no closing words, but what somebody says.
THANKED: Final = any_of(
    "(?:thanks|thank you|cheers|diolch)(?: so much| very much| again| a lot)? (?:for|am)"
    "(?! (?:(?:all|your|the|any|looking|taking|reading|getting|being)\\b ?)+"
    "(?:help|time|assistance|support|co-?operation|patience|understanding|attention|hard|into"
    "|at|back|it|so)?\\b)(?: \\w+)+",
    "(?:thanks|thank you|cheers|diolch)(?: so much| very much| again| a lot)? (?:for|am) "
    "(?:the|your|those|these|all the) (?:\\w+ ){0,3}(?:codes?|list|answers?|repl(?:y|ies)"
    "|responses?|e-?mails?|workbook|file|batch|lot|update|ones?|quick|prompt|speedy|swift)",
)
# "Please find attached": a courtesy, that asks for nothing.
SHOWING: Final = any_of(
    "find (?:attached|enclosed|below|herewith)",
    "(?:please|kindly|pls) (?:(?:find|see) (?:the |our |all )?(?:attached|enclosed|below|herewith)"
    "|see|note|accept|be (?:aware|advised))(?: that)?",
)
# "Please find attached the codes for ...": an answer.
SHOWS_CODES: Final = any_of(
    "(?:find|see|attached|enclosed|below)[:,]? (?:attached |enclosed |below |herewith )?"
    "(?:are |is )?"
    "(?:(?:the|our|all|your|these|requested) ){0,2}(?:install(?:ation)? )?codes?"
    "(?! (?:requests?|required|needed|wanted|list|we|you|which|that))"
)
# What somebody does about our own request: he asks others for the codes, not us.
PASSED_ON: Final = any_of(
    "(?:await(?:ing|ed)?|waiting (?:for|on)|request(?:ed)?|asked|asking|chas(?:ed|ing)|passed|sent"
    "|ordered|obtain(?:ed|ing)?) [^.?!]{0,60}?(?:from|with|to) (?:(?:our|the|their) )?(?:maps?"
    "|mops?|meps?|meter (?:operator|asset provider)s?|asset (?:provider|owner)s?|contractors?"
    "|engineers?|agents?|installers?|field team)",
    "your (?:\\w+ ){0,2}(?:request|enquiry|query|e-?mail) [^.?!]{0,60}?(?:is|was|has been|are)"
    " (?:now )?(?:with|passed|being|received|logged|forwarded|under|in hand|in progress)",
)
TO_US: Final = any_of(
    "please", "pls", "kindly", "(?:could|can|would|will) (?:you|we|i)", "grateful"
)
# Somebody who says that he has no codes asks for them.
LACKING: Final = any_of(
    "without (?:the|their|an?|any|one)",
    "(?:do not|does not|neither|nor)[^.?!]{0,30} (?:have|holds?|know|held)",
    r"no (?:\w+ )?(?:codes?|record|copy) (?:is |are )?(?:held|on file|known|of)",
    "still (?:have|hold) no", "not (?:yet )?got",
    "lack", "lacking", "short of", "missing", "outstanding", "await", "awaiting",
    "waiting (?:for|on)", "over to you",
)  # fmt: skip
# So does one whose order follows a condition: "If you can, send the codes for ...".
CONDITION: Final = re.compile(r"^\W*(?:if|when|once|unless|where|in case)\b[^,.?!]{0,80},", re.I)
# "please send them over": the codes, where they were named before.
PRONOUN: Final = any_of(
    "them",
    "it",
    "these",
    "those",
    "both",
    "all of them",
    "(?:do )?the same",
    "one",
    "ones",
    "the details",
)
# The noun alone: "Install code request", "request for install codes", "codes needed".
REQUEST_NOUNS: Final = any_of(
    r"req(?:uest)?(?: type| no| for)?\W{1,3}(?:\w+ ){0,2}codes?", "codes back",
    "codes? (?:re-?)?(?:requests?|requested|required|needed|wanted|please|pls|outstanding|missing)",
    r"(?:requested|required|needed|wanted) ?[:-] ?(?:\w+ ){0,2}codes?",
    f"(?:request|requirement|demand|need|order) for {_SPAN}codes?",
    rf"cais am {_SPAN}gosod", rf"anfrage {_SPAN}codes?",
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
    "nothing (?:further|more) (?:is )?(?:needed|required)",
    r"no (?:\w+ ){0,2}codes? (?:is |are )?(?:needed|required|wanted|necessary)",
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
    r"(?:(?:please|kindly|(?<!you )should|(?<!you )must|to|and)(?: please)? |^)(?:hold|keep"
    r"|retain|withhold|delay"
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
    "null and void", "(?<!not )forget(?: about)?", "do not bother", "never ?mind",
    "leave (?:them|it|these|those) (?:out|off|alone|be)",
    r"take (?:\w+ ){0,3}(?:back|off)", r"strike (?:\w+ ){0,3}(?:off|out)",
    "drop (?:the|this|our|these)",
    r"(?:remove|delete|exclude) (?:\S+ ){1,6}?(?:from (?:the|our|your)|off)", "stand down",
    "stop (?:looking|searching|work(?:ing)?|chasing|any|all|the|this|processing)",
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
    ).pattern + "|[\u2460\u2461]|^\\W*(?:(?:please|kindly|pls|plz|sorry|oops|just|so|do)\\W+){0,3}"
    "\\w+(?:\\W+(?:me|us|all|all of|everything|the lot|please|pls|thanks|thank you))?\\W*$", re.I,
)  # fmt: skip
HARMLESS_IGNORE: Final = any_of(
    "(?:note|notes|chain|trail|thread|conversation|history|forward|banner|mail below|e-?mail below)"
    "\\b[^.?!]{0,60} (?:ignore|disregard)(?: it| that| them| this)?",
    "(?:ignore|disregard)[^.?!]{0,60} (?:if|signature|footer|disclaimer|duplicate|blank|empty"
    "|hidden|columns?|notes?|tab|the second"
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
    "one by one",
    "(?:personal|sensitive|financial|customer) (?:data|information|details)",
    "(?:bank|card|account|payment|login|log-in) (?:details|numbers?|information|data)",
)  # fmt: skip
# -- what is wrong with a mailbox, and what is right with it again --

# Somebody who must not read what is sent there.
OUTSIDERS_READ: Final = any_of(
    "(?:former|ex-?|previous|past|departed|dismissed|old|unknown|unauthori[sz]ed|outside|wrong"
    "|third[- ]part(?:y|ies)|other|another|somebody|someone|people|person|outsiders?|strangers?"
    "|intruders?|competitors?)\\b[^.;?!]{0,60} (?:(?:has|have|had|got|gained|retains?|kept"
    "|keeps?)(?: \\w+)? (?:access|the password|the log-?in)"
    "|(?:can|could|may|might|is able to|are able to)(?: still| now| also)?"
    " (?:read|see|open|view|get (?:in|into|at)|log in|access)\\b"
    "|(?:still |also )?(?:reads?|opens?|monitors?|uses?|sees?) (?:this|our|the|these|its|your|that)"
    "(?: \\w+)? (?:mail|mails|e-?mails?|mailbox|inbox|account|messages))",
    "(?:reading|opening|monitoring|watching) (?:all )?(?:of )?our (?:\\w+ )?(?:mail|mails|e-?mails?"
    "|mailbox|inbox|messages)",
    "(?:mail ?box|inbox|account|address|mail)\\b[^.;?!]{0,40} (?:accessed|entered|opened|read"
    "|used|hijacked|misused|abused|controlled) by (?:an? |some )?(?:\\w+ )?(?:outsiders?"
    "|others?|strangers?|third part(?:y|ies)|someone|somebody|intruders?|unknown|unauthori[sz]ed"
    "|former|ex-?)",
    "treat\\b[^.?!]{0,60} (?:with suspicion|with care|as (?:suspicious|suspect|fraudulent|fake))",
    "(?:took|has|have|had|knows?)(?: \\w+)? (?:the|our|its) (?:password|log-?in)",
    "(?:mail ?box|inbox|account|address|e-?mail) (?:is|was|may be|are)(?: \\w+)? (?:not|no longer)"
    " (?:secure|safe|under our control|in our (?:hands|control)|ours|used by us)",
)  # fmt: skip
# Somebody who takes our correspondent's name.
POSES: Final = any_of("(?:claim|pretend)(?:s|ing|ed)? to be (?:us|one of us|from us|our \\w+)")
# A danger that is over; nothing is held for it.
ALL_CLEAR: Final = any_of(
    "(?:incident|breach|attack|compromise|hack|phishing|issue|problem|fraud|matter)\\b[^.;?!]{0,40}"
    " (?:is|was|has been|been)(?: now| since| fully| also){0,2} (?:closed|resolved|over|contained"
    "|fixed|dealt with|cleared|remedied|settled|finished|behind us)",
    "(?:safe|secure|clean|trusted|usable|restored|trustworthy)(?: to use)? (?:once )?again",
    "(?:back )?(?:under|in) our control again", "all[- ]clear", "false alarm",
)  # fmt: skip
NOT_CLEAR: Final = any_of("not", "never", "until", "once", "when", "if", "cannot", "no longer")
# What footers say of the mails of others.
SCAMS_ABOUT: Final = any_of(
    "(?:scam|fake|fraudulent|phishing|bogus|hoax|spoof|suspicious|scams?)\\b[^.?!]{0,40}"
    "\\b(?:e-?mails|calls|messages|texts|callers|web ?sites|letters)",
    "beware of", "(?:rise|increase) in (?:\\w+ )?(?:scams?|fraud|phishing)",
)  # fmt: skip
OWN_MAILBOX: Final = any_of(
    "(?:our|this|my) (?:\\w+ )?(?:mail ?box|e-?mail|inbox|account|address|system|network"
    "|server|name)",
    "from us", "codes?", "requests?", "we (?:were|are|have been) (?:hacked|attacked|breached)",
)  # fmt: skip
# "Please send requests for codes to ...": how requests reach a desk.
SENDS_REQUESTS: Final = any_of(
    "(?:please|kindly|pls|must|should|can|may|you)(?: please)? (?:send|submit|direct|raise|log"
    "|address|route|e-?mail|make|forward|resubmit)(?: (?!this\\b|the attached)\\w+){0,3}"
    " (?:requests?|enquir(?:y|ies)|quer(?:y|ies))"
)
# "until the meter is commissioned": it is not.
NOT_YET: Final = any_of(
    "(?:until|till|unless|before|so that|in order that)\\b[^.;?!]{0,60}"
    " (?:is|are|has|have|can|gets?) (?:been |be )?\\w{3,20}",
    "(?:once|as soon as)\\b[^.,;?!]{0,60} (?:is|are|can|gets?) (?:been |be )?\\w{3,20}",
)  # fmt: skip
# "We'd like to get these commissioned": what somebody wants to reach, not what is so.
WISHED: Final = any_of(
    "(?:like|love|want|wants|need|needs|keen|hope|hopes|hoping|aim|aims|aiming|try|trying|wish"
    "|looking|plan|planning|eager|anxious|in order|so as|get ready|time|unable|not able|cannot"
    "|desperate) to (?:\\w+ly )?(?:get|have|see|bring|put|make|be)\\b[^.,;?!]{0,50}"
)
WORKING_TIME: Final = any_of("working (?:days?|hours?|weeks?|times?)")
# What is listed only to be looked at.
ONLY_A_TEST: Final = any_of(
    "(?:this is|these are|it is|it's|only|just)(?: only| just)? (?:an? )?(?:\\w+ )?(?:test|trial"
    "|draft|example|sample|mock-?up|dummy|dry run|exercise|rehearsal)",
    "^\\W*(?:an )?(?:example|sample) of",
    "for (?:test(?:ing)?|training|demonstration) (?:only|purposes)",
)  # fmt: skip
# An error that a code, or what was done with it, gives.
FAILS: Final = any_of(
    "(?:throws?|gives?|gave|shows?|returns?|reports?|comes? (?:up|back) with|came (?:up|back) with"
    "|get(?:s|ting)?|got|with) (?:us )?(?:an? |the )?(?:\\w+ )?error",
    "error(?: code)? \\w+ (?:when|on|after|at|as)", "error(?:s|ed)? (?:when|on) join\\w*",
)  # fmt: skip
