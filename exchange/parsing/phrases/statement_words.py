"""The words of which answers in sentences are made, each with its part in the sentence.

A part is one character, so that the order of parts in a clause can be described by a short pattern.
A word that is not listed here is unknown, and an unknown word next to a denial leaves it open.
"""

from __future__ import annotations

from typing import Final

NEGATION: Final = "N"
NO_ONE: Final = "Z"  # none, neither
INSTALL: Final = "I"
INSTALLER: Final = "S"  # the installing Supplier
BY: Final = "B"
WE: Final = "W"
OURS: Final = "o"
OUR: Final = "O"
JOB: Final = "J"  # what somebody installed, as a noun: our installs, our jobs
DEVICE: Final = "D"
ONE_DEVICE: Final = "d"  # the same in the singular: the meter
THESE: Final = "T"
THIS: Final = "t"
NUMBER: Final = "Q"
REST: Final = "r"
ROW: Final = "F"  # the first, rows 2 and 3
ALL_BUT: Final = "A"
OTHERS: Final = "Y"  # another supplier, someone else
NAME: Final = "X"  # a word with a capital letter that is not listed
UNKNOWN: Final = "x"
FILLER: Final = "."
PAUSE: Final = ","
JOIN: Final = "&"  # and, so, because
CONTRAST: Final = "C"  # but, however
CODE: Final = "c"
MOMENT: Final = "M"  # a date, a year: next to a denial it narrows it
# What leaves open or takes back whatever is said around it.
EXCEPT: Final = "E"
PARTLY: Final = "P"
KIND: Final = "K"  # gas, electricity: not the whole list
DOUBT: Final = "H"
REVERSAL: Final = "R"  # somebody says or thinks so; it is wrong
ON_BEHALF: Final = "~"
UNFINISHED: Final = "U"  # a draft
WE_INSTALLED: Final = "G"  # in one word: instalamos
CORRECTION: Final = "V"  # scrap that; you fitted them
HEDGES: Final = frozenset((EXCEPT, PARTLY, DOUBT, REVERSAL, ON_BEHALF, UNFINISHED, CORRECTION))

