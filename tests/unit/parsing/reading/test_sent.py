"""Our letters as the reading process is handed them: their text, plain and HTML, no attachments."""

from __future__ import annotations

from exchange.domain.limits import Limits
from exchange.domain.meaning.sent_lines import SentText
from exchange.parsing.reading.sent import sent_texts
from tests.corpus import making

PLAIN = "Dear Vale Energy,\nplease send us the install codes of these Devices\n"
HTML = "<p>Dear Vale Energy,</p><p>please send us the install codes of these Devices</p>"


def text(content: str) -> SentText:
    return SentText.of(content.splitlines())


def test_a_letter_gives_its_plain_and_its_html_text() -> None:
    both = making.multi(
        "alternative", making.part(PLAIN), making.part(HTML, "text/html; charset=utf-8")
    )
    found = sent_texts(making.mail(both))
    assert len(found) == 2
    assert found[0].words == found[1].words == text(PLAIN).words


def test_what_is_attached_is_left_out() -> None:
    whole = making.multi(
        "mixed", making.part(PLAIN), making.part("other words here", "text/plain", name="a.txt")
    )
    assert [one.words for one in sent_texts(making.mail(whole))] == [text(PLAIN).words]


def test_a_mail_within_the_letter_is_not_the_letter() -> None:
    inner = b"Content-Type: message/rfc822\r\n\r\n" + making.mail("inner words in a mail")
    whole = making.multi("mixed", making.part(PLAIN), inner)
    assert [one.words for one in sent_texts(making.mail(whole))] == [text(PLAIN).words]


def test_a_letter_without_words_or_past_a_ceiling_gives_nothing() -> None:
    assert sent_texts(making.mail("")) == ()
    assert sent_texts(making.mail(PLAIN), Limits(header_bytes=10)) == ()
