"""Where somebody has to prove a password or a code: counted before it is looked at, and never with a connection in hand."""

from uuid import UUID

from app import db
from app.errors import Invalid
from app.services.accounts import login_throttle, password_proofs, passwords, two_factor, users
from app.services.accounts.password_proofs import Attempt, PasswordProof
from app.services.accounts.passwords import NewPassword
from app.services.accounts.two_factor import Unseal


def attempt(email: str, password: str, address: str) -> tuple[Attempt, PasswordProof | None]:
    """One attempt to sign in, counted and compared; `password_proofs.settle_sign_in` ends it. Raises TooManyTries."""
    with db.transaction() as session:
        begun = password_proofs.begin_sign_in(session, email, address)
    return begun, password_proofs.compare(begun, password)


def own_password(user_id: UUID | None, password: str, *, field: str = "password") -> PasswordProof:
    """Proof that it is the person who is signed in. Raises SignedOut, TooManyTries, or Invalid for `field`."""
    with db.transaction() as session:
        begun = password_proofs.begin_own(session, users.acting(session, user_id))
    proof = password_proofs.compare(begun, password)
    if proof is None:
        raise Invalid(fields={field: password_proofs.WRONG})
    with db.transaction() as session:
        password_proofs.settle_own(session, begun)
    return proof


def new_password(user_id: UUID | None, old: str, new: str) -> tuple[PasswordProof, NewPassword]:
    """The old password proved, and the new one checked and hashed. Raises SignedOut, TooManyTries and Invalid."""
    proof = own_password(user_id, old, field="old")
    with db.reading() as session:
        who = users.acting(session, user_id)
    return proof, passwords.new(new, who.email, who.name)


def first_code(user_id: UUID | None, code: str, unseal: Unseal, *, but: UUID | None) -> list[str]:
    """Turn the second step on with its first code; the recovery codes. Raises TooManyTries, and as `two_factor.confirm`."""
    with db.transaction() as session:
        counted = login_throttle.reserve_code(session, users.acting(session, user_id).id, "")
    with db.transaction() as session:
        paper = two_factor.confirm(session, users.acting(session, user_id), code, unseal, but=but)
        login_throttle.forgive(session, counted)
    return paper
