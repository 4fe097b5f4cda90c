"""The law of the house, read by a machine: what no reviewer should have to watch for."""

import ast
import importlib
import pkgutil
import re
import subprocess
import sys
from collections import Counter
from pathlib import Path

import pytest
from sqlalchemy import Enum as SQLEnum
from sqlalchemy.orm import configure_mappers
from sqlmodel import SQLModel

from app import errors
from app.errors import Refusal

ROOT = Path(__file__).parents[2]
APP = ROOT / "app"
FILES = sorted(APP.rglob("*.py"))
PAGES = sorted((APP / "pages").rglob("*.py"))
WIRES = sorted((APP / "api").rglob("*.py"))
PARTS = sorted([*(APP / "pages" / "ui").rglob("*.py"), *(APP / "pages").glob("**/parts/*.py")])
# rows, or ids out of them, that the caller was shown before: who may see them was asked then
SHOWN = {"contact", "shown", "rows", "organisation_id", "scope", "batch"}


def parsed(path):
    return ast.parse(path.read_text(), str(path))


def calls(path):
    return [node for node in ast.walk(parsed(path)) if isinstance(node, ast.Call)]


def named(call):
    """The last word of what is called: `ui.button(...)` is `button`."""
    return call.func.attr if isinstance(call.func, ast.Attribute) else getattr(call.func, "id", "")


def where(path, node):
    return f"{path.relative_to(ROOT)}:{node.lineno}"


def test_every_module_says_what_it_believes():
    silent = [str(path.relative_to(ROOT)) for path in FILES if not ast.get_docstring(parsed(path))]
    assert silent == []


def test_no_module_is_longer_than_250_lines():
    long = {str(path.relative_to(ROOT)): n for path in FILES if (n := len(path.read_text().splitlines())) > 250}
    assert long == {}


def test_no_folder_holds_more_than_25_modules():
    held = Counter(str(path.parent.relative_to(ROOT)) for path in FILES if path.name != "__init__.py")
    assert {folder: n for folder, n in held.items() if n > 25} == {}


def test_every_package_says_in_one_sentence_what_it_holds():
    """A package of a domain holds its docstring and no code: what stands where is read from the folder."""
    packages = [path for layer in ("services", "pages", "sync", "web") for path in (APP / layer).rglob("__init__.py")]
    assert len(packages) > 40
    for path in packages:
        assert [type(node) for node in parsed(path).body] == [ast.Expr], path


def test_no_function_is_longer_than_60_lines():
    long = [
        f"{where(path, node)} {node.name}"
        for path in FILES
        for node in ast.walk(parsed(path))
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and node.end_lineno - node.lineno >= 60
    ]
    assert long == []


def test_only_db_commits():
    """House law: `.commit(`, `.rollback(` and `Session(` stand in app/db.py alone."""
    found = [
        where(path, call)
        for path in FILES
        if path != APP / "db.py"
        for call in calls(path)
        if named(call) in {"commit", "rollback"} or (isinstance(call.func, ast.Name) and call.func.id == "Session")
    ]
    assert found == []


def test_doors_to_people_and_machines_speak_no_sql():
    spoken = [
        where(path, node)
        for path in [*PAGES, *WIRES]
        for node in ast.walk(parsed(path))
        if (isinstance(node, ast.ImportFrom) and (node.module or "").startswith("sqlalchemy"))
        or (isinstance(node, ast.ImportFrom) and node.module == "sqlmodel" and "select" in {a.name for a in node.names})
    ]
    assert spoken == []


def test_refreshables_are_nested():
    """A module-level one would show one person's bank on another's screen."""
    top = [
        where(path, node)
        for path in PAGES
        for node in parsed(path).body
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
        for mark in node.decorator_list
        if "refreshable" in ast.unparse(mark)
    ]
    assert top == []


def test_nothing_polls():
    polled = [
        where(path, call)
        for path in PAGES
        for call in calls(path)
        if named(call).startswith("bind_") and (named(call).endswith("_from") or named(call) == "bind_value")
    ]
    assert polled == []


@pytest.mark.parametrize("method", ["props", "style", "classes"])
def test_no_data_is_pasted_into_markup(method):
    """IN-04: text in `.props(f"...")` becomes code in the browser."""
    pasted = [
        where(path, call)
        for path in PAGES
        for call in calls(path)
        if named(call) == method
        and any(isinstance(part, ast.JoinedStr | ast.BinOp) for part in ast.walk(call))
        and any(isinstance(arg, ast.JoinedStr | ast.BinOp) for arg in call.args)
    ]
    assert pasted == []


