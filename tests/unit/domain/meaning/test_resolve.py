"""What statements mean in their thread: answers with their reason, or a doubt that names both."""

from __future__ import annotations

import pytest

from exchange.domain.device import DeviceId, InstallCode
from exchange.domain.mail import (
    LOOSE_CODE,
    QUOTED_CODE,
    Answer,
    Found,
    Kind,
    LooseCode,
    MailHead,
    Outcome,
    Reject,
    Understanding,
)
from exchange.domain.meaning.resolve import Resolved, ThreadContext, resolve
from exchange.domain.meaning.thread import thread_of
from exchange.domain.statements import Act, Scope, Statement
from tests.unit.domain.meaning.cases import D, says, thread

CODES = tuple(InstallCode(bytes((number + 1,)) * 16) for number in range(3))
HEAD = MailHead(message_id="a@b", sender="ops@harbour.example", sender_name="Jo Quay")
DENIED, OPEN, GIVEN = Outcome.NOT_INSTALLER, Outcome.UNCLEAR, Outcome.PROVIDED


def mail(*said: Statement, **more: object) -> Understanding:
    fields = {"head": HEAD, "kind": Kind.RESPONSE, "statements": said, **more}
    return Understanding(**fields)  # type: ignore[arg-type]


def outcomes(found: Resolved) -> dict[DeviceId, Outcome]:
    return {one.device: one.outcome for one in found.answers}


def test_a_denial_closes_the_list_that_we_sent_and_says_why() -> None:
    denial = says(Act.DENIES, count=3, words="None of these 3 were ours.")
    found = resolve(mail(denial), thread())
    assert outcomes(found) == dict.fromkeys(D[:3], DENIED)
    assert found.answers[0].remark == (
        'their words "None of these 3 were ours." at body line 3, about all 3 of'
        " MP121-OURS-2612-Q00001"
    )
    assert not found.doubts


@pytest.mark.parametrize(
    ("said", "reason"),
    [
        ([says(Act.DENIES, count=5)], "it says 5, and the list has 3, 3 of them open"),
        ([says(Act.DENIES, hedge="probably")], '"probably" leaves it open'),
        ([says(Act.DENIES, subject="Tidal Gas")], "Tidal Gas is no name of the sender's"),
        ([says(Act.DENIES), says(Act.OTHER, Scope.NONE, hedge="may")], "may qualify it"),
        ([says(Act.DENIES), says(Act.CORRECTS, Scope.NONE)], "may qualify it"),
        ([says(Act.DENIES), says(Act.PROMISES, Scope.NONE)], "an answer is still to come"),
        ([says(Act.DENIES), says(Act.OWNS, Scope.ROWS, rows=(3,))], "not only denied"),
        ([says(Act.DENIES), says(Act.PROVIDES, Scope.NONE, reason="attached")],
         "nothing is attached"),
        ([says(Act.DENIES, Scope.PART)], "does not say which"),
        ([says(Act.DENIES, Scope.ONE)], "about one Device, and the list has 3"),
        ([says(Act.DENIES, Scope.ROWS, rows=(4,))], "a list of 3 does not have"),
        ([says(Act.DENIES, Scope.REST)], "answers no Device individually"),
    ],
)  # fmt: skip
def test_where_words_and_thread_disagree_nothing_is_taken(
    said: list[Statement], reason: str
) -> None:
    found = resolve(mail(*said), thread())
    assert set(outcomes(found).values()) == {OPEN}
    assert any(reason in doubt for doubt in found.doubts), found.doubts


@pytest.mark.parametrize("name", ["Harbour Energy", "Harbour", "HARB", "harbour energy ltd"])
def test_the_sender_has_several_names(name: str) -> None:
    found = resolve(mail(says(Act.DENIES, subject=name)), thread())
    assert outcomes(found) == dict.fromkeys(D[:3], DENIED)


def test_without_names_on_file_the_domain_is_one() -> None:
    found = resolve(mail(says(Act.DENIES, subject="Harbour")), thread(names=()))
    assert outcomes(found) == dict.fromkeys(D[:3], DENIED)


