"""Whether the firm asks for a second step at sign-in: by role, from a date on; off until somebody chooses one.

It is asked of browsers, never of scripts. Whoever has none yet comes to one page that sets it up, so the rule shuts
nobody out, the last golden ticket included.
"""

from collections.abc import Mapping
from datetime import date

from sqlmodel import Session, col, select

from app.errors import Conflict, Forbidden, Invalid
from app.models import Passkey, Role, TwoFactor, User, UserSession, now
from app.services import policy
from app.services.base import firm_settings

KEY = "second_step_from"
STAYS = "Your firm asks for a second step: set up another one before you take this away."

NOBODY_ACTS = {"missing": "a session is looked up before its person acts"}


def chosen(session: Session, who: User) -> dict[Role, date | None]:
    """From which day on each role is asked; None for never."""
    if not policy.may_change_firm_settings(who):
        raise Forbidden
    days = firm_settings.get(session, KEY)
    return {role: _day(days, role) for role in Role}


def choose(session: Session, who: User, days: Mapping[Role, date | None]) -> None:
    """Ask a role from that day on; None asks it no more; a role that is left out stays."""
    if any(day and not 2000 <= day.year <= 2100 for day in days.values()):
        raise Invalid("Choose a day of this century.")
    kept = {role.value: day.isoformat() for role, day in (chosen(session, who) | dict(days)).items() if day}
    firm_settings.change(session, who, **{KEY: kept})


def is_asked(session: Session, who: User) -> bool:
    day = _day(firm_settings.get(session, KEY), who.role)
    return day is not None and day <= now().date()


def missing(session: Session, user: User, kept: UserSession) -> tuple[str, ...] | None:
    """None while this browser may go on; else it has to prove a second step first.

    Then it is told for which host names this person has passkeys: with one of them the step is proved, not set up anew.
    """
    if kept.two_steps or not is_asked(session, user):
        return None
    return tuple(session.exec(select(Passkey.host).where(Passkey.user_id == user.id).distinct()).all())


def require_another(session: Session, who: User, gone: TwoFactor | Passkey | None) -> None:
    """Raise Conflict when this was the last second step of somebody who is asked for one."""
    if gone is None or not is_asked(session, who):
        return
    factors = select(TwoFactor.id).where(TwoFactor.user_id == who.id, col(TwoFactor.confirmed_at).is_not(None))
    passkeys = select(Passkey.id).where(Passkey.user_id == who.id)
    left = {*session.exec(factors).all(), *session.exec(passkeys).all()} - {gone.id}
    if not left:
        raise Conflict(STAYS)


def _day(days: Mapping[str, str], role: Role) -> date | None:
    kept = days.get(role.value)
    return date.fromisoformat(kept) if kept else None
