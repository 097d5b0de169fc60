"""Words next to a list of Devices that ask for nothing and change nothing: courtesies and reasons.

Whatever else stands above a list is a reason why a person reads it.
"""

from __future__ import annotations

from typing import Final

from exchange.parsing.phrases.any_of import any_of

COURTESY: Final = any_of(
    "hope (?:you|this|all|that (?:you|this|all)|to hear)",
    "hope (?:the|your) (?!(?:\\w+ )?(?:meters?|devices?|codes?)\\b)",
    "let (?:me|us) know(?=\\W*$)",
    "(?:it's|it is|this is|that's)(?: only| just| quite| rather)? (?:me|us|a(?: \\w+)?"
    " (?:long|short|small|big|large|little)|(?:long|short|small))\\b"
    "(?: (?:list|one|batch|lot))?(?: (?:today|this week|this time))?",
    "trust (?:you|this|all|that you)",
    "how are you", "look(?:ing)? forward", "(?:have|enjoy) (?:a|the|your)(?: \\w+){0,2}"
    " (?:day|weekend|evening|week|afternoon|break|one)",
    "(?:thanks|thank you)(?: so much| very much)? (?:in advance(?: for (?:your|all|any|the)"
    "(?: \\w+){1,3})?|for your (?:help|time|assistance"
    "|support|co-?operation|patience|understanding|attention))",
    "(?:sorry|apologies|apologise|apologize)(?: again)?(?: \\w+){0,4} (?:to (?:bother|trouble"
    "|chase|pester|keep|be|\\w+ you)|for (?:the|any|another|all|yet|so|being"
    "|bothering|troubling|not))",
    "no (?:rush|hurry|panic|worries|problem)", "not urgent",
    "(?:any|if you have|should you have|if there are)[^.?!]{0,30}"
    " (?:questions?|queries|query|issues?|problems?|doubts?)",
    "(?:let me know|tell me|shout|call|ring|contact (?:us|me))[^.?!]{0,20} if",
    "nice (?:to|day|weekend)", "(?:good|lovely|great|nice) to (?:speak|meet|see|talk|chat|hear)",
    "merry christmas", "happy new year", "happy friday", "season's greetings",
    "(?:my|our) (?:best|kind|warm)(?:est)?", "best wishes", "with thanks", "much obliged",
    "(?:is|are|am) (?:your|the) (?:new )?contact", "as (?:agreed|discussed|promised|per (?:our"
    "|my|the)"
    " (?:call|chat|conversation|meeting|phone call))",
)  # fmt: skip
# Who writes, and where he is to be found.
WHO: Final = any_of(
    "(?:i am|i'm|we are|we're|this is|i|we) (?:just |also |now )?(?:writ(?:e|ing)|e-?mailing"
    "|cover(?:ing)?|contacting|new (?:to|here|in|at)|(?:here |writing )?on behalf of|in the office"
    "|at (?:my|our) desk|told (?:that )?(?:you|this))",
    "(?:i am|i'm|we are|we're|this is)(?: (?!not?\\b|never\\b)\\w+){0,4} (?:supplier|desk"
    "|team|lead|manager|analyst|contact|person|assistant)",
    "my name is", "(?:my|our|the) (?:direct |mobile |phone )?(?:number|line|extension|mobile"
    "|office hours|reference|ref) (?:is|are)", "(?:right|correct) (?:address|team|person|place"
    "|mailbox|inbox|people)", "(?:mail ?box|inbox|desk|office) is (?:monitored|manned|staffed|open"
    "|read|checked)",
)  # fmt: skip
# How a Device came to them.
GAINED: Final = any_of(
    "gain(?:ed|ing|s)?(?! (?:access|entry))", "(?:took|taken?|taking) (?:\\w+ ){0,3}(?:over|on)",
    "(?:we are|we're) (?:now )?(?:the|their) (?:\\w+ )?supplier", "acquir(?:ed|ing)",
    "inherit(?:ed|ing)?", "become (?:the |their )?(?:new |registered )*supplier",
    "became (?:the |their )?(?:new |registered )*supplier", "gaining supplier",
    "switch(?:ed|ing)? (?:to us|to (?-i:[A-Z]\\w+)|from you|supplier|over)", "switched",
    "(?:came|come|coming|moved|moving|transferred|passed|migrated) (?:over |across )?"
    "(?:to|from|with) (?:us|you|your|(?-i:[A-Z]\\w+))", "came (?:over|across)", "joined us",
    "(?:change|changes) of (?:supplier|tenancy)", "(?:(?-i:C[oO]S))", "won from you",
    "you (?:were|are) (?:the )?(?:losing|former|previous|last)", "losing supplier",
    "former supplier", "previous(?:ly)? suppl\\w+", "onboard(?:ed|ing)", "new customers?",
    "our (?:new |newest )?(?:customers?|portfolio) now", "now (?:with us|supplied by"
    "|our customers?)",
)  # fmt: skip
# Why they need the codes: what is not commissioned yet.
UNCOMMISSIONED: Final = any_of(
    "(?:cannot|could not|unable to|not able to|trying to|in order to|so (?:that )?we can|need to"
    "|want to|wish to|would like to|to|before we can|prior to|for|hop(?:e|ing) to|plan(?:ning)? to"
    "|can (?:then|now|finally)|not (?:yet )?(?:been )?|never (?:yet )?(?:been )?)(?: \\w+){0,2} ?"
    "(?:commission(?:ed|ing)?|join(?:ing)?|connect(?:ed|ing)?|enrol(?:led|ling)?)",
    "un-?commissioned", "(?:yet|waiting|due|still) to be commissioned",
    "not (?:yet )?(?:fully )?(?:commissioned|communicating|connected|smart)",
    "nobody (?:ever )?commissioned", "non[- ]comm(?:s|unicating|issioned)",
    "install(?:ed)? (?:and|&|but) (?:left?|never|not)",
    "(?:left|installed)(?: \\w+){0,3} without (?:an? )?(?:sm |smart )?wan", "no (?:sm )?wan",
    "without (?:an? )?(?:sm )?wan", "wan (?:coverage|signal)? ?(?:is|has|was|now)", "dumb mode",
    "(?:traditional|dumb|non[- ]smart)(?: mode)?",
    "show(?:n|ing|s)? as (?:pending|installed|not commissioned|InstalledNotCommissioned)",
    "(?:is|are|still|stuck)(?: \\w+){0,2} (?:at |as |on |in )?(?:pending|whitelisted)",
    "never (?:once )?(?:communicated|connected|come up|came up)",
)  # fmt: skip
# Where the list is, and what it is.
SHOWN: Final = any_of(
    "(?:see|find|refer to|per|is|are|list(?:ed|s)?|table|as|in|the)(?: \\w+){0,3} (?:attach(?:ed"
    "|ment)|enclosed|below|following|list|spreadsheet|workbook|file|table|csv|sheet)",
    "(?:attached|enclosed|below|herewith|following)(?: \\w+){0,2} (?:is|are|you will find|find"
    "|please|our|the)", "(?:list|details|devices|meters|ids|spreadsheet|file|table)(?: \\w+){0,2}"
    " (?:attached|enclosed|below|following|as follows)", "as follows", "set out (?:here|below)",
    "list(?:ed)? (?:below|here|above|underneath)", "here (?:is|are)", "see list",
    "another \\w+ for you", "(?:more|another|next|last|latest|first) (?:for you|batch|lot|list"
    "|set)",
    "this (?:week|month)'s (?:list|batch|gains)", "(?:list|batch|set) (?:of|for) ",
)  # fmt: skip
# What is said of a Device that is more than how it came and why they need its code.
STATE: Final = any_of(
    "\\w{3,}(?:ed|own|oken|orn|olen)", "gone", "off", "dead", "faulty", "fault", "broken", "fine",
    "ok(?:ay)?", "success\\w*", "work(?:s|ing)?", "join(?:s)?", "fail(?:s|ure)?", "problem",
    "issue", "wrong", "error", "will be", "going to be", "should be", "has to", "must", "live",
    "done", "sorted", "complete", "void", "leak\\w*", "complain\\w*", "damage\\w*", "luck",
    "nil", "n/a", "none", "nope", "dumb", "blank", "duplicates?", "spam", "invoice", "charges?",
    "unpaid", "example", "demo", "test",
)  # fmt: skip
# Such participles say nothing of the state of a Device.
NO_STATE: Final = any_of(
    "attached", "enclosed", "listed", "gained", "required", "requested", "needed", "wanted",
    "installed", "fitted", "mentioned", "discussed", "agreed",
    "promised", "acquired", "inherited", "switched", "moved", "transferred", "registered",
    "supplied", "concerned", "affected", "related", "limited", "associated", "united", "sorted by",
    "grouped", "based", "dated", "updated list", "aforementioned", "undermentioned", "named",
    "(?:down|un|over)?load(?:ed)?", "known", "shown", "red", "need", "feed", "shared", "combined",
    "test valley", "identified", "selected", "numbered",
)  # fmt: skip
# Codes that they have from us, or we from them: what is said of them is no reason to ask.
CODES_WE_GAVE: Final = any_of(
    "your (?:install(?:ation)? )?codes?",
    "codes? (?:that |which )?(?:you|we|i) (?:have )?(?:gave|sent|provided"
    "|supplied|emailed|e-mailed|shared|issued|got|received|had|have)",
)
GREETING: Final = any_of(
    "(?:dear|hi|hello|hiya|hey|good (?:morning|afternoon|evening|day)|morning|afternoon|evening"
    "|greetings|(?-i:To [A-Z])|to (?:whom|all|the team)|attn|fao|annwyl"
    "|bore da|prynhawn da|sehr geehrte|guten tag|bonjour)"
    "[^.?!:]{0,50}[,.!:-]?"
)
PRAISE: Final = any_of(
    "perfect",
    "great",
    "brilliant",
    "lovely",
    "super",
    "superb",
    "excellent",
    "fab",
    "fabulous",
    "got (?:them|it|those|these)",
    "received",
    "all good",
    "sorted",
    "spot on",
    "wonderful",
    "ace",
)
# A line of the header of a mail that is passed on.
HEADER_LINE: Final = any_of(
    "\\W*(?:from|to|cc|sent|date|subject|reply-to|importance|attachments?)\\s?:.*"
)
# A line of a form: "Requesting party: Vale Energy".
FIELD: Final = any_of(
    "\\W*[^\\W\\d_][\\w/()&'.-]{0,24}(?:\\s[\\w/()&'.-]{1,24}){0,3}\\s?:\\s[^.?!]{1,60}"
)
# What else meters are listed for.
OTHER_MATTER: Final = any_of(
    "audit\\w*", "sampl(?:e|es|ing)", "collect(?:ions?|ed|ing)", "returns", "returned", "final",
    "reads?", "readings?", "rentals?", "rent", "invoic\\w+", "bill(?:s|ed|ing)?",
    "charg(?:es?|ed|ing)",
    "tariffs?", "exchang(?:es?|ed|ing)", "replac(?:e|ed|ing|ements?)", "assets?", "transfers?",
    "stock(?: ?take)?", "faults?", "faulty", "reports?", "results?", "surveys?", "visits?",
    "appointments?", "photos?", "pictures?", "quotes", "quotations?", "quote for",
    "remov(?:al|als|ed|ing)",
    "decommission\\w*", "scrap\\w*", "dispos(?:al|ed|als)", "errors?", "duplicates?", "vacant",
    "void", "demolish\\w*", "demolition", "training", "tests?", "examples?", "drafts?",
    "mistakes?", "oops", "cancel\\w*", "complain\\w*", "theft", "stolen",
    "damag\\w*", "repairs?", "warranty", "recalls?", "maintenance", "inspections?", "safety",
    "upgrades?", "firmware",
    "certificates?", "deliver(?:y|ies|ed)", "dispatch\\w*", "shipp\\w*", "courier", "pallets?",
    "warehouse", "debts?", "credits?", "refunds?", "vends?", "payments?", "outages?", "blank",
    "dead", "burnt", "withdr\\w+", "objection", "objected", "erroneous\\w*",
)  # fmt: skip
# Few words with one of these answer, deny or call off.
NO_LABEL: Final = any_of(
    "old", "wrong", "yes", "yep", "agreed", "noted", "pending", "will do", "yours", "no",
    "not", "nope",
    "none", "never",
)  # fmt: skip
# What a list is called, and what says how long it is.
LISTING: Final = any_of(
    "batch(?:es)?",
    "lots?",
    "lists?",
    "gains?",
    "weeks?",
    "months?",
    "days?",
    "usual",
    "today's",
    "this week's",
    "this",
    "part",
    "page",
    "total",
    "short",
    "long",
    "two",
    "three",
    "four",
    "five",
    "estates?",
    "blocks?",
    "flats?",
    "street",
    "road",
    "same",
    "elec",
    "of",
    "both",
    "all",
    "addresse?s?",
    "postcodes?",
    "name",
    "phone",
    "telephone",
    "e-?mail",
    "contact",
    "reference",
    "date",
    "supplier",
    "party",
    "number",
    "type",
    "comments?",
    "notes?",
    "requester",
    "details",
    "dual fuel",
    "single fuel",
    "credit mode",
    "prepay(?:ment)?",
    "only",
)
# Those whom our Devices belong to.
PEOPLE: Final = any_of(
    "customers?",
    "tenants?",
    "occupiers?",
    "landlords?",
    "consumers?",
    "householders?",
    "owners?",
    "residents?",
    "homes?",
    "builders?",
    "developers?",
)
ANNOUNCES: Final = any_of(
    "(?:we|i|they|our \\w+)(?: are|'re| am|'m| will|'ll| shall| plan| intend| have| had| want"
    "| need)(?: \\w+)? \\w{3,}",
    "letting you know",
    "to (?:tell|say)",
    "with (?:you|us) (?:soon|shortly)",
    "(?:done|sent|went|goes|coming|going|posted|closed|lost|found|finished|sold|bought)",
)
