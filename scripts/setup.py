"""Makes .venv what a lock file says, once: the stamp that ends an install is all that the next start looks at.

A stamp is missing when an install was cut short, and then nothing in .venv is believed.
"""

import fcntl
import hashlib
import importlib
import os
import re
import shlex
import shutil
import subprocess
import sys
from collections.abc import Sequence
from importlib.util import find_spec
from pathlib import Path
from tempfile import TemporaryDirectory

ROOT = Path(__file__).resolve().parents[1]
VENV = ROOT / ".venv"
PYTHON = VENV / "bin" / "python"
RUNTIME, DEV = "requirements.lock", "requirements-dev.lock"
HERE = f"{sys.version_info.major}.{sys.version_info.minor}"
# Nobody's habits for other projects steer this environment.
ELSEWHERE = (
    "PYTHONPATH",
    "PYTHONHOME",
    "PIP_USER",
    "PIP_TARGET",
    "PIP_PREFIX",
    "PIP_CONSTRAINT",
    "PIP_REQUIRE_VIRTUALENV",
)
ENVIRONMENT = {name: value for name, value in os.environ.items() if name not in ELSEWHERE} | {
    "PYTHONDONTWRITEBYTECODE": ""
}


def main(lock: str, wished: str = "") -> None:
    """Install the lock file unless that is done; `wished` is the Python that the caller named, if any."""
    with (ROOT / RUNTIME).open() as turn:
        fcntl.flock(turn, fcntl.LOCK_EX)
        version = venv_version()
        stamps = [stamp(name) for name in (RUNTIME, DEV)]
        usable = version and any(mark.exists() for mark in stamps) and (not wished or version == HERE)
        if usable and stamp(lock).exists() and stamp(lock).read_text() == key(lock, version):
            return
        for mark in stamps:
            mark.unlink(missing_ok=True)
        if not usable:
            version = HERE
            make_venv()
        install(lock)
        link_project(version)
        for name in {lock, RUNTIME}:  # the development lock holds everything that the runtime's holds
            stamp(name).write_text(key(name, version))


def venv_version() -> str:
    """Return the version of the Python in .venv, or nothing when it does not run."""
    show = "import sys; print('%d.%d' % sys.version_info[:2])"
    try:
        return subprocess.run([PYTHON, "-I", "-c", show], capture_output=True, check=True, text=True).stdout.strip()
    except (OSError, subprocess.CalledProcessError):
        return ""


def stamp(lock: str) -> Path:
    """Return the file that says with which state of a lock file an install ended."""
    return VENV / f"installed-{Path(lock).stem}"


def key(lock: str, version: str) -> str:
    """Digest all that an environment depends on: lock, Python, place, and this script."""
    parts = [(ROOT / lock).read_bytes(), version.encode(), os.fsencode(ROOT), Path(__file__).read_bytes()]
    return hashlib.sha256(b"\0".join(parts)).hexdigest()


def make_venv() -> None:
    """Make an empty .venv with pip, by whichever way this machine offers."""
    say(f"Making .venv with Python {HERE} ...")
    shutil.rmtree(VENV, ignore_errors=True)
    if not (find_spec("ensurepip") or find_spec("pip")) and os.geteuid() == 0 and shutil.which("apt-get"):
        run(["apt-get", "update", "-qq"], DEBIAN_FRONTEND="noninteractive")
        run(["apt-get", "install", "-y", "-qq", f"python{HERE}-venv"], DEBIAN_FRONTEND="noninteractive")
        importlib.invalidate_caches()
    if find_spec("ensurepip"):
        done = run([sys.executable, "-m", "venv", VENV])
    elif find_spec("pip"):
        done = run([sys.executable, "-m", "venv", "--without-pip", VENV])
        done = done and run([sys.executable, "-m", "pip", "-q", "--python", PYTHON, "install", "pip"])
    else:
        sys.exit(f"Python {HERE} comes without pip here; install its venv package (on Debian: python{HERE}-venv).")
    if not done:
        sys.exit("The environment .venv could not be made; the lines above say why.")


def install(lock: str) -> None:
    """Install exactly what the lock file lists, each file checked against its hash.

    Choosing and unpacking keeps one processor busy, so that the list is dealt out to as many pips as there are
    processors; as none of them follows dependencies, none waits for what another installs.
    """
    say(f"Installing {lock} ...")
    with TemporaryDirectory() as folder:
        pips = [started(pip(part)) for part in dealt(ROOT / lock, Path(folder))]
        done = [one.wait() == 0 for one in pips]
    if not all(done):
        sys.exit(
            "The packages could not be installed; the lines above say why. Run the same command again once that is mended."
        )


def dealt(lock: Path, folder: Path) -> list[Path]:
    """Deal a lock file out, package by package, to one file per processor."""
    packages = re.split(r"\n(?=\S)", lock.read_text())
    hands = min(os.cpu_count() or 1, 4)
    parts = [folder / f"{number}.lock" for number in range(hands)]
    for number, part in enumerate(parts):
        part.write_text("\n".join(packages[number::hands]) + "\n")
    return parts


def pip(lock: Path) -> list[str | Path]:
    """Return the command that installs what this file lists and nothing else."""
    how = "-q --no-input --disable-pip-version-check --progress-bar off --no-deps --require-hashes --only-binary :all:"
    return [PYTHON, "-m", "pip", "install", *how.split(), "-r", lock]


def link_project(version: str) -> None:
    """Let .venv see the project where it is, and give it the `pipedriven` command, without building anything."""
    packages = VENV / "lib" / f"python{version}" / "site-packages"
    (packages / "pipedriven.pth").write_text(f"{ROOT}\n")
    command = VENV / "bin" / "pipedriven"
    command.write_text(f'#!/bin/sh\nexec {shlex.quote(str(PYTHON))} -P -m app "$@"\n')
    command.chmod(0o755)


def run(command: Sequence[str | Path], **more: str) -> bool:
    """Run a command and tell whether it went well; what it says is for the person at the terminal."""
    return started(command, **more).wait() == 0


def started(command: Sequence[str | Path], **more: str) -> subprocess.Popen[bytes]:
    """Start a command that is asked nothing and says what it says to the person at the terminal."""
    return subprocess.Popen(command, env=ENVIRONMENT | more, stdin=subprocess.DEVNULL, stdout=sys.stderr)


def say(line: str) -> None:
    """Tell the person what takes so long."""
    print(line, file=sys.stderr, flush=True)


main(*sys.argv[1:])
