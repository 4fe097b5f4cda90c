"""Every place that proves a password or a code counts before it looks, exactly, and holds no connection meanwhile."""

import ast
from concurrent.futures import ThreadPoolExecutor

import pytest
from sqlmodel import func, select

from app import db, proofs
from app.errors import Invalid, TooManyTries, WrongPassword
from app.models import FailedSignIn, PersonDraft, Role, User
from app.services.accounts import login_throttle, password_proofs, passwords, users
from app.services.accounts.login_throttle import MOST_PER_ADDRESS, PER_ACCOUNT, PER_ADDRESS
from tests.support.api_client import DOCUMENT, ask
from tests.support.source import ROOT

PASSWORD = "seven quiet otters"
OFFICE, ELSEWHERE = "198.51.100.7", "203.0.113.9"


def account(name):
    with db.transaction() as session:
        return users.add(session, PersonDraft(email=f"{name}@firm.example", name=name), Role.CONSULTANT, PASSWORD)


@pytest.fixture
def anna(database):
    return account("anna")


@pytest.fixture
def bert(database):
    return account("bert")


def typed(email, password, address=ELSEWHERE):
    """What comes of an attempt: a person, or the kind of refusal."""
    try:
        begun, proof = proofs.attempt(email, password, address)
    except TooManyTries:
        return TooManyTries
    with db.transaction() as session:
        came = password_proofs.settle_sign_in(session, begun, proof)
    return came.email if isinstance(came, User) else type(came)


def failures():
    with db.reading() as session:
        return session.exec(select(func.count()).select_from(FailedSignIn)).one()


SPELLINGS = ["anna@ｆirm.example", "ANNA@Firm.Example", " anna@firm。example ", "anna@ⓕirm.example", "anna@ﬁrm.example"]


@pytest.mark.parametrize("spelling", SPELLINGS)
def test_every_spelling_of_an_address_is_one_account(anna, spelling):
    assert typed(spelling, PASSWORD) == anna.email
    for number in range(PER_ACCOUNT):
        assert typed(anna.email if number % 2 else spelling, "wrong", f"203.0.113.{number}") is WrongPassword
    assert typed(spelling, PASSWORD) is TooManyTries
    assert typed(anna.email, PASSWORD) is TooManyTries


def test_wrong_passwords_of_an_office_keep_no_right_one_out(anna, bert):
    for number in range(PER_ADDRESS):
        assert typed(f"nobody{number}@firm.example", "wrong", OFFICE) is WrongPassword
    assert typed("somebody@firm.example", "wrong", OFFICE) is TooManyTries
    assert typed(bert.email, PASSWORD, OFFICE) == bert.email
    assert typed(anna.email, PASSWORD, OFFICE) == anna.email


def test_an_address_that_guesses_far_too_much_is_not_looked_at_any_more(bert, monkeypatch):
    with db.transaction() as session:
        session.add_all(FailedSignIn(account=str(n), address=OFFICE) for n in range(MOST_PER_ADDRESS))
    monkeypatch.setattr(passwords.scheme, "verify", None)
    assert typed(bert.email, PASSWORD, OFFICE) is TooManyTries
    assert failures() == MOST_PER_ADDRESS


def test_the_limit_is_exact_however_many_try_at_once(anna):
    with ThreadPoolExecutor(8) as threads:
        came = list(threads.map(lambda n: typed(anna.email, "wrong", f"203.0.113.{n}"), range(24)))
    assert (came.count(WrongPassword), came.count(TooManyTries)) == (PER_ACCOUNT, 24 - PER_ACCOUNT)


def test_codes_and_own_passwords_are_counted_exactly_too(anna):
    def guess(kind):
        try:
            with db.transaction() as session:
                return kind(session)
        except TooManyTries:
            return None

    for kind, most in (
        (lambda session: login_throttle.reserve_code(session, anna.id, ""), 5),
        (lambda session: login_throttle.reserve_own(session, anna.id), PER_ACCOUNT),
        (lambda session: login_throttle.reserve_reset(session, anna.id, ""), 5),
    ):
        with ThreadPoolExecutor(8) as threads:
            assert len([one for one in threads.map(guess, [kind] * 20) if one]) == most


