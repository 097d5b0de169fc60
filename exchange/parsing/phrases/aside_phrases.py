"""What stands around an answer: small print and courtesies, and what makes an answer wait."""

from __future__ import annotations

import re
from typing import Final

from exchange.parsing.phrases.any_of import any_of

# Small print speaks of the mail itself or of the company, not of Devices.
_OF_THE_MAIL: Final = any_of(
    "e-?mails?", "messages?", "communications?", "transmissions?", "attachments?", "contents?",
    "views", "opinions?", "senders?", "recipients?", "addressees?", "author", "cop(?:y|ies)",
    r"print(?:ed|ing|out)?", "environment", "trees?", "paper", "registered", "incorporated",
    "registration (?:number|no)", "company (?:number|no|reg)", "vat", r"priva(?:te|cy)",
    r"scann\w+", "virus(?:es)?", "malware", "hours", "feedback", "survey", "how did (?:we|i) do",
    "rate", r"record(?:ed|ings?) (?:for|calls?)", "calls?", "regulated", "authorised", "ofgem",
    r"https?", "www", "web ?site", "unsubscribe", "mailbox", "inbox", r"liab(?:le|ility)",
    r"delet\w+", r"destroy\w*", r"disclos\w+", r"confidential\w*", "privileged", "copyright",
    "head office", "(?:if|should) (?:you|this) (?:are|is|were) not (?:the|that|for)",
    "(?:tel|phone|telephone|mobile|switchboard|office|fax)", "how we did", "helpful",
    "your experience", "in my (?:drafts|outbox|junk)", "monitored", "data protection",
    "not (?:that|the) (?:person|one)", "follow us", "trading (?:as|name)", "subsidiary of",
    "part of the", "member of the", "wholly[- ]owned", "intended", "proud", "award[- ]winning",
    "read (?:it|this) (?:online|in)", "sent from", "sent on behalf", "complaints?",
    "ombudsman", "waiver",
    "transmitted", "(?:not )?meant for you",
    "changes made to it", "e&oe", "classification", "out of hours", "emergenc(?:y|ies)",
    "working (?:pattern|day|week)s?", "part[- ]time", "compressed", "at (?:their|my) desks?",
    "lines? (?:are|is) open", "create a contract", "vary any", "information security",
)  # fmt: skip
# Not small print: the mail was not to be sent.
_RECALLED: Final = any_of(
    r"(?:sent|written|went out|answered|replied|e-?mail\w*|message|reply|answer)\b[^.?!]{0,60}"
    r" (?:in error|by mistake|mistakenly|prematurely|by accident|accidentally|too (?:early|soon))",
    "(?:e-?mail|mail|message|note|reply|answer|statement|that|it|this|we"
    "|i)\\b[^.?!]{0,40}? (?:was|were"
    "|is|am|are|be|been) (?:\\w+ )?(?:a |an )?(?:mistakes?|mistaken|errors?|wrong|incorrect"
    "|not right"
    "|untrue|false|inaccurate|right)", "(?:may|might|could) not (?:be|have been) (?:right"
    "|correct|true)",
    "(?:ignore|disregard|scrap|recall|withdraw|forget|bin|delete) (?:this|my|our|the|that|it|what)"
    "(?: (?:last|previous|earlier|above|below|first|e-?mail|message|reply|answer))*",
)  # fmt: skip
_CONDITIONAL: Final = re.compile(
    r"\b(?:if|should|where|unless|in the event)\b[^,;:.?!]{0,200}[,;:.?!]?"
    r"|\bplease (?:delete|destroy|notify|inform|consider|think|don't|do not)\b[^.?!]{0,120}",
    re.I,
)
# The sender wants to be waited for, or asked again.
_WAITS: Final = any_of(
    "(?<!the )(?<!your )(?:hold|wait|hang) (?:off|on|fire|for)", "bear with",
    "(?<!we )(?<!i )(?<!they )do not (?:yet |just )?(?:close|act|rely|treat|take|count|chase"
    "|contact|quote|record|mark|log)",
    "(?<!you )(?<!you will )(?<!you'll )(?<!you'd )(?:will|shall|going to|need to|needs to"
    "|have to|has to|should|must|would like to|want to"
    "|about to|meaning to|about time (?:we|i)) (?:\\w+ )?(?:ask|check|confirm|verify|look"
    "|investigate|raise|chase|find out|revert|come back|get back|update|let you know|dig|see if"
    "|review|search|go (?:back|through)|speak to (?:our|the|my)|send|provide)",
    "(?:please |just |,|^)\\W*(?:hold|keep) (?:this|it|that|these|them)(?! (?:information|data))",
    "for now", "for the moment", "for the time being", "in the meantime", "in the interim",
    "second thoughts", "(?:just|only) (?:kidding|joking)", "thinks? (?:differently|otherwise)",
    "(?:has|have|needs?|got) (?:to|still to) (?:\\w+ )?(?:sign|approve|authorise|agree)",
    "we (?:have |had |since )?(?:bought|acquired|merged with|absorbed) (?-i:[A-Z])[\\w-]+(?!'s"
    "| (?:customers"
    "|sites|accounts|suppl))",
    "come to think", "(?:i|we) stand corrected", "my mistake", "my bad", "our mistake", "oops",
    "keep (?:it|this|these|them|the (?:request|query|ticket|case)|your (?:request|query))"
    "(?: \\w+)? open", "leave (?:it|this|these|them|the (?:request|query|ticket|case))"
    "(?: \\w+)? open",
    r"(?:ask|try|contact|check with|chase|come back to|write to|ring|call) (?:us|me|again)"
    r"(?: (?:about|on|for) \w+)? (?:again|later|next|in|after|once|when|nearer|closer)",
    "(?:ask|try|chase|check|look) (?:us )?again", "check back", "double[- ]?check(?:ing)?",
    "still (?:like|want|need|have|has|to|waiting|looking"
    "|checking|hoping|searching)",
    "cross[- ]?check(?:ing)?", "re-?check(?:ing)?", "before (?:you|we) (?:close|act|rely)",
    "reserv(?:e|es|ing) (?:our|the|all) (?:position|rights?)", "without prejudice",
    "(?:to be|being) (?:verified|validated|confirmed|investigated|reviewed)",
    "(?:pending|awaiting|subject to)", "work(?:s|ing)? in progress",
    "not (?:our |the |a |my )?(?:final|formal|official|full)",
    "(?:checked|looked at|searched) (?:only )?(?:one|the first|some|part|half)",
    "(?:an?|some|any) (?:interim|provisional|initial|preliminary|first|partial) (?:answer|response"
    "|reply|view|check|search|look)", "(?:interim|provisional|preliminary) \\w+",
    "more to (?:follow|come)", "to follow", "(?:will|may|might) (?:change|differ)",
    "treat (?:this|it) as(?! (?:our|my|the|a|an) (?:\\w+ )?(?:final|formal|official|full|complete"
    "|response|answer|reply|confirmation))",
    "(?:tools?|screen|reading|access|archives?|login) [^.?!]{0,40}(?:not|down|says?|said|anyway"
    "|always|new|old|wrong|limited)", "new here", "best to have", "just my", "my reading",
    "let me(?! know)", "allow me", "(?:needs?|wants?|ought) (?:to be )?(?:checking|checked)",
    "(?:will|shall|would) [^.?!]{0,40}(?:answer|response|confirmation|outcome|update)",
    "(?:may|might|could) (?:know|have|find|tell) more",
    "meant for (?:another|someone|somebody|a different|other)",
    "wrong (?:list|mail|e-?mail|thread|attachment|file|tab|sheet|version)",
)  # fmt: skip
# Somebody has still to confirm it; what the sender confirms with these words is masked.
_TO_CONFIRM: Final = re.compile(
    r"(?<!you )\b(?:to|will|shall|should|may|might|going to) (?:\w+ ){0,2}?(?:confirm|verify"
    r"|validate"
    r"|review|re-?check|check|advise|come back|get back|be in touch|revert)\b",
    re.I,
)
_CONFIRMS: Final = re.compile(
    r"\b(?:(?:writ(?:e|ing)|like|happy|glad|pleased|able|just|this (?:e-?mail |message |letter "
    r"|note |mail )?is|here|wanted|want|only|hereby"
    r"|emailing|contacting you|get(?:ting)? in touch|further|as|sorry|regret) )+to (?:confirm"
    r"|advise)\b"
    r"|^\W*to (?:confirm|advise)\b|\b(?:please|pleased|order) to (?:confirm|advise)\b",
    re.I,
)
# The sender's own sources, or how they were searched, cannot be relied on.
_UNRELIABLE: Final = any_of(
    "not (?:yet )?(?:been |be |being )?(?:fully |all |properly |yet |independently |manually )?"
    "(?:searched|checked|verified|validated|loaded|migrated|confirmed|finished|complete[d]?"
    "|reviewed|included|reliable|up[- ]to[- ]date|matched|reconciled|covered|cross-checked"
    "|investigated|looked|through|back|accessible|able to (?:search|check|verify))",
    "(?:do|does|did) not (?:match|tally|agree|line up|go back|reconcile|(?:cover|include|show)"
    " (?:everything|all|the (?:period|years|time)|pre|before|older|that far|the whole))",
    "(?:incomplete|patchy|unreliable|out of date|outdated|partial|(?-i:limited)|corrupt(?:ed)?"
    "|inaccurate)", "often (?:wrong|out)", r"only (?:go|goes|went|cover|covers|covered|searched"
    r"|checked|looked|able|had|have|got|based)\b", "based (?:only |solely |purely )?on",
    "(?:records?|data|files?|history|archives?|systems?)[^.?!,;]{0,40} (?:lost|missing|gaps?|down"
    "|offline|unavailable|not (?:\\w+ )?(?:available|accessible|online)|gone|wiped|destroyed"
    "|start|starts|begin|begins)",
    "(?:gaps?|holes?|errors?|mistakes?|issues?|problems?) (?:in|with) (?:our|the) (?:\\w+ )?"
    "(?:records?|data|files?|history|archives?|systems?|register)",
    "(?:are|is|sits?|held|still|now) with (?:another|a different|the) (?:team|department"
    "|office|system)",
    r"as far (?:back )?as our [\w ]{0,20}(?:go|goes|reach)[^.?!]{0,12}\b(?:19|20)\d\d\b",
    r"(?:search|check|review"
    r"|look)\w*[^.?!]{0,20}\bonly\b", r"only[^.?!]{0,30}\b(?:searched|checked)",
    "(?:copied|pasted) from", "thinks? otherwise", "offline", "out of action", "surer",
    r"renam\w*", "(?:used to|previously|formerly) (?:be )?(?:called|known|named|trade)",
    "(?:is|are) now (?:us|ours|called)", "changed (?:our|its|their) name",
    "(?:propose|suggest) (?:that )?we (?:reply|answer|send|say|respond|write)",
    "(?:could|shall|should) we (?:answer|reply|respond|say|send)", "along (?:these"
    "|the following|those)"
    " lines", "what (?:i|we)(?:'d| would) (?:say|write|answer|reply|send)",
    "(?:was|were|been) (?:told|informed|led to believe)",
    "unofficial(?:ly)?", "off the record", "informal(?:ly)?", "sign-?off",
    "legal (?:team )?(?:want|need"
    "|wants|needs|have)", "before (?:anything|it|this) (?:goes|is sent)", "proper (?:trawl"
    "|check|search)",
    "remembers? (?:otherwise|it differently|differently)", "swears?", "contradict(?:s|ed)?",
    "conflict(?:s|ing)? with", "(?:an?other|different) (?:story|picture|tale|matter)",
    "(?:photo(?:graph)?s?|pictures?|stickers?|logos?|liver(?:y|ies)|badges?|branding|labels?"
    "|job ?sheets?"
    "|ledgers?|depot|van) [^.?!]{0,60}?(?:says?|shows?|have|has|had|tells?|appears?|suggests?"
    "|our|us)",
    "(?:person|one|colleague|man|woman) who (?:would|does|might|can) know",
    "disagrees?", "differs?", "begs? to", "pinch of salt", "hunch", "guesswork",
    "not so sure", "less sure",
)  # fmt: skip
# Who it was instead is not known to the sender, or is for us to find out.
_WHO: Final = (
    r"(?:who(?:ever)?|which(?:ever)? (?:supplier|company|party)|by whom)"
    r"(?: (?:\w+ ){0,3}?(?:install(?:ed)?|fit(?:ted)?|did|put|is|was|were|has|have|had|held"
    r"|supplied))?"
    r"(?: (?:the|these|those|them|it|this|that|in|job|work|supply|installs?|meters?|devices?|codes?"
    r"|supplier|installer|at|before|time|two|three|four|all|both|either|any|of|gas|ones?|\d+))*"
)
_WHO_ELSE: Final = re.compile(
    r"\b(?:(?:i|we)(?:'m| am| are|'re)? )?(?:\w+n't|not|no|cannot|unable|never)\b[^.?!,;]{0,30}?"
    r"\b(?:know|knowing|idea|record|records|tell|say|see|clue|information|info|details|sight"
    r"|visibility|identify|establish|confirm|hold|aware|certain|sure|trace)\b[^.?!,;]{0,20}?\b"
    rf"{_WHO}"
    r"|\b(?:establish|find out|work out|identify|trace|ask|contact|go to|go back to|try|speak to"
    rf"|approach|from|with|by) {_WHO}",
    re.I,
)
# The reader may think otherwise.
_IF_YOU: Final = re.compile(
    r"\b(?:if|should) (?:you|your|there|anything|any)\b(?! (?:mean|are asking|asked|refer"
    r"|count|include))[^,;.?!]{0,100}?"
    r"(?=[,;.?!]|$|\b(?:please|kindly|let|feel|do not|don't|then|we|i|just|contact|give|drop"
    r"|get)\b)",
    re.I,
)
# Offers, wishes and excuses, up to the next pause.
_SENTENCE: Final = 6  # words
_COURTESY: Final = re.compile(
    r"\W*(?:(?:and|but|so|we|i|am|are|'m|'re|be|would|will|'d|'ll|always|very|really|more"
    r"|than|just) ){0,4}(?:happy|glad|pleased|keen|love|like|sorry|hate|wish|hope|trust|pleasure"
    r"|apologi[sz]e|apologies)\b[^.?!,;:]{0,100}\b(?:help|assist|oblige|service|inconvenience"
    r"|delay|wait|late|sooner|earlier|good news|better news|news|luck|fine|well|sense|clear"
    r"|useful|quer(?:y|ies)|hear)\b[^.?!,;:]{0,40}?(?=[.?!,;:]|$| but\b)"
    r"|\W*(?:while|whilst|although|though|much as) (?:we|i)(?:'d| would) (?:love|like|be happy)"
    r"[^.?!,;:]{0,100}(?=[,;:]|$)"
    r"|\W*(?:just |only |simply |so as |in order )?to (?:save|be clear|help|assist|avoid)\b"
    r"[^.?!,;:]{0,80}(?=[,;:]|$)",
    re.I,
)


