"""Templates: what they use, where they are found, and how a broken one is named."""

from __future__ import annotations

import os
import re
import textwrap
from datetime import UTC, date, datetime
from html import unescape
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from jinja2 import Environment, FileSystemLoader, meta, nodes

import exchange
from exchange.errors import ConfigError
from exchange.rendering.shipped import shipped_folder
from exchange.rendering.templates import GLOBALS, Templates
from exchange.rendering.wording import counted, day, moment, month, one_line, paragraphs, percent
from exchange.services.answering.requests.answer_parts import AnswerPart
from exchange.services.letters.letters import Named
from tests.unit.rendering.cases import ANSWERED, CODE, CONTEXTS

SHIPPED = shipped_folder("templates")
FILES = ("subject.txt", "body.txt", "body.html")


def names_used(file: str) -> set[str]:
    """The names a template takes from its context, with those of the files it includes."""
    environment = Environment(loader=FileSystemLoader(SHIPPED), autoescape=True)
    environment.filters = (
        dict.fromkeys(
            ("day", "moment", "month", "number", "counted", "percent", "paragraphs", "one_line"),
            str,
        )
        | environment.filters
    )
    tree = environment.parse((SHIPPED / file).read_text(encoding="utf-8"))
    # The macros a mail imports count as undeclared inside its blocks.
    macros = {name for node in tree.find_all(nodes.FromImport) for name in node.names}
    macros |= {node.target for node in tree.find_all(nodes.Import)}
    used = meta.find_undeclared_variables(tree) - macros - GLOBALS.keys()
    for other in meta.find_referenced_templates(tree):
        # A macro's file has parameters of its own and takes nothing from the context.
        if other and other != "_parts.html":
            used |= names_used(other)
    return used


def listed_in_readme(name: str) -> set[str]:
    text = (SHIPPED / "README.md").read_text(encoding="utf-8")
    rows = dict(re.findall(r"^\| `(\w+)` \| [^|]+ \| ([^|]+) \|$", text, re.MULTILINE))
    row = rows[name].strip()
    same = re.fullmatch(r"the same as `(\w+)`", row)
    return listed_in_readme(same[1]) if same else set(row.split(", "))


@pytest.mark.parametrize("name", list(CONTEXTS))
def test_the_readme_lists_what_a_mail_knows_and_no_template_uses_more(name: str) -> None:
    used = set().union(*(names_used(f"{name}/{file}") for file in FILES))
    assert used <= listed_in_readme(name) == set(CONTEXTS[name])  # type: ignore[index]


@pytest.mark.parametrize("name", list(CONTEXTS))
def test_every_mail_says_reference_clause_date_and_contact(name: str) -> None:
    context = CONTEXTS[name]  # type: ignore[index]
    for file in ("body.txt", "body.html"):
        said = " ".join(Templates().render(f"{name}/{file}", context).split())
        assert "OPA-Q-2026-00007" in said
        assert "clause 4.16" in said.lower()
        due = context.get("due", context.get("received"))
        due = context["items"][0]["due"] if name == "alert" else due  # type: ignore[index]
        assert day(due) in said  # type: ignore[arg-type]
        assert "codes@op-a.test" in said
        if name not in ("answer", "list", "evidence", "alert"):
            assert "How to answer" in said
            assert "not the installing Supplier" in said
            assert "in the subject" in said
    subject = Templates().render(f"{name}/subject.txt", context)
    assert subject.count("\n") <= 1
    assert len(subject.strip()) < 130


@pytest.mark.parametrize("name", list(CONTEXTS))
def test_every_mail_names_the_contact_person_where_there_is_one(name: str) -> None:
    context = CONTEXTS[name]  # type: ignore[index]
    named = Named("Operator A", "OPA", "codes@op-a.test", "Ann O'Neil", "020 7946 0000 <ext. 1>")
    for file in ("body.txt", "body.html"):
        assert "Telephone" not in Templates().render(f"{name}/{file}", context)
        said = unescape(Templates().render(f"{name}/{file}", context | {"us": named}))
        assert said.count("Ann O'Neil") == 1
        assert said.count("Telephone: 020 7946 0000 <ext. 1>") == 1
        assert "{{" not in said


def test_an_answer_counts_in_words() -> None:
    one = CONTEXTS["answer"] | {
        "counts": {"provided": 1, "not_installer": 0, "held": 0, "unreadable": 0, "files": 0},
    }
    part = one | {"part": AnswerPart(1, 2, 1, 1)}
    for file in ("body.txt", "body.html"):
        for context in (one, part):  # never "the Devices you listed": it may be a second answer
            assert "for 1 Device on your list." in " ".join(
                Templates().render(f"answer/{file}", context).split()
            )


def test_evidence_has_the_headings_of_the_dispute_process() -> None:
    text = Templates().render("evidence/body.txt", CONTEXTS["evidence"])
    headings = re.findall(r"^\d\. (.+)\n-+$", text, re.MULTILINE)
    assert headings == [
        "Impact on Parties",
        "Dates and timings",
        "Advice sought",
        "Prior amicable attempts",
    ]


