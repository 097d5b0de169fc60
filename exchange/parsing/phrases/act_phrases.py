"""Words by which people ask for install codes, take that back, report, dispute and warn.

Each pattern knows one thing; ``exchange.parsing.statements.acts`` says what they mean together.
English, with the Welsh, German and French of the same few things.
"""

from __future__ import annotations

import re
from typing import Final

# -- what is spoken about --

CODES: Final = re.compile(
    r"\b(?:(?:meter |device |smart )?install(?:ation|er|ing|s|ed)?[- ]?(?:code|key)s?\b"
    r"|(?:device |joining |commissioning |zigbee |esme |gsme |meter )?codes?\b|(?-i:ICs?)\b"
    r"|cod(?:au)? (?:gosod|y |yr |ar )|chodau?\b|godau?\b|codau\b"
    r"|install(?:ations)?-?codes?\b|installationsschl\u00fcssel\w*"
    r"|codes? d'installation)",
    re.I,
)
# A code of another kind: a postcode is one word, a "QR code" is not.
OTHER_CODES: Final = re.compile(
    r"\b(?:post(?:al)?|zip|qr|bar|dial(?:ling)?|area|country|error|fault|status|reason|pass|access"
    r"|discount|tariff|colour|product|profile|dress|sort|vat|cost|project|meter type|mtc|llf"
    r"|market participant|site|building|door|pin|security|verification|one[- ]time|tax|grid)"
    r"[- ]codes?\b|\bcode of (?:practice|conduct)\b|\b(?:supply|balancing|retail|energy|uniform"
    r" network|industry) code\b",
    re.I,
)
TOPIC: Final = re.compile(
    r"\b(?:codes?|install\w*|fitt(?:ed|ing)|meters?|devices?|esmes?|gsmes?|smets ?[12]?|eui|guids?"
    r"|ids?|list(?:ed|s)?|attach(?:ed|ment)|enclosed|spreadsheet|workbook|commission\w*|supplier"
    r"|mpans?|mprns?|requests?|answers?|response|sites?|mp121|file|data|hub|hubs|chf"
    r"|mesurydd\w*|fesurydd\w*|dyfais|dyfeisiau|z\u00e4hler\w*|compteurs?)\b"
    r"|[\u2460\u2461]",
    re.I,
)

# -- asking --

