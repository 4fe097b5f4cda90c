"""What the value of a variable may look like, as questions that answer yes or no; none of them looks anything up."""

import re
from collections.abc import Callable
from ipaddress import ip_address, ip_network
from urllib.parse import unquote, urlsplit

from pydantic import AfterValidator

LOOPBACK = {"127.0.0.1", "localhost", "::1"}
ROLES = {"CONSULTANT", "GOLDEN_TICKET"}
SAMPLE_SECRETS = {"changeme", "secret", "change-me", "please-change-me"}
DATABASE = re.compile(r"postgres(ql)?(\+psycopg)?://")
MAILBOX = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s]+")
SCOPES = re.compile(r"([!-~]+ )*openid( [!-~]+)*")
LABEL = re.compile(r"[A-Za-z0-9_]([A-Za-z0-9_-]{0,61}[A-Za-z0-9_])?")


def only(fits: Callable[[str], bool]) -> AfterValidator:
    """Take a value that answers this question with yes; what it has to be is said by the field's description."""

    def checked(value: str) -> str:
        if not fits(value):
            raise ValueError
        return value

    return AfterValidator(checked)


def database(value: str) -> bool:
    return bool(DATABASE.match(value))


def web_address(value: str) -> bool:
    parts = urlsplit(value)
    ours = parts.scheme in {"http", "https"} and parts.hostname and not parts.username and not parts.path.strip("/")
    return bool(ours) and parts.port != 0


def host(value: str) -> bool:
    """An address, or a name as the name service would know it; digits and dots alone are no name."""
    try:
        ip_address(value)
    except ValueError:
        labels = value.split(".")
        return len(value) < 254 and all(map(LABEL.fullmatch, labels)) and not labels[-1].isdigit()
    return True


def networks(value: str) -> bool:
    return all(ip_network(part) for part in map(str.strip, value.split(",")) if part)


def company(value: str) -> bool:
    inside = value.replace("-", "")
    return inside.isascii() and inside.isalnum() and value == value.strip("-").lower() and len(value) <= 63


def long_secret(value: str) -> bool:
    return len(value) >= 32 and value.lower() not in SAMPLE_SECRETS


def mailbox(value: str) -> bool:
    return bool(MAILBOX.fullmatch(value))


def mail_server(value: str) -> bool:
    parts = urlsplit(value)
    return parts.scheme in {"smtp", "smtps"} and bool(parts.hostname) and parts.port != 0


def issuer(value: str) -> bool:
    parts = urlsplit(value)
    at_home = parts.scheme == "http" and parts.hostname in LOOPBACK
    plain = parts.hostname and not (parts.username or parts.query or parts.fragment)
    return bool((parts.scheme == "https" or at_home) and plain)


def scopes(value: str) -> bool:
    return bool(SCOPES.fullmatch(value))


def one_word(value: str) -> bool:
    return bool(value) and not any(letter.isspace() for letter in value)


def group_roles(value: str) -> bool:
    pairs = [part.rpartition("=") for part in value.split(",") if part.strip()]
    return all(group.strip() and role.strip() in ROLES for group, _, role in pairs)


def copies(value: str) -> bool:
    """An address of copies elsewhere, with nothing in it that ssh could take for an option of its own."""
    parts = urlsplit(value)
    if parts.query or parts.fragment or not parts.path.strip("/") or any(map(str.isspace, value)):
        return False
    if parts.scheme == "file":
        return not parts.netloc
    known = bool(parts.hostname) and host(parts.hostname or "") and parts.port != 0
    if parts.scheme == "sftp":
        return known and parts.password is None and not unquote(parts.username or "x").startswith("-")
    return parts.scheme == "s3" and known and bool(parts.username) == bool(parts.password)
