"""Turn the sender's own sentences into statements: who says what about which Devices."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import replace
from typing import Final

from exchange.domain.statements import (
    ANSWERING,
    KEYED,
    LEGEND,
    OF_COMPANIES,
    OF_REQUEST,
    Act,
    Scope,
    Statement,
)
from exchange.parsing.identifiers.tokens import find_tokens
from exchange.parsing.phrases.answer_phrases import normalise_phrase
from exchange.parsing.statements.acts import read_acts
from exchange.parsing.statements.answers import (
    gives_codes,
    may_answer,
    points_back,
    read_answers,
    speaks_of_else,
    unfinished,
)
from exchange.parsing.statements.legends import (
    explains_mark,
    explains_sign,
    has_sign,
    is_key,
    provisional_in,
    read_legend,
    says_yes,
    signs_of_denial,
)
from exchange.parsing.statements.pointing import point_to_lists
from exchange.parsing.statements.promises import is_still_asked
from exchange.parsing.statements.questions import with_answers
from exchange.parsing.statements.requests import (
    asks_for_codes,
    is_told,
    leaves_it_open,
    names_our_matter,
)
from exchange.parsing.statements.sentences import DEVICE_MARK, Sentence, sentences_of
from exchange.parsing.text.lines import Line, normalized

_LINK_ALONE = re.compile(r"[\s<(\[]*https?://\S+\s*")  # it says nothing by itself
_ECHO = re.compile(r"\b(?:re|aw|fwd?|wg|sv|antw)\s*:|\bMP121", re.I)
_NUMBER = re.compile(r"\s*\(?(\d{1,3})(?:[.):]|\s?[-\u2013=])\s")
# What a sentence that answers says next to its answer is not counted as one of these.
_LESSER: Final = frozenset((Act.OTHER, Act.ASKS_ELSE, Act.REPORTS, Act.CHASES, Act.THANKS))
_FEW_ROWS: Final = 3  # so many lines that begin with a Device are rows with notes, no sentences
_OFFERS = re.compile(r"\bor\b|\bif not\b|\botherwise\b", re.I)
_LEAST_QUESTIONS: Final = 2  # with an answer below each, of a form
_LONGEST_QUESTION: Final = 12  # words
_LONGEST_FORM: Final = 200  # lines
_SHOWN: Final = 300
_MOST_SIGNS: Final = 2_000  # lines of a list that are read by its signs
_LONGEST_SUBJECT: Final = 1_000


def read_statements(
    lines: Iterable[Line],
    place: Callable[[Line], str],
    subject: str = "",
    *,
    echoed: bool = False,
    headings: Collection[str] = (),
    below: int = 0,
) -> list[Statement]:
    """Return what the sender's own ``lines`` say, in their order.

    ``subject``: that of the mail; where it is ``echoed`` from another mail, only words that the
    sender put before it count.  ``headings``: lines that answer for the items next to them; what
    they say is about these items.  ``below``: the line of the last row of our quoted list; under
    it, ``not ours`` does not say whether it is about that row or about all.  A sentence that says
    nothing about Devices, codes or answers gives no statement.
    """
    found: list[Statement] = []
    draft = unfinished(subject) if subject else ""
    if draft:
        found.append(Statement(Act.OTHER, "subject", subject, hedge=draft))
    own = _ECHO.split(subject[:_LONGEST_SUBJECT])[0].strip()
    heading = Sentence(own, Line(0, own))
    if own and not draft and may_answer(heading):
        found += read_answers(heading, "subject")
    if own and not draft and not asks_for_codes(own) and gives_codes(heading):
        found.append(Statement(Act.OTHER, "subject", own, hedge=own))
    if subject and not echoed:
        found += read_acts(Sentence(subject, Line(0, subject), heading=True), "subject")
    about_codes = names_our_matter(subject) or (own == subject and leaves_it_open(own))
    lines = lines if isinstance(lines, Sequence) else list(lines)
    sentences = with_answers(_without_questions_of_forms(list(sentences_of(lines)), lines))
    rows = sum(one.text.startswith(DEVICE_MARK) for one in sentences)
    answers = _answers_of(sentences, place)
    answered = any(one.act in ANSWERING for said in answers.values() for one in said)
    keyed = _keyed(lines, sentences, place) if answered else []
    found += keyed
    asked = False
    for index, sentence in enumerate(sentences):
        if keyed and (explains_sign(sentence.text) or signs_of_denial([sentence.text])):
            continue
        if _LINK_ALONE.fullmatch(sentence.text):
            continue
        is_legend, redefined = read_legend(sentence.text)
        if is_legend:
            found += _legend(redefined, place(sentence.line))
            continue
        found += _legend(provisional_in(sentence.text), place(sentence.line))
        said = _without_questions(sentence, place(sentence.line), answers.get(index, []))
        said = [_of_row(one, sentence) for one in said]
        key = is_key(sentence.text) and any(says_yes(one.text) for one in lines)
        if said and (key or explains_mark(sentence.text)):
            said = [replace(one, scope=Scope.PART) for one in said]
        if below and sentence.line.number > below:
            said = [_of_some(one) for one in said]
        row = rows >= _FEW_ROWS and sentence.text.startswith(DEVICE_MARK)
        where = place(sentence.line)
        acts: list[Statement] = []
        if not row:
            acts = read_acts(sentence, where, about_codes=about_codes, asked=asked)
        if answered and speaks_of_else(sentence):
            acts = [one for one in acts if one.act is not Act.DISPUTES]
        if any(one.act is Act.ASKS for one in acts) and _OFFERS.search(sentence.text):
            said = []  # "the codes please, or NOT US": what we may answer
        found += _of_those(said, found)
        answers_it = any(one.act is not Act.OTHER for one in said)
        found += [
            one
            for one in acts
            if not (answers_it and one.act in _LESSER) or one.reason == OF_REQUEST
        ]
        about_codes = about_codes or names_our_matter(sentence.text)
        asked = asked or any(one.act is Act.ASKS for one in acts)
    if not any(one.act is Act.OWNS and one.subject for one in found):
        # Whose company is whose matters where another one installed them.
        found = [one for one in found if one.reason != OF_COMPANIES]
    if not any(one.act in ANSWERING for one in found):
        found = [one for one in found if not _only_qualifies(one)]
    else:
        pointed = [one for each in sentences for one in point_to_lists(each, place(each.line))]
        found = [*(_of_list(one, pointed) for one in found), *pointed] if pointed else found
    return [_of_items(one, headings) if headings else one for one in found]


def _without_questions_of_forms(sentences: list[Sentence], lines: Sequence[Line]) -> list[Sentence]:
    """Return the sentences without the questions of a form, each with its answer on the next line.

    ``Who is asking?`` asks the sender.  Where the answer names install codes, they are what he
    requests.
    """
    filled = {one.number for one in lines if one.text.strip()} if len(lines) < _LONGEST_FORM else ()
    asked = [
        one
        for one in sentences
        if one.text.endswith("?")
        and not one.devices
        and one.line.number + 1 in filled
        and one.text.count(" ") < _LONGEST_QUESTION
        and one.line.text.strip().endswith("?")
    ]
    if len(asked) < _LEAST_QUESTIONS:
        return sentences
    answered = {one.line.number + 1 for one in asked}
    return [
        one._replace(text=f"Request: {one.text}")
        if one.line.number in answered and names_our_matter(one.text) and not is_told(one.text)
        else one
        for one in sentences
        if one not in asked
    ]


def _answers_of(
    sentences: Sequence[Sentence], place: Callable[[Line], str]
) -> dict[int, list[Statement]]:
    """Return what each sentence answers; those that only qualify are read where one answers."""
    found = {
        index: read_answers(sentence, place(sentence.line))
        for index, sentence in enumerate(sentences)
        if may_answer(sentence)
    }
    if any(one.act in ANSWERING for said in found.values() for one in said):
        for index, sentence in enumerate(sentences):
            if index not in found:
                found[index] = read_answers(sentence, place(sentence.line))
    return found


def _without_questions(sentence: Sentence, where: str, said: list[Statement]) -> list[Statement]:
    """Return a promise in place of what a sentence says it has still to find out.

    One that denies as well, or says more than one thing, keeps all of it: a person reads it.
    """
    owns = len(said) == 1 and said[0].act is Act.OWNS and not sentence.codes
    if not owns or not is_still_asked(sentence.text):
        return said
    return [Statement(Act.PROMISES, where, sentence.text)]


def _keyed(
    lines: Sequence[Line], sentences: Sequence[Sentence], place: Callable[[Line], str]
) -> list[Statement]:
    """Return the denials of rows by a sign that a sentence explains: ``B - not ours``."""
    signs = signs_of_denial(one.text for one in sentences)
    found: list[Statement] = []
    for line in lines[:_MOST_SIGNS] if signs else ():
        if not has_sign(line, signs):
            continue
        text = line.text or " ".join(line.cells)
        devices = {one.device for one in find_tokens(normalized(text)) if one.device is not None}
        if len(devices) == 1:
            (device,) = devices
            words = normalized(text)[:_SHOWN]
            found.append(
                Statement(Act.DENIES, place(line), words, Scope.NAMED, (device,), reason=KEYED)
            )
    return found


def _only_qualifies(one: Statement) -> bool:
    if one.reason == LEGEND:
        return False
    return one.act is Act.OTHER and bool(one.hedge) and one.where != "subject"


def _legend(words: str, where: str) -> list[Statement]:
    if not words:
        return []
    return [Statement(Act.OTHER, where, words, Scope.THESE, hedge=words, reason=LEGEND)]


def _of_row(one: Statement, sentence: Sentence) -> Statement:
    """Return ``2. not ours`` as a statement about row 2."""
    number = _NUMBER.match(sentence.line.text)
    vague = one.act in ANSWERING and one.scope in (Scope.NONE, Scope.ONE) and not one.reason
    return replace(one, scope=Scope.ROWS, rows=(int(number[1]),)) if number and vague else one


def _of_list(one: Statement, pointed: Sequence[Statement]) -> Statement:
    """Return a statement whose number is that of a request, no row: ``your first list``."""
    numbers = {(each.order,) for each in pointed if each.order and each.words == one.words}
    return replace(one, scope=Scope.PART, rows=()) if one.rows in numbers else one


def _of_those(said: list[Statement], before: Sequence[Statement]) -> list[Statement]:
    """Return denials of ``those`` as about the rows that the denial before them is about."""
    last = next((one for one in reversed(before) if one.act in ANSWERING), None)
    if last is None or last.scope not in (Scope.ROWS, Scope.KIND):
        return said
    return [_like(one, last) if _points_back(one) else one for one in said]


def _points_back(one: Statement) -> bool:
    vague = one.scope in (Scope.THESE, Scope.ONE)
    return one.act is Act.DENIES and vague and points_back(one.words)


def _like(one: Statement, last: Statement) -> Statement:
    """Return a statement as about the Devices of the one before it."""
    return replace(
        one,
        scope=last.scope,
        rows=last.rows,
        count=last.count,
        kinds=last.kinds,
        endings=last.endings,
        hedge=one.hedge or last.hedge,
    )


def _of_some(one: Statement) -> Statement:
    vague = one.act in ANSWERING and one.scope in (Scope.NONE, Scope.ONE)
    return replace(one, scope=Scope.PART) if vague else one


def _of_items(one: Statement, headings: Collection[str]) -> Statement:
    """Return a statement that is about the items below it as one about named Devices."""
    words = normalise_phrase(one.words)
    if one.act in ANSWERING and any(words in each for each in headings):
        return replace(one, scope=Scope.NAMED)
    return one
