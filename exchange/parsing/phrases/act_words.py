"""The part that each word has in a sentence by which somebody asks for something, in English.

One word or phrase has one part.  ``exchange.parsing.statements.requests`` says which order of parts
is a request for install codes.  A word that is not here has the part OTHER_WORD; a FILLER counts
for nothing.
"""

from __future__ import annotations

from typing import Final

FILLER: Final = ""
OTHER_WORD: Final = "z"
WE: Final = "w"  # who writes, or whom he writes for
US: Final = "u"  # who is to get it
YOU: Final = "y"
PLEASE: Final = "P"
THANKS: Final = "e"
MODAL: Final = "M"  # could, would
DO: Final = "d"
BE: Final = "b"
HAVE: Final = "h"
HOLD: Final = "H"
NOT: Final = "n"
GIVE: Final = "g"  # what we are asked to do with codes
HELP: Final = "G"  # as GIVE, where the codes are named; alone it may be about anything
GIVING: Final = "r"
GIVEN: Final = "v"
NEED: Final = "N"  # need, require, want
NEEDED: Final = "E"  # needed, wanted, outstanding, missing
HOPE: Final = "K"  # grateful for, after, looking for: a thing follows
HOPE_THAT: Final = "J"  # grateful if, able to, any chance: what we do follows
REQUEST: Final = "R"
CODE: Final = "C"
DEVICE: Final = "D"
CONTAINER: Final = "L"  # a list of codes, the value of the code
THEM: Final = "m"  # the codes, or other people
IT: Final = "p"  # a pronoun, that may be the codes
OTHER_THING: Final = "X"  # a thing that is no code
ASSIST: Final = "A"  # help, oblige
OTHER_ACTION: Final = "O"  # delete, discuss: what is done with codes we have
DID: Final = "k"
HANDLE: Final = "V"  # look into, arrange, help
ASK_WHAT: Final = "q"  # what, which
ASK_WHY: Final = "Q"  # why, who, how, when
IF: Final = "i"
THAT: Final = "t"
OF: Final = "F"
AT: Final = "f"  # the other prepositions
AND: Final = "c"
ALWAYS: Final = "Z"  # in future, from now on
WITHOUT: Final = "T"
SHOWN: Final = "s"  # attached, enclosed

