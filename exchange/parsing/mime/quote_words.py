"""The few words with which mail programs begin an earlier mail, in the languages they speak.

These are closed lists: the fields of a header, the title over a quoted mail, and the verb that
says who wrote it.
"""

from __future__ import annotations

import re
from typing import Final

_FIELDS: Final = {  # "_" is a blank
    "from": (
        "from von de da de_la oddi_wrth van od fra från o lähettäjä feladó expéditeur"
        " remitente mittente afzender absender nadawca от 发件人 寄件者 差出人"
    ),
    "sent": (
        "sent date date_sent trimis gesendet datum envoyé enviado enviada fecha data"
        " inviato verzonden wysłano sendt dato skickat skickad päivämäärä lähetetty anfonwyd"
        " dyddiad 发送时间 日期 送信日時"
    ),
    "to": ("to către an à a para per aan do til till at vastaanottaja destinataire 收件人 宛先"),
    "subject": (
        "subject subiect betreff objet sujet asunto assunto oggetto onderwerp temat emne"
        " ämne aihe pwnc testun 主题 件名"
    ),
}
_VERBS: Final = (
    "escreveu escribió kirjoitti napisał napisała napsal pisze said schreef schreibt"
    " schrieb scris scrisse scritto skreiv skrev writes wrote ysgrifennodd écrit írta"
)
_FOR_MESSAGE: Final = (
    "appointment bericht besked e-mail email mail meddelande meddelelse melding mensagem"
    " mensaje mesaj mesajul message messaggio nachricht neges termin viesti wiadomość"
)
_FOR_ORIGINAL: Final = (
    "alkuperäinen d'origine inițial oorspronkelijk oorspronkelijke opprinnelig opprinnelige"
    " oprindelig oprindelige original originale originalmeddelelse oryginalna pierwotna"
    " reply ursprungliche ursprungligt ursprüngliche wreiddiol 原始邮件"
)
_FOR_FORWARDED: Final = (
    "anfon doorgestuurd forwarded inoltrato przekazana reenviado transféré vidarebefordrat"
    " videresendt weitergeleitete"
)
_ROLES: Final = {word: role for role, words in _FIELDS.items() for word in words.split()}
_WROTE: Final = frozenset(_VERBS.split())
_MESSAGES: Final = frozenset(_FOR_MESSAGE.split())
_EARLIER: Final = frozenset(_FOR_ORIGINAL.split())
_PASSED_ON: Final = frozenset(_FOR_FORWARDED.split())
_TITLE = re.compile(r"\s*[-_=*]{2,40}\s*(?P<inner>[^\s\-_=*][^:@\d]{2,60}?)\s*[-_=*]{2,40}\s*")
_MOST_WORDS: Final = 4
# Words of English sentences that stand in no name and no date; written small, as there.
_SPOKEN: Final = frozenset(
    ("we", "us", "our", "you", "your", "are", "is", "was", "were", "have", "has", "had", "not",
     "none", "that", "which", "who", "these", "those", "them", "they", "this", "did", "does",
     "because", "since", "my")
)  # fmt: skip
_BRACKETED = re.compile(r"[<\[(](?:mailto:)?[^\s<>\[\]()]{1,64}@")
_BARE = re.compile(r"[^\s<>]{1,64}@[^\s<>]{2,255}")


def role_of(label: str) -> str:
    """Return which field of a header a label is: from, sent, to or subject; else empty."""
    words = label.strip(" *:\uff1a\t\u00a0").casefold().split()
    return _ROLES.get("_".join(words), "")


def says_wrote(word: str) -> bool:
    """Return whether a word is the verb between the writer of a mail and its day."""
    return word.casefold() in _WROTE


def is_sentence(text: str) -> bool:
    """Return whether a line that may say who wrote what follows has the words of a sentence.

    ``On 3 Nov we told Ann, who wrote:`` has; a name, a day and "wrote" have none.  ``you wrote``
    is what some mail programs put over our own mail, and an address in brackets no person types.
    """
    if _BRACKETED.search(text):
        return False
    words = [one.strip("\"'(),.;:*") for one in _BARE.sub(" ", text).split()]
    last = len(words) - 1
    for at, word in enumerate(words):
        if word == "you" and at < last and says_wrote(words[at + 1]):
            continue
        if word in _SPOKEN or (word == "I" and at < last and says_wrote(words[at + 1])):
            return True
    return False


def title_words(text: str) -> list[str]:
    """Return the few words of a title between two rules: ``----- Original Message -----``."""
    found = _TITLE.fullmatch(text[:200])
    words = found["inner"].casefold().replace("\u2019", "'").split() if found else []
    return words if len(words) <= _MOST_WORDS else []


def titles_earlier(words: list[str]) -> bool:
    """Return whether a title says "original message", in any language that is listed."""
    here = set(words)
    return bool(here & _EARLIER) and (bool(here & _MESSAGES) or len(words) == 1)


def titles_passed_on(words: list[str]) -> bool:
    """Return whether a title says "forwarded message", in any language that is listed."""
    here = set(words)
    return bool(here & _PASSED_ON and here & _MESSAGES)
