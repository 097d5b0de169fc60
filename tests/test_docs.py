"""The documentation tells the truth: commands exist, links lead somewhere, defaults are so."""

from __future__ import annotations

import os
import pty
import re
import shlex
import socket
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest
from rich.text import Text
from typer.testing import CliRunner

from exchange.cli.main import app, whole
from exchange.config import (
    CONFIG_PATH,
    Settings,
    SmimeSettings,
    SourceSettings,
    load_settings,
)
from exchange.domain.device import InstallCode
from exchange.errors import BadInput

ROOT = Path(__file__).parent.parent
README = ROOT / "README.md"
PAGES = [
    README,
    ROOT / "CONTRIBUTING.md",
    ROOT / "CHANGELOG.md",
    ROOT / "templates" / "README.md",
    ROOT / "tests" / "scenarios" / "README.md",
    *sorted((ROOT / "docs").rglob("*.md")),
]
SHELL = ("sh", "ini", "console", "")

_FENCE = re.compile(r"^```([a-z]*)\n(.*?)^```", re.M | re.S)
_SPAN = re.compile(r"(?<!`)`([^`\n]+)`(?!`)")
_COMMAND = re.compile(r"(?:^|[ \t]|bin/)exchange[ \t]+([a-z-][^\n]*)", re.M)
_LINK = re.compile(r"\[[^\]]*\]\(([^)\s]+)\)")
_PATH = re.compile(r"(?:exchange|tests|docs|templates|config)/[\w./-]*\w/?")


# -- commands --


def _commands(page: Path) -> Iterator[str]:
    """Every ``exchange ...`` in a code block or a code span, without its comment."""
    text = page.read_text(encoding="utf-8")
    for language, block in _FENCE.findall(text):
        if language in SHELL:
            for found in _COMMAND.finditer(block):
                yield found.group(1).partition("  #")[0].strip()
    for span in _SPAN.findall(_FENCE.sub("", text)):
        if span.startswith("exchange ") and span.strip() != "exchange ...":
            yield span.removeprefix("exchange ").strip()


def _walk(words: list[str]) -> tuple[list[str], set[str]]:
    """The (sub)command's words and its options; raises AssertionError when there is none."""
    command = whole()
    path: list[str] = []
    while (commands := getattr(command, "commands", None)) and len(path) < len(words):
        word = words[len(path)]
        assert word in commands, f"exchange {' '.join(words)}: no command {word!r}"
        command = commands[word]
        path.append(word)
    options = {name for one in command.params for name in (*one.opts, *one.secondary_opts)}
    return path, options | {"-h", "--help"}


def _helps(command: object) -> Iterator[str]:
    """Every text that ``--help`` prints, of a command and those below it."""
    yield getattr(command, "help", None) or ""
    for one in getattr(command, "params", ()):
        yield getattr(one, "help", None) or ""
    for below in getattr(command, "commands", {}).values():
        yield from _helps(below)


def test_no_word_of_the_help_is_taken_for_markup() -> None:
    texts = list(_helps(whole()))
    assert len(texts) > 100
    assert [text for text in texts if Text.from_markup(text).plain != text] == []


ALL_COMMANDS = sorted({(page, line) for page in PAGES for line in _commands(page)})


def test_there_are_commands_to_check() -> None:
    assert len(ALL_COMMANDS) > 50
    assert {page.name for page, _ in ALL_COMMANDS} >= {"README.md", "operations.md", "formats.md"}


@pytest.mark.parametrize(
    ("page", "line"), ALL_COMMANDS, ids=[f"{page.name}: {line}" for page, line in ALL_COMMANDS]
)
def test_every_command_and_option_exists(page: Path, line: str) -> None:
    words = shlex.split(line, comments=True)
    if words[:1] == ["-C"]:  # the folder, before the command
        words = words[2:]
    if words and words[0].endswith("-completion"):  # it changes the files of a shell
        assert words[0] in CliRunner().invoke(app, ["--help"]).output
        return
    if words and words[0].startswith("-"):  # exchange --version, exchange --help
        assert CliRunner().invoke(app, words[:1]).exit_code == 0
        return
    path, known = _walk(words)
    result = CliRunner().invoke(app, [*path, "--help"])
    assert result.exit_code == 0, result.output
    for word in words[len(path) :]:
        if re.match(r"--?[a-zA-Z]", word):
            assert word.partition("=")[0] in known, f"{page.name}: exchange {line}: no {word}"