def test_rows_are_those_of_our_list_and_codes_follow_them() -> None:
    said = mail(
        says(Act.OWNS, Scope.ROWS, rows=(1, 2, 5)),
        says(Act.DENIES, Scope.REST),
        loose_codes=tuple(LooseCode(code, f"body line {n}") for n, code in enumerate(CODES, 5)),
        rejects=tuple(Reject("..", LOOSE_CODE, f"body line {n}") for n in (5, 6, 7)),
    )
    found = resolve(said, thread(5))
    assert outcomes(found) == {
        D[0]: GIVEN, D[1]: GIVEN, D[4]: GIVEN, D[2]: DENIED, D[3]: DENIED,
    }  # fmt: skip
    codes = {one.device: one.code for one in found.answers if one.code}
    assert codes == {D[0]: CODES[0], D[1]: CODES[1], D[4]: CODES[2]}
    assert not found.rejects
    assert not found.doubts


def test_codes_that_do_not_fit_the_rows_go_to_a_person() -> None:
    said = mail(
        says(Act.OWNS, Scope.ROWS, rows=(1, 2)),
        loose_codes=(LooseCode(CODES[0], "body line 5"),),
        rejects=(Reject("..", LOOSE_CODE, "body line 5"),),
    )
    found = resolve(said, thread())
    assert GIVEN not in outcomes(found).values()
    assert found.rejects
    assert "for 2 Devices that the mail calls theirs" in found.doubts[0]


def test_rows_of_a_list_in_unknown_order_go_to_a_person() -> None:
    found = resolve(mail(says(Act.DENIES, Scope.ROWS, rows=(1,))), thread(ordered=False))
    assert "whose order is not known" in found.doubts[0]


def test_all_but_the_last() -> None:
    said = mail(
        says(Act.DENIES, Scope.ALL_BUT, rows=(-1,)),
        says(Act.PROVIDES, Scope.ROWS, rows=(-1,)),
        loose_codes=(LooseCode(CODES[0], "body line 4"),),
    )
    assert outcomes(resolve(said, thread())) == {D[0]: DENIED, D[1]: DENIED, D[2]: GIVEN}


def test_the_code_of_the_one_that_a_denial_leaves() -> None:
    denial = says(Act.DENIES, Scope.ALL_BUT, devices=(D[1],))
    loose = (LooseCode(CODES[0], "body line 5"),)
    found = resolve(mail(denial, loose_codes=loose), thread())
    assert outcomes(found) == {D[0]: DENIED, D[1]: GIVEN, D[2]: DENIED}
    stranger = says(Act.DENIES, Scope.ALL_BUT, devices=(D[4],))
    found = resolve(mail(stranger), thread())
    assert set(outcomes(found).values()) == {OPEN}
    assert "it names a Device that is not in the list" in found.doubts[0]


@pytest.mark.parametrize("name", ["Harbour Metering", "Harbour Home Services Ltd"])
def test_another_company_with_a_name_like_the_senders_may_be_theirs(name: str) -> None:
    found = resolve(mail(says(Act.DENIES), says(Act.OWNS, subject=name)), thread())
    assert set(outcomes(found).values()) == {OPEN}
    assert found.doubts[0].endswith(f"{name} may belong to the sender")


def test_one_code_for_the_one_device_that_was_asked_for() -> None:
    said = mail(loose_codes=(LooseCode(CODES[0], "body line 1"),), kind=Kind.UNKNOWN)
    found = resolve(said, thread(1))
    assert (outcomes(found), found.kind) == ({D[0]: GIVEN}, Kind.RESPONSE)
    assert outcomes(resolve(said, thread(2))) == dict.fromkeys(D[:2], OPEN)


