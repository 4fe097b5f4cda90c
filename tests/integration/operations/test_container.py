"""What can be said of the container without one: its files fit together, and the app lives with what an image leaves it.

A root that is read-only, a user id that nobody knows, no home, one folder to write in, and SIGTERM at the end. The image
itself is not built here.
"""

import json
import os
import re
import shlex
import shutil
import subprocess
import sys
from fnmatch import fnmatch
from pathlib import Path

import httpx
import pytest
import yaml

from app.postgres import account
from app.postgres.errors import PostgresTrouble
from app.settings import Settings
from tests.support.app_process import ROOT, place, served

DOCKERFILE = (ROOT / "deploy" / "Dockerfile").read_text()
COMPOSE = (ROOT / "deploy" / "compose.yaml").read_text()
UID = 54321
# the root as an image has it; the interpreter may lie in root's home, which nobody else may enter
READ_ONLY = """
mount --make-rprivate /
for place in / /tmp /var /home; do
    if mountpoint -q $place; then mount -o remount,ro,bind $place; fi
done
! touch /tmp/written 2>/dev/null || exit 97
exec setpriv --reuid UID --regid UID --clear-groups --inh-caps=-all,+dac_read_search --ambient-caps=-all,+dac_read_search \
    --bounding-set=-all,+dac_read_search --no-new-privs "$@"
""".replace("UID", str(UID))


def instructions(name):
    lines = DOCKERFILE.replace("\\\n", " ").splitlines()
    return [line.removeprefix(name).strip() for line in map(str.strip, lines) if line.startswith(f"{name} ")]


def test_an_image_is_built_from_files_that_are_there_and_nothing_else():
    rules = [line for line in (ROOT / ".dockerignore").read_text().splitlines() if line and not line.startswith("#")]
    assert rules[0] == "*"
    let_in = {rule.removeprefix("!") for rule in rules if rule.startswith("!")}
    copied = {word for line in instructions("COPY") if "--from" not in line for word in line.split()[:-1]}
    assert copied == let_in
    assert [name for name in copied if not (ROOT / name).exists()] == []
    assert not any(fnmatch(name, pattern) for name in copied for pattern in (".env*", ".git*", "data*"))


def test_the_image_runs_as_nobody_special_with_one_volume_and_its_base_is_an_argument():
    assert instructions("FROM") == ["${BASE} AS build", "${BASE}"]
    assert instructions("USER") == ["pipedriven"]
    assert instructions("VOLUME") == instructions("WORKDIR")[1:] == ["/data"]
    # as one process, which hears signals itself
    assert json.loads(instructions("CMD")[-1]) == ["pipedriven", "serve"]
    assert "/readyz" in instructions("HEALTHCHECK")[0]
    given = dict(word.split("=", 1) for line in instructions("ENV") for word in shlex.split(line))
    known = {name.upper() for name in Settings.model_fields}
    assert given.keys() - known == {"PATH", "PYTHONDONTWRITEBYTECODE"}
    Settings(_env_file=None, **{name.lower(): value for name, value in given.items() if name in known})


def test_the_compose_file_is_short_and_names_what_is_there():
    assert len(COMPOSE.splitlines()) <= 17
    [service] = (told := yaml.safe_load(COMPOSE))["services"].values()
    context = ROOT / "deploy" / service["build"]["context"]
    assert context.resolve() == ROOT
    assert (context / service["build"]["dockerfile"]).is_file()
    assert service["read_only"]
    assert [volume.partition(":")[0] for volume in service["volumes"]] == list(told["volumes"])
    assert {name.lower() for name in service["environment"]} <= Settings.model_fields.keys()
    # only this machine's proxy reaches it
    assert all(port.startswith("127.0.0.1:") for port in service["ports"])


def can_be_tried():
    if os.geteuid() != 0 or not all(map(shutil.which, ("unshare", "setpriv", "mountpoint"))):
        return "a read-only root is tried by root alone, with unshare and setpriv"
    tried = subprocess.run(["unshare", "-m", "mount", "--make-rprivate", "/"], capture_output=True, check=False)
    if tried.returncode != 0:
        return "this machine lets nobody make a mount namespace"
    if not any(found for place in account.WRAPPERS for found in Path("/").glob(place)):
        return "libnss-wrapper is not installed"
    return None


def contained(words, *, cwd, env, log):
    """The product as an image starts it: exec all the way down, so that a signal goes to it."""
    for folder, _, files in os.walk(cwd):
        for name in (folder, *(f"{folder}/{file}" for file in files)):
            os.chown(name, UID, UID)
    known = {name: value for name, value in env.items() if name != "HOME"}
    command = ["unshare", "-m", "sh", "-ec", READ_ONLY, "sh", sys.executable, "-m", "app", *words]
    with log.open("a") as err:
        return subprocess.Popen(command, cwd=cwd, env=known, stdout=subprocess.PIPE, stderr=err, text=True, bufsize=1)


NOT_HERE = can_be_tried()


@pytest.mark.skipif(NOT_HERE is not None, reason=str(NOT_HERE))
def test_it_lives_on_a_read_only_root_as_an_unknown_user_and_ends_when_told():
    with place() as data:
        with served(data, start=contained, HOST="0.0.0.0") as site:
            assert f"Uid:\t{UID}" in Path(f"/proc/{site.process.pid}/status").read_text()
            assert re.fullmatch(r"http://localhost:\d+", site.address)
            link = data / "setup-link.txt"
            assert link.read_text().strip() == site.setup
            assert link.stat().st_mode & 0o077 == 0
            assert healthy(site.address)
            told = set_up(site)
            assert told.status_code == 303, told.text
            assert not link.exists()
            said = command(data, "backup", "copy", BACKUP_TO=f"file://{data}/none")
            assert (said.returncode, said.stderr.count("\n")) == (1, 1)
            [file] = (data / "backups").glob("*.zip")
            assert "can be restored: 1 users" in command(data, "backup", "verify", file).stdout
            site.stop()
        assert site.process.returncode == 0
        assert {path.stat().st_uid for path in data.rglob("*")} == {UID}


def healthy(address):
    """What the image's own check says, on this port."""
    words = json.loads(instructions("HEALTHCHECK")[0].partition("CMD")[2])
    asked = [word.replace("127.0.0.1:8080", httpx.URL(address).netloc.decode()) for word in words]
    return subprocess.run(asked, check=False, capture_output=True).returncode == 0


def set_up(site):
    page = httpx.get(site.setup)
    fields = dict(re.findall(r'name="([^"]+)"[^>]*value="([^"]*)"', page.text))
    person = {"email": "gwen@firm.example", "name": "Gwen", "password": "seven quiet herons 1987"}
    token = httpx.URL(site.setup).params["token"]
    origin = {"Origin": site.address}
    return httpx.post(f"{site.address}/setup", data=fields | person | {"token": token, "sample": ""}, headers=origin)


def command(data, *words, **variables):
    env = {"PATH": os.environ["PATH"], "DATA_DIR": str(data), "PYTHONPATH": str(ROOT), **variables}
    process = contained([str(word) for word in words], cwd=data, env=env, log=data / "command.log")
    out, _ = process.communicate(timeout=120)
    return subprocess.CompletedProcess(words, process.returncode, out, (data / "command.log").read_text())


def test_a_user_id_that_nobody_knows_is_told_the_package(monkeypatch, tmp_path):
    monkeypatch.setattr(account, "WRAPPERS", ())
    monkeypatch.setattr(os, "geteuid", lambda: UID)
    with pytest.raises(PostgresTrouble, match="libnss-wrapper"):
        account.account_for(tmp_path / "data")
