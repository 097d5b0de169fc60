"""The words by which a sentence speaks of a request, of what became of it, and of Devices.

These tables are closed: a clause about a request is taken as harmless only if all of its words are
here (``exchange.parsing.statements.requesting.request_state``).
"""

from __future__ import annotations

import re
from typing import Final

from exchange.parsing.phrases.act_words import GIVE, GIVING, HELP, PARTS
from exchange.parsing.phrases.any_of import any_of


def words_of(text: str) -> frozenset[str]:
    """Return the words of a text."""
    return frozenset(text.split())


# What somebody may call his own request, and the words before it that say whose it is.
REQUEST_NOUNS: Final = words_of(
    "request requests enquiry inquiry enquiries application applications demand requisition "
    "requirement requirements interest asking need appeal ask"
)
DETERMINERS: Final = words_of(
    "our my the this that a an another any these those his her their its no such"
)
OF_YOU: Final = any_of("yours", "your \\w+", "by you", "with you", "from you")
OWNERS: Final = words_of("our my the any this her his their")
# A clause about a request that asks, names it or says where it is has no other words than these.
_GRAMMAR: Final = (
    "a an the this that these those our my his her their its your such any all both each every"
    " another other others same of for to from on in at under by with about via per re as into"
    " within through between and or but if so not yet we i us me it they them you here there below"
    " above attached enclosed following underneath overleaf herewith is are am was were be been has"
    " have had do does did please pls kindly could can would may might should must very much also"
    " most what matters now again just simply hereby formally fully first second third further"
    " more which who hence thus therefore accordingly consequently"
)
_FORMS_OF_ASKING: Final = (
    " make making made submit submitting submitted raise raised place placed put put forward lodge"
    " send sending sent sends enclose attach attaching present find see note accept treat consider"
    " take process processing action actioning handle handling deal dealing work look looking check"
    " respond responding reply replying answer answering acknowledge confirm confirming receipt"
    " refer referring quote quoting help assist support prioritise expedite fulfil complete chase"
    " chasing follow following up late write writing wrote email emailing contact contacting get"
    " touch reach like wish want need needs require ask asking repeat repeating resend resending"
    " renew renewing relates relate concerns concern covers cover regards regard includes contains"
    " comprises lists consists comes come arises view keep open number log reach reached unanswered"
    " outstanding received had heard hear waiting awaiting await wait still since ago forward"
    " forwarding thank thanks grateful sorry apologies reason reasons behind based"
)
_THINGS: Final = (
    " request requests enquiry inquiry application requirement demand requisition query need ask"
    " install installation installs code codes key keys ic ics crc mp121 sec clause appendix ac"
    " smart meter meters metering device devices esme gsme esmes gsmes guid guids eui euis id ids"
    " site sites premises property properties address addresses supply supplies supplier suppliers"
    " customer customers home homes flat flats house houses unit units batch list lists table file"
    " letter notice workbook spreadsheet sheet document mail e-mail email message subject line"
    " reference ref case"
    " ticket form details information data answer reply response response mailbox team desk"
    " electricity electric gas elec dual fuel single smets smets2 mpan mpans mprn mprns row rows"
    " gained gain gains gaining losing former previous current new fresh formal official urgent"
    " short quick small large usual regular weekly monthly today tomorrow yesterday morning"
    " afternoon week month day days working year date dated name names number numbers one two three"
    " four five six seven eight nine ten few couple several installed fitted left commissioned"
    " uncommissioned installing listed named mentioned set out shown given stated concerned"
    " regarding respect relation accordance pursuant terms connection order behalf part relating"
    " monday tuesday wednesday thursday friday saturday sunday january february march april june"
    " july august september october november december jan feb mar apr jun jul aug sep oct nov dec"
    " st nd rd th prompt promptly early convenience convenient possible asap attention time help"
    " assistance consideration follows specifically initial original earlier last"
)
JOINS: Final = words_of("and or but so hence thus therefore accordingly consequently")
# "Subject says it all, thanks": nothing is said but where to look.
SUBJECT_LINE: Final = any_of("subject(?: line)?", "title", "heading", "header")
OF_A_SUBJECT: Final = words_of(
    "the my this mail's e-mail's email's subject line title heading header of in on at says say "
    "said has have had it it's its all everything see as per above you is are what tells tell "
    "states covers self-explanatory self explanatory read please pls kindly and thank thanks many "
    "much very ta cheers thx obliged in advance you your help a lot so really just only need "
    "needed request ask asking hi hello morning afternoon details detail more nothing sums"
    " up for ever"
)
_CASUAL: Final = words_of("drop pull shoot")  # "pull our request" gives nothing
OF_A_REQUEST: Final = (
    words_of(_GRAMMAR + _FORMS_OF_ASKING + _THINGS)
    | {word for word, part in PARTS.items() if part in (GIVE, HELP, GIVING)} - _CASUAL
)
# "The codes for these arrived": a clause that begins so is about the codes, as somebody knows them.
CODES_FIRST: Final = re.compile(
    r"^\W*(?:the|those|all|our|both|two of (?:the|your))(?: \w+){0,2}? (?:codes?|ics?|keys?)\b",
    re.I,
)
# The same below a request, where nothing is told of codes that somebody lacks.
CODES_THEN: Final = re.compile(
    r"^\W*(?:the |all |both |these |those |our |install |installation )*(?:codes|ics|keys)\b"
    r"[^,;:]{0,40}\b(?:now|already|meanwhile|since|have|has|came|arrived)\b",
    re.I,
)
WANTED: Final = any_of(
    "please", "pls", "plz", "need\\w*", "want\\w*", "requir\\w*", "missing", "yet"
)
# -- participles --

