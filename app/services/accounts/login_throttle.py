"""Failed sign-ins, counted per account, per address and in all; kept in the database, so a restart forgets none.

It only delays: nobody is ever locked out for good.
"""

from datetime import timedelta
from ipaddress import IPv6Address, ip_address
from uuid import UUID

from sqlalchemy import ColumnElement, delete, or_
from sqlmodel import Session, col, select

from app.errors import TooManyTries
from app.models import FailedSignIn, now
from app.services.base.secret_tokens import digest

NOBODY_ACTS = "whoever tries to sign in is not known yet"

WINDOW = timedelta(minutes=5)
PER_ACCOUNT, PER_ADDRESS, IN_ALL = 10, 10, 1000
# six digits are soon guessed, so codes have limits of their own: in five minutes, an hour, a day
DAY = timedelta(days=1)
CODES = ((WINDOW, 5), (timedelta(hours=1), 20), (DAY, 50))
# mails that anybody may ask for in somebody's name
RESETS = ((DAY, 5),)
CODE, RESET = "code:", "reset:"


def check(session: Session, account: str, place: str) -> None:
    """Raise TooManyTries while the account, the address or everybody together failed too often."""
    is_failure = ~col(FailedSignIn.account).startswith(RESET)
    for counted, most in (
        (col(FailedSignIn.account) == account, PER_ACCOUNT),
        (is_failure & (col(FailedSignIn.address) == place), PER_ADDRESS),
        (is_failure, IN_ALL),
    ):
        _refuse(session, counted, WINDOW, most)


def check_code(session: Session, user_id: UUID) -> None:
    """Raise TooManyTries while too many codes of this person were wrong."""
    _refuse_name(session, f"{CODE}{user_id}", CODES)


def count_code(session: Session, user_id: UUID, place: str) -> None:
    """Keep one more wrong code, for a day."""
    session.add(FailedSignIn(account=f"{CODE}{user_id}", address=place))


def check_reset(session: Session, user_id: UUID) -> None:
    """Raise TooManyTries when enough password links went to this person today."""
    _refuse_name(session, f"{RESET}{user_id}", RESETS)


def count_reset(session: Session, user_id: UUID, place: str) -> None:
    session.add(FailedSignIn(account=f"{RESET}{user_id}", address=place))


def count(session: Session, account: str, place: str) -> None:
    """Keep one more failure, and forget those that no longer matter."""
    name, age = col(FailedSignIn.account), col(FailedSignIn.created_at)
    is_short = ~or_(name.startswith(CODE), name.startswith(RESET))
    session.exec(delete(FailedSignIn).where(or_(age < now() - DAY, is_short & (age < now() - 2 * WINDOW))))
    session.add(FailedSignIn(account=account, address=place))


def account_key(email: str) -> str:
    """An account's name in here: a digest, because people type passwords into the wrong field."""
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


def _refuse(session: Session, counted: ColumnElement[bool], window: timedelta, most: int) -> None:
    """Raise TooManyTries when the window holds that many failures, until the oldest of them leaves it."""
    recent = select(FailedSignIn.created_at).where(counted, FailedSignIn.created_at > now() - window)
    over = session.exec(recent.order_by(col(FailedSignIn.created_at).desc()).offset(most - 1).limit(1)).first()
    if over is not None:
        raise TooManyTries(retry_after=max(1, round((over + window - now()).total_seconds())))


def _refuse_name(session: Session, name: str, limits: tuple[tuple[timedelta, int], ...]) -> None:
    for window, most in limits:
        _refuse(session, col(FailedSignIn.account) == name, window, most)
