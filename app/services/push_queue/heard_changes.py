"""Changes that were heard from Pipedrive are not told back: the database queues a push for every other change of what goes over."""

from sqlmodel import Session, func, select

NOBODY_ACTS = "the transaction itself says where its changes come from"


def mark_heard(session: Session) -> None:
    """What this transaction writes was heard from Pipedrive: the database queues no push for it."""
    session.exec(select(func.set_config("pipedriven.heard", "yes", True)))
