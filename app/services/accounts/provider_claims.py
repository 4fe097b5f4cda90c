"""What the firm's identity provider says of somebody who signs in."""

from collections.abc import Mapping
from dataclasses import dataclass

from app.models import Role


@dataclass(frozen=True)
class Claims:
    """Who the provider says this is; the e-mail address only when it has been verified there.

    `session` is the provider's own name for the sign-in, by which it may end it later.
    """

    issuer: str
    subject: str
    email: str | None
    name: str = ""
    groups: tuple[str, ...] = ()
    session: str | None = None


@dataclass(frozen=True)
class ProviderRules:
    """What the firm made of its provider: which group has which role here, and whether a newcomer gets an account.

    Without groups roles are given here alone.
    """

    group_roles: Mapping[str, str]
    new_accounts: bool = False

    def role(self, claims: Claims) -> Role | None:
        """The highest role that one of the groups has; None for somebody in none of them."""
        found = {self.group_roles[group] for group in claims.groups if group in self.group_roles}
        return next((role for role in reversed(Role) if role.value in found), None)
