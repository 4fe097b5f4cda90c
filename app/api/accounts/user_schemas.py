"""How a person looks as JSON: to themselves, to their colleagues, to a golden ticket."""

from collections.abc import Collection, Sequence
from typing import Self
from uuid import UUID

from sqlmodel import Session

from app.api.core.schemas import Answer, Moment
from app.models import Role, User
from app.services.accounts import pipedrive_keys


class Me(Answer):
    id: UUID
    email: str
    name: str
    role: Role
    timezone: str


class KeyState(Answer):
    """Whether a Pipedrive key is kept and, as we last heard, accepted; of the key itself only the last 4 characters."""

    connected: bool
    company_domain: str | None
    last4: str | None

    @classmethod
    def of(cls, user: User, refused: Collection[UUID]) -> Self:
        return cls(
            connected=user.pipedrive_key is not None and user.id not in refused,
            company_domain=user.pipedrive_company,
            last4=user.pipedrive_last4,
        )


class SignedIn(Answer):
    user: Me
    pipedrive: KeyState

    @classmethod
    def of(cls, session: Session, user: User) -> Self:
        refused = pipedrive_keys.list_refused(session, user, [user])
        return cls(user=Me.model_validate(user), pipedrive=KeyState.of(user, refused))


class Colleague(Me):
    """A colleague in the list of a golden ticket."""

    active: bool
    pipedrive: KeyState
    created_at: Moment

    @classmethod
    def of(cls, session: Session, who: User, user: User) -> Self:
        (seen,) = cls.all_of(session, who, [user])
        return seen

    @classmethod
    def all_of(cls, session: Session, who: User, people: Sequence[User]) -> list[Self]:
        refused = pipedrive_keys.list_refused(session, who, people)
        return [
            cls(
                **Me.model_validate(user).model_dump(),
                active=user.active,
                pipedrive=KeyState.of(user, refused),
                created_at=user.created_at,
            )
            for user in people
        ]
