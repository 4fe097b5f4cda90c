"""A backup a night by itself, proved, thinned out, and its trouble told where the admin looks."""

import json
from datetime import UTC, datetime, timedelta

import httpx
import psycopg
import pytest
from hypothesis import given
from hypothesis import strategies as st

from app import backups, db
from app.backups import nightly
from app.errors import Forbidden
from app.models import Role, now
from app.postgres import Server, open_server
from app.services.base import backup_ages
from app.services.operations import backup_status
from tests.support import world
from tests.support.app_process import served

NIGHT = datetime(2026, 11, 20, 2, tzinfo=UTC)
MOMENTS = st.lists(
    st.integers(0, 700 * 24).map(lambda hours: datetime(2025, 1, 1, tzinfo=UTC) + timedelta(hours=hours)), max_size=80
)


@pytest.fixture
def server(database, data_dir):
    with open_server(data_dir, None) as held:
        yield held


@pytest.fixture
def folder(tmp_path):
    return tmp_path


def known():
    with db.reading() as session:
        return backup_status.of_backups(session)


def test_a_backup_is_made_once_a_night_and_proved(server, folder):
    world.contact(world.person("Ada"), "Kari Nordmann")
    assert nightly.round_(server, folder)
    assert not nightly.round_(server, folder)
    [file] = (folder / "backups").glob("*.zip")
    assert backups.verify(server, file).counts["contacts"] == 1
    kept = known()
    assert (kept.proved, kept.trouble, kept.is_fine) == (True, None, True)
    assert kept.age < timedelta(minutes=1)


def test_while_another_process_makes_it_this_one_does_not(server, folder):
    with psycopg.connect(server.url, autocommit=True) as other:
        other.execute("select pg_advisory_lock(%s)", [nightly.TURN])
        assert not nightly.round_(server, folder)
    assert nightly.round_(server, folder)


def test_trouble_is_kept_in_words_and_the_last_good_one_is_not_forgotten(server, folder):
    with db.transaction() as session:
        backup_status.backed_up(session, made_at=(now() - timedelta(hours=3)).isoformat(), proved="x.zip")
    (folder / "backups").write_text("in the way")
    assert not nightly.round_(server, folder)
    kept = known()
    assert kept.trouble.endswith(".")
    assert not kept.is_fine
    assert timedelta(hours=2) < kept.age < timedelta(hours=4)


def test_a_backup_that_cannot_be_proved_says_so_and_lets_no_older_one_go(server, folder):
    older = folder / "backups"
    older.mkdir()
    for day in range(1, 13):
        (older / f"pipedriven-202501{day:02}T020000Z.zip").touch()
    assert nightly.round_(without_restoring(server, folder / "bin"), folder)
    kept = known()
    assert (kept.proved, kept.is_fine, kept.age < timedelta(minutes=5)) == (False, False, True)
    assert kept.trouble.endswith(".")
    assert len(nightly.made(folder)) == 13
    max(nightly.made(folder).values()).unlink()
    assert nightly.round_(server, folder)
    # seven days with one, and of the weeks before that the newest of one
    left = sorted(f"{moment:%d.%m.}" for moment in nightly.made(folder) if moment.year == 2025)
    assert left == ["05.01.", "07.01.", "08.01.", "09.01.", "10.01.", "11.01.", "12.01."]


def without_restoring(server, programs):
    """The same server, on a machine whose pg_restore does not work."""
    programs.mkdir()
    for name in ("pg_dump", "psql"):
        (programs / name).write_text(f'#!/bin/sh\nexec {server.bin_dir}/{name} "$@"\n')
    (programs / "pg_restore").write_text("#!/bin/sh\nexit 1\n")
    for program in programs.iterdir():
        program.chmod(0o755)
    return Server(server.url, programs, lambda: None)


def test_only_a_golden_ticket_sees_it(database):
    ada, gwen = world.person("Ada"), world.person("Gwen", role=Role.GOLDEN_TICKET)
    with db.reading() as session:
        assert backup_status.seen(session, gwen) is None
        with pytest.raises(Forbidden):
            backup_status.seen(session, ada)


@pytest.mark.parametrize(
    ("last", "moment", "expected"),
    [
        (None, NIGHT, True),
        (NIGHT - timedelta(hours=24), NIGHT, True),
        (NIGHT - timedelta(hours=24), NIGHT - timedelta(minutes=1), False),
        (NIGHT + timedelta(minutes=1), NIGHT + timedelta(hours=23), False),
        # made by hand in the evening: the night still has its own
        (NIGHT - timedelta(hours=5), NIGHT + timedelta(minutes=10), True),
        (NIGHT - timedelta(days=9), NIGHT + timedelta(hours=12), True),
    ],
)
def test_when_one_is_due(last, moment, expected):
    assert nightly.due([last] if last else [], moment) is expected


@given(MOMENTS)
def test_of_the_old_ones_the_newest_of_each_period_stay(moments):
    kept = backup_ages.worth_keeping(moments)
    assert kept <= set(moments)
    assert len(kept) <= backup_ages.DAYS + backup_ages.WEEKS + backup_ages.MONTHS
    days = sorted({moment.date() for moment in moments}, reverse=True)[: backup_ages.DAYS]
    for day in days:
        assert max(moment for moment in moments if moment.date() == day) in kept
    months = sorted({(moment.year, moment.month) for moment in moments}, reverse=True)[: backup_ages.MONTHS]
    assert {(moment.year, moment.month) for moment in kept} >= set(months)


def test_an_old_backup_is_a_warning_and_no_reason_to_send_people_away(data_dir, database):
    """Readiness tells it; the numbers for Prometheus too."""
    with open_server(data_dir, None):
        with db.transaction() as session:
            backup_status.backed_up(session, made_at=(now() - timedelta(hours=30)).isoformat(), proved="x.zip")
            backup_status.copies_go_to(session, "file:///mnt/copies")
            backup_status.copied(session, file="x.zip", copied_at=(now() - timedelta(hours=31)).isoformat())
        with served(data_dir) as site:
            answer = httpx.get(f"{site.address}/readyz")
            numbers = httpx.get(f"{site.address}/metrics").text
    assert answer.status_code == 200
    assert json.loads(answer.text)["warnings"] == ["backup", "copy"]
    assert answer.json()["checks"]["backup"] is False
    assert answer.json()["backup_age_seconds"] == pytest.approx(30 * 3600, abs=60)
    assert answer.json()["copy_age_seconds"] == pytest.approx(31 * 3600, abs=60)
    measured = dict(line.rsplit(" ", 1) for line in numbers.splitlines() if not line.startswith("#"))
    assert float(measured["pipedriven_backup_age_seconds"]) == pytest.approx(30 * 3600, abs=60)
    assert float(measured["pipedriven_backup_copy_age_seconds"]) == pytest.approx(31 * 3600, abs=60)
    assert float(measured['pipedriven_syncs{status="PENDING"}']) == 0
    assert float(measured['pipedriven_requests_total{method="GET",status="200"}']) >= 1
    assert "pipedriven_slow_queries_total" in measured
