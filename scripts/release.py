"""Cuts a version: number, changelog, commit, tag, wheel and sdist in dist/, each proved before anything here changes.

usage: python -m scripts.release VERSION [DRY_RUN]

All of it happens in a clone first. Only when the wheel has worked in an empty environment in another folder, the commit
and the tag come back from there; a dry run leaves them behind. Nothing is pushed or uploaded.
"""

import hashlib
import os
import shutil
import subprocess
import sys
import tarfile
import zipfile
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory

from scripts.release_notes import NotYet, dated, news, with_version

ROOT = Path(__file__).resolve().parents[1]
MODULE, CHANGELOG, LOCK = "app/__init__.py", "CHANGELOG.md", "requirements.lock"
MIGRATIONS = "app/_migrations"
PIP = "-m pip -q --no-input --disable-pip-version-check"
# nothing of this project, of the shell or of a real installation reaches the place where the wheel is tried
CLEAN = {name: os.environ[name] for name in os.environ if name in {"PATH", "HOME", "LANG", "TMPDIR"}}


def main(version: str = "", dry_run: str = "") -> None:
    """Cut this version, or end with one sentence that says why not."""
    try:
        ready(version)
        with TemporaryDirectory(prefix="pipedriven-release-", ignore_cleanup_errors=True) as folder:
            Path(folder).chmod(0o711)  # under root the database server runs as another user, who has to get through
            cut(version, Path(folder), dry=bool(dry_run))
    except NotYet as no:
        sys.exit(str(no))
    except subprocess.CalledProcessError as broken:
        sys.exit(
            f"This failed, and nothing was released: {' '.join(str(word) for word in broken.cmd)}\n{broken.stderr or ''}"
        )


def ready(version: str) -> None:
    """Raise NotYet when something here speaks against this version; what takes long begins only afterwards."""
    with_version((ROOT / MODULE).read_text(encoding="utf-8"), version)
    news((ROOT / CHANGELOG).read_text(encoding="utf-8"))
    if git(ROOT, "status", "--porcelain"):
        raise NotYet("Something is not committed here; commit or put it away first.")
    if git(ROOT, "tag", "--list", f"v{version}"):
        raise NotYet(f"The tag v{version} is there already.")


def cut(version: str, folder: Path, *, dry: bool) -> None:
    """Make the release in a clone, prove it, and fetch it from there unless this is a dry run."""
    clone = folder / "clone"
    git(ROOT, "clone", "-q", ROOT, clone)
    write(clone, version)
    commit(clone, version)
    say("Building ...")
    run([sys.executable, "-m", "uv", "build", "-q", "--python", sys.executable, "--out-dir", folder / "dist"], clone)
    wheel, sdist = next((folder / "dist").glob("*.whl")), next((folder / "dist").glob("*.tar.gz"))
    whole(clone, wheel, sdist)
    prove(clone, wheel, folder, version)
    sums = "".join(f"{hashlib.sha256(file.read_bytes()).hexdigest()}  {file.name}\n" for file in (sdist, wheel))
    print(sums, end="")
    if dry:
        say(f"That was a dry run: {version} would be released, and nothing here has changed.")
        return
    fetch(clone, version)
    (ROOT / "dist").mkdir(exist_ok=True)
    for file in (sdist, wheel):
        shutil.copy(file, ROOT / "dist")
    (ROOT / "dist" / f"SHA256SUMS-{version}").write_text(sums, encoding="utf-8")
    say(f"{version} is committed and tagged here, and its files are in dist/. To give it away: git push --follow-tags")


def write(clone: Path, version: str) -> None:
    """Set the version and date the changelog's block."""
    module, changelog = clone / MODULE, clone / CHANGELOG
    module.write_text(with_version(module.read_text(encoding="utf-8"), version), encoding="utf-8")
    today = datetime.now(UTC).date()
    changelog.write_text(dated(changelog.read_text(encoding="utf-8"), version, today), encoding="utf-8")