_LONGEST: Final = 1_000  # characters of a sentence that tells how a letter arrived
_LONGEST_WORDS: Final = 80
QUOTED: Final = re.compile(
    '["\u201c\u201d\u00ab][^"\u201c\u201d\u00bb]{3,}(?:["\u201c\u201d\u00bb]|$)'
)
_RECALLS_MAIL: Final = any_of(
    "(?:recall|retract|withdraw|rescind|disregard|ignore|delete)(?:s|ed|ing)?"
    "(?: (?:the|my|our|this|that|last|previous|earlier|first)){1,3} (?:message|e-?mail|answer|reply"
    "|response|mail|note)"
)


_LABEL: Final = re.compile(r"^[^:]{1,80}:(?=\s|$)")
_UNSENT: Final = any_of(
    "drafts?", r"propos\w+", r"suggest\w*", "examples?", "samples?", "specimens?", "options?",
    "alternatives?", "possible", "potential", "wording", "texts?", "templates?", "versions?",
    "boilerplate", "model", "standard", "(?:lines?|words?) to take", "script", "phras(?:e|ing)",
    "views?", "opinion", "story", "theory", "guess", "claims?", r"alleg\w+", "rumou?r", "myth",
    "recall", "approval", "would be", "last time", "(?:what|how) about", "previous", "old",
    "earlier"
    , "discussion", "to self", "placeholder", "agreed", "internal", "pending",
    r"(?-i:[A-Z]\w+) to (?:reply|send|answer|respond|confirm|check|review|approve|sign)", 
    "(?:please|could you|can you|would you|will you|pls) (?:send|reply"
    "|tell|answer|forward|use|say|write|respond|confirm)",
)  # fmt: skip
# Whether the words will do is what the sender asks a colleague.
_ASKS_APPROVAL: Final = re.compile(
    r"\b(?:ok|okay|o\.k\.|happy|agree|agreed|approve|approval|sign off|sign-off|thoughts?|views?"
    r"|right|correct|sounds?|looks?|good|fine|alright|send|issue|wording|comments?|objections?"
    r"|concur|check this|read)\b[^?!]{0,60}\?",
    re.I,
)
# What is said of the answer itself, and is no more than a closing.
_OF_THE_ANSWER: Final = re.compile(
    r"^\W*(?:(?:well|but|and|though|still|mind you|on reflection|to be honest|actually)[,;]? )?"
    r"(?:this|that|it|which|all this|all that|all of this)(?:'s| is| was| may| might| could| will"
    r"| would| depends?| needs?| requires?| relies| applies| covers| excludes| includes| concerns"
    r"| contradicts| replaces| assumes| ignores| does| did| only)\b(?P<rest>[^.?!]*)",
    re.I,
)
_CLOSES: Final = re.compile(
    r"^(?: (?:now|all|just|really|hopefully|be|also|very|quite|of|of any|to you|for you"
    r"|therefore))*"
    r" (?:the (?:first|second|third|fourth|last|only|\w+th) time|everything|all|it|clear|helpful"
    r"|helps?|help|use|useful|in order|sufficient|enough"
    r"|satisfactory|acceptable|our (?:final |formal |full )?(?:answer|response|reply|position)"
    r"|(?:the|a|our) (?:final|formal|full|complete) (?:answer|response|reply|position)"
    r"|frustrating|disappointing|annoying|a pain|unfortunate|a shame|a pity"
    r"|not (?:the (?:answer|news|reply|response)|what) you(?:'re| are| were|'d)? ?\w*)\b",
    re.I,
)


