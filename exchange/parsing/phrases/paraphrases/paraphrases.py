"""What people shorten, mistype or say in a roundabout way, with plainer words for the same."""

from __future__ import annotations

from typing import Final

from exchange.parsing.phrases.paraphrases.checks import CHECKS
from exchange.parsing.phrases.paraphrases.deeds import DEEDS
from exchange.parsing.text.guarded import Guarded

_HISTORY_NOUN = (
    "(?:appointment|registration|supply|supplying|gain|takeover|time|tenure|arrival|involvement"
    "|ownership|period|start(?: date)?|ssd|contract|onboarding)"
)
_ASIDE = (
    "(?:at any (?:time|point|stage)|in fact|therefore|however|unfortunately|(?:i'm|i am|we are"
    "|we're) afraid(?: to say)?|regrettably|sadly|sorry to say|as it happens|as such|indeed"
    "|of course|thus|then|accordingly|consequently|hence|for the record|to be clear)"
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
    (r"\bteh\b", "the"),
    (r"\bmetre(s?)\b", r"meter\1"),
    (r"\bthis 1\b", "this one"),
    (r"\bneither (?:us|ourselves) nor\b", "neither we nor"),
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
    *CHECKS,
    *DEEDS,
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
        r"\b(?:and |but )?(?:then |later |since |have |had )*lost (?:it|them|these|those|(?:the"
        r"|this|that|these"
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
    (
        r"\bby (?:the (?:then[- ])?supplier (?:of the day|at (?:the|that) time|back then"
        r"|of the time|in place"
        r"|before|then)|who(?:ever)? (?:had|was|supplied)\b[^.?!,;]{0,40})",
        "by another supplier",
    ),
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
    (Guarded(pattern), plain) for pattern, plain in (*_SHORTENINGS, *_ROUNDABOUT, *_LAST)
)