def commit(clone: Path, version: str) -> None:
    """Commit and tag in the clone, in the name of whoever commits here."""
    for key in ("user.name", "user.email"):
        git(clone, "config", key, git(ROOT, "config", key))
    words = news(git(ROOT, "show", f"HEAD:{CHANGELOG}"))
    git(clone, "commit", "-q", "-a", "-m", f"Release {version}\n\n{words}")
    git(clone, "tag", "-a", f"v{version}", "-m", f"Pipedriven {version}")


def whole(clone: Path, wheel: Path, sdist: Path) -> None:
    """Raise NotYet unless both files hold every file of the product, and every migration."""
    product = git(clone, "ls-files", "app", "migrations").splitlines()
    with zipfile.ZipFile(wheel) as packed:
        inside = set(packed.namelist())
    lacking = [name for name in product if name.replace("migrations/", f"{MIGRATIONS}/", 1) not in inside]
    with tarfile.open(sdist) as packed_source:
        source = {name.partition("/")[2] for name in packed_source.getnames()}
    lacking += [name for name in product if name not in source]
    if lacking:
        raise NotYet(f"These are not in the wheel or not in the sdist: {', '.join(sorted(set(lacking)))}.")
    say(f"Wheel and sdist hold all {len(product)} files of the product.")


def prove(clone: Path, wheel: Path, folder: Path, version: str) -> None:
    """Install the wheel into an empty environment and let it migrate a database of its own in another folder."""
    say(f"Installing the wheel with {LOCK} into an empty environment ...")
    python, elsewhere = folder / "venv" / "bin" / "python", folder / "elsewhere"
    run([sys.executable, "-m", "venv", "--without-pip", folder / "venv"], folder)
    # this environment's pip works for the empty one, which needs none then
    install = [sys.executable, *PIP.split(), "--python", python, "install", "--no-deps"]
    run([*install, "--require-hashes", "--only-binary", ":all:", "-r", clone / LOCK], folder)
    run([*install, "--no-index", wheel], folder)
    elsewhere.mkdir()
    environment = CLEAN | {"DATA_DIR": str(folder / "data")}
    said = ""
    for word in ("--help", "check-config", "migrate"):
        said = run([folder / "venv" / "bin" / "pipedriven", word], elsewhere, environment)
    steps = sorted(file.name.partition("_")[0] for file in (clone / "migrations" / "versions").glob("[0-9]*_*.py"))
    if said.strip() != f"Migrated: {', '.join(steps)}.":
        raise NotYet(f"The wheel did not take all {len(steps)} migrations; it said: {said.strip()}")
    show = "from importlib.metadata import version; print(version('pipedriven'))"
    if (installed := run([python, "-I", "-c", show], elsewhere, CLEAN).strip()) != version:
        raise NotYet(f"The wheel says it is {installed}.")
    say(f"From an empty environment: --help, check-config, and migrate with all {len(steps)} migrations.")


def fetch(clone: Path, version: str) -> None:
    """Bring commit and tag here, if nobody has committed meanwhile."""
    git(ROOT, "fetch", "-q", clone, f"refs/tags/v{version}:refs/tags/v{version}")
    try:
        git(ROOT, "merge", "-q", "--ff-only", f"v{version}")
    except subprocess.CalledProcessError:
        git(ROOT, "tag", "-d", f"v{version}")
        raise


def git(where: Path, *words: str | Path) -> str:
    """Run git and return what it said."""
    return run(["git", "-C", where, *words], where).strip()


def run(command: Sequence[str | Path], where: Path, environment: dict[str, str] | None = None) -> str:
    """Run a command and return what it said; what it complains about is in the error."""
    done = subprocess.run(
        command, cwd=where, env=environment, stdin=subprocess.DEVNULL, capture_output=True, check=True, text=True
    )
    return done.stdout


def say(line: str) -> None:
    """Tell the person what goes on."""
    print(line, file=sys.stderr, flush=True)


if __name__ == "__main__":
    main(*sys.argv[1:])
