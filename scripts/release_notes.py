"""What a release needs to know of words: which version comes after which, and the changelog's blocks.

The changelog has a block `## Unreleased` on top, then one block a version, `## 1.2.3 - 2027-01-31`.
"""

import re
from datetime import date

VERSION = re.compile(r"(0|[1-9]\d*)\.(0|[1-9]\d*)\.(0|[1-9]\d*)", re.ASCII)
IN_THE_MODULE = re.compile(r'^__version__ = "([^"]*)"$', re.MULTILINE)
UNRELEASED = re.compile(r"^## Unreleased\n(.*?)(?=^## |\Z)", re.MULTILINE | re.DOTALL)


class NotYet(Exception):
    """This cannot be released as it is; the message is one sentence that says why."""


def numbers(version: str) -> tuple[int, ...]:
    """Return a version as numbers that can be compared. Raises NotYet for one that is not three numbers."""
    if not VERSION.fullmatch(version):
        raise NotYet(
            f"A version is three numbers, as in 1.2.3, and {version or 'nothing'} is not: make release VERSION=1.2.3"
        )
    return tuple(int(part) for part in version.split("."))


def version_in(module: str) -> str:
    """Return the version that the text of app/__init__.py says."""
    found = IN_THE_MODULE.search(module)
    if not found:
        raise NotYet("app/__init__.py does not say __version__.")
    return found[1]


def with_version(module: str, version: str) -> str:
    """Return the text of app/__init__.py with a newer version. Raises NotYet when it is not newer."""
    before = version_in(module)
    if numbers(version) <= numbers(before):
        raise NotYet(f"{version} is not newer than {before}.")
    return IN_THE_MODULE.sub(f'__version__ = "{version}"', module)


def news(changelog: str) -> str:
    """Return what stands under Unreleased. Raises NotYet when there is no line of it."""
    found = UNRELEASED.search(changelog)
    if not found:
        raise NotYet("CHANGELOG.md has no block that begins with ## Unreleased.")
    if not re.search(r"^- \S", found[1], re.MULTILINE):
        raise NotYet("Nothing stands under Unreleased in CHANGELOG.md: say what changes for people first.")
    return found[1].strip()


def dated(changelog: str, version: str, day: date) -> str:
    """Return the changelog with its unreleased block under this version and day, and an empty one above."""
    words = news(changelog)
    if re.search(rf"^## {re.escape(version)} ", changelog, re.MULTILINE):
        raise NotYet(f"CHANGELOG.md has a block for {version} already.")
    block = f"## Unreleased\n\n## {version} - {day.isoformat()}\n\n{words}\n\n"
    return UNRELEASED.sub(lambda _: block, changelog, count=1).rstrip() + "\n"
