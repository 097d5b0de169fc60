"""Words by which people warn, report, dispute, correct, chase, thank and explain.

Each pattern knows one thing; ``exchange.parsing.statements.acts`` says what they mean together.
"""

from __future__ import annotations

import re
from typing import Final

from exchange.parsing.phrases.any_of import any_of

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
    "gained access", "exposed", "published", "made public", "anyone (?:could|can)", "bogus", "fake",
    "(?:the )?wrong (?:recipient|addressee|mailbox|person|company)", r"cyfaddawdu\w*",
)  # fmt: skip
# "If you suspect phishing": what a footer says about any mail.
SUPPOSES: Final = any_of(
    "if (?:you|this|it|in doubt|any)", "should you", "in case of", "to report",
    "report(?:ing)? (?:any )?",
    "be (?:alert|aware|vigilant|wary)", "we (?:will )?never", "beware", "protect yourself",
    "help us", "may(?:, [^,]{1,40},)? (?:monitor|intercept)",
    "(?:can|could|may|might) be intercepted",
    "subject to applicable law", "cannot be guaranteed",
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
        r"(?:all|both|these|those)(?: (?!not|never|to)\w+)?(?: now)? (?:commissioned|exchanged"
        "|replaced|removed|swapped|decommissioned)",
        r"(?:will|would|does|do|did|could|can)(?: \w+)? not (?:join|pair|match|work|validate)",
        "(?:taken|took) (?:them |it |both )?(?:off|down)",
        "managed to commission",
        r"(?:meters?|devices?|units?) (?:is|are|was|were)(?: \w+)? "
        "(?:faulty|dead|broken|damaged|stolen)",
        "(?:faulty|damaged|broken|dead) (?:meter|device|unit)s?",
        r"wedi (?:cael )?(?:eu |ei )?(?:comisiynu|cyfnewid|tynnu|methu)",
        "nid (?:yw|oedd)[^.?!]{0,30}gweithio",
        "funktioniert nicht", "ne fonctionne pas",
    ).pattern, re.I,
)  # fmt: skip
FAULTS: Final = any_of("fault (?:codes?|reports?)")
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
    # "that cannot be right", "your answer does not add up"
    "(?:that|this|it|the (?:answer|reply|response|denial)|your \\w+)(?: \\w+ly)?"
    " (?:cannot(?: \\w+ly)? be"
    "|(?:is|are|seems?|looks?|does|do|can|could)(?: \\w+ly)? not(?: \\w+ly)?(?: be| seem| look"
    "| sound)?|not) (?:quite |at all |entirely )?(?:right|correct|true|accurate|so|the case|add up"
    "|stack up|square|tally|match (?:with )?(?:our|what|the)|make sense|ring true)",
    "you are the installing", "(?:clearly|definitely) yours", "must be yours",
    "eich bod chi[^.?!]{0,40}wedi(?:'u)? gosod",
    r"anghytuno\w*", "nid (?:ydym|ydyn ni|wyf) yn derbyn",
)  # fmt: skip
# What is said of a view, not of an answer.
OPINES: Final = any_of("(?:could|can) ?not (?:dis)?agree more", "agree to disagree")
# The alternative that a request offers: "or confirm that you did not install them".
OFFERS_DENIAL: Final = any_of(
    "(?:or|otherwise|else|if not|alternatively)[^.?!]{0,60}(?:confirm|state|say|tell|let us know"
    "|advise|write|reply"
    "|declare|indicate|reject|mark|flag)[^.?!]{0,160}",
    "(?:,? or|alternatively),? (?:with )?(?:an? |your )?(?:short |simple |plain )?(?:statement"
    "|confirmation|declaration|note|word|line)[^.?!,]{0,80}",
    "(?:if|where|in case|should)[^.?!,;]{0,40}(?:fitted|installed|done|put in|carried out|handled)"
    " by (?:some(?:one|body)|another|others?|a different|other|(?:the|a) (?:former|previous"
    "|earlier))[^.?!,;]{0,60}(?:[^.?!]{0,10}\\bno need to (?:look|search|check|do)[^.?!]{0,60})?",
    "(?:confirm|say|tell us|let us know|advise|state)(?: that| if| whether"
    "| where)? you (?:did not|didn't|are not|aren't"
    "|were not|weren't)[^.?!]{0,80}",
    "(?:if|in case|provided(?: that)?|assuming(?: that)?)"
    " you (?:did not|didn't|are not|aren't|were not|weren't|did|are|were|have|hold"
    "|still hold|installed|fitted)[^.?!,;]{0,80}",
    "(?:where|for (?:any|each|those)[^.?!]{0,30}) (?:that |which )?you (?:did not"
    "|didn't)[^.?!,;]{0,60}",
)  # fmt: skip
CORRECTS: Final = re.compile(
    any_of(
        "correction", "corrected", "correcting", "typo", "mis-?typed", "amend(?:ed|ment|ing)?",
        "(?<!you )should (?:read|have been|have read|say|have said"
        "|be (?:\u2460|another|the|a different|as))",
        "wrong (?:id|device|meter|number|guid|list|file|digit|version)",
        "one digit", "digit (?:off|out|wrong)", "erratum", "revised", "transposed",
        "(?:updated|new) list",
        "in place of", "cywir\\w+",
    ).pattern + "|(?:instead of|not|replace) \u2460|\u2460 (?:should|is wrong|was wrong)", re.I,
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
        "|direct|address (?:your|all|any|the)|action|process|handle|deal with|pass"
        "|forward|mark|complete|fill|populate"
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
    "privileged", "no waiver", r"waiver (?:of|is)\b", "not meant for you", "create a contract",
    "e&oe", "transmitted with it",
    "vat (?:no|reg)", "scanned (?:by|for)", "privacy (?:notice|policy)", "sent from my",
    "get outlook",
    "authorised and regulated", "ofgem licen", "gdpr", "all rights reserved",
    "unless you (?:recognise|know|trust)",
    "if you(?: have)? received (?:it|(?:this|the) (?:e-?mail|message)) (?:by mistake|in error)"
    "[^.?!]{0,60} (?:delete|destroy|notify|inform|let us know|tell us)",
    "in reliance (?:on|upon)", "strictly prohibited", "sponsored by",
    "delete (?:this|it|the) (?:e-?mail|message)", "received this (?:e-?mail |message )?in error",
    "e-?mail (?:and any attachments|security|is sent)", "neges (?:hon|gyfrinachol)",
)  # fmt: skip
