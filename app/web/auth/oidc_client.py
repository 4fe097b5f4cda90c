"""The firm's own identity provider, asked by OpenID Connect: authorization code with PKCE, state and nonce.

What a browser needs to come back with lies sealed in a cookie of its own, so
an answer that was meant for another browser is worth nothing here. The key that
signed an answer must be one of the provider's, by an algorithm with two keys.
"""

import secrets
import time
from dataclasses import dataclass
from typing import Any

import httpx2
from authlib.integrations.base_client.errors import OAuthError
from authlib.integrations.httpx_client import AsyncOAuth2Client
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import KeySet

from app.errors import Refusal
from app.services.accounts.provider_claims import Claims
from app.settings import Settings

ALGORITHMS = ("RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "EdDSA")
KNOWN_FOR = 3600.0
PATIENCE = 10.0
# seconds that two clocks may differ
LEEWAY = 60
# how old a logout token may be, and how soon the provider's keys are asked for again because of one
LOGOUT_FRESH, ASKED_AGAIN = 300.0, 30.0
# as OpenID Connect bounds a subject
LONGEST = 255
LOGOUT_EVENT = "http://schemas.openid.net/event/backchannel-logout"
# What a token says it is, so that none of another kind is taken for it. Back-Channel Logout 1.0 (2.4, 4.1) recommends
# `logout+jwt` and leaves providers alone that write `JWT` or nothing; their tokens are known by the logout event, `jti`
# and no nonce, which are asked of all. A token that says it is anything else (`at+jwt`, `secevent+jwt`) is refused.
OF_SIGN_IN, OF_LOGOUT = frozenset({None, "jwt"}), frozenset({None, "jwt", "logout+jwt"})
BACK = "/login/provider/back"


class NotVouched(Refusal):
    status = 401
    sentence = "Your firm's sign-in did not vouch for you. Please try again, or sign in with your password."


class ProviderAway(Refusal):
    status = 424
    sentence = "Your firm's sign-in cannot be reached right now. Please sign in with your password."


@dataclass(frozen=True)
class PendingSignIn:
    """What a browser took along to the provider, and brings back."""

    state: str
    nonce: str
    verifier: str
    after: str


@dataclass(frozen=True)
class Logout:
    """A session over there (`session`) or every one of a person (`subject`) has ended; `token_id` comes once."""

    issuer: str
    subject: str | None
    session: str | None
    token_id: str


class Provider:
    """One provider, by OIDC_ISSUER; what it publishes about itself is believed for an hour."""

    def __init__(self, settings: Settings) -> None:
        assert settings.oidc_issuer
        assert settings.oidc_client_id
        self.issuer, self.client_id = settings.oidc_issuer, settings.oidc_client_id
        self.secret = settings.oidc_client_secret
        self.back = settings.address + BACK
        self.scopes, self.groups_claim = settings.oidc_scopes, settings.oidc_groups_claim
        self._known: tuple[float, dict[str, Any], KeySet] | None = None

    async def begin(self, after: str) -> tuple[str, PendingSignIn]:
        """Where to send the browser, and what it takes along. Raises ProviderAway."""
        facts, _ = await self._facts()
        way = PendingSignIn(secrets.token_urlsafe(32), secrets.token_urlsafe(32), secrets.token_urlsafe(48), after)
        async with self._client() as client:
            address, _ = client.create_authorization_url(
                facts["authorization_endpoint"], state=way.state, nonce=way.nonce, code_verifier=way.verifier
            )
        return str(address), way

    async def end(self, way: PendingSignIn, code: str) -> Claims:
        """Exchange the code and believe what the provider signed. Raises NotVouched or ProviderAway."""
        facts, keys = await self._facts()
        try:
            async with self._client() as client:
                told = await client.fetch_token(facts["token_endpoint"], code=code, code_verifier=way.verifier)
        except OAuthError as no:
            raise NotVouched from no
        except (httpx2.HTTPError, ValueError, TypeError) as away:
            raise ProviderAway from away
        if not isinstance(told.get("id_token"), str):
            raise NotVouched
        return self._believed(told["id_token"], keys, way.nonce)

    def _believed(self, token: str, keys: KeySet, nonce: str) -> Claims:
        must = {name: {"essential": True} for name in ("sub", "exp", "iat")}
        rules: dict[str, Any] = must | {
            "iss": {"essential": True, "value": self.issuer},
            "aud": {"essential": True, "value": self.client_id},
            "nonce": {"essential": True, "value": nonce},
        }
        try:
            claims = _decoded(token, keys, OF_SIGN_IN)
            jwt.JWTClaimsRegistry(leeway=LEEWAY, **rules).validate(claims)
        except (JoseError, ValueError, TypeError, KeyError) as wrong:
            # a key that is new over there is asked for at the next try
            self._known = None
            raise NotVouched from wrong
        several = isinstance(claims["aud"], list) and len(claims["aud"]) > 1
        if (several or "azp" in claims) and claims.get("azp") != self.client_id:
            raise NotVouched
        email = claims.get("email")
        vouched = isinstance(email, str) and claims.get("email_verified") is True
        groups = claims.get(self.groups_claim)
        return Claims(
            self.issuer,
            _identifier(claims["sub"]),
            email if vouched else None,
            name=claims["name"] if isinstance(claims.get("name"), str) else "",
            groups=tuple(one for one in groups if isinstance(one, str)) if isinstance(groups, list) else (),
            session=_identifier(claims["sid"]) if claims.get("sid") else None,
        )

    async def logout(self, token: str) -> Logout:
        """What a back-channel logout token says, once it is the provider's, for us and fresh.

        Raises NotVouched or ProviderAway. (OpenID Connect Back-Channel Logout 1.0, 2.6)
        """
        _, keys = await self._facts()
        try:
            return self._ended(token, keys)
        except NotVouched:
            # a key that is new over there is no reason to miss this; asked for once in a while at most
            if self._known and time.monotonic() - self._known[0] < ASKED_AGAIN:
                raise
            self._known = None
            _, keys = await self._facts()
            return self._ended(token, keys)

    def _ended(self, token: str, keys: KeySet) -> Logout:
        rules: dict[str, Any] = {
            "iss": {"essential": True, "value": self.issuer},
            "aud": {"essential": True, "value": self.client_id},
            "iat": {"essential": True},
            "jti": {"essential": True},
        }
        try:
            claims = _decoded(token, keys, OF_LOGOUT)
            jwt.JWTClaimsRegistry(leeway=LEEWAY, **rules).validate(claims)
            is_fresh = abs(time.time() - float(claims["iat"])) < LOGOUT_FRESH
        except (JoseError, ValueError, TypeError, KeyError) as wrong:
            raise NotVouched from wrong
        events = claims.get("events")
        subject, ended = claims.get("sub"), claims.get("sid")
        if (
            not is_fresh
            or "nonce" in claims
            or not isinstance(events, dict)
            or not isinstance(events.get(LOGOUT_EVENT), dict)
            or not (subject or ended)
            or not (isinstance(claims["jti"], str) and claims["jti"].isprintable())
        ):
            raise NotVouched
        return Logout(
            self.issuer,
            _identifier(subject) if subject else None,
            _identifier(ended) if ended else None,
            claims["jti"],
        )

    def _client(self) -> Any:
        return AsyncOAuth2Client(
            self.client_id,
            self.secret,
            scope=self.scopes,
            redirect_uri=self.back,
            code_challenge_method="S256",
            timeout=PATIENCE,
            follow_redirects=False,
            trust_env=False,
        )

    async def _facts(self) -> tuple[dict[str, Any], KeySet]:
        if self._known is None or time.monotonic() - self._known[0] > KNOWN_FOR:
            async with httpx2.AsyncClient(timeout=PATIENCE, follow_redirects=False, trust_env=False) as http:
                facts = await _fetched(http, f"{self.issuer.rstrip('/')}/.well-known/openid-configuration")
                if facts.get("issuer") != self.issuer:
                    raise ProviderAway
                try:
                    keys = KeySet.import_key_set(await _fetched(http, facts["jwks_uri"]))  # type: ignore[arg-type]
                except (JoseError, KeyError, ValueError, TypeError) as wrong:
                    raise ProviderAway from wrong
            self._known = (time.monotonic(), facts, keys)
        return self._known[1:]


def _decoded(token: str, keys: KeySet, kinds: frozenset[str | None]) -> dict[str, Any]:
    """What one of the keys signed, when it is of one of these kinds. Raises JoseError, ValueError, TypeError."""
    read = jwt.decode(token, keys, algorithms=ALGORITHMS)
    kind = read.header.get("typ")
    # media types know no upper case, and may leave their first half out (RFC 7515, 4.1.9)
    if (kind.lower().removeprefix("application/") if isinstance(kind, str) else kind) not in kinds:
        raise ValueError("a token of another kind")
    return read.claims


def _identifier(told: object) -> str:
    """Who or what something is over there, whole: cut short, two could become one. Raises NotVouched."""
    if not isinstance(told, str) or not 0 < len(told) <= LONGEST or not told.isprintable():
        raise NotVouched
    return told


async def _fetched(http: httpx2.AsyncClient, address: str) -> dict[str, Any]:
    try:
        answer = await http.get(address)
        told = answer.raise_for_status().json()
    except (httpx2.HTTPError, httpx2.InvalidURL, ValueError) as away:
        raise ProviderAway from away
    if not isinstance(told, dict):
        raise ProviderAway
    return told
