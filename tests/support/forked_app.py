"""The product as a process of its own that need not load its modules again: it is forked from one that has loaded them.

Loading takes most of a start, and nearly every file of tests starts the product; `python -m app serve` itself is
started where a start is what is tested.
"""

import multiprocessing
import os
import subprocess
import sys
from pathlib import Path

import psycopg
from sqlalchemy import event
from sqlalchemy.engine import Engine

from app import __main__
from tests.support import cheap_hashes

# processes that begin with the product already loaded
FORKS = multiprocessing.get_context("forkserver")
FORKS.set_forkserver_preload(["app.main", "app.commands.run"])


class Forked:
    """`python -m app` with these words; answers as `subprocess.Popen` with a pipe for what it prints.

    `prepare` is a function of a module, called in the new process before the command begins, which hashes passwords
    cheaply unless told otherwise; `command` is another one, in the place of the command line.
    """

    def __init__(self, words=(), *, cwd, env, log, prepare=cheap_hashes.use, command=__main__.cli):
        heard, said = FORKS.Pipe(duplex=False)
        given = ([*map(str, words)], str(cwd), env, said, str(log), prepare, command)
        self._process = FORKS.Process(target=_serve, args=given)
        self._process.start()
        said.close()
        self.stdout, self.pid = os.fdopen(os.dup(heard.fileno()), "r", encoding="utf-8"), self._process.pid
        heard.close()

    @property
    def returncode(self):
        return self._process.exitcode

    def poll(self):
        return self.returncode

    def wait(self, seconds=None):
        self._process.join(seconds)
        if self.returncode is None:
            raise subprocess.TimeoutExpired("app", seconds)

    def send_signal(self, number):
        os.kill(self.pid, number)

    def kill(self):
        self._process.kill()


def _serve(words, cwd, env, said, log, prepare, command):
    os.chdir(cwd)
    os.environ.clear()
    os.environ.update(env)
    os.dup2(said.fileno(), 1)
    with Path(log).open("ab") as file:
        os.dup2(file.fileno(), 2)
    event.listen(Engine, "handle_error", _tell_where)
    if prepare:
        prepare()
    sys.argv = ["pipedriven", *words]
    command()


def _tell_where(trouble):
    """A table that is not there, of a database that has it, was looked for somewhere else: say where."""
    if isinstance(trouble.original_exception, psycopg.errors.UndefinedTable):
        line = trouble.connection.connection.driver_connection
        told = line.info.get_parameters() | {"backend": line.info.backend_pid, "state": line.info.transaction_status}
        with psycopg.connect(line.info.dsn, password=line.info.password) as other:
            found = (
                "select current_user, current_setting('search_path'), to_regclass('activities'), count(*) from pg_class"
            )
            told["another line sees"] = other.execute(found).fetchone()
        print(f"looked for at {told}", file=sys.stderr, flush=True)
