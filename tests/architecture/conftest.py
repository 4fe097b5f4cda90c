"""The rules read the same source: one process parses it for all of them, where `--dist loadgroup` shares the tests out."""

from pathlib import Path

import pytest


def pytest_collection_modifyitems(items):
    for item in items:
        if item.path.parent == Path(__file__).parent:
            item.add_marker(pytest.mark.xdist_group("source"))