ENGLISH: Final = {
    NEGATION: "not|never|played no part in|had no part in|took no part in|played no role in"
        "|had no role in"
    "|had no hand in|had no involvement in|had no involvement with|have had no involvement in"
    "|have had no involvement with|in no case|in neither case|"
    "nor|nowhere|at no point|at no time|on no occasion|no part in|no hand in"
    "|no role in|no involvement in|nothing to do with|no involvement with|not involved in"
    "|no connection with|no connection to|no dealings with|no link to|not connected with"
    "|not connected to|not responsible for|no responsibility for",
    NO_ONE: "none|neither|nothing|zero|zero of|zero out of|0 of|0 out of"
    "|not one of the|not one of these|not one of those"
    "|not one of them|not any of|not any|not a single one|not a one|no one|nobody",
    INSTALL: "install|installed|installing|fit|fitted|put in|did the install"
    "|did the installation|do the install|carried out the install|carried out the installation"
    "|carry out the installation|carried out installation|put these in|put them in"
    "|put this in|put it in|had installed|had fitted|went in|gone in|go in|goes in|fitting"
    "|put on the wall|put on the walls|did the work|did the job|hung|hang|put up|mounted"
    "|deployed|stuck in|banged in|wired in"
    "|bolted in|rolled out|fixed up|installs carried out",
    INSTALLER: "installing supplier|installing supplier party|installing suppliers"
    "|installing energy supplier"
    "|installing party|installing company|installation supplier|installer|installers|fitter|fitters"
    "|supplier who installed|supplier that installed|supplier which installed"
    "|one who installed|ones who installed|company that installed|installing parties"
    "|supplier who fitted|supplier that fitted|ones who fitted|ones that fitted|one who fitted",
    BY: "by|to do with|down to|belong to|belongs to|belonged to|came from|come from|comes from",
    WE: "we|us|ourselves|i|me|our company|our engineers|our engineer|our team|our teams"
    "|our installers|our fitters|our people|our side|our business|our organisation"
    "|this company|this supplier|this organisation|this business"
    "|our operatives|our field team|our field teams|our technicians|anybody here|anyone here",
    OURS: "ours|our own|belongs to us|belong to us|belonged to us|down to us|to do with us"
    "|mine|one of ours|any of ours|attributable to us|on us|our doing|our handiwork|our work"
    "|part of our rollout|part of our programme"
    "|part of our roll-out|part of our install programme|part of our installation programme",
    OUR: "our|one of our|any of our|our own",
    JOB: "meter work|metering work|site work|work on site|installs|installations|installation"
        "|jobs|fitments|fits|in installing|for installing"
    "|of installing"
    "|in fitting|for fitting|of fitting|the fitting",
    DEVICE: "devices|meters|units|ones|assets|ids|serials|entries|lines|items|equipment"
    "|device ids|kit|cases|instances|deviceids|guids",
    ONE_DEVICE: "device|meter|one|unit|asset|device id|entry|item|guid",
    THESE: "the pair|pair of|trio of|the trio|set of|these|those|they|them|all|any|each|both"
        "|every|either|everything|following|listed"
    "|your list|your request|the list|the request|your email|your mail|your spreadsheet"
    "|the spreadsheet|the lot|the batch|this batch|this list|this request|whole list|lot"
    "|the attached|the attachment|the workbook|attached list|these all|all these|all those"
    "|any at all|a single one|a single|single one|on there|on it|in it|here",
    THIS: "this|it",
    REST: "rest|others|other|remaining|remainder|balance|everything else|all else",
    ALL_BUT: "all but|all except|all except for|all apart from|all other than|everything but"
    "|everything except|everything apart from|each but|every one but|all bar",
    OTHERS: "another supplier|a different supplier|different supplier|some other supplier"
    "|someone else|somebody else|another party|another company|another energy supplier"
    "|the previous supplier|previous supplier|a previous supplier|an earlier supplier"
    "|an other supplier|others before us|other suppliers|another provider|a different party"
    "|a different company|a different energy supplier|one of your predecessors",
    CONTRAST: "but|however|although|though|whereas|while",
    EXCEPT: "except|excepting|excluding|apart from|aside from|other than|besides|bar|save|save for"
    "|with the exception of|exception|exceptions|only|not only|not just|merely|actually|at least"
    "|instead|otherwise|excluded|disregard",
    PARTLY: "some|most|many|several|few|a few|half|part|parts|partly|a couple|couple|majority"
    "|not all|not every|not both|not each|one of these|one of them|one of those|one of the"
    "|mostly|mainly|largely|certain|not entirely|a number of"
    "|all of one|handful|quite a",
    KIND: "leccy|leccie|lecky|leki|gas|electric|electricity|elec|esme|gsme|esmes|gsmes"
    "|ihd|ihds|ppmid|ppmids|hub|hubs|chf|gpf"
    "|smets1|smets2|smets|region|prepay|prepayment|credit|single phase|three phase|commercial"
    "|domestic",
    DOUBT: "could not have|owns|owned by|asset provider|asset owner|map|mam|meter asset"
        "|back then|from memory"
    "|memory serves|formally we|formally vale|strictly|loosely|gut|feeling|a chance"
    "|any luck|in a sense|speaking|as things stand|at present|currently|necessarily"
    "|in theory|in principle|at first sight|at first glance|first glance"
    "|on the face of it|in my opinion|in our opinion|in our view|in my view|to my knowledge"
    "|to our knowledge|not really|not exactly|not quite|not as such|not directly|not that i"
    "|not that we|quote me|quote us|hold me to|hold us to|bet on|swear to|second thoughts"
    "|come to think|by all accounts|in all likelihood|would say|i'd say|fairly|pretty"
    "|technically|strictly|officially|theoretically|legally|physically|personally|nominally"
    "|arguably|supposedly|reportedly|knowingly"
    "|unable to confirm|not able to confirm|at the time|at that time|replaced"
    "|exchanged|swapped|adopted"
    "|refitted|reinstalled"
    "|commissioned|no record of installing|no record of fitting|no record of having|no record that"
    "|any record"
    "|no evidence|any evidence|sure|not sure|unsure|unclear|may|might|maybe|perhaps|possibly"
    "|probably|presumably|if"
    "|unless|whether|let me check|need to check|have to check|to check|should check|checking"
    "|believe|think|assume|suspect|suspected|appear|appears"
    "|appeared|seem|seems|seemed|tbc|confirm with|could be|could have|would be|would have"
    "|should be|should have|should not|cannot confirm|can not confirm|to be confirmed|not yet|yet"
    "|until|aware|certain|convinced|confident|at first|first thought|initially|previously"
    "|apparently|seemingly|allegedly|likely|unlikely|as far as|as far|best of|guess|reckon"
    "|from what|hard to|doubt|doubtful|hopefully|claims|claim|dispute|disputed|query|rule out"
    "|exclude|pending|awaiting|still looking|still waiting|investigate|investigating|ask again"
    "|looking into|look into|under review|in progress|provisional|provisionally|wonder"
    "|subject to|assuming|provided that|so long as|as long as|by the looks|looks like|look like"
    "|once|when we|shortly|soon|tomorrow|later|bear with|just looking|double check"
    "|why|how|who|where|which|what|can you|could you|would you|will",
    REVERSAL: "say|says|saying|said|state|states|stated|stating|alleged|alleges|tell|tells|telling"
    "|told|suggest|suggests|suggested|imply|implies|implied|reported|reports|report|argue"
    "|argued|thinks|thought|believes|believed|supposed|assumed|understand|understood|hear|heard"
    "|insist|insisted|maintain|prove|proves|proven|proof|evidence|wish|pretend|imagine|mistaken"
    "|mistake|error|case|true|untrue|false|incorrect|wrong|wrongly|right|deny|denies|denied"
    "|denying|mean|means|meant|see|seen|recall|remember|reading|read|accept|admit|agree"
    "|wrote|writes|even|despite|because|since|hardly|scarcely|without|fail|failed|refuse|unfair"
    "|surprised"
    "|longer|any more|anymore|lost|turns out|turned out|after all|again",
    ON_BEHALF: "work order|work orders|purchase order|contractor|contractors|contractor's"
    "|subcontractor|subcontractors|subcontracted"
    "|behalf|landlord|landlords|agent|agents|agency|subsidiary|subsidiaries|sister|parent|group"
    "|predecessor|predecessors|acquired|acquisition|merged|merger|legacy|formerly|former|old name"
    "|trading|traded|self-installed|self installed|self-install|for us|took over"
    "|take over|taken over|taking over|on our instruction|our instruction|instructed|partner"
    "|partners|third party|third-party|our mop|our mam|our map|mop did|meter operator|outsourced"
    "|appointed|builder|developer|housing association|customer himself|themselves|himself"
    "|our old|brand|name of|transferred|inherited|novated|white label|migrated|migration",
    CORRECTION: "found them|found it|found these ones"
    "|scrap that|correction|ignore|sorry no|hang on|hold on|wait|disregard|strike that"
    "|wrong|wrongly|incorrect|mistaken|untrue|false|yours|you fitted|you installed|fitted by you"
    "|installed by you|you did|you have fitted|you have installed|your engineers|your installers"
    "|your engineer|your team fitted|your team installed",
    UNFINISHED: "test mail|test email|test message|this is a test|template|draft|drafts"
    "|for approval|to approve|do not send|don't send|not for release"
    "|not to be sent|internal only|for internal use|work in progress|holding reply",
    MOMENT: "january|february|march|april|june|july|august|september|october|november|december"
    "|jan|feb|mar|apr|jun|jul|aug|sep|sept|oct|nov|dec",
    CODE: "code|codes|install code|install codes|installation code|installation codes|ic|ics"
    "|installcode|installcodes",
}  # fmt: skip
FILLERS: Final = (
    "a|an|the|of|in|on|at|to|from|for|with|as|per|is|are|was|were|be|been|being|am|do|did|does"
    "|done|have|has|having|that|there|and|so|therefore|hence|thus|or|too|also|either|just"
    "|please|note|be advised|kindly|confirm|confirms|confirmed|confirming|can confirm|to confirm"
    "|hereby|can|writing|reply|response|respect|regard|regarding|reference|ref|re|number|numbers"
    "|your|you|asked|about|question|quoted|mentioned|named|sent|provided|shown|given|below|above"
    "|attached|enclosed|table|file|sheet|spreadsheet|workbook|list|email|mail|message|request"
    "|requests|requested|check|had|provide|give|metering|field|records|record|our records|system"
    "|systems|our systems"
    "|our system|data|database|register|asset register|books|crm|our records show"
    "|our records show that|our records indicate|our records confirm|records show|records indicate"
    "|records confirm|system shows|systems show|our system shows|our systems show|our data shows"
    "|our records clearly show|our records say|our records tell us|the records show"
    "|the system shows|our database shows|our files show|checked|have checked|having checked"
    "|looked|looked through|had a look|had a look through|have looked|looked at|had a look at"
    "|gone through|went through|been through|searched|reviewed|review|verified|found|find"
    "|morning|afternoon|evening|today|yesterday|day|week|month|year|years|monday|tuesday"
    "|wednesday|thursday|friday"
    "|hi|hello|dear|good|morning all|hi all|all the best|team|sir|madam|both of you|everyone"
    "|mate|guys|folks|lads|chaps|would like to confirm|let you know|to let you know"
    "|please accept this as|accept this as|confirmation|yours sincerely|yours faithfully"
    "|yours truly|sorry|apologies|apologies for the delay|delay"
    "|many thanks|many regards|unfortunately|afraid|i'm afraid|regret|thanks|thank you"
    "|thank|many|much"
    "|cheers|regards|hope|helps|this helps|hope this helps|no problem|no worries|noted|received"
    "|originally|original|originating|ever|definitely|certainly|clearly|simply|quite|indeed"
    "|supplier|suppliers|supply|supplied|sites|site|property|properties|premises|address"
    "|addresses|customer|customers|account|accounts|mpan|mpans|mprn|mprns|location|locations"
    "|smart|metered|time|first place|question|in question|no longer supply|before|prior|then"
    "|contact|try|refer|speak|ask|approach|redirect|direct|get in touch|go back"
    "|help|assist|unable|unable to provide|unable to give|unable to supply|unable to help"
    "|can not help|cannot help|can not assist|cannot assist"
    "|hold|held|holds|holding|not hold|do not hold|not have|do not have"
    "|not able to|no record|no records|no code|no codes|no install code|no install codes"
    "|can not provide|cannot provide|can not supply|cannot supply|not held|nothing to give"
    "|nothing to provide|nothing to add|no trace|none to give|took the customers over"
    "|took over the supply|took the supply over|took over the customers|took over supply"
    "|took over the account|took over the site|took over the accounts|took the account over"
    "|gained|when we gained|when we took|when we became|when we took over|already|place|in place"
    "|came to us|joined us|became the supplier|acquired the customers|won the customers"
    "|supplying|supplied us|us to check|under clause|clause|sec|mp121|appendix|ac|obligation"
    "|respectively|order|that order|in that order|follows|as follows|back|gb|uk|plc|ltd|limited"
    "|here is|here are|our answer|answer|answers|answering|outcome|it's|whatsoever|at all"
    "|hope you are well|trust|well|its|their|his|her|my|which is|which are"
    "|which were|which you|you listed|you sent|you asked|sent us|send us|for you|to you|with you"
    "|look|sadly|yes|ok|okay|right then|further to|following your|in answer|in response|results"
    "|result|search|checks|some checks|a check|our check|our checks|our search|our investigation"
    "|final|formal|formally|position|organisation|company|behalf of ours energy|referred|relate"
    "|relates|relating|concerned|concerning|subject|quick|shout|giving|got|ours energy|p.s|ps|fyi"
    "|for and on behalf of|pursuant|identified|writing on behalf of"
    "|were all|name|carried out|undertaken|completed|late|anything else|anything|out|up|into|down"
    "|you mention|you list|you refer to|you enquired about|you are asking about|you have listed"
    "|please be aware|at the time of installation|our gain|our supply|our supply start date|set out"
    "|no joy|no luck|asset records|our asset records|meter records|asset database|asset system"
    "|install records"
    "|can see|can also see|carry out|carry|perform|performed|undertake|undertook|responsible"
    "|responsibility|involved"
    "|involvement|gives notice|notice|gives|inherited both sites|inherited the sites"
    "|inherited these sites|inherited the customers|inherited these customers|inherited the supply"
    "|inherited the accounts|wrong supplier|wrong company|wrong people|long time no speak"
    "|long time no see|as advised previously|as previously advised|as stated previously"
    "|as previously stated|previously advised|previously stated|cos|coses|change of supply"
    "|change of supplier|change of tenancy|my drafts|drafts folder"
    "|draft folder|wrong shop|wrong team"
    "|wrong address|wrong lot"
    "|wrong tree|case closed|ticket closed|we write to confirm|wrong shop|wrong team"
    "|wrong address|wrong lot"
    "|wrong tree|case closed|ticket closed|we write to confirm|red|blue|green|bold"
    "|highlighted|yellow|comment|comments|from our map"
    "|from our mop|from our mam|from our meter operator|gone|went|going"
    "|off|via|afterwards|ago|long|way|shows|show|now|far back"
    "|reason|reasons|such|in no case|in any case|in either case|in each case|in both cases"
    "|in all cases"
    "|in this case|in these cases|in any event|either way|for clarity|avoidance of doubt"
    "|for the avoidance of doubt|to be clear|for the record|for completeness|at any stage"
    "|at any time|at any point|categorically|absolutely|regretfully|regrettably|obviously"
    "|honestly|emphatically|most definitely|most certainly|sorry to say|have to say"
    "|pleased to say|safe to say|needless to say"
    "|our work order|our work orders|our work management|history"
    "|by which time|inform|inform you|informs|advise|advise you|advised|notify|notify you|work"
    "|therein|herein|thereof|aforementioned|said devices|in respect of|in accordance with|mpxn"
    "|mpxns"
    "|which means|which means that|meaning|this means|this means that|compared|ticket|tickets|job"
    "|job management|governance|flows|portal"
    "|nah|nope|naw|yep|yup|aye|gain|gains|quick one|quick one to say|quick note to say|email to say"
    "|note to say|line to say|message to say|quick line to say|against|nothing to report"
    "|nothing to declare|the wait|your wait|long wait|go|goes|remains|remain|your query"
    "|your enquiry|the query|this query|as far back as|correspondence|happy|happy to"
    "|glad to|wrong place|wrong door|come back to say|came back to say|writing to say|just to say"
    "|emailing to say|start|start date|dated|performed"
    "|raised|queried|referenced|submitted|specified|noted|detailed|itemised|flagged|forwarded|cited"
    "|outlined|logged|enquired|msn|msns|serial number|serial numbers|party|meter point|meter points"
    "|by the time|by then|by that time|by that point|predate|predates|pre-date|pre-dates|guv"
    "|relation|under|status|resolution|verdict|finding|findings|conclusion|decision|disposition"
    "|update|remark|remarks|closure|in relation to|must advise|must inform|have to advise"
    "|on either count|on any count"
    "|on both counts"
    "|soz|if i were you|xx|x|thing|things|ceased trading|started trading|began trading"
    "|commenced trading|stopped trading|legacy meter|legacy install|legacy installs"
    "|legacy device|legacy devices|legacy assets"
    "|legacy meters|whose meter operator|their meter operator|its meter operator|wall|walls"
    "|ascertained|determined|established|deduced|closed|our end"
    "|attended|visited|fall|falls|fell|outside|predating|postdates|postdate|post-dates|ssd|no-one"
    "|losing|long story short"
    "|install date"
    "|accordingly|consequently|likewise|similarly|additionally|furthermore|moreover|thereby"
    "|duly|ultimately|thankfully|log|logs|tracker|diary|archive|archives|above-referenced"
    "|above-mentioned|above-listed|aforesaid|undermentioned|below-listed|contained in|contained"
    "|included in|set forth in|appearing in|appearing on|featured in|comprised in|programme"
    "|install date|job|should be everything|should be all|should be it|should be that"
    "|no longer trading|can tell you|afraid to say|save you|save you some time|save time|then|gov"
)
# "Install history" installs nothing.
OF_INSTALLING: Final = frozenset(
    ("code", "codes", "history", "record", "records", "date", "dates", "details", "data",
     "paperwork", "log", "logs", "report", "reports", "certificate", "certificates", "file",
     "files", "database", "system", "systems", "tracker", "portal", "list", "lists", "base",
     "book", "portfolio", "estate", "information", "info", "documentation", "photos", "register")
)  # fmt: skip
OF_JOBS: Final = frozenset(
    ("management", "system", "systems", "number", "numbers", "ref", "reference", "tracker", "board")
)
BEFORE_JOBS: Final = frozenset(
    ("our", "the", "an", "any", "this", "that", "either", "these", "those", "no", "a")
)
GREETINGS: Final = frozenset(
    ("hello", "hi", "dear", "morning", "afternoon", "evening", "hey", "hiya", "fao", "attn")
)
_NUMBERS: Final = {
    "two": 2, "three": 3, "four": 4, "five": 5, "six": 6, "seven": 7, "eight": 8, "nine": 9,
    "ten": 10, "eleven": 11, "twelve": 12, "thirteen": 13, "fourteen": 14, "fifteen": 15,
    "twenty": 20, "thirty": 30, "forty": 40, "fifty": 50, "hundred": 100,
    "zwei": 2, "drei": 3, "vier": 4, "fünf": 5, "deux": 2, "trois": 3, "quatre": 4, "cinq": 5,
    "dau": 2, "ddau": 2, "dwy": 2, "ddwy": 2, "tri": 3, "tair": 3, "pedwar": 4, "pump": 5,
    "twee": 2, "drie": 3, "vijf": 5, "dos": 2, "tres": 3, "cuatro": 4, "cinco": 5, "dwa": 2,
    "dwóch": 2, "trzy": 3, "trzech": 3, "cztery": 4, "czterech": 4, "tre": 3, "fem": 5,
}  # fmt: skip
ORDINALS: Final = {
    "first": 1, "second": 2, "third": 3, "fourth": 4, "fifth": 5, "sixth": 6, "seventh": 7,
    "eighth": 8, "ninth": 9, "tenth": 10, "1st": 1, "2nd": 2, "3rd": 3, "4th": 4, "5th": 5,
    "6th": 6, "top": 1, "last": -1, "final": -1, "bottom": -1,
}  # fmt: skip


def number_of(word: str) -> int | None:
    """Return the number that a word is, if it is a small one."""
    if word.isdecimal():
        return int(word) if len(word) <= 6 else None
    return _NUMBERS.get(word)