def labelled_unsent(text: str) -> str:
    """Return the label by which words are not the sender's answer: ``Possible reply:``."""
    label = _LABEL.match(text)
    found = _UNSENT.search(label[0]) if label else None
    return found[0] if found else ""


def of_the_answer(text: str) -> str:
    """Return what a sentence says of the answer itself: ``It is just a hunch``, ``OK to send?``.

    Nothing if that only closes the mail.
    """
    asked = _ASKS_APPROVAL.search(text)
    if asked:
        return asked[0]
    found = _OF_THE_ANSWER.match(text)
    return "" if found is None or _CLOSES.match(found["rest"]) else found[0][:_LONGEST_WORDS]


_ARRIVED: Final = re.compile(
    r"^\W*(?:i|we)(?:'m| am| are)? (?:do |fully )?(?:appreciate|realise|realize|know|understand"
    r"|aware)"
    r" (?:that )?(?:this|that|it)(?:'s| is| may| might)(?:n't| not)? [^.?!]{0,60}\b(?:hear"
    r"|hop\w+|wanted|want"
    r"|answer|expect\w*|helpful|frustrating)\b[^.?!]{0,40}$|"
    r"^(?:(?!\bwe\b)[^.?!])*?\b(?:your|the|this|that) (?:e-?mail|mail|message|request|query|letter"
    r"|enquiry|note|chaser|reminder|ticket)s?\b[^.?!]{0,40}?\b(?:landed|reached|arrived|went|came"
    r"|got|ended up|sat|was sent|was routed|found its way|stuck|slipped|fell|was misdirected)\b"
    r"[^.?!]*$",
    re.I,
)


