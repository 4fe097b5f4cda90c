import pytest


@pytest.fixture(autouse=True)
def _empty(database):
    """Every integration test starts on empty tables."""
