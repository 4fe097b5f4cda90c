"""An address elsewhere, as people write it, and what restic has to be told to work there.

`file:///folder`, `sftp://name@host[:port]/folder` (`/~/folder` begins at home there) or
`s3://key:secret@host[:port]/bucket[/folder]`, in which everything that restic asks for has its place.
"""

import os
import shlex
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import SplitResult, unquote, urlsplit

from app.setting_values import LOOPBACK

# our own variables hold keys and stay with us; these are what ssh, a proxy and a cloud's own accounts need
KEPT = ("PATH", "HOME", "TMPDIR", "SSH_AUTH_SOCK", "HTTPS_PROXY", "HTTP_PROXY", "NO_PROXY", "SSL_CERT_FILE")


@dataclass(frozen=True)
class Place:
    """Where copies lie: `shown` has no secrets; `repository`, `options` and `variables` are for restic."""

    shown: str
    repository: str
    options: tuple[str, ...] = ()
    variables: dict[str, str] = field(default_factory=dict)
    folder: Path | None = None

    def environment(self, key: str) -> dict[str, str]:
        """What restic gets to know; nothing of it stands on a command line."""
        kept = {name: value for name, value in os.environ.items() if name in KEPT or name.startswith("AWS_")}
        return kept | self.variables | {"RESTIC_REPOSITORY": self.repository, "RESTIC_PASSWORD": key}


def place(address: str, data: Path) -> Place:
    """What restic is told for an address that fits; ssh reads `ssh/config` of the data folder where that is there."""
    parts = urlsplit(address)
    return {"file": _folder, "sftp": _sftp, "s3": _s3}[parts.scheme](parts, data)


def _folder(parts: SplitResult, _: Path) -> Place:
    folder = Path(unquote(parts.path))
    return Place(f"file://{folder}", str(folder), folder=folder)


def _sftp(parts: SplitResult, data: Path) -> Place:
    who = f"{unquote(parts.username)}@" if parts.username else ""
    path = unquote(parts.path)
    path = path.removeprefix("/~/") if path.startswith("/~/") else path
    words = ["ssh", "-o", "BatchMode=yes", "-o", "ConnectTimeout=20", "-o", "ServerAliveInterval=20"]
    if (config := data / "ssh" / "config").exists():
        words += ["-F", str(config)]
    words += ["-p", str(parts.port)] if parts.port else []
    words += ["-s", f"{who}{parts.hostname}", "sftp"]
    shown = f"sftp://{who}{parts.netloc.rpartition('@')[2]}{parts.path}"
    return Place(shown, f"sftp:{who}{parts.hostname}:{path}", ("-o", f"sftp.command={shlex.join(words)}"))


def _s3(parts: SplitResult, _: Path) -> Place:
    at = parts.netloc.rpartition("@")[2]
    scheme = "http" if parts.hostname in LOOPBACK else "https"
    keys = {"AWS_ACCESS_KEY_ID": unquote(parts.username or ""), "AWS_SECRET_ACCESS_KEY": unquote(parts.password or "")}
    return Place(f"s3://{at}{parts.path}", f"s3:{scheme}://{at}{parts.path}", variables=keys if parts.username else {})
