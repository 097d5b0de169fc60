"""Wordings of one's own, and what they lack: copies of the shipped ones, changed as people do."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from exchange.doctor.templates import templates as doctor_on
from exchange.rendering.overrides import (
    CONTEXT_NAMES,
    TemplateRemark,
    check_overrides,
    read_version_line,
)
from exchange.rendering.shipped import shipped_folder
from tests.unit.rendering.cases import CONTEXTS

SHIPPED = shipped_folder("templates")
LINE = "{# templates, version 3 #}\n"


def _own(tmp_path: Path, file: str, change: Callable[[str], str]) -> Path:
    """A folder with a changed copy of a shipped file."""
    path = tmp_path / "ours" / "templates" / file
    path.parent.mkdir(parents=True, exist_ok=True)
    text = (SHIPPED / file).read_text(encoding="utf-8")
    changed = change(text)
    assert changed != text or change is _same
    path.write_text(changed, encoding="utf-8")
    return tmp_path / "ours" / "templates"


def _same(text: str) -> str:
    return text


def _said(found: list[TemplateRemark]) -> list[tuple[str, bool, str]]:
    return [(one.file, one.grave, one.text.partition(" (")[0]) for one in found]


def test_each_mail_knows_what_its_tests_are_filled_in_with() -> None:
    assert {name: set(context) for name, context in CONTEXTS.items()} == {
        name: set(known) for name, known in CONTEXT_NAMES.items()
    }


def test_every_shipped_file_says_its_version_and_lacks_nothing(tmp_path: Path) -> None:
    files = [path for path in SHIPPED.rglob("*.*") if path.suffix in (".txt", ".html")]
    assert len(files) > 20
    assert {read_version_line(path.read_text())[0] for path in files} == {3}
    shutil.copytree(SHIPPED, tmp_path / "templates")
    assert check_overrides(tmp_path / "templates") == []
    assert check_overrides(tmp_path / "nowhere") == []


@pytest.mark.parametrize(
    ("file", "change", "said"),
    [
        ("request/subject.txt", lambda t: f"{LINE}Codes, please: {{{{ ref }}}}, {{{{ due }}}}\n",
         [(False, "it does not use `count`, which the shipped one does")]),
        ("request/body.txt", lambda t: t.replace('{% include "_how.txt" %}', ""), []),
        ("answer/body.txt", lambda t: f"{LINE}{{{{ us.name }}}} {{{{ ref }}}} {{{{ history }}}}\n",
         [(False, "it does not use `counts`, `due`, `file`, `files`, `held`, `left_out`, `part`, "
                  "`received`, `repeated`, `rows`, `their_ref`, `them`, `unreadable`, "
                  "which the shipped one does"),
          (True, "it uses `history`, which the mail does not have")]),
        ("reminder/body.txt", lambda t: t + "{% if outstanding > 99 %}{{ lots }}{% endif %}",
         [(True, "it uses `lots`, which the mail does not have")]),
        ("_close.txt", lambda t: t + "{{ days_left }}",
         [(True, "it uses `days_left`, which the mail does not have")]),
        ("_mail.html", lambda t: t.replace("block content", "block words"),
         [(True, "it has no block `content`, which the shipped one has: what mails put there is "
                 "lost")]),
        ("evidence/body.html", lambda t: t.replace("{% block close %}{% endblock %}", ""),
         [(False, "it has no block `close`, which the shipped one has")]),
        ("query/body.html", lambda t: t.replace("block content", "block main"),
         [(False, "it has no block `content`, which the shipped one has"),
          (True, "its block `main` is not in _mail.html: its text is never sent")]),
        ("_parts.html", lambda t: t.replace("macro how(ref)", "macro how_to(ref)"),
         [(True, "it does not define `how`, which other templates use")]),
        ("_parts.html", lambda t: t.replace("macro devices(title, rows)", "macro devices(rows)"),
         [(True, "its macro `devices` does not take `title`")]),
        ("_parts.html",
         lambda t: t.replace("macro how(", "macro a(").replace("macro td(", "macro b("),
         [(True, "it does not define `how`, `td`, which other templates use")]),
        ("_styles.html", lambda t: t.replace("set fixed =", "set mono ="),
         [(True, "it does not define `fixed`, which other templates use")]),
        ("report/report.html", lambda t: t + "{{ outstanding }}",
         [(True, "it uses `outstanding`, which the mail does not have")]),
    ],
)  # fmt: skip
def test_what_an_own_file_lacks_is_named(
    tmp_path: Path, file: str, change: Callable[[str], str], said: list[tuple[bool, str]]
) -> None:
    found = _said(check_overrides(_own(tmp_path, file, change)))
    names = [one for one in found if "used_nowhere" not in one[2]]
    assert sorted(names) == sorted((file, grave, words) for grave, words in said)


def test_what_is_left_out_on_purpose_is_not_told(tmp_path: Path) -> None:
    own = _own(
        tmp_path,
        "request/subject.txt",
        lambda _: "{# templates, version 3; without count, due #}\nCodes: {{ ref }}\n",
    )
    assert check_overrides(own) == []


def _newer(tmp_path: Path) -> Path:
    """The templates of a version to come: a mail of them says more, another is as it was."""
    newer = tmp_path / "newer"
    shutil.copytree(SHIPPED, newer)
    for path in newer.rglob("*.*"):
        if path.suffix in (".txt", ".html"):
            path.write_text(path.read_text().replace("version 3 #}", "version 4 #}", 1))
    body = newer / "request" / "body.txt"
    body.write_text(body.read_text() + "{{ sender_tag }}\n")
    (newer / "versions.toml").write_text(
        'version = 4\n[[change]]\nversion = 4\nfile = "request/body.txt"\n'
        'words = "`sender_tag` says who asks"\n'
    )
    return newer


@pytest.mark.parametrize(
    ("line", "made"),
    [
        (LINE, "made from version 3, this is 4"),
        ("", "it does not say which version it was made from, this is 4"),
    ],
)
def test_a_copy_of_an_older_version_hears_what_changed(
    tmp_path: Path, line: str, made: str
) -> None:
    own = _own(tmp_path, "request/body.txt", lambda text: text.replace(LINE, line) + "more\n")
    (one,) = check_overrides(own, _newer(tmp_path))
    assert one.text == (
        f"it does not use `sender_tag`, which the shipped one does ({made}; version 4: "
        "`sender_tag` says who asks)"
    )
    assert not one.grave


def test_an_older_copy_that_lacks_nothing_is_a_word_at_most(tmp_path: Path) -> None:
    own = _own(tmp_path, "request/subject.txt", _same)
    (one,) = check_overrides(own, _newer(tmp_path))
    assert (one.grave, one.text) == (
        False, "nothing is missing in it (made from version 3, this is 4)",
    )  # fmt: skip


def test_doctor_names_file_and_block(tmp_path: Path) -> None:
    folder = tmp_path / "ours"
    _own(tmp_path, "_mail.html", lambda text: text.replace("block content", "block words"))
    _own(tmp_path, "answer/subject.txt", lambda text: f"{LINE}About your request\n")
    checks = [check for check in doctor_on(folder) if check.state != "ok"]
    assert [(check.state, check.what) for check in checks] == [
        ("failed", "template _mail.html"), ("warning", "template answer/subject.txt"),
    ]  # fmt: skip
    assert "_mail.html: it has no block `content`" in checks[0].found
    assert "answer/subject.txt: it does not use `ref`" in checks[1].found
    assert all("first line" in check.advice for check in checks)


def test_a_name_of_another_mail_is_a_fault_of_this_one(tmp_path: Path) -> None:
    """Filled in for certain, not only read."""
    _own(tmp_path, "answer/body.txt", lambda text: text + "{{ history }}")
    found = [check for check in doctor_on(tmp_path / "ours") if check.state == "failed"]
    assert "'history' is undefined" in found[0].found
    assert any("it uses `history`, which the mail does not have" in check.found for check in found)


def test_what_jinja_cannot_read_is_left_to_who_fills_it_in(tmp_path: Path) -> None:
    own = _own(tmp_path, "request/body.txt", lambda text: text + "{% if %}")
    assert check_overrides(own) == []
    assert [check.state for check in doctor_on(tmp_path / "ours")] == ["failed"]
