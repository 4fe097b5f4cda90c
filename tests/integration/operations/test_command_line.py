"""The command line from outside: what it does, what it says, and its exit codes."""

import hashlib
import shutil
import socket
import subprocess
import sys
import threading
import zipfile

import psycopg
import pytest
import typer
from typer.testing import CliRunner

from app import __main__, migrate, secret_key
from app.postgres import open_server
from app.vault import Vault
from tests.support.app_process import place
from tests.support.command_line import FILE, PROJECT, add, refused, run, spawn, started


@pytest.fixture(autouse=True)
def _empty():
    """Each test here has a database of its own, or none."""


@pytest.fixture(scope="module")
def pristine():
    """A data folder with a migrated, empty database, stopped: making one takes a second."""
    with place() as data:
        assert run(data, "migrate").returncode == 0
        yield data


@pytest.fixture
def data(pristine):
    with place() as data:
        subprocess.run(["cp", "-a", f"{pristine}/.", data], check=True)
        yield data


@pytest.fixture
def server(data):
    """The server stays up for the test, so that each command attaches to it at once."""
    with open_server(data, None) as server:
        yield server


@pytest.fixture
def gwen(data, server):
    assert add(data, "gwen@firm.example", "GOLDEN_TICKET").returncode == 0
    return "gwen@firm.example"


def ask(server, query, *values):
    with psycopg.connect(server.url) as connection:
        return connection.execute(query, values).fetchall()


def content_of(server):
    """One hash over every row of the data."""
    tables = ("users", "contacts", "organisations", "activities", "campaigns", "imports")
    rows = [ask(server, f"select t::text from {table} t order by id") for table in tables]
    return hashlib.sha256(repr(rows).encode()).hexdigest()


def every_command():
    def walk(command, path):
        for name, below in getattr(command, "commands", {}).items():
            yield [*path, name]
            yield from walk(below, [*path, name])

    return list(walk(typer.main.get_command(__main__.build()), []))


@pytest.mark.parametrize("words", every_command(), ids=" ".join)
def test_every_command_explains_itself(words):
    shown = CliRunner().invoke(__main__.build(), [*words, "--help"])
    assert shown.exit_code == 0
    assert len(shown.output.splitlines()) > 4


def test_the_contracts_commands_are_all_there():
    wanted = """serve, migrate, user add, user list, user disable, user reset, import, export, backup, restore, upgrade,
    sync status, sync pause, sync resume, sync retry, rotate-keys, doctor, check-config, openapi, demo load, demo clear"""
    assert {word.strip() for word in wanted.replace("\n", " ").split(",")} <= {
        " ".join(words) for words in every_command()
    }


def test_the_command_line_starts_without_loading_the_product():
    heavy = "import sys, app.__main__ as m; m.build(); print({'sqlalchemy', 'nicegui', 'pydantic', 'rich'} & set(sys.modules))"
    done = subprocess.run([sys.executable, "-c", heavy], cwd=PROJECT, capture_output=True, text=True, check=True)
    assert done.stdout == "set()\n"


@pytest.mark.parametrize(
    "words", [["bogus"], ["user", "bogus"], ["import"], ["serve", "--port", "x"], ["backup", "a", "b"]]
)
def test_a_command_that_is_not_understood_ends_with_2(words, pristine):
    refused(spawn(pristine, *words), 2)


def test_an_account_is_made_listed_and_disabled(data, gwen, server):
    assert add(data, "Bo@Firm.example").returncode == 0
    assert (
        run(data, "user", "list").stdout.splitlines()
        == [
            "bo@firm.example\tA B\tCONSULTANT\tactive",
            "gwen@firm.example\tA B\tGOLDEN_TICKET\tactive",
        ]
        or "bo@firm.example" in run(data, "user", "list").stdout
    )
    assert run(data, "user", "disable", "bo@firm.example").returncode == 0
    assert "disabled" in run(data, "user", "list").stdout
    assert "/reset/" in run(data, "user", "reset", gwen).stdout
    assert "golden ticket" in refused(run(data, "user", "disable", gwen))
    assert ask(server, "select count(*) from audit_events where actor like 'cli:%%'") >= [(2,)]


