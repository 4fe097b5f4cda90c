"""Whoever types `make help`, or reads README.md, finds every target."""

import re
import subprocess
from pathlib import Path

PROJECT = Path(__file__).parents[3]
MAKEFILE = (PROJECT / "Makefile").read_text()


def _targets() -> set[str]:
    return set(re.search(r"^\.PHONY: (.+)$", MAKEFILE, re.MULTILINE)[1].split())


def test_help_has_a_line_for_every_target() -> None:
    said = subprocess.run(["make", "-s", "help"], cwd=PROJECT, capture_output=True, text=True, check=True).stdout
    lines = dict(re.findall(r"^make (\S+) +(\S.*)$", said, re.MULTILINE))
    assert set(lines) == _targets() == set(re.findall(r"^([a-z-]+):", MAKEFILE, re.MULTILINE))


def test_the_readme_names_every_target_and_no_other() -> None:
    named = set(re.findall(r"\bmake ([a-z-]+)\b(?=[^\n]*`)", (PROJECT / "README.md").read_text()))
    assert named | {"help"} == _targets()
