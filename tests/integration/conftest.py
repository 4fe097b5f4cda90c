import pytest

from tests.support import route_table
from tests.support.database_reset import emptied, kept, put_back


@pytest.fixture(autouse=True)
def _empty(database):
    """Every integration test starts on empty tables."""


@pytest.fixture(scope="module")
def made(url):
    """The firm of the route table, and every row of it: putting them back takes a tenth of the time."""
    emptied(url)
    return route_table.firm(), kept(url)


@pytest.fixture
def still(made):
    """The firm of everybody who only reads or is refused."""
    return made[0]


@pytest.fixture
def fresh(made, url):
    """The firm as it was, whatever has been done to it."""
    put_back(url, made[1])
    return made[0]
