"""Read from a sentence that it gives install codes itself, or says where they are."""

from __future__ import annotations

from collections.abc import Sequence

from exchange.domain.statements import Act, Scope, Statement
from exchange.parsing.phrases import statement_words as parts
from exchange.parsing.statements.cores import core_of
from exchange.parsing.statements.grammar.scopes import endings_in, fuels_in
from exchange.parsing.statements.grammar.words import Clause
from exchange.parsing.statements.promises import announces_codes
from exchange.parsing.statements.sentences import CODE_MARK, Sentence


def provided(
    sentence: Sentence,
    clauses: Sequence[Clause],
    where: str,
    words: str,
    known: Sequence[Statement],
) -> list[Statement]:
    """Return that a sentence gives a code itself, or says where the codes are."""
    if sentence.codes and not sentence.devices:
        rows: tuple[int, ...] = ()
        hedge = ""
        about = _about_codes(clauses)
        kinds = fuels_in(word for clause in about for word in clause.kept)
        for clause in about:
            rows = rows or tuple(n for one in clause.kept for n in one.numbers if one.part == "F")
            risky = [one.text for one in clause.kept if one.part in parts.HEDGES]
            negated = [one.text for one in clause.kept if one.part in (parts.NEGATION,)]
            hedge = hedge or next(iter(risky + negated), "")
        scope = Scope.ROWS if rows else Scope.ONE if sentence.codes == 1 else Scope.NONE
        if known and not rows and known[-1].act is Act.OWNS:
            scope, rows = known[-1].scope, known[-1].rows
        ends = tuple(end for clause in about for end in endings_in(clause.kept))
        if ends and not rows:
            scope, kinds = Scope.ROWS, ()
        if kinds and not rows:
            scope = Scope.KIND
        count = sentence.codes if scope is Scope.KIND else None
        return [
            Statement(
                Act.PROVIDES, where, words, scope, rows=rows, count=count, hedge=hedge,
                kinds=kinds if scope is Scope.KIND else (), endings=ends,
            )
        ]  # fmt: skip
    if announces_codes(sentence.text):
        return [Statement(Act.PROVIDES, where, words, reason="attached")]
    return []


def _about_codes(clauses: Sequence[Clause]) -> Sequence[Clause]:
    """Return the clauses with codes, and those after the last answer before them."""
    held = [index for index, one in enumerate(clauses) if CODE_MARK in {w.text for w in one.words}]
    first = held[0] if held else 0
    for index in range(first + 1, len(clauses)):
        if parts.KIND in clauses[index].shape and core_of(clauses, index):
            clauses = clauses[:index]  # "... and the gas one is not ours"
            break
    denied = [index for index in range(first) if core_of(clauses, index)]
    if not denied or clauses[denied[-1]].shape.count(parts.NEGATION) == 0:
        return clauses
    return clauses[denied[-1] + 1 :]
