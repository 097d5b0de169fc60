"""``python -m tests.slips --draws 10000``: read drawn lists and answers, print what is lost.

Half as many answers are drawn as lists of Device IDs.
"""

from __future__ import annotations

import argparse
import sys
from collections import Counter
from random import Random

from exchange.parsing.reading.understand import understand
from tests.slips.answering import answer_faults, draw_answer, taken
from tests.slips.drawing import draw
from tests.slips.judging import faults


def main(arguments: list[str]) -> int:
    """Read the draws; return 1 if a fault was found."""
    parser = argparse.ArgumentParser(prog="python -m tests.slips", description=__doc__)
    parser.add_argument("--draws", type=int, default=10_000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--show", type=int, default=20, help="how many faults to print")
    chosen = parser.parse_args(arguments)
    say = sys.stdout.write
    kinds: Counter[str] = Counter()
    wrong = 0
    for number in range(chosen.draws):
        drawn = draw(Random(f"{chosen.seed} {number}"))
        found = faults(drawn, understand(drawn.raw))
        if not found:
            continue
        wrong += 1
        kinds[f"{found[0].split()[0]}: {drawn.what.split(' | ')[0]}"] += 1
        if wrong <= chosen.show:
            say(f"{number}: {drawn.what}: {'; '.join(found[:3])} (typed {drawn.typed!r})\n")
    answers, given, good = chosen.draws // 2, 0, 0
    for number in range(answers):
        answer = draw_answer(Random(f"{chosen.seed} answer {number}"))
        read = understand(answer.raw)
        found = answer_faults(answer, read)
        took = taken(answer, read)
        given, good = given + took[0], good + took[1]
        if found:
            wrong += 1
            kinds[f"{found[0].split()[0]}: {answer.what}"] += 1
            if wrong <= chosen.show:
                say(f"answer {number}: {answer.what}: {'; '.join(found[:3])}\n")
    for kind, count in kinds.most_common():
        say(f"{count:6} {kind}\n")
    say(f"{wrong} of {chosen.draws} lists and {answers} answers are not read right\n")
    say(f"{given} of {good} codes in rows without a slip are taken\n")
    return int(bool(wrong))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
