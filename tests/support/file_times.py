"""`--file-times PATH` appends a line for each file of tests: how many seconds its tests and their set-up took, and its name."""

from collections import Counter
from pathlib import Path

import pytest


def pytest_addoption(parser):
    parser.addoption("--file-times", metavar="PATH", help="append how many seconds each file took to that file")


def pytest_configure(config):
    """Only the process that collects the reports writes; its workers, if it has any, report to it."""
    if (path := config.getoption("--file-times")) and not hasattr(config, "workerinput"):
        config.pluginmanager.register(FileTimes(Path(path)))


class FileTimes:
    def __init__(self, path):
        self.path, self.seconds = path, Counter()

    def pytest_runtest_logreport(self, report):
        self.seconds[report.nodeid.partition("::")[0]] += report.duration

    @pytest.hookimpl(trylast=True)
    def pytest_sessionfinish(self):
        with self.path.open("a") as file:
            file.writelines(f"{seconds:8.1f}  {name}\n" for name, seconds in self.seconds.items())
