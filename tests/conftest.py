"""A real PostgreSQL for every test that asks for one, emptied between tests by plain DELETEs."""

import os
import re
import tempfile
from pathlib import Path

import psycopg
import pytest
from hypothesis import HealthCheck, settings

from app import db, migrate
from app.postgres import open_server

pytest_plugins = ["world"]

# a busy machine makes examples slowly, and that is no fault of theirs
settings.register_profile("busy", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("busy")

ADDRESS = re.compile(r"0x[0-9a-f]{6,}")


def pytest_collection_modifyitems(items):
    """Two processes share the tests by their names, so that no name may differ from one process to the next."""
    if odd := [item.nodeid for item in items if ADDRESS.search(item.nodeid)]:
        raise pytest.UsageError(f"These tests are named by where something lies in memory: {', '.join(odd[:3])}")


@pytest.fixture(scope="session")
def data_dir():
    """A folder that a server without root's rights can reach too."""
    base = Path("/dev/shm") if os.access("/dev/shm", os.W_OK) else None
    with tempfile.TemporaryDirectory(prefix="pdn-", dir=base, ignore_cleanup_errors=True) as folder:
        Path(folder).chmod(0o711)
        yield Path(folder)


@pytest.fixture(scope="session")
def url(data_dir):
    """The address of a migrated database of this test process."""
    with open_server(data_dir, None) as server:
        migrate.upgrade(server.url)
        db.connect(server.url)
        yield server.url
        db.engine.dispose()


@pytest.fixture
def database(url):
    """Nothing of an earlier test is there; commits, signals and locks are real."""
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute("set client_min_messages = warning")
        tables = "".join(f"delete from {name};" for name in TABLES)
        connection.execute("begin; set constraints all deferred;" + tables + "commit")
    return url


# children before parents
TABLES = [
    "reply_links",
    "mails",
    "notices",
    "notice_choices",
    "calendar_feeds",
    "sync_notes",
    "sync_spending",
    "sync_receipts",
    "sync_conflicts",
    "pipedrive_links",
    "pipedrive_syncs",
    "sync_lanes",
    "sync_accounts",
    "introductions",
    "report_links",
    "saved_reports",
    "owed_answers",
    "bank_deeds",
    "owner_changes",
    "saved_views",
    "mail_templates",
    "tombstones",
    "warmness_changes",
    "campaign_moves",
    "activities",
    "campaign_contacts",
    "campaign_users",
    "campaigns",
    "contacts",
    "organisations",
    "imports",
    "idempotency_keys",
    "api_tokens",
    "user_sessions",
    "one_time_links",
    "second_factors",
    "identities",
    "failed_sign_ins",
    "audit_events",
    "settings",
    "users",
]