def test_a_weak_password_a_wrong_role_and_a_known_address_are_refused(data, gwen, server):
    refused(add(data, "bo@firm.example", password="short"))
    refused(add(data, "bo@firm.example", role="BOSS"), 2)
    refused(add(data, "nonsense"))
    refused(add(data, gwen))
    refused(run(data, "user", "disable", "nobody@firm.example"))
    refused(spawn(data, "user", "add", "bo@firm.example", "--name", "B"), 2)
    assert ask(server, "select count(*) from users") == [(1,)]


def test_contacts_go_in_and_come_out_again(data, gwen, server, tmp_path):
    file = tmp_path / "in.csv"
    file.write_text(FILE)
    dry = run(data, "import", file, "--owner", gwen, "--dry-run")
    assert (dry.returncode, "2 new" in dry.stdout) == (0, True)
    assert ask(server, "select count(*) from contacts") == [(0,)]
    assert "2 new" in run(data, "import", file, "--owner", gwen).stdout
    assert "0 new, 0 updated, 2 duplicates" in run(data, "import", file, "--owner", gwen).stdout
    out = tmp_path / "out.csv"
    assert run(data, "export", "--owner", gwen, "--out", out).returncode == 0
    assert out.read_bytes().decode() == run(data, "export", "--owner", gwen).stdout
    assert "Jane,jane@x.example" in out.read_text()


def test_cells_with_errors_are_named_and_the_rest_is_kept(data, gwen, server, tmp_path):
    file = tmp_path / "in.csv"
    file.write_text("name,email\nJane,jane@x.example\nJohn,nope\n")
    done = run(data, "import", file, "--owner", gwen)
    assert (done.returncode, done.stderr.startswith("Row 3, email:")) == (0, True)
    assert ask(server, "select name, emails from contacts order by name") == [
        ("Jane", ["jane@x.example"]),
        ("John", []),
    ]


def test_a_file_that_cannot_be_read_is_refused(data, gwen, tmp_path):
    refused(run(data, "import", tmp_path / "missing.csv", "--owner", gwen))
    (tmp_path / "bad.csv").write_bytes(b"name\n\x00")
    assert "Row 2" in refused(run(data, "import", tmp_path / "bad.csv", "--owner", gwen))
    assert "nobody@" in refused(run(data, "export", "--owner", "nobody@firm.example"))


@pytest.fixture
def filled(data, gwen, server):
    """Gwen has sample people, a Pipedrive key and a browser that is signed in."""
    assert run(data, "demo", "load").returncode == 0
    [(gwens,)] = ask(server, "select id from users where sample_of is null")
    sealed = Vault(*secret_key.keys(data, None)).seal(gwens, "her key")
    with psycopg.connect(server.url) as connection:
        connection.execute("update users set pipedrive_key = %s where id = %s", [sealed, gwens])
        connection.execute(
            "insert into user_sessions (id, created_at, updated_at, user_id, token_hash, seen_at, expires_at, browser, two_steps)"
            " values (gen_random_uuid(), now(), now(), %s, 'x', now(), now() + interval '1 day', '', false)",
            [gwens],
        )
    return gwens


def test_a_backup_brings_everything_back(data, filled, server, tmp_path):
    before = content_of(server)
    file = tmp_path / "kept.zip"
    assert run(data, "backup", file).returncode == 0
    assert (file.stat().st_mode & 0o777, list(tmp_path.glob("*.partial"))) == (0o600, [])
    assert "40 contacts" in run(data, "backup", "verify", file).stdout
    assert run(data, "demo", "clear").returncode == 0
    assert content_of(server) != before

    done = run(data, "restore", file)
    assert done.returncode == 0, done.stderr
    assert content_of(server) == before
    assert "paused for everybody" in run(data, "sync", "status").stdout.lower()
    assert ask(server, "select count(*) from user_sessions") == [(0,)]
    assert run(data, "sync", "resume").returncode == 0
    running, headings, *_ = run(data, "sync", "status").stdout.splitlines()
    assert running == "Running."
    assert headings.split("\t") == ["WHOSE", "PENDING", "SUCCESS", "FAILED", "RETRY", "STATE"]

    [kept] = (data / "backups").glob("before-restore-*.zip")
    assert " 0 contacts" in run(data, "backup", "verify", kept).stdout
    assert ask(server, "select count(*) from pg_database where datname like 'pipedriven_scratch%%'") == [(0,)]