IRREGULAR: Final = words_of(
    "done gone found got sold held put kept sent shut cut withdrawn overtaken taken given "
    "broken dropped void resolved spent lost over off undone rerun redone met dealt left "
    "drawn blown written split swept worn hidden stopped won borne begun bought brought "
    "built caught chosen come drawn driven fallen forgotten frozen known laid mistaken paid "
    "pulled read ridden run said seen set shelved shown stood stuck thrown torn told "
    "understood moot dead obsolete"
)
# Participles that say how a list came about, how a Device came, or that a mail is read.
HARMLESS_PARTICIPLES: Final = words_of(
    "attached enclosed listed gained installed fitted needed required requested wanted left "
    "acquired switched registered supplied based updated combined signed sealed numbered "
    "related addressed forwarded created published received noted understood agreed "
    "appreciated obliged delighted pleased excited relieved dated located linked resent "
    "corrupted stranded uncommissioned unanswered mentioned shown named set sent known "
    "given moved transferred migrated inherited mixed united "
    "limited failed commissioned exchanged encrypted scanned certified authorised regulated "
    "licensed accredited powered delivered generated checked trusted recommended edited "
    "hosted protected secured registered supported assigned written opened detached semi- "
    "detached terraced furnished need indeed feed speed seed shared posted outstanding "
    "joined unread red bed wed ted fred med used got added grouped sorted built run won "
    "shed promised discussed stated selected concerned affected missed omitted forgotten "
    "attributed allocated metered unmetered prepaid re-sent requiring expected hundred "
    "needed over off lost met stuck"
)
HOW_GAINED: Final = frozenset((("taken", "over"), ("taken", "on"), ("put", "in")))
_ADVERBS: Final = (
    "(?:status|state|now|already|all|both|since|also|just|fully|currently|meanwhile|here|it is|is)"
)
# "On hold", "parked until the new year": words without a verb that say where a matter is.
PUT_OFF: Final = re.compile(
    rf"^\W*(?:{_ADVERBS}\W+){{0,3}}(?:(?:on|in) (?:hold|ice|pause|standby|stand-by|abeyance|limbo"
    r"|suspense|the bin|the back burner|the long grass)\b|(?:not yet|not now|not any more"
    r"|no longer|no more)\b)|\b(?:until|till|pending)\b",
    re.I,
)
LEADING: Final = re.compile(rf"^\W*(?:{_ADVERBS}\W+){{0,3}}", re.I)
# What heads words that were added to a text later, or are meant for other readers.
ADDED_LATER: Final = re.compile(
    r"^\W*(?:update(?:d)?(?: \d\S*| before sending| from \w+| on \w+| by \w+)?\s?[:\u2013-]"
    r"|(?:edit|edited|addendum|later|afterthought|stop press|late news|resolution)"
    r"(?: [\w.:/]{1,8}){0,2}\s?[:\u2013-]"
    r"|internal(?: note| use)?\s?:"
    r"|(?:status|state)(?: change| update| now)?\s?[:\u2013-](?!\s*(?:new|open|active|assigned"
    r"|in progress|work in progress|awaiting|pending|draft)\b)"
    r"|(?:actually|on second thoughts?|on reflection|thinking again|come to think of it|scratch"
    r"|hang on|hang fire|hold on|wait|oops|whoops|as it happens|as it turns out|turns out|it turns"
    r" out|in the end|never mind|too late|forget)\b)",
    re.I,
)
# Something of a list, in a postscript.
SOME_ROWS: Final = any_of(
    "two", "three", "four", "five", "last", "first", "second", "third", "rows?", "lines?",
    "ignore", "skip", "leave",
)  # fmt: skip
POSTSCRIPT: Final = re.compile(r"^\W*(?:p\.?\s?p?\.?s\b|post ?scriptum|n\.?b\b|note\b)", re.I)
# Words for other readers than us: "Note to self: ask for the codes".
FOR_THEMSELVES: Final = re.compile(
    r"^\W*(?:notes? to (?:self|file)|to[- ]?do(?: list)?|actions?(?: items?| points?)? (?:for|on)"
    r"|minutes(?: of)?|reminder to (?:self|me)|memo|draft|for (?:the|our) files?|agenda|internal"
    r"|copying (?:you )?in|keeping you in the loop)\b[^:]{0,40}:",
    re.I,
)
# -- an asking that depends on something, or is yet to come --

