"""The two sides of the Pipedrive border for a test: a fake with two users, and a client with Anna's key."""

from datetime import UTC, datetime, timedelta

import httpx
import pytest

from app.sync.api.pipedrive import Pipedrive, http_client
from tests.support.fake_pipedrive import FakePipedrive

KEY = "key-anna-0123456789abcdef"
A_MINUTE_AGO = timedelta(minutes=1)


@pytest.fixture
def fake():
    with FakePipedrive({KEY: "Anna", "key-bo": "Bo"}) as fake:
        yield fake
        assert fake.violations == []


@pytest.fixture
def http(fake):
    with http_client(fake.url) as http:
        yield http


@pytest.fixture
def pipedrive(http):
    return Pipedrive(http, KEY)


@pytest.fixture
def impatient(fake):
    """Gives up after a moment, so that a silent server costs a test no ten seconds; on a line of its own."""
    with http_client(fake.url) as http:
        http.timeout = httpx.Timeout(0.2)
        yield Pipedrive(http, KEY)


def since():
    return datetime.now(UTC) - A_MINUTE_AGO
