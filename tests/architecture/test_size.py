"""Modules, functions and folders stay small enough to be read, and each says what it is for."""

import ast
from collections import Counter

from tests.support.source import APP, FILES, ROOT, functions, parsed, where


def test_every_module_says_what_it_believes():
    silent = [str(path.relative_to(ROOT)) for path in FILES if not ast.get_docstring(parsed(path))]
    assert len(FILES) > 400
    assert silent == []


def test_every_package_says_in_one_sentence_what_it_holds():
    """A package of a domain holds its docstring and no code: what stands where is read from the folder."""
    packages = [path for layer in ("services", "pages", "sync", "web") for path in (APP / layer).rglob("__init__.py")]
    assert len(packages) > 40
    for path in packages:
        assert [type(node) for node in parsed(path).body] == [ast.Expr], path


def test_no_module_is_longer_than_250_lines():
    long = {str(path.relative_to(ROOT)): n for path in FILES if (n := len(path.read_text().splitlines())) > 250}
    assert long == {}


def test_no_function_is_longer_than_60_lines():
    long = [
        f"{where(path, function)} {function.name}"
        for path in FILES
        for function in functions(path)
        if function.end_lineno - function.lineno >= 60
    ]
    assert long == []


def test_no_folder_holds_more_than_25_modules():
    held = Counter(str(path.parent.relative_to(ROOT)) for path in FILES if path.name != "__init__.py")
    assert {folder: n for folder, n in held.items() if n > 25} == {}
