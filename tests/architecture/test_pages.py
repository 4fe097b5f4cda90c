"""What screens may not do: share a piece between people, poll, or paste data into what the browser runs."""

import ast
import re
from collections import Counter

import pytest

from app.pages.ui import theme
from tests.support.source import PAGES, PARTS, calls, functions, last_word, parsed, where


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
    """Binding from a value is looked at every 100 ms by NiceGUI; binding to one costs nothing."""
    polled = [
        where(path, call)
        for path in PAGES
        for call in calls(path)
        if last_word(call).startswith("bind_")
        and (last_word(call).endswith("_from") or last_word(call) == "bind_value")
    ]
    assert polled == []


def test_screens_write_through_a_tap():
    """Which is carried out once, whatever becomes of the finger's presses."""
    writing = [
        where(path, call)
        for path in PAGES
        for call in calls(path)
        if ast.unparse(call.func).endswith("db.transaction") and path.name != "tap.py"
    ]
    assert writing == []


@pytest.mark.parametrize("method", ["props", "style", "classes"])
def test_no_data_is_pasted_into_markup(method):
    """Text in `.props(f"...")` becomes code in the browser."""
    pasted = [
        where(path, call)
        for path in PAGES
        for call in calls(path)
        if last_word(call) == method and any(isinstance(arg, ast.JoinedStr | ast.BinOp) for arg in call.args)
    ]
    assert pasted == []


def test_no_data_becomes_script_or_raw_html():
    """Scripts are constants; raw HTML comes from the template of first_paint.py, and from theme.head()."""
    allowed = {
        "ui.add_head_html(theme.head(), shared=True)",
        "ui.add_body_html(first_paint.paint(frame, navigation.first_part(path), day))",
    }
    found = []
    for path in PAGES:
        for call in calls(path):
            name, keywords = last_word(call), {keyword.arg: keyword.value for keyword in call.keywords}
            if (
                (name == "run_javascript" and not isinstance(call.args[0], ast.Constant))
                or "sanitize" in keywords
                or ("html" in keywords and name == "notify")
                or not isinstance(keywords.get("js_handler", ast.Constant("")), ast.Constant)
            ):
                found.append(where(path, call))
            if name in {"add_head_html", "add_body_html", "html", "markdown"}:
                text = ast.unparse(call)
                if re.match(r"ui\.", text) and text not in allowed:
                    found.append(where(path, call))
    assert found == []


def test_parts_are_given_values_only():
    """No Session and no User reach the UI kit or a domain's parts."""
    assert len(PARTS) > 25
    reached = [
        where(path, arg)
        for path in PARTS
        for function in functions(path)
        for arg in function.args.args
        if arg.annotation and set(re.findall(r"\w+", ast.unparse(arg.annotation))) & {"Session", "User"}
    ]
    assert reached == []


def test_parts_import_no_screen():
    """Screens of other domains draw with them, so they know only the UI kit and the parts beside them."""
    known = [
        where(path, node)
        for path in PARTS
        for node in ast.walk(parsed(path))
        if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("app.pages.")
        if not re.fullmatch(r"app\.pages\.(ui|\w+\.parts)(\.\w+)?", node.module)
    ]
    assert known == []


def assigned(function):
    """The names of `self.name = ...` in a method."""
    return {
        node.attr
        for node in ast.walk(function)
        if isinstance(node, ast.Attribute) and isinstance(node.ctx, ast.Store) and ast.unparse(node.value) == "self"
    }


def test_a_screen_is_whole_from_its_start():
    """No method gives an object an attribute that `__init__` did not: it would be missing at a tap that comes earlier."""
    late = []
    for path in PAGES:
        for owner in ast.walk(parsed(path)):
            if not isinstance(owner, ast.ClassDef):
                continue
            methods = [node for node in owner.body if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)]
            known = {ast.unparse(node.target) for node in owner.body if isinstance(node, ast.AnnAssign)}
            known |= {
                name for method in methods if method.name in {"__init__", "__post_init__"} for name in assigned(method)
            }
            later = {name for method in methods for name in assigned(method)} - known
            late += [f"{where(path, owner)} {owner.name}.{name}" for name in sorted(later)]
    assert late == []


def test_a_class_means_one_thing():
    """Two parts with one class name would each get the other's look; states and sizes have selectors of their own."""
    lines = (theme.STATIC / "app.css").read_text().splitlines()
    described = [
        name
        for line in lines
        if not line.startswith(" ")  # inside @media
        for name in re.findall(r"(?:^|} )(\.pd-[\w-]+) {", line.partition("@media")[0])
    ]
    assert [name for name, times in Counter(described).items() if times > 1] == []
