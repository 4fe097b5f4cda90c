"""Serves a made-up firm from data-dev/ and starts again whenever a file of the product changes.

The server works in that folder, so that nothing of a real installation is reached from here: neither the project's .env
nor the shell's variables lead it to a database, a mail server or a Pipedrive. Pipedrive is the practice company, and
mail stays in the outbox. A .env in data-dev/ is read, for who needs one of those after all.
"""

import os
import signal
import subprocess
import sys
from pathlib import Path
from threading import Event

from watchfiles import watch

ROOT = Path(__file__).resolve().parents[1]
FOLDER = ROOT / "data-dev"
TEAM = FOLDER / "team.txt"
WATCHED = [ROOT / "app", ROOT / "migrations"]
LEADS_OUT = {
    "BASE_URL",
    "BREVO_API_KEY",
    "BREVO_FROM_EMAIL",
    "DATABASE_URL",
    "MIGRATE_URL",
    "OIDC_CLIENT_ID",
    "OIDC_CLIENT_SECRET",
    "OIDC_ISSUER",
    "PIPEDRIVE_BASE_URL",
    "PIPEDRIVE_DOMAIN",
    "SECRET_KEY",
    "SMTP_URL",
    "TRUSTED_PROXIES",
}
ENVIRONMENT = {name: value for name, value in os.environ.items() if name not in LEADS_OUT} | {
    "DATA_DIR": str(FOLDER),
    "PYTHONPATH": str(ROOT),  # the folder that is worked in is not the project's
}
# a clean end closes open pages and the database; longer than this it never takes
PATIENCE = 30.0


def main() -> None:
    """Serve until told to stop."""
    enough = Event()
    for name in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(name, lambda *_: enough.set())
    make_firm()
    print(TEAM.read_text(encoding="utf-8"), end="", flush=True)
    serve(enough)


def make_firm() -> None:
    """Make the folder, and in an empty database a team with sample people, once."""
    if not FOLDER.exists():
        # under root the database server runs as another user, who has to get through
        FOLDER.mkdir(mode=0o711 if os.geteuid() == 0 else 0o700)
    if not TEAM.exists():
        made = subprocess.run(
            [sys.executable, ROOT / "scripts" / "dev_team.py", TEAM],
            cwd=FOLDER,
            env=ENVIRONMENT,
            check=False,
            process_group=0,
        )
        if made.returncode:
            sys.exit(made.returncode)


def serve(enough: Event) -> None:
    """Start the server, and start it again at each change; one that broke waits for the change that mends it."""
    server = started()
    told = False
    try:
        for changes in watch(
            *WATCHED, debounce=400, stop_event=enough, rust_timeout=1000, yield_on_timeout=True, raise_interrupt=False
        ):
            if changes:
                names = sorted({str(Path(name).relative_to(ROOT)) for _, name in changes})
                print(f"Changed: {', '.join(names[:5])}. Starting again.", flush=True)
                end(server)
                server, told = started(), False
            elif server.poll() is not None and not told:
                print("The server has ended; it is started again at the next change. Ctrl-C stops.", flush=True)
                told = True
    finally:
        end(server)


def started() -> "subprocess.Popen[bytes]":
    """Start the server in a process group of its own: Ctrl-C reaches it through us, and once."""
    command = [sys.executable, "-P", "-m", "app", "serve"]
    return subprocess.Popen(command, cwd=FOLDER, env=ENVIRONMENT, stdin=subprocess.DEVNULL, process_group=0)


def end(server: "subprocess.Popen[bytes]") -> None:
    """Interrupt the server and wait until its database is closed."""
    if server.poll() is None:
        server.send_signal(signal.SIGINT)
        try:
            server.wait(PATIENCE)
        except subprocess.TimeoutExpired:
            print("The server does not end; it is killed. Its database mends itself at the next start.", flush=True)
            server.kill()
            server.wait()


if __name__ == "__main__":
    main()
