"""The role that serves can add to the audit trail and do nothing else to it; the role that owns the tables migrates them."""

import os
import subprocess
import sys
import tempfile
from contextlib import contextmanager, suppress
from pathlib import Path

import psycopg
import pytest
from psycopg import sql
from sqlalchemy import create_engine, text

from app import backups, db, migrate
from app.backups.restoring import alone_with
from app.models import AuditEvent, Role, User
from app.postgres import PostgresTrouble, data_directory, open_server, serving_role

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
    "alter role pipedriven_app createdb bypassrls",
    "alter role pipedriven set default_transaction_read_only = on",
    "alter database pipedriven set default_transaction_read_only = on",
    "alter database pipedriven owner to pipedriven_app",
    "alter system set default_transaction_read_only = on",
    "begin; lock table audit_events in access exclusive mode",
    "begin; lock table audit_events in share mode",
    "create schema pipedriven_app",
    "create event trigger e on ddl_command_end execute function note_contact_change()",
    "create extension dblink",
    "create publication p for table audit_events",
    "create foreign data wrapper f",
    "comment on table audit_events is 'none'",
    "reindex table audit_events",
    "cluster audit_events using audit_events_pkey",
    "reassign owned by pipedriven to pipedriven_app",
    "drop owned by pipedriven",
    "copy (select 1) to program 'true'",
    "copy mails from program 'true'",
    "copy mails to '/dev/null'",
    "select pg_read_file('postgresql.conf')",
    "select lo_import('/etc/passwd')",
    "select pg_terminate_backend(:owner)",
    "select pg_cancel_backend(:owner)",
    "select pg_reload_conf()",
    "select pg_switch_wal()",
    "select pg_promote()",
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
    with psycopg.connect(url, autocommit=True) as line, pytest.raises(psycopg.errors.InsufficientPrivilege):
        line.execute(statement)
    return True


@pytest.mark.parametrize("statement", FORBIDDEN)
def test_the_role_that_serves_cannot_change_or_empty_the_trail(server, statement):
    assert server.serving_url != server.url
    with psycopg.connect(server.url) as owner:
        assert refused(server.serving_url, statement.replace(":owner", str(owner.info.backend_pid)))
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


def hostile(url):
    """Every setting that a role may give itself, with a value that the server does not have built in."""
    other = {
        "bool": "case boot_val when 'on' then 'off' else 'on' end",
        "enum": "(select v from unnest(enumvals) v where v <> boot_val order by v desc limit 1)",
        "integer": "case when boot_val = greatest(min_val::bigint, 1)::text then max_val else greatest(min_val::bigint, 1)::text end",
        "real": "case when boot_val = min_val then max_val else min_val end",
        "string": "case name when 'DateStyle' then 'SQL, DMY' when 'TimeZone' then 'Asia/Tokyo' when 'client_encoding' then 'LATIN1' else 'nothing_of_this_name' end",
    }
    value = " ".join(f"when '{kind}' then {said}" for kind, said in other.items())
    with psycopg.connect(url) as line:
        return line.execute(
            f"select name, case vartype {value} end from pg_settings where context = 'user' and name not in ('transaction_isolation', 'transaction_read_only', 'transaction_deferrable')"
        ).fetchall()


@contextmanager
def app_at(url):
    """A pool of connections as the app has it, whose server is known."""
    kept = vars(db).get("engine")
    db.connect(url)
    try:
        with db.reading() as session:
            session.execute(text("select 1"))
        yield
    finally:
        db.engine.dispose()
        if kept:
            db.engine = kept


def serves():
    """By connections that are opened now."""
    db.engine.dispose()
    with db.transaction() as session:
        session.add(AuditEvent(actor="clock", action="sign_in"))


def test_no_setting_that_the_role_gives_itself_keeps_it_from_serving(server):
    silenced, given = [], []
    before, owner = events(server.url), create_engine(server.url)
    with app_at(server.serving_url):
        for name, value in hostile(server.url):
            # what takes no such value cannot be set to it either
            with suppress(psycopg.Error), psycopg.connect(server.serving_url, autocommit=True) as line:
                line.execute(
                    sql.SQL("alter role pipedriven_app set {} = {}").format(sql.Identifier(name), sql.Literal(value))
                )
                given.append(name)
            try:
                serves()
            except Exception as no:  # noqa: BLE001 - whatever it is, nobody is served
                silenced.append((name, value, repr(no)[:200]))
            with owner.begin() as line:
                serving_role.allow(line, server.serving_role)
    owner.dispose()
    assert len(given) > 100
    assert {
        "default_transaction_read_only",
        "search_path",
        "local_preload_libraries",
        "datestyle",
        "idle_session_timeout",
    } <= {*map(str.lower, given)}
    assert silenced == []
    with psycopg.connect(server.url) as owner:
        assert owner.execute("select count(*) from pg_db_role_setting where setrole <> 0").fetchone() == (0,)
        # the rest of this module counts one
        owner.execute("alter table audit_events disable trigger all")
        assert owner.execute(
            "delete from audit_events where actor = 'clock' and ctid <> (select min(ctid) from audit_events)"
        ).rowcount == len(hostile(server.url))
        owner.execute("alter table audit_events enable trigger all")
    assert events(server.url) == before


def test_a_start_puts_right_what_the_role_did_to_itself(server):
    for deed in (
        "alter role pipedriven_app password 'of-somebody-else'",
        "alter role pipedriven_app set local_preload_libraries = 'nothing_of_this_name'",
        "alter role pipedriven_app in database pipedriven set default_transaction_read_only = on",
        "drop owned by pipedriven_app",
    ):
        with psycopg.connect(server.serving_url, autocommit=True) as line:
            line.execute(deed)
        with open_server(server.cluster.folder.parent, None) as again:
            migrate.check(again.url, again.serving_role)
            with psycopg.connect(again.serving_url) as line:
                assert line.execute("show default_transaction_read_only").fetchone() == ("off",), deed
                assert line.execute("select count(*) from mails").fetchone() == (0,), deed


def test_doctor_says_what_the_role_that_serves_gave_itself_or_lost(server, tmp_path):
    given = {"DATABASE_URL": server.serving_url, "MIGRATE_URL": server.url}
    assert doctor(tmp_path, "role that serves", **given).startswith("ok")
    with psycopg.connect(server.serving_url, autocommit=True) as line:
        line.execute("alter role pipedriven_app set work_mem = '65kB'")
    assert "work_mem=65kB" in doctor(tmp_path, "role that serves", **given)
    with psycopg.connect(server.url) as owner:
        owner.execute("revoke update on mails from pipedriven_app")
    assert doctor(tmp_path, "role that serves", **given).startswith("TROUBLE")
    migrate.check(server.url, server.serving_role)
    assert doctor(tmp_path, "role that serves", **given).startswith("ok")


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


def doctor(folder, what="audit trail", **given):
    """What the command says of the trail, or of something else."""
    kept = {name: os.environ[name] for name in ("PATH", "HOME") if name in os.environ}
    command = [sys.executable, "-m", "app", "doctor"]
    done = subprocess.run(
        command, env=kept | given | {"DATA_DIR": str(folder)}, capture_output=True, text=True, check=False
    )
    return next(line for line in done.stdout.splitlines() if line.split("\t")[1] == what)


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
