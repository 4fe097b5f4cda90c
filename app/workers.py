"""Several processes behind one port: haproxy in front, each browser with its own process, PostgreSQL between them.

This process serves nobody. It holds the database, starts the others on ports of the loopback, starts again what ends by
itself, and takes all down in order.
"""

import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from app.settings import ConfigTrouble, Settings

# a process that serves for others, and greets nobody
MARK = "PIPEDRIVEN_WORKER"
# of the embedded server's hundred connections each takes some thirteen
MOST_EMBEDDED = 6
NOTICE, FAREWELL = 0.5, 30.0
CONFIGURATION = """# written by every start of `serve` with WORKERS
global
    maxconn 4000
defaults
    mode http
    retries 3
    option redispatch
    timeout connect 5s
    timeout client 75s
    timeout server 75s
    timeout tunnel 1h
frontend people
    bind {bind}
{trust}
    option forwardfor
    default_backend processes
backend processes
    balance leastconn
    cookie pd-process insert indirect nocache httponly attr SameSite=Lax{secure}
    option httpchk
    http-check send meth GET uri /healthz ver HTTP/1.1 hdr Host 127.0.0.1
    default-server check inter 1s fall 2 rise 1
{servers}
"""
FORWARDED = ("X-Forwarded-For", "X-Forwarded-Proto", "X-Forwarded-Host", "Forwarded")


def check(settings: Settings) -> None:
    """Raise ConfigTrouble unless as many processes can be started here."""
    if settings.workers > MOST_EMBEDDED and settings.database_url is None:
        raise ConfigTrouble(
            f"WORKERS may be {MOST_EMBEDDED} at most with the embedded database, which has room for no more; set DATABASE_URL for more."
        )
    if settings.workers > 1:
        program()


def program() -> str:
    """Where haproxy lies. Raises ConfigTrouble."""
    found = shutil.which("haproxy", path=f"{os.environ.get('PATH', '')}:/usr/sbin:/usr/local/sbin")
    if found is None:
        raise ConfigTrouble("WORKERS needs haproxy, which is not installed; install Debian's package haproxy.")
    return found


def is_one() -> bool:
    """Whether this process is one of several."""
    return MARK in os.environ


def serve(settings: Settings, data_dir: Path, greet: Callable[[], None]) -> None:
    """Run the processes and haproxy until told to stop."""
    signal.signal(signal.SIGTERM, _leave)
    ports = _free_ports(settings.workers)
    with tempfile.NamedTemporaryFile("w", dir=data_dir, prefix="haproxy-", suffix=".cfg") as file:
        file.write(configuration(settings, ports))
        file.flush()
        running: dict[int, subprocess.Popen[bytes]] = {}
        front: subprocess.Popen[bytes] | None = None
        try:
            for port in ports:
                running[port] = _start(settings, data_dir, port)
            front = subprocess.Popen([*_with_us(), program(), "-q", "-db", "-f", file.name], start_new_session=True)  # noqa: S603 - a program of the machine
            greet()
            _watch(settings, data_dir, running, front)
        finally:
            _end([*running.values()], front)


def configuration(settings: Settings, ports: list[int]) -> str:
    """What haproxy is told; what a proxy says of whom it asks for counts only from those that are trusted."""
    host = f"[{settings.host}]" if ":" in settings.host else settings.host
    nets = " ".join(part.strip() for part in settings.trusted_proxies.split(",") if part.strip())
    unless = f" unless {{ src {nets} }}" if nets else ""
    return CONFIGURATION.format(
        bind=f"{host}:{settings.port}",
        trust="\n".join(f"    http-request del-header {name}{unless}" for name in FORWARDED),
        secure=" secure" if settings.secure else "",
        servers="\n".join(f"    server w{port} 127.0.0.1:{port} cookie w{port}" for port in ports),
    )


def _start(settings: Settings, data_dir: Path, port: int) -> "subprocess.Popen[bytes]":
    proxies = ",".join(filter(None, [settings.trusted_proxies, "127.0.0.1/32"]))
    told = {MARK: "1", "WORKERS": "1", "BASE_URL": settings.address, "TRUSTED_PROXIES": proxies}
    return subprocess.Popen(  # noqa: S603 - ourselves, no shell
        [*_with_us(), sys.executable, "-m", "app", "serve", "--host", "127.0.0.1", "--port", str(port)],
        env=os.environ | told | {"DATA_DIR": str(data_dir)},
        start_new_session=True,
    )


def _with_us() -> list[str]:
    """Words before a command that let it end when we are killed, and nobody is left on our port."""
    setpriv = shutil.which("setpriv")
    return [setpriv, "--pdeathsig", "TERM"] if setpriv else []


def _watch(
    settings: Settings, data_dir: Path, running: "dict[int, subprocess.Popen[bytes]]", front: "subprocess.Popen[bytes]"
) -> None:
    """Start again what ended; haproxy is not, since its configuration may be what is wrong."""
    while True:
        try:
            front.wait(NOTICE)
        except subprocess.TimeoutExpired:
            for port, process in running.items():
                if process.poll() is not None:
                    running[port] = _start(settings, data_dir, port)
        else:
            raise ConfigTrouble(f"haproxy ended by itself, with {front.returncode}; what it said stands above.")


def _end(processes: "list[subprocess.Popen[bytes]]", front: "subprocess.Popen[bytes] | None") -> None:
    end = time.monotonic() + FAREWELL
    everybody = [*processes, *([front] if front else [])]
    for process in everybody:
        process.terminate()
    for process in everybody:
        try:
            process.wait(max(0.0, end - time.monotonic()))
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def _free_ports(count: int) -> list[int]:
    doors = [socket.create_server(("127.0.0.1", 0)) for _ in range(count)]
    ports = [int(door.getsockname()[1]) for door in doors]
    for door in doors:
        door.close()
    return ports


def _leave(*_: object) -> None:
    raise SystemExit(0)
