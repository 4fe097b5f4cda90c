"""Several processes behind one port: a browser stays with its process, all see one another's news, the clock runs once."""

import os
import shutil
import signal
import subprocess
from contextlib import ExitStack
from pathlib import Path

import pytest

from app import workers
from app.leader import Leader
from app.postgres import open_server
from app.settings import ConfigTrouble, Settings
from tests.support.app_process import place, served, wire
from tests.support.command_line import PASSWORD, add
from tests.support.waiting import until

EMAIL = "gwen@firm.example"
HAPROXY = shutil.which("haproxy", path=f"{os.environ.get('PATH', '')}:/usr/sbin")
needs_haproxy = pytest.mark.skipif(HAPROXY is None, reason="haproxy is not installed")


def is_running(pid):
    try:
        return " Z " not in Path(f"/proc/{pid}/stat").read_text()
    except FileNotFoundError:
        return False


def all_children(site):
    listed = subprocess.run(
        ["ps", "-o", "pid=", "--ppid", str(site.process.pid)], capture_output=True, text=True, check=True
    )
    return [int(line) for line in listed.stdout.split()]


def children(site):
    """Our own processes that serve, by their ids."""
    listed = subprocess.run(
        ["ps", "-o", "pid=,args=", "--ppid", str(site.process.pid)], capture_output=True, text=True, check=True
    )
    return {int(line.split()[0]) for line in listed.stdout.splitlines() if " serve " in line}


@needs_haproxy
def test_several_processes_serve_as_one():
    with place() as data, open_server(data, None):
        assert add(data, EMAIL, "GOLDEN_TICKET").returncode == 0
        with served(data, empty=False, WORKERS="2") as site, ExitStack() as browsers:
            first, second = two_processes(site, browsers)
            sign_in = {"email": EMAIL, "password": PASSWORD}
            first.post("/api/auth/login", json=sign_in).raise_for_status()
            mine = first.cookies["pd-process"]
            # what one process was told the other knows, session and all
            made = first.post("/api/contacts", json={"name": "Kari Nordmann"})
            assert made.status_code == 201, made.text
            assert first.cookies["pd-process"] == mine
            token = {name: value for name, value in first.cookies.items() if name != "pd-process"}
            second.cookies.update(token)
            assert [row["name"] for row in second.get("/api/contacts").json()["items"]] == ["Kari Nordmann"]

            before = children(site)
            assert len(before) == 2
            gone = next(iter(before))
            os.kill(gone, signal.SIGKILL)
            until(lambda: len(children(site)) == 2 and gone not in children(site))
            for browser in (first, second):
                assert until(
                    lambda browser=browser: (answer := browser.get("/api/contacts")).status_code == 200 and answer
                )
            site.stop()
        assert site.process.returncode == 0
        assert not [one for one in before if Path(f"/proc/{one}").exists()]
        assert not list(data.glob("haproxy-*"))


def two_processes(site, browsers):
    """Two programs that were given to different processes."""
    first = browsers.enter_context(wire(site.address))
    first.get("/login").raise_for_status()

    def another():
        asking = browsers.enter_context(wire(site.address))
        asking.get("/login")
        return asking if asking.cookies.get("pd-process") not in {None, first.cookies["pd-process"]} else None

    return first, until(another)


@needs_haproxy
@pytest.mark.skipif(shutil.which("setpriv") is None, reason="setpriv is not installed")
def test_when_it_is_killed_nobody_is_left_on_its_port():
    with place() as data, open_server(data, None), served(data, WORKERS="2") as site:
        left = all_children(site)
        assert len(left) == 3
        site.process.kill()
        site.process.wait()
        until(lambda: not [one for one in left if is_running(one)])


def test_the_embedded_server_has_room_for_some():
    with pytest.raises(ConfigTrouble, match="WORKERS may be 6 at most"):
        workers.check(Settings(_env_file=None, workers=7))


def test_without_haproxy_the_package_is_named(monkeypatch):
    monkeypatch.setattr(shutil, "which", lambda *_, **__: None)
    with pytest.raises(ConfigTrouble, match="Debian's package haproxy"):
        workers.program()


@needs_haproxy
@pytest.mark.parametrize(
    "given", [{}, {"trusted_proxies": "10.0.0.0/8,::1"}, {"host": "::1", "base_url": "https://x.example"}], ids=str
)
def test_haproxy_takes_what_it_is_told(given, tmp_path):
    told = workers.configuration(Settings(_env_file=None, workers=2, **given), [20001, 20002])
    (tmp_path / "haproxy.cfg").write_text(told)
    done = subprocess.run(
        [HAPROXY, "-c", "-f", str(tmp_path / "haproxy.cfg")], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr


def test_one_leads_until_it_is_gone(url):
    first, second = Leader(url), Leader(url)
    assert first.leads()
    assert not second.leads()
    assert first.leads()
    ran = []
    second.only(lambda: ran.append("second"))()
    first.only(lambda: ran.append("first"))()
    assert ran == ["first"]
    first._line.close()
    assert until(second.leads)
    assert not first.leads()
    second._line.close()
