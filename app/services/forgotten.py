"""A forgotten password: a link by mail to the account's own address. Nobody learns whether there is such an account."""

from sqlmodel import Session, select

from app.errors import TooManyTries
from app.models import Purpose, User
from app.models.user import normal_email
from app.services import audit, letters, mailbox, one_time, throttle


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
        throttle.check_reset(session, user.id)
    except TooManyTries:
        return
    throttle.count_reset(session, user.id, place)
    link = f"{site}/reset/{one_time.make(session, Purpose.RESET, user_id=user.id)}"
    mailbox.write(session, user.email, letters.new_password(link), user=user)
    audit.record(session, "nobody", "user.reset_link", user.id, by="mail")
