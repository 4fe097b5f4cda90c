"""What a password must be, and what checking one costs."""

import threading

import pytest

from app.errors import Invalid
from app.services.accounts import passwords

GOOD = "seven quiet otters"
OURS = "$argon2id$v=19$m=47104,t=1,p=1$"


@pytest.fixture
def real(hashed_in_earnest, monkeypatch):
    """What `GOOD` is stored as; the hash of nobody is made too, as it is once in a process."""
    nobody = passwords.hash_password("nobody has this password")
    monkeypatch.setattr(passwords, "_nobody", lambda: nobody)
    return passwords.hash_password(GOOD)


def test_a_hash_is_argon2id_with_our_parameters_and_fits_its_password(real):
    assert real.startswith(OURS)
    assert passwords.verify(real, GOOD)


def test_the_password_fits_its_hash_and_nothing_else_does():
    kept = passwords.hash_password(GOOD)
    assert passwords.verify(kept, GOOD)
    assert not passwords.verify(kept, GOOD + " ")
    assert not passwords.verify(None, GOOD)
    assert not passwords.verify(None, "")


def test_nothing_is_cut_off_a_long_password():
    long = "".join(chr(97 + i % 26) for i in range(100))
    kept = passwords.hash_password(long)
    assert passwords.verify(kept, long)
    assert not passwords.verify(kept, long[:72])
    assert not passwords.verify(kept, long[:99])


@pytest.mark.parametrize("typed", ["\0" * 12, "abc\0def ghi jkl", "\ud800 is half a letter", "x" * 129, "x" * 900_000])
def test_hostile_text_is_just_a_wrong_password(typed):
    assert not passwords.verify(passwords.hash_password(GOOD), typed)
    assert not passwords.verify(None, typed)


def test_two_spellings_of_one_accent_are_the_same_password():
    assert passwords.verify(passwords.hash_password("caf\u00e9 am Rhein 7"), "cafe\u0301 am Rhein 7")


def test_a_hash_made_with_weaker_parameters_is_outdated(real):
    weak = passwords.argon2.using(type="ID", memory_cost=8192, time_cost=1, parallelism=1).hash(GOOD)
    assert passwords.verify(weak, GOOD)
    assert passwords.is_outdated(weak)
    assert not passwords.is_outdated(real)


@pytest.mark.parametrize(
    "password", [GOOD, "Zwölf Boxkämpfer", "日本語のパスワードです長い", " starts with a space", "otter-bridge-" * 9]
)
def test_any_characters_are_allowed(password):
    passwords.check(password, "jane.roe@acme.example", "Jane Roe")


@pytest.mark.parametrize(
    "password",
    [
        "short",
        "eleven char",
        "x" * 129,
        "seven quiet\0 otters",
        "seven quiet \ud800tters",
        "aaaaaaaaaaaaaa",
        "123456789012",
        "Password1234!",
        "passwordpassword",
        "P@ssw0rd12345",
        "Pipedriven2026",
        "qwertyuiop123",
        "Summer2026!!!!",
        "jane.roe12345",
        "JaneRoe2026!!!",
        "acme.example1",
        "Consultants!2026",
    ],
)
def test_what_everybody_tries_is_refused_with_a_sentence(password):
    with pytest.raises(Invalid) as refused:
        passwords.check(password, "jane.roe@acme.example", "Jane Roe")
    assert refused.value.fields["password"].endswith(".")


def test_only_two_hashes_are_computed_at_once(monkeypatch, real):
    at_once, most = 0, 0
    verify = passwords.scheme.verify

    def watched(*args):
        nonlocal at_once, most
        at_once += 1
        most = max(most, at_once)
        try:
            return verify(*args)
        finally:
            at_once -= 1

    class Watched:
        verify = staticmethod(watched)

    monkeypatch.setattr(passwords, "scheme", Watched)
    threads = [threading.Thread(target=passwords.verify, args=(real, GOOD)) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert most <= 2


@pytest.mark.parametrize("typed", ["not this one", "x" * 900_000, "\0" * 12])
def test_an_unknown_account_costs_as_much_as_a_known_one(monkeypatch, real, typed):
    """One hash with today's parameters each: counted, because time depends on the machine."""
    checked = []

    class Counted:
        @staticmethod
        def verify(_, stored):
            checked.append(stored)
            return False

    monkeypatch.setattr(passwords, "scheme", Counted)
    passwords.verify(real, typed)
    passwords.verify(None, typed)
    assert [stored.startswith(OURS) for stored in checked] == [True, True]