def test_a_large_answer_gives_counts_only() -> None:
    counts = {"provided": 400_000, "not_installer": 1, "held": 90, "unreadable": 30, "files": 0}
    held, unreadable = ANSWERED[2:3], ANSWERED[3:]
    context = CONTEXTS["answer"] | {
        "counts": counts,
        "rows": (),
        "held": held,
        "unreadable": unreadable,
    }
    for file in ("body.txt", "body.html"):
        said = " ".join(Templates().render(f"answer/{file}", context).split())
        assert "for 400,121 Devices on your list" in said
        assert "400,000" in said
        assert "89 more rows: see the workbook" in said
        assert "29 more rows: see the workbook" in said
        assert CODE not in said
        assert "Our answers" not in said


def test_an_answer_leaves_out_what_it_has_none_of() -> None:
    counts = {"provided": 1, "not_installer": 0, "held": 0, "unreadable": 0, "files": 0}
    context = CONTEXTS["answer"] | {
        "counts": counts, "rows": ANSWERED[:1], "held": (), "unreadable": (), "their_ref": "",
    }  # fmt: skip
    for file in ("body.txt", "body.html"):
        said = Templates().render(f"answer/{file}", context)
        assert CODE in said
        for absent in (
            "not the installing Supplier",
            "eing looked into",
            "ot readable",
            "Your ref",
        ):
            assert absent not in said


@pytest.mark.parametrize(
    ("left", "late", "words"),
    [(2, 0, "in 2 Working Days"), (1, 0, "in 1 Working Day."), (0, 0, "due today"), (0, 3, "ago")],
)
def test_a_reminder_counts_the_days(left: int, late: int, words: str) -> None:
    context = CONTEXTS["reminder"] | {"days_left": left, "days_late": late}
    for file in ("body.txt", "body.html"):
        assert words in " ".join(Templates().render(f"reminder/{file}", context).split())


def test_a_breach_notice_without_escalation_contact_does_not_call_anyone_so() -> None:
    note = "no escalation contact is registered, so this goes to the request address"
    context = CONTEXTS["breach"] | {"level": 0, "note": note}
    for file in ("body.txt", "body.html"):
        said = " ".join(Templates().render(f"breach/{file}", context).split())
        assert f"Please note: {note}." in said
        assert "as the escalation contact" not in said


