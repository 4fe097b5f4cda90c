"""Copies of proved backups in another place: carried by the real restic, encrypted, and enough for an empty machine."""

import re
import shutil
import subprocess
from contextlib import contextmanager
from threading import Event, Timer

import pytest

from app import db
from app.backups import copies, copy_place, nightly, restic
from app.backups.errors import BackupTrouble
from app.postgres import open_server
from app.services.operations import backup_status
from tests.support import world
from tests.support.app_process import place as folder_of_its_own
from tests.support.command_line import FILE, add, refused, run
from tests.support.ssh_server import SSHD, ssh_server
from tests.support.waiting import until

EMAIL = "gwen@firm.example"
KEY = re.compile(r"([A-HJKMNP-Z2-9]{5}-){7}[A-HJKMNP-Z2-9]{5}")

needs_restic = pytest.mark.skipif(restic.program() is None, reason="restic is not installed")
needs_sshd = pytest.mark.skipif(not SSHD or not shutil.which("ssh-keygen"), reason="OpenSSH's server is not installed")


@pytest.fixture(params=["file", pytest.param("sftp", marks=needs_sshd)])
def elsewhere(request, tmp_path):
    """An address with room for copies, and what ssh has to know to get there."""
    folder = tmp_path / "elsewhere"
    folder.mkdir()
    if request.param == "file":
        yield f"file://{folder}", None
        return
    with ssh_server(tmp_path) as (name, config):
        yield f"sftp://{name}{folder}/firm", config


@contextmanager
def machine(ssh):
    """A data folder of its own, which may know how to get elsewhere."""
    with folder_of_its_own() as data:
        if ssh:
            (data / "ssh").mkdir()
            shutil.copy(ssh, data / "ssh" / "config")
        yield data


def done(data, *words, **more):
    said = run(data, *words, **more)
    assert said.returncode == 0, said.stderr
    return said.stdout


@needs_restic
def test_an_empty_machine_needs_the_address_and_the_key(elsewhere, tmp_path):
    address, ssh = elsewhere
    with machine(ssh) as lost, open_server(lost, None):
        assert add(lost, EMAIL, "GOLDEN_TICKET").returncode == 0
        (lost / "file.csv").write_text(FILE)
        done(lost, "import", "file.csv", "--owner", EMAIL)
        assert "2 contacts" in done(lost, "backup", "copy", BACKUP_TO=address)
        key = done(lost, "backup", "key", BACKUP_TO=address).strip()
        assert KEY.fullmatch(key)
    # nothing of it can be read without the key
    packed = [file.read_bytes() for file in (tmp_path / "elsewhere").rglob("data/*/*") if file.is_file()]
    assert packed
    assert not any(b"manifest.json" in pack for pack in packed)

    with machine(ssh) as empty, open_server(empty, None):
        other = f"{key[:-1]}{'2' if key[-1] != '2' else '3'}"
        assert "another backup key" in refused(run(empty, "restore", "--from", address, given=f"{other}\n"))
        assert not (empty / "backup.key").exists()
        assert "2 contacts" in done(empty, "restore", "--from", address, given=f"{key}\n")
        assert EMAIL in done(empty, "user", "list")
        # it goes on where the lost one ended, with the same key, which nobody has to keep again
        assert "2 contacts" in done(empty, "backup", "copy", BACKUP_TO=address)
        refused(run(empty, "backup", "key"))


@pytest.fixture
def server(database, data_dir):
    with open_server(data_dir, None) as held:
        yield held


@pytest.fixture
def place(tmp_path):
    folder = tmp_path / "elsewhere"
    folder.mkdir()
    return copy_place.place(f"file://{folder}", tmp_path)


def carry(server, folder, place, **more):
    return copies.round_(server, folder, place.shown, **more)


def state():
    with db.reading() as session:
        return backup_status.of_backups(session)


def a_night(server, folder):
    """A backup that was made and proved; those of earlier nights are as old as they say."""
    for file in nightly.made(folder).values():
        file.rename(file.with_name(f"pipedriven-20250{len(nightly.made(folder))}01T020000Z.zip"))
    assert nightly.round_(server, folder)
    return max(nightly.made(folder).items())[1]


@needs_restic
def test_each_proved_backup_is_carried_once_and_thinned_out_as_here(server, tmp_path, place):
    world.contact(world.person("Ada"), "Kari Nordmann")
    assert not carry(server, tmp_path, place)
    first = a_night(server, tmp_path)
    assert carry(server, tmp_path, place)
    assert not carry(server, tmp_path, place)
    kept = state()
    assert (kept.is_fine, kept.copies.is_fine, kept.copies.place) == (True, True, place.shown)
    assert kept.copies.age.total_seconds() < 60
    key = copies.key_in(tmp_path)
    brought = tmp_path / "brought"
    brought.mkdir()
    assert copies.fetch(place, key, brought, first.name).read_bytes() == first.read_bytes()

    # of two copies of one day the newer stays
    second = first.with_name("pipedriven-20250101T020001Z.zip")
    second.write_bytes(first.read_bytes())
    copies.copy(place, key, second)
    copies.thin_out(place, key)
    assert copies.fetch(place, key, brought) == brought / second.name
    with pytest.raises(BackupTrouble, match=f"There is no {first.name}"):
        copies.fetch(place, key, brought, first.name)


