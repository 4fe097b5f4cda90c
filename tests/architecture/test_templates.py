"""HTML that is not NiceGUI's stands in templates."""

import ast
import re
import tomllib

from app import templates
from tests.support.source import APP, FILES, ROOT, nodes

TAG = re.compile(
    r"(?<!\?P)</?(a|article|b|body|br|button|code|dd|div|dl|dt|form|h[1-6]|head|html|i|img|input|label|li|link|main|meta|nav"
    r"|ol|option|p|script|section|select|small|span|style|svg|table|tbody|td|th|thead|title|tr|ul|circle|path|rect|text)[ />]"
)
MARKUP_IN_PYTHON = {
    "pages/ui/theme.py": "the head of every screen: addresses of our own files, nothing that a person typed",
    "practice/page.py": "the practice Pipedrive stands on nothing of ours, the set-up of Jinja2 included",
    "sync/api/payloads.py": "two tags around the paragraphs of a note for Pipedrive",
    "web/html/svg_charts.py": "drawings: most of it is geometry",
    "web/middleware/security_headers.py": "writes a nonce into pages that are made already",
    "web/nicegui_adapter/asset_slimming.py": "replaces a part of NiceGUI's own script",
    "web/nicegui_adapter/page_order.py": "reorders pages that are made already",
}


def docstrings(path):
    documented = ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef
    return {ast.get_docstring(node, clean=False) for node in nodes(path) if isinstance(node, documented)}


def texts(path):
    """Every string and every bytes literal but docstrings, those inside of f-strings included."""
    found = [node.value for node in nodes(path) if isinstance(node, ast.Constant)]
    found = [value.decode("latin-1") if isinstance(value, bytes) else value for value in found]
    said = docstrings(path)
    return [value for value in found if isinstance(value, str) and value not in said]


def test_html_stands_in_templates():
    """A template escapes whatever is put into it; a Python string does not."""
    pasted = {str(path.relative_to(APP)) for path in FILES if any(TAG.search(text) for text in texts(path))}
    assert pasted == set(MARKUP_IN_PYTHON)


def test_every_template_can_be_read_and_comes_with_the_wheel():
    packed = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["setuptools"]["package-data"]["app"]
    assert "**/*.html" in packed
    files = list(APP.rglob("*.html"))
    assert len(files) > 15
    for path in files:
        templates.beside(str(path)).get_template(path.name)
