"""The environment as one frozen object; a wrong value stops the start and names its variable."""

from functools import cached_property
from ipaddress import ip_network
from pathlib import Path
from typing import Annotated, Literal
from urllib.parse import urlsplit
from zoneinfo import available_timezones

from pydantic import AfterValidator, Field, ValidationError, model_validator
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

LOOPBACK = {"127.0.0.1", "localhost", "::1"}
ROLES = {"CONSULTANT", "GOLDEN_TICKET"}
SAMPLE_SECRETS = {"changeme", "secret", "change-me", "please-change-me"}


class ConfigTrouble(Exception):
    """A variable has a value that we cannot work with; the message is one sentence naming it."""


def _web_address(value: str) -> str:
    parts = urlsplit(value)
    if parts.scheme not in {"http", "https"} or not parts.hostname or parts.username or parts.path.strip("/"):
        raise ValueError("must look like https://leads.example.com, without a path")
    return value.rstrip("/")


def _company(value: str) -> str:
    inside = value.replace("-", "")
    if not (inside.isascii() and inside.isalnum() and value == value.strip("-").lower() and len(value) <= 63):
        raise ValueError("is the company part only, for example acme for acme.pipedrive.com")
    return value


def _long_secret(value: str) -> str:
    if len(value) < 32 or value.lower() in SAMPLE_SECRETS:
        raise ValueError("must be a random text of at least 32 characters")
    return value


def _networks(value: str) -> str:
    for part in filter(None, (p.strip() for p in value.split(","))):
        ip_network(part)
    return value


def _issuer(value: str) -> str:
    parts = urlsplit(value)
    at_home = parts.scheme == "http" and parts.hostname in LOOPBACK
    if (
        not (parts.scheme == "https" or at_home)
        or not parts.hostname
        or parts.username
        or parts.query
        or parts.fragment
    ):
        raise ValueError("must be the issuer's https address, exactly as the provider writes it")
    return value


def _roles(value: str) -> str:
    for pair in filter(None, (part.strip() for part in value.split(","))):
        group, _, role = pair.rpartition("=")
        if not group.strip() or role.strip() not in ROLES:
            raise ValueError("must look like sales=CONSULTANT,partners=GOLDEN_TICKET")
    return value


WebAddress = Annotated[str, AfterValidator(_web_address)]


class Settings(BaseSettings):
    """Every variable is optional; `.env.example` explains each one."""

    model_config = SettingsConfigDict(env_file=".env", env_ignore_empty=True, frozen=True, extra="forbid")

    database_url: str | None = Field(default=None, pattern=r"^postgres(ql)?(\+psycopg)?://")
    migrate_url: str | None = Field(default=None, pattern=r"^postgres(ql)?(\+psycopg)?://")
    data_dir: Path | None = None
    secret_key: Annotated[str, AfterValidator(_long_secret)] | None = None
    base_url: WebAddress | None = None
    host: str = "127.0.0.1"
    port: int = Field(default=8080, ge=0, le=65535)
    trusted_proxies: Annotated[str, NoDecode, AfterValidator(_networks)] = ""
    log_level: Literal["DEBUG", "INFO", "WARNING", "ERROR"] = "INFO"
    pipedrive_domain: Annotated[str, AfterValidator(_company)] | None = None
    pipedrive_base_url: WebAddress | None = None
    brevo_api_key: str | None = None
    brevo_from_email: str | None = Field(default=None, pattern=r"^[^@\s]+@[^@\s]+\.[^@\s]+$")
    brevo_from_name: str = "Pipedriven"
    smtp_url: str | None = Field(default=None, pattern=r"^smtps?://")
    oidc_issuer: Annotated[str, AfterValidator(_issuer)] | None = None
    oidc_client_id: str | None = None
    oidc_client_secret: str | None = None
    oidc_scopes: str = Field(default="openid email", pattern=r"^([!-~]+ )*openid( [!-~]+)*$")
    oidc_groups_claim: str = Field(default="groups", pattern=r"^\S+$")
    oidc_roles: Annotated[str, AfterValidator(_roles)] = ""
    oidc_new_accounts: bool = False
    offline_hours: int = Field(default=24, ge=1, le=24 * 7)
    redis_url: str | None = Field(default=None, pattern=r"^rediss?://")

    @model_validator(mode="after")
    def _http_only_at_home(self) -> "Settings":
        address = urlsplit(self.pipedrive_base_url or "")
        if address.scheme == "http" and address.hostname not in LOOPBACK:
            raise ValueError("PIPEDRIVE_BASE_URL may use http on this machine only; use https elsewhere")
        return self

    @model_validator(mode="after")
    def _owner_of_what_is_named(self) -> "Settings":
        if self.migrate_url and not self.database_url:
            raise ValueError("MIGRATE_URL belongs to DATABASE_URL: set both, or leave it out")
        return self

    @model_validator(mode="after")
    def _provider_whole(self) -> "Settings":
        if (self.oidc_roles or self.oidc_new_accounts) and not self.oidc_issuer:
            raise ValueError("OIDC_ROLES and OIDC_NEW_ACCOUNTS need OIDC_ISSUER and OIDC_CLIENT_ID")
        if bool(self.oidc_issuer) != bool(self.oidc_client_id) or (self.oidc_client_secret and not self.oidc_issuer):
            raise ValueError("OIDC_ISSUER and OIDC_CLIENT_ID belong together; set both, or neither")
        return self

    @cached_property
    def address(self) -> str:
        """Where people reach us: BASE_URL, or the loopback address that we listen on."""
        return self.base_url or f"http://{self.host}:{self.port}"

    @property
    def group_roles(self) -> dict[str, str]:
        """Which role each group of the identity provider has here; empty where roles are given here alone."""
        pairs = (pair.rpartition("=") for pair in self.oidc_roles.split(",") if pair.strip())
        return {group.strip(): role.strip() for group, _, role in pairs}

    @property
    def secure(self) -> bool:
        return self.address.startswith("https://")


def load(**given: object) -> Settings:
    """Read the environment and `.env`; `given` wins over both.

    Raises ConfigTrouble with one sentence that names the variable.
    """
    try:
        return Settings(**{name: value for name, value in given.items() if value is not None})  # type: ignore[arg-type]
    except ValidationError as wrong:
        first = wrong.errors(include_input=False, include_url=False)[0]
        name = "_".join(str(part) for part in first["loc"]).upper()
        if first["type"] == "extra_forbidden":
            raise ConfigTrouble(f"{name} in .env is not a variable of Pipedriven; see .env.example.") from None
        said = first["msg"].removeprefix("Value error, ")
        raise ConfigTrouble(f"{name} {said}.".strip() if name else f"{said}.") from None


def known_timezone(name: str) -> bool:
    return name in available_timezones()


def timezones() -> list[str]:
    """Every zone that a person may choose, sorted."""
    return sorted(name for name in available_timezones() if "/" in name or name == "UTC")