@needs_restic
def test_a_copy_that_fails_is_told_and_leaves_the_local_backup_as_it_is(server, tmp_path, place):
    a_night(server, tmp_path)
    assert carry(server, tmp_path, place)
    a_night(server, tmp_path)
    away = place.folder.rename(tmp_path / "away")
    assert not carry(server, tmp_path, place)
    kept = state()
    assert (kept.is_fine, kept.trouble, kept.copies.is_fine) == (True, None, False)
    assert kept.copies.trouble == f"The folder {place.folder} is not there; make it, or mount what it lies on."
    assert kept.copies.copied_at

    # where copies were, an empty folder is a disk that is not mounted and no new place
    place.folder.mkdir()
    assert not carry(server, tmp_path, place)
    assert state().copies.trouble == f"There are no copies of ours at {place.shown}."
    place.folder.rmdir()
    away.rename(place.folder)
    assert carry(server, tmp_path, place)
    assert state().copies.is_fine


def locks(place):
    """Those that hold: restic writes each under another name first."""
    return [one for one in (place.folder / "locks").iterdir() if "-tmp-" not in one.name]


@needs_restic
def test_a_lock_that_a_killed_copy_left_is_taken_away(tmp_path, place):
    key = copies.key_in(tmp_path)
    (tmp_path / "one.zip").write_text("one")
    copies.copy(place, key, tmp_path / "one.zip", is_new=True)
    with subprocess.Popen(
        [restic.program(), "--no-cache", "backup", "--stdin"], stdin=subprocess.PIPE, env=place.environment(key)
    ) as killed:
        until(lambda: locks(place))
        killed.kill()
    assert locks(place)
    copies.thin_out(place, key)
    assert not locks(place)


def test_without_restic_the_package_is_named(server, tmp_path, place, monkeypatch):
    a_night(server, tmp_path)
    monkeypatch.setenv("PATH", str(tmp_path))
    assert not carry(server, tmp_path, place)
    assert state().copies.trouble == restic.MISSING
    assert "Debian's package restic" in restic.MISSING
    assert state().is_fine


def test_copies_that_go_nowhere_are_spoken_of_no_more(server, tmp_path, place, monkeypatch):
    a_night(server, tmp_path)
    monkeypatch.setenv("PATH", str(tmp_path))
    carry(server, tmp_path, place)
    assert not copies.round_(server, tmp_path, None)
    assert state().copies is None


def pretended(tmp_path, monkeypatch, body):
    """A program called restic that does this."""
    programs = tmp_path / "bin"
    programs.mkdir()
    (programs / "restic").write_text(f"#!/bin/sh\n{body}\n")
    (programs / "restic").chmod(0o755)
    monkeypatch.setenv("PATH", f"{programs}:/usr/bin:/bin")


def test_no_secret_stands_on_a_command_line_and_ours_stay_with_us(tmp_path, monkeypatch):
    pretended(tmp_path, monkeypatch, f'echo "$@" >{tmp_path}/words; env >{tmp_path}/known')
    monkeypatch.setenv("SECRET_KEY", "s" * 40)
    place = copy_place.place("s3://name:sec%2Fret@s3.example.com/bucket/firm", tmp_path)
    restic.run(place, "the-backup-key", "snapshots")
    words, known = (tmp_path / "words").read_text(), (tmp_path / "known").read_text()
    assert not [secret for secret in ("sec/ret", "sec%2Fret", "the-backup-key") if secret in words + place.shown]
    assert "SECRET_KEY=s" not in known
    assert "RESTIC_REPOSITORY=s3:https://s3.example.com/bucket/firm\n" in known
    assert "AWS_SECRET_ACCESS_KEY=sec/ret\n" in known


def test_a_stop_of_the_app_ends_a_copy_that_hangs(tmp_path, place, monkeypatch):
    pretended(tmp_path, monkeypatch, "exec sleep 600")
    stopping = Event()
    Timer(0.2, stopping.set).start()
    with pytest.raises(BackupTrouble, match="stopped"):
        restic.run(place, "key", "backup", stopping=stopping)


def test_what_does_not_answer_is_given_up(tmp_path, place, monkeypatch):
    pretended(tmp_path, monkeypatch, "exec sleep 600")
    with pytest.raises(BackupTrouble, match="did not answer in time"):
        restic.run(place, "key", "cat", "config", seconds=0)


@pytest.mark.parametrize(
    ("address", "repository"),
    [
        ("file:///mnt/two%20words", "/mnt/two words"),
        ("sftp://me@box.example/srv/copies", "sftp:me@box.example:/srv/copies"),
        ("sftp://box.example:2222/~/copies", "sftp:box.example:copies"),
        ("s3://127.0.0.1:9000/bucket", "s3:http://127.0.0.1:9000/bucket"),
        ("s3://k:s@s3.example.com/bucket/firm", "s3:https://s3.example.com/bucket/firm"),
    ],
)
def test_addresses_as_restic_writes_them(address, repository, tmp_path):
    assert copy_place.place(address, tmp_path).repository == repository


def test_the_key_is_shown_once(tmp_path):
    with folder_of_its_own() as data:
        first = run(data, "backup", "key")
        assert KEY.fullmatch(first.stdout.strip())
        assert "shown already" in refused(run(data, "backup", "key"))
        assert (data / "backup.key").stat().st_mode & 0o077 == 0


def test_a_restore_that_cannot_begin_says_why(tmp_path):
    with folder_of_its_own() as data:
        assert "--from" in refused(run(data, "restore"), 2)
        assert "BACKUP_TO" in refused(run(data, "backup", "copy"))
        assert "must look like" in refused(run(data, "restore", "--from", "ftp://x/y", given="k\n"), 2)
        assert "backup key" in refused(run(data, "restore", "--from", f"file://{tmp_path}"), 2)


def test_the_doctor_says_how_it_stands(server, tmp_path, monkeypatch):
    with folder_of_its_own() as data:
        done(data, "migrate")
        assert "set BACKUP_TO" in done(data, "doctor")
        told = run(data, "doctor", BACKUP_TO=f"file://{tmp_path}", PATH=str(tmp_path)).stdout
    assert "package restic" in told