CONDITION: Final = re.compile(
    r"^\W*(?i:and |so |but )?(?:(?i:if|once|provided|providing|assuming|subject to|depending"
    r"|supposing|in the event|in case|on condition|unless|were)|(?i:should)(?= (?:the|a|any|this"
    r"|that|it|he|she|they|our|my|we|i|[A-Z])\b)|(?i:had)(?= (?:the|we|our)\b))"
    r"\b(?P<rest>[^,;]{3,160}?)"
    r"(?:[,;]| (?=(?:we|please|could|can|would|kindly)\b))",
)
CONDITION_AFTER: Final = re.compile(
    r"\b(?:only (?:if|once|when|after)|not (?:before|ahead of|until|till)"
    r"|subject to|depending on|conditional on|pending"
    r"|(?:when|once|as soon as|after) (?:you|we|i) (?:get|hear|have|receive)"
    r"(?= [^,;]{0,40}\bfrom\b)"
    r"|(?:once|as soon as|provided(?: that)?|assuming(?: that)?|unless|if)"
    r"(?= (?:(?:my|our|the|we|i|he|she|they|his|her|head|all|every|nobody|nothing|someone|somebody)"
    r"\b|[A-Z])))\b(?P<rest>[^,;]{3,160})"
)
# With these it is no more than "if you can".
HARMLESS_CONDITION: Final = any_of(
    "(?:we|i) (?:could|may|might)",
    "you", "your", "yours", "yourselves", "possible", "convenient", "available", "held", "any",
    "easier", "helps", "necessary", "trouble", "so", "needed", "required", "questions?", "queries",
    "unclear", "(?:fitted|installed) by",
)  # fmt: skip
# What somebody asks for after "once", "if": not what his own side has still to do.
HARMLESS_AFTER: Final = any_of(
    "possible", "convenient", "any", "so", "(?:fitted|installed|put in) by", "yours", "needed",
    "required", "it helps", "easier", "(?:is|are|was|were)(?: not)? you",
)  # fmt: skip
PURPOSE: Final = any_of("so", "so that", "in order", "because", "and", "to (?:commission|join|get)")
YET_TO_COME: Final = any_of(
    "(?:shall|will|may|might|going to|about to|intend(?:s|ing)? to|plan(?:s|ning)? to|hopes? to"
    "|expects? to|likely to|due to|bound to)(?: \\w+ly| be| also| then| soon| now| next){0,3}"
    " (?:ask(?:ing|ed)?|request(?:ing|ed)?|apply(?:ing)?|lodg(?:e|ing|ed)|seek(?:ing)?"
    "|submit(?:ting|ted)?|rais(?:e|ing|ed)|sought)",
    "(?:may|might)(?: \\w+ly| also| then| well)? (?:need|want|require|be after)",
    "(?:would|will) be (?:needed|required|wanted) (?:in|on|from|by then|later|next|when|once)",
    "to be (?:asked for|requested|applied for|sought) by",
)
# "I will say when": the word to go ahead is yet to come.
OUR_WORD: Final = any_of(
    "(?:i|we|my \\w+|our \\w+|someone|somebody)(?: will|'ll| shall) (?:then )?(?:say|ring|call"
    "|phone|shout|tell|confirm|give (?:you )?(?:the|a)|let you know|get in touch|be in touch)",
    "(?:till|until|when|once|before) (?:i|we) (?:say|ring|call|phone|shout|tell|give|write)",
)
# What they will do with codes, other than to need them: "we will come to you for the codes".
WILL_DO: Final = re.compile(
    r"\b(?:we|i|they|someone|somebody|(?:our|my) \w+)(?: \w+ly)? (?:will|shall)"
    r"(?: (?:also|now|then|soon|therefore|only|just|shortly|\w+ly)){0,2}"
    r" (?!(?:not )?(?:need|require|appreciate|welcome|want|have"
    r"|be (?:\w+ly |very |most )?(?:grateful|glad|obliged|pleased|thankful|happy|needing"
    r"|requiring))\b)\w+\b[^;.?!]{0,60}\b(?:codes?|ics?|keys?)\b",
    re.I,
)
# "Confirm the codes were rotated": what is asked is whether it is so.
WHETHER: Final = re.compile(
    r"\b(?:confirm|check|verify|tell us|tell me|advise|say|state|let us know|let me know|ensure)\b"
    r"(?: that| whether| if)? (?:\w+ ){0,3}codes?\b[^,;.?!]{0,40}?\b(?:are|is|were|was|have|has|had"
    r"|will|did|do|does|can)\b (?!needed|required|wanted|requested)\w",
    re.I,
)
# "Send the codes to Northgate Energy, not us".
GIVEN_ELSEWHERE: Final = re.compile(
    r"\bcodes?\b[^.;?!]{0,120}(?<!or )\b(?:not|rather than|instead of) (?:to )?(?:us|me|ourselves"
    r"|this (?:address|mailbox))\W*$",
    re.I,
)
NOT_ASKED: Final = any_of(
    "at no (?:point|time|stage)", "in no way", "far from", "hardly", "scarcely", "barely", "rarely",
    "seldom", "anything but", "(?:do|manage|cope|live|get by|go) without", "spare (?:yoursel\\w+"
    "|you|the)", "(?:was|were|is|are) never",
    "did (?:\\w+ )?(?:ask|request|need|want|require|enquire)",
    "(?:keep|keeps|kept|keeping|hold on to|hang on to|retain|withhold) (?:\\w+ ){0,3}codes?",
    "(?:we|i)(?: have)? (?:sent|wrote|written|put|addressed|forwarded)(?: \\w+)? to"
    " (?!you\\b|us\\b)\\w+",
    "no (?:point|sense|use|value) (?:in|of)",
)  # fmt: skip
# -- Devices, and what is said of them --

