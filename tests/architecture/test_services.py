"""Services cannot commit, and say who acts."""

import ast
import re

from tests.support.source import APP, FILES, SERVICES, calls, last_word, nodes, parsed, where

# rows, or ids out of them, that the caller was shown before: who may see them was asked then
SHOWN = {"contact", "contact_ids", "keep", "drop_id", "activity", "shown", "rows", "organisation_id", "scope", "batch"}


def test_only_db_commits():
    """`.commit(`, `.rollback(` and `Session(` stand in app/db.py alone."""
    found = [
        where(path, call)
        for path in FILES
        if path != APP / "db.py"
        for call in calls(path)
        if last_word(call) in {"commit", "rollback"} or (isinstance(call.func, ast.Name) and call.func.id == "Session")
    ]
    assert found == []


def public_functions(path):
    return [node for node in parsed(path).body if isinstance(node, ast.FunctionDef) and not node.name.startswith("_")]


def functions_where_nobody_acts(path):
    """`NOBODY_ACTS` at the top of a module: why (a stranger, the clock or the operator is at work), or {function: why}."""
    for node in parsed(path).body:
        if isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) == "NOBODY_ACTS":
            said = ast.literal_eval(node.value)
            reasons = said if isinstance(said, dict) else {verb.name: said for verb in public_functions(path)}
            assert all(reasons.values())
            assert set(reasons) <= {verb.name for verb in public_functions(path)}
            return set(reasons)
    return set()


def test_every_verb_says_who_acts():
    """A public service function that is given a session is given the person acting next.

    A pure rule takes no session. A function that looks at rows which somebody was already shown takes those rows. Where
    nobody acts, the module says why.
    """
    odd = [
        f"{where(path, verb)} {verb.name}"
        for path in SERVICES
        for verb in public_functions(path)
        if verb.name not in functions_where_nobody_acts(path)
        for first, second in [([argument.arg for argument in verb.args.args] + ["", ""])[:2]]
        if first == "session" and second not in {"who", *SHOWN}
    ]
    assert len(SERVICES) > 100
    assert odd == []


# where a role is not a question of who may do what
ROLES_BY_NAME = {
    "models/user.py": "the role itself",
    "services/policy.py": "the questions",
    "services/accounts/users.py": "the operator, the first user, and that one golden ticket stays",
    "services/accounts/sessions.py": "how long a session lasts",
    "sync/queue/company.py": "the practice company knows its admins",
    "pages/team/team_page.py": "the role is shown, and changed",
    "pages/team/invitations_part.py": "what each role is called",
    "demo": "the people of the demo",
}


def test_who_may_do_what_is_asked_of_the_policy_module_alone():
    """`is_golden` and `Role.GOLDEN_TICKET` stand in app/services/policy.py; everybody else names a question there."""
    asked = [
        where(path, node)
        for path in FILES
        if not str(path.relative_to(APP)).startswith(tuple(ROLES_BY_NAME))
        for node in nodes(path)
        if isinstance(node, ast.Attribute) and node.attr in {"is_golden", "GOLDEN_TICKET"}
    ]
    assert asked == []


def test_every_module_that_may_name_a_role_is_there():
    assert [name for name in ROLES_BY_NAME if not (APP / name).exists()] == []


def test_days_are_counted_by_the_calendar():
    """A day is from midnight to midnight where somebody is: 24 hours from now on, or ago, are another one."""
    counted = [
        where(path, node)
        for path in FILES
        for node in nodes(path)
        if isinstance(node, ast.BinOp) and isinstance(node.op, ast.FloorDiv) and "days=1" in ast.unparse(node.right)
    ]
    assert counted == []
    # and which day it is somewhere is asked at one place
    asked = [
        where(path, call)
        for path in FILES
        if path.name != "calendar_days.py"
        for call in calls(path)
        if re.fullmatch(r"now\(\)\.astimezone\(.+\)\.date\(\)", ast.unparse(call))
    ]
    assert asked == []
