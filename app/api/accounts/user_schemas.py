"""How a person looks as JSON: to themselves, to their colleagues, to a golden ticket."""

from typing import Self
from uuid import UUID

from app.api.core.schemas import Answer, Moment
from app.models import Role, User


class Me(Answer):
    id: UUID
    email: str
    name: str
    role: Role
    timezone: str


class KeyState(Answer):
    """Whether a Pipedrive key is kept; of the key itself only the last 4 characters."""

    connected: bool
    company_domain: str | None
    last4: str | None

    @classmethod
    def of(cls, user: User) -> Self:
        return cls(
            connected=user.pipedrive_key is not None,
            company_domain=user.pipedrive_company,
            last4=user.pipedrive_last4,
        )


class SignedIn(Answer):
    user: Me
    pipedrive: KeyState

    @classmethod
    def of(cls, user: User) -> Self:
        return cls(user=Me.model_validate(user), pipedrive=KeyState.of(user))


class Colleague(Me):
    """A colleague in the list of a golden ticket."""

    active: bool
    pipedrive: KeyState
    created_at: Moment

    @classmethod
    def of(cls, user: User) -> Self:
        own = Me.model_validate(user).model_dump()
        return cls(**own, active=user.active, pipedrive=KeyState.of(user), created_at=user.created_at)