class TestUsersFolder:
    def test_one_file_of_the_user_is_enough(self, tmp_path: Path) -> None:
        (tmp_path / "request").mkdir()
        (tmp_path / "request" / "subject.txt").write_text("Codes, please: {{ ref }}\n")
        templates = Templates([tmp_path, tmp_path / "missing"])
        assert templates.render("request/subject.txt", {"ref": "X-1"}) == "Codes, please: X-1\n"
        assert "How to answer" in templates.render("request/body.txt", CONTEXTS["request"])

    def test_a_file_that_changes_is_read_again(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        instant = [100.0]
        monkeypatch.setattr("exchange.rendering.templates.monotonic", lambda: instant[0])
        path, piece = tmp_path / "a.txt", tmp_path / "_b.txt"
        path.write_text("one {% include '_b.txt' %}")
        piece.write_text("two")
        templates = Templates([tmp_path])
        assert templates.render("a.txt", {}) == "one two"
        piece.write_text("three")
        os.utime(piece, (1, 1))
        instant[0] += 1.0
        assert templates.render("a.txt", {}) == "one three"

    def test_a_user_piece_is_used_by_the_shipped_mails(self, tmp_path: Path) -> None:
        (tmp_path / "_close.txt").write_text("Cheers from {{ us.name }}\n")
        text = Templates([tmp_path]).render("request/body.txt", CONTEXTS["request"])
        assert text.endswith("Cheers from Operator A Ltd\n")

    @pytest.mark.parametrize(
        ("text", "line", "reason"),
        [
            ("one\n{{ reff }}\n", 2, "'reff' is undefined"),
            ("one\ntwo\n{{ us.fax }}", 3, "has no attribute 'fax'"),
            ("one\n{% if ref %}\nthree\n", 3, "broken"),
            ("{{ ref | nosuch }}", 1, "No filter named 'nosuch'"),
            ("one\n\n{{ 1 / 0 }}", 3, "division by zero"),
            ("one\n{{ due | day | day }}", 2, "cannot be filled in"),
        ],
    )
    def test_a_broken_template_is_named_with_its_line(
        self, tmp_path: Path, text: str, line: int, reason: str
    ) -> None:
        path = tmp_path / "request" / "body.txt"
        path.parent.mkdir()
        path.write_text(text)
        with pytest.raises(ConfigError) as caught:
            Templates([tmp_path]).render("request/body.txt", CONTEXTS["request"])
        assert caught.value.place == f"{path} line {line}"
        assert reason in caught.value.message

    def test_a_missing_piece_is_named(self, tmp_path: Path) -> None:
        (tmp_path / "x.txt").write_text("{% include 'none.txt' %}")
        with pytest.raises(ConfigError, match=r"no template none\.txt"):
            Templates([tmp_path]).render("x.txt", {})

    def test_an_error_never_repeats_a_code(self, tmp_path: Path) -> None:
        (tmp_path / "x.txt").write_text("{{ {}[code] }}")
        with pytest.raises(ConfigError) as caught:
            Templates([tmp_path]).render("x.txt", {"code": CODE})
        assert "C3B5" not in str(caught.value)
        assert caught.value.__cause__ is None

    def test_only_html_is_escaped(self, tmp_path: Path) -> None:
        for name in ("a.txt", "a.html"):
            (tmp_path / name).write_text("{{ x }}")
        templates = Templates([tmp_path])
        assert templates.render("a.txt", {"x": "<&>"}) == "<&>"
        assert templates.render("a.html", {"x": "<&>"}) == "&lt;&amp;&gt;"


class TestShipped:
    @pytest.mark.parametrize("inside", ["exchange/_shipped/templates", "templates"])
    def test_wheel_and_source_tree(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, inside: str
    ) -> None:
        (tmp_path / "exchange").mkdir()
        monkeypatch.setattr(exchange, "__file__", str(tmp_path / "exchange" / "__init__.py"))
        with pytest.raises(ConfigError, match=r"folder templates .* is missing"):
            shipped_folder("templates")
        (tmp_path / inside).mkdir(parents=True)
        assert shipped_folder("templates") == tmp_path / inside


class TestWording:
    def test_instants_are_written_in_london_time(self) -> None:
        assert moment(datetime(2026, 3, 29, 0, 59, tzinfo=UTC)).endswith(
            "29 March 2026 at 00:59 GMT"
        )
        assert moment(datetime(2026, 3, 29, 1, 0, tzinfo=UTC)).endswith(
            "29 March 2026 at 02:00 BST"
        )
        assert day(datetime(2026, 6, 30, 23, 30, tzinfo=UTC)) == "Wednesday 1 July 2026"
        assert day(date(2026, 12, 25)) == moment(date(2026, 12, 25)) == "Friday 25 December 2026"
        with pytest.raises(TypeError):
            moment(datetime(2026, 1, 1))  # noqa: DTZ001

    def test_counts_shares_and_months(self) -> None:
        assert [counted(n, "Device") for n in (0, 1, 2, 7000)] == [
            "0 Devices", "1 Device", "2 Devices", "7,000 Devices",
        ]  # fmt: skip
        assert counted(2, "reply", "replies") == "2 replies"
        assert [percent(s) for s in (None, 0.0, 0.29, 2 / 3, 0.9999, 1.0)] == [
            "–", "0.0 %", "29.0 %", "66.6 %", "99.9 %", "100.0 %",
        ]  # fmt: skip
        assert month("2026-10") == "October 2026"

    def test_paragraphs_keep_words_lists_and_blank_lines(self) -> None:
        words = "word " * 30
        filled = paragraphs(f"\n{words}\n\n1. {words}\n2. short\n- {'x' * 90}\n\nend\n")
        assert [line for line in filled.split("\n") if len(line) > 72] == ["  " + "x" * 90]
        assert filled.split() == ["word"] * 30 + ["1."] + ["word"] * 30 + [
            "2.", "short", "-", "x" * 90, "end",
        ]  # fmt: skip
        assert "\n   word" in filled
        assert filled.endswith("\n\nend")

    @settings(max_examples=200, deadline=None)
    @given(st.lists(st.text("ab-é\u00a0", min_size=1, max_size=90), min_size=1, max_size=40))
    def test_a_paragraph_is_filled_as_the_standard_library_fills_it(self, words: list[str]) -> None:
        words = " ".join(words).split() or ["a"]
        words[0] = "a" + words[0]  # a lone hyphen in front would make a list item of it
        assert paragraphs("\n".join(words)) == textwrap.fill(
            " ".join(words), 72, break_long_words=False, break_on_hyphens=False
        ) or re.search(r"\n-$|\n- ", "\n".join(words))

    @settings(max_examples=200, deadline=None)
    @given(st.text(st.characters(max_codepoint=127), max_size=60))
    def test_plain_text_is_cleaned_as_any_other(self, text: str) -> None:
        assert one_line(text) == one_line(text + "\u200e")

    def test_one_line_caps_with_an_ellipsis(self) -> None:
        assert one_line("a\n b", 10) == "a b"
        assert one_line("x" * 11, 10) == "x" * 9 + "…"


def test_the_hour_that_comes_twice_is_written_as_it_was_each_time() -> None:
    london = ZoneInfo("Europe/London")
    first = datetime(2026, 10, 25, 1, 30, tzinfo=london)
    for when in (first, first.astimezone(UTC)):
        assert moment(when) == "Sunday 25 October 2026 at 01:30 BST"
    second = first.replace(fold=1)
    for when in (second, second.astimezone(UTC)):
        assert moment(when) == "Sunday 25 October 2026 at 01:30 GMT"
