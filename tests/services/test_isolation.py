"""Nothing that lies in the current folder, beside a mail or in the working folder is ever run."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from exchange.bootstrap import open_context, the_clock
from exchange.daemon.posting import PostingProcess
from exchange.processes import clean_environment, package_root
from exchange.vault.keys.keys import load_key_file
from exchange.vault.keys.providers import command_key
from tests.services.contexts import make_context

MAIL = b"From: a@gain.example\r\nSubject: codes\r\n\r\nPlease send:\r\n00-DB-12-34-56-78-90-A0\r\n"
# Of the standard library, of what we depend on, of ours, and what Python runs by itself.
LATER = ("base64", "json", "numpy", "lxml", "email", "csv", "zipfile", "typer", "rich", "runpy")
EARLY = ("sitecustomize", "usercustomize", "exchange", "re", "encodings", "os")
ENTRY = "from exchange.__main__ import main; main()"


def poison(folder: Path, names: tuple[str, ...]) -> Path:
    """Modules and packages that leave a file behind when anybody runs them."""
    folder.mkdir(exist_ok=True)
    ran = folder / "ran"
    program = f"open({str(ran)!r}, 'a').write(__file__ + '\\n'); raise SystemExit(9)\n"
    for number, name in enumerate(names):
        if number % 2 or name == "exchange":
            (folder / name).mkdir(exist_ok=True)
            for part in ("__init__.py", "__main__.py"):
                (folder / name / part).write_text(program)
        else:
            (folder / f"{name}.py").write_text(program)
    return ran


@pytest.mark.parametrize(
    ("start", "names", "python_path"),
    [
        (["-P", "-c", ENTRY], LATER + EARLY, None),
        (["-m", "exchange"], LATER, f"{os.pathsep}.{os.pathsep}HERE"),
    ],
)
def test_read_runs_nothing_that_lies_beside_the_mail(
    tmp_path: Path, start: list[str], names: tuple[str, ...], python_path: str | None
) -> None:
    here = tmp_path / "saved"
    ran = poison(here, names)
    (here / "mail.eml").write_bytes(MAIL)
    environment = {**os.environ}
    environment.pop("PYTHONPATH", None)
    if python_path is not None:
        environment["PYTHONPATH"] = python_path.replace("HERE", str(here))
    done = subprocess.run(
        [sys.executable, *start, "read", "--json", "mail.eml"],
        cwd=here, env=environment, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert not ran.exists(), ran.read_text()
    assert done.returncode == 0, done.stderr
    assert "00-DB-12-34-56-78-90-A0" in done.stdout


def test_a_program_from_a_source_tree_reads_with_that_tree(tmp_path: Path) -> None:
    tree, here = tmp_path / "tree", tmp_path / "here"
    tree.mkdir()
    here.mkdir()
    (tree / "exchange").symlink_to(Path(package_root()) / "exchange")
    (here / "mail.eml").write_bytes(MAIL)
    program = (
        "import subprocess, exchange.processes as p;"
        "print(subprocess.run(p.python_command('exchange.processes'),"
        " capture_output=True).returncode, p.package_root(), p.python_command('x')[4])"
    )
    done = subprocess.run(
        [sys.executable, "-P", "-c", program],
        cwd=here, env={**os.environ, "PYTHONPATH": str(tree)},
        capture_output=True, text=True, check=True,
    )  # fmt: skip
    assert done.stdout.split() == ["0", str(tree), str(tree)]


def test_the_posting_process_runs_nothing_from_either_folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    ctx = make_context(tmp_path / "lose")
    ctx.store.dispose()
    ran = [poison(ctx.folder, LATER + EARLY), poison(tmp_path / "here", LATER + EARLY)]
    monkeypatch.chdir(tmp_path / "here")
    monkeypatch.setenv("PYTHONPATH", f"{os.pathsep}.")
    posting = PostingProcess(Path("..") / "lose", threading.Event())
    posting.start()
    fault = posting.finish().fault
    assert fault is not None  # it came as far as the password, which nobody has written yet
    assert "password file" in fault.message
    assert [one for one in ran if one.exists()] == []
    said = "".join(capfd.readouterr())
    assert "ended early" not in said


def test_a_reader_of_a_context_runs_nothing_from_the_working_folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    ctx = make_context(tmp_path / "lose")
    ctx.store.dispose()
    ran = poison(ctx.folder, LATER + EARLY)
    monkeypatch.chdir(ctx.folder)
    again = open_context(Path(), the_clock(""))
    try:
        assert [str(one.device) for one in again.reader.read(MAIL).devices]
    finally:
        again.reader.close()
        again.store.dispose()
    assert not ran.exists()


def test_a_key_command_runs_in_the_working_folder_on_a_clean_path(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    ctx = make_context(tmp_path / "lose")
    ctx.store.dispose()
    here = tmp_path / "here"
    ran = poison(here, LATER)
    tool = here / "unwrap"
    tool.write_text(f"#!/bin/sh\ntouch {ran}\n")
    tool.chmod(0o755)
    monkeypatch.chdir(here)
    monkeypatch.setenv("PATH", f"{os.pathsep}.{os.pathsep}{os.environ['PATH']}")
    monkeypatch.setenv("PYTHONPATH", os.pathsep)
    folder = ctx.folder
    # A file is named as everywhere in the configuration: from the working folder.
    words = [sys.executable, "-c", "import json, csv; print(open('keys/exchange.key').read())"]
    key = load_key_file(folder / "keys" / "exchange.key")
    from exchange.vault.keys.keys import VaultLock

    assert command_key(words, 20.0, folder).key_for(VaultLock(key.key_id)) == key
    from exchange.errors import VaultError

    with pytest.raises(VaultError, match="cannot be run"):
        command_key(["unwrap"], 20.0, folder).key_for(VaultLock(key.key_id))
    assert not ran.exists()
    assert all(map(os.path.isabs, clean_environment()["PATH"].split(os.pathsep)))
    assert json.dumps(clean_environment().get("PYTHONPATH", "")) == '""'


def test_a_current_folder_that_was_deleted_costs_nothing(tmp_path: Path) -> None:
    mail, gone = tmp_path / "mail.eml", tmp_path / "gone"
    mail.write_bytes(MAIL)
    gone.mkdir()
    program = f"import os; os.rmdir({str(gone)!r}); {ENTRY}"
    done = subprocess.run(
        [sys.executable, "-P", "-c", program, "read", str(mail)],
        cwd=gone,
        capture_output=True,
        text=True,
        check=False,
    )
    assert "00-DB-12-34-56-78-90-A0" in done.stdout
    assert (done.returncode, done.stderr) == (0, "")
