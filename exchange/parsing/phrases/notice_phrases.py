"""Phrases that mail servers use to say that a mail was not delivered, or not yet."""

from __future__ import annotations

import re
from typing import Final

from exchange.parsing.text.guarded import Guarded

ADDRESS: Final = re.compile(
    r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~.\-]{1,64}@[A-Za-z0-9.\-]{1,253}[A-Za-z0-9]"
)
# Not a part of an IP address or of a version, and no version by its size ("2.0.12").
STATUS: Final = re.compile(r"(?<![\d.])([245]\.\d{1,3}\.\d{1,3})(?!\.?\d)")
FAILED_STATUS: Final = re.compile(r"(?<![\d.])([45]\.[0-7]\.\d{1,3})(?!\.?\d)")
REPLY_CODE: Final = re.compile(r"(?<![\d.\-])([45])[0-5]\d(?:[ \-:]|$)")
FAILED_SUBJECT: Final = Guarded(
    r"undeliver(?:able|ed)|delivery (?:status notification|(?:has )?failed|failure|problem|delayed"
    r"|incomplete|report|notification|error|warning)|returned (?:e-?)?mail|mail delivery"
    r"|fail(?:ure|ed) (?:notice|mail|delivery|message)|returned message|returning message"
    r"|mail (?:system )?error|(?:e-?)?mail (?:could not be|not|failure|failed|returned)|message"
    r" (?:not|could not be|undeliver|delivery|status|blocked)|non[- ]?(?:delivery|remise)"
    r"|couldn't be delivered|could not (?:be )?deliver|nondeliverable|unable to deliver"
    r"|warning: (?:message|could not)|rejected:|address not found|bounce(?:d|\b)"
    r"|(?:automatically )?rejected (?:e-?)?mail|unzustellbar|nicht zustellbar"
    r"|zustellung (?:fehlgeschlagen|nicht m|verz)|non remis|non distribu|échec de (?:la )?remise"
    r"|no se puede entregar|no entregado|onbestelbaar|non recapitat|mancato recapito"
    r"|não (?:entregue|foi poss[ií]vel)|niedostarczon|user unknown|recipient unknown"
    r"|permanent (?:delivery )?failure|transient (?:delivery )?failure|not delivered"
    r"|deferred mail|can't be delivered|nie dor(?:ę|e)czon|не доставлен|недоставлен"
    r"|配信|送信エラー|エラー通知"
)
# The server will try again: whatever else it says, it has not given up.
GOES_ON: Final = re.compile(
    r"still being retried|will be (?:retried|attempted)|not yet been delivered"
    r"|do not need to resend|not need to (?:re-?send|send) (?:it|this|your|the)"
    r"|will (?:keep|continue)(?: on)? (?:to )?try"
    r"|will (?:try|attempt)(?: to deliver)?[^.]{0,20}again"
    r"|will be retrying|attempts? will continue|will continue to (?:be|make|attempt)"
    r"|(?:has|have) been (?:postponed|delayed)|delivery (?:is |was |to )?[^.]{0,40}delayed"
    r"|delayed delivery|delivery incomplete|temporary problem delivering"
    r"|warning message only|wird weiter(?:hin)? versucht|advisory[- ]only",
    re.I,
)
DELAY_SUBJECT: Final = re.compile(
    r"delay|still being retried|warning|postponed|deferred|incomplete|transient|temporary"
    r"|verz(?:ö|oe)gert|retard",
    re.I,
)
GIVEN_UP: Final = re.compile(
    r"giving up|given up|gave up|not (?:try|be retried)|no further attempts|permanent(?:ly)? "
    r"|too long|could not be delivered for|retry (?:timeout|time(?: limit)?) exceeded|expired",
    re.I,
)
MAILER_DAEMON: Final = re.compile(r"mailer[-_]?daemon", re.I)
SERVER_SENDER: Final = re.compile(
    r"(?:^|[<\s\"'])(?:mailer[-_]?daemon|post_?master|mail-?daemon|mdaemon|bounces?|mail-?system"
    r"|maildelivery|mail-?delivery|mailadmin|mmdf|uucp|smtp(?:d|32)?|mta"
    r"|microsoftexchange[0-9a-f]+)(?:[+=\-.][^@\s]{0,100})?(?:\\?@|$|[>\s\"'])"
    r"|(?<![a-z])(?:e-?)?mail[ _](?:delivery|system|administrator|router|transfer|service|gateway)"
    r"|\bdelivery (?:sub)?(?:system|service|agent|notification)\b"
    r"|\bsystem administrator\b|\binternet mail (?:delivery|service)\b",
    re.I,
)
FAILED_TEXT: Final = re.compile(
    r"undeliver(?:ed|able)|(?:un|not )able to (?:be )?deliver|n't able to deliver"
    r"|(?:could not|couldn't|cannot|can't|can not|was not|wasn't|not|hasn't|has not)"
    r" (?:yet )?be(?:en)? (?:successfully )?(?:delivered|sent)|n't delivered|not delivered"
    r"|deliver(?:y|ed)? [^.]{0,60}(?:fail(?:ed|ure)|delayed|problem|postponed|warning)"
    r"|failed (?:recipient|address|to deliver)|address not found|message blocked"
    r"|did not reach the following|permanent (?:fatal )?error|fatal errors"
    r"|(?:user|host|recipient|address) (?:is )?(?:unknown|not (?:found|known))"
    r"|unknown (?:local )?(?:user|recipient|address|host)|not (?:listed in|a (?:known|valid) user)"
    r"|no such (?:user|recipient|mailbox|address|person|account)|no mailbox here"
    r"|mailbox (?:unavailable|is full|not found|full)|over ?quota|recipient (?:address )?rejected"
    r"|does(?: not|n't) exist|(?:message|mail) (?:has been|was|is) (?:automatically )?"
    r"(?:rejected|returned|blocked|refused)|not accepting mail"
    r"|transcript of (?:the )?(?:smtp )?session|address(?:es)? had (?:permanent|transient)"
    r"|invalid recipient|account (?:is |has been )?(?:disabled|inactive|closed)"
    r"|non[- ]?delivery|konnte (?:leider )?nicht (?:zugestellt|ausgeliefert)|nicht zustellbar"
    r"|n'a pas pu (?:ê|e)tre (?:remis|distribu|d(?:é|e)livr|livr)|no se ha podido entregar"
    r"|no pudo ser entregado|non (?:è|e') stato possibile|não p(?:ô|o)de ser|final-recipient:"
    r"|failure reasons?\b|送信できません|无法",
    re.I,
)
# How the notices of mail servers begin: proof even where the sender's name gives no hint.
SIGNATURE: Final = re.compile(
    r"this is the (?:qmail-send|mail system|mail delivery|postfix|mlsmtp|smtp|mailer-daemon)"
    r"|created automatically by (?:the |my )?(?:mail delivery|mail|smtp)"
    r"|automatically[- ]generated (?:e-?mail|message)?[^.]{0,40}delivery"
    r"|this is an automatically generated delivery status"
    r"|delivery has failed to these recipients|had permanent fatal errors"
    r"|your message (?:wasn't|was not|couldn't be|could not be|can't be|cannot be|did not|hasn't"
    r" been|has not been) (?:delivered|reach)"
    r"|(?:unable|failed) to deliver (?:(?:your|this|the) )?(?:message|e?-?mail)\b"
    r"|(?:mail|message)[^.]{0,60} could not be delivered to the following"
    r"|following (?:(?:e-?)?mail|message) could not be delivered"
    r"|following recipients? (?:could not|cannot|failed|were not)|reporting-mta:"
    r"|(?:could not|cannot|can't) be delivered to(?: one or more| the following| all of|:)"
    r"|final-recipient:|-{3,} ?failed recipients|did not reach the following recipient"
    r"|mail system (?:could not|couldn't|cannot|can't) deliver"
    r"|an error (?:has )?occurred while (?:trying|attempting) to deliver",
    re.I,
)
PASSED_ON: Final = re.compile(r"\s*(?:re|aw|sv|antw|ateb|fwd?|wg|ymlaen)(?:\[\d+\])?\s*:", re.I)
# Signs of a person, perhaps writing about a bounce: not to be mistaken for a mail server.
PERSONAL: Final = re.compile(
    r"^\W{0,9}(?:hi|hello|hey|dear|good (?:morning|afternoon|evening)|morning|afternoon|all)\b"
    r"|\b(?:kind|best|many|warm)? ?regards\b|\bthanks\b|\bthank you\b|\bcheers\b"
    r"|\b(?:could|can|would|will) you\b"
    r"|\bplease (?:can|could|send|let|confirm|resend)\b|\?(?:\s|$)",
    re.I,
)
# Below such a line, or after it on the same line, is the address that the mail did not reach.
LEAD: Final = re.compile(
    r"(?:following|these|list of|one or more)(?: e-?mail)?"
    r" (?:recipient|address|addressee|destination|person|people|mailbox|user)[a-z()]*(?: or "
    r"(?:groups?|distribution lists?)| list)?\b|failed (?:recipient|address)(?:es|s)?\b"
    r"|address(?:\(?es\)?)? failed"
    r"|(?:was|is|were) not delivered to\b|not (?:be )?delivered to(?: the following)?\b"
    r"|undeliverable to\b|failure reasons?\b|(?:not|unable to) (?:be )?deliver(?:ed)?(?: to)?:?\s*$"
    r"|had (?:permanent|transient)[^.]{0,30}errors|the address(?:es)? (?:is|are)\b"
    r"|addressed to (?:e-?mail )?address|delivery (?:of [a-z\-]+ )?to (?:this|the) address",
    re.I,
)
AT_START: Final = re.compile(
    r"^[\s>*+#|•-]{0,20}(?:\d{1,3}[.)] )?[<(\[\"'«]{0,3}(?:(?:mailto|smtp|rfc822):)?"
    r"(?P<address>" + ADDRESS.pattern + r")",
    re.I,
)
LABELLED: Final = re.compile(
    r"(?<![A-Za-z])(?:recipients?|address(?:es|ed)?|rcpt to|user(?: ?id)?|account|mailbox|to|rfc822"
    r"|for|delivered(?: to)?|unknown|an|failed|invalid|deliver|smtp)\b[:;=,]?(?: address(?:es)?:?)?"
    r"\s*[<\"'(\[]{0,2}(?:(?:mailto|smtp|rfc822)[:=])?"
    r"(?P<address>" + ADDRESS.pattern + r")",
    re.I,
)
EXPANDED: Final = re.compile(
    r"\((?:expanded|generated|originally|alias) (?:from|to):?\s*<?"
    r"(?P<address>" + ADDRESS.pattern + r")",
    re.I,
)
NOT_RECIPIENT: Final = re.compile(
    r"\s*[>|*•-]*\s*(?:from|reply-to|sender|return-path|message-id|references|in-reply-to|cc"
    r"|x-[a-z\-]{1,40}|received|mime-version|content-[a-z\-]{1,30}|dkim-signature|mail from"
    r"|original (?:sender|from))\s*:|.{0,80}\b(?:contact|write to|assistance|help ?desk|support at"
    r"|send (?:an? )?(?:e-?)?mail (?:message )?to|please e-?mail|forward (?:it|this) to"
    r"|e-?mail (?:us|me|them|it|the)\b)"
    r".{0,60}@",
    re.I,
)
ORIGINAL: Final = re.compile(
    # Match the last two dashes only, so that a long run of dashes is tried once, not at each dash.
    r"[-=_*]{2}(?![-=_*]).{0,40}(?:copy of (?:the|your) (?:original )?message|original message"
    r"|message header|returned (?:message|mail)|headers? (?:of|from) the (?:original|source)"
    r"|below this line|unsent message|undelivered message|message follows|original e-?mail"
    r"|mensaje original|mensagem original|message d'origine|ursprüngliche nachricht)"
    r"|^\s*original message (?:headers|follows|details|as received)|^[\s>]*received: "
    r"|lines of (?:your|the) (?:original )?(?:message|mail) follow"
    r"|^\s*(?:the )?(?:header|text|headers) of the (?:original )?message (?:follows|was)",
    re.I,
)
RULE: Final = re.compile(r"^\s*[-=_*]{3,}")
MESSAGE_ID_LINE: Final = re.compile(
    r"^[\s>|*]{0,20}(?:x-)?(?:original-|orig-)?message[- ]id[ \t]{0,9}:[ \t*]{0,9}"
    r"(?:\r?\n[ \t>]{1,9})?(<[^<>\s]{1,900}>)",
    re.I | re.M,
)
REPORT_FIELD: Final = re.compile(r"^[ \t>|]{0,9}(?:final|original)-recipient[ \t]?:", re.I | re.M)
BARE_NAME: Final = re.compile(
    r"^[\s>*+#|-]{0,20}<?(?P<name>[A-Za-z][A-Za-z0-9._+\-]{1,62}[A-Za-z0-9])>?"
    r"(?=\s*(?:$|:|\.\.\.|\(|\t| {2,}))"
)
# An automatic refusal in the form of a receipt (Sieve's reject, RFC 5429 section 2.1.2).
REFUSED: Final = re.compile(
    r"(?:rejected|refused|could not be delivered|not delivered|quota exceeded|mailbox (?:is )?full"
    r"|undeliverable|returned)\b",
    re.I,
)
