"""Passkeys of a person: made, named, removed, and signed in with. One stands for both steps of a sign-in."""

import re
from typing import Annotated, Any
from uuid import UUID

from pydantic import TypeAdapter, ValidationError
from sqlmodel import Session, col, select

from app.errors import Conflict, Invalid, NotFound, Refusal, TooManyTries
from app.models import Passkey, Purpose, User, now
from app.models.base import Line
from app.services.accounts import login_throttle, one_time_links, passkey_ceremony, second_step_rule, sessions
from app.services.accounts.passkey_ceremony import CounterWentBack, NotYourPasskey, Site, Used
from app.services.base import audit_log
from app.signals import Topic, announce

NOBODY_ACTS = {"sign_in": "the passkey says who comes, before they are known here"}

MOST = 20
# in base64url, as long as WebAuthn lets it be
CREDENTIAL_ID = re.compile(r"[A-Za-z0-9_-]{1,1364}")


def of_user(session: Session, who: User) -> list[Passkey]:
    """Mine, oldest first."""
    mine = select(Passkey).where(Passkey.user_id == who.id)
    return list(session.exec(mine.order_by(col(Passkey.created_at), col(Passkey.id))).all())


def begin(session: Session, who: User, site: Site) -> tuple[dict[str, Any], str]:
    """What the browser is asked to make, and the challenge in it. Raises NoPasskeysHere or Conflict."""
    site.require()
    kept = of_user(session, who)
    if len(kept) >= MOST:
        raise Conflict(f"You have {MOST} passkeys already; remove one first.")
    challenge = passkey_ceremony.new_challenge()
    known = [one.credential_id for one in kept if one.host == site.host]
    return passkey_ceremony.ask_to_make(site, who.id, who.email, challenge, known), challenge


def add(
    session: Session,
    who: User,
    site: Site,
    challenge: str,
    credential: dict[str, Any],
    *,
    name: str,
    here: UUID | None = None,
) -> Passkey:
    """Keep the key that the browser, whose session is `here`, made for this challenge. Raises Invalid, Conflict, Forbidden."""
    made = passkey_ceremony.made(site, credential, challenge)
    one_time_links.use_up(session, Purpose.PASSKEY, challenge)
    if session.exec(select(Passkey.id).where(Passkey.credential_id == made.credential_id)).first():
        raise Conflict("This passkey is in use already.")
    kept = Passkey(
        user_id=who.id,
        name=_name(name),
        host=site.host,
        credential_id=made.credential_id,
        public_key=made.public_key,
        sign_count=made.sign_count,
        may_sync=made.may_sync,
        is_synced=made.is_synced,
    )
    session.add(kept)
    sessions.record_second_step(session, here)
    audit_log.record(session, who, "passkey.added", kept.id)
    announce(session, Topic.PEOPLE, who.id, who.id)
    return kept


def rename(session: Session, who: User, passkey_id: UUID, name: str) -> Passkey:
    kept = _mine(session, who, passkey_id)
    kept.name = _name(name)
    session.add(kept)
    return kept


def remove(session: Session, who: User, passkey_id: UUID) -> None:
    """It opens nothing here any more. Raises NotFound, or Conflict where it is the last second step and one is asked for."""
    kept = _mine(session, who, passkey_id)
    second_step_rule.require_another(session, who, kept)
    session.delete(kept)
    audit_log.record(session, who, "passkey.removed", passkey_id)
    announce(session, Topic.PEOPLE, who.id, who.id)


def sign_in(session: Session, site: Site, challenge: str, credential: dict[str, Any], address: str) -> User | Refusal:
    """The active person whose passkey answered the challenge; or why not, counted, for the caller to commit.

    Raises TooManyTries, and Forbidden for a challenge that was answered before.
    """
    said = credential.get("id")
    given = said if isinstance(said, str) and CREDENTIAL_ID.fullmatch(said) else ""
    account, place = login_throttle.account_key(f"passkey:{given}"), login_throttle.address_key(address)
    counted = login_throttle.reserve(session, account, place)
    query = select(Passkey, User).where(
        Passkey.user_id == User.id, Passkey.credential_id == given, Passkey.host == site.host, col(User.active)
    )
    found = session.exec(query.with_for_update(of=Passkey)).first()
    try:
        kept, user, used = _used(found, site, challenge, credential)
    except NotYourPasskey as no:
        if counted.wait:
            # an answer that fits nothing is no guess at a secret: from here on it is not even kept
            login_throttle.forgive(session, counted)
            return TooManyTries(counted.wait)
        if found:
            action = "passkey.counter" if isinstance(no, CounterWentBack) else "sign_in.failed"
            audit_log.record(session, "nobody", action, found[1].id, by="passkey", address=place)
        return no
    login_throttle.forgive(session, counted)
    one_time_links.use_up(session, Purpose.PASSKEY, challenge)
    kept.sign_count, kept.is_synced, kept.used_at = used.sign_count, used.is_synced, now()
    session.add(kept)
    audit_log.record(session, user, "sign_in", user.id, by="passkey", address=place)
    return user


def _used(
    found: tuple[Passkey, User] | None, site: Site, challenge: str, credential: dict[str, Any]
) -> tuple[Passkey, User, Used]:
    """Raises NotYourPasskey.

    The authenticator names the person whom it keeps the key for; that must be the one whom we know it of. Whether a key
    may be copied is fixed when it is made.
    """
    from webauthn.helpers import bytes_to_base64url

    answer = credential.get("response")
    handle = answer.get("userHandle") if isinstance(answer, dict) else None
    if found is None or handle != bytes_to_base64url(found[1].id.bytes):
        raise NotYourPasskey
    kept, user = found
    used = passkey_ceremony.used(site, credential, challenge, kept.public_key, kept.sign_count)
    if used.may_sync is not kept.may_sync:
        raise NotYourPasskey
    return kept, user, used


def _mine(session: Session, who: User, passkey_id: UUID) -> Passkey:
    kept = session.get(Passkey, passkey_id, with_for_update=True)
    if kept is None or kept.user_id != who.id:
        raise NotFound("There is no such passkey.")
    return kept


def _name(name: str) -> str:
    try:
        return TypeAdapter(Annotated[str, Line(80, 1)]).validate_python(name)
    except ValidationError:
        raise Invalid(fields={"name": "Give the passkey a name of up to 80 characters."}) from None