GIVE: Final = (
    r"(?:re-?)?(?:send|sen[dt]ing|provid(?:e|ing)|suppl(?:y|ying)|shar(?:e|ing)|giv(?:e|ing)"
    r"|forward(?:ing)?|pass(?:ing)?(?: \w+)?(?: on| over| along)?|let(?:ting)? (?:us|me|them) have"
    r"|e-?mail(?:ing)?|return(?:ing)?|releas(?:e|ing)|advis(?:e|ing)|confirm(?:ing)?|tell(?:ing)?"
    r"|(?:respond|reply|come back|get back)(?:ing)?(?: to (?:us|me))? with|get(?:ting)?|obtain(?:ing)?"
    r"|find(?:ing)?|look(?:ing)? up|dig(?:ging)? out|issu(?:e|ing)|furnish|complet(?:e|ing)"
    r"|fill(?:ing)? in|populat(?:e|ing)|add(?:ing)?|enter(?:ing)?|retriev(?:e|ing)|source|locate"
    r"|have|receive|anfon(?:wch)?|darparu|rhoi|senden|schicken|\u00fcbermitteln|mitteilen"
    r"|envoyer|fournir|transmettre)"
)
GIVES: Final = re.compile(rf"\b{GIVE}\b", re.I)
# A sentence that begins so is an order: "Send the codes for ...", "Codes for ... needed".
IMPERATIVE: Final = re.compile(
    rf"^\W*(?:(?:and|so|then|also|again|hi|hello|hiya|dear|morning|afternoon|all|team|both|urgent"
    rf"|to)\b[,:;.!\- ]*)*(?!add|find|get|have|confirm|tell){GIVE}\b",
    re.I,
)
ASKING: Final = re.compile(
    r"\b(?:please|pls|plz|kindly|(?:could|can|would|will|might|may|are|is)(?:n't)?"
    r"(?: (?:you|we|i|someone|anyone|somebody|the team|your team|it|be))"
    r"|(?:very |most |so |more than )?grateful|appreciate(?:d)?|be (?:great|good|ideal|lovely|helpful)"
    r"|need(?:s|ed|ing)?|requir(?:e|es|ed|ing)|wanted|want|request(?:s|ed|ing)?|ask(?:s|ing)?"
    r"|seek(?:s|ing)?|(?:would|'d) (?:like|love|welcome|appreciate)|look(?:ing)? (?:for|to (?:get|obtain))"
    r"|(?:am|are|'m|'re|is) after|in need of|missing|await(?:s|ing)?|wait(?:ing)? (?:for|on)|chas(?:e|ing)"
    r"|do you (?:\w+ )?(?:have|hold|know)|have you (?:\w+ )?(?:got|any)|any chance|what(?:'s| is| are)"
    r"|same (?:again|for)|help(?:ing)?(?: \w+)? with|short of|without (?:the|their|an?|any)"
    r"|do not have (?:the|their|an?|any)|don't have (?:the|their|an?|any)|lack(?:ing)?|outstanding"
    r"|os gwelwch yn dda|plis|a (?:allwch|fyddech)|(?:rydym|rwyf|dw i) (?:angen|eisiau)|angen"
    r"|bitte|ben\u00f6tigen|brauchen|k\u00f6nnten sie|s'il vous pla\u00eet|veuillez|merci de|pourriez)\b",
    re.I,
)
# The noun alone: "Install code request", "request for install codes", "codes needed".
REQUEST_NOUNS: Final = re.compile(
    r"\bcodes? (?:re-?)?(?:request(?:s|ed)?|required|needed|wanted|please|pls|outstanding|missing)\b"
    r"|\b(?:request|requirement|demand|need|order) for\b[^.?!]{0,60}\bcodes?\b"
    r"|\bcais am\b[^.?!]{0,40}\bgosod\b|\banfrage\b[^.?!]{0,40}codes?\b|\bcode order\b",
    re.I,
)
AGAIN: Final = re.compile(
    r"\b(?:again|once more|re-?send(?:ing)?|resent|re-?issue|another copy|a (?:second|fresh|new) copy"
    r"|second time|one more time|repeat(?:ed)?|lost|deleted|never (?:arrived|reached|received)"
    r"|did(?:n't| not) (?:arrive|reach|get|receive)|eto|nochmals?|erneut|\u00e0 nouveau)\b",
    re.I,
)

# -- what turns an asking into something else --

