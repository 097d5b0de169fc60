"""Statements of sentences in other languages: their scope, their codes, what they announce."""

from __future__ import annotations

from exchange.domain.device import DeviceId
from exchange.domain.statements import Act, Scope
from exchange.parsing.statements.other_languages import read_other_answers
from exchange.parsing.statements.sentences import CODE_MARK, DEVICE_MARK, Sentence
from exchange.parsing.text.lines import Line

ID = DeviceId.parse("00-DB-12-34-56-78-90-A0")


def test_a_device_in_the_sentence_is_the_one_that_it_is_about() -> None:
    text = f"Das Gerät {DEVICE_MARK} wurde nicht von uns eingebaut."
    (said,) = read_other_answers(Sentence(text, Line(1, text), (ID,)), "here", "German")
    assert (said.act, said.scope, said.devices) == (Act.DENIES, Scope.NAMED, (ID,))
    assert (said.hedge, said.subject, said.where) == ("", "", "here")


def test_another_company_is_the_subject_and_the_reason() -> None:
    text = "Rheinstrom hat diese Geräte nicht eingebaut."
    (said,) = read_other_answers(Sentence(text, Line(1, text)), "here", "German")
    assert (said.subject, said.reason) == ("Rheinstrom", text)


def test_a_code_in_the_sentence_is_provided_unless_a_word_doubts_it() -> None:
    text = f"Der Code lautet {CODE_MARK}."
    (said,) = read_other_answers(Sentence(text, Line(1, text), codes=1), "here", "German")
    assert (said.act, said.scope, said.hedge) == (Act.PROVIDES, Scope.ONE, "")
    text = f"Der Code ist nicht {CODE_MARK}."
    (said,) = read_other_answers(Sentence(text, Line(1, text), codes=1), "here", "German")
    assert said.hedge == "nicht"


def test_codes_that_are_attached_and_answers_for_later_are_announced() -> None:
    text = "Anbei die Installationscodes."
    (said,) = read_other_answers(Sentence(text, Line(1, text)), "here", "German")
    assert (said.act, said.reason) == (Act.PROVIDES, "attached")
    text = "Nous reviendrons vers vous."
    (said,) = read_other_answers(Sentence(text, Line(1, text)), "here", "French")
    assert said.act is Act.PROMISES