# -- links, paths, stories --


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_every_relative_link_and_path_leads_somewhere(page: Path) -> None:
    text = page.read_text(encoding="utf-8")
    for target in _LINK.findall(_FENCE.sub("", text)):
        if not re.match(r"[a-z]+:|#", target):
            assert (page.parent / target.partition("#")[0]).exists(), f"{page.name}: {target}"
    for span in _SPAN.findall(_FENCE.sub("", text)):
        if _PATH.fullmatch(span):
            assert (ROOT / span).exists(), f"{page.name} speaks of {span}"


def test_modules_named_in_short_exist() -> None:
    """``services/answering/intake.py`` stands for ``exchange/services/answering/intake.py``."""
    packages = "|".join(path.name for path in (ROOT / "exchange").iterdir() if path.is_dir())
    short = re.compile(rf"(?:{packages})/(?:\w+/)*\w+\.py")
    named = {
        span
        for page in (ROOT / "docs").rglob("*.md")
        for span in _SPAN.findall(page.read_text(encoding="utf-8"))
        if short.fullmatch(span)
    }
    assert len(named) > 20
    assert [one for one in sorted(named) if not (ROOT / "exchange" / one).exists()] == []


def test_every_rule_names_a_module_and_tests_that_exist() -> None:
    page = (ROOT / "docs" / "tests.md").read_text(encoding="utf-8")
    rows = [line.split(" | ") for line in page.splitlines() if " | `exchange/" in line]
    assert len(rows) > 40
    for rule, module, proof in rows:
        assert (ROOT / module.strip("`")).is_file(), f"{rule}: {module}"
        named = _SPAN.findall(proof)
        assert named, rule
        assert [one for one in named if not (ROOT / one).exists()] == [], rule


def test_failures_name_stories_and_mails_that_exist() -> None:
    stories = ROOT / "tests" / "scenarios" / "stories"
    numbers = []
    for row in re.findall(r"^\| (\d+) \|.*$", _failures(), re.M):
        numbers.append(int(row))
    assert numbers == list(range(1, len(numbers) + 1))
    assert len(numbers) > 50
    for path in re.findall(r"`(tests/[\w/.]+)`", _failures()):
        assert (ROOT / path).exists(), path
    for line in _failures().splitlines():
        match = re.match(r"\| (\d+) \|", line)
        if not match:
            continue
        proof = line.rsplit("|", 2)[1]
        for part in proof.split(";"):
            names = _SPAN.findall(part)
            for name in names if re.match(r" ?stor(?:y|ies) ", part) else ():
                story = tomllib.loads((stories / name / "story.toml").read_text("utf-8"))
                assert story.get("failure") == int(match[1]), name
            for name in names if re.match(r" ?corpus ", part) else ():
                assert (ROOT / "tests" / "corpus" / f"{name}.eml").exists(), name


def _failures() -> str:
    return (ROOT / "docs" / "failures.md").read_text(encoding="utf-8")


def test_vectors_come_out_as_told() -> None:
    text = (ROOT / "docs" / "domain.md").read_text(encoding="utf-8")
    rows = re.findall(r"^\| ([0-9A-F]{20,36}) \| (accepted|refused: .+?) \|$", text, re.M)
    assert len(rows) == 7
    for written, result in rows:
        if result == "accepted":
            assert InstallCode.parse(written).with_crc == written
            continue
        with pytest.raises(BadInput) as refused:
            InstallCode.parse(written)
        assert ("CRC" in result) == ("CRC of the" in refused.value.message)


# -- the commented configuration --

# Written as an example: the default is to have none.
_SAMPLES = {
    "party.compliance_address",
    "party.alerts_to",
    "mailbox.ca_file",
    "mailbox.not_before",
    "smtp.ca_file",
}
# Named in the head of the file: any one of three may stand where password_file stands.
_TOLD_ABOVE = {
    f"{section}.password_{source}"
    for section in ("mailbox", "smtp")
    for source in ("env", "credential")
} | {"keys.old", "keys.passphrase_file"}
_OPTION = re.compile(r"^# ([a-z_]+ = .*)$")
_SAMPLE_FILE = ROOT / "config" / "exchange.toml"


def _loaded(text: str, folder: Path) -> Settings:
    path = folder / CONFIG_PATH
    path.parent.mkdir(exist_ok=True)
    path.write_text(text, encoding="utf-8")
    return load_settings(folder)