def test_a_code_on_our_own_row_was_typed_there_if_the_letter_is_ours() -> None:
    said = mail(
        answers=(Answer(D[0], OPEN, "body line 9"),),
        loose_codes=(LooseCode(CODES[0], "body line 9", D[0]),),
        rejects=(Reject(str(D[0]), QUOTED_CODE, "body line 9", D[0]),),
    )
    found = resolve(said, thread(1))
    assert (outcomes(found), found.rejects) == ({D[0]: GIVEN}, ())
    unknown = resolve(said, ThreadContext())
    assert outcomes(unknown) == {D[0]: OPEN}
    assert unknown.rejects


def test_the_remaining_ones_are_those_still_open() -> None:
    denial = says(Act.DENIES, Scope.REST, count=2)
    found = resolve(mail(denial), thread(open=frozenset(D[1:3])))
    assert outcomes(found) == {D[1]: DENIED, D[2]: DENIED}


def test_a_device_that_they_gave_a_code_for_is_not_denied_now() -> None:
    found = resolve(mail(says(Act.DENIES)), thread(provided=frozenset(D[:1])))
    assert DENIED not in outcomes(found).values()
    assert "gave an install code for" in found.doubts[0]


def test_a_quote_of_another_list_goes_to_a_person() -> None:
    found = resolve(mail(says(Act.DENIES), quoted_rows=D[:2]), thread())
    assert "the mail quotes 2 Devices, and MP121-OURS-2612-Q00001 has 3" in found.doubts[0]


def test_their_own_list_comes_before_ours() -> None:
    said = mail(says(Act.DENIES), devices=(Found(D[1], "list.xlsx > row 2"),))
    found = resolve(said, thread())
    assert [(one.device, one.outcome, one.where) for one in found.answers] == [
        (D[1], DENIED, "list.xlsx > row 2")
    ]


def test_a_draft_answers_nothing() -> None:
    draft = Statement(Act.OTHER, "subject", "DRAFT: Re: x", hedge="DRAFT")
    said = mail(draft, answers=(Answer(D[0], GIVEN, "body line 1", CODES[0]),))
    found = resolve(said, thread(1))
    assert [(one.outcome, one.code) for one in found.answers] == [(OPEN, None)]
    assert found.doubts == ('its subject says "DRAFT"',)


def test_a_column_in_the_name_of_another_company_denies_nothing() -> None:
    column = says(Act.DENIES, Scope.NAMED, subject="Tidal Gas")
    said = mail(column, answers=(Answer(D[0], DENIED, "a.xlsx > row 2"),))
    assert outcomes(resolve(said, thread(1))) == {D[0]: OPEN}
    assert outcomes(resolve(said, thread(1, names=("Tidal Gas",)))) == {D[0]: DENIED}


def test_who_else_installed_them_is_only_a_reason() -> None:
    said = mail(says(Act.DENIES), says(Act.OWNS, subject="Tidal Gas"))
    assert outcomes(resolve(said, thread())) == dict.fromkeys(D[:3], DENIED)
    alone = resolve(mail(says(Act.OWNS, subject="Tidal Gas")), thread())
    assert set(outcomes(alone).values()) == {OPEN}


def test_a_request_is_left_alone() -> None:
    said = mail(says(Act.DENIES), kind=Kind.REQUEST)
    assert resolve(said, thread()) == Resolved((), (), (), Kind.REQUEST)


def test_a_mail_belongs_to_the_letter_that_it_replies_to_or_names() -> None:
    letter = Understanding(
        MailHead(message_id="x@ours"), Kind.REQUEST,
        devices=tuple(Found(one, "body") for one in (D[1], D[0], D[1])),
        references=("MP121-OURS-2612-Q00001",),
    )  # fmt: skip
    reply = Understanding(MailHead(in_reply_to="x@ours"), Kind.RESPONSE)
    assert thread_of(reply, [letter]).rows == (D[1], D[0])
    named = Understanding(MailHead(), Kind.RESPONSE, references=("MP121-OURS-2612-Q00001",))
    assert thread_of(named, [letter]).reference == "MP121-OURS-2612-Q00001"
    assert not thread_of(Understanding(MailHead(), Kind.RESPONSE), [letter]).rows
