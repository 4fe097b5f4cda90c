"""pip itself can install a lock file: with --require-hashes it wants an extra that somebody asks for to be pinned too."""

import re
from collections import defaultdict
from collections.abc import Iterator
from importlib import metadata
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

PROJECT = Path(__file__).parents[3]


def _pinned(lock: str) -> dict[str, set[str]]:
    """Each package of a lock file with the extras that it is pinned with."""
    pinned = defaultdict(set)
    for line in re.findall(r"^[A-Za-z0-9].*?==\S+", (PROJECT / lock).read_text(), re.MULTILINE):
        requirement = Requirement(line)
        pinned[canonicalize_name(requirement.name)] |= requirement.extras
    return pinned


def _asked_for(name: str, extras: set[str]) -> Iterator[Requirement]:
    """What an installed package wants with these extras on this machine; nothing when it is for another machine."""
    try:
        lines = metadata.requires(name) or []
    except metadata.PackageNotFoundError:
        return
    for requirement in map(Requirement, lines):
        marker = requirement.marker
        if marker is None or any(marker.evaluate({"extra": extra}) for extra in extras | {""}):
            yield requirement


@pytest.mark.parametrize("lock", ["requirements.lock", "requirements-dev.lock"])
def test_every_extra_that_a_package_asks_for_is_pinned_with_it(lock: str) -> None:
    pinned = _pinned(lock)
    wanted = [
        (name, requirement)
        for name, extras in pinned.items()
        for requirement in _asked_for(name, extras)
        if requirement.extras
    ]
    assert wanted
    lacking = [
        f"{name} wants {requirement}"
        for name, requirement in wanted
        if not requirement.extras <= pinned[canonicalize_name(requirement.name)]
    ]
    assert lacking == []
