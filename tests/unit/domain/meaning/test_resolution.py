"""One mail on its way to answers: what is taken, and every thing that leaves it open."""

from __future__ import annotations

import pytest

from exchange.domain.device import DeviceId, InstallCode
from exchange.domain.mail import (
    LOOSE_CODE,
    Answer,
    Found,
    Kind,
    LooseCode,
    MailHead,
    Outcome,
    Reject,
    Understanding,
)
from exchange.domain.meaning.resolution import Resolution, Resolved
from exchange.domain.meaning.thread import ThreadContext
from exchange.domain.statements import ANSWERING, Act, Scope, Statement
from tests.unit.domain.meaning.cases import D, says, thread

CODES = tuple(InstallCode(bytes((number + 1,)) * 16) for number in range(3))
HEAD = MailHead(message_id="a@b", sender="ops@harbour.example", sender_name="Jo Quay")
DENIED, OPEN, GIVEN = Outcome.NOT_INSTALLER, Outcome.UNCLEAR, Outcome.PROVIDED
DENIAL = says(Act.DENIES, words="We installed none of these.")


def resolved(*said: Statement, context: ThreadContext | None = None, **more: object) -> Resolved:
    """Return what a mail resolves to, all that answers in it being spoken."""
    fields = {"head": HEAD, "kind": Kind.RESPONSE, "statements": said, **more}
    mail = Understanding(**fields)  # type: ignore[arg-type]
    spoken = [one for one in said if one.act in ANSWERING and one.scope is not Scope.NAMED]
    return Resolution(mail, thread() if context is None else context, spoken).resolved()


def outcomes(found: Resolved) -> dict[DeviceId, Outcome]:
    return {one.device: one.outcome for one in found.answers}


def loose(*codes: InstallCode, device: DeviceId | None = None) -> tuple[LooseCode, ...]:
    return tuple(LooseCode(code, f"line {at}", device) for at, code in enumerate(codes, 1))


def assert_open(found: Resolved, doubt: str) -> None:
    """Check that no Device of the thread got an answer, and why."""
    assert outcomes(found) == dict.fromkeys(D[:3], OPEN)
    assert all(one.code is None for one in found.answers)
    assert found.doubts == (doubt,)


# -- what is taken --


def test_a_denial_answers_all_of_our_list_and_shows_its_words() -> None:
    found = resolved(DENIAL)
    assert outcomes(found) == dict.fromkeys(D[:3], DENIED)
    assert found.doubts == ()
    assert {one.remark for one in found.answers} == {
        'their words "We installed none of these." at body line 3, about all 3 of'
        " MP121-OURS-2612-Q00001"
    }


def test_an_owner_without_a_code_leaves_the_device_open() -> None:
    found = resolved(says(Act.OWNS))
    assert outcomes(found) == dict.fromkeys(D[:3], OPEN)
    assert found.doubts == ()


def test_the_rest_is_denied_and_what_a_row_answers_stays() -> None:
    row = Answer(D[0], GIVEN, "row 1", CODES[0])
    found = resolved(says(Act.DENIES, Scope.REST), answers=(row,))
    assert outcomes(found) == {D[0]: GIVEN, D[1]: DENIED, D[2]: DENIED}
    assert found.answers[0] == row
    assert "about the remaining 2 of" in found.answers[1].remark


def test_a_promise_for_the_rest_leaves_only_the_rest_open() -> None:
    found = resolved(
        says(Act.DENIES, Scope.ROWS, rows=(1,)), says(Act.PROMISES, Scope.REST, words="More soon.")
    )
    assert outcomes(found) == {D[0]: DENIED, D[1]: OPEN, D[2]: OPEN}
    assert found.doubts == ()


def test_codes_go_to_the_rows_that_are_theirs_in_order() -> None:
    found = resolved(says(Act.PROVIDES, Scope.ROWS, rows=(3, 1)), loose_codes=loose(*CODES[:2]))
    assert {one.device: one.code for one in found.answers} == {D[2]: CODES[0], D[0]: CODES[1]}
    assert set(outcomes(found).values()) == {GIVEN}


