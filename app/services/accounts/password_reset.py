"""A forgotten password: a link by mail to the account's own address. Nobody learns whether there is such an account."""

from sqlmodel import Session, select

from app.errors import TooManyTries
from app.models import Purpose, User
from app.models.user import normal_email
from app.services.accounts import login_throttle, one_time_links
from app.services.base import audit_log
from app.services.notifications import email_rendering, mail_outbox

NOBODY_ACTS = "somebody who forgot a password is not signed in"


def mail_link(session: Session, email: str, place: str, site: str) -> None:
    """Mail a link to choose a new password, where an active account has this address; else nothing happens.

    `place` is where it was asked from, and `site` where people reach us. At
    most five a day go to one account; who asks for more is told the same.
    """
    try:
        spelled = normal_email(email.strip())
    except ValueError:
        return
    user = session.exec(select(User).where(User.email == spelled)).first()
    if user is None or not user.active:
        return
    try:
        login_throttle.reserve_reset(session, user.id, place)
    except TooManyTries:
        return
    link = f"{site}/reset/{one_time_links.create(session, Purpose.RESET, user_id=user.id)}"
    mail_outbox.enqueue(session, user.email, email_rendering.new_password(link), user=user)
    audit_log.record(session, "nobody", "user.reset_link", user.id, by="mail")
