"""The command line as an operator uses it: each command in this process, or one of its own, on a folder of its own."""

import io
import os
import subprocess
import sys
from contextlib import chdir
from pathlib import Path
from unittest import mock

from app import __main__, db

PROJECT = Path(__file__).parents[2]
PASSWORD = "four unrelated words here"
FILE = "name,email,company\nJane,jane@x.example,ACME\nJohn,john@x.example,\n"


def spawn(data, *words, given="", **variables):
    """Run a command as the shell does."""
    return subprocess.run(
        [sys.executable, "-m", "app", *map(str, words)],
        input=given,
        env=surroundings(data, variables) | {"PYTHONPATH": str(PROJECT)},
        cwd=data if Path(data).is_dir() else "/",
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )


def run(data, *words, given="", **variables):
    """Run a command in this process, which takes a tenth of the time; the engine of other tests comes back afterwards."""
    engine = getattr(db, "engine", None)
    out, err = (io.TextIOWrapper(io.BytesIO(), "utf-8", newline="", write_through=True) for _ in range(2))
    with (
        mock.patch.dict(os.environ, surroundings(data, variables), clear=True),
        mock.patch.multiple(sys, stdin=io.StringIO(given), stdout=out, stderr=err),
        chdir(data),
    ):
        code = __main__.run_command([str(word) for word in words])
    if engine is not None:
        db.engine = engine
    said = [stream.buffer.getvalue().decode() for stream in (out, err)]
    return subprocess.CompletedProcess(words, code, *said)


def started(words):
    """What would go on serving is a process of its own."""
    return spawn if words[0] == "serve" else run


def surroundings(data, variables):
    kept = {name: value for name, value in os.environ.items() if name in {"PATH", "HOME", "LD_LIBRARY_PATH", "LANG"}}
    return kept | {"DATA_DIR": str(data)} | variables


def add(data, email, role="CONSULTANT", password=PASSWORD):
    return run(data, "user", "add", email, "--name", "A B", "--role", role, "--password-stdin", given=f"{password}\n")


def refused(done, code=1):
    """It failed as expected: one plain sentence on stderr, and nothing else."""
    assert done.returncode == code, done
    assert done.stderr.count("\n") == 1, done.stderr
    assert done.stderr.strip().endswith(".")
    return done.stderr
