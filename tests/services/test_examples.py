"""The examples in ``--help`` do what they show when pasted, in the order of a first day."""

from __future__ import annotations

import shlex
from pathlib import Path

import pytest

from exchange.cli.help.examples import EXAMPLES
from exchange.cli.main import app
from tests.services.contexts import INIT, command

DEVICE = "00-DB-12-34-56-78-90-A0"
_HEADER = "Device ID,Former Supplier,Device Type,Change Of Supplier Date\n"
FILES = {
    "contacts.csv": "signifier,party,mpids,role,request_address,reply_address\n"
    "GAIN,Gain Energy,GAIN,supplier,codes@gain.example,codes@gain.example\n",
    "delivery.csv": f"Device ID,Install Code\n{DEVICE},0011-2233-4455-6677-8899-AABB-CCDD-EEFF\n",
    "gained.csv": f"{_HEADER}{DEVICE},GAIN,ESME,\n00-DB-12-34-56-78-90-A1,GAIN,ESME,\n",
    "closed.csv": "Device ID\n00-DB-12-34-56-78-90-A1\n",
    "list.csv": f"Meter ID,Device,Code\n1,{DEVICE},\n",
}
# In this order; the others need mails, letters or servers, and are only parsed (test_help.py).
FIRST_DAY = (
    *("contacts import", "contacts list", "contacts check", "contacts history"),
    *("codes import", "codes stats", "codes verify", "codes complete-as-of", "codes find"),
    *("codes restore-key", "contacts columns set", "contacts columns show"),
    *("contacts columns clear", "request create", "request list", "request outcomes"),
    *("request close", "letters list", "letters hold", "inbox list", "report"),
    *("audit verify", "audit export"),
)


@pytest.fixture(scope="module")
def first_day(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """What each example came to: empty where it was done, else what was said."""
    place = tmp_path_factory.mktemp("examples")
    folder, said = place / "ours", {}
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(place)
        assert command(app, folder, "init", str(folder), *INIT).code == 0
        for name, content in FILES.items():
            Path(name).write_text(content)
        config = folder / "config" / "exchange.toml"
        config.write_text(f'{config.read_text()}\n[[source]]\nname = "map-north"\n')
        for path in FIRST_DAY:
            for line in EXAMPLES[path]:
                if ".xlsx" in line and "'" not in line:
                    continue
                done = command(app, folder, *shlex.split(line)[1:])
                said[line] = "" if done.code == 0 else f"{done.code}: {done.all}"
    return said


@pytest.mark.parametrize("path", FIRST_DAY)
def test_an_example_does_what_it_shows(path: str, first_day: dict[str, str]) -> None:
    lines = [line for line in EXAMPLES[path] if line in first_day]
    assert lines
    # A check that finds something exits with 1, as its help says.
    asked = {line: said for line in lines if "--strict" not in line for said in [first_day[line]]}
    assert asked == dict.fromkeys(asked, "")
