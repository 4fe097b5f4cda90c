"""What a browser is asked for when a passkey is made or used, and whether its answer is true (WebAuthn level 3).

The host name and the origin are those of the configured public address; user verification (finger, face, PIN) is
always required, so that a passkey stands for both steps of a sign-in. No attestation is asked for.
"""

import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from ipaddress import ip_address
from typing import Any
from urllib.parse import urlsplit
from uuid import UUID

from app.errors import Invalid, Refusal

NEEDS_HOST = "Passkeys need a host name: this Pipedriven is reached by the address {}, so they cannot be used here."
NEEDS_HTTPS = "Passkeys need https: this Pipedriven is reached by plain http, so they cannot be used here."
NAME = "Pipedriven"
# milliseconds that a person has at the browser's own question
PATIENCE = 300_000


class NoPasskeysHere(Refusal):
    status = 409
    sentence = "Passkeys cannot be used here."


class NotYourPasskey(Refusal):
    """The answer is none of a key that we know; nothing more is told."""

    status = 401
    sentence = "This passkey does not fit. Sign in with your password, or with another passkey."


class CounterWentBack(NotYourPasskey):
    """An authenticator that counts its uses counted backwards: there may be a copy of it."""


@dataclass(frozen=True)
class Site:
    """The relying party: `host` is its id, `origin` where its pages are from; `why_not` where there can be no passkeys."""

    host: str
    origin: str
    why_not: str | None = None

    @classmethod
    def at(cls, address: str) -> "Site":
        """Of the public address that is configured."""
        parts = urlsplit(address)
        host = (parts.hostname or "").lower()
        origin = f"{parts.scheme}://{parts.netloc.lower()}"
        if _is_number(host):
            return cls(host, origin, NEEDS_HOST.format(host))
        is_home = host == "localhost" or host.endswith(".localhost")
        return cls(host, origin, None if parts.scheme == "https" or is_home else NEEDS_HTTPS)

    def require(self) -> None:
        """Raise NoPasskeysHere where a browser would refuse."""
        if self.why_not:
            raise NoPasskeysHere(self.why_not)


@dataclass(frozen=True)
class Made:
    """A new key as its authenticator told of it; ids and keys in base64url."""

    credential_id: str
    public_key: str
    sign_count: int
    may_sync: bool
    is_synced: bool


@dataclass(frozen=True)
class Used:
    sign_count: int
    may_sync: bool
    is_synced: bool


def new_challenge() -> str:
    return secrets.token_urlsafe(32)


def ask_to_make(site: Site, user_id: UUID, email: str, challenge: str, known: Sequence[str]) -> dict[str, Any]:
    """What navigator.credentials.create is given; an authenticator that holds one of `known` refuses."""
    from webauthn import base64url_to_bytes, generate_registration_options
    from webauthn.helpers import options_to_json_dict, structs

    options = generate_registration_options(
        rp_id=site.host,
        rp_name=NAME,
        user_id=user_id.bytes,
        user_name=email,
        user_display_name=email,
        challenge=base64url_to_bytes(challenge),
        timeout=PATIENCE,
        authenticator_selection=structs.AuthenticatorSelectionCriteria(
            resident_key=structs.ResidentKeyRequirement.REQUIRED,
            require_resident_key=True,
            user_verification=structs.UserVerificationRequirement.REQUIRED,
        ),
        exclude_credentials=[structs.PublicKeyCredentialDescriptor(id=base64url_to_bytes(one)) for one in known],
    )
    return options_to_json_dict(options)


def ask_to_use(site: Site, challenge: str) -> dict[str, Any]:
    """What navigator.credentials.get is given: any passkey for this site will do."""
    from webauthn import base64url_to_bytes, generate_authentication_options
    from webauthn.helpers import options_to_json_dict
    from webauthn.helpers.structs import UserVerificationRequirement

    options = generate_authentication_options(
        rp_id=site.host,
        challenge=base64url_to_bytes(challenge),
        timeout=PATIENCE,
        user_verification=UserVerificationRequirement.REQUIRED,
    )
    return options_to_json_dict(options)


def made(site: Site, credential: dict[str, Any], challenge: str) -> Made:
    """The new key, once everything about the answer is right. Raises Invalid."""
    from webauthn import base64url_to_bytes, verify_registration_response
    from webauthn.helpers import bytes_to_base64url
    from webauthn.helpers.structs import CredentialDeviceType

    try:
        told = verify_registration_response(
            credential=credential,
            expected_challenge=base64url_to_bytes(challenge),
            expected_rp_id=site.host,
            expected_origin=site.origin,
            require_user_verification=True,
        )
    except Exception as wrong:  # the library lets errors of its parsers through as they are
        raise Invalid("The browser's answer could not be verified. Please try again.") from wrong
    return Made(
        bytes_to_base64url(told.credential_id),
        bytes_to_base64url(told.credential_public_key),
        told.sign_count,
        told.credential_device_type is CredentialDeviceType.MULTI_DEVICE,
        told.credential_backed_up,
    )


def used(site: Site, credential: dict[str, Any], challenge: str, public_key: str, sign_count: int) -> Used:
    """That the key behind `public_key` answered this very challenge, here. Raises NotYourPasskey or CounterWentBack."""
    from webauthn import base64url_to_bytes, verify_authentication_response
    from webauthn.helpers.structs import CredentialDeviceType

    try:
        told = verify_authentication_response(
            credential=credential,
            expected_challenge=base64url_to_bytes(challenge),
            expected_rp_id=site.host,
            expected_origin=site.origin,
            credential_public_key=base64url_to_bytes(public_key),
            # looked at below: a key that counts backwards is another matter than a signature that does not fit
            credential_current_sign_count=0,
            require_user_verification=True,
        )
    except Exception as wrong:  # as above
        raise NotYourPasskey from wrong
    if (told.new_sign_count or sign_count) and told.new_sign_count <= sign_count:
        raise CounterWentBack
    return Used(
        told.new_sign_count,
        told.credential_device_type is CredentialDeviceType.MULTI_DEVICE,
        told.credential_backed_up,
    )


def _is_number(host: str) -> bool:
    try:
        ip_address(host)
    except ValueError:
        return False
    return True
