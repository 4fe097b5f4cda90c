"""Failed sign-ins, counted per account, per address and in all; kept in the database, so a restart forgets none.

It only delays: nobody is ever locked out for good.
"""

from dataclasses import dataclass
from datetime import timedelta
from ipaddress import IPv6Address, ip_address
from uuid import UUID

from sqlalchemy import ColumnElement, delete, func, or_
from sqlmodel import Session, col, select

from app.errors import TooManyTries
from app.models import FailedSignIn, now
from app.models.user import normal_email
from app.services.base.secret_tokens import digest

NOBODY_ACTS = "whoever tries to sign in is not known yet"

WINDOW = timedelta(minutes=5)
# from an address with more failures than PER_ADDRESS a wrong password is told to wait, from one with MOST_PER_ADDRESS any
PER_ACCOUNT, PER_ADDRESS, MOST_PER_ADDRESS, IN_ALL = 10, 10, 100, 1000
# six digits are soon guessed, so codes have limits of their own: in five minutes, an hour, a day
DAY = timedelta(days=1)
CODES = ((WINDOW, 5), (timedelta(hours=1), 20), (DAY, 50))
# mails that anybody may ask for in somebody's name
RESETS = ((DAY, 5),)
CODE, RESET, OWN = "code:", "reset:", "own:"
# any number works as long as every release uses the same
LOCK = 7_041_778


@dataclass(frozen=True)
class Counted:
    """An attempt that was counted as a failure before it was looked at; `wait` while its address failed too often."""

    row_id: UUID
    place: str = ""
    wait: int = 0


def reserve(session: Session, account: str, place: str) -> Counted:
    """Count one more attempt, before it is known whether it is right; `forgive` takes it back.

    Raises TooManyTries while the account, or everybody together, failed too often, or the address far too often. Ten
    failures of an address stop no right password: behind one there may be an office.
    """
    _one_at_a_time(session)
    is_failure = ~or_(*(col(FailedSignIn.account).startswith(kind) for kind in (RESET, OWN)))
    for counted, most in (
        (col(FailedSignIn.account) == account, PER_ACCOUNT),
        (is_failure & (col(FailedSignIn.address) == place), MOST_PER_ADDRESS),
        (is_failure, IN_ALL),
    ):
        _refuse(session, counted, WINDOW, most)
    wait = _wait(session, is_failure & (col(FailedSignIn.address) == place), WINDOW, PER_ADDRESS)
    return _count(session, account, place, wait)


def reserve_own(session: Session, user_id: UUID) -> Counted:
    """Count one more attempt of somebody signed in to prove their password. Raises TooManyTries."""
    _one_at_a_time(session)
    _refuse(session, col(FailedSignIn.account) == f"{OWN}{user_id}", WINDOW, PER_ACCOUNT)
    return _count(session, f"{OWN}{user_id}", "")


def reserve_code(session: Session, user_id: UUID, place: str) -> Counted:
    """Count one more code of this person, for a day. Raises TooManyTries while too many were wrong."""
    _one_at_a_time(session)
    _refuse_name(session, f"{CODE}{user_id}", CODES)
    return _count(session, f"{CODE}{user_id}", place)


def reserve_reset(session: Session, user_id: UUID, place: str) -> Counted:
    """Count one more password link by mail. Raises TooManyTries when enough of them went to this person today."""
    _one_at_a_time(session)
    _refuse_name(session, f"{RESET}{user_id}", RESETS)
    return _count(session, f"{RESET}{user_id}", place)


def forgive(session: Session, counted: Counted) -> None:
    """It was right, and counts no more."""
    session.exec(delete(FailedSignIn).where(col(FailedSignIn.id) == counted.row_id))


def account_key(email: str) -> str:
    """An account's name in here, the same however its address is spelled: a digest, because people type passwords into
    the wrong field.
    """
    try:
        return digest(normal_email(email.strip()))
    except ValueError:
        return digest(email.strip().lower())


def address_key(address: str) -> str:
    """An address as we count it: one IPv4 address, or a whole /64 of IPv6."""
    try:
        place = ip_address(address)
    except ValueError:
        return digest(address)
    if isinstance(place, IPv6Address) and place.ipv4_mapped:
        place = place.ipv4_mapped
    if isinstance(place, IPv6Address):
        return f"{IPv6Address(int(place) >> 64 << 64)}/64"
    return str(place)


def _one_at_a_time(session: Session) -> None:
    """Until this transaction ends nobody else counts, so that no limit is passed by trying at once."""
    session.exec(select(func.pg_advisory_xact_lock(LOCK)))


def _count(session: Session, account: str, place: str, wait: int = 0) -> Counted:
    """Keep one more, and forget those that no longer matter."""
    name, age = col(FailedSignIn.account), col(FailedSignIn.created_at)
    is_short = ~or_(name.startswith(CODE), name.startswith(RESET))
    session.exec(delete(FailedSignIn).where(or_(age < now() - DAY, is_short & (age < now() - 2 * WINDOW))))
    row = FailedSignIn(account=account, address=place)
    session.add(row)
    session.flush()
    return Counted(row.id, place, wait)


def _refuse_name(session: Session, name: str, limits: tuple[tuple[timedelta, int], ...]) -> None:
    for window, most in limits:
        _refuse(session, col(FailedSignIn.account) == name, window, most)


def _refuse(session: Session, counted: ColumnElement[bool], window: timedelta, most: int) -> None:
    """Raise TooManyTries when the window holds that many failures, until the oldest of them leaves it."""
    if wait := _wait(session, counted, window, most):
        raise TooManyTries(retry_after=wait)


def _wait(session: Session, counted: ColumnElement[bool], window: timedelta, most: int) -> int:
    """Seconds until the window holds fewer than so many."""
    recent = select(FailedSignIn.created_at).where(counted, FailedSignIn.created_at > now() - window)
    over = session.exec(recent.order_by(col(FailedSignIn.created_at).desc()).offset(most - 1).limit(1)).first()
    return 0 if over is None else max(1, round((over + window - now()).total_seconds()))