def test_a_reject_is_gone_once_its_code_found_its_device() -> None:
    rejects = (Reject("00-DB", LOOSE_CODE, "line 1"), Reject("00-DB", LOOSE_CODE, "line 9"))
    found = resolved(context=thread(1), loose_codes=loose(CODES[0]), rejects=rejects)
    assert outcomes(found) == {D[0]: GIVEN}
    assert found.rejects == rejects[1:]


def test_without_a_thread_a_list_that_is_quoted_whole_is_the_list() -> None:
    whole = resolved(DENIAL, context=ThreadContext(), quoted_rows=D[:2], quoted_whole=True)
    assert outcomes(whole) == dict.fromkeys(D[:2], DENIED)
    part = resolved(DENIAL, context=ThreadContext(), quoted_rows=D[:2], quoted_whole=False)
    assert outcomes(part) == {}


def test_a_name_that_is_the_senders_denies_a_row_that_was_open() -> None:
    row = Answer(D[0], OPEN, "row 1")
    named = says(Act.DENIES, Scope.NAMED, devices=(D[0],), subject="Harbour", words="Not Harbour.")
    found = resolved(named, answers=(row,))
    assert outcomes(found) == {D[0]: DENIED}
    assert "Not Harbour." in found.answers[0].remark
    assert outcomes(
        resolved(named, answers=(row,), context=thread(names=("Vale",)), head=MailHead())
    ) == {D[0]: OPEN}


# -- what leaves it open --


def test_a_hedge_leaves_all_open() -> None:
    hedged = says(Act.DENIES, hedge="probably", words="Probably not ours.")
    assert_open(
        resolved(hedged),
        'their words "Probably not ours." at body line 3: "probably" leaves it open',
    )


@pytest.mark.parametrize("act", [Act.CORRECTS, Act.TAKES_BACK, Act.WARNS, Act.DISPUTES])
def test_what_may_take_a_denial_back_leaves_all_open(act: Act) -> None:
    assert_open(
        resolved(DENIAL, says(act, words="Wait.")),
        'their words "Wait." at body line 3 may qualify it',
    )


@pytest.mark.parametrize("act", [Act.THANKS, Act.REPORTS, Act.CHASES, Act.OTHER])
def test_what_says_nothing_against_a_denial_leaves_it(act: Act) -> None:
    found = resolved(DENIAL, says(act, words="Thanks for waiting."))
    assert outcomes(found) == dict.fromkeys(D[:3], DENIED)


def test_a_denial_in_the_name_of_another_company_is_none_of_the_senders() -> None:
    other = says(Act.DENIES, subject="Vale", words="Vale did not.")
    assert_open(
        resolved(other),
        'their words "Vale did not." at body line 3: Vale is no name of the sender\'s',
    )


def test_a_device_that_is_denied_and_owned_is_neither() -> None:
    found = resolved(DENIAL, says(Act.OWNS, Scope.ROWS, rows=(2,), words="Row 2 is ours."))
    assert_open(
        found,
        f'{D[1]} is denied, and not only denied: their words "Row 2 is ours." at body line 3',
    )


def test_a_denial_of_all_and_a_promise_leave_all_open() -> None:
    assert_open(
        resolved(DENIAL, says(Act.PROMISES, Scope.NONE, words="More soon.")),
        'their words "More soon." at body line 3: an answer is still to come',
    )


def test_a_device_that_they_gave_a_code_for_is_not_denied() -> None:
    assert_open(
        resolved(DENIAL, context=thread(provided=frozenset(D[:1]))),
        "it denies a Device that they gave an install code for",
    )


def test_one_code_next_to_two_devices_is_the_code_of_neither() -> None:
    rows = tuple(Answer(one, OPEN, "row") for one in D[:2])
    codes = (*loose(CODES[0], device=D[0]), *loose(CODES[0], device=D[1]))
    found = resolved(answers=rows, loose_codes=codes)
    assert set(outcomes(found).values()) == {OPEN}
    assert found.doubts == ("one install code is typed next to several Devices",)


