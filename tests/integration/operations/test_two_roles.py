"""The role that serves can add to the audit trail and do nothing else to it; the role that owns the tables migrates them."""

import os
import subprocess
import sys
import tempfile
from contextlib import contextmanager
from pathlib import Path

import psycopg
import pytest

from app import backups, db, migrate
from app.backups.restoring import alone_with
from app.models import AuditEvent, Role, User
from app.postgres import PostgresTrouble, data_directory, open_server

FORBIDDEN = (
    "update audit_events set actor = 'nobody'",
    "delete from audit_events",
    "truncate audit_events",
    "alter table audit_events disable trigger all",
    "drop table audit_events",
    "drop trigger audit_append_only on audit_events",
    "alter table audit_events owner to pipedriven_app",
    "create table of_mine (id int)",
    # what it would write to the trail from then on would end in these
    "create temporary table audit_events (like public.audit_events)",
    "create temporary view audit_events as select 1",
    "create rule r as on insert to audit_events do instead nothing",
    "set session_replication_role = replica",
    "set session authorization pipedriven",
    "merge into audit_events using (select 1) s on true when matched then delete",
    "insert into audit_events select * from audit_events on conflict (id) do update set actor = 'nobody'",
    "create function f() returns int language sql as 'select 1'",
    "update alembic_version set version_num = '0001'",
    "grant pipedriven to pipedriven_app",
    "set role pipedriven",
)


@pytest.fixture
def _empty():
    """These tests have databases of their own."""


@contextmanager
def place():
    """A folder that the server's own user can reach."""
    with tempfile.TemporaryDirectory(prefix="pdn-", dir="/dev/shm", ignore_cleanup_errors=True) as name:
        Path(name).chmod(0o711)
        yield Path(name)


@pytest.fixture(scope="module")
def server():
    with place() as folder, open_server(folder, None) as opened:
        migrate.upgrade(opened.url, opened.serving_role)
        add_event(opened.serving_url)
        yield opened


def add_event(url):
    with psycopg.connect(url) as line:
        line.execute(
            "insert into audit_events (id, created_at, updated_at, actor, action, about, detail)"
            " values (gen_random_uuid(), now(), now(), 'clock', 'sign_in', '', '{}')"
        )


def events(url):
    with psycopg.connect(url) as line:
        return line.execute("select count(*) from audit_events").fetchone()[0]


def refused(url, statement):
    with psycopg.connect(url) as line, pytest.raises(psycopg.errors.InsufficientPrivilege):
        line.execute(statement)
    return True


@pytest.mark.parametrize("statement", FORBIDDEN)
def test_the_role_that_serves_cannot_change_or_empty_the_trail(server, statement):
    assert server.serving_url != server.url
    assert refused(server.serving_url, statement)
    assert events(server.serving_url) == 1


def test_it_reads_and_writes_every_other_table(server):
    with psycopg.connect(server.serving_url) as line:
        names = [
            name
            for (name,) in line.execute(
                "select relname from pg_class where relnamespace = 'public'::regnamespace and relkind = 'r'"
            )
        ]
        assert len(names) > 40
        for name in set(names) - {"audit_events", "alembic_version"}:
            line.execute(f"delete from {name} where false")
            line.execute(f"insert into {name} select * from {name} where false")


def test_a_data_folder_that_was_made_with_one_role_gets_the_second_at_its_next_start(monkeypatch):
    with place() as folder:
        with monkeypatch.context() as before:
            before.setattr(data_directory, "prepare_serving", lambda *_: None)
            with open_server(folder, None) as old:
                migrate.upgrade(old.url, old.serving_role)
                assert old.serving_role is None
                add_event(old.url)
        with open_server(folder, None) as new:
            assert new.serving_role == "pipedriven_app"
            migrate.upgrade(new.url, new.serving_role)
            assert events(new.serving_url) == 1
            assert refused(new.serving_url, "delete from audit_events")


def test_a_restore_leaves_it_as_it_was(server, tmp_path):
    file = tmp_path / "b.zip"
    backups.make(server, file)
    backups.verify(server, file)
    backups.restore(server, file, tmp_path / "before.zip")
    assert events(server.serving_url) == 1
    assert refused(server.serving_url, "truncate audit_events")


def test_a_restore_sees_that_the_role_that_serves_is_at_work(server):
    with psycopg.connect(server.serving_url), pytest.raises(backups.BackupTrouble, match="still connected"):
        alone_with(server)


def doctor(folder, **given):
    """What the command says of the trail."""
    kept = {name: os.environ[name] for name in ("PATH", "HOME") if name in os.environ}
    command = [sys.executable, "-m", "app", "doctor"]
    done = subprocess.run(
        command, env=kept | given | {"DATA_DIR": str(folder)}, capture_output=True, text=True, check=False
    )
    return next(line for line in done.stdout.splitlines() if "audit trail" in line)


def test_an_external_server_is_served_by_one_role_and_migrated_by_the_other(server, tmp_path):
    with open_server(tmp_path, server.serving_url, server.url) as both:
        assert (both.url, both.serving_url, both.serving_role) == (server.url, server.serving_url, "pipedriven_app")
        migrate.check(both.url, both.serving_role)
    line = doctor(tmp_path, DATABASE_URL=server.serving_url, MIGRATE_URL=server.url)
    assert line.startswith("ok")


def test_doctor_says_where_the_role_that_serves_could_hide_what_it_adds(server, tmp_path):
    with psycopg.connect(server.url) as owner:
        owner.execute("grant temporary on database pipedriven to pipedriven_app")
    given = {"DATABASE_URL": server.serving_url, "MIGRATE_URL": server.url}
    assert "docs/admin.md" in doctor(tmp_path, **given)
    migrate.check(server.url, server.serving_role)
    assert doctor(tmp_path, **given).startswith("ok")


def test_without_a_second_role_doctor_says_so(server, tmp_path):
    line = doctor(tmp_path, DATABASE_URL=server.url)
    assert line.startswith("note")
    assert "MIGRATE_URL" in line


def test_two_addresses_of_one_role_or_of_two_databases_are_refused(server, tmp_path, url):
    with pytest.raises(PostgresTrouble, match="same role"):
        open_server(tmp_path, server.url, server.url)
    with pytest.raises(PostgresTrouble, match="two databases"):
        open_server(tmp_path, server.serving_url, url)


def test_the_tests_themselves_are_served_by_the_role_that_may_do_less(url, database):
    with db.transaction() as session:
        session.add(User(name="Ada", email="ada@firm.example", role=Role.CONSULTANT))
        session.add(AuditEvent(actor="clock", action="sign_in"))
    assert "pipedriven_app" in str(db.engine.url)