def test_what_was_right_is_not_counted(anna):
    for _ in range(2 * PER_ACCOUNT):
        assert typed(anna.email, PASSWORD) == anna.email
        proofs.own_password(anna.id, PASSWORD)
    assert failures() == 0


def test_a_password_that_was_changed_meanwhile_lets_nobody_in(anna):
    begun, proof = proofs.attempt(anna.email, PASSWORD, ELSEWHERE)
    proved = proofs.own_password(anna.id, PASSWORD)
    with db.transaction() as session:
        session.get_one(User, anna.id).password_hash = passwords.hash_password("another one entirely")
    with db.transaction() as session:
        assert isinstance(password_proofs.settle_sign_in(session, begun, proof), WrongPassword)
        with pytest.raises(Invalid):
            password_proofs.require(session.get_one(User, anna.id), proved)


# --- every route that is sent a password or a code

GUESSED = {"password", "old", "code"}
SENT = {"email": "anna@firm.example", "new": "nine loud herons on a roof"}
WHO_SIGNS_IN = "/api/auth/login"


def guessing_routes():
    """Each route of the API whose body holds something to be guessed, with that body."""
    for path, methods in DOCUMENT["paths"].items():
        for method, route in methods.items():
            content = route.get("requestBody", {}).get("content", {}).get("application/json", {})
            name = content.get("schema", {}).get("$ref", "").rpartition("/")[2]
            fields = DOCUMENT["components"]["schemas"].get(name, {}).get("properties", {})
            if GUESSED & set(fields):
                body = {field: SENT.get(field, "123456 wrong") for field in fields}
                yield pytest.param(method.upper(), path, body, id=f"{method} {path}")


def test_there_are_routes_to_guess_at():
    assert len(list(guessing_routes())) >= 5


@pytest.mark.parametrize(("method", "path", "body"), list(guessing_routes()))
def test_guessing_at_any_route_ends_in_a_429_before_anything_is_hashed(anna, method, path, body, monkeypatch):
    who = None if path == WHO_SIGNS_IN else anna
    hashed = []
    verify = passwords.verify
    monkeypatch.setattr(
        passwords, "verify", lambda *given: hashed.append(db.engine.pool.checkedout()) or verify(*given)
    )
    answers = [ask(who, method, path, body) for _ in range(PER_ACCOUNT + 3)]
    assert {answer.status_code for answer in answers[:5]} <= {401, 404, 422}
    assert [answer.status_code for answer in answers[-3:]] == [429] * 3
    assert all(int(answer.headers["retry-after"]) > 0 for answer in answers[-3:])
    assert len(hashed) <= PER_ACCOUNT
    # no connection is held while a password is compared
    assert set(hashed) <= {0}


SLOW = {"verify", "hash_password", "new", "compare", "attempt", "own_password", "new_password"}
OWNERS = {"passwords", "password_proofs", "proofs"}


def calls(tree):
    return [
        node
        for node in ast.walk(tree)
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Attribute)
        and node.func.attr in SLOW
        and isinstance(node.func.value, ast.Name)
        and node.func.value.id in OWNERS
    ]


def test_nothing_is_hashed_within_a_transaction():
    """Neither inside a `with db...` block, nor in a function that is given a session; the operator's own command may."""
    found, slow = [], 0
    for path in sorted((ROOT / "app").rglob("*.py")):
        tree = ast.parse(path.read_text())
        slow += len(calls(tree))
        for node in ast.walk(tree):
            if isinstance(node, ast.With):
                inside = any("db." in ast.unparse(item.context_expr) for item in node.items)
            elif isinstance(node, ast.FunctionDef):
                inside = any(argument.arg == "session" for argument in node.args.args)
            else:
                continue
            if inside and calls(node):
                found.append(f"{path.relative_to(ROOT)}: {getattr(node, 'name', 'with')}")
    assert slow > 8
    assert found == ["app/services/accounts/users.py: add"]


def test_a_first_code_is_looked_at_only_where_it_was_counted():
    said = [
        str(path.relative_to(ROOT))
        for path in (ROOT / "app").rglob("*.py")
        if "two_factor.confirm(" in path.read_text()
    ]
    assert said == ["app/proofs.py"]