def _options() -> list[tuple[int, str]]:
    """(line number from 0, ``section.key``) of every commented option of the sample."""
    section, found = "", []
    for number, line in enumerate(_SAMPLE_FILE.read_text(encoding="utf-8").splitlines()):
        header = re.fullmatch(r"\[\[?([a-z]+)\]\]?", line)
        section = header[1] if header else section
        option = _OPTION.match(line)
        if option:
            found.append((number, f"{section}.{option[1].partition(' =')[0]}"))
    return found


def test_the_sample_configuration_loads(tmp_path: Path) -> None:
    assert _loaded(_SAMPLE_FILE.read_text(encoding="utf-8"), tmp_path).party.signifier == "OURS"


@pytest.mark.parametrize(("number", "name"), _options(), ids=[name for _, name in _options()])
def test_a_commented_option_shows_its_default(number: int, name: str, tmp_path: Path) -> None:
    text = _SAMPLE_FILE.read_text(encoding="utf-8")
    lines = text.splitlines()
    lines[number] = lines[number].removeprefix("# ")
    settings = _loaded("\n".join(lines) + "\n", tmp_path)
    if name not in _SAMPLES:
        assert settings == _loaded(text, tmp_path)


def test_all_options_at_once(tmp_path: Path) -> None:
    lines = _SAMPLE_FILE.read_text(encoding="utf-8").splitlines()
    for number, name in _options():
        if name not in _SAMPLES:
            lines[number] = lines[number].removeprefix("# ")
    usual = _loaded(_SAMPLE_FILE.read_text(encoding="utf-8"), tmp_path)
    assert _loaded("\n".join(lines) + "\n", tmp_path) == usual


def test_every_option_stands_in_the_sample() -> None:
    written = tomllib.loads(_SAMPLE_FILE.read_text(encoding="utf-8"))
    shown = {name for _, name in _options()}
    for section, content in written.items():
        table = content[0] if isinstance(content, list) else content
        shown |= {f"{section}.{key}" for key in table}
    for section, field in Settings.model_fields.items():
        if section in ("source", "smime"):
            continue  # tables of which there is none by default, shown as a whole
        kind = field.annotation if section != "mailbox" else _mailbox_kind()
        keys = {f"{section}.{key}" for key in kind.model_fields}  # type: ignore[union-attr]
        assert keys - shown - _TOLD_ABOVE == set()


def test_the_example_of_a_source_loads_and_shows_every_option(tmp_path: Path) -> None:
    text = _SAMPLE_FILE.read_text(encoding="utf-8")
    lines = text.partition("#  [[source]]\n")[2].partition("\n\n")[0].splitlines()
    pairs = [re.match(r'#  ([a-z_]+) = ("[^"]*"|true|false)', line) for line in lines]
    shown = "[[source]]\n" + "".join(f"{pair[1]} = {pair[2]}\n" for pair in pairs if pair)
    assert {pair[1] for pair in pairs if pair} == set(SourceSettings.model_fields)
    assert _loaded(text + shown, tmp_path).source[0].date_format == "%d/%m/%Y"


def test_the_sample_of_a_table_for_encrypted_mail_loads(tmp_path: Path) -> None:
    text = _SAMPLE_FILE.read_text(encoding="utf-8")
    table = [line.removeprefix("#   ") for line in text.splitlines() if line.startswith("#   ")]
    assert table[0] == "[[smime]]"
    shown = {line.partition(" =")[0] for line in table[1:]}
    told_above = {"password_env", "password_credential"}
    assert set(SmimeSettings.model_fields) - shown == told_above
    for given in ("pkcs12", "certificate", "key"):
        lines = [line for line in table if not line.startswith(given)]
        if given == "key":
            with pytest.raises(BadInput, match="name certificate and key, or pkcs12 alone"):
                _loaded(text + "\n".join(lines), tmp_path)
        elif given == "pkcs12":
            (found,) = _loaded(text + "\n".join(lines), tmp_path).smime
            assert found.key == Path("secrets/smime-key.pem")
        else:
            lines = [line for line in lines if not line.startswith("key")]
            (found,) = _loaded(text + "\n".join(lines), tmp_path).smime
            assert found.pkcs12 == Path("secrets/smime.p12")


def _mailbox_kind() -> type:
    from exchange.config import MailboxSettings

    return MailboxSettings


