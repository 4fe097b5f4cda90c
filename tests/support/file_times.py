"""`--file-times PATH` appends a line for each file of tests: how many seconds its tests and their set-up took, how many of
them a processor worked for them, and its name.

The first says what a file costs this run, and grows with whatever else the machine does. The second does not, so that
two runs can be compared: the process of the tests and what it started and has seen end; a database, a browser or a
product that lives on is not in it.
"""

import os
from collections import Counter
from pathlib import Path

import pytest


def pytest_addoption(parser):
    parser.addoption("--file-times", metavar="PATH", help="append how many seconds each file took to that file")


def pytest_configure(config):
    """Only the process that collects the reports writes; its workers, if it has any, report to it."""
    if path := config.getoption("--file-times"):
        config.pluginmanager.register(Processor())
        if not hasattr(config, "workerinput"):
            config.pluginmanager.register(FileTimes(Path(path)))


class Processor:
    """What a processor did since the report before, beside each report."""

    def pytest_runtestloop(self):
        self.before = worked()

    @pytest.hookimpl(hookwrapper=True)
    def pytest_runtest_makereport(self):
        report = (yield).get_result()
        now = worked()
        report.processor, self.before = now - self.before, now


def worked():
    """Seconds in which a processor worked for this process and for those that it started and has seen end."""
    return sum(os.times()[:4])


class FileTimes:
    def __init__(self, path):
        self.path, self.seconds, self.processor = path, Counter(), Counter()

    def pytest_runtest_logreport(self, report):
        file = report.nodeid.partition("::")[0]
        self.seconds[file] += report.duration
        # that a process of tests died is told by the one that waits for it
        self.processor[file] += getattr(report, "processor", 0.0)

    @pytest.hookimpl(trylast=True)
    def pytest_sessionfinish(self):
        with self.path.open("a") as file:
            file.writelines(
                f"{seconds:8.1f}  {self.processor[name]:8.1f}  {name}\n" for name, seconds in self.seconds.items()
            )
