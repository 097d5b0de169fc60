"""Device IDs inside links: told to the sender where they are rows, else named."""

from __future__ import annotations

import pytest

from exchange.domain.device import DeviceId
from exchange.domain.mail import Found, Kind
from exchange.parsing.reading.linked_ids import IN_A_LINK, linked_ids
from exchange.parsing.reading.understand import understand
from tests.corpus import making
from tests.corpus.making import CODE_CRC, D

_ID = "00DB12345678C0F1"
_LISTED = [Found(DeviceId.parse(D[0]), "body line 3")]


@pytest.mark.parametrize(
    "link",
    [
        f"https://portal.example/meters/{_ID}",
        f"https://portal.example/?eui={_ID.lower()}&tab=2",
        "https://portal.example/00-DB-12-34-56-78-C0-F1/detail",
        "https://portal.example/?id=00%3ADB%3A12%3A34%3A56%3A78%3AC0%3AF1",
        f"https://portal.example/meters/{_ID[:-1]}",
    ],
)
def test_one_that_begins_like_the_others_is_a_row(link: str) -> None:
    found = linked_ids([link], _LISTED, listed=1)
    assert [(one.reason, one.where) for one in found.rejects] == [(IN_A_LINK, "body link 1")]
    assert not linked_ids([link], _LISTED, listed=0).rejects


@pytest.mark.parametrize("kept", ["7f3a9b2c4d5e6f10", "9f-3a-9b-2c-4d-5e-6f-10"])
def test_any_other_is_only_named(kept: str) -> None:
    found = linked_ids([f"https://click.example/{kept}?u=1"], _LISTED, listed=1)
    assert not found.rejects
    assert found.warnings == (f"body link 1: {kept} is not taken: it is inside a link",)


@pytest.mark.parametrize(
    "link",
    [
        f"https://portal.example/{D[0].replace('-', '')}",
        "https://portal.example/2000000000001234",
        "https://portal.example/9c1f0a3e-1111-4222-8333-00DB12345678",
        "https://portal.example/deadbeefdeadbeefdeadbeefdeadbeef",
    ],
)
def test_what_is_listed_or_no_id_is_left_alone(link: str) -> None:
    assert linked_ids([link], _LISTED, listed=1) == ((), ())


def test_the_links_of_a_request_are_rows_that_could_not_be_read() -> None:
    page = (
        f"<p>Please send the install codes for:</p><p>{D[0]}</p>"
        f'<p><a href="https://crm.example/m/{_ID}">the second one</a></p>'
    )
    said = understand(making.mail(making.html(page)))
    assert said.kind is Kind.REQUEST
    assert [(one.text, one.where) for one in said.rejects] == [(_ID, "body link 1")]


def test_a_link_in_an_answer_is_named_and_shows_no_code() -> None:
    said = understand(
        making.mail(
            f"Here are the codes:\n\n{D[0]}  {CODE_CRC}\n"
            f"https://vault.example/{_ID}?code={CODE_CRC}\n"
        )
    )
    assert [(one.text, one.reason) for one in said.rejects] == [(_ID, IN_A_LINK)]
