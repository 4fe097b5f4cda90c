"""Words that were given up stand nowhere that people read: one word for one thing (docs/development/words.md)."""

import ast
import re

import pytest

from tests.support.source import ROOT

TABLE = ROOT / "docs/development/words.md"
ROW = re.compile(r"^\| (.+?) \| (.+?) \|$", re.MULTILINE)
GIVEN_UP = {old: new for new, old in ROW.findall(TABLE.read_text()) if old != "Not"}


def said():
    """What stands in quotes or between tags in what draws screens and mails, with the place."""
    for folder in ("app/pages", "app/web", "app/services"):
        for file in (ROOT / folder).rglob("*.py"):
            tree = ast.parse(file.read_text())
            documents = {id(one.body[0].value) for one in ast.walk(tree) if _is_documented(one)}
            for one in ast.walk(tree):
                if isinstance(one, ast.Constant) and isinstance(one.value, str) and id(one) not in documents:
                    yield f"{file.relative_to(ROOT)}:{one.lineno}", one.value
    for folder, kinds in (("app/pages", ("*.js", "*.html")), ("app/web", ("*.html",))):
        for kind in kinds:
            for file in (ROOT / folder).rglob(kind):
                for number, line in enumerate(file.read_text().splitlines(), 1):
                    code = re.sub(r"//.*|\{#.*?#\}", "", line)
                    for words in re.findall(r"""["'`>]([^"'`<>]+)["'`<]""", code):
                        yield f"{file.relative_to(ROOT)}:{number}", words
    for number, line in enumerate((ROOT / "docs/guide.md").read_text().splitlines(), 1):
        for words in re.findall(r"\*\*?([^*]+)\*\*?", line):
            yield f"docs/guide.md:{number}", words


def _is_documented(one):
    kinds = (ast.Module, ast.ClassDef, ast.FunctionDef, ast.AsyncFunctionDef)
    return isinstance(one, kinds) and one.body and isinstance(one.body[0], ast.Expr)


@pytest.mark.parametrize("old", GIVEN_UP)
def test_a_word_that_was_given_up_stands_on_no_screen(old, everything_said):
    words_of = re.compile(rf"(?<![\w/-]){re.escape(old)}" + (r"\b" if old[-1].isalnum() else ""), re.IGNORECASE)
    found = [where for where, words in everything_said if words_of.search(words) and _is_read(where, words, old)]
    assert not found, f"say {GIVEN_UP[old]!r} instead of {old!r} at {found}"


def _is_read(where, words, old):
    """A name in the code has no space, nor a capital letter; sentences of services are REST answers too, and may use the words."""
    return old in words or (not where.startswith("app/services") and (" " in words or words[:1].isupper()))


@pytest.fixture(scope="module")
def everything_said():
    found = list(said())
    assert len(found) > 3000
    return found