def tells_of_arrival(text: str) -> bool:
    """Return whether a sentence tells how our letter arrived, or that its answer is no good news.

    For example ``your mail reached us late``, ``I know this is not what you wanted``.
    """
    return len(text) < _LONGEST and bool(_ARRIVED.match(text.strip(" .!?")))


def recalls_mail(text: str) -> str:
    """Return the words by which a sentence takes a mail back: ``recall the message``."""
    found = _RECALLS_MAIL.search(_CONDITIONAL.sub(" ", text))
    return found[0] if found else ""


def without_others(text: str) -> str:
    """Return a sentence without what it does not know, and without what we may think of it."""
    return _IF_YOU.sub(" ", _WHO_ELSE.sub(" ", text))


def without_who_else(text: str) -> str:
    """Return a sentence without its words for not knowing who installed something."""
    return _WHO_ELSE.sub(" ", text)


_HAD_CHECKED: Final = re.compile(
    r"\bhad (?:our|the|my) (?:\w+ ){0,3}?(?:team|people|desk|engineers?|department|colleagues?|guys"
    r"|lads) (?:double[- ]?|re-?|cross-?)?(?:check|look|search|confirm|verify)\b",
    re.I,
)


# That this answer comes late announces no other.
_LATE: Final = re.compile(
    r"\b(?:tak(?:e|es|en|ing)|took|been|delay|slow|late|while|time|long"
    r"|sorry)\b[^.?!;]{0,30}?\b(?:to|in|for)"
    r" (?:com(?:e|ing) back|get(?:ting)? back|repl(?:y|ying)|respond(?:ing)?|answer(?:ing)?"
    r"|revert(?:ing)?)\b",
    re.I,
)


