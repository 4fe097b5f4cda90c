"""The project's own source, read as trees: each file is parsed once for all rules."""

import ast
from functools import cache
from pathlib import Path

ROOT = Path(__file__).parents[2]
APP = ROOT / "app"
FILES = sorted(APP.rglob("*.py"))
PAGES = sorted((APP / "pages").rglob("*.py"))
API = sorted((APP / "api").rglob("*.py"))
SERVICES = sorted((APP / "services").rglob("*.py"))
PARTS = sorted([*(APP / "pages" / "ui").rglob("*.py"), *(APP / "pages").glob("**/parts/*.py")])


@cache
def parsed(path):
    return ast.parse(path.read_text(), str(path))


@cache
def nodes(path):
    """What `ast.walk` finds, in a third of its time."""
    found = [parsed(path)]
    for node in found:
        for value in vars(node).values():
            if isinstance(value, ast.AST):
                found.append(value)
            elif isinstance(value, list):
                found += [one for one in value if isinstance(one, ast.AST)]
    return found


@cache
def calls(path):
    return [node for node in nodes(path) if isinstance(node, ast.Call)]


@cache
def functions(path):
    return [node for node in nodes(path) if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)]


def last_word(call):
    """The last word of what is called: `ui.button(...)` is `button`."""
    return call.func.attr if isinstance(call.func, ast.Attribute) else getattr(call.func, "id", "")


def where(path, node):
    return f"{path.relative_to(ROOT)}:{node.lineno}"
