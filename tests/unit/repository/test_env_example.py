"""`.env.example` and the settings name the same variables, and its example values are ones that work."""

import re
from pathlib import Path

import pytest

from app import settings
from app.settings import Settings

EXAMPLE = Path(__file__).parents[3] / ".env.example"
SET = re.compile(r"^#?([A-Z][A-Z_]+)=(.*)$", re.MULTILINE)


def test_the_example_lists_every_variable_and_no_other():
    assert {name for name, _ in SET.findall(EXAMPLE.read_text())} == {name.upper() for name in Settings.model_fields}


def test_every_variable_has_a_comment_above_it():
    blocks = EXAMPLE.read_text().split("\n\n")[1:]
    assert all(block.startswith("# ") for block in blocks)


@pytest.mark.parametrize(("name", "value"), [pair for pair in SET.findall(EXAMPLE.read_text()) if pair[1]])
def test_every_example_value_is_accepted(name, value, monkeypatch, tmp_path):
    monkeypatch.chdir(tmp_path)
    for known in Settings.model_fields:
        monkeypatch.delenv(known.upper(), raising=False)
    # what stands under one comment belongs together
    [block] = [block for block in EXAMPLE.read_text().split("\n\n") if name in dict(SET.findall(block))]
    for known, given in SET.findall(block):
        monkeypatch.setenv(known, given)
    assert dict(SET.findall(block))[name] == value
    assert getattr(settings.load(), name.lower()) is not None
