"""A mail that names another request of ours than the one it replies to."""

from __future__ import annotations

import pytest

from exchange.domain.mail import Kind, MailHead, Understanding
from exchange.domain.meaning.our_references import another_request
from exchange.domain.statements import Act
from tests.unit.domain.meaning.cases import says

THREAD = ("MP121-OURS-2612-Q00001",)


def mail(words: str, references: tuple[str, ...]) -> Understanding:
    said = (says(Act.DENIES, words=words),)
    return Understanding(MailHead(), Kind.RESPONSE, references=references, statements=said)


@pytest.mark.parametrize(
    ("references", "words", "other"),
    [
        (THREAD, "None were ours.", ""),
        ((), "None were ours.", ""),
        ((*THREAD, "MP121-OURS-2612-Q00002"), "None.", "MP121-OURS-2612-Q00002"),
        (("MP121-OURS-2611-Q00001",), "None.", "MP121-OURS-2611-Q00001"),
        # Their own request, and our answer to one, are no requests of ours.
        (("MP121-VALE-2612-Q00002", "MP121-OURS-2612-A00002"), "None.", ""),
        ((), "Q00002 - none of these.", "Q00002"),
        ((), "On Q00001: none of these, nor in Q4 2025.", ""),
    ],
)
def test_another_request_is_found_by_reference_or_by_its_number(
    references: tuple[str, ...], words: str, other: str
) -> None:
    said = mail(words, references)
    assert another_request(said, THREAD) == other


def test_without_a_thread_no_request_is_another_one() -> None:
    said = mail("Q00002: none", THREAD)
    assert another_request(said, ()) == ""
