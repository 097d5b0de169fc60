"""Turn the sender's own sentences into statements: who says what about which Devices."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from exchange.domain.statements import Statement
from exchange.parsing.statements.acts import names_codes, read_acts
from exchange.parsing.statements.answers import read_answers
from exchange.parsing.statements.sentences import Sentence, sentences_of
from exchange.parsing.text.lines import Line


def read_statements(
    lines: Iterable[Line], place: Callable[[Line], str], subject: str = ""
) -> list[Statement]:
    """Return what the sender's own ``lines`` say, in their order.

    ``subject``: that of the mail, where the sender wrote it himself.  A sentence that says nothing
    about Devices, codes or answers gives no statement.
    """
    found: list[Statement] = []
    about_codes = names_codes(subject)
    if subject:
        title = Sentence(subject, Line(0, subject), heading=True)
        found += _statements_of(title, "subject", about_codes=False)
    for sentence in sentences_of(lines):
        found += _statements_of(sentence, place(sentence.line), about_codes=about_codes)
        about_codes = about_codes or names_codes(sentence.text)
    return found


def _statements_of(sentence: Sentence, where: str, *, about_codes: bool) -> list[Statement]:
    acts = read_acts(sentence, where, about_codes=about_codes)
    return [*read_answers(sentence, where), *acts]
