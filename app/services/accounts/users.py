"""Colleagues: how they come in, what they may do, how they leave without their contacts leaving with them."""

from uuid import UUID

from sqlmodel import Session, col, func, select

from app.errors import Conflict, Forbidden, Invalid, NotFound, SignedOut
from app.models import OneTimeLink, PersonDraft, Purpose, Role, User, new_id
from app.services import policy
from app.services.accounts import access_end, one_time_links, passwords
from app.services.accounts.passwords import NewPassword
from app.services.accounts.user_profile import draft_of
from app.services.base import audit_log
from app.signals import Topic, announce

NOBODY_ACTS = "the operator, or somebody with a set-up, invitation or reset link, is not signed in"

# any number works as long as every release uses the same
SET_UP_LOCK = 7_041_777
SET_UP = "Pipedriven is already set up."
LAST = "The last active golden ticket has to stay."


def acting(session: Session, user_id: UUID | None) -> User:
    """The person acting, as they are now. Raises SignedOut unless they are active."""
    user = session.get(User, user_id) if user_id else None
    if user is None or not user.active:
        raise SignedOut
    # a session forgets whom nobody holds, and would ask again
    session.info["acting"] = user
    return user


def operator(unix_name: str) -> User:
    """The person at the command line: may do what a golden ticket may, has no row, and is audited as `cli:<name>`."""
    name = audit_log.OPERATOR + unix_name
    return User(id=new_id(), email=name, name=name, role=Role.GOLDEN_TICKET)


def colleagues(session: Session, who: User) -> list[User]:
    """Everybody with an account, without made-up colleagues; a consultant sees only those who are active."""
    query = select(User).where(col(User.sample_of).is_(None)).order_by(func.lower(User.name), col(User.id))
    return list(session.exec(query if policy.may_manage_users(who) else query.where(col(User.active))).all())


def is_set_up(session: Session) -> bool:
    return session.exec(select(User.id).limit(1)).first() is not None


def setup_link(session: Session) -> str:
    """The token of the one link that makes the first account; earlier ones die.

    Raises NotFound once there is anybody.
    """
    _nobody_yet(session)
    return one_time_links.create(session, Purpose.SETUP, role=Role.GOLDEN_TICKET)


def check_setup_link(session: Session, token: str) -> None:
    """Raise NotFound unless this is the set-up link and nobody has an account yet."""
    if is_set_up(session):
        raise NotFound(SET_UP)
    one_time_links.find(session, Purpose.SETUP, token)


def create_first_account(session: Session, token: str, draft: PersonDraft, password: NewPassword) -> User:
    """The first account, a golden ticket. Of two at once, one succeeds. Raises NotFound."""
    _nobody_yet(session)
    one_time_links.use(session, Purpose.SETUP, token)
    user = _join(session, draft, Role.GOLDEN_TICKET, password)
    audit_log.record(session, user, "workspace.set_up", user.id)
    return user


def invite(session: Session, who: User, email: str, role: Role) -> str:
    """The token of a link with which one new colleague joins."""
    _golden(who)
    draft = draft_of(email=email, name="-")
    _still_free(session, draft.email)
    audit_log.record(session, who, "user.invited", role=role.value)
    announce(session, Topic.PEOPLE, who.id, who.id)
    return one_time_links.create(
        session, Purpose.INVITE, email=draft.email, role=role, made_by=one_time_links.maker(who)
    )


def find_invitation(session: Session, token: str) -> OneTimeLink:
    """The invitation as it was sent: address and role. Raises NotFound."""
    return one_time_links.find(session, Purpose.INVITE, token)


def accept_invitation(session: Session, token: str, draft: PersonDraft, password: NewPassword) -> User:
    """Join with an invitation, under the address that was invited. Raises NotFound."""
    link = one_time_links.use(session, Purpose.INVITE, token)
    if draft.email != link.email:
        raise Invalid(fields={"email": "The invitation is for another e-mail address."})
    user = _join(session, draft, link.role, password)
    audit_log.record(session, user, "user.joined", user.id, role=link.role.value)
    return user


def add(session: Session, draft: PersonDraft, role: Role, password: str) -> User:
    """An account made by the operator, who answers for it; nobody is signed in there."""
    user = _join(session, draft, role, passwords.new(password, draft.email, draft.name))
    audit_log.record(session, "cli", "user.added", user.id, role=role.value)
    return user