@pytest.mark.parametrize("count", [1, 3])
def test_codes_that_are_not_as_many_as_their_rows_are_not_placed(count: int) -> None:
    found = resolved(says(Act.PROVIDES, Scope.ROWS, rows=(1, 2)), loose_codes=loose(*CODES[:count]))
    assert GIVEN not in outcomes(found).values()
    assert len(found.doubts) == 1
    assert "for 2 Devices that the mail calls theirs" in found.doubts[0]


def test_a_row_that_could_not_be_read_leaves_all_open() -> None:
    found = resolved(DENIAL, rejects=(Reject("00-DB", "half an ID", "row 2"),))
    assert_open(found, "row 2: half an ID")
    assert found.rejects == (Reject("00-DB", "half an ID", "row 2"),)


def test_codes_that_are_said_to_be_attached_and_are_not_leave_all_open() -> None:
    attached = says(Act.PROVIDES, Scope.THESE, reason="attached", words="Codes attached.")
    assert_open(
        resolved(attached), 'their words "Codes attached." at body line 3: nothing is attached'
    )


def test_devices_that_we_did_not_ask_for_leave_the_mail_to_a_person() -> None:
    found = resolved(DENIAL, devices=(Found(D[4], "line 1"),))
    assert found.doubts == ("the mail lists Devices that we did not ask for",)
    assert DENIED not in outcomes(found).values()


def test_a_column_of_another_company_takes_its_denials_back() -> None:
    rows = (Answer(D[0], DENIED, "row 1"), Answer(D[1], GIVEN, "row 2", CODES[0]))
    column = says(Act.DENIES, Scope.NAMED, subject="Vale", words="Did Vale install?")
    found = resolved(column, answers=rows)
    assert (outcomes(found)[D[0]], outcomes(found)[D[1]]) == (OPEN, GIVEN)
    assert "Vale is no name of the sender's" in found.doubts[0]


def test_who_else_installed_them_is_a_reason_beside_a_denial() -> None:
    found = resolved(DENIAL, says(Act.OWNS, subject="Vale", words="Vale fitted them."))
    assert outcomes(found) == dict.fromkeys(D[:3], DENIED)
    assert found.doubts == ()


# -- the whole --


def test_a_doubt_keeps_all_open_devices_and_leaves_those_that_are_closed() -> None:
    context = thread(open=frozenset(D[1:3]))
    found = resolved(says(Act.DENIES, Scope.PART), context=context)
    assert outcomes(found) == dict.fromkeys(D[1:3], OPEN)


def test_a_doubt_is_said_once_and_five_are_shown() -> None:
    twice = Reject("00-DB", "half an ID", "row 2")
    assert resolved(DENIAL, rejects=(twice, twice)).doubts == ("row 2: half an ID",)
    many = tuple(Reject("00-DB", "half an ID", f"row {number}") for number in range(9))
    assert resolved(DENIAL, rejects=many).doubts == tuple(
        f"row {number}: half an ID" for number in range(5)
    )


def test_an_answer_to_our_list_makes_a_mail_an_answer() -> None:
    assert resolved(DENIAL, kind=Kind.UNKNOWN).kind is Kind.RESPONSE
    quoted = resolved(
        DENIAL, kind=Kind.UNKNOWN, context=ThreadContext(), quoted_rows=D[:2], quoted_whole=True
    )
    assert quoted.kind is Kind.UNKNOWN


def test_a_denial_that_names_another_request_than_its_thread_leaves_all_open() -> None:
    context = thread(requests=("MP121-OURS-2612-Q00001",))
    assert_open(
        resolved(DENIAL, context=context, references=("MP121-OURS-2612-Q00004",)),
        "it names MP121-OURS-2612-Q00004, and replies to MP121-OURS-2612-Q00001",
    )