_WORDS: Final = {
    WE: "our commissioning team|our operations team|our smart team|our metering team"
    "|our engineering team|our onboarding team|our installation team|our company|we|i"
    "|our customer|our engineer|our engineers|our fitter|our installer|our team|our"
    " field team|our meter operator|our agent|our contractor|our company|our technician",
    US: "us|me|ourselves|this mailbox|this address|this email address|our team|our mailbox"
    "|our inbox",
    YOU: "you|u|ya|your team|someone|somebody|anyone|anybody|someone there|one of you|the team"
    "|yourselves|your colleagues|you guys|somebody there|one of your colleagues",
    PLEASE: "please|pls|plz|plse|pleas|kindly|pleease|if you please|if you would|asap|urgently"
    "|if possible|when you can|when you have a mo|when you get a mo|when you have a moment"
    "|when you have time|when you get a chance|when you get a sec|when you have a sec"
    "|when you have a minute|by return|if you can|at your earliest convenience|when convenient"
    "|if you would be so kind",
    THANKS: "ta|thanks|god day|thank you|many thanks|cheers|x|tnx|thx|ty",
    MODAL: "could|can|would|will|may|might|shall|should|cud|wd|wld|cld|must",
    DO: "do|does",
    DID: "did",
    BE: "is|are|was|were|be|been|being|am|'s|remain|remains",
    HAVE: "have|has|had|got|get|getting|obtain|obtaining|receive|receiving|having"
    "|possess|got hold of|be given|be sent|be provided with|be supplied with",
    HOLD: "know|knew|hold|holds|held|holding|keep|keeps",
    NOT: "nil|not|never|no longer|cannot|neither|nor|no need to|no need for you to|no need|no"
    "|nobody"
    "|none|nothing|rather than|instead of|stop|cease|refrain from|avoid|without us|hold off"
    "|refuse to|refused to|unable to|failed to|no more",
    GIVE: "complete|fill in|fill out|populate|shout|do not forget|not forget|dig|fish out|fish"
    "|root out|send|provide|supply|share"
    "|give|forward|pass on|pass|pass over|pass along"
    "|let us have|let me have|let them have|email|e-mail|release|respond with"
    "|reply with|come back with|come back to us with|respond to us with"
    "|reply to us with|reply to me with|get back to us with|revert with"
    "|come back to me with|issue|furnish|retrieve|resend|re-send|reissue|re-issue"
    "|resupply|re-supply|look up|look|dig out|dig up|look out|hunt down|track down|sort out"
    "|sort us out|ping|drop|shoot|pull|fetch|hand over|hand|point us to|point me to"
    "|make available",
    HELP: "let us know|let me know|mail|return|advise|confirm|tell us|tell me|tell"
    "|enter|insert|add|locate|disclose|answer with|find"
    "|source|sort|help with|help us with|help me with|assist with|assist us with"
    "|submit|deliver|transmit|extract|make|fill|treat this as|treat it as|treat these as"
    "|take this as|take it as|bring|state|list|write|put|text"
    "|arrange|do|spare|offer|action|process|run off|copy|attach|include|reveal"
    "|expedite|follow up with|work out|make|sent",
    GIVING: "sending|providing|supplying|sharing|giving|forwarding|passing on|passing|passing over"
    "|letting us have|letting me have|emailing|e-mailing|returning|releasing|advising|confirming"
    "|telling us|telling me|finding|looking up|digging out|issuing|resending|re-sending"
    "|retrieving|locating|looking out|furnishing|populating|completing|helping with"
    "|helping us with|pinging|dropping|responding with|sorting out|filling in",
    GIVEN: "provided|supplied|shared|given|forwarded|passed on|emailed|e-mailed|returned"
    "|released|issued|resent|re-sent|furnished|disclosed|populated|reissued|passed|made available",
    NEED: "be obliged to receive|be glad to receive|be grateful to receive|be pleased to receive"
    "|would value|value|would be most grateful for|need|needs|needing|require|requires|requiring"
    "|want|wants|wanting|would like|would much like|would really like|would rather like"
    "|would dearly like|'d like"
    "|should like|would love|'d love|would also like|would welcome|would appreciate"
    "|'d appreciate|appreciate|'d need|should also like|would very much like"
    "|would really appreciate|would need|would require|wish to have|would like to have"
    "|would like to receive|would like to get|need to get|need to get hold of"
    "|want to get hold of|need to have|need to obtain"
    "|want to get|like to have|require to have|'ll need|'ll require|could do with|can do with"
    "|must have|would be grateful for|would be glad of|would be obliged for|look forward to"
    "|looking forward to|would be glad to receive|would be pleased to receive|welcome|would like"
    " to get hold of|would like to obtain|need to see|would like to see|have need of"
    "|would be thankful for|would be happy to receive|would be happy to have"
    "|would be glad to have|still need|still require|"
    + "|".join(
        f"would be {good} to {get}"
        for good in ("good", "great", "lovely", "fab", "brilliant", "helpful", "useful", "nice")
        for get in ("get", "have", "receive", "see")
    ),
    NEEDED: "needed|required|reqd|req'd|requested|wanted|sought|outstanding|missing|desired"
    "|overdue|appreciated|welcome|wanting|lacking|awaited|necessary|helpful|useful|handy"
    "|a lifesaver|a great help|a big help|a huge help|a godsend|a real help|much obliged"
    "|to be provided|to be sent|to be supplied|to follow please|to come please",
    HOPE: "is there|are there|on the hunt for|in pursuit of|how about|what about|grateful for"
    "|after|looking for|in need of|any chance of|chance of"
    "|obliged for|glad of|thankful for|trying to find|trying to get|trying to obtain"
    "|trying to source|trying to get hold of|hoping for|hoping to get|hoping to have"
    "|hoping to obtain|hoping to receive|waiting for|waiting on|awaiting|await|chasing"
    "|in search of|hunting for|any joy with|any luck with|short of|missing|lack|lacking"
    "|seeking|seek|obliged by|wondering about|happy to receive|still after|sight of"
    "|missing out on|pleased to receive|glad to receive|wanting|waiting to receive",
    HOPE_THAT: "would appreciate it if|would really appreciate it if|would appreciate if"
    "|grateful if|appreciate if|appreciate it if|obliged if|thankful if|glad if"
    "|pleased if|happy if|helpful if|gr8 if|brill if|brilliant if|fab if|ace if|super if|nice if"
    "|useful if|handy if|best if|great if|good if|lovely if|possible to|possible for|able to"
    "|ok to|okay to|alright to|ok if|okay if"
    "|so kind as to|so good as to|kind enough to|good enough to|any chance|any way|a chance"
    "|mind|wonder if|wondering if|wondered if|hope|hoping|hope that|hoping that|possible"
    "|in a position to|welcome it if|obliged were you to|most grateful if|grateful were"
    "|chance|position to|willing to|like you to|need you to|want you to|require you to"
    "|ask you to|ask that|ask if|ask whether|request that|request you to|asking you to"
    "|invite you to|trouble you for|trouble you to|require that|grateful|expect you to"
    "|entitled to|requests that|asks that|requesting that|asking that|asking if",
    REQUEST: "requirement|request|requests|requesting|hereby request|ask for|asks for|asking for"
    "|ask you for"
    "|asking you for|requisition|enquiry|enquire about|call for|ask|applying for|apply for"
    "|application for|demand|kindly request|request from you|ask of you|seek from you|req"
    "|request type|req type|rfi|ask again for|requesting from you|requested|seeks",
    CODE: "code|codes|install-code|install-codes|ic|ics|install key|install keys|installation key"
    "|installation keys|link key"
    "|link keys|install codes|cods|instal codes|instal code|ic's|code's|joining key"
    "|icodes|codez|keycode|keycodes",
    CONTAINER: "column|columns|file|workbook|template below|spreadsheet|csv|list|lists|copy"
    "|copies|set|sets|batch|value|values|details|rest|remainder|all"
    "|each|any|both|string|record|records|spreadsheet|sheet|schedule|some|full list"
    "|info|information|majority|detail|pair|most",
    DEVICE: "device|devices|meter|meters|esme|gsme|esmes|gsmes|guid|guids|eui|euis|eui64|eui64s"
    "|\u2460|following|below|above|attached|undermentioned|aforementioned|sites|site|ppmid|ihd"
    "|these devices|these meters|mpan|mpans|property|properties|premises|smets|smets2|gains",
    THEM: "them|him|her",
    IT: "it|these|those|this|that one|this one|both of them|all of them|each of them|ones"
    "|one|the same|same|same again|same as before|same as last time|as before|another|others"
    "|both|two|three|four|few|couple|more|lot|ditto"
    "|likewise|others|next one|next two|next batch|next lot|them all|everything|next",
    ASSIST: "help|assist|oblige|help us|help me|assist us|help us out|help me out|support us",
    OTHER_ACTION: "delete|remove|destroy|change|replace|revoke|verify|store|protect|treat"
    "|correct|update|rotate|use|using|discard|discuss|meet|talk|speak|explain|clarify|describe"
    "|justify|amend|deleted|removed|destroyed|changed|replaced|revoked|verified|stored|lapses"
    "|lapse|lapsed|expires|expired|acknowledge|secure|encrypt|count|compare|validate|like|void"
    "|withdrawn|cancelled|canceled|reset|upgrade|reading|learn"
    "|charge|pay|collect|visit|book|decommission|recover|register|return to sender|join",
    HANDLE: "|".join(
        f"{verb}{which} {what}"
        for verb in ("", "have ", "take ")
        for which in ("another", "second", "further", "fresh", "closer")
        for what in ("look", "go", "try")
    )
    + "|think again|double-check|quote|look into|check|deal with|see to|liaise|go through"
    "|search|try|come back|get back|respond|reply|revert|consider|review|look at|work through"
    "|ensure|make sure|take a look|have a look|see whether|see if|check whether|check if"
    "|check your records|look again|go ahead|be in touch|turn around|prioritise",
    ASK_WHAT: "what|what's|which|whats",
    ASK_WHY: "why|who|how|when|where|whose|whom|whoever",
    IF: "if|once|until|till|unless|whether|because|as soon as|in case|when you|where you|whenever"
    "|before you|after you|since you|should you|so that|in order to|in order that",
    THAT: "that|which is|which are|who is|who are|where|whereas",
    OF: "of",
    AT: "for|on|in|to|at|from|with|by|under|as|into|about|against|regarding|re|per|via|through"
    "|within|pertaining to|relating to|concerning|belonging to|in respect of|between|4|onto"
    "|around|among|upon|behind|beside|during|before|without any",
    AND: "and|or|but|so|then|&|plus|alternatively|therefore|also|hence|thus|accordingly"
    "|consequently|which is why|for which reason",
    ALWAYS: "always|in future|in the future|going forward|from now on|henceforth|as of now"
    "|in due course|next time|at any time|every time|each time",
    WITHOUT: "without|do not have|does not have|have no|has no|had no"
    "|do not hold|does not hold|have not got|not got|do not know|no record of|have not had"
    "|have never had|have never been given|never got|never received|never had|did not get"
    "|did not receive|were never given|were not given|have not received|have not been given"
    "|have never received|no longer have|lost|has lost|have lost|have mislaid|mislaid|short"
    "|cannot find|could not find|cannot locate|were never sent|were not sent|do not seem to have"
    "|are lacking|are missing|am missing|is missing|are without|still have no|not have",
    SHOWN: "attached are|attached is|enclosed are|enclosed is|find attached|find enclosed"
    "|find below|see attached|see enclosed|find herewith|herewith|here are|here is|below are"
    "|below is|following are|as follows|see below|find the attached|see the attached|see|find"
    " our answer|find our response|find our answers|note|accept|be aware|be advised|bear with"
    " us|find",
    OTHER_THING: "ownership|your request|your enquiry|your email|your e-mail|your mail|your message"
    "|your list|your letter|your requests|receipt|firmware|version|reading|readings|reads|read"
    "|serial|serials|number"
    "|numbers|date|dates|status|type|model|make|address|addresses|postcode|postcodes|certificate"
    "|certificates|tariff|appointment|visit|removal|collection|invoice|format|template|process"
    "|portal|meeting|call|question|survey|training|webinar|experience|holder|owner|person"
    "|contact|form|reason|meaning|length|name|names|ticket|case|order|orders|credit|refund"
    "|payment|engineer|hub|communications hub|charges|audit|position"
    "|progress|timescale|timescales|timeline|eta|update|updates|response|reply|answer|answers"
    "|confirmation|acknowledgement|guidance|advice|policy|agreement|consent|approval|problem"
    "|issue|error|errors|fault|faults|security|colleague|queue|plan|date for|location"
    "|comments|comment|remarks|initials|signature|deadline|decision|outcome|results|result"
    "|purpose|use|transfer",
    FILLER: "as always|january|february|march|april|may 26|june|july|august|september|october"
    "|november|december|jan|feb|mar|apr|jun|jul|aug|sep|sept|oct|nov|dec|monday|tuesday"
    "|wednesday|thursday|friday|saturday|sunday|bulk|weekly|monthly|daily|week|month|the|a|an"
    "|all|our|your|any|some|also|just|then|again|too|really|over|across|back|out"
    "|through|up|off|down|now|today|asap|therefore|still|currently|urgently|quickly"
    "|hereby|relevant|corresponding|correct|respective|necessary|appropriate|full|smart|hi|hello"
    "|hiya|dear|good|morning|afternoon|evening|day|team|guys|mate|sir|madam|or|all|both|folks"
    "|colleague|colleagues|ever|perhaps|possibly|maybe|soon|once more|once again|further|extra"
    "|additional|very|much|most|well|likewise|such|each|every|outstanding|remaining|associated"
    "|matching|new|gained|installation|install|electricity|gas|electric|their|its|his|her|own"
    "|crc|total|only|yet|sometime|directly|together|here|there|there's|as well|as soon as"
    " possible|kind|quick|possible|e|g|h|hey|yes|yep|ok|okay|actual|valid|said"
    "|teh|zigbee|han|device's|meter's|smets2|smets|mp121|sec|regarding|urgent|new|latest|last|first"
    "|actually|simply|later|early|sorry|ideally|at least|at the same time|while you are at it",
}  # fmt: skip


def _parts() -> dict[str, str]:
    parts: dict[str, str] = {}
    for part, words in _WORDS.items():
        for word in words.split("|"):
            parts.setdefault(word, part)
    return parts


PARTS: Final = _parts()
MOST_WORDS: Final = max(word.count(" ") for word in PARTS) + 1
BEGINNINGS: Final = frozenset(word.partition(" ")[0] for word in PARTS if " " in word)
