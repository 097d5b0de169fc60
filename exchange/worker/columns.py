"""Encode devices and answers of a mail, to send them between the two processes.

Each column is sent as the base64 of its numbers in little-endian order.
All input is checked: an invalid Device ID or code is refused.
"""

from __future__ import annotations

import binascii
from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from exchange.domain.columns.device_columns import (
    AnswerColumns,
    ListedColumns,
    PlaceColumn,
    TextColumn,
)
from exchange.domain.columns.device_ids import id_bytes, ids_from_bytes
from exchange.domain.device import CODE_BYTES
from exchange.domain.mail import Answer, Found


def of_found(found: Sequence[Found]) -> object:
    """Return devices as values for JSON, None for none."""
    if not found:
        return None
    listed = ListedColumns.of(found)
    return {
        "ids": _text(id_bytes(listed.ids)),
        "places": _of_places(listed.places),
        "types": _of_words(listed.types),
    }


def to_found(values: Any) -> Sequence[Found]:
    """Return devices from values of JSON; raises BadInput or ValueError for an invalid one."""
    if values is None:
        return ()
    ids = ids_from_bytes(_bytes(values["ids"]))
    return ListedColumns(ids, _to_places(values["places"]), _to_words(values["types"]))


def of_answers(answers: Sequence[Answer]) -> object:
    """Return answers as values for JSON, None for none."""
    if not answers:
        return None
    table = AnswerColumns.of(answers)
    return {
        "ids": _text(id_bytes(table.ids)),
        "places": _of_places(table.places),
        "outcomes": _text(table.outcomes),
        "codes": _text(table.codes[table.coded]),
        "coded": _text(table.coded),
        "remarks": _of_words(table.remarks),
        "without_crc": _text(table.without_crc),
    }


def to_answers(values: Any) -> Sequence[Answer]:
    """Return answers from values of JSON; raises BadInput or ValueError for an invalid one."""
    if values is None:
        return ()
    coded = np.frombuffer(_bytes(values["coded"]), np.uint8) != 0
    codes = np.zeros((len(coded), CODE_BYTES), np.uint8)
    codes[coded] = np.frombuffer(_bytes(values["codes"]), np.uint8).reshape(-1, CODE_BYTES)
    return AnswerColumns(
        ids_from_bytes(_bytes(values["ids"])),
        _to_places(values["places"]),
        np.frombuffer(_bytes(values["outcomes"]), np.uint8),
        codes,
        coded,
        _to_words(values["remarks"]),
        np.frombuffer(_bytes(values["without_crc"]), np.uint8) != 0,
    )


def _of_words(words: TextColumn) -> object:
    return [list(words.values), _text(words.which.astype("<i4", copy=False))]


def _to_words(values: Any) -> TextColumn:
    texts, which = values
    return TextColumn(tuple(map(str, texts)), _numbers(which, "<i4").astype(np.int32))


def _of_places(places: PlaceColumn) -> object:
    return [_of_words(places.leads), _text(places.numbers.astype("<i8", copy=False))]


def _to_places(values: Any) -> PlaceColumn:
    leads, numbers = values
    return PlaceColumn(_to_words(leads), _numbers(numbers, "<i8").astype(np.int64))


def _text(column: npt.NDArray[np.generic]) -> str:
    return binascii.b2a_base64(np.ascontiguousarray(column).data, newline=False).decode("ascii")


def _bytes(text: str) -> bytes:
    return binascii.a2b_base64(text, strict_mode=True)


def _numbers(text: str, kind: str) -> npt.NDArray[np.signedinteger[Any]]:
    return np.frombuffer(_bytes(text), kind)