# A sentence that begins so is about the Devices of a list.
DEVICES_FIRST: Final = re.compile(
    r"^\W*(?:(?:and|but|so|as|since|because|though|however|meanwhile|luckily|happily|good news"
    r"|sadly|unfortunately|by the way|fyi|that|which)\W+){0,2}"
    r"(?P<what>(?:(?:all|both|most|some|none|each|any|two|three|four|five|one|half|either|neither)"
    r"(?: of)? )?(?:these|those|they|them|it|this|all|both)\b(?: (?:\w+ )?(?:ones?|two|three|four"
    r"|meters?|devices?|sites?|suppl(?:y|ies)|addresses|properties|homes|flats|units))?"
    r"|(?:all|both) (?:of )?(?:the )?(?:two|three|four|five|six|ten|meters|devices|sites|supplies)"
    r"|the (?:above|lot|rest|(?:\w+ ){0,2}(?:ones?|two|three|four|meters?|devices?|sites?"
    r"|suppl(?:y|ies)|units?))(?: (?:above|listed|here|below))?)\s+(?P<said>.+)$",
    re.I,
)
# Words that describe a Device, how it came to them, or why its code is needed.
OF_DEVICES: Final = words_of(
    f"{_GRAMMAR}{_THINGS} never need needs require requires not no nor neither nobody cannot "
    "without un nothing yet only originally previously recently when while where since "
    "until after before because although however unfortunately came come coming over across "
    "joined join joining switched switch moved move transferred transfer migrated acquired "
    "inherited taken took passed gained registered belong belongs lie live lies turned turn "
    "go goes back located situated based stand sit sitting sat stuck wait waiting pending "
    "due booked visit engineer engineers fitter fitters shows show showing says put puts "
    "fit fits connect connected connecting communicate communicated communicating online "
    "comms non wan han network hub hubs signal coverage communications birthed paired pair "
    "dumb mode traditional credit prepay prepayment phase make model type scotland england "
    "wales north south east west london street road lane close estate block town city area "
    "region street same next different mixed most pressing important urgent priority "
    "vulnerable elderly old older new newer brand single twin variant total altogether "
    "alone together each apart bar except inventory smi ecoes records record register "
    "registered yours ours theirs own owner tenant tenants occupier landlord portfolio "
    "contract contracts summer winter spring autumn christmas today's long short time times "
    "once twice ever still far fine lack lacking missing fail failed fails refused refuses "
    "refuse asked wanted supposed meant able unable tried trying try what why how who there "
    "then too quite rather really almost nearly about around approximately some many more "
    "less than like such certain vary various side front hallway cupboard street number "
    "ending end begin beginning start starting marked flagged highlighted bold yellow "
    "pasted typed copied written spelt matter matters counts count"
)
# A sentence below the closing words with one of these is about the list above them.
OF_THE_LIST: Final = any_of(
    "install(?:ation)? codes?", "(?<!post)codes", "our request", "requests?", "these", "those",
    "them", "they", "(?:the|everything|mail|list|all) (?:above|lot)", "above", "enquiry",
    "(?:the|top|first|last|second|bottom|both|all|this|that) ones?", "both", "nothing",
    "the (?:meters?|devices?|list|sites?|supplies)", "\u2460", "it", "all", "everything", "lot",
)  # fmt: skip
# What a footer says of its company and of any mail.
OF_ANY_MAIL: Final = any_of(
    "e-?mails?", "this message", "the message", "messages", "communications?", "addressee",
    "recipient", "information", "your own", "customers", "homes", "website", "visit", "opinions?",
    "views", "calls?", "offices?", "hours", "working", "ofgem", "services", "award\\w*", "winner",
    "privacy", "terms", "we (?:are|supply|serve|believe|care|know|never)", "liabilit\\w+", "will"
    " never", "pronouns?", "leave", "holiday", "team", "desk", "follow us", "hear from", "welcome",
    "passwords?", "subscribe", "unsubscribe", "notifications?", "yours", "registered", "limited",
    "ltd", "plc",
    "welsh", "it in error", "tree", "trees", "paper", "printing", "monday", "tuesday",
    "wednesday", "thursday", "friday", "criminals", "report", "complaints?",
)  # fmt: skip
GOT: Final = re.compile(
    r"\b(?!(?:listed|attached|enclosed|gained|needed|wanted|required|requested|lost|mislaid|deleted"
    r"|installed|fitted|supplied|moved|missed|asked|took|put|sent|had|copied|forwarded|inherited"
    r"|acquired|registered|wiped|marked|need|feed|included|added|omitted|pasted|received|tried"
    r"|visited|left|grouped|sorted by|joined|switched|commissioned|used|typed)\b)"
    r"(?:\w{2,}ed|found|got|has|have|bought|dug|came|made|read|brought|picked|saw|caught)"
    r"(?: (?:up|down|out|in|over|through|back|round|hold of|with|on to|for|now|already|since"
    r"|all)){0,3}"
    r" (?:all (?:of )?)?(?:them|those|these|the (?:\w+ )?(?:codes?|lot)|everything|what we \w+)\b",
    re.I,
)
NEGATED: Final = any_of(
    "not", "n't", "never", "no", "nobody", "nothing", "neither", "nor", "cannot", "without",
    "none", "unable", "fail\\w*", "lost", "yet to", "still",
)  # fmt: skip
# A need that is denied is no reason to ask.
NEED_DENIED: Final = any_of(
    "(?:not|no|no longer|never|nothing|none)(?: \\w+){0,3} (?:need(?:ed)?|require[ds]?|want(?:ed)?"
    "|outstanding|urgent any more|after|interest(?:ed)?|use)"
)
