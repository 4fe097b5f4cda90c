"""Who may import whom."""

import ast
import subprocess
import sys
from pathlib import Path

from tests.support.source import API, PAGES, ROOT, nodes, where


def test_the_layers_hold():
    """import-linter's contracts in pyproject.toml; it keeps what it read of files that did not change."""
    tool = Path(sys.executable).parent / "lint-imports"
    ran = subprocess.run([tool], cwd=ROOT, capture_output=True, text=True, check=False)
    assert ran.returncode == 0, ran.stdout


def imports(path):
    return [node for node in nodes(path) if isinstance(node, ast.ImportFrom) and node.module]


def test_pages_and_api_speak_no_sql():
    spoken = [
        where(path, node)
        for path in [*PAGES, *API]
        for node in imports(path)
        if node.module.startswith("sqlalchemy")
        or (node.module == "sqlmodel" and "select" in {name.name for name in node.names})
    ]
    assert spoken == []


def test_no_file_of_tests_imports_another():
    """What several of them need stands in tests/support, and fixtures stand in a conftest.py."""
    files = [path for path in sorted((ROOT / "tests").rglob("*.py")) if "support" not in path.parts]
    assert len(files) > 100
    borrowed = [
        f"{where(path, node)} {node.module}"
        for path in files
        for node in imports(path)
        if node.level or (node.module.partition(".")[0] == "tests" and not node.module.startswith("tests.support"))
    ]
    assert borrowed == []
