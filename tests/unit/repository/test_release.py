"""A release is refused before anything is built when its number or its changelog is not right."""

import re
from datetime import date
from pathlib import Path

import pytest

from scripts.release_notes import UNRELEASED, NotYet, dated, news, numbers, version_in, with_version

PROJECT = Path(__file__).parents[3]
MODULE = '"""The product."""\n\n__version__ = "0.9.2"\n'
CHANGELOG = """# Changes

Newest first.

## Unreleased

### Added

- A thing with a \\1 in its name.

## 0.9.2 - 2026-01-02

### Fixed

- Another.
"""


@pytest.mark.parametrize("version", ["0.9.3", "0.10.0", "1.0.0", "0.9.10"])
def test_a_newer_version_is_set_in_the_one_place(version):
    after = with_version(MODULE, version)
    assert version_in(after) == version
    assert after.replace(version, "0.9.2") == MODULE


@pytest.mark.parametrize("version", ["0.9.2", "0.9.1", "0.8.99", "0.0.100"])
def test_a_version_that_is_not_newer_is_refused(version):
    with pytest.raises(NotYet, match=f"{version} is not newer than 0.9.2"):
        with_version(MODULE, version)


@pytest.mark.parametrize(
    "version", ["", "1", "1.0", "1.0.0.0", "v1.0.0", "1.0.0rc1", "01.0.0", "1.0.0 ", "1.0.-1", "1.1٢.0"]
)
def test_a_version_is_three_numbers(version):
    with pytest.raises(NotYet, match="three numbers"):
        numbers(version)


def test_the_unreleased_block_gets_version_and_day_and_an_empty_one_stands_above():
    after = dated(CHANGELOG, "1.0.0", date(2026, 2, 3))
    assert (
        "## Unreleased\n\n## 1.0.0 - 2026-02-03\n\n### Added\n\n- A thing with a \\1 in its name.\n\n## 0.9.2 -"
        in after
    )
    assert after.startswith("# Changes\n\nNewest first.\n")
    assert after.endswith("- Another.\n")
    with pytest.raises(NotYet, match="Nothing stands under Unreleased"):
        news(after)


def test_the_first_version_has_no_block_below():
    changelog = CHANGELOG.partition("## 0.9.2")[0]
    assert dated(changelog, "1.0.0", date(2026, 2, 3)).endswith("- A thing with a \\1 in its name.\n")


@pytest.mark.parametrize("empty", ["", "\n", "\n### Added\n", "\n### Added\n\n-\n", "\nSoon.\n"])
def test_a_changelog_without_a_line_of_news_is_refused(empty):
    changelog = f"# Changes\n\n## Unreleased\n{empty}\n## 0.9.2 - 2026-01-02\n\n- Another.\n"
    with pytest.raises(NotYet, match="Nothing stands under Unreleased"):
        dated(changelog, "1.0.0", date(2026, 2, 3))


def test_a_changelog_without_the_block_is_refused():
    with pytest.raises(NotYet, match="has no block"):
        news(CHANGELOG.replace("Unreleased", "Soon"))


def test_a_version_that_the_changelog_has_already_is_refused():
    with pytest.raises(NotYet, match=r"a block for 0\.9\.2 already"):
        dated(CHANGELOG, "0.9.2", date(2026, 2, 3))


def test_our_own_files_have_the_form_that_a_release_looks_for():
    version = version_in((PROJECT / "app" / "__init__.py").read_text())
    changelog = (PROJECT / "CHANGELOG.md").read_text()
    assert UNRELEASED.search(changelog)
    heads = re.findall(r"^## (.+)$", changelog, re.MULTILINE)
    assert heads[0] == "Unreleased"
    assert re.fullmatch(rf"{re.escape(version)} - \d{{4}}-\d\d-\d\d", heads[1])