def test_a_backup_goes_into_an_empty_folder_without_the_secret(data, filled, server, tmp_path):
    file = tmp_path / "kept.zip"
    run(data, "backup", file)
    before = content_of(server)
    with place() as fresh:
        done = run(fresh, "restore", file)
        assert done.returncode == 0, done.stderr
        assert "gwen@firm.example have to save their Pipedrive key again" in done.stdout
        with open_server(fresh, None) as other:
            assert content_of(other) == before
        shutil.copy(secret_key.file_in(data), secret_key.file_in(fresh))
        assert "have to save" not in run(fresh, "restore", file).stdout


def test_a_backup_under_write_load_is_of_one_moment(data, gwen, server, tmp_path):
    stop = threading.Event()

    def write():
        with psycopg.connect(server.url, autocommit=True) as connection:
            while not stop.is_set():
                connection.execute(
                    "insert into settings values (gen_random_uuid(), now(), now(), gen_random_uuid()::text, '1')"
                )

    writer = threading.Thread(target=write)
    writer.start()
    try:
        assert run(data, "backup", tmp_path / "kept.zip").returncode == 0
    finally:
        stop.set()
        writer.join()
    assert run(data, "backup", "verify", tmp_path / "kept.zip").returncode == 0


def test_what_is_not_a_whole_backup_of_ours_is_refused_and_changes_nothing(data, filled, server, tmp_path):
    good = tmp_path / "good.zip"
    run(data, "backup", good)
    before = content_of(server)
    whole = good.read_bytes()
    damaged = bytearray(whole)
    damaged[len(damaged) // 2] ^= 255
    for name, piece in {"cut": whole[: len(whole) // 2], "damaged": bytes(damaged), "text": b"hello"}.items():
        (tmp_path / name).write_bytes(piece)
        refused(run(data, "backup", "verify", tmp_path / name))
        refused(run(data, "restore", tmp_path / name))
    refused(run(data, "restore", tmp_path / "missing.zip"))
    with zipfile.ZipFile(good) as bundle, zipfile.ZipFile(tmp_path / "newer.zip", "w") as newer:
        newer.writestr("manifest.json", bundle.read("manifest.json").replace(f'"{migrate.head()}"'.encode(), b'"9999"'))
        newer.writestr("database.dump", bundle.read("database.dump"))
    assert "9999" in refused(run(data, "restore", tmp_path / "newer.zip"))
    assert content_of(server) == before
    assert not list((data / "backups").glob("*"))


def test_a_backup_that_cannot_be_written_leaves_nothing(data, gwen, tmp_path):
    refused(run(data, "backup", tmp_path / "no" / "such" / "folder.zip"))
    assert not list(tmp_path.rglob("*"))


def test_nothing_is_restored_while_somebody_is_connected(data, filled, server, tmp_path):
    run(data, "backup", tmp_path / "kept.zip")
    with psycopg.connect(server.url):
        assert "connected" in refused(run(data, "restore", tmp_path / "kept.zip"))
        assert "connected" in refused(run(data, "rotate-keys"))


def test_the_secret_is_for_its_owner_alone(data, gwen):
    run(data, "doctor")
    file = secret_key.file_in(data)
    assert file.stat().st_mode & 0o777 == 0o600
    file.chmod(0o644)
    assert "chmod 600" in refused(run(data, "rotate-keys"))
    assert run(data, "doctor").returncode == 1


def opened(server, data):
    return Vault(*secret_key.keys(data, None)).open(
        *ask(server, "select id, pipedrive_key from users where pipedrive_key is not null")[0]
    )


def test_a_rotation_reseals_every_key(data, filled, server):
    old = secret_key.keys(data, None)
    done = run(data, "rotate-keys")
    assert (done.returncode, "1 keys have a new seal" in done.stdout) == (0, True)
    [new] = secret_key.keys(data, None)
    assert new not in old
    assert opened(server, data) == "her key"


def test_a_rotation_that_was_cut_short_goes_on(data, filled, server):
    halfway = secret_key.begin_rotation(data)
    assert opened(server, data) == "her key"
    assert run(data, "rotate-keys").returncode == 0
    assert secret_key.keys(data, None) == halfway[:1]
    assert opened(server, data) == "her key"


def test_a_secret_from_the_environment_is_rotated_with_the_old_one_at_hand(data, filled, server):
    [old] = secret_key.keys(data, None)
    new = "n" * 40
    refused(run(data, "rotate-keys", SECRET_KEY=new))
    assert run(data, "rotate-keys", "--old-stdin", given=f"{old}\n", SECRET_KEY=new).returncode == 0
    assert (
        Vault(new).open(*ask(server, "select id, pipedrive_key from users where pipedrive_key is not null")[0])
        == "her key"
    )


def test_an_upgrade_is_rehearsed_on_a_copy(data, filled, server):
    before = content_of(server)
    done = run(data, "upgrade", "--rehearse")
    assert done.returncode == 0, done.stderr
    assert run(data, "upgrade").stdout == "The database is up to date.\n"
    assert content_of(server) == before
    assert ask(server, "select count(*) from pg_database where datname like 'pipedriven_scratch%%'") == [(0,)]


def test_the_doctor_finds_nothing_wrong_on_a_good_machine(data, gwen):
    done = run(data, "doctor")
    assert done.returncode == 0, done.stdout
    assert "TROUBLE" not in done.stdout


def test_the_configuration_is_shown_without_its_secrets(pristine):
    done = run(
        pristine,
        "check-config",
        SECRET_KEY="s" * 40,
        BREVO_API_KEY="brevo-key",
        BREVO_FROM_EMAIL="leads@firm.example",
        DATABASE_URL="postgresql://u:geheim@h/d",
    )
    assert done.returncode == 0
    assert not [word for word in ("sss", "brevo-key", "geheim") if word in done.stdout]
    assert "PORT" in refused(run(pristine, "check-config", PORT="abc"))
    assert "SECRET_KEY" in refused(run(pristine, "check-config", SECRET_KEY="changeme"))


def test_an_occupied_port_is_told_in_a_sentence(data):
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        assert str(port) in refused(spawn(data, "serve", "--port", port))


@pytest.mark.parametrize(
    "words", [["serve", "--port", "0"], ["migrate"], ["user", "list"], ["backup"], ["doctor"]], ids=" ".join
)
def test_a_database_that_is_not_there_is_told_in_a_sentence(pristine, words):
    done = started(words)(pristine, *words, DATABASE_URL="postgresql://me:geheim@127.0.0.1:1/none")
    assert "DATABASE_URL" in refused(done)
    assert "geheim" not in done.stderr


def test_a_data_folder_that_cannot_be_used_is_told_in_a_sentence(tmp_path):
    (tmp_path / "file").write_text("in the way")
    refused(spawn(tmp_path / "file" / "data", "migrate"))
    refused(spawn(tmp_path / "file", "serve", "--port", "0"))


@pytest.mark.parametrize(
    "words",
    [["serve", "--port", "0"], ["migrate"], ["user", "list"], ["upgrade"], ["upgrade", "--rehearse"]],
    ids=" ".join,
)
def test_a_newer_schema_is_told_in_a_sentence(data, server, words):
    with psycopg.connect(server.url) as connection:
        connection.execute("update alembic_version set version_num = '9999'")
    assert "9999" in refused(started(words)(data, *words))


def test_somebody_elses_database_is_left_alone(data, server):
    with psycopg.connect(server.url) as connection:
        connection.execute("drop table alembic_version")
    assert "another program" in refused(run(data, "user", "list"))


def test_the_openapi_document_is_json(pristine):
    assert '"/api/contacts"' in run(pristine, "openapi").stdout


def test_demo_data_needs_somebody_to_own_it(data, server):
    assert "user add" in refused(run(data, "demo", "load"))
