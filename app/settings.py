"""The environment as one frozen object; a wrong value stops the start and names its variable."""

import os
from functools import cached_property
from pathlib import Path
from typing import Annotated, Literal
from urllib.parse import urlsplit
from zoneinfo import available_timezones

from dotenv import dotenv_values
from pydantic import AfterValidator, Field, ValidationError, model_validator
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

from app import setting_values as values
from app.setting_values import LOOPBACK, only

FILE = Path(".env")
# listened to at all addresses, which is none that a browser can go to
EVERYWHERE = {"0.0.0.0", "::"}  # noqa: S104 - a name for it, nothing listens here
# variables of earlier releases, each with what is done about it
GONE = {"REDIS_URL": "is no longer used: remove the line"}


class ConfigTrouble(Exception):
    """A variable has a value that we cannot work with; the message is one sentence naming it."""


DatabaseUrl = Annotated[str, only(values.database)]
WebAddress = Annotated[str, only(values.web_address), AfterValidator(lambda value: value.rstrip("/"))]
DATABASE_URL = "must be the address of a PostgreSQL database and begin with postgresql://"
COPIES = "file:///mnt/copies, sftp://name@host/folder or s3://key:secret@host/bucket"
WEB_ADDRESS = "must look like https://leads.example.com, without a path"


class Settings(BaseSettings):
    """Every variable is optional; `.env.example` explains each one.

    A field's description goes on from its name, and is what is said of any value that does not fit.
    """

    model_config = SettingsConfigDict(env_file=FILE, env_ignore_empty=True, frozen=True, extra="forbid")

    database_url: DatabaseUrl | None = Field(default=None, description=DATABASE_URL)
    migrate_url: DatabaseUrl | None = Field(default=None, description=DATABASE_URL)
    data_dir: Path | None = Field(default=None, description="must be a folder")
    secret_key: Annotated[str, only(values.long_secret)] | None = Field(
        default=None, description="must be a random text of at least 32 characters"
    )
    base_url: WebAddress | None = Field(default=None, description=WEB_ADDRESS)
    host: Annotated[str, only(values.host)] = Field(
        default="127.0.0.1", description="must be an address or a name of this machine, for example 127.0.0.1"
    )
    port: int = Field(default=8080, ge=0, le=65535, description="must be a whole number from 0 to 65535")
    workers: int = Field(default=1, ge=1, le=64, description="must be a whole number from 1 to 64")
    trusted_proxies: Annotated[str, NoDecode, only(values.networks)] = Field(
        default="", description="must be networks separated by commas, for example 127.0.0.1/32"
    )
    log_level: Literal["DEBUG", "INFO", "WARNING", "ERROR"] = Field(
        default="INFO", description="must be DEBUG, INFO, WARNING or ERROR"
    )
    pipedrive_domain: Annotated[str, only(values.company)] | None = Field(
        default=None, description="is the company part only, for example acme for acme.pipedrive.com"
    )
    pipedrive_base_url: WebAddress | None = Field(default=None, description=WEB_ADDRESS)
    brevo_api_key: str | None = None
    brevo_from_email: Annotated[str, only(values.mailbox)] | None = Field(
        default=None, description="must be an e-mail address, for example leads@example.com"
    )
    brevo_from_name: str = "Pipedriven"
    smtp_url: Annotated[str, only(values.mail_server)] | None = Field(
        default=None, description="must look like smtp://mail.example.com or smtps://name:password@mail.example.com"
    )
    oidc_issuer: Annotated[str, only(values.issuer)] | None = Field(
        default=None, description="must be the issuer's https address, exactly as the provider writes it"
    )
    oidc_client_id: str | None = None
    oidc_client_secret: str | None = None
    oidc_scopes: Annotated[str, only(values.scopes)] = Field(
        default="openid email", description="must be words separated by spaces, one of them openid"
    )
    oidc_groups_claim: Annotated[str, only(values.one_word)] = Field(
        default="groups", description="must be one word, the name of a claim"
    )
    oidc_roles: Annotated[str, only(values.group_roles)] = Field(
        default="", description="must look like sales=CONSULTANT,partners=GOLDEN_TICKET"
    )
    oidc_new_accounts: bool = Field(default=False, description="must be true or false")
    backup_to: Annotated[str, only(values.copies)] | None = Field(default=None, description=f"must look like {COPIES}")
    offline_hours: int = Field(default=24, ge=1, le=24 * 7, description="must be a whole number from 1 to 168")

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
    def _mail_whole(self) -> "Settings":
        if self.brevo_api_key and not self.brevo_from_email:
            raise ValueError("BREVO_API_KEY needs BREVO_FROM_EMAIL, the address that mails come from: set both")
        for name in ("brevo_from_email", "brevo_from_name"):
            if name in self.model_fields_set and not (self.brevo_api_key or self.smtp_url):
                raise ValueError(f"{name.upper()} needs BREVO_API_KEY or SMTP_URL: set one of them, or leave it out")
        return self

    @model_validator(mode="after")
    def _provider_whole(self) -> "Settings":
        if bool(self.oidc_issuer) != bool(self.oidc_client_id):
            raise ValueError("OIDC_ISSUER and OIDC_CLIENT_ID belong together: set both, or neither")
        given = sorted(name for name in self.model_fields_set if name.startswith("oidc_") and getattr(self, name))
        if given and not self.oidc_issuer:
            raise ValueError(f"{given[0].upper()} needs OIDC_ISSUER and OIDC_CLIENT_ID: set them, or leave it out")
        return self

    @cached_property
    def address(self) -> str:
        """Where people reach us: BASE_URL, or the loopback address that we listen on."""
        host = "localhost" if self.host in EVERYWHERE else f"[{self.host}]" if ":" in self.host else self.host
        return self.base_url or f"http://{host}:{self.port}"

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
        _refuse_gone()
        return Settings(**{name: value for name, value in given.items() if value is not None})  # type: ignore[arg-type]
    except ValidationError as wrong:
        raise ConfigTrouble(_sentence(wrong)) from None
    except OSError as unreadable:
        raise ConfigTrouble(f"{FILE} cannot be read: {unreadable.strerror}.") from None
    except UnicodeDecodeError:
        raise ConfigTrouble(f"{FILE} cannot be read: it has to be text in UTF-8.") from None


def _refuse_gone() -> None:
    """A variable that does nothing any more is named, so that nobody goes on believing in it."""
    found = {name.upper() for name in (*os.environ, *dotenv_values(FILE))}
    for name in sorted(found & GONE.keys()):
        raise ConfigTrouble(f"{name} {GONE[name]}.")


def _sentence(wrong: ValidationError) -> str:
    first = wrong.errors(include_input=False, include_url=False)[0]
    name = "_".join(str(part) for part in first["loc"])
    if not name:
        return f"{first['msg'].removeprefix('Value error, ')}."
    if first["type"] == "extra_forbidden":
        return f"{name.upper()} in {FILE} is not a variable of Pipedriven; see .env.example."
    return f"{name.upper()} {Settings.model_fields[name].description or 'has a value that cannot be used'}."


def known_timezone(name: str) -> bool:
    return name in available_timezones()


def timezones() -> list[str]:
    """Every zone that a person may choose, sorted."""
    return sorted(name for name in available_timezones() if "/" in name or name == "UTC")