NOT: Final = (
    r"(?:not|n't|no longer|never|no need|stop|cease|without|instead of|rather than|avoid|refrain"
    r"|nothing|nid|nicht|kein\w*|ne pas)"
)
NEGATES: Final = re.compile(rf"(?:\b|(?<=\w)){NOT}\b", re.I)
# What stands between a negation and a verb without leaving its clause.
NEGATED_GIVING: Final = re.compile(
    rf"(?:\b(?:not|never|cease|stop|avoid|refrain(?: from)?|no need(?: for \w+)?(?: to)?|no longer"
    rf"|instead of|rather than|without|hold off(?: on)?|nid|nicht|pause|suspend|halt)|n't)\b"
    rf"(?:(?! (?:but|and|so|hesitate|only|just)\b)[ \w']){{0,40}}?"
    rf"\b(?:{GIVE}|answer(?:ing)?|process(?:ing)?|action(?:ing)?|respond(?:ing)?|reply(?:ing)?|do(?:ing)?"
    rf"|transmit\w*|need(?:s|ed|ing)?|requir(?:e|es|ed|ing)|want(?:s|ed|ing)?|after|looking for"
    rf"|ask(?:ed|ing)?|request(?:ed|ing)?|interested)\b",
    re.I,
)
TAKES_BACK: Final = re.compile(
    r"\b(?:cancel(?:s|led|ling|lation)?|withdraw(?:s|n|ing|al)?|withdrew|disregard|ignore|recall(?:ed"
    r"|ing)?|retract(?:ed|ing)?|rescind(?:ed)?|scrap|revok(?:e|ed|ing)|void(?:ed)?|null and void"
    r"|supersed(?:e|ed|es)|take (?:\w+ )?(?:back|off)|strike (?:\w+ )?(?:off|out)|drop (?:the|this|our)"
    r"|(?:remove|delete|exclude) (?:\S+ ){0,6}?(?:from (?:the|our|your)|off)|stand down|call off"
    r"|(?:sent|raised|included|listed|added|asked|requested|submitted)(?: \w+){0,4} (?:in error|by mistake"
    r"|mistakenly|wrongly|by accident|accidentally)|(?:in error|mistakenly|wrongly|accidentally)"
    r" (?:sent|raised|included|listed|added|asked|requested|submitted)|diystyru|anwybydd\w+"
    r"|storn\w+|annul\w+)\b",
    re.I,
)
# What can be taken back: our list, a request, these Devices, not a previous version of a file.
TAKEN_BACK: Final = re.compile(
    r"\b(?:request(?:s|ed)?|e-?mails?|messages?|list(?:s|ed)?|these|those|this|that|it|them|codes?"
    r"|devices?|meters?|sites?|the (?:above|below|following)|attached|ones?|tickets?|cases?|last one"
    r"|rows?|entr(?:y|ies))\b|[\u2460\u2461]",
    re.I,
)
HARMLESS_IGNORE: Final = re.compile(
    r"\b(?:ignore|disregard)\b[^.?!]{0,60}\b(?:if|signature|footer|disclaimer|duplicate|blank|empty"
    r"|hidden|old address|previous address|header|tab|second sheet|other sheets?)\b"
    r"|\bif\b[^.?!]{0,80}\b(?:already|have)\b[^.?!]{0,60}\b(?:ignore|disregard)\b",
    re.I,
)
WARNS: Final = re.compile(
    r"\b(?:compromis(?:e|ed|ing)|hack(?:ed|ers?|ing)?|phish(?:ing|ed)?|fraud(?:ulent|ster)?s?|scam\w*"
    r"|spoof(?:ed|ing)?|impersonat\w+|(?:data |security |cyber )breach(?:ed)?|breach of (?:our|the) (?:mail|e-?mail"
    r"|security|system)|cyber[- ]?(?:attack|incident|security)|ransomware|malware|stolen|intercept\w*"
    r"|(?:unauthori[sz]ed|third[- ]party) access|security incident|not (?:from|sent by) us"
    r"|(?:did not|didn't|never) (?:send|write|sent|wrote)(?: \w+){0,4} (?:e-?mail|mail|message|request)"
    r"|(?:taken over|broken into|leaked)|identity theft|do not trust|suspicious)\b",
    re.I,
)
REPORTS: Final = re.compile(
    r"\b(?:codes?|ics?|keys?|it|they|one|both|none|which|that|\u2461)\b[^.?!]{0,60}?\b(?:work(?:s|ed|ing)?"
    r"|fail(?:s|ed|ing)?|(?:was|were|is|are|been|get|gets|got|being) (?:\w+ )?(?:rejected|refused|accepted"
    r"|invalid|wrong|incorrect|faulty|bad|successful|unsuccessful|fine|ok|correct|expired|missing a))\b"
    r"|\b(?:wrong|incorrect|invalid|bad|faulty) (?:install(?:ation)? )?codes?\b"
    r"|(?<!not )(?<!n't )(?<!un)(?<!never )\b(?:been|are|is|were|was|got|now|already|since|all"
    r"|successfully)(?: (?:now|since|all|both|already|successfully|subsequently|been|fully|just))*"
    r" (?:commissioned|exchanged|replaced|removed|decommissioned|swapped|uninstalled|scrapped"
    r"|disconnected|de-?energised|adopted|enrolled|migrated)\b"
    r"|(?<!not )(?<!n't )(?<!never )\b(?:has|have|had) (?:\w+ ){0,2}(?:gone|come) (?:live|online|back)\b"
    r"|\b(?:meter|device|unit)s? (?:is|are|was|were)(?: \w+)? (?:faulty|dead|broken|damaged|stolen)\b"
    r"|\b(?:fault(?:y)?|damaged|broken|dead) (?:meter|device|unit)s?\b|\bwe (?:have )?managed to commission\b"
    r"|\bmismatch\b|\bcrc\b[^.?!]{0,30}\b(?:wrong|fail\w*|not match|does)",
    re.I,
)
DISPUTES: Final = re.compile(
    r"\b(?:not|n't|cannot|unable to|never) (?:\w+ )?(?:accept|agree)\b|\b(?:disagree|disput(?:e|ed|ing|es)"
    r"|contest(?:ed|ing)?|challeng(?:e|ed|ing)|reject(?:ed|ing)? your|refut\w+|contradict\w*|object to)\b"
    r"|\b(?:installed|fitted|put in|carried out) by (?:you|your (?:company|engineers?|team|contractors?"
    r"|predecessor))\b|\byou(?:r (?:engineers?|company|team|contractors?|fitters?))? (?:did|have|had|were|are"
    r"|was|is)?(?: \w+)? ?(?:install(?:ed)?|fit(?:ted)?)\b(?! (?:these|this|it|them|the (?:meter|device)s?)?\W*\?)"
    r"|\b(?:you|your (?:team|reply|answer|response|e-?mail))\b[^.?!]{0,30}\b(?:told|said|say|stat(?:e|ed|es|ing)"
    r"|claim(?:s|ed|ing)?|advis(?:e|ed)|confirm(?:ed)?|indicat(?:e|ed)|den(?:y|ied))\b[^.?!]{0,60}\bnot\b"
    r"|\b(?:show|list|nam|record|identif)(?:s|es|ed|ing)? (?:you|your (?:company|mpid|name|signifier))\b"
    r"|\b(?:check|look|review)(?: \w+){0,2} again\b|\b(?:re-?check|re-?consider|re-?investigate)\b"
    r"|\byour (?:denial|answer|response|reply)\b[^.?!]{0,40}\b(?:wrong|incorrect|mistaken|cannot be right|error)\b"
    r"|\bnot the installing\b[^.?!]{0,80}\bbut\b|\byou are the installing\b|\b(?:clearly|definitely) yours\b",
    re.I,
)
CORRECTS: Final = re.compile(
    r"\b(?:correct(?:ion|ed|ing)|typo|mis-?typed|mistyped|amend(?:ed|ment|ing)?|should (?:be|read|have been|have"
    r" read|say|have said)|instead of \u2460|not \u2460|replace \u2460|wrong (?:id|device|meter|number|guid|list"
    r"|file|digit|version)|one digit|digit (?:off|out|wrong)|erratum|revised|transposed|(?:updated|new) list"
    r"|in place of|apologies,? (?:the|our))\b|\u2460 (?:should|is wrong|was wrong|not)\b",
    re.I,
)
CHASES: Final = re.compile(
    r"\b(?:any (?:update|news|progress|luck|joy|response|reply)|chas(?:e|er|ing|ed)|remind(?:er|ing)?|overdue"
    r"|still (?:wait\w*|await\w*|outstanding|not (?:received|had|heard))|(?:when|by when) (?:will|can|might)"
    r"|(?:not|n't) (?:yet )?(?:received|had|heard|seen)|follow(?:ing)?[- ]?up|no (?:reply|response|answer)"
    r"|where (?:are|is)|status of|how (?:is|are|far)|progress on|working days? (?:have |has )?(?:passed|elapsed|ago)"
    r"|past (?:the |its )?(?:due|deadline)|diweddariad)\b",
    re.I,
)
THANKS: Final = re.compile(
    r"^\W*(?:(?:many|great|much|ok(?:ay)?|perfect|brilliant|lovely|super)\W+)*(?:thank(?:s| you)|cheers|ta\b"
    r"|much appreciated|great stuff|all good|diolch|danke|vielen dank|merci)\b",
    re.I,
)
# Courtesies and directions for the answer: they ask for nothing else.
PROCEDURAL: Final = re.compile(
    r"\b(?:please|kindly|pls)\b[^.?!]{0,25}\b(?:find|see|note|accept (?:this|our)|be (?:advised|aware)|bear with|reply"
    r"|respond|acknowledge|treat|use (?:the|our|this)|quote|keep|copy|cc|include|send (?:your|the|any|all)? ?"
    r"(?:reply|response|replies|responses|answers?|queries|questions)|contact|call|get in touch|let (?:us|me) know"
    r"|refer|see|do (?:not|n't) (?:reply|respond|hesitate|use|send (?:passwords?|personal))|don't (?:reply|hesitate"
    r"|use)|direct|address|action|process|handle|deal with|pass (?:this|it|on)|forward (?:this|to)|mark|complete|fill"
    r"|populate|open|check (?:the )?attach|confirm (?:receipt|safe receipt|you (?:have|got)|that you (?:did not|didn't"
    r"|are not|aren't|were not))|confirm if you (?:did not|didn't|are not|were not)|disregard|ignore|advise if"
    r"|look at|review|work through|ask|feel free)\b"
    r"|\b(?:any|if you have|should you have|if there are)\b[^.?!]{0,30}\b(?:questions?|queries|issues?|problems?)\b"
    r"|\b(?:can|could|would|will) you (?:please )?(?:help|assist|confirm receipt|acknowledge|look (?:into|at)"
    r"|deal with|action|process)\b|\bwould (?:be )?(?:much |greatly )?(?:appreciate|grateful)\w*\b"
    r"|\blook(?:ing)? forward\b|\bhow are you\b|\bhope (?:you|this|all)\b",
    re.I,
)
# "We gained these and cannot commission them": why somebody asks, in no need of an answer.
BACKGROUND: Final = re.compile(
    r"\b(?:gain(?:ed|ing|s)?|taken? (?:over|on)|acquir(?:ed|ing)|inherit(?:ed)?|become the supplier|new(?:ly)? (?:gained"
    r"|supplier|customers?)|our (?:customers?|records|portfolio|engineers?|sites?|supply|supplies)|switch(?:ed|ing)?"
    r"|chang(?:e|ed) (?:of )?(?:supplier|tenancy)|cos\b|under (?:mp ?121|clause|sec|the sec|appendix)|mp ?121|sec"
    r" appendix|clause 4\.?16|"
    r"(?:cannot|can't|could not|couldn't|unable to|not able to|trying to|in order to|so (?:that )?we can|need to|want to"
    r"|wish to|to|before we can|prior to|for|not (?:yet )?(?:been )?|n't (?:yet )?(?:been )?|never (?:been )?|un)"
    r"(?:\w+ ){0,2}?commission(?:ed|ing)?|install and leave|installed (?:and|but) (?:left|never|not)|not (?:been )?"
    r"connected|no wan|dumb mode|working days?|ten days|losing supplier|former supplier|previous(?:ly)? suppl\w+"
    r"|you (?:were|are) (?:the )?(?:losing|former|previous|last)|installed (?:in|on|around|between|during|before|since)"
    r"|(?:not|n't) (?:the )?install(?:ed|ing)|whether you|if you (?:did|are|were|have|hold|installed)"
    r"|attach(?:ed|ment)|enclosed|below|following|list(?:ed)?|as follows|above|spreadsheet|workbook|csv|table"
    r"|reference|our ref|ticket|urgent(?:ly)?|asap|deadline|by (?:monday|tuesday|wednesday|thursday|friday|close|end|the)"
    r"|\d+ (?:meters?|devices?|sites?|rows?|in total)|in total|total of|many thanks|thanks)\b",
    re.I,
)
BOILERPLATE: Final = re.compile(
    r"\b(?:intended (?:only |solely )?(?:for|recipient)|confidential|disclaimer|virus(?:es)?|registered (?:in|office"
    r"|number)|company (?:number|no)|unsubscribe|before printing|think before|environment|views (?:expressed|are)"
    r"|external (?:e-?mail|sender|source)|originated (?:from )?outside|caution|do not click|privileged|vat (?:no|reg)"
    r"|scanned (?:by|for)|privacy (?:notice|policy)|sent from my|get outlook|authorised and regulated|ofgem licen"
    r"|gdpr|trading as|all rights reserved|unless you (?:recognise|know|trust)|delete (?:this|it|the) (?:e-?mail|message)"
    r"|received this (?:e-?mail |message )?in error|e-?mail (?:and any attachments|security|is sent)"
    r"|neges (?:hon|gyfrinachol))\b",
    re.I,
)