# -- the README's commands, really run --

_CODES = """Device ID,Install code
00-DB-12-34-56-78-90-A0,83FE D340 7A93 9723 A5C6 39B2 6916 D505 C3B5
00-DB-12-34-56-78-90-A1,83FED3407A939723A5C639B269161802AEBB
"""


def _blocks(heading: str) -> list[str]:
    section = README.read_text(encoding="utf-8").split(f"## {heading}\n")[1].split("\n## ")[0]
    return [block for language, block in _FENCE.findall(section) if language == "sh"]


def _run(words: list[str], folder: Path, answer: str = "") -> tuple[int, str]:
    """A command in a process of its own; with ``answer`` at a terminal, as a person would."""
    environment = os.environ | {"EXCHANGE_NOW": "2026-11-02T09:00", "COLUMNS": "250"}
    command = [sys.executable, "-m", "exchange", *words]
    if not answer:
        done = subprocess.run(
            command, cwd=folder, env=environment, capture_output=True, text=True, check=False
        )
        return done.returncode, done.stdout + done.stderr
    ours, theirs = pty.openpty()
    terminal = subprocess.Popen(
        command, cwd=folder, env=environment, stdin=theirs, stdout=theirs, stderr=theirs
    )
    with terminal as run:
        os.close(theirs)
        os.write(ours, answer.encode())
        said = b""
        try:
            while chunk := os.read(ours, 4096):
                said += chunk
        except OSError:  # Linux ends a terminal nobody holds open with EIO
            pass
        os.close(ours)
        return run.wait(), said.decode()


def test_the_readme_configures_and_runs(tmp_path: Path) -> None:
    (block,) = _blocks("Configure")
    folder = tmp_path
    seen = []
    with socket.socket() as silent:
        # Bound and not listening: whoever connects is refused at once.
        silent.bind(("127.0.0.1", 0))
        for line in block.splitlines():
            words = shlex.split(line, comments=True)
            if words[0] == "cd":
                folder = folder / words[1]
                (folder / "contacts.csv").write_bytes(
                    (folder / "config" / "contacts.csv").read_bytes()
                )
                (folder / "codes.csv").write_text(_CODES)
            elif words[0] == "$EDITOR":
                for name in words[1:]:
                    _edit(folder / name, silent.getsockname()[1])
            else:
                assert words[0] == "exchange", line
                answer = "y\n" if words[1:3] == ["contacts", "import"] else ""
                code, said = _run(words[1:], folder, answer)
                seen.append(words[1])
                # No mail server answers here, and doctor says so.
                assert code == (1 if words[1] == "doctor" else 0), said
    assert seen == ["init", "contacts", "codes", "codes", "doctor"]
    failed = [one for one in said.splitlines() if "failed" in one]
    assert len(failed) == 3, said
    assert "mailbox requests" in failed[0]
    assert "smtp" in failed[1]
    assert failed[2].endswith(" 2 failed")

    code, said = _run(["contacts", "list"], folder)
    assert "4 parties, 3 active" in said
    code, said = _run(["codes", "stats", "--json"], folder)
    assert '"with_code": 2' in said
    assert '"complete_as_of": "2026-11-01"' in said
    code, said = _run(["run", "--once"], folder)
    assert code == 1
    assert said.count("cannot be used") == 1
    code, said = _run(["explain", "--received", "2026-12-21T16:45"], folder)
    assert code == 0
    assert "Boxing Day, substitute day (bank holiday)" in said
    assert "the end of Thu 7 Jan 2027" in said


def _edit(path: Path, port: int) -> None:
    """What a person does in the editor, as far as a test can."""
    if path.name != "exchange.toml":
        path.write_text("a-password\n")
        path.chmod(0o600)
        return
    text = path.read_text(encoding="utf-8")
    for host in ("imap", "smtp"):
        text = text.replace(f'host = "{host}.ours.example"', f'host = "127.0.0.1"\nport = {port}')
    path.write_text(text, encoding="utf-8")


def test_without_a_terminal_contacts_change_nothing(tmp_path: Path) -> None:
    _run(["init", "--folder", "ours"], tmp_path)
    folder = tmp_path / "ours"
    code, said = _run(["contacts", "import", "config/contacts.csv"], folder)
    assert code == 1
    assert "--yes" in said
    assert "0 parties" in _run(["contacts", "list"], folder)[1]
