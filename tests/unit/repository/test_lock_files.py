"""The lock files name every dependency once, with the hashes of its files and without a place to fetch it from."""

import re
import tomllib
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

PROJECT = Path(__file__).parents[3]
RUNTIME, DEV = "requirements.lock", "requirements-dev.lock"


def _locked(name: str) -> dict[str, tuple[Requirement, list[str]]]:
    """Read a lock file: each package's requirement and hashes, by its normal name."""
    found = {}
    for entry in re.split(r"(?<!\\)\n", (PROJECT / name).read_text()):
        words = [part.strip() for part in entry.split("\\\n")]
        if words[0] and not words[0].startswith("#"):
            requirement = Requirement(words[0])
            found[f"{canonicalize_name(requirement.name)};{requirement.marker}"] = (requirement, words[1:])
    return found


def _wanted(name: str) -> list[Requirement]:
    project = tomllib.loads((PROJECT / "pyproject.toml").read_text())["project"]
    dev = project["optional-dependencies"]["dev"] if name == DEV else []
    return [Requirement(line) for line in project["dependencies"] + dev]


@pytest.mark.parametrize("name", [RUNTIME, DEV])
def test_every_requirement_is_pinned_with_hashes(name: str) -> None:
    locked = _locked(name)
    assert len(locked) > 40
    for requirement, hashes in locked.values():
        assert re.fullmatch(r"==[^*,]+", str(requirement.specifier)), requirement
        assert hashes, requirement
        assert all(re.fullmatch(r"--hash=sha256:[0-9a-f]{64}", line) for line in hashes), requirement


@pytest.mark.parametrize("name", [RUNTIME, DEV])
def test_a_lock_file_names_no_place_to_fetch_from(name: str) -> None:
    text = (PROJECT / name).read_text()
    assert "://" not in text
    assert not re.search(r"index-url|find-links|trusted-host| @ ", text)


@pytest.mark.parametrize("name", [RUNTIME, DEV])
def test_every_dependency_of_the_project_is_locked_at_a_version_it_allows(name: str) -> None:
    pins: dict[str, list[str]] = {}
    for requirement, _ in _locked(name).values():
        pins.setdefault(canonicalize_name(requirement.name), []).extend(s.version for s in requirement.specifier)
    for wanted in _wanted(name):
        versions = pins.get(canonicalize_name(wanted.name), [])
        assert versions, wanted
        assert all(wanted.specifier.contains(version, prereleases=True) for version in versions), wanted


def test_the_development_lock_holds_everything_that_the_runtimes_holds() -> None:
    def pins(name: str) -> set[str]:
        return {str(requirement) for requirement, _ in _locked(name).values()}

    assert pins(RUNTIME) <= pins(DEV)