def leaves_open(text: str) -> str:
    """Return the words by which a sentence wants to be waited for, or doubts its own sources."""
    if _TO_STRANGERS.match(text):
        return ""
    text = _LATE.sub(" ", _HAD_CHECKED.sub(" ", text))
    others = _TO_CONFIRM.search(_CONFIRMS.sub(" ", text))
    found = _WAITS.search(text) or _UNRELIABLE.search(text) or others
    return found[0] if found else ""


def is_small_print(text: str, *, signed: bool) -> bool:
    """Return whether a sentence speaks of the mail or the company, as footers do.

    A sentence that says that the mail was sent by mistake is none, unless as a condition; nor are
    a few words, unless they stand below the closing words.
    """
    if not _OF_THE_MAIL.search(text) or (len(text.split()) < _SENTENCE and not signed):
        return False
    return not is_recalled(text)


def is_recalled(text: str) -> bool:
    """Return whether a sentence takes back what was written, not only for a case."""
    return bool(recalled_words(text))


def recalled_words(text: str) -> str:
    """Return the words by which a sentence takes back what was written, not only for a case."""
    if _TO_STRANGERS.match(text):
        return ""
    found = _RECALLED.search(_CONDITIONAL.sub(" ", text))
    return found[0] if found else ""


_TO_STRANGERS: Final = re.compile(
    r"\W*(?:if|should)\b[^.?!]{0,80}\b(?:by mistake|in error|not (?:the|an|its) intended"
    r"|not (?:meant"
    r"|intended) for you|wrongly)\b",
    re.I,
)


def courtesy_end(text: str) -> int:
    """Return how many characters at the beginning of a sentence are an offer or an excuse."""
    found = _COURTESY.match(text)
    return found.end() if found else 0