def add_for_provider(session: Session, draft: PersonDraft, role: Role) -> User:
    """An account of somebody whom the identity provider vouches for; it has no password."""
    _still_free(session, draft.email)
    user = User.model_validate(draft, update={"role": role, "first_steps": True})
    session.add(user)
    session.flush()
    announce(session, Topic.PEOPLE, user.id, user.id)
    return user


def follow_role(session: Session, user: User, role: Role) -> None:
    """The role that the identity provider's groups give. Raises Conflict for the last golden ticket."""
    if user.is_golden:
        _not_the_last(session, user.id)
    access_end.by_role(session, user, demoted=user.is_golden)
    user.role = role
    session.add(user)


def reset_link(session: Session, who: User, user_id: UUID) -> str:
    """The token of a link with which a colleague chooses a new password within the hour."""
    _golden(who)
    user = _colleague(session, user_id)
    audit_log.record(session, who, "user.reset_link", user.id)
    return one_time_links.create(session, Purpose.RESET, user_id=user.id, made_by=one_time_links.maker(who))


def user_of_reset_link(session: Session, token: str) -> User:
    """Whose password the link changes. Raises NotFound."""
    return session.get_one(User, one_time_links.find(session, Purpose.RESET, token).user_id)


def reset_password(session: Session, token: str, password: NewPassword) -> User:
    """A new password by link; every browser and script of that person is signed out, and their calendar address ends."""
    link = one_time_links.use(session, Purpose.RESET, token)
    user = _colleague(session, link.user_id)
    user.password_hash = password.hash
    access_end.by_password(session, user)
    audit_log.record(session, user, "password.reset", user.id)
    return user


def change_role(session: Session, who: User, user_id: UUID, role: Role) -> User:
    """Give a colleague another role; they sign in again under it, and what only the old one could make ends."""
    _golden(who)
    if user_id == who.id:
        raise Forbidden("Nobody changes their own role.")
    _not_the_last(session, user_id)
    user = _colleague(session, user_id)
    if role is user.role:
        return user
    access_end.by_role(session, user, demoted=user.is_golden)
    user.role = role
    audit_log.record(session, who, "user.role", user.id, role=role.value)
    return user


def disable(session: Session, who: User, user_id: UUID) -> User:
    """Everything of this person stops at once; contacts and history stay."""
    _golden(who)
    _not_the_last(session, user_id)
    user = _colleague(session, user_id)
    user.active = False
    access_end.by_disabling(session, user)
    audit_log.record(session, who, "user.disabled", user.id)
    return user


def enable(session: Session, who: User, user_id: UUID) -> User:
    _golden(who)
    user = _colleague(session, user_id)
    user.active = True
    audit_log.record(session, who, "user.enabled", user.id)
    announce(session, Topic.PEOPLE, user.id, user.id)
    return user


def _golden(who: User) -> None:
    if not policy.may_manage_users(who):
        raise Forbidden


def _colleague(session: Session, user_id: UUID | None) -> User:
    user = session.get(User, user_id, with_for_update=True) if user_id else None
    if user is None or user.sample_of:
        raise NotFound("There is no such colleague.")
    return user


def _not_the_last(session: Session, user_id: UUID) -> None:
    """Two golden tickets who remove each other in the same moment take turns here. Raises Conflict."""
    golden = select(User.id).where(User.role == Role.GOLDEN_TICKET, col(User.active)).order_by(col(User.id))
    if session.exec(golden.with_for_update()).all() == [user_id]:
        raise Conflict(LAST)


def _nobody_yet(session: Session) -> None:
    session.exec(select(func.pg_advisory_xact_lock(SET_UP_LOCK)))
    if is_set_up(session):
        raise NotFound(SET_UP)


def _still_free(session: Session, email: str) -> None:
    if session.exec(select(User.id).where(User.email == email)).first():
        raise Conflict("There is already an account with this e-mail address.")


def _join(session: Session, draft: PersonDraft, role: Role, password: NewPassword) -> User:
    _still_free(session, draft.email)
    user = User.model_validate(draft, update={"role": role, "password_hash": password.hash, "first_steps": True})
    session.add(user)
    session.flush()
    announce(session, Topic.PEOPLE, user.id, user.id)
    return user