def test_no_data_becomes_script_or_raw_html():
    """IN-04: scripts are constants; raw HTML is made in app/pages/shell/first_paint.py, which escapes, and in theme.head()."""
    allowed = {"ui.add_head_html(theme.head(), shared=True)", "ui.add_body_html(first_paint.paint(picks))"}
    found = []
    for path in PAGES:
        for call in calls(path):
            text = ast.unparse(call)
            if named(call) == "run_javascript" and not isinstance(call.args[0], ast.Constant):
                found.append(where(path, call))
            if re.match(r"ui\.add_(head|body)_html|ui\.html\(|ui\.markdown\(", text) and text not in allowed:
                found.append(where(path, call))
            if any(k.arg == "sanitize" or (k.arg == "html" and named(call) == "notify") for k in call.keywords):
                found.append(where(path, call))
            if any(k.arg == "js_handler" and not isinstance(k.value, ast.Constant) for k in call.keywords):
                found.append(where(path, call))
    assert found == []


def test_parts_are_given_values_only():
    """No Session and no User reach the UI kit or a domain's parts."""
    assert len(PARTS) > 25
    reached = [
        where(path, arg)
        for path in PARTS
        for node in ast.walk(parsed(path))
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
        for arg in node.args.args
        if arg.annotation and set(re.findall(r"\w+", ast.unparse(arg.annotation))) & {"Session", "User"}
    ]
    assert reached == []


def public_functions(path):
    return [node for node in parsed(path).body if isinstance(node, ast.FunctionDef) and not node.name.startswith("_")]


def says_that_nobody_acts(path):
    """`NOBODY_ACTS = "why"` at the top of a module: a stranger, the clock or the operator is at work there."""
    return any(
        isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) == "NOBODY_ACTS" and node.value.value
        for node in parsed(path).body
    )


def test_every_verb_says_who_acts():
    """A public service function that is given a session is given the person acting next.

    A pure rule takes no session. A function that looks at rows which somebody was already shown takes those rows. A
    module in which nobody acts says why.
    """
    odd = [
        f"{where(path, verb)} {verb.name}"
        for path in sorted((APP / "services").rglob("*.py"))
        if not says_that_nobody_acts(path)
        for verb in public_functions(path)
        for first, second in [([argument.arg for argument in verb.args.args] + ["", ""])[:2]]
        if first == "session" and second not in {"who", *SHOWN}
    ]
    assert odd == []


def test_relationships_never_load_by_surprise():
    configure_mappers()
    lazy = [
        str(relation)
        for mapper in SQLModel._sa_registry.mappers
        for relation in mapper.relationships
        if relation.lazy != "raise"
    ]
    assert lazy == []


def test_enums_are_text_with_a_check():
    native = [
        str(column)
        for table in SQLModel.metadata.sorted_tables
        for column in table.columns
        if isinstance(column.type, SQLEnum) and (column.type.native_enum or not column.type.create_constraint)
    ]
    assert native == []


def refusals(kind=Refusal):
    return [kind, *(deeper for child in kind.__subclasses__() for deeper in refusals(child))]


def test_every_refusal_is_a_sentence_with_a_4xx():
    for module in pkgutil.walk_packages([str(APP)], "app."):
        if not module.name.startswith(("app.pages", "app.__main__")):
            importlib.import_module(module.name)
    assert len(refusals()) > 8
    for kind in refusals():
        assert 400 <= kind.status < 500, kind
        assert kind.sentence.endswith("."), kind


def test_sentences_where_refusals_are_raised_end_with_a_full_stop():
    kinds = {kind.__name__ for kind in refusals()} | set(dir(errors))
    unfinished = [
        where(path, call)
        for path in FILES
        for call in calls(path)
        if named(call) in kinds
        and call.args
        and isinstance(call.args[0], ast.Constant)
        and isinstance(call.args[0].value, str)
        and not call.args[0].value.endswith((".", "?"))
    ]
    assert unfinished == []


def test_the_layers_hold():
    """import-linter's contracts: who may import whom."""
    tool = Path(sys.executable).parent / "lint-imports"
    ran = subprocess.run([tool, "--no-cache"], cwd=ROOT, capture_output=True, text=True, check=False)
    assert ran.returncode == 0, ran.stdout


def test_a_start_waits_for_no_library_that_it_may_never_need():
    """They take a fifth of a start: spreadsheets, paper, migrations."""
    look = "import sys, app.main; print(*{'openpyxl', 'reportlab', 'alembic'} & {*sys.modules})"
    seen = subprocess.run([sys.executable, "-c", look], cwd=ROOT, capture_output=True, text=True, check=True)
    assert seen.stdout.split() == []
