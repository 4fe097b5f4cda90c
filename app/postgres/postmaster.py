"""The running server: found alive, or started; nothing that a dead one left behind is believed.

A postmaster.pid proves little: its pid may be dead, a zombie, or somebody else's by now. The lock that the server's
processes inherit says whether any of them lives, and the command line says whether the pid is ours to stop.
"""

import os
import shlex
import subprocess
import time
from contextlib import suppress
from pathlib import Path
from threading import Event
from urllib.parse import quote

import psycopg

from app.postgres import data_directory, locks
from app.postgres.data_directory import Cluster
from app.postgres.errors import PostgresTrouble
from app.postgres.sockets import socket_folder

PATIENCE = 300  # seconds: replaying the log after a crash can take minutes
FAREWELL = 5  # seconds in which the processes of a killed server end by themselves, unless they are busy or stopped
SETTINGS = {
    "listen_addresses": "",
    "port": "5432",
    "unix_socket_permissions": "0700",
    "timezone": "UTC",
    "log_timezone": "UTC",
    "log_checkpoints": "off",
    "log_error_verbosity": "terse",  # what people typed stays out of the log
    "log_min_error_statement": "panic",  # same
}


def ensure_running(cluster: Cluster, stopping: Event | None = None) -> str:
    """Attach to the server or start it, and return its URL once it answers.

    Raises PostgresTrouble when it does not start, or when `stopping` is set before it answers.
    """
    stopping = stopping or Event()
    started = False
    began = time.monotonic()
    while time.monotonic() < began + PATIENCE and not stopping.is_set():
        with locks.if_free(cluster.folder / "server") as handle:
            if handle is not None and not is_alive(cluster):
                if started:
                    break
                started = True
                _start(cluster, handle)
        if url := _answering(cluster):
            return url
        if not started and not is_alive(cluster) and time.monotonic() > began + FAREWELL:
            _end_orphans(cluster)
        stopping.wait(0.02)
    raise PostgresTrouble(f"The database server does not start; {cluster.log} says why.")


def serving_url(cluster: Cluster, url: str) -> str:
    """The address for the role that serves, made of the owner's; that one itself where there is no such role yet."""
    password = data_directory.serving_password(cluster)
    if password is None:
        return url
    owner = f"{data_directory.NAME}:{data_directory.password(cluster)}@"
    return url.replace(owner, f"{data_directory.SERVING}:{password}@")


def is_alive(cluster: Cluster) -> bool:
    """Tell whether the server's first process lives; it may still be starting."""
    return _pid(cluster) is not None


def stop(cluster: Cluster) -> bool:
    """Stop the server if it is ours, and tell whether it is down."""
    end = time.monotonic() + FAREWELL
    while not is_alive(cluster):
        with locks.if_free(cluster.folder / "server") as handle:
            if handle is not None:
                return True
        if time.monotonic() > end:
            return False
        time.sleep(0.02)  # just started, its pid not written yet; or killed, its processes still leaving
    return cluster.run("pg_ctl", "stop", "-D", cluster.data, "-m", "fast", "-s", "-t", "60") == 0


def _start(cluster: Cluster, handle: int) -> None:
    """Start the server, which inherits the lock; whether it lives is then seen by its answer."""
    folder = socket_folder(cluster)
    for stale in [cluster.data / "postmaster.pid", *folder.glob(".s.PGSQL.*")]:
        stale.unlink(missing_ok=True)
    data_directory.repair_password(cluster, handle)
    data_directory.prepare_serving(cluster, handle)
    data_directory.rotate_log(cluster)
    words = ["-D", str(cluster.data), "-k", str(folder)]
    words += [word for name, value in SETTINGS.items() for word in ("-c", f"{name}={value}")]
    # pg_ctl would put a -D of its own between plain double quotes in a shell command; PGDATA and these words are safe.
    options = ["-s", "-W", "-o", shlex.join(words)]
    cluster.run("pg_ctl", "start", *options, keep=[handle], pgdata=cluster.data)


def _end_orphans(cluster: Cluster) -> None:
    """Kill what a killed server left at work: nobody starts before it has let go of the data.

    They are found by the lock that they inherited, and asked as their own user: root in a container may not look.
    """
    holders = (
        'for fd in /proc/[0-9]*/fd/*; do if [ "$fd" -ef "$1" ]; then pid=${fd#/proc/}; kill -9 "${pid%%/*}"; fi; done'
    )
    cluster.account.run(["/bin/sh", "-c", holders, "sh", cluster.folder / "server"], subprocess.DEVNULL)


def _answering(cluster: Cluster) -> str | None:
    """Return the URL if the server lets us in, else None while it is still starting or already stopping."""
    lines = _pid_file(cluster)
    if len(lines) < 8 or lines[7].strip() != "ready":
        return None
    where = f"host={quote(lines[4], safe='')}&port={lines[3]}"
    url = f"postgresql://{data_directory.NAME}:{data_directory.password(cluster)}@/{data_directory.NAME}?{where}"
    try:
        psycopg.connect(url, connect_timeout=5).close()
    except psycopg.OperationalError as error:
        if "authentication failed" in str(error) or "does not exist" in str(error):
            raise PostgresTrouble(
                f"The database in {cluster.data} does not know the password in {cluster.folder / 'password'}; "
                "stop every Pipedriven process, remove that file and start again."
            ) from None
        return None
    return url


def _pid(cluster: Cluster) -> int | None:
    """Return the server's pid if that process is alive and its command line names our data."""
    with suppress(OSError, ValueError, IndexError):
        pid = int(_pid_file(cluster)[0])
        command = Path(f"/proc/{pid}/cmdline").read_bytes().split(b"\0")  # a zombie's is empty
        if Path(os.fsdecode(command[0])).name == "postgres" and os.fsencode(cluster.data) in command:
            return pid
    return None


def _pid_file(cluster: Cluster) -> list[str]:
    with suppress(FileNotFoundError):
        return (cluster.data / "postmaster.pid").read_text().splitlines()
    return []
